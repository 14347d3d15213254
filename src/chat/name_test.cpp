#include "chat/name.h"

#include "base/limits.h"

#include <gtest/gtest.h>

#include <optional>
#include <ostream>
#include <string>
#include <vector>

namespace veche::chat {

void PrintTo(NameFault fault, std::ostream* out) { *out << "fault " << static_cast<int>(fault); }

namespace {

constexpr std::size_t kMax = base::limits::kNameCodePointsMax;
constexpr std::size_t kRoomMax = base::limits::kRoomCodePointsMax;

std::optional<NameFault> fault_of(const NameOrFault& parsed) {
  const NameFault* fault = std::get_if<NameFault>(&parsed);
  return fault ? std::optional(*fault) : std::nullopt;
}
std::optional<NameFault> fault(std::string_view text) { return fault_of(parse_name(text, kMax)); }
std::optional<NameFault> room_fault(std::string_view text) {
  return fault_of(parse_room_name(text, kRoomMax));
}

std::string text_of(std::string_view text) {
  const NameOrFault parsed = parse_name(text, kMax);
  return fault_of(parsed) ? "(a fault)" : std::get<Name>(parsed).text;
}
std::string folded_of(std::string_view text) {
  const NameOrFault parsed = parse_name(text, kMax);
  return fault_of(parsed) ? "(a fault)" : std::get<Name>(parsed).folded;
}
std::string times(std::size_t count, std::string_view text) {
  std::string out;
  while (count-- > 0) out += text;
  return out;
}

TEST(Name, KeepsItsOwnersSpelling) {
  for (const char* name : {"ann", "Алиса", "Їжак", "李", "O'Neill", "c++", "a:b", "x#y", "😀", "1"}) {
    EXPECT_EQ(text_of(name), name);
  }
}

TEST(Name, IsNormalized) {
  EXPECT_EQ(text_of("и\u0306"), "й");
  EXPECT_EQ(text_of("Ame\u0301lie"), "Am\u00E9lie");
  EXPECT_EQ(folded_of("И\u0306"), folded_of("й"));
}

TEST(Name, IsTheSameInAnyLetterCase) {
  const std::vector<std::pair<const char*, const char*>> pairs = {
      {"Алиса", "АЛИСА"}, {"Straße", "STRASSE"}, {"Їжак", "їЖАК"}, {"ΣΊΣΥΦΟΣ", "Σίσυφος"}, {"Ann", "aNN"}};
  for (const auto& [a, b] : pairs) EXPECT_EQ(folded_of(a), folded_of(b)) << a;
  EXPECT_NE(folded_of("Алиса"), folded_of("Алиса2"));
  EXPECT_NE(folded_of("е"), folded_of("ё"));
}

TEST(Name, IsFoundByItsFold) {
  for (const char* name : {"Алиса", "И\u0306", "Straße", "ann"}) EXPECT_EQ(fold_name(name), folded_of(name));
  EXPECT_EQ(fold_name("\xff"), std::nullopt);
}

TEST(Name, IsNotEmpty) { EXPECT_EQ(fault(""), NameFault::empty); }

TEST(Name, HasAtMost32CodePointsHoweverManyBytes) {
  EXPECT_EQ(fault(times(32, "я")), std::nullopt);
  EXPECT_EQ(fault(times(32, "😀")), std::nullopt);
  EXPECT_EQ(fault(times(33, "a")), NameFault::too_long);
  EXPECT_EQ(fault(times(33, "я")), NameFault::too_long);
  EXPECT_EQ(fault(times(32, "и\u0306")), std::nullopt) << "counted after normalization";
}

TEST(Name, IsUtf8) {
  for (const char* bytes : {"\xff", "ann\xc3", "\xc0\xaf", "\xed\xa0\x80", "\xf4\x90\x80\x80"}) {
    EXPECT_EQ(fault(bytes), NameFault::not_utf8);
  }
}

TEST(Name, HasNothingThatCannotBeSeen) {
  const std::vector<std::pair<const char*, const char*>> unseen = {
      {"a b", "space"},
      {"a\tb", "tab"},
      {"a\nb", "line feed"},
      {"a\x1b[2J", "escape"},
      {"a\x7f", "delete"},
      {"a\u0085", "C1 control"},
      {"a\u00A0", "no-break space"},
      {"a\u00AD", "soft hyphen"},
      {"a\u034F", "grapheme joiner"},
      {"a\u200B", "zero-width space"},
      {"a\u200D", "zero-width joiner"},
      {"a\u202E", "right-to-left override"},
      {"a\u2066", "isolate"},
      {"a\u2028", "line separator"},
      {"a\u2800", "braille blank"},
      {"a\u3000", "ideographic space"},
      {"a\u3164", "Hangul filler"},
      {"\uFEFF", "byte order mark"},
      {"a\uFE0F", "variation selector"},
      {"a\uE000", "private use"},
      {"a\U000E0041", "tag"},
  };
  for (const auto& [name, what] : unseen) EXPECT_EQ(fault(name), NameFault::unseen) << what;
  EXPECT_EQ(fault(std::string_view("a\0b", 3)), NameFault::unseen) << "NUL";
}

TEST(Name, DoesNotLookLikeARoomOrACommand) {
  for (const char* name : {"#ann", "/ann", ":ann", "#", "/", ":"})
    EXPECT_EQ(fault(name), NameFault::bad_start);
}

TEST(Name, DoesNotBeginWithACombiningMark) {
  EXPECT_EQ(fault("\u0301a"), NameFault::bad_start);
  EXPECT_EQ(fault("\u20DDa"), NameFault::bad_start);
}

TEST(Name, OfTheServersServicesIsReserved) {
  for (const char* name : {"veche", "Veche", "SERVER", "system", "operator", "anonymous"}) {
    EXPECT_EQ(fault(name), NameFault::reserved) << name;
    EXPECT_EQ(fault_of(parse_name(name, kMax, true)), std::nullopt) << name;
  }
  EXPECT_EQ(fault("veche2"), std::nullopt);
  for (const char* name : {"NickServ", "ChanServ", "CHANSERV"}) {
    EXPECT_EQ(fault(name), NameFault::reserved) << name;
    EXPECT_EQ(fault_of(parse_name(name, kMax, true)), NameFault::reserved) << "by nobody: " << name;
    EXPECT_EQ(fault_of(parse_name(name, kAnyLength, true)), std::nullopt) << name;
  }
}

TEST(RoomName, IsAHashAndThenAName) {
  EXPECT_EQ(room_fault("#veche"), std::nullopt);
  EXPECT_EQ(room_fault("#площа"), std::nullopt);
  EXPECT_EQ(room_fault("#operator"), std::nullopt) << "only people's names are reserved";
  EXPECT_EQ(room_fault(""), NameFault::empty);
  EXPECT_EQ(room_fault("#"), NameFault::empty);
  EXPECT_EQ(room_fault("veche"), NameFault::no_hash);
  EXPECT_EQ(room_fault("#a b"), NameFault::unseen);
  EXPECT_EQ(room_fault("#\u0301"), NameFault::bad_start);
  EXPECT_EQ(room_fault("#\xff"), NameFault::not_utf8);
}

TEST(RoomName, HasAtMost64CodePointsBehindTheHash) {
  EXPECT_EQ(room_fault("#" + times(64, "я")), std::nullopt);
  EXPECT_EQ(room_fault("#" + times(65, "я")), NameFault::too_long);
}

}  // namespace
}  // namespace veche::chat
