#include "chat/chat.h"

#include "base/check.h"
#include "base/text.h"

#include <algorithm>
#include <string>
#include <type_traits>
#include <utility>

namespace veche::chat {

using base::RoomId;
using base::SessionId;
using base::UserId;
using base::WallTime;

namespace {

// What somebody may ask who has not said yet who he is.
template <class T>
constexpr bool kBeforeLogin =
    std::is_same_v<T, Disconnect> || std::is_same_v<T, Identify> || std::is_same_v<T, LogIn> ||
    std::is_same_v<T, LogInFailed> || std::is_same_v<T, LogInWithToken> || std::is_same_v<T, Register> ||
    std::is_same_v<T, EnterAsGuest> || std::is_same_v<T, AskSecrets> ||
    std::is_same_v<T, LogInWithCertificate> || std::is_same_v<T, EnterAccount>;

// What comes from the operator, whose session is none of the clients'.
template <class T>
constexpr bool kOperators = std::is_same_v<T, Operate> || std::is_same_v<T, ShutDown>;

/// All of it, for describe().
std::string state_text(const RoomState& state) {
  const auto when = [](base::WallTime time) { return std::to_string(time.time_since_epoch().count()); };
  std::string text = std::to_string(state.flags) + " key " + state.key + " limit " +
                     std::to_string(state.limit) + " joining " + std::to_string(state.joining.joins) + ":" +
                     std::to_string(state.joining.seconds) + " slow " + std::to_string(state.slow.count()) +
                     " forward " + state.forward + " topic " + state.topic.text + " " + state.topic.by + " " +
                     when(state.topic.at);
  for (const auto& list : state.lists) {
    text += " list";
    for (const MaskEntry& entry : list) {
      text += " " + std::to_string(static_cast<int>(entry.on)) + " " + entry.pattern + " " + entry.by + " " +
              when(entry.at);
    }
  }
  return text;
}

}  // namespace

Refusal refusal_of(NameFault fault) {
  switch (fault) {
    case NameFault::empty:
      return Refusal::name_empty;
    case NameFault::too_long:
      return Refusal::name_too_long;
    case NameFault::not_utf8:
      return Refusal::name_not_utf8;
    case NameFault::unseen:
      return Refusal::name_unseen;
    case NameFault::bad_start:
      return Refusal::name_bad_start;
    case NameFault::no_hash:
      return Refusal::room_name;
    case NameFault::reserved:
      return Refusal::name_reserved;
  }
  return Refusal::name_empty;
}

CloseCause cause_of(Arrival arrival) {
  switch (arrival) {
    case Arrival::too_fast:
      return CloseCause::connecting_too_fast;
    case Arrival::network_too_many:
      return CloseCause::network_too_many;
    case Arrival::network_too_fast:
      return CloseCause::network_too_fast;
    case Arrival::too_many:
    case Arrival::welcome:
      break;
  }
  return CloseCause::too_many_connections;
}

Chat::Chat(Policy policy, const DurableState& state)
    : policy_(std::move(policy)),
      last_room_(state.last_room),
      last_message_(state.last_message),
      done_(make_event(Done{})) {
  accounts_.load(state);
  sanctions_.load(state);
  for (const RoomRecord& record : state.rooms) {
    const std::string folded = fold_name(record.name).value_or(record.name);
    Room room;
    room.id = record.id;
    room.name = {record.name, folded};
    room.created = record.created;
    room.kept = true;
    room.slow = record.slow;
    rooms_[record.id] = std::move(room);
    rooms_by_name_[folded] = record.id;
  }
  load_charters(state);
  for (const MessagePtr& message : state.recent) {
    if (Room* room = room_of(message->room)) room->recent.push_back(message);
  }
  for (auto& [id, room] : rooms_) {
    const std::size_t shown = policy_.history ? policy_.playback_messages : 0;
    while (room.recent.size() > shown) room.recent.pop_front();
  }
}

Chat::~Chat() = default;

void Chat::apply(const Command& command, WallTime now, Outbox& outbox) {
  now_ = now;
  outbox_ = &outbox;
  kind_ = command.body.index();
  std::visit(
      [&]<class T>(const T& body) {
        if constexpr (std::is_same_v<T, Connect> || kOperators<T>) {
          handle(command.session, body);
        } else {
          const auto found = sessions_.find(command.session);
          if (found == sessions_.end()) return;  // gone already: its last commands were on their way
          found->second.last_heard = std::chrono::floor<Seconds::duration>(now);
          const auto user = users_.find(found->second.user);
          const Asker asker{command.session, found->second, user == users_.end() ? nullptr : &user->second};
          if (!kBeforeLogin<T> && asker.user == nullptr) return refuse(asker.id, Refusal::not_logged_in);
          handle(asker, body);
        }
      },
      command.body);
  if (command.acknowledge && sessions_.contains(command.session)) out().to_session(command.session, done_);
  outbox_ = nullptr;
}

void Chat::refuse(SessionId id, Refusal why, std::string subject) {
  out().to_session(id, Refused{why, kind_, {}, {}, std::move(subject)});
}

void Chat::refuse_for(SessionId id, Refusal why, std::chrono::seconds left, std::string subject) {
  out().to_session(id, Refused{why, kind_, left, {}, std::move(subject)});
}

void Chat::handle(SessionId id, const Connect& command) {
  base::check(!sessions_.contains(id), "a session connects once");
  if (shutting_down_) return out().to_session(id, Closed{CloseCause::shutdown});
  const auto now = std::chrono::floor<Seconds::duration>(now_);
  const Session session{
      {}, command.address,  now, now, command.enters_default_room, command.wants_roster, command.dialect,
      {}, command.encrypted};
  if (const SanctionRecord* ban = sanction_on(SanctionKind::ban, session, nullptr)) {
    return out().to_session(id, Closed{CloseCause::banned, time_left(*ban, now_), ban->reason});
  }
  if (!lets_in(command.address)) return out().to_session(id, Closed{CloseCause::address_unknown});
  if (const Arrival arrival = connections_.came(command.address, now_); arrival != Arrival::welcome) {
    const bool too_fast = arrival == Arrival::too_fast || arrival == Arrival::network_too_fast;
    const auto retry = too_fast ? connections_.retry_after(command.address, now_) : std::chrono::seconds{0};
    return out().to_session(id, Closed{cause_of(arrival), retry});
  }
  undo_.keep(sessions_, id);
  sessions_[id] = session;
  count_unknown(+1);
  std::vector<std::string> remembered;
  if (policy_.remember_addresses) remembered = accounts_.names_at(base::address_text(command.address));
  out().to_session(id, Greeting{std::move(remembered), !policy_.accounts_required, policy_.registration});
}

void Chat::handle(const Asker& asker, const Disconnect& command) {
  drop_session(asker.id, command.lost ? CloseCause::lost : CloseCause::asked,
               words_of(asker, command.reason));
}

/// Ends a session: Closed is the last that it gets. With `tell`, others hear of a user's end: not if all go.
void Chat::drop_session(SessionId id, CloseCause cause, const std::string& reason, bool tell,
                        std::chrono::seconds retry_after) {
  const auto found = sessions_.find(id);
  const UserId user_id = found->second.user;
  const auto user_found = users_.find(user_id);
  const bool is_last = user_found != users_.end() && user_found->second.sessions.size() == 1;
  PersonPtr person;
  if (user_found != users_.end()) person = look_of(user_found->second);  // while he has this address
  if (is_last) note_past(user_found->second, person);
  watches_.clear(id);
  connections_.left(found->second.address, now_);
  undo_.keep(sessions_, id);
  sessions_.erase(found);
  const Closed goodbye{cause, retry_after, reason};
  if (!user_id) {
    count_unknown(-1);
    return out().to_session(id, goodbye);
  }

  undo_.keep(users_, user_id);
  User& user = user_found->second;
  for (const Membership& in : user.rooms) out().effects.push_back(Unsubscribe{id, in.room});
  out().to_session(id, goodbye);
  const bool lost = cause == CloseCause::lost;
  const bool put_out = cause != CloseCause::asked && cause != CloseCause::account_removed && !lost;
  leave_user(id, user, Quit{user.name.text, reason, put_out, lost, person, now_}, tell && !shutting_down_);
}

/// One session less of a user, who goes with the last of them; then, with `tell`, others hear `how`. Call
/// when he is kept in the undo log, and the session unsubscribed.
void Chat::leave_user(SessionId id, User& user, Quit how, bool tell) {
  const bool was_first = user.sessions[0] == id;
  user.sessions.erase(id);
  if (!user.sessions.empty()) {
    if (!was_first) return;
    look_changed(user);
    std::string host = host_of(sessions_.at(user.sessions[0]).address);
    const bool looks_other = how.person->host != host;
    if (tell && looks_other)
      to_all_who_follow(user, make_event(HostChanged{how.person, std::move(host), now_}), {});
    return;
  }
  if (tell) to_all_who_see(user, make_event(std::move(how)));
  const Name name = user.name;
  remove_user(user.id);
  if (tell) tell_watchers_absent(name);
}

void Chat::drop_banned(SessionId id, const SanctionRecord& ban) {
  drop_session(id, CloseCause::banned, ban.reason, true, time_left(ban, now_));
}

// --- bans and mutes

const SanctionRecord* Chat::sanction_on(SanctionKind kind, const Session& session, const User* user) const {
  if (user == nullptr) return sanctions_.find(kind, {"", "", session.address}, now_);
  const std::string_view name = user->name.folded;
  return sanctions_.find(kind, {name, user->account ? name : "", session.address}, now_);
}

/// On a session that is about to become `name`.
const SanctionRecord* Chat::ban_on(const Session& session, const Name& name, bool account) const {
  return sanctions_.find(SanctionKind::ban, {name.folded, account ? name.folded : "", session.address}, now_);
}

Chat::User* Chat::user_named(std::string_view folded) {
  const auto found = users_by_name_.find(std::string(folded));
  return found == users_by_name_.end() ? nullptr : &users_.at(found->second);
}

const Chat::Membership* Chat::User::membership(RoomId room) const {
  const auto found = std::find_if(rooms.begin(), rooms.end(), [room](auto& in) { return in.room == room; });
  return found == rooms.end() ? nullptr : found;
}

Chat::Membership* Chat::User::membership(RoomId room) {
  return const_cast<Membership*>(std::as_const(*this).membership(room));
}

void Chat::User::leave(RoomId room) {
  const auto gone = std::remove_if(rooms.begin(), rooms.end(), [room](auto& in) { return in.room == room; });
  const auto left = static_cast<std::size_t>(gone - rooms.begin());
  while (rooms.size() > left) rooms.pop_back();
}

UserId Chat::add_user(User user) {
  undo_.keep_value(last_user_);
  user.id = {++last_user_.value};
  undo_.keep(users_by_name_, user.name.folded);
  users_by_name_[user.name.folded] = user.id;
  undo_.keep(users_, user.id);
  count_profile(profile_of(user), +1);
  const UserId id = users_.emplace(user.id, std::move(user)).first->first;
  if (users_.size() > tally_.users_max) {
    undo_.push([this] { --tally_.users_max; });
    ++tally_.users_max;
  }
  return id;
}

void Chat::remove_user(UserId id) {
  const auto found = users_.find(id);
  for (const Membership& in : base::ShortList(found->second.rooms)) remove_member(rooms_.at(in.room), id);
  undo_.keep(users_by_name_, found->second.name.folded);
  users_by_name_.erase(found->second.name.folded);
  count_profile(profile_of(found->second), -1);
  undo_.keep(users_, id);
  users_.erase(found);
}

std::string Chat::describe(bool live) const {
  std::vector<std::string> lines;
  const auto word = []<class T>(const T& part) -> std::string {
    if constexpr (std::is_arithmetic_v<T>) {
      return std::to_string(part);
    } else {
      return part;
    }
  };
  const auto add = [&](const auto&... parts) {
    std::string line;
    ((line += word(parts) + " "), ...);
    lines.push_back(std::move(line));
  };
  for (const AccountRecord* account : accounts_.all()) {
    add("account", account->id.value, account->name, account->password_hash,
        account->created.time_since_epoch().count());
  }
  for (const std::string& line : accounts_.describe()) add(line);
  for (const std::string& line : sanctions_.describe()) add(line);
  const auto ids = [](const auto& list) {
    std::string text;
    for (const auto id : list) text += std::to_string(id.value) + " ";
    return text;
  };
  const auto rooms_text = [](const auto& list) {
    std::string text;
    for (const Membership& in : list) text += std::to_string(in.room.value) + " ";
    return text;
  };
  for (const auto& [id, room] : rooms_) {
    if (room.kept || live) add("room", id.value, room.name.text, room.created.time_since_epoch().count());
    std::size_t place = 0;
    for (const MessagePtr& m : room.recent) {
      add("message", id.value, place++, m->id.value, m->time.time_since_epoch().count(),
          static_cast<int>(m->kind), m->account.value, m->sender, m->text);
    }
    if (room.kept && room.slow.count() != 0) add("slow", id.value, room.slow.count());
    if (room.charter) {
      add("charter", id.value, room.charter->founder.value, room.charter->since.time_since_epoch().count());
      for (const StandingRank& one : room.charter->ranks) {
        add("standing rank", id.value, one.account.value, static_cast<int>(one.rank));
      }
    }
    if (room.charter || (room.state && live)) {
      add("state", id.value, state_text(room.state ? *room.state : RoomState{}));
    }
    if (!live) continue;
    add("members", id.value, ids(room.members), "kept", room.kept);
    for (const auto& [user, when] : room.spoken) {
      add("spoken", id.value, user.value, when.time_since_epoch().count());
    }
    add("arrivals", id.value, room.arrivals.full_at().time_since_epoch().count());
    if (!room.invited.empty()) add("invited", id.value, ids(room.invited));
    for (const Knocker& one : room.knocked) {
      add("knocked", id.value, one.user.value, one.time.time_since_epoch().count());
    }
  }
  if (live) {
    for (const auto& [id, user] : users_) {
      add("user", id.value, user.name.text, user.account.value, "sessions", ids(user.sessions), "rooms",
          rooms_text(user.rooms));
      for (const Membership& in : user.rooms) add("ranks", id.value, in.room.value, in.ranks);
      add("asked", id.value, user.asked.time_since_epoch().count());
      add("name", user.name.folded, users_by_name_.at(user.name.folded).value);
    }
    for (const auto& [id, session] : sessions_) {
      add("session", id.value, session.user.value, base::address_text(session.address),
          session.enters_default_room, session.account.value);
    }
    for (const auto& [account, rooms] : founded_) add("founded", account.value, rooms);
    add("last ids", last_user_.value, last_room_.value, last_message_.value, accounts_.last_id().value,
        last_serial_);
    add("names", users_by_name_.size(), rooms_by_name_.size(), "shutting down", shutting_down_, "lockdown",
        static_cast<int>(lockdown_));
    describe_people(lines);
    for (const std::string& line : connections_.describe()) add(line);
    for (const std::string& line : guesses_.describe()) add(line);
    for (const std::string& line : paces_.describe()) add(line);
  }
  std::sort(lines.begin(), lines.end());
  std::string out;
  for (const std::string& line : lines) out += line + "\n";
  return out;
}

}  // namespace veche::chat
