#include "session/irc_encoder.h"

#include "base/text.h"
#include "base/text_cut.h"
#include "session/irc_modes.h"
#include "session/irc_name.h"

#include <fmt/core.h>

#include <chrono>
#include <iterator>
#include <vector>

namespace veche::session {
namespace {

constexpr std::size_t kModesPerLine = 12;
constexpr std::size_t kModeParameterBytesMax = 350;  // of one line's parameters together

/// Lines of MODE for changes as they happened; each with at most kModesPerLine of them.
class ModeLines {
 public:
  void add(const chat::RoomChange& change) {
    using What = chat::RoomChange::What;
    switch (change.what) {
      case What::flag:
        return add(change.on, letter_of(change.flag), {});
      case What::key:
        return add(change.on, 'k', change.on ? change.text : "*");
      case What::limit:
        return add(change.on, 'l', change.on ? std::to_string(change.limit) : "");
      case What::forward:
        return add(change.on, 'f', change.on ? irc_channel(change.text) : "");
      case What::rank:
        return add(change.on, letter_of(change.rank), irc_nick(change.text));
      case What::mask:
        return add_mask(change);
      case What::slow:
        return add(change.on, 'W', change.on ? std::to_string(change.limit) : "");
      case What::joining:
        return add(change.on, 'j', change.on ? join_limit_text(change.joining) : "");
    }
  }

  struct Line {
    std::string letters;
    std::vector<std::string> parameters;
    std::size_t count = 0;
    std::size_t bytes = 0;
    char sign = 0;
  };
  const std::vector<Line>& lines() const { return lines_; }

 private:
  void add_mask(const chat::RoomChange& change) {
    const std::string text = mask_text(change.mask_on, change.text);
    switch (change.list) {
      case chat::MaskList::bans:
        return add(change.on, 'b', text);
      case chat::MaskList::exceptions:
        return add(change.on, 'e', text);
      case chat::MaskList::invite_exceptions:
        return add(change.on, 'I', text);
      case chat::MaskList::mutes:
        return add(change.on, 'b', "m:" + text);
    }
  }

  void add(bool on, char letter, std::string parameter) {
    if (lines_.empty() || lines_.back().count == kModesPerLine ||
        lines_.back().bytes + parameter.size() > kModeParameterBytesMax) {
      lines_.emplace_back();
    }
    Line& line = lines_.back();
    const char sign = on ? '+' : '-';
    if (line.sign != sign) line.letters += line.sign = sign;
    line.letters += letter;
    ++line.count;
    line.bytes += parameter.size();
    if (!parameter.empty()) line.parameters.push_back(std::move(parameter));
  }

  std::vector<Line> lines_;
};

struct Encoder {
  Caps caps;
  const Moment& moment;
  std::string& out;

  /// Begins a line of somebody's; the writer ends it.
  void begin(wire::IrcWriter& line, const chat::PersonPtr& person, base::WallTime time,
             std::string_view command) const {
    write_tags(line, caps, {time, person.get(), {}, {}});
    write_source(line, person.get(), moment);
    line.command(command);
  }

