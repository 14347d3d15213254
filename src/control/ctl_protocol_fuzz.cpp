// Any line is a request (a frame) or an error; what was understood survives encoding. Any bytes travel as
// text, in frames that are short enough and hold whole code points.
#include "base/check.h"
#include "base/text.h"
#include "control/ctl_protocol.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>

namespace {

using namespace veche;

/// `encoded` without its LF, the only one in it.
std::string_view line_of(std::string_view encoded) {
  base::check(encoded.find('\n') == encoded.size() - 1, "it is one line");
  return encoded.substr(0, encoded.size() - 1);
}

void check_request(std::string_view line) {
  const auto request = control::parse_ctl_request(line);
  if (!request) return;
  base::check(control::command_of(line) == "operate", "a request names its command");
  const std::string encoded = control::encode(*request);
  if (encoded.size() > control::kCtlRequestBytesMax) return;
  const auto again = control::parse_ctl_request(line_of(encoded));
  base::check(again && again->words == request->words && again->language == request->language &&
                  again->directory == request->directory && again->asks == request->asks,
              "a request survives encoding");
}

void check_text(std::string_view bytes, std::size_t piece_bytes_max) {
  const std::string encoded = control::encode(control::CtlText{std::string(bytes)}, piece_bytes_max);
  std::string received;
  for (std::string_view rest = encoded; !rest.empty();) {
    const std::string_view line = rest.substr(0, rest.find('\n'));
    const auto frame = control::parse_ctl_frame(line);
    base::check(frame && std::holds_alternative<control::CtlText>(*frame), "text travels as text");
    const std::string& piece = std::get<control::CtlText>(*frame).lines;
    base::check(!piece.empty() && piece.size() <= piece_bytes_max, "no piece is longer than asked for");
    received += piece;
    rest.remove_prefix(line.size() + 1);
  }
  base::check(base::is_utf8(received), "what arrives is UTF-8");
  if (base::is_utf8(bytes)) base::check(received == bytes, "UTF-8 arrives as it was");
}

void check_frame(std::string_view line) {
  const auto frame = control::parse_ctl_frame(line);
  if (!frame || std::holds_alternative<control::CtlText>(*frame)) return;
  const std::string encoded =
      std::visit([](const auto& alternative) { return control::encode(alternative); }, *frame);
  const auto again = control::parse_ctl_frame(line_of(encoded));
  base::check(again && again->index() == frame->index(), "a frame survives encoding");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view line(reinterpret_cast<const char*>(data), size);
  check_request(line);
  check_frame(line);
  check_text(line, 4 + (size == 0 ? 0 : data[0]));
  const auto typed = control::parse_typed(line_of(control::encode_typed(line)));
  base::check(typed && base::is_utf8(*typed), "whatever was typed travels");
  return 0;
}
