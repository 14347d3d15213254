// A client's half of SCRAM-SHA-256 (RFC 5802), for tests of the server's.
#pragma once

#include "base/scram_keys.h"

#include <string>
#include <string_view>

namespace veche::fakes {

/// One exchange. One thread.
class ScramClient {
 public:
  ScramClient(std::string_view name, std::string_view password, std::string_view header = "n,,",
              std::string_view nonce = "rOprNGfwEbeRWgbNEkqO");

  std::string first() const { return header_ + bare_; }
  /// The answer to the server's first message.
  std::string final(std::string_view server_first);
  /// What the server's last message has to be.
  const std::string& expected() const { return expected_; }

 private:
  std::string password_;
  std::string header_;
  std::string bare_;
  std::string expected_;
};

}  // namespace veche::fakes
