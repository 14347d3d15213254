#include "control/console.h"

#include "base/limits.h"
#include "base/text.h"

#include <fcntl.h>
#include <poll.h>
#include <unistd.h>

#include <sys/stat.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <chrono>
#include <cstdlib>
#include <utility>

namespace veche::control {
namespace {

using base::limits::kLineBytesMax;

constexpr std::string_view kPrompt = "veche> ";
constexpr std::string_view kQuestionPrompt = "> ";
constexpr std::size_t kWaitingLinesMax = 1'000;
constexpr std::size_t kAnswerBytesMax = 8u * 1024 * 1024;  // of answers that the output does not take
constexpr std::size_t kTypedAheadMax = 1'000;              // commands
constexpr std::size_t kChunkBytes = 4096;                  // what a pipe that has room takes without blocking
constexpr std::chrono::seconds kLookAgain{1};
constexpr int kLastWriteMs = 200;  // that the end waits for a slow reader, and how often
constexpr int kLastWritesMax = 10;

/// Another description of what `fd` is, for `flags`, that does not block: setting O_NONBLOCK on `fd` itself
/// would set it for the shell too. Nobody's if there is none; then poll() before each call has to do.
net::Fd reopened(int fd, int flags) {
  struct stat status {};
  if (::fstat(fd, &status) != 0 || !(S_ISCHR(status.st_mode) || S_ISFIFO(status.st_mode))) return net::Fd();
  const std::string path = "/proc/self/fd/" + std::to_string(fd);
  return net::Fd(::open(path.c_str(), flags | O_NONBLOCK | O_NOCTTY | O_CLOEXEC));
}

bool is_terminal(int fd) { return ::isatty(fd) == 1; }

/// Whether the terminal can move its cursor.
bool can_edit() {
  const char* term = std::getenv("TERM");
  return term != nullptr && *term != '\0' && std::string_view(term) != "dumb";
}

std::size_t count_lines(std::string_view lines) {
  return static_cast<std::size_t>(std::count(lines.begin(), lines.end(), '\n'));
}

/// Lines that move no cursor, whatever is in them.
std::string harmless(std::string_view lines) {
  std::string out;
  while (!lines.empty()) {
    const std::size_t end = std::min(lines.find('\n'), lines.size());
    out += base::printable(lines.substr(0, end)) + '\n';
    lines.remove_prefix(std::min(end + 1, lines.size()));
  }
  return out;
}

}  // namespace

/// The reply to one command. Silent once the console has let it go.
class Console::Answer final : public Reply {
 public:
  Answer(Console& console, std::string command) : console_(&console), command_(std::move(command)) {}

  void text(std::string_view lines) override {
    if (console_) console_->put(lines, true);
  }
  void error(const base::Error& error) override {
    if (console_) console_->put_error(error);
  }
  void end(int) override {
    if (Console* const console = std::exchange(console_, nullptr)) console->finish(*this);
  }
  void confirm(std::string question, std::string word, std::function<void()> agreed) override {
    if (!console_) return;
    if (console_->editor_ && console_->editor_->is_open())
      return console_->ask(std::move(question), std::move(word), std::move(agreed));
    error({command_, console_->t_("needs confirmation"), console_->t_("add --yes")});
    end(1);
  }

  void let_go() { console_ = nullptr; }

