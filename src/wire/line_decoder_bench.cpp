#include "base/limits.h"
#include "wire/line_decoder.h"

#include <benchmark/benchmark.h>

#include <string>
#include <string_view>

namespace {

using veche::wire::LineDecoder;

std::size_t pull(LineDecoder& decoder) {
  std::size_t text_bytes = 0;
  while (const auto event = decoder.next()) {
    if (const auto* line = std::get_if<LineDecoder::Line>(&*event)) text_bytes += line->text.size();
  }
  return text_bytes;
}

void count_lines(benchmark::State& state, std::size_t line_bytes, std::size_t lines_per_turn) {
  const auto lines =
      static_cast<std::int64_t>(state.iterations()) * static_cast<std::int64_t>(lines_per_turn);
  state.SetItemsProcessed(lines);
  state.SetBytesProcessed(lines * static_cast<std::int64_t>(line_bytes));
}

/// One read brings one line: a person, or a program that waits for each answer.
void one_line_a_read(benchmark::State& state) {
  const auto length = static_cast<std::size_t>(state.range(0));
  const std::string line = std::string(length, 'x') + "\r\n";
  LineDecoder decoder(veche::base::limits::kLineBytesMax);
  for (auto _ : state) {
    decoder.feed(line);
    benchmark::DoNotOptimize(pull(decoder));
  }
  count_lines(state, line.size(), 1);
}
BENCHMARK(one_line_a_read)->Arg(10)->Arg(100)->Arg(4096);

/// One read brings 64 KiB of lines, split where it happens.
void full_reads(benchmark::State& state) {
  const auto length = static_cast<std::size_t>(state.range(0));
  std::string bytes;
  std::size_t lines = 0;
  for (; bytes.size() < veche::base::limits::kReadBufferBytes; ++lines)
    bytes += std::string(length, 'x') + "\n";
  const std::string_view all = bytes;
  LineDecoder decoder(veche::base::limits::kLineBytesMax);
  for (auto _ : state) {
    decoder.feed(all.substr(0, veche::base::limits::kReadBufferBytes / 2));
    benchmark::DoNotOptimize(pull(decoder));
    decoder.feed(all.substr(veche::base::limits::kReadBufferBytes / 2));
    benchmark::DoNotOptimize(pull(decoder));
  }
  count_lines(state, length + 1, lines);
}
BENCHMARK(full_reads)->Arg(0)->Arg(10)->Arg(100)->Arg(4096);

/// A terminal in character mode: every key is a read.
void byte_by_byte(benchmark::State& state) {
  const std::string line = std::string(99, 'x') + "\n";
  LineDecoder decoder(veche::base::limits::kLineBytesMax);
  for (auto _ : state) {
    for (const char& byte : line) {
      decoder.feed({&byte, 1});
      benchmark::DoNotOptimize(pull(decoder));
    }
  }
  count_lines(state, line.size(), 1);
}
BENCHMARK(byte_by_byte);

}  // namespace

BENCHMARK_MAIN();
