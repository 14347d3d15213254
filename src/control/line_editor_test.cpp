#include "control/line_editor.h"

#include "control/test_terminal.h"

#include <gtest/gtest.h>

#include <clocale>
#include <memory>

namespace veche::control {
namespace {

using testing::Pty;
using testing::same_modes;
using testing::Screen;

constexpr std::string_view kUp = "\033[A", kLeft = "\033[D", kRight = "\033OC", kHome = "\033[H",
                           kDelete = "\033[3~";

class LineEditorTest : public ::testing::Test {
 protected:
  void SetUp() override { make(40); }

  void make(int columns) {
    editor.reset();
    pty = std::make_unique<Pty>(columns);
    screen = Screen(columns);
    before = pty->modes();
    editor = std::make_unique<LineEditor>(pty->terminal.get(), "> ", [this](std::string_view line) {
      asked = line;
      return candidates;
    });
    ASSERT_TRUE(editor->open());
    show();
  }

  void show() { screen.show(editor->take_output()); }

  /// Types, and gives the lines that this made; "EOF" is the end.
  std::vector<std::string> type(std::string_view keys) {
    std::vector<std::string> lines;
    editor->feed(keys);
    while (const auto event = editor->next()) {
      const auto* line = std::get_if<LineEditor::Line>(&*event);
      lines.push_back(line ? line->text : "EOF");
    }
    show();
    return lines;
  }
  using Lines = std::vector<std::string>;

