#include "echo/echo_client.h"

#include "echo/test_echo_server.h"
#include "echo/test_pty.h"
#include "net/fd.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <sys/eventfd.h>
#include <sys/mman.h>

#include <algorithm>
#include <string>
#include <thread>

namespace veche::echo {
namespace {

using namespace std::chrono_literals;
using namespace std::string_literals;
using testing::ScriptedServer;
using testing::Served;

const base::Translator kEnglish;

void echo(Served& served) { served.echo(); }

/// A file in memory, to be read from its beginning.
net::Fd file_of(std::string_view text) {
  net::Fd fd(::memfd_create("test", MFD_CLOEXEC));
  EXPECT_EQ(::write(fd.get(), text.data(), text.size()), static_cast<ssize_t>(text.size()));
  ::lseek(fd.get(), 0, SEEK_SET);
  return fd;
}

/// What has been written to a file in memory.
class Written {
 public:
  Written() : file_(::fdopen(file_of("").release(), "r+")) {}
  ~Written() { std::fclose(file_); }
  Written(const Written&) = delete;
  Written& operator=(const Written&) = delete;

  std::FILE* file() const { return file_; }
  std::string text() const {
    std::string out(1 << 22, '\0');
    const ssize_t got = ::pread(::fileno(file_), out.data(), out.size(), 0);
    return out.substr(0, got > 0 ? static_cast<std::size_t>(got) : 0);
  }

