// How to be a member of a room in the protocols that are compared. Rooms and members are numbers, which every
// dialect writes with a fixed width: so all messages of a run have one length on the wire, and receiving is
// counting bytes. Pure; any thread.
#pragma once

#include "base/result.h"

#include <cstddef>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace veche::load {

class Dialect {
 public:
  virtual ~Dialect() = default;

  /// What member `member` sends first, to be in `room`.
  virtual std::string hello(std::size_t member, std::size_t room) const = 0;
  /// What ends the answer to that: he is in.
  virtual std::string ready(std::size_t member, std::size_t room) const = 0;
  /// What somebody sends first who stays wherever the server puts him, and what ends the answer.
  virtual std::string settle(std::size_t member) const { return hello(member, 0); }
  virtual std::string settled(std::size_t member) const { return ready(member, 0); }
  /// A member who only logs in, and what answers.
  virtual std::string log_in(std::size_t member) const = 0;
  virtual std::string logged_in() const = 0;
  /// What a member sends to say `text` to `room`.
  virtual std::string say(std::size_t room, std::string_view text) const = 0;
  /// What the others in the room get of it.
  virtual std::string heard(std::size_t member, std::size_t room, std::string_view text) const = 0;
  /// Whether who says something is a member, and hears nothing of it himself; otherwise he is only a sender.
  virtual bool sender_is_member() const { return true; }
  /// What is sent before `hello` by who only says something; empty: nothing, he sends no hello either.
  virtual std::string sender_hello() const { return {}; }
};

/// "line", "redis", "nats", "floor" (bench/floor.cpp).
std::vector<std::string_view> dialect_names();
base::Result<std::unique_ptr<Dialect>> make_dialect(std::string_view name);

}  // namespace veche::load
