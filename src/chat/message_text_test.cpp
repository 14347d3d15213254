#include "chat/message_text.h"

#include <gtest/gtest.h>

#include <string>
#include <string_view>

namespace veche::chat {
namespace {

TEST(MessageText, AQueryIsForProgramsAndAnActionIsNot) {
  for (const std::string_view query : {"\x01VERSION\x01", "\x01VERSION", "\x01", "\x01\x01", "\x01PING 1\x01",
                                       "\x01"
                                       "ACTIONS\x01",
                                       "\x01"
                                       "action x\x01"}) {
    EXPECT_TRUE(is_query(query)) << query;
  }
  for (const std::string_view text : {"", "hi", "VERSION", " \x01VERSION\x01",
                                      "\x01"
                                      "ACTION waves\x01",
                                      "\x01"
                                      "ACTION",
                                      "\x01"
                                      "ACTION\x01"}) {
    EXPECT_FALSE(is_query(text)) << text;
  }
}

TEST(MessageText, FormattingIsTakenOutAndNothingElse) {
  struct Case {
    std::string_view text;
    std::string_view plain;
  };
  const Case cases[] = {
      {"", ""},
      {"plain, привет", "plain, привет"},
      {"\x02"
       "bold\x02 \x1d"
       "italic\x1d \x1f"
       "under\x1f \x1e"
       "struck\x1e \x11"
       "mono\x11 \x16"
       "rev\x0f",
       "bold italic under struck mono rev"},
      {"\x03"
       "4red",
       "red"},
      {"\x03"
       "04red\x03 plain",
       "red plain"},
      {"\x03"
       "04,12red on blue",
       "red on blue"},
      {"\x03"
       "4,red",
       ",red"},
      {"\x03"
       "123 three digits",
       "3 three digits"},
      {"\x03"
       "1,234",
       "4"},
      {"\x03,5", ",5"},
      {"\x04"
       "FF00ffred\x04",
       "red"},
      {"\x04"
       "ff00ff,00ff00red",
       "red"},
      {"\x04"
       "ff00f five digits",
       "ff00f five digits"},
      {"\x04"
       "ff00ff,00ff",
       ",00ff"},
      {"\x03", ""},
      {"\x01"
       "ACTION waves\x01",
       "\x01"
       "ACTION waves\x01"},
  };
  for (const Case& c : cases) EXPECT_EQ(without_formatting(c.text), c.plain);
}

}  // namespace
}  // namespace veche::chat
