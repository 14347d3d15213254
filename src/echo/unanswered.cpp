#include "echo/unanswered.h"

#include <algorithm>

namespace veche::echo {

std::optional<Unanswered::Difference> Unanswered::answer(std::string_view reply) {
  const std::string_view sent = std::string_view(bytes_).substr(begin_, sent_);
  const auto [differs, unused] = std::mismatch(
      reply.begin(), reply.begin() + static_cast<std::ptrdiff_t>(std::min(reply.size(), sent.size())),
      sent.begin());
  const auto same = static_cast<std::size_t>(differs - reply.begin());
  const bool is_surplus = same == sent.size();
  take_off(same);
  if (same == reply.size()) return std::nullopt;
  return Difference{answered_, is_surplus};
}

void Unanswered::take_off(std::size_t bytes) {
  begin_ += bytes;
  sent_ -= bytes;
  answered_ += bytes;
  // Moved only when half is behind us: each byte is moved once or not at all.
  if (begin_ * 2 < bytes_.size()) return;
  bytes_.erase(0, begin_);
  begin_ = 0;
}

}  // namespace veche::echo
