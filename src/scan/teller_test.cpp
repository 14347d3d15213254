// A scan that is never started: the test takes hosts from its queue, as a thread would, and decides their
// ports.
#include "scan/teller.h"

#include "net/fd.h"
#include "net/signals.h"
#include "net/socket.h"
#include "scan/services.h"
#include "tests/fakes/pipe.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <poll.h>
#include <unistd.h>

#include <array>
#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace veche::scan {
namespace {

using namespace std::chrono_literals;
using fakes::Pipe;
using fakes::take;
using Events = std::vector<std::string>;

const base::Translator kEnglish;
constexpr base::MonoTime kStart{1h};

/// Writes down what it is told, and a line to the sink.
class Recorder final : public ReportWriter {
 public:
  explicit Recorder(LineSink out) : ReportWriter(std::move(out)) {}

  void begin_host(const HostTarget& host) override { note(host.name + '@' + host.address); }
  void port(const PortReport& report) override {
    static constexpr const char* kStates[] = {"undecided", "open", "closed", "filtered"};
    std::string text = std::to_string(report.port) + ' ' + kStates[static_cast<int>(report.verdict.state)];
    for (const std::string& part : {std::string(report.service), report.banner}) {
      if (!part.empty()) text += ' ' + part;
    }
    note(std::move(text));
  }
  void end_host(const HostSummary& summary) override {
    note("end " + std::to_string(summary.decided()) + '/' + std::to_string(summary.ports) +
         (summary.is_interrupted ? " interrupted" : "") + (summary.error ? ' ' + summary.error->why : ""));
  }
  void finish() override { note("finish"); }

  /// Since the last time.
  Events take_events() { return std::exchange(events_, {}); }

 private:
  void note(std::string event) {
    write(event + '\n');
    events_.push_back(std::move(event));
  }

  Events events_;
};

Plan plan_of(std::vector<std::uint16_t> ports) {
  Plan plan;
  plan.ports = std::move(ports);
  return plan;
}

TargetList targets_of(const std::string& first, const std::string& last, const std::string& name = "") {
  const auto bits = [](const std::string& ip) { return net::Address::parse(ip, 0).value().bits(); };
  return TargetList({{name, {bits(first), bits(last)}}}, {});
}

using File = std::unique_ptr<std::FILE, decltype(&std::fclose)>;

struct Story {
  Story(Plan plan, TargetList targets, const TellOptions& options = {}, const char* out_file = nullptr)
      : out(out_file != nullptr ? std::fopen(out_file, "w") : ::fdopen(::dup(out_pipe.write.get()), "w"),
            &std::fclose),
        err(::fdopen(::dup(err_pipe.write.get()), "w"), &std::fclose),
        output({out.get(), err.get()}, false, kEnglish),
        writer([this](std::string_view lines) { return output.print(lines); }),
        scanner(std::move(plan), std::move(targets)),
        teller(scanner, writer, output, options, kEnglish, kStart) {}

  std::shared_ptr<HostScan> begin() { return scanner.queue().take(0, kStart)->host; }
  /// All ports from the first on.
  void decide_all(HostScan& host, Verdict verdict) const {
    for (std::size_t i = host.first(); i < host.ports(); ++i) host.decide(i, verdict);
    host.finish_share({}, kStart + 1s);
  }
  Events told() {
    EXPECT_TRUE(teller.tell(kStart));
    return writer.take_events();
  }
  ScanEnd end(bool interrupted = false) { return teller.end(interrupted, kStart + 1s); }
  /// What the person reads on standard error.
  std::string said() const { return take(err_pipe.read.get()); }

