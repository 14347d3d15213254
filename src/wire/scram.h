// SCRAM-SHA-256, the server's half (RFC 5802, RFC 7677): four messages, sans-I/O. The client says who it is;
// the caller looks up the keys of that name, and answers; the client proves that it knows the password; the
// server proves that it knows the keys.
//
//   client-first   n,,n=user,r=NONCE                    take_first, then name()
//   server-first   r=NONCE+MORE,s=SALT,i=ROUNDS         challenge
//   client-final   c=biws,r=NONCE+MORE,p=PROOF          take_final ...
//   server-final   v=SIGNATURE                          ... gives it
//
// Channel binding is not offered: a client that demands it (`p=`) is refused, one that would have liked it
// (`y`) and one that cannot (`n`) are served, and what they said is held against what they sign, so that
// nobody on the way has taken the offer out of the list of mechanisms unseen (RFC 5802 section 6).
#pragma once

#include "base/scram_keys.h"

#include <optional>
#include <string>
#include <string_view>

namespace veche::wire {

/// One exchange; its calls come in the order above, each once. One thread.
class ScramServer {
 public:
  ScramServer() = default;
  ScramServer(const ScramServer&) = delete;
  ScramServer& operator=(const ScramServer&) = delete;
  /// Wipes the keys.
  ~ScramServer();

  /// False: it is malformed, or demands what there is not.
  bool take_first(std::string_view message);
  /// Whom the client claims to be, and on whose behalf it wants to act (empty: on its own).
  const std::string& name() const { return name_; }
  const std::string& authorization() const { return authorization_; }
  /// `nonce`: printable ASCII without commas, fresh for every exchange.
  std::string challenge(const base::ScramKeys& keys, std::string_view nonce);
  /// The server's last message; nothing: it is malformed, belongs to another exchange, or the proof is wrong.
  std::optional<std::string> take_final(std::string_view message) const;

 private:
  std::string name_;
  std::string authorization_;
  std::string header_;  // what the client says of channel binding, and on whose behalf
  std::string nonce_;   // the client's, then both
  std::string signed_;  // client-first-message-bare, then a comma and the server's first message
  base::ScramKeys keys_;
};

}  // namespace veche::wire
