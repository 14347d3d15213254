// Who speaks for whom, before TLS and the client hear of a connection.
#include "server/preface.h"

#include "base/clock.h"
#include "tests/fakes/fake_connection.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>
#include <memory>
#include <string>

namespace veche::server {
namespace {

using namespace std::string_literals;

/// What the client behind the preface hears.
struct Heard {
  std::string peer;  // empty: nothing yet
  std::string text;
  int fins = 0;
  int timers = 0;
  int closed = 0;
  net::Connection* connection = nullptr;
};

class Listening final : public net::Handler {
 public:
  explicit Listening(Heard& heard) : heard_(heard) {}
  void opened(net::Connection& connection) override {
    heard_.peer = connection.peer().text();
    heard_.connection = &connection;
  }
  void received(std::string_view bytes) override { heard_.text += bytes; }
  void peer_finished() override { ++heard_.fins; }
  void timer() override { ++heard_.timers; }
  void closed(net::CloseReason) override { ++heard_.closed; }

 private:
  Heard& heard_;
};

/// A connection as TLS makes one.
class Encrypted final : public net::Connection {
 public:
  explicit Encrypted(fakes::FakeConnection& inner) : inner_(inner) {}
  void send(std::string_view bytes) override { inner_.send(bytes); }
  void send_shared(const net::SharedBytes& bytes, std::size_t offset, std::size_t length) override {
    inner_.send_shared(bytes, offset, length);
  }
  void finish() override { inner_.finish(); }
  void abort(net::CloseReason reason) override { inner_.abort(reason); }
  void pause_reading() override {}
  void resume_reading() override {}
  void set_timer(std::chrono::milliseconds delay) override { inner_.set_timer(delay); }
  void cancel_timer() override { inner_.cancel_timer(); }
  void tell_before_sending() override {}
  const net::Address& peer() const override { return inner_.peer(); }
  std::size_t backlog() const override { return 0; }
  std::optional<net::TlsFacts> tls() const override {
    return net::TlsFacts{"TLSv1.3", "TLS_AES_128_GCM_SHA256", std::string(64, 'a')};
  }

 private:
  fakes::FakeConnection& inner_;
};

class Preface : public ::testing::Test {
 protected:
  Preface() {
    rules = std::make_shared<PrefaceRules>();
    rules->trusted = {{net::Address::parse("10.0.0.0", 0)->bits(), 104}};
    rules->gateways = {{"kiwi", "s3cret"}};
    rules->log = log.get();
  }

  ~Preface() override {
    log.reset();
    std::filesystem::remove(log_file);
  }

  void come_by_proxy(const std::string& from = "10.0.0.9") { start(from, true, false); }
  void come_by_gateway(const std::string& from = "10.0.0.9", bool tls = false) { start(from, false, tls); }
  void start(const std::string& from, bool proxied, bool tls) {
    heard = {};
    connection = std::make_unique<fakes::FakeConnection>(net::Address::parse(from, 700).value());
    encrypted = std::make_unique<Encrypted>(*connection);
    auto handler = std::make_unique<Listening>(heard);
    client = proxied ? behind_proxy(rules, "Not here.\r\n", std::move(handler))
                     : behind_gateway(rules, std::move(handler));
    client->opened(tls ? static_cast<net::Connection&>(*encrypted) : *connection);
  }
  /// The newest line of the log.
  std::string logged() {
    const auto lines = log->last({.count = 1});
    return lines->empty() ? "" : lines->back().text;
  }

