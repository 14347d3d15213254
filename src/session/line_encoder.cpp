#include "session/line_encoder.h"

#include "base/text.h"
#include "chat/message_text.h"
#include "session/line_words.h"

#include <fmt/format.h>

#include <iterator>

namespace veche::session {
namespace {

using base::N_;
using base::Translator;

constexpr Variant kBare = 1;
constexpr Variant kShowRoom = 2;
constexpr unsigned kLanguageShift = 2;

struct RankWords {
  chat::Rank rank;
  std::string_view bare;
  std::string_view given;
  std::string_view taken;
};
constexpr RankWords kRanks[] = {
    {chat::Rank::voice, "voice", N_("{} has a voice in {} now."), N_("{} no longer has a voice in {}.")},
    {chat::Rank::half_operator, "half-operator", N_("{} is a half operator of {} now."),
     N_("{} is no longer a half operator of {}.")},
    {chat::Rank::oper, "operator", N_("{} is an operator of {} now."),
     N_("{} is no longer an operator of {}.")},
    {chat::Rank::admin, "administrator", N_("{} is an administrator of {} now."),
     N_("{} is no longer an administrator of {}.")},
    {chat::Rank::founder, "founder", N_("{} is a founder of {} now."),
     N_("{} is no longer a founder of {}.")},
};

struct LineWriter {
  const LineStyle& style;
  const Moment& moment;
  std::string& out;
  Translator t{style.language};

  template <class... Args>
  void bare(fmt::format_string<Args...> format, Args&&... args) {
    fmt::format_to(std::back_inserter(out), format, std::forward<Args>(args)...);
    out += line_end(style);
  }
  void person(std::string_view text) {
    out += text;
    out += line_end(style);
  }

  // What a person's terminal must not be told by others is taken out; programs get the text as it is.
  // Queries of programs are for programs that answer them: not shown (chat/message_text.h).
  void said(const chat::Message& message, std::string_view room, bool to_ranks = false) {
    const bool action = message.kind == chat::MessageKind::action;
    if (chat::is_query(message.text)) return;
    if (style.bare) return bare("{} {} {} {}", action ? "ME" : "MSG", room, message.sender, message.text);
    // "@#tea": not everybody there hears it.
    const std::string where = to_ranks          ? fmt::format("@{} ", room)
                              : style.show_room ? fmt::format("{} ", room)
                                                : "";
    person(fmt::format("[{}] {}{}", clock_text(message.time, moment), where, as_said(message)));
  }
  static std::string as_said(const chat::Message& message) {
    const std::string text = base::printable(message.text);
    switch (message.kind) {
      case chat::MessageKind::action:
        return fmt::format("* {} {}", message.sender, text);
      case chat::MessageKind::notice:
        return fmt::format("-{}- {}", message.sender, text);
      case chat::MessageKind::text:
        break;
    }
    return fmt::format("{}: {}", message.sender, text);
  }
  /// Who did something to a room.
  std::string doer(const chat::PersonPtr& by) const {
    if (by) return by->name;
    return style.bare ? "*" : t("The server");
  }
  /// For the end of a program's line.
  static std::string with_space(std::string_view text) {
    return text.empty() ? "" : fmt::format(" {}", text);
  }

