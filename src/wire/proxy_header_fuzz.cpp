// Headers of proxies, right and wrong, split anywhere: any split ends alike, and takes the same bytes.
#include "base/check.h"
#include "wire/proxy_header.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace {

using veche::base::check;
using veche::wire::ProxyHeader;

struct Outcome {
  ProxyHeader reader{};
  std::size_t left = 0;
};

/// In pieces of at most `piece` bytes.
Outcome read(std::string_view bytes, std::size_t piece) {
  Outcome outcome;
  while (!bytes.empty() && outcome.reader.state() == ProxyHeader::State::more) {
    std::string_view now = bytes.substr(0, piece);
    const std::size_t given = now.size();
    outcome.reader.take(now);
    check(now.empty() || outcome.reader.state() != ProxyHeader::State::more,
          "all is taken while more is wanted");
    bytes.remove_prefix(given - now.size());
  }
  outcome.left = bytes.size();
  return outcome;
}

void compare(std::string_view bytes, std::size_t piece) {
  const Outcome whole = read(bytes, bytes.size()), split = read(bytes, piece);
  check(whole.reader.state() == split.reader.state(), "any split ends alike");
  check(whole.reader.source() == split.reader.source(), "and tells the same");
  check(whole.reader.why() == split.reader.why(), "for the same reason");
  if (whole.reader.state() == ProxyHeader::State::done) check(whole.left == split.left, "and takes the same");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size < 2) return 0;
  const std::size_t piece = 1 + data[0] % 20;
  const std::string_view input(reinterpret_cast<const char*>(data + 1), size - 1);
  compare(input, piece);
  compare("PROXY TCP" + std::string(input), piece);
  compare(std::string("\r\n\r\n\0\r\nQUIT\n", 12) + std::string(input), piece);
  return 0;
}