 private:
  std::FILE* file_;
};

struct Outcome {
  int code = -1;
  std::string out, err;
};

ClientOptions options_for(const ScriptedServer& server) {
  ClientOptions options;
  options.link.port = server.port();
  options.link.connect_timeout = options.link.read_timeout = 60s;  // bounds a failure
  options.link.retry_delay = 0ms;
  options.interval = 0ms;
  return options;
}

Outcome run(const ClientOptions& options, std::string_view input = "", int stop_fd = -1) {
  const net::Fd in = file_of(input);
  const Written out, err;
  ClientTerminal terminal({in.get(), out.file(), err.file()});
  Outcome outcome;
  outcome.code = run_client(options, terminal, stop_fd, kEnglish);
  outcome.out = out.text();
  outcome.err = err.text();
  return outcome;
}

ClientOptions pings(const ScriptedServer& server, std::uint64_t count) {
  ClientOptions options = options_for(server);
  options.pings = true;
  options.count = count;
  return options;
}

bool contains(const std::string& text, std::string_view part) { return text.find(part) != text.npos; }

TEST(EchoClient, OutputIsTheInputByteForByte) {
  std::string input = "one\r\ntwo\n\0\xff three"s;
  input += std::string(3'000'000, 'x') + "and no LF at the end";
  const ScriptedServer server({echo});
  const Outcome outcome = run(options_for(server), input);
  EXPECT_EQ(outcome.code, 0);
  EXPECT_TRUE(outcome.out == input);
  EXPECT_EQ(outcome.err, "");
}

TEST(EchoClient, EmptyInputIsAConversationToo) {
  const ScriptedServer server({echo});
  const Outcome outcome = run(options_for(server));
  EXPECT_EQ(outcome.code, 0);
  EXPECT_EQ(outcome.out + outcome.err, "");
}

TEST(EchoClient, EachLossIsToldInWordsOfItsOwn) {
  const auto told = [](ScriptedServer::Script script, std::chrono::milliseconds read_timeout = 60s) {
    const ScriptedServer server({std::move(script)});
    ClientOptions options = options_for(server);
    options.link.read_timeout = read_timeout;
    const Outcome outcome = run(options, "hello\n");
    EXPECT_EQ(outcome.code, 1);
    const std::string head = "veche: 127.0.0.1:" + std::to_string(server.port()) + ": ";
    EXPECT_TRUE(outcome.err.starts_with(head)) << outcome.err;
    return outcome.err.substr(std::min(head.size(), outcome.err.size()));
  };
  EXPECT_EQ(told([](Served& served) { served.hold(); }, 20ms),
            "connected, but no reply within 20ms (--read-timeout waits longer)\n");
  const auto answers_and_stays = [](Served& served) {
    served.say(served.hear());
    served.hold();
  };
  EXPECT_EQ(told(answers_and_stays, 100ms),
            "everything came back, but the server did not close within 100ms\n");
  EXPECT_EQ(told([](Served& served) { served.say(served.hear().substr(0, 4)); }),
            "the server closed the connection before the reply was whole (2 bytes are missing)\n");
  const auto resets = [](Served& served) {
    served.hear();
    served.reset();
  };
  EXPECT_EQ(told(resets), "the server reset the connection\n");
  const auto shouts = [](Served& served) {
    served.hear();
    served.say("HELLO\n");
    served.hold();
  };
  EXPECT_EQ(told(shouts), "what came back is not what was sent, from byte 1 on (is it an echo service?)\n");
  const auto prompts = [](Served& served) {
    served.say(served.hear() + "> ");
    served.hold();
  };
  EXPECT_EQ(told(prompts), "more came back than was sent, from byte 7 on (is it an echo service?)\n");
}

TEST(EchoClient, RetryGoesOnWithWhatWasNotAnswered) {
  std::string second;
  Outcome outcome;
  {  // the server's thread, which writes `second`, ends here
    const ScriptedServer server({[](Served& served) {
                                   served.say(served.hear().substr(0, 4));
                                   served.reset();
                                 },
                                 [&](Served& served) {
                                   for (std::string bytes; !(bytes = served.hear()).empty(); second += bytes)
                                     served.say(bytes);
                                 }});
    ClientOptions options = options_for(server);
    options.link.retries = 1;
    outcome = run(options, "one\ntwo\n");
  }
  EXPECT_EQ(outcome.code, 0) << outcome.err;
  EXPECT_EQ(outcome.out, "one\ntwo\n");
  EXPECT_TRUE("one\ntwo\n"s.ends_with(second)) << second;  // a reset may overtake the reply before it
  EXPECT_TRUE(contains(outcome.err, "(trying again in 0, 1 of 1)\n")) << outcome.err;
  EXPECT_TRUE(contains(outcome.err, "connected again to 127.0.0.1:")) << outcome.err;
}

TEST(EchoClient, RetriesOfOneLossAreCountedAndThoseOfTheNextAnew) {
  const auto drop = [](Served& served) { served.hear(); };
  const auto answer_one = [](Served& served) { served.say(served.hear().substr(0, 1)); };
  const ScriptedServer enough({answer_one, drop, answer_one, drop, answer_one, echo});
  ClientOptions options = options_for(enough);
  options.link.retries = 2;
  EXPECT_EQ(run(options, "hello\n").code, 0);

  const ScriptedServer too_many({answer_one, drop, drop, echo});
  options.link.port = too_many.port();
  EXPECT_EQ(run(options, "hello\n").code, 1);
}

TEST(EchoClient, RefusedConnectionIsTriedAgainToo) {
  ClientOptions options;
  {
    const ScriptedServer gone({});
    options = options_for(gone);
  }
  options.link.retries = 2;
  const Outcome outcome = run(options);
  EXPECT_EQ(outcome.code, 1);
  EXPECT_TRUE(contains(outcome.err, "connection refused (trying again in 0, 1 of 2)\n")) << outcome.err;
  EXPECT_TRUE(contains(outcome.err, "connection refused (trying again in 0, 2 of 2)\n")) << outcome.err;
  EXPECT_TRUE(contains(outcome.err, "connection refused (is the server running")) << outcome.err;
}

TEST(EchoClient, WhoAnswersSomethingElseIsNotAskedAgain) {
  const ScriptedServer server({[](Served& served) {
                                 served.say("Welcome!\n");
                                 served.hold();
                               },
                               echo});
  ClientOptions options = options_for(server);
  options.link.retries = 5;
  const Outcome outcome = run(options, "hello\n");
  EXPECT_EQ(outcome.code, 1);
  EXPECT_FALSE(contains(outcome.err, "trying again")) << outcome.err;
}

TEST(EchoClient, PingsAreLinesAndASummary) {
  const ScriptedServer server({echo});
  ClientOptions options = pings(server, 3);
  options.size = 100'000;
  const Outcome outcome = run(options);
  EXPECT_EQ(outcome.code, 0) << outcome.err;
  EXPECT_TRUE(contains(outcome.out, "\nreply 1: 100000 bytes, ")) << outcome.out;
  EXPECT_TRUE(contains(outcome.out, "\nreply 3: 100000 bytes, ")) << outcome.out;
  EXPECT_TRUE(contains(outcome.out, "\n3 sent, 3 received, 0 lost\nround trip: min ")) << outcome.out;
}

TEST(EchoClient, PingThatIsLostFailsAndIsSummedUp) {
  const ScriptedServer server({[](Served& served) {
    served.say(served.hear());
    served.hear();
  }});
  const Outcome outcome = run(pings(server, 5));
  EXPECT_EQ(outcome.code, 1);
  EXPECT_TRUE(contains(outcome.out, "\n2 sent, 1 received, 1 lost\n")) << outcome.out;
  EXPECT_TRUE(contains(outcome.err, "before the reply was whole (64 bytes are missing)")) << outcome.err;
}

TEST(EchoClient, PingSentAgainIsNotLost) {
  const ScriptedServer server({[](Served& served) { served.hear(); }, echo});
  ClientOptions options = pings(server, 2);
  options.link.retries = 1;
  const Outcome outcome = run(options);
  EXPECT_EQ(outcome.code, 0) << outcome.err;
  EXPECT_TRUE(contains(outcome.out, "\n2 sent, 2 received, 0 lost, 1 sent again\n")) << outcome.out;
}

TEST(EchoClient, StopBetweenPingsEndsThemWithTheSummary) {
  const ScriptedServer server({echo});
  ClientOptions options = pings(server, 0);
  options.interval = 1h;
  const net::Fd stop(::eventfd(0, EFD_CLOEXEC));
  const Written out, err;
  ClientTerminal terminal({-1, out.file(), err.file()});
  std::thread person([&] {  // sees the reply, then presses Ctrl-C
    const auto end = net::mono_now() + 60s;
    while (!contains(out.text(), "reply 1: 64 bytes") && net::mono_now() < end) std::this_thread::yield();
    ::eventfd_write(stop.get(), 1);
  });
  EXPECT_EQ(run_client(options, terminal, stop.get(), kEnglish), 0);
  person.join();
  EXPECT_TRUE(contains(out.text(), "\n1 sent, 1 received, 0 lost\n")) << out.text();
  EXPECT_EQ(err.text(), "");
}

TEST(EchoClient, StopWhileAReplyIsOwedFails) {
  const net::Fd stop(::eventfd(0, EFD_CLOEXEC));
  const ScriptedServer server({[&](Served& served) {
    served.hear();
    ::eventfd_write(stop.get(), 1);
    served.hold();
  }});
  const Outcome outcome = run(options_for(server), "hello\n", stop.get());
  EXPECT_EQ(outcome.code, 1);
  EXPECT_EQ(outcome.err, "veche: interrupted: 6 bytes were not answered\n");
}

TEST(EchoClient, PersonTypesALineAndSeesTheReplyAndItsTime) {
  const ScriptedServer server({echo});
  const testing::Pty pty;
  ASSERT_EQ(::write(pty.person.get(), "hello\n\n\x04", 8), 8);
  ClientTerminal terminal({pty.terminal.get(), pty.out(), pty.out()});
  EXPECT_EQ(run_client(options_for(server), terminal, -1, kEnglish), 0);
  const std::string seen = pty.seen();
  EXPECT_TRUE(contains(seen, "Connected to 127.0.0.1:")) << seen;
  EXPECT_TRUE(contains(seen, "\nreply: hello   ") || contains(seen, "> reply: hello   ")) << seen;
  EXPECT_TRUE(contains(seen, "reply:    ")) << seen;
}

}  // namespace
}  // namespace veche::echo
