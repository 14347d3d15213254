#!/usr/bin/env python3
"""TLS: a person with openssl s_client, programs over TLS in both dialects, what is refused (old versions, weak ciphers,
plain bytes, rubbish, handshakes that never end), certificates of clients, and the server's own replaced under load."""

import contextlib
import hashlib
import os
import re
import select
import shutil
import socket
import sqlite3
import ssl
import subprocess
import tempfile
import threading
import time
import unittest

from faults_harness import sanitized
from harness import DEADLINE_S, QUICK_CONFIG, VECHE, Client, Server, Tmux, free_port, veche, wait_until

LISTENERS = ("--listen", "lines://127.0.0.1:0", "--listen", "ircs://127.0.0.1:0")


def openssl(*args, stdin=b""):
    done = subprocess.run(["openssl", *args], input=stdin, capture_output=True, timeout=DEADLINE_S, check=False)
    return done.returncode, (done.stdout + done.stderr).decode("utf-8", "replace")


def make_certificate(directory, name, days=30, key="P-256", hosts=()):
    """NAME.crt, NAME.key and both in NAME.pem in the directory, self-signed for localhost or for the hosts."""
    names = ["-addext", "subjectAltName=" + ",".join("DNS:" + host for host in hosts)] if hosts else []
    kind = ["-newkey", f"rsa:{key}"] if key.isdigit() else ["-newkey", "ec", "-pkeyopt", f"ec_paramgen_curve:{key}"]
    code, output = openssl("req", "-x509", *kind, "-nodes", "-days", str(days), "-subj", "/CN=localhost", *names, "-keyout",
                           os.path.join(directory, name + ".key"), "-out", os.path.join(directory, name + ".crt"))
    if code != 0:
        raise AssertionError(output)
    with open(os.path.join(directory, name + ".pem"), "w", encoding="utf-8") as both:
        for part in (".crt", ".key"):
            with open(os.path.join(directory, name + part), encoding="utf-8") as file:
                both.write(file.read())


def fingerprint(certificate):
    """SHA-256, as s_client and Libera's users know it."""
    _, output = openssl("x509", "-in", certificate, "-noout", "-fingerprint", "-sha256")
    return re.search(r"=([0-9A-F:]+)", output).group(1).replace(":", "").lower()


class TlsClient(Client):
    """A Client over TLS, who trusts anybody."""

    def __init__(self, port, identity=None, alpn=None, **options):
        super().__init__(port, **options)
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
        if identity:
            context.load_cert_chain(identity + ".crt", identity + ".key")
        if alpn:
            context.set_alpn_protocols(alpn)
        self.socket = context.wrap_socket(self.socket, server_hostname="localhost", suppress_ragged_eofs=False)

    def receive(self):
        try:
            return super().receive()
        except ssl.SSLEOFError:
            raise AssertionError(f"a FIN without close_notify; there is {self.seen!r}") from None


class Case(unittest.TestCase):
    CONFIG = QUICK_CONFIG

    def setUp(self):
        self.dir = tempfile.mkdtemp(prefix="veche-tls-")
        self.addCleanup(shutil.rmtree, self.dir, ignore_errors=True)
        make_certificate(self.dir, "server")
        self.server = self.start()

    def path(self, name):
        return os.path.join(self.dir, name)

    def config(self, tls="", listen=""):
        return f'[tls]\ncert = "{self.path("server.crt")}"\nkey = "{self.path("server.key")}"\n{tls}\n{listen}\n{self.CONFIG}'

    def start(self, config=None, args=LISTENERS, **options):
        server = Server(config=config or self.config(), args=args, data=tempfile.mkdtemp(dir=self.dir), **options)
        self.addCleanup(lambda: self.assertEqual(server.close(), 0))
        return server

    def reload(self, server, expect=0):
        done = subprocess.run([VECHE, "ctl", "--socket", os.path.join(server.data, "veche.sock"), "reload"],
                              capture_output=True, text=True, timeout=DEADLINE_S, check=False)
        self.assertEqual(done.returncode, expect, done.stdout + done.stderr)
        return done.stdout + done.stderr

    def line_client(self, name, **options):
        client = TlsClient(self.server.tls_port, **options)
        client.send(name, "", "/bare")
        client.expect("READY\n")
        return client

    def irc_client(self, name, server=None, **options):
        client = TlsClient((server or self.server).irc_tls_port, **options)
        client.send(f"NICK {name}", f"USER {name} 0 * :{name}")
        client.expect(f" 422 {name} ")
        return client


