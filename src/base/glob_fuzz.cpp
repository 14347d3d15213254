// Any pattern and text: the matcher agrees with one that tries everything, written from the definition.
#include "base/check.h"
#include "base/glob.h"
#include "base/text.h"

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace {

using namespace veche::base;

struct Token {
  enum { kLetter, kOne, kMany } kind;
  std::string_view letter;
};

std::vector<std::string_view> characters(std::string_view text) {
  std::vector<std::string_view> all;
  for (; !text.empty(); text.remove_prefix(all.back().size()))
    all.push_back(text.substr(0, first_code_point_bytes(text)));
  return all;
}

std::vector<Token> tokens(std::string_view pattern) {
  std::vector<Token> all;
  const auto letters = characters(pattern);
  for (std::size_t i = 0; i < letters.size(); ++i) {
    if (letters[i] == "*") {
      all.push_back({Token::kMany, {}});
    } else if (letters[i] == "?") {
      all.push_back({Token::kOne, {}});
    } else {
      if (letters[i] == "\\" && i + 1 < letters.size()) ++i;
      all.push_back({Token::kLetter, letters[i]});
    }
  }
  return all;
}

/// row[t] after p tokens: whether they match the first t characters.
bool model(std::string_view pattern, std::string_view text) {
  const auto letters = characters(text);
  std::vector<bool> row(letters.size() + 1);
  row[0] = true;
  for (const Token& token : tokens(pattern)) {
    std::vector<bool> next(row.size());
    if (token.kind == Token::kMany) next[0] = row[0];
    for (std::size_t t = 1; t < row.size(); ++t) {
      if (token.kind == Token::kMany) next[t] = row[t] || next[t - 1];
      if (token.kind == Token::kOne) next[t] = row[t - 1];
      if (token.kind == Token::kLetter) next[t] = row[t - 1] && letters[t - 1] == token.letter;
    }
    row = next;
  }
  return row.back();
}

/// Few letters, so that patterns match now and then.
std::string narrowed(std::string_view bytes) {
  static constexpr std::string_view kLetters[] = {"a", "b", "*", "?", "\\", "ж", "€", "\xD0"};
  std::string text;
  for (const char c : bytes) text += kLetters[static_cast<unsigned char>(c) % std::size(kLetters)];
  return text;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  const std::string_view bytes(reinterpret_cast<const char*>(data) + 1, std::min<std::size_t>(size - 1, 300));
  const std::string_view pattern = bytes.substr(0, data[0]);
  const std::string_view text = bytes.substr(pattern.size());
  check(glob_match(pattern, text) == model(pattern, text), "any bytes");
  const std::string narrow_pattern = narrowed(pattern), narrow_text = narrowed(text);
  check(glob_match(narrow_pattern, narrow_text) == model(narrow_pattern, narrow_text), "few letters");
  return 0;
}
