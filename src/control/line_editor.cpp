#include "control/line_editor.h"

#include "base/check.h"
#include "base/limits.h"
#include "base/text.h"

#include <histedit.h>
#include <langinfo.h>
#include <utf8proc.h>

#include <sys/ioctl.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <clocale>
#include <cstdint>
#include <cwchar>
#include <cwctype>
#include <new>
#include <utility>

// For the sanitizers: libtinfo loses eight bytes whenever it is asked for a terminal's entry.
extern "C" const char* __lsan_default_suppressions();
extern "C" const char* __lsan_default_suppressions() { return "leak:libtinfo.so\n"; }
extern "C" const char* __lsan_default_options();
extern "C" const char* __lsan_default_options() { return "print_suppressions=0"; }

namespace veche::control {
namespace {

constexpr int kHistoryLinesMax = 200;
constexpr std::size_t kCandidatesShownMax = 100;
constexpr std::size_t kSequenceBytesMax = 32;  // of one key; nothing that a terminal sends is longer

constexpr wchar_t kTab = L'\t';
constexpr wchar_t kCtrlD = 0x04;
constexpr char kEscape = '\033';

/// Keys that act at once, whatever comes behind them: ^A ^B ^D ^E ^F ^H TAB LF ^K ^L CR ^N ^P ^T ^U ^W ^Y.
constexpr std::string_view kControls =
    "\x01\x02\x04\x05\x06\x08\x09\x0a\x0b\x0c\x0d\x0e\x10\x14\x15\x17\x19\x7f";
/// The same behind ESC: words back and forth, deleted, in capitals; searches for what has been typed.
constexpr std::string_view kMetas = "bBfFdDcClLuUpPnN\x08\x7f";

/// What terminals send behind "ESC [" or "ESC O", as libedit's own keys: it would insert the end of a
/// sequence that it does not know.
struct Sequence {
  std::string_view bytes;
  std::wstring_view keys;
};
constexpr std::array kSequences{
    Sequence{"A", L"\x10"},     Sequence{"B", L"\x0e"},     Sequence{"C", L"\x06"},
    Sequence{"D", L"\x02"},     Sequence{"H", L"\x01"},     Sequence{"F", L"\x05"},
    Sequence{"1~", L"\x01"},    Sequence{"7~", L"\x01"},    Sequence{"4~", L"\x05"},
    Sequence{"8~", L"\x05"},    Sequence{"3~", L"\033[3~"}, Sequence{"1;5C", L"\033f"},
    Sequence{"1;3C", L"\033f"}, Sequence{"1;5D", L"\033b"}, Sequence{"1;3D", L"\033b"},
};

std::wstring widened(std::string_view utf8) {
  std::wstring wide;
  while (!utf8.empty()) {
    utf8proc_int32_t code_point = 0;
    const auto bytes = utf8proc_iterate(reinterpret_cast<const utf8proc_uint8_t*>(utf8.data()),
                                        static_cast<utf8proc_ssize_t>(utf8.size()), &code_point);
    if (bytes > 0) wide += static_cast<wchar_t>(code_point);
    utf8.remove_prefix(bytes > 0 ? static_cast<std::size_t>(bytes) : 1);
  }
  return wide;
}

std::string narrowed(std::wstring_view wide) {
  std::string utf8;
  for (const wchar_t c : wide) {
    std::array<utf8proc_uint8_t, 4> bytes{};
    const auto size = utf8proc_encode_char(static_cast<utf8proc_int32_t>(c), bytes.data());
    utf8.append(reinterpret_cast<const char*>(bytes.data()), static_cast<std::size_t>(size));
  }
  return utf8;
}

/// Bytes of the UTF-8 sequence that `lead` begins, 1 if it begins none.
std::size_t sequence_bytes(unsigned char lead) {
  return lead >= 0xF0 && lead <= 0xF4  ? 4
         : lead >= 0xE0 && lead < 0xF0 ? 3
         : lead >= 0xC2 && lead < 0xE0 ? 2
                                       : 1;
}

/// What all of them begin with, in whole characters.
std::string common_prefix(const std::vector<std::string>& words) {
  std::string_view common = words.front();
  for (const std::string_view word : words) {
    const auto end = std::mismatch(common.begin(), common.end(), word.begin(), word.end()).first;
    common = common.substr(0, static_cast<std::size_t>(end - common.begin()));
  }
  while (!base::is_utf8(common)) common.remove_suffix(1);
  return std::string(common);
}

std::wstring_view text_of(const LineInfoW& line) {
  return {line.buffer, static_cast<std::size_t>(line.lastchar - line.buffer)};
}

LineEditor& editor_of(EditLine* editor) {
  void* owner = nullptr;
  el_wget(editor, EL_CLIENTDATA, &owner);
  return *static_cast<LineEditor*>(owner);
}

}  // namespace

void use_utf8_locale() {
  const auto is_utf8 = [] { return std::string_view(::nl_langinfo(CODESET)) == "UTF-8"; };
  if (is_utf8()) return;
  if (std::setlocale(LC_CTYPE, "") != nullptr && is_utf8()) return;
  std::setlocale(LC_CTYPE, "C.UTF-8");
}

LineEditor::LineEditor(int terminal, std::string prompt, Complete complete)
    : terminal_(terminal),
      prompt_(widened(prompt)),
      complete_(std::move(complete)),
      history_(history_winit()) {
  use_utf8_locale();
  const auto write = [](void* owner, const char* bytes, std::size_t size) -> ssize_t {
    static_cast<LineEditor*>(owner)->output_.append(bytes, size);
    return static_cast<ssize_t>(size);
  };
  screen_ = ::fopencookie(this, "w", {.read = nullptr, .write = write, .seek = nullptr, .close = nullptr});
  nowhere_ = ::fopencookie(this, "w", {.read = nullptr, .write = nullptr, .seek = nullptr, .close = nullptr});
  if (history_ == nullptr || screen_ == nullptr || nowhere_ == nullptr) throw std::bad_alloc();
  HistEventW event{};
  history_w(history_, &event, H_SETSIZE, kHistoryLinesMax);
  history_w(history_, &event, H_SETUNIQUE, 1);
}

LineEditor::~LineEditor() {
  close();
  history_wend(history_);
  std::fclose(screen_);
  std::fclose(nowhere_);
}

// The terminal, ours and not ours. ----------------------------------------------------------------

base::Result<> LineEditor::open() {
  base::check(!is_open(), "an editor is opened once");
  if (::tcgetattr(terminal_, &before_) != 0) return base::fail("console", base::errno_text(errno));
  // What libedit has to say about TERM is nothing that an operator could use: it then works, if plainly.
  editor_ = el_init_fd("veche", nowhere_, screen_, nowhere_, terminal_, terminal_, terminal_);
  if (editor_ == nullptr) return base::fail("console", "libedit cannot start");
  el_wset(editor_, EL_CLIENTDATA, this);
  el_wset(editor_, EL_PROMPT, &LineEditor::prompt_of);
  el_wset(editor_, EL_GETCFN, &LineEditor::next_key);
  el_wset(editor_, EL_HIST, &history_w, history_);
  el_wset(editor_, EL_EDITOR, L"emacs");
  el_wset(editor_, EL_BIND, L"\\e[3~", L"ed-delete-next-char", nullptr);
  measure();
  el_wset(editor_, EL_UNBUFFERED, 1);  // sets the modes and draws the prompt
  if (!kept_line_.empty()) {
    erase();
    el_winsertstr(editor_, kept_line_.c_str());
    el_cursor(editor_, kept_cursor_);
    draw();
  }
  return {};
}

void LineEditor::close() {
  if (!is_open()) return;
  erase();
  unload();
  // Now, not when the output has drained: a terminal that somebody has stopped with Ctrl-S must not hold us.
  ::tcsetattr(terminal_, TCSANOW, &before_);
}

void LineEditor::abandon() {
  if (!is_open()) return;
  unload();
  output_.clear();
}

/// Ends libedit, which leaves the modes as they are, and keeps the line.
void LineEditor::unload() {
  const LineInfoW& line = *el_wline(editor_);
  kept_line_ = text_of(line);
  kept_cursor_ = static_cast<int>(line.cursor - line.lastchar);
  el_wset(editor_, EL_EDITMODE, 0);  // or el_end would set the modes, even in the background
  el_end(std::exchange(editor_, nullptr));
  std::fflush(screen_);
}

void LineEditor::start_line() {
  // Switching to buffered reading and back is how libedit is told that a line is over; with its editing off
  // it does that without setting the modes twice.
  el_wset(editor_, EL_EDITMODE, 0);
  el_wset(editor_, EL_UNBUFFERED, 0);
  el_wset(editor_, EL_UNBUFFERED, 1);
  el_wset(editor_, EL_EDITMODE, 1);
}

int LineEditor::next_key(editline* editor, wchar_t* key) {
  std::wstring& keys = editor_of(editor).keys_;
  if (keys.empty()) return 0;
  *key = keys.front();
  keys.erase(0, 1);
  return 1;
}

wchar_t* LineEditor::prompt_of(editline* editor) { return editor_of(editor).prompt_.data(); }

// Keys. -------------------------------------------------------------------------------------------

std::optional<LineEditor::Event> LineEditor::next() {
  while (is_open()) {
    std::wstring keys = take_keys();
    if (keys.empty()) break;
    if (auto event = press(std::move(keys))) return event;
  }
  return std::nullopt;
}

/// The next key that means something, as libedit's keys; empty if there is no whole one.
std::wstring LineEditor::take_keys() {
  const auto taken = [this](std::size_t bytes) {
    std::string key = typed_.substr(0, bytes);
    typed_.erase(0, bytes);
    return key;
  };
  while (!typed_.empty()) {
    const auto lead = static_cast<unsigned char>(typed_.front());
    if (lead < 0x20 || lead == 0x7F) {
      if (typed_.front() != kEscape) {
        const std::string key = taken(1);
        if (kControls.find(key) != std::string_view::npos) return widened(key);
        continue;
      }
      if (typed_.size() < 2) return {};
      if (typed_[1] != '[' && typed_[1] != 'O') {
        if (kMetas.find(typed_[1]) != std::string_view::npos) return widened(taken(2));
        taken(typed_[1] > ' ' && typed_[1] < 0x7F ? 2 : 1);  // what else follows is a key of its own
        continue;
      }
      // ECMA-48, 5.4: parameters and intermediates, then one byte that ends it.
      const auto end =
          std::find_if(typed_.begin() + 2, typed_.end(), [](char c) { return c < ' ' || c > '?'; });
      const auto size = static_cast<std::size_t>(end - typed_.begin());
      if (end == typed_.end() && size <= kSequenceBytesMax) return {};
      const std::string key = taken(end == typed_.end() ? size : size + 1);
      for (const Sequence& sequence : kSequences)
        if (sequence.bytes == std::string_view(key).substr(2)) return std::wstring(sequence.keys);
      continue;
    }
    const std::size_t size = sequence_bytes(lead);
    const std::string_view whole = std::string_view(typed_).substr(0, size);
    if (whole.size() < size &&
        std::all_of(whole.begin() + 1, whole.end(), [](char c) { return (c & 0xC0) == 0x80; }))
      return {};
    if (whole.size() < size || !base::is_utf8(whole)) {
      taken(1);
      continue;
    }
    const std::string bytes = taken(size);
    std::wstring key = widened(bytes);
    if (std::iswprint(static_cast<std::wint_t>(key.front())) != 0 && base::printable(bytes) == bytes)
      return key;
  }
  return {};
}

std::optional<LineEditor::Event> LineEditor::press(std::wstring keys) {
  const LineInfoW& line = *el_wline(editor_);
  const wchar_t key = keys.front();
  if (key == kTab) {
    complete_word();
    return std::nullopt;
  }
  if (key == kCtrlD && line.lastchar == line.buffer) return End{};
  if (key >= L' ' && key != 0x7F) {
    if (text_of(line).size() > base::limits::kLineBytesMax)
      return std::nullopt;  // whoever reads it refuses it
    if (::wcwidth(key) == 0) {
      insert_mark(key);
      return std::nullopt;
    }
  }
  keys_ = std::move(keys);
  while (!keys_.empty()) {
    int size = 0;
    el_wgets(editor_, &size);
  }
  const std::wstring_view text = text_of(*el_wline(editor_));
  if (!text.ends_with(L'\n')) return std::nullopt;
  Line whole{narrowed(text.substr(0, text.size() - 1))};
  start_line();
  return whole;
}

/// libedit counts a character without width as a column when it is typed, so it is inserted behind its back;
/// composed with its base if Unicode has a character for the two (и and U+0306 are й), which can be seen.
void LineEditor::insert_mark(wchar_t mark) {
  const LineInfoW& line = *el_wline(editor_);
  std::wstring text(1, mark);
  erase();
  if (line.cursor > line.buffer) {
    const auto composed = base::nfc(narrowed(std::wstring{line.cursor[-1], mark}));
    if (composed && base::code_points(*composed) == 1) {
      text = widened(*composed);
      el_wdeletestr(editor_, 1);
    }
  }
  el_winsertstr(editor_, text.c_str());
  draw();
}

void LineEditor::complete_word() {
  if (!complete_) return;
  const LineInfoW& line = *el_wline(editor_);
  const std::wstring before(line.buffer, line.cursor);
  const std::vector<std::string> candidates = complete_(narrowed(before));
  if (candidates.empty()) return;
  const std::size_t word_at = before.rfind(L' ') + 1;  // npos + 1: the line's first
  const std::size_t word_size = before.size() - word_at;

  std::wstring word = widened(common_prefix(candidates));
  const bool only = candidates.size() == 1;
  if (only && (line.cursor == line.lastchar || *line.cursor != L' ')) word += L' ';
  erase();
  if (only || word.size() > word_size) {
    el_wdeletestr(editor_, static_cast<int>(word_size));
    el_winsertstr(editor_, word.c_str());
  }
  if (!only) {
    for (std::size_t i = 0; i < candidates.size() && i < kCandidatesShownMax; ++i) {
      if (i > 0) output_ += "  ";
      output_ += base::printable(candidates[i]);
    }
    output_ += candidates.size() > kCandidatesShownMax ? "  …\n" : "\n";
  }
  draw();
}

// The screen. -------------------------------------------------------------------------------------

void LineEditor::print(std::string_view lines) {
  if (!is_open()) return;
  erase();
  output_ += lines;
  draw();
}

void LineEditor::resized() {
  if (!is_open()) return;
  // A terminal that folds its lines anew has done so by now: the cursor is where the new width puts it.
  measure();
  erase();
  el_resize(editor_);
  draw();
}

void LineEditor::set_prompt(std::string_view prompt) {
  if (is_open()) erase();
  prompt_ = widened(prompt);
  if (is_open()) draw();
}

void LineEditor::remember(std::string_view line) {
  HistEventW event{};
  history_w(history_, &event, H_ENTER, widened(line).c_str());
}

std::string LineEditor::take_output() {
  std::fflush(screen_);
  return std::exchange(output_, {});
}

void LineEditor::measure() {
  winsize size{};
  const bool known = ::ioctl(terminal_, TIOCGWINSZ, &size) == 0;
  columns_ = known && size.ws_col > 1 ? size.ws_col : 80;
  rows_ = known && size.ws_row > 0 ? size.ws_row : 24;
}

/// The row of the cursor, 0 where the prompt begins, by libedit's own rules: what does not fit into a row
/// goes to the next one, and the cursor never stays behind the last column.
int LineEditor::cursor_row() const {
  int row = 0;
  int column = 0;
  const auto width_of = [](wchar_t c) { return std::max(::wcwidth(c), 0); };
  const auto put = [&](wchar_t c) {
    const int width = width_of(c);
    if (column + width > columns_) {
      ++row;
      column = 0;
    }
    column += width;
    if (column >= columns_) {
      ++row;
      column = 0;
    }
  };
  const LineInfoW& line = *el_wline(editor_);
  std::for_each(prompt_.begin(), prompt_.end(), put);
  std::for_each(line.buffer, line.cursor, put);
  if (line.cursor < line.lastchar && column + width_of(*line.cursor) > columns_) ++row;
  return std::min(row, rows_ - 1);
}

/// Takes the line off the screen, the cursor then being where the prompt begins. To be called before the line
/// changes: where it is on the screen follows from what it holds.
void LineEditor::erase() {
  std::fflush(screen_);
  if (const int row = cursor_row(); row > 0) output_ += "\033[" + std::to_string(row) + 'A';
  output_ += "\r\033[J";
}

/// Draws it again, behind `erase`.
void LineEditor::draw() { el_wset(editor_, EL_REFRESH); }

}  // namespace veche::control
