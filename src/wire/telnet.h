// Takes telnet's commands out of a byte stream and answers them (RFC 854, 855; options by the rules of
// RFC 1143).
//
// We want nothing of telnet but to hide a password while it is typed: that is the ECHO option (RFC 857),
// which `will_echo` and `wont_echo` announce. Every other option a peer offers or asks for is refused, once
// per request, so the reply is never longer than what was received. Commands without an option (AYT, NOP, GA,
// IP, BRK ...) are ignored, and what stands in a subnegotiation is dropped.
//
// libtelnet 0.21 parses, behind three guards against a hostile peer:
//  - it exists only from an IAC to that command's end: nc, and telnet between two commands, cost no memory;
//  - it gets one byte at a time: it calls itself for "the rest" after some subnegotiations, and 64 KiB of
//    them in one call overflow the stack;
//  - a subnegotiation of COMPRESS2, asked for or not, switches its inflate on: that peer is `broken`.
//
// Lives on its session's thread.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

struct telnet_t;
union telnet_event_t;

namespace veche::wire {

/// A client that agrees to hide a password is a telnet, and is then asked to send eight bits (DO BINARY):
/// without that Debian's telnet takes Н, у or ф for its escape character, Ctrl-C or Ctrl-D
/// (docs/adr/0005-telnet-eight-bits.md).
class Telnet {
 public:
  /// A command's bytes, from its IAC on; a longer subnegotiation breaks the session. Nobody sends us one
  /// unasked, and we ask for none.
  static constexpr std::size_t kCommandBytesMax = 512;

  Telnet() = default;
  Telnet(const Telnet&) = delete;  // the parser points back here
  Telnet& operator=(const Telnet&) = delete;

  /// Appends to `text` what is not telnet's in `bytes` (split anywhere; IAC IAC is the byte 255), and to
  /// `reply` the answers that the peer is owed. Does nothing once `broken`.
  void receive(std::string_view bytes, std::string& text, std::string& reply);

  /// The bytes after which the peer no longer shows what is typed, and those after which it does again.
  /// Nothing if it has been told already.
  std::string will_echo();
  std::string wont_echo();

  /// Whether the peer has agreed not to show what is typed.
  bool peer_is_silent() const { return hiding_ && peer_agreed_; }

  /// Whether no command has begun: bytes without an IAC need not go through `receive`.
  bool idle() const { return !parser_ && !broken_; }

  /// The peer asked for compression, broke the protocol or overran a bound: cut the session.
  bool broken() const { return broken_; }

 private:
  struct ParserFree {
    void operator()(telnet_t* parser) const;
  };
  static void on_event(telnet_t* parser, telnet_event_t* event, void* self);
  void parse(char byte, std::string& text, std::string& reply);
  bool peer_wants_echo(bool wanted);

  std::unique_ptr<telnet_t, ParserFree> parser_;  // only inside a command
  std::uint16_t command_bytes_ = 0;
  std::uint8_t event_ = 0;   // what the command turned out to be: a telnet_event_type_t, or kNoEvent
  std::uint8_t option_ = 0;  // and which option it is about

  std::uint8_t wills_unanswered_ = 0;
  bool hiding_ = false;        // we said WILL ECHO last
  bool peer_agreed_ = false;   // its last word was DO ECHO
  bool asked_binary_ = false;  // we said DO BINARY
  bool broken_ = false;
};

}  // namespace veche::wire
