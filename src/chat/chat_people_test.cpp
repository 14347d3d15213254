// What people are to each other: how they look, where they are, who is told of them.
#include "base/limits.h"
#include "tests/fakes/chat_world.h"

#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <vector>

namespace veche::chat {
namespace {

using fakes::ChatWorld;
using fakes::Lines;

std::string mask_of(const Person& person) { return person.name + "!" + person.username + "@" + person.host; }
IntroductionPtr introduction(const std::string& username, const std::string& realname) {
  return std::make_shared<const Introduction>(Introduction{username, realname});
}
PersonView view(ChatWorld& world, const std::string& who, const std::string& of) {
  world.send(who, AskPeople{AskPeople::By::names, {of}});
  const auto answer = world.last<People>(who);
  return answer.people.empty() ? PersonView{} : answer.people[0];
}

// --- how somebody looks

TEST(Look, IsOfNameUsernameAndAddress) {
  ChatWorld world;
  world.introduced("ann", "~a", "Ann A.", "192.0.2.7");
  const PersonPtr self = world.last<LoggedIn>("ann").self;
  EXPECT_EQ(mask_of(*self), "ann!~a@192.0.2.7");
  EXPECT_EQ(self->account, "");
  EXPECT_FALSE(self->bot);
  EXPECT_EQ(view(world, "ann", "ann").profile->realname, "Ann A.");
}

TEST(Look, OfWhoDidNotIntroduceHimselfHasAUsernameToo) {
  ChatWorld world;
  world.connect("ann", "192.0.2.7", false);
  world.send("ann", EnterAsGuest{"ann"});
  EXPECT_EQ(mask_of(*world.last<LoggedIn>("ann").self), "ann!~veche@192.0.2.7");
  EXPECT_EQ(view(world, "ann", "ann").profile, nullptr) << "and nothing is kept of him";
}

TEST(Look, OfAnAddressNeverBeginsWithAColon) {
  ChatWorld world;
  world.introduced("ann", "~a", "", "::1");
  world.introduced("bob", "~b", "", "2001:db8::7");
  EXPECT_EQ(world.last<LoggedIn>("ann").self->host, "0::1");
  EXPECT_EQ(world.last<LoggedIn>("bob").self->host, "2001:db8::7");
}

TEST(Look, ShowsTheAccount) {
  ChatWorld world;
  world.connect("ann", "10.0.0.1", false);
  world.send("ann", Register{"Ann", "hash"});
  EXPECT_EQ(world.last<LoggedIn>("ann").self->account, "Ann");
}

TEST(Look, ChangesWithTheName) {
  ChatWorld world;
  world.guest("ann");
  world.guest("bob");
  world.say("ann", "#veche", "hi");
  world.send("ann", Rename{"anna"});
  EXPECT_EQ(view(world, "bob", "anna").person->name, "anna");
}

TEST(Look, OfAnAccountIsThatOfItsFirstSession) {
  ChatWorld world;
  world.connect("ann", "10.0.0.1", false);
  world.send("ann", Register{"ann", "hash"});
  world.connect("ann/2", "10.0.0.2", false);
  world.send("ann/2", LogIn{{1}, "hash", introduction("~second", "Ann B.")});
  EXPECT_EQ(mask_of(*world.last<LoggedIn>("ann/2").self), "ann!~veche@10.0.0.1");
  world.quit("ann");
  EXPECT_EQ(mask_of(*view(world, "ann/2", "ann").person), "ann!~veche@10.0.0.2");
}

TEST(Introduction, CountsUntilTheLastSessionGoes) {
  ChatWorld world;
  world.connect("ann", "10.0.0.1", false);
  world.send("ann", Register{"ann", "hash"});
  world.send("ann", KeepToken{{}});
  world.quit("ann");
  world.connect("ann/2", "10.0.0.1", false);
  world.send("ann/2", LogInWithToken{"ann", {}, introduction("~a", "Ann A.")});
  EXPECT_EQ(world.last<LoggedIn>("ann/2").self->username, "~a");
  world.connect("ann/3", "10.0.0.1", false);
  world.send("ann/3", LogIn{{1}, "hash", introduction("~b", "Ann B.")});
  world.quit("ann/2");
  EXPECT_EQ(view(world, "ann/3", "ann").profile->realname, "Ann A.");
  world.quit("ann/3");
  world.connect("ann/4", "10.0.0.1", false);
  world.send("ann/4", LogIn{{1}, "hash", introduction("~c", "Ann C.")});
  EXPECT_EQ(world.last<LoggedIn>("ann/4").self->username, "~c");
}

// --- away, real names, accounts

/// ann and bob in #a and #b, dan elsewhere.
struct TwoRooms : ChatWorld {
  TwoRooms() {
    for (const char* who : {"ann", "bob", "dan"}) introduced(who, "~" + std::string(who), who);
    for (const char* room : {"#a", "#b"}) {
      join("ann", room);
      join("bob", room);
    }
    join("dan", "#c");
    forget_seen();
  }
};

TEST(Away, IsToldOnceToWhoSharesARoom) {
  TwoRooms world;
  world.send("ann", SetAway{"lunch"});
  EXPECT_EQ(world.seen("ann"), Lines{"away ann: lunch"});
  EXPECT_EQ(world.seen("bob"), Lines{"away ann: lunch"});
  EXPECT_EQ(world.seen("dan"), Lines{});
  EXPECT_EQ(*view(world, "dan", "ann").profile->away, "lunch");
  world.send("ann", SetAway{""});
  EXPECT_EQ(world.seen("bob"), Lines{"away ann no more"});
}

TEST(Away, AsBeforeIsToldToTheAskerAlone) {
  TwoRooms world;
  world.send("ann", SetAway{""});
  EXPECT_EQ(world.seen("ann"), Lines{"away ann no more"});
  world.send("ann", SetAway{"lunch"});
  world.forget_seen();
  world.send("ann", SetAway{"lunch"});
  EXPECT_EQ(world.seen("ann"), Lines{"away ann: lunch"});
  EXPECT_EQ(world.seen("bob"), Lines{});
}

TEST(Away, OfWhoIsInNoRoomIsToldToHim) {
  ChatWorld world;
  world.introduced("ann", "~a", "");
  world.forget_seen();
  world.send("ann", SetAway{"lunch"});
  EXPECT_EQ(world.seen("ann"), Lines{"away ann: lunch"});
}

TEST(Away, ReachesTheAskersOtherSessionsInHisRooms) {
  ChatWorld world;
  world.account("ann");
  world.log_in("ann/2", "ann");
  world.forget_seen();
  world.send("ann", SetAway{"lunch"});
  EXPECT_EQ(world.seen("ann"), Lines{"away ann: lunch"});
  EXPECT_EQ(world.seen("ann/2"), Lines{"away ann: lunch"});
}

TEST(Away, AndRealNamesAreNoLongerThanMessages) {
  Policy policy;
  policy.message_bytes_max = 5;
  ChatWorld world(policy);
  world.guest("ann");
  world.send("ann", SetAway{"123456"});
  EXPECT_EQ(world.why("ann"), Refusal::message_too_long);
  world.send("ann", SetRealname{"123456"});
  EXPECT_EQ(world.why("ann"), Refusal::message_too_long);
  world.send("ann", SetAway{"12345"});
  EXPECT_EQ(world.last<AwayChanged>("ann").text, "12345");
}

TEST(RealName, IsToldOnceToWhoSharesARoom) {
  TwoRooms world;
  world.send("ann", SetRealname{"Ann A."});
  EXPECT_EQ(world.seen("ann"), Lines{"realname ann: Ann A."});
  EXPECT_EQ(world.seen("bob"), Lines{"realname ann: Ann A."});
  EXPECT_EQ(world.seen("dan"), Lines{});
  world.send("ann", SetRealname{"Ann A."});
  EXPECT_EQ(world.seen("ann"), Lines{"realname ann: Ann A."});
  EXPECT_EQ(world.seen("bob"), Lines{}) << "nothing has changed";
}

TEST(Account, ThatAGuestMakesIsToldToWhoSharesARoom) {
  TwoRooms world;
  world.send("ann", Register{"ann", "hash"});
  EXPECT_EQ(world.seen("ann"), Lines{"logged in ann anew"});
  EXPECT_EQ(world.last<LoggedIn>("ann").self->account, "ann");
  EXPECT_EQ(world.seen("bob"), Lines{"account ann ann"});
  EXPECT_EQ(world.seen("dan"), Lines{});
}

// --- flags

TEST(Flags, AreSetAndTakenBack) {
  TwoRooms world;
  world.send("ann", SetFlags{bit(UserFlag::invisible) | bit(UserFlag::wallops), 0});
  EXPECT_EQ(world.last<FlagsChanged>("ann").flags, bit(UserFlag::invisible) | bit(UserFlag::wallops));
  world.send("ann", SetFlags{0, bit(UserFlag::invisible)});
  EXPECT_EQ(world.last<FlagsChanged>("ann").flags, bit(UserFlag::wallops));
  world.send("ann", SetFlags{});
  EXPECT_EQ(world.last<FlagsChanged>("ann").flags, bit(UserFlag::wallops)) << "asking is not changing";
  EXPECT_EQ(world.seen("bob"), Lines{}) << "they are nobody else's business";
}

TEST(Flags, ShowWhoIsABot) {
  TwoRooms world;
  world.send("ann", SetFlags{bit(UserFlag::bot), 0});
  EXPECT_TRUE(view(world, "bob", "ann").person->bot);
  world.send("ann", SetFlags{0, bit(UserFlag::bot)});
  EXPECT_FALSE(view(world, "bob", "ann").person->bot);
}

// --- from whom one takes private messages

TEST(Accept, KeepsAListOfNames) {
  TwoRooms world;
  world.send("ann", Accept{{"BOB", "dan"}, {}});
  EXPECT_EQ(world.seen("ann"), Lines{"accepted bob,dan"});
  world.send("ann", Accept{{}, {"Bob"}});
  EXPECT_EQ(world.seen("ann"), Lines{"accepted dan"});
  world.send("ann", Accept{});
  EXPECT_EQ(world.seen("ann"), Lines{"accepted dan"});
}

TEST(Accept, WritesNamesAsTheirOwnersDo) {
  TwoRooms world;
  world.introduced("Eve", "~e", "");
  world.send("ann", Accept{{"eve"}, {}});
  EXPECT_EQ(world.last<Accepted>("ann").names, Lines{"Eve"});
  world.quit("Eve");
  world.send("ann", Accept{});
  EXPECT_EQ(world.last<Accepted>("ann").names, Lines{"eve"});
}

TEST(Accept, RefusesEachNameThatCannotBe) {
  TwoRooms world;
  world.send("ann", Accept{{"bob"}, {}});
  world.forget_seen();
  world.send("ann", Accept{{"BOB"}, {}});
  EXPECT_EQ(world.why("ann"), Refusal::accepted_already);
  EXPECT_EQ(world.last<Refused>("ann").subject, "BOB");
  world.send("ann", Accept{{}, {"dan"}});
  EXPECT_EQ(world.why("ann"), Refusal::not_accepted);
  EXPECT_EQ(world.last<Refused>("ann").subject, "dan");
  world.send("ann", Accept{{"eve"}, {}});
  EXPECT_EQ(world.why("ann"), Refusal::no_such_person);
  EXPECT_EQ(world.last<Refused>("ann").subject, "eve");
  world.send("ann", Accept{{"\xff"}, {}});
  EXPECT_EQ(world.why("ann"), Refusal::no_such_person);
  world.forget_seen();
  world.send("ann", Accept{{"eve", "dan"}, {}});
  EXPECT_EQ(world.seen("ann").size(), 2u) << "one refused, the other taken";
  EXPECT_EQ(world.last<Accepted>("ann").names, (Lines{"bob", "dan"}));
}

TEST(Accept, HasALimit) {
  ChatWorld world;
  world.guest("ann");
  std::vector<std::string> names;
  for (std::size_t i = 0; i <= base::limits::kAcceptedMax; ++i) {
    names.push_back("n" + std::to_string(i));
    world.guest(names.back(), "10.0." + std::to_string(i) + ".1");
  }
  world.forget_seen();
  world.send("ann", Accept{names, {}});
  EXPECT_EQ(world.seen("ann")[0], "refused " + fakes::number(Refusal::accept_full));
  EXPECT_EQ(world.last<Accepted>("ann").names.size(), base::limits::kAcceptedMax);
  world.send("ann", Accept{{names.back()}, {names[0]}});
  EXPECT_EQ(world.last<Accepted>("ann").names.size(), base::limits::kAcceptedMax)
      << "who is taken off makes room";
}

// --- operators

TEST(Office, IsHeldAndGivenUp) {
  TwoRooms world;
  world.send("ann", HoldOffice{"root", true});
  EXPECT_EQ(world.last<FlagsChanged>("ann").office, "root");
  EXPECT_TRUE(view(world, "bob", "ann").profile->keeps_order);
  world.send("ann", HoldOffice{"", true});
  EXPECT_EQ(world.last<FlagsChanged>("ann").office, "");
  EXPECT_FALSE(view(world, "bob", "ann").profile->keeps_order);
}

TEST(Wallop, GoesToOperatorsAndWhoWishesIt) {
  TwoRooms world;
  world.send("ann", Wallop{"hear me"});
  EXPECT_EQ(world.why("ann"), Refusal::not_an_operator);
  world.send("ann", HoldOffice{"root"});
  world.send("bob", HoldOffice{"mod"});
  world.introduced("eve", "~e", "");
  world.send("eve", SetFlags{bit(UserFlag::wallops), 0});
  world.forget_seen();
  world.send("ann", Wallop{"hear me"});
  for (const char* who : {"ann", "bob", "eve"}) {
    EXPECT_EQ(world.seen(who), Lines{"ann to operators: hear me"}) << who;
  }
  EXPECT_EQ(world.seen("dan"), Lines{});
}

TEST(Wallop, IsAMessageLikeOthers) {
  Policy policy;
  policy.message_bytes_max = 5;
  ChatWorld world(policy);
  world.guest("ann");
  world.send("ann", HoldOffice{"root"});
  world.send("ann", Wallop{""});
  EXPECT_EQ(world.why("ann"), Refusal::message_empty);
  world.send("ann", Wallop{"123456"});
  EXPECT_EQ(world.why("ann"), Refusal::message_too_long);
}

// --- a store that takes nothing

TEST(People, AreAsBeforeWhenABatchIsUndone) {
  TwoRooms world;
  world.send("ann", Accept{{"dan"}, {}});
  world.send("ann", Watch{{"dan"}, {}});
  const base::SessionId ann = base::make_session_id(0, 1);
  const std::string before = world.chat().describe();
  for (const CommandBody& body : std::vector<CommandBody>{
           SetAway{"lunch"}, SetRealname{"Ann A."}, SetFlags{bit(UserFlag::bot), 0},
           SetFlags{bit(UserFlag::invisible), 0}, Accept{{"bob"}, {"dan"}}, HoldOffice{"root", true},
           Watch{{"bob", "eve"}, {"dan"}}, Rename{"anna"}, Register{"ann", "hash"}, Disconnect{}}) {
    Outbox outbox;
    world.chat().apply({ann, body}, world.clock.wall(), outbox);
    EXPECT_NE(world.chat().describe(), before) << body.index();
    world.chat().roll_back();
    EXPECT_EQ(world.chat().describe(), before) << body.index();
  }
}

TEST(People, AreToldOnceThoughABatchIsAppliedAgain) {
  TwoRooms world;
  world.store.full = true;
  world.together([&] {
    world.send("ann", SetAway{"lunch"});
    world.send("ann", HoldOffice{"root"});
    world.send("ann", SetFlags{bit(UserFlag::invisible), 0});
    world.say("ann", "#a", "lost");
    world.send("ann", AskCounts{});
  });
  EXPECT_EQ(world.seen("bob"), Lines{"away ann: lunch"});
  const auto counts = world.last<Counts>("ann");
  EXPECT_EQ(counts.operators, 1u);
  EXPECT_EQ(counts.invisible, 1u);
}

}  // namespace
}  // namespace veche::chat