  Pipe out_pipe, err_pipe;
  File out, err;
  TerminalOutput output;
  Recorder writer;
  Scanner scanner;
  Teller teller;
};

TEST(Teller, PortsComeInOrderInWhateverOrderTheyAreDecided) {
  Story story(plan_of({22, 80, 443}), targets_of("192.0.2.1", "192.0.2.1", "example.org"));
  EXPECT_EQ(story.told(), Events{});
  const auto host = story.begin();
  host->decide(2, kOpen);
  EXPECT_EQ(story.told(), Events{"example.org@192.0.2.1"});
  host->decide(0, kOpen);
  EXPECT_EQ(story.told(), Events{"22 open ssh"});
  EXPECT_EQ(story.told(), Events{});
  host->decide(1, kOpen);
  EXPECT_EQ(story.told(), (Events{"80 open http", "443 open https"}));
  host->finish_share({}, kStart + 1s);
  EXPECT_EQ(story.told(), Events{"end 3/3"});
  EXPECT_EQ(story.scanner.queue().front(), nullptr);
  EXPECT_EQ(story.end(), ScanEnd::found);
  EXPECT_EQ(story.writer.take_events(), Events{"finish"});
}

TEST(Teller, ClosedAndFilteredPortsAreToldOnlyIfTheyAreWanted) {
  for (const bool wants_all : {false, true}) {
    Story story(plan_of({22, 80, 443}), targets_of("192.0.2.1", "192.0.2.1"), {.wants_all = wants_all});
    const auto host = story.begin();
    host->decide(0, kClosed);
    host->decide(1, kOpen);
    host->decide(2, kSilent);
    EXPECT_EQ(story.told(),
              wants_all ? (Events{"@192.0.2.1", "22 closed ssh", "80 open http", "443 filtered https"})
                        : (Events{"@192.0.2.1", "80 open http"}));
  }
}

TEST(Teller, WhatAnOpenPortSaidIsPassedOn) {
  Story story(plan_of({9}), targets_of("192.0.2.1", "192.0.2.1"));
  const auto host = story.begin();
  host->keep_banner(0, "hello");
  host->decide(0, kOpen);
  EXPECT_EQ(story.told(), (Events{"@192.0.2.1", "9 open discard hello"}));
}

TEST(Teller, HostsComeInOrderInWhateverOrderTheyAreFinished) {
  Story story(plan_of({22}), targets_of("192.0.2.1", "192.0.2.3"));
  const auto first = story.begin(), second = story.begin(), third = story.begin();
  story.decide_all(*third, kOpen);
  story.decide_all(*second, kClosed);
  EXPECT_EQ(story.told(), Events{"@192.0.2.1"});
  story.decide_all(*first, kOpen);
  EXPECT_EQ(story.told(), (Events{"22 open ssh", "end 1/1", "@192.0.2.2", "end 1/1", "@192.0.2.3",
                                  "22 open ssh", "end 1/1"}));
  EXPECT_EQ(story.end(), ScanEnd::found);
}

TEST(Teller, NothingIsToldBeforeTheFirstPort) {
  Plan plan = plan_of({22, 80, 443});
  plan.first_port = 80;
  Story story(std::move(plan), targets_of("192.0.2.1", "192.0.2.1"), {.wants_all = true});
  story.decide_all(*story.begin(), kClosed);
  EXPECT_EQ(story.told(), (Events{"@192.0.2.1", "80 closed http", "443 closed https", "end 2/2"}));
}

TEST(Teller, NothingOpenIsAnEndOfItsOwn) {
  Story story(plan_of({22, 80}), targets_of("192.0.2.1", "192.0.2.1"));
  story.decide_all(*story.begin(), kClosed);
  EXPECT_EQ(story.end(), ScanEnd::nothing);
  EXPECT_EQ(story.said(), "0 open, 2 closed, 0 filtered in 1.00 s; 0 retries, window 0\n");
}

TEST(Teller, SeveralHostsHaveOneSummary) {
  Story story(plan_of({22}), targets_of("192.0.2.1", "192.0.2.2"));
  story.decide_all(*story.begin(), kOpen);
  story.decide_all(*story.begin(), kClosed);
  EXPECT_EQ(story.end(), ScanEnd::found);
  EXPECT_EQ(story.said(), "2 hosts, 1 with open ports; 1 open, 1 closed, 0 filtered in 1.00 s; 0 retries\n");
}

TEST(Teller, WithoutSummariesNothingIsSaidBeside) {
  Story story(plan_of({22}), targets_of("192.0.2.1", "192.0.2.1"), {.has_summaries = false});
  story.decide_all(*story.begin(), kOpen);
  EXPECT_EQ(story.end(), ScanEnd::found);
  EXPECT_EQ(story.said(), "");
}

TEST(Teller, HostThatCannotBeScannedIsAFailureThoughAnotherHasOpenPorts) {
  Story story(plan_of({22}), targets_of("192.0.2.1", "192.0.2.2"));
  story.decide_all(*story.begin(), kOpen);
  const auto second = story.begin();
  second->fail({"192.0.2.2", "no route", ""});
  second->finish_share({}, kStart + 1s);
  EXPECT_EQ(story.end(), ScanEnd::failed);
  EXPECT_EQ(story.writer.take_events(),
            (Events{"@192.0.2.1", "22 open ssh", "end 1/1", "@192.0.2.2", "end 0/1 no route", "finish"}));
  EXPECT_EQ(
      story.said(),
      "veche: 192.0.2.2: no route\n"
      "2 hosts, 1 with open ports; 1 open, 0 closed, 0 filtered, 1 not decided in 1.00 s; 0 retries, 1 host "
      "could not be scanned\n");
}

TEST(Teller, OneHostThatCannotBeScannedIsComplainedOfOnce) {
  Story story(plan_of({22}), targets_of("192.0.2.1", "192.0.2.1"));
  const auto host = story.begin();
  host->fail({"192.0.2.1", "no route", ""});
  host->finish_share({}, kStart + 1s);
  EXPECT_EQ(story.end(), ScanEnd::failed);
  EXPECT_EQ(story.said(), "veche: 192.0.2.1: no route\n");
}

TEST(Teller, InterruptedOneTellsWhatIsKnownAndWhereToGoOn) {
  Story story(plan_of({22, 80, 443}), targets_of("192.0.2.1", "192.0.2.1"));
  const auto host = story.begin();
  host->decide(0, kOpen);
  host->decide(2, kOpen);
  EXPECT_EQ(story.told(), (Events{"@192.0.2.1", "22 open ssh"}));
  EXPECT_EQ(story.end(true), ScanEnd::failed);
  EXPECT_EQ(story.writer.take_events(), (Events{"443 open https", "end 2/3 interrupted", "finish"}));
  EXPECT_EQ(story.said(),
            "2 open, 0 closed, 0 filtered, 1 not decided in 1.00 s; 0 retries, window 0\n"
            "veche: interrupted; to go on: --resume 192.0.2.1:80\n");
}

TEST(Teller, GoingOnBeginsWithTheFirstHostThatIsNotFinished) {
  Story story(plan_of({22, 80}), targets_of("2001:db8::1", "2001:db8::3"));
  const auto first = story.begin(), second = story.begin(), third = story.begin();
  story.decide_all(*first, kClosed);
  second->decide(0, kClosed);
  third->decide(1, kOpen);
  EXPECT_EQ(story.end(true), ScanEnd::failed);
  EXPECT_EQ(story.writer.take_events(),
            (Events{"@2001:db8::1", "end 2/2", "@2001:db8::2", "end 1/2 interrupted", "@2001:db8::3",
                    "80 open http", "end 1/2 interrupted", "finish"}));
  EXPECT_NE(story.said().find("--resume [2001:db8::2]:80\n"), std::string::npos);
}

// JSON calls a host complete only if it was not interrupted; this one was not.
TEST(Teller, FinishedHostBehindAnInterruptedOneIsNotInterrupted) {
  Story story(plan_of({22}), targets_of("192.0.2.1", "192.0.2.2"));
  story.begin();
  story.decide_all(*story.begin(), kOpen);
  EXPECT_EQ(story.end(true), ScanEnd::failed);
  EXPECT_EQ(story.writer.take_events(),
            (Events{"@192.0.2.1", "end 0/1 interrupted", "@192.0.2.2", "22 open ssh", "end 1/1", "finish"}));
}

TEST(Teller, BetweenTwoHostsItGoesOnWithTheNext) {
  Story story(plan_of({22, 80}), targets_of("192.0.2.1", "192.0.2.2"));
  story.decide_all(*story.begin(), kOpen);
  EXPECT_EQ(story.end(true), ScanEnd::failed);
  EXPECT_NE(story.said().find("veche: interrupted; to go on: --resume 192.0.2.2:22\n"), std::string::npos);
}

TEST(Teller, WhenEverythingIsDoneThereIsNothingToGoOnWith) {
  Story story(plan_of({22}), targets_of("192.0.2.1", "192.0.2.1"));
  story.decide_all(*story.begin(), kOpen);
  story.end(true);
  EXPECT_EQ(story.said().find("--resume"), std::string::npos);
}

TEST(Teller, ReaderWhoHasReadEnoughEndsItQuietly) {
  net::ignore_write_signals();
  Story story(plan_of({22, 80}), targets_of("192.0.2.1", "192.0.2.1"));
  story.out_pipe.read = net::Fd();
  const auto host = story.begin();
  host->decide(0, kOpen);
  EXPECT_FALSE(story.teller.tell(kStart));
  EXPECT_EQ(story.end(), ScanEnd::found);
  EXPECT_EQ(story.said(), "");
}

TEST(Teller, FullDiskIsAFailure) {
  Story story(plan_of({22}), targets_of("192.0.2.1", "192.0.2.1"), {}, "/dev/full");
  story.decide_all(*story.begin(), kOpen);
  EXPECT_EQ(story.end(), ScanEnd::failed);
  EXPECT_EQ(story.said(), "veche: standard output: No space left on device\n");
}

/// A scan of a port that is open, on its own threads.
struct LiveStory {
  explicit LiveStory(Plan more = {})
      : listener(net::listen_on(net::Address::parse("127.0.0.1", 0).value()).value()),
        port(net::local_address(listener.get())->port()),
        story(with_port(std::move(more)), targets_of("127.0.0.1", "127.0.0.1")) {
    EXPECT_TRUE(story.scanner.start());
  }
  Plan with_port(Plan plan) const {
    plan.ports.push_back(port);
    return plan;
  }

