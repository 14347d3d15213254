// A client loop of the server without its event loop: takes what the chat thread delivers, carries it out in
// turns through the server's own fan-out, and tells every client's reader what he has to see.
#pragma once

#include "base/clock.h"
#include "chat/outbox.h"
#include "server/chat_thread.h"
#include "server/fanout.h"
#include "tests/simulator/sim_client.h"

#include <cstddef>
#include <deque>
#include <map>
#include <memory>
#include <vector>

namespace veche::simulator {

/// One thread.
class SimLoop {
 public:
  explicit SimLoop(const base::ManualClock& clock) : clock_(clock) {}
  ~SimLoop();

  std::map<base::SessionId, std::unique_ptr<SimClient>> clients;
  std::deque<server::Delivery> mail;  ///< what the chat has delivered and no turn has carried out

  SimClient* client(base::SessionId id) const;
  /// His connection is gone.
  void drop(base::SessionId id);
  /// Carries out all mail; or, when the process dies in the middle of it, `effects_max` effects.
  void turn(std::size_t effects_max = static_cast<std::size_t>(-1));
  std::size_t room_count() const { return fanout_.room_count(); }

 private:
  void carry_out(const chat::ToRoom& effect);
  void carry_out(const chat::ToSession& effect);
  void carry_out(const chat::Subscribe& effect);
  void carry_out(const chat::Unsubscribe& effect);
  void foretell(const chat::ToRoom& effect);
  static void foretell(SimClient& client, const chat::Event& event);

  const base::ManualClock& clock_;
  server::Fanout fanout_;
  // What the fan-out must come to, kept in the simplest way there is.
  std::map<base::RoomId, std::vector<SimClient*>> members_;
  chat::EventPtr last_event_;
  std::vector<SimClient*> got_last_event_;
};

}  // namespace veche::simulator
