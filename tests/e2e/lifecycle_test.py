"""A server's life: starting twice, dying hard, a broken store, taken ports, a clean end, accounts beside it."""

import os
import shutil
import signal
import socket
import sqlite3
import tempfile
import unittest

from harness import QUICK_CONFIG, Client, Server, veche


class Lifecycle(unittest.TestCase):
    def setUp(self):
        self.dir = tempfile.mkdtemp(prefix="veche-life-")
        self.servers = []

    def tearDown(self):
        for server in self.servers:
            server.close()
        shutil.rmtree(self.dir)

    def start(self, **options):
        server = Server(data=self.dir, **options)
        self.servers.append(server)
        return server

    def test_sigterm_says_goodbye_and_ends_with_0(self):
        server = self.start()
        human = server.client("ann", "")
        human.expect("#veche")
        program = server.guest("bot")
        human.send("one last word")
        program.expect("one last word\n")
        self.assertEqual(server.kill(signal.SIGTERM), 0)
        self.assertIn("The server is going down", human.rest())
        self.assertIn("ERR shutdown ", program.rest())

    def test_kill_9_loses_nothing_that_anyone_saw(self):
        server = self.start()
        for round_ in range(5):
            talker, listener = server.guest("talker"), server.guest("listener")
            talker.send(*[f"{round_}:{i}" for i in range(200)])
            listener.expect(f"{round_}:150\n")
            server.kill(signal.SIGKILL)
            seen = [line for line in listener.rest().split("\n") if line.startswith("MSG") and ":" in line]
            last = int(seen[-1].rsplit(":", 1)[1]) if seen else 150
            server.start()
            reader = server.guest("reader")
            reader.send("/history 100")
            history = reader.expect("END history\n")
            self.assertIn(f" talker {round_}:{last}\n", history)

    def test_accounts_and_history_outlive_a_restart(self):
        server = self.start()
        ann = server.client("Оксана", "пароль", "пароль", "/bare", "Їжак прийшов", "/token")
        token = ann.expect("TOKEN ") and ann.expect("\n").strip()
        self.assertEqual(server.kill(signal.SIGTERM), 0)
        server.start()
        again = server.client("ОКСАНА", "пароль", "/bare", "/search їжак")
        self.assertIn("Їжак прийшов", again.expect("END search\n"))
        by_token = server.client("Оксана token:" + token, "/bare")
        by_token.expect("READY\n")

    def test_a_second_server_on_the_same_data_is_refused(self):
        first = self.start()
        second = veche("serve", "--data", first.data, "--listen", "line://127.0.0.1:0")
        self.assertEqual(second.returncode, 1)
        self.assertIn(str(first.process.pid), second.stderr)

    def test_a_damaged_database_is_refused_by_name(self):
        server = self.start()
        server.guest("ann").send("hi")
        server.kill(signal.SIGTERM)
        file = os.path.join(server.data, "veche.db")
        with open(file, "r+b") as database:
            database.write(b"garbage, garbage, garbage")
        server.start()
        self.assertIsNone(server.port)
        self.assertEqual(server.process.returncode, 1)
        self.assertIn("veche.db", server.output)

    def test_a_database_of_a_newer_version_is_refused(self):
        server = self.start()
        server.kill(signal.SIGTERM)
        database = sqlite3.connect(os.path.join(server.data, "veche.db"))
        database.execute("PRAGMA user_version = 999")
        database.close()
        server.start()
        self.assertEqual(server.process.returncode, 1)
        self.assertIn("999", server.output)
        self.assertIn("newer", server.output)

    def test_a_taken_default_port_is_replaced_and_a_named_one_refused(self):
        with socket.socket() as taken:
            taken.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                taken.bind(("127.0.0.1", 1898))
                taken.listen()
            except OSError:
                pass  # somebody else has it: as good
            server = self.start(listen=None, irc=None)
            self.assertGreater(server.port, 1898)
            self.assertIn(f"Port 1898 is taken; veche listens on {server.port} instead.", server.output)
            for named in (f"line://127.0.0.1:{server.port}", f"irc://127.0.0.1:{server.irc_port}"):
                refused = veche("serve", "--data", os.path.join(self.dir, "other"), "--listen", "line://127.0.0.1:0",
                                "--listen", named)
                self.assertEqual(refused.returncode, 1)
                self.assertIn(named.split("://")[1], refused.stderr)
                self.assertIn("Address already in use", refused.stderr)

    def test_each_protocols_default_holds_until_one_is_named(self):
        with socket.socket() as taken:
            taken.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                taken.bind(("127.0.0.1", 6667))
                taken.listen()
            except OSError:
                pass  # somebody else has it: as good
            server = self.start(irc=None)
            self.assertGreater(server.irc_port, 6667)
            self.assertIn(f"Port 6667 is taken; veche listens on {server.irc_port} instead.", server.output)
            self.assertNotIn("1898", server.output)
            server.guest("ann")

    def test_accounts_of_a_running_server(self):
        server = self.start()
        add = veche("account", "add", "Марія", "--data", server.data, stdin="таємниця\n")
        self.assertEqual(add.returncode, 0, add.stderr)
        taken = veche("account", "add", "МАРІЯ", "--data", server.data, stdin="інше\n")
        self.assertEqual(taken.returncode, 1)
        maria = server.client("Марія", "таємниця", "/bare")
        maria.expect("READY\n")
        self.assertIn("Марія", veche("account", "list", "--data", server.data, "--json").stdout)
        changed = veche("account", "passwd", "Марія", "--data", server.data, stdin="нова\n")
        self.assertEqual(changed.returncode, 0, changed.stderr)
        server.client("Марія", "нова", "/bare").expect("READY\n")
        removed = veche("account", "remove", "Марія", "--data", server.data)
        self.assertEqual(removed.returncode, 0, removed.stderr)
        self.assertIn("ERR account-removed", maria.rest())
        unknown = veche("account", "remove", "nobody", "--data", server.data)
        self.assertEqual(unknown.returncode, 1)

    def test_the_control_socket_is_for_its_owner_alone(self):
        server = self.start()
        self.assertEqual(os.stat(os.path.join(server.data, "veche.sock")).st_mode & 0o777, 0o600)
        self.assertEqual(os.stat(server.data).st_mode & 0o777, 0o700)


if __name__ == "__main__":
    unittest.main()
