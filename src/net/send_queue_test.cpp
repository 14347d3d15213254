#include "net/send_queue.h"

#include <gtest/gtest.h>

#include <array>
#include <memory>
#include <random>

namespace veche::net {
namespace {

SharedBytes share(std::string text) { return std::make_shared<const std::string>(std::move(text)); }

std::string contents(const SendQueue& queue, std::size_t pieces_max = 1000) {
  std::vector<iovec> room(pieces_max);
  std::string out;
  for (const iovec& piece : queue.gather(room))
    out.append(static_cast<const char*>(piece.iov_base), piece.iov_len);
  return out;
}

TEST(SendQueue, KeepsTheOrderOfOwnAndSharedBytes) {
  SendQueue queue;
  const SharedBytes room = share("0123456789");
  queue.append("a");
  queue.append(room, 2, 3);
  queue.append("b");
  queue.append("c");
  queue.append(room, 9, 1);
  EXPECT_EQ(queue.bytes(), 7u);
  EXPECT_EQ(contents(queue), "a234bc9");
}

TEST(SendQueue, ManySmallSendsAreOnePiece) {
  SendQueue queue;
  for (int i = 0; i < 100; ++i) queue.append("line\r\n");
  std::array<iovec, 4> room;
  EXPECT_EQ(queue.gather(room).size(), 1u);
}

TEST(SendQueue, GathersNoMoreThanThereIsRoomFor) {
  SendQueue queue;
  const SharedBytes one = share("1");
  for (int i = 0; i < 10; ++i) queue.append(one, 0, 1);
  EXPECT_EQ(contents(queue, 3), "111");
  queue.consume(3);
  EXPECT_EQ(contents(queue), "1111111");
}

TEST(SendQueue, ReferenceGoesWithTheLastByte) {
  SendQueue queue;
  const SharedBytes shared = share("xyz");
  queue.append(shared, 0, 3);
  queue.append("tail");
  EXPECT_EQ(shared.use_count(), 2);
  queue.consume(2);
  EXPECT_EQ(shared.use_count(), 2);
  queue.consume(1);
  EXPECT_EQ(shared.use_count(), 1);
  EXPECT_EQ(contents(queue), "tail");
}

TEST(SendQueue, ClearDropsReferencesAndKeepsTheMemoryOfAFewLines) {
  SendQueue queue;
  const SharedBytes shared = share("xyz");
  queue.append(std::string(300, 'x'));
  queue.append(shared, 0, 3);
  queue.clear();
  EXPECT_TRUE(queue.empty());
  EXPECT_EQ(shared.use_count(), 1);
  EXPECT_GE(queue.memory(), 300u);
  queue.append(std::string(100'000, 'x'));
  queue.clear();
  EXPECT_LT(queue.memory(), 1000u);
}

TEST(SendQueue, NeverEmptyDoesNotGrow) {
  SendQueue queue;
  queue.append(std::string(100, 'x'));
  const SharedBytes shared = share("yy");
  for (int i = 0; i < 100'000; ++i) {
    queue.append("zz");
    queue.append(shared, 0, 2);
    queue.consume(4);
  }
  EXPECT_EQ(queue.bytes(), 100u);
  EXPECT_LT(queue.memory(), 16'384u);
}

TEST(SendQueue, GivesBackWhatWasPutInUnderRandomUse) {
  std::mt19937 random(7);
  SendQueue queue;
  std::string expected;
  for (int step = 0; step < 5000; ++step) {
    std::string text(random() % 50, static_cast<char>('a' + random() % 26));
    if (random() % 3 == 0 && !text.empty()) {
      const std::size_t offset = random() % text.size();
      expected += text.substr(offset);
      const std::size_t length = text.size() - offset;
      queue.append(share(std::move(text)), offset, length);
    } else if (random() % 3 == 0) {
      const std::size_t count = random() % (queue.bytes() + 1);
      queue.consume(count);
      expected.erase(0, count);
    } else {
      queue.append(text);
      expected += text;
    }
    ASSERT_EQ(queue.bytes(), expected.size());
    ASSERT_EQ(contents(queue), expected);
  }
}

}  // namespace
}  // namespace veche::net
