// One run: from a seed, a server on a journal, a crowd of clients, and everything that can happen to them, in
// any order. The chat, the chat thread (run by hand), the fan-out, the journal and the sessions, of lines and
// of IRC, are the server's own; the network, the workers, the clocks and the operator are not.
#pragma once

#include "base/clock.h"
#include "base/log.h"
#include "chat/chat.h"
#include "server/chat_thread.h"
#include "tests/simulator/crowd.h"
#include "tests/simulator/disk.h"
#include "tests/simulator/failure.h"
#include "tests/simulator/irc_crowd.h"
#include "tests/simulator/ledger.h"
#include "tests/simulator/sim_loop.h"

#include <cstddef>
#include <cstdint>
#include <deque>
#include <map>
#include <memory>
#include <vector>

namespace veche::simulator {

/// Every so many seeds the journal is SQLite's.
inline constexpr std::uint64_t kSeedsPerFile = 128;

/// One thread.
class Simulation {
 public:
  Simulation(std::uint64_t seed, base::Log& log, bool trace);

  /// The whole run. Throws Failure at the first thing that is not as it must be.
  void run();
  std::size_t step() const { return step_; }

 private:
  void start();
  void trace(const server::Delivery& delivery) const;
  void die(bool killed);
  void take_step();

  // What the network and the people do.
  void somebody_comes();
  void somebody_types();
  void types(SimClient& who, std::string text);
  void network_brings();
  void somebody_reads();
  void somebody_goes();
  void read(SimClient& client, std::size_t bytes_max);
  void hang_up(SimLoop& loop, base::SessionId id, const char* why);
  void cut_slow_readers();
  void time_passes();
  void something_breaks();

  // What the server does.
  void gather();
  bool run_batch();
  void check_store();
  void check_views();
  void check_view(const SimClient& client);
  static bool turn(SimLoop& loop);
  bool work();
  void settle();
  void finish();
  void check_nobody_is_left();

  SimClient* somebody();
  SimLoop& some_loop() { return *loops_[choose_(kClientLoops)]; }

  fakes::SeededChoice choose_;
  Trace trace_;
  base::Log& log_;
  base::ManualClock clock_;
  std::uint64_t tokens_ = 0;
  std::uint64_t serials_ = 0;
  std::uint64_t requests_ = 0;
  std::size_t step_ = 0;

  Ledger ledger_;
  Crowd crowd_;
  IrcCrowd irc_crowd_;
  const chat::Policy policy_;
  const session::LineOptions options_;
  const session::IrcOptions irc_options_;
  const std::size_t send_queue_bytes_;
  Disk disk_;

  std::unique_ptr<chat::Chat> chat_;
  std::unique_ptr<server::ChatThread> thread_;
  std::unique_ptr<SimLoop> loops_[kClientLoops];
  std::map<base::SessionId, std::deque<fakes::Asked>> outgoing_;
  std::vector<chat::Command> batch_;
  bool dies_delivering_ = false;
  std::size_t loops_to_deliver_ = 0;  // before it does
};

}  // namespace veche::simulator