  void operator()(const chat::Said& event) { said(*event.message, event.room, event.to != 0); }
  void operator()(const chat::Expelled& event) {
    const std::string by = doer(event.by);
    if (style.bare) return bare("KICK {} {} {}{}", event.room, event.name, by, with_space(event.reason));
    const std::string reason = base::printable(event.reason);
    person(reason.empty() ? t("{} has put {} out of {}.", by, event.name, event.room)
                          : t("{} has put {} out of {}: {}", by, event.name, event.room, reason));
  }
  void operator()(const chat::TopicSet& event) {
    const std::string by = doer(event.by);
    if (style.bare) return bare("TOPIC {} {}{}", event.room, by, with_space(event.text));
    const std::string text = base::printable(event.text);
    person(text.empty() ? t("{} has taken away the topic of {}.", by, event.room)
                        : t("{} has set the topic of {}: {}", by, event.room, text));
  }
  void operator()(const chat::RoomChanged& event) {
    bool rules = false;
    for (const chat::RoomChange& change : event.changes) {
      if (change.what == chat::RoomChange::What::slow && !style.bare) {
        slowed(event.room, std::chrono::seconds{change.on ? change.limit : 0});
        continue;
      }
      if (change.what != chat::RoomChange::What::rank) {
        rules = true;
        continue;
      }
      for (const RankWords& words : kRanks) {
        if (words.rank != change.rank) continue;
        if (style.bare) {
          bare("RANK {} {} {}{}", event.room, change.text, change.on ? '+' : '-', words.bare);
        } else {
          person(t(change.on ? words.given : words.taken, change.text, event.room));
        }
      }
    }
    if (!rules) return;
    if (style.bare) return bare("RULES {} {}", event.room, doer(event.by));
    person(t("{} has changed the rules of {}.", doer(event.by), event.room));
  }
  void operator()(const chat::RoomRenamed& event) {
    if (style.bare) return bare("RENAME {} {}", event.old_name, event.new_name);
    person(t("The room {} is called {} now.", event.old_name, event.new_name));
  }
  void operator()(const chat::Arrived& event) {
    if (style.bare) return bare("JOIN {} {}", event.room, event.name);
    person(style.show_room ? t("{} has come to {}.", event.name, event.room) : t("{} has come.", event.name));
  }
  void operator()(const chat::Departed& event) {
    if (style.bare) return bare("LEAVE {} {}", event.room, event.name);
    const std::string reason = base::printable(event.reason);
    person(reason.empty() ? t("{} has left {}.", event.name, event.room)
                          : t("{} has left {}: {}", event.name, event.room, reason));
  }
  void operator()(const chat::Quit& event) {
    if (style.bare) return bare("QUIT {}", event.name);
    if (event.reason.empty()) return person(t("{} has gone.", event.name));
    const std::string reason = base::printable(event.reason);
    person(event.put_out ? t("{} was put out: {}", event.name, reason)
                         : t("{} has gone: {}", event.name, reason));
  }
  void operator()(const chat::Slowed& event) { slowed(event.room, event.interval); }
  void slowed(const std::string& room, std::chrono::seconds interval) {
    const std::string text = interval.count() > 0
                                 ? t("In {} one may speak every {} now.", room, time_words(t, interval))
                                 : t("In {} one may speak as fast as one likes again.", room);
    style.bare ? bare("NOTICE {}", text) : person(text);
  }
  void operator()(const chat::Renamed& event) {
    if (style.bare) return bare("NICK {} {}", event.old_name, event.new_name);
    person(t("{} is now called {}.", event.old_name, event.new_name));
  }
  template <class Other>
  void operator()(const Other&) {}  // answers to one session: the session's own to tell
};

}  // namespace

Variant LineStyle::variant() const {
  return kDialect | (bare ? kBare : 0) | (show_room ? kShowRoom : 0) |
         (static_cast<Variant>(language) << kLanguageShift);
}

LineStyle LineStyle::of(Variant variant) {
  return {(variant & kBare) != 0, static_cast<base::Language>((variant >> kLanguageShift) & 3),
          (variant & kShowRoom) != 0};
}

std::string_view rank_word(chat::Rank rank) {
  for (const RankWords& words : kRanks) {
    if (words.rank == rank) return words.bare;
  }
  return {};
}

std::optional<chat::Rank> rank_called(std::string_view word) {
  for (const RankWords& words : kRanks) {
    if (words.bare == word) return words.rank;
  }
  return std::nullopt;
}

std::string_view line_end(const LineStyle& style) { return style.bare ? "\n" : "\r\n"; }

std::string clock_text(base::WallTime time, const Moment& moment) {
  using namespace std::chrono;
  const auto local = time + moment.utc_offset;
  const auto day = floor<days>(local);
  const hh_mm_ss clock{floor<minutes>(local - day)};
  std::string text = fmt::format("{:02}:{:02}", clock.hours().count(), clock.minutes().count());
  if (day == floor<days>(moment.now + moment.utc_offset)) return text;
  const year_month_day date{day};
  return fmt::format("{:04}-{:02}-{:02} {}", static_cast<int>(date.year()),
                     static_cast<unsigned>(date.month()), static_cast<unsigned>(date.day()), text);
}

void encode_line(const chat::Event& event, const LineStyle& style, const Moment& moment, std::string& out) {
  std::visit(LineWriter{style, moment, out}, event);
}

void encode_history_line(const chat::Message& message, std::string_view room, const LineStyle& style,
                         const Moment& moment, std::string& out) {
  LineWriter writer{style, moment, out};
  if (!style.bare) return writer.said(message, room);
  const auto seconds = std::chrono::floor<std::chrono::seconds>(message.time).time_since_epoch().count();
  const bool action = message.kind == chat::MessageKind::action;
  if (chat::is_query(message.text)) return;
  writer.bare("HIST {} {} {} {}{}", room, seconds, message.sender, action ? "/me " : "", message.text);
}

void encode_told_line(const chat::Told& told, const LineStyle& style, const Moment& moment,
                      std::string& out) {
  LineWriter writer{style, moment, out};
  if (chat::is_query(told.text)) return;
  const bool action = told.kind == chat::MessageKind::action;
  if (style.bare) return writer.bare("PRIV {} {}{}", told.sender, action ? "/me " : "", told.text);
  const std::string when = clock_text(told.time, moment);
  const std::string text = base::printable(told.text);
  if (action) return writer.person(writer.t("[{}] * {} {} (to you)", when, told.sender, text));
  const bool notice = told.kind == chat::MessageKind::notice;
  writer.person(
      writer.t("[{}] {} to you: {}", when, notice ? fmt::format("-{}-", told.sender) : told.sender, text));
}

}  // namespace veche::session
