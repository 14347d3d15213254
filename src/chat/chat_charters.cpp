// Chat: rooms that are registered: whose they are, the ranks that accounts have in them, and what of them is
// kept. Who governs by right of his account need not be in the room.
#include "base/check.h"
#include "base/limits.h"
#include "chat/chat.h"

#include <algorithm>
#include <bit>
#include <utility>

namespace veche::chat {

using base::AccountId;
using base::RoomId;
namespace limits = base::limits;

namespace {

/// The highest alone.
Ranks highest(Ranks ranks) { return std::bit_floor(ranks); }

bool is_one_rank(Ranks ranks) { return std::has_single_bit(ranks) && ranks <= bit(Rank::founder); }

/// The rules alone: what one row keeps.
bool same_rules(const RoomState& a, const RoomState& b) {
  return a.flags == b.flags && a.key == b.key && a.limit == b.limit && a.joining == b.joining &&
         a.forward == b.forward && a.topic.text == b.topic.text && a.topic.by == b.topic.by &&
         a.topic.at == b.topic.at;
}

std::vector<StandingRank>::const_iterator place_of(const std::vector<StandingRank>& ranks,
                                                   AccountId account) {
  return std::lower_bound(ranks.begin(), ranks.end(), account,
                          [](const StandingRank& one, AccountId wanted) { return one.account < wanted; });
}

}  // namespace

void Chat::load_charters(const DurableState& state) {
  for (const CharterRecord& record : state.charters) {
    Room* room = room_of(record.room);
    if (room == nullptr || accounts_.find(record.charter.founder) == nullptr) continue;
    room->charter = std::make_shared<const Charter>(record.charter);
    RoomState kept = record.state;
    kept.slow = room->slow;
    room->state = std::make_shared<const RoomState>(std::move(kept));
    ++founded_[record.charter.founder];
  }
}

// --- who may

/// By right of his account, or as one who keeps order everywhere.
Ranks Chat::standing_in(const Room& room, const User& user) {
  if (keeps_order(user)) return bit(Rank::founder);
  return room.charter ? room.charter->ranks_of(user.account) : Ranks{0};
}

/// The room of that name, also if nobody is there, as far as `asker` may know of it; else he is refused.
Chat::Room* Chat::registered_room(const Asker& asker, const std::string& name) {
  const auto folded = fold_name(name);
  const auto found = folded ? rooms_by_name_.find(*folded) : rooms_by_name_.end();
  Room* room = found == rooms_by_name_.end() ? nullptr : &rooms_.at(found->second);
  if (room != nullptr && is_hidden(*room, *asker.user, false) && standing_in(*room, *asker.user) == 0) {
    room = nullptr;
  }
  if (room != nullptr && room->charter) return room;
  refuse(asker.id, room == nullptr ? Refusal::no_such_room : Refusal::not_registered, name);
  return nullptr;
}

/// The same, if `asker` is its founder or keeps order everywhere, and the store is open.
Chat::Room* Chat::founded_room(const Asker& asker, const std::string& name) {
  Room* room = registered_room(asker, name);
  if (room == nullptr) return nullptr;
  if (!at_least(standing_in(*room, *asker.user), Rank::founder)) {
    refuse(asker.id, Refusal::charter_rank_needed, name);
    return nullptr;
  }
  return may_keep(asker, *room, name) ? room : nullptr;
}

const AccountRecord* Chat::account_called(const Asker& asker, const std::string& name) {
  const auto folded = fold_name(name);
  const AccountRecord* account = folded ? accounts_.find(*folded) : nullptr;
  if (account == nullptr) refuse(asker.id, Refusal::no_such_account, name);
  return account;
}

/// False: the room keeps what is changed in it, and the store is closed; he is told so.
bool Chat::may_keep(const Asker& asker, const Room& room, const std::string& subject) {
  if (!room.charter || !store_closed_) return true;
  refuse(asker.id, *store_closed_, subject);
  return false;
}

// --- whose it is

void Chat::handle(const Asker& asker, const RegisterRoom& command) {
  User& user = *asker.user;
  if (!user.account) return refuse(asker.id, Refusal::accounts_only, command.room);
  Room* room = room_to_govern(asker, command.room);
  if (room == nullptr) return;
  if (room->charter) return refuse(asker.id, Refusal::registered_already, command.room);
  if (!keeps_order(user)) {
    if (!policy_.room_registration) return refuse(asker.id, Refusal::room_registration_off, command.room);
    const bool is_servers = room->name.folded == fold_name(policy_.default_room);
    if (is_servers || !at_least(ranks_in(*room, user), Rank::oper)) {
      return refuse(asker.id, Refusal::rank_needed, command.room);
    }
    const auto founded = founded_.find(user.account);
    if (founded != founded_.end() && founded->second >= limits::kRoomsPerAccountMax) {
      return refuse(asker.id, Refusal::charters_full, user.name.text);
    }
  }
  if (store_closed_) return refuse(asker.id, *store_closed_, command.room);

  keep_room(*room);
  out().keep(RoomRegistered{room->id, user.account, now_});
  put_charter(*room, std::make_shared<const Charter>(Charter{user.account, now_}));
  keep_state(*room, RoomState{}, room->state ? *room->state : RoomState{});
  if (user.membership(room->id) != nullptr) change_ranks(&asker, *room, user, bit(Rank::founder), 0);
  show_charter(asker, *room, user.name.text);
}

void Chat::handle(const Asker& asker, const DropRoom& command) {
  Room* room = founded_room(asker, command.room);
  if (room == nullptr) return;
  out().to_session(asker.id, CharterView{.room = room->name.text, .created = room->created});
  drop_charter(*room);
}

void Chat::handle(const Asker& asker, const TransferRoom& command) {
  Room* room = founded_room(asker, command.room);
  if (room == nullptr) return;
  const AccountRecord* account = account_called(asker, command.account);
  if (account == nullptr) return;
  const std::string name = account->name;
  const AccountId heir = account->id, founder = room->charter->founder;
  if (heir != founder) {
    const auto founded = founded_.find(heir);
    if (founded != founded_.end() && founded->second >= limits::kRoomsPerAccountMax) {
      return refuse(asker.id, Refusal::charters_full, name);
    }
    put_standing_rank(*room, heir, 0);
    found_room(*room, heir);
    if (User* before = member_of_account(*room, founder)) {
      change_ranks(&asker, *room, *before, 0, bit(Rank::founder));
    }
    if (User* now = member_of_account(*room, heir)) {
      change_ranks(&asker, *room, *now, bit(Rank::founder), 0);
    }
  }
  show_charter(asker, *room, name);
}

void Chat::handle(const Asker& asker, const AskCharter& command) {
  if (const Room* room = registered_room(asker, command.room)) show_charter(asker, *room);
}

/// The ranks are told to those who have one there.
void Chat::show_charter(const Asker& asker, const Room& room, std::string account) {
  const Charter& charter = *room.charter;
  CharterView view{room.name.text, room.created, accounts_.find(charter.founder)->name,
                   charter.since,  {},           {}};
  view.account = std::move(account);
  if (standing_in(room, *asker.user) != 0 || at_least(ranks_in(room, *asker.user), Rank::half_operator)) {
    for (const StandingRank& one : charter.ranks) {
      view.ranks.emplace_back(accounts_.find(one.account)->name, one.rank);
    }
    std::sort(view.ranks.begin(), view.ranks.end());
  }
  out().to_session(asker.id, std::move(view));
}

// --- ranks

/// Whoever has a standing rank of operator or more gives and takes lower ones; everybody gives up his own.
void Chat::handle(const Asker& asker, const SetStandingRank& command) {
  Room* room = registered_room(asker, command.room);
  if (room == nullptr) return;
  const AccountRecord* account = account_called(asker, command.account);
  if (account == nullptr) return;
  const AccountId id = account->id;
  const std::string name = account->name;
  const Ranks own = standing_in(*room, *asker.user);
  const Ranks before = room->charter->ranks_of(id);
  if (command.rank != 0 && !is_one_rank(command.rank))
    return refuse(asker.id, Refusal::rank_needed, command.room);
  const bool is_giving_up = command.rank == 0 && id == asker.user->account && id != room->charter->founder;
  const bool may = at_least(own, Rank::oper) && before < own && command.rank < own;
  if (!may && !is_giving_up) return refuse(asker.id, Refusal::charter_rank_needed, command.room);
  if (!may_keep(asker, *room, command.room)) return;
  if (before == 0 && command.rank != 0 && room->charter->ranks.size() >= limits::kStandingRanksPerRoomMax) {
    return refuse(asker.id, Refusal::standing_full, name);
  }
  put_standing_rank(*room, id, command.rank);
  if (User* member = member_of_account(*room, id); member != nullptr && before != command.rank) {
    change_ranks(&asker, *room, *member, command.rank, before);
  }
  show_charter(asker, *room, name);
}

void Chat::handle(const Asker& asker, const ClaimRanks& command) {
  Room* room = registered_room(asker, command.room);
  if (room == nullptr) return;
  const Ranks own = standing_in(*room, *asker.user);
  Ranks ranks = command.ranks == 0 ? own : command.ranks;
  if (!command.on) ranks &= static_cast<Ranks>(2 * highest(own) - 1);  // what is beyond him stays
  if (ranks == 0 || !at_least(own, Rank::half_operator) || highest(own) < highest(ranks)) {
    return refuse(asker.id, Refusal::charter_rank_needed, command.room);
  }
  User* member = member_called(asker, *room, command.name.empty() ? asker.user->name.text : command.name);
  if (member == nullptr) return;
  if (member != asker.user && highest(own) < highest(standing_in(*room, *member))) {
    return refuse(asker.id, Refusal::charter_rank_needed, command.room);
  }
  change_ranks(&asker, *room, *member, command.on ? ranks : Ranks{0}, command.on ? Ranks{0} : ranks);
}

/// The user of that account, if he is in the room.
Chat::User* Chat::member_of_account(const Room& room, AccountId account) {
  const AccountRecord* record = accounts_.find(account);
  User* user = record == nullptr ? nullptr : user_named(fold_name(record->name).value_or(""));
  return user != nullptr && user->account == account && user->membership(room.id) != nullptr ? user : nullptr;
}

/// All in the room are told, `asker` behind them; no asker: it is the server who does it.
void Chat::change_ranks(const Asker* asker, Room& room, User& member, Ranks give, Ranks take) {
  const Ranks before = member.membership(room.id)->ranks;
  const auto after = static_cast<Ranks>((before | give) & ~(take & ~give));
  if (after == before) return;
  undo_.push([this, id = room.id] { rooms_.at(id).roster.reset(); });
  undo_.keep(users_, member.id);
  member.membership(room.id)->ranks = after;
  room.roster.reset();

  std::vector<RoomChange> changes;
  for (const Rank rank : {Rank::founder, Rank::admin, Rank::oper, Rank::half_operator, Rank::voice}) {
    if (((before ^ after) & bit(rank)) == 0) continue;
    RoomChange change;
    change.what = RoomChange::What::rank;
    change.on = (after & bit(rank)) != 0;
    change.rank = rank;
    change.text = member.name.text;
    changes.push_back(std::move(change));
  }
  const PersonPtr by = asker == nullptr ? nullptr : look_of(*asker->user);
  const EventPtr event = make_event(RoomChanged{room.name.text, std::move(changes), by, now_});
  if (asker == nullptr) return out().to_room(room.id, event);
  to_room_and(*asker, room, event);
}

/// To somebody who has just logged in, in the rooms where he is already.
void Chat::give_standing_ranks(const Asker& asker) {
  User& user = *asker.user;
  for (const Membership& in : base::ShortList(user.rooms)) {
    Room& room = rooms_.at(in.room);
    if (room.charter) change_ranks(nullptr, room, user, room.charter->ranks_of(user.account), 0);
  }
}

// --- what is kept

void Chat::put_charter(Room& room, CharterPtr charter) {
  const auto founder = [](const CharterPtr& one) { return one ? one->founder : AccountId{}; };
  const AccountId before = founder(room.charter), after = founder(charter);
  if (before != after) {
    for (const AccountId account : {before, after}) {
      if (account) undo_.keep(founded_, account);
    }
    if (before && --founded_.at(before) == 0) founded_.erase(before);
    if (after) ++founded_[after];
  }
  undo_.push([this, id = room.id, old = room.charter] { rooms_.at(id).charter = old; });
  room.charter = std::move(charter);
}

void Chat::found_room(Room& room, AccountId founder) {
  Charter charter = *room.charter;
  charter.founder = founder;
  put_charter(room, std::make_shared<const Charter>(std::move(charter)));
  out().keep(RoomTransferred{room.id, founder});
}

void Chat::drop_charter(Room& room) {
  out().keep(RoomDropped{room.id});
  put_charter(room, nullptr);
  if (room.members.empty()) set_state(room, nullptr);
}

void Chat::put_standing_rank(Room& room, AccountId account, Ranks rank) {
  const bool is_founder = account == room.charter->founder;
  if (is_founder || room.charter->ranks_of(account) == rank) return;
  Charter charter = *room.charter;
  const auto at = charter.ranks.begin() + (place_of(charter.ranks, account) - charter.ranks.cbegin());
  const bool is_there = at != charter.ranks.end() && at->account == account;
  if (rank == 0) {
    charter.ranks.erase(at);
    out().keep(StandingRankRemoved{room.id, account});
  } else {
    const StandingRank standing{account, static_cast<Rank>(rank)};
    if (is_there) {
      *at = standing;
    } else {
      charter.ranks.insert(at, standing);
    }
    out().keep(StandingRankSet{room.id, standing});
  }
  put_charter(room, std::make_shared<const Charter>(std::move(charter)));
}

/// The rows by which `before` becomes `after`. Lists change by what is taken out, and by what is put behind
/// the rest.
void Chat::keep_state(const Room& room, const RoomState& before, const RoomState& after) {
  if (!same_rules(before, after)) {
    RoomState rules = after;
    rules.lists = {};
    rules.slow = {};  // a room's own, registered or not (RoomSlowed)
    out().keep(RoomRulesKept{room.id, std::make_shared<const RoomState>(std::move(rules))});
  }
  for (std::size_t list = 0; list < kMaskLists; ++list) {
    const auto which = static_cast<MaskList>(list);
    auto next = after.lists[list].begin();
    for (const MaskEntry& entry : before.lists[list]) {
      if (next != after.lists[list].end() && *next == entry) {
        ++next;
      } else {
        out().keep(RoomMaskRemoved{room.id, which, entry.on, entry.pattern});
      }
    }
    for (; next != after.lists[list].end(); ++next) out().keep(RoomMaskAdded{room.id, which, *next});
  }
}

// --- accounts that go

/// Before `account` is removed. What it has founded passes to whoever has the highest standing rank there, of
/// operator or more, and of those to the oldest account; or is registered no more.
void Chat::release_rooms(AccountId account) {
  std::vector<RoomId> concerned;
  for (const auto& [id, room] : rooms_) {
    if (room.charter && room.charter->ranks_of(account) != 0) concerned.push_back(id);
  }
  std::sort(concerned.begin(), concerned.end());
  for (const RoomId id : concerned) {
    Room& room = rooms_.at(id);
    if (room.charter->founder != account) {
      put_standing_rank(room, account, 0);
      continue;
    }
    const StandingRank* heir = nullptr;
    for (const StandingRank& one : room.charter->ranks) {
      const auto founded = founded_.find(one.account);
      const bool may = at_least(bit(one.rank), Rank::oper) &&
                       (founded == founded_.end() || founded->second < limits::kRoomsPerAccountMax);
      if (may && (heir == nullptr || bit(heir->rank) < bit(one.rank))) heir = &one;
    }
    if (heir == nullptr) {
      drop_charter(room);
      continue;
    }
    const AccountId next = heir->account;
    put_standing_rank(room, next, 0);
    found_room(room, next);
    if (User* member = member_of_account(room, next)) {
      change_ranks(nullptr, room, *member, bit(Rank::founder), 0);
    }
  }
}

void Chat::release_all_rooms() {
  for (auto& [id, room] : rooms_) {
    if (room.charter) drop_charter(room);
  }
}

}  // namespace veche::chat
