"""What a server must live through: kill -9, a clock that steps back, no descriptors left, being stopped for a while,
a thousand who never read.

VECHE_KILL_ROUNDS: how many times it is killed (10; 500 is the long run).
"""

import glob
import os
import random
import re
import resource
import selectors
import shutil
import signal
import sqlite3
import tempfile
import threading
import time
import unittest

from faults_harness import Case, heard, limits, sanitized, say, stop, stored
from harness import DEADLINE_S, Client, wait_until
from operator_test import Ctl

KILL_ROUNDS = int(os.environ.get("VECHE_KILL_ROUNDS", "10"))


class Chatter:
    """A client that talks without waiting and remembers what it heard, until the connection breaks."""

    def __init__(self, server, name, prefix):
        self.client = server.guest(name)
        self.client.socket.setblocking(False)
        self.prefix, self.said, self.unsent, self.heard, self.rest, self.open = prefix, 0, b"", [], self.client.seen, True

    def talk(self):
        if len(self.unsent) < 4096:
            for _ in range(random.randint(1, 5)):
                self.unsent += f"{self.prefix} {self.said}\n".encode()
                self.said += 1
        try:
            self.unsent = self.unsent[self.client.socket.send(self.unsent):]
        except OSError:
            pass  # full, or broken: then reading says so once all is read that came

    def listen(self):
        try:
            data = self.client.socket.recv(1 << 18)
        except BlockingIOError:
            return
        except ConnectionResetError:
            data = b""
        self.open = bool(data)
        *lines, self.rest = (self.rest + data).split(b"\n")
        self.heard += [line.split(b" ", 3)[3].decode() for line in lines if line.startswith(b"MSG ")]


class KillNine(Case):
    CHATTERS = 6

    def storm(self, server, number):
        """Everybody talks; at a random moment it is killed. Gives the chatters when nothing more comes."""
        chatters = [Chatter(server, f"c{i}", f"{number} {i}") for i in range(self.CHATTERS)]
        selector = selectors.DefaultSelector()
        for chatter in chatters:
            selector.register(chatter.client.socket, selectors.EVENT_READ, chatter)
        killer = threading.Timer(random.uniform(0, 0.25), os.kill, (server.process.pid, signal.SIGKILL))
        killer.start()
        end = time.monotonic() + DEADLINE_S
        while any(chatter.open for chatter in chatters):
            self.assertLess(time.monotonic(), end)
            for chatter in chatters:
                if chatter.open:
                    chatter.talk()
            for key, _ in selector.select(0.002):
                key.data.listen()
                if not key.data.open:
                    selector.unregister(key.fileobj)
        killer.join()
        selector.close()
        server.kill()
        return chatters

    def test_at_any_moment_loses_nothing_that_anyone_saw(self):
        seed = int(os.environ.get("VECHE_SEED", random.randrange(1 << 32)))
        random.seed(seed)
        server = self.start()
        newest, heard_ever = 0, 0
        for number in range(KILL_ROUNDS):
            with self.subTest(f"round {number}, seed {seed}"):
                chatters = self.storm(server, number)
                server.start()
                self.assertIsNotNone(server.port, server.output)
                with sqlite3.connect(f"file:{server.data}/veche.db?mode=ro", uri=True) as database:
                    rows = database.execute("SELECT id, text FROM messages WHERE id > ? ORDER BY id", (newest,)).fetchall()
                database.close()
                ids = {text: id_ for id_, text in rows}
                self.assertEqual(len(ids), len(rows), "a message is in the history twice")
                self.assertTrue(all(text.startswith(f"{number} ") for text in ids), "ids do not ascend over a restart")
                for chatter in chatters:
                    lost = [text for text in chatter.heard if text not in ids]
                    self.assertEqual(lost, [], "seen by somebody and not in the history")
                    order = [ids[text] for text in chatter.heard]
                    self.assertTrue(all(a < b for a, b in zip(order, order[1:])), "heard in another order than that of ids")
                    heard_ever += len(order)
                    # Of what one client said, the history holds the beginning, without gaps.
                    own = [int(text.split()[2]) for _, text in rows if text.startswith(chatter.prefix + " ")]
                    self.assertEqual(own, list(range(len(own))))
                    chatter.client.close()
                newest = rows[-1][0] if rows else newest
        self.assertGreater(heard_ever, 0)
        listener = server.guest("reader")
        listener.send("/history 100")
        last = re.findall(r"^HIST \S+ \d+ \S+ (.*)$", listener.expect("END history\n"), re.MULTILINE)
        self.assertEqual(last, [text for _, text in stored(server)][-100:])
        if KILL_ROUNDS > 50:
            print(f"killed {KILL_ROUNDS} times, seed {seed}: {heard_ever} deliveries, {newest} messages kept")


