// The server's half of SCRAM fed with a client's messages: right ones, the fuzzer's, and right ones with
// bytes of the fuzzer's in them. Whatever comes, only who signs just what was said is let in.
#include "base/check.h"
#include "tests/fakes/scram_client.h"
#include "wire/base64.h"
#include "wire/scram.h"

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace {

using veche::base::check;

const veche::base::ScramKeys& keys() {
  static const veche::base::ScramKeys of_pencil = veche::base::derive_scram_keys("pencil", {7}, 1);
  return of_pencil;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view input(reinterpret_cast<const char*>(data), size);
  const std::size_t half = size / 2;

  if (const auto bytes = veche::wire::from_base64(input))
    check(veche::wire::to_base64(*bytes) == input, "canonical");
  check(veche::wire::from_base64(veche::wire::to_base64(input)) == input, "there and back");

  veche::wire::ScramServer any;
  if (any.take_first(input.substr(0, half))) {
    check(!any.name().empty(), "somebody is named");
    const std::string challenge = any.challenge(keys(), "nonce");
    check(challenge.ends_with(",s=" + veche::wire::to_base64(std::string("\x07") + std::string(15, '\0')) +
                              ",i=1"),
          "the challenge is whole");
    check(!any.take_final(input.substr(half)), "nobody guesses a proof");
  }

  // A right exchange, in which the last message is changed somewhere.
  veche::fakes::ScramClient client("user", "pencil");
  veche::wire::ScramServer server;
  check(server.take_first(client.first()), "a right first message");
  const std::string right = client.final(server.challenge(keys(), "nonce"));
  check(server.take_final(right) == client.expected(), "a right proof");
  if (size < 2) return 0;
  const std::size_t at = (data[0] | (data[1] << 8)) % right.size();
  std::string changed = right;
  changed.replace(at, size - 2, input.substr(2));
  if (changed != right) check(!server.take_final(changed), "a changed message proves nothing");
  return 0;
}
