// What clients speak: of a listener, of the sessions that begin at it, and shown to the operator. Values; any
// thread.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string_view>

namespace veche::base {

/// The number is also the upper 8 bits of a session::Variant.
enum class Dialect : std::uint8_t { line = 1, irc = 2 };
inline constexpr std::array kDialects{Dialect::line, Dialect::irc};

/// The name of the protocol, as the configuration spells it.
constexpr std::string_view dialect_name(Dialect dialect) { return dialect == Dialect::irc ? "irc" : "line"; }

constexpr std::optional<Dialect> dialect_named(std::string_view name) {
  for (const Dialect dialect : kDialects) {
    if (dialect_name(dialect) == name) return dialect;
  }
  return std::nullopt;
}

}  // namespace veche::base
