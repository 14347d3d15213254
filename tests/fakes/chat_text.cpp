#include "tests/fakes/chat_text.h"

#include <string>
#include <utility>
#include <variant>
#include <vector>

namespace veche::fakes {
namespace {

std::string joined_by_comma(const Lines& words) {
  std::string text;
  for (const std::string& word : words) text += (text.empty() ? "" : ",") + word;
  return text;
}

/// ": text", or nothing.
std::string after_colon(const std::string& text) { return text.empty() ? "" : ": " + text; }
std::string name_of(const chat::PersonPtr& person) { return person ? person->name : "nobody"; }

struct EventWords {
  std::string operator()(const chat::Said& e) const {
    const std::string room = e.room + (e.to == 0 ? "" : "/" + std::to_string(e.to));
    const std::string tags = e.tags.empty() ? "" : " {" + e.tags + "}";
    switch (e.message->kind) {
      case chat::MessageKind::action:
        return room + " * " + e.message->sender + " " + e.message->text + tags;
      case chat::MessageKind::notice:
        return room + " -" + e.message->sender + "- " + e.message->text + tags;
      default:
        return room + " " + e.message->sender + ": " + e.message->text + tags;
    }
  }
  std::string operator()(const chat::Tagged& e) const {
    return "tagged " + e.target + (e.to == 0 ? "" : "/" + std::to_string(e.to)) + " " + name_of(e.person) +
           " {" + e.tags + "}";
  }
  std::string operator()(const chat::Arrived& e) const { return "arrived " + e.room + " " + e.name; }
  std::string operator()(const chat::Departed& e) const {
    return "departed " + e.room + " " + e.name + after_colon(e.reason);
  }
  std::string operator()(const chat::Expelled& e) const {
    return "expelled " + e.room + " " + e.name + " by " + name_of(e.by) + after_colon(e.reason);
  }
  std::string operator()(const chat::TopicSet& e) const {
    return "topic " + e.room + " by " + name_of(e.by) + after_colon(e.text);
  }
  std::string operator()(const chat::RoomChanged& e) const {
    Lines changes;
    for (const chat::RoomChange& change : e.changes) changes.push_back(to_text(change));
    return "changed " + e.room + " by " + name_of(e.by) + ": " + joined_by_comma(changes);
  }
  std::string operator()(const chat::RoomRenamed& e) const {
    return "room renamed " + e.old_name + " " + e.new_name + " by " + name_of(e.by) + after_colon(e.reason);
  }
  std::string operator()(const chat::HostChanged& e) const {
    return "host of " + e.person->name + ": " + e.person->host + " -> " + e.host;
  }
  std::string operator()(const chat::AccountChanged& e) const {
    return "account " + e.person->name + " " + e.person->account;
  }
  std::string operator()(const chat::Invited& e) const {
    return "invited " + e.name + " to " + e.room + " by " + name_of(e.by) + (e.away.empty() ? "" : ", away");
  }
  std::string operator()(const chat::Knocked& e) const {
    return "knocked " + e.room + " by " + name_of(e.by) + after_colon(e.text);
  }
  std::string operator()(const chat::AskedToBeAccepted& e) const {
    return "asked to be accepted by " + name_of(e.by);
  }
  std::string operator()(const chat::AwayNoted& e) const { return e.name + " is away: " + e.text; }
  std::string operator()(const chat::Forwarded& e) const { return "forwarded " + e.from + " " + e.to; }
  std::string operator()(const chat::AccountView& e) const {
    return "account " + e.name + ", sessions " + std::to_string(e.sessions) + ": " + joined_by_comma(e.rooms);
  }
  std::string operator()(const chat::CharterView& e) const {
    if (e.founder.empty()) return "charter " + e.room + " no more";
    Lines ranks;
    for (const auto& [name, rank] : e.ranks)
      ranks.push_back(name + "=" + std::to_string(static_cast<int>(rank)));
    return "charter " + e.room + " of " + e.founder + (ranks.empty() ? "" : ": " + joined_by_comma(ranks));
  }
  std::string operator()(const chat::RoomView& e) const {
    return "room " + e.name + (e.member ? " member " + std::to_string(e.ranks) : "") +
           (e.secret_from_asker ? " secret" : "") + ": " + to_text(e.roster);
  }
  std::string operator()(const chat::RoomsView& e) const {
    Lines rooms;
    for (const auto& room : e.rooms) rooms.push_back(room.name + " " + std::to_string(room.members));
    return "rooms " + joined_by_comma(rooms);
  }
  std::string operator()(const chat::Quit& e) const {
    return "quit " + e.name + (e.reason.empty() ? "" : ": " + e.reason);
  }
  std::string operator()(const chat::Renamed& e) const { return "renamed " + e.old_name + " " + e.new_name; }
  std::string operator()(const chat::Greeting& e) const {
    return "greeting " + joined_by_comma(e.remembered);
  }
  std::string operator()(const chat::Refused& e) const { return "refused " + number(e.why); }
  std::string operator()(const chat::Closed& e) const { return "closed " + number(e.cause); }
  std::string operator()(const chat::Identified& e) const {
    return "identified " + e.name + " " + number(e.state) + " " + e.password_hash;
  }
  std::string operator()(const chat::LoggedIn& e) const {
    return "logged in " + e.name + (e.guest ? " as guest" : "") + (e.new_account ? " anew" : "");
  }
  std::string operator()(const chat::Secrets& e) const {
    return "secrets of " + e.name + ": " + e.password_hash + (e.account ? "" : " of nobody") +
           (e.scram ? " and keys" : "");
  }
  std::string operator()(const chat::Authenticated& e) const {
    return "proved to be " + e.name + (e.new_account ? ", which is new" : "");
  }
  std::string operator()(const chat::Certificates& e) const {
    return "certificates " + joined_by_comma(e.fingerprints);
  }
  std::string operator()(const chat::LogInRefused& e) const {
    return "wrong " + std::to_string(e.delay.count());
  }
  std::string operator()(const chat::Credentials& e) const { return "credentials " + e.password_hash; }
  std::string operator()(const chat::PasswordSet&) const { return "password set"; }
  std::string operator()(const chat::TokenKept&) const { return "token kept"; }
  std::string operator()(const chat::Forgotten& e) const {
    return e.everything ? "forgotten all" : "forgotten";
  }
  std::string operator()(const chat::Joined& e) const { return "joined " + e.name; }
  std::string operator()(const chat::Left& e) const { return "left " + e.name + after_colon(e.reason); }
  std::string operator()(const chat::Members& e) const { return "members " + joined_by_comma(e.names); }
  std::string operator()(const chat::Rooms& e) const {
    Lines rooms;
    for (const auto& room : e.rooms) rooms.push_back(room.name + " " + std::to_string(room.members));
    return "rooms " + joined_by_comma(rooms);
  }
  std::string operator()(const chat::Told& e) const {
    const bool notice = e.kind == chat::MessageKind::notice;
    const bool action = e.kind == chat::MessageKind::action;
    return e.sender +
           (notice   ? " notes: "
            : action ? " does: "
                     : " tells: ") +
           e.text + (e.tags.empty() ? "" : " {" + e.tags + "}");
  }
  std::string operator()(const chat::HistoryGranted& e) const { return "history " + std::to_string(e.count); }
  std::string operator()(const chat::SearchGranted& e) const { return "search " + e.words; }
  std::string operator()(const chat::Announced& e) const { return "announced " + e.text; }
  std::string operator()(const chat::Muted& e) const {
    return (e.muted ? "muted " : "not muted ") + std::to_string(e.lasts.count()) + " " + e.reason;
  }
  std::string operator()(const chat::Slowed& e) const {
    return "slowed " + e.room + " " + std::to_string(e.interval.count());
  }
  std::string operator()(const chat::OperatorAnswer& e) const {
    return e.refused ? "not done " + number(*e.refused) : "done";
  }

