#!/usr/bin/env python3
"""Somebody else's word for where a client is: HAProxy in front (PROXY protocol 1 and 2), gateways from the web (WEBIRC),
and those who only pretend. Everything counts and shows the real address: sessions, WHOIS, the log, bans, limits."""

import os
import re
import shutil
import socket
import ssl
import subprocess
import tempfile
import time
import unittest

from harness import DEADLINE_S, VECHE, Client, Server, free_ports, wait_until
from tls_test import make_certificate

CONFIG = """
[server]
trusted_proxies = ["127.0.0.1", "192.0.2.200"]
[limits]
command_rate = 0
connections_per_address = 2
registration_timeout = "{patience}"
[accounts]
hash_cost = "lowest"
failed_logins_per_minute = 0
[[operator]]
name = "root"
password = "root-password"
[[webirc]]
name = "kiwi"
password = "s3cret"
"""

ALL_LISTENERS = ("line", "irc", "line+proxy", "irc+proxy", "irc+tls+proxy", "irc+tls")


def header_1(address, family="TCP4", to="198.51.100.1"):
    return f"PROXY {family} {address} {to} 5000 6667\r\n".encode()


def header_2(address):
    return b"\r\n\r\n\0\r\nQUIT\n\x21\x11\x00\x0f" + socket.inet_aton(address) + b"\xc6\x33\x64\x01\x13\x88\x1a\x0b\x04\x00\x00"


class Proxied(Client):
    """A client whose first bytes are `header`."""

    def __init__(self, port, header, tls=False, **options):
        super().__init__(port, **options)
        self.send_bytes(header)
        if tls:
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
            context.check_hostname = False
            context.verify_mode = ssl.CERT_NONE
            self.socket = context.wrap_socket(self.socket)

    def enter(self, nick):
        self.send(f"NICK {nick}", f"USER {nick} 0 * :{nick}")
        self.expect(f" 422 {nick} ")
        return self


class Case(unittest.TestCase):
    PATIENCE = "30s"

    def setUp(self):
        self.dir = tempfile.mkdtemp(prefix="veche-proxy-")
        self.addCleanup(shutil.rmtree, self.dir, ignore_errors=True)
        make_certificate(self.dir, "server")
        self.ports = dict(zip(ALL_LISTENERS, free_ports(len(ALL_LISTENERS))))
        self.server = self.start()

    def path(self, name):
        return os.path.join(self.dir, name)

    def config(self):
        text = CONFIG.format(patience=self.PATIENCE)
        text += f'[tls]\ncert = "{self.path("server.crt")}"\nkey = "{self.path("server.key")}"\n'
        for name, port in self.ports.items():
            protocol, *rest = name.split("+")
            text += f'[[listen]]\nprotocol = "{protocol}"\nport = {port}\n'
            text += "tls = true\n" if "tls" in rest else ""
            text += "proxy_protocol = true\n" if "proxy" in rest else ""
        return text

    def start(self, *args):
        server = Server(config=self.config(), args=args, data=tempfile.mkdtemp(dir=self.dir), listen=None, irc=None)
        self.addCleanup(lambda: self.assertEqual(server.close(), 0))
        return server

    def ctl(self, *words, code=0):
        done = subprocess.run([VECHE, "ctl", "--socket", os.path.join(self.server.data, "veche.sock"), *words],
                              capture_output=True, text=True, timeout=DEADLINE_S, check=False)
        self.assertEqual(done.returncode, code, done.stdout + done.stderr)
        return done.stdout

    def haproxy(self, routes):
        """HAProxy with a port for each of `routes`, (listener, words for its server line, words for its bind line)."""
        ports = free_ports(len(routes))
        text = "global\n  nbthread 1\ndefaults\n  mode tcp\n  timeout connect 5s\n  timeout client 60s\n  timeout server 60s\n"
        for port, (name, send, accept) in zip(ports, routes):
            text += f"listen port{port}\n  bind 127.0.0.1:{port} {accept}\n" \
                    f"  server veche 127.0.0.1:{self.ports[name]} {send}\n"
        with open(self.path("haproxy.cfg"), "w", encoding="utf-8") as file:
            file.write(text)
        process = subprocess.Popen(["haproxy", "-db", "-f", self.path("haproxy.cfg")], stdout=subprocess.DEVNULL,
                                   stderr=subprocess.DEVNULL)
        self.addCleanup(process.wait)
        self.addCleanup(process.terminate)

        def listens():
            try:
                socket.create_connection(("127.0.0.1", ports[0])).close()
                return True
            except OSError:
                return False
        wait_until(listens, "HAProxy listens")
        return ports