  void operator()(const chat::Said& event) const {
    const chat::Message& message = *event.message;
    const std::string id = has(caps, Cap::message_tags) ? message_id_text(message.id, message.time) : "";
    std::string target = irc_channel(event.room);
    for (const RankLetter& row : rank_letters()) {
      if (event.to == chat::bit(row.rank)) target.insert(target.begin(), row.prefix);
    }
    write_message(out, caps, {message.time, event.person.get(), id, event.tags}, *event.person, message.kind,
                  target, message.text);
  }
  void operator()(const chat::Tagged& event) const {
    if (!has(caps, Cap::message_tags)) return;
    std::string target = is_channel(event.target) ? irc_channel(event.target) : irc_nick(event.target);
    for (const RankLetter& row : rank_letters()) {
      if (event.to == chat::bit(row.rank)) target.insert(target.begin(), row.prefix);
    }
    wire::IrcWriter line(out);
    write_tags(line, caps,
               {event.time, event.person.get(), passing_id_text(event.serial, event.time), event.tags});
    write_source(line, event.person.get(), moment);
    line.command("TAGMSG").middle(target);
  }
  void operator()(const chat::Arrived& event) const {
    const std::string channel = irc_channel(event.room);
    {
      wire::IrcWriter line(out);
      begin(line, event.person, event.time, "JOIN");
      line.middle(channel);
      if (has(caps, Cap::extended_join)) {
        const std::string& account = event.person->account;
        line.middle(account.empty() ? "*" : irc_nick(account));
        line.trailing(event.realname.empty() ? event.person->name : event.realname);
      }
    }
    if (!event.away.empty() && has(caps, Cap::away_notify)) {
      wire::IrcWriter line(out);
      begin(line, event.person, event.time, "AWAY");
      line.trailing(event.away);
    }
    if (event.ranks == 0) return;
    wire::IrcWriter line(out);
    begin(line, nullptr, event.time, "MODE");
    std::string letters = "+";
    for (const RankLetter& row : rank_letters()) {
      if ((event.ranks & chat::bit(row.rank)) != 0) letters += row.letter;
    }
    line.middle(channel).middle(letters);
    for (std::size_t i = 1; i < letters.size(); ++i) line.middle(irc_nick(event.name));
  }
  void operator()(const chat::Departed& event) const {
    wire::IrcWriter line(out);
    begin(line, event.person, event.time, "PART");
    line.middle(irc_channel(event.room));
    if (!event.reason.empty()) line.trailing(event.reason);
  }
  void operator()(const chat::Quit& event) const {
    wire::IrcWriter line(out);
    begin(line, event.person, event.time, "QUIT");
    if (event.put_out) {
      line.trailing(event.reason.empty() ? "Removed by an operator"
                                         : "Removed by an operator: " + event.reason);
    } else {
      const bool said = !event.lost && !event.reason.empty();
      line.trailing(event.reason.empty() ? "Quit" : said ? "Quit: " + event.reason : event.reason);
    }
  }
  void operator()(const chat::Renamed& event) const {
    wire::IrcWriter line(out);
    begin(line, event.person, event.time, "NICK");
    line.middle(irc_nick(event.new_name));
  }
  void operator()(const chat::Expelled& event) const {
    wire::IrcWriter line(out);
    begin(line, event.by, event.time, "KICK");
    const std::string_view by = event.by ? std::string_view(event.by->name) : moment.server_name;
    line.middle(irc_channel(event.room))
        .middle(irc_nick(event.name))
        .trailing(event.reason.empty() ? by : event.reason);
  }
  void operator()(const chat::TopicSet& event) const {
    wire::IrcWriter line(out);
    begin(line, event.by, event.time, "TOPIC");
    line.middle(irc_channel(event.room)).trailing(event.text);
  }
  void operator()(const chat::RoomChanged& event) const {
    ModeLines lines;
    for (const chat::RoomChange& change : event.changes) lines.add(change);
    for (const ModeLines::Line& mode : lines.lines()) {
      wire::IrcWriter line(out);
      begin(line, event.by, event.time, "MODE");
      line.middle(irc_channel(event.room)).middle(mode.letters);
      for (const std::string& parameter : mode.parameters) line.echo(parameter);
    }
  }
  void operator()(const chat::AwayChanged& event) const {
    if (!has(caps, Cap::away_notify)) return;
    wire::IrcWriter line(out);
    begin(line, event.person, event.time, "AWAY");
    if (!event.text.empty()) line.trailing(event.text);
  }
  void operator()(const chat::RealnameChanged& event) const {
    if (!has(caps, Cap::setname)) return;
    wire::IrcWriter line(out);
    begin(line, event.person, event.time, "SETNAME");
    line.trailing(event.realname);
  }
  void operator()(const chat::HostChanged& event) const {
    if (!has(caps, Cap::chghost)) return;
    wire::IrcWriter line(out);
    begin(line, event.person, event.time, "CHGHOST");
    line.middle(event.person->username).middle(event.host);
  }
  void operator()(const chat::AccountChanged& event) const {
    if (!has(caps, Cap::account_notify)) return;
    wire::IrcWriter line(out);
    begin(line, event.person, event.time, "ACCOUNT");
    line.middle(event.person->account.empty() ? "*" : irc_nick(event.person->account));
  }
  void operator()(const chat::Slowed& event) const {
    wire::IrcWriter line(out);
    begin(line, nullptr, moment.now, "MODE");
    line.middle(irc_channel(event.room)).middle(event.interval.count() == 0 ? "-W" : "+W");
    if (event.interval.count() != 0) line.middle(std::to_string(event.interval.count()));
  }
  template <class Other>
  void operator()(const Other&) const {}  // answers to one session: the session's own to tell
};

}  // namespace

void encode_irc(const chat::Event& event, Caps caps, const Moment& moment, std::string& out) {
  std::visit(Encoder{caps, moment, out}, event);
}

void write_tags(wire::IrcWriter& line, Caps caps, const LineTags& tags) {
  if (has(caps, Cap::server_time)) line.tag("time", server_time_text(tags.time));
  if (has(caps, Cap::account_tag) && tags.person != nullptr && !tags.person->account.empty()) {
    line.tag("account", tags.person->account);
  }
  if (!has(caps, Cap::message_tags)) return;
  if (!tags.msgid.empty()) line.tag("msgid", tags.msgid);
  if (tags.person != nullptr && tags.person->bot) line.tag("bot", "");  // IRCv3 bot-mode
  if (!tags.client_tags.empty()) line.escaped_tags(tags.client_tags);
}

void write_source(wire::IrcWriter& line, const chat::Person* person, const Moment& moment) {
  if (person == nullptr) {
    line.source(moment.server_name);
  } else {
    line.source(irc_nick(person->name), person->username, person->host);
  }
}

void write_message(std::string& out, Caps caps, const LineTags& tags, const chat::Person& person,
                   chat::MessageKind kind, std::string_view target, std::string_view text) {
  constexpr std::string_view kActionBegin =
      "\x01"
      "ACTION ";
  constexpr std::string_view kActionEnd = "\x01";
  const bool action = kind == chat::MessageKind::action;
  const std::string_view command = kind == chat::MessageKind::notice ? "NOTICE" : "PRIVMSG";
  const std::string nick = irc_nick(person.name);
  const std::size_t source_bytes = nick.size() + person.username.size() + person.host.size() + 2;
  std::size_t room = wire::max_text_bytes(source_bytes, command, target);
  if (action) room -= std::min(room, kActionBegin.size() + kActionEnd.size());
  LineTags now = tags;
  do {
    const std::string_view part = base::next_chunk(text, room);
    wire::IrcWriter line(out);
    write_tags(line, caps, now);
    line.source(nick, person.username, person.host).command(command).middle(target);
    if (action) {
      line.trailing(kActionBegin).more(part).more(kActionEnd);
    } else {
      line.trailing(part);
    }
    now.msgid = {};
    now.client_tags = {};
  } while (!text.empty());
}

std::string message_id_text(base::MessageId id, base::WallTime time) {
  return fmt::format("{:x}-{:x}", id.value, time.time_since_epoch().count());
}

std::string passing_id_text(std::uint64_t serial, base::WallTime time) {
  return fmt::format("p{:x}-{:x}", serial, time.time_since_epoch().count());
}

std::string server_time_text(base::WallTime time) {
  using namespace std::chrono;
  const auto day = floor<days>(time);
  const year_month_day date{day};
  const hh_mm_ss clock{floor<milliseconds>(time - day)};
  return fmt::format("{:04}-{:02}-{:02}T{:02}:{:02}:{:02}.{:03}Z", static_cast<int>(date.year()),
                     static_cast<unsigned>(date.month()), static_cast<unsigned>(date.day()),
                     clock.hours().count(), clock.minutes().count(), clock.seconds().count(),
                     clock.subseconds().count());
}

std::string mask_of(const chat::Person& person) {
  return fmt::format("{}!{}@{}", irc_nick(person.name), person.username, person.host);
}

}  // namespace veche::session
