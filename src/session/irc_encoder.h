// How IRC writes what happens in a room, once for all clients with the same capabilities (irc_caps.h):
// source, command, parameters, and the tags that were asked for. A text that is longer than a line (from
// telnet) becomes several. Pure; any thread.
#pragma once

#include "chat/event.h"
#include "session/irc_caps.h"
#include "session/session.h"
#include "wire/irc_writer.h"

#include <cstdint>
#include <string>
#include <string_view>

namespace veche::session {

/// Appends the lines of a room's event for a client with `caps`; nothing of what IRC does not show.
void encode_irc(const chat::Event& event, Caps caps, const Moment& moment, std::string& out);

/// What a line may have in front: the tags of a message, as far as `caps` want them.
struct LineTags {
  base::WallTime time{};
  const chat::Person* person = nullptr;  ///< whose account, and whether a bot; null: the server
  std::string_view msgid{};
  std::string_view client_tags{};  ///< as they came
};
void write_tags(wire::IrcWriter& line, Caps caps, const LineTags& tags);

/// Appends one message of `person` to `target`, as PRIVMSG or NOTICE, in as many lines as it needs. Only the
/// first has the message's id and client tags.
void write_message(std::string& out, Caps caps, const LineTags& tags, const chat::Person& person,
                   chat::MessageKind kind, std::string_view target, std::string_view text);

/// `:nick!user@host`; the server for nobody.
void write_source(wire::IrcWriter& line, const chat::Person* person, const Moment& moment);

/// The identity of a message that the history has, and of one that it has not.
std::string message_id_text(base::MessageId id, base::WallTime time);
std::string passing_id_text(std::uint64_t serial, base::WallTime time);
/// "2026-11-27T12:00:00.123Z" (IRCv3 server-time).
std::string server_time_text(base::WallTime time);

/// "nick!user@host".
std::string mask_of(const chat::Person& person);

}  // namespace veche::session
