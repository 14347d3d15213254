// What the people of a simulated run do: a careless crowd in a small world, so that they meet. The same few
// names, rooms and addresses over and over, right lines and wrong ones.
#pragma once

#include "chat/command.h"
#include "chat/operator_order.h"
#include "chat/policy.h"
#include "session/line_session.h"
#include "tests/fakes/chat_commands.h"
#include "tests/simulator/ledger.h"

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>

namespace veche::simulator {

/// As names are compared.
std::string folded_name(const std::string& name);
/// Everybody's, by his name; some are so long that SASL has to split them.
std::string password_of(const std::string& name);
std::string wrong_password();

/// One thread.
class Crowd {
 public:
  Crowd(fakes::SeededChoice& choose, Ledger& ledger, const std::uint64_t& tokens)
      : choose_(choose), ledger_(ledger), tokens_(tokens) {}

  chat::Policy policy();
  session::LineOptions options();
  chat::Connect arrival();
  /// All lines of a log-in, right ones most of the time.
  std::string log_in();
  /// One who is called `name`, and sees that he is asked for a password, gives his, or none.
  std::string secret(const std::string& name);
  /// What `who` types next.
  std::string line(base::SessionId who);
  /// Nothing that anybody could ever see.
  std::string bad_line();
  chat::OperatorOrder order();

 private:
  template <std::size_t N>
  const char* one_of(const std::array<const char*, N>& list) {
    return list[choose_(N)];
  }
  std::string some_name();
  std::string some_room();
  std::string message(base::SessionId who);
  std::string command(base::SessionId who);
  chat::Impose sanction();
  chat::SanctionTarget target();
  std::size_t some_host() { return choose_(4) == 0 ? choose_(20) : choose_(3); }

  fakes::SeededChoice& choose_;
  Ledger& ledger_;
  const std::uint64_t& tokens_;
};

}  // namespace veche::simulator
