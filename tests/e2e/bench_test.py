#!/usr/bin/env python3
"""`veche bench chat`, small: every mode against a server of its own, and what it says when it cannot."""

import json
import os
import unittest

from harness import Server, veche

CONFIG = """
[limits]
command_rate = 0
[accounts]
hash_cost = "lowest"
"""


class ChatBench(unittest.TestCase):
    def setUp(self):
        self.server = Server(CONFIG)
        self.addCleanup(self.server.close)

    def bench(self, *options, irc=False):
        port, protocol = (self.server.irc_port, "irc") if irc else (self.server.port, "line")
        done = veche("bench", "chat", "--target", f"127.0.0.1:{port}", "--protocol", protocol, "--pid",
                     str(self.server.process.pid), "--json", *options)
        self.assertEqual(done.returncode, 0, done.stderr)
        return json.loads(done.stdout)

    def test_saturating_delivers_every_message_to_everybody(self):
        result = self.bench("--members", "20", "--window", "4", "--duration", "200ms")
        self.assertGreater(result["messages"], 4)
        self.assertEqual(result["deliveries"], 20 * result["messages"])
        self.assertGreater(result["cpu_us_per_delivery"], 0)

    def test_many_rooms_at_once(self):
        result = self.bench("--rooms", "10", "--members", "3", "--senders", "5", "--duration", "200ms")
        self.assertEqual(result["deliveries"], 3 * result["messages"])
        self.assertGreater(result["messages"], 5 * 8)

    def test_several_who_speak_in_one_room_hear_each_other(self):
        result = self.bench("--rooms", "2", "--members", "3", "--senders", "6", "--window", "2", "--duration", "200ms")
        self.assertEqual(result["deliveries"], (3 + 2) * result["messages"])
        self.assertGreater(result["messages"], 6 * 2)

    def test_a_pace_is_kept_and_every_delivery_timed(self):
        result = self.bench("--mode", "paced", "--rate", "200", "--members", "5", "--duration", "500ms")
        self.assertEqual(result["messages"], 100)
        self.assertEqual(result["deliveries"], 500)
        self.assertGreater(result["median_ms"], 0)
        self.assertLessEqual(result["median_ms"], result["p99_ms"])
        self.assertLessEqual(result["p99_ms"], result["max_ms"])

    def test_idle_members_and_log_ins_are_measured(self):
        self.assertGreater(self.bench("--mode", "idle", "--members", "200")["idle_bytes_per_client"], 0)
        result = self.bench("--mode", "logins", "--window", "4", "--duration", "200ms")
        self.assertGreater(result["logins"], 4)
        self.assertGreater(result["logins_per_s"], 0)

    def test_irc_is_measured_in_every_mode_too(self):
        result = self.bench("--rooms", "2", "--members", "5", "--senders", "4", "--window", "2", "--duration", "200ms", irc=True)
        self.assertEqual(result["deliveries"], (5 + 1) * result["messages"])
        self.assertGreater(result["messages"], 4 * 2)
        result = self.bench("--mode", "paced", "--rate", "200", "--members", "5", "--duration", "500ms", irc=True)
        self.assertEqual(result["deliveries"], 500)
        self.assertGreater(self.bench("--mode", "idle", "--members", "200", irc=True)["idle_bytes_per_client"], 0)
        self.assertGreater(self.bench("--mode", "logins", "--window", "4", "--duration", "200ms", irc=True)["logins"], 4)

    def test_a_rush_ends_with_everybody_gone_and_disturbs_few(self):
        result = self.bench("--mode", "rush", "--members", "100", "--rate", "200", irc=True)
        for phase in ("join", "quit"):
            self.assertGreater(result[phase]["seconds"], 0)
            self.assertGreater(result[phase]["bytes"], 100 * 100 / 2 * len(":m500000 JOIN #room-9999"))
        self.assertEqual(self.bench("--members", "2", "--duration", "50ms", irc=True)["members"], 2, "their names are free again")

    def test_says_in_words_what_it_measured(self):
        done = veche("bench", "chat", "--target", f"127.0.0.1:{self.server.port}", "--members", "3", "--duration", "50ms")
        self.assertRegex(done.stdout, r"^\d+ messages, \d+ deliveries in [\d.]+ s: \d+ a second, ")


class Wrong(unittest.TestCase):
    def assert_fails(self, code, message, *options):
        done = veche("bench", "chat", *options)
        self.assertEqual((done.returncode, done.stdout), (code, ""))
        self.assertIn(message, done.stderr)

    def test_usage_is_told_what_would_be_right(self):
        for options, message in [
            (["--protocol", "radis"], "veche: protocol 'radis': unknown (did you mean redis?)"),
            (["--mode", "pased"], "veche: --mode pased: unknown (did you mean paced?)"),
            (["--members", "0"], "veche: --members: must be more than 0"),
            (["--rate", "-1", "--mode", "paced"], "veche: --rate: must be more than 0"),
            (["--duration", "soon"], "veche: --duration soon:"),
            (["--target", "nowhere"], "nowhere"),
            (["--membres", "5"], "veche: --membres: unknown option (did you mean --members?)"),
        ]:
            with self.subTest(options):
                self.assert_fails(2, message, *options)

    def test_a_rush_needs_people_who_are_in_no_room(self):
        self.assert_fails(1, "veche: --mode rush: members cannot be logged in and in no room (--protocol irc)", "--mode", "rush")

    def test_a_server_that_is_not_there(self):
        self.assert_fails(1, "veche: connect to 127.0.0.1:1: Connection refused", "--target", "127.0.0.1:1")


if __name__ == "__main__":
    unittest.main(verbosity=2)
