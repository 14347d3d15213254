// Simulation: the server's side. Batches, turns, workers, the death of the process and its next life.
#include "session/irc_modes.h"
#include "tests/fakes/chat_text.h"
#include "tests/fakes/fake_workers.h"
#include "tests/simulator/simulation.h"

#include <algorithm>
#include <span>
#include <sstream>
#include <string>
#include <utility>

namespace veche::simulator {

using base::SessionId;

void Simulation::start() {
  for (auto& loop : loops_) loop = std::make_unique<SimLoop>(clock_);
  disk_.on_commit([this](std::span<const chat::Row> rows) { ledger_.committed(rows); });
  const auto state = disk_.journal().load(policy_.playback_messages);
  require(state.has_value(), "the journal cannot be read");
  chat_ = std::make_unique<chat::Chat>(policy_, *state);
  std::vector<server::DeliverTo> loops;
  for (std::size_t i = 0; i <= kClientLoops; ++i) {
    loops.push_back([this, i](server::Delivery delivery) {
      if (dies_delivering_ && i >= loops_to_deliver_) throw Died{};
      trace(delivery);
      ledger_.delivered(i, delivery.effects);
      if (i < kClientLoops) loops_[i]->mail.push_back(std::move(delivery));
    });
  }
  thread_ = std::make_unique<server::ChatThread>(*chat_, disk_.journal(), clock_, log_, std::move(loops));
  dies_delivering_ = false;
}

void Simulation::trace(const server::Delivery& delivery) const {
  if (!trace_.is_on()) return;
  for (const chat::Effect& effect : delivery.effects) trace_("  {}", fakes::to_text(effect));
}

/// The process ends, wherever it is; clients may have got some of what was on its way to them. A new one must
/// find what was committed, all of it and nothing else.
void Simulation::die(bool killed) {
  trace_("the process {}", killed ? "dies" : "ends");
  for (const auto& loop : loops_) {
    if (choose_(2) == 0) loop->turn(choose_(8));
    for (const auto& [id, client] : loop->clients) read(*client, choose_(client->host.sent.size() + 1));
  }
  const bool lost = disk_.doom() == Disk::Doom::before;
  const std::string applied = chat_->describe(false);
  chat_->roll_back();  // nothing, unless a commit was under way
  const std::string rolled_back = chat_->describe(false);
  outgoing_.clear();
  ledger_.died();
  thread_.reset();
  chat_.reset();

  const std::vector<chat::Row> torn = disk_.reopen(killed, choose_);
  start();
  const std::string found = chat_->describe(false);
  bool taken = !lost;
  if (!torn.empty()) {
    const auto state = disk_.journal().load(0);
    taken = found == applied;
    for (const chat::Row& row : torn) {
      const auto* added = std::get_if<chat::MessageAdded>(&row);
      if (added != nullptr) taken = state && state->last_message >= added->message->id;
    }
    trace_("the torn commit is {}", taken ? "there" : "not there");
    if (taken) ledger_.committed(torn);
  }
  const std::string& wanted = taken ? applied : rolled_back;
  require(found == wanted, "after a restart there is\n{}instead of\n{}", found, wanted);
  ledger_.check_history([this](base::RoomId room) { return disk_.all(room); });
}

// --- batches

/// What clients ask for, each one's in order, as it happens to arrive.
void Simulation::gather() {
  batch_.clear();
  for (const auto& loop : loops_) {
    for (const auto& [id, client] : loop->clients) {
      if (client->host.commands.empty()) continue;
      auto& asked = outgoing_[id];
      for (fakes::Asked& one : client->host.commands) asked.push_back(std::move(one));
      client->host.commands.clear();
    }
  }
  for (std::size_t left = 1 + choose_(20); left > 0 && !outgoing_.empty(); --left) {
    const auto asker = std::next(outgoing_.begin(), static_cast<std::ptrdiff_t>(choose_(outgoing_.size())));
    // What a session asks in one go comes in one go, up to the command whose end it is told.
    bool more = true;
    while (more && !asker->second.empty()) {
      fakes::Asked& one = asker->second.front();
      const bool is_first = std::holds_alternative<chat::LogIn>(one.body) ||
                            std::holds_alternative<chat::LogInWithToken>(one.body) ||
                            std::holds_alternative<chat::EnterAsGuest>(one.body) ||
                            std::holds_alternative<chat::EnterAccount>(one.body) ||
                            std::holds_alternative<chat::Join>(one.body);
      more = is_first && !one.acknowledge;
      batch_.push_back({asker->first, std::move(one.body), one.acknowledge});
      asker->second.pop_front();
    }
    if (asker->second.empty()) outgoing_.erase(asker);
  }
}

bool Simulation::run_batch() {
  gather();
  if (batch_.empty()) return false;
  trace_("a batch of {}", batch_.size());
  ledger_.begin_batch(batch_, clock_.wall());
  const std::size_t failures = disk_.journal().failures();
  thread_->send(batch_);
  try {
    thread_->run_once();
  } catch (const Died&) {
    die(true);
    return true;
  }
  ledger_.end_batch();
  const bool failed = disk_.journal().failures() > failures;
  if (failed) trace_("the commit failed");
  if (failed || choose_(32) == 0) check_store();
  if (failed || choose_(8) == 0) ledger_.check_sessions(*chat_, clock_.wall());
  return true;
}

/// Memory holds what the store holds, and nothing that it lacks.
void Simulation::check_store() {
  const auto state = disk_.journal().load(policy_.playback_messages);
  require(state.has_value(), "the journal cannot be read");
  const std::string stored = chat::Chat(policy_, *state).describe(false);
  const std::string here = chat_->describe(false);
  require(here == stored, "the store holds\n{}and the chat\n{}", stored, here);
}

/// What IRC clients have been shown is what there is.
void Simulation::check_views() {
  for (const auto& loop : loops_) {
    for (const auto& [id, client] : loop->clients) {
      if (!client->irc || !client->reads || client->host.finished || !ledger_.is_logged_in(id)) continue;
      check_view(*client);
    }
  }
}

void Simulation::check_view(const SimClient& client) {
  const IrcPerson& person = *client.irc;
  const std::string name = ledger_.name_of(client.id);
  require(person.nick() == name, "{} believes to be {}", name, person.nick());
  for (const auto& [nick, there] : person.watched()) {
    if (!person.knows_watched()) break;
    require(there == ledger_.is_here(nick), "{} was told that {} is {}", name, nick,
            there ? "there" : "away");
  }
  require(person.channels().size() == ledger_.room_count(client.id), "{} believes to be in {} channels", name,
          person.channels().size());
  for (const auto& [folded, channel] : person.channels()) {
    chat::Outbox outbox;
    chat_->apply({client.id, chat::AskRoom{channel.name, true}}, clock_.wall(), outbox);
    const auto& effect = std::get<chat::ToSession>(outbox.effects.at(0));
    const auto* room = std::get_if<chat::RoomView>(effect.event.get());
    require(room != nullptr && room->member, "{} believes to be in {}", name, channel.name);
    // A name in other letters is another one to those only who know of renaming.
    const bool is_called = channel.name == room->name || !person.has_cap("draft/channel-rename");
    require(is_called, "{} calls {} {}", name, room->name, channel.name);
    require(channel.is_complete, "{} has not got the names of {}", name, channel.name);
    require(channel.members.size() == room->roster.size(), "{} sees {} people in {}, where {} are", name,
            channel.members.size(), channel.name, room->roster.size());
    for (std::size_t i = 0; i < room->roster.size(); ++i) {
      const chat::RosterEntry& entry = room->roster[i];
      const auto seen = channel.members.find(folded_name(entry.person->name));
      require(seen != channel.members.end(), "{} does not see {} in {}", name, entry.person->name,
              channel.name);
      require(!channel.has_all_ranks || seen->second == entry.ranks,
              "{} sees {} with the ranks {} in {}, who has {}", name, entry.person->name, seen->second,
              channel.name, entry.ranks);
    }
    const chat::RoomState state = room->state ? *room->state : chat::RoomState{};
    require(channel.topic == state.topic.text, "{} sees the topic of {} as: {}", name, channel.name,
            channel.topic);
    const session::ModeText modes = session::room_mode_text(&state, true);
    std::vector<std::string_view> words{modes.letters};
    words.insert(words.end(), modes.parameters.begin(), modes.parameters.end());
    require(!channel.modes || *channel.modes == modes_of(words), "{} sees other modes of {} than {}", name,
            channel.name, modes.letters);
    ledger_.check_kept(folded, state);
  }
}

// --- turns and workers

bool Simulation::turn(SimLoop& loop) {
  if (loop.mail.empty()) return false;
  loop.turn();
  return true;
}

/// One answer to somebody who waits for a worker.
bool Simulation::work() {
  /// Tells a person's reader what of the history he may be shown.
  struct Archive final : fakes::FakeArchive {
    Archive(Disk& its_disk, SimClient& its_asker) : disk(its_disk), asker(its_asker) {}
    std::vector<chat::Message> last(const chat::HistoryGranted& grant) override {
      return shown(disk.last(grant));
    }
    std::vector<chat::Message> search(const chat::SearchGranted& grant) override {
      return shown(disk.search(grant));
    }
    std::vector<chat::Message> shown(std::vector<chat::Message> messages) {
      if (asker.is_bare()) return messages;
      for (const chat::Message& message : messages) asker.reader.may_see(token_of(message.text));
      return messages;
    }
    Disk& disk;
    SimClient& asker;
  };
  for (const auto& loop : loops_) {
    for (const auto& [id, client] : loop->clients) {
      if (client->host.jobs.empty()) continue;
      const fakes::Job job = std::move(client->host.jobs.front());
      client->host.jobs.pop_front();
      Archive archive(disk_, *client);
      fakes::do_job(client->session, job, choose_(16) == 0, archive);
      return true;
    }
  }
  return false;
}

/// Until nobody has anything to do but wait for a person or for time; then nothing is owed to anybody.
void Simulation::settle() {
  for (bool more = true; more;) {
    more = false;
    for (const auto& loop : loops_) {
      for (const auto& [id, client] : loop->clients) {
        if (std::exchange(client->host.chat_busy, false)) client->session.chat_is_free();
      }
    }
    while (work()) more = true;
    while (run_batch()) more = true;
    for (const auto& loop : loops_) more = turn(*loop) || more;
  }
  for (const auto& loop : loops_) {
    for (const auto& [id, client] : loop->clients) {
      if (!client->reads) continue;
      read(*client, client->host.sent.size());
      client->check_nothing_is_missing();
    }
  }
  if (choose_(4) == 0) check_views();
  cut_slow_readers();
}

/// When all have gone nothing is left of them.
void Simulation::check_nobody_is_left() {
  require(chat_->session_count() == 0 && ledger_.session_count() == 0, "sessions are left");
  require(chat_->user_count() == 0, "people are left");
  for (const auto& loop : loops_) require(loop->room_count() == 0, "a loop still knows a room");
  std::istringstream lines(chat_->describe());
  for (std::string line; std::getline(lines, line);) {
    const bool live = line.starts_with("user ") || line.starts_with("session ") ||
                      line.starts_with("name ") || line.ends_with("kept 0 ") ||
                      (line.starts_with("names ") && !line.starts_with("names 0 "));
    require(!live, "left of people who have gone: {}", line);
    std::istringstream words(line);
    std::string kind, address, open;
    words >> kind >> address >> open;
    require(kind != "connections" || open == "0", "a connection is counted that is none: {}", line);
  }
}

}  // namespace veche::simulator
