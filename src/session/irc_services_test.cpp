// NickServ and ChanServ, where a worker or the store is in the way. What clients send and see, errand by
// errand: tests/e2e/irc/nickserv.txt and chanserv.txt.
#include "session/irc_services.h"

#include "tests/fakes/line_world.h"

#include <gtest/gtest.h>

#include <chrono>
#include <set>
#include <string>

namespace veche::session {
namespace {

using fakes::LineWorld;
using namespace std::chrono_literals;

/// ann, a guest over IRC, in a world where acc has an account.
struct Visitor {
  Visitor() {
    world.policy.decoy_hash = "decoy";
    world.store.commit({chat::AccountAdded{{{1}, "acc", fakes::fake_hash("secret"), {}}}});
    world.enter_irc("ann");
  }
  std::string say(const std::string& line) {
    world.feed(world["ann"], line + "\r\n");
    return world["ann"].host.take_sent();
  }
  LineWorld world;
};

std::string notice(const std::string& service, const std::string& nick, const std::string& text) {
  return ":" + service + "!" + service + "@irc.test NOTICE " + nick + " :" + text + "\r\n";
}

TEST(IrcServices, AreKnownInAnyLetterCase) {
  ASSERT_NE(IrcService::called("nickserv"), nullptr);
  EXPECT_EQ(IrcService::called("NICKSERV")->name, "NickServ");
  EXPECT_EQ(IrcService::called("ChanServ")->name, "ChanServ");
  EXPECT_EQ(IrcService::called("ChanServ2"), nullptr);
  EXPECT_EQ(IrcService::called(""), nullptr);
}

TEST(IrcServices, HaveHelpForEveryErrand) {
  for (const IrcService* service : {&IrcService::nickserv(), &IrcService::chanserv()}) {
    std::set<std::string_view> names;
    for (const IrcErrand& errand : service->errands) {
      EXPECT_TRUE(names.insert(errand.name).second) << errand.name;
      const std::string_view word = errand.help.substr(0, errand.help.find_first_of(" :"));
      EXPECT_NE(service->errand(word), nullptr) << errand.name << " is explained as " << word;
    }
  }
}

TEST(NickServ, TellsAWrongPasswordAsLateAsAnyOther) {
  Visitor ann;
  for (int i = 0; i < 3; ++i) ann.say("NS IDENTIFY acc wrong");
  ann.world.pass(1min);
  ann.world["ann"].host.take_sent();
  EXPECT_EQ(ann.say("NS IDENTIFY acc wrong"), "");
  EXPECT_EQ(ann.say("PING x"), "") << "it waits its turn";
  ann.world.pass(1min);
  const std::string sent = ann.world["ann"].host.take_sent();
  EXPECT_TRUE(sent.starts_with(notice("NickServ", "ann", "Wrong name or password."))) << sent;
  EXPECT_NE(sent.find(" PONG "), std::string::npos);
}

TEST(NickServ, SaysThatTheWorkersAreBusy) {
  Visitor ann;
  ann.world.workers_busy = true;
  const std::string busy = notice("NickServ", "ann", "Too many people are logging in; try again");
  EXPECT_EQ(ann.say("NS IDENTIFY acc secret"), busy);
  EXPECT_EQ(ann.say("NS REGISTER secret"),
            notice("NickServ", "ann", "Too many people are logging in; try again."));
  ann.world.workers_busy = false;
  EXPECT_NE(ann.say("NS REGISTER secret").find("The account is made. You are ann."), std::string::npos);
  ann.world.workers_busy = true;
  EXPECT_EQ(ann.say("NS SET PASSWORD secret other"),
            notice("NickServ", "ann", "Too many people are logging in; try again."));
}

TEST(NickServ, TakesATokenForAPassword) {
  Visitor ann;
  LineWorld::Client& phone = ann.world.enter("zoe", "secret");
  ann.world.feed(phone, "/token\n");
  EXPECT_NE(phone.host.take_sent().find("TOKEN-1"), std::string::npos);
  EXPECT_NE(ann.say("NS IDENTIFY zoe token:TOKEN-1").find("You are now zoe."), std::string::npos);
}

TEST(NickServ, TakesTheCertificateThatTheClientHasShown) {
  Visitor ann;
  ann.world["ann"].host.certificate = std::string(64, 'a');
  ann.say("NS IDENTIFY acc secret");
  EXPECT_EQ(ann.say("NS CERT ADD"),
            notice("NickServ", "acc", "This certificate logs in to your account: " + std::string(64, 'a')));
}

TEST(NickServ, ShowsThatOneLeavesIsRenamedAndJoinsInThisOrderLabelledOrNot) {
  // Labelled, JOIN came first: of a channel that both had been in the client believed that he had left it.
  for (const std::string label : {"", "@label=1 "}) {
    Visitor ann;
    ann.world.enter("acc", "secret");
    ann.say("CAP REQ :batch labeled-response");
    ann.say("JOIN #veche");
    const std::string sent = ann.say(label + "NS IDENTIFY acc secret");
    const std::size_t left = sent.find(" PART #veche"), renamed = sent.find(" NICK acc"),
                      joined = sent.find(" JOIN #veche");
    ASSERT_NE(joined, sent.npos) << sent;
    EXPECT_LT(left, renamed) << sent;
    EXPECT_LT(renamed, joined) << sent;
  }
}

TEST(NickServ, IsNotDisturbedByAnExchangeThatWasBegun) {
  Visitor ann;
  ann.say("CAP REQ sasl");
  EXPECT_EQ(ann.say("AUTHENTICATE PLAIN"), "AUTHENTICATE +\r\n");
  EXPECT_NE(ann.say("NS REGISTER first").find("The account is made."), std::string::npos);
  EXPECT_EQ(ann.say("AUTHENTICATE PLAIN"), "AUTHENTICATE +\r\n");
  EXPECT_EQ(ann.say("NS SET PASSWORD first second"),
            notice("NickServ", "ann", "Your password is another one now."));
}

TEST(ChanServ, SaysThatTheStoreTakesNothing) {
  Visitor ann;
  ann.say("NS IDENTIFY acc secret");
  ann.say("JOIN #a");
  ann.world.store.full = true;
  EXPECT_EQ(ann.say("CS REGISTER #a"),
            notice("ChanServ", "acc", "#a: Not accepted: the server's disk is full."));
  EXPECT_TRUE(ann.world.store.state.charters.empty());
}

TEST(ChanServ, AsksForAnotherCodeWhenTheChannelIsAnother) {
  Visitor ann;
  ann.say("NS IDENTIFY acc secret");
  ann.say("JOIN #a");
  ann.say("CS REGISTER #a");
  const std::string asked = ann.say("CS DROP #a");
  const std::string code = asked.substr(asked.size() - 10, 8);
  EXPECT_NE(ann.say("CS DROP #a " + code).find("#a is registered no more."), std::string::npos) << code;
  ann.world.pass(1s);
  ann.say("CS REGISTER #a");
  EXPECT_NE(ann.say("CS DROP #a " + code).find("To do it: /CS DROP #a "), std::string::npos);
}

}  // namespace
}  // namespace veche::session
