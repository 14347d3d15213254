// Any line is a request (an answer) or an error; what was understood survives encoding.
#include "base/check.h"
#include "control/account_protocol.h"

#include <cstddef>
#include <cstdint>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace veche;
  const std::string_view line(reinterpret_cast<const char*>(data), size);
  if (const auto request = control::parse_account_request(line)) {
    std::string encoded = control::encode(*request);
    base::check(encoded.find('\n') == encoded.size() - 1, "a request is one line");
    encoded.pop_back();
    const auto again = control::parse_account_request(encoded);
    base::check(again && again->action == request->action && again->name == request->name &&
                    again->password == request->password,
                "a request survives encoding");
  }
  const auto answer = control::parse_account_answer(line);
  if (answer) (void)control::accounts_json(*answer);
  std::string encoded = control::encode(answer);
  base::check(encoded.find('\n') == encoded.size() - 1, "an answer is one line");
  encoded.pop_back();
  const auto again = control::parse_account_answer(encoded);
  base::check(again.has_value() == answer.has_value(), "an answer survives encoding");
  return 0;
}
