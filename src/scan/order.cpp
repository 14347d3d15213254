#include "scan/order.h"

#include <algorithm>
#include <numeric>
#include <random>

namespace veche::scan {
namespace {

constexpr std::size_t kBlock = 4096;

}  // namespace

std::vector<std::uint16_t> straight_order(std::size_t first, std::size_t ports) {
  std::vector<std::uint16_t> order(ports - first);
  std::iota(order.begin(), order.end(), static_cast<std::uint16_t>(first));
  return order;
}

std::vector<std::uint16_t> shuffled_order(std::size_t first, std::size_t ports, unsigned number,
                                          unsigned shares, std::uint64_t seed) {
  std::vector<std::uint16_t> all = straight_order(first, ports);
  std::mt19937_64 random(seed);
  for (std::size_t from = 0; from < all.size(); from += kBlock) {
    const std::size_t to = std::min(from + kBlock, all.size());
    std::shuffle(all.begin() + static_cast<std::ptrdiff_t>(from),
                 all.begin() + static_cast<std::ptrdiff_t>(to), random);
  }
  std::vector<std::uint16_t> order;
  order.reserve(all.size() / shares + 1);
  for (std::size_t i = number; i < all.size(); i += shares) order.push_back(all[i]);
  return order;
}

}  // namespace veche::scan
