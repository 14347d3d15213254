// The clients of a load: many sockets, shared out over rooms, on one thread. Everything here may block for as
// long as `patience`; what goes wrong is an Error.
#pragma once

#include "base/result.h"
#include "load/dialect.h"
#include "load/hearing.h"
#include "load/readable.h"
#include "net/address.h"
#include "net/fd.h"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace veche::load {

struct CrowdOptions {
  net::Address target;
  std::size_t rooms = 1;
  std::size_t members = 500;  ///< of each room, beside its senders
  std::size_t senders = 1;    ///< shared out over the rooms, the first ones first
  std::chrono::seconds patience{60};
};

/// A connected client, in a room or not.
struct Member {
  net::Fd socket;
  std::size_t number = 0;  ///< by which the dialect names him
  std::size_t room = 0;
  Hearing hearing = {};
  std::string source = {};  ///< as whom the server shows him, if the dialect knows that
};

class Crowd {
 public:
  Crowd(const Dialect& dialect, const CrowdOptions& options) : dialect_(dialect), options_(options) {}

  /// Connects everybody, and waits until each hears the others of his room: what was said of arrivals is then
  /// read away.
  base::Result<> gather();
  /// Connects everybody, who then stay wherever the server puts them and say nothing.
  base::Result<> settle();

  std::vector<Member>& members() { return members_; }
  std::vector<Member>& senders() { return senders_; }  ///< senders()[i] speaks in room i % rooms

  /// Members are called by their index, senders by theirs behind all members.
  void watch(Readable& readable) const;
  /// What a member hears of a sender who says `text`.
  std::string heard(const Member& sender, std::string_view text) const {
    return dialect_.heard(sender.number, sender.source, sender.room, text);
  }

 private:
  base::Result<> connect_all();
  std::string hello(const Member& member) const;
  std::size_t joins_at_once() const;
  base::Result<> enter(std::span<Member* const> fresh);
  base::Result<> hear_each_other();
  void drain(std::vector<Member>& members);

  const Dialect& dialect_;
  const CrowdOptions options_;
  std::vector<Member> members_;
  std::vector<Member> senders_;
  bool settles_ = false;
};

/// A blocking socket, connected to `target`, without Nagle's delay; receiving gives up after `patience`.
base::Result<net::Fd> connect_to(const net::Address& target, std::chrono::seconds patience);
base::Result<> send_all(int socket, std::string_view bytes);
/// Reads until `what` has come, and throws it away with all before and behind it, but answers what wants an
/// answer.
base::Result<> read_past(const Dialect& dialect, Member& member, std::string_view what);
/// What has come for `member`, in `buffer`; empty if it was a false alarm. Does not wait.
base::Result<std::string_view> receive(const Member& member, std::span<char> buffer);
/// Answers a line that is no message, if it wants that. A server that does not take it hangs up: the next
/// read says so.
void answer(const Dialect& dialect, const Member& member, std::string_view line);

}  // namespace veche::load
