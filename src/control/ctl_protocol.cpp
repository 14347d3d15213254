#include "control/ctl_protocol.h"

#include "base/text.h"
#include "control/json_line.h"

#include <algorithm>
#include <cstdint>
#include <utility>

namespace veche::control {
namespace {

namespace json = boost::json;
using base::fail;
using base::in_utf8;  // JSON is UTF-8 by definition, and a reader refuses a line with a single byte that is
                      // not
using base::Result;

constexpr std::size_t kMemberBytesMax = 32 * 1024;  // of an error or a question
constexpr std::int64_t kExitCodeMax = 255;          // what a process can give its parent

/// The longest beginning of valid UTF-8 that has at most `bytes_max` bytes and cuts no code point.
std::string_view head_of(std::string_view utf8, std::size_t bytes_max) {
  if (utf8.size() <= bytes_max) return utf8;
  while (bytes_max > 0 && (static_cast<unsigned char>(utf8[bytes_max]) & 0xC0) == 0x80) --bytes_max;
  return utf8.substr(0, bytes_max);
}

/// A member's text.
std::string member(std::string_view bytes) { return std::string(head_of(in_utf8(bytes), kMemberBytesMax)); }

const json::object* object_in(const json::object& object, std::string_view name) {
  const json::value* value = object.if_contains(json_view(name));
  return value ? value->if_object() : nullptr;
}

Result<CtlFrame> error_frame(const json::object& error) {
  auto what = text_of(error, "what");
  auto why = text_of(error, "why");
  if (!what || !why) return misunderstood_answer();
  return base::Error{*std::move(what), *std::move(why), text_of(error, "hint").value_or("")};
}

Result<CtlFrame> confirm_frame(const json::object& confirm) {
  auto question = text_of(confirm, "question");
  auto word = text_of(confirm, "word");
  if (!question || !word) return misunderstood_answer();
  return CtlConfirm{*std::move(question), *std::move(word)};
}

}  // namespace

std::string encode(const CtlRequest& request) {
  json::array words;
  for (const std::string& word : request.words) words.emplace_back(in_utf8(word));
  return line_of({{"command", "operate"},
                  {"words", std::move(words)},
                  {"language", json_view(base::language_code(request.language))},
                  {"directory", in_utf8(request.directory)},
                  {"asks", request.asks}});
}

std::string encode_typed(std::string_view typed) { return line_of({{"typed", member(typed)}}); }

std::string encode(const CtlText& text, std::size_t piece_bytes_max) {
  const std::string lines = in_utf8(text.lines);
  std::string out;
  for (std::string_view rest = lines; !rest.empty();) {
    std::string_view piece = head_of(rest, piece_bytes_max);
    if (piece.size() < rest.size()) {
      const std::size_t end = piece.rfind('\n');
      if (end != std::string_view::npos) piece = piece.substr(0, end + 1);
    }
    out += line_of({{"text", json_view(piece)}});
    rest.remove_prefix(piece.size());
  }
  return out;
}

std::string encode(const base::Error& error) {
  return line_of({{"error", json::object{{"what", member(error.what)},
                                         {"why", member(error.why)},
                                         {"hint", member(error.hint)}}}});
}

std::string encode(const CtlConfirm& confirm) {
  return line_of(
      {{"confirm", json::object{{"question", member(confirm.question)}, {"word", member(confirm.word)}}}});
}

std::string encode(const CtlEnd& end) { return line_of({{"end", end.exit_code}}); }

std::optional<std::string> command_of(std::string_view line) {
  const auto object = object_in_line(line, kCtlRequestBytesMax);
  return object ? text_of(*object, "command") : std::nullopt;
}

Result<CtlRequest> parse_ctl_request(std::string_view line) {
  if (line.size() > kCtlRequestBytesMax) return malformed_request("too long");
  const auto object = object_in_line(line, kCtlRequestBytesMax);
  if (!object) return malformed_request("not a JSON object");
  if (text_of(*object, "command") != "operate") return malformed_request("unknown command");

  CtlRequest request;
  const json::value* words = object->if_contains("words");
  if (!words || !words->is_array() || words->get_array().empty())
    return malformed_request("the words are missing");
  for (const json::value& value : words->get_array()) {
    auto word = text_of(value);
    if (!word) return malformed_request("a word is not text");
    request.words.push_back(*std::move(word));
  }
  const auto language = text_of(*object, "language");
  request.language = base::parse_language(language.value_or("")).value_or(base::Language::en);
  request.directory = text_of(*object, "directory").value_or("");
  if (!request.directory.empty() && !request.directory.starts_with('/')) {
    return malformed_request("the directory is not absolute");
  }
  const json::value* asks = object->if_contains("asks");
  request.asks = asks && asks->is_bool() && asks->get_bool();
  return request;
}

Result<std::string> parse_typed(std::string_view line) {
  const auto object = object_in_line(line, kCtlRequestBytesMax);
  auto typed = object ? text_of(*object, "typed") : std::nullopt;
  if (!typed) return malformed_request("not what was typed");
  return *std::move(typed);
}

Result<CtlFrame> parse_ctl_frame(std::string_view line) {
  const auto object = object_in_line(line, kCtlFrameBytesMax);
  if (!object) return misunderstood_answer();
  if (auto text = text_of(*object, "text")) return CtlText{*std::move(text)};
  if (const json::object* error = object_in(*object, "error")) return error_frame(*error);
  if (const json::object* confirm = object_in(*object, "confirm")) return confirm_frame(*confirm);
  const json::value* end = object->if_contains("end");
  if (!end || !end->is_int64() || end->get_int64() < 0 || end->get_int64() > kExitCodeMax) {
    return misunderstood_answer();
  }
  return CtlEnd{static_cast<int>(end->get_int64())};
}

}  // namespace veche::control
