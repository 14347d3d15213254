// The operator's emergency switch: who still comes in, and that who is here stays.
#include "chat/chat.h"
#include "tests/fakes/chat_world.h"

#include <gtest/gtest.h>

#include <string>

namespace veche::chat {
namespace {

using fakes::ChatWorld;

/// ann has an account and has been here, from 10.0.0.7.
struct Besieged : ChatWorld {
  explicit Besieged(const Policy& policy = {}) : ChatWorld(policy) {
    connect("ann", "10.0.0.7");
    send("ann", Register{"ann", "hash"});
    quit("ann");
    guest("guest");
  }
  void lock(Lockdown lockdown) { EXPECT_FALSE(operate(SetLockdown{lockdown}).refused); }
  bool comes_in(const std::string& who, const std::string& address) {
    connect(who, address);
    if (!is_open(who)) return false;
    send(who, EnterAsGuest{who});
    const bool in = has_user(who);
    quit(who);
    return in;
  }
  bool logs_in(const std::string& address) {
    connect("ann", address);
    if (!is_open("ann")) return false;
    send("ann", Identify{"ann"});
    send("ann", LogIn{last<Identified>("ann").account, "hash"});
    const bool in = has_user("ann");
    quit("ann");
    return in;
  }
  bool has_user(const std::string& name) {
    return chat().describe().find(" " + name + " ") != std::string::npos;
  }
};

TEST(Lockdown, KeepsWhoIsHere) {
  Besieged world;
  for (const Lockdown lockdown : {Lockdown::fresh, Lockdown::accounts, Lockdown::known}) {
    world.lock(lockdown);
    world.say("guest", "#veche", "still here");
    EXPECT_TRUE(world.is_open("guest"));
  }
}

TEST(Lockdown, OfNewAccountsLetsGuestsInButMakesNoAccount) {
  Besieged world;
  world.lock(Lockdown::fresh);
  world.connect("bob");
  world.send("bob", Register{"bob", "hash"});
  EXPECT_EQ(world.why("bob"), Refusal::lockdown_fresh);
  world.send("bob", EnterAsGuest{"bob"});
  EXPECT_EQ(world.last<Joined>("bob").user, "bob");
  world.send("bob", Register{"bob", "hash"});
  EXPECT_EQ(world.why("bob"), Refusal::lockdown_fresh) << "nor of a guest's name";
}

TEST(Lockdown, OfGuestsLetsAccountsIn) {
  Besieged world;
  world.lock(Lockdown::accounts);
  world.connect("bob");
  world.send("bob", Identify{"bob"});
  EXPECT_EQ(world.why("bob"), Refusal::lockdown_accounts) << "he is not asked for a password first";
  world.send("bob", EnterAsGuest{"bob"});
  EXPECT_EQ(world.why("bob"), Refusal::lockdown_accounts);
  world.send("bob", Register{"bob", "hash"});
  EXPECT_EQ(world.why("bob"), Refusal::lockdown_fresh);
  EXPECT_TRUE(world.logs_in("192.0.2.1"));
}

TEST(Lockdown, OfUnknownAddressesLetsInThoseFromWhereOneHasLoggedInBefore) {
  Besieged world;
  world.lock(Lockdown::known);
  world.connect("eve", "192.0.2.1");
  EXPECT_EQ(world.last<Closed>("eve").cause, CloseCause::address_unknown);
  EXPECT_FALSE(world.logs_in("192.0.2.1"));
  EXPECT_TRUE(world.logs_in("10.0.0.7"));
  EXPECT_TRUE(world.logs_in("127.0.0.1")) << "who is exempt from limits is known";
  EXPECT_FALSE(world.comes_in("bob", "10.0.0.7")) << "and no guests";
}

TEST(Lockdown, EndsAndOutlivesAReload) {
  Besieged world;
  world.lock(Lockdown::accounts);
  world.operate(SetPolicy{Policy{}});
  EXPECT_EQ(std::get<Status>(world.operate(AskStatus{}).result).lockdown, Lockdown::accounts);
  EXPECT_FALSE(world.comes_in("bob", "192.0.2.1"));
  world.lock(Lockdown::off);
  EXPECT_TRUE(world.comes_in("bob", "192.0.2.1"));
}

TEST(Lockdown, OfUnknownAddressesNeedsThatTheyAreRemembered) {
  Policy policy;
  policy.remember_addresses = false;
  Besieged world(policy);
  EXPECT_EQ(world.operate(SetLockdown{Lockdown::known}).refused, Refusal::addresses_unknown);
}

TEST(GuestMessages, GoToOperatorsAndToThoseWhoAcceptThemAlone) {
  Policy policy;
  policy.guest_messages = false;
  ChatWorld world(policy);
  for (const char* who : {"ann", "bob", "root"}) world.guest(who);
  world.send("root", HoldOffice{"root"});
  world.send("ann", Tell{"bob", "hi"});
  EXPECT_EQ(world.why("ann"), Refusal::guests_only_answer);
  world.send("ann", Tell{"root", "help"});
  EXPECT_EQ(world.last<Told>("root").text, "help");
  world.send("bob", Accept{{"ann"}, {}});
  world.send("ann", Tell{"bob", "thanks"});
  EXPECT_EQ(world.last<Told>("bob").text, "thanks");
  world.send("bob", Register{"bob", "hash"});
  world.send("bob", Tell{"ann", "well"});
  EXPECT_EQ(world.last<Told>("ann").text, "well");
}

}  // namespace
}  // namespace veche::chat
