#include "load/crowd.h"

#include "base/text.h"

#include <fcntl.h>
#include <poll.h>

#include <netinet/tcp.h>
#include <sys/socket.h>
#include <sys/time.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <utility>

namespace veche::load {
namespace {

/// Each arrival is news to all who are there: these share one round of it.
constexpr std::size_t kAtOnce = 250;
/// Memory that a server has needed for a moment is not what a client costs: for that they come few at a time.
constexpr std::size_t kAtOnceForMemory = 10;
/// Before they join, when nobody hears of it. A server may let in who is waiting once a second.
constexpr std::size_t kLogInsAtOnce = 1'000;

/// A server whose queue of connections is full takes no notice of another, and the kernel would ask again in
/// a second: so long would a server be idle that has a short queue. Doubled each time, for a target that is
/// far away.
constexpr std::chrono::milliseconds kConnectAgain{2};

base::Error failed(const char* what) { return {what, base::errno_text(errno), ""}; }

/// Of what comes while nobody says anything: lines.
void take_lines(const Dialect& dialect, Member& member, std::string_view bytes) {
  const auto take = [&](std::string_view line) {
    answer(dialect, member, line);
    if (member.source.empty()) member.source = dialect.source(member.number, line);
  };
  member.hearing.take(bytes, MessageShape{}, take, take);
}

}  // namespace

base::Result<net::Fd> connect_to(const net::Address& target, std::chrono::seconds patience) {
  const auto end = std::chrono::steady_clock::now() + patience;
  for (auto again = kConnectAgain;; again *= 2) {
    net::Fd socket(::socket(target.family(), SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
    if (!socket) return tl::unexpected(failed("socket"));
    int error = ::connect(socket.get(), target.data(), target.size()) == 0 ? 0 : errno;
    if (error == EINPROGRESS) {
      pollfd connecting{socket.get(), POLLOUT, 0};
      const bool late = ::poll(&connecting, 1, static_cast<int>(again.count())) == 0;
      if (late && std::chrono::steady_clock::now() < end) continue;
      socklen_t size = sizeof error;
      ::getsockopt(socket.get(), SOL_SOCKET, SO_ERROR, &error, &size);
      if (late) error = ETIMEDOUT;
    }
    if (error != 0) return base::fail("connect to " + target.text(), base::errno_text(error));
    ::fcntl(socket.get(), F_SETFL, 0);  // blocking from here on
    const int on = 1;
    ::setsockopt(socket.get(), IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    const timeval timeout{patience.count(), 0};
    ::setsockopt(socket.get(), SOL_SOCKET, SO_RCVTIMEO, &timeout, sizeof timeout);
    return socket;
  }
}

base::Result<> send_all(int socket, std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t sent = ::send(socket, bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (sent < 0) return tl::unexpected(failed("send"));
    bytes.remove_prefix(static_cast<std::size_t>(sent));
  }
  return {};
}

base::Result<> read_past(const Dialect& dialect, Member& member, std::string_view what) {
  std::string seen;
  std::array<char, 65536> buffer;
  while (seen.find(what) == std::string::npos) {
    if (seen.size() > what.size()) seen.erase(0, seen.size() - what.size());  // it may have come in part
    const ssize_t got = ::recv(member.socket.get(), buffer.data(), buffer.size(), 0);
    if (got == 0) return base::fail("a client", "was disconnected before '" + std::string(what) + "'", seen);
    if (got < 0 && errno == EAGAIN) {
      return base::fail("a client", "waits in vain for '" + std::string(base::trim(what)) + "'",
                        "veche needs [limits] command_rate = 0 for this");
    }
    if (got < 0) return tl::unexpected(failed("receive"));
    const std::string_view bytes(buffer.data(), static_cast<std::size_t>(got));
    take_lines(dialect, member, bytes);
    seen += bytes;
  }
  return {};
}

base::Result<std::string_view> receive(const Member& member, std::span<char> buffer) {
  const ssize_t got = ::recv(member.socket.get(), buffer.data(), buffer.size(), MSG_DONTWAIT);
  if (got < 0 && errno == EAGAIN) return std::string_view();
  if (got <= 0) return base::fail("a client", "was disconnected under load");
  return std::string_view(buffer.data(), static_cast<std::size_t>(got));
}

void answer(const Dialect& dialect, const Member& member, std::string_view line) {
  const std::string reply = dialect.reply(line);
  if (!reply.empty()) (void)send_all(member.socket.get(), reply);
}

base::Result<> Crowd::gather() {
  if (auto done = connect_all(); !done) return done;
  return hear_each_other();
}

base::Result<> Crowd::settle() {
  settles_ = true;
  return connect_all();
}

void Crowd::watch(Readable& readable) const {
  std::size_t index = 0;
  for (const Member& member : members_) readable.add(member.socket.get(), index++);
  for (const Member& sender : senders_) readable.add(sender.socket.get(), index++);
}

base::Result<> Crowd::connect_all() {
  const std::size_t count = options_.rooms * options_.members;
  members_.reserve(count);
  senders_.reserve(options_.senders);
  const std::size_t at_once = dialect_.logs_in_first() ? kLogInsAtOnce : joins_at_once();
  std::vector<Member*> fresh;
  for (std::size_t number = 0; number < count + options_.senders; ++number) {
    const bool sender = number >= count;
    auto socket = connect_to(options_.target, options_.patience);
    if (!socket) return tl::unexpected(socket.error());
    auto& list = sender ? senders_ : members_;
    const std::size_t room = (sender ? number - count : number) % options_.rooms;
    list.push_back({std::move(*socket), number, room});
    Member& member = list.back();
    if (sender && !dialect_.sender_is_member()) {
      if (auto done = send_all(member.socket.get(), dialect_.sender_hello()); !done) return done;
      continue;
    }
    const std::string first = dialect_.logs_in_first() ? dialect_.log_in(number) : hello(member);
    if (auto done = send_all(member.socket.get(), first); !done) return done;
    fresh.push_back(&member);
    if (fresh.size() < at_once) continue;
    if (auto done = enter(fresh); !done) return done;
    fresh.clear();
  }
  return enter(fresh);
}

std::string Crowd::hello(const Member& member) const {
  return settles_ ? dialect_.settle(member.number) : dialect_.hello(member.number, member.room);
}

std::size_t Crowd::joins_at_once() const { return settles_ ? kAtOnceForMemory : kAtOnce; }

base::Result<> Crowd::enter(std::span<Member* const> fresh) {
  if (dialect_.logs_in_first()) {
    for (Member* member : fresh) {
      if (auto done = read_past(dialect_, *member, dialect_.logged_in()); !done) return done;
    }
  }
  for (std::size_t first = 0; first < fresh.size(); first += joins_at_once()) {
    const auto joining = fresh.subspan(first, std::min(joins_at_once(), fresh.size() - first));
    for (const Member* member : joining) {
      if (!dialect_.logs_in_first()) break;  // who has said hello already
      if (auto done = send_all(member->socket.get(), hello(*member)); !done) return done;
    }
    for (Member* member : joining) {
      const std::string ready =
          settles_ ? dialect_.settled(member->number) : dialect_.ready(member->number, member->room);
      if (auto done = read_past(dialect_, *member, ready); !done) return done;
    }
    drain(members_);
    drain(senders_);
  }
  return {};
}

/// Everybody has heard a message of this length: from here on there is nothing on the wire. One sender of a
/// room after the other, for a room's messages come in the server's order.
base::Result<> Crowd::hear_each_other() {
  const std::string text = "is anybody missing?";
  for (std::size_t first = 0; first < senders_.size(); first += options_.rooms) {
    const std::size_t speaking = std::min(options_.rooms, senders_.size() - first);
    for (std::size_t room = 0; room < speaking; ++room) {
      const int socket = senders_[first + room].socket.get();
      if (auto done = send_all(socket, dialect_.say(room, text)); !done) return done;
    }
    for (Member& member : members_) {
      if (member.room >= speaking) continue;
      if (auto done = read_past(dialect_, member, heard(senders_[first + member.room], text)); !done)
        return done;
    }
  }
  drain(senders_);
  return {};
}

void Crowd::drain(std::vector<Member>& members) {
  std::array<char, 65536> buffer;
  for (Member& member : members) {
    for (ssize_t got = 0;
         (got = ::recv(member.socket.get(), buffer.data(), buffer.size(), MSG_DONTWAIT)) > 0;) {
      take_lines(dialect_, member, {buffer.data(), static_cast<std::size_t>(got)});
    }
  }
}

}  // namespace veche::load
