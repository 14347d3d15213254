#include "session/line_words.h"

#include "base/text.h"

#include <algorithm>
#include <array>
#include <cstdint>

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
    case Refusal::lockdown_fresh:
      return {"lockdown", N_("No accounts are made at present. Please try again later.")};
    case Refusal::lockdown_accounts:
      return {"lockdown", N_("Only those who have an account are let in at present.")};
    case Refusal::addresses_unknown:
      return {"no-addresses", N_("No addresses are remembered here (accounts.remember_addresses).")};
    case Refusal::no_such_account:
      return {"no-such-account", N_("There is no such account.")};
    case Refusal::history_off:
      return {"history-off", N_("This server keeps no history.")};
    case Refusal::stale:
      return {"stale", N_("The account changed meanwhile; please log in again.")};
    case Refusal::not_logged_in:
      return {"not-logged-in", N_("Please say first who you are.")};
    case Refusal::name_banned:
      return {"name-banned", N_("That name is banned here.")};
    case Refusal::muted:
      return {"muted", N_("You are muted."), N_("You are muted for {} more.")};
    case Refusal::too_fast:
      return {"too-fast", N_("Too fast for this room; that message was not sent."),
              N_("Too fast for this room: you may speak again in {}.")};
    case Refusal::guests_only_answer:
      return {"accounts-only",
              N_("Private messages need an account here: /password makes one of your name.")};
    case Refusal::renames_too_fast:
      return {"too-fast", N_("You change your name too often."),
              N_("You change your name too often; you may again in {}.")};
    case Refusal::joins_too_fast:
      return {"too-fast", N_("You enter rooms too often."),
              N_("You enter rooms too often; you may again in {}.")};
    case Refusal::room_throttled:
      return {"room-throttled", N_("Too many enter that room just now; try again in a while.")};
    case Refusal::no_such_session:
      return {"no-such-session", N_("There is no such session.")};
    case Refusal::no_such_sanction:
      return {"no-such-ban", N_("There is no such ban or mute.")};
    case Refusal::too_many_sanctions:
      return {"too-many-bans", N_("That is more bans and mutes than there may be.")};
    case Refusal::rank_needed:
      return {"rank-needed", N_("Only the room's operators may do that.")};
    case Refusal::room_full:
      return {"room-full", N_("That room is full.")};
    case Refusal::invitation_needed:
      return {"invitation-needed", N_("One needs an invitation to that room.")};
    case Refusal::banned_from_room:
      return {"banned-from-room", N_("You are banned from that room.")};
    case Refusal::wrong_key:
      return {"wrong-key", N_("That room has a key, and this is not it: /join ROOM KEY.")};
    case Refusal::account_needed:
      return {"account-needed", N_("Only people with an account may come into that room.")};
    case Refusal::may_not_speak:
      return {"may-not-speak", N_("You may not speak in that room.")};
    case Refusal::notices_off:
      return {"notices-off", N_("Notices are not taken in that room.")};
    case Refusal::queries_off:
      return {"queries-off", N_("That room takes no queries of programs.")};
    case Refusal::renames_off:
      return {"renames-off", N_("In one of your rooms people keep their names.")};
    case Refusal::member_not_in_room:
      return {"not-a-member", N_("That person is not in the room.")};
    case Refusal::already_in_room:
      return {"already-in-room", N_("That person is in the room already.")};
    case Refusal::list_full:
      return {"list-full", N_("That list of the room is full.")};
    case Refusal::no_such_entry:
      return {"no-such-entry", N_("That is not on the room's list.")};
    case Refusal::bad_forward:
      return {"bad-forward", N_("People can only be sent on to a room whose operator you are.")};
    case Refusal::room_exists:
      return {"room-exists", N_("There is a room of that name already.")};
    case Refusal::knock_needless:
      return {"knock-needless", N_("You may just come in: /join.")};
    case Refusal::knock_too_soon:
      return {"knock-too-soon", N_("You have knocked there a moment ago.")};
    case Refusal::knocks_off:
      return {"knocks-off", N_("One cannot knock at that room.")};
    case Refusal::registered_already:
      return {"registered-already", N_("That room is registered already.")};
    case Refusal::not_registered:
      return {"not-registered", N_("That room is not registered.")};
    case Refusal::room_registration_off:
      return {"room-registration-off", N_("Rooms are registered by the operator here.")};
    case Refusal::charter_rank_needed:
      return {"founder-needed", N_("Only the room's founder, or who has a higher rank there, may do that.")};
    case Refusal::charters_full:
      return {"too-many-rooms-registered", N_("That account has registered as many rooms as it may.")};
    case Refusal::standing_full:
      return {"ranks-full", N_("That room keeps as many ranks as it may.")};
    case Refusal::asks_first:
      return {"asks-first",
              N_("That person takes messages only from people he has accepted; he is told that you wrote.")};
    case Refusal::asked_already:
      return {"asked-already", N_("That person has been told already that you wrote.")};
    case Refusal::takes_accounts_only:
      return {"takes-accounts-only", N_("That person takes messages only from people with an account.")};
    case Refusal::not_an_operator:
      return {"not-an-operator", N_("Only operators of the server may do that.")};
    case Refusal::watch_full:
      return {"watch-full", N_("That is more names than can be watched.")};
    case Refusal::accept_full:
      return {"accept-full", N_("That is more names than can be accepted.")};
    case Refusal::accepted_already:
      return {"accepted-already", N_("That person is accepted already.")};
    case Refusal::not_accepted:
      return {"not-accepted", N_("That person was not accepted.")};
    case Refusal::account_banned:
      return {"account-banned", N_("That account is banned here.")};
    case Refusal::certificate_invalid:
      return {"certificate-invalid", N_("A certificate's fingerprint is 64 hexadecimal digits (SHA-256).")};
    case Refusal::certificate_taken:
      return {"certificate-taken", N_("That certificate opens another account.")};
    case Refusal::certificates_full:
      return {"certificates-full", N_("That is more certificates than an account may have.")};
    case Refusal::no_such_certificate:
      return {"no-such-certificate", N_("Your account has no such certificate.")};
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
    case CloseCause::lost:
      return {"bye", N_("Bye.")};
    case CloseCause::shutdown:
      return {"shutdown", N_("The server is going down. Bye.")};
    case CloseCause::account_removed:
      return {"account-removed", N_("Your account was removed.")};
    case CloseCause::too_many_connections:
      return {"too-many-connections", N_("Too many connections from your address.")};
    case CloseCause::connecting_too_fast:
      return {"connecting-too-fast", N_("Your address connects too often."),
              N_("Your address connects too often. Try again in {}.")};
    case CloseCause::network_too_many:
      return {"too-many-connections", N_("Too many connections from your network.")};
    case CloseCause::network_too_fast:
      return {"connecting-too-fast", N_("Your network connects too often."),
              N_("Your network connects too often. Try again in {}.")};
    case CloseCause::address_unknown:
      return {"lockdown", N_("Only addresses from which somebody has logged in before are let in at present. "
                             "Please try again later.")};
    case CloseCause::kicked:
      return {"kicked", N_("You were put out.")};
    case CloseCause::banned:
      return {"banned", N_("You are banned from here."), N_("You are banned from here for {} more.")};
    case CloseCause::drained:
      return {"drained", N_("The operator sends everybody away.")};
    case CloseCause::identities_cleared:
      return {"identities-cleared", N_("All accounts were removed; please connect again.")};
  }
  return {"closed", N_("Closed.")};
}

