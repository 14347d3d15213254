#include "wire/telnet.h"

#include <libtelnet.h>

#include <algorithm>
#include <limits>
#include <new>
#include <utility>

namespace veche::wire {

namespace {

constexpr char kIac = '\xff';
constexpr std::uint8_t kNoEvent = std::numeric_limits<std::uint8_t>::max();

std::string negotiation(unsigned char command, unsigned char option) {
  return {kIac, static_cast<char>(command), static_cast<char>(option)};
}

}  // namespace

void Telnet::ParserFree::operator()(telnet_t* parser) const { telnet_free(parser); }

void Telnet::receive(std::string_view bytes, std::string& text, std::string& reply) {
  while (!bytes.empty() && !broken_) {
    if (!parser_) {
      const std::size_t plain = std::min(bytes.find(kIac), bytes.size());
      text.append(bytes.substr(0, plain));
      bytes.remove_prefix(plain);
      if (bytes.empty()) return;
      // In its proxy mode libtelnet parses and decides nothing.
      parser_.reset(telnet_init(nullptr, &on_event, TELNET_FLAG_PROXY, this));
      if (!parser_) throw std::bad_alloc();
      command_bytes_ = 0;
    }
    parse(bytes.front(), text, reply);
    bytes.remove_prefix(1);
  }
}

/// Hands the parser one byte of a command, and carries the command out if it is complete.
void Telnet::parse(char byte, std::string& text, std::string& reply) {
  event_ = kNoEvent;
  telnet_recv(parser_.get(), &byte, 1);
  if (++command_bytes_ > kCommandBytesMax) broken_ = true;
  if (event_ == kNoEvent && !broken_) return;
  parser_.reset();
  if (broken_) return;

  switch (event_) {
    case TELNET_EV_DATA:
      text += kIac;  // the only data inside a command
      break;
    case TELNET_EV_WILL:
      // WILL BINARY may be the answer to our DO.
      if (option_ != TELNET_TELOPT_BINARY || !asked_binary_) reply += negotiation(TELNET_DONT, option_);
      break;
    case TELNET_EV_DO:
      if (option_ != TELNET_TELOPT_ECHO || !peer_wants_echo(true)) {
        reply += negotiation(TELNET_WONT, option_);
      } else if (!std::exchange(asked_binary_, true)) {
        reply += negotiation(TELNET_DO, TELNET_TELOPT_BINARY);
      }
      break;
    case TELNET_EV_DONT:
      if (option_ == TELNET_TELOPT_ECHO && !peer_wants_echo(false))
        reply += negotiation(TELNET_WONT, option_);
      break;
    default:  // WONT changes nothing: we never said DO. The rest is ignored.
      break;
  }
}

void Telnet::on_event(telnet_t* /*parser*/, telnet_event_t* event, void* self) {
  auto& telnet = *static_cast<Telnet*>(self);
  switch (event->type) {
    case TELNET_EV_WILL:
    case TELNET_EV_WONT:
    case TELNET_EV_DO:
    case TELNET_EV_DONT:
      telnet.option_ = event->neg.telopt;
      break;
    case TELNET_EV_SUBNEGOTIATION:
      if (event->sub.telopt == TELNET_TELOPT_COMPRESS2) telnet.broken_ = true;
      break;
    case TELNET_EV_WARNING:
      // After the event of a subnegotiation a warning is about its content, which is dropped; before it, the
      // subnegotiation was cut short by another command.
      if (telnet.event_ == kNoEvent) telnet.broken_ = true;
      break;
    case TELNET_EV_ERROR:
      telnet.broken_ = true;
      break;
    default:
      break;
  }
  telnet.event_ = static_cast<std::uint8_t>(event->type);
}

std::string Telnet::will_echo() {
  if (hiding_) return {};
  hiding_ = true;
  if (wills_unanswered_ < std::numeric_limits<std::uint8_t>::max()) ++wills_unanswered_;
  return negotiation(TELNET_WILL, TELNET_TELOPT_ECHO);
}

std::string Telnet::wont_echo() {
  if (!hiding_) return {};
  hiding_ = false;
  return negotiation(TELNET_WONT, TELNET_TELOPT_ECHO);
}

/// DO ECHO or DONT ECHO has come. False: it is no answer to what we announced, but a wish that is owed a
/// WONT.
bool Telnet::peer_wants_echo(bool wanted) {
  if (wanted) {
    peer_agreed_ = true;
    if (wills_unanswered_ == 0) return hiding_;
    --wills_unanswered_;
    return true;
  }
  const bool agreed = std::exchange(peer_agreed_, false);
  if (wills_unanswered_ > 0) {
    if (!agreed) --wills_unanswered_;  // a refusal; after an agreement it is the answer to our WONT
    return true;
  }
  // The peer wants to show what is typed, and may (RFC 854: a DONT must be obeyed).
  return !std::exchange(hiding_, false);
}

}  // namespace veche::wire
