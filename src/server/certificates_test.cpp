// TLS at the doors of a whole server, with all its threads: certificates are read again while people talk.
#include "server/certificates.h"

#include "control/reply.h"
#include "net/test_tls.h"
#include "server/operator_commands.h"
#include "server/test_server.h"

#include <gtest/gtest.h>

#include <atomic>
#include <fstream>
#include <memory>
#include <string>
#include <thread>
#include <vector>

namespace veche::server {
namespace {

using net::testing::Identity;

/// A blocking client that speaks TLS.
class TlsPeer {
 public:
  explicit TlsPeer(const net::Address& server)
      : socket_(::socket(server.family(), SOCK_STREAM | SOCK_CLOEXEC, 0)) {
    const timeval patience{60, 0};
    ::setsockopt(socket_.get(), SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
    EXPECT_EQ(::connect(socket_.get(), server.data(), server.size()), 0);
    tls_.go_on();
    while (send_all() && !tls_.ready() && receive()) {
    }
    EXPECT_TRUE(tls_.ready()) << tls_.why;
  }
  void send(const std::string& text) {
    tls_.write(text);
    send_all();
  }
  void until(const std::string& what) {
    while (tls_.text.find(what) == std::string::npos) {
      if (!receive()) {
        ADD_FAILURE() << "closed before \"" << what << "\" came: " << tls_.text;
        return;
      }
    }
    tls_.text.erase(0, tls_.text.find(what) + what.size());
  }
  /// DER.
  std::string certificate() {
    X509* shown = SSL_get0_peer_certificate(tls_.ssl());
    unsigned char* der = nullptr;
    const int length = i2d_X509(shown, &der);
    std::string text(reinterpret_cast<char*>(der), static_cast<std::size_t>(length));
    OPENSSL_free(der);
    return text;
  }

 private:
  bool send_all() {
    const std::string bytes = tls_.take();
    return ::send(socket_.get(), bytes.data(), bytes.size(), MSG_NOSIGNAL) ==
           static_cast<ssize_t>(bytes.size());
  }
  bool receive() {
    char buffer[65536];
    const ssize_t got = ::recv(socket_.get(), buffer, sizeof buffer, 0);
    if (got <= 0) return false;
    tls_.feed({buffer, static_cast<std::size_t>(got)});
    return true;
  }

  net::Fd socket_;
  net::testing::TlsClient tls_;
};

/// What a command answered.
class KeptReply final : public control::Reply {
 public:
  void text(std::string_view lines) override { said += lines; }
  void error(const base::Error& error) override { said += error.text(); }
  void end(int code) override { exit_code = code; }
  void confirm(std::string, std::string, std::function<void()>) override {}
  std::string said;
  int exit_code = -1;
};

class CertificatesTest : public ServerTest {
 protected:
  CertificatesTest() {
    stop();
    write(net::testing::server_identity());
    config.tls.cert = dir / "server.pem";
    for (const char* protocol : {"line", "irc"})
      config.listen.push_back({.protocol = protocol, .port = 0, .tls = true});
    start();
  }
  void write(const Identity& identity) {
    std::ofstream(dir / "server.pem") << identity.certificate << identity.key;
  }
  net::Address door(base::Dialect dialect) const {
    for (const Doors::Door& door : server->doors()) {
      if (door.tls && door.dialect == dialect) return door.at;
    }
    return {};
  }
  std::string reload() {
    const auto reply = std::make_shared<KeptReply>();
    server->commands().run({"reload"}, {"uid 7", "test"}, reply);
    while (reply->exit_code < 0) server->main_loop().run_once(std::chrono::milliseconds{100});
    return reply->said;
  }
};
INSTANTIATE_TEST_SUITE_P(Models, CertificatesTest, kModels, model_name);

TEST_P(CertificatesTest, BothDialectsAreSpokenOverTls) {
  TlsPeer ann(door(base::Dialect::line));
  ann.send("ann\n\n/bare\n");
  ann.until("READY\n");
  TlsPeer bob(door(base::Dialect::irc));
  bob.send("NICK bob\r\nUSER bob 0 * :Bob\r\nJOIN #veche\r\n");
  bob.until(" 366 bob #veche ");
  ann.until("JOIN #veche bob\n");
  bob.send("PRIVMSG #veche :encrypted\r\n");
  ann.until("MSG #veche bob encrypted\n");
}

TEST_P(CertificatesTest, AFreshOneIsForThoseWhoComeAndABadOneIsForNobody) {
  TlsPeer ann(door(base::Dialect::line));
  ann.send("ann\n\n/bare\n");
  ann.until("READY\n");
  write(net::testing::make_identity());
  EXPECT_NE(reload().find("The certificates are read again."), std::string::npos);
  TlsPeer bob(door(base::Dialect::line));
  EXPECT_NE(bob.certificate(), ann.certificate());
  bob.send("bob\n\n/bare\nstill there?\n");
  ann.until("MSG #veche bob still there?\n");

  std::ofstream(dir / "server.pem") << "not a certificate";
  const std::string refused = reload();
  EXPECT_NE(refused.find("server.pem: holds no certificate"), std::string::npos) << refused;
  TlsPeer carol(door(base::Dialect::line));
  EXPECT_EQ(carol.certificate(), bob.certificate());
}

TEST_P(CertificatesTest, ReloadsUnderLoadDropNobody) {
  std::atomic<bool> ended = false;
  std::vector<std::thread> threads;
  for (int i = 0; i < 3; ++i) {
    threads.emplace_back([this, i, &ended] {
      TlsPeer stays(door(base::Dialect::line));
      const std::string name = "p" + std::to_string(i);
      stays.send(name + "\n\n/bare\n");
      stays.until("READY\n");
      for (int round = 0; !ended; ++round) {
        TlsPeer comes(door(base::Dialect::irc));
        comes.send("PING " + std::to_string(round) + "\r\n");
        stays.send("/who\n");
        stays.until("END who\n");
      }
    });
  }
  for (int i = 0; i < 10; ++i) {
    write(net::testing::make_identity());
    EXPECT_NE(reload().find("The certificates are read again."), std::string::npos);
  }
  ended = true;
  for (auto& thread : threads) thread.join();
}

TEST(Certificates, OneForEachListenerAndAnErrorForWhatCannotBeRead) {
  const fakes::TempDir dir;
  std::ofstream(dir / "a.pem") << net::testing::server_identity().certificate
                               << net::testing::server_identity().key;
  const base::SystemClock clock;
  const auto log = base::Log::nowhere();
  control::Config config;
  config.listen.push_back({.protocol = "irc", .port = 0, .tls = true, .tls_cert = dir / "a.pem"});
  config.limits.registration_timeout = std::chrono::seconds{3};
  const auto read = read_certificates(config, config.listen, nullptr, clock, *log);
  ASSERT_TRUE(read) << read.error().text();
  ASSERT_EQ(read->size(), 3u);
  EXPECT_EQ((*read)[0], nullptr);
  EXPECT_EQ((*read)[2]->options().protocol, "irc");
  EXPECT_EQ((*read)[2]->options().handshake_timeout, std::chrono::seconds{3});
  config.listen.push_back({.port = 0, .tls = true});
  const auto none = read_certificates(config, config.listen, nullptr, clock, *log);
  ASSERT_FALSE(none);
  EXPECT_EQ(none.error().text(),
            "listener lines://127.0.0.1:0: it would have no certificate (cert and key in [tls])");
}

TEST(Certificates, EveryListenerWithTlsHasTheFurtherOnes) {
  const fakes::TempDir dir;
  const net::testing::Identity other = net::testing::make_identity(24, 0, "DNS:chat.example");
  std::ofstream(dir / "a.pem") << net::testing::server_identity().certificate
                               << net::testing::server_identity().key;
  std::ofstream(dir / "b.crt") << other.certificate;
  std::ofstream(dir / "b.key") << other.key;
  const base::SystemClock clock;
  const auto log = base::Log::nowhere();
  control::Config config;
  config.tls.cert = dir / "a.pem";
  config.listen = {{.port = 0}, {.port = 0, .tls = true}, {.protocol = "irc", .port = 0, .tls = true}};
  config.certificates = {{dir / "b.crt", dir / "b.key"}};
  const auto read = read_certificates(config, config.listen, nullptr, clock, *log);
  ASSERT_TRUE(read) << read.error().text();
  ASSERT_EQ((*read)[1]->options().further.size(), 1u);
  EXPECT_EQ((*read)[1]->options().further, (*read)[2]->options().further) << "read once";
  config.certificates.push_back({dir / "none.pem"});
  const auto none = read_certificates(config, config.listen, nullptr, clock, *log);
  ASSERT_FALSE(none);
  EXPECT_EQ(none.error().text(),
            "certificate " + (dir / "none.pem").string() + ": No such file or directory");
}

}  // namespace
}  // namespace veche::server
