// Chat: whom the lists of a room mean.
#include "base/glob.h"
#include "base/text.h"
#include "chat/chat.h"

#include <algorithm>

namespace veche::chat {
namespace {

std::string folded(std::string_view text) { return base::casefold(text).value_or(std::string(text)); }

}  // namespace

/// Whether an entry of `list` means `user`. A mask of an address means him also where others see another host
/// in its place, and whichever of his sessions comes from there.
bool Chat::is_on(const User& user, const std::vector<MaskEntry>& list) const {
  if (list.empty()) return false;
  std::vector<std::string> faces;  // NAME!USERNAME@HOST
  const auto look = [&] {
    if (!faces.empty()) return;
    const PersonPtr person = look_of(user);
    const std::string front = person->name + "!" + person->username + "@";
    faces.push_back(folded(front + person->host));
    for (const base::SessionId session : user.sessions) {
      std::string face = folded(front + base::address_text(sessions_.at(session).address));
      if (std::find(faces.begin(), faces.end(), face) == faces.end()) faces.push_back(std::move(face));
    }
  };
  return std::any_of(list.begin(), list.end(), [&](const MaskEntry& entry) {
    switch (entry.on) {
      case MaskOn::person: {
        look();
        const std::string pattern = folded(entry.pattern);
        return std::any_of(faces.begin(), faces.end(),
                           [&](const std::string& face) { return base::glob_match(pattern, face); });
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
