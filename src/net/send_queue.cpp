#include "net/send_queue.h"

#include "base/check.h"

#include <algorithm>

namespace veche::net {
namespace {

constexpr std::size_t kKeptOwnBytes = 512;

}  // namespace

void SendQueue::append(std::string_view bytes) {
  if (bytes.empty()) return;
  if (empty() || segments_.back().shared)
    segments_.push_back({nullptr, own_dropped_ + own_.size(), bytes.size()});
  else
    segments_.back().length += bytes.size();
  own_.append(bytes);
  bytes_ += bytes.size();
}

void SendQueue::append(const SharedBytes& bytes, std::size_t offset, std::size_t length) {
  base::check(offset <= bytes->size() && length <= bytes->size() - offset,
              "a shared stretch is in its buffer");
  if (length == 0) return;
  segments_.push_back({bytes, offset, length});
  bytes_ += length;
}

std::span<iovec> SendQueue::gather(std::span<iovec> pieces) const {
  std::size_t count = 0;
  for (std::size_t i = first_; i < segments_.size() && count < pieces.size(); ++i) {
    const Segment& segment = segments_[i];
    const char* from = segment.shared ? segment.shared->data() + segment.offset
                                      : own_.data() + (segment.offset - own_dropped_);
    pieces[count++] = {const_cast<char*>(from), segment.length};  // iovec serves reading too, hence no const
  }
  return pieces.first(count);
}

void SendQueue::consume(std::size_t count) {
  base::check(count <= bytes_, "no more is consumed than was queued");
  if (count == bytes_) return clear();
  bytes_ -= count;
  while (count > 0) {
    Segment& segment = segments_[first_];
    const std::size_t taken = std::min(count, segment.length);
    segment.offset += taken;
    segment.length -= taken;
    count -= taken;
    if (segment.length == 0) {
      segment.shared.reset();
      ++first_;
    }
  }
  compact();
}

void SendQueue::clear() {
  // What a log-in or a history once took is not kept for a queue that may never need it again.
  if (own_.capacity() > kKeptOwnBytes) std::string().swap(own_);
  own_.clear();
  segments_.clear();
  own_dropped_ = first_ = bytes_ = 0;
}

// A queue that is never empty must not grow for ever: when most of what it holds has been sent, that goes.
// Each byte is moved at most once per byte that was sent.
void SendQueue::compact() {
  if (first_ > segments_.size() / 2) {
    segments_.erase(segments_.begin(), segments_.begin() + static_cast<std::ptrdiff_t>(first_));
    first_ = 0;
  }
  const auto own = std::find_if(segments_.begin() + static_cast<std::ptrdiff_t>(first_), segments_.end(),
                                [](const Segment& segment) { return !segment.shared; });
  const std::size_t sent = own == segments_.end() ? own_.size() : own->offset - own_dropped_;
  if (sent <= own_.size() / 2) return;
  own_.erase(0, sent);
  own_dropped_ += sent;
}

}  // namespace veche::net
