// Chat: names that sessions watch, and what becomes of those who have them.
#include "chat/chat.h"

#include <algorithm>
#include <unordered_set>
#include <utility>

namespace veche::chat {

using base::RoomId;
using base::SessionId;

void Chat::handle(const Asker& asker, const Watch& command) {
  if (command.clear) watches_.clear(asker.id);
  for (const std::string& text : command.remove) {
    if (const auto folded = fold_name(text)) watches_.remove(asker.id, *folded);
  }
  Present present;
  Absent absent;
  const std::string* left_out = nullptr;
  for (const std::string& text : command.add) {
    const NameOrFault parsed = parse_name(text, kAnyLength, true);
    const Name* name = std::get_if<Name>(&parsed);
    if (name == nullptr) continue;  // nobody will ever come by it
    const auto watched = watches_.watched_by(asker.id);
    const auto same = [&](const Name& one) { return one.folded == name->folded; };
    if (std::any_of(watched.begin(), watched.end(), same)) continue;  // and is told of already
    if (!watches_.add(asker.id, *name)) {
      left_out = &text;
      break;
    }
    const User* user = user_named(name->folded);
    user == nullptr ? absent.names.push_back(text) : present.people.push_back(look_of(*user));
  }
  if (!present.people.empty()) out().to_session(asker.id, std::move(present));
  if (!absent.names.empty()) out().to_session(asker.id, std::move(absent));
  if (left_out != nullptr) return refuse(asker.id, Refusal::watch_full, *left_out);

  Watching answer;
  for (const Name& name : watches_.watched_by(asker.id)) {
    const User* user = user_named(name.folded);
    user == nullptr ? answer.absent.push_back(name.text) : answer.present.push_back(look_of(*user));
  }
  out().to_session(asker.id, std::move(answer));
}

/// He has come, or has this name now.
void Chat::tell_watchers_present(const User& user) {
  const auto& watchers = watches_.watchers_of(user.name.folded);
  if (watchers.empty()) return;
  const EventPtr event = make_event(Present{{look_of(user)}});
  for (const SessionId session : watchers) out().to_session(session, event);
}

/// Nobody has this name now.
void Chat::tell_watchers_absent(const Name& name) {
  const auto& watchers = watches_.watchers_of(name.folded);
  if (watchers.empty()) return;
  const EventPtr event = make_event(Absent{{name.text}});
  for (const SessionId session : watchers) out().to_session(session, event);
}

/// To who shares a room with `user`, and to who watches him from outside: to each session once.
void Chat::to_all_who_follow(const User& user, const EventPtr& event, SessionId except) {
  to_all_who_see(user, event, except);
  const auto& watchers = watches_.watchers_of(user.name.folded);
  if (watchers.empty()) return;
  std::unordered_set<RoomId> rooms;
  for (const Membership& in : user.rooms) rooms.insert(in.room);
  for (const SessionId session : watchers) {
    const User& watcher = users_.at(sessions_.at(session).user);
    const bool sees = std::any_of(watcher.rooms.begin(), watcher.rooms.end(),
                                  [&](const Membership& in) { return rooms.contains(in.room); });
    if (!sees && session != except) out().to_session(session, event);
  }
}

}  // namespace veche::chat
