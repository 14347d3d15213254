// SASL responses in chunks of the fuzzer's: what is whole is what was sent, whatever came before; and PLAIN's
// message, of which nothing but two names that are the same and a password comes out.
#include "base/check.h"
#include "base/limits.h"
#include "session/sasl.h"
#include "wire/base64.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace veche::session;
  using veche::base::check;
  const std::string_view input(reinterpret_cast<const char*>(data), size);

  SaslResponse response;
  std::string sent;
  for (std::string_view rest = input; !rest.empty();) {
    const std::size_t length =
        std::min<std::size_t>(rest.size(), static_cast<unsigned char>(rest[0]) * 2u + 1u);
    const std::string_view chunk = rest.substr(0, length);
    rest.remove_prefix(length);
    if (chunk != "+") sent += chunk;
    switch (response.take(chunk)) {
      case SaslResponse::Step::more:
        check(chunk.size() == veche::base::limits::kSaslChunkBytes, "a full chunk is not the last");
        continue;
      case SaslResponse::Step::whole:
        check(veche::wire::to_base64(response.bytes()) == sent, "it is what was sent");
        check(response.bytes().size() <= veche::base::limits::kSaslResponseBytesMax + 2,
              "and no longer than it may be");
        break;
      default:
        break;
    }
    sent.clear();
  }

  const auto chunks = sasl_chunks(input);
  SaslResponse back;  // another one: the first may have ended in the middle of a response
  if (size <= veche::base::limits::kSaslResponseBytesMax) {
    for (std::size_t i = 0; i < chunks.size(); ++i) {
      const auto step = back.take(chunks[i]);
      if (i + 1 < chunks.size()) {
        check(step == SaslResponse::Step::more, "there is more");
      } else {
        check(step == SaslResponse::Step::whole && back.bytes() == input, "there and back");
      }
    }
  }
  if (const auto said = parse_sasl_plain(input)) {
    const std::string end = '\0' + said->name + '\0' + std::string(said->password.view());
    check(input.ends_with(end), "what was said");
    check(may_act_for(said->name, input.substr(0, input.size() - end.size())), "for oneself");
  }
  return 0;
}
