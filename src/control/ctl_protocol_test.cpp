#include "control/ctl_protocol.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <string>

namespace veche::control {
namespace {

std::string without_lf(std::string line) {
  EXPECT_EQ(line.find('\n'), line.size() - 1) << line;
  line.pop_back();
  return line;
}

/// The text in a line, or its error.
std::string text_in(std::string_view line) {
  const auto frame = parse_ctl_frame(line);
  if (!frame) return frame.error().text();
  const auto* text = std::get_if<CtlText>(&*frame);
  return text ? text->lines : "no text";
}

TEST(CtlProtocol, LinesReadAsDocumented) {
  EXPECT_EQ(encode(CtlRequest{{"kick", "Bob", "being rude"}, base::Language::uk, "/home/ann", true}),
            R"({"command":"operate","words":["kick","Bob","being rude"],"language":"uk",)"
            R"("directory":"/home/ann","asks":true})"
            "\n");
  EXPECT_EQ(encode_typed("identities"), "{\"typed\":\"identities\"}\n");
  EXPECT_EQ(encode(CtlText{"Алиса\n\"x\"\n"}), "{\"text\":\"Алиса\\n\\\"x\\\"\\n\"}\n");
  EXPECT_EQ(encode(base::Error{"a", "b", "c"}),
            "{\"error\":{\"what\":\"a\",\"why\":\"b\",\"hint\":\"c\"}}\n");
  EXPECT_EQ(encode(CtlConfirm{"Sure?", "yes"}), "{\"confirm\":{\"question\":\"Sure?\",\"word\":\"yes\"}}\n");
  EXPECT_EQ(encode(CtlEnd{2}), "{\"end\":2}\n");
}

TEST(CtlProtocol, ARequestSurvivesTheWay) {
  const CtlRequest sent{
      {"announce", "--", "", "\"до\tзавтра\"\n", "[x]"}, base::Language::ru, "/tmp/a b", true};
  const auto request = parse_ctl_request(without_lf(encode(sent)));
  ASSERT_TRUE(request) << request.error().text();
  EXPECT_EQ(request->words, sent.words);
  EXPECT_EQ(request->language, sent.language);
  EXPECT_EQ(request->directory, sent.directory);
  EXPECT_TRUE(request->asks);
}

TEST(CtlProtocol, ARequestNeedsOnlyItsWords) {
  const auto request =
      parse_ctl_request(R"({"later":[1],"language":"xx","words":["status"],"command":"operate"})");
  ASSERT_TRUE(request) << request.error().text();
  EXPECT_EQ(request->language, base::Language::en);
  EXPECT_EQ(request->directory, "");
  EXPECT_FALSE(request->asks);
}

struct Wrong {
  const char* line;
  const char* why;
};
class WrongCtlRequest : public testing::TestWithParam<Wrong> {};

TEST_P(WrongCtlRequest, IsRefusedWithAReason) {
  const auto request = parse_ctl_request(GetParam().line);
  ASSERT_FALSE(request);
  EXPECT_EQ(request.error().text(), std::string("control request: ") + GetParam().why);
}

constexpr Wrong kWrong[] = {
    {"", "not a JSON object"},
    {"[]", "not a JSON object"},
    {"{} {}", "not a JSON object"},
    {"{\"command\":\"operate\",\"words\":[\"\xff\"]}", "not a JSON object"},
    {"{\"words\":[[[[[1]]]]]}", "not a JSON object"},
    {R"({"words":["status"]})", "unknown command"},
    {R"({"command":"account","words":["status"]})", "unknown command"},
    {R"({"command":"operate"})", "the words are missing"},
    {R"({"command":"operate","words":"status"})", "the words are missing"},
    {R"({"command":"operate","words":[]})", "the words are missing"},
    {R"({"command":"operate","words":["logs",5]})", "a word is not text"},
    {R"({"command":"operate","words":["status"],"directory":"home"})", "the directory is not absolute"},
};
INSTANTIATE_TEST_SUITE_P(All, WrongCtlRequest, testing::ValuesIn(kWrong));

TEST(CtlProtocol, ARequestOfMoreThan64KiBIsRefused) {
  CtlRequest request{{std::string(kCtlRequestBytesMax, 'x')}};
  const auto refused = parse_ctl_request(without_lf(encode(request)));
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().why, "too long");
  EXPECT_FALSE(command_of(encode(request)));
}

TEST(CtlProtocol, TheCommandOfALineIsSeenWithoutTheRest) {
  EXPECT_EQ(command_of(R"({"command":"account","action":"list"})"), "account");
  EXPECT_EQ(command_of(R"({"command":"operate"})"), "operate");
  for (const char* line : {"", "hello", "{}", R"({"command":5})", R"(["command"])"}) {
    EXPECT_FALSE(command_of(line)) << line;
  }
}

TEST(CtlProtocol, FramesSurviveTheWay) {
  const auto error = parse_ctl_frame(without_lf(encode(base::Error{"что", "почему", "совет"})));
  ASSERT_TRUE(error);
  EXPECT_EQ(std::get<base::Error>(*error).text(), "что: почему (совет)");
  const auto confirm = parse_ctl_frame(without_lf(encode(CtlConfirm{"Sure?\n", "yes"})));
  ASSERT_TRUE(confirm);
  EXPECT_EQ(std::get<CtlConfirm>(*confirm).question, "Sure?\n");
  EXPECT_EQ(std::get<CtlConfirm>(*confirm).word, "yes");
  const auto end = parse_ctl_frame(without_lf(encode(CtlEnd{1})));
  ASSERT_TRUE(end);
  EXPECT_EQ(std::get<CtlEnd>(*end).exit_code, 1);
  EXPECT_EQ(parse_typed(without_lf(encode_typed("да"))).value(), "да");
}

TEST(CtlProtocol, WhatIsNoFrameIsSaidToBeNone) {
  for (const char* line :
       {"", "hello", "{}", R"({"text":5})", R"({"error":"x"})", R"({"error":{"what":"x"}})",
        R"({"confirm":{"word":"x"}})", R"({"end":"0"})", R"({"end":-1})", R"({"end":256})", R"({"end":0.5})",
        R"({"ok":false,"what":"control request","why":"unknown command","hint":""})",
        "{\"text\":\"\xff\"}"}) {
    EXPECT_EQ(text_in(line),
              "control socket: its answer is not understood (is the running server of another version?)")
        << line;
  }
  for (const char* line : {"", "{}", R"({"typed":5})", "yes"}) EXPECT_FALSE(parse_typed(line)) << line;
}

TEST(CtlProtocol, BytesThatAreNoUtf8DoNotBreakALine) {
  EXPECT_EQ(text_in(without_lf(encode(CtlText{"a\xff\xd0 \xe2\x82 Б\xc0\x80\n"}))), "a�� �� Б��\n");
  const auto request = parse_ctl_request(without_lf(encode(CtlRequest{{"kick", "\xed\xa0\x80"}})));
  ASSERT_TRUE(request) << request.error().text();
  EXPECT_EQ(request->words[1], "���");
  EXPECT_EQ(parse_typed(without_lf(encode_typed("\xfe"))).value(), "�");
}

TEST(CtlProtocol, LongTextIsCutBehindItsLines) {
  EXPECT_EQ(encode(CtlText{"ab\ncd\nef\n"}, 7), "{\"text\":\"ab\\ncd\\n\"}\n{\"text\":\"ef\\n\"}\n");
  EXPECT_EQ(encode(CtlText{"Алиса\n"}, 5), "{\"text\":\"Ал\"}\n{\"text\":\"ис\"}\n{\"text\":\"а\\n\"}\n");
  EXPECT_EQ(encode(CtlText{""}), "");
}

TEST(CtlProtocol, NoFrameIsTooLongWhateverItHolds) {
  const std::string worst(3 * kCtlFrameBytesMax, '\x01');  // six bytes each in JSON
  const std::string encoded = encode(CtlText{worst});
  std::string received;
  for (std::size_t at = 0; at < encoded.size();) {
    const std::size_t end = encoded.find('\n', at);
    received += text_in(std::string_view(encoded).substr(at, end - at));
    at = end + 1;
  }
  EXPECT_TRUE(received == worst);
  EXPECT_TRUE(parse_ctl_frame(without_lf(encode(base::Error{worst, worst, worst}))));
  EXPECT_TRUE(parse_ctl_frame(without_lf(encode(CtlConfirm{worst, worst}))));
}

}  // namespace
}  // namespace veche::control