 private:
  Console* console_;
  const std::string command_;
};

Console::Console(net::EventLoop& loop, ConsoleFds fds, ConsoleHooks hooks)
    : loop_(loop),
      fds_(fds),
      hooks_(std::move(hooks)),
      t_(hooks_.translator),
      terminal_(is_terminal(fds.in)    ? fds.in
                : is_terminal(fds.out) ? fds.out
                                       : -1),
      shown_(is_terminal(fds.out)),
      own_in_(is_terminal(fds.in) ? reopened(fds.in, O_RDONLY) : net::Fd()),
      own_out_(reopened(fds.out, O_WRONLY)) {
  if (is_terminal(fds.in) && shown_ && can_edit())
    editor_.emplace(fds.in, std::string(kPrompt), hooks_.complete);
  resumed();
}

Console::~Console() {
  if (running_) running_->let_go();
  loop_.timers().cancel(look_again_);
  if (watching_input_) loop_.unwatch(fds_.in, *this);
  if (may_write()) {
    // The last words of an answer; a reader that has stopped reading does not get them.
    pollfd room{fds_.out, POLLOUT, 0};
    flush();
    for (int i = 0; i < kLastWritesMax && !(unsent_.empty() && waiting_.empty()); ++i) {
      if (::poll(&room, 1, kLastWriteMs) <= 0) break;
      flush();
    }
    if (editor_) {
      editor_->close();
      unsent_ += editor_->take_output();
      send();
    }
  }
  if (editor_) editor_->abandon();
  if (waiting_for_room_) loop_.unwatch(fds_.out, room_);
}

// The ground. -------------------------------------------------------------------------------------

/// In the background too, if it goes to a file or a pipe.
bool Console::may_write() { return look_at_ground() || !shown_; }

/// Whether the terminal may be used now; takes it or lets it go if that has changed.
bool Console::look_at_ground() {
  if (suspended_) return false;
  bool foreground = true;
  if (terminal_ >= 0) {
    if (hooks_.in_foreground) {
      foreground = hooks_.in_foreground();
    } else {
      const pid_t group = ::tcgetpgrp(terminal_);
      foreground = group < 0 || group == ::getpgrp();  // none: it is no shell's, and has no background
    }
  }
  if (foreground && background_) take_ground();
  if (!foreground && !background_) lose_ground();
  return !background_;
}

void Console::take_ground() {
  background_ = false;
  loop_.timers().cancel(look_again_);
  if (editor_ && !input_ended_) {
    if (const auto opened = editor_->open(); !opened) {
      put_error(opened.error());
      editor_.reset();
      end_input();
    }
  }
  watch_input();
  flush_soon();
}

void Console::lose_ground() {
  background_ = true;
  if (editor_) editor_->abandon();
  if (shown_) {
    waiting_.clear();
    waiting_lines_ = left_out_ = 0;
    unsent_.clear();
  }
  watch_input();
  loop_.timers().arm(look_again_, loop_.clock().mono() + kLookAgain);
}

void Console::expired(net::Timer&) {
  if (!look_at_ground() && !suspended_) loop_.timers().arm(look_again_, loop_.clock().mono() + kLookAgain);
}

void Console::suspend() {
  if (terminal_ < 0 || !look_at_ground()) return;
  flush();
  if (editor_) {
    editor_->close();
    unsent_ += editor_->take_output();
  }
  send();
  suspended_ = true;
  lose_ground();
  loop_.timers().cancel(look_again_);
}

void Console::resumed() {
  suspended_ = false;
  if (!look_at_ground()) loop_.timers().arm(look_again_, loop_.clock().mono() + kLookAgain);
}

void Console::resized() {
  if (!editor_ || !look_at_ground()) return;
  editor_->resized();
  flush();
}

// Input. ------------------------------------------------------------------------------------------

/// Reads on, or stops reading, as the state asks for. A terminal is read while a command is unanswered: Enter
/// ends it.
void Console::watch_input() {
  const bool want = !input_ended_ && !background_ && (editor_ || (!running_ && lines_.empty()));
  if (want && polled_ && !watching_input_) {
    watching_input_ = loop_.watch(fds_.in, EPOLLIN, *this);
    if (!watching_input_ && errno != EPERM) {
      put_error({"console", base::errno_text(errno), ""});
      return end_input();
    }
    polled_ = watching_input_;  // EPERM: a file, /dev/null: always readable
  }
  if (!want && watching_input_) {
    loop_.unwatch(fds_.in, *this);
    watching_input_ = false;
  }
  if (want && !polled_ && !read_posted_) {
    read_posted_ = true;
    post(&Console::read_input);
  }
}

void Console::ready(std::uint32_t) { read_input(); }

void Console::read_input() {
  read_posted_ = false;
  if (!look_at_ground() || input_ended_) return;
  std::array<char, kChunkBytes> buffer;
  const ssize_t got = ::read(own_in_ ? own_in_.get() : fds_.in, buffer.data(), buffer.size());
  if (got < 0 && (errno == EAGAIN || errno == EINTR)) return;
  if (got <= 0) return end_input();  // an error: the terminal has gone
  const std::string_view bytes(buffer.data(), static_cast<std::size_t>(got));
  if (!editor_) {
    split(bytes);
    run_next();
    return;
  }
  editor_->feed(bytes);
  while (auto event = editor_->next()) {
    if (std::holds_alternative<LineEditor::End>(*event)) {
      end_input();
      break;
    }
    take_line(std::move(std::get<LineEditor::Line>(*event).text));
  }
  flush();  // what was typed shows at once
}

void Console::split(std::string_view bytes) {
  while (!bytes.empty()) {
    const std::size_t end = bytes.find('\n');
    const std::string_view piece = bytes.substr(0, end);
    too_long_ = too_long_ || partial_.size() + piece.size() > kLineBytesMax + 1;  // a CR is not counted
    if (too_long_)
      partial_.clear();
    else
      partial_ += piece;
    if (end == std::string_view::npos) return;
    bytes.remove_prefix(end + 1);
    end_plain_line();
  }
}

void Console::end_plain_line() {
  ++line_number_;
  std::string line = std::exchange(partial_, {});
  if (line.ends_with('\r')) line.pop_back();
  const bool too_long = std::exchange(too_long_, false) || line.size() > kLineBytesMax;
  if (too_long) {
    lines_.push_back(
        {{}, base::Error{t_("line {}", line_number_), t_("longer than {} bytes", kLineBytesMax), ""}});
  } else if (!base::is_utf8(line)) {
    lines_.push_back({{}, base::Error{t_("line {}", line_number_), t_("is not UTF-8"), ""}});
  } else if (!base::trim(line).empty()) {
    lines_.push_back({std::move(line), {}});
  }
}

/// From the editor.
void Console::take_line(std::string line) {
  if (line.size() > kLineBytesMax)
    return put_error({t_("this line"), t_("longer than {} bytes", kLineBytesMax), ""});
  if (question_) return settle(line);
  if (base::trim(line).empty()) {
    if (running_) drop_running();
    return;
  }
  editor_->remember(line);
  if (lines_.size() >= kTypedAheadMax)
    return put_error(
        {t_("this line"), t_("too many commands are waiting"), t_("Enter ends the one that runs")});
  lines_.push_back({std::move(line), {}});
  run_next();
}

void Console::end_input() {
  if (std::exchange(input_ended_, true)) return;
  if (!editor_ && (!partial_.empty() || too_long_)) end_plain_line();
  if (editor_ && editor_->is_open()) {
    editor_->close();
    unsent_ += editor_->take_output();
    put(t_("The console is closed; the server goes on.") + '\n', true);
  }
  if (question_) settle("");
  run_next();
  flush_soon();
}

void Console::run_next() {
  if (in_run_) return;
  while (!running_ && !lines_.empty()) {
    const Input input = std::move(lines_.front());
    lines_.pop_front();
    if (input.error) {
      put_error(*input.error);
      continue;
    }
    running_ = std::make_shared<Answer>(*this, input.line);
    in_run_ = true;
    hooks_.run(input.line, running_);
    in_run_ = false;
  }
  watch_input();
}

// Answers. ----------------------------------------------------------------------------------------

/// `answer` has said its last word. The next command has a turn of its own: whoever ended this one is still
/// at work.
void Console::finish(const Answer& answer) {
  if (running_.get() != &answer) return;
  running_.reset();
  if (question_) forget_question();
  post(&Console::run_next);
}

void Console::drop_running() {
  running_->let_go();
  running_.reset();
  run_next();
}

void Console::ask(std::string question, std::string word, std::function<void()> agreed) {
  question_ = Question{std::move(word), std::move(agreed)};
  if (!question.ends_with('\n')) question += '\n';
  put(question, true);
  editor_->set_prompt(kQuestionPrompt);
  flush_soon();
}

void Console::settle(const std::string& line) {
  const Question asked = std::move(*question_);
  forget_question();
  if (base::trim(line) == asked.word && !asked.word.empty()) return asked.agreed();
  put(t_("Nothing was done.") + '\n', true);
  if (running_) drop_running();
}

void Console::forget_question() {
  question_.reset();
  editor_->set_prompt(kPrompt);
}

void Console::put_error(const base::Error& error) { put("veche: " + error.text() + '\n', true); }

// Output. -----------------------------------------------------------------------------------------

void Console::print(std::string_view lines) { put(lines, false); }

/// `answer`: an operator has asked for it, so more of it is kept.
void Console::put(std::string_view lines, bool answer) {
  if ((background_ && shown_) || output_gone_) return;
  const auto full = [&] {
    return waiting_lines_ >= kWaitingLinesMax && (!answer || waiting_.size() >= kAnswerBytesMax);
  };
  if (full()) flush();
  if (full()) {
    left_out_ += count_lines(lines);
    return;
  }
  waiting_ += editor_ ? harmless(lines) : std::string(lines);
  waiting_lines_ += count_lines(lines);
  flush_soon();
}

/// At the end of the turn: what comes in one turn is one redraw.
void Console::flush_soon() {
  if (std::exchange(flush_posted_, true)) return;
  post(&Console::flush);
}

void Console::flush() {
  flush_posted_ = false;
  if (!may_write()) return;
  if (unsent_.empty() && !waiting_.empty() && has_room()) {
    std::string lines = std::exchange(waiting_, {});
    waiting_lines_ = 0;
    if (const std::size_t count = std::exchange(left_out_, 0); count > 0)
      lines += t_.plural("({} line was left out)", "({} lines were left out)", count) + '\n';
    if (editor_ && editor_->is_open())
      editor_->print(lines);
    else
      unsent_ += lines;
  }
  if (editor_) unsent_ += editor_->take_output();
  send();
}

void Console::writable() {
  loop_.unwatch(fds_.out, room_);
  waiting_for_room_ = false;
  flush();
  if (!waiting_.empty()) flush_soon();
}

/// Whether the output takes bytes now. If not, `writable` is called when it does.
bool Console::has_room() {
  pollfd room{fds_.out, POLLOUT, 0};
  if (::poll(&room, 1, 0) > 0) {
    if ((room.revents & POLLOUT) != 0) return true;
    output_gone_ = true;
    waiting_.clear();
    unsent_.clear();
    return false;
  }
  if (!waiting_for_room_) waiting_for_room_ = loop_.watch(fds_.out, EPOLLOUT, room_);
  return false;
}

void Console::send() {
  std::size_t sent = 0;
  while (sent < unsent_.size() && has_room()) {
    const ssize_t wrote = ::write(own_out_ ? own_out_.get() : fds_.out, unsent_.data() + sent,
                                  std::min(unsent_.size() - sent, kChunkBytes));
    if (wrote > 0) {
      sent += static_cast<std::size_t>(wrote);
    } else if (errno == EAGAIN) {
      if (!waiting_for_room_) waiting_for_room_ = loop_.watch(fds_.out, EPOLLOUT, room_);
      break;
    } else if (errno != EINTR) {
      output_gone_ = true;
      sent = unsent_.size();
    }
  }
  unsent_.erase(0, std::min(sent, unsent_.size()));
}

void Console::post(void (Console::*step)()) {
  loop_.post([this, step, alive = std::weak_ptr(alive_)] {
    if (!alive.expired()) (this->*step)();
  });
}

}  // namespace veche::control
