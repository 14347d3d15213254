// Any bytes as a stream: split anywhere, the same messages; each as a parser written from the grammar alone
// reads it; and no value of a tag is changed by escaping.
#include "base/check.h"
#include "base/limits.h"
#include "wire/irc_message.h"
#include "wire/line_decoder.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace {

using namespace veche::wire;
using veche::base::check;
namespace limits = veche::base::limits;

struct Parts {
  std::string tags, source, command;
  std::vector<std::string> parameters;
  friend bool operator==(const Parts&, const Parts&) = default;
};

/// The words of a line with the places where they begin.
struct Word {
  std::size_t at;
  std::string text;
};

std::vector<Word> words(const std::string& line) {
  std::vector<Word> all;
  for (std::size_t at = 0; at < line.size(); ++at) {
    if (line[at] == ' ') continue;
    if (at == 0 || line[at - 1] == ' ') all.push_back({at, {}});
    all.back().text += line[at];
  }
  return all;
}

/// The grammar, word by word.
std::optional<Parts> model(const std::string& line) {
  Parts parts;
  const auto all = words(line);
  std::size_t next = 0;
  if (line.starts_with('@')) parts.tags = all[next++].text.substr(1);
  if (next < all.size() && all[next].text.starts_with(':')) parts.source = all[next++].text.substr(1);
  if (next == all.size()) return std::nullopt;
  parts.command = all[next++].text;
  for (; next < all.size(); ++next) {
    const auto& [at, text] = all[next];
    const bool trailing = text.starts_with(':');
    const bool rest = trailing || parts.parameters.size() + 1 == limits::kIrcParametersMax;
    parts.parameters.push_back(rest ? line.substr(at + (trailing ? 1 : 0)) : text);
    if (rest) break;
  }
  return parts;
}

std::optional<Parts> parse(std::string_view line) {
  const auto message = parse_irc_message(line);
  if (!message) return std::nullopt;
  Parts parts{std::string(message->tags), std::string(message->source), std::string(message->command), {}};
  for (const std::string_view parameter : message->parameters()) parts.parameters.emplace_back(parameter);
  check(message->parameter(message->parameter_count).empty(), "there is none behind the last");
  return parts;
}

void check_tags(std::string_view tags) {
  std::string together;
  for_each_tag(tags, [&](std::string_view key, std::string_view value) {
    check(!key.empty() && key.find_first_of("=;") == key.npos && value.find(';') == value.npos,
          "a tag's parts");
    check(tag_value(tags, key).has_value(), "a tag that is told of is found");
    std::string plain, escaped, plain_again;
    unescape_tag_value(value, plain);
    escape_tag_value(plain, escaped);
    unescape_tag_value(escaped, plain_again);
    std::erase(plain, '\0');
    check(plain_again == plain, "a value is the same escaped and back");
  });
}

void check_escape(std::string value) {
  std::string escaped, plain;
  escape_tag_value(value, escaped);
  check(escaped.find_first_of(std::string_view("; \r\n\0", 5)) == escaped.npos,
        "nothing ends an escaped value");
  unescape_tag_value(escaped, plain);
  std::erase(value, '\0');
  check(plain == value, "any value can be escaped");
}

/// A stream's messages in order; nothing: a line that is refused.
using Events = std::vector<std::optional<Parts>>;

void keep(Events& events, std::optional<IrcLineFault> fault, std::string_view line) {
  if (fault) {
    events.push_back(std::nullopt);
  } else if (auto parts = parse(line)) {
    check(parts == model(std::string(line)), "the parser agrees with the grammar");
    check_tags(parts->tags);
    events.push_back(std::move(parts));
  } else {
    check(!model(std::string(line)), "a line is nothing only to the grammar");
  }
}

/// Cut at the ends, then look at each line.
Events events_of_whole(std::string_view bytes) {
  Events events;
  while (!bytes.empty()) {
    const std::string_view line = bytes.substr(0, bytes.find_first_of("\r\n"));
    bytes.remove_prefix(std::min(line.size() + 1, bytes.size()));
    keep(events, irc_line_fault(line), line);
  }
  return events;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  // The first byte tells how long the pieces are; a second one with its highest bit set makes runs of a
  // letter longer, so that bounds are met.
  if (size < 2) return 0;
  const std::size_t piece_bytes = 1 + data[0] * data[0] / 16u;
  std::string bytes;
  for (std::size_t i = 2; i < size; ++i)
    bytes.append(data[1] >= 0x80 && data[i] == 'a' ? data[1] : 1u, static_cast<char>(data[i]));
  check_escape(bytes);

  LineDecoder decoder(kIrcReadBytesMax, LineEnds::kIrc);
  Events events;
  const auto take = [&events](const LineDecoder::Event& event) {
    const auto* line = std::get_if<LineDecoder::Line>(&event);
    if (line) {
      keep(events, irc_line_fault(line->text), line->text);
    } else {
      events.push_back(std::nullopt);
    }
  };
  for (std::size_t at = 0; at < bytes.size(); at += piece_bytes) {
    decoder.feed(std::string_view(bytes).substr(at, piece_bytes));
    while (const auto event = decoder.next()) take(*event);
    check(decoder.buffered() <= kIrcReadBytesMax, "an unfinished line is bounded");
    check(!decoder.at_line_start() || decoder.heap_bytes() == 0, "an idle decoder holds no memory");
  }
  while (const auto event = decoder.finish()) take(*event);
  check(events == events_of_whole(bytes), "any split gives the messages of the whole");
  return 0;
}
