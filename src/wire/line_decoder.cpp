#include "wire/line_decoder.h"

#include <algorithm>
#include <utility>

namespace veche::wire {

void LineDecoder::feed(std::string_view bytes) {
  if (!waiting_) waiting_ = std::make_unique<Waiting>();
  Waiting& w = *waiting_;
  // Dropping the lines handed out only when they are the larger part keeps this linear for any number of
  // lines.
  if (w.head > w.bytes.size() / 2) {
    w.bytes.erase(w.bytes.begin(), w.bytes.begin() + static_cast<std::ptrdiff_t>(w.head));
    w.scanned -= std::exchange(w.head, 0);
  }
  w.bytes.insert(w.bytes.end(), bytes.begin(), bytes.end());
}

std::optional<LineDecoder::Event> LineDecoder::next() {
  if (!waiting_) return std::nullopt;
  Waiting& w = *waiting_;
  if (skipping_) skip_line();
  if (ends_ == LineEnds::kIrc && !skipping_) skip_empty_lines();
  if (skipping_ || !find_end()) {
    // A CR at the end may yet turn out to belong to the line's end.
    const std::size_t in_doubt = w.text().ends_with('\r') ? 1 : 0;
    const bool too_long = !skipping_ && buffered() > max_bytes_ + in_doubt;
    if (too_long) {
      skipping_ = true;
      skip_line();
    }
    release_handed_out();
    return too_long ? std::optional<Event>(TooLong{}) : std::nullopt;
  }
  std::string_view text = w.text().substr(w.head, w.scanned - w.head);
  if (text.ends_with('\r')) text.remove_suffix(1);
  w.head = ++w.scanned;
  if (text.size() > max_bytes_) return TooLong{};
  return Line{text};
}

std::optional<LineDecoder::Event> LineDecoder::finish() {
  if (auto event = next()) return event;
  skipping_ = skipped_cr_ = false;
  if (!waiting_) return std::nullopt;
  Waiting& w = *waiting_;
  w.head = w.scanned = w.bytes.size();
  if (w.bytes.size() > max_bytes_) return TooLong{};  // only now is it certain that its last CR is text
  return Line{w.text()};
}

void LineDecoder::discard() {
  if (!waiting_) return;
  if (skipping_) skip_line();
  Waiting& w = *waiting_;
  const std::string_view rest = w.text().substr(w.head);
  if (!rest.empty()) {
    // A NUL after a CR ends a line wherever it stands, so the last bytes alone tell whether a line has begun.
    const std::string_view other_end = ends_ == LineEnds::kIrc ? "\r" : std::string_view("\r\0", 2);
    skipping_ = !rest.ends_with('\n') && !rest.ends_with(other_end);
    skipped_cr_ = skipping_ && rest.ends_with('\r');
  }
  waiting_.reset();
}

/// Moves `scanned` to the next byte that ends a line (LF, and the NUL of CR NUL or any CR), or to the end of
/// what waits.
bool LineDecoder::find_end() {
  // memchr takes 82 ns for a line of 100 bytes where a look at each byte takes 173. Block by block, because
  // looking for an LF through all that waits, once for each line that ends in another way, would be
  // quadratic.
  constexpr std::size_t kBlockBytes = 256;
  Waiting& w = *waiting_;
  while (w.scanned < w.bytes.size()) {
    const std::string_view block = w.text().substr(w.scanned, kBlockBytes);
    const std::size_t lf = block.find('\n');
    const std::string_view before = block.substr(0, lf);
    if (ends_ == LineEnds::kIrc) {
      const std::size_t cr = before.find('\r');
      w.scanned += std::min(cr, before.size());
      if (cr != block.npos || lf != block.npos) return true;
      continue;
    }
    for (std::size_t nul = before.find('\0'); nul != before.npos; nul = before.find('\0', nul + 1)) {
      const std::size_t at = w.scanned + nul;
      if (at == w.head ? skipped_cr_ : w.bytes[at - 1] == '\r') {
        w.scanned = at;
        return true;
      }
    }
    w.scanned += before.size();
    if (lf != block.npos) return true;
  }
  return false;
}

/// Drops what has come of the line that is being skipped.
void LineDecoder::skip_line() {
  Waiting& w = *waiting_;
  if (find_end()) {
    ++w.scanned;
    skipping_ = skipped_cr_ = false;
  } else if (buffered() > 0) {
    skipped_cr_ = w.bytes.back() == '\r';
  }
  w.head = w.scanned;
}

/// The LF of a CR LF is such a line.
void LineDecoder::skip_empty_lines() {
  Waiting& w = *waiting_;
  while (w.head < w.bytes.size() && (w.bytes[w.head] == '\r' || w.bytes[w.head] == '\n')) ++w.head;
  w.scanned = std::max(w.scanned, w.head);
}

/// Gives back the memory of what was handed out; what stays is the beginning of a line.
void LineDecoder::release_handed_out() {
  Waiting& w = *waiting_;
  if (buffered() == 0) return waiting_.reset();
  if (w.head == 0) return;
  base::WipingVector<char>(w.bytes.begin() + static_cast<std::ptrdiff_t>(w.head), w.bytes.end())
      .swap(w.bytes);
  w.scanned -= std::exchange(w.head, 0);
}

}  // namespace veche::wire
