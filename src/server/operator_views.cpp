// OperatorCommands: what looks and changes nothing.
#include "base/text.h"
#include "server/operator_commands.h"
#include "server/process_figures.h"

#include <boost/json.hpp>
#include <fmt/chrono.h>
#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <mutex>
#include <utility>

namespace veche::server {

using base::N_;
using control::Record;
using control::Table;
using control::Value;
using std::chrono::floor;
using std::chrono::seconds;

std::string_view OperatorCommands::state_word() const {
  if (shutdown_timer_.armed()) return N_("going down");
  switch (state_) {
    case State::serving:
      return N_("serving");
    case State::paused:
      return N_("paused");
    case State::draining:
      return N_("draining");
    case State::drained:
      break;
  }
  return N_("drained");
}

namespace {

std::string lockdown_word(chat::Lockdown lockdown) {
  return std::string(control::kLockdownWords[static_cast<std::size_t>(lockdown)]);
}

}  // namespace

void OperatorCommands::status(const TaskPtr& task) {
  ask<chat::Status>(task, chat::AskStatus{}, [this, task](const chat::Status& chat) {
    const base::Translator& t = task->translator();
    std::vector<std::string> ports;
    for (const Doors::Door& door : place_.doors.list()) ports.push_back(door.at.text());
    const ProcessFigures process = process_figures();
    Record record = {
        {"version", t("version"), VECHE_VERSION},
        {"state", t("state"), {std::string(state_word()), t(state_word())}},
        {"listening", t("listens on"), Value::list(std::move(ports))},
        {"lockdown", t("lockdown"), lockdown_word(chat.lockdown)},
        {"turned_away", t("turned away at the door"), place_.turned_away()},
        {"pid", t("process"), ::getpid()},
        {"user", t("runs as"), place_.hardening.user},
        {"hardening", t("hardening"), Value::list(place_.hardening.words())},
        {"uptime_s", t("up for"), Value::duration(floor<seconds>(place_.clock.mono() - started_))},
        {"connected", t("connected"), place_.connected()},
        {"line_sessions", t("with telnet or nc"), chat.sessions - chat.irc_sessions},
        {"irc_sessions", t("with IRC clients"), chat.irc_sessions},
        {"people", t("people"), chat.users},
        {"guests", t("guests among them"), chat.guests},
        {"rooms", t("rooms with people"), chat.rooms},
        {"accounts", t("accounts"), chat.accounts},
        {"messages", t("messages ever"), chat.messages},
        {"store_open", t("store"),
         Value::yes_no(chat.store_open,
                       std::string(chat.store_open ? t("takes messages")
                                                   : t("cannot be written: messages are refused")))},
        {"memory_bytes", t("memory"), Value::bytes(process.resident_bytes)},
        {"descriptors", t("descriptors"), process.descriptors},
        {"descriptors_max", t("at most"), process.descriptors_max},
        {"log_lines_lost", t("log lines lost"), place_.log.dropped()},
        {"data", t("data"), place_.data.path().string()},
        {"model", t("model"), place_.config.server.model},
        {"client_threads", t("client threads"), place_.client_threads()},
    };
    if (shutdown_timer_.armed()) {
      const auto left = std::chrono::ceil<seconds>(shutdown_at_ - place_.clock.mono());
      record.push_back({"shutdown_in_s", t("goes down in"), Value::duration(left)});
    }
    task->show(record);
  });
}

void OperatorCommands::sessions(const TaskPtr& task) {
  ask<chat::SessionList>(task, chat::AskSessions{}, [this, task](const chat::SessionList& list) {
    const base::Translator& t = task->translator();
    const base::WallTime now = place_.clock.wall();
    Table table{{{"session", t("SESSION")},
                 {"name", t("NAME")},
                 {"guest", t("GUEST")},
                 {"address", t("ADDRESS")},
                 {"protocol", t("PROTOCOL")},
                 {"connected_s", t("CONNECTED")},
                 {"silent_s", t("SILENT")},
                 {"rooms", t("ROOMS")}},
                {}};
    for (const auto& line : list.sessions) {
      const Value name = line.name.empty() ? Value(nullptr, "-") : Value(line.name);
      table.rows.push_back({control::session_text(line.session), name,
                            Value::yes_no(line.guest, std::string(line.guest ? t("guest") : "-")),
                            line.address,
                            std::string(base::dialect_name(line.dialect)) + (line.encrypted ? "s" : ""),
                            Value::duration(floor<seconds>(now - line.connected)),
                            Value::duration(floor<seconds>(now - line.last_heard)), Value::list(line.rooms)});
    }
    task->show(table);
  });
}

void OperatorCommands::rooms(const TaskPtr& task) {
  ask<chat::RoomList>(task, chat::AskRoomList{}, [task](const chat::RoomList& list) {
    const base::Translator& t = task->translator();
    Table table{{{"name", t("ROOM")},
                 {"members", t("MEMBERS")},
                 {"created", t("CREATED")},
                 {"slow_s", t("SLOW")},
                 {"founder", t("FOUNDER")}},
                {}};
    for (const auto& room : list.rooms) {
      const Value slow = room.slow.count() == 0 ? Value(std::int64_t{0}, "-") : Value::duration(room.slow);
      const Value founder = room.founder.empty() ? Value(nullptr, "-") : Value(room.founder);
      table.rows.push_back({room.name, room.members, Value::time(room.created), slow, founder});
    }
    task->show(table);
  });
}

void OperatorCommands::accounts(const TaskPtr& task) {
  ask<chat::Identities>(task, chat::AskIdentities{}, [task](const chat::Identities& list) {
    const base::Translator& t = task->translator();
    Table table{{{"name", t("NAME")}, {"created", t("CREATED")}, {"sessions", t("SESSIONS")}}, {}};
    for (const auto& account : list.accounts) {
      table.rows.push_back({account.name, Value::time(account.created), account.sessions});
    }
    task->show(table);
  });
}

void OperatorCommands::identities(const TaskPtr& task) {
  ask<chat::Identities>(task, chat::AskIdentities{}, [task](const chat::Identities& list) {
    const base::Translator& t = task->translator();
    Table table{{{"name", t("NAME")},
                 {"created", t("CREATED")},
                 {"tokens", t("TOKENS")},
                 {"addresses", t("ADDRESSES")}},
                {}};
    for (const auto& account : list.accounts) {
      table.rows.push_back(
          {account.name, Value::time(account.created), account.tokens, Value::list(account.addresses)});
    }
    task->show(table);
  });
}

void OperatorCommands::sanctions(const TaskPtr& task, chat::SanctionKind kind) {
  ask<chat::Sanctions>(task, chat::AskSanctions{kind}, [task](const chat::Sanctions& sanctions) {
    const base::Translator& t = task->translator();
    Table table{
        {{"who", t("WHO")}, {"since", t("SINCE")}, {"until", t("UNTIL")}, {"by", t("BY")}, {"why", t("WHY")}},
        {}};
    for (const chat::SanctionRecord& one : sanctions.list) {
      table.rows.push_back({control::target_text(one.target),
                            Value::time(one.created),
                            Value::time(one.expires, t("for ever")),
                            one.by,
                            {one.reason, one.reason.empty() ? "-" : one.reason}});
    }
    task->show(table);
  });
}

// --- the log

namespace {

/// The message of a line as it was written; in a JSON log the record holds the inside of a JSON string.
std::string message_of(const base::LogRecord& record, base::LogFormat format) {
  if (format == base::LogFormat::text) return record.text;
  boost::json::error_code error;
  const auto parsed = boost::json::parse('"' + record.text + '"', error);
  return error ? record.text : std::string(parsed.as_string());
}

std::string log_text(const base::LogRecord& record, base::LogFormat format, bool as_json) {
  const std::string message = message_of(record, format);
  if (as_json) {
    return control::json_of(Record{{"time", "", control::time_text(record.time)},
                                   {"level", "", base::level_name(record.level)},
                                   {"message", "", message}});
  }
  using std::chrono::system_clock;
  const auto time = std::chrono::time_point_cast<system_clock::duration>(record.time);
  const auto ms = floor<std::chrono::milliseconds>(record.time) - floor<seconds>(record.time);
  return fmt::format("{:%Y-%m-%d %H:%M:%S}.{:03} {:<7} {}\n", fmt::localtime(system_clock::to_time_t(time)),
                     ms.count(), base::level_name(record.level), base::printable(message));
}

}  // namespace

/// Somebody who follows the log. Lines come from the log's writer and leave on the main thread.
struct OperatorCommands::Follower : std::enable_shared_from_this<Follower> {
  Follower(TaskPtr the_task, base::LogFormat the_format) : task(std::move(the_task)), format(the_format) {}

