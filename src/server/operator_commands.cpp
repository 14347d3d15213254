#include "server/operator_commands.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <utility>

namespace veche::server {

using control::OperatorCommand;
using control::Verb;

base::Result<std::unique_ptr<OperatorCommands>> OperatorCommands::open(Workplace workplace) {
  auto audit = control::AuditLog::open(workplace.data.audit_log());
  if (!audit) return tl::unexpected(audit.error());
  return std::unique_ptr<OperatorCommands>(new OperatorCommands(std::move(workplace), std::move(*audit)));
}

OperatorCommands::OperatorCommands(Workplace workplace, control::AuditLog audit)
    : place_(std::move(workplace)), audit_(std::move(audit)), started_(place_.clock.mono()) {}

OperatorCommands::~OperatorCommands() {
  end_followers();
  place_.main_loop.timers().cancel(drain_timer_);
  place_.main_loop.timers().cancel(shutdown_timer_);
}

void OperatorCommands::run(const std::vector<std::string>& words, Caller caller,
                           const std::weak_ptr<control::Reply>& reply) {
  auto order = control::parse_order(words, caller.t);
  if (!order) {
    if (const auto asker = reply.lock()) {
      asker->error(order.error());
      asker->end(2);
    }
    return;
  }
  const OperatorCommand& command = *order->command;
  const bool granted = control::is_granted(command, caller.grants);
  const auto task = std::make_shared<OperatorTask>(std::move(*order), std::move(caller),
                                                   fmt::format("{}", fmt::join(words, " ")), reply,
                                                   Records{audit_, place_.clock, place_.log});
  if (!granted) {
    return task->fail(task->t("you have no right to do that"),
                      task->t("it needs one of the grants all, {} or {}",
                              control::kGrantWords[static_cast<std::size_t>(command.grant)], command.name));
  }
  if (command.confirm_word.empty() || task->order().yes) return perform(task);
  const auto asker = reply.lock();
  if (!asker) return;
  // The question keeps the task, and the asker the question: no circle, since the task holds him weakly.
  asker->confirm(
      task->t("{}: {}.\nType {} to do it: ", command.name, task->t(command.help), command.confirm_word),
      std::string(command.confirm_word), [this, task] { perform(task); });
}

void OperatorCommands::perform(const TaskPtr& task) {
  switch (task->order().command->verb) {
    case Verb::status:
      return status(task);
    case Verb::sessions:
      return sessions(task);
    case Verb::rooms:
      return rooms(task);
    case Verb::accounts:
      return accounts(task);
    case Verb::identities:
      return identities(task);
    case Verb::bans:
      return sanctions(task, chat::SanctionKind::ban);
    case Verb::mutes:
      return sanctions(task, chat::SanctionKind::mute);
    case Verb::logs:
      return logs(task);
    case Verb::kick:
      return kick(task);
    case Verb::ban:
      return impose(task, chat::SanctionKind::ban);
    case Verb::unban:
      return lift(task, chat::SanctionKind::ban);
    case Verb::mute:
      return impose(task, chat::SanctionKind::mute);
    case Verb::unmute:
      return lift(task, chat::SanctionKind::mute);
    case Verb::slow:
      return slow(task);
    case Verb::announce:
      return announce(task);
    case Verb::pause:
      return pause(task);
    case Verb::resume:
      return resume(task);
    case Verb::lockdown:
      return lockdown(task);
    case Verb::drain:
      return drain(task);
    case Verb::shutdown:
      return shutdown(task);
    case Verb::reload:
      return reload(task);
    case Verb::backup:
      return backup(task);
    case Verb::clear_logs:
      return clear_logs(task);
    case Verb::clear_identities:
      return clear_identities(task);
    case Verb::help:
      return help(task);
    case Verb::version:
      return task->show(control::Record{{"version", "veche", VECHE_VERSION}});
  }
}

void OperatorCommands::help(const TaskPtr& task) {
  const std::string& about = task->order().word;
  control::Table table{{{"command", task->t("COMMAND")}, {"help", task->t("WHAT IT DOES")}}, {}};
  for (const OperatorCommand& command : control::operator_commands()) {
    const bool meant = command.name == about || command.name.starts_with(about + " ");
    if (!control::is_granted(command, task->caller().grants) || (!about.empty() && !meant)) continue;
    table.rows.push_back({control::usage_of(command), std::string(task->t(command.help))});
  }
  if (table.rows.empty()) return task->fail(task->t("there is no command {}", about), "help");
  task->show(table);
}

void OperatorCommands::audit(const std::string& who, const std::string& via, const std::string& what,
                             const std::string& result) {
  const auto written = audit_.write({place_.clock.wall(), who, via, what, result});
  if (!written) place_.log.error("{}", written.error().text());
  place_.log.warning("{} ({}): {}: {}", who, via, what, result);
}

void OperatorCommands::expired(net::Timer& timer) {
  if (&timer == &shutdown_timer_) return place_.main_loop.stop();
  drain_some();
}

}  // namespace veche::server
