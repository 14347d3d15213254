// Chat: whom the lists of a room mean.
#include "base/glob.h"
#include "base/text.h"
#include "chat/chat.h"

#include <algorithm>

namespace veche::chat {
namespace {

std::string folded(std::string_view text) { return base::casefold(text).value_or(std::string(text)); }

}  // namespace

/// Whether an entry of `list` means `user`, whichever of his sessions comes from there. A whole address means
/// him also where others see a cloak in its place; a mask of addresses does not, or setting masks would be a
/// way to learn it.
bool Chat::is_on(const User& user, const std::vector<MaskEntry>& list) const {
  if (list.empty()) return false;
  std::vector<std::string> faces;  // NAME!USERNAME@HOST, as others see him
  std::vector<std::string> addresses;
  const auto look = [&] {
    if (!faces.empty()) return;
    const PersonPtr person = look_of(user);
    const std::string front = person->name + "!" + person->username + "@";
    const auto add = [&](std::vector<std::string>& to, const std::string& host) {
      std::string face = folded(front + host);
      if (std::find(to.begin(), to.end(), face) == to.end()) to.push_back(std::move(face));
    };
    add(faces, person->host);
    for (const base::SessionId session : user.sessions) {
      const base::AddressBits& address = sessions_.at(session).address;
      add(faces, host_of(address));
      add(policy_.cloak ? addresses : faces, base::address_text(address));
    }
  };
  return std::any_of(list.begin(), list.end(), [&](const MaskEntry& entry) {
    switch (entry.on) {
      case MaskOn::person: {
        look();
        const std::string pattern = folded(entry.pattern);
        const auto fits = [&](const std::string& face) { return base::glob_match(pattern, face); };
        const std::size_t at = pattern.rfind('@');
        const bool is_whole = at != pattern.npos && pattern.find_first_of("*?", at) == pattern.npos;
        return std::any_of(faces.begin(), faces.end(), fits) ||
               (is_whole && std::any_of(addresses.begin(), addresses.end(), fits));
      }
      case MaskOn::account:
        return user.account && base::glob_match(folded(entry.pattern), user.name.folded);
      case MaskOn::guests:
        return !user.account;
    }
    return false;
  });
}

/// Whether they differ in nothing but letter case.
bool Chat::is_same_mask(std::string_view one, std::string_view other) {
  return one == other || folded(one) == folded(other);
}

}  // namespace veche::chat
