// How the line protocol writes an event: for people ("[15:04] name: text") or bare, for programs ("MSG ROOM
// NAME TEXT"). Pure; any thread.
#pragma once

#include "base/i18n.h"
#include "chat/event.h"
#include "chat/message.h"
#include "session/session.h"

#include <optional>
#include <string>
#include <string_view>

namespace veche::session {

/// What makes one line session's bytes differ from another's.
struct LineStyle {
  bool bare = false;
  base::Language language = base::Language::en;
  bool show_room = false;  ///< the event's room is not the one that the person writes to

  static constexpr Variant kDialect = Variant{1} << 24;
  Variant variant() const;
  static LineStyle of(Variant variant);
};

/// A rank as programs read it and people type it: "half-operator".
std::string_view rank_word(chat::Rank rank);
std::optional<chat::Rank> rank_called(std::string_view word);

/// Appends a room's event as a line.
void encode_line(const chat::Event& event, const LineStyle& style, const Moment& moment, std::string& out);
/// Appends a message of the history: as when it was said, or `HIST ROOM UNIXTIME NAME TEXT`.
void encode_history_line(const chat::Message& message, std::string_view room, const LineStyle& style,
                         const Moment& moment, std::string& out);
/// Appends a private message.
void encode_told_line(const chat::Told& told, const LineStyle& style, const Moment& moment, std::string& out);

/// "15:04", or "2026-11-20 15:04" when that is not the day of `moment`; the server's local time.
std::string clock_text(base::WallTime time, const Moment& moment);

/// CR LF for people (telnet asks for it), LF for programs.
std::string_view line_end(const LineStyle& style);

}  // namespace veche::session