  const TaskPtr task;
  const base::LogFormat format;
  base::LogWatch watch;  // main thread
  std::mutex mutex;
  std::vector<base::LogRecord> waiting;  // lines that have come and not left
  bool posted = false;

  /// The writer's thread.
  void add(const base::LogRecord& record, Operator& desk) {
    if (record.level < task->order().level) return;
    const std::lock_guard lock(mutex);
    waiting.push_back(record);
    if (std::exchange(posted, true)) return;
    desk.post([self = shared_from_this()] { self->pass_on(); });
  }
  std::vector<base::LogRecord> take() {
    const std::lock_guard lock(mutex);
    posted = false;
    return std::exchange(waiting, {});
  }
  void pass_on() {
    if (task->reply().expired()) {  // nobody listens any more: with the watch goes the last who holds this
      watch = {};
      return;
    }
    std::string lines;
    for (const base::LogRecord& record : take()) lines += log_text(record, format, task->order().json);
    task->text(lines);
  }
};

/// The log outlives the desk that its watchers post to.
void OperatorCommands::end_followers() {
  for (const auto& one : followers_) {
    if (const auto follower = one.lock()) follower->watch = {};
  }
}

void OperatorCommands::logs(const TaskPtr& task) {
  const control::Order& order = task->order();
  const base::LogFormat format = place_.config.log.format;
  if (order.follow && !task->caller().can_follow) {
    return task->fail(task->t("--follow needs the console or veche ctl"), "logs -n 50");
  }
  std::shared_ptr<Follower> follower;
  if (order.follow) {
    follower = std::make_shared<Follower>(task, format);
    std::erase_if(followers_, [](const auto& one) { return one.expired(); });
    followers_.push_back(follower);
    follower->posted = true;  // until what was before is shown
    follower->watch = place_.log.watch(
        [follower, &desk = place_.desk](const base::LogRecord& record) { follower->add(record, desk); });
  }
  base::LogQuery query{order.lines, order.level, {}};
  if (order.since) query.since = place_.clock.wall() - *order.since;
  const auto records = place_.log.last(query);
  if (!records) {
    if (follower) follower->watch = {};
    return task->fail(records.error());
  }
  std::string lines;
  for (const base::LogRecord& record : *records) lines += log_text(record, format, order.json);
  task->text(lines);
  if (!follower) return task->finish();

  // What came while the old lines were read may be among them.
  std::vector<base::LogRecord> fresh = follower->take();
  if (!records->empty()) {
    const auto last = std::find(fresh.rbegin(), fresh.rend(), records->back());
    fresh.erase(fresh.begin(), last.base());
  }
  lines.clear();
  for (const base::LogRecord& record : fresh) lines += log_text(record, format, order.json);
  task->text(lines);
}

}  // namespace veche::server
