#include "wire/irc_message.h"

#include <algorithm>

namespace veche::wire {
namespace {

namespace limits = base::limits;

void skip_spaces(std::string_view& line) {
  std::size_t spaces = 0;
  while (spaces < line.size() && line[spaces] == ' ') ++spaces;
  line.remove_prefix(spaces);
}

/// What stands before the next space, taken off `line`.
std::string_view take_word(std::string_view& line) {
  const std::string_view word = line.substr(0, line.find(' '));
  line.remove_prefix(word.size());
  return word;
}

char upper(char c) { return c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c; }

/// What stands for `c` in a tag's value; null for itself.
const char* escape_of(char c) {
  switch (c) {
    case ';':
      return "\\:";
    case ' ':
      return "\\s";
    case '\\':
      return "\\\\";
    case '\r':
      return "\\r";
    case '\n':
      return "\\n";
    case '\0':
      return "";
    default:
      return nullptr;
  }
}

}  // namespace

std::optional<IrcLineFault> irc_line_fault(std::string_view line) {
  std::size_t tags = 0;
  if (line.starts_with('@')) tags = std::min(line.find(' '), line.size()) + 1;
  const std::size_t text = line.size() - std::min(tags, line.size());
  if (tags > limits::kIrcClientTagsBytesMax || text > limits::kIrcLineBytesMax - 2)
    return IrcLineFault::kTooLong;
  if (line.find('\0') != line.npos) return IrcLineFault::kNul;
  return std::nullopt;
}

std::optional<IrcMessage> parse_irc_message(std::string_view line) {
  std::optional<IrcMessage> message(std::in_place);
  if (line.starts_with('@')) message->tags = take_word(line).substr(1);
  skip_spaces(line);
  if (line.starts_with(':')) message->source = take_word(line).substr(1);
  skip_spaces(line);
  message->command = take_word(line);
  if (message->command.empty()) return std::nullopt;

  for (skip_spaces(line); !line.empty(); skip_spaces(line)) {
    const bool trailing = line.front() == ':';
    if (trailing) line.remove_prefix(1);
    std::string_view& parameter = message->parameter_slots[message->parameter_count++];
    if (trailing || message->parameter_count == limits::kIrcParametersMax) {
      parameter = line;
      break;
    }
    parameter = take_word(line);
  }
  return message;
}

std::optional<std::string_view> tag_value(std::string_view tags, std::string_view key) {
  std::optional<std::string_view> last;
  for_each_tag(tags, [&](std::string_view its_key, std::string_view value) {
    if (its_key == key) last = value;
  });
  return last;
}

void unescape_tag_value(std::string_view escaped, std::string& out) {
  for (std::size_t at = 0; at < escaped.size(); ++at) {
    if (escaped[at] != '\\') {
      out += escaped[at];
      continue;
    }
    if (++at == escaped.size()) return;
    switch (escaped[at]) {
      case ':':
        out += ';';
        break;
      case 's':
        out += ' ';
        break;
      case 'r':
        out += '\r';
        break;
      case 'n':
        out += '\n';
        break;
      default:
        out += escaped[at];
    }
  }
}

void escape_tag_value(std::string_view value, std::string& out) {
  std::size_t plain = 0;  // where the bytes begin that stand for themselves
  for (std::size_t at = 0; at < value.size(); ++at) {
    const char* const escaped = escape_of(value[at]);
    if (!escaped) continue;
    out += value.substr(plain, at - plain);
    out += escaped;
    plain = at + 1;
  }
  out += value.substr(plain);
}

bool equals_command(std::string_view command, std::string_view name) {
  return std::equal(command.begin(), command.end(), name.begin(), name.end(),
                    [](char a, char b) { return upper(a) == b; });
}

std::string_view upper_command(std::string_view command, std::span<char, kIrcCommandBytesMax> buffer) {
  if (command.size() > buffer.size()) return {};
  std::transform(command.begin(), command.end(), buffer.begin(), upper);
  return {buffer.data(), command.size()};
}

}  // namespace veche::wire
