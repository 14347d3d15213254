// What others see in place of an address, and whom bans mean then.
#include "chat/chat.h"
#include "tests/fakes/address_bits.h"
#include "tests/fakes/chat_world.h"
#include "tests/fakes/room_changes.h"

#include <gtest/gtest.h>

#include <memory>
#include <string>

namespace veche::chat {
namespace {

using fakes::ChatWorld;
using Lines = std::vector<std::string>;

Policy cloaked() {
  Policy policy;
  policy.cloak = std::make_shared<const base::Cloak>(base::CloakKey{1, 2, 3}, "veche");
  return policy;
}
std::string cloak_of(const std::string& address) { return cloaked().cloak->host(fakes::bits_of(address)); }

struct Room : ChatWorld {
  Room() : ChatWorld(cloaked()) {
    enter("ann", "10.0.0.1");
    enter("bob", "192.0.2.7");
    join("ann", "#tea");
  }
  void enter(const std::string& who, const std::string& address) {
    connect(who, address);
    send(who, EnterAsGuest{who});
  }
  bool keeps_out(const std::string& mask) {
    send("ann", ChangeRoom{"#tea", {fakes::ban(mask)}});
    send("bob", Join{"#tea"});
    const bool out = seen("bob").back().starts_with("refused");
    send("ann", ChangeRoom{"#tea", {fakes::ban(mask, false)}});
    return out;
  }
};

TEST(Cloaks, AreWhatOthersSee) {
  Room world;
  world.join("bob", "#tea");
  EXPECT_EQ(world.last<Arrived>("ann").person->host, cloak_of("192.0.2.7"));
  world.enter("eve", "127.0.0.1");
  world.join("eve", "#tea");
  EXPECT_EQ(world.last<Arrived>("ann").person->host, "127.0.0.1") << "there is nothing to hide";
  world.send("ann", AskPeople{AskPeople::By::names, {"bob"}});
  EXPECT_EQ(world.last<People>("ann").people.at(0).address, fakes::bits_of("192.0.2.7"))
      << "dialects tell operators";
}

TEST(Cloaks, CanBeBannedAndSoCanTheirNetworks) {
  const std::string cloak = cloak_of("192.0.2.7");
  EXPECT_TRUE(Room().keeps_out("*!*@" + cloak));
  EXPECT_TRUE(Room().keeps_out("*!*@*" + cloak.substr(cloak.find('.'))));
  EXPECT_FALSE(Room().keeps_out("*!*@" + cloak_of("192.0.2.8")));
}

TEST(Cloaks, HideFromMasksOfAddressesButNotFromWhoKnowsTheAddress) {
  EXPECT_TRUE(Room().keeps_out("*!*@192.0.2.7"));
  EXPECT_FALSE(Room().keeps_out("*!*@192.0.2.*"));
  EXPECT_FALSE(Room().keeps_out("*!*@192.0.2.?"));
  EXPECT_FALSE(Room().keeps_out("*!*@*2.7"));
}

TEST(Cloaks, OperatorsBanAddressesAllTheSame) {
  Room world;
  world.operate(Impose{{SanctionKind::ban,
                        {SanctionOn::network, "192.0.2.0/24", {fakes::bits_of("192.0.2.0"), 120}},
                        "spam",
                        "root",
                        {},
                        {}},
                       {}});
  EXPECT_EQ(world.last<Closed>("bob").cause, CloseCause::banned);
  EXPECT_TRUE(world.is_open("ann"));
}

TEST(Cloaks, OthersAreToldWhenTheFirstOfSomebodysSessionsGoes) {
  Room world;
  world.send("bob", Register{"bob", "hash"});
  world.join("bob", "#tea");
  world.connect("phone", "198.51.100.9");
  world.send("phone", Identify{"bob"});
  world.send("phone", LogIn{world.last<Identified>("phone").account, "hash"});
  world.forget_seen();
  world.quit("bob");
  EXPECT_EQ(world.last<HostChanged>("ann").host, cloak_of("198.51.100.9"));
  EXPECT_EQ(world.last<HostChanged>("ann").person->host, cloak_of("192.0.2.7"));
}

}  // namespace
}  // namespace veche::chat
