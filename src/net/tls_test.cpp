// TLS over real sockets under both kinds of connection, with OpenSSL as the client.
#include "net/tls.h"

#include "net/test_peer.h"
#include "net/test_tls.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace veche::net {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;
using testing::Kind;
using testing::Peer;
using testing::Story;
using testing::StoryHandler;
using testing::TlsClient;

class Tls : public testing::ConnectionTest {
 protected:
  /// A client whose connection is accepted; its handshake has not begun.
  void join(TlsOptions options = {}, const TlsClient::Options& wishes = {}, int receive_buffer = 0) {
    options.on_refused = [this](const Address&, std::string_view why) { refused.emplace_back(why); };
    story = &new_story();
    client = std::make_unique<TlsClient>(wishes);
    peer = adopt(over_tls(testing::make_context(std::move(options)), std::make_unique<StoryHandler>(*story)),
                 receive_buffer);
    to_send.clear();
  }
  /// Carries bytes between the client and the server.
  void carry() {
    peer.receive();
    wire += peer.text;
    client->feed(std::exchange(peer.text, {}));
    to_send += client->take();
    to_send.erase(0, peer.send(to_send));
  }
  template <class Done>
  bool carry_until(Done done) {
    return turn_until([&] { return carry(), done(); });
  }
  void carry_all() {
    for (int i = 0; i < 5; ++i) carry(), settle();
  }
  bool shake_hands() {
    return carry_until([&] { return story->opened == 1 && client->ready(); });
  }
  static TlsContext::Ptr context_of(const testing::Identity& identity) {
    return TlsContext::make({"further.crt", identity.certificate}, {"further.key", identity.key}, {}).value();
  }
  void echo() {
    story->on_bytes = [this](std::string_view bytes) { story->connection->send(bytes); };
  }
  /// The lengths of the records in what has come from the server.
  std::vector<std::size_t> records() const {
    std::vector<std::size_t> lengths;
    for (std::size_t at = 0; at + 5 <= wire.size(); at += 5 + lengths.back()) {
      lengths.push_back(static_cast<std::size_t>(static_cast<unsigned char>(wire[at + 3])) << 8 |
                        static_cast<unsigned char>(wire[at + 4]));
    }
    return lengths;
  }

  Story* story = nullptr;
  std::unique_ptr<TlsClient> client;
  Peer peer;
  std::string wire;     // what came from the server, as it came
  std::string to_send;  // the client's, that the socket has not taken yet
  std::vector<std::string> refused;
};
INSTANTIATE_TEST_SUITE_P(Kinds, Tls, ::testing::Values(Kind::events, Kind::threads), testing::kind_name);

TEST_P(Tls, BothVersionsCarryBytesBothWays) {
  for (const auto& [version, name] : {std::pair{TLS1_2_VERSION, "TLSv1.2"}, {TLS1_3_VERSION, "TLSv1.3"}}) {
    join({}, {.version = version});
    echo();
    std::optional<TlsFacts> facts;
    story->on_open = [&] { facts = story->connection->tls(); };
    ASSERT_TRUE(shake_hands()) << name;
    ASSERT_TRUE(facts.has_value());
    EXPECT_EQ(facts->version, name);
    EXPECT_NE(facts->cipher.find("GCM"), std::string::npos) << facts->cipher;
    EXPECT_EQ(facts->fingerprint, "");
    client->write("hello");
    ASSERT_TRUE(carry_until([&] { return client->text == "hello"; }));
    EXPECT_EQ(story->bytes, "hello");
  }
}

TEST_P(Tls, APlainConnectionHasNoFactsOfTls) {
  Story& plain = new_story();
  const Peer other = adopt(plain);
  EXPECT_FALSE(plain.connection->tls().has_value());
}

TEST_P(Tls, OlderVersionsAreRefused) {
  for (const int version : {TLS1_VERSION, TLS1_1_VERSION}) {
    join({}, {.version = version});
    ASSERT_TRUE(carry_until([&] { return peer.fin; }));
    EXPECT_EQ(client->why, "tlsv1 alert protocol version");
    ASSERT_EQ(refused.size(), 1u);
    EXPECT_EQ(refused[0], "unsupported protocol");
    EXPECT_EQ(story->opened, 0);
    EXPECT_TRUE(story->closed.empty());
    refused.clear();
  }
}

