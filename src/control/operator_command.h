// The table of the operator's commands: the console, `veche ctl` and operators in the chat all go by it, and
// so do help, completion and rights. A command is one row here and one function in server/operator_commands.
// Pure; any thread.
#pragma once

#include "base/result.h"

#include <array>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace veche::control {

enum class Verb : std::uint8_t {
  status,
  sessions,
  rooms,
  accounts,
  identities,
  bans,
  mutes,
  logs,  // look
  kick,
  ban,
  unban,
  mute,
  unmute,
  slow,
  announce,  // keep order
  pause,
  resume,
  lockdown,
  drain,
  shutdown,
  reload,
  backup,
  clear_logs,
  clear_identities,  // run the server
  help,
  version,
};

/// What `grants` of an [[operator]] may name beside "all" and single commands.
enum class Grant : std::uint8_t { anybody, view, moderate, manage };
inline constexpr std::array<std::string_view, 4> kGrantWords = {"anybody", "view", "moderate", "manage"};

/// What a word on a command's line stands for.
enum class Part : std::uint8_t { nothing, who, target, room, file, delay, interval, text, command, lockdown };
struct Positional {
  Part part = Part::nothing;
  bool required = false;
};

enum class Option : std::uint8_t { lines, follow, level, since, lasts, yes, json };
struct OptionInfo {
  Option option;
  std::string_view name;   ///< "--level"
  std::string_view value;  ///< what follows, for people: "L"; empty: nothing
};
std::span<const OptionInfo> operator_options();

/// The words of chat::Lockdown, in its order.
inline constexpr std::array<std::string_view, 4> kLockdownWords = {"off", "new", "accounts", "known"};

struct OperatorCommand {
  Verb verb;
  std::string_view name;  ///< one word, or two: "logs clear"
  std::array<Positional, 2> positionals{};
  std::vector<Option> options{};  ///< beside --json, which all have
  Grant grant = Grant::view;
  bool audited = false;             ///< it changes something: it is written to the audit log
  std::string_view confirm_word{};  ///< to be typed before it is done; empty: it is just done
  std::string_view help{};          ///< English; N_()
};
std::span<const OperatorCommand> operator_commands();
const OperatorCommand& operator_command(Verb verb);

/// "kick WHO [WHY]", without --json.
std::string usage_of(const OperatorCommand& command);

/// The words of a line, as the console and the chat split it: at white space.
std::vector<std::string> words_of(std::string_view line);

/// Whether `grants` (of an [[operator]]) allow the command.
bool is_granted(const OperatorCommand& command, std::span<const std::string> grants);
/// Nothing, or why `grant` is none: for the configuration.
base::Result<> check_grant(std::string_view grant);

/// What the last word of `line` may become, whole words each: commands, their second words, options, and
/// `people` where a person is meant.
std::vector<std::string> complete_command(std::string_view line, std::span<const std::string> people);

}  // namespace veche::control
