#include "store/memory_charters.h"

#include <algorithm>
#include <utility>

namespace veche::store {
namespace {

base::Result<> refused(const char* why) { return tl::unexpected(base::Error{"history", why, {}}); }

void forget_rank(chat::Charter& charter, base::AccountId account) {
  std::erase_if(charter.ranks, [&](const auto& known) { return known.account == account; });
}

}  // namespace

chat::CharterRecord* MemoryCharters::find(base::RoomId room) const {
  const auto found = std::find_if(state.charters.begin(), state.charters.end(),
                                  [&](const auto& record) { return record.room == room; });
  return found == state.charters.end() ? nullptr : &*found;
}

bool MemoryCharters::has_account(base::AccountId account) const {
  return std::any_of(state.accounts.begin(), state.accounts.end(),
                     [&](const auto& record) { return record.id == account; });
}

base::Result<> MemoryCharters::apply(const chat::RoomRegistered& row) const {
  if (find(row.room) != nullptr) return refused("the room is registered already");
  if (!has_account(row.founder)) return refused("the room is nobody's");
  const auto at = std::upper_bound(state.charters.begin(), state.charters.end(), row.room,
                                   [](base::RoomId room, const auto& record) { return room < record.room; });
  state.charters.insert(at, {row.room, {row.founder, row.since, {}}, {}});
  return {};
}

base::Result<> MemoryCharters::apply(const chat::RoomTransferred& row) const {
  if (!has_account(row.founder)) return refused("the room is nobody's");
  if (chat::CharterRecord* record = find(row.room)) record->charter.founder = row.founder;
  return {};
}

base::Result<> MemoryCharters::apply(const chat::RoomDropped& row) const {
  std::erase_if(state.charters, [&](const auto& record) { return record.room == row.room; });
  return {};
}

base::Result<> MemoryCharters::apply(const chat::RoomRulesKept& row) const {
  if (chat::CharterRecord* record = find(row.room)) {
    auto lists = std::move(record->state.lists);
    record->state = *row.state;
    record->state.lists = std::move(lists);
  }
  return {};
}

base::Result<> MemoryCharters::apply(const chat::RoomMaskAdded& row) const {
  chat::CharterRecord* record = find(row.room);
  if (record == nullptr) return refused("the list is no registered room's");
  record->state.lists[static_cast<std::size_t>(row.list)].push_back(row.entry);
  return {};
}

base::Result<> MemoryCharters::apply(const chat::RoomMaskRemoved& row) const {
  if (chat::CharterRecord* record = find(row.room)) {
    std::erase_if(record->state.lists[static_cast<std::size_t>(row.list)],
                  [&](const auto& entry) { return entry.on == row.on && entry.pattern == row.pattern; });
  }
  return {};
}

base::Result<> MemoryCharters::apply(const chat::StandingRankSet& row) const {
  chat::CharterRecord* record = find(row.room);
  if (record == nullptr || !has_account(row.rank.account)) return refused("the rank is nobody's");
  forget_rank(record->charter, row.rank.account);
  auto& ranks = record->charter.ranks;
  const auto at = std::find_if(ranks.begin(), ranks.end(),
                               [&](const auto& known) { return known.account > row.rank.account; });
  ranks.insert(at, row.rank);
  return {};
}

base::Result<> MemoryCharters::apply(const chat::StandingRankRemoved& row) const {
  if (chat::CharterRecord* record = find(row.room)) forget_rank(record->charter, row.account);
  return {};
}

void MemoryCharters::forget(base::AccountId account) const {
  std::erase_if(state.charters, [&](const auto& record) { return record.charter.founder == account; });
  for (chat::CharterRecord& record : state.charters) forget_rank(record.charter, account);
}

}  // namespace veche::store
