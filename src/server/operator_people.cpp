// OperatorCommands: what keeps order among people.
#include "server/operator_commands.h"

namespace veche::server {

using chat::Affected;
using chat::SanctionKind;
using std::chrono::seconds;

namespace {

seconds rounded_up(std::chrono::milliseconds duration) { return std::chrono::ceil<seconds>(duration); }

}  // namespace

void OperatorCommands::kick(const TaskPtr& task) {
  chat::Kick order = task->order().kick;
  order.reason = task->order().text;
  ask<Affected>(task, std::move(order), [task](const Affected& affected) {
    task->done(task->translator().plural("{1}: {0} session ended.", "{1}: {0} sessions ended.",
                                         affected.count, task->order().word),
               {{"sessions", "", affected.count}});
  });
}

void OperatorCommands::impose(const TaskPtr& task, SanctionKind kind) {
  const control::Order& order = task->order();
  const seconds lasts = rounded_up(order.delay.value_or(std::chrono::milliseconds{0}));
  const chat::Impose impose{{kind, order.target, order.text, task->caller().who, {}, {}}, lasts};
  ask<Affected>(task, impose, [task, kind, lasts](const Affected& affected) {
    const base::Translator& t = task->translator();
    const std::string whom = control::target_text(task->order().target);
    const std::string until = lasts.count() == 0 ? t("for ever") : t("for {}", control::duration_text(lasts));
    task->done(kind == SanctionKind::ban
                   ? t.plural("{1} is banned {2}; {0} session ended.",
                              "{1} is banned {2}; {0} sessions ended.", affected.count, whom, until)
                   : t.plural("{1} is muted {2}; {0} session told.", "{1} is muted {2}; {0} sessions told.",
                              affected.count, whom, until),
               {{"sessions", "", affected.count}});
  });
}

void OperatorCommands::lift(const TaskPtr& task, SanctionKind kind) {
  ask<Affected>(task, chat::Lift{kind, task->order().target}, [task, kind](const Affected&) {
    const std::string whom = control::target_text(task->order().target);
    task->done(kind == SanctionKind::ban ? task->t("{} is not banned any more.", whom)
                                         : task->t("{} is not muted any more.", whom));
  });
}

void OperatorCommands::slow(const TaskPtr& task) {
  const seconds interval = rounded_up(*task->order().delay);
  ask<Affected>(task, chat::SlowDown{task->order().word, interval}, [task, interval](const Affected&) {
    const std::string& room = task->order().word;
    task->done(interval.count() == 0 ? task->t("{}: everybody may speak as fast as he likes.", room)
                                     : task->t("{}: one message of each member in {}.", room,
                                               control::duration_text(interval)));
  });
}

void OperatorCommands::announce(const TaskPtr& task) {
  ask<Affected>(task, chat::Announce{task->order().text}, [task](const Affected& affected) {
    task->done(
        task->translator().plural("{} session has been told.", "{} sessions have been told.", affected.count),
        {{"sessions", "", affected.count}});
  });
}

}  // namespace veche::server
