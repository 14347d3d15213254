// NickServ and ChanServ, for old habits: words like those that other networks' services know, spoken to a
// name that is nobody's (PRIVMSG NickServ :..., or NS ...) and answered by notices. Each is a table of
// errands, and an errand is a question to the chat as any command is one
// (docs/adr/0014-rooms-that-are-kept.md). Pure.
#pragma once

#include "session/irc_session.h"

#include <cstdint>
#include <span>
#include <string_view>

namespace veche::session {

/// A row of a service's table.
struct IrcErrand {
  std::string_view name;
  void (IrcSession::*run)(IrcSession::Params p);  ///< with the words behind the name
  std::uint8_t parameters = 0;                    ///< fewer are answered with the help
  std::string_view help;                          ///< how it is used; another word's: that is listed instead
};

struct IrcService {
  std::string_view name;     ///< as it is written
  std::string_view command;  ///< by which it is spoken to without PRIVMSG
  std::string_view about;    ///< for WHOIS
  std::span<const IrcErrand> errands;

  /// Null: it has none of that name, in whatever letter case.
  const IrcErrand* errand(std::string_view word) const;

  static const IrcService& nickserv();
  static const IrcService& chanserv();
  /// Null: `nick` is none's.
  static const IrcService* called(std::string_view nick);
};

}  // namespace veche::session
