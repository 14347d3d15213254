// Bytes from a person's terminal or a program become lines, however the network has split them.
//
// For people (`kTelnet`) a line ends in LF, CR LF, or CR NUL (telnet's bare return, RFC 854 page 11); a CR
// before anything else is text, and so is a NUL. For IRC (`kIrc`) any CR or LF ends a line, for some clients
// send only one of them, and empty lines are passed over in silence (RFC 1459 section 8;
// modern.ircdocs.horse, "Message Format" and "Compatibility with incorrect software"); a NUL is text here
// too, and the line's reader's to refuse. A line of more than `max_bytes` of text is reported once, as
// TooLong, and the rest of it is skipped: it is never cut in silence and never costs more memory than the
// bound.
//
// The caller pulls, so it can stop between two lines (a log-in step that is unfinished leaves the lines
// behind it waiting) and go on later. It pulls until there is nothing after each `feed`, or bounds what it
// feeds meanwhile: memory is what was fed since the last pull came back empty, and `max_bytes` + 1.
//
// What was handed out, and the memory that it outgrows, is wiped: a line may be a password.
//
// Invariant: a decoder whose pull came back empty holds no heap memory but the bytes of an unfinished line.
// Lives on its session's thread.
#pragma once

#include "base/secret.h"

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string_view>
#include <variant>

namespace veche::wire {

/// What ends a line.
enum class LineEnds : std::uint8_t { kTelnet, kIrc };

class LineDecoder {
 public:
  /// A whole line without its end. `text` is valid until the next call that is not const.
  struct Line {
    std::string_view text;
    friend bool operator==(const Line&, const Line&) = default;
  };
  /// A line of more than `max_bytes`; reported as soon as that is certain, perhaps before its end has come.
  struct TooLong {
    friend bool operator==(const TooLong&, const TooLong&) = default;
  };
  using Event = std::variant<Line, TooLong>;

  /// `max_bytes` counts a line's text without its end.
  explicit LineDecoder(std::uint32_t max_bytes, LineEnds ends = LineEnds::kTelnet)
      : max_bytes_(max_bytes), ends_(ends) {}

  /// Appends what the peer sent, split anywhere.
  void feed(std::string_view bytes);
  /// The next line, or nothing until more is fed.
  std::optional<Event> next();
  /// In place of `next` once the peer has sent its FIN, until nothing comes: a last line without an end
  /// counts.
  std::optional<Event> finish();

  /// Throws away all that waits, and the rest, still to come, of a line that has begun: half a password must
  /// not turn up as a line of its own.
  void discard();

  /// Bytes that wait: whole lines and the beginning of one.
  std::size_t buffered() const { return waiting_ ? waiting_->bytes.size() - waiting_->head : 0; }
  /// Whether the next byte fed begins a line and nothing waits before it.
  bool at_line_start() const { return buffered() == 0 && !skipping_; }
  /// Memory held beyond the object itself; 0 for an idle one.
  std::size_t heap_bytes() const { return waiting_ ? sizeof *waiting_ + waiting_->bytes.capacity() : 0; }

 private:
  bool find_end();
  void skip_line();
  void skip_empty_lines();
  void release_handed_out();

  /// What has come and is not done with.
  struct Waiting {
    base::WipingVector<char> bytes;
    std::size_t head = 0;     // where the bytes that wait begin; before it: lines that were handed out
    std::size_t scanned = 0;  // no byte from head to here ends a line

    std::string_view text() const { return {bytes.data(), bytes.size()}; }
  };
  std::unique_ptr<Waiting> waiting_;  // null: nothing; idle sessions are many
  const std::uint32_t max_bytes_;
  const LineEnds ends_;
  bool skipping_ = false;    // inside a line that has been reported or discarded
  bool skipped_cr_ = false;  // the last byte skipped was a CR: a NUL now ends the line
};

}  // namespace veche::wire
