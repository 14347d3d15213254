// What is said: who may say it where, and who hears it.
#include "tests/fakes/chat_world.h"
#include "tests/fakes/room_changes.h"

#include <gtest/gtest.h>

#include <string>

namespace veche::chat {
namespace {

using fakes::ban;
using fakes::ChatWorld;
using fakes::flag;
using fakes::Lines;
using fakes::mask;
using fakes::rank;
using namespace std::chrono_literals;

std::string refused(Refusal why) { return "refused " + fakes::number(why); }

/// In #dev ann is an operator, bob has a voice, eve has no rank; dan is not in it. Nothing is unseen.
struct Talkers : ChatWorld {
  explicit Talkers(Policy policy = {}) : ChatWorld(std::move(policy)) {
    for (const char* who : {"ann", "bob", "eve", "dan"}) guest(who);
    for (const char* who : {"ann", "bob", "eve"}) join(who, "#dev");
    change("ann", "#dev", {rank("bob", Rank::voice)});
    forget_seen();
  }
  /// Changes #dev, and forgets that it was told.
  void set(std::vector<RoomChange> changes) {
    change("ann", "#dev", std::move(changes));
    forget_seen();
  }
  /// Whether what `who` says in #dev is heard; if not, he must be told why.
  bool is_heard(const std::string& who, Refusal why = Refusal::may_not_speak) {
    forget_seen();
    speak(who, "#DEV", {.text = "hi"});
    const bool heard = seen(who == "ann" ? "bob" : "ann") == Lines{"#dev " + who + ": hi"};
    if (!heard) {
      EXPECT_EQ(this->why(who), why);
      EXPECT_EQ(subject(who), "#DEV");
    }
    return heard;
  }
};

// --- what it carries

TEST(Speech, NamesThePersonWhoSpeaks) {
  Talkers world;
  world.say("eve", "#dev", "hi");
  const PersonPtr person = world.last<Said>("ann").person;
  EXPECT_EQ(person->name, "eve");
  EXPECT_EQ(person->host, "10.0.0.1");
  world.say("eve", "#dev", "again");
  EXPECT_EQ(world.last<Said>("ann").person, person) << "made once";
  world.send("eve", Rename{"zoe"});
  world.say("eve", "#dev", "and again");
  EXPECT_EQ(world.last<Said>("ann").person->name, "zoe");
}

TEST(Speech, IsEchoedToTheSessionThatWantsIt) {
  ChatWorld world;
  world.account("ann");
  world.log_in("ann/2", "ann");
  world.guest("bob");
  world.forget_seen();
  world.send("ann", Say{world.room("#veche"), MessageKind::text, "hi", true});
  EXPECT_EQ(world.seen("ann"), Lines{"#veche ann: hi"});
  EXPECT_EQ(world.seen("ann/2"), Lines{"#veche ann: hi"});
  EXPECT_EQ(world.seen("bob"), Lines{"#veche ann: hi"});
  world.send("ann", Say{world.room("#veche"), MessageKind::text, "", true});
  EXPECT_EQ(world.seen("ann"), Lines{refused(Refusal::message_empty)}) << "nothing was said";
}

TEST(Speech, OfAProgramInItsOwnRoomIsAsAnyOthers) {
  Talkers world;
  world.speak("eve", "#DEV", {.kind = MessageKind::notice, .text = "built"});
  EXPECT_EQ(world.seen("ann"), Lines{"#dev -eve- built"});
  EXPECT_EQ(world.seen("eve"), Lines{});
  ASSERT_EQ(world.kept().recent.size(), 1u);
  EXPECT_EQ(world.kept().recent[0]->kind, MessageKind::notice);
}

TEST(Speech, TagsAreHandedOnAndNotKept) {
  Talkers world;
  world.speak("eve", "#dev", {.text = "hi", .tags = "+reply=1", .echo = true});
  EXPECT_EQ(world.seen("ann"), Lines{"#dev eve: hi {+reply=1}"});
  EXPECT_EQ(world.seen("eve"), Lines{"#dev eve: hi {+reply=1}"});
  EXPECT_EQ(world.kept().recent.at(0)->text, "hi");
}

TEST(Speech, TagsAloneAreForProgramsAndNoMessage) {
  Talkers world;
  const Utterance typing{.tags = "+typing=active", .tags_only = true};
  world.speak("eve", "#dev", typing);
  EXPECT_EQ(world.seen("ann"), Lines{"tagged #dev eve {+typing=active}"});
  EXPECT_EQ(world.seen("eve"), Lines{});
  const auto first = world.last<Tagged>("ann");
  EXPECT_EQ(first.time, world.clock.wall());
  EXPECT_TRUE(world.kept().recent.empty());
  world.speak("eve", "#dev", typing);
  EXPECT_NE(world.last<Tagged>("ann").serial, first.serial);
  EXPECT_TRUE(world.kept().rooms.empty());
}

TEST(Speech, ToARankIsHeardFromThatRankUpAndNotKept) {
  Talkers world;
  world.speak("eve", "#dev", {.text = "help", .to = bit(Rank::voice)});
  EXPECT_EQ(world.seen("ann"), Lines{"#dev/1 eve: help"});
  EXPECT_EQ(world.seen("bob"), Lines{"#dev/1 eve: help"});
  world.speak("bob", "#dev", {.text = "ops?", .to = bit(Rank::oper), .echo = true});
  EXPECT_EQ(world.seen("ann"), Lines{"#dev/4 bob: ops?"});
  EXPECT_EQ(world.seen("bob"), Lines{"#dev/4 bob: ops?"}) << "an echo";
  world.speak("ann", "#dev", {.tags = "+x", .tags_only = true, .to = bit(Rank::voice)});
  EXPECT_EQ(world.seen("bob"), Lines{"tagged #dev/1 ann {+x}"});
  EXPECT_EQ(world.seen("ann"), Lines{});
  EXPECT_EQ(world.seen("eve"), Lines{});
  EXPECT_TRUE(world.kept().recent.empty());
}

TEST(Speech, ToNobodyIsRefusedByTheNameItWasWrittenWith) {
  Talkers world;
  world.speak("ann", "#Nowhere", {.text = "hi"});
  EXPECT_EQ(world.why("ann"), Refusal::no_such_room);
  EXPECT_EQ(world.subject("ann"), "#Nowhere");
  world.speak("ann", "NoBody", {.text = "hi"});
  EXPECT_EQ(world.why("ann"), Refusal::no_such_person);
  EXPECT_EQ(world.subject("ann"), "NoBody");
  for (const char* target : {"#DEV", "BOB"}) {
    world.speak("ann", target, {.text = ""});
    EXPECT_EQ(world.why("ann"), Refusal::message_empty);
    EXPECT_EQ(world.subject("ann"), target);
    world.speak("ann", target, {.text = std::string(5000, 'x')});
    EXPECT_EQ(world.why("ann"), Refusal::message_too_long);
  }
}

TEST(Speech, ToARoomThatIsOnlyAHistoryReachesNothing) {
  Talkers world;
  world.join("dan", "#old");
  world.say("dan", "#old", "hi");
  world.leave("dan", "#old");
  world.speak("ann", "#old", {.text = "hi"});
  EXPECT_EQ(world.why("ann"), Refusal::no_such_room);
}

TEST(Speech, OfOneWhoIsMutedByTheOperatorIsRefusedWithItsTarget) {
  Talkers world;
  world.operate(Impose{{SanctionKind::mute, {SanctionOn::name, "eve", {}}, "flood", "root", {}, {}}, 60s});
  world.forget_seen();
  const Utterance tags{.tags = "+x", .tags_only = true};
  for (const auto& [target, utterance] :
       {std::pair("#DEV", Utterance{.text = "hi"}), std::pair("#DEV", tags), std::pair("Bob", tags)}) {
    world.speak("eve", target, utterance);
    EXPECT_EQ(world.why("eve"), Refusal::muted);
    EXPECT_EQ(world.subject("eve"), target);
  }
  EXPECT_EQ(world.seen("bob"), Lines{});
  world.send("eve", Leave{world.room("#dev"), "ha"});
  world.send("eve", Disconnect{"haha"});
  EXPECT_EQ(world.seen("ann"), (Lines{"departed #dev eve", "quit eve"})) << "nor do reasons get him heard";
}

TEST(Speech, TagsAloneAreNotSlowedDown) {
  Talkers world;
  world.operate(SlowDown{"#dev", 60s});
  world.forget_seen();
  const Utterance typing{.tags = "+typing=active", .tags_only = true};
  world.speak("eve", "#dev", {.text = "hi"});
  world.speak("eve", "#dev", typing);
  EXPECT_EQ(world.seen("ann"), (Lines{"#dev eve: hi", "tagged #dev eve {+typing=active}"}));
  world.speak("eve", "#DEV", {.text = "hi"});
  EXPECT_EQ(world.why("eve"), Refusal::too_fast);
  EXPECT_EQ(world.subject("eve"), "#DEV");
}

TEST(Speech, ThatIsNotKeptNeedsNoStore) {
  Talkers world;
  world.chat().close_store(Refusal::disk_full);
  world.speak("eve", "#Dev", {.text = "hi"});
  EXPECT_EQ(world.why("eve"), Refusal::disk_full);
  EXPECT_EQ(world.subject("eve"), "#Dev");
  world.speak("eve", "#dev", {.text = "hi", .to = bit(Rank::oper)});
  world.speak("eve", "#dev", {.tags = "+x", .tags_only = true});
  EXPECT_EQ(world.seen("ann"), (Lines{"#dev/4 eve: hi", "tagged #dev eve {+x}"}));
}

// --- who may speak

TEST(Speaking, FromOutsideIsForRoomsThatAllowIt) {
  Talkers world;
  EXPECT_FALSE(world.is_heard("dan"));
  world.set({flag(RoomFlag::members_only, false)});
  EXPECT_TRUE(world.is_heard("dan"));
  EXPECT_EQ(world.seen("dan"), Lines{});
}

TEST(Speaking, InAModeratedRoomIsForRanks) {
  Talkers world;
  world.set({flag(RoomFlag::moderated), flag(RoomFlag::members_only, false)});
  EXPECT_TRUE(world.is_heard("ann"));
  EXPECT_TRUE(world.is_heard("bob"));
  EXPECT_FALSE(world.is_heard("eve"));
  EXPECT_FALSE(world.is_heard("dan"));
  world.say("eve", "#dev", "hi");
  EXPECT_EQ(world.why("eve"), Refusal::may_not_speak);
  EXPECT_EQ(world.subject("eve"), "#dev");
}

TEST(Speaking, IsNotForTheMutedNorTheBanned) {
  for (const MaskList list : {MaskList::mutes, MaskList::bans}) {
    Talkers world;
    world.set({mask(list, "*!*@*"), flag(RoomFlag::members_only, false)});
    EXPECT_FALSE(world.is_heard("eve"));
    EXPECT_FALSE(world.is_heard("dan")) << "nor from outside";
    EXPECT_TRUE(world.is_heard("bob")) << "but for ranks";
    world.set({mask(MaskList::exceptions, "eve!*@*")});
    EXPECT_TRUE(world.is_heard("eve")) << "and for whom a list excepts";
  }
}

TEST(Speaking, MayBeForAccounts) {
  Talkers world;
  world.set({flag(RoomFlag::accounts_speak)});
  EXPECT_FALSE(world.is_heard("eve"));
  EXPECT_TRUE(world.is_heard("bob")) << "and for ranks";
  world.send("eve", Register{"", "hash"});
  EXPECT_TRUE(world.is_heard("eve"));
}

TEST(Speaking, WithoutTheRightIsHeardByOperatorsWhereTheyWishIt) {
  Talkers world;
  world.set({flag(RoomFlag::moderated), flag(RoomFlag::operators_hear)});
  world.speak("eve", "#dev", {.text = "may I?", .echo = true});
  world.speak("dan", "#dev", {.text = "let me in"});
  EXPECT_EQ(world.seen("ann"), (Lines{"#dev/2 eve: may I?", "#dev/2 dan: let me in"}));
  EXPECT_EQ(world.seen("bob"), Lines{});
  EXPECT_EQ(world.seen("eve"), Lines{"#dev/2 eve: may I?"});
  EXPECT_TRUE(world.kept().recent.empty());
}

TEST(Speaking, QueriesAndNoticesCanBeForbidden) {
  Talkers world;
  world.set({flag(RoomFlag::no_ctcp), flag(RoomFlag::no_notices), flag(RoomFlag::operators_hear)});
  world.speak("eve", "#Dev", {.text = "\x01VERSION\x01"});
  EXPECT_EQ(world.why("eve"), Refusal::queries_off);
  EXPECT_EQ(world.subject("eve"), "#Dev");
  world.speak("eve", "#Dev", {.kind = MessageKind::notice, .text = "psst"});
  EXPECT_EQ(world.why("eve"), Refusal::notices_off);
  EXPECT_EQ(world.subject("eve"), "#Dev");
  world.speak("eve", "#dev", {.kind = MessageKind::action, .text = "waves"});
  EXPECT_EQ(world.seen("ann"), Lines{"#dev * eve waves"});
}

TEST(Speaking, FormattingCanBeTakenOut) {
  Talkers world;
  world.set({flag(RoomFlag::no_formatting)});
  world.speak("eve", "#dev",
              {.text = "\x02"
                       "bold\x0f \x03"
                       "04red"});
  EXPECT_EQ(world.seen("ann"), Lines{"#dev eve: bold red"});
  EXPECT_EQ(world.kept().recent.at(0)->text, "bold red");
  world.speak("eve", "#dev", {.text = "\x02\x0f"});
  EXPECT_EQ(world.why("eve"), Refusal::message_empty) << "nothing is left of it";
}

TEST(Speaking, AfterTheRulesHaveGoneIsAsBefore) {
  Talkers world;
  world.set({flag(RoomFlag::moderated), ban("*!*@*")});
  EXPECT_FALSE(world.is_heard("eve"));
  world.set({flag(RoomFlag::moderated, false), ban("*!*@*", false)});
  EXPECT_TRUE(world.is_heard("eve"));
}

// --- between two

TEST(Telling, CarriesWhatTheReceiverAsksFor) {
  Talkers world;
  world.speak("ann", "BOB", {.kind = MessageKind::notice, .text = "psst", .tags = "+x", .echo = true});
  const auto told = world.last<Told>("bob");
  EXPECT_EQ(told.kind, MessageKind::notice);
  EXPECT_EQ(told.person->name, "ann");
  EXPECT_EQ(told.receiver, "bob");
  EXPECT_EQ(told.tags, "+x");
  EXPECT_EQ(world.seen("ann"), Lines{"ann notes: psst {+x}"}) << "an echo";
  world.send("ann", Tell{"bob", "hi"});
  EXPECT_NE(world.last<Told>("bob").serial, told.serial);
  EXPECT_EQ(world.seen("ann"), Lines{});
  world.speak("ann", "Bob", {.tags = "+typing=active", .tags_only = true});
  EXPECT_EQ(world.seen("bob").back(), "tagged bob ann {+typing=active}");
}

TEST(Telling, OneselfIsHeardOnceAndEchoed) {
  Talkers world;
  world.speak("ann", "ann", {.text = "note"});
  EXPECT_EQ(world.seen("ann"), Lines{"ann tells: note"});
  world.speak("ann", "ann", {.text = "note", .echo = true});
  EXPECT_EQ(world.seen("ann"), (Lines{"ann tells: note", "ann tells: note"}));
}

TEST(Telling, IsNotShownToTheSendersOtherSessions) {
  ChatWorld world;
  world.account("ann");
  world.log_in("ann/2", "ann");
  world.guest("bob");
  world.forget_seen();
  world.speak("ann", "bob", {.text = "psst", .echo = true});
  EXPECT_EQ(world.seen("ann/2"), Lines{});
}

TEST(Telling, OneWhoIsAwaySaysSo) {
  Talkers world;
  world.send("bob", SetAway{"tea"});
  world.forget_seen();
  world.send("ann", Tell{"bob", "there?"});
  EXPECT_EQ(world.seen("ann"), Lines{"bob is away: tea"});
  world.speak("ann", "bob", {.text = "there?", .echo = true});
  EXPECT_EQ(world.seen("ann"), (Lines{"ann tells: there?", "bob is away: tea"}));
  world.speak("ann", "bob", {.kind = MessageKind::notice, .text = "psst"});
  world.speak("ann", "bob", {.tags = "+x", .tags_only = true});
  EXPECT_EQ(world.seen("ann"), Lines{}) << "programs are not answered";
  EXPECT_EQ(world.seen("bob").size(), 4u);
}

TEST(Telling, OneWhoAsksFirstIsToldOfTheAttempt) {
  Talkers world;
  world.send("bob", SetFlags{bit(UserFlag::asks_first), 0});
  world.forget_seen();
  world.send("ann", Tell{"BOB", "psst"});
  EXPECT_EQ(world.why("ann"), Refusal::asks_first);
  EXPECT_EQ(world.subject("ann"), "bob");
  EXPECT_EQ(world.seen("bob"), Lines{"asked to be accepted by ann"});
  world.clock.advance(59s);
  world.send("eve", Tell{"bob", "psst"});
  EXPECT_EQ(world.why("eve"), Refusal::asked_already);
  EXPECT_EQ(world.seen("bob"), Lines{});
  world.clock.advance(2s);
  world.speak("eve", "bob", {.tags = "+x", .tags_only = true});
  EXPECT_EQ(world.why("eve"), Refusal::asks_first);
  EXPECT_EQ(world.seen("bob"), Lines{"asked to be accepted by eve"});
  world.clock.step_wall(-1h);
  world.send("eve", Tell{"bob", "psst"});
  EXPECT_EQ(world.why("eve"), Refusal::asks_first) << "the clock was set back";
}

TEST(Telling, OneWhoAsksFirstTakesThoseHeHasAcceptedAndHimself) {
  Talkers world;
  world.send("bob", SetFlags{bit(UserFlag::asks_first) | bit(UserFlag::accounts_only), 0});
  world.send("bob", Accept{{"Ann"}, {}});
  world.forget_seen();
  world.send("ann", Tell{"bob", "psst"});
  world.send("bob", Tell{"bob", "note"});
  EXPECT_EQ(world.seen("bob"), (Lines{"ann tells: psst", "bob tells: note"}));
}

TEST(Telling, OneWhoTakesAccountsOnlyRefusesGuests) {
  Talkers world;
  world.account("Zoe");
  world.send("bob", SetFlags{bit(UserFlag::accounts_only), 0});
  world.forget_seen();
  world.speak("ann", "BOB", {.kind = MessageKind::notice, .text = "psst"});
  EXPECT_EQ(world.why("ann"), Refusal::takes_accounts_only);
  EXPECT_EQ(world.subject("ann"), "bob");
  world.send("Zoe", Tell{"bob", "psst"});
  EXPECT_EQ(world.seen("bob"), Lines{"Zoe tells: psst"});
}

TEST(Speaking, AnOperatorOfTheServerMayWhereHeIsAMember) {
  Talkers world;
  world.send("eve", HoldOffice{"root", true});
  world.send("dan", HoldOffice{"root", true});
  world.set({flag(RoomFlag::moderated), ban("*!*@*")});
  EXPECT_TRUE(world.is_heard("eve"));
  EXPECT_FALSE(world.is_heard("dan"));
  world.speak("ann", "#dev", {.text = "operators", .to = bit(Rank::half_operator)});
  EXPECT_EQ(world.seen("eve"), Lines{"#dev/2 ann: operators"}) << "and hears what founders hear";
}

}  // namespace
}  // namespace veche::chat
