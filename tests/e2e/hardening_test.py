#!/usr/bin/env python3
"""What the process gives up before it serves: root, new privileges, core dumps, files that are not its own; and what is
left of a password in its memory. Against the real binary; most of it needs to be root."""

import base64
import os
import pwd
import re
import shutil
import socket
import subprocess
import tempfile
import unittest

from harness import DEADLINE_S, QUICK_CONFIG, VECHE, Client, Server, veche, wait_until
from tls_test import LISTENERS, TlsClient, make_certificate

USER = "nobody"
CAP_NET_BIND_SERVICE = 1 << 10
HAS_LANDLOCK = os.path.exists("/usr/include/linux/landlock.h") and subprocess.run(
    ["/usr/bin/python3", "-c", "import ctypes, sys; sys.exit(ctypes.CDLL(None).syscall(444, None, 0, 1) < 2)"],
    check=False).returncode == 0
needs_root = unittest.skipUnless(os.geteuid() == 0, "only root can become another user, and look into a process")
needs_landlock = unittest.skipUnless(HAS_LANDLOCK, "this kernel has no Landlock")


def config(server="", more=""):
    return f"[server]\n{server}\n{more}{QUICK_CONFIG}"


def status_of(server, thread=None):
    path = f"task/{thread}/status" if thread else "status"
    return dict(line.split(":\t", 1) for line in server.proc(path).splitlines() if ":\t" in line)


def threads_of(server):
    return os.listdir(f"/proc/{server.process.pid}/task")


def mappings_of(server):
    """What the process can write to: (line, begin, end)."""
    for line in server.proc("maps").splitlines():
        if found := re.match(r"([0-9a-f]+)-([0-9a-f]+) rw", line):
            yield line, int(found.group(1), 16), int(found.group(2), 16)


def is_sanitized(server):
    """A sanitizer's shadow takes terabytes; and it has a thread and memory of its own."""
    return any(end - begin > 1 << 36 for _, begin, end in mappings_of(server))


def free_low_port():
    for port in range(700, 1024):
        with socket.socket() as probe:
            try:
                probe.bind(("127.0.0.1", port))
                return port
            except OSError:
                continue
    raise AssertionError("no port below 1024 is free")


class Base(unittest.TestCase):
    def start(self, text=None, open_directory=True, **options):
        directory = tempfile.mkdtemp(prefix="veche-e2e-")
        self.addCleanup(shutil.rmtree, directory, True)
        if open_directory:
            os.chmod(directory, 0o755)  # for a server that is another user
        server = Server(text or config(), data=directory, **options)
        self.addCleanup(server.close)
        return server

    def ctl(self, server, *words):
        return veche("ctl", "--data", server.data, *words)

    def logs(self, server, text):
        wait_until(lambda: text in server.log(), text)

    def refused(self, text):
        directory = tempfile.mkdtemp(prefix="veche-e2e-")
        self.addCleanup(shutil.rmtree, directory, True)
        file = os.path.join(directory, "veche.toml")
        with open(file, "w", encoding="utf-8") as out:
            out.write(text)
        ended = veche("serve", "--config", file, "--data", os.path.join(directory, "data"), "--no-console",
                      "--listen", "line://127.0.0.1:0", "--listen", "irc://127.0.0.1:0")
        self.assertEqual(ended.returncode, 1, ended.stderr)
        return ended.stderr


class Process(Base):
    def test_nothing_it_starts_gains_rights_and_it_leaves_no_dump(self):
        server = self.start()
        self.assertEqual(status_of(server)["NoNewPrivs"].strip(), "1")
        self.assertRegex(server.proc("limits"), r"Max core file size +0 +0 ")
        status = self.ctl(server, "status").stdout
        self.assertRegex(status, r"runs as: +uid \d+")
        self.assertRegex(status, r"hardening: +no new privileges, no core dumps\n")

    def test_an_operator_may_want_dumps(self):
        server = self.start(config("core_dumps = true"))
        self.assertRegex(self.ctl(server, "status").stdout, r"hardening: +no new privileges\n")
        self.logs(server, "core dumps are on")

    @needs_root
    def test_root_is_warned(self):
        self.logs(self.start(), "runs as root: name a user who may do less")


