// An EchoLink that knows where to connect to, and connects again, as often as it may, when it is lost: it
// goes on with what was not answered. Tells the person about every loss. Lives on one thread.
#pragma once

#include "base/i18n.h"
#include "base/result.h"
#include "echo/client_terminal.h"
#include "echo/echo_link.h"
#include "echo/unanswered.h"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace veche::echo {

struct LinkOptions {
  std::string host = "127.0.0.1";
  std::uint16_t port = 0;
  std::chrono::milliseconds connect_timeout{5000};  ///< for finding the addresses and connecting to one
  std::chrono::milliseconds read_timeout{5000};
  unsigned retries = 0;  ///< for one loss; whenever something is answered they begin anew
  std::chrono::milliseconds retry_delay{1000};
};

class RetryingLink {
 public:
  enum class Event : std::uint8_t {
    answered,  ///< reply() has come, and is what was sent
    input,     ///< the input can be read
    due,       ///< the time has come
    again,     ///< there is a new connection, and what is unanswered goes out once more
    finished,  ///< everything is answered, and both sides have closed
    stopped,   ///< `stop_fd` became readable
    failed,    ///< the connection is lost for good, and why has been told
  };

  /// Everything outlives it. `stop_fd` ends every wait once it is readable; negative: nothing does.
  RetryingLink(const LinkOptions& options, ClientTerminal& terminal, int stop_fd, const base::Translator& t);

  /// Connects for the first time. Gives `again`, `stopped` or `failed`.
  Event open();
  void send(std::string_view bytes);
  /// Nothing more will be sent.
  void finish();
  /// `input` as in EchoLink::wait; negative: none.
  Event wait(int input, base::MonoTime until = base::MonoTime::max());

  std::string_view reply() const { return reply_; }
  std::size_t unanswered() const { return unanswered_.size(); }
  /// "127.0.0.1:7007": who is at the other end.
  const std::string& peer() const { return peer_; }

 private:
  Event connect();
  base::Error error_of(const Loss& loss) const;
  Event fail_or_wait(const base::Error& error, bool may_pass);

  const LinkOptions& options_;
  ClientTerminal& terminal_;
  const int stop_fd_;
  const base::Translator& t_;
  const std::string target_;  // as the person calls it
  std::string peer_;
  Unanswered unanswered_;
  std::optional<EchoLink> link_;
  std::string_view reply_;
  bool is_finished_ = false;
  unsigned tries_ = 0;
};

}  // namespace veche::echo
