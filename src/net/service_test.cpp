#include "net/service.h"

#include "net/coroutine.h"
#include "net/test_peer.h"

#include <gtest/gtest.h>
#include <sched.h>

#include <sys/wait.h>

#include <algorithm>
#include <csignal>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <map>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

namespace veche::net {
namespace {

using testing::kPatience;
using testing::Peer;

/// Echoes, and says how many bytes when it goes.
class Echo final : public Handler {
 public:
  explicit Echo(Guestbook& book) : book_(book) {}
  void opened(Connection& connection) override { connection_ = &connection; }
  void received(std::string_view bytes) override {
    bytes_ += bytes.size();
    connection_->send_last(bytes);
    if (connection_->backlog() > 64 * 1024) connection_->pause_reading();
  }
  void writable() override { connection_->resume_reading(); }
  void peer_finished() override { connection_->finish(); }
  void closed(CloseReason reason) override {
    book_.went(connection_->peer(), std::to_string(bytes_) + " " + std::string(close_reason_text(reason)));
  }

 private:
  Guestbook& book_;
  Connection* connection_ = nullptr;
  std::size_t bytes_ = 0;
};

Task echo(Stream& client) {
  while (const Got got = co_await client.read()) co_await client.write(got.bytes);
}

/// By peer, as far as it tells one from another.
class Book final : public Guestbook {
 public:
  void came(const Address&) override {
    const std::lock_guard lock(mutex_);
    ++came_;
  }
  void went(const Address&, std::string_view what) override {
    const std::lock_guard lock(mutex_);
    went_.emplace_back(what);
  }
  void refused(const Address&, std::string_view why) override {
    const std::lock_guard lock(mutex_);
    refused_.emplace_back(why);
  }
  std::size_t came() const {
    const std::lock_guard lock(mutex_);
    return came_;
  }
  std::vector<std::string> went() const {
    const std::lock_guard lock(mutex_);
    return went_;
  }
  std::vector<std::string> refused() const {
    const std::lock_guard lock(mutex_);
    return refused_;
  }

 private:
  mutable std::mutex mutex_;
  std::size_t came_ = 0;
  std::vector<std::string> went_, refused_;
};

std::size_t entries(const char* directory) {
  const std::filesystem::directory_iterator all(directory);
  return static_cast<std::size_t>(std::distance(begin(all), end(all)));
}

class ServiceTest : public ::testing::TestWithParam<std::string> {
 protected:
  ServiceTest() { options.address = Address::parse("127.0.0.1", 0).value(); }

  void open(const std::string& model) {
    static const std::map<std::string, ModelKind> kinds{{"fork", ModelKind::fork},
                                                        {"threads", ModelKind::threads},
                                                        {"pool", ModelKind::pool},
                                                        {"events", ModelKind::events},
                                                        {"coroutines", ModelKind::events}};
    options.model = kinds.at(model);
    MakeHandler make = [](Guestbook& guests) { return std::make_unique<Echo>(guests); };
    if (model == "coroutines") make = [](Guestbook&) { return std::make_unique<Stream>(echo); };
    service = Service::open(options, make, book, clock, *log).value();
  }
  template <class Done>
  bool turn_until(Done done) {
    const auto end = std::chrono::steady_clock::now() + kPatience;
    while (!done()) {
      if (std::chrono::steady_clock::now() > end) return false;
      service->front().run_once(std::chrono::milliseconds{1});
    }
    return true;
  }
  /// Somebody who is being served, or will be.
  Peer connect() {
    const std::size_t before = book.came();
    Peer peer(service->local());
    EXPECT_TRUE(turn_until([&] { return book.came() > before; }));
    return peer;
  }
  bool is_answered(Peer& peer, const std::string& text) {
    peer.send(text);
    return turn_until([&] { return peer.receive(), peer.text.ends_with(text); });
  }

