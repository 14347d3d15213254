// SASL over IRC (IRCv3 sasl-3.1, sasl-3.2): the mechanisms, the responses that come in chunks of base64, and
// what is in them. Pure.
#pragma once

#include "base/secret.h"
#include "chat/event.h"
#include "wire/scram.h"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace veche::session {

enum class SaslMechanism : std::uint8_t { plain, scram_sha_256, external };
std::string_view sasl_name(SaslMechanism mechanism);
/// In any letter case.
std::optional<SaslMechanism> sasl_mechanism(std::string_view name);

/// One side's response, put together again: "the response is encoded in Base64, then split to 400-byte
/// chunks" (sasl-3.1), a shorter one is the last, and "+" is an empty one.
class SaslResponse {
 public:
  enum class Step : std::uint8_t { more, whole, too_long, malformed };
  /// The parameter of the next AUTHENTICATE. Whatever it gives but `more`, the next begins another response.
  Step take(std::string_view chunk);
  /// Of the last whole one.
  std::string_view bytes() const { return bytes_; }

 private:
  base::Secret encoded_;
  base::Secret bytes_;
};
/// What to send for a response: the parameters of as many AUTHENTICATE.
std::vector<std::string> sasl_chunks(std::string_view bytes);

/// The message of PLAIN (RFC 4616).
struct SaslPlain {
  std::string name;
  base::Secret password;
};
/// Nothing: it is malformed, or somebody wants to act for another.
std::optional<SaslPlain> parse_sasl_plain(std::string_view message);
/// Whether who has proved to be `name` may act on behalf of `authorization`: empty, or the same name.
bool may_act_for(std::string_view name, std::string_view authorization);

/// What an exchange is at, between the client's messages.
struct SaslExchange {
  enum class Step : std::uint8_t { first, proof, acknowledgement };

  SaslMechanism mechanism = SaslMechanism::plain;
  Step step = Step::first;
  SaslResponse response{};
  std::string name{};       ///< whom the client claims to be
  base::Secret password{};  ///< until it is checked
  chat::Secrets secrets{};  ///< of that name
  wire::ScramServer scram{};
};

}  // namespace veche::session
