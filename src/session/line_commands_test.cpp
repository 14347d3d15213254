#include "tests/fakes/transcript.h"

#include <gtest/gtest.h>

#include <string>

namespace veche::session {
namespace {

using fakes::expect_transcript;
using fakes::LineWorld;

TEST(LineCommands, ALineWithoutASlashIsAMessageToTheOthersInTheRoom) {
  expect_transcript(R"(
    * ann is here
    * bob is here
    * bot is here in bare
    ann > bob has come.
    ann > bot has come.
    bob > bot has come.
    ann < Привіт, {}!
    ann <   two spaces before
    ann <
    ann <
    ann < //slash
    ann < ///
    bob > [15:06] ann: Привіт, {}!
    bob > [15:06] ann:   two spaces before
    bob > [15:06] ann: /slash
    bob > [15:06] ann: //
    bot > MSG #veche ann Привіт, {}!
    bot > MSG #veche ann   two spaces before
    bot > MSG #veche ann /slash
    bot > MSG #veche ann //
    ann > (nothing)
  )");
}

TEST(LineCommands, HelpListsEveryCommandOfTheInterface) {
  expect_transcript(R"(
    * ann is here
    ann < /help
    ann > /help                this list
    ann > /who [ROOM|*]        who is in the room, or everywhere
    ann > /rooms               the rooms where people are
    ann > /join ROOM [KEY]     enter a room, or go back to it
    ann > /leave [ROOM [WHY]]  leave the room
    ann > /topic [TEXT]        the topic of the room, or another one
    ann > /invite NAME         invite somebody to the room
    ann > /remove NAME [WHY]   put somebody out of the room
    ann > /register            make the room yours: it keeps its rules, topic and ranks
    ann > /unregister ROOM     let go of a room of yours
    ann > /transfer NAME       give the room to another account
    ann > /rank [NAME RANK]    whose the room is, or the rank that somebody has whenever he comes
    ann > /knock ROOM [TEXT]   ask to be let into a room
    ann > /msg NAME TEXT       a private message
    ann > /me TEXT             say what you do
    ann > /history [N]         the last messages of the room
    ann > /search WORDS        messages with all these words, in your rooms
    ann > /away [TEXT]         say that you are away, or back
    ann > /nick NAME           another name, for guests
    ann > /password            change your password, or make your name an account
    ann > /token               a session token, to log in without the password
    ann > /forget [all]        forget this address, or all addresses and tokens
    ann > /lang en|ru|uk       the server's language for you
    ann > /bare                the plain format for programs
    ann > /oper NAME PASSWORD  become an operator
    ann > /quit                leave the server
    ann > //text sends a line that begins with a slash; exit leaves.
    ann < /bare
    ann < /help me
    ann > READY
    ann > NOTICE /help                this list
    ann > NOTICE /who [ROOM|*]        who is in the room, or everywhere
    ann > NOTICE /rooms               the rooms where people are
    ann > NOTICE /join ROOM [KEY]     enter a room, or go back to it
    ann > NOTICE /leave [ROOM [WHY]]  leave the room
    ann > NOTICE /topic [TEXT]        the topic of the room, or another one
    ann > NOTICE /invite NAME         invite somebody to the room
    ann > NOTICE /remove NAME [WHY]   put somebody out of the room
    ann > NOTICE /register            make the room yours: it keeps its rules, topic and ranks
    ann > NOTICE /unregister ROOM     let go of a room of yours
    ann > NOTICE /transfer NAME       give the room to another account
    ann > NOTICE /rank [NAME RANK]    whose the room is, or the rank that somebody has whenever he comes
    ann > NOTICE /knock ROOM [TEXT]   ask to be let into a room
    ann > NOTICE /msg NAME TEXT       a private message
    ann > NOTICE /me TEXT             say what you do
    ann > NOTICE /history [N]         the last messages of the room
    ann > NOTICE /search WORDS        messages with all these words, in your rooms
    ann > NOTICE /away [TEXT]         say that you are away, or back
    ann > NOTICE /nick NAME           another name, for guests
    ann > NOTICE /password            change your password, or make your name an account
    ann > NOTICE /token               a session token, to log in without the password
    ann > NOTICE /forget [all]        forget this address, or all addresses and tokens
    ann > NOTICE /lang en|ru|uk       the server's language for you
    ann > NOTICE /bare                the plain format for programs
    ann > NOTICE /oper NAME PASSWORD  become an operator
    ann > NOTICE /quit                leave the server
    ann > NOTICE //text sends a line that begins with a slash; exit leaves.
    ann > END help
  )");
}

TEST(LineCommands, WhoAndRoomsSayWhoIsWhere) {
  expect_transcript(R"(
    * ann is here
    * bob is here
    ann > bob has come.
    bob < /join #tea
    bob > You are in #tea. Nobody else is here.
    ann < /who
    ann < /who *
    ann < /who #tea
    ann < /rooms
    ann > 2 people are in #veche: ann, bob.
    ann > 2 people are here: ann, bob.
    ann > You are not in that room.
    ann > #veche: 2 people
    ann > #tea: 1 person
    bob < /who #VECHE
    bob < /who
    bob > 2 people are in #veche: ann, bob.
    bob > 1 person is in #tea: bob.
    ann < /bare
    ann < /who
    ann < /who *
    ann < /rooms
    ann < /who #tea
    ann > READY
    ann > WHO #veche ann
    ann > WHO #veche bob
    ann > END who
    ann > WHO * ann
    ann > WHO * bob
    ann > END who
    ann > ROOM #veche 2
    ann > ROOM #tea 1
    ann > END rooms
    ann > ERR not-in-room You are not in that room.
  )");
}

TEST(LineCommands, RoomsAreJoinedAndLeft) {
  expect_transcript(R"(
    * ann is here
    * bob is here
    ann > bob has come.
    ann < /join #tea
    ann > You are in #tea. Nobody else is here.
    ann < tea?
    bob < /join #TEA
    bob > You are in #tea with 1 other: ann.
    bob > [15:06] ann: tea?
    ann > bob has come.
    bob < /join #veche
    bob > You are in #veche with 1 other: ann.
    bob > ...
    bob < anyone?
    ann > [15:06] #veche bob: anyone?
    ann < yes
    bob > [15:06] #tea ann: yes
    ann < /leave
    ann > You have left #tea. You are in #veche now.
    bob > ann has left #tea.
    ann < here
    bob > [15:06] ann: here
    bob < /leave #tea
    bob > You have left #tea. You are in #veche now.
    ann < /leave
    ann > You have left #veche and are in no room now: /join one.
    bob > ann has left #veche.
    ann < /leave
    ann < hello?
    ann < /me waits
    ann < /who
    ann < /history
    ann < /search tea
    ann > You are in no room.
    ann > You are in no room: /join one first.
    ann > You are in no room: /join one first.
    ann > 2 people are here: ann, bob.
    ann > You are in no room.
    ann > Nothing found.
    ann < /join tea
    ann < /join a b
    ann < /join
    ann > A room's name is '#' and then letters without spaces, such as #tea.
    ann > A room's name is '#' and then letters without spaces, such as #tea.
    ann > Usage: /join ROOM [KEY]
    ann < /leave #tea
    ann > You are not in that room.
  )");
}

TEST(LineCommands, ProgramsAreToldOfTheirRoomsInTheirFormat) {
  expect_transcript(R"(
    * bot is here in bare
    * ann is here
    bot > JOIN #veche ann
    ann < /join #tea
    ann > ...
    ann < hello
    bot < /join #tea
    bot < /leave #veche
    bot < /leave
    bot < /leave
    bot < hello
    bot > JOIN #tea bot
    bot > LEAVE #veche bot
    bot > LEAVE #tea bot
    bot > ERR no-room You are in no room.
    bot > ERR no-room You are in no room: /join one first.
    ann > bot has come.
    ann > bot has left #veche.
    ann > bot has left #tea.
  )");
}

TEST(LineCommands, MsgIsForOnePersonAndMeSaysWhatOneDoes) {
  expect_transcript(R"(
    * ann is here
    * bob is here
    * bot is here in bare
    ann > ...
    bob > bot has come.
    ann < /msg BOB  psst \e[31m
    ann < /msg bot psst
    ann < /msg nobody psst
    ann < /me  looks around
    ann > Nobody of that name is here.
    bob > [15:06] ann to you: psst [31m
    bob > [15:06] * ann looks around
    bot > PRIV ann psst
    bot > ME #veche ann looks around
    ann < /msg bob
    ann > Usage: /msg NAME TEXT
    bot < /msg nobody psst
    bot > ERR no-such-name Nobody of that name is here.
    bot < /me
    bot > ERR usage Usage: /me TEXT
  )");
}

TEST(LineCommands, TheHistoryIsReadAndSearched) {
  expect_transcript(R"(
    * ann is here
    * bob is here
    ann > ...
    ann < one tea
    bob < two
    ann < /me three
    bob > ...
    ann > ...
    ann < /history 2
    ann > [15:06] bob: two
    ann > [15:06] * ann three
    ann < /join #tea
    ann > ...
    ann < four tea
    ann < /search tea
    ann < /search nothing of that
    ann < /history
    ann > [15:06] #veche ann: one tea
    ann > [15:06] #tea ann: four tea
    ann > Nothing found.
    ann > [15:06] ann: four tea
    * 86400s pass
    bob < /history 1000
    bob > At most 100 lines are shown at once.
    bob > [2025-06-15 15:06] ann: one tea
    bob > [2025-06-15 15:06] bob: two
    bob > [2025-06-15 15:06] * ann three
    bob < /history 0
    bob < /history many
    bob < /history 99999999999999999999
    bob > /history takes a number of lines, such as /history 50.
    bob > /history takes a number of lines, such as /history 50.
    bob > /history takes a number of lines, such as /history 50.
    bob < /join #empty
    bob > ...
    bob < /history
    bob > Nothing was said here yet.
  )");
}

TEST(LineCommands, ProgramsReadTheHistoryLineByLineUpToItsEnd) {
  expect_transcript(R"(
    * bot is here in bare
    bot < one
    bot < /me two
    bot < /history 5
    bot < /search one
    bot < /search zwei
    bot > HIST #veche 1750000000 bot one
    bot > HIST #veche 1750000000 bot /me two
    bot > END history
    bot > HIST #veche 1750000000 bot one
    bot > END search
    bot > END search
    bot < /history x
    bot > ERR usage /history takes a number of lines, such as /history 50.
    * the workers are busy
    bot < /history
    bot > ERR busy The history cannot be read now; please try again.
  )");
  expect_transcript(R"(
    * bot is here in bare
    bot < /history
    bot < /search one
    bot > ERR history-off This server keeps no history.
    bot > ERR history-off This server keeps no history.
  )",
                    [](LineWorld& world) { world.policy.history = false; });
}

TEST(LineCommands, AGuestTakesAnotherName) {
  expect_transcript(R"(
    * ann is here
    * bot is here in bare
    ann > bot has come.
    ann < /nick Аня
    ann > ann is now called Аня.
    bot > NICK ann Аня
    ann < /nick BOT
    ann < /nick a/b c
    ann > That name is in use.
    ann > A name cannot hold spaces, controls or invisible characters.
    ann < /nick
    ann > Usage: /nick NAME
    ann < /leave
    ann > ...
    bot > LEAVE #veche Аня
    ann < /nick anna
    ann > Аня is now called anna.
  )");
}

TEST(LineCommands, TokensAndForgettingAreForAccounts) {
  expect_transcript(R"(
    * bob is here
    bob < /token
    bob < /forget
    bob > That needs an account: /password makes one of your name.
    bob > That needs an account: /password makes one of your name.
    * ann connects
    bob > (nothing)
    ann < ann
    ann < secret
    ann < secret
    ann > ...
    bob > ann has come.
    ann < /nick bob
    ann < /forget
    ann < /forget all
    ann < /forget me
    ann < /bare
    ann < /token
    ann < /forget
    ann > That is for guests: you have an account.
    ann > This address is forgotten.
    ann > Your addresses and session tokens are forgotten.
    ann > Usage: /forget [all]
    ann > READY
    ann > TOKEN TOKEN-1
    ann > NOTICE This address is forgotten.
  )");
}

TEST(LineCommands, TheServerSpeaksTheLanguageThatOneAsksFor) {
  expect_transcript(R"(
    * ann is here
    ann < /lang ru
    ann > Теперь сервер говорит с вами по-русски.
    ann < /who
    ann < /wh0
    ann < /search чай
    ann > В комнате #veche 1 человек: ann.
    ann > Команды /wh0 нет; может быть, /who?
    ann > Ничего не найдено.
    * bob is here
    ann > bob входит.
    ann < /lang uk
    ann < /rooms
    ann < /leave
    ann > Тепер сервер говорить з вами українською.
    ann > #veche: 2 особи
    ann > Ви вийшли з кімнати #veche і тепер не в жодній кімнаті: увійдіть до якоїсь командою /join.
    bob > ann has left #veche.
    ann < /bare
    ann < /join tea
    ann > READY
    ann > ERR room-name Назва кімнати — це «#» і літери без пробілів, наприклад #чай.
    ann < /lang en
    ann < /lang de
    ann > NOTICE The server speaks English to you now.
    ann > ERR usage Usage: /lang en|ru|uk
  )");
}

TEST(LineCommands, HelpIsThereInEveryLanguage) {
  expect_transcript(R"(
    * ann is here
    ann < /lang uk
    ann > ...
    ann < /help
    ann > /help                цей список
    ann > /who [ROOM|*]        хто в кімнаті або на всьому сервері
    ann > /rooms               кімнати, у яких є люди
    ann > /join ROOM [KEY]     увійти до кімнати або повернутися до неї
    ann > /leave [ROOM [WHY]]  вийти з кімнати
    ann > /topic [TEXT]        тема кімнати або нова тема
    ann > /invite NAME         запросити когось до кімнати
    ann > /remove NAME [WHY]   виставити когось із кімнати
    ann > /register            зробити кімнату своєю: вона збереже правила, тему й ранги
    ann > /unregister ROOM     відмовитися від своєї кімнати
    ann > /transfer NAME       передати кімнату іншому обліковому запису
    ann > /rank [NAME RANK]    чия це кімната або який ранг у когось, коли він приходить
    ann > /knock ROOM [TEXT]   попроситися до кімнати
    ann > /msg NAME TEXT       приватне повідомлення
    ann > /me TEXT             сказати, що ви робите
    ann > /history [N]         останні повідомлення кімнати
    ann > /search WORDS        повідомлення з усіма цими словами у ваших кімнатах
    ann > /away [TEXT]         сказати, що ви відійшли або повернулися
    ann > /nick NAME           інше ім'я, для гостей
    ann > /password            змінити пароль або створити обліковий запис на своє ім'я
    ann > /token               токен сеансу, щоб входити без пароля
    ann > /forget [all]        забути цю адресу або всі адреси й токени
    ann > /lang en|ru|uk       мова, якою з вами говорить сервер
    ann > /bare                простий формат для програм
    ann > /oper NAME PASSWORD  стати оператором
    ann > /quit                залишити сервер
    ann > //текст надсилає рядок, що починається зі скісної риски; exit — вихід.
  )");
}

TEST(LineCommands, AnUnknownCommandIsNoMessage) {
  expect_transcript(R"(
    * ann is here
    * bob is here
    ann > bob has come.
    ann < /jion #tea
    ann < /xyzzy\e[2J
    ann < /
    ann < /kick bob
    ann > There is no command /jion; did you mean /join?
    ann > There is no command /xyzzy[2J; /help lists them.
    ann > There is no command /; /help lists them.
    ann > There is no command /kick; did you mean /nick?
    bob > (nothing)
    ann < /bare
    ann < /jion #tea
    ann > READY
    ann > ERR unknown-command There is no command /jion; did you mean /join?
  )");
}

TEST(LineCommands, ReadyIsTheLastThatIsSaidToAPerson) {
  expect_transcript(R"(
    * the chat stops
    * bot connects
    bot < bot
    bot <
    bot < /who
    bot < /bare
    bot < /who
    * the chat goes on
    bot > Welcome to Veche at localhost.
    bot > По-русски: /lang ru   Українською: /lang uk
    bot > What is your name?
    bot > bot is new here. Choose a password, or press Enter to stay a guest:
    bot > Hello, bot. You are a guest; /password makes the name yours.
    bot > What you type is said to the room; /help lists the commands.
    bot > You are in #veche. Nobody else is here.
    bot > 1 person is in #veche: bot.
    bot > READY
    bot > WHO #veche bot
    bot > END who
  )");
}

TEST(LineCommands, ExitAndQuitLeave) {
  expect_transcript(R"(
    * ann is here
    * bob is here
    * bot is here in bare
    ann > ...
    bob > bot has come.
    ann <  exit
    ann < a message that comes too late
    ann > Bye.
    bob > ann has gone.
    bot > QUIT ann
    bot < /quit
    bot > (nothing)
    bob > bot has gone.
    bob < exit now
    * ann is closed
    * bot is closed
    * bob is open
  )");
}

// --- /password

TEST(LineCommands, APasswordIsChangedByWhoKnowsIt) {
  expect_transcript(R"(
    * ann is here with password old
    ann < /password
    ann > Your present password: [hide]_
    ann < old
    ann > [show]New password: [hide]_
    ann < new
    ann > [show]The same password again: [hide]_
    ann < new
    ann > [show]Your password is changed.
    ann < /quit
    ann > Bye.
    * two connects from 10.0.0.2
    two < ann
    two < old
    two > ...
    two < new
    two >
    two > Hello, ann.
    two > ...
  )");
}

TEST(LineCommands, APasswordIsChangedByLinesSentAhead) {
  expect_transcript(R"(
    * bob is here
    * bot connects
    bot < bot
    bot < old
    bot < old
    bot < /bare
    bot < /password
    bot < old
    bot < new
    bot < new
    bot < hello
    bot > ...
    bob > bot has come.
    bob > [15:06] bot: hello
    bot < /quit
    bot > (nothing)
    bob > ...
    * two connects from 10.0.0.2
    two < bot
    two < new
    two > ...
    bob > bot has come.
  )");
}

TEST(LineCommands, AGuestMakesHisNameAnAccountAndStaysWhereHeIs) {
  expect_transcript(R"(
    * bob is here
    * ann is here
    bob > ann has come.
    ann < /password
    ann > New password: [hide]_
    ann < secret
    ann > [show]The same password again: [hide]_
    ann < secret
    ann > [show]The name ann is yours now; this password is the key to it.
    ann < secret
    ann < hello
    ann > That line was your password; it was not sent.
    bob > [15:06] ann: hello
    ann < /nick eve
    ann > That is for guests: you have an account.
  )");
}

// A script that does not wait for answers goes on sending passwords after the old one was refused. While as
// many lines come as the command takes, they are passwords and not messages.
TEST(LineCommands, AfterAWrongOldPasswordThePasswordsThatFollowAreNoMessages) {
  expect_transcript(R"(
    * bob is here
    * ann is here with password old
    bob > ann has come.
    ann < /password
    ann > Your present password: [hide]_
    ann < wrong
    ann > [show]Wrong password.
    ann > Your present password: [hide]_
    ann < new
    ann > [show]Wrong password.
    ann > Your present password: [hide]_
    ann < new
    ann > [show]Wrong password.
    ann < hello
    bob > [15:06] ann: hello
  )");
}

TEST(LineCommands, LinesBehindAWrongOldPasswordAreThrownAwayAndTheirSenderDisconnected) {
  expect_transcript(R"(
    * bob is here
    * ann is here with password old
    bob > ann has come.
    * the workers stop
    ann < /password
    ann < wrong
    ann < new
    ann < new
    ann < hello
    * the workers go on
    ann > Your present password:
    ann > ERR wrong-password Wrong password.
    bob > ann has gone.
    * ann is closed
  )");
}

TEST(LineCommands, AProgramWhosePasswordIsRefusedIsDisconnected) {
  expect_transcript(R"(
    * bot is here in bare
    bot < /password
    bot > (nothing)
    bot < one
    bot < two
    bot > ERR passwords-differ The two passwords differ.
    * bot is closed
  )");
}

TEST(LineCommands, ANewPasswordThatCannotBeIsAskedForAgain) {
  expect_transcript(R"(
    * ann is here
    ann < /password
    ann > New password: [hide]_
    ann <
    ann > [show]A password cannot be empty.
    ann > New password: [hide]_
    ann < token:x
    ann > [show]A password cannot begin with 'token:'.
    ann < /password
    ann > New password: [hide]_
    ann < one
    ann > [show]The same password again: [hide]_
    ann < two
    ann > [show]The two passwords differ.
    ann < /who
    ann > 1 person is in #veche: ann.
    * the disk is full
    ann < /password
    ann > New password: [hide]_
    ann < one
    ann > [show]The same password again: [hide]_
    ann < one
    ann > [show]Not accepted: the server's disk is full.
  )");
}

}  // namespace
}  // namespace veche::session