class Speaking(Case):
    def test_both_dialects_over_tls_and_plain_ones_in_one_room(self):
        line, plain = self.line_client("ann"), self.server.guest("bob")
        irc = self.irc_client("carol", alpn=["irc"])
        self.assertEqual(irc.socket.selected_alpn_protocol(), "irc")
        irc.send("JOIN #veche")
        irc.expect(" 366 ")
        irc.send("PRIVMSG #veche :from carol")
        line.expect("MSG #veche carol from carol\n")
        plain.expect("MSG #veche carol from carol\n")
        line.send("привіт")
        irc.expect("PRIVMSG #veche :привіт\r\n")
        irc.send("WHOIS carol", "WHOIS bob")
        self.assertIn(":localhost 671 carol carol :is using a secure connection\r\n", irc.expect(" 318 carol carol "))
        self.assertNotIn(" 671 ", irc.expect(" 318 carol bob "))
        irc.send("MODE carol")
        irc.expect(" 221 carol +Z\r\n")
        done = veche("ctl", "--socket", os.path.join(self.server.data, "veche.sock"), "sessions")
        self.assertRegex(done.stdout, r"ann +guest +127.0.0.1 +lines ")
        self.assertRegex(done.stdout, r"bob +guest +127.0.0.1 +line ")
        self.assertRegex(done.stdout, r"carol +guest +127.0.0.1 +ircs ")

    def test_under_threads_too(self):
        self.server = self.start(args=(*LISTENERS, "--model", "threads"))
        ann, bob = self.line_client("ann"), self.irc_client("bob")
        bob.send("JOIN #veche")
        ann.expect("JOIN #veche bob\n")
        ann.send("x" * 4000)
        bob.expect("PRIVMSG #veche :" + "x" * 300)

    def test_half_close_and_our_close_notify(self):
        client = TlsClient(self.server.tls_port)
        client.send("ann", "", "/bare", "/who", "/quit")
        self.assertIn("END who\n", client.rest())  # rest() would fail without a close_notify
        client = self.line_client("ben")
        client.send("/who")
        client.expect("END who\n")
        client.socket.unwrap()  # our close_notify, and the server's
        wait_until(lambda: " gone: finished (0 connected)" in self.server.log(), self.server.log)

    def test_a_person_with_openssl_s_client(self):
        tmux = Tmux()
        self.addCleanup(tmux.close)
        window = tmux.window("ann", f"openssl s_client -quiet -connect 127.0.0.1:{self.server.tls_port} 2>/dev/null; echo ENDED; cat")
        window.expect("What is your name?")
        window.type("ann")
        window.expect("guest")
        window.type("")
        window.expect("#veche")
        bob = self.server.guest("bob")
        window.type("hello from openssl")
        bob.expect("MSG #veche ann hello from openssl\n")
        bob.send("hello from bob")
        window.expect("bob: hello from bob")
        window.type("/quit")
        window.expect("ENDED")

    def test_a_message_in_many_records_and_many_in_one(self):
        reader = self.server.guest("reader")
        client = self.line_client("ann")
        for piece in ("many", " small", " records", "\n"):
            client.send_bytes(piece.encode())
        client.send_bytes(b"".join(b"line %d\n" % i for i in range(2000)))
        reader.expect("MSG #veche ann many small records\n")
        reader.expect("MSG #veche ann line 1999\n")

    def test_the_default_port_opens_with_a_certificate(self):
        server = self.start(args=(), listen=None, irc=None)
        self.assertIsNotNone(server.irc_tls_port, server.output)
        client = TlsClient(server.irc_tls_port)
        client.send("PING x")
        client.expect("PONG")
        plain = subprocess.run([VECHE, "serve", "--listen", "ircs://127.0.0.1:0"], capture_output=True, text=True, check=False,
                               timeout=DEADLINE_S)
        self.assertEqual(plain.returncode, 2)
        self.assertEqual(plain.stderr, "veche: --listen ircs://127.0.0.1:0: TLS needs a certificate (--tls-cert FILE, or cert "
                                       "in [tls] of the configuration)\n")

    def test_the_certificate_may_come_from_the_command_line(self):
        server = self.start(config=self.CONFIG, args=("--tls-cert", self.path("server.crt"), "--tls-key", self.path("server.key")))
        client = TlsClient(server.irc_tls_port)
        client.send("PING x")
        client.expect("PONG")

    def test_sts_sends_irc_clients_to_tls(self):
        self.server = self.start(config=self.config('sts = true\nsts_duration = "30d"'))
        plain = Client(self.server.irc_port)
        plain.send("CAP LS 302")
        plain.expect(f"sts=port={self.server.irc_tls_port}")
        safe = TlsClient(self.server.irc_tls_port)
        safe.send("CAP LS 302")
        safe.expect("sts=duration=2592000\r\n")


