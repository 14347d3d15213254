#include "control/ctl_client.h"

#include "net/fd.h"
#include "tests/fakes/pipe.h"
#include "tests/fakes/temp_dir.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <unistd.h>

#include <sys/socket.h>
#include <sys/un.h>

#include <array>
#include <chrono>
#include <cstring>
#include <functional>
#include <memory>
#include <string>
#include <thread>

namespace veche::control {
namespace {

using namespace std::chrono_literals;
using fakes::Pipe;

constexpr std::chrono::seconds kEnough{60};  // bounds a failure; nothing waits for it

/// The server's end of a conversation, in a thread of the test.
class Peer {
 public:
  explicit Peer(net::Fd fd) : fd_(std::move(fd)) {}

  void say(std::string_view bytes) {
    while (!bytes.empty()) {
      const ssize_t sent = ::send(fd_.get(), bytes.data(), bytes.size(), MSG_NOSIGNAL);
      if (sent < 0) return;
      bytes.remove_prefix(static_cast<std::size_t>(sent));
    }
  }
  /// The next line without its LF; "gone" if the client has hung up.
  std::string hear() {
    std::string line;
    for (char c = 0; ::read(fd_.get(), &c, 1) == 1; line += c) {
      if (c == '\n') return line;
    }
    return "gone";
  }

 private:
  net::Fd fd_;
};

class CtlClientTest : public testing::Test {
 protected:
  using Script = std::function<void(Peer&)>;

