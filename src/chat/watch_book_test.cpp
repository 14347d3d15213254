#include "chat/watch_book.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <variant>
#include <vector>

namespace veche::chat {
namespace {

using base::SessionId;
using Names = std::vector<std::string>;

constexpr SessionId kOne{1};
constexpr SessionId kTwo{2};

struct WatchBookTest : testing::Test {
  WatchBookTest() { policy.watched_max = 3; }

  bool add(SessionId session, const std::string& name) {
    return book.add(session, std::get<Name>(parse_name(name, kAnyLength)));
  }
  Names watched(SessionId session) const {
    Names names;
    for (const Name& name : book.watched_by(session)) names.push_back(name.text);
    return names;
  }
  Names described() const {
    Names lines = book.describe();
    std::sort(lines.begin(), lines.end());
    return lines;
  }
  std::vector<SessionId> watchers(const std::string& folded) const {
    const auto& sessions = book.watchers_of(folded);
    return {sessions.begin(), sessions.end()};
  }

  Policy policy;
  UndoLog undo;
  WatchBook book{policy, undo};
};

TEST_F(WatchBookTest, KnowsWhoWatchesWhom) {
  EXPECT_TRUE(add(kOne, "Боб"));
  EXPECT_TRUE(add(kOne, "ann"));
  EXPECT_TRUE(add(kTwo, "БОБ"));
  EXPECT_EQ(watched(kOne), (Names{"Боб", "ann"})) << "as they were written, in that order";
  EXPECT_EQ(watched(kTwo), Names{"БОБ"});
  EXPECT_EQ(watchers("боб"), (std::vector<SessionId>{kOne, kTwo}));
  EXPECT_TRUE(watchers("eve").empty());
}

TEST_F(WatchBookTest, HasANameOnce) {
  add(kOne, "ann");
  EXPECT_TRUE(add(kOne, "ANN"));
  EXPECT_EQ(watched(kOne), Names{"ann"});
}

TEST_F(WatchBookTest, IsFullAtTheLimit) {
  for (const char* name : {"ann", "bob", "eve"}) EXPECT_TRUE(add(kOne, name));
  EXPECT_FALSE(add(kOne, "dan"));
  EXPECT_TRUE(add(kOne, "ann")) << "he watches her already";
  EXPECT_TRUE(add(kTwo, "dan")) << "each session has a list of its own";
  book.remove(kOne, "bob");
  EXPECT_TRUE(add(kOne, "dan"));
  EXPECT_EQ(watched(kOne), (Names{"ann", "eve", "dan"}));
}

TEST_F(WatchBookTest, KeepsNothingOfWhoWatchesNobody) {
  add(kOne, "ann");
  add(kOne, "bob");
  add(kTwo, "ann");
  book.remove(kTwo, "ann");
  book.remove(kTwo, "eve");
  EXPECT_EQ(watchers("ann"), std::vector<SessionId>{kOne});
  book.clear(kOne);
  book.clear(kOne);
  EXPECT_TRUE(book.describe().empty());
}

TEST_F(WatchBookTest, IsAsBeforeWhenUndone) {
  for (const char* name : {"ann", "bob", "eve"}) add(kOne, name);
  undo.forget();
  const Names before = described();
  book.remove(kOne, "bob");
  add(kOne, "dan");
  add(kTwo, "ann");
  book.clear(kOne);
  add(kOne, "eve");
  undo.roll_back();
  EXPECT_EQ(described(), before);
  EXPECT_EQ(watched(kOne), (Names{"ann", "bob", "eve"})) << "each in its place";
}

}  // namespace
}  // namespace veche::chat
