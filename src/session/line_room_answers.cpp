// LineSession: what the chat tells this session alone of rooms that are governed, and of people.
#include "base/text.h"
#include "chat/name.h"
#include "session/line_session.h"

#include <fmt/core.h>

#include <algorithm>

namespace veche::session {

/// The room that one wants to enter is another one now.
void LineSession::on_event(const chat::Forwarded& event) {
  if (waits_for<chat::Join>() && dialogue_) dialogue_->room = chat::fold_name(event.to).value_or("");
  tell(t_("{} sends you on to {}.", event.from, event.to));
}

void LineSession::leave_room(base::RoomId id) {
  std::erase_if(rooms_, [id](const auto& room) { return room.id == id; });
  if (current_ == id) current_ = rooms_.empty() ? base::RoomId{} : rooms_.back().id;
}

/// Of oneself, or of somebody whom one has put out.
void LineSession::on_event(const chat::Expelled& event) {
  std::string out;
  encode_line(event, style({}), moment(), out);
  host_.send(out);
  if (event.name != name_) return;
  const bool was_current = current_ == event.id;
  leave_room(event.id);
  if (bare_ || !was_current) return;
  tell(current_ ? t_("You are in {} now.", room_name(current_)) : t_("You are in no room now: /join one."));
}

void LineSession::on_event(const chat::RoomRenamed& event) {
  for (chat::NamedRoom& room : rooms_) {
    if (room.id == event.id) room.name = event.new_name;
  }
  std::string out;
  encode_line(event, style({}), moment(), out);
  host_.send(out);
}

/// The answer to /topic.
void LineSession::on_event(const chat::RoomView& event) {
  const bool has_topic = event.state && !event.state->topic.text.empty();
  if (has_topic) tell_topic(event.name, event.state);
  if (!has_topic && !bare_) tell(t_("{} has no topic.", event.name));
  end_answer("topic");
  if (waits_for<chat::AskRoom>()) answered();
}

/// Whose a room is: the answer to /rank without a name, and what has become of it by the other commands.
void LineSession::on_event(const chat::CharterView& event) {
  const bool is_list = waits_for<chat::AskCharter>();
  if (bare_) {
    raw_line(fmt::format("FOUNDER {}{}{}", event.room, event.founder.empty() ? "" : " ", event.founder));
  } else {
    tell(event.founder.empty() ? t_("The room {} is nobody's any more.", event.room)
                               : t_("The founder of {}: {}", event.room, event.founder));
  }
  for (const auto& [name, rank] : event.ranks) {
    if (!is_list && name != event.account) continue;
    raw_line(bare_ ? fmt::format("STANDING {} {} {}", event.room, name, rank_word(rank))
                   : t_("Whenever {} comes: {}", name, rank_word(rank)));
  }
  if (!is_list) return;
  end_answer("rank");
  answered();
}

void LineSession::tell_topic(std::string_view room, const chat::RoomStatePtr& state) {
  if (!state || state->topic.text.empty()) return;
  const chat::Topic& topic = state->topic;
  const std::string_view by = std::string_view(topic.by).substr(0, topic.by.find('!'));
  raw_line(bare_ ? fmt::format("TOPIC {} {} {}", room, by, topic.text)
                 : t_("The topic of {}: {}", room, base::printable(topic.text)));
}

/// To the one who is invited; to who invites him, and to the operators of the room.
void LineSession::on_event(const chat::Invited& event) {
  const std::string& by = event.by->name;
  if (event.name != name_) return tell(t_("{} has invited {} to {}.", by, event.name, event.room));
  raw_line(bare_ ? fmt::format("INVITE {} {}", event.room, by)
                 : t_("{0} invites you to {1}: /join {1} to go there.", by, event.room));
}

void LineSession::on_event(const chat::Knocked& event) {
  const std::string& by = event.by->name;
  if (by == name_) return tell(t_("You have knocked at {}.", event.room));
  if (bare_) {
    return raw_line(
        fmt::format("KNOCK {} {}{}{}", event.room, by, event.text.empty() ? "" : " ", event.text));
  }
  const std::string text = base::printable(event.text);
  tell(text.empty() ? t_("{} knocks at {}.", by, event.room)
                    : t_("{} knocks at {}: {}", by, event.room, text));
}

// --- people

void LineSession::on_event(const chat::Renamed& event) {
  if (event.old_name == name_) name_ = event.new_name;
  std::string out;
  encode_line(event, style({}), moment(), out);
  host_.send(out);
}

/// One's own: what others do is told to those who write to them.
void LineSession::on_event(const chat::AwayChanged& event) {
  if (event.person->name != name_) return;
  tell(event.text.empty() ? t_("You are back.") : t_("You are away: {}", base::printable(event.text)));
}

void LineSession::on_event(const chat::AwayNoted& event) {
  if (bare_) return raw_line(fmt::format("AWAY {} {}", event.name, event.text));
  tell(t_("{} is away: {}", event.name, base::printable(event.text)));
}

void LineSession::on_event(const chat::AskedToBeAccepted& event) {
  tell(t_("{} wants to write to you, and you take messages only from those you have accepted.",
          event.by->name));
}

}  // namespace veche::session