  CtlClientTest() {
    call_.socket = dir_ / "veche.sock";
    call_.request.words = {"status"};
    call_.patience = kEnough;
    listener_ = net::Fd(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    std::strncpy(address.sun_path, call_.socket.c_str(), sizeof address.sun_path - 1);
    EXPECT_EQ(::bind(listener_.get(), reinterpret_cast<sockaddr*>(&address), sizeof address), 0);
    EXPECT_EQ(::listen(listener_.get(), 4), 0);
  }
  ~CtlClientTest() override {
    if (server_.joinable()) server_.join();
  }

  /// One client is served so.
  void serve(Script script) {
    server_ = std::thread([this, script = std::move(script)] {
      Peer peer(net::Fd(::accept(listener_.get(), nullptr, nullptr)));
      script(peer);
    });
  }
  /// A server that hears the request and says `bytes`.
  void answer(std::string bytes) {
    serve([bytes](Peer& peer) {
      peer.hear();
      peer.say(bytes);
    });
  }

  int run() {
    const int exit_code = run_ctl(call_, {in_.read.get(), out_.get(), err_.get()}, base::Translator());
    if (server_.joinable()) server_.join();
    return exit_code;
  }
  void type(std::string_view bytes) const {
    EXPECT_EQ(::write(in_.write.get(), bytes.data(), bytes.size()), static_cast<ssize_t>(bytes.size()));
  }
  static std::string text(std::FILE* file) {
    std::string text(static_cast<std::size_t>(std::ftell(file)), '\0');
    std::rewind(file);
    EXPECT_EQ(std::fread(text.data(), 1, text.size(), file), text.size());
    return text;
  }
  std::string out() const { return text(out_.get()); }
  std::string err() const { return text(err_.get()); }

  struct Closer {
    void operator()(std::FILE* file) const { std::fclose(file); }
  };
  const fakes::TempDir dir_;
  CtlCall call_;
  Pipe in_;
  std::unique_ptr<std::FILE, Closer> out_{std::tmpfile()};
  std::unique_ptr<std::FILE, Closer> err_{std::tmpfile()};
  net::Fd listener_;
  std::thread server_;
};

TEST_F(CtlClientTest, TheCommandIsSentAndItsTextComesOut) {
  std::string request;
  call_.request = {{"kick", "Bob", "being rude"}, base::Language::uk, "/home/ann", false};
  serve([&request](Peer& peer) {
    request = peer.hear();
    peer.say(encode(CtlText{"Боб is out.\n"}) + encode(CtlText{"\x1b[31m raw, to a file\n"}) +
             encode(CtlEnd{}));
  });
  EXPECT_EQ(run(), 0);
  EXPECT_EQ(request + '\n', encode(call_.request));
  EXPECT_EQ(out(), "Боб is out.\n\x1b[31m raw, to a file\n");
  EXPECT_EQ(err(), "");
}

TEST_F(CtlClientTest, AnErrorGoesToStandardErrorAndTheEndIsTheExitCode) {
  answer(encode(base::Error{"Bo\x1b[1mb", "there is none", "sessions"}) + encode(CtlEnd{1}));
  EXPECT_EQ(run(), 1);
  EXPECT_EQ(out(), "");
  EXPECT_EQ(err(), "veche: Bo[1mb: there is none (sessions)\n");
}

TEST_F(CtlClientTest, TheExitCodeIsTheServersToSay) {
  answer(encode(base::Error{"x", "unknown command", ""}) + encode(CtlEnd{2}));
  EXPECT_EQ(run(), 2);
}

TEST_F(CtlClientTest, TextIsThereBeforeTheCommandHasEnded) {
  Pipe shown;
  out_.reset(::fdopen(shown.write.release(), "w"));
  std::string seen(6, '\0');
  serve([&](Peer& peer) {
    peer.hear();
    peer.say(encode(CtlText{"first\n"}));
    EXPECT_EQ(::read(shown.read.get(), seen.data(), seen.size()), 6);  // before the server says more
    peer.say(encode(CtlEnd{}));
  });
  EXPECT_EQ(run(), 0);
  EXPECT_EQ(seen, "first\n");
}

TEST_F(CtlClientTest, APersonIsAskedAndWhatIsTypedIsSent) {
  call_.request.asks = true;
  std::string typed;
  serve([&typed](Peer& peer) {
    peer.hear();
    peer.say(encode(CtlConfirm{"Type \x1b[2Jidentities.\n", "identities"}));
    typed = peer.hear();
    peer.say(encode(CtlEnd{}));
  });
  type("  identities \nnext");
  EXPECT_EQ(run(), 0);
  EXPECT_EQ(typed, "{\"typed\":\"identities\"}");
  EXPECT_EQ(err(), "Type [2Jidentities.\n> ");
  char rest[8] = {};
  EXPECT_EQ(::read(in_.read.get(), rest, sizeof rest), 4);  // the next line is not ours
}

TEST_F(CtlClientTest, TheEndOfInputIsNoConfirmation) {
  call_.request.asks = true;
  std::string typed;
  serve([&typed](Peer& peer) {
    peer.hear();
    peer.say(encode(CtlConfirm{"Sure?", "yes"}));
    typed = peer.hear();
    peer.say(encode(CtlEnd{1}));
  });
  type("ye");
  in_.write.reset();
  EXPECT_EQ(run(), 1);
  EXPECT_EQ(typed, "{\"typed\":\"\"}");
}

TEST_F(CtlClientTest, WhereNobodyCanBeAskedNothingIsConfirmed) {
  std::string typed;
  serve([&typed](Peer& peer) {
    peer.hear();
    peer.say(encode(CtlConfirm{"Sure?", "yes"}));
    typed = peer.hear();
    peer.say(encode(CtlEnd{1}));
  });
  type("yes\n");
  EXPECT_EQ(run(), 1);
  EXPECT_EQ(typed, "{\"typed\":\"\"}");
  EXPECT_EQ(err(), "");
}

TEST_F(CtlClientTest, AServerThatGoesWhileAPersonThinksIsToldAtOnce) {
  call_.request.asks = true;
  answer(encode(CtlConfirm{"Sure?", "yes"}));
  EXPECT_EQ(run(), 1);  // nothing is ever typed
  EXPECT_EQ(err(),
            "Sure?\n> \nveche: " + call_.socket.string() +
                ": the server closed the connection in the middle of its answer (its log may say why)\n");
}

TEST_F(CtlClientTest, AServerThatGoesAwayInTheMiddleIsAFailure) {
  answer(encode(CtlText{"half\n"}) + "{\"te");
  EXPECT_EQ(run(), 1);
  EXPECT_EQ(out(), "half\n");
  EXPECT_EQ(err(),
            "veche: " + call_.socket.string() +
                ": the server closed the connection in the middle of its answer (its log may say why)\n");
}

TEST_F(CtlClientTest, AnAnswerThatDoesNotBeginIsGivenUp) {
  call_.patience = 20ms;  // the backlog takes the connection, nobody answers
  EXPECT_EQ(run(), 1);
  EXPECT_EQ(err(), "veche: " + call_.socket.string() +
                       ": the server did not answer within 0.02 s (whether it was done is not known)\n");
}

TEST_F(CtlClientTest, AServerOfAnotherVersionIsSaidToBe) {
  answer("{\"ok\":false,\"what\":\"control request\",\"why\":\"unknown command\",\"hint\":\"\"}\n");
  EXPECT_EQ(run(), 1);
  EXPECT_EQ(
      err(),
      "veche: control socket: its answer is not understood (is the running server of another version?)\n");
}

TEST_F(CtlClientTest, WithoutAServerTheHintSaysHowToStartOne) {
  call_.socket = "no/such\xff.sock";
  EXPECT_EQ(run(), 1);
  EXPECT_EQ(err(),
            "veche: no/such?.sock: nobody answers there (is the server running? veche serve starts it)\n");
}

TEST_F(CtlClientTest, WhatCannotBeSentIsWrongUsage) {
  call_.request.words = {"kick", "\xff"};
  EXPECT_EQ(run(), 2);
  EXPECT_EQ(err(), "veche: ctl: the command is not valid UTF-8\n");
}

TEST_F(CtlClientTest, ACommandLongerThanARequestIsWrongUsage) {
  call_.request.words = {"announce", std::string(kCtlRequestBytesMax, 'x')};
  EXPECT_EQ(run(), 2);
  EXPECT_EQ(err(), "veche: ctl: the command is too long\n");
}

/// Their output is a pipe that nobody reads any more.
class CtlClientUnheardTest : public CtlClientTest {
 protected:
  CtlClientUnheardTest() : before_(::signal(SIGPIPE, SIG_IGN)) {
    out_.reset(::fdopen(shown_.write.release(), "w"));
  }
  ~CtlClientUnheardTest() override { ::signal(SIGPIPE, before_); }

  Pipe shown_;
  const sighandler_t before_;
};

TEST_F(CtlClientUnheardTest, TextThatNobodyReadsEndsItQuietly) {
  shown_.read.reset();
  answer(encode(CtlText{"line\n"}));
  EXPECT_EQ(run(), 0);
  EXPECT_EQ(err(), "");
}

TEST_F(CtlClientUnheardTest, AReaderThatHasEnoughEndsItThoughTheServerSaysNothing) {
  serve([this](Peer& peer) {
    peer.hear();
    peer.say(encode(CtlText{"line\n"}));
    char c = 0;
    EXPECT_EQ(::read(shown_.read.get(), &c, 1), 1);
    shown_.read.reset();
    EXPECT_EQ(peer.hear(), "gone");
  });
  EXPECT_EQ(run(), 0);
  EXPECT_EQ(err(), "");
}

TEST_F(CtlClientTest, AFullDiskIsAFailure) {
  out_.reset(std::fopen("/dev/full", "w"));
  answer(encode(CtlText{"line\n"}));
  EXPECT_EQ(run(), 1);
  EXPECT_EQ(err(), "veche: standard output: No space left on device\n");
}

}  // namespace
}  // namespace veche::control
