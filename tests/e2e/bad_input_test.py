"""Bad input, from sockets: each gets its answer, in the session's language, and nobody else notices."""

import os
import random
import socket
import struct
import unittest

from harness import Client, ServerTest


class BadInput(ServerTest):
    """All tests share one server with two people in it, who must notice nothing."""

    def setUp(self):
        self.ann, self.bob = self.server.guest("ann"), self.server.guest("bob")
        self.bob.send("/join #quiet")
        self.bob.expect("JOIN #quiet bob\n")
        self.ann.send("/join #quiet")
        self.bob.expect("JOIN #quiet ann\n")
        self.ann.expect("JOIN #quiet ann\n")

    def tearDown(self):
        self.ann.send("still here")
        self.bob.expect("MSG #quiet ann still here\n")
        for client in (self.ann, self.bob):
            client.send("/quit")
            client.rest()
            client.close()

    def test_a_line_too_long_is_refused_and_the_next_one_goes_on(self):
        client = self.server.guest("long")
        client.send("/join #long", "x" * 4096, "y" * 4097, "z" * 1_000_000, "fine", "/history 5")
        answer = client.expect("END history\n")
        self.assertEqual(answer.count("ERR too-long "), 2)
        self.assertIn(" long " + "x" * 4096 + "\n", answer)
        self.assertIn(" long fine\n", answer)
        self.assertNotIn("y" * 10, answer)

    def test_bytes_that_are_no_text(self):
        client = self.server.guest("bytes")
        for bad, code in ((b"\xc3(", "not-utf8"), (b"a\0b", "control-character"), (b"\xed\xa0\x80", "not-utf8")):
            client.send_bytes(bad + b"\n")
            client.expect(f"ERR {code} ")
            client.expect("\n")

    def test_names_that_cannot_be(self):
        for name, code in (("#x", "name-invalid"), ("a b", "name-invalid"), ("x\u200by", "name-invalid"), ("n" * 33, "name-too-long"),
                           ("\u202ename", "name-invalid"), ("veche", "name-reserved"), ("ANN", "name-in-use")):
            client = self.server.client("/bare")
            client.expect("READY\n")
            client.send(name)
            client.expect(f"ERR {code} ")
            client.close()

    def test_what_was_sent_ahead_of_a_refused_password_is_never_said(self):
        self.server.client("keeper", "secret", "secret", "/bare").expect("READY\n")
        listener = self.server.guest("listener")
        impatient = self.server.client("keeper", "wrong", "hunter2", "my other password")
        self.assertRegex(impatient.rest(), r"ERR wrong-password .*\r?\n$")
        impatient = self.server.client("ann", "hunter2", "hunter2", "hello")  # a guest has that name
        self.assertIn("ERR name-in-use ", impatient.rest())
        self.ann.send("/leave #quiet", "/join #quiet")  # something for the listener to hear last
        listener.send("/history 100")
        heard = listener.expect("END history\n")
        for secret in ("hunter2", "my other password"):
            self.assertNotIn(secret, heard)

    def test_wrong_passwords_by_the_hundred(self):
        self.server.client("target", "right", "right", "/bare").expect("READY\n")
        clients = [self.server.client("target", f"wrong{i}") for i in range(100)]
        for client in clients:
            client.expect("Wrong name or password.")
        self.server.client("target", "right", "/bare").expect("READY\n")
        for client in clients:
            client.close()

    def test_telnet_garbage_and_bombs(self):
        garbage = [
            b"\xff\xfa\x56\xff\xf0" + os.urandom(2000),           # compression that nobody asked for
            b"\xff\xfa" + b"a" * 100_000,                         # a subnegotiation without an end
            b"\xff\xfa\x24\x00\xff\xf0" * 20_000,                 # very many
            b"\xff\xfd\x03" * 20_000 + b"\xff\xfb\x22" * 20_000,  # a flood of requests
            b"\xff" * 10_000,
            random.Random(7).randbytes(200_000),
        ]
        for data in garbage:
            client = Client(self.server.port)
            try:
                client.send_bytes(data)
                client.socket.shutdown(socket.SHUT_WR)
                self.assertLess(len(client.rest()), 4_000_000)
            except OSError:
                pass  # cut while it was still sending: as good
            client.close()

    def test_resets_in_the_middle_of_a_line(self):
        for _ in range(50):
            client = Client(self.server.port)
            client.send_bytes("fleeting\n\nhalf a li".encode())
            client.socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            client.close()

    def test_1000_connections_at_once(self):
        clients = [Client(self.server.port) for _ in range(1000)]
        for client in clients:
            client.expect("What is your name?")
        for client in clients:
            client.close()

    def test_half_close_is_answered_to_the_end(self):
        client = self.server.client("brief", "", "/bare", "/join #brief", "last words", "/history 1", "/who")
        answer = client.finish()
        self.assertIn(" brief last words\n", answer)
        self.assertTrue(answer.endswith("END who\n"), answer[-100:])

    def test_the_last_line_needs_no_end(self):
        listener = self.server.guest("ear")
        client = Client(self.server.port)
        client.send_bytes(b"mouth\n\nno newline")
        client.finish()
        listener.expect("MSG #veche mouth no newline\n")


class Timeouts(ServerTest):
    CONFIG = '[limits]\nregistration_timeout = "1s"\n[accounts]\nhash_cost = "lowest"\n'

    def test_a_client_that_says_nothing_is_asked_to_come_again(self):
        client = Client(self.server.port)
        self.assertIn("ERR login-timeout ", client.rest())


class Slowdown(ServerTest):
    CONFIG = '[limits]\ncommand_rate = 50\ncommand_burst = 5\n[accounts]\nhash_cost = "lowest"\n'

    def test_beyond_the_rate_nothing_is_dropped(self):
        listener = self.server.guest("ear")
        talker = self.server.guest("mouth")
        talker.send(*[str(i) for i in range(60)])
        listener.expect("JOIN #veche mouth\n")
        self.assertEqual([listener.expect("\n") for _ in range(60)], [f"MSG #veche mouth {i}\n" for i in range(60)])


if __name__ == "__main__":
    unittest.main()
