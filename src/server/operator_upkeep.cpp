// OperatorCommands: the configuration, backups, and what clears.
#include "base/check.h"
#include "control/config_diff.h"
#include "server/operator_commands.h"
#include "store/backup.h"

#include <fmt/chrono.h>
#include <fmt/format.h>

#include <sys/stat.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <system_error>

namespace veche::server {

namespace fs = std::filesystem;
using control::Value;

namespace {

constexpr int kClearTries = 3;

/// BACKUPS/identities-20261121-150405.db (UTC); a number behind it if there is one already.
fs::path fresh_copy(const fs::path& backups, base::WallTime now) {
  const auto seconds = std::chrono::floor<std::chrono::seconds>(now.time_since_epoch()).count();
  const std::string stem =
      fmt::format("identities-{:%Y%m%d-%H%M%S}", fmt::gmtime(static_cast<std::time_t>(seconds)));
  fs::path copy = backups / (stem + ".db");
  std::error_code error;
  for (int number = 2; fs::exists(copy, error); ++number)
    copy = backups / fmt::format("{}-{}.db", stem, number);
  return copy;
}

base::Error outside(const fs::path& file, const Hardening& hardening) {
  std::string places;
  for (const fs::path& path : hardening.writable) places += (places.empty() ? "" : " or ") + path.string();
  return {"backup " + file.string(), "Landlock keeps the server from writing there",
          "name a file in " + places + ", or add the directory to server.landlock_write and restart"};
}

base::Result<> make_backups(const fs::path& backups) {
  if (::mkdir(backups.c_str(), 0700) == 0 || errno == EEXIST) return {};
  return base::fail("directory " + backups.string(), base::errno_text(errno));
}

}  // namespace

void OperatorCommands::reload(const TaskPtr& task) {
  auto fresh = place_.source();
  if (!fresh) {
    const std::vector<std::string>& wrong = fresh.error().lines;
    std::string all;
    for (const std::string& line : wrong) all += (all.empty() ? "" : "\n") + line;
    return task->fail(all, task->t("nothing is changed"));
  }
  const auto changes = control::changes(place_.config, *fresh);
  const auto& listeners = place_.config.listen;
  const bool with_tls =
      std::any_of(listeners.begin(), listeners.end(), [](const auto& listener) { return listener.tls; });
  const auto tell = [task, changes, with_tls] {
    const base::Translator& t = task->translator();
    std::string text = changes.empty() ? t("The configuration is read again; nothing has changed.")
                                       : t("The configuration is read again:");
    std::vector<std::string> hot, cold;
    for (const control::ConfigChange& change : changes) {
      const std::string words = fmt::format("{}: {} -> {}", change.key, change.before, change.after);
      text += "\n  " + words + (change.needs_restart ? " " + t("(needs a restart)") : "");
      (change.needs_restart ? cold : hot).push_back(words);
    }
    if (with_tls) text += "\n" + t("The certificates are read again.");
    task->done(text, {{"changed", "", Value::list(std::move(hot))},
                      {"needs_restart", "", Value::list(std::move(cold))},
                      {"certificates", "", Value::yes_no(with_tls, with_tls ? "yes" : "no")}});
  };
  const auto adopted = place_.adopt(control::adopt(place_.config, *std::move(fresh)), tell);
  if (!adopted) task->fail(adopted.error());
}

void OperatorCommands::backup(const TaskPtr& task) {
  fs::path file = task->order().word;
  if (file.is_relative()) file = task->caller().directory / file;
  if (!place_.hardening.may_write(file)) return task->fail(outside(file, place_.hardening));
  place_.desk.in_background(
      [database = place_.data.database(), file] { return store::back_up(database, file); },
      [task, file](const base::Result<>& copied) {
        if (!copied) return task->fail(copied.error());
        std::error_code error;
        const Value size = Value::bytes(fs::file_size(file, error));
        task->done(task->t("The database is copied to {} ({}).", file.string(), size.shown),
                   {{"file", "", file.string()}, {"bytes", "", size}});
      });
}

void OperatorCommands::clear_logs(const TaskPtr& task) {
  if (!task->begin()) return;
  const auto archive = place_.log.clear(place_.data.backups());
  if (!archive) return task->fail(archive.error());
  if (archive->empty()) return task->done(task->t("The lines in memory are forgotten."));
  task->done(task->t("The log is empty; the old one is in {}.", archive->string()),
             {{"backup", "", archive->string()}});
}

/// A copy first, then the deletion: unless accounts have changed since the look before the copy, which then
/// would not hold them; in that case all is done once more.
void OperatorCommands::clear_identities(const TaskPtr& task) {
  if (task->begin()) copy_identities(task, kClearTries);
}

void OperatorCommands::copy_identities(const TaskPtr& task, int tries_left) {
  ask<chat::Identities>(task, chat::AskIdentities{}, [this, task, tries_left](const chat::Identities& list) {
    const fs::path backups = place_.data.backups();
    const fs::path copy = fresh_copy(backups, place_.clock.wall());
    place_.desk.in_background(
        [database = place_.data.database(), backups, copy] {
          if (auto made = make_backups(backups); !made) return made;
          return store::back_up(database, copy);
        },
        [this, task, tries_left, copy, version = list.version](const base::Result<>& copied) {
          if (!copied) return task->fail(copied.error());
          delete_identities(task, version, copy, tries_left);
        });
  });
}

void OperatorCommands::delete_identities(const TaskPtr& task, std::uint64_t version, const fs::path& copy,
                                         int tries_left) {
  place_.desk.order(chat::ClearIdentities{version}, [=, this](const chat::OperatorAnswer& answer) {
    if (answer.refused) {
      std::error_code ignored;
      fs::remove(copy, ignored);  // of what is not cleared
      if (*answer.refused == chat::Refusal::stale && tries_left > 1)
        return copy_identities(task, tries_left - 1);
      return task->fail(*answer.refused);
    }
    const std::size_t count = std::get<chat::Affected>(answer.result).count;
    task->done(task->translator().plural(
                   "{} account is deleted, and every session is ended; a copy of the database is {}.",
                   "{} accounts are deleted, and every session is ended; a copy of the database is {}.",
                   count, copy.string()),
               {{"accounts", "", count}, {"backup", "", copy.string()}});
  });
}

}  // namespace veche::server
