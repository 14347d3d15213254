// Chat: what the operator orders.
#include "base/limits.h"
#include "chat/chat.h"

#include <algorithm>
#include <utility>

namespace veche::chat {

using base::RoomId;
using base::SessionId;

void Chat::handle(SessionId id, const Operate& command) {
  OperatorAnswer answer{command.request, {}, {}};
  Outcome outcome = std::visit([this](const auto& order) { return operate(order); }, *command.order);
  if (const Refusal* why = std::get_if<Refusal>(&outcome)) {
    answer.refused = *why;
  } else {
    answer.result = std::get<OperatorResult>(std::move(outcome));
  }
  out().to_session(id, std::move(answer));
}

void Chat::handle(SessionId, const ShutDown&) {
  undo_.keep_value(shutting_down_);
  shutting_down_ = true;
  for (const SessionId id : sessions_oldest_first()) drop_session(id, CloseCause::shutdown);
}

std::vector<SessionId> Chat::sessions_oldest_first() const {
  std::vector<std::pair<base::WallTime, SessionId>> all;
  for (const auto& [id, session] : sessions_) all.emplace_back(session.connected, id);
  std::sort(all.begin(), all.end());
  std::vector<SessionId> ids;
  for (const auto& [connected, id] : all) ids.push_back(id);
  return ids;
}

Chat::Outcome Chat::operate(const ManageAccount& order) {
  if (order.action == AccountAction::list) {
    AccountList list;
    for (const AccountRecord* account : accounts_.all()) {
      list.accounts.push_back({account->name, account->created});
    }
    return list;
  }
  if (store_closed_) return *store_closed_;
  const bool adds = order.action == AccountAction::add;
  const NameOrFault parsed = parse_name(order.name, adds ? policy_.name_code_points_max : kAnyLength, true);
  if (const NameFault* fault = std::get_if<NameFault>(&parsed)) return refusal_of(*fault);
  const Name& name = std::get<Name>(parsed);
  const AccountRecord* known = accounts_.find(name.folded);
  const User* present = user_named(name.folded);

  if (adds) {
    if (known != nullptr) return Refusal::name_registered;
    if (present != nullptr) return Refusal::name_in_use;
    accounts_.add(name, order.password_hash, order.scram, now_, out());
  } else if (known == nullptr) {
    return Refusal::no_such_account;
  } else if (order.action == AccountAction::set_password) {
    accounts_.set_password(known->id, order.password_hash, order.scram, out());
  } else {
    remove_account(known->id);
  }
  return Affected{1};
}

Chat::Outcome Chat::operate(const Kick& order) {
  if (order.session) {
    if (!sessions_.contains(order.session)) return Refusal::no_such_session;
    drop_session(order.session, CloseCause::kicked, order.reason);
    return Affected{1};
  }
  const auto folded = fold_name(order.name);
  User* user = folded ? user_named(*folded) : nullptr;
  if (user == nullptr) return Refusal::no_such_person;
  const base::ShortList<SessionId> sessions = user->sessions;
  for (const SessionId session : sessions) drop_session(session, CloseCause::kicked, order.reason);
  return Affected{sessions.size()};
}

Chat::Outcome Chat::operate(const Impose& order) {
  if (store_closed_) return *store_closed_;
  SanctionRecord sanction = order.sanction;
  sanction.created = now_;
  sanction.expires = order.lasts.count() == 0 ? base::WallTime{} : now_ + order.lasts;
  const bool known = sanctions_.find(sanction.kind, sanction.target, now_) != nullptr;
  if (!known && sanctions_.size() >= base::limits::kSanctionsMax) return Refusal::too_many_sanctions;
  sanctions_.impose(sanction, now_, out());

  // Whom it is on now. Nobody who is banned stays, by whichever ban: one that had ended holds again when the
  // clock was set back. Of mutes only the one that counts is told of.
  Affected affected;
  for (const SessionId id : sessions_oldest_first()) {
    const auto session = sessions_.find(id);
    const auto user = users_.find(session->second.user);
    const SanctionRecord* held =
        sanction_on(sanction.kind, session->second, user == users_.end() ? nullptr : &user->second);
    if (held == nullptr) continue;
    if (sanction.kind == SanctionKind::mute && held->target != sanction.target) continue;
    ++affected.count;
    if (sanction.kind == SanctionKind::ban) {
      drop_banned(id, *held);
    } else {
      out().to_session(id, Muted{true, time_left(*held, now_), held->reason});
    }
  }
  return affected;
}

Chat::Outcome Chat::operate(const Lift& order) {
  if (store_closed_) return *store_closed_;
  if (sanctions_.find(order.kind, order.target, now_) == nullptr) return Refusal::no_such_sanction;
  std::vector<SessionId> muted;
  if (order.kind == SanctionKind::mute) {
    for (const SessionId id : sessions_oldest_first()) {
      const auto user = users_.find(sessions_.at(id).user);
      if (user != users_.end() && sanction_on(order.kind, sessions_.at(id), &user->second))
        muted.push_back(id);
    }
  }
  sanctions_.lift(order.kind, order.target, now_, out());
  Affected affected;
  for (const SessionId id : muted) {
    const Session& session = sessions_.at(id);
    if (sanction_on(order.kind, session, &users_.at(session.user)) != nullptr) continue;
    out().to_session(id, Muted{false, {}, {}});
    ++affected.count;
  }
  return affected;
}

Chat::Outcome Chat::operate(const SlowDown& order) {
  if (store_closed_) return *store_closed_;
  const auto folded = fold_name(order.room);
  const auto found = folded ? rooms_by_name_.find(*folded) : rooms_by_name_.end();
  if (found == rooms_by_name_.end()) return Refusal::no_such_room;
  Room& room = rooms_.at(found->second);
  set_slow(room, order.interval);
  if (room.charter || !room.members.empty()) set_state(room, room.state);
  out().to_room(room.id, make_event(Slowed{room.name.text, order.interval}));
  return Affected{room.members.size()};
}

Chat::Outcome Chat::operate(const Announce& order) {
  const EventPtr event = make_event(Announced{order.text});
  Affected affected;
  for (const SessionId id : sessions_oldest_first()) {
    if (!sessions_.at(id).user) continue;  // still saying who he is
    out().to_session(id, event);
    ++affected.count;
  }
  return affected;
}

Chat::Outcome Chat::operate(const Dismiss& order) {
  std::vector<SessionId> oldest = sessions_oldest_first();
  const bool some_stay = order.count < oldest.size();
  oldest.resize(std::min(oldest.size(), order.count));
  for (const SessionId id : oldest) drop_session(id, CloseCause::drained, order.text, some_stay);
  return Affected{oldest.size()};
}

Chat::Outcome Chat::operate(const ClearIdentities& order) {
  if (store_closed_) return *store_closed_;
  if (order.version != accounts_.version()) return Refusal::stale;
  const std::size_t count = accounts_.size();
  release_all_rooms();
  accounts_.clear(out());
  for (const SessionId id : sessions_oldest_first())
    drop_session(id, CloseCause::identities_cleared, {}, false);
  return Affected{count};
}

Chat::Outcome Chat::operate(const SetPolicy& order) {
  undo_.keep_value(policy_);
  const bool counts_otherwise = policy_.exempt != order.policy.exempt ||
                                policy_.ipv4_network_bits != order.policy.ipv4_network_bits ||
                                policy_.ipv6_network_bits != order.policy.ipv6_network_bits;
  policy_ = order.policy;
  if (counts_otherwise) {
    std::vector<base::AddressBits> here;
    for (const auto& [id, session] : sessions_) here.push_back(session.address);
    connections_.recount(here);
  }
  if (!policy_.history || policy_.playback_messages == 0) forget_recent();
  return Affected{};
}

/// Else what is said while nothing is remembered would be missing between what was and what will be.
void Chat::forget_recent() {
  for (auto& [id, room] : rooms_) {
    if (room.recent.empty()) continue;
    undo_.push([this, id = room.id, recent = room.recent] { rooms_.at(id).recent = recent; });
    room.recent.clear();
  }
}

// --- what the operator may look at

Chat::Outcome Chat::operate(const AskStatus&) {
  Status status;
  status.sessions = sessions_.size();
  for (const auto& [id, session] : sessions_) {
    status.irc_sessions += session.dialect == base::Dialect::irc ? 1 : 0;
  }
  status.users = users_.size();
  for (const auto& [id, user] : users_) status.guests += user.account ? 0 : 1;
  for (const auto& [id, room] : rooms_) status.rooms += room.members.empty() ? 0 : 1;
  status.accounts = accounts_.size();
  status.messages = last_message_.value;
  status.store_open = store_is_open();
  status.lockdown = lockdown_;
  return status;
}

Chat::Outcome Chat::operate(const AskSessions&) {
  SessionList list;
  for (const SessionId id : sessions_oldest_first()) {
    const Session& session = sessions_.at(id);
    SessionList::Line line{id,
                           {},
                           false,
                           session.dialect,
                           session.encrypted,
                           base::address_text(session.address),
                           {},
                           session.connected,
                           session.last_heard};
    if (const auto user = users_.find(session.user); user != users_.end()) {
      line.name = user->second.name.text;
      line.guest = !user->second.account;
      for (const Membership& in : user->second.rooms) {
        line.rooms.push_back(rooms_.at(in.room).name.text);
      }
    }
    list.sessions.push_back(std::move(line));
  }
  return list;
}

Chat::Outcome Chat::operate(const AskRoomList&) {
  RoomList list;
  for (const auto& [id, room] : rooms_) {
    list.rooms.push_back({room.name.text, room.members.size(), room.created, room.slow,
                          room.charter ? accounts_.find(room.charter->founder)->name : ""});
  }
  std::sort(list.rooms.begin(), list.rooms.end(),
            [](const auto& a, const auto& b) { return a.name < b.name; });
  return list;
}

Chat::Outcome Chat::operate(const AskIdentities&) {
  Identities list;
  list.version = accounts_.version();
  for (const AccountRecord* account : accounts_.all()) {
    const User* user = user_named(*fold_name(account->name));
    list.accounts.push_back({account->name, account->created, accounts_.token_count(account->id),
                             accounts_.addresses_of(account->id),
                             user == nullptr ? 0 : user->sessions.size()});
  }
  return list;
}

Chat::Outcome Chat::operate(const AskSanctions& order) {
  return Sanctions{sanctions_.list(order.kind, now_)};
}

}  // namespace veche::chat
