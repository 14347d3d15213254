#include "chat/operator_order.h"

namespace veche::chat {

OperatorOrder::OperatorOrder(const OperatorOrder&) = default;
OperatorOrder::OperatorOrder(OperatorOrder&&) noexcept = default;
OperatorOrder& OperatorOrder::operator=(const OperatorOrder&) = default;
OperatorOrder& OperatorOrder::operator=(OperatorOrder&&) noexcept = default;
OperatorOrder::~OperatorOrder() = default;

OperatorResult::OperatorResult(const OperatorResult&) = default;
OperatorResult::OperatorResult(OperatorResult&&) noexcept = default;
OperatorResult& OperatorResult::operator=(const OperatorResult&) = default;
OperatorResult& OperatorResult::operator=(OperatorResult&&) noexcept = default;
OperatorResult::~OperatorResult() = default;

}  // namespace veche::chat
