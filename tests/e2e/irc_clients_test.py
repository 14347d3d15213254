"""People with the IRC clients that they have: Debian's irssi and WeeChat in tmux, and one with telnet among them."""

import os
import shutil
import tempfile
import unittest

from harness import QUICK_CONFIG, Server, Tmux

# irssi with all in one window, without the modes and names of its own wish.
IRSSI = """
settings = {
  core = { real_name = "Alice Liddell"; user_name = "alice"; nick = "alice"; };
  "fe-common/core" = { use_status_window = "no"; use_msgs_window = "no"; autocreate_windows = "no"; autocreate_query_level = "NONE";
                       autocreate_own_query = "no"; };
  "irc/core" = { usermode = ""; };
};
"""

# WeeChat with nothing beside the conversation, and every coming and going in it.
WEECHAT = ["/set weechat.bar.nicklist.hidden on", "/set weechat.bar.buflist.hidden on", "/set irc.look.smart_filter off",
           "/set irc.look.server_buffer independent", "/set irc.msgbuffer.whois current"]


class Clients(unittest.TestCase):
    def setUp(self):
        for program in ("irssi", "weechat-curses"):
            if shutil.which(program) is None:
                self.skipTest(f"needs {program} (script/bootstrap test)")
        self.server = Server(config=QUICK_CONFIG)
        self.addCleanup(self.server.close)
        self.dir = tempfile.mkdtemp(prefix="veche-clients-")
        self.addCleanup(shutil.rmtree, self.dir, ignore_errors=True)
        self.tmux = Tmux()
        self.addCleanup(self.tmux.close)

    def irssi(self, nick):
        home = os.path.join(self.dir, nick)
        os.mkdir(home)
        with open(os.path.join(home, "config"), "w", encoding="utf-8") as file:
            file.write(IRSSI)
        window = self.tmux.window(nick, f"irssi --home={home} -c 127.0.0.1 -p {self.server.irc_port} -n {nick}; echo ENDED; cat")
        window.expect(f"{nick}!~alice@127.0.0.1")
        return window

    def weechat(self, nick):
        commands = [*WEECHAT, f"/server add test 127.0.0.1/{self.server.irc_port} -nicks={nick} -username={nick} -autojoin=#tea",
                    "/connect test"]
        runs = " ".join(f"-r '{command}'" for command in commands)
        window = self.tmux.window(nick, f"weechat-curses -d {os.path.join(self.dir, nick)} {runs}; echo ENDED; cat")
        window.match(rf"{nick} .*\(~{nick}@127\.0\.0\.1\) has joined #tea")
        return window

    def telnet(self, name):
        window = self.tmux.window(name, f"telnet 127.0.0.1 {self.server.port}; echo ENDED; cat")
        window.expect("What is your name?")
        window.type(name)
        window.expect("guest")
        window.type("")
        window.expect("#veche")
        return window

    def test_irssi_weechat_and_telnet_in_one_room(self):
        alice = self.irssi("alice")
        alice.type("/join #tea")
        alice.match(r"alice \[~alice@127\.0\.0\.1\] has joined #tea")
        alice.match(r"\[@alice\]")

        bob = self.weechat("bob")
        alice.match(r"bob \[~bob@127\.0\.0\.1\] has joined #tea")

        carol = self.telnet("carol")
        carol.type("/join #tea")
        carol.expect("You are in #tea with 2 others: alice, bob.")
        alice.match(r"carol \[~veche@127\.0\.0\.1\] has joined #tea")
        bob.match(r"carol .*\(~veche@127\.0\.0\.1\) has joined #tea")

        alice.type("привет from irssi")
        bob.match(r"@alice +\| привет from irssi")
        carol.expect("alice: привет from irssi")
        bob.type("hello from WeeChat")
        alice.match(r"< bob> hello from WeeChat")
        carol.expect("bob: hello from WeeChat")
        carol.type("їжак from telnet")
        alice.match(r"< carol> їжак from telnet")
        bob.match(r"carol +\| їжак from telnet")

        alice.type("/me waves")
        bob.match(r"\* \| alice waves")
        carol.expect("* alice waves")
        carol.type("/me waves back")
        alice.match(r"\* carol waves back")
        bob.match(r"\* \| carol waves back")

        alice.type("/topic Green or black?")
        alice.match(r"alice changed the topic of #tea to: Green or black\?")
        bob.match(r'alice has (set|changed) topic for #tea to "Green or black\?"')
        carol.expect("Green or black?")

        carol.type("/msg alice between us")
        alice.match(r"\[carol\(~veche@127\.0\.0\.1\)\] between us")
        alice.type("/msg carol nobody hears it")
        carol.expect("alice to you: nobody hears it")

        bob.type("/away gone for lunch")
        bob.expect("[bob away: gone for lunch]")
        alice.type("/msg bob are you there?")
        alice.match(r"bob is away: gone for lunch")
        bob.type("/query alice")
        bob.match(r"alice +\| are you there\?")
        bob.type("/buffer #tea")

        alice.type("/whois carol")
        alice.match(r"carol \[~veche@127\.0\.0\.1\]")
        alice.match(r"channels : #veche #tea")
        alice.expect("End of WHOIS")
        bob.type("/whois alice")
        bob.match(r"\[alice\] \(~alice@127\.0\.0\.1\): Alice Liddell")
        bob.match(r"\[alice\] @#tea")

        alice.type("/kick carol too loud")
        alice.match(r"carol was kicked from #tea by alice \[too loud\]")
        bob.match(r"alice has kicked carol \(too loud\)")
        carol.expect("too loud")
        alice.type("/ban carol!*@*")
        alice.match(r"mode/#tea \[\+b carol!\*@\*\] by alice")
        bob.match(r"Mode #tea \[\+b carol!\*@\*\] by alice")
        carol.type("/join #tea")
        carol.expect("You are banned from that room.")
        alice.type("/unban carol!*@*")
        bob.match(r"Mode #tea \[-b carol!\*@\*\] by alice")
        carol.type("/join #tea")
        carol.expect("You are in #tea with 2 others: alice, bob.", times=2)

        alice.type("/nick alicia")
        bob.match(r"alice is now known as alicia")
        carol.expect("alice is now called alicia.")
        alice.type("/quit good night")
        alice.expect("ENDED")
        bob.match(r"alicia .*\(~alice@127\.0\.0\.1\) has quit \((Quit: )?good night\)")
        carol.expect("alicia has gone: ")
        bob.type("/quit so am I")
        bob.expect("ENDED")
        carol.expect("bob has gone: ")


if __name__ == "__main__":
    unittest.main()