FAKETIME = glob.glob("/usr/lib/*/faketime/libfaketimeMT.so.1")


class ClockStepsBack(Case):
    CONFIG = limits('registration_timeout = "1s"')

    def setUp(self):
        if not FAKETIME or sanitized():
            self.skipTest("needs libfaketime (Debian package faketime), and a binary without sanitizers")
        dir_ = tempfile.mkdtemp(prefix="veche-clock-")
        self.addCleanup(shutil.rmtree, dir_)
        self.hands = os.path.join(dir_, "clock")
        self.step("+0")
        self.server = self.start(self.CONFIG,
                                 env={"LD_PRELOAD": FAKETIME[0], "FAKETIME_TIMESTAMP_FILE": self.hands, "FAKETIME_NO_CACHE": "1",
                                      "DONT_FAKE_MONOTONIC": "1"})
        self.ctl = Ctl(self.server)

    def step(self, offset):
        """The server's wall clock shows the true time and this much more: "-1d", "+2h"."""
        with open(self.hands + ".new", "w", encoding="utf-8") as file:
            file.write(offset + "\n")
        os.replace(self.hands + ".new", self.hands)

    def test_and_messages_go_on_in_order(self):
        talker, listener = self.server.guest("talker"), self.server.guest("listener")
        offsets = ["+0", "-1d", "-30d", "+1h", "-1h"]
        for number, offset in enumerate(offsets):
            self.step(offset)
            self.assertIsNone(say(talker, str(number)))
        wanted = [str(number) for number in range(len(offsets))]
        self.assertEqual(heard(listener), wanted)
        listener.send("/history")
        lines = re.findall(r"^HIST \S+ (\d+) \S+ (.*)$", listener.expect("END history\n"), re.MULTILINE)
        self.assertEqual([text for _, text in lines], wanted)
        self.assertLess(int(lines[2][0]), int(lines[0][0]) - 29 * 86400, "the clock was not stepped at all")
        self.server.kill(signal.SIGTERM)
        self.server.start()
        talker = self.server.guest("talker")
        self.assertIsNone(say(talker, "after a restart"))
        self.assertEqual([text for _, text in stored(self.server)], [*wanted, "after a restart"])

    def test_and_tokens_and_bans_hold_and_end(self):
        ann = self.server.client("Ann", "secret", "secret", "/bare", "/token")
        token = ann.expect("TOKEN ") and ann.expect("\n").strip()
        self.ctl("ban 192.0.2.0/24 --for 1h")
        self.ctl("ban Eve --for 1h")
        self.step("-1d")
        self.server.client("Ann token:" + token, "/bare").expect("READY\n")
        self.assertIn("ERR name-banned", self.server.client("Eve", "", "/bare").finish())
        self.ctl("unban 192.0.2.0/24")
        self.step("+2h")
        eve = self.server.guest("Eve")
        eve.close()
        self.server.client("Ann token:" + token, "/bare").expect("READY\n")
        self.step("+31d")
        self.assertIn("ERR", self.server.client("Ann token:" + token, "/bare").finish())

    def test_and_timeouts_end_as_ever(self):
        silent = self.server.client()
        silent.expect("\n")
        self.step("-1d")
        began = time.monotonic()
        silent.rest()
        self.assertLess(time.monotonic() - began, 10)
        self.step("-2d")
        self.server.client().rest()


