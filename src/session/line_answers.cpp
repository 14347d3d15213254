// LineSession: what the chat answers, told in the person's words or the program's format.
#include "base/text.h"
#include "chat/name.h"
#include "session/line_session.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

namespace veche::session {

using base::N_;

void LineSession::deliver(const chat::Event& event) {
  if (step_ == Step::closed) return;
  std::visit([this](const auto& one) { on_event(one); }, event);
  pump();
}

template <class Shared>
void LineSession::on_event(const Shared& event) {
  std::string out;
  encode_line(event, style({}), moment(), out);
  if (!out.empty()) host_.send(out);
}

void LineSession::on_event(const chat::Refused& event) {
  const Words words = words_for(event.why);
  const std::string text = sentence(t_, words, event.retry_after, event.reason);
  const bool awaited = waiting_ && event.about == asked_;
  if (awaited && (in_login() || in_password_change())) return refuse_step(words.code, text);
  // The passwords behind a /password that cannot be may be on their way.
  if (awaited && asked_ == kKind<chat::AskCredentials>) return close_with(words.code, text);
  err(words.code, text);  // or of a message that was sent ahead of what is waited for
  if (awaited) answered();
}

void LineSession::on_event(const chat::Closed& event) {
  using enum chat::CloseCause;
  if (echo_hidden_) host_.send(telnet_.wont_echo());
  const Words words = words_for(event.cause);
  const std::string text = sentence(t_, words, event.retry_after, event.reason);
  const bool turned_away = event.cause == too_many_connections || event.cause == connecting_too_fast ||
                           event.cause == network_too_many || event.cause == network_too_fast ||
                           event.cause == address_unknown || event.cause == banned;
  if (event.cause == asked) {
    if (!bare_) tell(text);
  } else if (in_login() && turned_away) {  // with the code: programs come through the same door
    raw_line(fmt::format("ERR {} {}", words.code, text));
  } else {
    err(words.code, text);
  }
  step_ = Step::closed;
  disarm();
  host_.finish();
}

void LineSession::on_event(const chat::TokenKept& event) {
  const std::string& token = dialogue_->token;
  if (bare_) {
    raw_line("TOKEN " + token);
  } else {
    tell(t_("Your session token, good until {}:", clock_text(event.expires, moment())));
    tell("  " + token);
    tell(t_("Next time, type token:VALUE in place of your password, with the token as the VALUE."));
  }
  answered();
}

void LineSession::on_event(const chat::Forgotten& event) {
  tell(event.everything ? t_("Your addresses and session tokens are forgotten.")
                        : t_("This address is forgotten."));
  answered();
}

bool LineSession::is_asked_room(std::string_view name) const {
  return !dialogue_ || dialogue_->room == chat::fold_name(name);
}

void LineSession::on_event(const chat::Joined& event) {
  const bool known = !room_name(event.room).empty();
  if (!known) rooms_.push_back({event.room, event.name});
  // A room that another of one's connections entered, or a second one on logging in, does not turn the
  // lines typed here away from where they were meant to go.
  const bool asked = waits_for<chat::Join>() && is_asked_room(event.name);
  if (asked || !current_) current_ = event.room;

  if (bare_) {
    raw_line(fmt::format("JOIN {} {}", event.name, event.user));
    tell_topic(event.name, event.state);
  } else if (current_ != event.room) {
    tell(t_("You are in {0} too; /join {0} to talk there.", event.name));
  } else {
    const std::size_t others = event.member_count - 1;
    if (others == 0) {
      tell(t_("You are in {}. Nobody else is here.", event.name));
    } else {
      tell(t_.plural("You are in {1} with {0} other: {2}", "You are in {1} with {0} others: {2}", others,
                     event.name,
                     fmt::format("{}{}", fmt::join(event.members, ", "),
                                 others > event.members.size() ? ", ..." : ".")));
    }
    tell_topic(event.name, event.state);
    std::string lines;
    for (const chat::MessagePtr& message : event.recent) {
      encode_history_line(*message, event.name, style(event.room), moment(), lines);
    }
    if (!lines.empty()) host_.send(lines);
  }
  if (asked) answered();
}

void LineSession::on_event(const chat::Left& event) {
  const bool asked = waits_for<chat::Leave>() && is_asked_room(event.name);
  leave_room(event.room);
  if (bare_) {
    raw_line(fmt::format("LEAVE {} {}", event.name, event.user));
  } else if (!current_) {
    tell(t_("You have left {} and are in no room now: /join one.", event.name));
  } else {
    tell(t_("You have left {}. You are in {} now.", event.name, room_name(current_)));
  }
  if (asked) answered();
}

void LineSession::on_event(const chat::Members& event) {
  if (bare_) {
    for (const std::string& name : event.names) {
      raw_line(fmt::format("WHO {} {}", event.room.empty() ? "*" : event.room, name));
    }
  } else {
    const std::string names = fmt::format("{}", fmt::join(event.names, ", "));
    const std::size_t count = event.names.size();
    tell(event.room.empty() ? t_.plural("{} person is here: {}.", "{} people are here: {}.", count, names)
                            : t_.plural("{0} person is in {1}: {2}.", "{0} people are in {1}: {2}.", count,
                                        event.room, names));
  }
  end_answer("who");
  if (waits_for<chat::AskMembers>()) answered();
}

void LineSession::on_event(const chat::Rooms& event) {
  for (const chat::RoomLine& room : event.rooms) {
    raw_line(bare_ ? fmt::format("ROOM {} {}", room.name, room.members)
                   : t_.plural("{1}: {0} person", "{1}: {0} people", room.members, room.name));
  }
  if (!bare_ && event.rooms.empty()) tell(t_("There is no room yet: /join makes one."));
  end_answer("rooms");
  if (waits_for<chat::AskRooms>()) answered();
}

void LineSession::on_event(const chat::Told& event) {
  std::string line;
  encode_told_line(event, style({}), moment(), line);
  host_.send(line);
}

void LineSession::on_event(const chat::Announced& event) {
  const std::string text = base::printable(event.text);
  tell(bare_ ? text : fmt::format("*** {}", text));
}

/// He hears it who has asked for it from another session of his account.
void LineSession::on_event(const chat::Walloped& event) {
  tell(t_("{} to the operators: {}", event.by->name, base::printable(event.text)));
}

void LineSession::on_event(const chat::Muted& event) {
  const Words words{"muted", N_("You are muted now."), N_("You are muted now, for {}.")};
  tell(event.muted ? sentence(t_, words, event.lasts, event.reason) : t_("You may speak again."));
}

void LineSession::on_event(const chat::HistoryGranted& event) {
  if (event.limited) {
    tell(t_.plural("At most {} line is shown at once.", "At most {} lines are shown at once.", event.count));
  }
  begin_dialogue().searched = {{event.room, event.name}};
  host_.read_history(event);
}

void LineSession::on_event(const chat::SearchGranted& event) {
  begin_dialogue().searched = event.rooms;
  host_.search(event);
}

void LineSession::on_history(const base::Result<std::vector<chat::Message>>& messages) {
  if (is_over() || !dialogue_) return;
  const bool search = asked_ == kKind<chat::AskSearch>;
  if (!messages) {
    err("busy", t_("The history cannot be read now; please try again."));
    answered();
    return pump();
  }
  const auto& rooms = dialogue_->searched;
  const LineStyle shown{bare_, t_.language(), rooms.size() > 1};
  std::string lines;
  for (const chat::Message& message : *messages) {
    const auto room =
        std::find_if(rooms.begin(), rooms.end(), [&](const auto& r) { return r.id == message.room; });
    if (room != rooms.end()) encode_history_line(message, room->name, shown, moment(), lines);
  }
  if (!lines.empty()) {
    host_.send(lines);
  } else if (!bare_) {
    tell(search ? t_("Nothing found.") : t_("Nothing was said here yet."));
  }
  end_answer(search ? "search" : "history");
  answered();
  pump();
}

}  // namespace veche::session