class Refusing(Case):
    CONFIG = QUICK_CONFIG.replace("[limits]", '[limits]\nregistration_timeout = "2s"')

    def s_client(self, *args, port=None):
        return openssl("s_client", "-connect", f"127.0.0.1:{port or self.server.irc_tls_port}", *args)

    def test_versions_and_ciphers(self):
        legacy = ("-cipher", "ALL:COMPLEMENTOFALL@SECLEVEL=0")
        for version in ("-tls1", "-tls1_1"):
            code, output = self.s_client(version, *legacy)
            self.assertNotEqual(code, 0, version)
            self.assertIn("protocol version", output)
        for version, name in (("-tls1_2", "TLSv1.2"), ("-tls1_3", "TLSv1.3")):
            code, output = self.s_client(version)
            self.assertEqual(code, 0, output)
            self.assertIn(f"New, {name}", output)
        _, listed = openssl("ciphers", "ALL:COMPLEMENTOFALL:@SECLEVEL=0")
        taken = []
        for cipher in sorted(set(listed.strip().split(":"))):
            if cipher.startswith("TLS_"):
                continue  # of 1.3: all of them are good
            code, _ = self.s_client("-tls1_2", "-cipher", cipher + ":@SECLEVEL=0")
            if code == 0:
                taken.append(cipher)
        self.assertEqual(taken, ["ECDHE-ECDSA-AES128-GCM-SHA256", "ECDHE-ECDSA-AES256-GCM-SHA384", "ECDHE-ECDSA-CHACHA20-POLY1305"])

    def test_another_protocol_than_irc_is_refused(self):
        code, output = self.s_client("-alpn", "http/1.1")
        self.assertNotEqual(code, 0)
        self.assertIn("no application protocol", output)
        code, output = self.s_client("-alpn", "h2,irc")
        self.assertEqual(code, 0)
        self.assertIn("ALPN protocol: irc", output)

    def test_plain_bytes_and_rubbish_end_cleanly_and_disturb_nobody(self):
        there = self.irc_client("there")
        for rubbish in (b"NICK ann\r\nUSER ann 0 * :Ann\r\n", b"GET / HTTP/1.1\r\nHost: x\r\n\r\n", b"\x16\x03\x01\xff\xff" + b"x" * 70000,
                        b"\x16\x03\x01\x00\x05\x01\x00\x00\x01\x00", os.urandom(3000), b"\x00" * 3000, b"\x80\x2e\x01\x00\x02"):
            client = Client(self.server.irc_tls_port)
            try:
                client.send_bytes(rubbish)
            except (BrokenPipeError, ConnectionResetError):
                pass  # it has heard enough
            heard = client.rest()
            if rubbish.startswith(b"NICK"):
                self.assertEqual(heard, "ERROR :TLS is spoken at this port\r\n")
        there.send("PING x")
        there.expect("PONG")
        self.server.expect_log("refused: no TLS handshake: the client speaks without TLS")

    def test_handshakes_that_never_end_do(self):
        there = self.irc_client("there")
        begin = time.monotonic()
        silent = [Client(self.server.irc_tls_port) for _ in range(50)]
        drip = Client(self.server.irc_tls_port)
        hello = b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03"
        while not select.select([drip.socket], [], [], 0.1)[0]:  # a byte every tenth of a second
            drip.send_bytes(hello[:1])
            hello = hello[1:] or b"x"
            self.assertLess(time.monotonic() - begin, 30)
        for client in silent:
            self.assertEqual(client.rest(), "")
        self.assertGreater(time.monotonic() - begin, 1.5)
        there.send("PING x")
        there.expect("PONG")
        self.server.expect_log("no TLS handshake: the handshake took too long")

    def test_bad_certificates_are_explained(self):
        make_certificate(self.dir, "other")
        make_certificate(self.dir, "weak", key="1024")
        crt, key = self.path("server.crt"), self.path("server.key")
        for certificate, private, why in (
                (self.path("none.crt"), key, f"certificate {self.path('none.crt')}: No such file or directory"),
                (crt, self.path("other.key"), f"private key {self.path('other.key')}: does not belong to the certificate in {crt}"),
                (key, crt, f"certificate {key}: holds a private key and no certificate (have the two files changed places?)"),
                (self.path("weak.crt"), self.path("weak.key"), f"certificate {self.path('weak.crt')}: cannot be used: ee key too small")):
            config = self.path("bad.toml")
            with open(config, "w", encoding="utf-8") as file:
                file.write(f'[tls]\ncert = "{certificate}"\nkey = "{private}"\n')
            for command in (("config", "check", config), ("serve", "--config", config, "--data", self.path("d"), "--no-console")):
                done = veche(*command)
                self.assertEqual(done.returncode, 2, done.stderr)
                self.assertIn(why, done.stderr)
                self.assertRegex(done.stderr, rf"^veche: {re.escape(config)}:[23]:\d+: tls\.(cert|key): ")


