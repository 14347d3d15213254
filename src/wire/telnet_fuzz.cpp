// Any split of any bytes gives the same text and reply, and the reply is never longer than what was received.
#include "base/check.h"
#include "wire/telnet.h"

#include <cstdint>
#include <string>
#include <string_view>

namespace {

using veche::base::check;
using veche::wire::Telnet;

struct Heard {
  std::string text;
  std::string reply;
  bool broken = false;
  friend bool operator==(const Heard&, const Heard&) = default;
};

/// The server hides a password at the beginning and shows again at `shows_at`.
Heard hear(std::string_view bytes, std::size_t shows_at, std::size_t piece_size) {
  Telnet telnet;
  Heard heard;
  check(!telnet.will_echo().empty(), "the first announcement is made");
  const auto receive = [&](std::string_view part) {
    while (!part.empty()) {
      const std::string_view piece = part.substr(0, piece_size);
      telnet.receive(piece, heard.text, heard.reply);
      part.remove_prefix(piece.size());
    }
  };
  receive(bytes.substr(0, shows_at));
  heard.reply += telnet.wont_echo();
  receive(bytes.substr(shows_at));
  heard.broken = telnet.broken();
  return heard;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size < 2) return 0;
  const std::size_t piece_size = 1 + data[0] % 32u;
  const std::string_view bytes(reinterpret_cast<const char*>(data) + 2, size - 2);
  const std::size_t shows_at = data[1] % (bytes.size() + 1);

  const Heard whole = hear(bytes, shows_at, bytes.size() + 1);
  check(hear(bytes, shows_at, piece_size) == whole, "pieces give what the whole gives");
  check(hear(bytes, shows_at, 1) == whole, "single bytes give what the whole gives");
  check(whole.text.size() <= bytes.size(), "text does not grow");
  check(whole.reply.size() <= bytes.size() + 3, "one answer a request, and our own WONT ECHO");
  const bool plain = bytes.find('\xff') == std::string_view::npos;
  check(!plain || (whole.text == bytes && !whole.broken), "without an IAC all is text");
  return 0;
}
