#include "scan/report_writer.h"

#include <boost/json.hpp>
#include <gtest/gtest.h>

#include <string>

namespace veche::scan {
namespace {

using namespace std::chrono_literals;
using base::Language;
using base::Translator;

const HostTarget kNamed{"example.org", "192.0.2.7"};
const HostTarget kBare{"", "2001:db8::7"};

const PortReport kSsh{22, kOpen, "ssh", ""};
const PortReport kTelnet{23, kClosed, "telnet", ""};
const PortReport kSmtp{25, kSilent, "smtp", ""};
const PortReport kUnknown{49'999, kOpen, "", ""};

HostSummary summary_of(std::size_t open, std::size_t closed, std::size_t filtered) {
  HostSummary summary;
  summary.ports = open + closed + filtered;
  summary.open = open;
  summary.closed = closed;
  summary.filtered = filtered;
  return summary;
}

/// A writer and what it has written.
struct Written {
  explicit Written(Format format, const WriterOptions& options = {}, Language language = Language::en)
      : writer(make_writer(
            format, options,
            [this](std::string_view lines) {
              EXPECT_TRUE(lines.ends_with('\n'));
              text += lines;
              return true;
            },
            Translator(language))) {}

  Written& host(const HostTarget& target, std::initializer_list<PortReport> ports,
                const HostSummary& summary) {
    writer->begin_host(target);
    for (const PortReport& report : ports) writer->port(report);
    writer->end_host(summary);
    return *this;
  }
  const std::string& finished() {
    writer->finish();
    return text;
  }

  std::string text;
  std::unique_ptr<ReportWriter> writer;
};

PortReport with_banner(PortReport report, std::string banner) {
  report.banner = std::move(banner);
  return report;
}

TEST(TextWriter, OpenPortIsALineInThePersonsLanguage) {
  const HostSummary summary = summary_of(2, 65'533, 0);
  EXPECT_EQ(Written(Format::text).host(kNamed, {kSsh, kUnknown}, summary).finished(),
            "Port 22 open  ssh\nPort 49999 open\n");
  EXPECT_EQ(Written(Format::text, {}, Language::ru).host(kNamed, {kSsh, kUnknown}, summary).finished(),
            "Порт 22 открыт  ssh\nПорт 49999 открыт\n");
  EXPECT_EQ(Written(Format::text, {}, Language::uk).host(kNamed, {kSsh, kUnknown}, summary).finished(),
            "Порт 22 відкрито  ssh\nПорт 49999 відкрито\n");
}

TEST(TextWriter, OtherStatesAreToldWithTheReasonOfFilteredOnes) {
  const auto ports = {kTelnet, kSmtp, PortReport{26, kUnreachable, "", ""},
                      PortReport{27, kProhibited, "", ""}};
  EXPECT_EQ(Written(Format::text).host(kNamed, ports, summary_of(0, 1, 3)).finished(),
            "Port 23 closed  telnet\nPort 25 filtered  smtp  no answer\nPort 26 filtered  unreachable\n"
            "Port 27 filtered  prohibited\n");
  EXPECT_EQ(Written(Format::text, {}, Language::ru).host(kNamed, ports, summary_of(0, 1, 3)).finished(),
            "Порт 23 закрыт  telnet\nПорт 25 фильтруется  smtp  нет ответа\nПорт 26 фильтруется  недоступен\n"
            "Порт 27 фильтруется  запрещён\n");
}

TEST(TextWriter, BannerIsHarmlessAndOnTheSameLine) {
  const auto ports = {with_banner(kSsh, "SSH-2.0-x\r\n"), with_banner(kUnknown, "\x1b[2J\xff\nPort 1 open")};
  EXPECT_EQ(Written(Format::text).host(kNamed, ports, summary_of(2, 0, 0)).finished(),
            "Port 22 open  ssh  SSH-2.0-x\nPort 49999 open  [2J? Port 1 open\n");
}

TEST(TextWriter, PortsOfSeveralHostsStandUnderTheirHost) {
  Written all(Format::text, {.has_several_hosts = true, .only_open = false});
  all.host(kNamed, {kSsh}, summary_of(1, 0, 0)).host(kBare, {}, summary_of(0, 1, 0));
  EXPECT_EQ(all.finished(), "example.org (192.0.2.7)\nPort 22 open  ssh\n2001:db8::7\n");
}

TEST(TextWriter, OnlyOpenLeavesOutHostsWithoutAnOpenPort) {
  Written open(Format::text, {.has_several_hosts = true, .only_open = true});
  open.host(kBare, {}, summary_of(0, 1, 0)).host(kNamed, {kSsh}, summary_of(1, 0, 0));
  EXPECT_EQ(open.finished(), "example.org (192.0.2.7)\nPort 22 open  ssh\n");
}

TEST(JsonWriter, HostIsAnObjectOnALine) {
  HostSummary summary = summary_of(1, 65'534, 0);
  summary.probes = 65'535;
  summary.window = 512;
  summary.round_trip = 50us;
  summary.duration = 213'900us;
  EXPECT_EQ(Written(Format::json).host(kNamed, {with_banner(kSsh, "hi\n")}, summary).finished(),
            R"({"host":"example.org","address":"192.0.2.7","ports":[{"port":22,"state":"open",)"
            R"("reason":"accepted","service":"ssh","banner":"hi\n"}],"open":1,"closed":65534,"filtered":0,)"
            R"("probes":65535,"retries":0,"window":512,"round_trip_ms":0.05,"duration_s":0.214,)"
            R"("complete":true})"
            "\n");
}

TEST(JsonWriter, WhatIsNotKnownIsAbsentOrNull) {
  const std::string line =
      Written(Format::json).host(kBare, {kTelnet, kUnknown}, summary_of(1, 1, 0)).finished();
  const auto object = boost::json::parse(line).as_object();
  EXPECT_FALSE(object.contains("host"));
  EXPECT_FALSE(object.contains("error"));
  EXPECT_TRUE(object.at("round_trip_ms").is_null());
  const auto& ports = object.at("ports").as_array();
  ASSERT_EQ(ports.size(), 2u);
  EXPECT_EQ(boost::json::serialize(ports[0]),
            R"({"port":23,"state":"closed","reason":"refused","service":"telnet"})");
  EXPECT_EQ(boost::json::serialize(ports[1]), R"({"port":49999,"state":"open","reason":"accepted"})");
}

TEST(JsonWriter, HostThatCannotBeScannedHasAnErrorAndIsNotComplete) {
  HostSummary summary;
  summary.ports = 10;
  summary.error = base::Error{"192.0.2.7", "no \"route\"", "is it up?"};
  const auto object =
      boost::json::parse(Written(Format::json).host(kNamed, {}, summary).finished()).as_object();
  EXPECT_EQ(object.at("error").as_string(), "192.0.2.7: no \"route\" (is it up?)");
  EXPECT_FALSE(object.at("complete").as_bool());
  EXPECT_TRUE(object.at("ports").as_array().empty());
}

TEST(JsonWriter, InterruptedHostIsNotComplete) {
  HostSummary summary = summary_of(0, 3, 0);
  summary.is_interrupted = true;
  const auto object =
      boost::json::parse(Written(Format::json).host(kNamed, {}, summary).finished()).as_object();
  EXPECT_FALSE(object.at("complete").as_bool());
}

TEST(JsonWriter, BannerIsUtf8AndAsciiControlsAndOthersAreEscaped) {
  const std::string line =
      Written(Format::json_lines)
          .host(kBare, {with_banner(kUnknown, "a\xff\x1b\x7f\u009B\u202E\u0416\"")}, summary_of(1, 0, 0))
          .finished();
  EXPECT_TRUE(line.find("\"banner\":\"a\uFFFD\\u001b\\u007f\\u009b\\u202e\u0416\\\"\"") != line.npos) << line;
  EXPECT_EQ(boost::json::parse(line).at("banner").as_string(), "a\uFFFD\x1b\x7f\u009B\u202E\u0416\"");
}

TEST(JsonWriter, OnlyOpenLeavesOutHostsWithoutAnOpenPort) {
  Written open(Format::json, {.has_several_hosts = true, .only_open = true});
  open.host(kBare, {}, summary_of(0, 1, 0)).host(kNamed, {kSsh}, summary_of(1, 0, 0));
  EXPECT_EQ(boost::json::parse(open.finished()).at("host").as_string(), "example.org");
}

TEST(JsonLinesWriter, PortIsAnObjectOnALineAsSoonAsItIsKnown) {
  Written lines(Format::json_lines);
  lines.writer->begin_host(kNamed);
  lines.writer->port(kSsh);
  EXPECT_EQ(lines.text,
            R"({"host":"example.org","address":"192.0.2.7","port":22,"state":"open","reason":"accepted",)"
            R"("service":"ssh"})"
            "\n");
}

TEST(CsvWriter, FieldsAreQuotedWhereRfc4180WantsIt) {
  const auto ports = {kTelnet, with_banner(kUnknown, "220 \"a\", b\r\nc\x1b\r\n")};
  EXPECT_EQ(Written(Format::csv).host(kNamed, {kSsh}, summary_of(1, 0, 0)).host(kBare, ports, {}).finished(),
            "host,address,port,state,reason,service,banner\n"
            "example.org,192.0.2.7,22,open,accepted,ssh,\n"
            ",2001:db8::7,23,closed,refused,telnet,\n"
            ",2001:db8::7,49999,open,accepted,,\"220 \"\"a\"\", b??c\"\n");
}

TEST(CsvWriter, HeaderIsThereWithoutAnyHost) {
  EXPECT_EQ(Written(Format::csv).finished(), "host,address,port,state,reason,service,banner\n");
}

TEST(GreppableWriter, HostIsALine) {
  const PortReport http{80, kOpen, "http", ""};
  Written lines(Format::greppable);
  lines.host(kNamed, {kSsh, http}, summary_of(2, 65'533, 0)).host(kBare, {}, summary_of(0, 1, 2));
  EXPECT_EQ(lines.finished(),
            "Host: 192.0.2.7 (example.org)\tPorts: 22/open/tcp//ssh///, 80/open/tcp//http///"
            "\tOther: 65533 closed, 0 filtered\n"
            "Host: 2001:db8::7 ()\tOther: 1 closed, 2 filtered\n");
}

TEST(GreppableWriter, PortsThatAreListedAreNotAmongTheOthers) {
  EXPECT_EQ(Written(Format::greppable).host(kBare, {kSsh, kTelnet, kSmtp}, summary_of(1, 5, 1)).finished(),
            "Host: 2001:db8::7 ()\tPorts: 22/open/tcp//ssh///, 23/closed/tcp//telnet///, "
            "25/filtered/tcp//smtp///\tOther: 4 closed, 0 filtered\n");
}

TEST(GreppableWriter, BannerCannotEndItsFieldOrTheLine) {
  EXPECT_EQ(
      Written(Format::greppable)
          .host(kBare, {with_banner(kSsh, "SSH/2, x\t\n1/open\r\n")}, summary_of(1, 0, 0))
          .finished(),
      "Host: 2001:db8::7 ()\tPorts: 22/open/tcp//ssh//SSH|2; x??1|open/\tOther: 0 closed, 0 filtered\n");
}

TEST(ReportWriter, NothingIsWrittenOnceTheSinkHasRefused) {
  for (const Format format :
       {Format::text, Format::json, Format::json_lines, Format::csv, Format::greppable}) {
    int calls = 0;
    const auto writer = make_writer(
        format, {},
        [&calls](std::string_view) {
          ++calls;
          return false;
        },
        Translator());
    EXPECT_FALSE(writer->has_stopped());
    for (int host = 0; host < 2; ++host) {
      writer->begin_host(kNamed);
      writer->port(kSsh);
      writer->end_host(summary_of(1, 0, 0));
    }
    writer->finish();
    EXPECT_EQ(calls, 1);
    EXPECT_TRUE(writer->has_stopped());
  }
}

}  // namespace
}  // namespace veche::scan
