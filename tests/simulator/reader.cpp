#include "tests/simulator/reader.h"

#include "base/text.h"
#include "tests/simulator/failure.h"
#include "tests/simulator/split_lines.h"

#include <algorithm>
#include <array>

namespace veche::simulator {

namespace {

template <std::size_t N>
bool is_one_of(std::string_view word, const std::array<std::string_view, N>& words) {
  return std::find(words.begin(), words.end(), word) != words.end();
}

// The first words of a program's lines (README, "For programs").
constexpr std::array<std::string_view, 25> kWords = {
    "MSG",    "ME",    "PRIV",  "NOTICE",  "JOIN",     "LEAVE", "QUIT",  "NICK", "HIST",
    "END",    "ERR",   "READY", "WHO",     "ROOM",     "TOKEN", "KICK",  "AWAY", "TOPIC",
    "INVITE", "KNOCK", "RANK",  "FOUNDER", "STANDING", "RULES", "RENAME"};
constexpr std::array<std::string_view, 9> kForetold = {"MSG",  "ME",   "PRIV", "JOIN", "LEAVE",
                                                       "QUIT", "NICK", "KICK", "AWAY"};

}  // namespace

bool only_the_chat_says(std::string_view code) {
  constexpr std::array<std::string_view, 6> kCodes = {"disk-full", "not-stored",    "muted",
                                                      "too-fast",  "may-not-speak", "rank-needed"};
  return is_one_of(code, kCodes);
}

void Reader::read(std::string_view bytes) {
  split_lines(unfinished_, bytes, [this](std::string_view line) { read_line(line); });
}

void Reader::check_nothing_is_missing() const {
  for (const Expected& expected : expected_) {
    require(expected.optional, "missing for one who was not cut: {}", expected.text);
  }
}

void Reader::read_line(std::string_view line) {
  if (bare_) return read_bare(line);
  if (line.ends_with("READY")) {  // behind a prompt, if he did not send it ahead
    bare_ = true;
    while (!expected_.empty() && expected_.front().optional) expected_.pop_front();
    return;
  }
  if (ledger_.typed(line) != nullptr) meet(token_of(line));
}

void Reader::read_bare(std::string_view line) {
  require(base::is_utf8(line) && line.find('\r') == line.npos, "a program's line is not text: {}", line);
  const auto [word, rest] = base::split_word(line);
  require(is_one_of(word, kWords), "a program's line begins with no known word: {}", line);
  if (is_one_of(word, kForetold) || (word == "NOTICE" && ledger_.typed(line))) return meet(line);
  const auto code = base::split_word(rest).word;
  if (word == "ERR" && only_the_chat_says(code)) return meet(line.substr(0, 4 + code.size()));
  if (word == "HIST") require(ledger_.is_kept(line), "in an answer and not in the history: {}", line);
}

void Reader::meet(std::string_view line) {
  while (!expected_.empty() && expected_.front().optional && expected_.front().text != line) {
    expected_.pop_front();
  }
  require(!expected_.empty(), "nothing was sent, and there is: {}", line);
  require(expected_.front().text == line, "it was '{}' that came next, and there is: {}",
          expected_.front().text, line);
  expected_.pop_front();
}

}  // namespace veche::simulator
