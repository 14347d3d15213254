#!/usr/bin/env python3
"""Who comes too often, sends too slowly or asks for too much, against the real binary, under either model and in either
dialect."""

import json
import os
import socket
import subprocess
import time
import unittest

from harness import VECHE, Client, Server, wait_until

LIMITS = """
[limits]
{limits}
command_rate = 0
[accounts]
hash_cost = "lowest"
"""


def serve(case, limits, model="events"):
    server = Server(LIMITS.format(limits=limits), args=("--model", model))
    case.addCleanup(server.close)
    return server


def greeted(client):
    """Whether a client of either dialect is let in: it hears no refusal to what it says."""
    client.send_bytes(b"PING :x\r\n")
    return b"ERR" not in client.receive()


class Gate(unittest.TestCase):
    """Who connects too often is told so and sent away before anything is made for him."""

    LIMITS = 'exempt = ["127.0.0.1"]\nconnection_rate = 2\nnetwork_connection_rate = 3'

    def test_an_address_and_a_network_that_come_too_often_are_turned_away_in_their_own_words(self):
        for model in ("events", "threads"):
            server = serve(self, self.LIMITS, model)
            for _ in range(2):
                self.assertTrue(greeted(Client(server.irc_port, source="127.0.0.9")))
            self.assertEqual(Client(server.irc_port, source="127.0.0.9").rest(),
                             "ERROR :Closing link: 127.0.0.9 (Your address connects too often. Try again in 5 minutes.)\r\n")
            self.assertEqual(Client(server.port, source="127.0.0.9").rest(),
                             "ERR connecting-too-fast Your address connects too often. Try again in 5 minutes.\r\n")
            self.assertTrue(greeted(Client(server.port, source="127.0.0.10")), "another address of the network")
            self.assertEqual(Client(server.port, source="127.0.0.11").rest(),
                             "ERR connecting-too-fast Your network connects too often. Try again in 3 minutes 20 seconds.\r\n")
            self.assertTrue(greeted(Client(server.port, source="127.0.1.1")), "another network")
            for _ in range(10):
                self.assertTrue(greeted(Client(server.port)), "127.0.0.1 is exempt")
            log = server.log()
            self.assertIn("127.0.0.9 connects too often and is turned away at the door", log)
            self.assertEqual(log.count("turned away at the door"), 1, "a flood does not fill the log")
            self.assertNotIn("127.0.0.11", log, "nothing was made for him")

    def test_a_reload_lets_them_in(self):
        server = serve(self, self.LIMITS)
        for _ in range(2):
            self.assertTrue(greeted(Client(server.port, source="127.0.0.9")))
        self.assertIn("too often", Client(server.port, source="127.0.0.9").rest())
        with open(server.command[server.command.index("--config") + 1], "w", encoding="utf-8") as file:
            file.write(LIMITS.format(limits='exempt = ["127.0.0.0/8"]\nconnection_rate = 2'))
        done = subprocess.run([VECHE, "ctl", "--socket", server.data + "/veche.sock", "reload"], capture_output=True, text=True,
                              check=False)
        self.assertEqual(done.returncode, 0, done.stderr)
        for _ in range(5):
            self.assertTrue(greeted(Client(server.port, source="127.0.0.9")))

    def test_so_many_of_a_network_are_there_at_once(self):
        server = serve(self, "exempt = []\nconnections_per_network = 3\nipv4_network = 16\nconnection_rate = 0")
        there = [Client(server.port, source=f"127.0.{i}.1") for i in range(3)]
        for client in there:
            self.assertTrue(greeted(client))
        self.assertEqual(Client(server.port, source="127.0.9.9").rest(),
                         "ERR too-many-connections Too many connections from your network.\r\n")
        there.pop().close()
        wait_until(lambda: greeted(Client(server.port, source="127.0.9.9")), "the place that was given back")


