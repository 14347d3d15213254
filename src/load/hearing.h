// Takes apart what one member hears: messages, all of one length and with one head, and now and then a line
// that is none (a PING). A message costs a look at its head, and its bytes are copied only if they come in
// parts. Pure.
#pragma once

#include <algorithm>
#include <cstddef>
#include <string>
#include <string_view>

namespace veche::load {

struct MessageShape {
  std::string_view head = {};  ///< how all messages begin, and no other line
  std::size_t bytes = 0;       ///< of a message; 0: there are none, all are lines
};

class Hearing {
 public:
  /// Calls `message(bytes)` for each message and `line(bytes)` for each other line, with its end, that is
  /// complete with `bytes`; what is not is kept.
  template <class Message, class Line>
  void take(std::string_view bytes, const MessageShape& shape, Message message, Line line) {
    while (!bytes.empty()) {
      while (partial_.empty() && shape.bytes > 0 && bytes.size() >= shape.bytes &&
             bytes.starts_with(shape.head)) {
        message(bytes.substr(0, shape.bytes));
        bytes.remove_prefix(shape.bytes);
      }
      const std::size_t part = std::min(bytes.size(), wanted(bytes, shape));
      partial_ += bytes.substr(0, part);
      bytes.remove_prefix(part);
      if (partial_.empty()) return;
      if (may_be_message(shape)) {
        if (partial_.size() < shape.bytes) continue;
        message(std::string_view(partial_));
      } else {
        if (partial_.back() != '\n') continue;
        line(std::string_view(partial_));
      }
      partial_.clear();
    }
  }

 private:
  bool may_be_message(const MessageShape& shape) const {
    return shape.bytes > 0 &&
           shape.head.substr(0, partial_.size()) == std::string_view(partial_).substr(0, shape.head.size());
  }
  /// How many bytes on it is known what has begun, or that ends.
  std::size_t wanted(std::string_view bytes, const MessageShape& shape) const {
    if (may_be_message(shape)) {
      return partial_.size() < shape.head.size() ? 1 : shape.bytes - std::min(shape.bytes, partial_.size());
    }
    const std::size_t end = bytes.find('\n');
    return end == std::string_view::npos ? bytes.size() : end + 1;
  }

  std::string partial_;
};

}  // namespace veche::load
