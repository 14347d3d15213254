// IrcSession: what the chat tells of one's own session: its name, its end, and what the server's operators
// say.
#include "base/text.h"
#include "session/irc_encoder.h"
#include "session/irc_name.h"
#include "session/irc_session.h"
#include "session/line_words.h"

#include <fmt/core.h>

#include <string>

namespace veche::session {

/// One's own new name, or that of a person in no room.
void IrcSession::on_event(const chat::Renamed& event) {
  const bool own = is_my_name(event.old_name);
  show_event(event, own && is_doing("NICK"));  // logging in renames, too: before what is joined by it
  if (!own) return;
  auto renamed = std::make_shared<chat::Person>(*self_);
  renamed->name = event.new_name;
  self_ = std::move(renamed);
}

/// ERROR is the last line (modern.ircdocs.horse, "ERROR message").
void IrcSession::on_event(const chat::Closed& event) {
  using enum chat::CloseCause;
  const std::string reason = base::printable(event.reason);
  std::string text = sentence(base::Translator(), words_for(event.cause), event.retry_after, event.reason);
  if (event.cause == banned) reply(Numeric::err_yourebannedcreep);
  if (event.cause == kicked &&
      self_) {  // modern.ircdocs.horse, "KILL message": the one who is killed sees it
    wire::IrcWriter line(out_);
    line.source(options_.server_name).command("KILL").middle(nick());
    line.trailing(reason.empty() ? "Removed by an operator" : reason);
  }
  if (event.cause == asked) text = reason.empty() ? "Quit" : "Quit: " + reason;
  step_ = Step::leaving;
  close_with(text);
}

void IrcSession::on_event(const chat::Announced& event) {
  out_ += fmt::format(":{} NOTICE {} :*** {}\r\n", options_.server_name, nick(), base::printable(event.text));
}

void IrcSession::on_event(const chat::Muted& event) {
  std::string text = event.muted ? "You are muted now" : "You may speak again";
  if (event.lasts.count() > 0) text += fmt::format(", for {} seconds", event.lasts.count());
  if (!event.reason.empty()) text += ": " + base::printable(event.reason);
  out_ += fmt::format(":{} NOTICE {} :{}\r\n", options_.server_name, nick(), text);
}

}  // namespace veche::session
