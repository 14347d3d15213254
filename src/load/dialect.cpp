#include "load/dialect.h"

#include "base/text.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

namespace veche::load {
namespace {

std::string member_name(std::size_t member) { return fmt::format("m{:06}", member); }
std::string channel(std::size_t room) { return fmt::format("#room-{:04}", room); }

/// veche's line protocol. Everybody lands in the server's default room, and leaves it at once.
class Line final : public Dialect {
 public:
  std::string hello(std::size_t member, std::size_t room) const override {
    return log_in(member) + fmt::format("/leave\n/join {}\n", channel(room));
  }
  std::string ready(std::size_t member, std::size_t room) const override {
    return fmt::format("JOIN {} {}\n", channel(room), member_name(member));
  }
  std::string settle(std::size_t member) const override { return log_in(member); }
  std::string settled(std::size_t) const override { return logged_in(); }
  std::string log_in(std::size_t member) const override { return member_name(member) + "\n\n/bare\n"; }
  std::string logged_in() const override { return "READY\n"; }
  std::string say(std::size_t, std::string_view text) const override { return fmt::format("{}\n", text); }
  std::string heard(std::size_t member, std::string_view, std::size_t room,
                    std::string_view text) const override {
    return fmt::format("MSG {} {} {}\n", channel(room), member_name(member), text);
  }
  std::string_view head() const override { return "MSG "; }
};

/// IRC as every server speaks it (https://modern.ircdocs.horse), without capabilities. Servers do not agree
/// on what is behind the nick in a message's source, so it is read from the JOIN that its owner gets to see.
/// A JOIN takes several lines to answer, of which each server chooses its own; the PING behind it ends them.
class Irc final : public Dialect {
 public:
  bool logs_in_first() const override { return true; }
  std::string hello(std::size_t member, std::size_t room) const override {
    return fmt::format("JOIN {}\r\n{}", channel(room), probe(member));
  }
  std::string probe(std::size_t member) const override {
    return fmt::format("PING :ready-{:06}\r\n", member);
  }
  std::string ready(std::size_t member, std::size_t) const override {
    return fmt::format("ready-{:06}\r\n", member);
  }
  std::string log_in(std::size_t member) const override {
    return fmt::format("NICK {0}\r\nUSER {0} 0 * :{0}\r\n", member_name(member));
  }
  std::string logged_in() const override { return " 001 m"; }
  std::string log_out() const override { return "QUIT\r\n"; }
  std::string say(std::size_t room, std::string_view text) const override {
    return fmt::format("PRIVMSG {} :{}\r\n", channel(room), text);
  }
  std::string source(std::size_t member, std::string_view line) const override {
    const std::string_view prefix = line.substr(0, line.find(' '));
    const bool own = prefix.starts_with(fmt::format(":{}!", member_name(member)));
    return own && line.substr(prefix.size()).starts_with(" JOIN ") ? std::string(prefix) : std::string();
  }
  std::string heard(std::size_t, std::string_view source, std::size_t room,
                    std::string_view text) const override {
    return fmt::format("{} PRIVMSG {} :{}\r\n", source, channel(room), text);
  }
  std::string_view head() const override { return ":m0"; }
  std::string reply(std::string_view line) const override {
    return line.starts_with("PING ") ? fmt::format("PONG {}", line.substr(5)) : std::string();
  }
};

/// RESP, https://redis.io/docs/reference/protocol-spec.
class Redis final : public Dialect {
 public:
  std::string hello(std::size_t, std::size_t room) const override {
    return fmt::format("*2\r\n{}{}", bulk("SUBSCRIBE"), bulk(name(room)));
  }
  std::string ready(std::size_t, std::size_t) const override { return ":1\r\n"; }
  std::string log_in(std::size_t) const override { return "PING\r\n"; }
  std::string logged_in() const override { return "+PONG\r\n"; }
  std::string say(std::size_t room, std::string_view text) const override {
    return fmt::format("*3\r\n{}{}{}", bulk("PUBLISH"), bulk(name(room)), bulk(text));
  }
  std::string heard(std::size_t, std::string_view, std::size_t room, std::string_view text) const override {
    return fmt::format("*3\r\n{}{}{}", bulk("message"), bulk(name(room)), bulk(text));
  }
  std::string_view head() const override { return "*3"; }
  bool sender_is_member() const override { return false; }

 private:
  static std::string name(std::size_t room) { return fmt::format("room-{:04}", room); }
  static std::string bulk(std::string_view word) { return fmt::format("${}\r\n{}\r\n", word.size(), word); }
};

/// https://docs.nats.io/reference/reference-protocols/nats-protocol.
class Nats final : public Dialect {
 public:
  std::string hello(std::size_t, std::size_t room) const override {
    return fmt::format("{}SUB {} 1\r\nPING\r\n", kConnect, name(room));
  }
  std::string ready(std::size_t, std::size_t) const override { return "PONG\r\n"; }
  std::string log_in(std::size_t) const override { return fmt::format("{}PING\r\n", kConnect); }
  std::string logged_in() const override { return "PONG\r\n"; }
  std::string say(std::size_t room, std::string_view text) const override {
    return fmt::format("PUB {} {}\r\n{}\r\n", name(room), text.size(), text);
  }
  std::string heard(std::size_t, std::string_view, std::size_t room, std::string_view text) const override {
    return fmt::format("MSG {} 1 {}\r\n{}\r\n", name(room), text.size(), text);
  }
  std::string_view head() const override { return "MSG "; }
  std::string reply(std::string_view line) const override { return line == "PING\r\n" ? "PONG\r\n" : ""; }
  bool sender_is_member() const override { return false; }
  std::string sender_hello() const override { return std::string(kConnect); }

 private:
  static constexpr std::string_view kConnect = "CONNECT {\"verbose\":false}\r\n";
  static std::string name(std::size_t room) { return fmt::format("room-{:04}", room); }
};

/// bench/floor.cpp: a room's number, then lines.
class Floor final : public Dialect {
 public:
  std::string hello(std::size_t, std::size_t room) const override { return fmt::format("{:04}\n", room); }
  std::string ready(std::size_t, std::size_t) const override { return "ok\n"; }
  std::string log_in(std::size_t) const override { return "0000\n"; }
  std::string logged_in() const override { return "ok\n"; }
  std::string say(std::size_t, std::string_view text) const override { return fmt::format("{}\n", text); }
  std::string heard(std::size_t, std::string_view, std::size_t, std::string_view text) const override {
    return fmt::format("{}\n", text);
  }
  std::string_view head() const override { return {}; }
};

}  // namespace

std::vector<std::string_view> dialect_names() { return {"line", "irc", "redis", "nats", "floor"}; }

base::Result<std::unique_ptr<Dialect>> make_dialect(std::string_view name) {
  if (name == "line") return std::make_unique<Line>();
  if (name == "irc") return std::make_unique<Irc>();
  if (name == "redis") return std::make_unique<Redis>();
  if (name == "nats") return std::make_unique<Nats>();
  if (name == "floor") return std::make_unique<Floor>();
  const auto near = base::nearest(name, dialect_names());
  return base::fail(
      fmt::format("protocol '{}'", name), "unknown",
      near ? fmt::format("did you mean {}?", *near) : fmt::format("{}", fmt::join(dialect_names(), ", ")));
}

}  // namespace veche::load
