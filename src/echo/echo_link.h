// One connection to an echo service: what is said goes out, what comes back is held against it, and whatever
// may go wrong has a name. Says nothing to a person, and does not connect. Lives on one thread, which waits
// in wait() and nowhere else.
#pragma once

#include "echo/unanswered.h"
#include "net/fd.h"
#include "net/waiting.h"

#include <chrono>
#include <cstdint>
#include <string_view>
#include <vector>

namespace veche::echo {

/// Why a connection is of no use any more.
struct Loss {
  enum class Why : std::uint8_t {
    no_reply,   ///< nothing came for the read timeout, and something was owed
    no_end,     ///< neither did the server's FIN, behind ours
    cut_short,  ///< the server's FIN came before everything was answered
    closed,     ///< the server's FIN came while nothing was owed
    reset,      ///< by the server
    different,  ///< other bytes came back; `at` says where
    surplus,    ///< more came back than was sent, from byte `at` on
    failed,     ///< for another reason of the system's: `error`
  };
  Why why = Why::failed;
  std::uint64_t at = 0;
  int error = 0;
};

/// What wait() ended with.
struct LinkEvent {
  enum class Kind : std::uint8_t {
    answered,  ///< `reply` has come, and is what was sent
    input,     ///< the input can be read
    due,       ///< the time has come
    stopped,   ///< the person wants an end
    finished,  ///< everything is answered, and both sides have closed
    lost,
  };
  Kind kind = Kind::lost;
  std::string_view reply;  ///< valid until the next wait()
  Loss loss;
};

class EchoLink {
 public:
  /// `connection` is non-blocking. Sends what is in `unanswered` first; that outlives the link.
  EchoLink(net::Fd connection, Unanswered& unanswered, std::chrono::milliseconds read_timeout);

  void send(std::string_view bytes);
  /// Nothing more will be sent: our FIN goes out behind it.
  void finish();

  /// Sends and receives until there is something to tell. `input` is not read; negative: there is none.
  LinkEvent wait(int input, const net::Patience& patience);

 private:
  bool is_owed() const { return !unanswered_.empty() || is_finished_; }
  void send_some();
  LinkEvent receive();

  net::Fd connection_;
  Unanswered& unanswered_;
  const std::chrono::milliseconds read_timeout_;
  base::MonoTime heard_at_;  // or since when something is owed
  bool is_finished_ = false;
  bool has_sent_fin_ = false;
  int send_error_ = 0;  // the system tells it once, so receive() must know it
  std::vector<char> buffer_;
};

}  // namespace veche::echo
