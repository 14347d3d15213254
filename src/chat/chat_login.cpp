// Chat: who one is. Names, passwords (checked elsewhere: a hash takes a fifth of a second), tokens, guests.
#include "base/check.h"
#include "chat/chat.h"

#include <algorithm>
#include <utility>

namespace veche::chat {

using base::AccountId;
using base::RoomId;

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
  } else if (user_named(name.folded) != nullptr) {
    return refuse(asker.id, Refusal::name_in_use);
  } else if (!policy_.registration) {
    answer.state = NameState::unknown;  // reserved names too: one of them may be an account
    answer.password_hash = policy_.decoy_hash;
  } else {
    const NameOrFault fresh = parse_name(command.name, policy_.name_code_points_max);
    if (const NameFault* fault = std::get_if<NameFault>(&fresh)) return refuse(asker.id, refusal_of(*fault));
    if (ban_on(asker.session, name, false)) return refuse(asker.id, Refusal::name_banned);
  }
  if (!policy_.registration && answer.state == NameState::registered)
    answer.name = name.text;  // tells nothing
  out().to_session(asker.id, std::move(answer));
}

void Chat::handle(const Asker& asker, const LogIn& command) {
  if (asker.user != nullptr) return refuse(asker.id, Refusal::stale);
  const AccountRecord* account = accounts_.find(command.account);
  if (account == nullptr || account->password_hash != command.password_hash)
    return refuse(asker.id, Refusal::stale);
  enter_account(asker, *account, command.introduction);
}

void Chat::handle(const Asker& asker, const LogInFailed& command) {
  const std::string folded = fold_name(command.name).value_or(command.name);
  out().to_session(asker.id,
                   LogInRefused{guesses_.failed(base::address_text(asker.session.address), folded, now_)});
}

void Chat::handle(const Asker& asker, const LogInWithToken& command) {
  if (asker.user != nullptr) return refuse(asker.id, Refusal::stale);
  const AccountId id = accounts_.token_owner(command.token, now_);
  const AccountRecord* account = accounts_.find(id);
  const std::string wanted = fold_name(command.name).value_or("");
  if (account == nullptr || (!command.name.empty() && *fold_name(account->name) != wanted)) {
    return handle(asker, LogInFailed{command.name});
  }
  enter_account(asker, *account, command.introduction);
}

void Chat::enter_account(const Asker& asker, const AccountRecord& account,
                         const IntroductionPtr& introduction) {
  const Name name{account.name, *fold_name(account.name)};
  if (const SanctionRecord* ban = ban_on(asker.session, name, true)) return drop_banned(asker.id, *ban);
  const AccountId id = account.id;
  remember_address(asker, id);
  enter(asker, name, id, false, introduction);
}

void Chat::handle(const Asker& asker, const Register& command) {
  if (!policy_.registration) return refuse(asker.id, Refusal::registration_off);
  if (store_closed_) return refuse(asker.id, *store_closed_);
  if (asker.user != nullptr) return register_guest(asker, command.password_hash);
  const NameOrFault parsed = parse_name(command.name, policy_.name_code_points_max);
  if (const NameFault* fault = std::get_if<NameFault>(&parsed)) return refuse(asker.id, refusal_of(*fault));
  const Name& name = std::get<Name>(parsed);
  if (accounts_.find(name.folded) != nullptr) return refuse(asker.id, Refusal::name_registered);
  if (user_named(name.folded) != nullptr) return refuse(asker.id, Refusal::name_in_use);
  if (ban_on(asker.session, name, true)) return refuse(asker.id, Refusal::name_banned);
  const AccountId id = accounts_.add(name, command.password_hash, now_, out());
  remember_address(asker, id);
  enter(asker, name, id, true);
}

