// simulate: runs the simulation of many seeds, or replays one. Every seed is a run of its own that nothing
// else has a part in, so a seed that fails once fails always; what comes before a failure is seen by
// `simulate --seed N`.
//
// The seeds run in child processes: a failed assertion or a sanitizer ends one of them and not the search,
// and the parent knows from shared memory how far each had come.
#include "tests/simulator/simulation.h"

#include <unistd.h>

#include <sys/mman.h>
#include <sys/wait.h>

#include <atomic>
#include <charconv>
#include <chrono>
#include <cstdio>
#include <new>
#include <optional>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

namespace veche::simulator {
namespace {

constexpr const char* kUsage =
    "Usage: simulate --seed N               one run, told step by step\n"
    "       simulate --seeds FIRST COUNT    so many runs; the first seed that fails ends them with status 1\n"
    "                [--jobs J]             in J processes (default: 1)\n";

struct Wishes {
  std::optional<std::uint64_t> seed;
  std::uint64_t first = 0;
  std::uint64_t count = 0;
  std::size_t jobs = 1;
};

/// What a child tells its parent.
struct Progress {
  std::atomic<std::uint64_t> seed{0};  ///< that is running
  std::atomic<std::uint64_t> done{0};
};

/// Whether the run of `seed` goes well; what does not is printed.
bool run_one(std::uint64_t seed, base::Log& log, bool trace) {
  std::optional<Simulation> simulation;
  try {
    simulation.emplace(seed, log, trace);
    simulation->run();
    return true;
  } catch (const Failure& failure) {
    std::fflush(stdout);
    fmt::print(stderr, "seed {}, step {}: {}\n", seed, simulation ? simulation->step() : 0, failure.what);
    return false;
  }
}

/// A child's part: every `jobs`th seed.
int run_share(const Wishes& wishes, std::size_t share, Progress& progress) {
  const auto log = base::Log::nowhere();
  for (std::uint64_t i = share; i < wishes.count; i += wishes.jobs) {
    progress.seed = wishes.first + i;
    if (!run_one(wishes.first + i, *log, false)) return 1;
    ++progress.done;
  }
  return 0;
}

/// The last steps of a seed that failed: it is run once more, by a child, for it may end the process.
void print_last_steps(std::uint64_t seed) {
  constexpr std::size_t kStepsShown = 30;
  int ends[2] = {};
  if (::pipe(ends) != 0) return;
  const pid_t child = ::fork();
  if (child == 0) {
    ::dup2(ends[1], STDOUT_FILENO);
    ::close(ends[0]);
    ::close(ends[1]);
    if (std::freopen("/dev/null", "w", stderr) == nullptr) ::_exit(1);
    const auto log = base::Log::nowhere();
    ::_exit(run_one(seed, *log, true) ? 0 : 1);
  }
  ::close(ends[1]);
  std::vector<std::string> lines;
  std::FILE* told = ::fdopen(ends[0], "r");
  char line[1024];
  while (told != nullptr && std::fgets(line, sizeof line, told) != nullptr) lines.emplace_back(line);
  if (told != nullptr) std::fclose(told);
  ::waitpid(child, nullptr, 0);
  const std::size_t shown = std::min(lines.size(), kStepsShown);
  for (std::size_t i = lines.size() - shown; i < lines.size(); ++i) std::fputs(lines[i].c_str(), stdout);
  fmt::print("replay: simulate --seed {}\n", seed);
}

class Search {
 public:
  explicit Search(const Wishes& wishes) : wishes_(wishes) {
    const std::size_t bytes = wishes.jobs * sizeof(Progress);
    void* shared = ::mmap(nullptr, bytes, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (shared == MAP_FAILED) throw std::bad_alloc();
    progress_ = static_cast<Progress*>(shared);
    for (std::size_t i = 0; i < wishes.jobs; ++i) new (progress_ + i) Progress;
  }

  int run() {
    std::fflush(stdout);
    for (std::size_t i = 0; i < wishes_.jobs; ++i) {
      const pid_t child = ::fork();
      if (child == 0) ::_exit(run_share(wishes_, i, progress_[i]));
      children_.push_back(child);
    }
    std::optional<std::uint64_t> failed;
    for (std::size_t running = wishes_.jobs; running > 0;) {
      int status = 0;
      const pid_t ended = ::waitpid(-1, &status, WNOHANG);
      if (ended == 0) {
        std::this_thread::sleep_for(std::chrono::milliseconds{20});
        print_progress(false);
        continue;
      }
      if (ended < 0) break;
      --running;
      const auto its =
          static_cast<std::size_t>(std::find(children_.begin(), children_.end(), ended) - children_.begin());
      children_[its] = 0;
      if (status == 0 || failed) continue;
      failed = progress_[its].seed.load();
      if (WIFSIGNALED(status))
        fmt::print(stderr, "seed {} ended the process: signal {}\n", *failed, WTERMSIG(status));
      for (const pid_t other : children_) {
        if (other != 0) ::kill(other, SIGTERM);
      }
    }
    print_progress(true);
    if (failed) print_last_steps(*failed);
    return failed ? 1 : 0;
  }

 private:
  void print_progress(bool last) {
    const auto now = std::chrono::steady_clock::now();
    if (!last && now < next_) return;
    next_ = now + std::chrono::seconds{10};
    std::uint64_t done = 0;
    for (std::size_t i = 0; i < wishes_.jobs; ++i) done += progress_[i].done;
    const double seconds = std::chrono::duration<double>(now - begun_).count();
    if (done == 0 && !last) return;
    fmt::print("{} of {} seeds, {:.0f} seeds/s\n", done, wishes_.count, static_cast<double>(done) / seconds);
    std::fflush(stdout);
  }

  const Wishes wishes_;
  Progress* progress_ = nullptr;
  std::vector<pid_t> children_;
  const std::chrono::steady_clock::time_point begun_ = std::chrono::steady_clock::now();
  std::chrono::steady_clock::time_point next_ = begun_ + std::chrono::seconds{10};
};

std::optional<Wishes> parse(const std::vector<std::string_view>& words) {
  Wishes wishes;
  std::size_t at = 0;
  const auto number = [&](auto& value) {
    if (++at >= words.size()) return false;
    const char* end = words[at].data() + words[at].size();
    const auto [stop, error] = std::from_chars(words[at].data(), end, value);
    return error == std::errc{} && stop == end;
  };
  for (; at < words.size(); ++at) {
    bool good = false;
    if (words[at] == "--seed")
      good = number(wishes.seed.emplace());
    else if (words[at] == "--seeds")
      good = number(wishes.first) && number(wishes.count);
    else if (words[at] == "--jobs")
      good = number(wishes.jobs) && wishes.jobs > 0;
    if (!good) return std::nullopt;
  }
  if (wishes.seed.has_value() == (wishes.count > 0)) return std::nullopt;
  return wishes;
}

}  // namespace
}  // namespace veche::simulator

int main(int argc, char** argv) {
  using namespace veche;
  const auto wishes = simulator::parse({argv + 1, argv + argc});
  if (!wishes) {
    std::fputs(simulator::kUsage, stderr);
    return 2;
  }
  if (!wishes->seed) return simulator::Search(*wishes).run();
  const auto log = base::Log::nowhere();
  return simulator::run_one(*wishes->seed, *log, true) ? 0 : 1;
}
