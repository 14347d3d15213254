#include "load/hearing.h"

#include <gtest/gtest.h>

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace veche::load {
namespace {

constexpr MessageShape kShape{":m", 9};
constexpr std::string_view kStream =
    ":m0 one\r\n:m1 two\r\nPING :a\r\n:m0 six\r\n\r\n:irc NOTICE x :m0\r\n:m1 ten\r\n";
const std::vector<std::string> kPieces = {
    "message :m0 one\r\n", "message :m1 two\r\n",        "line PING :a\r\n",   "message :m0 six\r\n",
    "line \r\n",           "line :irc NOTICE x :m0\r\n", "message :m1 ten\r\n"};

class Ear {
 public:
  void take(std::string_view bytes, const MessageShape& shape = kShape) {
    hearing_.take(
        bytes, shape,
        [this](std::string_view message) { pieces.push_back("message " + std::string(message)); },
        [this](std::string_view line) { pieces.push_back("line " + std::string(line)); });
  }
  std::vector<std::string> pieces;

 private:
  Hearing hearing_;
};

TEST(Hearing, MessagesHaveAHeadAndALengthAndLinesEnd) {
  Ear ear;
  ear.take(kStream);
  EXPECT_EQ(ear.pieces, kPieces);
}

TEST(Hearing, ItDoesNotMatterInWhichPartsTheyCome) {
  for (std::size_t first = 0; first <= kStream.size(); ++first) {
    for (std::size_t second = first; second <= kStream.size(); ++second) {
      Ear ear;
      ear.take(kStream.substr(0, first));
      ear.take(kStream.substr(first, second - first));
      ear.take(kStream.substr(second));
      ASSERT_EQ(ear.pieces, kPieces) << first << " " << second;
    }
  }
}

TEST(Hearing, ALineEndInsideAMessageIsPartOfIt) {
  Ear ear;
  ear.take("*3\r\n$2\r\n*3\r\n$9\r\n", {"*3", 8});
  EXPECT_EQ(ear.pieces, (std::vector<std::string>{"message *3\r\n$2\r\n", "message *3\r\n$9\r\n"}));
}

TEST(Hearing, WithoutAHeadEverythingIsAMessage) {
  Ear ear;
  ear.take("abcdef", {"", 4});
  ear.take("gh", {"", 4});
  EXPECT_EQ(ear.pieces, (std::vector<std::string>{"message abcd", "message efgh"}));
}

TEST(Hearing, WithoutALengthEverythingIsALineAndWhatHasBegunGoesOnAfterwards) {
  Ear ear;
  ear.take(":m0 one\r\n:m1 t", MessageShape{});
  ear.take("wo\r\n:m0 six\r\n");
  EXPECT_EQ(ear.pieces,
            (std::vector<std::string>{"line :m0 one\r\n", "message :m1 two\r\n", "message :m0 six\r\n"}));
}

}  // namespace
}  // namespace veche::load