@needs_root
class Root(Base):
    def test_becomes_the_user_of_the_configuration_in_every_thread(self):
        for model in ("events", "threads"):
            with self.subTest(model=model):
                server = self.start(config(f'user = "{USER}"'), args=["--model", model])
                if is_sanitized(server):
                    self.skipTest("a sanitizer has a thread of its own")
                ann = server.guest("ann")
                uid = pwd.getpwnam(USER).pw_uid
                for thread in threads_of(server):
                    status = status_of(server, thread)
                    self.assertEqual(status["Uid"].split(), [str(uid)] * 4)
                    self.assertEqual(status["Gid"].split(), [str(pwd.getpwnam(USER).pw_gid)] * 4)
                    for name in ("CapPrm", "CapEff", "CapInh", "CapAmb"):
                        self.assertEqual(int(status[name], 16), 0, name)
                for name in os.listdir(server.data):
                    self.assertEqual(os.stat(os.path.join(server.data, name)).st_uid, uid, name)
                self.assertEqual(os.stat(f"/proc/{server.process.pid}/status").st_uid, 0, "others may not look into it")
                ann.send("hello", "/quit")
                self.assertRegex(self.ctl(server, "status").stdout, rf"runs as: +{USER} \(uid {uid}\)")
                self.assertNotIn("runs as root", server.log())
                self.assertEqual(server.close(), 0)

    def test_opens_low_ports_and_opens_them_again(self):
        port = free_low_port()
        server = self.start(config(f'user = "{USER}"'), irc=f"irc://127.0.0.1:{port}")
        if is_sanitized(server):
            self.skipTest("a sanitizer has a thread of its own")
        for thread in threads_of(server):
            status = status_of(server, thread)
            self.assertEqual(int(status["CapPrm"], 16), CAP_NET_BIND_SERVICE)
            self.assertEqual(int(status["CapEff"], 16), CAP_NET_BIND_SERVICE)
        self.assertEqual(server.irc_port, port)
        Client(port).close()
        self.assertEqual(self.ctl(server, "pause").returncode, 0)
        with self.assertRaises(OSError):
            Client(port)
        self.assertEqual(self.ctl(server, "resume").returncode, 0)
        Client(port).close()

    def test_reload_reads_the_configuration_as_that_user(self):
        server = self.start(config(f'user = "{USER}"\ndescription = "one"'))
        file = os.path.join(server.dir, "veche.toml")
        with open(file, "w", encoding="utf-8") as out:
            out.write(config(f'user = "{USER}"\ndescription = "two"'))
        self.assertIn("server.description: one -> two", self.ctl(server, "reload").stdout)
        os.chmod(file, 0o600)
        self.assertEqual(self.ctl(server, "reload").returncode, 1)
        secret = self.start(config(f'user = "{USER}"'), open_directory=False)
        self.assertEqual(secret.process.poll(), 1)  # nor could it reach its data there

    def test_a_configuration_it_could_not_reload_is_told_of(self):
        directory = tempfile.mkdtemp(prefix="veche-e2e-")
        self.addCleanup(shutil.rmtree, directory, True)
        os.chmod(directory, 0o755)
        file = os.path.join(directory, "veche.toml")
        with open(file, "w", encoding="utf-8") as out:
            out.write(config(f'user = "{USER}"'))
        os.chmod(file, 0o600)
        process = subprocess.Popen([VECHE, "serve", "--config", file, "--data", directory + "/data", "--no-console",
                                    "--listen", "line://127.0.0.1:0", "--listen", "irc://127.0.0.1:0"],
                                   stdout=subprocess.PIPE, text=True)
        try:
            while "Ctrl-C" not in process.stdout.readline():
                pass

            def is_told():
                with open(directory + "/data/veche.log", encoding="utf-8") as log:
                    return "reload will fail" in log.read()
            wait_until(is_told, "the warning")
        finally:
            process.terminate()
            self.assertEqual(process.wait(DEADLINE_S), 0)
            process.stdout.close()

    def test_a_data_directory_of_another_is_refused_by_name(self):
        server = self.start()
        server.close()
        file = os.path.join(server.dir, "veche.toml")
        with open(file, "w", encoding="utf-8") as out:
            out.write(config(f'user = "{USER}"'))
        server.start()
        self.assertIn(f"veche: {server.data}: belongs to uid 0, and the server runs as {USER} (uid ", server.output)
        self.assertIn(f"chown -R {USER} {server.data}", server.output)
        os.chown(server.data, pwd.getpwnam(USER).pw_uid, -1)
        server.process.stdout.close()
        server.start()
        self.assertRegex(server.output, r"veche: \S+/(veche|audit)\S+: belongs to uid 0")
        server.process.stdout.close()
        subprocess.run(["chown", "-R", USER, server.data], check=True)
        server.start()
        self.assertIsNotNone(server.port, server.output)

    def test_a_user_who_is_none_or_root_is_refused(self):
        self.assertIn("server.user veche-nobody-else: there is no such user", self.refused(config('user = "veche-nobody-else"')))
        self.assertIn("server.user root: that is root", self.refused(config('user = "root"')))


