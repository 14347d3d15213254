#include "control/stored_accounts.h"

#include "chat/chat.h"
#include "chat/name.h"
#include "control/account_rules.h"

#include <algorithm>
#include <memory>
#include <utility>

namespace veche::control {

using base::fail;
using base::Result;

Result<std::unique_ptr<StoredAccounts>> StoredAccounts::load(std::shared_ptr<const void> lock,
                                                             std::unique_ptr<store::Journal> journal,
                                                             const Options& options,
                                                             const base::Clock& clock) {
  auto state = journal->load(/*recent_per_room=*/0);
  if (!state) return tl::unexpected(std::move(state.error()));
  std::unique_ptr<StoredAccounts> stored(
      new StoredAccounts(std::move(lock), std::move(journal), options, clock));
  stored->accounts_ = std::move(state->accounts);
  stored->last_id_ = state->last_account;
  return stored;
}

chat::AccountRecord* StoredAccounts::find(std::string_view name) {
  const auto folded = chat::fold_name(name);
  if (!folded) return nullptr;
  const auto found = std::find_if(accounts_.begin(), accounts_.end(), [&](const auto& account) {
    return chat::fold_name(account.name) == folded;
  });
  return found == accounts_.end() ? nullptr : &*found;
}

Result<chat::AccountRecord*> StoredAccounts::find_or_fail(std::string_view name) {
  if (chat::AccountRecord* account = find(name)) return account;
  return fail(account_words(name), "there is none", "veche account list");
}

Result<std::string> StoredAccounts::hash(std::string_view password) const {
  if (auto fine = check_new_password(password); !fine) return tl::unexpected(std::move(fine.error()));
  return store::hash_password(password, options_.cost);
}

Result<> StoredAccounts::commit(chat::Row row) { return journal_->commit({&row, 1}); }

Result<> StoredAccounts::add(std::string_view name, std::string_view password) {
  auto checked = check_account_name(name, options_.name_code_points_max);
  if (!checked) return tl::unexpected(std::move(checked.error()));
  if (const auto* there = find(checked->text)) {
    return fail(
        account_words(checked->text), "exists already",
        there->name == checked->text ? "veche account passwd changes its password" : "as " + there->name);
  }
  auto hashed = hash(password);
  if (!hashed) return tl::unexpected(std::move(hashed.error()));

  chat::AccountRecord account{{last_id_.value + 1},
                              std::move(checked->text),
                              *std::move(hashed),
                              clock_.wall(),
                              store::derive_scram_keys(password, options_.cost)};
  if (auto kept = commit(chat::AccountAdded{account}); !kept) return kept;
  last_id_ = account.id;
  accounts_.push_back(std::move(account));
  return {};
}

Result<> StoredAccounts::change_password(std::string_view name, std::string_view password) {
  const auto account = find_or_fail(name);
  if (!account) return tl::unexpected(account.error());
  auto hashed = hash(password);
  if (!hashed) return tl::unexpected(std::move(hashed.error()));
  const base::ScramKeysPtr scram = store::derive_scram_keys(password, options_.cost);
  if (auto kept = commit(chat::PasswordChanged{(*account)->id, *hashed, scram}); !kept) return kept;
  (*account)->password_hash = *std::move(hashed);
  (*account)->scram = scram;
  return {};
}

Result<> StoredAccounts::remove(std::string_view name) {
  const auto account = find_or_fail(name);
  if (!account) return tl::unexpected(account.error());
  // By a chat with nobody in it: what the account has founded passes to another, as in a running server.
  auto state = journal_->load(0);
  if (!state) return tl::unexpected(state.error());
  state->accounts = accounts_;
  chat::Chat chat({}, *state);
  chat::Outbox outbox;
  const chat::ManageAccount order{chat::AccountAction::remove, (*account)->name, {}};
  chat.apply({{}, chat::Operate{0, std::make_shared<const chat::OperatorOrder>(order)}}, clock_.wall(),
             outbox);
  if (outbox.rows.empty()) outbox.keep(chat::AccountRemoved{(*account)->id});  // its name is none of today's
  if (auto kept = journal_->commit(outbox.rows); !kept) return kept;
  accounts_.erase(accounts_.begin() + (*account - accounts_.data()));
  return {};
}

Result<std::vector<AccountLine>> StoredAccounts::list() {
  std::vector<std::pair<std::string, AccountLine>> by_name;
  for (const chat::AccountRecord& account : accounts_) {
    by_name.emplace_back(chat::fold_name(account.name).value_or(account.name),
                         AccountLine{account.name, account.created});
  }
  std::sort(by_name.begin(), by_name.end(), [](const auto& a, const auto& b) { return a.first < b.first; });
  std::vector<AccountLine> lines;
  for (auto& [folded, line] : by_name) lines.push_back(std::move(line));
  return lines;
}

}  // namespace veche::control