class Certificates(Case):
    def setUp(self):
        super().setUp()
        make_certificate(self.dir, "client")

    def listener(self, how):
        return f'[[listen]]\nprotocol = "irc"\nport = {free_port()}\ntls = true\ntls_cert = "{self.path("server.crt")}"\n' \
               f'tls_key = "{self.path("server.key")}"\ntls_client_cert = "{how}"\n'

    def test_of_clients_asked_for_and_required(self):
        ask = self.start(config=self.config(listen=self.listener("ask")), args=())
        self.irc_client("ann", server=ask)
        self.irc_client("bob", server=ask, identity=self.path("client"))
        require = self.start(config=self.config(listen=self.listener("require")), args=())
        self.irc_client("bob", server=require, identity=self.path("client"))
        code, output = openssl("s_client", "-connect", f"127.0.0.1:{require.irc_tls_port}", "-tls1_2")
        self.assertNotEqual(code, 0)
        self.assertIn("handshake failure", output)
        wait_until(lambda: "peer did not return a certificate" in require.log(), "the log says why")

    @staticmethod
    def external(server, identity):
        client = TlsClient(server.irc_tls_port, identity=identity)
        client.send("CAP LS 302", "CAP REQ :sasl")
        client.expect("CAP * ACK :sasl\r\n")
        client.send("AUTHENTICATE EXTERNAL")
        return client

    def test_one_that_an_account_knows_logs_in_under_both_models(self):
        data = self.path("accounts")
        added = veche("account", "add", "ann", "--data", os.path.join(data, "data"), stdin="secret\n")
        self.assertEqual(added.returncode, 0, added.stderr)
        database = os.path.join(data, "data", "veche.db")
        with contextlib.closing(sqlite3.connect(database)) as rows, rows:
            rows.execute("INSERT INTO certificates SELECT ?, id, 0 FROM accounts", (fingerprint(self.path("client.crt")),))
        make_certificate(self.dir, "stranger")
        for model in ("events", "threads"):
            server = Server(config=self.config(listen=self.listener("ask")), args=("--model", model), data=data)
            self.addCleanup(server.close)
            for response, outcome in (("+", " 903 "), ("YW5u", " 903 "), ("Ym9i", " 904 ")):  # its own name, ann, bob
                client = self.external(server, self.path("client"))
                client.expect("AUTHENTICATE +\r\n")
                client.send(f"AUTHENTICATE {response}")
                client.expect(outcome)
            known = self.external(server, self.path("client"))
            known.send("AUTHENTICATE +", "CAP END", "NICK ann", "USER ann 0 * :Ann")
            known.expect(" 900 * ")
            known.expect(" 001 ann ")
            stranger = self.external(server, self.path("stranger"))
            stranger.expect("AUTHENTICATE +\r\n")
            stranger.send("AUTHENTICATE +")
            stranger.expect(" 904 ")
            nobody = self.external(server, None)
            self.assertNotIn("EXTERNAL", nobody.expect(" 908 "))
            self.assertEqual(server.close(), 0)

    def test_replaced_under_load_without_a_dropped_client(self):
        people = [self.line_client(f"p{i}") for i in range(20)]
        first = ssl.get_server_certificate(("127.0.0.1", self.server.tls_port))
        ended = threading.Event()
        failures = []

        def come_and_go():
            while not ended.is_set():
                try:
                    client = TlsClient(self.server.irc_tls_port)
                    client.send("PING x")
                    client.expect("PONG")
                    client.close()
                except (AssertionError, OSError) as error:
                    failures.append(error)

        threads = [threading.Thread(target=come_and_go) for _ in range(4)]
        for thread in threads:
            thread.start()
        for round_ in range(5):
            make_certificate(self.dir, "server")
            self.assertIn("The certificates are read again.", self.reload(self.server))
            people[round_].send(f"round {round_}")
            for listener in people[5:]:
                listener.expect(f"MSG #veche p{round_} round {round_}\n")
        ended.set()
        for thread in threads:
            thread.join()
        self.assertEqual(failures, [])
        self.assertNotEqual(ssl.get_server_certificate(("127.0.0.1", self.server.tls_port)), first)

    def test_a_bad_one_changes_nothing_and_says_why(self):
        first = ssl.get_server_certificate(("127.0.0.1", self.server.tls_port))
        with open(self.path("server.crt"), "w", encoding="utf-8") as file:
            file.write("rubbish")
        answer = self.reload(self.server, expect=1)
        self.assertIn(f"tls.cert: certificate {self.path('server.crt')}: holds no certificate", answer)
        self.assertEqual(ssl.get_server_certificate(("127.0.0.1", self.server.tls_port)), first)
        shutil.copy(self.path("client.crt"), self.path("server.crt"))
        shutil.copy(self.path("client.key"), self.path("server.key"))
        self.reload(self.server)
        self.assertNotEqual(ssl.get_server_certificate(("127.0.0.1", self.server.tls_port)), first)

    def test_an_old_one_is_taken_with_a_warning(self):
        make_certificate(self.dir, "server", days=3)
        server = self.start()
        server.expect_log(r"certificate \S+server.crt: expires on \d{4}-\d\d-\d\d")


