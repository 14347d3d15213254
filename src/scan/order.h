// In which order a host's ports are tried. Pure.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

namespace veche::scan {

/// The indices `first` to `ports`-1 that are share `number` of `shares`, every `shares`-th. Shuffled, since
/// what watches for scans watches for ports in a row; but only within blocks of some thousand, so that
/// results, which are told in order, need not wait for the end. `seed` makes another shuffle.
std::vector<std::uint16_t> shuffled_order(std::size_t first, std::size_t ports, unsigned number,
                                          unsigned shares, std::uint64_t seed);
/// The same without shuffling.
std::vector<std::uint16_t> straight_order(std::size_t first, std::size_t ports);

}  // namespace veche::scan
