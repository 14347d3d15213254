// What an operator typed, as a command of the table with its arguments. Pure; any thread.
#pragma once

#include "base/i18n.h"
#include "base/ids.h"
#include "base/log.h"
#include "base/result.h"
#include "chat/operator_order.h"
#include "control/operator_command.h"

#include <chrono>
#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace veche::control {

/// A command with its arguments, as far as they can be checked without the server.
struct Order {
  const OperatorCommand* command = nullptr;
  bool json = false;
  bool yes = false;
  bool follow = false;
  std::size_t lines = 20;
  base::LogLevel level = base::LogLevel::debug;
  std::optional<std::chrono::milliseconds> since;
  std::optional<std::chrono::milliseconds> delay;  ///< D of drain, shutdown and slow; --for of ban and mute
  std::string word;                                ///< WHO, ROOM, FILE or COMMAND
  chat::SanctionTarget target;                     ///< of ban, unban, mute, unmute
  chat::Kick kick;                                 ///< name or session, of kick
  chat::Lockdown lockdown = chat::Lockdown::off;
  std::string text;  ///< WHY or TEXT
};

/// Errors are wrong usage: they name the command and what would be right, in the language of `t`.
base::Result<Order> parse_order(std::span<const std::string> words, const base::Translator& t);

/// `ban`'s WHO: `account:NAME`, `name:NAME`, an address, a network, else a name.
base::Result<chat::SanctionTarget> parse_target(std::string_view text);
/// A target as `ban` reads it.
std::string target_text(const chat::SanctionTarget& target);

/// ":1.42", by which `sessions` calls a session and `kick` takes it.
std::string session_text(base::SessionId session);
std::optional<base::SessionId> parse_session(std::string_view text);

}  // namespace veche::control
