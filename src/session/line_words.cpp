#include "session/line_words.h"

#include "base/i18n.h"

namespace veche::session {

using base::N_;
using chat::CloseCause;
using chat::Refusal;

Words words_for(Refusal refusal) {
  switch (refusal) {
    case Refusal::name_empty:
      return {"name-empty", N_("A name cannot be empty.")};
    case Refusal::name_too_long:
      return {"name-too-long", N_("That name is too long.")};
    case Refusal::name_not_utf8:
      return {"not-utf8", N_("A name must be UTF-8 text.")};
    case Refusal::name_unseen:
      return {"name-invalid", N_("A name cannot hold spaces, controls or invisible characters.")};
    case Refusal::name_bad_start:
      return {"name-invalid", N_("A name cannot begin with '#', '/', ':' or a combining mark.")};
    case Refusal::name_reserved:
      return {"name-reserved", N_("That name is reserved for the server.")};
    case Refusal::name_in_use:
      return {"name-in-use", N_("That name is in use.")};
    case Refusal::name_registered:
      return {"name-registered", N_("That name belongs to an account.")};
    case Refusal::room_name:
      return {"room-name", N_("A room's name is '#' and then letters without spaces, such as #tea.")};
    case Refusal::no_such_person:
      return {"no-such-name", N_("Nobody of that name is here.")};
    case Refusal::no_such_room:
      return {"no-such-room", N_("There is no such room.")};
    case Refusal::not_in_room:
      return {"not-in-room", N_("You are not in that room.")};
    case Refusal::too_many_rooms:
      return {"too-many-rooms", N_("That is more rooms than there may be.")};
    case Refusal::message_too_long:
      return {"too-long", N_("That message is too long and was not sent.")};
    case Refusal::message_empty:
      return {"empty", N_("That message is empty and was not sent.")};
    case Refusal::accounts_only:
      return {"accounts-only", N_("That needs an account: /password makes one of your name.")};
    case Refusal::guests_only:
      return {"guests-only", N_("That is for guests: you have an account.")};
    case Refusal::registration_off:
      return {"registration-off", N_("New accounts are made by the operator here.")};
    case Refusal::account_required:
      return {"account-required", N_("One needs an account here.")};
    case Refusal::no_such_account:
      return {"no-such-account", N_("There is no such account.")};
    case Refusal::history_off:
      return {"history-off", N_("This server keeps no history.")};
    case Refusal::stale:
      return {"stale", N_("The account changed meanwhile; please log in again.")};
    case Refusal::not_logged_in:
      return {"not-logged-in", N_("Please say first who you are.")};
    case Refusal::disk_full:
      return {"disk-full", N_("Not accepted: the server's disk is full.")};
    case Refusal::not_stored:
      return {"not-stored", N_("Not accepted: the server cannot write to its disk.")};
  }
  return {"refused", N_("Refused.")};
}

Words words_for(CloseCause cause) {
  switch (cause) {
    case CloseCause::asked:
      return {"bye", N_("Bye.")};
    case CloseCause::shutdown:
      return {"shutdown", N_("The server is going down. Bye.")};
    case CloseCause::account_removed:
      return {"account-removed", N_("Your account was removed.")};
    case CloseCause::too_many_connections:
      return {"too-many-connections", N_("Too many connections from your address.")};
    case CloseCause::connecting_too_fast:
      return {"connecting-too-fast", N_("Your address connects too often.")};
  }
  return {"closed", N_("Closed.")};
}

}  // namespace veche::session
