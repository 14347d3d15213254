#include "wire/line_decoder.h"

#include <gtest/gtest.h>

#include <string>
#include <string_view>
#include <vector>

namespace veche::wire {
namespace {

using namespace std::literals;

constexpr std::size_t kMaxBytes = 8;
const std::string kTooLong = "(too long)";

std::string shown(const LineDecoder::Event& event) {
  const auto* line = std::get_if<LineDecoder::Line>(&event);
  return line ? std::string(line->text) : kTooLong;
}

void pull(LineDecoder& decoder, std::vector<std::string>& events) {
  while (const auto event = decoder.next()) events.push_back(shown(*event));
}

/// What a peer's bytes become, if they come in these pieces and then its FIN.
std::vector<std::string> decode(const std::vector<std::string_view>& pieces,
                                LineEnds ends = LineEnds::kTelnet) {
  LineDecoder decoder(kMaxBytes, ends);
  std::vector<std::string> events;
  for (const auto piece : pieces) {
    decoder.feed(piece);
    pull(decoder, events);
  }
  while (const auto event = decoder.finish()) events.push_back(shown(*event));
  EXPECT_TRUE(decoder.at_line_start());
  return events;
}

struct Case {
  std::string_view bytes;
  std::vector<std::string> events;
};

// The bound is 8 bytes here.
const Case kCases[] = {
    // Line ends.
    {"", {}},
    {"one\n", {"one"}},
    {"one\r\n", {"one"}},
    {"one\r\0"sv, {"one"}},
    {"\n", {""}},
    {"\r\n\r\n", {"", ""}},
    {"\r\0\n"sv, {"", ""}},
    {"one\ntwo\r\nthree\r\0four\n"sv, {"one", "two", "three", "four"}},
    // A CR and a NUL that end nothing are text.
    {"a\rb\n", {"a\rb"}},
    {"a\r\r\n", {"a\r"}},
    {"a\r\r\0"sv, {"a\r"}},
    {"a\0b\n"sv, {"a\0b"s}},
    {"\0\n"sv, {"\0"s}},
    {"\n\0\n"sv, {"", "\0"s}},
    {"a\r\0\0\n"sv, {"a", "\0"s}},
    // The FIN ends a last line too.
    {"one\ntwo", {"one", "two"}},
    {"one\r", {"one\r"}},
    {"\r", {"\r"}},
    // The bound counts text without its end.
    {"12345678\n", {"12345678"}},
    {"12345678\r\n", {"12345678"}},
    {"12345678\r\0"sv, {"12345678"}},
    {"12345678", {"12345678"}},
    {"123456789\n", {kTooLong}},
    {"123456789\r\n", {kTooLong}},
    {"123456789\r\0next"sv, {kTooLong, "next"}},
    {"123456789", {kTooLong}},
    {"12345678\r", {kTooLong}},
    {"12345678\r9\n", {kTooLong}},
    {"12345678\r\r\nnext\n", {kTooLong, "next"}},
    {"123456789 and much more\nnext\n", {kTooLong, "next"}},
    {"1234567890\r12345\r\0a\n"sv, {kTooLong, "a"}},
    {"123456789\r\n\0a\n"sv, {kTooLong, "\0a"s}},
    {"1234567890\0\nnext"sv, {kTooLong, "next"}},
    {"1234567890\n1234567890\n", {kTooLong, kTooLong}},
};

// The same for IRC: any CR or LF ends a line, and no empty line is told of.
const Case kIrcCases[] = {
    {"", {}},
    {"one\n", {"one"}},
    {"one\r\n", {"one"}},
    {"one\r", {"one"}},
    {"one\rtwo\r", {"one", "two"}},
    {"one\ntwo\r\nthree\rfour", {"one", "two", "three", "four"}},
    {"\n\r\r\n\n", {}},
    {"\r\none\n\rtwo\r\n\r\n", {"one", "two"}},
    {" \r\n", {" "}},
    // A NUL ends nothing.
    {"one\r\0"sv, {"one", "\0"s}},
    {"a\0b\r\n"sv, {"a\0b"s}},
    // The bound counts text without its end.
    {"12345678\r\n", {"12345678"}},
    {"12345678\rnext", {"12345678", "next"}},
    {"12345678", {"12345678"}},
    {"123456789\r\n", {kTooLong}},
    {"123456789\r", {kTooLong}},
    {"123456789\rnext\n", {kTooLong, "next"}},
    {"123456789 and much more\r\n\r\nnext\n", {kTooLong, "next"}},
    {"123456789\r123456789\n123456789", {kTooLong, kTooLong, kTooLong}},
};

void expect_events(const Case& one, LineEnds ends) {
  const auto& [bytes, events] = one;
  const std::string shown_bytes = testing::PrintToString(std::string(bytes));
  EXPECT_EQ(decode({bytes}, ends), events) << shown_bytes;
  for (std::size_t at = 0; at <= bytes.size(); ++at)
    EXPECT_EQ(decode({bytes.substr(0, at), bytes.substr(at)}, ends), events)
        << shown_bytes << " split at " << at;
  std::vector<std::string_view> single;
  for (std::size_t at = 0; at < bytes.size(); ++at) single.push_back(bytes.substr(at, 1));
  EXPECT_EQ(decode(single, ends), events) << shown_bytes << " byte by byte";
}

TEST(LineDecoder, BytesBecomeTheseEventsHoweverTheyAreSplit) {
  for (const Case& one : kCases) expect_events(one, LineEnds::kTelnet);
}

TEST(LineDecoder, BytesOfIrcBecomeTheseEventsHoweverTheyAreSplit) {
  for (const Case& one : kIrcCases) expect_events(one, LineEnds::kIrc);
}

TEST(LineDecoder, LinesOfAnyLengthEndAnywhereInTheBuffer) {
  for (const std::string_view end : {"\n"sv, "\r\n"sv, "\r\0"sv}) {
    for (std::size_t length = 0; length < 1'100; ++length) {
      const std::string whole = std::string(length, 'x') + "\0\ry"s;  // a NUL and a CR that end nothing
      LineDecoder decoder(2'000);
      decoder.feed(whole + std::string(end) + "z" + std::string(end));
      ASSERT_EQ(decoder.next(), LineDecoder::Event(LineDecoder::Line{whole})) << length;
      ASSERT_EQ(decoder.next(), LineDecoder::Event(LineDecoder::Line{"z"})) << length;
      ASSERT_EQ(decoder.next(), std::nullopt);
    }
  }
}

TEST(LineDecoder, LinesOfIrcOfAnyLengthEndAnywhereInTheBuffer) {
  for (const std::string_view end : {"\n"sv, "\r\n"sv, "\r"sv}) {
    for (std::size_t length = 1; length < 1'100; ++length) {
      const std::string whole(length, 'x');
      LineDecoder decoder(2'000, LineEnds::kIrc);
      decoder.feed(whole + std::string(end) + "z" + std::string(end));
      ASSERT_EQ(decoder.next(), LineDecoder::Event(LineDecoder::Line{whole})) << length;
      ASSERT_EQ(decoder.next(), LineDecoder::Event(LineDecoder::Line{"z"})) << length;
      ASSERT_EQ(decoder.next(), std::nullopt);
      ASSERT_EQ(decoder.heap_bytes(), 0u);
    }
  }
}

TEST(LineDecoder, EmptyLinesOfIrcLeaveTheDecoderIdle) {
  LineDecoder decoder(kMaxBytes, LineEnds::kIrc);
  for (const std::string_view bytes : {"one\r"sv, "\n"sv, "\r\n\r\n"sv}) {
    decoder.feed(bytes);
    while (decoder.next()) {
    }
    EXPECT_TRUE(decoder.at_line_start());
    EXPECT_EQ(decoder.heap_bytes(), 0u);
  }
}

TEST(LineDecoder, LinesWaitUntilTheyArePulled) {
  LineDecoder decoder(kMaxBytes);
  decoder.feed("name\nsecret\nhel");
  EXPECT_EQ(decoder.next(), LineDecoder::Event(LineDecoder::Line{"name"}));
  EXPECT_EQ(decoder.buffered(), "secret\nhel"sv.size());
  decoder.feed("lo\n");
  EXPECT_EQ(decoder.next(), LineDecoder::Event(LineDecoder::Line{"secret"}));
  EXPECT_EQ(decoder.next(), LineDecoder::Event(LineDecoder::Line{"hello"}));
  EXPECT_EQ(decoder.buffered(), 0u);
  EXPECT_EQ(decoder.next(), std::nullopt);
}

TEST(LineDecoder, FinishGivesTheLinesThatWaitedBeforeTheLastOne) {
  LineDecoder decoder(kMaxBytes);
  decoder.feed("one\ntwo");
  EXPECT_EQ(decoder.finish(), LineDecoder::Event(LineDecoder::Line{"one"}));
  EXPECT_EQ(decoder.finish(), LineDecoder::Event(LineDecoder::Line{"two"}));
  EXPECT_EQ(decoder.finish(), std::nullopt);
}

TEST(LineDecoder, AnOverlongLineIsReportedBeforeItsEndAndOnlyOnce) {
  LineDecoder decoder(kMaxBytes);
  decoder.feed("123456789");
  EXPECT_EQ(decoder.next(), LineDecoder::Event(LineDecoder::TooLong{}));
  for (int i = 0; i < 100; ++i) {
    decoder.feed("and on and on");
    EXPECT_EQ(decoder.next(), std::nullopt);
    EXPECT_EQ(decoder.buffered(), 0u) << "what is skipped is not kept";
    EXPECT_FALSE(decoder.at_line_start());
  }
  decoder.feed("\n");
  EXPECT_EQ(decoder.next(), std::nullopt);
  EXPECT_TRUE(decoder.at_line_start());
}

TEST(LineDecoder, MemoryIsOnlyWhatAnUnfinishedLineNeeds) {
  constexpr std::size_t kLongest = 4096;
  LineDecoder decoder(kLongest);
  EXPECT_EQ(decoder.heap_bytes(), 0u);
  const std::string lines(60'000, '\n');
  const std::string begun(100, 'x');
  const auto pull_all = [&decoder] {
    while (decoder.next()) {
    }
  };

  decoder.feed(lines + begun);
  pull_all();
  EXPECT_LE(decoder.heap_bytes(), 2 * begun.size()) << "a long read does not leave its capacity behind";
  decoder.feed("\n");
  pull_all();
  EXPECT_EQ(decoder.heap_bytes(), 0u) << "idle";

  for (int i = 0; i < 10'000; ++i) {
    decoder.feed(begun);
    pull_all();
    EXPECT_LE(decoder.heap_bytes(), 2 * (kLongest + begun.size())) << "an endless line";
  }
  EXPECT_EQ(decoder.heap_bytes(), 0u) << "what is skipped is not kept";

  decoder.feed("\n" + lines);
  EXPECT_GT(decoder.heap_bytes(), 0u);
  decoder.discard();
  EXPECT_EQ(decoder.heap_bytes(), 0u) << "discarded";
}

TEST(LineDecoder, KnowsWhereALineStarts) {
  LineDecoder decoder(kMaxBytes);
  EXPECT_TRUE(decoder.at_line_start());
  decoder.feed("a");
  EXPECT_FALSE(decoder.at_line_start());
  EXPECT_EQ(decoder.next(), std::nullopt);
  EXPECT_FALSE(decoder.at_line_start());
  decoder.feed("b\n");
  EXPECT_EQ(decoder.next(), LineDecoder::Event(LineDecoder::Line{"ab"}));
  EXPECT_TRUE(decoder.at_line_start());
}

// Half a password that is discarded while its other half is on the way must not turn up as a line of its own.
TEST(LineDecoder, DiscardTakesTheRestOfALineThatHasBegun) {
  const struct {
    std::string_view before, after;
    std::vector<std::string> events;
  } cases[] = {
      {"", "next\n", {"next"}},
      {"one\ntwo\n", "next\n", {"next"}},
      {"one\nsec", "ret\nnext\n", {"next"}},
      {"one\r", "\nnext\n", {"next"}},
      {"one\r", "\0next\n"sv, {"next"}},
      {"one\r", "x\0y\nnext\n"sv, {"next"}},
      {"one\r\0"sv, "next\n", {"next"}},
      {"sec", "ret", {}},
      {"sec", "ret that is far too long\nnext\n", {"next"}},
      {"far too long to be a line", " at all\nnext\n", {"next"}},
  };
  for (const auto& [before, after, expected] : cases) {
    for (const bool pulled : {false, true}) {
      LineDecoder decoder(kMaxBytes);
      std::vector<std::string> events;
      decoder.feed(before);
      if (pulled) pull(decoder, events);
      events.clear();
      decoder.discard();
      EXPECT_EQ(decoder.buffered(), 0u);
      decoder.feed(after);
      while (const auto event = decoder.finish()) events.push_back(shown(*event));
      EXPECT_EQ(events, expected) << testing::PrintToString(std::string(before)) << " pulled " << pulled;
    }
  }
}

TEST(LineDecoder, DiscardKnowsTheEndsOfIrc) {
  const struct {
    std::string_view before, after;
    std::vector<std::string> events;
  } cases[] = {
      {"one\r", "next\n", {"next"}},  {"one\r", "\nnext\n", {"next"}},        {"one\r\n", "next\r", {"next"}},
      {"sec", "ret\rnext", {"next"}}, {"one\r\0"sv, "two\rnext\n", {"next"}},
  };
  for (const auto& [before, after, expected] : cases) {
    LineDecoder decoder(kMaxBytes, LineEnds::kIrc);
    decoder.feed(before);
    decoder.discard();
    decoder.feed(after);
    std::vector<std::string> events;
    while (const auto event = decoder.finish()) events.push_back(shown(*event));
    EXPECT_EQ(events, expected) << testing::PrintToString(std::string(before));
  }
}

// A NUL that came alone, after the CR of a line being skipped, ended that line; discard had forgotten the CR.
TEST(LineDecoder, DiscardKnowsTheCrThatWasSkipped) {
  LineDecoder decoder(kMaxBytes);
  decoder.feed("123456789\r");
  EXPECT_EQ(decoder.next(), LineDecoder::Event(LineDecoder::TooLong{}));
  decoder.feed("\0"sv);
  decoder.discard();
  decoder.feed("next\n");
  EXPECT_EQ(decoder.next(), LineDecoder::Event(LineDecoder::Line{"next"}));
}

// Erasing each line from the front of the buffer made many buffered lines cost the square of their number:
// this took minutes.
TEST(LineDecoder, AMillionWaitingLinesAreLinear) {
  constexpr int kLines = 1'000'000;
  LineDecoder decoder(kMaxBytes);
  for (int i = 0; i < kLines; ++i) decoder.feed("line\n");
  int lines = 0;
  while (decoder.next()) {
    ++lines;
    if (lines % 2 == 0) decoder.feed("x\n");  // a feed between two pulls must not copy what waits either
    if (lines == kLines) break;
  }
  EXPECT_EQ(lines, kLines);
  EXPECT_EQ(decoder.buffered(), kLines / 2 * "x\n"sv.size());
}

}  // namespace
}  // namespace veche::wire