  // --- what people are to each other
  std::string operator()(const chat::AwayChanged& e) const {
    return "away " + e.person->name + (e.text.empty() ? " no more" : ": " + e.text);
  }
  std::string operator()(const chat::RealnameChanged& e) const {
    return "realname " + e.person->name + ": " + e.realname;
  }
  std::string operator()(const chat::FlagsChanged& e) const {
    return "flags " + std::to_string(e.flags) + (e.office.empty() ? "" : " office " + e.office);
  }
  std::string operator()(const chat::Accepted& e) const { return "accepted " + joined_by_comma(e.names); }
  std::string operator()(const chat::Walloped& e) const { return e.by->name + " to operators: " + e.text; }
  std::string operator()(const chat::People& e) const {
    Lines people;
    for (const auto& view : e.people) {
      std::string line = view.person->name;
      for (const auto& [room, ranks] : view.rooms) line += " " + room;
      people.push_back(std::move(line));
    }
    return "people " + joined_by_comma(people) +
           (e.missing.empty() ? "" : " missing " + joined_by_comma(e.missing)) + (e.truncated ? " ..." : "");
  }
  std::string operator()(const chat::Past& e) const {
    Lines people;
    for (const auto& line : e.people) people.push_back(line.person->name + " " + line.realname);
    return "past " + e.name + ": " + joined_by_comma(people);
  }
  std::string operator()(const chat::Present& e) const { return "present " + names_of(e.people); }
  std::string operator()(const chat::Absent& e) const { return "absent " + joined_by_comma(e.names); }
  std::string operator()(const chat::Watching& e) const {
    return "watching " + names_of(e.present) + " absent " + joined_by_comma(e.absent);
  }
  std::string operator()(const chat::Counts& e) const {
    return "counts users " + std::to_string(e.users) + " invisible " + std::to_string(e.invisible) +
           " operators " + std::to_string(e.operators) + " unknown " + std::to_string(e.unknown) + " rooms " +
           std::to_string(e.rooms) + " max " + std::to_string(e.users_max);
  }

