// is_utf8 looks at every message. Bytes per second, ASCII and Cyrillic.
#include "base/text.h"

#include <benchmark/benchmark.h>

#include <string>

namespace {

void is_utf8_of(benchmark::State& state, std::string_view word) {
  std::string text;
  while (text.size() < static_cast<std::size_t>(state.range(0))) text += word;
  for (auto _ : state) benchmark::DoNotOptimize(veche::base::is_utf8(text));
  state.SetBytesProcessed(static_cast<std::int64_t>(state.iterations() * text.size()));
}
BENCHMARK_CAPTURE(is_utf8_of, ascii, "Hello there. ")->Arg(100)->Arg(4096);
BENCHMARK_CAPTURE(is_utf8_of, cyrillic, "Привет всем. ")->Arg(100)->Arg(4096);

void casefold_of(benchmark::State& state, std::string_view name) {
  for (auto _ : state) benchmark::DoNotOptimize(veche::base::casefold(name));
}
BENCHMARK_CAPTURE(casefold_of, ascii, "Alice");
BENCHMARK_CAPTURE(casefold_of, cyrillic, "Алиса");

}  // namespace

BENCHMARK_MAIN();