@needs_landlock
class Landlock(Base):
    def setUp(self):
        self.elsewhere = tempfile.mkdtemp(prefix="veche-e2e-elsewhere-")
        self.addCleanup(shutil.rmtree, self.elsewhere, True)

    def test_the_server_writes_to_its_own_directories_alone(self):
        allowed = tempfile.mkdtemp(prefix="veche-e2e-backups-")
        self.addCleanup(shutil.rmtree, allowed, True)
        server = self.start(config(f'landlock = "require"\nlandlock_write = ["{allowed}"]'))
        self.assertRegex(self.ctl(server, "status").stdout, r"hardening: .*, Landlock \d+\n")
        outside = os.path.join(self.elsewhere, "x.db")
        refused = self.ctl(server, "backup", outside)
        self.assertEqual(refused.returncode, 1)
        self.assertIn(f"veche: backup {outside}: Landlock keeps the server from writing there", refused.stderr)
        self.assertIn(f"name a file in {server.data} or {allowed}", refused.stderr)
        self.assertEqual(os.listdir(self.elsewhere), [])
        sly = os.path.join(server.data, "..", "..", os.path.basename(self.elsewhere), "x.db")
        self.assertIn("Landlock keeps", self.ctl(server, "backup", sly).stderr)
        for place in (server.data, allowed):
            copied = self.ctl(server, "backup", os.path.join(place, "copy.db"))
            self.assertEqual(copied.returncode, 0, copied.stderr)

    def test_it_is_the_kernel_that_refuses(self):
        """A link that appears later is no way out: the check above would not see it."""
        server = self.start(config('landlock = "require"'))
        os.symlink(self.elsewhere, os.path.join(server.data, "backups"))
        refused = self.ctl(server, "logs", "clear", "--yes")
        self.assertEqual(refused.returncode, 1)
        self.assertIn("Permission denied", refused.stderr)
        self.assertEqual(os.listdir(self.elsewhere), [])

    def test_what_a_server_does_goes_on(self):
        motd = os.path.join(self.elsewhere, "motd.txt")
        with open(motd, "w", encoding="utf-8") as out:
            out.write("the first\n")
        text = config(f'landlock = "auto"\nmotd_file = "{motd}"\ndescription = "one"')
        server = self.start(text)
        server.client("ann", "long-password", "long-password", "hello").expect("is yours now")
        for words in (("logs", "clear", "--yes"), ("identities", "clear", "--yes"), ("pause",), ("resume",)):
            done = self.ctl(server, *words)
            self.assertEqual(done.returncode, 0, done.stderr)
        with open(os.path.join(server.dir, "new.toml"), "w", encoding="utf-8") as out:
            out.write(text.replace("one", "two"))
        os.rename(os.path.join(server.dir, "new.toml"), os.path.join(server.dir, "veche.toml"))  # as editors do
        with open(motd + ".new", "w", encoding="utf-8") as out:
            out.write("the second\n")
        os.rename(motd + ".new", motd)
        self.assertIn("server.description: one -> two", self.ctl(server, "reload").stdout)
        Client(server.port).expect("the second")
        self.assertEqual(server.close(), 0)
        server.start()
        self.assertIsNotNone(server.port, server.output)

    @needs_root
    def test_certificates_are_replaced_though_links_lead_to_them(self):
        """As certbot keeps them; for a server that is another user besides."""
        os.chmod(self.elsewhere, 0o755)
        archive, live = (os.path.join(self.elsewhere, name) for name in ("archive", "live"))
        for place in (archive, live):
            os.mkdir(place)
        for name in ("1", "2"):
            make_certificate(archive, name)
            os.chmod(os.path.join(archive, name + ".key"), 0o644)
        for end in ("crt", "key"):
            os.symlink(f"../archive/1.{end}", os.path.join(live, "now." + end))
        server = self.start(config(f'user = "{USER}"\nlandlock = "require"',
                                   f'[tls]\ncert = "{live}/now.crt"\nkey = "{live}/now.key"\n'), args=LISTENERS)
        before = TlsClient(server.irc_tls_port)
        for end in ("crt", "key"):
            os.symlink(f"../archive/2.{end}", os.path.join(live, "new"))
            os.rename(os.path.join(live, "new"), os.path.join(live, "now." + end))
        done = self.ctl(server, "reload")
        self.assertEqual(done.returncode, 0, done.stderr)
        shown = [client.socket.getpeercert(binary_form=True) for client in (before, TlsClient(server.irc_tls_port))]
        self.assertNotEqual(shown[0], shown[1])

    def test_a_directory_that_is_not_there_is_refused(self):
        self.assertIn("Landlock: /nowhere/at/all: No such file",
                      self.refused(config('landlock = "require"\nlandlock_write = ["/nowhere/at/all"]')))


def memory_of(server):
    """Every byte that the process can write, mapping by mapping."""
    with open(f"/proc/{server.process.pid}/mem", "rb", buffering=0) as memory:
        for line, begin, end in mappings_of(server):
            memory.seek(begin)
            try:
                yield line, memory.read(end - begin)
            except OSError:
                continue  # a guard page, or gone


