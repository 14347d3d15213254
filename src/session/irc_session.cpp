// IrcSession: lines in, in order, as far as nothing is unfinished; lines out, labelled if that was asked for;
// deadlines.
#include "session/irc_session.h"

#include "base/text.h"
#include "chat/name.h"
#include "session/command_rate.h"
#include "session/irc_commands.h"
#include "session/irc_encoder.h"
#include "session/irc_name.h"

#include <fmt/core.h>

#include <algorithm>
#include <utility>

namespace veche::session {

using std::chrono::milliseconds;

namespace {

constexpr std::size_t kLabelBytesMax = 64;  // IRCv3 labeled-response

unsigned cost_of(const IrcCommand& row, const wire::IrcMessage& message) {
  if (!row.each || message.parameter_count == 0) return row.cost;
  const std::string_view targets = message.parameters()[0];
  const auto commas = static_cast<std::size_t>(std::count(targets.begin(), targets.end(), ','));
  return row.cost * static_cast<unsigned>(std::min(commas + 1, base::limits::kTargetsMax));
}

/// `line`, with its CR LF, with one more tag in front of the others.
std::string with_tag(std::string_view tag, std::string_view line) {
  if (line.starts_with('@')) return fmt::format("@{};{}", tag, line.substr(1));
  return fmt::format("@{} {}", tag, line);
}

}  // namespace

IrcSession::IrcSession(Host& host, const IrcOptions& options)
    : host_(host),
      options_(options),
      lines_(wire::kIrcReadBytesMax, wire::LineEnds::kIrc),
      registration_(std::make_unique<Registration>()) {}

// --- input

void IrcSession::opened() {
  registration_->deadline = host_.now() + options_.registration_timeout;
  arm_registration();
}

void IrcSession::received(std::string_view bytes) {
  if (is_over()) return;
  last_input_ = host_.now();
  lines_.feed(bytes);
  pump();
}

void IrcSession::peer_finished() {
  peer_finished_ = true;
  pump();
}

void IrcSession::chat_is_free() { pump(); }

void IrcSession::pump() {
  if (pumping_) return;  // the loop below goes on with what an answer has set free
  pumping_ = true;
  const auto held_up = [this] { return lines_.buffered() > 0 && host_.chat_is_busy(); };
  while (!waiting_ && !is_over() && !speaking_too_fast() && !held_up()) {
    auto event = lines_.next();
    if (!event && peer_finished_) event = lines_.finish();
    if (!event) {
      if (peer_finished_) leave("Connection closed", true);
      break;
    }
    take(*event);
  }
  pumping_ = false;
  flush();
  if (is_over()) return;
  const bool open = lines_.buffered() < options_.recv_queue_bytes;
  if (open != std::exchange(input_open_, open)) host_.accept_input(open);
}

/// Beyond its rate a client is read more slowly; nothing of it is dropped.
bool IrcSession::speaking_too_fast() {
  if (lines_.buffered() == 0) return false;
  const auto wait = rate_.wait(rate(), host_.now());
  if (wait <= decltype(wait)::zero()) return false;
  const bool has_deadline = registration_ && options_.registration_timeout != milliseconds::zero();
  const auto until = has_deadline ? std::min(wait, registration_->deadline - host_.now()) : wait;
  arm(TimerFor::rate, std::max(std::chrono::ceil<milliseconds>(until), milliseconds{1}));
  return true;
}

chat::Rate<base::MonoTime> IrcSession::rate() const {
  return command_rate(options_.command_rate, options_.command_burst, is_registered());
}

void IrcSession::take(const wire::LineDecoder::Event& event) {
  rate_.take(rate(), host_.now());
  if (const auto* line = std::get_if<wire::LineDecoder::Line>(&event)) return take_line(line->text);
  reply(Numeric::err_inputtoolong);
}

void IrcSession::take_line(std::string_view line) {
  if (const auto fault = wire::irc_line_fault(line)) {
    if (*fault == wire::IrcLineFault::kTooLong) return reply(Numeric::err_inputtoolong);
    return notice("A line cannot hold NUL; it was not taken.");
  }
  std::string repaired;
  const bool utf8 = base::is_utf8(line);
  if (!utf8 && !options_.utf8_only) line = repaired = base::in_utf8(line);
  const auto message = wire::parse_irc_message(line);
  if (!message) return;
  if (utf8 || base::is_utf8(message->tags)) begin_task(message->tags);
  if (utf8 || !options_.utf8_only) {
    run_command(*message);
  } else {  // IRCv3 utf8-only
    const std::string_view command = base::is_utf8(message->command) ? message->command : "*";
    standard_reply("FAIL", command, "INVALID_UTF8", {}, "Message rejected, it is not UTF-8");
  }
  complete_line();
}

void IrcSession::run_command(const wire::IrcMessage& message) {
  std::array<char, wire::kIrcCommandBytesMax> buffer{};
  const std::string_view name = wire::upper_command(message.command, buffer);
  const IrcCommand* const row = IrcCommand::find(name);
  if (row == nullptr) return reply(Numeric::err_unknowncommand, {message.command});
  if (row->is_life) last_command_ = host_.now();
  rate_.owe(rate(), cost_of(*row, message) - 1);
  if (row->when == IrcWhen::after && !is_registered()) return reply(Numeric::err_notregistered);
  if (message.parameter_count < row->parameters) return need_more(row->name);
  asked_ = static_cast<std::uint8_t>(row - IrcCommand::table().data());
  (this->*row->run)(message.parameters());
}

// --- questions, and the end of a line

void IrcSession::begin_task(std::string_view tags) {
  if (tags.empty()) return;
  if (wants(Cap::message_tags)) task().tags = tags;
  if (!wants(Cap::labeled_response)) return;
  const auto label = wire::tag_value(tags, "label");
  if (label && !label->empty() && label->size() <= kLabelBytesMax) task().label = *label;
}

IrcSession::Task& IrcSession::task() {
  if (!task_) task_ = std::make_unique<Task>();
  return *task_;
}

void IrcSession::ask(chat::CommandBody body) {
  if (question_) host_.command(std::move(*question_));
  question_ = std::make_unique<chat::CommandBody>(std::move(body));
}

void IrcSession::say(chat::CommandBody body) {
  if (question_) host_.command(std::move(*std::exchange(question_, nullptr)));
  host_.command(std::move(body));
  unacknowledged_ = true;
}

void IrcSession::wait_for_host() { waiting_ = true; }

void IrcSession::host_answered() {
  waiting_ = false;
  complete_line();
  pump();
}

/// What was asked last is sent, to be acknowledged; a line that asks nothing is done.
void IrcSession::complete_line() {
  if (question_) {
    waiting_ = true;
    host_.command(std::move(*std::exchange(question_, nullptr)), true);
  } else if (!waiting_) {
    end_task();
  }
}

void IrcSession::end_task() {
  if (!task_) return;
  const std::unique_ptr<Task> done = std::move(task_);
  if (done->label.empty() || is_over()) return;
  const std::string label = "label=" + done->label;
  if (done->held.empty()) {
    out_ += fmt::format("@{} :{} ACK\r\n", label, options_.server_name);
  } else if (done->held.size() == 1) {
    out_ += with_tag(label, done->held.front());
  } else {
    out_ += fmt::format("@{} :{} BATCH +a labeled-response\r\n", label, options_.server_name);
    for (const std::string& line : done->held) out_ += with_tag("batch=a", line);
    out_ += fmt::format(":{} BATCH -a\r\n", options_.server_name);
  }
}

std::string_view IrcSession::doing() const { return IrcCommand::table()[asked_].name; }

void IrcSession::on_event(const chat::Done&) {
  unacknowledged_ = false;
  if (timer_for_ == TimerFor::verdict) return;  // what it says is told later
  waiting_ = false;
  if (step_ == Step::entering) go_on_entering();
  if (task_ && task_->then != nullptr) (this->*std::exchange(task_->then, nullptr))();
  complete_line();
}

void IrcSession::deliver(const chat::Event& event) {
  if (step_ == Step::closed) return;
  std::visit([this](const auto& one) { on_event(one); }, event);
  if (question_ && !pumping_) complete_line();
  pump();
}

// --- time

void IrcSession::arm(TimerFor purpose, milliseconds delay) {
  if (delay == milliseconds::zero()) return disarm();  // no such deadline
  timer_for_ = purpose;
  host_.set_timer(delay);
}

void IrcSession::arm_registration() {
  if (options_.registration_timeout == milliseconds::zero()) return disarm();
  const auto left = std::chrono::ceil<milliseconds>(registration_->deadline - host_.now());
  arm(TimerFor::registration, std::max(left, milliseconds{1}));
}

bool IrcSession::registration_is_late() const {
  return options_.registration_timeout != milliseconds::zero() && host_.now() >= registration_->deadline;
}

void IrcSession::arm_ping() { arm(TimerFor::ping, options_.ping_interval); }

void IrcSession::disarm() {
  if (timer_for_ == TimerFor::nothing) return;
  timer_for_ = TimerFor::nothing;
  host_.cancel_timer();
}

void IrcSession::on_timer() {
  time_passed();
  if (question_) complete_line();
  pump();
}

void IrcSession::time_passed() {
  const auto silent_for = [this](base::MonoTime since) {
    return std::chrono::floor<milliseconds>(host_.now() - since);
  };
  const auto seconds = [](milliseconds time) {
    return std::chrono::round<std::chrono::seconds>(time).count();
  };
  switch (std::exchange(timer_for_, TimerFor::nothing)) {
    case TimerFor::nothing:
      return;
    case TimerFor::registration:
      return close_with("Registration timed out");
    case TimerFor::verdict:
      return wrong_password();
    case TimerFor::rate:
      if (!registration_) return arm_ping();
      if (registration_is_late()) return close_with("Registration timed out");
      return arm_registration();
    case TimerFor::ping: {
      const milliseconds limit = options_.idle_timeout;
      if (limit != milliseconds::zero() && silent_for(last_command_) >= limit) {
        return close_with(fmt::format("Idle for {} seconds", seconds(limit)));
      }
      if (options_.ping_interval == milliseconds::zero()) return;  // lifted since the timer was armed
      const milliseconds silent = silent_for(last_input_);
      if (silent < options_.ping_interval) return arm(TimerFor::ping, options_.ping_interval - silent);
      out_ += fmt::format("PING :{}\r\n", options_.server_name);
      pinged_ = host_.now();
      return arm(TimerFor::pong, options_.ping_interval);
    }
    case TimerFor::pong: {
      if (last_input_ > pinged_) {
        const milliseconds left = options_.ping_interval - silent_for(last_input_);
        return arm(TimerFor::ping, std::max(left, milliseconds{1}));
      }
      return close_with(fmt::format("Ping timeout: {} seconds", seconds(silent_for(last_input_))));
    }
  }
}

// --- the end

void IrcSession::leave(std::string reason, bool lost) {
  step_ = Step::leaving;
  waiting_ = true;
  disarm();
  host_.command(chat::Disconnect{std::move(reason), lost});
}

/// ERROR is the last line that a client gets (modern.ircdocs.horse, "ERROR message").
void IrcSession::close_with(std::string_view reason) {
  if (step_ == Step::closed) return;
  out_ += fmt::format("ERROR :Closing link: {} ({})\r\n", host_.peer_host(), reason);
  if (!is_over()) host_.command(chat::Disconnect{std::string(reason), true});
  step_ = Step::closed;
  disarm();
  lines_.discard();
  flush();
  host_.finish();
}

// --- output

void IrcSession::flush() {
  if (out_.empty()) return;
  if (registration_ && registration_->welcome && !is_over()) return;  // the welcome goes first
  host_.send(
      std::exchange(out_, {}));  // idle sessions are many: assigning an empty string would keep the memory
}

void IrcSession::answer_lines(std::string_view lines) {
  if (!task_ || task_->label.empty()) {
    out_ += lines;
    return;
  }
  while (!lines.empty()) {
    const std::size_t end = std::min(lines.find('\n'), lines.size() - 1) + 1;
    task_->held.emplace_back(lines.substr(0, end));
    lines.remove_prefix(end);
  }
}

std::string IrcSession::nick() const { return self_ ? irc_nick(self_->name) : "*"; }

Moment IrcSession::moment() const { return {host_.wall_time(), {}, options_.server_name}; }

void IrcSession::begin_numeric(wire::IrcWriter& line, Numeric numeric) const {
  if (wants(Cap::server_time)) line.tag("time", server_time_text(host_.wall_time()));
  line.source(options_.server_name).numeric(static_cast<unsigned>(numeric)).middle(nick());
}

void IrcSession::append_reply(std::string& out, Numeric numeric,
                              std::initializer_list<std::string_view> words, std::string_view text) const {
  wire::IrcWriter line(out);
  begin_numeric(line, numeric);
  for (const std::string_view word : words) line.echo(word);
  line.trailing(text);
}

void IrcSession::reply(Numeric numeric, std::initializer_list<std::string_view> words) {
  reply_text(numeric, words, text_of(numeric));
}

void IrcSession::reply_text(Numeric numeric, std::initializer_list<std::string_view> words,
                            std::string_view text) {
  std::string line;
  append_reply(line, numeric, words, text);
  answer_lines(line);
}

void IrcSession::standard_reply(std::string_view kind, std::string_view command, std::string_view code,
                                std::initializer_list<std::string_view> context, std::string_view text) {
  answer([&](wire::IrcWriter& line) {
    line.source(options_.server_name).command(kind).echo(command).middle(code);
    for (const std::string_view word : context) line.echo(word);
    line.trailing(text);
  });
}

void IrcSession::notice(std::string_view text) {
  answer([&](wire::IrcWriter& line) {
    line.source(options_.server_name).command("NOTICE").middle(nick()).trailing(text);
  });
}

bool IrcSession::is_my_name(std::string_view name) const { return self_ && self_->name == name; }
bool IrcSession::is_my_nick(std::string_view nick) const {
  return self_ && chat::fold_name(chat_name(nick)) == chat::fold_name(self_->name);
}
bool IrcSession::is_me(const chat::PersonPtr& person) const { return person && is_my_name(person->name); }

/// An event of a room's that came to this session by itself; its own are the answer to what it did.
void IrcSession::show_event(const chat::Event& event, bool own) {
  std::string lines;
  encode_irc(event, caps_, moment(), lines);
  if (own && waiting_) {
    answer_lines(lines);
  } else {
    out_ += lines;
  }
}

// What IRC has no use of.
void IrcSession::on_history(const base::Result<std::vector<chat::Message>>&) {}

}  // namespace veche::session
