// Any parts, CR, LF and NUL among them: one line within its bounds; and what fits is read as it was written.
#include "base/check.h"
#include "base/limits.h"
#include "base/text.h"
#include "wire/irc_message.h"
#include "wire/irc_writer.h"

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

/// Bytes to draw parts from.
class Source {
 public:
  Source(const std::uint8_t* data, std::size_t size) : bytes_(reinterpret_cast<const char*>(data), size) {}

  unsigned number() {
    if (bytes_.empty()) return 0;
    const auto first = static_cast<unsigned char>(bytes_.front());
    bytes_.remove_prefix(1);
    return first;
  }
  /// Now and then a long one.
  std::string text() {
    const unsigned length = number();
    std::string text(bytes_.substr(0, length % 64));
    bytes_.remove_prefix(text.size());
    if (length >= 192 && !text.empty()) {
      const std::string part = text;
      while (text.size() < length * 3) text += part;
    }
    return text;
  }

 private:
  std::string_view bytes_;
};

/// What remains of `text` in a line.
std::string cleaned(std::string text) {
  std::erase_if(text, [](char c) { return c == '\r' || c == '\n' || c == '\0'; });
  return text;
}

/// Made fit for a place where the programmer answers for it, but for what the writer takes out.
std::string as_word(std::string text, bool colon_too) {
  std::erase(text, ' ');
  const std::string clean = cleaned(text);
  return clean.empty() || (colon_too && clean.front() == ':') ? "w" + text : text;
}

/// Checks that `line` is one line within its bounds.
std::optional<IrcMessage> read_back(std::string_view line) {
  check(line.ends_with("\r\n"), "a line ends in CR LF");
  line.remove_suffix(2);
  check(line.find_first_of(std::string_view("\r\n\0", 3)) == line.npos, "and has none before");
  const std::size_t tags = line.starts_with('@') ? line.find(' ') + 1 : 0;
  check(tags <= limits::kIrcTagsBytesMax, "tags are bounded");
  check(line.size() - tags + 2 <= limits::kIrcLineBytesMax, "and so is the rest");
  return parse_irc_message(line);
}

void check_line(Source& input) {
  std::string line;
  std::string tags, source, command;
  std::vector<std::string> parameters;
  const unsigned shape = input.number();
  {
    IrcWriter writer(line);
    if (shape & 1) {
      const std::string value = input.text();
      writer.tag("key", value);
      tags = "key";
      if (!value.empty()) escape_tag_value(value, tags += '=');
    }
    if (shape & 2) {
      const std::string more = input.text();
      writer.escaped_tags(more);
      std::string clean = cleaned(more);
      std::erase(clean, ' ');
      if (!clean.empty()) tags += (tags.empty() ? "" : ";") + clean;
    }
    if (shape & 4) {
      const std::string nick = as_word(input.text(), false), user = as_word(input.text(), false);
      writer.source(nick, user, "::1");
      source = cleaned(nick + "!" + user + "@::1");
    }
    command = as_word(input.text(), true);
    if (source.empty() && tags.empty() && cleaned(command).front() == '@') command.insert(0, "C");
    writer.command(command);
    command = cleaned(command);
    for (unsigned i = 0; i < shape / 16; ++i) {
      const std::string text = input.text();
      if (i % 2 == 0) {
        parameters.push_back(as_word(text, true));
        writer.middle(parameters.back());
      } else {
        const bool fit =
            as_word(text, true) == text && cleaned(text) == text && text.size() <= writer.kEchoBytesMax;
        writer.echo(text);
        parameters.push_back(fit || text.size() > writer.kEchoBytesMax ? text.substr(0, writer.kEchoBytesMax)
                                                                       : "*");
        if (text.size() > writer.kEchoBytesMax) return;  // its cut is the tests' subject
      }
      parameters.back() = cleaned(parameters.back());
    }
    if (shape & 8) {
      parameters.push_back(input.text());
      writer.trailing(parameters.back());
      const std::string more = input.text();
      writer.more(more);
      parameters.back() = cleaned(parameters.back() + more);
    }
  }

  const auto message = read_back(line);
  std::size_t body_bytes = source.empty() ? 0 : source.size() + 2;
  body_bytes += command.size();
  for (const std::string& parameter : parameters) body_bytes += parameter.size() + 2;
  if (body_bytes > limits::kIrcLineBytesMax - 2 || parameters.size() > limits::kIrcParametersMax) return;
  check(message && message->tags == tags, "tags are read as they were written");
  check(message->source == source && message->command == command, "so are source and command");
  const auto read = message->parameters();
  check(std::equal(read.begin(), read.end(), parameters.begin(), parameters.end()), "and the parameters");
}

/// Writes what was read, and reads it again.
void check_round_trip(std::string_view line) {
  const auto message = parse_irc_message(line);
  if (!message || irc_line_fault(line)) return;
  if (message->command.find_first_of(":@") == 0) return;  // no command is written like that
  std::string written;
  {
    IrcWriter writer(written);
    writer.escaped_tags(message->tags);
    if (!message->source.empty()) writer.source(message->source);
    writer.command(message->command);
    const auto parameters = message->parameters();
    for (std::size_t i = 0; i + 1 < parameters.size(); ++i) writer.middle(parameters[i]);
    if (!parameters.empty()) writer.trailing(parameters.back());
  }
  const auto again = read_back(written);
  // A ':' that was not there makes it one byte longer, and it may be cut.
  const std::size_t tags_bytes = message->tags.empty() ? 0 : message->tags.size() + 2;
  if (written.size() - tags_bytes == limits::kIrcLineBytesMax) return;
  check(again && again->tags == message->tags && again->source == message->source, "read(write(x)) is x");
  check(again->command == message->command, "read(write(x)) is x");
  check(std::ranges::equal(again->parameters(), message->parameters()), "read(write(x)) is x");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  std::string line(reinterpret_cast<const char*>(data), size);
  std::erase_if(line, [](char c) { return c == '\r' || c == '\n'; });
  check_round_trip(line);
  Source input(data, size);
  check_line(input);
  return 0;
}