@unittest.skipUnless(shutil.which("haproxy"), "no haproxy")
class BehindHaproxy(Case):
    def test_the_real_address_is_shown_everywhere(self):
        two, one, line, tls = self.haproxy([("irc+proxy", "send-proxy-v2", ""), ("irc+proxy", "send-proxy", ""),
                                            ("line+proxy", "send-proxy-v2", ""), ("irc+tls+proxy", "send-proxy-v2", "")])
        ann = Proxied(two, b"", source="127.0.0.7").enter("ann")
        bob = Proxied(one, b"", source="127.0.0.8").enter("bob")
        eve = Proxied(tls, b"", tls=True, source="127.0.0.9").enter("eve")
        dan = Client(line, source="127.0.0.10")
        dan.send("dan", "", "/bare")
        dan.expect("READY\n")
        sessions = self.ctl("sessions")
        self.assertRegex(sessions, r"ann +guest +127.0.0.7 +irc ")
        self.assertRegex(sessions, r"bob +guest +127.0.0.8 +irc ")
        self.assertRegex(sessions, r"eve +guest +127.0.0.9 +ircs ")
        self.assertRegex(sessions, r"dan +guest +127.0.0.10 +line ")
        self.server.expect_log(re.escape(f"127.0.0.7:{ann.socket.getsockname()[1]} connected"))
        bob.send("OPER root root-password", "WHOIS ann")
        self.assertIn("127.0.0.7", bob.expect(" 318 bob ann ").split(" 381 ")[1])
        eve.send("MODE eve")
        eve.expect("+Z")

    def test_addresses_of_the_internet_bans_and_limits(self):
        # The client itself says to HAProxy who it is, as another proxy before it would.
        port, = self.haproxy([("irc+proxy", "send-proxy-v2", "accept-proxy")])
        ann = Proxied(port, header_1("203.0.113.7")).enter("ann")
        bob = Proxied(port, header_1("203.0.113.8")).enter("bob")
        six = Proxied(port, header_1("2001:db8::9", "TCP6", "2001:db8::1")).enter("six")
        sessions = self.ctl("sessions")
        for name, address in (("ann", "203.0.113.7"), ("bob", "203.0.113.8"), ("six", "2001:db8::9")):
            self.assertRegex(sessions, rf"{name} +guest +{address} ")
        self.assertIn("1 session ended", self.ctl("ban", "203.0.113.7", "spam"))
        self.assertIn("spam", ann.rest())
        self.assertIn("spam", Proxied(port, header_1("203.0.113.7")).rest())
        self.assertIn("1 session ended", self.ctl("ban", "2001:db8::/32", "spam"))
        six.rest()
        bob.send("PING x")
        bob.expect("PONG")
        both = [bob, Proxied(port, header_1("203.0.113.8")).enter("bo2")]
        # Two connections of an address are its limit: the proxy's own loopback address counts for nobody.
        self.assertIn("ERROR", Proxied(port, header_1("203.0.113.8")).rest())
        self.assertEqual(len(both), 2)
        Proxied(port, header_1("203.0.113.9")).enter("carol")
        near = [Proxied(port, header_1("127.0.0.5")).enter(f"near{i}") for i in range(4)]
        self.assertEqual(len(near), 4)

    def test_the_certificate_and_the_header_go_together_under_threads(self):
        self.server.close()
        self.server = self.start("--model", "threads")
        tls, plain = self.haproxy([("irc+tls+proxy", "send-proxy", "accept-proxy"), ("line+proxy", "send-proxy-v2", "accept-proxy")])
        ann = Proxied(tls, header_1("203.0.113.7"), tls=True).enter("ann")
        dan = Proxied(plain, header_2("203.0.113.8"))
        dan.send("dan", "", "/bare")
        dan.expect("READY\n")
        sessions = self.ctl("sessions")
        self.assertRegex(sessions, r"ann +guest +203.0.113.7 +ircs ")
        self.assertRegex(sessions, r"dan +guest +203.0.113.8 +line ")
        ann.close()

    def test_health_checks_are_nobody(self):
        port, = self.haproxy([("irc+proxy", "send-proxy-v2 check inter 100 check-send-proxy", "")])
        ann = Proxied(port, b"", source="127.0.0.7").enter("ann")
        local = Proxied(self.ports["irc+proxy"], b"\r\n\r\n\0\r\nQUIT\n\x20\x00\x00\x00").enter("local")
        end = time.monotonic() + 1  # ten checks
        while time.monotonic() < end:
            ann.send("PING x")
            ann.expect("PONG")
        self.assertRegex(self.ctl("sessions"), r"local +guest +127.0.0.1 ")
        local.close()
        self.assertRegex(self.ctl("sessions"), r"ann +guest +127.0.0.7 ")
        self.assertNotIn("refused", self.server.log())


