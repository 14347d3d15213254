// A batch whose commit fails is undone, then applied again with the store closed. Random crowds, each from a
// seed that a failure names.
#include "base/clock.h"
#include "chat/chat.h"
#include "tests/fakes/address_bits.h"
#include "tests/fakes/chat_commands.h"
#include "tests/fakes/chat_text.h"
#include "tests/fakes/kept_rows.h"

#include <gtest/gtest.h>

#include <cstdint>
#include <string>
#include <vector>

namespace veche::chat {
namespace {

using fakes::Lines;

constexpr std::uint64_t kSeeds = 200;

/// A chat, its store and the crowd of one seed.
struct RandomRun {
  explicit RandomRun(std::uint64_t seed)
      : choose(seed), policy(fakes::small_policy(choose)), chat(policy, {}) {}

  std::vector<Command> next_batch() {
    clock.advance(std::chrono::milliseconds{choose(20'000)});
    std::vector<Command> batch;
    for (std::size_t left = 1 + choose(8); left > 0; --left) batch.push_back(commands.next());
    return batch;
  }
  Outbox apply(const std::vector<Command>& batch) {
    Outbox outbox;
    for (const Command& command : batch) chat.apply(command, clock.wall(), outbox);
    return outbox;
  }
  std::string what_was_kept() const { return Chat(policy, store.state).describe(false); }

  fakes::SeededChoice choose;
  Policy policy;
  base::ManualClock clock;
  fakes::KeptRows store;
  fakes::CommandSource commands{choose};
  Chat chat;
};

Lines lines_of(const Outbox& outbox) {
  Lines lines;
  for (const Effect& effect : outbox.effects) lines.push_back(fakes::to_text(effect));
  return lines;
}

TEST(Undo, LeavesNothingOfABatchBehind) {
  for (std::uint64_t seed = 0; seed < kSeeds; ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    RandomRun run(seed);
    for (int round = 0; round < 30; ++round) {
      const auto batch = run.next_batch();
      const std::string before = run.chat.describe();
      const Outbox first = run.apply(batch);
      const std::string after = run.chat.describe();
      run.chat.roll_back();
      ASSERT_EQ(run.chat.describe(), before) << "round " << round;
      const Outbox second = run.apply(batch);
      ASSERT_EQ(run.chat.describe(), after) << "round " << round;
      ASSERT_EQ(lines_of(first), lines_of(second)) << "round " << round;
      run.store.commit(second.rows);
      run.chat.committed();
    }
  }
}

TEST(Undo, OfManyBatchesAtOnceLeavesNothingBehindEither) {
  for (std::uint64_t seed = 0; seed < kSeeds / 10; ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    RandomRun run(seed);
    for (int round = 0; round < 20; ++round) run.apply(run.next_batch());
    run.chat.committed();
    const std::string before = run.chat.describe();
    for (int round = 0; round < 60; ++round) run.apply(run.next_batch());
    ASSERT_NE(run.chat.describe(), before);
    run.chat.roll_back();
    ASSERT_EQ(run.chat.describe(), before);
  }
}

TEST(Undo, OfACommittedBatchIsNothing) {
  RandomRun run(1);
  run.apply(run.next_batch());
  run.chat.committed();
  const std::string after = run.chat.describe();
  run.chat.roll_back();
  EXPECT_EQ(run.chat.describe(), after);
}

TEST(Store, HoldsWhatTheChatHolds) {
  for (std::uint64_t seed = 0; seed < kSeeds; ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    RandomRun run(seed);
    for (int round = 0; round < 60; ++round) {
      ASSERT_TRUE(run.store.commit(run.apply(run.next_batch()).rows));
      run.chat.committed();
      if (round % 5 != 0) continue;
      ASSERT_EQ(run.chat.describe(false), run.what_was_kept()) << "round " << round;
    }
  }
}

TEST(FaultyStore, NeverHoldsLessThanTheChat) {
  std::size_t failures = 0, refused = 0;
  for (std::uint64_t seed = 1000; seed < 1000 + kSeeds; ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    RandomRun run(seed);
    for (int round = 0; round < 90; ++round) {
      if (!run.chat.store_is_open() && run.choose(3) == 0) run.chat.open_store();
      const auto batch = run.next_batch();
      run.store.full = run.choose(4) == 0;
      Outbox outbox = run.apply(batch);
      if (!run.chat.store_is_open()) {
        ASSERT_TRUE(outbox.rows.empty());
      } else if (!outbox.rows.empty() && !run.store.commit(outbox.rows)) {
        ++failures;
        run.chat.roll_back();
        run.chat.close_store(Refusal::disk_full);
        outbox = run.apply(batch);
        ASSERT_TRUE(outbox.rows.empty());
        for (const Effect& effect : outbox.effects) {
          const auto* to_session = std::get_if<ToSession>(&effect);
          const auto* no = to_session == nullptr ? nullptr : std::get_if<Refused>(to_session->event.get());
          if (no != nullptr && no->why == Refusal::disk_full) ++refused;
        }
      }
      run.chat.committed();
      ASSERT_EQ(run.chat.describe(false), run.what_was_kept()) << "round " << round;
    }
  }
  EXPECT_GT(failures, kSeeds / 2) << "the store did fail";
  EXPECT_GT(refused, kSeeds / 4) << "and people were told";
}

// Random crowds are too short for these: what is dropped because there is too much of it.
TEST(Undo, GivesBackTheOldestTokenAndAddress) {
  Chat chat({}, {});
  Outbox outbox;
  base::ManualClock clock;
  const auto log_in = [&](std::uint64_t session) {
    chat.apply({{session}, Connect{fakes::bits_of("10.0.0." + std::to_string(session))}}, clock.wall(),
               outbox);
    chat.apply({{session}, LogIn{{1}, "hash"}}, clock.wall(), outbox);
  };
  const auto keep_token = [&](std::uint8_t number) {
    chat.apply({{1}, KeepToken{TokenHash{number}}}, clock.wall(), outbox);
  };
  chat.apply({{1}, Connect{fakes::bits_of("10.0.0.1")}}, clock.wall(), outbox);
  chat.apply({{1}, Register{"ann", "hash"}}, clock.wall(), outbox);
  for (std::uint8_t i = 1; i <= 64; ++i) {
    clock.advance(std::chrono::seconds{1});
    keep_token(i);
    if (i > 1 && i <= 32) log_in(i);
  }
  chat.committed();
  const std::string before = chat.describe();
  outbox.clear();
  keep_token(65);
  log_in(65);
  keep_token(66);
  log_in(66);
  EXPECT_EQ(outbox.rows.size(), 8u) << "two tokens and two addresses came, and as many went";
  chat.roll_back();
  EXPECT_EQ(chat.describe(), before);
}

TEST(Undo, GivesBackThePolicyAndWhatWasShownByIt) {
  Chat chat({}, {});
  Outbox outbox;
  const auto apply = [&](std::uint64_t session, CommandBody body) {
    chat.apply({{session}, std::move(body)}, base::WallTime{std::chrono::seconds{1'750'000'000}}, outbox);
  };
  apply(1, Connect{fakes::bits_of("10.0.0.1")});
  apply(1, EnterAsGuest{"ann"});
  apply(1, Join{"#a"});
  apply(1, Say{{1}, MessageKind::text, "hi"});
  chat.committed();
  const std::string before = chat.describe();
  Policy policy;
  policy.playback_messages = 0;
  policy.accounts_required = true;
  apply(9, Operate{1, std::make_shared<const OperatorOrder>(SetPolicy{policy})});
  EXPECT_NE(chat.describe(), before);
  chat.roll_back();
  EXPECT_EQ(chat.describe(), before);
  outbox.clear();
  apply(2, Connect{fakes::bits_of("10.0.0.2")});
  apply(2, EnterAsGuest{"bob"});
  const auto* last = std::get_if<ToSession>(&outbox.effects.back());
  ASSERT_NE(last, nullptr);
  EXPECT_TRUE(std::holds_alternative<LoggedIn>(*last->event)) << "guests are welcome again";
}

}  // namespace
}  // namespace veche::chat
