// What the server makes of arbitrary bytes in place of a handshake, in the middle of one, and behind one; and
// of good records that are split anywhere and then broken. Held to: the handler hears of no connection
// without a handshake, of each of the others once, and of the bytes only a beginning of what the client said.
#include "base/check.h"
#include "net/test_tls.h"
#include "net/tls.h"
#include "tests/fakes/fake_connection.h"

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

namespace veche::net {
namespace {

using base::check;
using fakes::FakeConnection;
using testing::TlsClient;

struct Heard {
  std::string text;
  int opened = 0, finished = 0, closed = 0;
};

/// Echoes.
class Listening final : public Handler {
 public:
  explicit Listening(Heard& heard) : heard_(heard) {}
  void opened(Connection& connection) override {
    check(heard_.opened++ == 0, "a connection opens once");
    connection_ = &connection;
    connection.send("welcome");
  }
  void received(std::string_view bytes) override {
    check(heard_.opened == 1 && heard_.finished == 0 && heard_.closed == 0, "bytes come in their time");
    heard_.text += bytes;
    connection_->send_last(bytes);
  }
  void peer_finished() override {
    check(heard_.opened == 1 && heard_.finished++ == 0 && heard_.closed == 0, "the peer finishes once");
    connection_->finish();
  }
  void closed(CloseReason) override { check(heard_.opened == 1 && heard_.closed++ == 0, "it closes once"); }

 private:
  Heard& heard_;
  Connection* connection_ = nullptr;
};

class World {
 public:
  explicit World(std::size_t piece) : piece_(piece) {
    static const TlsContext::Ptr context =
        testing::make_context({.client_certificate = ClientCertificate::ask, .protocol = "irc"});
    server = over_tls(context, std::make_unique<Listening>(heard));
    server->opened(socket);
  }
  /// As a connection would: nothing is received behind its end.
  void receive(std::string_view bytes) {
    while (!bytes.empty() && !socket.over()) {
      server->received(bytes.substr(0, piece_));
      server->before_sending();
      bytes.remove_prefix(std::min(piece_, bytes.size()));
    }
  }
  void shake_hands() {
    client.go_on();
    for (int flight = 0; flight < 4 && heard.opened == 0; ++flight) {
      receive(client.take());
      client.feed(socket.take_sent());
    }
    check(heard.opened == 1 && client.ready(), "a good handshake succeeds");
  }
  void end() {
    if (!socket.over()) server->peer_finished();
    check(socket.over() || heard.opened == 1, "without a handshake the end is the end");
    if (!socket.over()) server->peer_finished();
    server->closed(CloseReason::finished);
    check(heard.closed == heard.opened, "whoever opened has closed");
  }

  Heard heard;
  FakeConnection socket;
  TlsClient client;
  std::unique_ptr<Handler> server;

 private:
  const std::size_t piece_;
};

void garbage_first(std::size_t piece, std::string_view bytes) {
  World world(piece);
  world.receive(bytes);
  world.end();
  check(world.heard.text.empty(), "no text without a handshake");
}

void broken_handshake(std::size_t piece, std::size_t place, std::string_view bytes) {
  World world(piece);
  world.client.go_on();
  for (int flight = 0; flight < 4; ++flight) {
    std::string flown = world.client.take();
    if (place < flown.size()) {
      flown.replace(place, std::min(bytes.size(), flown.size() - place), bytes);
      place = flown.size();
    } else {
      place -= flown.size();
    }
    world.receive(flown);
    world.client.feed(world.socket.take_sent());
  }
  world.end();
}

void garbage_behind(std::size_t piece, std::string_view bytes) {
  World world(piece);
  world.shake_hands();
  world.receive(bytes);
  check(world.heard.text.empty(), "what nobody encrypted is nobody's text");
  world.end();
}

void broken_record(std::size_t piece, std::size_t place, std::string_view bytes) {
  World world(piece);
  world.shake_hands();
  const std::string said(bytes);
  for (std::string_view left = said; !left.empty();
       left.remove_prefix(std::min<std::size_t>(left.size(), 100)))
    world.client.write(left.substr(0, 100));
  world.client.finish();
  std::string flown = world.client.take();
  const bool whole = place >= flown.size();
  if (!whole) flown[place] = static_cast<char>(flown[place] ^ 1);
  world.receive(flown);
  check(said.starts_with(world.heard.text), "what is heard is a beginning of what was said");
  check(!whole || (world.heard.text == said && world.heard.finished == 1), "and all of it, if nothing broke");
  world.client.feed(world.socket.take_sent());
  check(!whole || (world.client.text == "welcome" + said && world.client.finished), "so is the answer");
  world.end();
}

}  // namespace
}  // namespace veche::net

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size < 4) return 0;
  const std::size_t piece = data[1] == 0 ? size + 1 : data[1];
  const std::size_t place = static_cast<std::size_t>(data[2]) << 8 | data[3];
  const std::string_view bytes(reinterpret_cast<const char*>(data) + 4, size - 4);
  switch (data[0] % 4) {
    case 0:
      veche::net::garbage_first(piece, bytes);
      break;
    case 1:
      veche::net::broken_handshake(piece, place, bytes);
      break;
    case 2:
      veche::net::garbage_behind(piece, bytes);
      break;
    default:
      veche::net::broken_record(piece, place, bytes);
  }
  return 0;
}
