// How rooms are governed: who is put out, topics, invitations, knocks.
#include "tests/fakes/chat_world.h"
#include "tests/fakes/room_changes.h"

#include <gtest/gtest.h>

#include <string>

namespace veche::chat {
namespace {

using fakes::ban;
using fakes::ChatWorld;
using fakes::flag;
using fakes::key;
using fakes::limit;
using fakes::Lines;
using fakes::rank;
using namespace std::chrono_literals;

/// In #dev ann is an operator, bob a half operator, eve has no rank; dan is not in it. Nothing is unseen.
struct Governed : ChatWorld {
  explicit Governed(Policy policy = {}) : ChatWorld(std::move(policy)) {
    for (const char* who : {"ann", "bob", "eve", "dan"}) guest(who);
    for (const char* who : {"ann", "bob", "eve"}) join(who, "#dev");
    change("ann", "#dev", {rank("bob", Rank::half_operator)});
    forget_seen();
  }
  void set(std::vector<RoomChange> changes) {
    change("ann", "#dev", std::move(changes));
    forget_seen();
  }
  void expect_refused(const std::string& who, CommandBody body, Refusal why, const std::string& subject) {
    forget_seen();
    send(who, std::move(body));
    EXPECT_EQ(this->why(who), why);
    EXPECT_EQ(this->subject(who), subject);
    for (const char* other : {"ann", "bob", "eve", "dan"}) {
      if (other != who) {
        EXPECT_EQ(seen(other), Lines{});
      }
    }
  }
};

// --- putting out

TEST(Expelling, IsToldToAllAndEndsTheMembersPart) {
  Governed world;
  world.send("ann", Expel{"#DEV", "EVE", "flood"});
  for (const char* who : {"ann", "bob", "eve"}) {
    EXPECT_EQ(world.seen(who), Lines{"expelled #dev eve by ann: flood"}) << who;
  }
  EXPECT_EQ(world.last<Expelled>("eve").id, world.room("#dev"));
  EXPECT_EQ(world.last<Expelled>("bob").time, world.clock.wall());
  world.say("ann", "#dev", "quiet now");
  EXPECT_EQ(world.seen("eve"), Lines{});
  world.join("eve", "#dev");
  EXPECT_EQ(world.last<Joined>("eve").name, "#dev") << "there is no ban on him";
}

TEST(Expelling, TakesAllSessionsOfAPerson) {
  Governed world;
  world.account("zoe");
  world.log_in("zoe/2", "zoe");
  world.join("zoe", "#dev");
  world.forget_seen();
  world.send("ann", Expel{"#dev", "zoe"});
  EXPECT_EQ(world.seen("zoe"), Lines{"expelled #dev zoe by ann"});
  EXPECT_EQ(world.seen("zoe/2"), Lines{"expelled #dev zoe by ann"});
}

TEST(Expelling, OneselfIsToldOnce) {
  Governed world;
  world.send("bob", Expel{"#dev", "bob"});
  EXPECT_EQ(world.seen("bob"), Lines{"expelled #dev bob by bob"});
  EXPECT_EQ(world.seen("ann"), Lines{"expelled #dev bob by bob"});
}

TEST(Expelling, TheLastMemberEndsTheRoom) {
  Governed world;
  world.join("dan", "#own");
  world.send("dan", Expel{"#own", "dan"});
  world.send("dan", AskRoom{"#own"});
  EXPECT_EQ(world.why("dan"), Refusal::no_such_room);
}

TEST(Expelling, TakesARankNotBelowTheOthers) {
  Governed world;
  world.expect_refused("eve", Expel{"#Dev", "eve"}, Refusal::rank_needed, "#Dev");
  world.expect_refused("bob", Expel{"#Dev", "ann"}, Refusal::rank_needed, "#Dev");
  world.join("dan", "#dev");
  world.set({rank("dan", Rank::half_operator), rank("eve", Rank::oper)});
  world.send("bob", Expel{"#dev", "dan"});
  EXPECT_EQ(world.seen("dan"), Lines{"expelled #dev dan by bob"}) << "equals may";
  world.send("eve", Expel{"#dev", "ann"});
  EXPECT_EQ(world.seen("ann").back(), "expelled #dev ann by eve");
}

TEST(Expelling, WhoKeepsOrderIsPutOutByNobodyBelowAFounder) {
  Governed world;
  world.send("eve", HoldOffice{"root", true});
  world.send("dan", HoldOffice{"root", true});
  world.expect_refused("ann", Expel{"#Dev", "eve"}, Refusal::rank_needed, "#Dev");
  world.forget_seen();
  world.send("dan", Expel{"#dev", "ann", "enough"});
  for (const char* who : {"ann", "bob", "dan"}) {
    EXPECT_EQ(world.seen(who), Lines{"expelled #dev ann by dan: enough"}) << "by one from outside: " << who;
  }
}

TEST(Expelling, WhoIsNotThereIsRefused) {
  Governed world;
  world.expect_refused("ann", Expel{"#dev", "Dan"}, Refusal::member_not_in_room, "Dan");
  world.expect_refused("ann", Expel{"#dev", "Nobody"}, Refusal::no_such_person, "Nobody");
  world.expect_refused("dan", Expel{"#Dev", "eve"}, Refusal::not_in_room, "#Dev");
  world.expect_refused("ann", Expel{"#Nowhere", "eve"}, Refusal::no_such_room, "#Nowhere");
}

// --- topics

TEST(Topics, AreToldToAllAndShownToWhoComes) {
  Governed world;
  world.send("ann", SetTopic{"#DEV", "tea, and why"});
  for (const char* who : {"ann", "bob", "eve"}) {
    EXPECT_EQ(world.seen(who), Lines{"topic #dev by ann: tea, and why"}) << who;
  }
  world.join("dan", "#dev");
  const Topic topic = world.last<Joined>("dan").state->topic;
  EXPECT_EQ(topic.text, "tea, and why");
  EXPECT_EQ(topic.by, "ann!~veche@10.0.0.1");
  EXPECT_EQ(topic.at, world.clock.wall());
}

TEST(Topics, AreTakenAwayByNothing) {
  Governed world;
  world.send("ann", SetTopic{"#dev", "tea"});
  world.send("ann", SetTopic{"#dev", ""});
  EXPECT_EQ(world.seen("bob").back(), "topic #dev by ann");
  world.join("dan", "#dev");
  EXPECT_EQ(world.last<Joined>("dan").state->topic.by, "");
}

TEST(Topics, AreForHalfOperatorsWhereTheyAreLocked) {
  Governed world;
  world.expect_refused("eve", SetTopic{"#Dev", "mine"}, Refusal::rank_needed, "#Dev");
  world.send("bob", SetTopic{"#dev", "ours"});
  EXPECT_EQ(world.seen("ann"), Lines{"topic #dev by bob: ours"});
  world.set({flag(RoomFlag::topic_locked, false)});
  world.send("eve", SetTopic{"#dev", "mine"});
  EXPECT_EQ(world.seen("ann"), Lines{"topic #dev by eve: mine"});
}

TEST(Topics, ThatCannotBeAreRefused) {
  Policy policy;
  policy.message_bytes_max = 5;
  Governed world(policy);
  world.expect_refused("ann", SetTopic{"#Dev", "longer"}, Refusal::message_too_long, "#Dev");
  world.expect_refused("dan", SetTopic{"#Dev", "x"}, Refusal::not_in_room, "#Dev");
  world.expect_refused("ann", SetTopic{"#Nowhere", "x"}, Refusal::no_such_room, "#Nowhere");
  world.operate(Impose{{SanctionKind::mute, {SanctionOn::name, "ann", {}}, "", "root", {}, {}}, 60s});
  world.expect_refused("ann", SetTopic{"#Dev", "x"}, Refusal::muted, "#Dev");
}

TEST(Topics, ARoomWithoutRulesCanHave) {
  Policy policy;
  policy.room_flags = 0;
  Governed world(policy);
  world.send("eve", SetTopic{"#dev", "tea"});
  EXPECT_EQ(world.seen("ann"), Lines{"topic #dev by eve: tea"});
}

// --- invitations

TEST(Inviting, IsToldToTheAskerTheGuestAndTheOperators) {
  Governed world;
  world.send("eve", Invite{"#DEV", "DAN"});
  for (const char* who : {"ann", "bob", "eve", "dan"}) {
    EXPECT_EQ(world.seen(who), Lines{"invited dan to #dev by eve"}) << who;
  }
  world.guest("fay");
  world.join("fay", "#dev");
  world.forget_seen();
  world.send("ann", Invite{"#dev", "dan"});
  EXPECT_EQ(world.seen("ann"), Lines{"invited dan to #dev by ann"}) << "once";
  EXPECT_EQ(world.seen("fay"), Lines{}) << "no operator";
}

TEST(Inviting, OneselfIsForThoseWhoKeepOrder) {
  Governed world;
  world.send("dan", HoldOffice{"root", true});
  world.forget_seen();
  world.send("dan", Invite{"#dev", "dan"});
  EXPECT_EQ(world.seen("dan"), Lines{"invited dan to #dev by dan"});
}

TEST(Inviting, SaysThatTheGuestIsAway) {
  Governed world;
  world.send("dan", SetAway{"tea"});
  world.forget_seen();
  world.send("ann", Invite{"#dev", "dan"});
  EXPECT_EQ(world.seen("ann"), Lines{"invited dan to #dev by ann, away"});
}

TEST(Inviting, ReachesAllSessionsOfAPerson) {
  Governed world;
  world.account("zoe");
  world.log_in("zoe/2", "zoe");
  world.forget_seen();
  world.send("ann", Invite{"#dev", "zoe"});
  EXPECT_EQ(world.seen("zoe"), Lines{"invited zoe to #dev by ann"});
  EXPECT_EQ(world.seen("zoe/2"), Lines{"invited zoe to #dev by ann"});
}

TEST(Inviting, IntoAnInviteOnlyRoomIsForHalfOperators) {
  Governed world;
  world.set({flag(RoomFlag::invite_only)});
  world.expect_refused("eve", Invite{"#Dev", "dan"}, Refusal::rank_needed, "#Dev");
  world.send("bob", Invite{"#dev", "dan"});
  EXPECT_EQ(world.seen("dan"), Lines{"invited dan to #dev by bob"});
  world.set({flag(RoomFlag::free_invite)});
  world.send("eve", Invite{"#dev", "dan"});
  EXPECT_EQ(world.seen("dan"), Lines{"invited dan to #dev by eve"});
}

TEST(Inviting, ThatCannotBeIsRefused) {
  Governed world;
  world.expect_refused("ann", Invite{"#dev", "Eve"}, Refusal::already_in_room, "eve");
  world.expect_refused("ann", Invite{"#dev", "Nobody"}, Refusal::no_such_person, "Nobody");
  world.expect_refused("dan", Invite{"#Dev", "eve"}, Refusal::not_in_room, "#Dev");
  world.expect_refused("ann", Invite{"#Nowhere", "dan"}, Refusal::no_such_room, "#Nowhere");
}

TEST(Inviting, OneWhoGoesAndComesBackIsNoLongerInvited) {
  Governed world;
  world.set({flag(RoomFlag::invite_only)});
  world.send("ann", Invite{"#dev", "dan"});
  world.quit("dan");
  world.guest("dan/2");
  world.connect("dan");
  world.send("dan", EnterAsGuest{"dan"});
  world.join("dan", "#dev");
  EXPECT_EQ(world.why("dan"), Refusal::invitation_needed) << "whoever has that name now";
}

// --- knocks

TEST(Knocking, IsHeardByTheOperators) {
  for (const RoomChange& lock : {flag(RoomFlag::invite_only), key("k"), limit(1)}) {
    Governed world;
    world.set({lock});
    world.send("dan", Knock{"#DEV", "please"});
    for (const char* who : {"ann", "bob", "dan"}) {
      EXPECT_EQ(world.seen(who), Lines{"knocked #dev by dan: please"}) << who;
    }
    EXPECT_EQ(world.seen("eve"), Lines{});
  }
}

TEST(Knocking, IsForThoseWhoCannotComeIn) {
  Governed world;
  world.expect_refused("dan", Knock{"#Dev"}, Refusal::knock_needless, "#Dev");
  world.expect_refused("eve", Knock{"#Dev"}, Refusal::already_in_room, "#Dev");
  world.expect_refused("dan", Knock{"#Nowhere"}, Refusal::no_such_room, "#Nowhere");
  world.set({flag(RoomFlag::invite_only)});
  world.send("ann", Invite{"#dev", "dan"});
  world.expect_refused("dan", Knock{"#Dev"}, Refusal::knock_needless, "#Dev");
}

TEST(Knocking, IsNotForTheBannedNorTheMuted) {
  Governed world;
  world.set({ban("dan!*@*")});
  world.expect_refused("dan", Knock{"#Dev"}, Refusal::banned_from_room, "#Dev");
  world.set({ban("dan!*@*", false), key("k")});
  world.operate(Impose{{SanctionKind::mute, {SanctionOn::name, "dan", {}}, "", "root", {}, {}}, 60s});
  world.expect_refused("dan", Knock{"#Dev", "hi"}, Refusal::muted, "#Dev");
}

TEST(Knocking, CanBeForbidden) {
  Governed world;
  world.set({flag(RoomFlag::invite_only), flag(RoomFlag::no_knocks)});
  world.expect_refused("dan", Knock{"#Dev"}, Refusal::knocks_off, "#Dev");
}

TEST(Knocking, IsForOnceAMinute) {
  Governed world;
  world.set({key("k")});
  world.send("dan", Knock{"#dev"});
  world.clock.advance(59s);
  world.expect_refused("dan", Knock{"#Dev"}, Refusal::knock_too_soon, "#Dev");
  world.clock.advance(2s);
  world.send("dan", Knock{"#dev"});
  EXPECT_EQ(world.seen("ann"), Lines{"knocked #dev by dan"});
  world.clock.step_wall(-1h);
  world.send("dan", Knock{"#dev"});
  EXPECT_EQ(world.seen("ann"), Lines{"knocked #dev by dan"}) << "the clock was set back";
}

TEST(Knocking, InAnotherRoomIsAnotherMatter) {
  Governed world;
  world.join("ann", "#hall");
  for (const char* room : {"#dev", "#hall"}) world.change("ann", room, {key("k")});
  world.forget_seen();
  world.send("dan", Knock{"#dev"});
  world.send("dan", Knock{"#hall"});
  EXPECT_EQ(world.seen("ann"), (Lines{"knocked #dev by dan", "knocked #hall by dan"}));
}

// --- names

TEST(RenamingARoom, KeepsItsMembersItsRulesAndItsHistory) {
  Governed world;
  world.set({key("k")});
  world.say("ann", "#dev", "hi");
  const base::RoomId id = world.room("#dev");
  world.forget_seen();
  world.send("ann", RenameRoom{"#DEV", "#Ops", "it grew"});
  for (const char* who : {"ann", "bob", "eve"}) {
    EXPECT_EQ(world.seen(who), Lines{"room renamed #dev #Ops by ann: it grew"}) << who;
  }
  const auto renamed = world.last<RoomRenamed>("bob");
  EXPECT_EQ(renamed.id, id);
  EXPECT_EQ(renamed.state->key, "k");
  EXPECT_EQ(fakes::to_text(renamed.roster), "ann 4,bob 2,eve");
  world.send("bob", Say{id, MessageKind::text, "still here"});
  EXPECT_EQ(world.seen("eve"), Lines{"#Ops bob: still here"});
  world.send("dan", Join{"#ops", "k"});
  EXPECT_EQ(world.last<Joined>("dan").room, id);
  EXPECT_EQ(world.last<Joined>("dan").recent.size(), 2u);
  EXPECT_EQ(world.kept().rooms.at(0).name, "#Ops");

  world.restart();
  world.guest("ann");
  world.join("ann", "#ops");
  EXPECT_EQ(world.last<Joined>("ann").recent.size(), 2u);
}

TEST(RenamingARoom, FreesItsOldName) {
  Governed world;
  const base::RoomId id = world.room("#dev");
  world.send("ann", RenameRoom{"#dev", "#ops"});
  world.join("dan", "#dev");
  EXPECT_NE(world.last<Joined>("dan").room, id);
  world.send("ann", RenameRoom{"#ops", "#OPS"});
  EXPECT_EQ(world.seen("bob").back(), "room renamed #ops #OPS by ann") << "other letters are another name";
}

TEST(RenamingARoom, IsForItsFounderOrIfItHasNoneForItsOperators) {
  Governed world;
  world.expect_refused("bob", RenameRoom{"#Dev", "#ops"}, Refusal::rank_needed, "#Dev");
  world.expect_refused("dan", RenameRoom{"#Dev", "#ops"}, Refusal::not_in_room, "#Dev");
  world.expect_refused("ann", RenameRoom{"#Veche", "#ops"}, Refusal::rank_needed, "#Veche");
}

TEST(RenamingARoom, ToWhatCannotBeIsRefused) {
  Governed world;
  world.join("dan", "#taken");
  world.say("dan", "#taken", "hi");
  world.leave("dan", "#taken");
  for (const char* name : {"", "ops", "#", "#a b"}) {
    world.expect_refused("ann", RenameRoom{"#dev", name}, Refusal::room_name, name);
  }
  for (const char* name : {"#Taken", "#VECHE", "#dev"}) {
    world.expect_refused("ann", RenameRoom{"#dev", name}, Refusal::room_exists, name);
  }
  world.expect_refused("ann", RenameRoom{"#Nowhere", "#ops"}, Refusal::no_such_room, "#Nowhere");
}

TEST(RenamingARoom, WithAHistoryNeedsTheStore) {
  for (const bool is_kept : {false, true}) {
    Governed world;
    if (is_kept) world.say("ann", "#dev", "hi");
    world.chat().close_store(Refusal::disk_full);
    world.forget_seen();
    world.send("ann", RenameRoom{"#Dev", "#ops"});
    if (is_kept) {
      EXPECT_EQ(world.why("ann"), Refusal::disk_full);
      EXPECT_EQ(world.subject("ann"), "#Dev");
    } else {
      EXPECT_EQ(world.seen("bob"), Lines{"room renamed #dev #ops by ann"});
    }
  }
}

TEST(Renaming, CanBeForbiddenToMembersWithoutARank) {
  Governed world;
  world.set({flag(RoomFlag::no_renames)});
  world.expect_refused("eve", Rename{"zoe"}, Refusal::renames_off, "#dev");
  world.send("bob", Rename{"rob"});
  EXPECT_EQ(world.seen("ann"), Lines{"renamed bob rob"});
  EXPECT_EQ(world.seen("bob"), Lines{"renamed bob rob"}) << "once, though they meet in two rooms";
  EXPECT_EQ(world.last<Renamed>("ann").person->name, "bob") << "as he was";
  EXPECT_EQ(world.last<Renamed>("ann").time, world.clock.wall());
}

}  // namespace
}  // namespace veche::chat
