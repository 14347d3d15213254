#include "control/operator_command.h"

#include "base/check.h"
#include "base/i18n.h"
#include "base/text.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

namespace veche::control {
namespace {

using base::N_;

constexpr OptionInfo kOptions[] = {
    {Option::lines, "-n", "N"},      {Option::follow, "--follow", ""}, {Option::level, "--level", "L"},
    {Option::since, "--since", "D"}, {Option::lasts, "--for", "D"},    {Option::yes, "--yes", ""},
    {Option::json, "--json", ""},
};

constexpr Positional kWhy{Part::text, false};
constexpr Positional kText{Part::text, true};
constexpr Positional kTarget{Part::target, true};

std::vector<OperatorCommand> make_table() {
  using G = Grant;
  std::vector<OperatorCommand> rows = {
      // look
      {Verb::status, "status", {}, {}, G::view, false, {}, N_("how the server is")},
      {Verb::sessions, "sessions", {}, {}, G::view, false, {}, N_("who is connected, oldest first")},
      {Verb::rooms, "rooms", {}, {}, G::view, false, {}, N_("the rooms and their members")},
      {Verb::accounts, "accounts", {}, {}, G::view, false, {}, N_("the accounts")},
      {Verb::identities,
       "identities",
       {},
       {},
       G::view,
       false,
       {},
       N_("the accounts with their tokens and remembered addresses")},
      {Verb::bans, "bans", {}, {}, G::view, false, {}, N_("the bans that hold")},
      {Verb::mutes, "mutes", {}, {}, G::view, false, {}, N_("the mutes that hold")},
      {Verb::logs,
       "logs",
       {},
       {Option::lines, Option::follow, Option::level, Option::since},
       G::view,
       false,
       {},
       N_("the last lines of the log")},
      // keep order
      {Verb::kick,
       "kick",
       {{{Part::who, true}, kWhy}},
       {},
       G::moderate,
       true,
       {},
       N_("end somebody's sessions (a name), or one session (:1.42)")},
      {Verb::ban,
       "ban",
       {{kTarget, kWhy}},
       {Option::lasts},
       G::moderate,
       true,
       {},
       N_("keep out a name, account:NAME, an address or a network")},
      {Verb::unban, "unban", {{kTarget}}, {}, G::moderate, true, {}, N_("lift a ban")},
      {Verb::mute,
       "mute",
       {{kTarget, kWhy}},
       {Option::lasts},
       G::moderate,
       true,
       {},
       N_("let somebody read, but not speak")},
      {Verb::unmute, "unmute", {{kTarget}}, {}, G::moderate, true, {}, N_("lift a mute")},
      {Verb::slow,
       "slow",
       {{{Part::room, true}, {Part::interval, true}}},
       {},
       G::moderate,
       true,
       {},
       N_("one message per member and interval in a room; 0 ends it")},
      {Verb::announce, "announce", {{kText}}, {}, G::moderate, true, {}, N_("say something to everybody")},
      // run the server
      {Verb::pause, "pause", {}, {}, G::manage, true, {}, N_("take no new connections; who is here stays")},
      {Verb::resume,
       "resume",
       {},
       {},
       G::manage,
       true,
       {},
       N_("take connections again; ends a drain or a shutdown that has begun")},
      {Verb::lockdown,
       "lockdown",
       {{{Part::lockdown, true}}},
       {},
       G::manage,
       true,
       {},
       N_("in an emergency: no new accounts, no guests, or nobody from an unknown address; who is here "
          "stays")},
      {Verb::drain,
       "drain",
       {{{Part::delay, false}, kWhy}},
       {},
       G::manage,
       true,
       {},
       N_("take no new connections, and close the others one by one over a time (30s)")},
      {Verb::shutdown,
       "shutdown",
       {{{Part::delay, false}}},
       {},
       G::manage,
       true,
       {},
       N_("end the server, at once or after a time")},
      {Verb::reload, "reload", {}, {}, G::manage, true, {}, N_("read the configuration again")},
      {Verb::backup,
       "backup",
       {{{Part::file, true}}},
       {},
       G::manage,
       true,
       {},
       N_("copy the database while people talk")},
      {Verb::clear_logs,
       "logs clear",
       {},
       {Option::yes},
       G::manage,
       true,
       "logs",
       N_("begin a new log; the old one is kept among the backups")},
      {Verb::clear_identities,
       "identities clear",
       {},
       {Option::yes},
       G::manage,
       true,
       "identities",
       N_("delete every account, token and remembered address, after a backup, and end every session")},
      {Verb::help,
       "help",
       {{{Part::command, false}}},
       {},
       G::anybody,
       false,
       {},
       N_("this list, or one command")},
      {Verb::version, "version", {}, {}, G::anybody, false, {}, N_("the server's version")},
  };
  for (std::size_t i = 0; i < rows.size(); ++i) {
    for (std::size_t j = 0; j < i; ++j) base::check(rows[i].verb != rows[j].verb, "a command has one row");
  }
  return rows;
}

std::string_view shown(Part part) {
  switch (part) {
    case Part::who:
    case Part::target:
      return "WHO";
    case Part::room:
      return "ROOM";
    case Part::file:
      return "FILE";
    case Part::delay:
    case Part::interval:
      return "D";
    case Part::text:
      return "TEXT";
    case Part::command:
      return "COMMAND";
    case Part::lockdown:
      return "off|new|accounts|known";
    case Part::nothing:
      break;
  }
  return "";
}

std::string_view shown(const OperatorCommand& command, const Positional& positional) {
  const bool why = positional.part == Part::text && !positional.required && command.verb != Verb::drain;
  return why ? "WHY" : shown(positional.part);
}

std::string_view first_word(const OperatorCommand& command) {
  return command.name.substr(0, command.name.find(' '));
}
std::string_view second_word(const OperatorCommand& command) {
  const std::size_t space = command.name.find(' ');
  return space == std::string_view::npos ? std::string_view() : command.name.substr(space + 1);
}

}  // namespace

std::span<const OptionInfo> operator_options() { return kOptions; }

std::span<const OperatorCommand> operator_commands() {
  static const std::vector<OperatorCommand> table = make_table();
  return table;
}

const OperatorCommand& operator_command(Verb verb) {
  const auto table = operator_commands();
  const auto row = std::find_if(table.begin(), table.end(), [&](const auto& c) { return c.verb == verb; });
  base::check(row != table.end(), "every verb has a row");
  return *row;
}

std::string usage_of(const OperatorCommand& command) {
  std::string usage(command.name);
  for (const Option option : command.options) {
    const OptionInfo& info = kOptions[static_cast<std::size_t>(option)];
    usage += fmt::format(" [{}{}{}]", info.name, info.value.empty() ? "" : " ", info.value);
  }
  for (const Positional& positional : command.positionals) {
    if (positional.part == Part::nothing) continue;
    const std::string_view part = shown(command, positional);
    usage += positional.required ? fmt::format(" {}", part) : fmt::format(" [{}]", part);
  }
  return usage;
}

std::vector<std::string> words_of(std::string_view line) {
  std::vector<std::string> words;
  while (!(line = base::trim(line)).empty()) {
    const auto [word, rest] = base::split_word(line);
    words.emplace_back(word);
    line = rest;
  }
  return words;
}

bool is_granted(const OperatorCommand& command, std::span<const std::string> grants) {
  if (command.grant == Grant::anybody) return true;
  return std::any_of(grants.begin(), grants.end(), [&](const std::string& grant) {
    return grant == "all" || grant == kGrantWords[static_cast<std::size_t>(command.grant)] ||
           grant == command.name;
  });
}

base::Result<> check_grant(std::string_view grant) {
  std::vector<std::string_view> known = {"all"};
  known.insert(known.end(), kGrantWords.begin() + 1, kGrantWords.end());
  for (const OperatorCommand& command : operator_commands()) known.push_back(command.name);
  if (std::find(known.begin(), known.end(), grant) != known.end()) return {};
  const auto near = base::nearest(grant, known);
  return base::fail(
      "", fmt::format("'{}' is no right and no command", grant),
      near ? fmt::format("did you mean {}?", *near) : "all, view, moderate, manage, or a command's name");
}

// --- completion

std::vector<std::string> complete_command(std::string_view line, std::span<const std::string> people) {
  std::vector<std::string> words = words_of(line);
  if (line.empty() || line.back() == ' ' || line.back() == '\t') words.emplace_back();
  const std::string last = words.back();
  words.pop_back();

  std::vector<std::string> found;
  const auto offer = [&](std::string_view candidate) {
    if (candidate.starts_with(last) && !candidate.empty() &&
        std::find(found.begin(), found.end(), candidate) == found.end()) {
      found.emplace_back(candidate);
    }
  };
  const OperatorCommand* command = nullptr;
  for (const OperatorCommand& row : operator_commands()) {
    if (words.empty() || words.front() == "help") offer(first_word(row));
    if (words.empty() || words.front() != first_word(row)) continue;
    if (words.size() == 1) offer(second_word(row));
    const bool whole = second_word(row).empty() || (words.size() > 1 && words[1] == second_word(row));
    if (whole) command = &row;
  }
  if (command == nullptr) return found;
  if (command->positionals[0].part == Part::lockdown) {
    for (const std::string_view word : kLockdownWords) offer(word);
  }
  for (const Option option : command->options) offer(kOptions[static_cast<std::size_t>(option)].name);
  if (!words.empty()) offer("--json");
  const bool person =
      command->positionals[0].part == Part::who || command->positionals[0].part == Part::target;
  if (person && !last.starts_with('-')) {
    for (const std::string& name : people) offer(name);
  }
  std::sort(found.begin(), found.end());
  return found;
}

}  // namespace veche::control
