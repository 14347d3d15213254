// What people on IRC do in a simulated run: the same careless crowd as the line protocol's (crowd.h), in the
// same small world.
#pragma once

#include "chat/policy.h"
#include "session/irc_options.h"
#include "tests/fakes/chat_commands.h"
#include "tests/simulator/irc_person.h"
#include "tests/simulator/ledger.h"

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>

namespace veche::simulator {

/// One thread.
class IrcCrowd {
 public:
  IrcCrowd(fakes::SeededChoice& choose, Ledger& ledger, const std::uint64_t& tokens)
      : choose_(choose), ledger_(ledger), tokens_(tokens) {}

  session::IrcOptions options(const chat::Policy& policy);
  /// All lines of a registration, right ones most of the time.
  std::string arrival(base::SessionId who, IrcPerson& person);
  /// What one types who is not in yet.
  std::string entering(base::SessionId who, IrcPerson& person);
  /// What one types next.
  std::string line(base::SessionId who, IrcPerson& person);

 private:
  template <std::size_t N>
  const char* one_of(const std::array<const char*, N>& list) {
    return list[choose_(N)];
  }
  std::string some_nick();
  std::string some_channel(const IrcPerson& person);
  /// Of an account, or a guess; a token.
  std::string password(const std::string& name);
  std::string authenticate(base::SessionId who, IrcPerson& person);
  std::string plain(base::SessionId who, const std::string& name);
  std::string message(base::SessionId who, const IrcPerson& person);
  std::string command(base::SessionId who, IrcPerson& person);
  std::string mode(const IrcPerson& person);
  std::string nickserv(base::SessionId who);
  std::string chanserv(base::SessionId who, const IrcPerson& person);
  std::string bad_line();

  fakes::SeededChoice& choose_;
  Ledger& ledger_;
  const std::uint64_t& tokens_;
};

}  // namespace veche::simulator
