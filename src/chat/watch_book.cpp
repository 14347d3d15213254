#include "chat/watch_book.h"

#include <algorithm>
#include <cstddef>
#include <utility>

namespace veche::chat {

using base::SessionId;

bool WatchBook::add(SessionId session, const Name& name) {
  if (watchers_of(name.folded).contains(session)) return true;
  const std::size_t place = watched_by(session).size();
  if (place >= policy_.watched_max) return false;
  undo_.push([this, session, place] { take(session, place); });
  put(session, place, name);
  return true;
}

void WatchBook::remove(SessionId session, const std::string& folded_name) {
  if (!watchers_of(folded_name).contains(session)) return;
  const Names& names = by_session_.at(session);
  const auto found =
      std::find_if(names.begin(), names.end(), [&](const Name& name) { return name.folded == folded_name; });
  const auto place = static_cast<std::size_t>(found - names.begin());
  undo_.push([this, session, place, name = *found] { put(session, place, name); });
  take(session, place);
}

void WatchBook::clear(SessionId session) {
  const Names names = watched_by(session);
  for (auto name = names.rbegin(); name != names.rend(); ++name) remove(session, name->folded);
}

void WatchBook::put(SessionId session, std::size_t place, const Name& name) {
  Names& names = by_session_[session];
  names.insert(names.begin() + static_cast<std::ptrdiff_t>(place), name);
  by_name_[name.folded].insert(session);
}

void WatchBook::take(SessionId session, std::size_t place) {
  Names& names = by_session_.at(session);
  const auto name = names.begin() + static_cast<std::ptrdiff_t>(place);
  std::set<SessionId>& watchers = by_name_.at(name->folded);
  watchers.erase(session);
  if (watchers.empty()) by_name_.erase(name->folded);
  names.erase(name);
  if (names.empty()) by_session_.erase(session);
}

const std::vector<Name>& WatchBook::watched_by(SessionId session) const {
  static const Names kNone;
  const auto found = by_session_.find(session);
  return found == by_session_.end() ? kNone : found->second;
}

const std::set<SessionId>& WatchBook::watchers_of(const std::string& folded_name) const {
  static const std::set<SessionId> kNobody;
  const auto found = by_name_.find(folded_name);
  return found == by_name_.end() ? kNobody : found->second;
}

std::vector<std::string> WatchBook::describe() const {
  std::vector<std::string> lines;
  for (const auto& [session, names] : by_session_) {
    std::string line = "watches " + std::to_string(session.value);
    for (const Name& name : names) line += " " + name.text;
    lines.push_back(std::move(line));
  }
  for (const auto& [name, sessions] : by_name_) {
    std::string line = "watched " + name;
    for (const SessionId session : sessions) line += " " + std::to_string(session.value);
    lines.push_back(std::move(line));
  }
  return lines;
}

}  // namespace veche::chat
