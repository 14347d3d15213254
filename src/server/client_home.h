// What all clients share, and what each asks of whoever keeps it: its event loop's ClientLoop, or the
// ThreadClient that has a thread for it alone.
#pragma once

#include "base/clock.h"
#include "base/ids.h"
#include "base/log.h"
#include "chat/command.h"
#include "server/chat_operators.h"
#include "server/dialects.h"
#include "server/jobs.h"
#include "server/notices.h"

#include <atomic>
#include <chrono>
#include <cstddef>

namespace veche::server {

class Client;

/// What all clients share; outlives them. Any thread.
struct Shared {
  const base::Clock& clock;
  base::Log& log;
  Jobs& jobs;
  ChatOperators& operators;
  Notices& notices;
  std::atomic<std::size_t> connected{0};
};

/// Lives on its clients' thread.
class ClientHome {
 public:
  virtual ~ClientHome() = default;

  virtual Shared& shared() = 0;
  /// Holds for as long as the client is here; may change between two calls of the client.
  virtual const DialectOptions& dialects() const = 0;

  /// A client's first call, which gives him the id of his session, and his last.
  virtual base::SessionId came(Client& client) = 0;
  virtual void went(Client& client) = 0;
  /// To the chat, in order.
  virtual void command(chat::Command command) = 0;
  /// True: the client will be told by Session::chat_is_free.
  virtual bool chat_is_busy(Client& client) = 0;
  /// Where workers and operators answer its clients.
  virtual const AnswerTo& answers() const = 0;
  virtual std::chrono::seconds utc_offset(base::WallTime time) = 0;
};

}  // namespace veche::server
