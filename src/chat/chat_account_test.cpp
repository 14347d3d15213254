// Chat: certificates that open one's account.
#include "base/limits.h"
#include "tests/fakes/chat_world.h"
#include "tests/fakes/room_changes.h"

#include <gtest/gtest.h>

#include <chrono>
#include <string>

namespace veche::chat {
namespace {

using fakes::ChatWorld;
using fakes::Lines;

std::string fingerprint(char digit) { return std::string(64, digit); }

TEST(Certificates, AreWrittenInAnyWayAndListedInOne) {
  ChatWorld world;
  world.account("ann");
  std::string colons = "AB";
  for (int i = 0; i < 31; ++i) colons += ":AB";
  world.send("ann", AddCertificate{colons});
  std::string plain;
  for (int i = 0; i < 32; ++i) plain += "ab";
  EXPECT_EQ(world.seen("ann").back(), "certificates " + plain);
  world.clock.advance(std::chrono::seconds{1});
  world.send("ann", AddCertificate{fingerprint('0')});
  EXPECT_EQ(world.seen("ann").back(), "certificates " + plain + "," + fingerprint('0')) << "oldest first";
  world.send("ann", AddCertificate{plain});
  EXPECT_EQ(world.last<Certificates>("ann").fingerprints.size(), 2u) << "once is enough";
  world.send("ann", RemoveCertificate{colons});
  EXPECT_EQ(world.seen("ann").back(), "certificates " + fingerprint('0'));
  world.send("ann", ListCertificates{});
  EXPECT_EQ(world.seen("ann").back(), "certificates " + fingerprint('0'));
  EXPECT_EQ(world.kept().certificates.size(), 1u);
  EXPECT_EQ(world.chat().describe(false), Chat({}, world.kept()).describe(false));
}

TEST(Certificates, MayBeRefused) {
  ChatWorld world;
  world.account("ann");
  world.account("bob");
  world.guest("gil");
  world.send("bob", AddCertificate{fingerprint('b')});
  for (const std::string& text : {std::string(), fingerprint('g'), std::string(63, 'a'), std::string(65, 'a'),
                                  std::string("sha256"), fingerprint(' ')}) {
    world.send("ann", AddCertificate{text});
    EXPECT_EQ(world.why("ann"), Refusal::certificate_invalid) << text;
    EXPECT_EQ(world.subject("ann"), text);
  }
  world.send("ann", AddCertificate{fingerprint('B')});
  EXPECT_EQ(world.why("ann"), Refusal::certificate_taken);
  world.send("ann", RemoveCertificate{fingerprint('b')});
  EXPECT_EQ(world.why("ann"), Refusal::no_such_certificate);
  for (const CommandBody& command :
       {CommandBody{AddCertificate{fingerprint('a')}}, CommandBody{RemoveCertificate{fingerprint('a')}},
        CommandBody{ListCertificates{}}}) {
    world.send("gil", command);
    EXPECT_EQ(world.why("gil"), Refusal::accounts_only);
  }
  for (std::size_t i = 0; i < base::limits::kCertificatesPerAccountMax; ++i) {
    world.send("ann", AddCertificate{std::string(62, 'a') + std::to_string(10 + i)});
  }
  world.send("ann", AddCertificate{fingerprint('f')});
  EXPECT_EQ(world.why("ann"), Refusal::certificates_full);
  world.chat().close_store(Refusal::disk_full);
  world.send("bob", RemoveCertificate{fingerprint('b')});
  EXPECT_EQ(world.why("bob"), Refusal::disk_full);
}

TEST(Certificates, LogTheirOwnerIn) {
  ChatWorld world;
  world.account("ann");
  world.send("ann", AddCertificate{fingerprint('a')});
  world.restart();
  world.connect("a");
  world.send("a", LogInWithCertificate{"", fingerprint('a')});
  EXPECT_EQ(world.last<Joined>("a").user, "ann");
  world.connect("b");
  world.send("b", LogInWithCertificate{"ANN", fingerprint('a'), {}, true});
  EXPECT_EQ(world.seen("b").back(), "proved to be ann");
  world.connect("c");
  for (const auto& [name, digit] : {std::pair{"bob", 'a'}, {"ann", 'b'}, {"", 'b'}}) {
    world.send("c", LogInWithCertificate{name, fingerprint(digit)});
    world.last<LogInRefused>("c");
  }
  world.send("c", LogInWithCertificate{"", ""});
  world.last<LogInRefused>("c");
}

TEST(Certificates, GoWithTheAccount) {
  ChatWorld world;
  world.account("ann");
  world.send("ann", AddCertificate{fingerprint('a')});
  world.operate(ManageAccount{AccountAction::remove, "ann", {}});
  EXPECT_TRUE(world.kept().certificates.empty());
  world.account("bob");
  world.send("bob", AddCertificate{fingerprint('a')});
  EXPECT_EQ(world.last<Certificates>("bob").fingerprints.size(), 1u);
  const auto list = std::get<Identities>(world.operate(AskIdentities{}).result);
  world.operate(ClearIdentities{list.version});
  EXPECT_TRUE(world.kept().certificates.empty());
  EXPECT_EQ(world.chat().describe(false), Chat({}, world.kept()).describe(false));
}

// --- looking at an account, and its end

TEST(AskingForAnAccount, TellsWhatEverybodyMayKnow) {
  ChatWorld world;
  world.account("ann");
  world.account("bob");
  for (const char* room : {"#open", "#secret"}) {
    world.join("ann", room);
    world.send("ann", RegisterRoom{room});
  }
  world.change("ann", "#secret", {fakes::flag(RoomFlag::secret)});
  world.forget_seen();
  world.send("bob", AskAccount{"ANN"});
  EXPECT_EQ(world.seen("bob"), fakes::Lines{"account ann, sessions 1: #open"});
  world.send("ann", AskAccount{"ann"});
  EXPECT_EQ(world.seen("ann"), fakes::Lines{"account ann, sessions 1: #open,#secret"});
  world.send("bob", AskAccount{"nobody"});
  EXPECT_EQ(world.why("bob"), Refusal::no_such_account);
}

TEST(AskingForAnAccount, IsForItsOwnerWhereNamesAreKeptToThemselves) {
  Policy policy;
  policy.registration = false;
  ChatWorld world(policy);
  world.operate(ManageAccount{AccountAction::add, "ann", "hash of ann", {}});
  world.log_in("ann", "ann");
  world.guest("bob");
  world.send("bob", AskAccount{"ann"});
  EXPECT_EQ(world.why("bob"), Refusal::no_such_account);
  world.send("ann", AskAccount{"ann"});
  EXPECT_EQ(world.last<AccountView>("ann").name, "ann");
  world.send("bob", HoldOffice{"root", false});
  world.send("bob", AskAccount{"ann"});
  EXPECT_EQ(world.last<AccountView>("bob").name, "ann");
}

TEST(DroppingAnAccount, EndsAllThatIsIts) {
  ChatWorld world;
  world.account("ann");
  world.log_in("ann/2", "ann");
  world.guest("bob");
  world.send("ann", DropAccount{"another hash"});
  EXPECT_EQ(world.why("ann"), Refusal::stale);
  world.forget_seen();
  world.send("ann", DropAccount{"hash of ann"});
  for (const char* session : {"ann", "ann/2"}) {
    EXPECT_EQ(world.last<Closed>(session).cause, CloseCause::account_removed) << session;
  }
  EXPECT_FALSE(world.last<Quit>("bob").put_out) << "nobody did it to him";
  EXPECT_TRUE(world.kept().accounts.empty());
  world.send("bob", DropAccount{""});
  EXPECT_EQ(world.why("bob"), Refusal::accounts_only);
}

}  // namespace
}  // namespace veche::chat
