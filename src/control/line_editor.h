// One line that a person types at a terminal, with history and completion, over libedit; and text that
// appears above it without tearing it.
//
// libedit would like to own the process: to read the terminal until the line is whole, to write whenever it
// likes, to catch signals. Here it does none of that. Its keys come from `feed` and its output goes to a
// buffer, so nothing ever blocks, and a key sequence that comes in pieces is the same key. Only keys that act
// at once are passed on: those that would make libedit wait for a further one (quoting, incremental search)
// are not there.
//
// The terminal's modes are ours between `open` and `close`, and at no other time. What was typed outlives
// `close`: the next `open` shows it again.
//
//   text above          take_output() of print("text above\n"): to the line's origin (its rows up, CR), clear
//   veche> the li_ne    to the end of the screen, the text, the line again, its cursor where it was
#pragma once

#include "base/result.h"

#include <termios.h>

#include <cstdio>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

struct editline;
struct historyW;

namespace veche::control {

/// Makes LC_CTYPE, and nothing else of the locale, the environment's, or C.UTF-8 if that is not UTF-8. A
/// LineEditor needs it and does it. Does nothing the second time: who has threads calls it before they run.
void use_utf8_locale();

/// Lives on one thread.
class LineEditor {
 public:
  /// Whole words for the last word of the line up to the cursor.
  using Complete = std::function<std::vector<std::string>(std::string_view line_up_to_cursor)>;

  /// A line that Enter ended, UTF-8, without its LF.
  struct Line {
    std::string text;
  };
  /// Ctrl-D on an empty line.
  struct End {};
  using Event = std::variant<Line, End>;

  /// `terminal`: a descriptor of it, which outlives the editor and whose modes and size are used; nothing is
  /// read from it or written to it. `complete` may be empty.
  LineEditor(int terminal, std::string prompt, Complete complete);
  /// Restores the modes if they are ours.
  ~LineEditor();
  LineEditor(const LineEditor&) = delete;
  LineEditor& operator=(const LineEditor&) = delete;

  /// Takes the terminal and draws the line. The process must be in the terminal's foreground. Fails if it
  /// is no terminal.
  base::Result<> open();
  /// Takes the line off the screen and restores the modes. Does nothing if not open; so do the next three.
  void close();
  /// As `close`, but touches nothing: the terminal is already another's.
  void abandon();
  bool is_open() const { return editor_ != nullptr; }

  /// Bytes that were typed.
  void feed(std::string_view bytes) { typed_ += bytes; }
  /// What they come to; nothing when they are used up. Call it until then, with `take_output` behind it.
  std::optional<Event> next();

  /// Puts whole lines, each with its LF, above the line.
  void print(std::string_view lines);
  /// The terminal has got another size.
  void resized();
  /// From now on; redraws.
  void set_prompt(std::string_view prompt);
  /// Adds a line to the history: the last 200, none twice in a row.
  void remember(std::string_view line);

  /// What is to be written to the terminal, given once.
  std::string take_output();

 private:
  static int next_key(editline* editor, wchar_t* key);
  static wchar_t* prompt_of(editline* editor);
  void unload();
  void start_line();
  std::wstring take_keys();
  std::optional<Event> press(std::wstring keys);
  void insert_mark(wchar_t mark);
  void complete_word();
  void measure();
  int cursor_row() const;
  void erase();
  void draw();

  const int terminal_;
  std::wstring prompt_;
  const Complete complete_;
  editline* editor_ = nullptr;  // null: the terminal is not ours
  historyW* history_;
  std::FILE* screen_;  // writes to output_
  std::FILE* nowhere_;
  std::string output_;
  std::string typed_;  // not yet keys
  std::wstring keys_;  // for libedit to take
  termios before_{};
  int rows_ = 24;
  int columns_ = 80;
  std::wstring kept_line_;  // while closed
  int kept_cursor_ = 0;     // from the end of kept_line_
};

}  // namespace veche::control
