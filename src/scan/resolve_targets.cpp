#include "scan/resolve_targets.h"

#include "base/network.h"
#include "net/address.h"
#include "net/resolver.h"
#include "net/waiting.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstddef>
#include <optional>
#include <thread>
#include <utility>

namespace veche::scan {
namespace {

constexpr std::chrono::seconds kLookUpTime{10};
constexpr std::size_t kAtOnce = 16;

using Found = tl::expected<std::vector<net::Address>, net::ResolveFailure>;

/// Of each expression that is a name; of the others nothing.
std::vector<std::optional<Found>> look_up_all(const std::vector<TargetExpression>& expressions, int stop_fd) {
  std::vector<std::optional<Found>> found(expressions.size());
  std::atomic<std::size_t> next{0};
  const auto work = [&] {
    for (std::size_t i = next++; i < expressions.size(); i = next++) {
      if (expressions[i].name.empty()) continue;
      found[i] = net::resolve(expressions[i].name, 0, {net::mono_now() + kLookUpTime, stop_fd});
    }
  };
  const auto names = static_cast<std::size_t>(std::count_if(
      expressions.begin(), expressions.end(), [](const auto& one) { return !one.name.empty(); }));
  std::vector<std::thread> threads;
  for (std::size_t i = 1; i < std::min(names, kAtOnce); ++i) threads.emplace_back(work);
  work();
  for (std::thread& thread : threads) thread.join();
  return found;
}

base::Error error_of(const net::ResolveFailure& failure, const TargetExpression& expression,
                     const base::Translator& t) {
  base::Error error = net::error_of(failure, expression.name, t);
  if (!expression.place.empty()) error.what = expression.place + ": " + error.what;
  return error;
}

const net::Address& preferred(const std::vector<net::Address>& addresses) {
  if (base::is_loopback(addresses.front().bits())) {
    for (const net::Address& address : addresses) {
      if (base::is_v4(address.bits())) return address;
    }
  }
  return addresses.front();
}

}  // namespace

ResolvedTargets resolve_targets(const std::vector<TargetExpression>& expressions, int stop_fd,
                                const base::Translator& t) {
  ResolvedTargets resolved;
  const auto found = look_up_all(expressions, stop_fd);
  for (std::size_t i = 0; i < expressions.size(); ++i) {
    if (!found[i]) {
      resolved.targets.push_back({"", expressions[i].range});
    } else if (!*found[i]) {
      resolved.errors.push_back(error_of(found[i]->error(), expressions[i], t));
    } else {
      const std::vector<net::Address>& addresses = **found[i];
      const net::Address& taken = preferred(addresses);
      resolved.targets.push_back({expressions[i].name, {taken.bits(), taken.bits()}});
      std::vector<std::string> others;
      for (const net::Address& address : addresses) {
        if (address.bits() != taken.bits()) others.push_back(address.ip());
      }
      if (others.empty()) continue;
      resolved.notes.push_back(t("{} is {}; not scanned: {}", expressions[i].name, taken.ip(),
                                 fmt::format("{}", fmt::join(others, ", "))));
    }
  }
  return resolved;
}

base::Result<std::vector<AddressRange>> resolve_excluded(const std::vector<TargetExpression>& expressions,
                                                         int stop_fd, const base::Translator& t) {
  std::vector<AddressRange> ranges;
  const auto found = look_up_all(expressions, stop_fd);
  for (std::size_t i = 0; i < expressions.size(); ++i) {
    if (!found[i]) {
      ranges.push_back(expressions[i].range);
    } else if (!*found[i]) {
      return tl::unexpected(error_of(found[i]->error(), expressions[i], t));
    } else {
      for (const net::Address& address : **found[i]) ranges.push_back({address.bits(), address.bits()});
    }
  }
  return ranges;
}

}  // namespace veche::scan
