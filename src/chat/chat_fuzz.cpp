// Any sequence of commands, batches, commits and failed commits: no invariant of the chat breaks, and an
// undone batch leaves nothing behind.
#include "base/check.h"
#include "chat/chat.h"
#include "tests/fakes/chat_commands.h"

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

using namespace veche;
using base::check;

namespace {

/// The input's bytes as choices; zeros when they are used up.
class BytesChoice final : public fakes::Choice {
 public:
  explicit BytesChoice(std::span<const std::uint8_t> bytes) : bytes_(bytes) {}
  bool empty() const { return bytes_.empty(); }
  std::size_t operator()(std::size_t below) override {
    if (bytes_.empty()) return 0;
    const std::size_t value = bytes_.front() % below;
    bytes_ = bytes_.subspan(1);
    return value;
  }

 private:
  std::span<const std::uint8_t> bytes_;
};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  BytesChoice choose({data, size});
  base::ManualClock clock;
  chat::Chat chat(fakes::small_policy(choose), {});
  fakes::CommandSource commands(choose);
  while (!choose.empty()) {
    clock.advance(std::chrono::seconds{choose(60)});
    std::vector<chat::Command> batch;
    for (std::size_t left = 1 + choose(4); left > 0; --left) batch.push_back(commands.next());
    const bool fails = choose(4) == 0;
    const std::string before = fails ? chat.describe() : "";
    chat::Outbox outbox;
    for (const chat::Command& command : batch) chat.apply(command, clock.wall(), outbox);
    if (fails) {
      chat.roll_back();
      check(chat.describe() == before, "an undone batch leaves nothing behind");
      chat.close_store(chat::Refusal::disk_full);
      outbox.clear();
      for (const chat::Command& command : batch) chat.apply(command, clock.wall(), outbox);
      check(outbox.rows.empty(), "nothing is kept while the store is closed");
      if (choose(2) == 0) chat.open_store();
    }
    chat.committed();
  }
  return 0;
}