  net::Fd listener;
  std::uint16_t port;
  Story story;
};

TEST(RunScan, TellsEverythingUntilTheEnd) {
  LiveStory live;
  const Pipe stop;
  EXPECT_EQ(run_scan(live.story.scanner, live.story.teller, stop.read.get()), ScanEnd::found);
  const std::string service(service_name(live.port));
  const std::string told = std::to_string(live.port) + " open" + (service.empty() ? "" : ' ' + service);
  EXPECT_EQ(live.story.writer.take_events(), (Events{"@127.0.0.1", told, "end 1/1", "finish"}));
}

TEST(RunScan, EndsWhenThePersonWantsIt) {
  Plan slow = plan_of({1, 2, 3});
  slow.rate = 0.01;
  LiveStory live(std::move(slow));
  Pipe stop;
  stop.write = net::Fd();
  EXPECT_EQ(run_scan(live.story.scanner, live.story.teller, stop.read.get()), ScanEnd::failed);
  EXPECT_TRUE(live.story.scanner.is_over());
  EXPECT_NE(live.story.said().find("veche: interrupted; to go on: --resume 127.0.0.1:"), std::string::npos);
}

TEST(RunScan, EndsWhenNobodyReads) {
  net::ignore_write_signals();
  Plan slow = plan_of({1, 2, 3});
  slow.rate = 0.01;
  LiveStory live(std::move(slow));
  live.story.out_pipe.read = net::Fd();
  const Pipe stop;
  EXPECT_EQ(run_scan(live.story.scanner, live.story.teller, stop.read.get()), ScanEnd::nothing);
  EXPECT_EQ(live.story.said(), "");
}

}  // namespace
}  // namespace veche::scan
