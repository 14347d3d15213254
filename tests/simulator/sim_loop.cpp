#include "tests/simulator/sim_loop.h"

#include "base/text.h"
#include "session/line_words.h"
#include "tests/simulator/failure.h"

#include <fmt/core.h>

#include <algorithm>
#include <utility>
#include <variant>

namespace veche::simulator {

using base::SessionId;

namespace {

std::string bare_line(const chat::Message& message, const std::string& room) {
  const bool action = message.kind == chat::MessageKind::action;
  return fmt::format("{} {} {} {}", action ? "ME" : "MSG", room, message.sender, message.text);
}

/// The lines that an event comes to: a program's whole, a person's token. Empty: none that can be foretold.
struct Lines {
  bool bare;
  std::string operator()(const chat::Said& e) const {
    return bare ? bare_line(*e.message, e.room) : token_of(e.message->text);
  }
  std::string operator()(const chat::Arrived& e) const { return of("JOIN {} {}", e.room, e.name); }
  std::string operator()(const chat::Departed& e) const { return of("LEAVE {} {}", e.room, e.name); }
  std::string operator()(const chat::Quit& e) const { return of("QUIT {}", e.name); }
  std::string operator()(const chat::Renamed& e) const { return of("NICK {} {}", e.old_name, e.new_name); }
  std::string operator()(const chat::Joined& e) const { return of("JOIN {} {}", e.name, e.user); }
  std::string operator()(const chat::Left& e) const { return of("LEAVE {} {}", e.name, e.user); }
  std::string operator()(const chat::Expelled& e) const {
    return of("KICK {} {} {}{}{}", e.room, e.name, e.by->name, e.reason.empty() ? "" : " ", e.reason);
  }
  std::string operator()(const chat::AwayNoted& e) const { return of("AWAY {} {}", e.name, e.text); }
  std::string operator()(const chat::Told& e) const {
    const bool action = e.kind == chat::MessageKind::action;
    return bare ? fmt::format("PRIV {} {}{}", e.sender, action ? "/me " : "", e.text) : token_of(e.text);
  }
  std::string operator()(const chat::Announced& e) const {
    return bare ? fmt::format("NOTICE {}", base::printable(e.text)) : token_of(e.text);
  }
  std::string operator()(const chat::Refused& e) const {
    const std::string_view code = session::words_for(e.why).code;
    return only_the_chat_says(code) ? of("ERR {}", code) : "";
  }
  template <class Other>
  std::string operator()(const Other&) const {
    return {};
  }
  template <class... Args>
  std::string of(fmt::format_string<Args...> format, Args&&... args) const {
    return bare ? fmt::format(format, std::forward<Args>(args)...) : std::string();
  }
};

}  // namespace

SimLoop::~SimLoop() {
  for (const auto& [id, client] : clients) fanout_.drop(*client);
}

SimClient* SimLoop::client(SessionId id) const {
  const auto found = clients.find(id);
  return found == clients.end() ? nullptr : found->second.get();
}

void SimLoop::drop(SessionId id) {
  SimClient* client = this->client(id);
  fanout_.drop(*client);
  for (auto& [room, members] : members_) std::erase(members, client);
  std::erase_if(members_, [](const auto& room) { return room.second.empty(); });
  clients.erase(id);
}

void SimLoop::turn(std::size_t effects_max) {
  if (mail.empty()) return;
  fanout_.begin({clock_.wall(), {}, kServerName});
  for (const server::Delivery& delivery : std::exchange(mail, {})) {
    for (const chat::Effect& effect : delivery.effects) {
      if (effects_max-- == 0) return fanout_.flush();
      std::visit([this](const auto& one) { carry_out(one); }, effect);
    }
  }
  fanout_.flush();
  last_event_.reset();
}

void SimLoop::carry_out(const chat::ToRoom& effect) {
  foretell(effect);
  fanout_.to_room(effect.room, effect.event, effect.except ? client(effect.except) : nullptr);
}

void SimLoop::carry_out(const chat::ToSession& effect) {
  last_event_.reset();
  SimClient* receiver = client(effect.session);
  if (receiver == nullptr) return;
  fanout_.settle(*receiver);
  foretell(*receiver, *effect.event);
  if (const auto* identified = std::get_if<chat::Identified>(effect.event.get())) {
    receiver->name = identified->name;
    receiver->name_refused = receiver->name_refused && receiver->sees_his_password();
    receiver->host.name_was_taken(receiver->is_bare());
  }
  const auto* refused = std::get_if<chat::Refused>(effect.event.get());
  if (refused != nullptr && refused->about == chat::kind_of<chat::Identify>()) receiver->name_refused = true;
  const auto* wrong = std::get_if<chat::LogInRefused>(effect.event.get());
  if (wrong != nullptr) receiver->is_slowed = wrong->delay > wrong->delay.zero();
  receiver->session.deliver(*effect.event);
}

void SimLoop::carry_out(const chat::Subscribe& effect) {
  SimClient* receiver = client(effect.session);
  if (receiver == nullptr) return;
  members_[effect.room].push_back(receiver);
  fanout_.subscribe(*receiver, effect.room);
}

void SimLoop::carry_out(const chat::Unsubscribe& effect) {
  SimClient* receiver = client(effect.session);
  if (receiver == nullptr) return;
  std::erase(members_[effect.room], receiver);
  if (members_[effect.room].empty()) members_.erase(effect.room);
  fanout_.unsubscribe(*receiver, effect.room);
}

/// All who are in the room, but for who typed it: the ledger's word, not the chat's.
void SimLoop::foretell(const chat::ToRoom& effect) {
  if (last_event_ != effect.event) got_last_event_.clear();
  last_event_ = effect.event;
  const auto found = members_.find(effect.room);
  if (found == members_.end()) return;
  const auto* said = std::get_if<chat::Said>(effect.event.get());
  for (SimClient* member : found->second) {
    if (said != nullptr && member->typed_it(said->message->text)) continue;
    if (said == nullptr && member->id == effect.except) continue;  // he is told by himself
    if (std::find(got_last_event_.begin(), got_last_event_.end(), member) != got_last_event_.end()) continue;
    got_last_event_.push_back(member);
    foretell(*member, *effect.event);
  }
}

void SimLoop::foretell(SimClient& client, const chat::Event& event) {
  if (client.host.finished) return;
  if (client.irc) {
    if (const auto* said = std::get_if<chat::Said>(&event)) client.irc->expect(token_of(said->message->text));
    if (const auto* told = std::get_if<chat::Told>(&event)) client.irc->expect(token_of(told->text));
    if (const auto* heard = std::get_if<chat::Announced>(&event)) client.irc->expect(token_of(heard->text));
    return;
  }
  const bool bare = client.is_bare();
  if (std::string line = std::visit(Lines{bare}, event); !line.empty()) client.reader.expect(std::move(line));
  const auto* joined = std::get_if<chat::Joined>(&event);
  if (joined == nullptr || bare) return;
  for (const chat::MessagePtr& message : joined->recent) client.reader.may_see(token_of(message->text));
}

}  // namespace veche::simulator
