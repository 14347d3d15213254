#include "tests/fakes/chat_world.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace veche::chat {
namespace {

using fakes::ChatWorld;
using fakes::Lines;
using std::chrono::milliseconds;

TEST(Login, OfAGuestLeadsIntoTheDefaultRoom) {
  ChatWorld world;
  world.connect("ann");
  EXPECT_EQ(world.seen("ann"), Lines{"greeting "});
  world.send("ann", Identify{"Ann"});
  EXPECT_EQ(world.last<Identified>("ann").state, NameState::free);
  world.forget_seen();
  world.send("ann", EnterAsGuest{"Ann"});
  EXPECT_EQ(world.seen("ann"), (Lines{"logged in Ann as guest", "joined #veche"}));
}

TEST(Login, OfADialectWithoutADefaultRoomEntersNone) {
  ChatWorld world;
  world.connect("ann", "10.0.0.1", false);
  world.send("ann", EnterAsGuest{"ann"});
  EXPECT_EQ(world.seen("ann"), (Lines{"greeting ", "logged in ann as guest"}));
}

TEST(Login, IsNeededForEverythingElse) {
  ChatWorld world;
  world.connect("ann");
  const std::vector<CommandBody> commands = {
      Rename{"bob"},    AskCredentials{}, SetPassword{"x"}, KeepToken{},
      Forget{},         Join{"#veche"},   Leave{{1}},       Say{},
      Tell{"bob", "x"}, AskMembers{},     AskRooms{},       AskHistory{},
      AskSearch{"x"}};
  for (const CommandBody& command : commands) {
    world.send("ann", command);
    EXPECT_EQ(world.last<Refused>("ann").why, Refusal::not_logged_in);
    EXPECT_EQ(world.last<Refused>("ann").about, command.index());
  }
}

TEST(Login, HappensOnce) {
  ChatWorld world;
  world.account("ann");
  const AccountRecord ann = world.kept().accounts.at(0);
  for (const CommandBody& command :
       {CommandBody{EnterAsGuest{"eve"}}, CommandBody{LogIn{ann.id, ann.password_hash}},
        CommandBody{LogInWithToken{}}}) {
    world.send("ann", command);
    EXPECT_EQ(world.why("ann"), Refusal::stale);
  }
}

TEST(Registration, MakesAnAccountThatOutlivesTheProcess) {
  ChatWorld world;
  world.connect("ann");
  world.send("ann", Register{"Алиса", "hash"});
  EXPECT_EQ(world.seen("ann"), (Lines{"greeting ", "logged in Алиса anew", "joined #veche"}));
  world.restart();
  world.connect("ann");
  world.send("ann", Identify{"АЛИСА"});
  const auto identified = world.last<Identified>("ann");
  EXPECT_EQ(identified.state, NameState::registered);
  EXPECT_EQ(identified.name, "Алиса") << "as its owner writes it";
  EXPECT_EQ(identified.password_hash, "hash");
  world.send("ann", LogIn{identified.account, identified.password_hash});
  EXPECT_EQ(world.seen("ann").at(2), "logged in Алиса");
}

TEST(Registration, OfANameThatIsTakenIsRefused) {
  ChatWorld world;
  world.account("Алиса");
  world.guest("bob");
  world.connect("eve");
  world.send("eve", Register{"АЛИСА", "x"});
  EXPECT_EQ(world.why("eve"), Refusal::name_registered);
  world.send("eve", Register{"Bob", "x"});
  EXPECT_EQ(world.why("eve"), Refusal::name_in_use);
  world.send("eve", Register{"operator", "x"});
  EXPECT_EQ(world.why("eve"), Refusal::name_reserved);
  EXPECT_EQ(world.kept().accounts.size(), 1u);
}

TEST(Registration, TurnsAGuestIntoAnAccountWhereHeStands) {
  ChatWorld world;
  world.guest("ann");
  world.guest("bob");
  world.forget_seen();
  world.send("ann", Register{"", "hash"});
  EXPECT_EQ(world.seen("ann"), Lines{"logged in ann anew"});
  EXPECT_EQ(world.seen("bob"), Lines{"account ann ann"});
  world.send("ann", Register{"", "hash"});
  EXPECT_EQ(world.why("ann"), Refusal::guests_only);
  world.forget_seen();

  world.log_in("ann/2", "ann");
  EXPECT_EQ(world.last<Joined>("ann/2").name, "#veche");
  EXPECT_EQ(world.seen("bob"), Lines{}) << "the same person";
}

TEST(Registration, CanBeSwitchedOff) {
  Policy policy;
  policy.registration = false;
  ChatWorld world(policy);
  world.connect("ann");
  EXPECT_FALSE(world.last<Greeting>("ann").registration);
  world.send("ann", Register{"ann", "x"});
  EXPECT_EQ(world.why("ann"), Refusal::registration_off);
  world.guest("bob");
  world.send("bob", Register{"", "x"});
  EXPECT_EQ(world.why("bob"), Refusal::registration_off);
  EXPECT_TRUE(world.kept().accounts.empty());
}

TEST(ClosedRegistration, AnswersKnownAndUnknownNamesInOneShape) {
  Policy policy;
  policy.registration = false;
  policy.accounts_required = true;
  policy.decoy_hash = "decoy";
  ChatWorld world(policy);
  for (const char* name : {"Ann", "operator"}) {
    world.operate(ManageAccount{AccountAction::add, name, "right"});
  }
  world.connect("eve");
  // Also reserved ones and those that would be too long: any of them may be an account.
  for (const char* typed : {"aNN", "Bob", "OPERATOR", "Veche", "a-name-of-more-than-thirty-two-letters"}) {
    world.send("eve", Identify{typed});
    const auto answer = world.last<Identified>("eve");
    EXPECT_EQ(answer.name, typed) << "not as its owner writes it";
    EXPECT_FALSE(answer.password_hash.empty());
    EXPECT_NE(answer.state, NameState::free);
  }
  world.send("eve", Identify{"Bob"});
  EXPECT_EQ(world.last<Identified>("eve").password_hash, "decoy");
}

TEST(Guests, CanBeKeptOut) {
  Policy policy;
  policy.accounts_required = true;
  ChatWorld world(policy);
  world.connect("ann");
  EXPECT_FALSE(world.last<Greeting>("ann").guests);
  world.send("ann", EnterAsGuest{"ann"});
  EXPECT_EQ(world.why("ann"), Refusal::account_required);
}

TEST(Guests, CannotHaveANameThatIsTaken) {
  ChatWorld world;
  world.account("ann");
  world.guest("Боб");
  world.connect("eve");
  for (const auto& [name, why] : {std::pair{"ANN", Refusal::name_registered},
                                  {"БОБ", Refusal::name_in_use},
                                  {"System", Refusal::name_reserved},
                                  {"", Refusal::name_empty},
                                  {"#eve", Refusal::name_bad_start},
                                  {"a b", Refusal::name_unseen},
                                  {"\xff", Refusal::name_not_utf8},
                                  {"012345678901234567890123456789012", Refusal::name_too_long}}) {
    world.send("eve", EnterAsGuest{name});
    EXPECT_EQ(world.why("eve"), why) << name;
    if (why == Refusal::name_registered) continue;
    world.send("eve", Identify{name});
    EXPECT_EQ(world.why("eve"), why) << name;
  }
  world.quit("ann");
  world.send("eve", EnterAsGuest{"ann"});
  EXPECT_EQ(world.why("eve"), Refusal::name_registered) << "also while its owner is away";
  world.quit("Боб");
  world.send("eve", EnterAsGuest{"боб"});
  EXPECT_EQ(world.seen("eve").back(), "joined #veche") << "a guest who has gone leaves his name";
}

TEST(Guests, MayTakeAnotherName) {
  ChatWorld world;
  world.guest("ann");
  world.guest("bob");
  world.join("ann", "#dev");
  world.join("bob", "#dev");
  world.forget_seen();
  world.send("ann", Rename{"Anna"});
  EXPECT_EQ(world.seen("ann"), Lines{"renamed ann Anna"});
  EXPECT_EQ(world.seen("bob"), Lines{"renamed ann Anna"}) << "once, though they meet in two rooms";
  world.send("ann", Rename{"ANNA"});
  EXPECT_EQ(world.seen("bob"), Lines{"renamed Anna ANNA"}) << "only the letter case";
  world.send("ann", Rename{"BOB"});
  EXPECT_EQ(world.why("ann"), Refusal::name_in_use);
  world.guest("ann/2");
  world.send("ann/2", Rename{"ann"});
  EXPECT_EQ(world.last<Renamed>("ann/2").new_name, "ann") << "the old name is free";
}

TEST(Guests, WithoutARoomHearOfTheirNewNameToo) {
  ChatWorld world;
  world.guest("ann");
  world.leave("ann", "#veche");
  world.forget_seen();
  world.send("ann", Rename{"anna"});
  EXPECT_EQ(world.seen("ann"), Lines{"renamed ann anna"});
}

TEST(Accounts, CannotBeRenamed) {
  ChatWorld world;
  world.account("ann");
  world.send("ann", Rename{"anna"});
  EXPECT_EQ(world.why("ann"), Refusal::guests_only);
}

TEST(Accounts, WithTwoSessionsAreOnePerson) {
  ChatWorld world;
  world.guest("bob");
  world.account("ann");
  world.join("ann", "#dev");
  world.log_in("ann/2", "ann");
  EXPECT_EQ(world.last<Joined>("ann/2").name, "#dev");
  EXPECT_EQ(world.seen("ann/2"), (Lines{"greeting ann", "identified ann 0 hash of ann", "logged in ann",
                                        "joined #veche", "joined #dev"}));
  world.quit("ann");
  world.say("bob", "#veche", "still here?");
  EXPECT_EQ(world.seen("ann/2"), Lines{"#veche bob: still here?"});
  world.quit("ann/2");
  EXPECT_EQ(world.seen("bob"), (Lines{"greeting ", "logged in bob as guest", "joined #veche",
                                      "arrived #veche ann", "quit ann"}));
  EXPECT_EQ(world.chat().user_count(), 1u);
}

TEST(Passwords, ThatWereCheckedAgainstAnOldHashAreStale) {
  ChatWorld world;
  world.account("ann");
  world.connect("ann/2");
  world.send("ann/2", Identify{"ann"});
  const auto before = world.last<Identified>("ann/2");
  world.send("ann", SetPassword{"new hash"});
  EXPECT_EQ(world.seen("ann").back(), "password set");
  world.send("ann/2", LogIn{before.account, before.password_hash});
  EXPECT_EQ(world.why("ann/2"), Refusal::stale);
  world.enter("ann/2", "ann");
  EXPECT_EQ(world.seen("ann/2").back(), "joined #veche");
  world.send("ann", AskCredentials{});
  EXPECT_EQ(world.last<Credentials>("ann").password_hash, "new hash");
}

TEST(Passwords, ThatAreRightAreNeverRefusedHoweverManyWereWrong) {
  ChatWorld world;
  world.account("ann");
  world.quit("ann");
  world.connect("eve");
  milliseconds last{0};
  for (int i = 0; i < 50; ++i) {
    world.send("eve", LogInFailed{"ANN"});
    const milliseconds delay = world.last<LogInRefused>("eve").delay;
    EXPECT_GE(delay, last) << "slower and slower";
    last = delay;
  }
  EXPECT_EQ(last, milliseconds{20'000});
  world.log_in("ann", "ann");  // from the same address, by the same name
  EXPECT_EQ(world.seen("ann").back(), "joined #veche");
}

TEST(AccountsThings, AreNotForGuests) {
  ChatWorld world;
  world.guest("ann");
  for (const CommandBody& command : {CommandBody{AskCredentials{}}, CommandBody{SetPassword{"x"}},
                                     CommandBody{KeepToken{{}}}, CommandBody{Forget{true}}}) {
    world.send("ann", command);
    EXPECT_EQ(world.why("ann"), Refusal::accounts_only);
  }
}

// The account was made when longer names were allowed, or by the operator.
TEST(Names, OfAccountsOutliveStricterRules) {
  Policy policy;
  policy.name_code_points_max = 3;
  ChatWorld world(policy);
  world.store.state.accounts.push_back({{1}, "Elisabeth", "hash", {}});
  world.store.state.last_account = {1};
  world.restart();
  world.connect("her");
  world.enter("her", "elisabeth");
  EXPECT_EQ(world.last<Joined>("her").user, "Elisabeth");
  world.connect("eve");
  world.send("eve", Identify{"Margaret"});
  EXPECT_EQ(world.why("eve"), Refusal::name_too_long);
  EXPECT_FALSE(world.operate(ManageAccount{AccountAction::remove, "Elisabeth", ""}).refused);
}

}  // namespace
}  // namespace veche::chat
