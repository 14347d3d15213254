// The operator's console of `veche serve`: commands from standard input, answers and notices to standard
// output, on the main thread, in its loop, while the other threads serve.
//
// On a terminal a line is edited (line_editor.h), and everything else is printed above it. From a pipe or a
// file come plain lines. Commands run one after another: the next waits until the answer to the last has
// ended, and a pipe is not read further until then.
//
// The shell's rules for a terminal are kept. In the background nothing is read, nothing is written and no
// mode is changed; every second the console looks whether it is in the foreground again. And nothing blocks:
// what the terminal does not take waits, and when too much waits, lines are left out and counted.
#pragma once

#include "base/i18n.h"
#include "base/result.h"
#include "control/line_editor.h"
#include "control/reply.h"
#include "net/event_loop.h"
#include "net/fd.h"
#include "net/timers.h"

#include <cstddef>
#include <deque>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace veche::control {

/// Where the console reads and writes: two different numbers, even if both are one terminal. Not owned.
struct ConsoleFds {
  int in = 0;
  int out = 1;
};

struct ConsoleHooks {
  /// Runs a command, valid UTF-8 that is not blank. `reply` is the console's, which drops it when nobody
  /// listens any more: who answers later keeps a weak_ptr. Must not destroy the console.
  std::function<void(std::string_view line, std::shared_ptr<Reply> reply)> run;
  LineEditor::Complete complete;        ///< may be empty
  base::Translator translator;          ///< the operator's language
  std::function<bool()> in_foreground;  ///< empty: asks the terminal; for tests
};

/// Lives on the loop's thread.
class Console final : public net::Source {
 public:
  /// Starts reading. `loop` and `fds` outlive the console.
  Console(net::EventLoop& loop, ConsoleFds fds, ConsoleHooks hooks);
  /// Writes what the terminal still takes, and restores its modes. Replies that are held elsewhere go silent.
  ~Console() override;
  Console(const Console&) = delete;
  Console& operator=(const Console&) = delete;

  /// Prints whole lines, each with its LF, at the end of the loop's turn. On a terminal they are dropped in
  /// the background;

  /// while the terminal takes nothing, 1,000 are kept and the others counted.
  void print(std::string_view lines);

  /// SIGTSTP: gives the terminal back. The owner then stops the process.
  void suspend();
  /// SIGCONT: takes the terminal again, now or when the process comes to the foreground.
  void resumed();
  /// SIGWINCH.
  void resized();

  /// Whether the input has ended and all its commands have. The server goes on.
  bool ended() const { return input_ended_ && !running_ && lines_.empty(); }

  void ready(std::uint32_t events) override;
  void expired(net::Timer& timer) override;

 private:
  class Answer;
  /// Hears when the output takes bytes again.
  struct Room final : net::Source {
    explicit Room(Console& owner) : console(owner) {}
    void ready(std::uint32_t) override { console.writable(); }
    void expired(net::Timer&) override {}
    Console& console;
  };
  struct Input {
    std::string line;
    std::optional<base::Error> error;  // it cannot be run: says why, in its turn
  };
  struct Question {
    std::string word;
    std::function<void()> agreed;
  };

  // The ground.
  bool look_at_ground();
  bool may_write();
  void take_ground();
  void lose_ground();
  // Input.
  void watch_input();
  void read_input();
  void split(std::string_view bytes);
  void end_plain_line();
  void take_line(std::string line);
  void end_input();
  void run_next();
  // Answers.
  void finish(const Answer& answer);
  void drop_running();
  void ask(std::string question, std::string word, std::function<void()> agreed);
  void settle(const std::string& line);
  void forget_question();
  void put_error(const base::Error& error);
  // Output.
  void put(std::string_view lines, bool answer);
  void flush_soon();
  void flush();
  void writable();
  bool has_room();
  void send();
  void post(void (Console::*step)());

  net::EventLoop& loop_;
  const ConsoleFds fds_;
  const ConsoleHooks hooks_;
  const base::Translator t_;
  const int terminal_;    // whose foreground counts; -1: neither is a terminal
  const bool shown_;      // the output is a terminal
  const net::Fd own_in_;  // descriptions of our own, which do not block; the shell's are left as they are
  const net::Fd own_out_;
  std::optional<LineEditor> editor_;                        // none: plain lines
  std::shared_ptr<char> alive_ = std::make_shared<char>();  // posts hold it weakly
  net::Timer look_again_{*this};
  Room room_{*this};

  bool background_ = true;  // until looked at
  bool suspended_ = false;
  bool watching_input_ = false;
  bool polled_ = true;  // false: a file, which is read by posts
  bool read_posted_ = false;
  bool input_ended_ = false;
  bool in_run_ = false;
  std::string partial_;  // of a plain line
  bool too_long_ = false;
  int line_number_ = 0;
  std::deque<Input> lines_;  // not yet run

  std::shared_ptr<Answer> running_;
  std::optional<Question> question_;

  std::string waiting_;  // lines that are not yet drawn
  std::size_t waiting_lines_ = 0;
  std::size_t left_out_ = 0;
  std::string unsent_;  // drawn, not yet written
  bool flush_posted_ = false;
  bool waiting_for_room_ = false;
  bool output_gone_ = false;
};

}  // namespace veche::control
