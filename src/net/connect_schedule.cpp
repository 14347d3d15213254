#include "net/connect_schedule.h"

namespace veche::net {

std::vector<Address> interleave_families(const std::vector<Address>& addresses) {
  std::vector<Address> first, other;
  for (const Address& address : addresses) {
    (address.family() == addresses.front().family() ? first : other).push_back(address);
  }
  std::vector<Address> out;
  for (std::size_t i = 0; i < first.size() || i < other.size(); ++i) {
    if (i < first.size()) out.push_back(first[i]);
    if (i < other.size()) out.push_back(other[i]);
  }
  return out;
}

std::optional<std::size_t> ConnectSchedule::take_due(base::MonoTime now) {
  if (has_begun_all() || now < due_) return std::nullopt;
  due_ = now + kConnectAttemptDelay;
  return next_++;
}

}  // namespace veche::net
