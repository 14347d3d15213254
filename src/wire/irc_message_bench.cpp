#include "base/limits.h"
#include "wire/irc_message.h"
#include "wire/irc_writer.h"
#include "wire/line_decoder.h"

#include <benchmark/benchmark.h>

#include <string>
#include <string_view>

namespace {

using namespace veche::wire;

const std::string kText(100, 'x');
const std::string kPrivmsg = "PRIVMSG #channel :" + kText;
const std::string kTagged = "@+draft/reply=abcdefgh;+typing=done;label=12 " + kPrivmsg;

void parse(benchmark::State& state, std::string_view line) {
  for (auto _ : state) {
    benchmark::DoNotOptimize(line);
    benchmark::DoNotOptimize(irc_line_fault(line));
    benchmark::DoNotOptimize(parse_irc_message(line));
  }
  state.SetItemsProcessed(static_cast<std::int64_t>(state.iterations()));
}
BENCHMARK_CAPTURE(parse, ping, "PING token");
BENCHMARK_CAPTURE(parse, user, "USER dan 0 * :Dan Example");
BENCHMARK_CAPTURE(parse, privmsg, kPrivmsg);
BENCHMARK_CAPTURE(parse, tagged, kTagged);

/// One read brings one line.
void decode_and_parse(benchmark::State& state) {
  const std::string line = kPrivmsg + "\r\n";
  LineDecoder decoder(kIrcReadBytesMax, LineEnds::kIrc);
  for (auto _ : state) {
    decoder.feed(line);
    while (const auto event = decoder.next()) {
      const std::string_view text = std::get<LineDecoder::Line>(*event).text;
      if (!irc_line_fault(text)) benchmark::DoNotOptimize(parse_irc_message(text));
    }
  }
  state.SetItemsProcessed(static_cast<std::int64_t>(state.iterations()));
}
BENCHMARK(decode_and_parse);

/// One read brings 64 KiB of lines.
void decode_and_parse_full_reads(benchmark::State& state) {
  std::string bytes;
  std::int64_t lines = 0;
  for (; bytes.size() < veche::base::limits::kReadBufferBytes; ++lines) bytes += kPrivmsg + "\r\n";
  LineDecoder decoder(kIrcReadBytesMax, LineEnds::kIrc);
  for (auto _ : state) {
    decoder.feed(bytes);
    while (const auto event = decoder.next()) {
      const std::string_view text = std::get<LineDecoder::Line>(*event).text;
      if (!irc_line_fault(text)) benchmark::DoNotOptimize(parse_irc_message(text));
    }
  }
  state.SetItemsProcessed(static_cast<std::int64_t>(state.iterations()) * lines);
}
BENCHMARK(decode_and_parse_full_reads);

void write(benchmark::State& state) {
  std::string out;
  for (auto _ : state) {
    out.clear();
    IrcWriter(out)
        .source("dan", "d", "host.example.org")
        .command("PRIVMSG")
        .middle("#channel")
        .trailing(kText);
    benchmark::DoNotOptimize(out.data());
  }
  state.SetItemsProcessed(static_cast<std::int64_t>(state.iterations()));
}
BENCHMARK(write);

void write_tagged(benchmark::State& state) {
  std::string out;
  for (auto _ : state) {
    out.clear();
    IrcWriter(out)
        .tag("time", "2026-11-27T12:30:00.000Z")
        .tag("msgid", "0123456789abcdef")
        .escaped_tags("+draft/reply=abcdefgh")
        .source("dan", "d", "host.example.org")
        .command("PRIVMSG")
        .middle("#channel")
        .trailing(kText);
    benchmark::DoNotOptimize(out.data());
  }
  state.SetItemsProcessed(static_cast<std::int64_t>(state.iterations()));
}
BENCHMARK(write_tagged);

}  // namespace

BENCHMARK_MAIN();
