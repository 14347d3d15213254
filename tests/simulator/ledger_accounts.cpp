// Ledger: whose account is whose, and what registered rooms keep: the rows of a commit, and what is held
// against them.
#include "chat/name.h"
#include "tests/fakes/fake_host.h"
#include "tests/simulator/failure.h"
#include "tests/simulator/ledger.h"

#include <algorithm>

namespace veche::simulator {

using base::RoomId;
using base::SessionId;

namespace {

constexpr std::string_view kTokenMark = "TOKEN-";

/// SimHost's hashes are the tokens themselves.
std::string text_of(const chat::TokenHash& hash) {
  const auto end = std::find(hash.begin(), hash.end(), std::uint8_t{0});
  return {hash.begin(), end};
}

}  // namespace

void Ledger::note_secrets(SessionId by, std::string_view text) {
  for (const std::string_view mark : {kPasswordMark, kTokenMark}) {
    for (std::size_t at = text.find(mark); at != text.npos; at = text.find(mark, at + 1)) {
      std::size_t end = at;
      while (end < text.size() && static_cast<unsigned char>(text[end]) > ' ') ++end;
      secrets_[by].insert(std::string(text.substr(at, end - at)));
    }
  }
}

// --- rows

void Ledger::account_row(const chat::Row& row) {
  const auto forget = [&](base::AccountId id) {
    const auto found = known_.find(id);
    if (found != known_.end()) batch_.old_accounts.push_back(found->second);
  };
  const auto forget_token = [&](const auto& token) { batch_.old_tokens.push_back(token); };
  if (const auto* added = std::get_if<chat::AccountAdded>(&row)) {
    const chat::AccountRecord& account = added->account;
    known_[account.id] = {account.id, chat::fold_name(account.name).value_or(""), account.password_hash};
  } else if (const auto* changed = std::get_if<chat::PasswordChanged>(&row)) {
    forget(changed->account);
    known_[changed->account].hash = changed->password_hash;
  } else if (const auto* removed = std::get_if<chat::AccountRemoved>(&row)) {
    forget(removed->account);
    known_.erase(removed->account);
    for (const auto& token : tokens_) {
      if (token.second.account == removed->account) forget_token(token);
    }
    std::erase_if(tokens_, [&](const auto& token) { return token.second.account == removed->account; });
  } else if (const auto* token = std::get_if<chat::TokenAdded>(&row)) {
    tokens_[text_of(token->token.hash)] = {token->token.account, token->token.expires};
  } else if (const auto* gone = std::get_if<chat::TokenRemoved>(&row)) {
    const auto found = tokens_.find(text_of(gone->hash));
    if (found == tokens_.end()) return;
    forget_token(*found);
    tokens_.erase(found);
  } else if (std::holds_alternative<chat::IdentitiesCleared>(row)) {
    for (const auto& [id, account] : known_) batch_.old_accounts.push_back(account);
    for (const auto& one : tokens_) forget_token(one);
    known_.clear();
    tokens_.clear();
  }
}

void Ledger::charter_row(const chat::Row& row) {
  const auto kept = [&](RoomId room) -> Kept& {
    batch_.new_charters.insert(room);
    const auto found = charters_.find(room);
    require(found != charters_.end(), "something is kept of room {}, which is not registered", room.value);
    return found->second;
  };
  if (const auto* registered = std::get_if<chat::RoomRegistered>(&row)) {
    batch_.new_charters.insert(registered->room);
    charters_[registered->room] = {chat::Charter{registered->founder, registered->since}, {}};
  } else if (const auto* transferred = std::get_if<chat::RoomTransferred>(&row)) {
    kept(transferred->room).charter.founder = transferred->founder;
  } else if (const auto* dropped = std::get_if<chat::RoomDropped>(&row)) {
    batch_.new_charters.insert(dropped->room);
    require(charters_.erase(dropped->room) == 1, "room {} was not registered", dropped->room.value);
  } else if (const auto* rules = std::get_if<chat::RoomRulesKept>(&row)) {
    chat::RoomState& state = kept(rules->room).state;
    auto lists = std::move(state.lists);
    state = *rules->state;
    state.lists = std::move(lists);
  } else if (const auto* added = std::get_if<chat::RoomMaskAdded>(&row)) {
    kept(added->room).state.lists[static_cast<std::size_t>(added->list)].push_back(added->entry);
  } else if (const auto* removed = std::get_if<chat::RoomMaskRemoved>(&row)) {
    auto& list = kept(removed->room).state.lists[static_cast<std::size_t>(removed->list)];
    const auto is_it = [&](const auto& one) {
      return one.on == removed->on && one.pattern == removed->pattern;
    };
    require(std::erase_if(list, is_it) == 1, "{} was on no list of room {}", removed->pattern,
            removed->room.value);
  } else if (const auto* set = std::get_if<chat::StandingRankSet>(&row)) {
    auto& ranks = kept(set->room).charter.ranks;
    std::erase_if(ranks, [&](const auto& one) { return one.account == set->rank.account; });
    ranks.push_back(set->rank);
  } else if (const auto* taken = std::get_if<chat::StandingRankRemoved>(&row)) {
    std::erase_if(kept(taken->room).charter.ranks,
                  [&](const auto& one) { return one.account == taken->account; });
  }
}

// --- whose account is whose

const Ledger::Account* Ledger::account_called(std::string_view folded) const {
  for (const auto& [id, account] : known_) {
    if (account.folded == folded) return &account;
  }
  return nullptr;
}

/// Whether `id` has typed the account's password, or a token that opens it.
bool Ledger::has_proof(SessionId id, const Account& account) const {
  const auto found = secrets_.find(id);
  if (found == secrets_.end()) return false;
  const auto opens = [&](const auto& token) {
    return token.second.account == account.id && batch_.now < token.second.expires &&
           found->second.contains(token.first);
  };
  return std::any_of(found->second.begin(), found->second.end(),
                     [&](const std::string& secret) { return fakes::fake_hash(secret) == account.hash; }) ||
         std::any_of(tokens_.begin(), tokens_.end(), opens) ||
         std::any_of(batch_.old_tokens.begin(), batch_.old_tokens.end(), opens);
}

/// It may have changed, or have been removed, since in the same batch.
void Ledger::check_logged_in(SessionId id, const Here& who, const std::string& name) const {
  const std::string folded = chat::fold_name(name).value_or("");
  bool right = false;
  for (const auto& [number, account] : known_) {
    right = right || (account.folded == folded && (account.id == who.proved || has_proof(id, account)));
  }
  for (const Account& account : batch_.old_accounts) {
    right = right || (account.folded == folded && (account.id == who.proved || has_proof(id, account)));
  }
  require(right, "session {} is logged in as {} and has not given its password", id.value, name);
}

// --- rooms that are registered

/// Who comes in has the rank that is his account's.
void Ledger::check_rank(SessionId id, const Here& who, const chat::Joined& joined) const {
  const auto kept = charters_.find(joined.room);
  const Account* account = account_called(who.folded);
  if (joined.again || kept == charters_.end() || account == nullptr ||
      batch_.new_charters.contains(joined.room))
    return;
  for (const auto& [other, somebody] : here_) {  // he was there already, and may have given it up
    const bool is_there =
        std::find(somebody.rooms.begin(), somebody.rooms.end(), joined.room) != somebody.rooms.end();
    if (other != id && somebody.folded == who.folded && is_there) return;
  }
  const chat::Ranks rank = who.guest ? chat::Ranks{0} : kept->second.charter.ranks_of(account->id);
  for (std::size_t i = 0; i < joined.roster.size(); ++i) {
    if (joined.roster[i].person->name != who.name) continue;
    require(joined.roster[i].ranks == rank, "{} comes to {} with the ranks {}, and has {} by right", who.name,
            joined.name, joined.roster[i].ranks, rank);
  }
}

void Ledger::check_kept(const std::string& room, const chat::RoomState& live) const {
  for (const auto& [id, name] : room_names_) {
    const auto found = charters_.find(id);
    if (name != room || found == charters_.end()) continue;
    const chat::RoomState& kept = found->second.state;
    require(kept.flags == live.flags && kept.key == live.key && kept.limit == live.limit &&
                kept.joining == live.joining && kept.forward == live.forward &&
                kept.topic.text == live.topic.text && kept.topic.by == live.topic.by,
            "{} has other rules than are kept for it", room);
    require(kept.lists == live.lists, "{} has other lists than are kept for it", room);
    const auto pace = paces_.find(id);
    require((pace == paces_.end() ? std::chrono::seconds{0} : pace->second) == live.slow,
            "{} has another pace than is kept for it", room);
  }
}

}  // namespace veche::simulator
