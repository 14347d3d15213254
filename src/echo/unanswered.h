// What an echo client has said and not yet heard again: a stream of bytes, of which the first part has been
// sent. It outlives the connection, so that another one can go on where the last was lost. Pure; one thread.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace veche::echo {

class Unanswered {
 public:
  /// Where what came back is not what was sent.
  struct Difference {
    std::uint64_t at = 0;     ///< byte of the whole stream, the first is 0
    bool is_surplus = false;  ///< nothing was sent there at all
  };

  void add(std::string_view bytes) { bytes_ += bytes; }
  /// What has not been sent yet; valid until the next change.
  std::string_view to_send() const { return std::string_view(bytes_).substr(begin_ + sent_); }
  /// That many bytes of to_send() are on their way.
  void mark_sent(std::size_t bytes) { sent_ += bytes; }
  /// What came back. Takes off what it answers, up to the difference if there is one.
  std::optional<Difference> answer(std::string_view reply);
  /// On another connection: all that is unanswered is to be sent.
  void send_again() { sent_ = 0; }

  std::size_t size() const { return bytes_.size() - begin_; }
  bool empty() const { return size() == 0; }

 private:
  void take_off(std::size_t bytes);

  std::string bytes_;
  std::size_t begin_ = 0;  // of what is unanswered
  std::size_t sent_ = 0;   // behind begin_
  std::uint64_t answered_ = 0;
};

}  // namespace veche::echo
