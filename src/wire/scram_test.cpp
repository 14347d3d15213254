#include "wire/scram.h"

#include "tests/fakes/scram_client.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace veche::wire {
namespace {

using fakes::ScramClient;

constexpr base::ScramSalt kSalt = {0x5b, 0x6d, 0x99, 0x68, 0x9d, 0x12, 0x35, 0x8e,
                                   0xec, 0xa0, 0x4b, 0x14, 0x12, 0x36, 0xfa, 0x81};
const std::string kNonce = "%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0";

base::ScramKeys keys(std::string_view password = "pencil") {
  return base::derive_scram_keys(password, kSalt, 4096);
}

TEST(Scram, TheExchangeOfRfc7677) {
  ScramServer server;
  ASSERT_TRUE(server.take_first("n,,n=user,r=rOprNGfwEbeRWgbNEkqO"));
  EXPECT_EQ(server.name(), "user");
  EXPECT_EQ(server.authorization(), "");
  EXPECT_EQ(server.challenge(keys(), kNonce),
            "r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0,s=W22ZaJ0SNY7soEsUEjb6gQ==,i=4096");
  EXPECT_EQ(server.take_final("c=biws,r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0,"
                              "p=dHzbZapWIk4jUhN+Ute9ytag9zjfMHgsqmmiz7AndVQ="),
            "v=6rriTRBi23WpRR/wtup+mMhUZUn/dB5nLTJRsjl95G4=");
}

TEST(Scram, WhoeverKnowsThePasswordIsLetIn) {
  for (const char* header : {"n,,", "y,,", "n,a=user,", "y,a=somebody else,"}) {
    ScramClient client("user", "pencil", header);
    ScramServer server;
    ASSERT_TRUE(server.take_first(client.first())) << header;
    const auto last = server.take_final(client.final(server.challenge(keys(), kNonce)));
    EXPECT_EQ(last, client.expected()) << header;
  }
}

TEST(Scram, AWrongPasswordIsNotAProof) {
  ScramClient client("user", "pencils");
  ScramServer server;
  ASSERT_TRUE(server.take_first(client.first()));
  EXPECT_FALSE(server.take_final(client.final(server.challenge(keys(), kNonce))));
}

TEST(Scram, NamesMayHoldCommasAndEqualsSigns) {
  ScramServer server;
  ASSERT_TRUE(server.take_first("n,a=b=3D,n=a=2Cb=3D=2C,r=x"));
  EXPECT_EQ(server.name(), "a,b=,");
  EXPECT_EQ(server.authorization(), "b=");
}

TEST(Scram, ExtensionsThatNeedNotBeKnownAreSigned) {
  ScramServer server;
  EXPECT_TRUE(server.take_first("n,,n=user,r=x,z=1,y=2"));
}

TEST(Scram, MalformedFirstMessagesAreRefused) {
  for (const std::string message : {"",
                                    ",",
                                    ",,",
                                    "n",
                                    "n,",
                                    "n,,",
                                    "n,,n=user",
                                    "n,,n=user,r=",
                                    "n,,r=x,n=user",
                                    "n,,n=,r=x",
                                    "n,n=user,r=x",
                                    "n,,n=us=er,r=x",
                                    "n,,n=user=,r=x",
                                    "n,,n=user=2c,r=x",
                                    "n,,n=user,r=x y",
                                    "n,,n=user,r=\xd0\xb0",
                                    "n,,m=1,n=user,r=x",  // an extension that has to be known
                                    "p=tls-unique,,n=user,r=x",
                                    "p=,,n=user,r=x",  // channel binding
                                    "p,,n=user,r=x",
                                    "Y,,n=user,r=x",
                                    "x,,n=user,r=x",
                                    "nn,,n=user,r=x",
                                    "n,a=,n=user,r=x",
                                    "n,b=user,n=user,r=x",
                                    "n,a=us=er,n=user,r=x",
                                    "n,user,n=user,r=x"}) {
    ScramServer server;
    EXPECT_FALSE(server.take_first(message)) << message;
  }
  ScramServer server;
  EXPECT_FALSE(server.take_first(std::string_view("n,,n=us\0er,r=x", 14)));
}

/// What the client's final message is when it is right, with `from` in it replaced by `to`.
std::optional<std::string> answer_to_changed(const std::string& header, const std::string& from,
                                             const std::string& to) {
  ScramClient client("user", "pencil", header);
  ScramServer server;
  EXPECT_TRUE(server.take_first(client.first()));
  std::string message = client.final(server.challenge(keys(), kNonce));
  const std::size_t at = message.find(from);
  EXPECT_NE(at, message.npos) << from;
  message.replace(at, from.size(), to);
  return server.take_final(message);
}

TEST(Scram, AnythingElseInTheLastMessageIsRefused) {
  EXPECT_TRUE(answer_to_changed("n,,", "c=biws", "c=biws"));
  const std::vector<std::pair<std::string, std::string>> changes = {
      {"c=biws", "c=eSws"},                  // "y,," was not what it said before
      {"c=biws", "c=cD10bHMtdW5pcXVlLCw="},  // nor "p=tls-unique,,"
      {"c=biws", "c="},
      {"c=biws", "c=biw"},
      {"c=biws", "c=****"},
      {"c=biws,", ""},
      {"c=biws", "d=biws"},
      {"r=rOpr", "r=xOpr"},
      {"lF$k0", "lF$k"},
      {"lF$k0", "lF$k0x"},
      {",r=", ",q="},
      {",p=", ",p=A"},
      {",p=", ",q="},
      {",p=", ",x=1,p="},
      {",p=", ""},
      {"=", "=="},
  };
  for (const auto& [from, to] : changes) {
    EXPECT_FALSE(answer_to_changed("n,,", from, to)) << from << " -> " << to;
  }
  EXPECT_FALSE(answer_to_changed("y,,", "c=eSws", "c=biws"))
      << "somebody has taken channel binding off the list";
}

TEST(Scram, AMessageOfAnotherExchangeIsRefused) {
  ScramClient client("user", "pencil");
  ScramServer first, second;
  ASSERT_TRUE(first.take_first(client.first()));
  ASSERT_TRUE(second.take_first(client.first()));
  const std::string final = client.final(first.challenge(keys(), "one"));
  second.challenge(keys(), "two");
  EXPECT_TRUE(first.take_final(final));
  EXPECT_FALSE(second.take_final(final));
}

TEST(Scram, AStepThatWasSkippedProvesNothing) {
  ScramClient client("user", "pencil");
  ScramServer server;
  for (const char* message :
       {"", "c=biws,r=,p=", "n,,n=user,r=x", "c=biws,r=,p=AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA="}) {
    EXPECT_FALSE(server.take_final(message)) << message;
  }
}

TEST(Scram, NoPasswordFitsADecoy) {
  const base::ScramKeys decoy = base::decoy_scram_keys({1}, "user", 4096);
  ScramClient client("user", "pencil");
  ScramServer server;
  ASSERT_TRUE(server.take_first(client.first()));
  EXPECT_FALSE(server.take_final(client.final(server.challenge(decoy, kNonce))));
}

}  // namespace
}  // namespace veche::wire