class NoDescriptors(Case):
    def arrive(self, name):
        """In the room; None: turned away with a word."""
        client = Client(self.server.port)
        greeting = client.expect("\n")
        if greeting.startswith("ERR server-full "):
            self.assertEqual(client.rest(), "")
            return None
        client.send(name, "", "/bare")
        client.expect("READY\n")
        return client

    def test_left_turns_newcomers_away_and_serves_them_when_there_are_some(self):
        if sanitized():
            self.skipTest("without descriptors the sanitizer's own check of a type fails: it needs a pipe")
        self.server = self.start(prefix=["prlimit", "--nofile=64:64"])
        here = []
        while newcomer := self.arrive(f"c{len(here)}"):
            here.append(newcomer)
            self.assertLess(len(here), 64)
        self.assertGreater(len(here), 10)
        for _ in range(3):
            self.assertIsNone(self.arrive("late"))
        for number in range(20):
            self.assertIsNone(say(here[0], f"still talking {number}"))
        self.assertEqual(heard(here[1]), [f"still talking {number}" for number in range(20)])
        # Many at the door, and one second to look at: it must not spin.
        waiting = [Client(self.server.port) for _ in range(200)]
        before = self.server.cpu_s()
        time.sleep(1)
        self.assertLess(self.server.cpu_s() - before, 0.3)
        for one in waiting:
            self.assertIn("ERR server-full", one.rest())
        for one in here[2:7]:
            one.close()
        back = [wait_until(lambda: self.arrive(f"back{number}"), "newcomers are served again") for number in range(5)]
        self.assertIsNone(say(back[4], "here we are"))
        here[0].expect("MSG #veche back4 here we are\n")

    def test_left_an_operator_at_the_door_waits_and_costs_nothing(self):
        # His connection stayed readable and could not be accepted: the main thread burned a processor.
        if sanitized():
            self.skipTest("without descriptors the sanitizer's own check of a type fails: it needs a pipe")
        self.server = self.start(prefix=["prlimit", "--nofile=64:64"])
        here = []
        while newcomer := self.arrive(f"c{len(here)}"):
            here.append(newcomer)
        waiting = Ctl(self.server).start("status")
        before = self.server.cpu_s()
        time.sleep(1)  # that second's processor time is what is looked at
        self.assertLess(self.server.cpu_s() - before, 0.3)
        here.pop().close()
        self.assertIn("serving", waiting.communicate(timeout=DEADLINE_S)[0])


class Stopped(Case):
    STOP_S = 1.5

    def test_and_continued_it_loses_nothing_and_drops_nobody(self):
        # Longer than every timeout: who spoke in time must not pay for a server that was not listening. It looked at its
        # timers before its sockets, because the stop had interrupted epoll_wait, and cut those who had spoken as idle.
        self.server = self.start(limits('registration_timeout = "1s"', 'idle_timeout = "1s"'))
        clients = [self.server.guest(f"c{i}") for i in range(8)]
        half_way = self.server.client()
        half_way.expect("\n")
        stop(self.server)
        for i, client in enumerate(clients):
            client.send(*(f"{i} {number}" for number in range(50)))
        half_way.send("newcomer", "", "/bare")
        unseen = self.server.client("unseen", "", "/bare")
        time.sleep(self.STOP_S)  # what is tested is a stop of that length
        self.server.process.send_signal(signal.SIGCONT)
        orders = []
        for i, client in enumerate(clients):
            lines = ""
            while len(re.findall("^MSG ", lines, re.MULTILINE)) < 7 * 50:
                lines += client.expect("\n")
            orders.append(re.findall(r"^MSG #veche \S+ (\d+ \d+)$", lines, re.MULTILINE))
            for other in range(8):
                said = [text for text in orders[i] if text.startswith(f"{other} ")]
                self.assertEqual(said, [] if other == i else [f"{other} {number}" for number in range(50)])
        for i, order in enumerate(orders[1:], 1):
            self.assertEqual([text for text in order if text[0] not in f"0{i}"],
                             [text for text in orders[0] if text[0] not in f"0{i}"])
        half_way.expect("READY\n")
        unseen.expect("READY\n")