/// A guest makes an account of the name that he has; he stays where he is.
void Chat::register_guest(const Asker& asker, std::string password_hash) {
  if (asker.user->account) return refuse(asker.id, Refusal::guests_only);
  if (ban_on(asker.session, asker.user->name, true)) return refuse(asker.id, Refusal::name_banned);
  undo_.keep(users_, asker.user->id);
  asker.user->account = accounts_.add(asker.user->name, std::move(password_hash), now_, out());
  look_changed(*asker.user);
  remember_address(asker, asker.user->account);
  const PersonPtr self = look_of(*asker.user);
  to_all_who_follow(*asker.user, make_event(AccountChanged{self, now_}), asker.id);
  out().to_session(asker.id, LoggedIn{self->name, false, true, asker.user->sessions.size(), self});
}

void Chat::handle(const Asker& asker, const EnterAsGuest& command) {
  if (asker.user != nullptr) return refuse(asker.id, Refusal::stale);
  if (policy_.accounts_required) return refuse(asker.id, Refusal::account_required);
  const NameOrFault parsed = parse_name(command.name, policy_.name_code_points_max);
  if (const NameFault* fault = std::get_if<NameFault>(&parsed)) return refuse(asker.id, refusal_of(*fault));
  const Name& name = std::get<Name>(parsed);
  if (accounts_.find(name.folded) != nullptr) return refuse(asker.id, Refusal::name_registered);
  if (user_named(name.folded) != nullptr) return refuse(asker.id, Refusal::name_in_use);
  if (ban_on(asker.session, name, false)) return refuse(asker.id, Refusal::name_banned);
  enter(asker, name, {}, false, command.introduction);
}

/// The session becomes `name`: a new user, or one more session of one who is here, who stays as he introduced
/// himself.
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
    handle(Asker{asker.id, asker.session, user}, Join{policy_.default_room, {}});
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

  const Name old_name = user.name;
  const PersonPtr old_look = look_of(user);
  const bool is_other = old_name.folded != name.folded;
  if (is_other) note_past(user, old_look);
  undo_.keep(users_by_name_, user.name.folded);
  undo_.keep(users_by_name_, name.folded);
  undo_.keep(users_, user.id);
  users_by_name_.erase(user.name.folded);
  users_by_name_[name.folded] = user.id;
  user.name = name;
  look_changed(user);
  const EventPtr event = make_event(Renamed{old_name.text, name.text, old_look, now_});
  to_all_who_see(user, event, asker.id);
  out().to_session(asker.id, event);
  if (!is_other) return;
  tell_watchers_absent(old_name);
  tell_watchers_present(user);
}

void Chat::handle(const Asker& asker, const AskCredentials&) {
  if (!asker.user->account) return refuse(asker.id, Refusal::accounts_only);
  out().to_session(asker.id,
                   Credentials{asker.user->name.text, accounts_.find(asker.user->account)->password_hash});
}

void Chat::handle(const Asker& asker, const SetPassword& command) {
  if (store_closed_) return refuse(asker.id, *store_closed_);
  if (!asker.user->account) return refuse(asker.id, Refusal::accounts_only);
  accounts_.set_password(asker.user->account, command.password_hash, out());
  out().to_session(asker.id, PasswordSet{});
}

void Chat::handle(const Asker& asker, const KeepToken& command) {
  if (!asker.user->account) return refuse(asker.id, Refusal::accounts_only);
  if (store_closed_) return refuse(asker.id, *store_closed_);
  const base::WallTime expires = now_ + policy_.token_lifetime;
  accounts_.keep_token({command.token, asker.user->account, now_, expires}, out());
  out().to_session(asker.id, TokenKept{expires});
}

void Chat::handle(const Asker& asker, const Forget& command) {
  if (!asker.user->account) return refuse(asker.id, Refusal::accounts_only);
  if (store_closed_) return refuse(asker.id, *store_closed_);
  if (command.everything) {
    accounts_.forget_all(asker.user->account, out());
  } else {
    accounts_.forget_address(asker.user->account, base::address_text(asker.session.address), out());
  }
  out().to_session(asker.id, Forgotten{command.everything});
}

}  // namespace veche::chat
