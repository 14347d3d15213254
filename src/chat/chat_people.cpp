// Chat: what people are to each other: how they look, where they are, who is told of them.
#include "base/limits.h"
#include "chat/chat.h"

#include <algorithm>
#include <utility>

namespace veche::chat {

using base::SessionId;

namespace {

// Of who came without a username, as everybody over the server's own protocol does. The tilde is what IRC
// puts before a username that nobody vouches for (RFC 1413 gave none).
const std::string kUnnamed = "~veche";

}  // namespace

// --- how somebody looks

PersonPtr Chat::person_of(User& user) {
  if (!user.person) user.person = look_of(user);
  return user.person;
}

PersonPtr Chat::look_of(const User& user) const {
  if (user.person) return user.person;
  const Profile& profile = profile_of(user);
  Person person;
  person.name = user.name.text;
  person.username = username_of(profile);
  if (!user.sessions.empty()) person.host = host_of(sessions_.at(user.sessions[0]).address);
  if (user.account) person.account = user.name.text;
  person.bot = profile.has(UserFlag::bot);
  return std::make_shared<const Person>(std::move(person));
}

void Chat::look_changed(User& user) {
  user.person.reset();
  for (const Membership& in : user.rooms) {
    // Also on the way back: by then it may have been made again.
    undo_.push([this, id = in.room] { rooms_.at(id).roster.reset(); });
    rooms_.at(in.room).roster.reset();
  }
}

/// IRC takes a parameter that begins with ':' for the last one (RFC 2812, 2.3.1): `::1` is shown as `0::1`.
std::string Chat::host_of(const base::AddressBits& address) const {
  if (policy_.cloak && !base::is_loopback(address)) return policy_.cloak->host(address);
  std::string text = base::address_text(address);
  return text.front() == ':' ? "0" + text : text;
}

const Profile& Chat::profile_of(const User& user) {
  static const Profile kDefaults;
  return user.profile ? *user.profile : kDefaults;
}

const std::string& Chat::username_of(const Profile& profile) {
  return profile.username.empty() ? kUnnamed : profile.username;
}

void Chat::describe_people(std::vector<std::string>& lines) const {
  for (const auto& [id, user] : users_) {
    const std::string number = std::to_string(id.value);
    const PersonPtr look = look_of(user);
    lines.push_back("looks " + number + " " + look->name + "!" + look->username + "@" + look->host + " " +
                    look->account + (look->bot ? " bot" : ""));
    if (!user.profile) continue;
    const Profile& profile = *user.profile;
    std::string accepted;
    for (const std::string& name : *profile.accepted) accepted += " " + name;
    lines.push_back("profile " + number + " " + profile.username + " " + profile.realname + " away " +
                    *profile.away + " flags " + std::to_string(profile.flags) + " office " + *profile.office +
                    (profile.keeps_order ? " keeps order" : "") + " accepted" + accepted);
  }
  for (const std::string& line : past_.describe()) lines.push_back(line);
  for (const std::string& line : watches_.describe()) lines.push_back(line);
  lines.push_back("tally " + std::to_string(tally_.users_max) + " " + std::to_string(tally_.unknown) + " " +
                  std::to_string(tally_.invisible) + " " + std::to_string(tally_.operators) + " " +
                  std::to_string(tally_.rooms));
}

// --- what somebody says of himself

void Chat::put_profile(User& user, Profile profile) {
  undo_.keep(users_, user.id);
  const bool looks_other = profile.has(UserFlag::bot) != profile_of(user).has(UserFlag::bot);
  count_profile(profile_of(user), -1);
  user.profile = std::make_shared<const Profile>(std::move(profile));
  count_profile(*user.profile, +1);
  if (looks_other) look_changed(user);
}

void Chat::handle(const Asker& asker, const SetAway& command) {
  User& user = *asker.user;
  if (command.text.size() > policy_.message_bytes_max) return refuse(asker.id, Refusal::message_too_long);
  const EventPtr event = make_event(AwayChanged{look_of(user), command.text, now_});
  if (Profile profile = profile_of(user); *profile.away != command.text) {
    profile.away = command.text;
    put_profile(user, std::move(profile));
    to_all_who_follow(user, event, asker.id);
  }
  out().to_session(asker.id, event);
}

void Chat::handle(const Asker& asker, const SetRealname& command) {
  User& user = *asker.user;
  if (command.text.size() > policy_.message_bytes_max) return refuse(asker.id, Refusal::message_too_long);
  const EventPtr event = make_event(RealnameChanged{look_of(user), command.text, now_});
  if (Profile profile = profile_of(user); profile.realname != command.text) {
    profile.realname = command.text;
    put_profile(user, std::move(profile));
    to_all_who_follow(user, event, asker.id);
  }
  out().to_session(asker.id, event);
}

void Chat::handle(const Asker& asker, const SetFlags& command) {
  Profile profile = profile_of(*asker.user);
  profile.flags = static_cast<UserFlags>((profile.flags | command.on) & ~command.off);
  const FlagsChanged answer{profile.flags, *profile.office};
  if (profile.flags != profile_of(*asker.user).flags) put_profile(*asker.user, std::move(profile));
  out().to_session(asker.id, answer);
}

/// Names one by one: those that cannot be are refused, the others are taken.
void Chat::handle(const Asker& asker, const Accept& command) {
  Profile profile = profile_of(*asker.user);
  std::vector<std::string> accepted = *profile.accepted;
  bool changed = false;
  for (const std::string& name : command.remove) {
    const auto folded = fold_name(name);
    const bool known = folded && std::erase(accepted, *folded) > 0;
    if (!known) refuse(asker.id, Refusal::not_accepted, name);
    changed = changed || known;
  }
  for (const std::string& name : command.add) {
    const auto folded = fold_name(name);
    if (!folded || user_named(*folded) == nullptr) {
      refuse(asker.id, Refusal::no_such_person, name);
    } else if (std::find(accepted.begin(), accepted.end(), *folded) != accepted.end()) {
      refuse(asker.id, Refusal::accepted_already, name);
    } else if (accepted.size() >= base::limits::kAcceptedMax) {
      refuse(asker.id, Refusal::accept_full, name);
    } else {
      accepted.push_back(*folded);
      changed = true;
    }
  }
  Accepted answer;
  for (const std::string& folded : accepted) {
    const User* user = user_named(folded);
    answer.names.push_back(user == nullptr ? folded : user->name.text);
  }
  if (changed) {
    profile.accepted = std::move(accepted);
    put_profile(*asker.user, std::move(profile));
  }
  if (changed || (command.add.empty() && command.remove.empty())) {
    out().to_session(asker.id, std::move(answer));
  }
}

// --- operators

void Chat::handle(const Asker& asker, const HoldOffice& command) {
  Profile profile = profile_of(*asker.user);
  profile.office = command.name;
  profile.keeps_order = command.keeps_order && !command.name.empty();
  const FlagsChanged answer{profile.flags, *profile.office};
  put_profile(*asker.user, std::move(profile));
  out().to_session(asker.id, answer);
}

void Chat::handle(const Asker& asker, const Wallop& command) {
  if (profile_of(*asker.user).office->empty()) return refuse(asker.id, Refusal::not_an_operator);
  if (command.text.empty()) return refuse(asker.id, Refusal::message_empty);
  if (command.text.size() > policy_.message_bytes_max) return refuse(asker.id, Refusal::message_too_long);
  std::vector<SessionId> hearers;
  for (const auto& [id, user] : users_) {
    const Profile& profile = profile_of(user);
    if (profile.office->empty() && !profile.has(UserFlag::wallops)) continue;
    hearers.insert(hearers.end(), user.sessions.begin(), user.sessions.end());
  }
  std::sort(hearers.begin(), hearers.end());
  const EventPtr event = make_event(Walloped{command.text, look_of(*asker.user)});
  for (const SessionId session : hearers) out().to_session(session, event);
}

}  // namespace veche::chat
