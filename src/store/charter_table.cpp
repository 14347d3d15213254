#include "store/charter_table.h"

#include <algorithm>
#include <cstdint>
#include <string>

namespace veche::store {
namespace {

/// As the database keeps it.
template <class Enumeration>
std::int64_t number_of(Enumeration value) {
  return static_cast<std::int64_t>(value);
}

chat::CharterRecord* charter_of(chat::DurableState& state, base::RoomId room) {
  const auto found = std::lower_bound(
      state.charters.begin(), state.charters.end(), room,
      [](const chat::CharterRecord& record, base::RoomId wanted) { return record.room < wanted; });
  return found == state.charters.end() || found->room != room ? nullptr : &*found;
}

std::uint16_t small(std::int64_t number) {
  return static_cast<std::uint16_t>(std::clamp<std::int64_t>(number, 0, UINT16_MAX));
}

bool is_rank(std::int64_t number) {
  using enum chat::Rank;
  return number == number_of(voice) || number == number_of(half_operator) || number == number_of(oper) ||
         number == number_of(admin);
}

}  // namespace

CharterTable::CharterTable(const Database& database)
    : database_(database),
      register_(database.statement("INSERT INTO charters(room, founder, since) VALUES (?, ?, ?)")),
      transfer_(database.statement("UPDATE charters SET founder = ? WHERE room = ?")),
      drop_(database.statement("DELETE FROM charters WHERE room = ?")),
      keep_rules_(database.statement(
          "UPDATE charters SET flags = ?, key = ?, member_limit = ?, forward = ?, topic = ?, topic_by = ?,"
          " topic_at = ?, joins = ?, join_seconds = ? WHERE room = ?")),
      add_mask_(database.statement(
          "INSERT INTO room_masks(room, list, mask_on, pattern, set_by, set_at) VALUES (?, ?, ?, ?, ?, ?)")),
      remove_mask_(database.statement(
          "DELETE FROM room_masks WHERE room = ? AND list = ? AND mask_on = ? AND pattern = ?")),
      set_rank_(
          database.statement("INSERT OR REPLACE INTO standing_ranks(room, account, rank) VALUES (?, ?, ?)")),
      remove_rank_(database.statement("DELETE FROM standing_ranks WHERE room = ? AND account = ?")),
      clear_(database.statement("DELETE FROM charters")) {}

base::Result<> CharterTable::load(chat::DurableState& state) const {
  Statement statement = database_.statement(
      "SELECT room, founder, since, flags, key, member_limit, forward, topic, topic_by, topic_at, joins,"
      " join_seconds"
      " FROM charters ORDER BY room");
  Rows rows = statement.query();
  base::Result<bool> row;
  while ((row = rows.next()) && *row) {
    chat::CharterRecord record{rows.id<base::RoomId>(0), {rows.id<base::AccountId>(1), rows.time(2), {}}, {}};
    record.state.flags = static_cast<chat::RoomFlags>(rows.integer(3) & chat::kAllRoomFlags);
    record.state.key = rows.text(4);
    record.state.limit = static_cast<std::uint32_t>(std::clamp<std::int64_t>(rows.integer(5), 0, UINT32_MAX));
    record.state.forward = rows.text(6);
    record.state.topic = {std::string(rows.text(7)), std::string(rows.text(8)), rows.time(9)};
    record.state.joining = {small(rows.integer(10)), small(rows.integer(11))};
    state.charters.push_back(std::move(record));
  }
  if (!row) return tl::unexpected(row.error());
  if (auto done = load_masks(state); !done) return done;
  return load_ranks(state);
}

base::Result<> CharterTable::load_masks(chat::DurableState& state) const {
  Statement statement =
      database_.statement("SELECT room, list, mask_on, pattern, set_by, set_at FROM room_masks ORDER BY id");
  Rows rows = statement.query();
  base::Result<bool> row;
  while ((row = rows.next()) && *row) {
    const std::int64_t list = rows.integer(1), on = rows.integer(2);
    chat::CharterRecord* record = charter_of(state, rows.id<base::RoomId>(0));
    const bool is_ours = list >= 0 && list < static_cast<std::int64_t>(chat::kMaskLists) && on >= 0 &&
                         on <= number_of(chat::MaskOn::guests);
    if (record == nullptr || !is_ours) continue;
    record->state.lists[static_cast<std::size_t>(list)].push_back(
        {static_cast<chat::MaskOn>(on), std::string(rows.text(3)), std::string(rows.text(4)), rows.time(5)});
  }
  if (!row) return tl::unexpected(row.error());
  return {};
}

base::Result<> CharterTable::load_ranks(chat::DurableState& state) const {
  Statement statement =
      database_.statement("SELECT room, account, rank FROM standing_ranks ORDER BY room, account");
  Rows rows = statement.query();
  base::Result<bool> row;
  while ((row = rows.next()) && *row) {
    chat::CharterRecord* record = charter_of(state, rows.id<base::RoomId>(0));
    const auto account = rows.id<base::AccountId>(1);
    if (record == nullptr || !is_rank(rows.integer(2)) || account == record->charter.founder) continue;
    record->charter.ranks.push_back({account, static_cast<chat::Rank>(rows.integer(2))});
  }
  if (!row) return tl::unexpected(row.error());
  return {};
}

base::Result<> CharterTable::write(const chat::RoomRegistered& row) {
  return register_.run(row.room, row.founder, row.since);
}

base::Result<> CharterTable::write(const chat::RoomTransferred& row) {
  return transfer_.run(row.founder, row.room);
}

base::Result<> CharterTable::write(const chat::RoomDropped& row) {
  return drop_.run(row.room);  // lists and ranks follow: ON DELETE CASCADE
}

base::Result<> CharterTable::write(const chat::RoomRulesKept& row) {
  const chat::RoomState& state = *row.state;
  return keep_rules_.run(std::int64_t{state.flags}, state.key, std::int64_t{state.limit}, state.forward,
                         state.topic.text, state.topic.by, state.topic.at, std::int64_t{state.joining.joins},
                         std::int64_t{state.joining.seconds}, row.room);
}

base::Result<> CharterTable::write(const chat::RoomMaskAdded& row) {
  return add_mask_.run(row.room, number_of(row.list), number_of(row.entry.on), row.entry.pattern,
                       row.entry.by, row.entry.at);
}

base::Result<> CharterTable::write(const chat::RoomMaskRemoved& row) {
  return remove_mask_.run(row.room, number_of(row.list), number_of(row.on), row.pattern);
}

base::Result<> CharterTable::write(const chat::StandingRankSet& row) {
  return set_rank_.run(row.room, row.rank.account, number_of(row.rank.rank));
}

base::Result<> CharterTable::write(const chat::StandingRankRemoved& row) {
  return remove_rank_.run(row.room, row.account);
}

}  // namespace veche::store
