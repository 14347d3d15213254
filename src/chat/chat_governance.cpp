// Chat: how rooms are governed: topics, rules, lists, ranks, invitations.
#include "chat/chat.h"

namespace veche::chat {

void Chat::handle(const Asker& asker, const Expel&) { refuse(asker.id, Refusal::not_logged_in); }
void Chat::handle(const Asker& asker, const SetTopic&) { refuse(asker.id, Refusal::not_logged_in); }
void Chat::handle(const Asker& asker, const Invite&) { refuse(asker.id, Refusal::not_logged_in); }
void Chat::handle(const Asker& asker, const Knock&) { refuse(asker.id, Refusal::not_logged_in); }
void Chat::handle(const Asker& asker, const ChangeRoom&) { refuse(asker.id, Refusal::not_logged_in); }
void Chat::handle(const Asker& asker, const RenameRoom&) { refuse(asker.id, Refusal::not_logged_in); }
void Chat::handle(const Asker& asker, const AskRoom&) { refuse(asker.id, Refusal::not_logged_in); }
void Chat::handle(const Asker& asker, const AskRoomsView&) { refuse(asker.id, Refusal::not_logged_in); }

}  // namespace veche::chat
