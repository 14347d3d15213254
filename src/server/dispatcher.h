// Sorts the chat's effects by the loop that has to carry them out: one delivery per loop that has members of
// the room, not one per member.
#pragma once

#include "base/ids.h"
#include "chat/outbox.h"

#include <cstddef>
#include <cstdint>
#include <unordered_map>
#include <vector>

namespace veche::server {

/// The chat's thread.
class Dispatcher {
 public:
  explicit Dispatcher(std::size_t loops) : per_loop_(loops) {}

  /// Moves `effects` into the loops' lists, in order.
  void sort(std::vector<chat::Effect>& effects);

  /// What loop `index` has to carry out; the caller takes it away.
  std::vector<chat::Effect>& for_loop(std::size_t index) { return per_loop_[index]; }

 private:
  void count(const chat::Subscribe& effect, int change);

  std::vector<std::vector<chat::Effect>> per_loop_;
  std::unordered_map<base::RoomId, std::vector<std::uint32_t>> subscribed_;  // sessions by loop
};

}  // namespace veche::server
