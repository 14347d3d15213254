// Chat: one's account. What opens it: the password, tokens, certificates; and where it was used.
#include "base/limits.h"
#include "chat/chat.h"

#include <algorithm>
#include <utility>

namespace veche::chat {

using base::AccountId;

void Chat::handle(const Asker& asker, const AskCredentials&) {
  if (!asker.user->account) return refuse(asker.id, Refusal::accounts_only);
  out().to_session(asker.id,
                   Credentials{asker.user->name.text, accounts_.find(asker.user->account)->password_hash});
}

void Chat::handle(const Asker& asker, const SetPassword& command) {
  if (!may_change_account(asker)) return;
  accounts_.set_password(asker.user->account, command.password_hash, command.scram, out());
  out().to_session(asker.id, PasswordSet{});
}

void Chat::handle(const Asker& asker, const KeepToken& command) {
  if (!may_change_account(asker)) return;
  const base::WallTime expires = now_ + policy_.token_lifetime;
  accounts_.keep_token({command.token, asker.user->account, now_, expires}, out());
  out().to_session(asker.id, TokenKept{expires});
}

void Chat::handle(const Asker& asker, const Forget& command) {
  if (!may_change_account(asker)) return;
  if (command.everything) {
    accounts_.forget_all(asker.user->account, out());
  } else {
    accounts_.forget_address(asker.user->account, base::address_text(asker.session.address), out());
  }
  out().to_session(asker.id, Forgotten{command.everything});
}

bool Chat::may_change_account(const Asker& asker) {
  if (!asker.user->account) {
    refuse(asker.id, Refusal::accounts_only);
    return false;
  }
  if (store_closed_) refuse(asker.id, *store_closed_);
  return !store_closed_;
}

void Chat::handle(const Asker& asker, const AddCertificate& command) {
  if (!may_change_account(asker)) return;
  const AccountId account = asker.user->account;
  const auto fingerprint = certificate_fingerprint(command.fingerprint);
  if (!fingerprint) return refuse(asker.id, Refusal::certificate_invalid, command.fingerprint);
  const AccountId owner = accounts_.certificate_owner(*fingerprint);
  if (owner && owner != account) {
    return refuse(asker.id, Refusal::certificate_taken, command.fingerprint);
  }
  if (!owner && accounts_.certificates_of(account).size() >= base::limits::kCertificatesPerAccountMax) {
    return refuse(asker.id, Refusal::certificates_full, command.fingerprint);
  }
  if (!owner) accounts_.add_certificate({*fingerprint, account, now_}, out());
  handle(asker, ListCertificates{});
}

void Chat::handle(const Asker& asker, const RemoveCertificate& command) {
  if (!may_change_account(asker)) return;
  const auto fingerprint = certificate_fingerprint(command.fingerprint);
  if (!fingerprint || accounts_.certificate_owner(*fingerprint) != asker.user->account) {
    return refuse(asker.id, Refusal::no_such_certificate, command.fingerprint);
  }
  accounts_.remove_certificate(*fingerprint, out());
  handle(asker, ListCertificates{});
}

void Chat::handle(const Asker& asker, const ListCertificates&) {
  if (!asker.user->account) return refuse(asker.id, Refusal::accounts_only);
  out().to_session(asker.id, Certificates{accounts_.certificates_of(asker.user->account)});
}

void Chat::handle(const Asker& asker, const AskAccount& command) {
  const auto folded = fold_name(command.name);
  const AccountRecord* account = folded ? accounts_.find(*folded) : nullptr;
  const bool is_own = account != nullptr && account->id == asker.user->account;
  const bool may_know = is_own || policy_.registration || !profile_of(*asker.user).office->empty();
  if (account == nullptr || !may_know) return refuse(asker.id, Refusal::no_such_account, command.name);
  AccountView view{account->name, account->created};
  if (const User* user = user_named(*folded)) view.sessions = user->sessions.size();
  for (const auto& [id, room] : rooms_) {
    const bool is_founder = room.charter && room.charter->founder == account->id;
    if (is_founder && (is_own || !is_hidden(room, *asker.user, true))) view.rooms.push_back(room.name.text);
  }
  std::sort(view.rooms.begin(), view.rooms.end());
  out().to_session(asker.id, std::move(view));
}

void Chat::handle(const Asker& asker, const DropAccount& command) {
  if (!may_change_account(asker)) return;
  const AccountRecord& account = *accounts_.find(asker.user->account);
  if (account.password_hash != command.password_hash) return refuse(asker.id, Refusal::stale);
  remove_account(account.id);
}

/// With all that is its; and who is logged in to it goes.
void Chat::remove_account(AccountId id) {
  User* present = user_named(fold_name(accounts_.find(id)->name).value_or(""));
  release_rooms(id);
  accounts_.remove(id, out());
  if (present == nullptr || present->account != id) return;
  for (const base::SessionId session : base::ShortList(present->sessions)) {
    drop_session(session, CloseCause::account_removed);
  }
}

}  // namespace veche::chat
