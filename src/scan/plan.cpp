#include "scan/plan.h"

#include <algorithm>
#include <thread>

namespace veche::scan {
namespace {

constexpr unsigned kUsualThreadsMax = 4;
// Standard streams, what threads wait with, a library's own.
constexpr std::size_t kOtherDescriptors = 64;
// More probes at once than any path has use for.
constexpr std::size_t kSocketsMax = 32'768;

}  // namespace

unsigned usual_threads() { return std::clamp(std::thread::hardware_concurrency(), 1u, kUsualThreadsMax); }

std::size_t sockets_for(const Plan& plan, std::size_t descriptors) {
  const std::size_t others = kOtherDescriptors + (plan.wants_banners ? plan.threads * kBannersMax : 0);
  return std::clamp<std::size_t>(descriptors > others ? descriptors - others : 0, plan.threads, kSocketsMax);
}

}  // namespace veche::scan
