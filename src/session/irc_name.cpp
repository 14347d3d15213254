#include "session/irc_name.h"

#include <algorithm>
#include <array>

namespace veche::session {
namespace {

/// Characters; asked of every name in lists of ten thousand.
class CharacterSet {
 public:
  constexpr explicit CharacterSet(std::string_view characters) {
    for (const char c : characters) has_[static_cast<unsigned char>(c)] = true;
  }
  constexpr bool has(char c) const { return has_[static_cast<unsigned char>(c)]; }
  bool has_any_of(std::string_view text) const {
    return std::any_of(text.begin(), text.end(), [this](char c) { return has(c); });
  }

 private:
  std::array<bool, 256> has_{};
};

constexpr CharacterSet kNeverInNick("!@,*?.:");
constexpr CharacterSet kNotAtStart("#$&%+~/");
constexpr CharacterSet kNeverInChannel(",*?:");
constexpr CharacterSet kNone("");

/// Full-width forms stand 0xFEE0 above ASCII: U+FF01 to U+FF5E, EF BC 81 to EF BD 9E.
void append_full_width(std::string& out, char c) {
  const auto code = static_cast<unsigned>(static_cast<unsigned char>(c)) + 0xFEE0;
  out += static_cast<char>(0xE0 | (code >> 12));
  out += static_cast<char>(0x80 | ((code >> 6) & 0x3F));
  out += static_cast<char>(0x80 | (code & 0x3F));
}

std::string shown(std::string_view name, const CharacterSet& never, const CharacterSet& not_at_start) {
  const bool plain = !never.has_any_of(name) && (name.empty() || !not_at_start.has(name[0]));
  if (plain) return std::string(name);
  std::string out;
  for (std::size_t i = 0; i < name.size(); ++i) {
    if (never.has(name[i]) || (i == 0 && not_at_start.has(name[i]))) {
      append_full_width(out, name[i]);
    } else {
      out += name[i];
    }
  }
  return out;
}

}  // namespace

std::string irc_nick(std::string_view name) { return shown(name, kNeverInNick, kNotAtStart); }
std::string irc_channel(std::string_view name) { return shown(name, kNeverInChannel, kNone); }

std::string chat_name(std::string_view text) {
  constexpr std::string_view kLead = "\xEF\xBC";  // U+FF00 to U+FF3F: all the characters above but '~'
  constexpr std::string_view kTilde = "\xEF\xBD\x9E";
  if (text.find('\xEF') == text.npos) return std::string(text);
  std::string out;
  while (!text.empty()) {
    if (text.size() >= 3 && text.starts_with(kLead)) {
      const auto low = static_cast<unsigned char>(text[2]);
      const char c = static_cast<char>(low - 0x80 + 0x20);
      if (kNeverInNick.has(c) || (out.empty() && kNotAtStart.has(c))) {
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
  return !text.empty() && !kNeverInNick.has_any_of(text) && !kNotAtStart.has(text[0]) &&
         irc_nick(chat_name(text)) == text && chat_name(text) == text;
}

bool is_channel(std::string_view target) { return target.starts_with('#'); }

}  // namespace veche::session