TEST_P(Tls, CiphersWithoutAuthenticationOrForwardSecrecyAreRefused) {
  for (const char* ciphers : {"ECDHE-ECDSA-AES256-SHA384", "ECDHE-ECDSA-AES128-SHA", "AES128-GCM-SHA256",
                              "AES256-SHA", "ECDHE-ECDSA-AES128-CCM", "aNULL:eNULL", "PSK"}) {
    join({}, {.version = TLS1_2_VERSION, .ciphers = ciphers});
    ASSERT_TRUE(carry_until([&] { return client->failed; })) << ciphers;
    EXPECT_EQ(story->opened, 0) << ciphers;
  }
}

TEST_P(Tls, TheServersOrderOfCiphersCounts) {
  join({},
       {.version = TLS1_2_VERSION, .ciphers = "ECDHE-ECDSA-AES256-GCM-SHA384:ECDHE-ECDSA-AES128-GCM-SHA256"});
  ASSERT_TRUE(shake_hands());
  EXPECT_EQ(story->connection->tls()->cipher, "ECDHE-ECDSA-AES128-GCM-SHA256");
  join({},
       {.version = TLS1_2_VERSION, .ciphers = "ECDHE-ECDSA-CHACHA20-POLY1305:ECDHE-ECDSA-AES128-GCM-SHA256"});
  ASSERT_TRUE(shake_hands());
  EXPECT_EQ(story->connection->tls()->cipher, "ECDHE-ECDSA-CHACHA20-POLY1305")
      << "who puts it first has no AES in hardware";
}

TEST_P(Tls, RecordsMayComeByteByByte) {
  join();
  echo();
  client->go_on();
  ASSERT_TRUE(turn_until([&] {
    peer.receive();
    client->feed(std::exchange(peer.text, {}));
    if (client->ready() && client->text.empty() && to_send.empty() && story->bytes.empty())
      client->write("hello");
    to_send += client->take();
    if (!to_send.empty()) to_send.erase(0, peer.send(to_send.substr(0, 1)));
    return client->text == "hello";
  }));
  EXPECT_EQ(story->bytes, "hello");
}

TEST_P(Tls, MegabytesGoBothWays) {
  make_loop({.send_queue_bytes = 0});
  join();
  echo();
  ASSERT_TRUE(shake_hands());
  std::string data(3'000'000, '\0');
  for (std::size_t i = 0; i < data.size(); ++i) data[i] = static_cast<char>((i * 2654435761u) >> 13);
  client->write(data);
  ASSERT_TRUE(carry_until([&] { return client->text.size() == data.size(); }));
  EXPECT_TRUE(client->text == data);
}

TEST_P(Tls, BytesThatCameWithTheHandshakesEndAreNotLost) {
  join();
  ASSERT_TRUE(carry_until([&] { return client->ready(); }));
  client->write("at once");
  client->finish();
  ASSERT_TRUE(carry_until([&] { return story->fins == 1; }));
  EXPECT_EQ(story->bytes, "at once");
}

TEST_P(Tls, WhatIsSentInATurnIsOneRecord) {
  join({}, {.version = TLS1_3_VERSION});
  story->on_bytes = [&](std::string_view) {
    for (int i = 0; i < 50; ++i) story->connection->send("line\r\n");
    EXPECT_EQ(story->connection->backlog(), 300u);
    EXPECT_EQ(client->text, "");
  };
  ASSERT_TRUE(shake_hands());
  carry_all();
  wire.clear();
  client->write("go");
  ASSERT_TRUE(carry_until([&] { return client->text.size() == 300; }));
  EXPECT_EQ(records(), std::vector<std::size_t>{300 + 1 + 16});  // the record's type, and GCM's tag
  EXPECT_EQ(story->connection->backlog(), 0u);
}

TEST_P(Tls, TheTurnsLastBytesLeaveAtOnceAndInOrder) {
  join();
  ASSERT_TRUE(shake_hands());
  const auto shared = std::make_shared<const std::string>("xx-shared-xx");
  story->connection->send_shared_last(shared, 3, 6);
  EXPECT_EQ(story->connection->backlog(), 0u);
  story->connection->send(" a");
  story->connection->send_shared(shared, 2, 1);
  story->connection->send_last("b");
  EXPECT_EQ(story->connection->backlog(), 0u);
  ASSERT_TRUE(carry_until([&] { return client->text == "shared a-b"; }));
}

