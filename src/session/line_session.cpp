// LineSession: lines in, in order, as far as nothing is unfinished; words out; deadlines.
#include "session/line_session.h"

#include "base/secret.h"
#include "base/text.h"
#include "session/command_rate.h"

#include <fmt/core.h>

#include <algorithm>
#include <utility>

namespace veche::session {

using std::chrono::milliseconds;

LineSession::LineSession(Host& host, const LineOptions& options)
    : host_(host),
      options_(options),
      lines_(base::limits::kLineBytesMax),
      t_(options.language),
      dialogue_(std::make_unique<Dialogue>()) {}

// --- input

void LineSession::opened() { begin_login_step(); }

void LineSession::received(std::string_view bytes) {
  if (is_over()) return;
  last_input_ = host_.now();
  if (telnet_.idle() && bytes.find('\xff') == bytes.npos) {
    lines_.feed(bytes);  // all that nc ever sends, and nearly all that telnet does
  } else {
    std::string text;
    text.reserve(bytes.size());  // or it would leave behind what it has outgrown: a password may be in it
    std::string reply;
    telnet_.receive(bytes, text, reply);
    if (!reply.empty()) host_.send(reply);
    if (!telnet_.broken()) lines_.feed(text);
    base::wipe(text);
    if (telnet_.broken()) return close_with("telnet", t_("Your client's telnet negotiation is broken."));
  }
  pump();
}

void LineSession::peer_finished() {
  peer_finished_ = true;
  pump();
}

void LineSession::pump() {
  if (pumping_ || is_over()) return;  // pumping: the loop below goes on with what an answer has set free
  pumping_ = true;
  while (!waiting_ && !is_over() && !speaking_too_fast() && !held_up()) {
    auto event = lines_.next();
    if (!event && peer_finished_) event = lines_.finish();
    if (!event) {
      if (peer_finished_) leave();
      break;
    }
    take(*event);
  }
  pumping_ = false;
  const bool open = lines_.buffered() < options_.recv_queue_bytes;
  if (open == input_open_ || is_over()) return;
  input_open_ = open;
  host_.accept_input(open);
}

/// Beyond its rate a client is read more slowly; nothing of it is dropped.
bool LineSession::speaking_too_fast() {
  if (lines_.buffered() == 0) return false;
  const auto wait = rate_.wait(rate(), host_.now());
  if (wait <= decltype(wait)::zero()) return false;
  const bool has_deadline = in_login() && options_.registration_timeout != milliseconds::zero();
  const auto until = has_deadline ? std::min(wait, dialogue_->deadline - host_.now()) : wait;
  arm(TimerFor::rate, std::max(std::chrono::ceil<milliseconds>(until), milliseconds{1}));
  return true;
}

chat::Rate<base::MonoTime> LineSession::rate() const {
  return command_rate(options_.command_rate, options_.command_burst, !in_login());
}

bool LineSession::held_up() { return lines_.buffered() > 0 && host_.chat_is_busy(); }

void LineSession::take(const wire::LineDecoder::Event& event) {
  prompt_answered();
  rate_.take(rate(), host_.now());
  if (in_password_change()) ++dialogue_->lines;
  if (const auto* line = std::get_if<wire::LineDecoder::Line>(&event)) {
    take_line(line->text);
  } else {
    take_too_long();
  }
}

/// After a password the client may echo again. If it is a telnet that agreed to be silent, the person's Enter
/// was not shown either.
void LineSession::prompt_answered() {
  prompted_ = false;
  if (!std::exchange(echo_hidden_, false)) return;
  const bool was_silent = telnet_.peer_is_silent();
  host_.send(telnet_.wont_echo());
  if (was_silent) host_.send("\r\n");
}

void LineSession::take_line(std::string_view line) {
  const bool utf8 = base::is_utf8(line);
  if (!utf8 || line.find('\0') != line.npos || line.find('\r') != line.npos) {
    const std::string_view code = utf8 ? "control-character" : "not-utf8";
    const std::string text = utf8 ? t_("A line cannot hold NUL or carriage returns; it was not sent.")
                                  : t_("That line is not UTF-8 text and was not sent.");
    return step_ == Step::chatting ? err(code, text) : refuse_step(code, text);
  }
  if (step_ == Step::chatting) return take_chat_line(line);
  take_login_line(step_ == Step::name ? base::trim(line) : line);  // spaces belong to a password
}

void LineSession::take_too_long() {
  const std::string text =
      t_("That line is longer than {} bytes and was not sent.", base::limits::kLineBytesMax);
  if (step_ == Step::chatting) return err("too-long", text);
  refuse_step("too-long", text);
}

/// The answer that lines were waiting for is here.
void LineSession::answered() {
  waiting_ = false;
  asked_ = kNoCommand;
  if (step_ != Step::chatting) return;
  dialogue_.reset();
  arm(TimerFor::idle, options_.idle_timeout);
}

LineSession::Dialogue& LineSession::begin_dialogue() {
  dialogue_ = std::make_unique<Dialogue>();
  return *dialogue_;
}

void LineSession::leave() {
  step_ = Step::leaving;
  waiting_ = true;
  disarm();
  host_.command(chat::Disconnect{});
}

// --- time

void LineSession::arm(TimerFor purpose, milliseconds delay) {
  if (delay == milliseconds::zero()) return disarm();  // no such deadline
  timer_for_ = purpose;
  host_.set_timer(delay);
}

void LineSession::begin_login_step() {
  dialogue_->deadline = host_.now() + options_.registration_timeout;
  arm(TimerFor::login, options_.registration_timeout);
}

bool LineSession::login_is_late() const {
  return options_.registration_timeout != milliseconds::zero() && host_.now() >= dialogue_->deadline;
}

/// What is left of a step's time.
void LineSession::arm_login() {
  if (options_.registration_timeout == milliseconds::zero()) return disarm();
  const auto left = std::chrono::ceil<milliseconds>(dialogue_->deadline - host_.now());
  arm(TimerFor::login, std::max(left, milliseconds{1}));
}

void LineSession::disarm() {
  if (timer_for_ == TimerFor::nothing) return;
  timer_for_ = TimerFor::nothing;
  host_.cancel_timer();
}

void LineSession::on_timer() {
  time_passed();
  pump();
}

void LineSession::time_passed() {
  switch (std::exchange(timer_for_, TimerFor::nothing)) {
    case TimerFor::nothing:
      return;
    case TimerFor::login:
      return close_with("login-timeout", t_("That took too long. Please connect again."));
    case TimerFor::verdict:
      return wrong_password();
    case TimerFor::rate:
      if (!in_login()) return arm(TimerFor::idle, options_.idle_timeout);
      if (login_is_late())
        return close_with("login-timeout", t_("That took too long. Please connect again."));
      return arm_login();
    case TimerFor::idle: {
      if (options_.idle_timeout == milliseconds::zero()) return;  // lifted since the timer was armed
      const auto idle = std::chrono::floor<milliseconds>(host_.now() - last_input_);
      if (idle < options_.idle_timeout) return arm(TimerFor::idle, options_.idle_timeout - idle);
      return close_with("idle", t_("You were silent for too long. Bye."));
    }
  }
}

// --- words

void LineSession::raw_line(std::string_view text) {
  std::string line(std::exchange(prompted_, false) ? "\r\n" : "");
  line += text;
  line += line_end(style({}));
  host_.send(line);
}

void LineSession::tell(std::string_view text) {
  raw_line(bare_ ? fmt::format("NOTICE {}", text) : std::string(text));
}

void LineSession::err(std::string_view code, std::string_view text) {
  raw_line(bare_ ? fmt::format("ERR {} {}", code, text) : std::string(text));
}

/// Asks a person; a program knows what comes next. A password is not echoed by the client, unless the answer
/// is here already: then nobody is typing.
void LineSession::prompt(std::string_view text, bool hidden) {
  if (bare_) return;
  host_.send(text);
  if (lines_.buffered() > 0 || peer_finished_) return host_.send("\r\n");
  prompted_ = true;
  if (!hidden) return;
  host_.send(telnet_.will_echo());
  echo_hidden_ = true;
}

/// Says goodbye with a code, also to people: whoever sent lines ahead is a program.
void LineSession::close_with(std::string_view code, std::string_view text) {
  if (is_over()) return;
  if (echo_hidden_) host_.send(telnet_.wont_echo());
  raw_line(fmt::format("ERR {} {}", code, text));
  step_ = Step::closed;
  disarm();
  lines_.discard();
  host_.command(chat::Disconnect{});
  host_.finish();
}

LineStyle LineSession::style(base::RoomId room) const {
  return {bare_, t_.language(), room && room != current_};
}

Variant LineSession::variant(base::RoomId room) const { return style(room).variant(); }

Moment LineSession::moment() const {
  const base::WallTime now = host_.wall_time();
  return {now, host_.utc_offset(now)};
}

}  // namespace veche::session
