"""Plays IRC transcripts (irc_transcript.py says how they are written) over sockets against a server of their own.

An awaited line is waited for, at most WAIT_S; nothing sleeps. That nobody gets a line too many is seen at the end of each
scenario: every client asks the chat something, twice, and what comes before the second answer has to have been expected.
"""

import difflib
import glob
import itertools
import os
import re
import shutil
import socket
import tempfile
import unittest

from harness import Client, Server
from irc_players import WAIT_S, IrcPlayer, LinePlayer, shown
from irc_transcript import match, read_scenarios, text_to_send

TRANSCRIPTS = os.path.join(os.path.dirname(os.path.abspath(__file__)), "irc")

FAKETIME = glob.glob("/usr/lib/*/faketime/libfaketimeMT.so.1")

MOTD = "Welcome to the tests.\nBe kind.\n"
CONFIG = """
[server]
name = "veche.test"
network = "Testing"
description = "a server for tests"
motd_file = "{motd}"
[limits]
connection_rate = 0
command_rate = 0
nick_changes = 0
joins = 0
ping_interval = 0
registration_timeout = 0
list_modes = 3
monitor = 4
topic_length = 60
kick_length = 50
away_length = 40
[accounts]
hash_cost = "lowest"
failed_logins_per_minute = 0
remember_addresses = false
[admin]
name = "Anna Admin"
email = "admin@veche.test"
location = "Kyiv"
[[operator]]
name = "root"
password = "secret"
grants = ["all"]
[[operator]]
name = "watch"
password = "secret"
grants = ["view"]
"""


class Mismatch(Exception):
    """What came is not what a transcript says; told for whoever reads the transcript."""


class Play:
    """One scenario under way."""

    def __init__(self, scenario, case):
        self.scenario, self.server, self.accounts, self.clock = scenario, case.server, case.accounts, case.clock
        self.players = {}
        self.values = {}  # what {id:x} has been
        self.tokens = itertools.count(1)
        self.step = None

    def run(self):
        self.clock("+0")
        try:
            for self.step in self.scenario.steps:
                self.take(self.step)
            self.settle()
        finally:
            for player in self.players.values():
                player.leave()

    def take(self, step):
        if step.kind == ">":
            self.player(step.name).say(text_to_send(step.text, self.values))
        elif step.kind in ("<", "<<"):
            self.expect(self.player(step.name), step)
        elif step.kind == "closed":
            line = self.hear(self.player(step.name), "the end of the connection")
            if line is not None:
                self.fail(self.player(step.name), "the end of the connection", line)
            self.players.pop(step.name).close()
        elif step.kind == "settled":
            self.settle()
        else:
            getattr(self, "do_" + step.kind)(step.name, step.text)

    def player(self, name):
        if name not in self.players:
            self.do_client(name, "")
        return self.players[name]

    def do_connect(self, name, rest, nick=None):
        source = rest.removeprefix("from ") or None
        self.players[name] = IrcPlayer(name, nick or name, self.server.irc_port, source)

    def do_client(self, name, rest):
        self.do_connect(name, rest)
        self.players[name].register()

    def do_login(self, name, rest):
        nick, password = self.who(name, rest)
        self.make_account(nick, password)
        self.do_connect(name, "", nick)
        self.players[name].register(password)

    def do_account(self, name, password):
        self.make_account(name, text_to_send(password, {}).decode())

    def do_scram(self, name, rest):
        player, (account, password) = self.player(name), rest.split()
        self.values["scram"] = player.prove(account, password)

    def do_caps(self, name, caps):
        self.player(name).request(caps)

    def do_join(self, channel, names):
        """Those who are there see the next one come."""
        there = []
        for name in names.split():
            player = self.player(name)
            player.say(f"JOIN {channel}".encode())
            for line in iter(lambda: self.hear(player, f"the names of {channel}"), None):
                if " 366 " in line:
                    break
                if re.search(r" (403|405|47\d) ", line):
                    self.fail(player, f"JOIN {channel}", line)
            for other in there:
                line = self.hear(other, f"JOIN {channel} of {name}")
                if line is None or " JOIN " not in line:
                    self.fail(other, f"JOIN {channel} of {name}", str(line))
            there.append(player)

    def do_line(self, name, rest):
        nick, password = self.who(name, rest)
        if password:
            self.make_account(nick, password)
        self.players[name] = LinePlayer(name, nick, self.server.port)
        self.players[name].enter(password or None)

    @staticmethod
    def who(name, rest):
        """Nickname and password, of "as anna secret" or "secret"."""
        found = re.fullmatch(r"(?:as (\w+) ?)?(\w*)", rest)
        return found.group(1) or name, found.group(2)

    def do_slow(self, name, _):
        self.player(name).slow = True

    def do_drop(self, name, _):
        self.players.pop(name).close()

    def do_finish(self, name, _):
        self.player(name).socket.shutdown(socket.SHUT_WR)

    def do_clock(self, offset, _):
        self.clock(offset)

    def do_restart(self, _name, _rest):
        for player in self.players.values():
            player.close()
        self.players.clear()
        self.server.kill()
        self.server.start()

    def make_account(self, name, password):
        if name in self.accounts:
            return
        self.accounts.add(name)
        client = Client(self.server.port)
        client.send(name, password, password, "/bare")
        client.expect("READY\n")
        client.send("/quit")
        client.rest()
        client.close()

    # --- what comes

    def hear(self, player, awaited):
        try:
            return player.hear()
        except socket.timeout:
            self.fail(player, awaited, f"(nothing for {WAIT_S} s)")

    def expect(self, player, step):
        while True:
            line = self.hear(player, step.text)
            if line is not None and match(step.text, line, self.values):
                player.registered = getattr(player, "registered", False) or re.match(r"(@\S+ )?:veche\.test 001 ", line) is not None
                return
            if line is None or step.kind == "<":
                self.fail(player, step.text, "(the connection has ended)" if line is None else line)

    def settle(self):
        """Twice: what the first round's lines led to is there in the second."""
        for _ in range(2):
            token = next(self.tokens)
            for player in self.players.values():
                player.ask(token)
            for player in self.players.values():
                try:
                    lines = player.unexpected(token)
                except socket.timeout:
                    lines = [f"(no answer for {WAIT_S} s)"]
                if lines:
                    self.fail(player, "(nothing more)", "\n".join(lines))

    def fail(self, player, expected, got):
        diff = difflib.ndiff(shown(expected).split("\n"), [shown(line) for line in got.split("\n")])
        player.socket.settimeout(0.2)  # what else is there already, for whoever reads this
        try:
            while player.hear() is not None:
                pass
        except (socket.timeout, OSError):
            pass
        where = f"{os.path.relpath(self.scenario.file)}:{self.step.line if self.step else self.scenario.line}"
        raise Mismatch("\n".join([f"{where}: {self.step}", *(line.rstrip("\n") for line in diff),
                                  f"the last lines of {player.name}:", *player.conversation[-12:]]))


