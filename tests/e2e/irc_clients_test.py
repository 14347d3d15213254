"""People with the IRC clients that they have: Debian's irssi and WeeChat in tmux, one with telnet among them; then both over
TLS, which they verify, with each SASL mechanism that they speak."""

import os
import shutil
import tempfile
import unittest

from harness import QUICK_CONFIG, Server, Tmux, free_port, veche
from tls_test import make_certificate

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


class Case(unittest.TestCase):
    def setUp(self):
        for program in ("irssi", "weechat-curses"):
            if shutil.which(program) is None:
                self.skipTest(f"needs {program} (script/bootstrap test)")
        self.dir = tempfile.mkdtemp(prefix="veche-clients-")
        self.addCleanup(shutil.rmtree, self.dir, ignore_errors=True)
        self.tmux = Tmux()
        self.addCleanup(self.tmux.close)
        self.homes = 0

    def home(self):
        """A folder of settings for one client."""
        self.homes += 1
        home = os.path.join(self.dir, f"home{self.homes}")
        os.mkdir(home)
        return home

    def irssi_window(self, name, options, more_settings=""):
        home = self.home()
        with open(os.path.join(home, "config"), "w", encoding="utf-8") as file:
            file.write(IRSSI + more_settings)
        return self.tmux.window(name, f"irssi --home={home} {options}; echo ENDED; cat")

    def weechat_window(self, name, *commands):
        runs = " ".join(f"-r '{command}'" for command in (*WEECHAT, *commands, "/connect test"))
        return self.tmux.window(name, f"weechat-curses -d {self.home()} {runs}; echo ENDED; cat")


class Clients(Case):
    def setUp(self):
        super().setUp()
        self.server = Server(config=QUICK_CONFIG)
        self.addCleanup(self.server.close)

    def irssi(self, nick):
        window = self.irssi_window(nick, f"-c 127.0.0.1 -p {self.server.irc_port} -n {nick}")
        window.expect(f"{nick}!~alice@127.0.0.1")
        return window

    def weechat(self, nick):
        window = self.weechat_window(
            nick, f"/server add test 127.0.0.1/{self.server.irc_port} -nicks={nick} -username={nick} -autojoin=#tea")
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


class OverTls(Case):
    """Their server is `localhost`, whose certificate they trust and verify."""

    def setUp(self):
        super().setUp()
        for name in ("server", "alice", "bob"):
            make_certificate(self.dir, name)
        config = (f'[tls]\ncert = "{self.path("server.crt")}"\nkey = "{self.path("server.key")}"\n'
                  f'[[listen]]\nprotocol = "irc"\nport = {free_port()}\ntls = true\ntls_client_cert = "ask"\n{QUICK_CONFIG}')
        self.server = Server(config=config, irc=None, data=tempfile.mkdtemp(dir=self.dir))
        self.addCleanup(self.server.close)
        for name in ("alice", "bob"):
            done = veche("account", "add", name, "--data", self.server.data, stdin=f"secret-of-{name}\n")
            self.assertEqual(done.returncode, 0, done.stderr)

    def path(self, name):
        return os.path.join(self.dir, name)

    def irssi(self, name, sasl):
        window = self.irssi_window(name, "", f"""
servers = ( {{ address = "localhost"; chatnet = "veche"; port = "{self.server.irc_tls_port}"; autoconnect = "yes"; use_tls = "yes";
               tls_verify = "yes"; tls_cafile = "{self.path("server.crt")}"; tls_cert = "{self.path("alice.pem")}"; }} );
chatnets = {{ veche = {{ type = "IRC"; nick = "alice"; {sasl} }}; }};
""")
        window.match(r"Protocol: TLSv1\.3")
        return window

    def weechat(self, name, mechanism, password=""):
        return self.weechat_window(
            name, f"/set weechat.network.gnutls_ca_user {self.path('server.crt')}",
            f"/server add test localhost/{self.server.irc_tls_port} -ssl -ssl_cert={self.path('bob.pem')} -nicks=bob -username=bob "
            f"-sasl_mechanism={mechanism} -sasl_username=bob -sasl_password={password}")

    def quit(self, window):
        window.type("/quit")
        window.expect("ENDED")

    def test_irssi_plain_then_external(self):
        alice = self.irssi("wrong", 'sasl_mechanism = "PLAIN"; sasl_username = "alice"; sasl_password = "a guess";')
        alice.match(r"SASL.*failed")
        self.quit(alice)
        alice = self.irssi("stranger", 'sasl_mechanism = "EXTERNAL";')
        alice.match(r"SASL.*failed")
        self.quit(alice)
        alice = self.irssi("plain", 'sasl_mechanism = "PLAIN"; sasl_username = "alice"; sasl_password = "secret-of-alice";')
        alice.expect("You are now logged in as alice")
        alice.expect("SASL authentication succeeded")
        alice.type("/quote NS CERT ADD")
        alice.match(r"NickServ.*[0-9a-f]{64}")
        self.quit(alice)
        alice = self.irssi("external", 'sasl_mechanism = "EXTERNAL";')
        alice.expect("You are now logged in as alice")
        alice.expect("SASL authentication succeeded")
        alice.expect("Welcome to the Veche IRC Network alice!")
        self.assertRegex(self.sessions(), r" alice +- +127\.0\.0\.1 +ircs ")

    def test_weechat_plain_scram_and_external(self):
        for mechanism in ("plain", "scram-sha-256"):
            bob = self.weechat(f"wrong-{mechanism}", mechanism, "guess")
            bob.expect("SASL authentication failed")
            self.quit(bob)
            bob = self.weechat(mechanism, mechanism, "secret-of-bob")
            bob.match("certificate is trusted")
            bob.match("You are now logged in as bob")
            bob.expect("SASL authentication successful")
            if mechanism != "plain":
                bob.type("/quote NS CERT ADD")
                bob.match(r"NickServ.*[0-9a-f]{64}")
            self.quit(bob)
        bob = self.weechat("external", "external")
        bob.match("You are now logged in as bob")
        bob.expect("SASL authentication successful")
        bob.expect("Welcome to the Veche IRC Network bob!")
        self.assertRegex(self.sessions(), r" bob +- +127\.0\.0\.1 +ircs ")

    def sessions(self):
        return veche("ctl", "--socket", os.path.join(self.server.data, "veche.sock"), "sessions").stdout


if __name__ == "__main__":
    unittest.main()