class Lockdown(unittest.TestCase):
    """The operator's emergency switch, explained to everybody it is on."""

    def ctl(self, server, *words):
        done = subprocess.run([VECHE, "ctl", "--socket", server.data + "/veche.sock", *words], capture_output=True, text=True,
                              check=False)
        self.assertEqual(done.returncode, 0, done.stderr)
        return done.stdout

    def test_who_comes_in(self):
        server = serve(self, 'exempt = ["127.0.0.9"]')
        anna = server.client("anna", "secret", "secret", "/bare")
        anna.expect("READY\n")
        self.assertIn("until 'lockdown off'", self.ctl(server, "lockdown", "new"))
        guest = server.client("guest")
        guest.expect("is new here")
        guest.send("secret")
        guest.expect("The same password again")
        guest.send("secret")
        guest.expect("No accounts are made at present")
        guest.close()

        self.ctl(server, "lockdown", "accounts")
        self.assertEqual(json.loads(self.ctl(server, "status", "--json"))["lockdown"], "accounts")
        self.ctl(server, "reload")
        self.assertEqual(json.loads(self.ctl(server, "status", "--json"))["lockdown"], "accounts")
        bob = server.client("bob")
        bob.expect("Only those who have an account are let in at present.")
        bob.close()
        irc = Client(server.irc_port)
        irc.send_bytes(b"NICK bob\r\nUSER bob 0 * :bob\r\n")
        self.assertIn("ERROR :Closing link: 127.0.0.1 (Only those who have an account are let in at present.)", irc.rest())
        irc = Client(server.irc_port)
        irc.send_bytes(b"PASS anna:secret\r\nNICK bob\r\nUSER bob 0 * :bob\r\n")
        irc.expect(" 001 anna ")

        self.ctl(server, "lockdown", "known")
        self.assertEqual(Client(server.port, source="127.0.0.3").rest(),
                         "ERR lockdown Only addresses from which somebody has logged in before are let in at present. "
                         "Please try again later.\r\n")
        self.assertIn("(Only addresses from which", Client(server.irc_port, source="127.0.0.3").rest())
        again = Client(server.port)
        again.expect("Hello again, anna!")
        anna.send("still here")
        self.ctl(server, "lockdown", "off")
        server.guest("carol")
        with open(server.data + "/audit.log", encoding="utf-8") as file:
            audit = file.read()
        for word in ("new", "accounts", "known", "off"):
            self.assertIn(f"lockdown {word}", audit)


class Cloaks(unittest.TestCase):
    """Others see a name in place of an address, the same after a restart; operators see both."""

    CONFIG = LIMITS.format(limits="") + """
[server]
trusted_proxies = ["127.0.0.1"]
[[webirc]]
name = "gate"
password = "s3cret"
[[operator]]
name = "root"
password = "root-password"
"""

    def enter(self, server, nick, address):
        client = Client(server.irc_port)
        client.send(f"WEBIRC s3cret gate some.host {address}", f"NICK {nick}", f"USER {nick} 0 * :{nick}")
        client.expect(f" 422 {nick} ")
        return client

    def host(self, client, nick):
        client.send(f"USERHOST {nick}")
        client.expect(f":{nick}=+~{nick}@")
        return client.expect("\r\n").strip()

    def test_they_stay_can_be_banned_and_hide_nothing_from_operators(self):
        server = Server(self.CONFIG)
        self.addCleanup(server.close)
        ann, bob = self.enter(server, "ann", "203.0.113.7"), self.enter(server, "bob", "203.0.113.9")
        cloak = self.host(bob, "ann")
        self.assertRegex(cloak, r"\A[a-z2-7]{10}\.[a-z2-7]{6}\.[a-z2-7]{5}\.veche\Z")
        network = cloak.partition(".")[2]
        self.assertEqual(self.host(ann, "bob").partition(".")[2], network, "the same /24")
        self.assertEqual(os.stat(os.path.join(server.data, "cloak.key")).st_mode & 0o777, 0o600)

        ann.send("JOIN #tea", f"MODE #tea +b *!*@*.{network}")
        ann.expect(" MODE #tea +b ")
        bob.send("JOIN #tea")
        bob.expect(" 474 bob #tea ")
        bob.send("WHOIS ann")
        self.assertNotIn("203.0.113.7", bob.expect(" 318 bob ann "))
        bob.send("OPER root root-password", "WHOIS ann")
        self.assertIn("203.0.113.7", bob.expect(" 318 bob ann ").split(" 381 ")[1])
        for client in (ann, bob):
            client.close()

        server.kill()
        server.start()
        ann = self.enter(server, "ann", "203.0.113.7")
        self.assertEqual(self.host(ann, "ann"), cloak)


class Slowloris(unittest.TestCase):
    """Bytes that make no line keep nobody here."""

    def test_who_sends_byte_by_byte_is_sent_away_when_his_time_is_over(self):
        for model in ("events", "threads"):
            server = serve(self, 'registration_timeout = "1s"', model)
            for port, words in ((server.port, "ERR login-timeout "), (server.irc_port, "(Registration timed out)")):
                client = Client(port)
                start = time.monotonic()
                client.socket.settimeout(0.1)
                heard = b""
                while True:
                    try:
                        client.send_bytes(b"x")
                        data = client.socket.recv(4096)
                        if not data:
                            break
                        heard += data
                    except socket.timeout:
                        continue
                    except (ConnectionResetError, BrokenPipeError):
                        break
                self.assertIn(words, heard.decode())
                self.assertLess(time.monotonic() - start, 20)


if __name__ == "__main__":
    unittest.main()