  std::unique_ptr<Pty> pty;
  termios before{};
  std::unique_ptr<LineEditor> editor;
  Screen screen;
  std::vector<std::string> candidates;
  std::string asked;
};

TEST_F(LineEditorTest, EnterGivesTheLineAndANewPrompt) {
  EXPECT_EQ(type("stat"), Lines{});
  EXPECT_EQ(type("us\n"), Lines{"status"});
  EXPECT_EQ(screen.text(), "> status\n>\n");
  EXPECT_EQ(type("\n"), Lines{""});
}

TEST_F(LineEditorTest, SeveralLinesMayComeAtOnce) { EXPECT_EQ(type("one\ntwo\nth"), (Lines{"one", "two"})); }

TEST_F(LineEditorTest, TypedLineSurvivesAHundredPrints) {
  type("ban mallory");
  type(kLeft);
  for (int i = 0; i < 100; ++i) {
    editor->print("notice " + std::to_string(i) + "\n");
    show();
    ASSERT_EQ(screen.row(static_cast<std::size_t>(i)), "notice " + std::to_string(i));
    ASSERT_EQ(screen.last_row(), "> ban mallory");
    ASSERT_EQ(screen.cursor_row(), static_cast<std::size_t>(i) + 1);
    ASSERT_EQ(screen.cursor_column(), 12u);
  }
  EXPECT_EQ(type("X\n"), Lines{"ban mallorXy"});
}

TEST_F(LineEditorTest, LineOfSeveralRowsSurvivesAPrintWhereverItsCursorIs) {
  make(10);
  type("abcdefghijklmnopqrstuvwx");  // "> abcdefgh" "ijklmnopqr" "stuvwx"
  for (int left = 0; left <= 24; ++left) {
    const std::size_t row = screen.cursor_row() - static_cast<std::size_t>((2 + 24 - left) / 10);
    editor->print("note\n");
    show();
    ASSERT_EQ(screen.row(row), "note") << left;
    ASSERT_EQ(screen.row(row + 1), "> abcdefgh") << left;
    ASSERT_EQ(screen.row(row + 2), "ijklmnopqr") << left;
    ASSERT_EQ(screen.row(row + 3), "stuvwx") << left;
    ASSERT_EQ(screen.cursor_row(), row + 1 + static_cast<std::size_t>((26 - left) / 10)) << left;
    ASSERT_EQ(screen.cursor_column(), static_cast<std::size_t>((26 - left) % 10)) << left;
    type(kLeft);
  }
}

TEST_F(LineEditorTest, LineThatFillsItsRowsExactlySurvivesAPrint) {
  make(10);
  type("abcdefgh");
  editor->print("note\n");
  show();
  EXPECT_EQ(screen.text(), "note\n> abcdefgh\n");
  EXPECT_EQ(type("i\n"), Lines{"abcdefghi"});
}

TEST_F(LineEditorTest, WideCharactersAreWrappedWhole) {
  make(9);
  type("中文中文");  // two columns each: the fourth does not fit
  editor->print("note\n");
  show();
  EXPECT_EQ(screen.text(), "note\n> 中文中\n文\n");
  type(kLeft);
  editor->print("note\n");
  show();
  EXPECT_EQ(screen.text(), "note\nnote\n> 中文中\n文\n");
  EXPECT_EQ(screen.cursor_row(), 3u);
  EXPECT_EQ(screen.cursor_column(), 0u);
  EXPECT_EQ(type("\n"), Lines{"中文中文"});
}

TEST_F(LineEditorTest, CyrillicIsTypedAndErased) {
  type("Кириллица");
  EXPECT_EQ(screen.last_row(), "> Кириллица");
  type("\x7f\x7f");
  EXPECT_EQ(screen.last_row(), "> Кирилли");
  EXPECT_EQ(screen.cursor_column(), 9u);
  EXPECT_EQ(type("к\n"), Lines{"Кириллик"});
}

TEST_F(LineEditorTest, KeysMayComeByteByByte) {
  Lines lines;
  for (const char c : std::string("ж中x\033[D\033[D\033[3~\n"))
    for (std::string& line : type({&c, 1})) lines.push_back(std::move(line));
  EXPECT_EQ(lines, Lines{"жx"});
}

TEST_F(LineEditorTest, CombiningMarkIsComposedOrKeptWithoutMovingTheRest) {
  type("и\u0306");
  EXPECT_EQ(screen.last_row(), "> й");
  type("x\u0301y");
  editor->print("note\n");
  show();
  EXPECT_EQ(screen.row(0), "note");
  EXPECT_EQ(screen.cursor_column(), 5u);
  EXPECT_EQ(type("\n"), Lines{"йx\u0301y"});
}

TEST_F(LineEditorTest, BytesThatAreNoTextAreLeftOut) {
  EXPECT_EQ(type("a\xff\xc3(\x80 b\xc2\x85\xe2\x80\xae\n"), Lines{"a( b"});
}

// libedit would insert the end of a sequence that it does not know.
TEST_F(LineEditorTest, UnknownKeysDoNothing) {
  EXPECT_EQ(type("a\033[15~\033[1;2P\033x\026\022\030\033\033[Zb\n"), Lines{"ab"});
}

TEST_F(LineEditorTest, KeysMoveAndDelete) {
  EXPECT_EQ(type("bcd" + std::string(kHome) + "a" + std::string(kRight) + std::string(kDelete) + "\n"),
            Lines{"abd"});
  EXPECT_EQ(type("one two\027three\n"), Lines{"one three"});
  EXPECT_EQ(type("one two\033[1;5D\033[1;5DX\n"), Lines{"Xone two"});
}

TEST_F(LineEditorTest, HistoryComesBackWithoutNeighboursThatAreAlike) {
  for (const char* line : {"status", "rooms", "rooms"}) editor->remember(line);
  type(kUp);
  EXPECT_EQ(screen.last_row(), "> rooms");
  type(kUp);
  EXPECT_EQ(screen.last_row(), "> status");
  EXPECT_EQ(type("\n"), Lines{"status"});
  type(kUp);
  EXPECT_EQ(screen.last_row(), "> rooms") << "the next line begins at the end of the history";
}

TEST_F(LineEditorTest, OldestLinesLeaveTheHistory) {
  for (int i = 0; i < 250; ++i) editor->remember("line " + std::to_string(i));
  for (int i = 0; i < 250; ++i) type(kUp);
  EXPECT_EQ(screen.last_row(), "> line 50");
}

TEST_F(LineEditorTest, OnlyCandidateIsInsertedWithASpace) {
  candidates = {"shutdown"};
  EXPECT_EQ(type("sh\t10s\n"), Lines{"shutdown 10s"});
  EXPECT_EQ(asked, "sh");
}

TEST_F(LineEditorTest, CandidatesAreCompletedToWhatTheyShareAndListed) {
  candidates = {"Алексей", "Александра"};
  type("kick А\t");
  EXPECT_EQ(asked, "kick А");
  EXPECT_EQ(screen.text(), "Алексей  Александра\n> kick Алекс\n");
  candidates = {};
  EXPECT_EQ(type("\t\n"), Lines{"kick Алекс"});
}

TEST_F(LineEditorTest, CompletesTheWordBeforeTheCursor) {
  candidates = {"logs"};
  EXPECT_EQ(type("lo -n 5" + std::string(kHome) + std::string(kRight) + std::string(kRight) + "\t\n"),
            Lines{"logs -n 5"});
  EXPECT_EQ(asked, "lo");
}

TEST_F(LineEditorTest, CompletionOfALineOfSeveralRowsDrawsItOnce) {
  make(10);
  candidates = {"administrator"};
  type("kick them all adm");
  type("\t");
  EXPECT_EQ(screen.text(), "> kick the\nm all admi\nnistrator\n");
}

TEST_F(LineEditorTest, CtrlDEndsOnlyAnEmptyLine) {
  type("ab");
  type(kLeft);
  EXPECT_EQ(type("\x04"), Lines{});
  EXPECT_EQ(screen.last_row(), "> a");
  EXPECT_EQ(type("\x7f\x04"), Lines{"EOF"});
}

TEST_F(LineEditorTest, ModesAreSetOnlyWhileOpen) {
  EXPECT_EQ(pty->modes().c_lflag & (ICANON | ECHO), 0u);
  editor->close();
  EXPECT_TRUE(same_modes(pty->modes(), before));
  ASSERT_TRUE(editor->open());
  EXPECT_EQ(pty->modes().c_lflag & (ICANON | ECHO), 0u);
  editor.reset();
  EXPECT_TRUE(same_modes(pty->modes(), before));
}

TEST_F(LineEditorTest, ModesStaySetFromLineToLine) {
  const termios ours = pty->modes();
  type("one\ntwo\n");
  EXPECT_TRUE(same_modes(pty->modes(), ours));
}

TEST_F(LineEditorTest, AbandonedTerminalIsNotTouched) {
  type("kept");
  const termios ours = pty->modes();
  editor->abandon();
  EXPECT_TRUE(same_modes(pty->modes(), ours));
  EXPECT_EQ(editor->take_output(), "");
  editor->print("unseen\n");
  EXPECT_EQ(editor->take_output(), "");
}

TEST_F(LineEditorTest, LineAndCursorOutliveAClose) {
  type("Кирил");
  type(kLeft);
  editor->close();
  show();
  EXPECT_EQ(screen.text(), "\n") << "the line is gone from the screen";
  ASSERT_TRUE(editor->open());
  show();
  EXPECT_EQ(screen.last_row(), "> Кирил");
  EXPECT_EQ(screen.cursor_column(), 6u);
  EXPECT_EQ(type("X\n"), Lines{"КириXл"});
}

TEST_F(LineEditorTest, NarrowerTerminalFoldsTheLineAnew) {
  type("abcdefghijklmnop");
  pty->resize(10, 10);
  screen = Screen(10);  // which has folded it too
  screen.show("> abcdefghijklmnop");
  editor->resized();
  show();
  EXPECT_EQ(screen.text(), "> abcdefgh\nijklmnop\n");
  editor->print("note\n");
  show();
  EXPECT_EQ(screen.text(), "note\n> abcdefgh\nijklmnop\n");
}

TEST_F(LineEditorTest, PromptChangesUnderTheTypedLine) {
  type("abc");
  editor->set_prompt("sure? ");
  show();
  EXPECT_EQ(screen.text(), "sure? abc\n");
}

TEST_F(LineEditorTest, LineTallerThanTheTerminalIsStillALine) {
  make(8);
  const std::string tall(500, 'x');
  type(tall);
  editor->print("note\n");
  show();
  EXPECT_EQ(type("\n"), Lines{tall});
}

TEST(LineEditorLocale, OnlyCharactersAreTheEnvironments) {
  use_utf8_locale();
  EXPECT_STREQ(std::setlocale(LC_NUMERIC, nullptr), "C");
  EXPECT_GT(MB_CUR_MAX, 1u);
}

TEST(LineEditorTerminal, WhatIsNoTerminalIsRefused) {
  int ends[2];
  ASSERT_EQ(::pipe(ends), 0);
  const net::Fd out(ends[0]), in(ends[1]);
  LineEditor editor(out.get(), "> ", {});
  EXPECT_FALSE(editor.open());
  EXPECT_FALSE(editor.next());
}

}  // namespace
}  // namespace veche::control
