// What one connection owes its peer: own bytes and stretches of shared buffers, in the order in which they
// were queued. Own bytes gather in one string, so that many small sends become one piece. Pure; one thread. A
// connection has one only while it owes something, and the loop keeps empty ones with their memory for the
// next that needs one, so that a steady flow allocates nothing.
#pragma once

#include "net/handler.h"

#include <sys/uio.h>

#include <cstddef>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace veche::net {

class SendQueue {
 public:
  /// Copies `bytes`.
  void append(std::string_view bytes);
  /// Holds a reference until the bytes have been consumed.
  void append(const SharedBytes& bytes, std::size_t offset, std::size_t length);

  std::size_t bytes() const { return bytes_; }
  bool empty() const { return bytes_ == 0; }

  /// Fills `pieces` with the first of what is queued; the part that was filled. Valid until the next change.
  std::span<iovec> gather(std::span<iovec> pieces) const;
  /// Drops the first `count` bytes.
  void consume(std::size_t count);
  /// Drops everything, but keeps the memory of a few lines.
  void clear();

  /// Bytes of memory that an empty queue keeps.
  std::size_t memory() const {
    return sizeof(*this) + own_.capacity() + segments_.capacity() * sizeof(Segment);
  }

 private:
  struct Segment {
    SharedBytes shared;  // null: own bytes
    std::size_t offset;  // into `shared`, or into own_ counted from the first byte ever put there
    std::size_t length;
  };

  void compact();

  std::string own_;
  std::size_t own_dropped_ = 0;  // bytes that were cut off the front of own_
  std::vector<Segment> segments_;
  std::size_t first_ = 0;  // segments_ before it have been sent
  std::size_t bytes_ = 0;
};

}  // namespace veche::net
