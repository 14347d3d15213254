#!/usr/bin/env python3
"""IRC over sockets, against the real binary: every transcript of tests/e2e/irc, and that together they leave nothing out."""

import glob
import os
import re
import unittest

from harness import Client, Server
from irc_harness import CONFIG, TRANSCRIPTS, transcript_tests
from irc_transcript import read_scenarios

FILES = sorted(glob.glob(os.path.join(TRANSCRIPTS, "*.txt")))
SOURCE = os.path.join(os.path.dirname(os.path.abspath(__file__)), "../../src/session")

# Files whose server is set up in another way.
CONFIGS = {
    "password": '[server]\nname = "veche.test"\nnetwork = "Testing"\npassword = "opensesame"\n'
                '[limits]\ncommand_rate = 0\nconnection_rate = 0\n[accounts]\nfailed_logins_per_minute = 0\n',
    "closed": CONFIG.replace("[accounts]", "[accounts]\nregistration = false\nsasl = []"),
    "late": CONFIG.replace("[accounts]", "[accounts]\nregistration_before_connect = false"),
    "members": CONFIG.replace("[accounts]", "[accounts]\nrequired = true"),
    "pace": CONFIG.replace("command_rate = 0", "command_rate = 50\ncommand_burst = 5"),
    "floods": CONFIG.replace("nick_changes = 0", "nick_changes = 2").replace("joins = 0", "joins = 3"),
    "deadlines": CONFIG.replace("ping_interval = 0", 'ping_interval = "1s"')
                       .replace("registration_timeout = 0", 'registration_timeout = "2s"'),
}

# What no client of a test can bring about, and why.
UNPROVOKED = {
    "671": "only who comes by TLS uses a secure connection (tls_test.py)",
}

for path in FILES:
    stem = os.path.splitext(os.path.basename(path))[0]
    for model in ("events", "threads"):
        case = transcript_tests(path, model, CONFIGS.get(stem, CONFIG), clock=stem == "clock")
        globals()[case.__name__] = case
del case  # or its tests would run twice


def source(name):
    with open(os.path.join(SOURCE, name), encoding="utf-8") as file:
        return file.read()


class Coverage(unittest.TestCase):
    """Nothing of the dialect is without a transcript."""

    @classmethod
    def setUpClass(cls):
        steps = [step for path in FILES for scenario in read_scenarios(path) for step in scenario.steps]
        cls.sent = [step.text for step in steps if step.kind == ">"]
        cls.awaited = [step.text for step in steps if step.kind in ("<", "<<")]
        cls.capabilities = {word for step in steps if step.kind == "caps" for word in step.text.split()}

    def assert_all(self, wanted, there):
        missing = sorted(set(wanted) - set(there))
        self.assertEqual(missing, [], "these are in no transcript")

    def test_every_command_is_sent(self):
        commands = re.findall(r'^ +\{"([A-Z]+)", &S::do_', source("irc_commands.cpp"), re.MULTILINE)
        self.assertGreater(len(commands), 40)
        sent = {re.sub(r"^(@\S+ )?(:\S+ )?", "", text).split(" ")[0].split("\\x0d")[0].upper() for text in self.sent}
        self.assert_all(commands, sent)

    def test_every_numeric_is_awaited(self):
        numbers = dict(re.findall(r"^ +([a-z]+_\w+) = (\d+),", source("irc_numeric.h"), re.MULTILINE))
        in_table = re.findall(r"^ +\{Numeric::(\w+), ", source("irc_numeric.cpp"), re.MULTILINE)
        self.assertGreater(len(in_table), 100)
        awaited = {found.group(1) for text in self.awaited if (found := re.match(r"(?:@\S+ )?:veche\.test (\d{3}) ", text))}
        self.assert_all((f"{int(numbers[name]):03}" for name in in_table), awaited | set(UNPROVOKED))
        self.assertEqual(sorted(awaited & set(UNPROVOKED)), [], "these can be provoked")

    def test_every_capability_is_asked_for(self):
        capabilities = re.findall(r'\{Cap::\w+, "([^"]+)"', source("irc_caps.cpp"))
        self.assertGreater(len(capabilities), 15)
        asked = {word for text in self.sent if (found := re.search(r"CAP REQ :?(.*)", text)) for word in found.group(1).split()}
        self.assert_all(capabilities, self.capabilities | asked)

    def test_every_channel_mode_is_set(self):
        letters = re.findall(r"\{(?:RoomFlag|Rank)::\w+, '(\w)'", source("irc_modes.cpp")) + list("beIklfjW")
        set_ = "".join(found.group(1) for text in self.sent if (found := re.match(r"(?:@\S+ )?MODE #\S+ (\S+)", text)))
        self.assert_all(letters, set_)

    def test_every_user_mode_is_set(self):
        letters = re.findall(r"\{UserFlag::\w+, '(\w)'", source("irc_modes.cpp"))
        set_ = "".join(found.group(1) for text in self.sent if (found := re.match(r"MODE [^#]\S* (\S+)", text)))
        self.assert_all(letters, set_)