class SlowReaders(Case):
    SLOW = 1000
    CONFIG = ('[limits]\ncommand_rate = 0\nconnection_rate = 0\nsend_queue = "64KiB"\n[accounts]\nhash_cost = "lowest"\n'
              "[history]\nplayback_limit = 0\n")
    # 1,000 x 64 KiB, were nothing shared, and as much again for what the allocator keeps. Sanitizers keep what is freed.
    MORE_MIB_MAX = 1024 if sanitized() else 128

    def setUp(self):
        soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
        if hard < self.SLOW + 100:
            self.skipTest(f"needs {self.SLOW + 100} descriptors")
        resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
        self.addCleanup(resource.setrlimit, resource.RLIMIT_NOFILE, (soft, hard))
        self.server = self.start(self.CONFIG)

    def crowd(self, wave):
        slow = []
        for number in range(self.SLOW):
            client = Client(self.server.port, receive_buffer=4096, segment=536)
            client.send(f"slow-{wave}-{number}", "", "/bare")
            slow.append(client)
        return slow

    def drain(self, who):
        """What has come for him so far."""
        self.peak = max(self.peak, self.server.resident_mib())
        who.send("/rooms")
        return who.expect("END rooms\n")

    def wave(self, number, talk):
        """A crowd comes, is talked at until it is cut, and is gone."""
        slow = self.crowd(number)
        wait_until(lambda: self.ctl.json("status")["people"] == self.SLOW + 2, "all are here")
        end = time.monotonic() + DEADLINE_S
        gone = 0
        said = [0, 0]
        got = [[], []]
        # The answer to one's own /rooms may come before what the other has just said.
        while gone < self.SLOW or any(len(got[i]) < said[1 - i] for i in range(2)):
            self.assertLess(time.monotonic(), end, f"{gone} of {self.SLOW} are cut, {said} were said, {got} came")
            if gone < self.SLOW:
                talk(number, said)
            for i, who in enumerate(self.two):
                lines = self.drain(who)
                got[i] += re.findall(rf"^MSG #veche talker{1 - i} {number} (\d+) x+$", lines, re.MULTILINE)
                gone += lines.count("QUIT slow-") if i == 0 else 0
        for i in range(2):
            self.assertEqual(got[i], [str(one) for one in range(said[1 - i])], "the two lose nothing")
        for one in slow:
            one.close()

    def talk_to_all(self, number, said):
        for i, who in enumerate(self.two):
            who.send(*(f"{number} {one} " + "x" * 3800 for one in range(said[i], said[i] + 5)))
            said[i] += 5

    def whisper_to_each(self, number, said):
        self.two[0].send(*(f"/msg slow-{number}-{one} " + "y" * 3800 for one in range(self.SLOW)))
        self.two[1].send(f"{number} {said[1]} x")
        said[1] += 1

    def test_are_cut_while_memory_stays_bounded_and_two_talkers_lose_nothing(self):
        self.ctl = Ctl(self.server)
        self.two = [self.server.guest("talker0"), self.server.guest("talker1")]
        descriptors, before = self.server.descriptors(), self.server.resident_mib()
        peaks = []
        for number, talk in enumerate([self.talk_to_all, self.whisper_to_each, self.whisper_to_each]):
            self.peak = 0
            self.wave(number, talk)
            peaks.append(self.peak)
            self.assertLess(self.peak - before, self.MORE_MIB_MAX)
            wait_until(lambda: self.server.descriptors() <= descriptors, "the descriptors have come back")
        # The allocator keeps what was freed, and uses it again: a crowd that left anything behind would show here.
        if not sanitized():
            self.assertLess(peaks[2], peaks[1] + 32, "each crowd costs more than the one before")
        self.assertEqual(self.ctl.json("status")["people"], 2)
        self.server.expect_log("reads too slowly")


if __name__ == "__main__":
    unittest.main(verbosity=2)
