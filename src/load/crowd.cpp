#include "load/crowd.h"

#include "base/text.h"

#include <netinet/tcp.h>
#include <sys/socket.h>
#include <sys/time.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <utility>

namespace veche::load {
namespace {

constexpr std::size_t kAtOnce =
    250;  // each arrival is news to all who are there: these share one round of it

base::Error failed(const char* what) { return {what, base::errno_text(errno), ""}; }

void drain(int socket) {
  std::array<char, 65536> buffer;
  while (::recv(socket, buffer.data(), buffer.size(), MSG_DONTWAIT) > 0) {
  }
}

}  // namespace

base::Result<net::Fd> connect_to(const net::Address& target, std::chrono::seconds patience) {
  net::Fd socket(::socket(target.family(), SOCK_STREAM | SOCK_CLOEXEC, 0));
  if (!socket) return tl::unexpected(failed("socket"));
  if (::connect(socket.get(), target.data(), target.size()) != 0) {
    return base::fail("connect to " + target.text(), base::errno_text(errno));
  }
  const int on = 1;
  ::setsockopt(socket.get(), IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  const timeval timeout{patience.count(), 0};
  ::setsockopt(socket.get(), SOL_SOCKET, SO_RCVTIMEO, &timeout, sizeof timeout);
  return socket;
}

base::Result<> send_all(int socket, std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t sent = ::send(socket, bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (sent < 0) return tl::unexpected(failed("send"));
    bytes.remove_prefix(static_cast<std::size_t>(sent));
  }
  return {};
}

base::Result<> read_past(int socket, std::string_view what) {
  std::string seen;
  std::array<char, 65536> buffer;
  while (seen.find(what) == std::string::npos) {
    if (seen.size() > what.size()) seen.erase(0, seen.size() - what.size());  // it may have come in part
    const ssize_t got = ::recv(socket, buffer.data(), buffer.size(), 0);
    if (got == 0) return base::fail("a client", "was disconnected before '" + std::string(what) + "'", seen);
    if (got < 0 && errno == EAGAIN) {
      return base::fail("a client", "waits in vain for '" + std::string(base::trim(what)) + "'",
                        "veche needs [limits] command_rate = 0 for this");
    }
    if (got < 0) return tl::unexpected(failed("receive"));
    seen.append(buffer.data(), static_cast<std::size_t>(got));
  }
  return {};
}

base::Result<> Crowd::gather() {
  if (auto done = connect_all(); !done) return done;
  return hear_each_other();
}

base::Result<> Crowd::settle() {
  settles_ = true;
  return connect_all();
}

base::Result<> Crowd::connect_all() {
  const std::size_t count = options_.rooms * options_.members;
  members_.reserve(count);
  senders_.reserve(options_.senders);
  std::vector<Member*> fresh;
  for (std::size_t number = 0; number < count + options_.senders; ++number) {
    const bool sender = number >= count;
    auto socket = connect_to(options_.target, options_.patience);
    if (!socket) return tl::unexpected(socket.error());
    auto& list = sender ? senders_ : members_;
    const std::size_t room = sender ? number - count : number % options_.rooms;
    list.push_back({std::move(*socket), number, room});
    Member& member = list.back();
    if (sender && !dialect_.sender_is_member()) {
      if (auto done = send_all(member.socket.get(), dialect_.sender_hello()); !done) return done;
      continue;
    }
    const std::string hello =
        settles_ ? dialect_.settle(member.number) : dialect_.hello(member.number, member.room);
    if (auto done = send_all(member.socket.get(), hello); !done) return done;
    fresh.push_back(&member);
    if (fresh.size() < kAtOnce && number + 1 < count + options_.senders) continue;
    if (auto done = enter(fresh); !done) return done;
  }
  return enter(fresh);
}

base::Result<> Crowd::enter(std::vector<Member*>& fresh) {
  for (const Member* member : fresh) {
    const std::string ready =
        settles_ ? dialect_.settled(member->number) : dialect_.ready(member->number, member->room);
    if (auto done = read_past(member->socket.get(), ready); !done) return done;
  }
  fresh.clear();
  for (const Member& member : members_) drain(member.socket.get());
  for (const Member& member : senders_) drain(member.socket.get());
  return {};
}

/// Everybody has heard a message of this length: from here on there is nothing on the wire.
base::Result<> Crowd::hear_each_other() {
  const std::string text = "is anybody missing?";
  for (const Member& sender : senders_) {
    if (auto done = send_all(sender.socket.get(), dialect_.say(sender.room, text)); !done) return done;
  }
  for (const Member& member : members_) {
    if (member.room >= senders_.size()) continue;
    const std::string heard = dialect_.heard(senders_[member.room].number, member.room, text);
    if (auto done = read_past(member.socket.get(), heard); !done) return done;
  }
  for (const Member& sender : senders_) drain(sender.socket.get());
  return {};
}

}  // namespace veche::load
