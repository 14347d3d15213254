#include "wire/irc_message.h"

#include "wire/line_decoder.h"

#include <gtest/gtest.h>

#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace veche::wire {
namespace {

using namespace std::literals;

using Words = std::vector<std::string_view>;

struct Case {
  std::string_view line;
  std::string_view tags, source, command;
  Words parameters;
};

const Case kCases[] = {
    {"QUIT", "", "", "QUIT", {}},
    {"foo bar baz asdf", "", "", "foo", {"bar", "baz", "asdf"}},
    {"433", "", "", "433", {}},
    // The trailing parameter.
    {"foo bar baz :asdf quux", "", "", "foo", {"bar", "baz", "asdf quux"}},
    {"foo bar :", "", "", "foo", {"bar", ""}},
    {"foo bar ::asdf", "", "", "foo", {"bar", ":asdf"}},
    {"foo bar :  asdf quux ", "", "", "foo", {"bar", "  asdf quux "}},
    {"PRIVMSG bar :lol :) ", "", "", "PRIVMSG", {"bar", "lol :) "}},
    {"MODE #c :+i", "", "", "MODE", {"#c", "+i"}},
    {"foo :", "", "", "foo", {""}},
    // A ':' elsewhere is a letter.
    {"foo b:r baz:", "", "", "foo", {"b:r", "baz:"}},
    // The source.
    {":coolguy foo bar", "", "coolguy", "foo", {"bar"}},
    {":dan!d@2001:db8::1 AWAY", "", "dan!d@2001:db8::1", "AWAY", {}},
    {": foo", "", "", "foo", {}},
    {":a :b c", "", "a", ":b", {"c"}},
    // Tags.
    {"@a=b;c=32;k;rt=ql7 foo", "a=b;c=32;k;rt=ql7", "", "foo", {}},
    {"@a=b :quux ab cd", "a=b", "quux", "ab", {"cd"}},
    {"@ foo", "", "", "foo", {}},
    {"foo @a=b", "", "", "foo", {"@a=b"}},
    // One or more spaces separate; a TAB does not.
    {"@a   :src   JOIN   #c   ", "a", "src", "JOIN", {"#c"}},
    {"  JOIN #c", "", "", "JOIN", {"#c"}},
    {":src AWAY ", "", "src", "AWAY", {}},
    {"MODE #c +o  foobar  ", "", "", "MODE", {"#c", "+o", "foobar"}},
    {"foo bar  :  baz", "", "", "foo", {"bar", "  baz"}},
    {":cool\tguy foo b\tar", "", "cool\tguy", "foo", {"b\tar"}},
    // The fifteenth parameter is all the rest.
    {"c 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15",
     "",
     "",
     "c",
     {"1", "2", "3", "4", "5", "6", "7", "8", "9", "10", "11", "12", "13", "14", "15"}},
    {"c 1 2 3 4 5 6 7 8 9 10 11 12 13 14  15 16 :17",
     "",
     "",
     "c",
     {"1", "2", "3", "4", "5", "6", "7", "8", "9", "10", "11", "12", "13", "14", "15 16 :17"}},
    {"c 1 2 3 4 5 6 7 8 9 10 11 12 13 14 :15 16",
     "",
     "",
     "c",
     {"1", "2", "3", "4", "5", "6", "7", "8", "9", "10", "11", "12", "13", "14", "15 16"}},
    {"c 1 2 3 4 5 6 7 8 9 10 11 12 13 14 ",
     "",
     "",
     "c",
     {"1", "2", "3", "4", "5", "6", "7", "8", "9", "10", "11", "12", "13", "14"}},
};

void expect_message(const Case& expected, const std::optional<IrcMessage>& message) {
  ASSERT_TRUE(message) << expected.line;
  EXPECT_EQ(message->tags, expected.tags) << expected.line;
  EXPECT_EQ(message->source, expected.source) << expected.line;
  EXPECT_EQ(message->command, expected.command) << expected.line;
  const auto parameters = message->parameters();
  EXPECT_EQ(Words(parameters.begin(), parameters.end()), expected.parameters) << expected.line;
}

TEST(IrcMessage, LinesHaveTheseParts) {
  for (const Case& one : kCases) expect_message(one, parse_irc_message(one.line));
}

TEST(IrcMessage, ALineWithoutACommandIsNothing) {
  for (const std::string_view line : {"", " ", "   ", ":", ":source", ":source ", "@", "@tags", "@tags ",
                                      "@tags :source ", "@tags   :source"})
    EXPECT_FALSE(parse_irc_message(line)) << line;
}

TEST(IrcMessage, AParameterThatIsNotThereIsEmpty) {
  const auto message = parse_irc_message("JOIN #c");
  EXPECT_EQ(message->parameter(0), "#c");
  EXPECT_EQ(message->parameter(1), "");
  EXPECT_EQ(message->parameter(base::limits::kIrcParametersMax - 1), "");
}

TEST(IrcMessage, ComesOutOfAStreamHoweverItIsSplit) {
  std::string stream;
  for (const Case& one : kCases) stream += std::string(one.line) + "\r\n";
  for (std::size_t split = 0; split <= stream.size(); ++split) {
    LineDecoder decoder(kIrcReadBytesMax, LineEnds::kIrc);
    std::size_t lines = 0;
    for (const std::string_view piece :
         {std::string_view(stream).substr(0, split), std::string_view(stream).substr(split)}) {
      decoder.feed(piece);
      while (const auto event = decoder.next()) {
        ASSERT_LT(lines, std::size(kCases));
        expect_message(kCases[lines++], parse_irc_message(std::get<LineDecoder::Line>(*event).text));
      }
    }
    ASSERT_EQ(lines, std::size(kCases)) << split;
    EXPECT_EQ(decoder.heap_bytes(), 0u);
  }
}

std::string of(std::size_t bytes) { return std::string(bytes, 'a'); }

TEST(IrcLineFault, TagsAndTextHaveABoundEach) {
  const auto fault = [](const std::string& line) { return irc_line_fault(line); };
  EXPECT_EQ(fault("PING " + of(505)), std::nullopt);
  EXPECT_EQ(fault("PING " + of(506)), IrcLineFault::kTooLong);
  EXPECT_EQ(fault("@+a=" + of(4091) + " " + of(510)), std::nullopt);
  EXPECT_EQ(fault("@+a=" + of(4092) + " A"), IrcLineFault::kTooLong);
  EXPECT_EQ(fault("@+a=" + of(4091) + " " + of(511)), IrcLineFault::kTooLong);
  EXPECT_EQ(fault("@a " + of(511)), IrcLineFault::kTooLong);
  EXPECT_EQ(fault("@a " + std::string(511, ' ')), IrcLineFault::kTooLong) << "spaces are the text's";
  EXPECT_EQ(fault(""), std::nullopt);
  EXPECT_EQ(fault("@" + of(4094)), std::nullopt) << "nothing but tags";
  EXPECT_EQ(fault("@" + of(4095)), IrcLineFault::kTooLong);
}

TEST(IrcLineFault, ANulIsRefusedWhereverItStands) {
  EXPECT_EQ(irc_line_fault("\0JOIN #c"sv), IrcLineFault::kNul);
  EXPECT_EQ(irc_line_fault("@a=\0 JOIN #c"sv), IrcLineFault::kNul);
  EXPECT_EQ(irc_line_fault("JOIN #c\0"sv), IrcLineFault::kNul);
  EXPECT_EQ(irc_line_fault("PRIVMSG #c :\x01"
                           "ACTION \x02\x03"
                           "4 waves\x01"),
            std::nullopt)
      << "others are text";
}

// Each over-long line is told of once, by the decoder or as a fault, whichever part of it is too long.
TEST(IrcLineFault, AnOverlongLineOfAStreamIsToldOfOnce) {
  const std::pair<std::string, bool> lines[] = {
      {"PING a", false},
      {"PING " + of(506), true},
      {"PING " + of(16'384), true},
      {"@+a=" + of(4091) + " " + of(510), false},
      {"@+a=" + of(4092) + " " + of(510), true},
      {"@+a=" + of(4092) + " TAGMSG #c", true},
      {"@+a=" + of(20'000) + " TAGMSG #c", true},
      {"@+a=1 PRIVMSG #c :" + of(4'000), true},
      {"PING b", false},
  };
  std::string stream;
  for (const auto& [line, too_long] : lines) stream += line + "\r\n";
  for (const std::size_t piece_bytes : {1u, 2u, 7u, 500u, 511u, 512u, 513u, 4'096u, 65'536u}) {
    LineDecoder decoder(kIrcReadBytesMax, LineEnds::kIrc);
    std::vector<bool> told;
    for (std::size_t at = 0; at < stream.size(); at += piece_bytes) {
      decoder.feed(std::string_view(stream).substr(at, piece_bytes));
      while (const auto event = decoder.next()) {
        const auto* line = std::get_if<LineDecoder::Line>(&*event);
        told.push_back(!line || irc_line_fault(line->text) == IrcLineFault::kTooLong);
      }
      ASSERT_LE(decoder.buffered(), kIrcReadBytesMax);
    }
    std::vector<bool> expected;
    for (const auto& [line, too_long] : lines) expected.push_back(too_long);
    EXPECT_EQ(told, expected) << piece_bytes;
  }
}

using Tags = std::vector<std::pair<std::string_view, std::string_view>>;

TEST(IrcTags, AreToldInOrder) {
  const std::pair<std::string_view, Tags> cases[] = {
      {"", {}},
      {"a", {{"a", ""}}},
      {"a=", {{"a", ""}}},
      {"a=b;c;+example.com/d=e", {{"a", "b"}, {"c", ""}, {"+example.com/d", "e"}}},
      {"a=b=c", {{"a", "b=c"}}},
      {";;a;=x;;", {{"a", ""}}},
      {"a=1;a=2", {{"a", "1"}, {"a", "2"}}},
      {"a=x\\:y", {{"a", "x\\:y"}}},
  };
  for (const auto& [text, expected] : cases) {
    Tags tags;
    for_each_tag(text,
                 [&tags](std::string_view key, std::string_view value) { tags.emplace_back(key, value); });
    EXPECT_EQ(tags, expected) << text;
  }
}

TEST(IrcTags, TheLastOfAKeyCounts) {
  EXPECT_EQ(tag_value("a=1;b=2;a=3", "a"), "3");
  EXPECT_EQ(tag_value("a=1;b", "b"), "");
  EXPECT_EQ(tag_value("a=1;b", "c"), std::nullopt);
  EXPECT_EQ(tag_value("+a=1", "a"), std::nullopt) << "the prefix belongs to the name";
  EXPECT_EQ(tag_value("x/a=1", "a"), std::nullopt) << "so does the vendor";
}

struct Escape {
  std::string_view value, escaped;
};

// Values and their one form.
const Escape kEscapes[] = {
    {"", ""},          {"plain", "plain"},       {"Привіт", "Привіт"},
    {"a;b", "a\\:b"},  {"a b", "a\\sb"},         {"a\\b", "a\\\\b"},
    {"a\rb", "a\\rb"}, {"a\nb", "a\\nb"},        {"\\\\;\\s \r\n", "\\\\\\\\\\:\\\\s\\s\\r\\n"},
    {"\\n", "\\\\n"},  {"raw+:=,x", "raw+:=,x"},
};

// Other forms that are understood.
const Escape kOddForms[] = {
    {"ab", "a\\b"},
    {"test", "test\\"},
    {"", "\\"},
    {"test\\", "test\\\\\\"},
    {"value\\ntest", "value\\\\ntest"},
    {"ж", "\\ж"},
};

std::string unescaped(std::string_view escaped) {
  std::string out = "before ";
  unescape_tag_value(escaped, out);
  return out.substr(7);
}

TEST(IrcTags, ValuesAreEscapedAndBack) {
  for (const auto& [value, escaped] : kEscapes) {
    std::string out = "before ";
    escape_tag_value(value, out);
    EXPECT_EQ(out.substr(7), escaped);
    EXPECT_EQ(unescaped(escaped), value);
  }
  for (const auto& [value, escaped] : kOddForms) EXPECT_EQ(unescaped(escaped), value) << escaped;
}

TEST(IrcTags, ANulHasNoEscapedForm) {
  std::string out;
  escape_tag_value("a\0b"sv, out);
  EXPECT_EQ(out, "ab");
}

TEST(IrcCommand, AnyCaseIsTheSameCommand) {
  EXPECT_TRUE(equals_command("privmsg", "PRIVMSG"));
  EXPECT_TRUE(equals_command("PrivMsg", "PRIVMSG"));
  EXPECT_FALSE(equals_command("privms", "PRIVMSG"));
  EXPECT_FALSE(equals_command("privmsgs", "PRIVMSG"));
  EXPECT_FALSE(equals_command("", "PRIVMSG"));
  EXPECT_FALSE(equals_command("[oin", "{OIN")) << "letters only: RFC 1459's casemapping is for names";

  char buffer[kIrcCommandBytesMax];
  EXPECT_EQ(upper_command("jOiN", buffer), "JOIN");
  EXPECT_EQ(upper_command("433", buffer), "433");
  EXPECT_EQ(upper_command("[ж{", buffer), "[ж{");
  EXPECT_EQ(upper_command(of(kIrcCommandBytesMax), buffer), std::string(kIrcCommandBytesMax, 'A'));
  EXPECT_EQ(upper_command(of(kIrcCommandBytesMax + 1), buffer), "");
}

}  // namespace
}  // namespace veche::wire
