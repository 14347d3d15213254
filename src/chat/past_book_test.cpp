#include "chat/past_book.h"

#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <vector>

namespace veche::chat {
namespace {

using Names = std::vector<std::string>;

struct PastBookTest : testing::Test {
  PastBookTest() { policy.past_people = 3; }

  void note(const std::string& name, const std::string& realname) {
    auto person = std::make_shared<const Person>(Person{name, "~" + name, "10.0.0.1", "", false});
    book.note(name, {std::move(person), realname, {}, {}});
  }
  Names realnames(const std::string& name, std::size_t count = 0) const {
    Names names;
    for (const Past::Line& line : book.find(name, count)) names.push_back(line.realname);
    return names;
  }

  Policy policy;
  UndoLog undo;
  PastBook book{policy, undo};
};

TEST_F(PastBookTest, TellsTheLatestFirst) {
  note("ann", "1");
  note("bob", "2");
  note("ann", "3");
  EXPECT_EQ(realnames("ann"), (Names{"3", "1"}));
  EXPECT_EQ(realnames("bob"), Names{"2"});
  EXPECT_EQ(realnames("eve"), Names{});
}

TEST_F(PastBookTest, TellsAsManyAsAreAskedFor) {
  for (const char* realname : {"1", "2", "3"}) note("ann", realname);
  EXPECT_EQ(realnames("ann", 2), (Names{"3", "2"}));
  EXPECT_EQ(realnames("ann", 9).size(), 3u);
}

TEST_F(PastBookTest, ForgetsTheOldest) {
  for (const char* name : {"ann", "bob", "eve", "dan"}) note(name, "1");
  EXPECT_EQ(realnames("ann"), Names{});
  EXPECT_EQ(realnames("bob"), Names{"1"});
}

TEST_F(PastBookTest, ForgetsSeveralWhenTheLimitHasBeenLowered) {
  for (const char* realname : {"1", "2", "3"}) note("ann", realname);
  policy.past_people = 1;
  note("ann", "4");
  EXPECT_EQ(realnames("ann"), Names{"4"});
  policy.past_people = 0;
  note("ann", "5");
  EXPECT_EQ(realnames("ann"), Names{});
}

TEST_F(PastBookTest, IsAsBeforeWhenUndone) {
  for (const char* realname : {"1", "2", "3"}) note("ann", realname);
  undo.forget();
  const auto before = book.describe();
  note("ann", "4");
  policy.past_people = 1;
  note("bob", "5");
  undo.roll_back();
  EXPECT_EQ(book.describe(), before);
}

}  // namespace
}  // namespace veche::chat
