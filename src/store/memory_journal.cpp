#include "store/memory_journal.h"

#include "base/check.h"
#include "store/memory_charters.h"
#include "store/password.h"
#include "store/search_words.h"

#include <algorithm>
#include <deque>
#include <mutex>
#include <string>
#include <tuple>
#include <unordered_map>
#include <unordered_set>

namespace veche::store {
namespace {

base::Error refused(const char* why) { return {"history", why, {}}; }

template <class Records, class Id>
bool has_id(const Records& records, Id id) {
  return std::any_of(records.begin(), records.end(), [id](const auto& record) { return record.id == id; });
}

/// Changes a state, row by row; the messages are the caller's. As in SQLite, what is there cannot be added,
/// and changing what is not there changes nothing.
struct Apply {
  chat::DurableState& state;

  base::Result<> operator()(const chat::MessageAdded& row) const {
    base::check(row.message->id > state.last_message, "message ids ascend");
    state.last_message = row.message->id;
    return {};
  }
  base::Result<> operator()(const chat::RoomAdded& row) const {
    if (has_id(state.rooms, row.room.id)) return tl::unexpected(refused("the room is there already"));
    state.rooms.push_back(row.room);
    state.last_room = std::max(state.last_room, row.room.id);
    return {};
  }
  base::Result<> operator()(const chat::AccountAdded& row) const {
    if (has_id(state.accounts, row.account.id))
      return tl::unexpected(refused("the account is there already"));
    state.accounts.push_back(row.account);
    state.last_account = std::max(state.last_account, row.account.id);
    return {};
  }
  base::Result<> operator()(const chat::AccountRemoved& row) const {
    std::erase_if(state.accounts, [&](const auto& account) { return account.id == row.account; });
    MemoryCharters{state}.forget(row.account);
    std::erase_if(state.tokens, [&](const auto& token) { return token.account == row.account; });
    std::erase_if(state.addresses, [&](const auto& address) { return address.account == row.account; });
    std::erase_if(state.certificates, [&](const auto& one) { return one.account == row.account; });
    return {};
  }
  base::Result<> operator()(const chat::PasswordChanged& row) const {
    for (chat::AccountRecord& account : state.accounts) {
      if (account.id != row.account) continue;
      account.password_hash = row.password_hash;
      account.scram = row.scram;
    }
    return {};
  }
  base::Result<> operator()(const chat::ScramKeysDerived& row) const {
    for (chat::AccountRecord& account : state.accounts) {
      if (account.id == row.account) account.scram = row.scram;
    }
    return {};
  }
  base::Result<> operator()(const chat::CertificateAdded& row) const {
    if (!has_id(state.accounts, row.certificate.account))
      return tl::unexpected(refused("the certificate is nobody's"));
    for (const chat::CertificateRecord& known : state.certificates) {
      if (known.fingerprint == row.certificate.fingerprint)
        return tl::unexpected(refused("the certificate is there already"));
    }
    state.certificates.push_back(row.certificate);
    return {};
  }
  base::Result<> operator()(const chat::CertificateRemoved& row) const {
    std::erase_if(state.certificates, [&](const auto& one) { return one.fingerprint == row.fingerprint; });
    return {};
  }
  base::Result<> operator()(const chat::TokenAdded& row) const {
    if (!has_id(state.accounts, row.token.account)) return tl::unexpected(refused("the token is nobody's"));
    for (const chat::TokenRecord& token : state.tokens) {
      if (token.hash == row.token.hash) return tl::unexpected(refused("the token is there already"));
    }
    state.tokens.push_back(row.token);
    return {};
  }
  base::Result<> operator()(const chat::TokenRemoved& row) const {
    std::erase_if(state.tokens, [&](const auto& token) { return token.hash == row.hash; });
    return {};
  }
  base::Result<> operator()(const chat::AddressRemembered& row) const {
    if (!has_id(state.accounts, row.address.account))
      return tl::unexpected(refused("the address is nobody's"));
    forget(row.address.account, row.address.address);
    state.addresses.push_back(row.address);
    return {};
  }
  base::Result<> operator()(const chat::AddressForgotten& row) const {
    forget(row.account, row.address);
    return {};
  }
  base::Result<> operator()(const chat::IdentitiesCleared&) const {
    state.accounts.clear();
    state.charters.clear();
    state.tokens.clear();
    state.addresses.clear();
    state.certificates.clear();
    return {};
  }
  base::Result<> operator()(const chat::SanctionImposed& row) const {
    lift(row.sanction.kind, row.sanction.target);
    state.sanctions.push_back(row.sanction);
    return {};
  }
  base::Result<> operator()(const chat::SanctionLifted& row) const {
    lift(row.kind, row.target);
    return {};
  }
  base::Result<> operator()(const chat::RoomSlowed& row) const {
    for (chat::RoomRecord& room : state.rooms) {
      if (room.id == row.room) room.slow = row.slow;
    }
    return {};
  }

  base::Result<> operator()(const chat::RoomNameChanged& row) const {
    for (chat::RoomRecord& room : state.rooms) {
      if (room.id == row.room) room.name = row.name;
    }
    return {};
  }

