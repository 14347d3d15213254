// Ledger: what a batch sends, held against what was asked for and what was committed.
#include "chat/name.h"
#include "tests/simulator/failure.h"
#include "tests/simulator/ledger.h"

#include <algorithm>

namespace veche::simulator {

using base::RoomId;
using base::SessionId;
using chat::SanctionKind;

namespace {

constexpr std::string_view kDefaultRoom = "#veche";  // nobody owns it by coming first

template <class List, class Value>
bool has(const List& list, const Value& value) {
  return std::find(list.begin(), list.end(), value) != list.end();
}

bool is_on(const chat::SanctionTarget& target, std::string_view folded, bool account,
           const base::AddressBits& bits) {
  switch (target.on) {
    case chat::SanctionOn::name:
      return target.text == folded;
    case chat::SanctionOn::account:
      return account && target.text == folded;
    case chat::SanctionOn::network:
      return target.network.contains(bits);
  }
  return false;
}

}  // namespace

void Ledger::begin_batch(std::span<const chat::Command> commands, base::WallTime now) {
  batch_ = {};
  batch_.now = now;
  for (const chat::Command& command : commands) {
    if (const auto* connect = std::get_if<chat::Connect>(&command.body)) {
      here_[command.session] = {
          connect->address, base::address_text(connect->address), {}, {}, false, {}, {}};
    } else if (std::holds_alternative<chat::Say>(command.body)) {
      ++batch_.counts[command.session].says;
    } else if (std::holds_alternative<chat::Tell>(command.body)) {
      ++batch_.counts[command.session].tells;
    } else if (const auto* speak = std::get_if<chat::Speak>(&command.body)) {
      Counts& counts = batch_.counts[command.session];
      ++(speak->target.starts_with('#') ? counts.says : counts.tells);
    }
  }
}

void Ledger::delivered(std::size_t loop, std::span<const chat::Effect> effects) {
  for (const chat::Effect& effect : effects) {
    std::visit([&](const auto& one) { on(loop, one); }, effect);
  }
}

void Ledger::on(std::size_t loop, const chat::ToRoom& effect) {
  if (const auto* said = std::get_if<chat::Said>(effect.event.get())) {
    const chat::Message& message = *said->message;
    batch_.said[loop].push_back(said->message);
    const Typed* typed = this->typed(message.text);
    require(typed != nullptr && typed->text == message.text, "a message that nobody typed: {}", message.text);
    if (base::loop_of(typed->by) == loop)
      check_said(message, *typed);  // the order of others' loops is theirs
  } else if (const auto* renamed = std::get_if<chat::Renamed>(effect.event.get())) {
    for (auto& [id, who] : here_) {
      if (base::loop_of(id) != loop || who.name != renamed->old_name) continue;
      if (has(who.rooms, effect.room)) name(id, who, renamed->new_name);
    }
  } else if (const auto* arrived = std::get_if<chat::Arrived>(effect.event.get())) {
    if (arrived->ranks != 0) owners_.emplace(effect.room, chat::fold_name(arrived->name).value_or(""));
  } else if (const auto* changed = std::get_if<chat::RoomChanged>(effect.event.get())) {
    for (const chat::RoomChange& change : changed->changes) {
      const bool given = change.what == chat::RoomChange::What::rank && change.on;
      if (given) owners_.emplace(effect.room, chat::fold_name(change.text).value_or(""));
    }
  }
}

void Ledger::on(std::size_t loop, const chat::ToSession& effect) {
  const SessionId id = effect.session;
  if (id == kOperator) return;
  require(base::loop_of(id) == loop, "an event for session {} on loop {}", id.value, loop);
  Here& who = at(id, "an event");
  if (const auto* in = std::get_if<chat::LoggedIn>(effect.event.get())) {
    who.guest = in->guest;
    name(id, who, in->name);
    if (!in->guest) check_logged_in(id, who, in->name);
    who.proved = {};
    if (in->sessions == 1) batch_.new_people.push_back(who.folded);
    if (!in->guest) accounts_.insert(who.folded);
  } else if (const auto* proved = std::get_if<chat::Authenticated>(effect.event.get())) {
    who.proved = {};
    check_logged_in(id, who, proved->name);
    if (const Account* account = account_called(chat::fold_name(proved->name).value_or(""))) {
      who.proved = account->id;
    }
  } else if (const auto* flags = std::get_if<chat::FlagsChanged>(effect.event.get())) {
    if (!flags->office.empty()) officers_.insert(who.folded);
  } else if (const auto* said = std::get_if<chat::Said>(effect.event.get())) {
    const Typed* typed = this->typed(said->message->text);
    require(typed != nullptr && typed->by == id, "said to one who did not type it: {}", said->message->text);
  } else if (const auto* renamed = std::get_if<chat::Renamed>(effect.event.get())) {
    name(id, who, renamed->new_name);
  } else if (const auto* refused = std::get_if<chat::Refused>(effect.event.get())) {
    Counts& counts = batch_.counts[id];
    if (refused->about == chat::kind_of<chat::Say>()) ++counts.not_said;
    if (refused->about == chat::kind_of<chat::Tell>()) ++counts.not_told;
    if (refused->about == chat::kind_of<chat::Speak>()) {
      ++(refused->subject.starts_with('#') ? counts.not_said : counts.not_told);
    }
  } else if (const auto* told = std::get_if<chat::Told>(effect.event.get())) {
    check_told(id, *told);
  } else if (const auto* announced = std::get_if<chat::Announced>(effect.event.get())) {
    const Typed* typed = this->typed(announced->text);
    require(typed != nullptr && typed->text == announced->text, "not announced: {}", announced->text);
    require(!who.name.empty(), "an announcement to somebody who is not logged in");
    batch_.got[*token_in(announced->text)].push_back(id);
  } else if (const auto* joined = std::get_if<chat::Joined>(effect.event.get())) {
    require(has(who.rooms, joined->room), "{} has joined {} and hears nothing of it", who.name, joined->name);
    if (joined->member_count == 1 && joined->name != kDefaultRoom) owners_.emplace(joined->room, who.folded);
    if (joined->roster.size() != 0) check_rank(id, who, *joined);
  } else if (std::holds_alternative<chat::Closed>(*effect.event)) {
    require(who.rooms.empty(), "{} still hears rooms after he was closed", who.name);
    here_.erase(id);
  }
}

void Ledger::on(std::size_t loop, const chat::Subscribe& effect) {
  Here& who = at(effect.session, "a subscription");
  require(!has(who.rooms, effect.room), "{} is subscribed twice to room {}", who.name, effect.room.value);
  who.rooms.push_back(effect.room);
  batch_.changed_rooms.emplace_back(loop, effect.room);
}

void Ledger::on(std::size_t loop, const chat::Unsubscribe& effect) {
  Here& who = at(effect.session, "the end of a subscription");
  require(std::erase(who.rooms, effect.room) == 1, "{} was not subscribed to room {}", who.name,
          effect.room.value);
  batch_.changed_rooms.emplace_back(loop, effect.room);
}

void Ledger::name(SessionId id, Here& who, const std::string& name) {
  require(!name.starts_with(kPasswordMark), "a password is published as a name: {}", name);
  batch_.new_people.push_back(who.folded);
  const std::string old_name = who.folded;
  who.name = name;
  who.folded = chat::fold_name(name).value_or("");
  if (officers_.contains(old_name)) officers_.insert(who.folded);
  for (const base::RoomId room : who.rooms) {
    if (owners_.contains({room, old_name})) owners_.emplace(room, who.folded);
  }
  batch_.new_people.push_back(who.folded);
  batch_.new_names.push_back(id);
}

const chat::SanctionRecord* Ledger::sanction_on(SanctionKind kind, std::string_view folded, bool account,
                                                const base::AddressBits& bits, bool new_ones_too) const {
  for (const auto& [key, sanction] : sanctions_) {
    const chat::SanctionRecord& record = sanction.record;
    if (key.first != kind || !sanction.sure || !is_on(record.target, folded, account, bits)) continue;
    if (!new_ones_too && has(batch_.new_sanctions, record.target)) continue;
    if (record.expires == base::WallTime{} || batch_.now < record.expires) return &record;
  }
  return nullptr;
}

void Ledger::check_said(const chat::Message& message, const Typed& typed) {
  const Here& who = at(typed.by, "a message is said");
  using enum chat::MessageKind;
  require((typed.kind == 'm' && message.kind == text) || (typed.kind == 'e' && message.kind == action) ||
              (typed.kind == 'n' && message.kind == notice),
          "said as another kind of message than it was typed as: {}", message.text);
  require(message.sender == who.name, "{} said what {} typed: {}", message.sender, who.name, message.text);
  require(has(who.rooms, message.room), "{} speaks where he is not: {}", who.name, message.text);
  ++batch_.counts[typed.by].said;

  const auto* mute = sanction_on(SanctionKind::mute, who.folded, !who.guest, who.bits, false);
  require(mute == nullptr, "{} is muted and is heard: {}", who.name, message.text);

  const auto key = std::pair(message.room, who.folded);
  const auto last = spoken_.find(key);
  const auto pace = paces_.find(message.room);
  // Whoever came anew, or a room whose pace is new, begins anew.
  const bool new_here = has(batch_.new_people, who.folded) || has(batch_.new_paces, message.room);
  const bool has_rank = owners_.contains(key) || officers_.contains(who.folded);  // perhaps no more
  if (last != spoken_.end() && pace != paces_.end() && !new_here && !has_rank && batch_.now >= last->second) {
    require(batch_.now - last->second >= pace->second, "{} is too fast for a room in slow mode: {}", who.name,
            message.text);
  }
  spoken_[key] = batch_.now;
}

void Ledger::check_told(SessionId receiver, const chat::Told& told) {
  const Typed* typed = this->typed(told.text);
  const Here& who = here_.at(receiver);
  require(typed != nullptr && typed->kind == 'p' && typed->text == told.text,
          "a private message that nobody typed: {}", told.text);
  auto& got = batch_.got[*token_in(told.text)];
  // An echo, which only he gets who said it.
  if (typed->by == receiver && (typed->to != who.folded || has(got, receiver))) return;
  require(typed->to == who.folded, "{} got a private message to {}", who.name, typed->to);
  require(!has(got, receiver), "{} got a private message twice", who.name);
  if (got.empty()) ++batch_.counts[typed->by].told;
  got.push_back(receiver);

  batch_.tellers.emplace_back(typed->by, told.sender);
}

/// Who told something, told it under his name and was not muted; his own loop may have learnt both later.
void Ledger::check_tellers() const {
  for (const auto& [id, name] : batch_.tellers) {
    const auto found = here_.find(id);
    if (found == here_.end() || has(batch_.new_names, id)) continue;
    const Here& who = found->second;
    require(name == who.name, "{} told what {} typed", name, who.name);
    require(sanction_on(SanctionKind::mute, who.folded, !who.guest, who.bits, false) == nullptr,
            "{} is muted and tells", who.name);
  }
}

void Ledger::end_batch() {
  check_tellers();
  check_nobody_is_left_out();
  check_counts();
  check_bans();
  for (const std::string& person : batch_.new_people) {
    std::erase_if(spoken_, [&](const auto& entry) { return entry.first.second == person; });
  }
  for (const RoomId room : batch_.new_paces) {
    std::erase_if(spoken_, [&](const auto& entry) { return entry.first.first == room; });
  }
}

void Ledger::check_nobody_is_left_out() {
  std::vector<chat::MessagePtr> all;
  for (const auto& said : batch_.said) all.insert(all.end(), said.begin(), said.end());
  const auto by_id = [](const auto& a, const auto& b) { return a->id < b->id; };
  std::stable_sort(all.begin(), all.end(), by_id);
  all.erase(std::unique(all.begin(), all.end()), all.end());
  for (const auto& said : batch_.said) {
    require(std::is_sorted(said.begin(), said.end(), by_id), "a loop gets messages out of order");
  }
  if (history_) {
    for (const auto& message : all) {
      require(has(batch_.committed, message), "seen, and not in the history: {}", message->text);
    }
    for (const auto& message : batch_.committed) {
      require(has(all, message), "in the history, and nobody sees it: {}", message->text);
    }
  }
  for (const chat::MessagePtr& message : all) {
    for (const auto& [id, who] : here_) {
      const std::size_t loop = base::loop_of(id);
      if (!has(who.rooms, message->room)) continue;
      if (has(batch_.changed_rooms, std::pair(loop, message->room))) continue;
      require(has(batch_.said[loop], message), "{} is in the room, and his loop does not get: {}", who.name,
              message->text);
    }
  }
  for (const auto& [token, got] : batch_.got) {
    const Typed& typed = typed_[token];
    for (const auto& [id, who] : here_) {
      if (who.name.empty() || has(batch_.new_names, id) || has(got, id)) continue;
      require(typed.kind == 'p' ? who.folded != typed.to : false, "{} does not get: {}", who.name,
              typed.text);
    }
  }
}

/// Whoever is still here has got an answer, or others have got what he said: there is no third case.
void Ledger::check_counts() const {
  for (const auto& [id, counts] : batch_.counts) {
    const bool gone = !here_.contains(id);
    const auto add_up = [&](std::size_t asked, std::size_t done, std::size_t refused) {
      return gone ? done + refused <= asked : done + refused == asked;
    };
    require(add_up(counts.says, counts.said, counts.not_said), "session {} said {}: {} heard, {} refused",
            id.value, counts.says, counts.said, counts.not_said);
    require(add_up(counts.tells, counts.told, counts.not_told), "session {} told {}: {} heard, {} refused",
            id.value, counts.tells, counts.told, counts.not_told);
  }
}

void Ledger::check_bans() const {
  for (const auto& [id, who] : here_) {
    const bool account = !who.name.empty() && !who.guest;
    const auto* ban = sanction_on(SanctionKind::ban, who.folded, account, who.bits, true);
    require(ban == nullptr || (who.name.empty() && ban->target.on != chat::SanctionOn::network),
            "session {}, {}, is banned by {} and is here", id.value, who.name,
            ban == nullptr ? "" : ban->target.text);
  }
}

}  // namespace veche::simulator
