#include "session/irc_name.h"

#include <gtest/gtest.h>

namespace veche::session {
namespace {

TEST(IrcName, MostNamesAreTheSameOnIrc) {
  for (const char* name : {"anna", "Алиса", "d'Artagnan", "a-b_c[1]", "x#"}) {
    EXPECT_EQ(irc_nick(name), name);
    EXPECT_EQ(chat_name(name), name);
    EXPECT_TRUE(is_nickname(name)) << name;
  }
}

TEST(IrcName, WhatMeansSomethingOnALineIsShownInFullWidth) {
  EXPECT_EQ(irc_nick("a!b@c"), "a！b＠c");
  EXPECT_EQ(irc_nick("Mr. X, Esq"), "Mr． X， Esq");
  EXPECT_EQ(irc_nick("@root"), "＠root");
  EXPECT_EQ(irc_nick("~home"), "～home");
  EXPECT_EQ(irc_nick("who?*"), "who？＊");
  EXPECT_EQ(irc_channel("#a,b"), "#a，b");
}

TEST(IrcName, ByTheFullWidthFormOneIsSpokenTo) {
  for (const char* name : {"a!b@c", "@root", "~home", "+1", "who?*", "a.b:c", "/x"}) {
    EXPECT_EQ(chat_name(irc_nick(name)), name);
  }
}

TEST(IrcName, OtherFullWidthLettersStay) {
  EXPECT_EQ(chat_name("Ａlice"), "Ａlice");
  EXPECT_EQ(chat_name("a～b"), "a～b") << "only at the beginning does it stand for something";
  EXPECT_EQ(chat_name("\xEF"), "\xEF");
  EXPECT_EQ(chat_name("\xEF\xBC"), "\xEF\xBC");
}

TEST(IrcName, OverIrcNobodyTakesSuchAName) {
  for (const char* name :
       {"", "a!b", "a@b", "a,b", "a*", "a?", "a.b", "#a", "@a", "+a", "~a", "&a", "$a", ":a", "a！b"}) {
    EXPECT_FALSE(is_nickname(name)) << name;
  }
}

}  // namespace
}  // namespace veche::session