TEST_P(Tls, AHandlerMayHaveTheLastWordOfATurn) {
  class LastWord final : public Handler {
   public:
    void opened(Connection& connection) override { connection_ = &connection; }
    void received(std::string_view) override {
      connection_->tell_before_sending();
      connection_->send("first ");
    }
    void before_sending() override { connection_->send("last"); }
    void peer_finished() override {}
    void closed(CloseReason) override {}

   private:
    Connection* connection_ = nullptr;
  };
  join();
  peer = adopt(over_tls(testing::make_context(), std::make_unique<LastWord>()));
  ASSERT_TRUE(carry_until([&] { return client->ready(); }));
  client->write("x");
  ASSERT_TRUE(carry_until([&] { return client->text == "first last"; }));
}

// Ends. --------------------------------------------------------------------------------------------------

TEST_P(Tls, CloseNotifyIsAHalfClose) {
  for (const int version : {TLS1_2_VERSION, TLS1_3_VERSION}) {
    join({}, {.version = version});
    ASSERT_TRUE(shake_hands());
    client->write("question");
    client->finish();
    ASSERT_TRUE(carry_until([&] { return story->fins == 1; }));
    EXPECT_EQ(story->bytes, "question");
    EXPECT_TRUE(story->closed.empty());
    peer.shutdown_write();
    carry_all();
    EXPECT_EQ(story->fins, 1) << "the FIN behind it is no second one";
    story->connection->send("answer");
    story->connection->finish();
    ASSERT_TRUE(carry_until([&] { return peer.fin; }));
    EXPECT_EQ(client->text, "answer");
    EXPECT_TRUE(client->finished);
    EXPECT_EQ(story->closed, std::vector{CloseReason::finished});
    peer.fin = false;
  }
}

TEST_P(Tls, OurFinishSendsCloseNotifyBehindWhatWasSaid) {
  join();
  story->on_open = [&] {
    story->connection->send("goodbye");
    story->connection->finish();
    story->connection->send("never");
  };
  ASSERT_TRUE(carry_until([&] { return peer.fin; }));
  EXPECT_EQ(client->text, "goodbye");
  EXPECT_TRUE(client->finished);
  EXPECT_FALSE(client->failed) << client->why;
  peer.close();
  ASSERT_TRUE(turn_until([&] { return story->closed.size() == 1; }));
  EXPECT_EQ(story->closed, std::vector{CloseReason::finished});
}

TEST_P(Tls, AFinWithoutCloseNotifyCountsAsOne) {
  join();
  story->on_fin = [&] { story->connection->finish(); };
  ASSERT_TRUE(shake_hands());
  client->write("last line");
  carry_all();
  client->write("torn");
  peer.send(client->take().substr(0, 10));  // a record that never ends
  peer.shutdown_write();
  ASSERT_TRUE(carry_until([&] { return peer.fin; }));
  EXPECT_EQ(story->bytes, "last line");
  EXPECT_EQ(story->fins, 1);
  EXPECT_EQ(story->closed, std::vector{CloseReason::finished});
}

TEST_P(Tls, AResetIsReportedAsOne) {
  join();
  ASSERT_TRUE(shake_hands());
  peer.reset();
  ASSERT_TRUE(turn_until([&] { return story->closed.size() == 1; }));
  EXPECT_EQ(story->closed, std::vector{CloseReason::reset});
}

TEST_P(Tls, AConnectionThatIsLeftIsAborted) {
  join();
  ASSERT_TRUE(shake_hands());
  end_all();
  EXPECT_EQ(story->closed, std::vector{CloseReason::aborted});
}

// What is not TLS. ---------------------------------------------------------------------------------------

TEST_P(Tls, PlainTextEndsWithOurFinAndIsExplained) {
  for (const auto& [text, why] : {std::pair{"GET / HTTP/1.1\r\n\r\n", "http request"},
                                  {"NICK ann\r\nUSER ann 0 * :Ann\r\n", "wrong version number"}}) {
    join();
    peer.send(text);
    ASSERT_TRUE(turn_until([&] { return peer.receive(), peer.fin; })) << text;
    EXPECT_EQ(peer.error, 0);
    ASSERT_EQ(refused.size(), 1u);
    EXPECT_EQ(refused[0], why);
    EXPECT_EQ(story->opened, 0);
    peer.close();
    ASSERT_TRUE(turn_until([&] { return connection_count() == 0; }));
    EXPECT_TRUE(story->closed.empty());
    refused.clear();
  }
}

