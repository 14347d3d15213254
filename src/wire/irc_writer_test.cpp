#include "wire/irc_writer.h"

#include "base/limits.h"
#include "base/text_cut.h"
#include "wire/irc_message.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <string_view>

namespace veche::wire {
namespace {

using namespace std::literals;
namespace limits = base::limits;

std::string of(std::size_t bytes) { return std::string(bytes, 'a'); }

/// What `write` makes of a writer.
template <class Write>
std::string line(Write write) {
  std::string out = "before\r\n";
  {
    IrcWriter writer(out);
    write(writer);
  }
  EXPECT_TRUE(out.starts_with("before\r\n"));
  return out.substr(8);
}

TEST(IrcWriter, WritesLinesOneAfterAnother) {
  std::string out;
  IrcWriter(out).source("irc.example.org").numeric(1).middle("dan").trailing("Welcome");
  IrcWriter(out).source("dan", "d", "host").command("PRIVMSG").middle("#chan").trailing("Hey what's up!");
  IrcWriter(out).source("irc.example.org").numeric(366).middle("dan").middle("#chan").trailing("");
  IrcWriter(out).source("irc.example.org").numeric(265).middle("dan").number(3).number(-12).trailing("users");
  IrcWriter(out).command("PING").middle("token");
  IrcWriter(out).command("AUTHENTICATE").middle("+");
  IrcWriter(out).source("dan", "d", "::1").command("QUIT").trailing(":) ");
  EXPECT_EQ(out,
            ":irc.example.org 001 dan :Welcome\r\n"
            ":dan!d@host PRIVMSG #chan :Hey what's up!\r\n"
            ":irc.example.org 366 dan #chan :\r\n"
            ":irc.example.org 265 dan 3 -12 :users\r\n"
            "PING token\r\n"
            "AUTHENTICATE +\r\n"
            ":dan!d@::1 QUIT ::) \r\n");
}

TEST(IrcWriter, TagsComeFirst) {
  const auto tagged = [](auto write) {
    return line([&](IrcWriter& w) {
      write(w);
      w.source("s").command("C");
    });
  };
  EXPECT_EQ(tagged([](IrcWriter& w) { w.tag("msgid", "x"); }), "@msgid=x :s C\r\n");
  EXPECT_EQ(tagged([](IrcWriter& w) { w.tag("bot", ""); }), "@bot :s C\r\n");
  EXPECT_EQ(tagged([](IrcWriter& w) { w.tag("a", "1").tag("b", "2 ;\r\n\\"); }),
            "@a=1;b=2\\s\\:\\r\\n\\\\ :s C\r\n");
  EXPECT_EQ(tagged([](IrcWriter& w) { w.tag("a", "1").escaped_tags("+b=x\\sy;+c"); }),
            "@a=1;+b=x\\sy;+c :s C\r\n");
  EXPECT_EQ(tagged([](IrcWriter& w) { w.escaped_tags("+b").tag("a", "1"); }), "@+b;a=1 :s C\r\n");
  EXPECT_EQ(tagged([](IrcWriter& w) { w.escaped_tags(""); }), ":s C\r\n");
  EXPECT_EQ(tagged([](IrcWriter& w) { w.escaped_tags(" \r\n"); }), ":s C\r\n");
  EXPECT_EQ(tagged([](IrcWriter& w) { w.tag("a", "1").escaped_tags("").tag("b", "2"); }),
            "@a=1;b=2 :s C\r\n");
  EXPECT_EQ(line([](IrcWriter& w) { w.tag("a", "1").command("C"); }), "@a=1 C\r\n");
}

TEST(IrcWriter, TheRestIsSharedAmongReceivers) {
  std::string rest;
  IrcWriter(rest).source("dan", "d", "host").command("PRIVMSG").middle("#c").trailing("hi");
  std::string out;
  IrcWriter(out).rest(rest);
  IrcWriter(out).tag("time", "now").rest(rest);
  EXPECT_EQ(out, ":dan!d@host PRIVMSG #c :hi\r\n@time=now :dan!d@host PRIVMSG #c :hi\r\n");
}

TEST(IrcWriter, NothingCanBreakTheLine) {
  for (const std::string_view bad :
       {"\r\nQUIT"sv, "\nQUIT"sv, "\rQUIT"sv, "\0QUIT"sv, "QUIT\r\n"sv, "Q\r\n\0UIT"sv}) {
    EXPECT_EQ(line([bad](IrcWriter& w) { w.command("C").trailing(bad); }), "C :QUIT\r\n");
    EXPECT_EQ(line([bad](IrcWriter& w) { w.command("C").trailing("a long text, and ").more(bad); }),
              "C :a long text, and QUIT\r\n");
    EXPECT_EQ(line([bad](IrcWriter& w) { w.command("C").middle(bad); }), "C QUIT\r\n");
    EXPECT_EQ(line([bad](IrcWriter& w) { w.source(bad).command("C"); }), ":QUIT C\r\n");
    EXPECT_EQ(line([bad](IrcWriter& w) { w.source(bad, bad, bad).command(bad); }),
              ":QUIT!QUIT@QUIT QUIT\r\n");
    EXPECT_EQ(line([bad](IrcWriter& w) { w.escaped_tags(bad).command("C"); }), "@QUIT C\r\n");
  }
  EXPECT_EQ(line([](IrcWriter& w) { w.escaped_tags("a :s QUIT").command("C"); }), "@a:sQUIT C\r\n");
  EXPECT_EQ(line([](IrcWriter& w) {
              w.command("C").trailing(
                  "\x01"
                  "ACTION \x02\x03"
                  "4 waves\x01");
            }),
            "C :\x01"
            "ACTION \x02\x03"
            "4 waves\x01\r\n");
}

TEST(IrcWriter, EachByteIsLookedAtWhereverItStands) {
  for (std::size_t before = 0; before < 20; ++before)
    for (std::size_t after = 0; after < 20; ++after)
      for (const std::string_view bad : {"\r"sv, "\n"sv, "\0"sv})
        ASSERT_EQ(
            line([&](IrcWriter& w) { w.command("C").trailing(of(before) + std::string(bad) + of(after)); }),
            "C :" + of(before + after) + "\r\n");
}

TEST(IrcWriter, ALongTrailingParameterIsCutBetweenCodePoints) {
  const auto privmsg = [](const std::string& text) {
    return line([&](IrcWriter& w) { w.tag("id", "1").command("PRIVMSG").middle("#c").trailing(text); })
        .substr(6);
  };
  const std::string head = "PRIVMSG #c :";
  const std::size_t room = 510 - head.size();
  EXPECT_EQ(privmsg(of(room)), head + of(room) + "\r\n");
  EXPECT_EQ(privmsg(of(room)).size(), 512u);
  EXPECT_EQ(privmsg(of(room + 1)), head + of(room) + "\r\n");
  EXPECT_EQ(privmsg(of(room - 3) + "😀"), head + of(room - 3) + "\r\n");
  EXPECT_EQ(privmsg(of(room - 4) + "😀"), head + of(room - 4) + "😀\r\n");
}

TEST(IrcWriter, NothingFollowsWhatWasCut) {
  EXPECT_EQ(line([](IrcWriter& w) {
              w.command("C").trailing(of(504));
              EXPECT_EQ(w.room(), 3u);
              w.more("ж");
              EXPECT_EQ(w.room(), 1u);
              w.more("жx").more("y");
              EXPECT_EQ(w.room(), 0u);
            }),
            "C :" + of(504) + "ж\r\n");
}

TEST(IrcWriter, RoomIsWhatTrailingTakes) {
  for (const std::size_t bytes : {0u, 1u, 500u, 504u, 505u, 506u, 507u, 508u, 600u}) {
    std::size_t room = 0;
    const std::string written = line([&](IrcWriter& w) {
      w.command("C" + of(bytes));
      room = w.room();
      w.trailing(of(room));
    });
    EXPECT_EQ(room, bytes < 507 ? 507 - bytes : 0);
    EXPECT_EQ(written.size(),
              bytes == 600 ? 512u : std::min<std::size_t>(512, bytes + room + "C :\r\n"sv.size()));
  }
}

TEST(IrcWriter, TooLongMiddleParametersAreCutToo) {
  const std::string cut =
      line([](IrcWriter& w) { w.command("C").middle(of(300)).middle(of(207)).trailing("why"); });
  EXPECT_EQ(cut, "C " + of(300) + " " + of(207) + "\r\n");
  std::string letters;
  while (letters.size() < 600) letters += "ж";
  EXPECT_EQ(line([&](IrcWriter& w) { w.command("CC").middle(letters).trailing("why"); }),
            "CC " + letters.substr(0, 506) + "\r\n");
}

TEST(IrcWriter, ATagThatWouldBeTooMuchIsLeftOut) {
  const auto bytes_of_tags = [](auto write) {
    const std::string written = line([&](IrcWriter& w) {
      write(w);
      w.command("C");
    });
    return written.size() - "C\r\n"sv.size();
  };
  EXPECT_EQ(bytes_of_tags([](IrcWriter& w) { w.tag("a", of(8'187)); }), limits::kIrcTagsBytesMax);
  EXPECT_EQ(bytes_of_tags([](IrcWriter& w) { w.tag("a", of(8'188)); }), 0u);
  EXPECT_EQ(bytes_of_tags([](IrcWriter& w) { w.tag("a", "1").tag("b", of(8'183)); }),
            limits::kIrcTagsBytesMax);
  EXPECT_EQ(bytes_of_tags([](IrcWriter& w) { w.tag("a", "1").tag("b", of(8'184)).tag("c", "3"); }),
            "@a=1;c=3 "sv.size());
  EXPECT_EQ(bytes_of_tags([](IrcWriter& w) { w.tag("s", of(4'092)).escaped_tags("+c=" + of(4'091)); }),
            limits::kIrcTagsBytesMax)
      << "a server's and a client's fit";
}

TEST(IrcWriter, AnEchoIsFitToStandInTheMiddle) {
  const auto echo = [](std::string_view text) {
    return line([text](IrcWriter& w) { w.numeric(403).echo(text).trailing("No such channel"); });
  };
  EXPECT_EQ(echo("#c"), "403 #c :No such channel\r\n");
  for (const std::string_view odd :
       {""sv, ":"sv, ":x"sv, "a b"sv, " "sv, "\r"sv, "\r:x"sv, "a\nb"sv, "a\0"sv})
    EXPECT_EQ(echo(odd), "403 * :No such channel\r\n") << odd;
  std::string letters;
  while (letters.size() < 500) letters += "€";
  EXPECT_EQ(echo(letters), "403 " + letters.substr(0, 255) + " :No such channel\r\n");
}

TEST(IrcWriter, MaxTextBytesIsWhatALineTakes) {
  const std::string nick = of(9), target = "#channel";
  const std::size_t bytes = max_text_bytes(nick.size() + "!u@h"sv.size(), "PRIVMSG", target);
  const auto written = [&](std::size_t text_bytes) {
    return line([&](IrcWriter& w) {
      w.source(nick, "u", "h").command("PRIVMSG").middle(target).trailing(of(text_bytes));
    });
  };
  EXPECT_EQ(written(bytes).size(), 512u);
  EXPECT_EQ(written(bytes - 1).size(), 511u);
  EXPECT_EQ(max_text_bytes(600, "PRIVMSG", target), 0u);
}

TEST(IrcWriter, ALongTextBecomesSeveralLines) {
  std::string text;
  while (text.size() < limits::kMessageBytesMax - 20) text += "вече собралось ";
  const std::size_t bytes = max_text_bytes("n!u@h"sv.size(), "PRIVMSG", "#c");
  std::string together;
  int lines = 0;
  for (std::string_view rest = text; !rest.empty(); ++lines) {
    const std::string_view chunk = base::next_chunk(rest, bytes);
    const std::string written =
        line([&](IrcWriter& w) { w.source("n", "u", "h").command("PRIVMSG").middle("#c").trailing(chunk); });
    const auto message = parse_irc_message(std::string_view(written).substr(0, written.size() - 2));
    EXPECT_TRUE(rest.empty() || message->parameter(1).ends_with(' ')) << "words are whole";
    together += message->parameter(1);
  }
  EXPECT_EQ(together, text);
  EXPECT_EQ(lines, 9);
}

TEST(IrcWriter, EndMayComeBeforeTheWritersEnd) {
  std::string out;
  IrcWriter writer(out);
  writer.command("PING").trailing("x");
  writer.end();
  writer.end();
  EXPECT_EQ(out, "PING :x\r\n");
}

TEST(IrcWriterDeathTest, WhatWouldChangeTheLinesShapeIsTheProgrammersFault) {
  std::string out;
  for (const std::string_view bad : {""sv, ":x"sv, "a b"sv, "\r\n"sv, "\r:x"sv}) {
    EXPECT_DEATH(IrcWriter(out).command("C").middle(bad), "one word") << bad;
    EXPECT_DEATH(IrcWriter(out).command(bad), "one word") << bad;
  }
  EXPECT_DEATH(IrcWriter(out).source("a b"), "one word");
  EXPECT_DEATH(IrcWriter(out).source("a", "", "h"), "one word");
  EXPECT_DEATH(IrcWriter(out).tag("a b", ""), "a tag's key");
  EXPECT_DEATH(IrcWriter(out).tag("", ""), "a tag's key");
}

TEST(IrcWriterDeathTest, PartsHaveAnOrder) {
  std::string out;
  EXPECT_DEATH(IrcWriter(out).source("s").tag("a", ""), "tags come first");
  EXPECT_DEATH(IrcWriter(out).command("C").source("s"), "order");
  EXPECT_DEATH(IrcWriter(out).command("C").command("D"), "one command");
  EXPECT_DEATH(IrcWriter(out).command("C").trailing("a").middle("b"), "behind the command");
  EXPECT_DEATH(IrcWriter(out).command("C").trailing("a").trailing("b"), "behind the command");
  EXPECT_DEATH(IrcWriter(out).middle("b"), "behind the command");
  EXPECT_DEATH(IrcWriter(out).source("s"), "has a command");
}

}  // namespace
}  // namespace veche::wire
