// Simulation: the people, the network, time and misfortune. The server's side is in simulated_server.cpp.
#include "tests/simulator/simulation.h"

#include <algorithm>
#include <array>
#include <chrono>
#include <iterator>
#include <utility>

namespace veche::simulator {

using base::SessionId;
using namespace std::chrono_literals;

namespace {

constexpr std::size_t kSteps = 500;
constexpr std::size_t kClientsMax = 10;

/// What happens in a step, each as often as its share.
enum class Deed : std::uint8_t {
  arrival,
  typing,
  network,
  reading,
  leaving,
  operators,
  worker,
  batch,
  turn,
  settling,
  time,
  breakage
};
constexpr std::pair<Deed, std::size_t> kShares[] = {
    {Deed::arrival, 5}, {Deed::typing, 40},   {Deed::network, 6}, {Deed::reading, 6},
    {Deed::leaving, 1}, {Deed::operators, 7}, {Deed::worker, 6},  {Deed::batch, 14},
    {Deed::turn, 10},   {Deed::settling, 6},  {Deed::time, 5},    {Deed::breakage, 1},
};
constexpr std::size_t kShareSum = [] {
  std::size_t sum = 0;
  for (const auto& [deed, share] : kShares) sum += share;
  return sum;
}();

/// For the trace: what is typed, without its line ends and what a terminal would obey.
std::string shown(std::string_view text, std::size_t bytes_max = 160) {
  std::string out;
  for (const char c : text.substr(0, bytes_max))
    out += c == '\n' ? '|' : static_cast<unsigned char>(c) < 32 ? '?' : c;
  return out;
}

}  // namespace

Simulation::Simulation(std::uint64_t seed, base::Log& log, bool trace)
    : choose_(seed),
      trace_(trace),
      log_(log),
      crowd_(choose_, ledger_, tokens_),
      irc_crowd_(choose_, ledger_, tokens_),
      policy_(crowd_.policy()),
      options_(crowd_.options()),
      irc_options_(irc_crowd_.options(policy_)),
      send_queue_bytes_(300 + choose_(3000)),
      disk_(seed % kSeedsPerFile == 0) {
  ledger_.keeps_history(policy_.history);
  start();
}

void Simulation::run() {
  for (; step_ < kSteps; ++step_) {
    trace_.at_step(step_);
    take_step();
    cut_slow_readers();
  }
  finish();
}

void Simulation::take_step() {
  std::size_t dice = choose_(kShareSum);
  const auto* drawn = std::begin(kShares);
  for (; dice >= drawn->second; ++drawn) dice -= drawn->second;
  switch (drawn->first) {
    case Deed::arrival:
      return somebody_comes();
    case Deed::typing:
      return somebody_types();
    case Deed::network:
      return network_brings();
    case Deed::reading:
      return somebody_reads();
    case Deed::leaving:
      return somebody_goes();
    case Deed::operators: {
      auto order = std::make_shared<const chat::OperatorOrder>(crowd_.order());
      trace_("the operator gives an order (number {} of OperatorOrder)", order->index());
      outgoing_[kOperator].emplace_back(chat::Operate{++requests_, std::move(order)});
      return;
    }
    case Deed::worker:
      work();
      return;
    case Deed::batch:
      run_batch();
      return;
    case Deed::turn:
      turn(some_loop());
      return;
    case Deed::settling:
      return settle();
    case Deed::time:
      return time_passes();
    case Deed::breakage:
      return something_breaks();
  }
}

SimClient* Simulation::somebody() {
  const SimLoop& loop = some_loop();
  if (loop.clients.empty()) return nullptr;
  return std::next(loop.clients.begin(), static_cast<std::ptrdiff_t>(choose_(loop.clients.size())))
      ->second.get();
}

// --- people and their network

void Simulation::somebody_comes() {
  if (loops_[0]->clients.size() + loops_[1]->clients.size() >= kClientsMax) return;
  const auto number = static_cast<base::LoopIndex>(choose_(kClientLoops));
  const SessionId id = base::make_session_id(number, ++serials_);
  const bool is_irc = choose_(3) == 0;
  auto client = is_irc ? std::make_unique<SimClient>(id, clock_, irc_options_, tokens_, ledger_)
                       : std::make_unique<SimClient>(id, clock_, options_, tokens_, ledger_);
  chat::Connect connect = crowd_.arrival();
  if (is_irc) {
    connect.enters_default_room = false;
    connect.wants_roster = true;
    connect.dialect = base::Dialect::irc;
  }
  trace_("{} comes from {}", id.value, base::address_text(connect.address));
  types(*client, is_irc ? irc_crowd_.arrival(id, *client->irc) : crowd_.log_in());
  client->host.command(connect, false);
  client->session.opened();
  SimClient& here = *(loops_[number]->clients[id] = std::move(client));
  if (choose_(4) == 0) return;
  if (here.host.accepts_input) here.bring(std::exchange(here.typed, {}));
  settle();
}

void Simulation::somebody_types() {
  SimClient* who = somebody();
  if (who == nullptr || who->finished) return;
  if (who->irc) {
    const bool is_in = ledger_.is_logged_in(who->id) && who->irc->is_welcome();
    types(*who, is_in ? irc_crowd_.line(who->id, *who->irc) : irc_crowd_.entering(who->id, *who->irc));
  } else if (!ledger_.is_logged_in(who->id)) {
    // Once nothing of an earlier try is on its way: else his name would be what he says.
    const bool waits = !who->typed.empty() || !who->host.commands.empty() || !who->host.jobs.empty() ||
                       who->host.chat_busy || who->is_slowed || outgoing_.contains(who->id) ||
                       !loops_[base::loop_of(who->id)]->mail.empty();
    if (waits || choose_(2) == 0) return;
    if (!who->host.secret_is_asked()) {
      types(*who, choose_(8) == 0 ? crowd_.bad_line() + "\n" : crowd_.log_in());
    } else if (who->sees_his_password() && who->name_refused) {
      // His password came behind the refusal of his name, at the question for another one. Nobody can tell it
      // from a name; but behind the refusal of a password it must not be taken for one.
      return hang_up(*loops_[base::loop_of(who->id)], who->id, "sees his password and goes");
    } else {
      types(*who, crowd_.secret(who->name));
    }
  } else {
    types(*who, crowd_.line(who->id));
  }
  if (choose_(5) == 0 || !who->host.accepts_input || who->host.finished) return;
  who->bring(std::exchange(who->typed, {}));
}

void Simulation::types(SimClient& who, std::string text) {
  trace_("{} types {}", who.id.value, shown(text));
  ledger_.note_secrets(who.id, text);
  who.typed += text;
}

/// Some of the bytes that are on their way, or the client's FIN behind them.
void Simulation::network_brings() {
  SimClient* who = somebody();
  if (who == nullptr || who->finished || who->host.finished || !who->host.accepts_input) return;
  const std::size_t bytes = choose_(who->typed.size() + 1);
  who->bring(who->typed.substr(0, bytes));
  who->typed.erase(0, bytes);
  if (choose_(10) != 0) return;
  trace_("{} sends its FIN", who->id.value);
  who->bring(who->typed.substr(0, who->typed.find('\n')));  // a last line without its end
  who->finished = true;
  who->typed.clear();
  if (who->host.finished) return;
  who->session.peer_finished();
}

void Simulation::somebody_reads() {
  SimClient* who = somebody();
  if (who == nullptr) return;
  if (choose_(4) == 0) {
    who->reads = !who->reads;
    trace_("{} {}", who->id.value, who->reads ? "reads again" : "reads no more");
  }
  if (choose_(6) == 0) {
    who->host.chat_busy = !who->host.chat_busy;
    if (!who->host.chat_busy) who->session.chat_is_free();
  }
  if (who->reads) read(*who, choose_(who->host.sent.size() + 1));
}

void Simulation::read(SimClient& client, std::size_t bytes_max) {
  const std::size_t bytes = std::min(bytes_max, client.host.sent.size());
  const std::string_view seen = std::string_view(client.host.sent).substr(0, bytes);
  if (client.irc && trace_.is_on() && !seen.empty())
    trace_("{} reads {}", client.id.value, shown(seen, 2000));
  client.read(seen);
  client.host.sent.erase(0, bytes);
}

void Simulation::somebody_goes() {
  SimClient* who = somebody();
  if (who == nullptr) return;
  SimLoop& loop = *loops_[base::loop_of(who->id)];
  if (choose_(2) == 0 && who->host.accepts_input && !who->host.finished && !who->finished) {
    who->bring(who->typed.substr(0, choose_(who->typed.size() + 1)));  // in the middle of a line
  }
  hang_up(loop, who->id, "goes");
}

/// The connection is gone, and with it what it had not brought yet.
void Simulation::hang_up(SimLoop& loop, SessionId id, const char* why) {
  trace_("{} {}", id.value, why);
  std::deque<fakes::Asked>& asked = outgoing_[id];
  for (fakes::Asked& one : loop.client(id)->host.commands) asked.push_back(std::move(one));
  asked.emplace_back(chat::Disconnect{});
  loop.drop(id);
}

/// As net does: past the limit a connection is cut. And a goodbye that is read ends one, too.
void Simulation::cut_slow_readers() {
  for (const auto& loop : loops_) {
    std::vector<std::pair<SessionId, const char*>> over;
    for (const auto& [id, client] : loop->clients) {
      if (client->host.sent.size() > send_queue_bytes_ && !client->reads) over.emplace_back(id, "is cut");
      if (!client->host.finished || !client->host.sent.empty()) continue;
      client->check_nothing_is_missing();
      over.emplace_back(id, "has read its goodbye");
    }
    for (const auto& [id, why] : over) hang_up(*loop, id, why);
  }
}

// --- time and misfortune

void Simulation::time_passes() {
  if (choose_(12) == 0) {
    const std::chrono::seconds back{1 + choose_(100)};
    trace_("the wall clock is set back by {} s", back.count());
    clock_.step_wall(-back);
    return ledger_.clock_stepped_back();
  }
  const std::chrono::milliseconds time{choose_(choose_(6) == 0 ? 40'000 : 3'000)};
  trace_("{} ms pass", time.count());
  clock_.advance(time);
  for (const auto& loop : loops_) {
    for (const auto& [id, client] : loop->clients) {
      if (!client->host.timer_is_due()) continue;
      client->is_slowed = false;
      client->session.on_timer();
    }
  }
}

void Simulation::something_breaks() {
  const std::size_t dice = choose_(12);
  if (dice < 6) {
    const std::size_t commits = 1 + choose_(3);
    trace_("the disk is full for {} commits", commits);
    disk_.journal().set_error({"veche.db", choose_(2) == 0 ? "the disk is full" : "read-only", ""});
    disk_.journal().fail_next(commits);
    disk_.journal().fail_next_probes(choose_(3));
  } else if (dice < 9) {
    using enum Disk::Doom;
    const Disk::Doom where = std::array{before, within, after}[choose_(3)];
    trace_("the process will die in a commit ({})", static_cast<int>(where));
    disk_.doom(where);
  } else if (dice == 9) {
    trace_("the process will die while it delivers");
    dies_delivering_ = true;
    loops_to_deliver_ = choose_(kClientLoops + 1);
  } else if (dice == 10) {
    die(true);
  } else {
    trace_("the operator shuts down");
    outgoing_[kOperator].emplace_back(chat::ShutDown{});
    settle();
    die(false);
  }
}

void Simulation::finish() {
  disk_.journal().fail_next(0);
  disk_.doom(Disk::Doom::none);
  dies_delivering_ = false;
  settle();
  for (const auto& loop : loops_) {
    while (!loop->clients.empty()) hang_up(*loop, loop->clients.begin()->first, "goes home");
  }
  settle();
  check_nobody_is_left();
  die(choose_(2) == 0);
}

}  // namespace veche::simulator
