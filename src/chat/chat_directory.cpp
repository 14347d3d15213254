// Chat: who there is, as far as the asker may know.
#include "base/glob.h"
#include "base/limits.h"
#include "base/text.h"
#include "chat/chat.h"

#include <algorithm>
#include <unordered_set>
#include <utility>

namespace veche::chat {

using base::RoomId;
using base::UserId;

namespace {

/// Whether `text`, folded, matches. Most of what is looked through is folded already.
bool is_text_like(std::string_view text, std::string_view folded_mask) {
  const bool plain = std::all_of(text.begin(), text.end(), [](char c) {
    return static_cast<unsigned char>(c) < 0x80 && (c < 'A' || c > 'Z');
  });
  if (plain) return base::glob_match(folded_mask, text);
  const auto folded = base::casefold(text);
  return folded && base::glob_match(folded_mask, *folded);
}

}  // namespace

/// What the asker may know of others; made once for an answer that may tell of thousands.
struct Chat::Sight {
  explicit Sight(const User& user) : asker(user), holds_office(!profile_of(user).office->empty()) {
    for (const Membership& in : user.rooms) rooms.insert(in.room);
  }

  const User& asker;
  const bool holds_office;
  std::unordered_set<RoomId> rooms;

  bool shares_room_with(const User& other) const {
    return std::any_of(other.rooms.begin(), other.rooms.end(),
                       [this](const Membership& in) { return rooms.contains(in.room); });
  }
  bool finds(const User& other) const {
    return holds_office || !profile_of(other).has(UserFlag::invisible) || &other == &asker ||
           shares_room_with(other);
  }
  bool may_know_of(const Room& room) const {
    return holds_office || !room.state || !room.state->has(RoomFlag::secret) || rooms.contains(room.id);
  }
  /// That `other` is in `room`.
  bool may_know_of(const Room& room, const User& other) const {
    if (holds_office || rooms.contains(room.id)) return true;
    const bool hidden =
        room.state && (room.state->has(RoomFlag::secret) || room.state->has(RoomFlag::private_));
    return !hidden && !profile_of(other).has(UserFlag::hides_rooms);
  }
};

void Chat::handle(const Asker& asker, const AskPeople& command) {
  const Sight sight(*asker.user);
  const std::string first = command.names.empty() ? "" : command.names[0];
  People answer;
  std::vector<const User*> found;
  RoomId only;
  if (command.by == AskPeople::By::names) {
    for (const std::string& name : command.names) {
      const auto folded = fold_name(name);
      const User* user = folded ? user_named(*folded) : nullptr;
      user == nullptr ? answer.missing.push_back(name) : found.push_back(user);
    }
  } else if (command.by == AskPeople::By::mask) {
    found = users_like(first, sight);
  } else if (const auto room = rooms_by_name_.find(fold_name(first).value_or(""));
             room != rooms_by_name_.end() && sight.may_know_of(rooms_.at(room->second))) {
    only = room->second;
    for (const UserId member : rooms_.at(only).members) {
      const User& user = users_.at(member);
      if (sight.finds(user)) found.push_back(&user);
    }
  }
  answer.truncated = found.size() > base::limits::kPeopleShownMax;
  found.resize(std::min(found.size(), base::limits::kPeopleShownMax));
  answer.people.reserve(found.size());
  for (const User* user : found) answer.people.push_back(view_of(*user, sight, only));
  out().to_session(asker.id, std::move(answer));
}

/// Whom `sight` finds by a mask, in the order of coming.
std::vector<const Chat::User*> Chat::users_like(std::string_view mask, const Sight& sight) const {
  const auto folded = base::casefold(mask);
  if (!folded) return {};
  const bool all = mask == "*" || mask == "0";  // RFC 2812, 3.6.1
  std::vector<const User*> found;
  for (const auto& [id, user] : users_) {
    if ((all || is_like(user, *folded)) && sight.finds(user)) found.push_back(&user);
  }
  std::sort(found.begin(), found.end(), [](const User* a, const User* b) { return a->id < b->id; });
  return found;
}

bool Chat::is_like(const User& user, std::string_view folded_mask) const {
  if (base::glob_match(folded_mask, user.name.folded)) return true;  // the account has the same name
  const Profile& profile = profile_of(user);
  return is_text_like(username_of(profile), folded_mask) || is_text_like(profile.realname, folded_mask) ||
         is_text_like(host_of(sessions_.at(user.sessions[0]).address), folded_mask);
}

PersonView Chat::view_of(const User& user, const Sight& sight, RoomId only) const {
  const Session& session = sessions_.at(user.sessions[0]);
  PersonView view{look_of(user), user.profile, session.address, session.connected, session.last_heard};
  view.encrypted = true;
  for (const base::SessionId id : user.sessions) {
    const Session& one = sessions_.at(id);
    view.last_heard = std::max(view.last_heard, base::WallTime(one.last_heard));
    view.encrypted = view.encrypted && one.encrypted;
  }
  if (only) {
    view.rooms.emplace_back(rooms_.at(only).name.text, user.membership(only)->ranks);
    return view;
  }
  for (const Membership& in : user.rooms) {
    const Room& room = rooms_.at(in.room);
    if (sight.may_know_of(room, user)) view.rooms.emplace_back(room.name.text, in.ranks);
  }
  return view;
}

// --- who there was

void Chat::handle(const Asker& asker, const AskPast& command) {
  const std::string folded = fold_name(command.name).value_or("");
  out().to_session(asker.id, Past{command.name, past_.find(folded, command.count)});
}

void Chat::note_past(const User& user, const PersonPtr& person) {
  past_.note(user.name.folded,
             {person, profile_of(user).realname, sessions_.at(user.sessions[0]).address, now_});
}

// --- how many

void Chat::handle(const Asker& asker, const AskCounts&) {
  out().to_session(asker.id, Counts{users_.size(), tally_.invisible, tally_.operators, tally_.unknown,
                                    tally_.rooms, tally_.users_max});
}

/// He is counted as his profile says, or, with -1, no more.
void Chat::count_profile(const Profile& profile, int change) {
  const bool invisible = profile.has(UserFlag::invisible);
  const bool operates = !profile.office->empty();
  if (!invisible && !operates) return;
  undo_.keep_value(tally_);
  if (invisible) tally_.invisible += static_cast<std::size_t>(change);
  if (operates) tally_.operators += static_cast<std::size_t>(change);
}

void Chat::count_unknown(int change) {
  undo_.push([this, change] { tally_.unknown -= static_cast<std::size_t>(change); });
  tally_.unknown += static_cast<std::size_t>(change);
}

}  // namespace veche::chat
