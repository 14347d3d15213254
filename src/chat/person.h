// Somebody as others see him, and what he has said about himself. Immutable once made: events carry them to
// any thread, and a change is another value.
#pragma once

#include "base/rarely.h"

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

namespace veche::chat {

/// What others see of a person in every event of his. `username` and `host` are words for programs (an IRC
/// client's NICK!USER@HOST); who came without a username is given one.
struct Person {
  std::string name;
  std::string username;
  std::string host;
  std::string account;  ///< empty: a guest
  bool bot = false;
};
using PersonPtr = std::shared_ptr<const Person>;

/// What somebody may wish for himself; bits of a UserFlags.
enum class UserFlag : std::uint8_t {
  invisible = 1,       ///< not found by who shares no room with him
  bot = 2,             ///< a program
  wallops = 4,         ///< hears what operators tell each other
  asks_first = 8,      ///< private messages only from those he has accepted
  accounts_only = 16,  ///< private messages only from accounts
  hides_rooms = 32,    ///< others do not see which rooms he is in
};
using UserFlags = std::uint8_t;
constexpr UserFlags bit(UserFlag flag) { return static_cast<UserFlags>(flag); }

/// What a client says of its person when it enters; a dialect without such words sends none.
struct Introduction {
  std::string username;
  std::string realname;
};
using IntroductionPtr = std::shared_ptr<const Introduction>;

/// What is known of a user beside his name; null stands for the defaults.
struct Profile {
  std::string username{};
  std::string realname{};
  base::Rarely<std::string> away{};                   ///< empty: he is here
  base::Rarely<std::vector<std::string>> accepted{};  ///< folded names
  base::Rarely<std::string> office{};  ///< under which name he is an operator; empty: he is none
  UserFlags flags = 0;
  bool keeps_order = false;  ///< an operator who may do in any room what its own operators may

  bool has(UserFlag flag) const { return (flags & bit(flag)) != 0; }
};
using ProfilePtr = std::shared_ptr<const Profile>;

}  // namespace veche::chat
