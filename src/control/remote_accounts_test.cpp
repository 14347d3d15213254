#include "control/remote_accounts.h"

#include "net/fd.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <sys/socket.h>
#include <sys/un.h>

#include <algorithm>
#include <chrono>
#include <cstring>
#include <filesystem>
#include <string>
#include <thread>

namespace veche::control {
namespace {

using namespace std::chrono_literals;

/// A control socket that takes one request, keeps it, and gives a prepared answer, in pieces of `piece`
/// bytes.
class Server {
 public:
  explicit Server(std::string answer, std::size_t piece = 1 << 20)
      : answer_(std::move(answer)), piece_(piece) {
    static int serial = 0;
    path_ = std::filesystem::temp_directory_path() /
            ("veche-remote-" + std::to_string(::getpid()) + "-" + std::to_string(++serial) + ".sock");
    listener_ = net::Fd(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    std::strncpy(address.sun_path, path_.c_str(), sizeof address.sun_path - 1);
    ::unlink(path_.c_str());
    EXPECT_EQ(::bind(listener_.get(), reinterpret_cast<sockaddr*>(&address), sizeof address), 0);
    EXPECT_EQ(::listen(listener_.get(), 4), 0);
  }
  ~Server() {
    stop();
    ::unlink(path_.c_str());
  }

  void start() {
    thread_ = std::thread([this] {
      const net::Fd client(::accept(listener_.get(), nullptr, nullptr));
      char c = 0;
      while (::read(client.get(), &c, 1) == 1 && c != '\n') request_ += c;
      for (std::string_view rest = answer_; !rest.empty();
           rest.remove_prefix(std::min(piece_, rest.size()))) {
        if (::send(client.get(), rest.data(), std::min(piece_, rest.size()), MSG_NOSIGNAL) < 0) return;
      }
    });
  }
  /// Joins; the request that was taken.
  const std::string& stop() {
    if (thread_.joinable()) thread_.join();
    return request_;
  }
  void close() { listener_.reset(); }
  const std::filesystem::path& path() const { return path_; }

 private:
  std::string answer_;
  std::size_t piece_;
  std::filesystem::path path_;
  net::Fd listener_;
  std::thread thread_;
  std::string request_;
};

std::string error(const base::Result<>& result) { return result ? "none" : result.error().text(); }

TEST(RemoteAccounts, ARequestIsSentAndItsSuccessComesBack) {
  Server server("{\"ok\":true,\"accounts\":[]}\n");
  server.start();
  EXPECT_EQ(error(RemoteAccounts(server.path()).add("Алиса", "p")), "none");
  EXPECT_EQ(server.stop(), R"({"command":"account","action":"add","name":"Алиса","password":"p"})");
}

TEST(RemoteAccounts, ALongListComesWholeHoweverItIsCut) {
  AccountAnswer accounts{std::vector<AccountLine>(2000, AccountLine{"имя", {}})};
  Server server(encode(accounts), 997);
  server.start();
  const auto list = RemoteAccounts(server.path()).list();
  ASSERT_TRUE(list) << list.error().text();
  EXPECT_EQ(list->size(), 2000u);
}

TEST(RemoteAccounts, TheServersRefusalIsTheError) {
  Server server("{\"ok\":false,\"what\":\"account x\",\"why\":\"there is none\",\"hint\":\"\"}\n", 1);
  server.start();
  EXPECT_EQ(error(RemoteAccounts(server.path()).remove("x")), "account x: there is none");
}

TEST(RemoteAccounts, AServerThatHangsUpIsSaidToHave) {
  Server server("{\"ok\":true");
  server.start();
  EXPECT_EQ(
      error(RemoteAccounts(server.path()).change_password("x", "p")),
      server.path().string() + ": the server closed the connection without an answer (its log may say why)");
}

TEST(RemoteAccounts, AServerThatIsSilentIsGivenUp) {
  const Server server("");  // its backlog takes the connection, nobody answers
  EXPECT_EQ(error(RemoteAccounts(server.path(), 50ms).remove("x")),
            server.path().string() +
                ": the server did not answer within 0.05 s (whether it was done is not known)");
}

TEST(RemoteAccounts, ASocketThatNobodyListensOnIsSaidToBeDeaf) {
  Server server("");
  server.close();
  const std::string words =
      ": nobody answers there, though the data directory is in use (is the server starting or stopping? try "
      "again)";
  EXPECT_EQ(error(RemoteAccounts(server.path()).remove("x")), server.path().string() + words);
  EXPECT_EQ(error(RemoteAccounts("no/such.sock").remove("x")), "no/such.sock" + words);
}

TEST(RemoteAccounts, APathTooLongForASocketIsSaidToBe) {
  const std::string path(200, 'x');
  EXPECT_EQ(error(RemoteAccounts(path).remove("x")),
            path + ": the path is too long for a socket (use a data directory with a shorter path)");
}

}  // namespace
}  // namespace veche::control