  base::SystemClock clock;
  std::unique_ptr<base::Log> log = base::Log::nowhere();
  ServiceOptions options;
  Book book;
  std::unique_ptr<Service> service;
};

class EveryModel : public ServiceTest {};
INSTANTIATE_TEST_SUITE_P(Models, EveryModel,
                         ::testing::Values("fork", "threads", "pool", "events", "coroutines"),
                         [](const auto& model) { return model.param; });

TEST_P(EveryModel, EchoesToSeveralAtOnceAndHonoursHalfClose) {
  open(GetParam());
  std::string text(300'000, '\0');
  for (std::size_t i = 0; i < text.size(); ++i) text[i] = static_cast<char>(i * 2654435761u >> 13);
  std::vector<Peer> peers;
  std::vector<std::size_t> sent(5);
  for (std::size_t i = 0; i < sent.size(); ++i) peers.push_back(connect());
  EXPECT_TRUE(turn_until([&] {
    bool all = true;
    for (std::size_t i = 0; i < peers.size(); ++i) {
      if (sent[i] < text.size()) {
        sent[i] += peers[i].send(std::string_view(text).substr(sent[i]));
        if (sent[i] == text.size()) peers[i].shutdown_write();
      }
      peers[i].receive();
      all = all && peers[i].fin;
    }
    return all;
  }));
  for (const Peer& peer : peers) EXPECT_TRUE(peer.text == text);
  EXPECT_TRUE(turn_until([&] { return service->counts().served == 0; }));
  if (GetParam() == "coroutines") return;
  EXPECT_TRUE(turn_until([&] { return book.went().size() == peers.size(); }));
  for (const std::string& what : book.went()) EXPECT_EQ(what, "300000 finished");
}

TEST_P(EveryModel, AClientWhoResetsTakesNobodyWithHim) {
  open(GetParam());
  Peer stays = connect();
  Peer rude = connect();
  EXPECT_TRUE(is_answered(rude, "x"));
  rude.reset();
  EXPECT_TRUE(turn_until([&] { return service->counts().served == 1; }));
  EXPECT_TRUE(is_answered(stays, "still here"));
}

TEST_P(EveryModel, AtTheEndNothingIsLeft) {
  std::thread([] {}).join();  // with the first thread a sanitizer starts one of its own
  const std::size_t descriptors = entries("/proc/self/fd");
  const std::size_t threads = entries("/proc/self/task");
  open(GetParam());
  std::vector<Peer> peers;
  for (int i = 0; i < 5; ++i) {
    peers.push_back(connect());
    EXPECT_TRUE(is_answered(peers.back(), "hello"));
  }
  service.reset();
  for (Peer& peer : peers) {
    EXPECT_TRUE([&] {  // its FIN was sent before the service was gone
      peer.receive();
      return peer.fin;
    }());
  }
  peers.clear();
  EXPECT_EQ(entries("/proc/self/fd"), descriptors);
  // A thread that was joined has done its work; the kernel takes a moment more to strike it off.
  const auto end = std::chrono::steady_clock::now() + kPatience;
  while (entries("/proc/self/task") != threads && std::chrono::steady_clock::now() < end) ::sched_yield();
  EXPECT_EQ(entries("/proc/self/task"), threads);
  EXPECT_EQ(::waitpid(-1, nullptr, WNOHANG), -1) << "a child is left";
}

TEST_P(EveryModel, WhoComesWhenItIsFullIsToldSo) {
  options.clients_max = 2;
  open(GetParam());
  Peer first = connect();
  Peer second = connect();
  EXPECT_TRUE(is_answered(second, "in"));
  Peer third(service->local());
  EXPECT_TRUE(turn_until([&] { return third.receive(), third.fin; }));
  EXPECT_EQ(third.text, "full: 2 clients are served; try again later\r\n");
  EXPECT_EQ(book.refused(), std::vector<std::string>{"full"});
  first.close();
  EXPECT_TRUE(turn_until([&] { return service->counts().served < 2; }));
  Peer fourth = connect();
  EXPECT_TRUE(is_answered(fourth, "in after all"));
}

TEST_F(ServiceTest, InAPoolOneWaitsUntilAWorkerIsFree) {
  options.workers = 1;
  open("pool");
  Peer first = connect();
  EXPECT_TRUE(is_answered(first, "first"));
  Peer second = connect();
  second.send("second");
  EXPECT_EQ(service->counts().served, 1u);
  EXPECT_EQ(service->counts().waiting, 1u);
  first.shutdown_write();
  EXPECT_TRUE(turn_until([&] { return second.receive(), second.text == "second"; }));
  EXPECT_EQ(service->counts().waiting, 0u);
}

TEST_F(ServiceTest, InAPoolOneWaitsSoLongAndIsToldSo) {
  options.workers = 1;
  options.patience = std::chrono::milliseconds{20};
  open("pool");
  Peer first = connect();
  EXPECT_TRUE(is_answered(first, "first"));
  Peer second = connect();
  EXPECT_TRUE(turn_until([&] { return second.receive(), second.fin; }));
  EXPECT_EQ(second.text, "all workers are busy; try again later\r\n");
  EXPECT_EQ(book.went(), std::vector<std::string>{"refused: all workers were busy for too long"});
  EXPECT_TRUE(is_answered(first, "and the first is served on"));
}

TEST_F(ServiceTest, UnderForkAProcessThatIsKilledTakesNobodyWithIt) {
  open("fork");
  Peer stays = connect();
  Peer killed = connect();
  EXPECT_TRUE(is_answered(killed, "x"));
  // The youngest child is his.
  pid_t youngest = 0;
  for (const auto& task : std::filesystem::directory_iterator("/proc/self/task")) {
    std::ifstream children(task.path() / "children");
    for (pid_t pid = 0; children >> pid;) youngest = std::max(youngest, pid);
  }
  ASSERT_NE(youngest, 0);
  ::kill(youngest, SIGKILL);
  EXPECT_TRUE(turn_until([&] { return service->counts().served == 1; }));
  EXPECT_EQ(book.went(), std::vector<std::string>{"its process was ended by signal 9"});
  EXPECT_TRUE(is_answered(stays, "still here"));
}

}  // namespace
}  // namespace veche::net
