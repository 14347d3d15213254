// Any split of any bytes gives the events that a decoder written for clarity alone gives for the whole.
#include "base/check.h"
#include "wire/line_decoder.h"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace {

using veche::base::check;
using veche::wire::LineDecoder;
using veche::wire::LineEnds;
using Events = std::vector<std::optional<std::string>>;  // nothing: a line that was too long

constexpr std::size_t kMaxBytes = 16;

/// The specification: cut at the line ends, then look at the lengths.
Events model(std::string_view bytes, LineEnds ends) {
  const bool irc = ends == LineEnds::kIrc;
  Events events;
  const auto emit = [&events, irc](const std::string& line) {
    if (irc && line.empty()) return;
    events.push_back(line.size() > kMaxBytes ? std::nullopt : std::optional(line));
  };
  std::string line;
  for (std::size_t at = 0; at < bytes.size(); ++at) {
    const bool bare_return = irc ? bytes[at] == '\r' : bytes[at] == '\0' && line.ends_with('\r');
    if (bytes[at] == '\n' || bare_return) {
      if (line.ends_with('\r')) line.pop_back();
      emit(line);
      line.clear();
    } else {
      line += bytes[at];
    }
  }
  if (!line.empty()) emit(line);
  return events;
}

void keep(Events& events, const LineDecoder::Event& event) {
  const auto* line = std::get_if<LineDecoder::Line>(&event);
  events.push_back(line ? std::optional(std::string(line->text)) : std::nullopt);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  // The first byte tells how long the pieces are, by turns, how often lines are left waiting, and what ends
  // them.
  if (size == 0) return 0;
  const std::size_t piece_sizes[] = {1 + data[0] % 7u, 1 + data[0] / 7u % 40u};
  const bool pull_often = data[0] % 2 == 0;
  const LineEnds ends = data[0] / 2 % 2 == 0 ? LineEnds::kTelnet : LineEnds::kIrc;
  const std::string_view bytes(reinterpret_cast<const char*>(data) + 1, size - 1);

  LineDecoder decoder(kMaxBytes, ends);
  Events events;
  std::size_t turn = 0;
  for (std::size_t at = 0; at < bytes.size(); ++turn) {
    const std::string_view piece = bytes.substr(at, piece_sizes[turn % 2]);
    at += piece.size();
    const std::size_t before = decoder.buffered();
    decoder.feed(piece);
    check(decoder.buffered() == before + piece.size(), "what is fed waits");
    if (!pull_often && turn % 3 != 0) {
      if (const auto event = decoder.next()) keep(events, *event);
      continue;
    }
    while (const auto event = decoder.next()) keep(events, *event);
    check(decoder.buffered() <= kMaxBytes + 1, "an unfinished line is bounded");
    check(!decoder.at_line_start() || decoder.heap_bytes() == 0, "an idle decoder holds no memory");
  }
  while (const auto event = decoder.finish()) keep(events, *event);
  check(decoder.at_line_start(), "nothing is left after the FIN");
  check(events == model(bytes, ends), "any split gives the events of the whole");
  return 0;
}
