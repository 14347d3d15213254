#include "base/text.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace veche::base {
namespace {

std::string utf8(char32_t c) {
  std::string out;
  const auto tail = [&out, c](int shift) { out += static_cast<char>(0x80 | ((c >> shift) & 0x3F)); };
  if (c < 0x80) {
    out += static_cast<char>(c);
  } else if (c < 0x800) {
    out += static_cast<char>(0xC0 | (c >> 6));
    tail(0);
  } else if (c < 0x10000) {
    out += static_cast<char>(0xE0 | (c >> 12));
    tail(6);
    tail(0);
  } else {
    out += static_cast<char>(0xF0 | (c >> 18));
    tail(12);
    tail(6);
    tail(0);
  }
  return out;
}

TEST(IsUtf8, EveryCodePointButSurrogatesIsWellFormed) {
  for (char32_t c = 0; c <= 0x110000; ++c) {
    const bool character = c <= 0x10FFFF && (c < 0xD800 || c > 0xDFFF);
    ASSERT_EQ(is_utf8(utf8(c)), character) << std::hex << static_cast<unsigned>(c);
  }
}

TEST(IsUtf8, OverlongTruncatedAndStrayBytesAreRefused) {
  const std::vector<std::string> bad = {
      "\x80",              // continuation without a beginning
      "\xC0\x80",          // overlong NUL
      "\xC1\xBF",          // overlong U+007F
      "\xE0\x9F\xBF",      // overlong U+07FF
      "\xF0\x8F\xBF\xBF",  // overlong U+FFFF
      "\xF4\x90\x80\x80",  // U+110000
      "\xF5\x80\x80\x80",
      "\xFF",
      "\xFE",
      "\xD0",  // half of a Cyrillic letter
      "\xE2\x82",
      "\xF0\x9F\x98",
      "\xD0\x41",
      "\xE2\x28\xA1",
      "\xE2\x82\x41",
      "\xF0\x9F\x98\x41",
      "\xF0\x9F\x41\x80",
  };
  for (const std::string& bytes : bad) EXPECT_FALSE(is_utf8(bytes)) << testing::PrintToString(bytes);
}

TEST(IsUtf8, FaultIsFoundWhereverItStandsInAWordOfEightBytes) {
  for (std::size_t before = 0; before < 20; ++before)
    for (std::size_t after = 0; after < 20; ++after) {
      const std::string head(before, 'a');
      const std::string tail(after, 'b');
      EXPECT_TRUE(is_utf8(head + "\xD0\x96" + tail)) << before << ' ' << after;
      EXPECT_FALSE(is_utf8(head + "\xD0" + tail)) << before << ' ' << after;
      EXPECT_FALSE(is_utf8(head + "\xFF" + tail)) << before << ' ' << after;
    }
  EXPECT_TRUE(is_utf8(""));
  EXPECT_TRUE(is_utf8(std::string_view("a\0b", 3)));
}

TEST(CodePoints, AreCountedNotBytes) {
  EXPECT_EQ(code_points(""), 0u);
  EXPECT_EQ(code_points("veche"), 5u);
  EXPECT_EQ(code_points("вече"), 4u);
  EXPECT_EQ(code_points("a€😀"), 3u);
}

TEST(FirstCodePoint, IsMeasuredAndWhatIsNoUtf8IsOneByte) {
  EXPECT_EQ(first_code_point_bytes("ab"), 1u);
  EXPECT_EQ(first_code_point_bytes("вече"), 2u);
  EXPECT_EQ(first_code_point_bytes("€"), 3u);
  EXPECT_EQ(first_code_point_bytes("😀a"), 4u);
  for (const std::string_view bad : {"\x80", "\xD0", "\xE2\x82", "\xC0\x80", "\xFFж", "\xED\xA0\x80"})
    EXPECT_EQ(first_code_point_bytes(bad), 1u) << testing::PrintToString(bad);
}

TEST(Nfc, ComposesWhatWasSentInParts) {
  EXPECT_EQ(nfc("и\u0306"), "й");
  EXPECT_EQ(nfc("і\u0308"), "ї");
  EXPECT_EQ(nfc("\u212B"), "Å");               // the angstrom sign is the letter
  EXPECT_EQ(nfc("a\u0301\u0323"), "ạ\u0301");  // marks in canonical order
  EXPECT_EQ(nfc("ﬁ"), "ﬁ");                    // compatibility forms stay
  EXPECT_EQ(nfc("plain ASCII\t~"), "plain ASCII\t~");
  EXPECT_EQ(nfc(std::string_view("ж\0ж", 5)), std::string("ж\0ж", 5));
  EXPECT_EQ(nfc("\xD0"), std::nullopt);
}

TEST(Casefold, OneNameInAnyCaseIsOneName) {
  EXPECT_EQ(casefold("АЛИСА"), "алиса");
  EXPECT_EQ(casefold("Алиса"), "алиса");
  EXPECT_EQ(casefold("алиса"), "алиса");
  EXPECT_EQ(casefold("ЇЖАК"), "їжак");
  EXPECT_EQ(casefold("І\u0308ЖАК"), "їжак");  // with the dots as a mark of their own
  EXPECT_EQ(casefold("Straße"), "strasse");
  EXPECT_EQ(casefold("STRASSE"), "strasse");
  EXPECT_EQ(casefold("ẞ"), "ss");
  EXPECT_EQ(casefold("ΣΊΣΥΦΟΣ"), casefold("σίσυφος"));
  EXPECT_EQ(casefold("Alice[1]"), "alice[1]");
  EXPECT_EQ(casefold("İstanbul"), "i\u0307stanbul");
  EXPECT_EQ(casefold("\xFF"), std::nullopt);
}

TEST(Casefold, CanonicallyEqualTextsFoldAlike) {
  // Folding U+0345 where it stands, before marks are ordered, would tell these two apart.
  EXPECT_EQ(casefold("α\u0345\u0301"), casefold("α\u0301\u0345"));
  EXPECT_EQ(casefold("α\u0345\u0301"), casefold("\u1FB4"));
}

TEST(Casefold, AsciiTakesTheShortWayToTheSameResult) {
  for (char32_t c = 1; c < 0x80; ++c) {
    const std::string letter = utf8(c);
    EXPECT_EQ(*casefold(letter) + "ж", casefold(letter + "ж"));
    EXPECT_EQ(*nfc(letter) + "ж", nfc(letter + "ж"));
  }
}

TEST(Casefold, FoldedOnceIsFolded) {
  for (char32_t c = 0x80; c < 0x20000; ++c) {
    if (c >= 0xD800 && c <= 0xDFFF) continue;
    const auto once = casefold(utf8(c));
    ASSERT_TRUE(once);
    ASSERT_EQ(casefold(*once), once) << std::hex << static_cast<unsigned>(c);
  }
}

TEST(HasUnseen, WhatNobodyCanSeeIsFound) {
  const std::vector<char32_t> unseen = {
      0,      '\t',   ' ',    0x7F,    0x85,    0xA0,               // controls and spaces
      0xAD,   0x034F, 0x061C, 0x115F,  0x1160,  0x17B4,  0x180B,    // soft hyphen, joiners, fillers
      0x200B, 0x200D, 0x200E, 0x2028,  0x202E,  0x2060,  0x2066,    // zero width, bidirectional
      0x2800, 0x3000, 0x3164, 0xFE0F,  0xFEFF,  0xFFA0,  0xFFF9,    // blanks
      0xE000, 0x0378, 0xFFFF, 0x1D159, 0xE0041, 0xE0100, 0x10FFFF,  // private, unassigned, tags
  };
  for (const char32_t c : unseen) {
    EXPECT_TRUE(has_unseen(utf8(c))) << std::hex << static_cast<unsigned>(c);
    EXPECT_TRUE(has_unseen("a" + utf8(c) + "b")) << std::hex << static_cast<unsigned>(c);
  }
}

TEST(HasUnseen, LettersOfAnyScriptAreSeen) {
  for (const char* const name :
       {"", "Alice", "Алиса", "Їжак", "п'ять", "田中", "عمر", "😀", "e\u0301", "~^_-[]{}|`"})
    EXPECT_FALSE(has_unseen(name)) << name;
}

TEST(StartsWithMark, OnlyTheFirstCodePointCounts) {
  EXPECT_TRUE(starts_with_mark("\u0301a"));
  EXPECT_TRUE(starts_with_mark("\u20DD"));  // enclosing
  EXPECT_TRUE(starts_with_mark("\u0903"));  // spacing
  EXPECT_FALSE(starts_with_mark("a\u0301"));
  EXPECT_FALSE(starts_with_mark(""));
}

TEST(Printable, TerminalControlsAreTakenOut) {
  EXPECT_EQ(printable("\x1B[2Jhi\a\r\n\tthere\x7F"), "[2Jhi\tthere");
  EXPECT_EQ(printable("a\u009B31mb\u2028c\u2029d"), "a31mbcd");
  EXPECT_EQ(printable("\u202Eevil\u202C \u2066x\u2069"), "evil x");
  EXPECT_EQ(printable("Привіт, 😀!"), "Привіт, 😀!");
}

TEST(Harmless, AnyBytesCanBePrinted) {
  EXPECT_EQ(harmless("a\x1b[2Jb"), "a[2Jb");
  EXPECT_EQ(harmless("\xff\x1b"), "?");
  EXPECT_EQ(harmless("Привет"), "Привет");
}

TEST(Words, AreSplitAtSpacesAndTabs) {
  EXPECT_EQ(trim(" \t a b\t"), "a b");
  EXPECT_EQ(trim(" \t"), "");
  EXPECT_EQ(trim("\u00A0a"), "\u00A0a");  // ASCII only

  const FirstWord split = split_word("  /msg \t bob  hello there ");
  EXPECT_EQ(split.word, "/msg");
  EXPECT_EQ(split.rest, "bob  hello there");
  EXPECT_EQ(split_word("alone").word, "alone");
  EXPECT_EQ(split_word("alone").rest, "");
  EXPECT_EQ(split_word(" ").word, "");
}

TEST(EditDistance, CountsInsertionsDeletionsReplacementsAndSwaps) {
  EXPECT_EQ(edit_distance("", ""), 0u);
  EXPECT_EQ(edit_distance("abc", ""), 3u);
  EXPECT_EQ(edit_distance("", "abc"), 3u);
  EXPECT_EQ(edit_distance("port", "port"), 0u);
  EXPECT_EQ(edit_distance("port", "prot"), 1u);
  EXPECT_EQ(edit_distance("ab", "ba"), 1u);
  EXPECT_EQ(edit_distance("kitten", "sitting"), 3u);
  EXPECT_EQ(edit_distance("ca", "abc"), 3u);  // a swapped pair is not edited again
}

TEST(Nearest, IsATypingMistakeAwayOrNothing) {
  const std::vector<std::string_view> keys = {"address", "port", "protocol"};
  EXPECT_EQ(nearest("adress", keys), "address");
  EXPECT_EQ(nearest("prot", keys), "port");
  EXPECT_EQ(nearest("porotcol", keys), "protocol");
  EXPECT_EQ(nearest("motd_file", keys), std::nullopt);
  EXPECT_EQ(nearest("port", std::vector<std::string_view>{}), std::nullopt);
}

TEST(InUtf8, OnlyWhatIsBadIsReplaced) {
  EXPECT_EQ(in_utf8("Ж\x1b\n"), "Ж\x1b\n");
  EXPECT_EQ(in_utf8("\xd0"), "\uFFFD");
  EXPECT_EQ(in_utf8("\xf0\x9f\x98 Ж"), "\uFFFD\uFFFD\uFFFD Ж");
  EXPECT_EQ(in_utf8("a\xc0\x80"
                    "b"),
            "a\uFFFD\uFFFD"
            "b");
}

}  // namespace
}  // namespace veche::base