std::string time_words(const base::Translator& t, std::chrono::seconds time) {
  constexpr std::uint64_t kMinute = 60, kHour = 60 * kMinute, kDay = 24 * kHour;
  const auto round_up = [](std::uint64_t count, std::uint64_t unit) {
    return (count + unit - 1) / unit * unit;
  };
  auto left = static_cast<std::uint64_t>(std::max(time, std::chrono::seconds{0}).count());
  if (left > kHour) left = round_up(left, kMinute);
  if (left > kDay) left = round_up(left, kHour);

  const std::array<std::string, 4> parts = {
      left < kDay ? "" : t.plural("{} day", "{} days", left / kDay),
      left % kDay < kHour ? "" : t.plural("{} hour", "{} hours", left % kDay / kHour),
      left % kHour < kMinute ? "" : t.plural("{} minute", "{} minutes", left % kHour / kMinute),
      left % kMinute == 0 && left > 0 ? "" : t.plural("{} second", "{} seconds", left % kMinute),
  };
  std::string text;
  for (const std::string& part : parts) {
    if (!text.empty() && !part.empty()) text += ' ';
    text += part;
  }
  return text;
}

std::string sentence(const base::Translator& t, const Words& words, std::chrono::seconds left,
                     std::string_view reason) {
  const bool timed = left > std::chrono::seconds{0} && !words.timed.empty();
  std::string text = timed ? t(words.timed, time_words(t, left)) : t(words.english);
  const std::string clean = base::printable(reason);
  if (base::trim(clean).empty()) return text;
  if (text.ends_with('.')) text.pop_back();
  return text + ": " + clean;
}

}  // namespace veche::session