class Transcripts(unittest.TestCase):
    """The scenarios of one file, with a server for all of them."""

    CONFIG = CONFIG
    MODEL = "events"
    CLOCK = False  # whether the server's wall clock can be set

    @classmethod
    def setUpClass(cls):
        if cls.CLOCK and not FAKETIME:
            raise unittest.SkipTest("needs libfaketime (Debian package faketime)")
        cls.directory = tempfile.mkdtemp(prefix="veche-irc-")
        motd = os.path.join(cls.directory, "motd.txt")
        with open(motd, "w", encoding="utf-8") as file:
            file.write(MOTD)
        cls.accounts = set()
        cls.clock("+0")
        cls.server = Server(cls.CONFIG.replace("{motd}", motd), args=("--model", cls.MODEL),
                            env=cls.faked_clock() if cls.CLOCK else None)
        if cls.server.irc_port is None:
            raise AssertionError("the server did not start: " + cls.server.output)

    @classmethod
    def faked_clock(cls):
        return {"LD_PRELOAD": FAKETIME[0], "FAKETIME_TIMESTAMP_FILE": os.path.join(cls.directory, "clock"), "FAKETIME_NO_CACHE": "1",
                "DONT_FAKE_MONOTONIC": "1"}

    @classmethod
    def clock(cls, offset):
        """The server's wall clock shows the true time and this much more: "+3m"."""
        file = os.path.join(cls.directory, "clock")
        with open(file + ".new", "w", encoding="utf-8") as new:
            new.write(offset + "\n")
        os.replace(file + ".new", file)

    @classmethod
    def tearDownClass(cls):
        code = cls.server.close()
        shutil.rmtree(cls.directory, ignore_errors=True)
        if code != 0:
            raise AssertionError(f"the server ended with {code}")


def transcript_tests(path, model, config=CONFIG, clock=False):
    """A test case with a test for each scenario of a file. `clock`: the server's wall clock can be set."""
    def test_of(scenario):
        def test(self):
            try:
                Play(scenario, self).run()
            except Mismatch as mismatch:
                raise self.failureException(mismatch) from None  # where in here it was noticed says nothing
        test.__doc__ = f"{os.path.basename(scenario.file)}:{scenario.line}"
        return test

    stem = os.path.splitext(os.path.basename(path))[0]
    tests = {scenario.test_name(): test_of(scenario) for scenario in read_scenarios(path)}
    name = f"{stem.title()}With{model.title()}"
    return type(name, (Transcripts,), {"CONFIG": config, "MODEL": model, "CLOCK": clock, **tests})