  const std::filesystem::path log_file =
      std::filesystem::path(::testing::TempDir()) / ("preface." + std::to_string(::getpid()) + ".log");
  std::unique_ptr<base::Log> log = base::Log::open({.file = log_file}).value();
  std::shared_ptr<PrefaceRules> rules;
  Heard heard;
  std::unique_ptr<fakes::FakeConnection> connection;
  std::unique_ptr<Encrypted> encrypted;
  std::unique_ptr<net::Handler> client;
};

// A proxy's header. --------------------------------------------------------------------------------------

TEST_F(Preface, AProxysHeaderTellsTheClientsAddress) {
  come_by_proxy();
  EXPECT_EQ(connection->timer, base::limits::kPrefaceTimeout);
  client->received("PROXY TCP4 192.0.2.7 19");
  EXPECT_EQ(heard.peer, "");
  client->received("8.51.100.1 5000 6667\r\nNICK a");
  EXPECT_EQ(heard.peer, "192.0.2.7:5000");
  EXPECT_FALSE(connection->timer);
  client->received("nn\r\n");
  EXPECT_EQ(heard.text, "NICK ann\r\n");
  client->peer_finished();
  EXPECT_EQ(heard.fins, 1);
  client->closed(net::CloseReason::finished);
  EXPECT_EQ(heard.closed, 1);
}

TEST_F(Preface, AProxyThatSpeaksForItselfIsItself) {
  come_by_proxy();
  client->received("PROXY UNKNOWN\r\n");
  EXPECT_EQ(heard.peer, "10.0.0.9:700");
}

TEST_F(Preface, AStrangerIsNoProxy) {
  come_by_proxy("11.0.0.9");
  EXPECT_TRUE(connection->finished);
  EXPECT_EQ(connection->sent, "Not here.\r\n");
  EXPECT_EQ(
      logged(),
      "11.0.0.9:700 refused: it is not among server.trusted_proxies, and only they may come to a port with "
      "proxy_protocol");
  client->received("PROXY TCP4 192.0.2.7 198.51.100.1 5000 6667\r\n");
  client->closed(net::CloseReason::finished);
  EXPECT_EQ(heard.peer, "");
  EXPECT_EQ(heard.closed, 0);
}

TEST_F(Preface, WithoutAHeaderNobodyComesInByAProxysPort) {
  come_by_proxy();
  client->received("NICK ann\r\n");
  EXPECT_TRUE(connection->finished);
  EXPECT_EQ(heard.peer, "");
  EXPECT_EQ(logged(), "10.0.0.9:700 refused: it begins with no PROXY header");

  come_by_proxy();
  client->received("PROXY TCP4");
  client->timer();
  EXPECT_EQ(connection->aborted, net::CloseReason::aborted);
  EXPECT_EQ(heard.timers, 0);

  come_by_proxy();
  client->peer_finished();
  EXPECT_TRUE(connection->finished);
  EXPECT_EQ(heard.fins, 0);
}

TEST_F(Preface, BehindTheHeaderTimersAreTheClients) {
  come_by_proxy();
  client->received("PROXY UNKNOWN\r\n");
  heard.connection->set_timer(std::chrono::milliseconds{7});
  EXPECT_EQ(connection->timer, std::chrono::milliseconds{7});
  client->timer();
  EXPECT_EQ(heard.timers, 1);
}

// A gateway's first command. -----------------------------------------------------------------------------

TEST_F(Preface, AGatewaysFirstCommandTellsTheClientsAddress) {
  for (const char* line :
       {"WEBIRC s3cret any.name host.example 192.0.2.7", "webirc s3cret x y 192.0.2.7 :local-port=6667",
        "WEBIRC s3cret x y 192.0.2.7 :secure"}) {
    come_by_gateway();
    client->received(line);
    EXPECT_EQ(heard.peer, "");
    client->received("\r\nNICK ann\r\n");
    EXPECT_EQ(heard.peer, "192.0.2.7:0") << line;
    EXPECT_EQ(heard.text, "NICK ann\r\n");
    EXPECT_FALSE(heard.connection->tls());
  }
  come_by_gateway();
  client->received("WEBIRC s3cret x y 0::7 :secure=yes remote-port=999\n");
  EXPECT_EQ(heard.peer, "[::7]:999");
}

TEST_F(Preface, ItIsEncryptedOnlyIfItIsSoAllTheWay) {
  come_by_gateway("10.0.0.9", true);
  client->received("WEBIRC s3cret x y 192.0.2.7\r\n");
  EXPECT_FALSE(heard.connection->tls());
  come_by_gateway("10.0.0.9", true);
  client->received("WEBIRC s3cret x y 192.0.2.7 :secure=yes\r\n");
  ASSERT_TRUE(heard.connection->tls());
  EXPECT_EQ(heard.connection->tls()->fingerprint, "") << "the certificate is the gateway's";
  come_by_gateway("10.0.0.9", true);
  client->received("NICK ann\r\n");
  EXPECT_EQ(heard.connection->tls()->fingerprint.size(), 64u) << "who speaks for himself keeps his own";
}

TEST_F(Preface, AWrongGatewayIsTold) {
  for (const auto& [line, answer] :
       {std::pair{"WEBIRC guess x y 192.0.2.7\r\n", "ERROR :Invalid WebIRC password\r\n"},
        {"WEBIRC s3cret x y 192.0.2\r\n", "ERROR :Invalid address in WEBIRC\r\n"},
        {"WEBIRC s3cret x y\r\n", "ERROR :WEBIRC needs a password, a name, a host and an address\r\n"}}) {
    come_by_gateway();
    client->received(line);
    EXPECT_EQ(connection->sent, answer);
    EXPECT_TRUE(connection->finished);
    EXPECT_EQ(heard.peer, "");
  }
  come_by_gateway();
  client->received("WEBIRC " + std::string(600, 'x'));
  EXPECT_EQ(connection->sent, "ERROR :Input line was too long\r\n");
  come_by_gateway();
  client->received("WEBIRC ");
  client->timer();
  EXPECT_EQ(connection->sent, "ERROR :no whole WEBIRC command in time\r\n");
}

TEST_F(Preface, EverybodyElseIsHandedOnAsHeIs) {
  come_by_gateway();
  client->received("WEB");
  EXPECT_EQ(heard.peer, "");
  client->received("\r\nNICK ann\r\n");
  EXPECT_EQ(heard.peer, "10.0.0.9:700");
  EXPECT_EQ(heard.text, "WEB\r\nNICK ann\r\n");

  come_by_gateway();
  client->timer();
  EXPECT_EQ(heard.peer, "10.0.0.9:700") << "no gateway, and in no hurry";
  EXPECT_EQ(heard.timers, 0);

  come_by_gateway();
  client->received("WEB");
  client->peer_finished();
  EXPECT_EQ(heard.text, "WEB");
  EXPECT_EQ(heard.fins, 1);

  come_by_gateway("11.0.0.9");
  EXPECT_EQ(heard.peer, "11.0.0.9:700");
  client->received("WEBIRC s3cret x y 192.0.2.7\r\n");
  EXPECT_EQ(heard.text, "WEBIRC s3cret x y 192.0.2.7\r\n") << "a stranger's word is the session's to refuse";
}

TEST_F(Preface, AGatewayWithoutAPasswordIsKnownByItsAddress) {
  rules->gateways = {{"local", ""}};
  come_by_gateway();
  client->received("WEBIRC anything x y 192.0.2.7\r\n");
  EXPECT_EQ(heard.peer, "192.0.2.7:0");
}

}  // namespace
}  // namespace veche::server