  template <class CharterRow>
  base::Result<> operator()(const CharterRow& row) const {
    return MemoryCharters{state}.apply(row);
  }

  void lift(chat::SanctionKind kind, const chat::SanctionTarget& target) const {
    std::erase_if(state.sanctions, [&](const auto& known) {
      return known.kind == kind && known.target.on == target.on && known.target.text == target.text;
    });
  }
  void forget(base::AccountId account, const std::string& address) const {
    std::erase_if(state.addresses,
                  [&](const auto& known) { return known.account == account && known.address == address; });
  }
};

}  // namespace

/// What the readers share with the journal: the one place here where threads meet.
struct MemoryJournal::History {
  std::mutex mutex;
  std::deque<chat::MessagePtr> messages;  // guarded by mutex; ascending ids
};

class MemoryJournal::Reader final : public HistoryReader {
 public:
  explicit Reader(std::shared_ptr<History> history) : history_(std::move(history)) {}

  base::Result<std::vector<chat::Message>> last(base::RoomId room, base::MessageId up_to,
                                                std::size_t count) override {
    return newest(up_to, count, [room](const chat::Message& message) { return message.room == room; });
  }

  base::Result<std::vector<chat::Message>> search(std::span<const base::RoomId> rooms, std::string_view words,
                                                  base::MessageId up_to, std::size_t count) override {
    const SearchWords wanted(words);
    const std::unordered_set<base::RoomId> wanted_rooms(rooms.begin(), rooms.end());
    return newest(up_to, count, [&](const chat::Message& message) {
      return wanted_rooms.contains(message.room) && wanted.in(message.text);
    });
  }

 private:
  template <class Wanted>
  std::vector<chat::Message> newest(base::MessageId up_to, std::size_t count, Wanted wanted) {
    // A copy of the pointers, so that a long search does not hold up the chat.
    std::deque<chat::MessagePtr> messages;
    {
      const std::lock_guard lock(history_->mutex);
      messages = history_->messages;
    }
    std::vector<chat::Message> found;
    for (auto at = messages.rbegin(); at != messages.rend() && found.size() < count; ++at) {
      if ((*at)->id <= up_to && wanted(**at)) found.push_back(**at);
    }
    std::reverse(found.begin(), found.end());
    return found;
  }

  std::shared_ptr<History> history_;
};

MemoryJournal::MemoryJournal(MemoryOptions options)
    : options_(options), history_(std::make_shared<History>()) {
  state_.secret = random_secret();
}
MemoryJournal::~MemoryJournal() = default;

base::Result<chat::DurableState> MemoryJournal::load(std::size_t recent_per_room) {
  chat::DurableState state = state_;
  std::sort(state.certificates.begin(), state.certificates.end(), [](const auto& a, const auto& b) {
    return std::tie(a.created, a.fingerprint) < std::tie(b.created, b.fingerprint);
  });
  const auto order = [](const chat::SanctionRecord& sanction) {
    return std::tie(sanction.created, sanction.target, sanction.kind);
  };
  std::sort(state.sanctions.begin(), state.sanctions.end(),
            [&](const auto& a, const auto& b) { return order(a) < order(b); });
  const std::lock_guard lock(history_->mutex);
  std::unordered_map<base::RoomId, std::size_t> taken;
  for (auto at = history_->messages.rbegin(); at != history_->messages.rend(); ++at) {
    if (!has_id(state.rooms, (*at)->room)) continue;
    if (taken[(*at)->room]++ < recent_per_room) state.recent.push_back(*at);
  }
  std::reverse(state.recent.begin(), state.recent.end());
  return state;
}

base::Result<> MemoryJournal::commit(std::span<const chat::Row> rows) {
  const bool messages_only = std::all_of(rows.begin(), rows.end(), [](const auto& row) {
    return std::holds_alternative<chat::MessageAdded>(row);
  });
  if (messages_only) {
    for (const chat::Row& row : rows) (void)std::visit(Apply{state_}, row);  // cannot fail
  } else {
    chat::DurableState changed = state_;  // all or nothing
    for (const chat::Row& row : rows) {
      if (auto done = std::visit(Apply{changed}, row); !done) return done;
    }
    state_ = std::move(changed);
  }
  const std::lock_guard lock(history_->mutex);
  for (const chat::Row& row : rows) {
    if (const auto* added = std::get_if<chat::MessageAdded>(&row))
      history_->messages.push_back(added->message);
  }
  return {};
}

bool MemoryJournal::maintain(base::WallTime now, bool idle) {
  const std::lock_guard lock(history_->mutex);
  auto& messages = history_->messages;
  if (options_.messages_max != 0) {
    while (messages.size() > options_.messages_max) messages.pop_front();
  }
  if (idle && options_.retention.count() != 0) {
    const chat::MessagePtr newest = messages.empty() ? nullptr : messages.back();
    std::erase_if(messages, [&](const auto& message) {
      return message != newest && message->time < now - options_.retention;
    });
  }
  return false;
}

std::unique_ptr<HistoryReader> MemoryJournal::reader() const { return std::make_unique<Reader>(history_); }

}  // namespace veche::store
