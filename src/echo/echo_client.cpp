#include "echo/echo_client.h"

#include "base/text.h"
#include "echo/round_trips.h"
#include "net/waiting.h"

#include <fmt/core.h>

#include <string>
#include <utility>

namespace veche::echo {
namespace {

using base::MonoTime;
using base::Translator;
using Event = RetryingLink::Event;

constexpr int kDone = 0;
constexpr int kFailed = 1;

/// So much of the input may be under way; then it is not read.
constexpr std::size_t kWindowBytes = 1024 * 1024;

std::string milliseconds_text(std::chrono::nanoseconds time) {
  return fmt::format("{:.2f}", std::chrono::duration<double, std::milli>(time).count());
}

class Client {
 public:
  Client(const ClientOptions& options, ClientTerminal& terminal, int stop_fd, const Translator& t)
      : options_(options), terminal_(terminal), t_(t), link_(options.link, terminal, stop_fd, t) {}

  int pass_through();
  int converse();
  int ping();

 private:
  /// Says who is at the other end. False if that cannot be.
  bool open_and_tell();
  /// Sends one message and waits for its reply. `again` does not come out of it.
  Event exchange(std::string_view message);
  int summary(Event last);
  /// The exit code when the terminal has ended it, which need not be a fault.
  int at_end() const { return terminal_.has_failed() ? kFailed : kDone; }

  const ClientOptions& options_;
  ClientTerminal& terminal_;
  const Translator& t_;
  RetryingLink link_;
  MonoTime sent_at_;  // the message under way
  std::uint64_t sent_ = 0;
  std::uint64_t sent_again_ = 0;
  RoundTrips::Time last_{0};
  RoundTrips round_trips_;
};

bool Client::open_and_tell() {
  return link_.open() == Event::again && terminal_.print(t_("Connected to {}.", link_.peer()) + '\n');
}

Event Client::exchange(std::string_view message) {
  ++sent_;
  sent_at_ = net::mono_now();
  link_.send(message);
  for (;;) {
    const Event event = link_.wait(-1);
    if (event == Event::again) {
      ++sent_again_;
      sent_at_ = net::mono_now();
    } else if (event != Event::answered) {
      return event;
    } else if (link_.unanswered() == 0) {
      last_ = net::mono_now() - sent_at_;
      round_trips_.add(last_);
      return event;
    }
  }
}

/// The input goes out as it comes, and what comes back is the output, byte for byte.
int Client::pass_through() {
  Event event = link_.open();
  bool is_at_end = false;
  for (;; event = link_.wait(!is_at_end && link_.unanswered() < kWindowBytes ? terminal_.input() : -1)) {
    switch (event) {
      case Event::answered:
        if (!terminal_.print(link_.reply())) return at_end();
        break;
      case Event::input:
        link_.send(terminal_.read_some());
        is_at_end = terminal_.has_ended();
        if (is_at_end) link_.finish();
        break;
      case Event::finished:
        return at_end();
      case Event::stopped:
        terminal_.complain(
            {t_("interrupted"),
             t_.plural("{} byte was not answered", "{} bytes were not answered", link_.unanswered()), ""});
        return kFailed;
      case Event::failed:
        return kFailed;
      case Event::again:
      case Event::due:
        break;
    }
  }
}

/// A line, its reply, the next line.
int Client::converse() {
  if (!open_and_tell()) return kFailed;
  terminal_.print(t_("Type a line and press Enter; Ctrl-D ends.") + '\n');
  for (bool has_prompt = false; !terminal_.has_ended();) {
    if (const auto line = terminal_.take_line()) {
      has_prompt = false;
      const Event event = exchange(*line + '\n');
      if (event != Event::answered) return kFailed;
      if (!terminal_.print(t_("reply: {}   {} ms", base::harmless(*line), milliseconds_text(last_)) + '\n')) {
        return at_end();
      }
      continue;
    }
    if (!has_prompt && !terminal_.prompt("> ")) return at_end();
    const Event event = link_.wait(terminal_.input());
    has_prompt = event != Event::again;
    if (event == Event::input) terminal_.feed();
    if (event == Event::failed) return kFailed;
    if (event == Event::stopped) break;
  }
  terminal_.print("\n");  // behind the prompt
  return at_end();
}

int Client::ping() {
  if (!open_and_tell()) return kFailed;
  std::string message;
  for (std::uint64_t number = 1; options_.count == 0 || number <= options_.count; ++number) {
    // Each is another one, so that no reply can be taken for that of its neighbour; and a whole line, for
    // services that answer lines.
    message.resize(options_.size);
    for (std::size_t i = 0; i < message.size(); ++i) message[i] = static_cast<char>('a' + (number + i) % 26);
    message.back() = '\n';

    if (number > 1) {
      const MonoTime due = sent_at_ + options_.interval;
      Event event = Event::again;
      while (event == Event::again) event = link_.wait(-1, due);
      if (event != Event::due) return summary(event);
    }
    const Event event = exchange(message);
    if (event != Event::answered) return summary(event);
    if (!terminal_.print(t_.plural("reply {1}: {0} byte, {2} ms", "reply {1}: {0} bytes, {2} ms",
                                   options_.size, number, milliseconds_text(last_)) +
                         '\n')) {
      return at_end();
    }
  }
  return summary(Event::answered);
}

int Client::summary(Event last) {
  const std::uint64_t received = round_trips_.count();
  if (last == Event::stopped && terminal_.is_interactive())
    terminal_.print("\n");  // behind the terminal's ^C
  std::string text = t_("{} sent, {} received, {} lost", sent_, received, sent_ - received);
  if (sent_again_ > 0) text += t_(", {} sent again", sent_again_);
  text += '\n';
  if (received > 0) {
    text +=
        t_("round trip: min {}, median {}, p99 {} ms", milliseconds_text(round_trips_.min()),
           milliseconds_text(round_trips_.percentile(50)), milliseconds_text(round_trips_.percentile(99))) +
        '\n';
  }
  if (!terminal_.print(text)) return at_end();
  return last != Event::failed && received == sent_ ? kDone : kFailed;
}

}  // namespace

int run_client(const ClientOptions& options, ClientTerminal& terminal, int stop_fd, const Translator& t) {
  Client client(options, terminal, stop_fd, t);
  if (options.pings) return client.ping();
  return terminal.is_interactive() ? client.converse() : client.pass_through();
}

}  // namespace veche::echo
