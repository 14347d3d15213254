#include "session/irc_name.h"

namespace veche::session {
namespace {

constexpr std::string_view kNeverInNick = "!@,*?.:";
constexpr std::string_view kNotAtStart = "#$&%+~/";
constexpr std::string_view kNeverInChannel = ",*?:";

/// Full-width forms stand 0xFEE0 above ASCII: U+FF01 to U+FF5E, EF BC 81 to EF BD 9E.
void append_full_width(std::string& out, char c) {
  const auto code = static_cast<unsigned>(static_cast<unsigned char>(c)) + 0xFEE0;
  out += static_cast<char>(0xE0 | (code >> 12));
  out += static_cast<char>(0x80 | ((code >> 6) & 0x3F));
  out += static_cast<char>(0x80 | (code & 0x3F));
}

bool is_in(std::string_view set, char c) { return set.find(c) != set.npos; }

std::string shown(std::string_view name, std::string_view never, std::string_view not_at_start) {
  const bool plain =
      name.find_first_of(never) == name.npos && (name.empty() || !is_in(not_at_start, name[0]));
  if (plain) return std::string(name);
  std::string out;
  for (std::size_t i = 0; i < name.size(); ++i) {
    if (is_in(never, name[i]) || (i == 0 && is_in(not_at_start, name[i]))) {
      append_full_width(out, name[i]);
    } else {
      out += name[i];
    }
  }
  return out;
}

}  // namespace

std::string irc_nick(std::string_view name) { return shown(name, kNeverInNick, kNotAtStart); }
std::string irc_channel(std::string_view name) { return shown(name, kNeverInChannel, ""); }

std::string chat_name(std::string_view text) {
  constexpr std::string_view kLead = "\xEF\xBC";  // U+FF00 to U+FF3F: all the characters above but '~'
  constexpr std::string_view kTilde = "\xEF\xBD\x9E";
  if (text.find('\xEF') == text.npos) return std::string(text);
  std::string out;
  while (!text.empty()) {
    if (text.size() >= 3 && text.starts_with(kLead)) {
      const auto low = static_cast<unsigned char>(text[2]);
      const char c = static_cast<char>(low - 0x80 + 0x20);
      if (is_in(kNeverInNick, c) || (out.empty() && is_in(kNotAtStart, c))) {
        out += c;
        text.remove_prefix(3);
        continue;
      }
    } else if (out.empty() && text.starts_with(kTilde)) {
      out += '~';
      text.remove_prefix(kTilde.size());
      continue;
    }
    out += text[0];
    text.remove_prefix(1);
  }
  return out;
}

bool is_nickname(std::string_view text) {
  return !text.empty() && text.find_first_of(kNeverInNick) == text.npos && !is_in(kNotAtStart, text[0]) &&
         irc_nick(chat_name(text)) == text && chat_name(text) == text;
}

bool is_channel(std::string_view target) { return target.starts_with('#'); }

}  // namespace veche::session
