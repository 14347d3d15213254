// Chat: who one is. Names, passwords (checked elsewhere: a hash takes a fifth of a second), tokens, guests.
#include "base/check.h"
#include "chat/chat.h"

#include <algorithm>
#include <utility>

namespace veche::chat {

using base::AccountId;
using base::RoomId;

namespace {

/// Whether who asked for `name` may mean `account`; without one he takes what there is.
bool may_be(const AccountRecord& account, const std::string& name) {
  return name.empty() || fold_name(account.name) == fold_name(name);
}

}  // namespace

void Chat::handle(const Asker& asker, const Identify& command) {
  // An account outlives stricter rules for new names.
  const NameOrFault parsed = parse_name(command.name, kAnyLength, true);
  if (const NameFault* fault = std::get_if<NameFault>(&parsed)) return refuse(asker.id, refusal_of(*fault));
  const Name& name = std::get<Name>(parsed);

  Identified answer{name.text, NameState::free, {}, {}};
  if (const AccountRecord* account = accounts_.find(name.folded)) {
    answer.name = account->name;
    answer.state = NameState::registered;
    answer.account = account->id;
    answer.password_hash = account->password_hash;
    answer.wants_scram = !account->scram;
  } else if (user_named(name.folded) != nullptr) {
    return refuse(asker.id, Refusal::name_in_use);
  } else if (!policy_.registration) {
    answer.state = NameState::unknown;  // reserved names too: one of them may be an account
    answer.password_hash = policy_.decoy_hash;
  } else {
    const NameOrFault fresh = parse_name(command.name, policy_.name_code_points_max);
    if (const NameFault* fault = std::get_if<NameFault>(&fresh)) return refuse(asker.id, refusal_of(*fault));
    if (ban_on(asker.session, name, false)) return refuse(asker.id, Refusal::name_banned);
    if (lockdown_ >= Lockdown::accounts) return refuse(asker.id, Refusal::lockdown_accounts);
  }
  if (!policy_.registration && answer.state == NameState::registered)
    answer.name = name.text;  // tells nothing
  out().to_session(asker.id, std::move(answer));
}

void Chat::handle(const Asker& asker, const LogIn& command) {
  if (asker.user != nullptr && !command.only_proves) return refuse(asker.id, Refusal::stale);
  const AccountRecord* account = accounts_.find(command.account);
  if (account == nullptr || account->password_hash != command.password_hash)
    return refuse(asker.id, Refusal::stale);
  const bool wants_scram = !account->scram;
  // Nobody is turned away because they could not be kept.
  if (log_in(asker, *account, command) && command.scram && wants_scram && !store_closed_) {
    accounts_.keep_scram(command.account, command.scram, out());
  }
}

void Chat::handle(const Asker& asker, const LogInFailed& command) {
  const std::string folded = fold_name(command.name).value_or(command.name);
  // Of IPv6 a customer has a /64 or more: his addresses are one.
  const std::string source = base::address_text(base::network_around(asker.session.address, 32, 64).bits);
  out().to_session(asker.id, LogInRefused{guesses_.failed(source, folded, now_)});
}

void Chat::handle(const Asker& asker, const LogInWithToken& command) {
  if (asker.user != nullptr && !command.only_proves) return refuse(asker.id, Refusal::stale);
  const AccountRecord* account = accounts_.find(accounts_.token_owner(command.token, now_));
  if (account == nullptr || !may_be(*account, command.name)) return handle(asker, LogInFailed{command.name});
  log_in(asker, *account, command);
}

void Chat::handle(const Asker& asker, const LogInWithCertificate& command) {
  if (asker.user != nullptr && !command.only_proves) return refuse(asker.id, Refusal::stale);
  const AccountRecord* account = accounts_.find(accounts_.certificate_owner(command.fingerprint));
  if (account == nullptr || !may_be(*account, command.name)) return handle(asker, LogInFailed{command.name});
  log_in(asker, *account, command);
}

/// `account` is known to be the asker's. False: he is not let in all the same.
bool Chat::log_in(const Asker& asker, const AccountRecord& account, const auto& command) {
  if (command.only_proves) return prove(asker, account.id, false);
  return enter_account(asker, account, command.introduction);
}

bool Chat::enter_account(const Asker& asker, const AccountRecord& account,
                         const IntroductionPtr& introduction) {
  const Name name{account.name, *fold_name(account.name)};
  if (const SanctionRecord* ban = ban_on(asker.session, name, true)) {
    drop_banned(asker.id, *ban);
    return false;
  }
  const AccountId id = account.id;
  remember_address(asker, id);
  enter(asker, name, id, false, introduction);
  return true;
}

void Chat::handle(const Asker& asker, const Register& command) {
  if (!policy_.registration) return refuse(asker.id, Refusal::registration_off);
  if (lockdown_ >= Lockdown::fresh) return refuse(asker.id, Refusal::lockdown_fresh);
  if (store_closed_) return refuse(asker.id, *store_closed_);
  if (accounts_.find(asker.session.account) != nullptr || (asker.user != nullptr && asker.user->account)) {
    return refuse(asker.id, Refusal::guests_only);
  }
  const bool takes_own = command.name.empty() || !command.only_proves;
  if (asker.user != nullptr && takes_own) return register_guest(asker, command);
  const NameOrFault parsed = parse_name(command.name, policy_.name_code_points_max);
  if (const NameFault* fault = std::get_if<NameFault>(&parsed)) return refuse(asker.id, refusal_of(*fault));
  const Name& name = std::get<Name>(parsed);
  if (accounts_.find(name.folded) != nullptr) return refuse(asker.id, Refusal::name_registered);
  if (const User* holder = user_named(name.folded); holder != nullptr && holder != asker.user) {
    return refuse(asker.id, Refusal::name_in_use);
  }
  if (ban_on(asker.session, name, true)) return refuse(asker.id, Refusal::name_banned);
  const AccountId id = accounts_.add(name, command.password_hash, command.scram, now_, out());
  if (command.only_proves) {
    prove(asker, id, true);
    return;
  }
  remember_address(asker, id);
  enter(asker, name, id, true);
}

/// A guest makes an account of the name that he has; he stays where he is.
void Chat::register_guest(const Asker& asker, const Register& command) {
  if (ban_on(asker.session, asker.user->name, true)) return refuse(asker.id, Refusal::name_banned);
  const AccountId id = accounts_.add(asker.user->name, command.password_hash, command.scram, now_, out());
  if (command.only_proves) {
    prove(asker, id, true);
    return;
  }
  remember_address(asker, id);
  call_user(asker, asker.user->name, id);
  const PersonPtr self = look_of(*asker.user);
  out().to_session(asker.id, LoggedIn{self->name, false, true, asker.user->sessions.size(), self});
}

void Chat::handle(const Asker& asker, const EnterAsGuest& command) {
  if (asker.user != nullptr) return refuse(asker.id, Refusal::stale);
  if (policy_.accounts_required) return refuse(asker.id, Refusal::account_required);
  if (lockdown_ >= Lockdown::accounts) return refuse(asker.id, Refusal::lockdown_accounts);
  const NameOrFault parsed = parse_name(command.name, policy_.name_code_points_max);
  if (const NameFault* fault = std::get_if<NameFault>(&parsed)) return refuse(asker.id, refusal_of(*fault));
  const Name& name = std::get<Name>(parsed);
  if (accounts_.find(name.folded) != nullptr) return refuse(asker.id, Refusal::name_registered);
  if (user_named(name.folded) != nullptr) return refuse(asker.id, Refusal::name_in_use);
  if (ban_on(asker.session, name, false)) return refuse(asker.id, Refusal::name_banned);
  enter(asker, name, {}, false, command.introduction);
}

/// The session, which is nobody's, becomes `name`: a new user, or one more session of one who is here, who
/// stays as he introduced himself.
void Chat::enter(const Asker& asker, const Name& name, AccountId account, bool new_account,
                 const IntroductionPtr& introduction) {
  User* user = user_named(name.folded);
  const bool comes = user == nullptr;
  if (comes) {
    User fresh;
    fresh.name = name;
    fresh.account = account;
    if (introduction) {
      fresh.profile = std::make_shared<const Profile>(
          Profile{.username = introduction->username, .realname = introduction->realname});
    }
    user = &users_.at(add_user(std::move(fresh)));
  } else {
    base::check(account && user->account == account, "only an account's sessions share a user");
  }
  undo_.keep(users_, user->id);
  user->sessions.push_back(asker.id);
  undo_.keep(sessions_, asker.id);
  asker.session.user = user->id;
  asker.session.account = {};
  count_unknown(-1);
  out().to_session(asker.id,
                   LoggedIn{user->name.text, !account, new_account, user->sessions.size(), look_of(*user)});
  if (comes) tell_watchers_present(*user);

  for (const Membership& in : user->rooms) {
    out().effects.push_back(Subscribe{asker.id, in.room});
    show_room(asker.id, *user, rooms_.at(in.room));
  }
  if (user->rooms.empty() && asker.session.enters_default_room) {
    kind_ = kind_of<Join>();  // he is logged in, whatever becomes of this
    enter_room(Asker{asker.id, asker.session, user}, Join{policy_.default_room, {}}, false);
  }
}

void Chat::remember_address(const Asker& asker, AccountId account) {
  // Nobody is turned away because an address could not be noted.
  if (policy_.remember_addresses && !store_closed_) {
    accounts_.remember(account, base::address_text(asker.session.address), now_, out());
  }
}

void Chat::handle(const Asker& asker, const Rename& command) {
  User& user = *asker.user;
  if (user.account) return refuse(asker.id, Refusal::guests_only);
  const NameOrFault parsed = parse_name(command.name, policy_.name_code_points_max);
  if (const NameFault* fault = std::get_if<NameFault>(&parsed)) return refuse(asker.id, refusal_of(*fault));
  const Name& name = std::get<Name>(parsed);
  if (accounts_.find(name.folded) != nullptr) return refuse(asker.id, Refusal::name_registered);
  const User* holder = user_named(name.folded);
  if (holder != nullptr && holder != &user) return refuse(asker.id, Refusal::name_in_use);
  if (ban_on(asker.session, name, false)) return refuse(asker.id, Refusal::name_banned);
  if (!may_speak(asker)) return;  // else a new name would be the way out of a mute
  for (const Membership& in : user.rooms) {
    const Room& room = rooms_.at(in.room);
    if (room.has(RoomFlag::no_renames) && ranks_in(room, user) == 0) {
      return refuse(asker.id, Refusal::renames_off, room.name.text);
    }
  }

  const auto wait = paces_.rename(user.id, now_);
  if (wait.count() != 0) return refuse_for(asker.id, Refusal::renames_too_fast, wait, command.name);
  call_user(asker, name, {});
}

/// A guest is called `name` from now on, and has `account`, if that is one.
void Chat::call_user(const Asker& asker, const Name& name, AccountId account) {
  User& user = *asker.user;
  const Name old_name = user.name;
  const PersonPtr old_look = look_of(user);
  const bool is_other = old_name.folded != name.folded;
  if (is_other) note_past(user, old_look);
  undo_.keep(users_by_name_, old_name.folded);
  undo_.keep(users_by_name_, name.folded);
  undo_.keep(users_, user.id);
  users_by_name_.erase(old_name.folded);
  users_by_name_[name.folded] = user.id;
  user.name = name;
  user.account = account;
  look_changed(user);
  if (!account || old_name.text != name.text) {
    const EventPtr event = make_event(Renamed{old_name.text, name.text, old_look, now_});
    to_all_who_see(user, event, asker.id);
    out().to_session(asker.id, event);
  }
  if (account) to_all_who_follow(user, make_event(AccountChanged{look_of(user), now_}), asker.id);
  if (!is_other) return;
  tell_watchers_absent(old_name);
  tell_watchers_present(user);
}

}  // namespace veche::chat
