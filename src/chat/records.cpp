#include "chat/records.h"

namespace veche::chat {

Row::Row(const Row&) = default;
Row::Row(Row&&) noexcept = default;
Row& Row::operator=(const Row&) = default;
Row& Row::operator=(Row&&) noexcept = default;
Row::~Row() = default;

}  // namespace veche::chat