def register(server, name):
    """A guest's socket, and the lines of his welcome."""
    client = Client(server.irc_port)
    client.send_bytes(f"NICK {name}\r\nUSER {name} 0 * :{name}\r\n".encode())
    return client, client.expect(f" 422 {name} :MOTD File is missing\r\n").split("\r\n")


class Isupport(unittest.TestCase):
    """005: tokens that programs can read (modern.ircdocs.horse, "RPL_ISUPPORT"; irctest: IsupportTestCase)."""

    @classmethod
    def setUpClass(cls):
        cls.server = Server()
        cls.addClassCleanup(cls.server.close)
        client, lines = register(cls.server, "alice")
        client.close()
        cls.lines = [re.fullmatch(r":\S+ 005 alice (.*) :are supported by this server", line) for line in lines if " 005 " in line]
        cls.tokens = [token for line in cls.lines for token in line.group(1).split(" ")]
        cls.values = dict(token.partition("=")[::2] for token in cls.tokens)

    def test_a_line_has_at_most_13_tokens_and_no_token_two_equals_signs(self):
        for line in self.lines:
            self.assertIsNotNone(line)
            self.assertLessEqual(len(line.group(1).split(" ")), 13)
        for token in self.tokens:
            self.assertRegex(token, r"\A[A-Z0-9]{1,20}(=[\x21-\x3c\x3e-\x7e]*)?\Z")
        self.assertEqual(len(self.values), len(self.tokens), "a token is there twice")

    def test_what_clients_look_for_is_there(self):
        for name in ("AWAYLEN", "BOT", "CASEMAPPING", "CHANLIMIT", "CHANMODES", "CHANNELLEN", "CHANTYPES", "ELIST", "EXCEPTS", "EXTBAN",
                     "INVEX", "KICKLEN", "MAXLIST", "MODES", "MONITOR", "NETWORK", "NICKLEN", "PREFIX", "STATUSMSG", "TARGMAX",
                     "TOPICLEN", "USERLEN", "UTF8ONLY", "WHOX"):
            self.assertIn(name, self.values)

    def test_prefixes_and_modes_fit_together(self):
        letters, prefixes = re.fullmatch(r"\((\w+)\)(\S+)", self.values["PREFIX"]).groups()
        self.assertEqual(dict(zip(letters, prefixes)), {"q": "~", "a": "&", "o": "@", "h": "%", "v": "+"})
        self.assertEqual(self.values["STATUSMSG"], "~&@%+")
        lists, always, when_set, never = self.values["CHANMODES"].split(",")[:4]
        for letter, kind in {"b": lists, "e": lists, "I": lists, "k": always, "l": when_set, "i": never, "n": never, "t": never}.items():
            self.assertIn(letter, kind)
        self.assertEqual(set(letters) & set(lists + always + when_set + never), set())

    def test_targmax_is_a_list_of_commands_with_numbers(self):
        for part in self.values["TARGMAX"].split(","):
            self.assertRegex(part, r"\A[A-Z]+:\d*\Z")


if __name__ == "__main__":
    unittest.main()
