#include "session/sasl.h"

#include "base/limits.h"
#include "wire/base64.h"

#include <gtest/gtest.h>

namespace veche::session {
namespace {

using Step = SaslResponse::Step;

TEST(Sasl, MechanismsAreKnownInAnyLetterCase) {
  for (const auto mechanism : {SaslMechanism::plain, SaslMechanism::scram_sha_256, SaslMechanism::external}) {
    EXPECT_EQ(sasl_mechanism(sasl_name(mechanism)), mechanism);
  }
  EXPECT_EQ(sasl_mechanism("scram-sha-256"), SaslMechanism::scram_sha_256);
  for (const char* name : {"", "PLAI", "PLAINS", "SCRAM-SHA-256-PLUS", "SCRAM-SHA-1", "+", "*"}) {
    EXPECT_FALSE(sasl_mechanism(name)) << name;
  }
}

TEST(Sasl, AResponseIsPutTogether) {
  for (const std::size_t size : {0, 1, 299, 300, 301, 599, 600, 900, 2'048}) {
    std::string bytes(size, 'x');
    for (std::size_t i = 0; i < size; ++i) bytes[i] = static_cast<char>(i * 7);
    SaslResponse response;
    const auto chunks = sasl_chunks(bytes);
    for (std::size_t i = 0; i < chunks.size(); ++i) {
      EXPECT_LE(chunks[i].size(), 400u);
      EXPECT_EQ(response.take(chunks[i]), i + 1 < chunks.size() ? Step::more : Step::whole) << size;
    }
    EXPECT_EQ(response.bytes(), bytes);
  }
}

TEST(Sasl, AnEmptyResponseAndAnEmptyEndArePlusSigns) {
  EXPECT_EQ(sasl_chunks(""), std::vector<std::string>{"+"});
  EXPECT_EQ(sasl_chunks(std::string(300, 'x')).back(), "+");
  EXPECT_EQ(sasl_chunks(std::string(297, 'x')).size(), 1u);
}

TEST(Sasl, TooLongAChunkOrResponseIsRefusedAndTheNextIsAnother) {
  SaslResponse response;
  EXPECT_EQ(response.take(std::string(401, 'A')), Step::too_long);
  EXPECT_EQ(response.take("Zm9v"), Step::whole);
  EXPECT_EQ(response.bytes(), "foo");
  std::size_t taken = 0;
  Step step = Step::more;
  while (step == Step::more) {
    step = response.take(std::string(400, 'A'));
    ++taken;
    ASSERT_LT(taken, 100u);
  }
  EXPECT_EQ(step, Step::too_long);
  EXPECT_GT(taken * 300, base::limits::kSaslResponseBytesMax);
  EXPECT_EQ(response.take("Zm9v"), Step::whole);
  EXPECT_EQ(response.bytes(), "foo");
}

TEST(Sasl, RubbishIsNoResponse) {
  for (const char* chunk : {"Zm9", "Zm9v=", "++", "+Zm9v=", "Zm 9", "****", "Zh==", "\xd0\xb0\xd0\xb0"}) {
    SaslResponse response;
    EXPECT_EQ(response.take(chunk), Step::malformed) << chunk;
    EXPECT_EQ(response.take("+"), Step::whole);
    EXPECT_EQ(response.bytes(), "");
  }
  SaslResponse response;
  EXPECT_EQ(response.take(std::string(400, '=')), Step::more);
  EXPECT_EQ(response.take("+"), Step::malformed);
}

TEST(Sasl, ThePlainMessage) {
  const auto parse = [](std::string text) {
    for (char& c : text) c = c == '|' ? '\0' : c;
    return parse_sasl_plain(text);
  };
  for (const char* fine : {"|ann|secret", "ann|ann|secret", "ANN|ann|secret"}) {
    const auto said = parse(fine);
    ASSERT_TRUE(said) << fine;
    EXPECT_EQ(said->name, "ann");
    EXPECT_EQ(said->password, "secret");
  }
  EXPECT_EQ(parse("АЛИСА|Алиса|пароль с пробелом")->password, "пароль с пробелом");
  EXPECT_EQ(parse("a b|a b|x")->name, "a b");
  for (const char* wrong : {"", "|", "||", "ann|secret", "|ann|", "||secret", "bob|ann|secret",
                            "|ann|sec|ret", "ann", "|ann|secret|", "|ann|\xff", "|\xff|secret"}) {
    EXPECT_FALSE(parse(wrong)) << wrong;
  }
  EXPECT_TRUE(parse("|ann|" + std::string(base::limits::kPasswordBytesMax, 'x')));
  EXPECT_FALSE(parse("|ann|" + std::string(base::limits::kPasswordBytesMax + 1, 'x')));
}

TEST(Sasl, OneActsForOneselfAlone) {
  EXPECT_TRUE(may_act_for("ann", ""));
  EXPECT_TRUE(may_act_for("ann", "ann"));
  EXPECT_TRUE(may_act_for("Алиса", "АЛИСА"));
  EXPECT_FALSE(may_act_for("ann", "bob"));
  EXPECT_FALSE(may_act_for("\xff", "\xfe"));
}

}  // namespace
}  // namespace veche::session
