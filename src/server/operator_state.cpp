// OperatorCommands: whether the server takes clients, and for how long it runs.
#include "server/operator_commands.h"

#include <algorithm>

namespace veche::server {

using namespace std::chrono_literals;
using base::N_;
using chat::Affected;
using std::chrono::milliseconds;

namespace {

constexpr milliseconds kDrainTime = 30s;
constexpr milliseconds kDrainStep = 100ms;

std::string shown(milliseconds duration) {
  return control::duration_text(std::chrono::ceil<std::chrono::seconds>(duration));
}

std::string_view lockdown_text(chat::Lockdown lockdown) {
  switch (lockdown) {
    case chat::Lockdown::off:
      break;
    case chat::Lockdown::fresh:
      return N_("No accounts are made until 'lockdown off'; guests and accounts come in.");
    case chat::Lockdown::accounts:
      return N_("Only accounts come in until 'lockdown off', and none are made; who is here stays.");
    case chat::Lockdown::known:
      return N_(
          "Only accounts come in, from addresses where one has logged in before, until 'lockdown off'; who "
          "is here "
          "stays.");
  }
  return N_("Everybody may come in again.");
}

}  // namespace

void OperatorCommands::pause(const TaskPtr& task) {
  if (state_ == State::serving) state_ = State::paused;
  place_.doors.pause(
      [task] { task->done(task->t("Paused: new connections are refused; who is here stays.")); });
}

/// Ends a drain and a shutdown that have begun.
void OperatorCommands::call_off() {
  place_.main_loop.timers().cancel(drain_timer_);
  place_.main_loop.timers().cancel(shutdown_timer_);
  shutdown_at_ = {};
}

void OperatorCommands::resume(const TaskPtr& task) {
  call_off();
  state_ = State::paused;
  place_.doors.resume([this, task](const base::Result<>& resumed) {
    if (!resumed) return task->fail(resumed.error());
    state_ = State::serving;
    std::vector<std::string> ports;
    for (const Doors::Door& door : place_.doors.list()) ports.push_back(door.at.text());
    const auto listening = control::Value::list(std::move(ports));
    task->done(task->t("Connections are taken again: {}.", listening.shown), {{"listening", "", listening}});
  });
}

void OperatorCommands::lockdown(const TaskPtr& task) {
  const chat::Lockdown wanted = task->order().lockdown;
  ask<Affected>(task, chat::SetLockdown{wanted}, [task, wanted](const Affected&) {
    const std::string word(control::kLockdownWords[static_cast<std::size_t>(wanted)]);
    task->done(task->t(lockdown_text(wanted)), {{"lockdown", "", word}});
  });
}

void OperatorCommands::tell_everybody(const std::string& text) {
  place_.desk.order(chat::Announce{text}, [](const chat::OperatorAnswer&) {});
}

void OperatorCommands::drain(const TaskPtr& task) {
  const milliseconds time = task->order().delay.value_or(kDrainTime);
  const base::Translator t(place_.config.server.language);
  state_ = State::draining;
  drain_text_ = task->order().text;
  drain_end_ = place_.clock.mono() + time;
  tell_everybody(drain_text_.empty() ? t("The operator is closing all connections. Please come back later.")
                                     : drain_text_);
  place_.doors.pause([this, task, time] {
    ask<chat::Status>(task, chat::AskStatus{}, [this, task, time](const chat::Status& status) {
      drain_left_ = status.sessions;
      if (state_ == State::draining) arm_drain();
      task->done(task->translator().plural("New connections are refused; {} is closed within {}.",
                                           "New connections are refused; {} are closed within {}.",
                                           status.sessions, shown(time)),
                 {{"sessions", "", status.sessions},
                  {"within_s", "", std::chrono::ceil<std::chrono::seconds>(time).count()}});
    });
  });
}

/// The time that is left, shared out among those who are: but no steps so small that nobody could see them.
void OperatorCommands::arm_drain() {
  const base::MonoTime now = place_.clock.mono();
  const auto left = std::max(base::MonoTime::duration{0}, drain_end_ - now);
  const auto share = left / static_cast<std::int64_t>(std::max<std::size_t>(1, drain_left_));
  const auto step = std::min(left, std::max<base::MonoTime::duration>(share, kDrainStep));
  drain_count_ = share.count() == 0
                     ? drain_left_
                     : static_cast<std::size_t>((step + share - base::MonoTime::duration{1}) / share);
  place_.main_loop.timers().arm(drain_timer_, now + step);
}

void OperatorCommands::drain_some() {
  const std::size_t count = std::max<std::size_t>(1, drain_count_);
  place_.desk.order(chat::Dismiss{count, drain_text_}, [this, count](const chat::OperatorAnswer& answer) {
    if (state_ != State::draining) return;  // called off
    const std::size_t closed = std::get<chat::Affected>(answer.result).count;
    drain_left_ -= std::min(drain_left_, closed);
    if (closed == count) return arm_drain();
    state_ = State::drained;
    place_.log.info("drained: nobody is connected any more");
  });
}

void OperatorCommands::shutdown(const TaskPtr& task) {
  const milliseconds delay = task->order().delay.value_or(0ms);
  if (delay > 0ms) {
    const base::Translator t(place_.config.server.language);
    tell_everybody(t("The server goes down in {}.", shown(delay)));
  }
  shutdown_at_ = place_.clock.mono() + delay;
  place_.main_loop.timers().arm(shutdown_timer_, shutdown_at_);
  task->done(delay > 0ms ? task->t("The server goes down in {}; resume calls that off.", shown(delay))
                         : task->t("The server goes down."),
             {{"in_s", "", std::chrono::ceil<std::chrono::seconds>(delay).count()}});
}

}  // namespace veche::server