  static std::string names_of(const std::vector<chat::PersonPtr>& people) {
    Lines names;
    for (const auto& person : people) names.push_back(person->name);
    return joined_by_comma(names);
  }

  template <class Other>
  std::string operator()(const Other&) const {
    return "event " + std::to_string(chat::event_kind<Other>());
  }
};

}  // namespace

std::string to_text(const chat::Roster& roster) {
  Lines names;
  for (std::size_t i = 0; i < roster.size(); ++i) {
    const chat::RosterEntry& entry = roster[i];
    names.push_back(entry.person->name + (entry.ranks == 0 ? "" : " " + std::to_string(entry.ranks)));
  }
  return joined_by_comma(names);
}

std::string to_text(const chat::RoomChange& change) {
  using enum chat::RoomChange::What;
  const std::string sign = change.on ? "+" : "-";
  switch (change.what) {
    case flag:
      return sign + "flag " + number(change.flag);
    case key:
      return sign + "key " + change.text;
    case limit:
      return sign + "limit " + std::to_string(change.limit);
    case forward:
      return sign + "forward " + change.text;
    case rank:
      return sign + "rank " + number(change.rank) + " " + change.text;
    case mask:
      return sign + "mask " + number(change.list) + " " + number(change.mask_on) + " " + change.text;
    case slow:
      return sign + "slow " + std::to_string(change.limit);
    case joining:
      return sign + "joining " + std::to_string(change.joining.joins) + ":" +
             std::to_string(change.joining.seconds);
  }
  return "?";
}

std::string to_text(const chat::Event& event) { return std::visit(EventWords{}, event); }

std::string to_text(const chat::Effect& effect) {
  struct Words {
    std::string operator()(const chat::ToSession& e) const {
      return "to " + number(e.session) + ": " + to_text(*e.event);
    }
    std::string operator()(const chat::ToRoom& e) const {
      return "to room " + number(e.room) + " but " + number(e.except) + ": " + to_text(*e.event);
    }
    std::string operator()(const chat::Subscribe& e) const {
      return "subscribe " + number(e.session) + " " + number(e.room);
    }
    std::string operator()(const chat::Unsubscribe& e) const {
      return "unsubscribe " + number(e.session) + " " + number(e.room);
    }
  };
  return std::visit(Words{}, effect);
}

}  // namespace veche::fakes