class Forged(Case):
    def test_a_stranger_is_refused_and_counts_as_nobody_else(self):
        for name in ("irc+proxy", "line+proxy"):
            for header in (header_1("203.0.113.7"), header_2("203.0.113.7"), b"NICK ann\r\n"):
                client = Proxied(self.ports[name], header, source="127.0.0.66")
                self.assertIn("This port is for proxies", client.rest())
        tls = Proxied(self.ports["irc+tls+proxy"], header_1("203.0.113.7"), source="127.0.0.66")
        self.assertEqual(tls.rest(), "")
        self.server.expect_log(r"127\.0\.0\.66:\d+ refused: it is not among server\.trusted_proxies")
        self.assertNotIn("203.0.113.7", self.server.log())
        self.assertNotIn("203.0.113.7", self.ctl("sessions"))
        claimed = [Proxied(self.ports["irc+proxy"], header_1("203.0.113.7")).enter(nick) for nick in ("one", "two")]
        self.assertEqual(len(claimed), 2)  # the address that was claimed has lost none of its connections

    def test_at_other_ports_a_header_is_no_header(self):
        self.assertIn("ERROR", Proxied(self.ports["irc"], header_1("203.0.113.7")).rest())
        self.server.expect_log(re.escape("refused: it says whom it speaks for (WEBIRC or PROXY), and is not believed"))
        Proxied(self.ports["irc"], header_2("203.0.113.7")).rest()
        self.assertNotIn("203.0.113.7", self.server.log())

    def test_broken_headers_are_refused_with_the_reason(self):
        port = self.ports["irc+proxy"]
        for header, why in ((b"NICK ann\r\n", "it begins with no PROXY header"),
                            (b"PROXY TCP4 300.0.0.1 1.1.1.1 1 2\r\n", "a PROXY header with a broken address or port"),
                            (b"PROXY UNKNOWN " + b"x" * 200, "a PROXY header longer than 107 bytes"),
                            (b"\r\n\r\n\0\r\nQUIT\n\x31\x11\x00\x0c" + b"x" * 12, "a PROXY header of an unknown version")):
            Proxied(port, header).rest()
            self.server.expect_log(re.escape(f"refused: {why}"))
        ann = Proxied(port, header_1("203.0.113.7")).enter("ann")
        ann.send("PING x")
        ann.expect("PONG")

    def test_reload_changes_who_is_believed(self):
        port = self.ports["irc+proxy"]
        there = Proxied(port, header_1("203.0.113.7")).enter("there")
        path = os.path.join(self.server.dir, "veche.toml")
        with open(path, encoding="utf-8") as file:
            text = file.read()
        with open(path, "w", encoding="utf-8") as file:
            file.write(text.replace('"127.0.0.1", "192.0.2.200"', '"127.0.0.66"'))
        self.ctl("reload")
        self.assertIn("This port is for proxies", Proxied(port, header_1("203.0.113.8")).rest())
        Proxied(port, header_1("203.0.113.8"), source="127.0.0.66").enter("ann")
        there.send("PING x")
        there.expect("PONG")