@needs_root
class Memory(Base):
    """After a log-in nothing in the process's memory is the password, in any of the forms in which it came."""

    def leftovers(self, server, secrets):
        found = []
        for line, data in memory_of(server):
            for name, secret in secrets.items():
                if (at := data.find(secret)) >= 0:
                    found.append(f"{name} in {line}: {data[max(0, at - 24):at + len(secret) + 24]!r}")
        return found

    def check(self, model):
        if is_sanitized(self.start()):
            self.skipTest("a sanitizer keeps what is freed, and much else")
        certificate = tempfile.mkdtemp(prefix="veche-e2e-")
        self.addCleanup(shutil.rmtree, certificate, True)
        make_certificate(certificate, "here")
        server = self.start(config(
            'description = "a text that is there"',
            f'[tls]\ncert = "{certificate}/here.crt"\nkey = "{certificate}/here.key"\n'
            f'[[operator]]\nname = "root"\npassword = "{self.hash_of("operators-own-password")}"\n'),
            args=["--model", model, *LISTENERS])
        clients = []
        made = server.client("maria", "telnet-password-new", "telnet-password-new")
        made.expect("is yours now")
        clients.append(made)
        short = server.client("olga", "sh0rt!", "sh0rt!")  # one that std::string keeps in itself
        short.expect("is yours now")
        clients.append(short)
        again = server.client("maria")
        for text, answer in (("telnet-password-wrong", "Wrong name or password"), ("telnet-password-new", "Hello, maria")):
            again.expect("Password of maria")
            again.send(text)
            again.expect(answer)
        clients.append(again)
        again.send("/password", "telnet-password-new", "telnet-password-changed", "telnet-password-changed")
        again.expect("Your password is changed")
        by_telnet = Client(server.port)
        by_telnet.expect("name")
        by_telnet.send_bytes(b"\xff\xfd\x01ma\xff\xf1ria\r\n")
        by_telnet.expect("assword")
        for part in (b"telnet-pass\xff\xf1", b"word-ch", b"anged\r\n"):
            by_telnet.send_bytes(part)
        by_telnet.expect("Hello, maria")
        clients.append(by_telnet)
        added = veche("account", "--data", server.data, "add", "anna", stdin="ctl-password-of-anna\n")
        self.assertEqual(added.returncode, 0, added.stderr)
        payload = base64.b64encode(b"\0anna\0ctl-password-of-anna")
        sasl = Client(server.irc_port)
        sasl.send("CAP REQ sasl", "AUTHENTICATE PLAIN")
        sasl.expect("AUTHENTICATE +")
        sasl.send("AUTHENTICATE " + payload.decode())
        sasl.expect(" 903 ")
        sasl.send("NICK anna", "USER anna 0 * :Anna", "CAP END")
        sasl.expect(" 001 ")
        sasl.send("OPER root operators-own-password")
        sasl.expect(" 381 ")
        clients.append(sasl)
        by_pass = Client(server.irc_port)
        by_pass.send("PASS ctl-password-of-anna", "NICK anna", "USER anna 0 * :Anna")
        by_pass.expect(" 001 ")
        clients.append(by_pass)
        registering = Client(server.irc_port)
        registering.send("CAP REQ draft/account-registration", "NICK vera", "REGISTER * * registered-password",
                         "USER vera 0 * :Vera", "CAP END")
        registering.expect(" 001 ")
        clients.append(registering)
        by_tls = TlsClient(server.tls_port)
        by_tls.send("tanya", "password-over-tls", "password-over-tls")
        by_tls.expect("is yours now")
        clients.append(by_tls)
        accent = "пароль-Ångström-пароль"  # which SCRAM's preparation changes
        accented = server.client("lena", accent, accent)
        accented.expect("is yours now")
        clients.append(accented)

        secrets = {word: word.encode() for word in (
            "telnet-password", "word-changed", "sh0rt!", "ctl-password-of-anna", "operators-own-password",
            "registered-password", "password-over-tls", "Ångström-пароль")}
        secrets["lena's, by code points"] = "ström-пароль".encode("utf-32-le")
        secrets["SASL PLAIN"] = payload
        secrets["SASL PLAIN, its middle"] = payload[8:24]
        present = self.leftovers(server, {"the description": b"a text that is there"})
        self.assertTrue(present, "what is there is found")
        self.assertEqual(self.leftovers(server, secrets), [])
        for client in clients:
            client.close()

    def hash_of(self, password):
        return veche("account", "hash", stdin=password + "\n").stdout.strip()

    def test_no_password_is_left_under_the_model_events(self):
        self.check("events")

    def test_no_password_is_left_under_the_model_threads(self):
        self.check("threads")


if __name__ == "__main__":
    unittest.main()
