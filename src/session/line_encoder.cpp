#include "session/line_encoder.h"

#include "base/text.h"
#include "session/line_words.h"

#include <fmt/format.h>

#include <iterator>

namespace veche::session {
namespace {

using base::Translator;

constexpr Variant kBare = 1;
constexpr Variant kShowRoom = 2;
constexpr unsigned kLanguageShift = 2;

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
  void said(const chat::Message& message, std::string_view room) {
    const bool action = message.kind == chat::MessageKind::action;
    if (style.bare) return bare("{} {} {} {}", action ? "ME" : "MSG", room, message.sender, message.text);
    const std::string where = style.show_room ? fmt::format("{} ", room) : "";
    const std::string when = clock_text(message.time, moment);
    const std::string text = base::printable(message.text);
    person(action ? fmt::format("[{}] {}* {} {}", when, where, message.sender, text)
                  : fmt::format("[{}] {}{}: {}", when, where, message.sender, text));
  }

  void operator()(const chat::Said& event) { said(*event.message, event.room); }
  void operator()(const chat::Arrived& event) {
    if (style.bare) return bare("JOIN {} {}", event.room, event.name);
    person(style.show_room ? t("{} has come to {}.", event.name, event.room) : t("{} has come.", event.name));
  }
  void operator()(const chat::Departed& event) {
    if (style.bare) return bare("LEAVE {} {}", event.room, event.name);
    person(t("{} has left {}.", event.name, event.room));
  }
  void operator()(const chat::Quit& event) {
    if (style.bare) return bare("QUIT {}", event.name);
    if (event.reason.empty()) return person(t("{} has gone.", event.name));
    const std::string reason = base::printable(event.reason);
    person(event.put_out ? t("{} was put out: {}", event.name, reason)
                         : t("{} has gone: {}", event.name, reason));
  }
  void operator()(const chat::Slowed& event) {
    const std::string text =
        event.interval.count() > 0
            ? t("In {} one may speak every {} now.", event.room, time_words(t, event.interval))
            : t("In {} one may speak as fast as one likes again.", event.room);
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
  writer.bare("HIST {} {} {} {}{}", room, seconds, message.sender, action ? "/me " : "", message.text);
}

void encode_told_line(const chat::Told& told, const LineStyle& style, const Moment& moment,
                      std::string& out) {
  LineWriter writer{style, moment, out};
  if (style.bare) return writer.bare("PRIV {} {}", told.sender, told.text);
  writer.person(
      writer.t("[{}] {} to you: {}", clock_text(told.time, moment), told.sender, base::printable(told.text)));
}

}  // namespace veche::session