class Webirc(Case):
    def test_a_gateway_speaks_for_its_visitors_under_both_models(self):
        for args in ((), ("--model", "threads")):
            self.server.close()
            self.server = self.start(*args)
            visitor = Proxied(self.ports["irc"], b"WEBIRC s3cret kiwi some.host 203.0.113.7 :secure\r\n")
            visitor.send("CAP LS 302")
            visitor.expect("CAP * LS ")
            visitor.send("CAP END")
            visitor.enter("ann")
            visitor.send("MODE ann")
            self.assertNotIn("Z", visitor.expect(" 221 ann ") + visitor.expect("\r\n"))
            safe = Proxied(self.ports["irc+tls"], b"", tls=True)
            safe.send("WEBIRC s3cret kiwi some.host 203.0.113.8 :secure local-port=443")
            safe.enter("bob")
            safe.send("MODE bob")
            safe.expect("+Z")
            behind_both = Proxied(self.ports["irc+proxy"], header_1("192.0.2.200"))
            behind_both.send("WEBIRC s3cret kiwi some.host 0::9")
            behind_both.enter("six")
            sessions = self.ctl("sessions")
            self.assertRegex(sessions, r"ann +guest +203.0.113.7 +irc ")
            self.assertRegex(sessions, r"bob +guest +203.0.113.8 +ircs ")
            self.assertRegex(sessions, r"six +guest +::9 +irc ")
            self.server.expect_log(re.escape("speaks for 203.0.113.7:0 (gateway kiwi)"))
            self.assertIn("1 session ended", self.ctl("ban", "203.0.113.7", "spam"))
            self.assertIn("spam", visitor.rest())
            self.assertIn("spam", Proxied(self.ports["irc"], b"WEBIRC s3cret kiwi h 203.0.113.7\r\n").rest())
            near = [Proxied(self.ports["irc"], b"").enter(f"near{i}") for i in range(3)]  # speak for themselves
            self.assertEqual(len(near), 3)

    def test_who_is_not_believed_is_told_and_logged(self):
        for source, port, line, answer, logged in (
                ("127.0.0.1", "irc", "WEBIRC guess kiwi h 203.0.113.7", "ERROR :Invalid WebIRC password\r\n", "its WEBIRC password is wrong"),
                ("127.0.0.1", "irc", "WEBIRC s3cret kiwi h nowhere", "ERROR :Invalid address in WEBIRC\r\n", "a WEBIRC command with a broken address"),
                ("127.0.0.66", "irc", "WEBIRC s3cret kiwi h 203.0.113.7", "You are no gateway that this server knows",
                 "it says whom it speaks for (WEBIRC or PROXY), and is not believed")):
            client = Proxied(self.ports[port], f"{line}\r\n".encode(), source=source)
            self.assertIn(answer, client.rest())
            self.server.expect_log(re.escape(f"refused: {logged}"))
        late = Proxied(self.ports["irc"], b"")
        late.send("NICK ann", "WEBIRC s3cret kiwi h 203.0.113.7")
        self.assertIn("ERROR", late.rest())
        self.assertNotIn("203.0.113.7", self.ctl("sessions"))


class Slow(Case):
    PATIENCE = "2s"

    def test_slowloris_ends_at_every_listener(self):
        there = Proxied(self.ports["irc+proxy"], header_1("203.0.113.7")).enter("there")
        drips = {"line": b"a" * 500, "irc": b"NICK " + b"a" * 500, "line+proxy": b"PROXY UNKNOWN " + b"a" * 90,
                 "irc+proxy": b"\r\n\r\n\0\r\nQUIT\n\x21\x11\xff\xff" + b"x" * 500, "irc+tls+proxy": header_1("203.0.113.7") + b"\x16\x03\x01\x02\x00\x01" * 80,
                 "irc+tls": b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" * 50}
        begin = time.monotonic()
        slow = {name: Client(self.ports[name], source="127.0.0.1") for name in drips}
        silent = {name: Client(self.ports[name], source="127.0.0.1") for name in drips}
        gateway = Client(self.ports["irc"])
        gateway.send_bytes(b"WEBIRC s3cret ")
        lasted = {}
        while len(lasted) < len(drips):
            self.assertLess(time.monotonic() - begin, 20, f"ended: {lasted}")
            for name, client in slow.items():
                if name in lasted:
                    continue
                client.socket.settimeout(0.02)
                try:
                    client.socket.sendall(drips[name][:1])
                    drips[name] = drips[name][1:]
                    while client.socket.recv(4096):
                        pass
                    lasted[name] = time.monotonic() - begin
                except socket.timeout:
                    pass
                except OSError:
                    lasted[name] = time.monotonic() - begin
        for client in (*silent.values(), gateway):
            client.rest()
        for name, seconds in lasted.items():
            self.assertLess(seconds, 10, name)
        there.send("PING x")
        there.expect("PONG")


if __name__ == "__main__":
    unittest.main()