TEST_P(Tls, WhoWritesTextHearsInTextThatTlsIsSpoken) {
  join({.plain_words = "TLS is spoken here.\r\n"});
  peer.send("NICK ann\r\n");
  ASSERT_TRUE(turn_until([&] { return peer.receive(), peer.fin; }));
  EXPECT_EQ(peer.text, "TLS is spoken here.\r\n");
  EXPECT_EQ(refused, std::vector<std::string>{"the client speaks without TLS"});
  EXPECT_EQ(story->opened, 0);
}

TEST_P(Tls, ABrokenRecordIsAnsweredWithAnAlert) {
  join();
  ASSERT_TRUE(shake_hands());
  client->write("hello");
  std::string record = client->take();
  record.back() = static_cast<char>(record.back() ^ 1);
  peer.send(record);
  ASSERT_TRUE(carry_until([&] { return peer.fin; }));
  EXPECT_EQ(client->why, "sslv3 alert bad record mac");
  EXPECT_EQ(story->bytes, "");
  peer.close();
  ASSERT_TRUE(turn_until([&] { return story->closed.size() == 1; }));
  EXPECT_EQ(story->closed, std::vector{CloseReason::tls_failed});
}

TEST_P(Tls, WhatCameBeforeABrokenRecordIsHeard) {
  join();
  echo();
  ASSERT_TRUE(shake_hands());
  client->write("whole");
  peer.send(client->take() + "garbage garbage garbage");
  ASSERT_TRUE(carry_until([&] { return peer.fin; }));
  EXPECT_EQ(story->bytes, "whole");
}

TEST_P(Tls, AClientWhoGoesDuringTheHandshakeIsForgotten) {
  join();
  client->go_on();
  peer.send(client->take().substr(0, 50));
  settle();
  peer.shutdown_write();
  ASSERT_TRUE(turn_until([&] { return connection_count() == 0; }));
  EXPECT_EQ(refused, std::vector<std::string>{"the client has gone before the handshake was done"});
  EXPECT_EQ(story->opened, 0);
}

TEST_P(Tls, RenegotiationIsRefused) {
  join({}, {.version = TLS1_2_VERSION});
  ASSERT_TRUE(shake_hands());
  SSL_renegotiate(client->ssl());
  client->go_on();
  ASSERT_TRUE(carry_until([&] { return client->failed; }));
  EXPECT_EQ(client->why, "no renegotiation");
  EXPECT_EQ(story->opened, 1);
}

TEST_P(Tls, NewKeysOfTls13AreTaken) {
  join({}, {.version = TLS1_3_VERSION});
  echo();
  ASSERT_TRUE(shake_hands());
  for (int i = 0; i < 3; ++i) {
    client->text.clear();
    SSL_key_update(client->ssl(), SSL_KEY_UPDATE_REQUESTED);
    client->write("hello");
    ASSERT_TRUE(carry_until([&] { return client->text == "hello"; }));
  }
}

// Deadlines and limits. ----------------------------------------------------------------------------------

TEST_P(Tls, AHandshakeThatDripsEndsAtItsDeadline) {
  join({.handshake_timeout = seconds{5}});
  client->go_on();
  const std::string hello = client->take();
  for (std::size_t i = 0; i < 4; ++i) {
    peer.send(hello.substr(i, 1));
    clock.advance(seconds{1});
    settle();
    EXPECT_EQ(connection_count(), 1u);
  }
  clock.advance(seconds{2});
  ASSERT_TRUE(turn_until([&] { return connection_count() == 0; }));
  EXPECT_EQ(refused, std::vector<std::string>{"the handshake took too long"});
  ASSERT_TRUE(turn_until([&] { return peer.receive(), peer.fin; }));
}

TEST_P(Tls, BehindTheHandshakeTheTimerIsTheHandlers) {
  join({.handshake_timeout = seconds{5}});
  ASSERT_TRUE(shake_hands());
  clock.advance(seconds{60});
  settle();
  EXPECT_EQ(story->timers, 0);
  EXPECT_TRUE(story->closed.empty());
  story->connection->set_timer(milliseconds{100});
  clock.advance(seconds{1});
  ASSERT_TRUE(turn_until([&] { return story->timers == 1; }));
}

