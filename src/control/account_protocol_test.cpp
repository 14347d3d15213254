#include "control/account_protocol.h"

#include <gtest/gtest.h>

#include <chrono>
#include <string>

namespace veche::control {
namespace {

AccountLine account(std::string name, std::int64_t created_us) {
  return {std::move(name), base::WallTime{std::chrono::microseconds{created_us}}};
}

TEST(AccountProtocol, RequestsReadAsDocumented) {
  EXPECT_EQ(encode(AccountRequest{AccountAction::add, "Алиса", "p\"w"}),
            "{\"command\":\"account\",\"action\":\"add\",\"name\":\"Алиса\",\"password\":\"p\\\"w\"}\n");
  EXPECT_EQ(encode(AccountRequest{AccountAction::remove, "bob", "not sent"}),
            "{\"command\":\"account\",\"action\":\"remove\",\"name\":\"bob\"}\n");
  EXPECT_EQ(encode(AccountRequest{AccountAction::list, "", ""}),
            "{\"command\":\"account\",\"action\":\"list\"}\n");
}

TEST(AccountProtocol, ARequestIsUnderstoodAsItWasMeant) {
  const auto request = parse_account_request(
      R"( {"password":"секрет","name":"Боб","action":"passwd","command":"account","later":[1]} )");
  ASSERT_TRUE(request) << request.error().text();
  EXPECT_EQ(request->action, AccountAction::set_password);
  EXPECT_EQ(request->name, "Боб");
  EXPECT_EQ(request->password, "секрет");
}

struct Wrong {
  const char* line;
  const char* why;
};
class WrongRequest : public testing::TestWithParam<Wrong> {};

TEST_P(WrongRequest, IsRefusedWithAReasonThatDoesNotRepeatIt) {
  const auto request = parse_account_request(GetParam().line);
  ASSERT_FALSE(request);
  EXPECT_EQ(request.error().text(), std::string("control request: ") + GetParam().why);
}

constexpr Wrong kWrong[] = {
    {"", "not a JSON object"},
    {"[]", "not a JSON object"},
    {"{\"command\":\"account\"", "not a JSON object"},
    {"{} {}", "not a JSON object"},
    {"{\"command\":\"account\",\"action\":\"list\",\"name\":\"\xff\"}", "not a JSON object"},
    {"{\"a\":[[[[[1]]]]]}", "not a JSON object"},
    {"{}", "unknown command"},
    {R"({"command":"status"})", "unknown command"},
    {R"({"command":5,"action":"list"})", "unknown command"},
    {R"({"command":"account"})", "unknown action"},
    {R"({"command":"account","action":"destroy"})", "unknown action"},
    {R"({"command":"account","action":"remove"})", "the name is missing"},
    {R"({"command":"account","action":"add","name":["x"],"password":"p"})", "the name is missing"},
    {R"({"command":"account","action":"add","name":"x"})", "the password is missing"},
};
INSTANTIATE_TEST_SUITE_P(All, WrongRequest, testing::ValuesIn(kWrong));

TEST(AccountProtocol, AnOverlongRequestIsRefused) {
  AccountRequest request{AccountAction::add, "x", std::string(kAccountRequestBytesMax, 'p')};
  std::string line = encode(request);
  line.pop_back();
  const auto refused = parse_account_request(line);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().why, "too long");
  request.password.shrink(request.password.size() / 2);
  line = encode(request);
  line.pop_back();
  EXPECT_TRUE(parse_account_request(line));
}

TEST(AccountProtocol, AnswersSurviveTheWay) {
  std::string line = encode(AccountAnswer{{account("Алиса", 1'750'000'000'123'456), account("bob", -5)}});
  ASSERT_TRUE(line.ends_with('\n'));
  line.pop_back();
  const AccountAnswer answer = parse_account_answer(line);
  ASSERT_TRUE(answer) << answer.error().text();
  ASSERT_EQ(answer->size(), 2u);
  EXPECT_EQ(answer->at(0).name, "Алиса");
  EXPECT_EQ(answer->at(0).created.time_since_epoch().count(), 1'750'000'000'123'456);
  EXPECT_EQ(answer->at(1).created.time_since_epoch().count(), -5);
}

TEST(AccountProtocol, ARefusalSurvivesTheWay) {
  std::string line = encode(AccountAnswer{base::fail("account x", "exists already", "choose another")});
  line.pop_back();
  const AccountAnswer answer = parse_account_answer(line);
  ASSERT_FALSE(answer);
  EXPECT_EQ(answer.error().text(), "account x: exists already (choose another)");
}

TEST(AccountProtocol, WhatIsNoAnswerIsSaidToBeNone) {
  for (const char* line :
       {"", "hello", "{}", R"({"ok":1})", R"({"ok":true})", R"({"ok":true,"accounts":5})",
        R"({"ok":true,"accounts":[5]})", R"({"ok":true,"accounts":[{"name":"x"}]})",
        R"({"ok":true,"accounts":[{"name":"x","created_us":"now"}]})", R"({"ok":false,"what":"x"})"}) {
    const AccountAnswer answer = parse_account_answer(line);
    ASSERT_FALSE(answer) << line;
    EXPECT_EQ(answer.error().why, "its answer is not understood") << line;
  }
}

TEST(AccountProtocol, TheListForProgramsHasTimesOfRfc3339) {
  EXPECT_EQ(
      accounts_json({account("Алиса", 1'750'000'000'999'999), account("\"", 0)}),
      R"([{"name":"Алиса","created":"2025-06-15T15:06:40Z"},{"name":"\"","created":"1970-01-01T00:00:00Z"}])");
  EXPECT_EQ(accounts_json({}), "[]");
}

}  // namespace
}  // namespace veche::control
