#include "session/irc_modes.h"

#include <gtest/gtest.h>

#include <set>

namespace veche::session {
namespace {

using chat::MaskOn;
using chat::Rank;
using chat::RoomFlag;

TEST(IrcModes, NoLetterMeansTwoThings) {
  const std::string letters = all_channel_letters();
  EXPECT_EQ(std::set<char>(letters.begin(), letters.end()).size(), letters.size());
}

TEST(IrcModes, EveryRankAndFlagHasALetterThatLeadsBack) {
  for (const RankLetter& row : rank_letters()) {
    EXPECT_EQ(rank_of_letter(letter_of(row.rank)), row.rank);
    EXPECT_EQ(rank_of_prefix(row.prefix), row.rank);
  }
  for (const FlagLetter& row : flag_letters()) EXPECT_EQ(flag_of_letter(letter_of(row.flag)), row.flag);
  EXPECT_EQ(rank_of_letter('m'), std::nullopt);
  EXPECT_EQ(flag_of_letter('o'), std::nullopt);
}

TEST(IrcModes, PrefixesAreTheHighestOrAllOfThem) {
  const auto ranks = static_cast<chat::Ranks>(chat::bit(Rank::oper) | chat::bit(Rank::voice));
  EXPECT_EQ(rank_prefixes(ranks, false), "@");
  EXPECT_EQ(rank_prefixes(ranks, true), "@+");
  EXPECT_EQ(rank_prefixes(0, true), "");
}

TEST(IrcModes, LettersOfADefaultBecomeFlags) {
  const FlagsOrLetter both = flags_of_letters("+nt");
  EXPECT_EQ(both.flags, chat::bit(RoomFlag::members_only) | chat::bit(RoomFlag::topic_locked));
  EXPECT_EQ(flags_of_letters("nk").unknown, 'k');
  EXPECT_EQ(flags_of_letters("").flags, 0);
}

TEST(IrcModes, ARoomsModesAreShownWithTheirParameters) {
  chat::RoomState state;
  state.flags = chat::bit(RoomFlag::members_only);
  state.key = "sesame";
  state.limit = 5;
  const ModeText member = room_mode_text(&state, true);
  EXPECT_EQ(member.letters, "+nkl");
  EXPECT_EQ(member.parameters, (std::vector<std::string>{"sesame", "5"}));
  EXPECT_EQ(room_mode_text(&state, false).parameters.front(), "*");
  EXPECT_EQ(room_mode_text(nullptr, true).letters, "+");
}

TEST(IrcModes, SlowModeAndTheJoinLimitHaveParameters) {
  chat::RoomState state;
  state.slow = std::chrono::seconds{30};
  state.joining = {5, 10};
  state.limit = 7;
  EXPECT_EQ(room_mode_text(&state, true).letters, "+Wjl");
  EXPECT_EQ(room_mode_text(&state, true).parameters, (std::vector<std::string>{"30", "5:10", "7"}));
  EXPECT_EQ(join_limit_of("5:10"), (chat::JoinLimit{5, 10}));
  for (const char* text :
       {"", "5", ":", "5:", ":5", "0:5", "5:0", "5:10:3", "-1:5", "10000:5", "99999:5", "5: 6"}) {
    EXPECT_EQ(join_limit_of(text), std::nullopt) << text;
  }
}

TEST(IrcModes, WhatIsTypedBecomesAWholeMask) {
  struct Case {
    const char* typed;
    const char* pattern;
  };
  for (const Case& one : {Case{"bob", "bob!*@*"}, Case{"*!*@host", "*!*@host"}, Case{"~u@host", "*!~u@host"},
                          Case{"bob!u", "bob!u@*"}, Case{"192.0.2.7", "*!*@192.0.2.7"},
                          Case{"2001:db8::*", "*!*@2001:db8::*"}, Case{"!@", "*!*@*"}, Case{"*", "*!*@*"}}) {
    const Mask mask = mask_of(one.typed);
    EXPECT_EQ(mask.on, MaskOn::person);
    EXPECT_EQ(mask.pattern, one.pattern) << one.typed;
    EXPECT_FALSE(mask.mutes);
  }
}

TEST(IrcModes, ExtendedBansAreAccountsGuestsAndMutes) {
  for (const char* typed : {"a:bob", "~a:bob", "$a:bob"}) {
    EXPECT_EQ(mask_of(typed).on, MaskOn::account) << typed;
    EXPECT_EQ(mask_of(typed).pattern, "bob");
  }
  EXPECT_EQ(mask_of("U:*").on, MaskOn::guests);
  const Mask mute = mask_of("m:a:bob");
  EXPECT_TRUE(mute.mutes);
  EXPECT_EQ(mute.on, MaskOn::account);
  EXPECT_EQ(mask_of("m:bob").pattern, "bob!*@*");
  EXPECT_EQ(mask_text(MaskOn::account, "bob"), "a:bob");
  EXPECT_EQ(mask_text(MaskOn::guests, ""), "U:*");
}

}  // namespace
}  // namespace veche::session
