"""Every IRC command with parameters that make no sense, in any order: each answer is a line of IRC, and nobody else suffers.

VECHE_SEED repeats a run, VECHE_LINES makes it longer.
"""

import os
import random
import re
import unittest

from harness import QUICK_CONFIG, Server
from irc_players import IrcPlayer, LinePlayer

SEED = int(os.environ.get("VECHE_SEED") or random.randrange(1 << 32))
LINES = int(os.environ.get("VECHE_LINES", "20000"))
COMMANDS = os.path.join(os.path.dirname(os.path.abspath(__file__)), "../../src/session/irc_commands.cpp")

ODD = ["", ":", "::", "*", "0", "-1", "1", "+", "-", "=", "!", ",", ",,,", "#", "#,#", ":#", "@#", "+#room", "@#room", "#room", "#ROOM",
       "#nowhere", "#комната", "alice", "ALICE", "bob", "-bob", "+bob", "nobody", "veche.test", "nickserv", "*!*@*", "a!b@c", "m:a:b", "U:*",
       "+o", "-o", "+beIq", "+k", "+l", "+f", "+я", "oooo", "%", "%t", "%tcuihsnfdlaor,1234", "C<1", "T>", "!#*", "99999999999999999999",
       "two words", " lead", "я", "😃", "e\u0301", "\u202e", "\ufeff", "\x01", "\x01ACTION\x01", "\x02\x03", "x" * 300, "я" * 150]
TAGS = ["", "", "", "@label=x ", "@+typing=active;label=y ", "@=;;a= ", ":src ", ":: "]
CAPABILITIES = ("server-time account-tag message-tags extended-join away-notify account-notify setname batch labeled-response echo-message "
                "standard-replies multi-prefix userhost-in-names invite-notify extended-monitor draft/channel-rename")
NOT_NOW = {"QUIT", "OPER", "DLINE", "KLINE", "KILL", "REHASH", "VECHE"}  # they end it, or are for operators


class BadInput(unittest.TestCase):
    def setUp(self):
        self.server = Server(config='[server]\nname = "veche.test"\n' + QUICK_CONFIG)
        self.addCleanup(self.server.kill)
        self.random = random.Random(SEED)
        with open(COMMANDS, encoding="utf-8") as file:
            self.commands = sorted(set(re.findall(r'\{"([A-Z]+)", &S::do_', file.read())) - NOT_NOW)

    def come(self, name, caps=None):
        player = IrcPlayer(name, name, self.server.irc_port)
        player.register()
        if caps:
            player.request(caps)
        player.say(b"JOIN #room")
        return player

    def line(self):
        parts = [self.random.choice(ODD) for _ in range(self.random.randrange(5))]
        if parts and self.random.random() < 0.7:
            parts[-1] = ":" + parts[-1]
        return self.random.choice(TAGS) + " ".join([self.random.choice(self.commands), *parts])

    def assert_answered(self, player, token, sent):
        """Up to the answer to the last PING; each line is one."""
        player.say(f"PING :{token}".encode())
        for line in iter(player.hear, None):
            if line.endswith(f" PONG veche.test :{token}"):
                return player.conversation.clear()
            tags, body = re.fullmatch(r"(@\S+ )?(.*)", line, re.DOTALL).groups()
            self.assertRegex(body, r"\A(:\S+ (\d{3}|[A-Z]+)( |\Z)|ERROR :|PING :)", f"seed {SEED}")
            self.assertLessEqual(len((tags or "").encode()), 8191)
            self.assertLessEqual(len(body.encode("utf-8", "surrogateescape")), 510)
            self.assertNotRegex(line, "[\x00\r\udc80-\udcff]", f"seed {SEED}: not a line of UTF-8")
        self.fail("\n".join([f"seed {SEED}: the server has closed the connection, or ended, behind these:", *sent[-25:]]))

    def test_every_command_takes_every_parameter(self):
        talkers = [self.come("alice", CAPABILITIES), self.come("bob")]
        carol = LinePlayer("carol", "carol", self.server.port)
        carol.enter(None)
        carol.say(b"/join #room")
        sent = []
        for number in range(LINES):
            line = self.line()
            sent.append(line)
            self.random.choice(talkers).say(line.encode())
            if number % 20 == 0:
                for talker in talkers:
                    self.assert_answered(talker, number, sent)
                carol.ask(number)
                carol.unexpected(number)
        for player in (*talkers, carol):
            player.leave()

    def test_before_registration_too(self):
        witness = self.come("witness")
        sent = []
        for number in range(LINES // 10):
            player = IrcPlayer("nobody", "nobody", self.server.irc_port)
            for _ in range(10):
                line = self.line()
                sent.append(line)
                player.say(line.encode())
            player.leave()
            self.assert_answered(witness, number, sent)
        witness.leave()


if __name__ == "__main__":
    unittest.main()
