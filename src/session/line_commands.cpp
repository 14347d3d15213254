// LineSession: what is said, and the table of /commands. A command is one row here and one small function.
#include "base/text.h"
#include "chat/name.h"
#include "chat/policy.h"
#include "session/line_session.h"

#include <fmt/core.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <utility>

namespace veche::session {

using base::N_;

/// A row of the table.
struct LineCommand {
  std::string_view name;
  std::string_view arguments;  ///< as shown in /help
  bool needs_argument = false;
  std::string_view help;
  void (LineSession::*run)(std::string_view rest);
  std::uint8_t cost = 1;  ///< how many commands of the rate it counts as

  static const std::array<LineCommand, 26> kTable;
};

const std::array<LineCommand, 26> LineCommand::kTable = {{
    {"help", "", false, N_("this list"), &LineSession::do_help},
    {"who", "[ROOM|*]", false, N_("who is in the room, or everywhere"), &LineSession::do_who, 2},
    {"rooms", "", false, N_("the rooms where people are"), &LineSession::do_rooms, 4},
    {"join", "ROOM [KEY]", true, N_("enter a room, or go back to it"), &LineSession::do_join},
    {"leave", "[ROOM [WHY]]", false, N_("leave the room"), &LineSession::do_leave},
    {"topic", "[TEXT]", false, N_("the topic of the room, or another one"), &LineSession::do_topic},
    {"invite", "NAME", true, N_("invite somebody to the room"), &LineSession::do_invite},
    {"remove", "NAME [WHY]", true, N_("put somebody out of the room"), &LineSession::do_remove},
    {"register", "", false, N_("make the room yours: it keeps its rules, topic and ranks"),
     &LineSession::do_register},
    {"unregister", "ROOM", true, N_("let go of a room of yours"), &LineSession::do_unregister},
    {"transfer", "NAME", true, N_("give the room to another account"), &LineSession::do_transfer},
    {"rank", "[NAME RANK]", false, N_("whose the room is, or the rank that somebody has whenever he comes"),
     &LineSession::do_rank},
    {"knock", "ROOM [TEXT]", true, N_("ask to be let into a room"), &LineSession::do_knock},
    {"msg", "NAME TEXT", true, N_("a private message"), &LineSession::do_msg},
    {"me", "TEXT", true, N_("say what you do"), &LineSession::do_me},
    {"history", "[N]", false, N_("the last messages of the room"), &LineSession::do_history, 3},
    {"search", "WORDS", true, N_("messages with all these words, in your rooms"), &LineSession::do_search, 5},
    {"away", "[TEXT]", false, N_("say that you are away, or back"), &LineSession::do_away},
    {"nick", "NAME", true, N_("another name, for guests"), &LineSession::do_nick},
    {"password", "", false, N_("change your password, or make your name an account"),
     &LineSession::do_password},
    {"token", "", false, N_("a session token, to log in without the password"), &LineSession::do_token},
    {"forget", "[all]", false, N_("forget this address, or all addresses and tokens"),
     &LineSession::do_forget},
    {"lang", "en|ru|uk", true, N_("the server's language for you"), &LineSession::do_lang},
    {"bare", "", false, N_("the plain format for programs"), &LineSession::do_bare},
    {"oper", "NAME PASSWORD", true, N_("become an operator"), &LineSession::do_oper},
    {"quit", "", false, N_("leave the server"), &LineSession::do_quit},
}};

void LineSession::take_chat_line(std::string_view line) {
  const std::string_view trimmed = base::trim(line);
  if (trimmed.empty()) return;
  if (is_own_password(line)) return err("password", t_("That line was your password; it was not sent."));
  if (trimmed == "exit") return leave();
  if (line.starts_with("//")) return say(chat::MessageKind::text, line.substr(1));
  if (line.starts_with('/')) return take_command(line);
  say(chat::MessageKind::text, line);
}

void LineSession::say(chat::MessageKind kind, std::string_view text) {
  if (!current_) return err("no-room", t_("You are in no room: /join one first."));
  host_.command(chat::Say{current_, kind, std::string(text)});
}

void LineSession::take_command(std::string_view line) {
  const auto [word, rest] = base::split_word(line.substr(1));
  const std::string_view name = word;
  const auto& table = LineCommand::kTable;
  const auto row =
      std::find_if(table.begin(), table.end(), [&](const LineCommand& c) { return c.name == name; });
  if (row == table.end() && operator_ && !name.empty()) return operate(name, rest);
  if (row == table.end()) {
    std::vector<std::string_view> names;
    for (const LineCommand& command : table) names.push_back(command.name);
    const auto near = base::nearest(name, names);
    return err("unknown-command",
               near ? t_("There is no command /{}; did you mean /{}?", base::printable(name), *near)
                    : t_("There is no command /{}; /help lists them.", base::printable(name)));
  }
  rate_.owe(rate(), row->cost - 1u);
  if (row->needs_argument && rest.empty()) {
    return err("usage", t_("Usage: /{} {}", row->name, row->arguments));
  }
  (this->*row->run)(rest);
}

/// The last line of an answer of several.
void LineSession::end_answer(std::string_view command) {
  if (bare_) raw_line(fmt::format("END {}", command));
}

const chat::NamedRoom* LineSession::room_called(std::string_view name) const {
  const auto folded = chat::fold_name(name);
  for (const chat::NamedRoom& room : rooms_) {
    if (folded && chat::fold_name(room.name) == folded) return &room;
  }
  return nullptr;
}

/// Empty: one is not in it.
std::string_view LineSession::room_name(base::RoomId id) const {
  const auto found =
      std::find_if(rooms_.begin(), rooms_.end(), [id](const auto& room) { return room.id == id; });
  return found == rooms_.end() ? std::string_view() : found->name;
}

void LineSession::do_help(std::string_view) {
  for (const LineCommand& command : LineCommand::kTable) {
    const std::string usage = fmt::format("/{} {}", command.name, command.arguments);
    tell(fmt::format("{:<20} {}", usage, t_(command.help)));
  }
  tell(t_("//text sends a line that begins with a slash; exit leaves."));
  if (operator_) return operate("help", {});  // his own commands, and the end
  end_answer("help");
}

void LineSession::do_who(std::string_view rest) {
  if (rest == "*" || (rest.empty() && !current_)) return ask(chat::AskMembers{});
  if (rest.empty()) return ask(chat::AskMembers{current_});
  const chat::NamedRoom* room = room_called(rest);
  if (room == nullptr) return err(words_for(chat::Refusal::not_in_room));
  ask(chat::AskMembers{room->id});
}

void LineSession::do_rooms(std::string_view) { ask(chat::AskRooms{}); }

void LineSession::do_join(std::string_view rest) {
  const auto [room, key] = base::split_word(rest);
  begin_dialogue().room = chat::fold_name(room).value_or("");
  ask(chat::Join{std::string(room), std::string(key)});
}

void LineSession::do_leave(std::string_view rest) {
  const auto [name, why] = base::split_word(rest);
  const chat::NamedRoom* room = room_called(name);
  if (!rest.empty() && room == nullptr) return err(words_for(chat::Refusal::not_in_room));
  if (rest.empty() && !current_) return err("no-room", t_("You are in no room."));
  const base::RoomId id = room != nullptr ? room->id : current_;
  begin_dialogue().room = chat::fold_name(room_name(id)).value_or("");
  ask(chat::Leave{id, std::string(why)});
}

void LineSession::do_msg(std::string_view rest) {
  const auto [name, text] = base::split_word(rest);
  if (text.empty()) return err("usage", t_("Usage: /{} {}", "msg", "NAME TEXT"));
  host_.command(chat::Tell{std::string(name), std::string(text)});
}

// What these bring is told to the room, oneself included; nothing waits for it.

void LineSession::do_topic(std::string_view rest) {
  if (!current_) return err("no-room", t_("You are in no room."));
  const std::string room(room_name(current_));
  if (rest.empty()) return ask(chat::AskRoom{room, false});
  host_.command(chat::SetTopic{room, std::string(rest)});
}

void LineSession::do_invite(std::string_view rest) {
  if (!current_) return err("no-room", t_("You are in no room."));
  host_.command(chat::Invite{std::string(room_name(current_)), std::string(rest)});
}

void LineSession::do_remove(std::string_view rest) {
  if (!current_) return err("no-room", t_("You are in no room."));
  const auto [name, why] = base::split_word(rest);
  host_.command(chat::Expel{std::string(room_name(current_)), std::string(name), std::string(why)});
}

void LineSession::do_register(std::string_view) {
  if (!current_) return err("no-room", t_("You are in no room."));
  host_.command(chat::RegisterRoom{std::string(room_name(current_))});
}

/// The room has to be named: nobody lets go of one by a slip.
void LineSession::do_unregister(std::string_view rest) { host_.command(chat::DropRoom{std::string(rest)}); }

void LineSession::do_transfer(std::string_view rest) {
  if (!current_) return err("no-room", t_("You are in no room."));
  host_.command(chat::TransferRoom{std::string(room_name(current_)), std::string(rest)});
}

void LineSession::do_rank(std::string_view rest) {
  if (!current_) return err("no-room", t_("You are in no room."));
  const std::string room(room_name(current_));
  if (rest.empty()) return ask(chat::AskCharter{room});
  const auto [name, word] = base::split_word(rest);
  const auto rank = rank_called(word);
  const bool is_one = rank && *rank != chat::Rank::founder;
  if (!is_one && word != "none") {
    return err("usage", t_("Usage: /{} {}", "rank", "NAME voice|half-operator|operator|administrator|none"));
  }
  host_.command(chat::SetStandingRank{room, std::string(name), is_one ? chat::bit(*rank) : chat::Ranks{0}});
}

void LineSession::do_knock(std::string_view rest) {
  const auto [room, text] = base::split_word(rest);
  host_.command(chat::Knock{std::string(room), std::string(text)});
}

void LineSession::do_away(std::string_view rest) { host_.command(chat::SetAway{std::string(rest)}); }

void LineSession::do_me(std::string_view rest) { say(chat::MessageKind::action, rest); }

void LineSession::do_history(std::string_view rest) {
  std::size_t count = options_.history_lines;
  if (!rest.empty()) {
    const auto [end, error] = std::from_chars(rest.data(), rest.data() + rest.size(), count);
    if (error != std::errc{} || end != rest.data() + rest.size() || count == 0) {
      return err("usage", t_("/history takes a number of lines, such as /history 50."));
    }
  }
  if (!current_) return err("no-room", t_("You are in no room."));
  ask(chat::AskHistory{current_, std::min(count, chat::kUnlimitedMessages)});
}

void LineSession::do_search(std::string_view rest) { ask(chat::AskSearch{std::string(rest)}); }

void LineSession::do_nick(std::string_view rest) { host_.command(chat::Rename{std::string(rest)}); }

void LineSession::do_password(std::string_view) {
  begin_dialogue();
  if (!guest_) return ask(chat::AskCredentials{});
  ask_for_changed_password();
}

void LineSession::do_token(std::string_view) {
  const std::string& token = begin_dialogue().token = host_.make_token();
  ask(chat::KeepToken{host_.hash_token(token).value()});
}

void LineSession::do_forget(std::string_view rest) {
  if (!rest.empty() && rest != "all") return err("usage", t_("Usage: /{} {}", "forget", "[all]"));
  ask(chat::Forget{rest == "all"});
}

void LineSession::do_lang(std::string_view rest) {
  const auto language = base::parse_language(rest);
  if (!language) return err("usage", t_("Usage: /{} {}", "lang", "en|ru|uk"));
  t_ = base::Translator(*language);
  tell(t_("The server speaks English to you now."));
}

void LineSession::do_bare(std::string_view) {
  bare_ = true;
  raw_line("READY");
}

void LineSession::do_quit(std::string_view) { leave(); }

}  // namespace veche::session