class Names(Case):
    """One server, several host names: [[certificate]]."""

    def setUp(self):
        super().setUp()
        make_certificate(self.dir, "chat", hosts=("chat.example",))
        make_certificate(self.dir, "talk", key="2048", hosts=("talk.example", "*.talk.example"), days=3)
        self.further = f'[[certificate]]\ncert = "{self.path("chat.crt")}"\nkey = "{self.path("chat.key")}"\n' \
                       f'[[certificate]]\ncert = "{self.path("talk.pem")}"\n'
        self.names = self.start(config=self.config(listen=self.further))

    def shown(self, host, *args):
        """The fingerprint of what s_client is shown, who names that host or none."""
        who = ("-servername", host) if host else ("-noservername",)
        for port in (self.names.irc_tls_port, self.names.tls_port):
            code, output = openssl("s_client", "-connect", f"127.0.0.1:{port}", *who, *args)
            self.assertEqual(code, 0, output)
            self.assertNotIn("alert", output)
            pem = re.search("-----BEGIN CERTIFICATE-----.*?-----END CERTIFICATE-----\n", output, re.DOTALL).group(0)
            yield hashlib.sha256(ssl.PEM_cert_to_DER_cert(pem)).hexdigest()

    def expect(self, host, name, *args):
        of = fingerprint(self.path(name + ".crt"))
        self.assertEqual(list(self.shown(host, *args)), [of, of], f"{host} gets {name}")

    def expect_all(self):
        for version in ("-tls1_2", "-tls1_3"):
            for host, name in (("chat.example", "chat"), ("talk.example", "talk"), ("a.talk.example", "talk"),
                               ("a.b.talk.example", "server"), ("nobody.example", "server"), ("localhost", "server"), (None, "server")):
                self.expect(host, name, version)

    def test_each_name_has_its_certificate(self):
        self.expect_all()
        self.names.expect_log(r"certificate \S+talk.pem: expires on \d{4}-\d\d-\d\d")

    def test_a_reload_takes_new_ones_and_a_bad_file_changes_nothing(self):
        there = TlsClient(self.names.irc_tls_port)
        make_certificate(self.dir, "chat", hosts=("chat.example", "new.example"))
        self.assertIn("The certificates are read again.", self.reload(self.names))
        self.expect("chat.example", "chat")
        self.expect("new.example", "chat")
        shutil.copy(self.path("chat.crt"), self.path("good.crt"))
        shutil.copy(self.path("server.crt"), self.path("first.crt"))

        make_certificate(self.dir, "server")
        with open(self.path("chat.crt"), "w", encoding="utf-8") as file:
            file.write("rubbish")
        answer = self.reload(self.names, expect=1)
        self.assertRegex(answer, rf"toml:\d+:\d+: certificate\.cert: certificate {re.escape(self.path('chat.crt'))}: holds no certificate")
        self.expect("chat.example", "good")
        self.expect("localhost", "first")
        there.send("PING x")
        there.expect("PONG")

    def test_entries_come_and_go_by_reload(self):
        with open(os.path.join(self.names.dir, "veche.toml"), encoding="utf-8") as file:
            text = file.read()
        with open(os.path.join(self.names.dir, "veche.toml"), "w", encoding="utf-8") as file:
            file.write(text.replace(self.further, ""))
        self.assertIn(f"certificate {self.path('chat.crt')}: cert = ", self.reload(self.names))
        self.expect("chat.example", "server")
        with open(os.path.join(self.names.dir, "veche.toml"), "w", encoding="utf-8") as file:
            file.write(text)
        self.reload(self.names)
        self.expect("chat.example", "chat")

    def test_a_ticket_is_good_for_its_name_alone(self):
        ticket = self.path("ticket")
        for version in ("-tls1_2", "-tls1_3"):
            def come(host, *args):
                # A message of the server's first: in 1.3 tickets come behind the handshake.
                connect = ("s_client", "-connect", f"127.0.0.1:{self.names.irc_tls_port}", "-servername", host, version)
                code, output = openssl(*connect, "-ign_eof", *args, stdin=b"PING x\r\nQUIT\r\n")
                self.assertEqual(code, 0, output)
                return output
            self.assertIn("New, TLS", come("chat.example", "-sess_out", ticket))
            self.assertIn("Reused, TLS", come("chat.example", "-sess_in", ticket))
            for host in ("a.talk.example", "nobody.example"):
                self.assertIn("New, TLS", come(host, "-sess_in", ticket))


class Figures(Case):
    def test_an_idle_client_takes_little(self):
        if sanitized():
            self.skipTest("sanitizers take more")
        few = [self.irc_client(f"few{i}") for i in range(50)]
        before = self.server.resident_mib()
        many = [self.irc_client(f"many{i}") for i in range(500)]
        each_kib = (self.server.resident_mib() - before) * 1024 / len(many)
        print(f"an idle client over TLS: {each_kib:.1f} KiB")
        self.assertLess(each_kib, 24)
        self.assertEqual(len(few), 50)


if __name__ == "__main__":
    unittest.main()
