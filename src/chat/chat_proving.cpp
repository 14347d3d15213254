// Chat: whose account is whose. A program proves first that an account is its person's, and comes in later;
// or somebody who is here already proves it, and becomes that account.
#include "chat/chat.h"

#include <memory>
#include <utility>

namespace veche::chat {

using base::AccountId;
using base::UserId;

void Chat::handle(const Asker& asker, const AskSecrets& command) {
  Secrets answer{command.name, {}, policy_.decoy_hash};
  const auto folded = fold_name(command.name);
  if (const AccountRecord* account = folded ? accounts_.find(*folded) : nullptr) {
    answer.account = account->id;
    answer.password_hash = account->password_hash;
    answer.scram = account->scram;
    answer.wants_scram = !account->scram;
  }
  out().to_session(asker.id, std::move(answer));
}

bool Chat::prove(const Asker& asker, AccountId id, bool new_account) {
  const std::string name = accounts_.find(id)->name;
  if (ban_on(asker.session, {name, *fold_name(name)}, true)) {
    refuse(asker.id, Refusal::account_banned, name);
    return false;
  }
  out().to_session(asker.id, Authenticated{name, new_account});
  remember_address(asker, id);
  if (asker.user != nullptr) {
    become(asker, *accounts_.find(id));
  } else {
    undo_.keep(sessions_, asker.id);
    asker.session.account = id;
  }
  return true;
}

void Chat::handle(const Asker& asker, const EnterAccount& command) {
  const AccountRecord* account = accounts_.find(asker.session.account);
  if (asker.user != nullptr || account == nullptr) return refuse(asker.id, Refusal::stale);
  enter_account(asker, *account, command.introduction);
}

/// Who is here becomes `account`. A guest, who has one session, takes it with him wherever he is, unless the
/// account is here already.
void Chat::become(const Asker& asker, const AccountRecord& account) {
  User& user = *asker.user;
  if (user.account == account.id) return;
  const User* holder = user_named(*fold_name(account.name));
  const bool is_here = holder != nullptr && holder != &user;
  if (user.account || is_here) return change_user(asker, account);
  call_user(asker, {account.name, *fold_name(account.name)}, account.id);
  const PersonPtr self = look_of(user);
  out().to_session(asker.id, LoggedIn{self->name, false, false, user.sessions.size(), self});
  give_standing_ranks(asker);
}

/// The session leaves its user, who goes if it was his last one, for that of `account`.
void Chat::change_user(const Asker& asker, const AccountRecord& account) {
  User& user = *asker.user;
  const PersonPtr old_look = look_of(user);
  const Profile profile = profile_of(user);
  undo_.keep(users_, user.id);
  undo_.keep(sessions_, asker.id);
  for (const Membership& in : user.rooms) {
    out().effects.push_back(Unsubscribe{asker.id, in.room});
    out().to_session(asker.id, Left{in.room, room_of(in.room)->name.text, user.name.text, {}, old_look});
  }
  if (user.sessions.size() == 1) note_past(user, old_look);
  leave_user(asker.id, user, Quit{user.name.text, {}, false, false, old_look, now_}, true);
  asker.session.user = {};
  count_unknown(+1);  // for a moment

  const Name name{account.name, *fold_name(account.name)};
  out().to_session(asker.id, Renamed{old_look->name, name.text, old_look, now_});
  enter(Asker{asker.id, asker.session, nullptr}, name, account.id, false,
        std::make_shared<const Introduction>(Introduction{profile.username, profile.realname}));
  const Profile& now = profile_of(users_.at(asker.session.user));
  if (now.flags != profile.flags || *now.office != *profile.office) {
    out().to_session(asker.id, FlagsChanged{now.flags, *now.office});
  }
}

}  // namespace veche::chat
