// Ledger: what was typed, what was committed, and what is held against the chat. The batch's effects are in
// ledger_batch.cpp.
#include "tests/simulator/ledger.h"

#include "chat/name.h"
#include "tests/simulator/failure.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <memory>
#include <utility>

namespace veche::simulator {

using base::RoomId;
using base::SessionId;

std::optional<std::size_t> token_in(std::string_view text) {
  for (std::size_t at = text.find('<'); at != text.npos; at = text.find('<', at + 1)) {
    std::size_t end = at + 2, number = 0;
    while (end < text.size() && text[end] >= '0' && text[end] <= '9') {
      number = number * 10 + static_cast<std::size_t>(text[end++] - '0');
    }
    if (end > at + 2 && end < text.size() && text[end] == '>') return number;
  }
  return std::nullopt;
}

std::string token_of(std::string_view text) {
  const std::size_t begin = std::min(text.find('<'), text.size());
  return std::string(text.substr(begin, text.find('>', begin) + 1 - begin));
}

std::string Ledger::note(char kind, SessionId by, std::string_view before, std::string_view after,
                         std::string to) {
  std::string text = fmt::format("{}<{}{}>{}", before, kind, typed_.size(), after);
  typed_.push_back({kind, by, text, std::move(to)});
  kept_.push_back(false);
  return text;
}

const Typed* Ledger::typed(std::string_view text) const {
  const auto token = token_in(text);
  return token && *token < typed_.size() ? &typed_[*token] : nullptr;
}

// --- the store's side

void Ledger::committed(std::span<const chat::Row> rows) {
  for (const chat::Row& row : rows) {
    if (const auto* added = std::get_if<chat::MessageAdded>(&row)) {
      const chat::Message& message = *added->message;
      require(message.id > last_message(), "message {} is committed behind message {}", message.id.value,
              last_message().value);
      const Typed* typed = this->typed(message.text);
      require(typed != nullptr && typed->text == message.text, "a message that nobody typed: {}",
              message.text);
      const std::size_t token = *token_in(message.text);
      require(!kept_[token], "committed twice: {}", message.text);
      kept_[token] = true;
      messages_.push_back(added->message);
      batch_.committed.push_back(added->message);
    } else if (const auto* room = std::get_if<chat::RoomAdded>(&row)) {
      rooms_.insert(room->room.id);
      room_names_[room->room.id] = chat::fold_name(room->room.name).value_or("");
    } else if (const auto* renamed = std::get_if<chat::RoomNameChanged>(&row)) {
      room_names_[renamed->room] = chat::fold_name(renamed->name).value_or("");
    } else if (const auto* imposed = std::get_if<chat::SanctionImposed>(&row)) {
      sanctions_[{imposed->sanction.kind, imposed->sanction.target}] = {imposed->sanction};
      batch_.new_sanctions.push_back(imposed->sanction.target);
    } else if (const auto* lifted = std::get_if<chat::SanctionLifted>(&row)) {
      sanctions_.erase({lifted->kind, lifted->target});
      batch_.new_sanctions.push_back(lifted->target);
    } else if (const auto* slowed = std::get_if<chat::RoomSlowed>(&row)) {
      paces_[slowed->room] = slowed->slow;
      batch_.new_paces.push_back(slowed->room);
    } else if (const auto* account = std::get_if<chat::AccountAdded>(&row)) {
      accounts_.insert(chat::fold_name(account->account.name).value_or(""));
    } else if (std::holds_alternative<chat::IdentitiesCleared>(row)) {
      accounts_.clear();
    }
    account_row(row);
    charter_row(row);
  }
}

bool Ledger::is_kept(std::string_view text) const {
  const auto token = token_in(text);
  return token && *token < kept_.size() && kept_[*token];
}

void Ledger::check_history(const ReadRoom& read) const {
  std::size_t found = 0;
  for (const RoomId room : rooms_) {
    const std::vector<chat::Message> stored = read(room);
    auto at = stored.begin();
    for (const chat::MessagePtr& wanted : messages_) {
      if (wanted->room != room) continue;
      require(at != stored.end() && at->id == wanted->id && at->text == wanted->text &&
                  at->sender == wanted->sender && at->time == wanted->time,
              "the history of room {} lacks message {}: {}", room.value, wanted->id.value, wanted->text);
      ++at;
      ++found;
    }
    require(at == stored.end(), "the history of room {} has a message too many", room.value);
  }
  require(found == messages_.size(), "messages of rooms that the store does not have");
}

// --- who is here

Ledger::Here& Ledger::at(SessionId id, const char* what) {
  const auto found = here_.find(id);
  require(found != here_.end(), "{} for session {}, which is closed", what, id.value);
  return found->second;
}

bool Ledger::is_logged_in(SessionId id) const {
  const auto found = here_.find(id);
  return found != here_.end() && !found->second.name.empty();
}

bool Ledger::is_guest(SessionId id) const { return is_logged_in(id) && here_.at(id).guest; }

std::string Ledger::name_of(SessionId id) const { return is_logged_in(id) ? here_.at(id).folded : ""; }

bool Ledger::is_here(const std::string& folded) const {
  return std::any_of(here_.begin(), here_.end(),
                     [&](const auto& one) { return one.second.folded == folded; });
}

void Ledger::died() {
  here_.clear();
  secrets_.clear();
  spoken_.clear();
  batch_ = {};
}

void Ledger::clock_stepped_back() {
  for (auto& [key, sanction] : sanctions_) {
    sanction.sure = sanction.sure && sanction.record.expires == base::WallTime{};
  }
}

void Ledger::check_sessions(chat::Chat& chat, base::WallTime now) const {
  require(chat.session_count() == here_.size(), "the chat has {} sessions and told of {}",
          chat.session_count(), here_.size());
  const auto ask = [&](chat::OperatorOrder order) {
    chat::Outbox outbox;
    chat.apply({kOperator, chat::Operate{0, std::make_shared<const chat::OperatorOrder>(std::move(order))}},
               now, outbox);
    const auto& effect = std::get<chat::ToSession>(outbox.effects.at(0));
    return std::get<chat::OperatorAnswer>(*effect.event).result;
  };
  const auto sessions = std::get<chat::SessionList>(ask(chat::AskSessions{})).sessions;
  std::set<std::string> names;
  for (const auto& line : sessions) {
    const auto found = here_.find(line.session);
    require(found != here_.end(), "the chat holds session {}, which it closed", line.session.value);
    const Here& who = found->second;
    require(line.name == who.name && line.guest == who.guest && line.address == who.address,
            "the chat says that session {} is {}{} from {}, and told that it is {}{} from {}",
            line.session.value, line.name, line.guest ? " (guest)" : "", line.address, who.name,
            who.guest ? " (guest)" : "", who.address);
    require(line.rooms.size() == who.rooms.size(), "{} is in {} and hears {} rooms", who.name,
            fmt::join(line.rooms, ","), who.rooms.size());
    if (who.name.empty()) continue;
    names.insert(who.folded);
    require((account_called(who.folded) == nullptr) == who.guest, "session {} is called {}, {}",
            line.session.value, who.name,
            who.guest ? "which is an account's" : "and there is no such account");
  }
  require(chat.user_count() == names.size(), "the chat has {} people and told of {}", chat.user_count(),
          names.size());
  std::size_t members = 0, heard = 0;
  const auto rooms = std::get<chat::RoomList>(ask(chat::AskRoomList{})).rooms;
  for (const auto& room : rooms) members += room.members;
  names.clear();
  for (const auto& [id, who] : here_) {
    if (!who.name.empty() && names.insert(who.folded).second) heard += who.rooms.size();
  }
  require(members == heard, "the rooms have {} members, and people are in {}", members, heard);
}

}  // namespace veche::simulator
