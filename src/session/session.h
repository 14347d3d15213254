// A dialect's half of a conversation: bytes from a client become commands to the chat, events from the chat
// become bytes. Sans-I/O: a Session knows no socket, thread or clock; what it needs from the world it asks of
// its Host.
//
// Two kinds of events. Those for this session alone come through `deliver`, and the session answers as it
// likes. Those for a whole room are encoded once for all sessions that would write the same bytes: a session
// only says which Variant of an event it wants, and the bytes are made by `encode` without it.
#pragma once

#include "base/clock.h"
#include "base/i18n.h"
#include "base/ids.h"
#include "base/result.h"
#include "base/scram_keys.h"
#include "base/secret.h"
#include "chat/command.h"
#include "chat/event.h"
#include "chat/message.h"

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace veche::session {

/// Everything that makes one session's bytes for an event differ from another's: the dialect, its options,
/// the language. Equal variants, equal bytes. The dialect is the upper 8 bits, the rest is its own.
using Variant = std::uint32_t;

/// What begins so and is given as a password is a session token (`/token`); so no password does.
inline constexpr std::string_view kTokenPrefix = "token:";

/// What a session may ask of its surroundings. Answers come later, on the session's own thread, as calls of
/// the Session's `on_` functions; at most one answer is outstanding at a time.
class Host {
 public:
  virtual ~Host() = default;

  /// To the chat, in order; with `acknowledge` a chat::Done is the last event that comes of it.
  virtual void command(chat::CommandBody body, bool acknowledge = false) = 0;
  /// The chat has more than it can take now: a session stops making commands of its input until
  /// `Session::chat_is_free`, and its client feels the back-pressure.
  virtual bool chat_is_busy() = 0;
  /// To the client, in order.
  virtual void send(std::string_view bytes) = 0;
  /// Sends what is owed, then closes.
  virtual void finish() = 0;
  /// Whether more bytes may be handed to `received`.
  virtual void accept_input(bool yes) = 0;
  /// One call of `on_timer`, in place of an earlier wish.
  virtual void set_timer(std::chrono::milliseconds delay) = 0;
  virtual void cancel_timer() = 0;

  /// A worker hashes it, and derives its keys for SCRAM. Answer: on_hashed.
  virtual void hash_password(base::Secret password) = 0;
  /// A worker compares them, and with `wants_scram` derives the keys of a right password. Answer:
  /// on_verified.
  virtual void verify_password(std::string hash, base::Secret password, bool wants_scram = false) = 0;
  /// SCRAM keys for a name that has none, which no password fits: the same whenever it is asked.
  virtual base::ScramKeys decoy_scram_keys(std::string_view folded_name) const = 0;
  /// The same with the password of an operator of the configuration; right: this session may `operate` from
  /// then on. Answer: on_verified.
  virtual void become_operator(std::string name, base::Secret password) = 0;
  /// Whether the operator that this session has become may give that command; false: it has become none.
  virtual bool operator_may(std::string_view command) const = 0;
  /// A line of the operator's command table (`kick Bob flood`), for a session that has become an operator.
  /// Answers: on_operator_text any number of times, then on_operator_end.
  virtual void operate(std::string line) = 0;
  /// A worker reads it. Answer: on_history.
  virtual void read_history(const chat::HistoryGranted& grant) = 0;
  virtual void search(const chat::SearchGranted& grant) = 0;

  /// A fresh session token, and what is kept of one; nothing if the text is no token.
  virtual std::string make_token() = 0;
  virtual std::optional<chat::TokenHash> hash_token(std::string_view token) = 0;

  /// Where the client is, without port.
  virtual std::string peer_host() const = 0;
  /// Whether what is said between the client and us is encrypted (TLS).
  virtual bool is_encrypted() const { return false; }
  /// The SHA-256 fingerprint of the TLS certificate that the client has shown and holds the key of: 64
  /// hexadecimal digits in lower case. Empty: it has shown none.
  virtual std::string client_certificate() const { return {}; }
  /// For the server's log: what this client did that somebody should know of.
  virtual void warn(std::string_view) {}
  virtual base::MonoTime now() const = 0;
  virtual base::WallTime wall_time() const = 0;
  /// What the server's time zone adds to UTC at `time`.
  virtual std::chrono::seconds utc_offset(base::WallTime time) const = 0;
};

/// One client's conversation in some dialect. Lives on its connection's thread.
class Session {
 public:
  virtual ~Session() = default;

  /// The connection is there. First call.
  virtual void opened() = 0;
  /// Bytes as they came, split anywhere.
  virtual void received(std::string_view bytes) = 0;
  /// The client's FIN: what it sent before is still answered.
  virtual void peer_finished() = 0;
  virtual void on_timer() = 0;
  /// The chat takes commands again.
  virtual void chat_is_free() = 0;

  /// An event for this session alone.
  virtual void deliver(const chat::Event& event) = 0;
  /// What its client reads.
  virtual base::Language language() const = 0;
  /// How this session wants the events of `room` (or, without a room, of all its rooms) encoded.
  virtual Variant variant(base::RoomId room) const = 0;

  /// `hash` is empty: the workers are too busy, or memory is short.
  virtual void on_hashed(std::string hash, base::ScramKeysPtr scram) = 0;
  enum class Verdict : std::uint8_t { right, wrong, busy };
  /// `scram`: of a right password, if they were wanted.
  virtual void on_verified(Verdict verdict, base::ScramKeysPtr scram) = 0;
  virtual void on_history(const base::Result<std::vector<chat::Message>>& messages) = 0;
  /// Whole lines, each with its LF.
  virtual void on_operator_text(std::string_view lines) = 0;
  virtual void on_operator_end() = 0;
};

/// What encoding needs to know of the moment.
struct Moment {
  base::WallTime now;
  std::chrono::seconds utc_offset{0};
  std::string_view server_name{};  ///< under which an IRC server speaks
};

/// Appends the bytes of a room's event in one variant to `out`; nothing if that dialect does not show it.
void encode(const chat::Event& event, Variant variant, const Moment& moment, std::string& out);

}  // namespace veche::session
