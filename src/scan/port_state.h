// What a scan finds out about a port, and how. Plain values; any thread.
#pragma once

#include <cstdint>

namespace veche::scan {

enum class PortState : std::uint8_t {
  undecided,
  open,      ///< the connection was accepted
  closed,    ///< it was refused: somebody is there, and nobody listens
  filtered,  ///< nothing tells whether anybody listens: see the reason
};

enum class Reason : std::uint8_t {
  none,         ///< of a port that is undecided
  accepted,     ///< open
  refused,      ///< closed: RST
  no_answer,    ///< filtered: silence, after all retries
  unreachable,  ///< filtered: a router said that host or network cannot be reached (ICMP)
  prohibited,   ///< filtered: a firewall said no (ICMP), or this machine's own did
};

/// A state with its reason, in the one byte that each port of a scan takes.
struct Verdict {
  PortState state = PortState::undecided;
  Reason reason = Reason::none;

  friend bool operator==(const Verdict&, const Verdict&) = default;
};

inline constexpr Verdict kOpen{PortState::open, Reason::accepted};
inline constexpr Verdict kClosed{PortState::closed, Reason::refused};
inline constexpr Verdict kSilent{PortState::filtered, Reason::no_answer};
inline constexpr Verdict kUnreachable{PortState::filtered, Reason::unreachable};
inline constexpr Verdict kProhibited{PortState::filtered, Reason::prohibited};

}  // namespace veche::scan
