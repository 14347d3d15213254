// Who is in a room, with ranks, in the order of coming: a list that is handed to a session on another thread
// while the room goes on. Entries stand in chunks that are only ever appended to, and a reader looks at no
// more of them than his copy counts; so a copy is a handful of pointers, and ten thousand people joining one
// room do not copy ten thousand lists. Anything but an arrival makes a new roster.
#pragma once

#include "chat/person.h"
#include "chat/room_state.h"

#include <array>
#include <cstddef>
#include <memory>
#include <vector>

namespace veche::chat {

struct RosterEntry {
  PersonPtr person;
  Ranks ranks = 0;
};

/// Appended to by the chat's thread alone; copies may be read by any.
class Roster {
 public:
  std::size_t size() const { return size_; }
  const RosterEntry& operator[](std::size_t i) const { return (*chunks_[i / kChunk])[i % kChunk]; }
  void append(RosterEntry entry) {
    if (size_ % kChunk == 0) chunks_.push_back(std::make_shared<Chunk>());
    (*chunks_.back())[size_++ % kChunk] = std::move(entry);
  }

 private:
  static constexpr std::size_t kChunk = 64;
  using Chunk = std::array<RosterEntry, kChunk>;
  std::vector<std::shared_ptr<Chunk>> chunks_;
  std::size_t size_ = 0;
};

}  // namespace veche::chat
