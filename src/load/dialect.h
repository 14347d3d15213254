// How to be a member of a room in the protocols that are compared. Rooms and members are numbers, which every
// dialect writes with a fixed width: so all messages of a run have one length on the wire, and receiving is
// counting bytes (load/hearing.h). Pure; any thread.
#pragma once

#include "base/result.h"

#include <cstddef>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace veche::load {

/// Who is in no room, or in one of his own beside those of a load, has this number or a higher one; the room
/// likewise.
constexpr std::size_t kFirstVisitor = 500'000;
constexpr std::size_t kVisitorsRoom = 9999;

class Dialect {
 public:
  virtual ~Dialect() = default;

  /// Whether the server must have answered `log_in` before it takes `hello`; otherwise `hello` logs in too.
  virtual bool logs_in_first() const { return false; }
  /// What member `member` sends first, to be in `room`.
  virtual std::string hello(std::size_t member, std::size_t room) const = 0;
  /// What ends the answer to that: he is in.
  virtual std::string ready(std::size_t member, std::size_t room) const = 0;
  /// What who is in sends to get the same answer once more, behind all that he is to hear before it.
  virtual std::string probe(std::size_t /*member*/) const { return {}; }
  /// What somebody sends first who stays wherever the server puts him, and what ends the answer.
  virtual std::string settle(std::size_t member) const { return hello(member, 0); }
  virtual std::string settled(std::size_t member) const { return ready(member, 0); }
  /// A member who only logs in, what answers, and what he says before he goes.
  virtual std::string log_in(std::size_t member) const = 0;
  virtual std::string logged_in() const = 0;
  virtual std::string log_out() const { return {}; }
  /// What a member sends to say `text` to `room`.
  virtual std::string say(std::size_t room, std::string_view text) const = 0;
  /// As whom the server shows `member` to the others, if `line`, which it sent him as he came, tells it.
  virtual std::string source(std::size_t, std::string_view /*line*/) const { return {}; }
  /// What the others in the room get of what `member`, who is shown as `source`, says.
  virtual std::string heard(std::size_t member, std::string_view source, std::size_t room,
                            std::string_view text) const = 0;
  /// How all messages begin, and nothing else that may come between them.
  virtual std::string_view head() const = 0;
  /// What a line that is no message wants to be answered with, or the server hangs up one day.
  virtual std::string reply(std::string_view /*line*/) const { return {}; }
  /// Whether who says something is a member, and hears nothing of it himself; otherwise he is only a sender.
  virtual bool sender_is_member() const { return true; }
  /// What is sent before `hello` by who only says something; empty: nothing, he sends no hello either.
  virtual std::string sender_hello() const { return {}; }
};

/// "line", "irc", "redis", "nats", "floor" (bench/floor.cpp).
std::vector<std::string_view> dialect_names();
base::Result<std::unique_ptr<Dialect>> make_dialect(std::string_view name);

}  // namespace veche::load
