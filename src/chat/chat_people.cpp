// Chat: what people are to each other: how they look, where they are, who is told of them.
#include "chat/chat.h"

namespace veche::chat {

PersonPtr Chat::person_of(User& user) {
  if (user.person) return user.person;
  Person person;
  person.name = user.name.text;
  person.username = user.profile ? user.profile->username : "~veche";
  const auto session = user.sessions.empty() ? sessions_.end() : sessions_.find(user.sessions[0]);
  if (session != sessions_.end()) person.host = base::address_text(session->second.address);
  if (user.account) person.account = user.name.text;
  person.bot = user.profile && (user.profile->flags & bit(UserFlag::bot)) != 0;
  return user.person = std::make_shared<const Person>(std::move(person));
}

void Chat::handle(const Asker& asker, const SetAway&) { refuse(asker.id, Refusal::not_logged_in); }
void Chat::handle(const Asker& asker, const SetRealname&) { refuse(asker.id, Refusal::not_logged_in); }
void Chat::handle(const Asker& asker, const SetFlags&) { refuse(asker.id, Refusal::not_logged_in); }
void Chat::handle(const Asker& asker, const Accept&) { refuse(asker.id, Refusal::not_logged_in); }
void Chat::handle(const Asker& asker, const HoldOffice&) { refuse(asker.id, Refusal::not_logged_in); }
void Chat::handle(const Asker& asker, const Wallop&) { refuse(asker.id, Refusal::not_logged_in); }
void Chat::handle(const Asker& asker, const AskPeople&) { refuse(asker.id, Refusal::not_logged_in); }
void Chat::handle(const Asker& asker, const AskPast&) { refuse(asker.id, Refusal::not_logged_in); }
void Chat::handle(const Asker& asker, const Watch&) { refuse(asker.id, Refusal::not_logged_in); }
void Chat::handle(const Asker& asker, const AskCounts&) { refuse(asker.id, Refusal::not_logged_in); }

}  // namespace veche::chat