TEST_P(Tls, APauseStopsReading) {
  make_loop({.send_queue_bytes = 0});
  join();
  story->on_bytes = [&](std::string_view) { story->connection->pause_reading(); };
  ASSERT_TRUE(shake_hands());
  const std::string data(8'000'000, 'x');
  client->write(data);
  to_send += client->take();
  for (int i = 0; i < 300; ++i) carry(), turn(milliseconds{0});
  EXPECT_LE(story->bytes.size(), 100'000u)
      << "one read of the socket, and a record that was not whole before";
  EXPECT_GT(to_send.size(), 0u) << "the client has to wait";
  story->on_bytes = nullptr;
  story->connection->resume_reading();
  ASSERT_TRUE(carry_until([&] { return story->bytes.size() == data.size(); }));
}

TEST_P(Tls, ASlowReaderIsCut) {
  make_loop({.send_queue_bytes = 100'000});
  join({}, {}, 4096);
  ASSERT_TRUE(shake_hands());
  const std::string line(1000, 'x');
  for (int i = 0; i < 20'000 && story->closed.empty(); ++i) {
    story->connection->send(line);
    if (i % 100 == 0) turn(milliseconds{0});
  }
  ASSERT_TRUE(turn_until([&] { return story->closed.size() == 1; }));
  EXPECT_EQ(story->closed, std::vector{CloseReason::slow_reader});
}

// Names, protocols, certificates. ------------------------------------------------------------------------

TEST_P(Tls, AnyNameIsAnswered) {
  join({}, {.server_name = "chat.example.org"});
  EXPECT_TRUE(shake_hands());
}

TEST_P(Tls, WhoNamesAHostGetsTheCertificateThatIsForIt) {
  const testing::Identity rsa = testing::make_identity(24, 2048, "DNS:chat.example,DNS:*.talk.example");
  const testing::Identity elliptic = testing::make_identity(24, 0, "DNS:chat.example,DNS:old.example");
  const testing::Identity late = testing::make_identity();
  const TlsOptions options{.further = {context_of(rsa), context_of(elliptic), context_of(late)}};
  const std::string& own = testing::server_identity().certificate;  // for localhost, as the late one is
  for (const int version : {TLS1_2_VERSION, TLS1_3_VERSION}) {
    for (const auto& [name, expected] :
         std::vector<std::pair<const char*, const std::string*>>{{nullptr, &own},
                                                                 {"nobody.example", &own},
                                                                 {"localhost", &own},
                                                                 {"chat.example", &rsa.certificate},
                                                                 {"CHAT.Example", &rsa.certificate},
                                                                 {"a.talk.example", &rsa.certificate},
                                                                 {"a.b.talk.example", &own},
                                                                 {"talk.example", &own},
                                                                 {"old.example", &elliptic.certificate},
                                                                 {"127.0.0.1", &own}}) {
      join(options, {.version = version, .server_name = name});
      ASSERT_TRUE(shake_hands()) << (name ? name : "no name") << ": " << client->why;
      EXPECT_TRUE(client->is_shown(*expected)) << (name ? name : "no name");
      EXPECT_EQ(refused, std::vector<std::string>{});
    }
  }
}

TEST_P(Tls, WhoIsSentBackForAnotherKeyGetsTheCertificateOfTheName) {
  const testing::Identity rsa = testing::make_identity(24, 2048, "DNS:chat.example");
  join({.further = {context_of(rsa)}}, {.version = TLS1_3_VERSION, .server_name = "chat.example"});
  SSL_set1_groups_list(client->ssl(), "P-521:P-256");  // its first key share is of P-521
  ASSERT_TRUE(shake_hands());
  EXPECT_TRUE(client->is_shown(rsa.certificate));
}

TEST_P(Tls, AFurtherCertificateComesWithThoseThatSignedItAndTheListenersRules) {
  const testing::Identity signer = testing::make_identity(), own = testing::make_identity();
  testing::Identity further = testing::make_identity(24, 2048, "DNS:chat.example");
  further.certificate += signer.certificate;
  for (const int version : {TLS1_2_VERSION, TLS1_3_VERSION}) {
    join({.client_certificate = ClientCertificate::require,
          .protocol = "irc",
          .further = {context_of(further)}},
         {.version = version, .alpn = "\x03irc", .identity = &own, .server_name = "chat.example"});
    ASSERT_TRUE(shake_hands());
    EXPECT_TRUE(client->is_shown(further.certificate));
    EXPECT_EQ(sk_X509_num(SSL_get_peer_cert_chain(client->ssl())), 2);
    EXPECT_EQ(story->connection->tls()->fingerprint.size(), 64u);
  }
}

TEST_P(Tls, WhoCannotReadTheKindOfKeyThatAHostHasIsRefused) {
  const testing::Identity rsa = testing::make_identity(24, 2048, "DNS:chat.example");
  join(
      {.further = {context_of(rsa)}},
      {.version = TLS1_2_VERSION, .ciphers = "ECDHE-ECDSA-AES128-GCM-SHA256", .server_name = "chat.example"});
  ASSERT_TRUE(carry_until([&] { return client->failed; }));
  EXPECT_EQ(story->opened, 0) << "another host's certificate would be no help";
  EXPECT_EQ(refused, std::vector<std::string>{"no shared cipher"});
}

TEST_P(Tls, ATicketIsGoodForTheNameForWhichItWasGiven) {
  const testing::Identity rsa = testing::make_identity(24, 2048, "DNS:chat.example,DNS:also.example");
  const auto keys = std::make_shared<TicketKeys>(clock);
  const TlsOptions options{.ticket_keys = keys, .further = {context_of(rsa)}};
  const auto come = [&](int version, const char* name, SSL_SESSION* session) {
    // A copy: OpenSSL's client uses no session twice.
    const std::unique_ptr<SSL_SESSION, void (*)(SSL_SESSION*)> copy(
        session != nullptr ? SSL_SESSION_dup(session) : nullptr, SSL_SESSION_free);
    join(options, {.version = version, .session = copy.get(), .server_name = name});
    EXPECT_TRUE(shake_hands()) << client->why;
    EXPECT_TRUE(carry_until([&] { return client->session() != nullptr || session != nullptr; }));
    return SSL_session_reused(client->ssl()) == 1;
  };
  const std::vector<const char*> names{"chat.example", "also.example", "nobody.example", nullptr};
  const std::string& own = testing::server_identity().certificate;
  for (const int version : {TLS1_2_VERSION, TLS1_3_VERSION}) {
    for (const char* name : names) {
      EXPECT_FALSE(come(version, name, nullptr));
      const std::unique_ptr<TlsClient> first = std::move(client);
      for (const char* other : names) {
        EXPECT_EQ(come(version, other, first->session()), other == name)
            << (name ? name : "no name") << ", " << (other ? other : "no name");
        EXPECT_TRUE(client->is_shown(other == names[0] || other == names[1] ? rsa.certificate : own));
      }
    }
    EXPECT_FALSE(come(version, "chat.example", nullptr));
    const std::unique_ptr<TlsClient> first = std::move(client);
    EXPECT_TRUE(come(version, "Chat.EXAMPLE", first->session())) << "letter case makes no other name";
  }
}

TEST_P(Tls, TheProtocolIsAgreedUpon) {
  join({.protocol = "irc"}, {.alpn = "\x08http/1.1\x03irc"});
  ASSERT_TRUE(shake_hands());
  const unsigned char* chosen = nullptr;
  unsigned int length = 0;
  SSL_get0_alpn_selected(client->ssl(), &chosen, &length);
  EXPECT_EQ(std::string(reinterpret_cast<const char*>(chosen), length), "irc");

  join({.protocol = "irc"});
  EXPECT_TRUE(shake_hands()) << "who offers none is welcome";
  join({}, {.alpn = "\x08http/1.1"});
  EXPECT_TRUE(shake_hands()) << "where there is none, what is offered is ignored";

  join({.protocol = "irc"}, {.alpn = "\x08http/1.1"});
  ASSERT_TRUE(carry_until([&] { return client->failed; }));
  EXPECT_EQ(client->why, "tlsv1 alert no application protocol");
}

TEST_P(Tls, AClientsCertificateIsKnownByItsFingerprint) {
  const testing::Identity own = testing::make_identity();
  const testing::Identity expired = testing::make_identity(-24);
  for (const int version : {TLS1_2_VERSION, TLS1_3_VERSION}) {
    for (const testing::Identity* identity : {&own, &expired}) {
      std::array<unsigned char, 32> hash;
      X509_digest(testing::read_certificate(identity->certificate).get(), EVP_sha256(), hash.data(), nullptr);
      std::string expected;
      for (const unsigned char byte : hash) expected += fmt::format("{:02x}", byte);

      join({.client_certificate = ClientCertificate::require}, {.version = version, .identity = identity});
      ASSERT_TRUE(shake_hands());
      EXPECT_EQ(story->connection->tls()->fingerprint, expected);
      join({.client_certificate = ClientCertificate::off}, {.version = version, .identity = identity});
      ASSERT_TRUE(shake_hands());
      EXPECT_EQ(story->connection->tls()->fingerprint, "") << "nobody asked for it";
    }
  }
}

TEST_P(Tls, WhoHasNoCertificateIsTurnedAwayOnlyWhereOneIsRequired) {
  join({.client_certificate = ClientCertificate::ask});
  ASSERT_TRUE(shake_hands());
  EXPECT_EQ(story->connection->tls()->fingerprint, "");
  join({.client_certificate = ClientCertificate::require});
  ASSERT_TRUE(carry_until([&] { return peer.fin; }));
  EXPECT_EQ(story->opened, 0);
  EXPECT_EQ(client->why, "tlsv13 alert certificate required");
  EXPECT_EQ(refused, std::vector<std::string>{"peer did not return a certificate"});
}

TEST_P(Tls, ATicketShortensTheNextHandshakeAndKeepsTheFingerprint) {
  const testing::Identity own = testing::make_identity();
  const auto context = testing::make_context({.client_certificate = ClientCertificate::ask});
  for (const int version : {TLS1_2_VERSION, TLS1_3_VERSION}) {
    std::string first;
    std::unique_ptr<TlsClient> earlier;
    for (const bool again : {false, true}) {
      join();
      client = std::make_unique<TlsClient>(TlsClient::Options{
          .version = version, .identity = &own, .session = again ? earlier->session() : nullptr});
      peer = adopt(over_tls(context, std::make_unique<StoryHandler>(*story)));
      ASSERT_TRUE(shake_hands());
      ASSERT_TRUE(carry_until([&] { return client->session() != nullptr || again; }));
      EXPECT_EQ(SSL_session_reused(client->ssl()), again ? 1 : 0);
      const std::string fingerprint = story->connection->tls()->fingerprint;
      EXPECT_EQ(fingerprint.size(), 64u);
      EXPECT_TRUE(!again || fingerprint == first);
      first = fingerprint;
      earlier = std::move(client);
    }
  }
}

TEST_P(Tls, ATicketOutlivesACertificateWhereTheKeysDo) {
  const auto keys = std::make_shared<TicketKeys>(clock);
  const auto context = [&](ClientCertificate rule, bool shared = true) {
    const testing::Identity fresh = testing::make_identity();
    TlsOptions options{.client_certificate = rule};
    if (shared) options.ticket_keys = keys;
    return TlsContext::make({"server.crt", fresh.certificate}, {"server.key", fresh.key}, options).value();
  };
  const auto come = [&](const TlsContext::Ptr& to, int version, SSL_SESSION* session) {
    join();
    // A copy: OpenSSL's client uses no session twice.
    const std::unique_ptr<SSL_SESSION, void (*)(SSL_SESSION*)> copy(
        session != nullptr ? SSL_SESSION_dup(session) : nullptr, SSL_SESSION_free);
    client = std::make_unique<TlsClient>(TlsClient::Options{.version = version, .session = copy.get()});
    peer = adopt(over_tls(to, std::make_unique<StoryHandler>(*story)));
    EXPECT_TRUE(shake_hands());
    EXPECT_TRUE(carry_until([&] { return client->session() != nullptr || session != nullptr; }));
    return SSL_session_reused(client->ssl()) == 1;
  };
  for (const int version : {TLS1_2_VERSION, TLS1_3_VERSION}) {
    EXPECT_FALSE(come(context(ClientCertificate::off), version, nullptr));
    const std::unique_ptr<TlsClient> first = std::move(client);
    EXPECT_FALSE(come(context(ClientCertificate::off, false), version, first->session()))
        << "keys of its own";
    EXPECT_FALSE(come(context(ClientCertificate::ask), version, first->session()))
        << "where a certificate may be shown, who has not been asked is asked";
    EXPECT_TRUE(come(context(ClientCertificate::off), version, first->session()));
    clock.advance(base::limits::kTlsTicketKeyLifetime);
    EXPECT_TRUE(come(context(ClientCertificate::off), version, first->session()))
        << "by the key before this one";
    clock.advance(base::limits::kTlsTicketKeyLifetime);
    EXPECT_FALSE(come(context(ClientCertificate::off), version, first->session()));
  }
}

}  // namespace
}  // namespace veche::net
