// What a row costs: committed in batches of 1, 20 and 1,000, indexed afterwards in slices; and what a search
// costs, in the index and in the tail. 100-byte messages.
#include "base/limits.h"
#include "store/search_words.h"
#include "store/sqlite_journal.h"
#include "store/sqlite_reader.h"
#include "tests/fakes/journal_rows.h"
#include "tests/fakes/temp_dir.h"

#include <benchmark/benchmark.h>

#include <random>
#include <string>
#include <vector>

namespace veche::store {
namespace {

namespace limits = base::limits;

std::string sentence(std::mt19937& random) {
  static const char* const kWords[] = {"привет", "мир",  "сервер", "hello",   "world",  "чат",  "сообщение",
                                       "поток",  "loop", "socket", "вечером", "завтра", "кофе", "работает"};
  std::string text;
  while (text.size() < 90)
    text += std::string(kWords[random() % std::size(kWords)]) + std::to_string(random() % 500) + " ";
  return text;
}

std::vector<chat::Row> batch(std::uint64_t& id, std::size_t size, std::mt19937& random) {
  std::vector<chat::Row> rows;
  for (std::size_t i = 0; i < size; ++i) {
    ++id;
    rows.push_back(fakes::said(id, id % 50 + 1, sentence(random)));
  }
  return rows;
}

void per_row(benchmark::State& state, std::size_t rows) {
  state.counters["per_row"] = benchmark::Counter(static_cast<double>(rows),
                                                 benchmark::Counter::kIsRate | benchmark::Counter::kInvert);
}

/// With what a busy server does between commits: a checkpoint where one is due.
void commit(benchmark::State& state) {
  const fakes::TempDir directory;
  auto journal = SqliteJournal::open({.file = directory / "veche.db"}).value();
  std::mt19937 random(1);
  std::uint64_t id = 0;
  std::size_t rows = 0;
  for (auto _ : state) {
    state.PauseTiming();
    std::vector<std::vector<chat::Row>> batches(1'000 / static_cast<std::size_t>(state.range(0)));
    for (auto& one : batches) one = batch(id, static_cast<std::size_t>(state.range(0)), random);
    state.ResumeTiming();
    for (const auto& one : batches) {
      if (!journal->commit(one)) state.SkipWithError("commit failed");
      if (journal->rows_behind() < limits::kIndexBehindRowsMax) journal->maintain(fakes::kStart, false);
      rows += one.size();
    }
  }
  per_row(state, rows);
}
BENCHMARK(commit)->Arg(1)->Arg(20)->Arg(1'000)->Unit(benchmark::kMillisecond)->Iterations(40);

void index(benchmark::State& state) {
  const fakes::TempDir directory;
  auto journal = SqliteJournal::open({.file = directory / "veche.db"}).value();
  std::mt19937 random(1);
  std::uint64_t id = 0;
  std::size_t rows = 0;
  for (auto _ : state) {
    state.PauseTiming();
    if (!journal->commit(batch(id, limits::kIndexSliceRows, random))) state.SkipWithError("commit failed");
    state.ResumeTiming();
    journal->maintain(fakes::kStart, true);
    rows += limits::kIndexSliceRows;
  }
  per_row(state, rows);
}
BENCHMARK(index)->Unit(benchmark::kMillisecond)->Iterations(40);

/// The last 20 messages with a word that one in about 1,400 has; `tail`: nothing is indexed.
void search(benchmark::State& state) {
  const bool tail = state.range(0) != 0;
  const fakes::TempDir directory;
  auto journal = SqliteJournal::open({.file = directory / "veche.db"}).value();
  std::mt19937 random(1);
  std::uint64_t id = 0;
  while (id < limits::kIndexBehindRowsMax) {
    if (!journal->commit(batch(id, 2'000, random))) state.SkipWithError("commit failed");
  }
  while (!tail && journal->maintain(fakes::kStart, true)) {
  }
  auto reader = SqliteReader::open(directory / "veche.db").value();
  std::vector<base::RoomId> rooms;
  for (std::uint64_t room = 1; room <= 50; ++room) rooms.push_back({room});
  for (auto _ : state) benchmark::DoNotOptimize(reader->search(rooms, "Кофе7", {id}, 20));
}
BENCHMARK(search)->ArgName("tail")->Arg(0)->Arg(1)->Unit(benchmark::kMillisecond);

void open_again(benchmark::State& state) {
  const fakes::TempDir directory;
  std::mt19937 random(1);
  std::uint64_t id = 0;
  {
    auto journal = SqliteJournal::open({.file = directory / "veche.db"}).value();
    while (id < 100'000) {
      if (!journal->commit(batch(id, 2'000, random))) state.SkipWithError("commit failed");
      journal->maintain(fakes::kStart, true);
    }
  }
  state.counters["file_bytes"] = static_cast<double>(std::filesystem::file_size(directory / "veche.db"));
  for (auto _ : state) benchmark::DoNotOptimize(SqliteJournal::open({.file = directory / "veche.db"}));
}
BENCHMARK(open_again)->Unit(benchmark::kMillisecond);

void fold(benchmark::State& state) {
  std::mt19937 random(1);
  const std::string text = sentence(random) + (state.range(0) ? "é" : "");  // é: not an everyday text
  for (auto _ : state) benchmark::DoNotOptimize(fold_for_search(text));
}
BENCHMARK(fold)->ArgName("general")->Arg(0)->Arg(1);

}  // namespace
}  // namespace veche::store

BENCHMARK_MAIN();
