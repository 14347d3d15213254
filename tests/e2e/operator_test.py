#!/usr/bin/env python3
"""The operator: every command through `veche ctl` and typed at the console in a terminal, in one table of transcripts;
pausing, draining, clearing, reloading, backups; who may, and what is written down."""

import json
import os
import re
import shutil
import signal
import socket
import sqlite3
import subprocess
import tempfile
import threading
import time
import unittest

import harness
from harness import DEADLINE_S, VECHE, Client, Server, Tmux

ROOT = '[[operator]]\nname = "root"\npassword = "right"\n[[operator]]\nname = "mod"\npassword = "right"\ngrants = ["moderate"]\n'

# What an operator types, the exit code, and what he is answered: a pattern for the whole of it. Run in this order, with
# Алиса (a guest) and Bob (an account) in the chat. Patterns are joined with line ends and must match every line.
TABLE = [
    ("status", 0, [r"version: +\d+\.\d+\.\d+", r"state: +serving", r"listens on: +127.0.0.1:\d+, 127.0.0.1:\d+",
                   r"lockdown: +off", r"turned away at the door: +0",
                   r"process: +\d+", r"runs as: +uid \d+", r"hardening: +no new privileges, no core dumps",
                   r"up for: +\d+s", r"connected: +2", r"with telnet or nc: +2",
                   r"with IRC clients: +0", r"people: +2", r"guests among them: +1", r"rooms with people: +1",
                   r"accounts: +1", r"messages ever: +1", r"store: +takes messages", r"memory: +[\d.]+ MiB",
                   r"descriptors: +\d+", r"at most: +\d+", r"log lines lost: +0", r"data: +/.*",
                   r"model: +events", r"client threads: +0"]),
    ("status --json", 0, [r'\{"version":"[\d.]+","state":"serving","listening":\["127.0.0.1:\d+","127.0.0.1:\d+"\],.*"people":2,"guests":1,.*\}']),
    ("sessions", 0, [r"SESSION +NAME +GUEST +ADDRESS +PROTOCOL +CONNECTED +SILENT +ROOMS",
                     r":\d+\.\d+ +Алиса +guest +127.0.0.1 +line +\d+s +\d+s +#veche", r":\d+\.\d+ +Bob +- +127.0.0.1 +line +\d+s +\d+s +#veche"]),
    ("rooms", 0, [r"ROOM +MEMBERS +CREATED +SLOW +FOUNDER", r"#veche +2 +\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ +- +-"]),
    ("accounts", 0, [r"NAME +CREATED +SESSIONS", r"Bob +\S+ +1"]),
    ("identities", 0, [r"NAME +CREATED +TOKENS +ADDRESSES", r"Bob +\S+ +0 +127.0.0.1"]),
    ("announce tea at five", 0, [r"2 sessions have been told\."]),
    ("slow #veche 1h", 0, [r"#veche: one message of each member in 1h\."]),
    ("rooms --json", 0, [r'\[\{"name":"#veche","members":2,"created":"[^"]+","slow_s":3600,"founder":null\}\]']),
    ("slow #veche 0", 0, [r"#veche: everybody may speak as fast as he likes\."]),
    ("slow #nowhere 5s", 1, [r"veche: slow: There is no such room\."]),
    ("mute Алиса --for 1h caps", 0, [r"алиса is muted for 1h; 1 session told\."]),
    ("mutes", 0, [r"WHO +SINCE +UNTIL +BY +WHY", r"алиса +\S+ +\S+Z +uid 0 +caps"]),
    ("unmute Алиса", 0, [r"алиса is not muted any more\."]),
    ("unmute Алиса", 1, [r"veche: unmute: .*"]),
    ("ban 192.0.2.0/24 --for 7d spam", 0, [r"192\.0\.2\.0/24 is banned for 7d; 0 sessions ended\."]),
    ("ban account:Eve", 0, [r"account:eve is banned for ever; 0 sessions ended\."]),
    ("bans", 0, [r"WHO +SINCE +UNTIL +BY +WHY", r"192\.0\.2\.0/24 +\S+ +\S+Z +uid 0 +spam", r"account:eve +\S+ +for ever +uid 0 +-"]),
    ("unban 192.0.2.0/24", 0, [r"192\.0\.2\.0/24 is not banned any more\."]),
    ("ban 192.0.2.1/24", 2, [r"veche: network '192.0.2.1/24': bits are set behind the prefix \(did you mean 192.0.2.0/24\?\)"]),
    ("ban 10.0.0.300", 2, [r"veche: network '10.0.0.300': not an IPv4 or IPv6 address .*"]),
    ("kick nobody", 1, [r"veche: kick: Nobody of that name is here\."]),
    ("kick :9.9", 1, [r"veche: kick: .*"]),
    ("kick Алиса enough", 0, [r"Алиса: 1 session ended\."]),
    ("pause", 0, [r"Paused: new connections are refused; who is here stays\."]),
    ("resume", 0, [r"Connections are taken again: 127.0.0.1:\d+, 127.0.0.1:\d+\."]),
    ("reload", 0, [r"The configuration is read again; nothing has changed\."]),
    ("backup copy.db", 0, [r"The database is copied to /.*copy.db \([\d.]+ KiB\)\."]),
    ("backup copy.db", 1, [r"veche: .*copy.db: exists already.*"]),
    ("backup /nowhere/copy.db", 1, [r"veche: .*/nowhere.*"]),
    ("logs -n 1 --level info", 0, [r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d\.\d{3} info    uid 0 \(\w+\): backup /nowhere/copy.db: .*"]),
    ("logs -n 1 --json", 0, [r'\{"time":"[^"]+Z","level":"info","message":"uid 0 \(\w+\): backup.*"\}']),
    ("logs -n few", 2, [r"veche: logs: -n takes a number, not 'few' \(logs .*\)"]),
    ("logs clear --yes", 0, [r"The log is empty; the old one is in /.*/backups/log-\d{8}-\d{6}(-\d+)?\."]),
    ("identities clear --yes", 0, [r"1 account is deleted, and every session is ended; a copy of the database is /.*/backups/identities-\d{8}-\d{6}\.db\."]),
    ("accounts", 0, [r"NAME +CREATED +SESSIONS"]),
    ("version", 0, [r"veche: \d+\.\d+\.\d+"]),
    ("help kick", 0, [r"COMMAND +WHAT IT DOES", r"kick WHO \[WHY\] +.*"]),
    ("help xyzzy", 1, [r"veche: help: there is no command xyzzy \(help\)"]),
    ("statsu", 2, [r"veche: statsu: unknown command \(did you mean status\?\)"]),
    ("kick", 2, [r"veche: kick: something is missing \(kick WHO \[WHY\]\)"]),
    ("status now", 2, [r"veche: status: 'now' is one word too many \(status\)"]),
    ("drain 1s moving house", 0, [r"New connections are refused; 0 are closed within 1s\."]),
    ("shutdown 1h", 0, [r"The server goes down in 1h; resume calls that off\."]),
    ("resume", 0, [r"Connections are taken again: 127.0.0.1:\d+, 127.0.0.1:\d+\."]),
    ("shutdown", 0, [r"The server goes down\."]),
]


def people(port):
    """The two of the table, in its order."""
    alice = Client(port)
    alice.send("Алиса", "", "/bare")
    alice.expect("READY\n")
    bob = Client(port)
    bob.send("Bob", "secret", "secret", "/bare")
    bob.expect("READY\n")
    alice.expect("JOIN #veche Bob\n")
    alice.send("hello")
    bob.expect("MSG #veche Алиса hello\n")
    return alice, bob


class Ctl:
    """`veche ctl` against one server."""

    def __init__(self, server, directory=None):
        self.server, self.directory = server, directory

    def start(self, command, **more):
        words = command.split() if isinstance(command, str) else command
        return subprocess.Popen([VECHE, "ctl", "--socket", os.path.join(self.server.data, "veche.sock"), *words],
                                stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
                                cwd=self.directory or self.server.dir, env={**os.environ, "LC_ALL": "C.UTF-8", "TZ": "UTC"}, **more)

    def __call__(self, command, expect=0):
        process = self.start(command)
        output, _ = process.communicate(timeout=DEADLINE_S)
        if expect is not None and process.returncode != expect:
            raise AssertionError(f"{command}: exit {process.returncode}: {output}")
        return output

    def json(self, command):
        return json.loads(self(command + " --json"))


class Case(unittest.TestCase):
    CONFIG = harness.QUICK_CONFIG + ROOT

    def setUp(self):
        self.server = Server(self.CONFIG)
        self.ctl = Ctl(self.server)
        self.addCleanup(self.server.close)
        self.assertIsNotNone(self.server.port, self.server.output)

    def audit(self):
        with open(os.path.join(self.server.data, "audit.log"), encoding="utf-8") as file:
            return [json.loads(line) for line in file]

    def ends(self, code=0):
        self.assertEqual(self.server.process.wait(DEADLINE_S), code)


class EveryCommandThroughCtl(Case):
    def test_answers_as_the_table_says(self):
        here = people(self.server.port)
        for command, code, lines in TABLE:
            with self.subTest(command):
                output = self.ctl(command, expect=None if code is None else code)
                self.assertRegex(output, "^" + "\n".join(lines) + "\n$")
        self.ends()
        for one in here:
            one.close()
        audited = [(entry["command"], entry["result"]) for entry in self.audit()]
        self.assertIn(("kick Алиса enough", "done"), audited)
        self.assertIn(("identities clear --yes", "begun"), audited)
        self.assertIn(("identities clear --yes", "done"), audited)
        self.assertIn(("slow #nowhere 5s", "There is no such room."), audited)
        self.assertEqual({entry["who"] for entry in self.audit()}, {"uid 0"} if os.getuid() == 0 else {f"uid {os.getuid()}"})
        self.assertNotIn("status", [command for command, _ in audited])


class EveryCommandAtTheConsole(unittest.TestCase):
    def setUp(self):
        self.dir = tempfile.mkdtemp(prefix="veche-e2e-")
        self.addCleanup(shutil.rmtree, self.dir, ignore_errors=True)
        config = os.path.join(self.dir, "veche.toml")
        with open(config, "w", encoding="utf-8") as file:
            file.write(harness.QUICK_CONFIG + ROOT)
        self.command = f"{VECHE} serve --config {config} --data {self.dir}/data --listen line://127.0.0.1:0"
        tmux = Tmux()
        self.addCleanup(tmux.close)
        self.tmux = tmux

    def shell(self, command, width=200, height=200):
        terminal = self.tmux.window("main", "sh", width, height)
        terminal.type(f"PS1='$ '; cd {self.dir}; clear")
        terminal.type(command)
        return terminal

    def serve(self, **size):
        terminal = self.shell(self.command, **size)
        port = int(terminal.match(r"telnet 127.0.0.1 (\d+)").group(1))
        terminal.match(r"^veche> ?$")
        return terminal, port

    def test_answers_as_the_table_says(self):
        terminal, port = self.serve()
        here = people(port)
        for command, _, lines in TABLE:
            with self.subTest(command):
                terminal.clear()
                terminal.type(command)
                # Arrivals and departures may stand between; the prompt is back at the end.
                pattern = r"\n".join(r"(?:.*\n)*?" + line + " *" for line in lines)
                after = r"(?:.*\n)*?" + (r"\$ *$" if command == "shutdown" else r"veche> *$")
                terminal.match(r"^veche> " + re.escape(command) + r" *\n" + pattern + r"\n" + after)
        for one in here:
            one.close()

    def test_every_arrival_and_departure_is_printed_with_the_number_of_clients(self):
        terminal, port = self.serve()
        alice, bob = people(port)
        terminal.match(r"^127.0.0.1:\d+ has connected \(2 connected\)")
        terminal.match(r"^127.0.0.1:\d+ is Алиса")
        bob.close()
        terminal.match(r"^Bob, 127.0.0.1:\d+, has gone: .* \(1 connected\)")
        alice.close()
        terminal.match(r"^Алиса, 127.0.0.1:\d+, has gone: .* \(0 connected\)")

    def test_the_line_being_typed_stays_whole_while_the_log_runs(self):
        terminal, port = self.serve(width=80, height=24)
        terminal.type("logs --follow -n 0")
        typed = "announce Привет, это длинная строка, которая набирается, пока журнал бежит и бежит дальше"
        seen = threading.Event()

        def come_and_go():
            for number in range(100):
                client = Client(port)
                client.send(f"guest-{number}", "")
                client.expect("guest")
                client.close()
            seen.set()

        thread = threading.Thread(target=come_and_go)
        thread.start()
        for character in typed:
            terminal.press("-l", character)
        thread.join()
        self.assertTrue(seen.is_set())
        terminal.match(r"guest-99, 127.0.0.1:\d+, has gone")
        screen = terminal.screen().replace("\n", "")
        self.assertTrue(screen.rstrip().endswith("veche> " + typed), terminal.screen())
        self.assertEqual(screen.count("announce"), 1, terminal.screen())

    def test_completion_history_and_confirmation(self):
        terminal, port = self.serve()
        here = people(port)
        terminal.match("is Bob")
        terminal.press("-l", "ki")
        terminal.press("Tab")
        terminal.press("-l", "Б")
        terminal.press("BSpace")
        terminal.press("-l", "Bo")
        terminal.press("Tab")
        terminal.match(r"^veche> kick Bob ?$")
        terminal.press("Enter")
        terminal.match(r"^Bob: 1 session ended\.")
        terminal.press("Up")
        terminal.match(r"^veche> kick Bob ?\n*$")
        terminal.press("C-u")
        terminal.type("identities clear")
        terminal.match(r"Type identities to do it")
        terminal.type("no")
        terminal.match(r"^Nothing was done\.")
        terminal.type("accounts")
        terminal.match(r"^Bob +\S+ +0")
        terminal.type("identities clear")
        terminal.match(r"(Type identities to do it[^$]*){2}")
        terminal.type("identities")
        terminal.match(r"^1 account is deleted")
        for one in here:
            one.close()

    def test_the_end_of_input_does_not_stop_the_server(self):
        terminal, port = self.serve()
        terminal.press("C-d")
        terminal.match(r"The console is closed; the server goes on\.")
        alice, bob = people(port)
        terminal.match(r"has connected \(2 connected\)")
        bob.close()
        alice.close()

    def test_in_the_background_it_leaves_the_terminal_alone(self):
        terminal = self.shell(self.command + " &")
        port = int(terminal.match(r"telnet 127.0.0.1 (\d+)").group(1))
        alice, bob = people(port)
        terminal.type("clear; echo the shell has the $((40 + 2)) keys")
        terminal.match(r"^the shell has the 42 keys\n\$ *$")
        self.assertNotIn("veche>", terminal.screen())
        terminal.type("fg")
        terminal.match(r"^veche> *$")
        terminal.type("status")
        terminal.match(r"people: +2")
        terminal.press("C-z")
        terminal.match(r"^\$ *$")
        terminal.type("stty -a | grep -o ' icanon' | tr a-z A-Z")
        terminal.match(r"^ ICANON")
        terminal.type("fg")
        terminal.match(r"^veche> *\n*$")
        terminal.type("shutdown")
        terminal.match(r"The server goes down\.(.*\n)*\$ *$")
        bob.close()
        alice.close()


class Lines(unittest.TestCase):
    """The console at a pipe."""

    def test_commands_from_a_pipe_are_answered_and_its_end_is_not_the_servers(self):
        server = Server(listen=None, args=["--listen", "line://127.0.0.1:0"])
        self.addCleanup(server.close)
        server.kill(signal.SIGTERM)
        command = [word for word in server.command if word != "--no-console"]
        process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
                                   env=server.env)
        process.stdin.write("version\nidentities clear\nkick x\n")
        process.stdin.close()
        seen = ""
        while "Nobody of that name" not in seen:
            line = process.stdout.readline()
            self.assertTrue(line, seen)
            seen += line
        self.assertRegex(seen, r"\nveche: \d")
        self.assertIn("identities clear: needs confirmation (add --yes)", seen)
        port = int(re.search(r"telnet \S+ (\d+)", seen).group(1))
        Client(port).expect("Welcome")
        process.send_signal(signal.SIGTERM)
        self.assertEqual(process.wait(DEADLINE_S), 0)
        process.stdout.close()


class Pause(Case):
    def test_refuses_new_clients_and_keeps_those_who_talk(self):
        alice, bob = people(self.server.port)
        self.ctl("pause")
        self.assertEqual(self.ctl.json("status")["state"], "paused")
        telnet = subprocess.run(["telnet", "127.0.0.1", str(self.server.port)], capture_output=True, text=True,
                                stdin=subprocess.DEVNULL, timeout=DEADLINE_S, check=False)
        self.assertIn("Connection refused", telnet.stderr)
        alice.send("still here?")
        bob.expect("MSG #veche Алиса still here?\n")
        self.ctl("reload")
        self.assertEqual(self.ctl.json("status")["state"], "paused")
        with self.assertRaises(ConnectionRefusedError):
            Client(self.server.port)
        self.ctl("resume")
        self.server.guest("Eve")
        bob.expect("JOIN #veche Eve\n")

    def test_says_so_when_somebody_took_the_port_meanwhile(self):
        self.ctl("pause")
        with socket.socket() as other:
            other.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            other.bind(("127.0.0.1", self.server.port))
            other.listen()
            self.assertIn("Address already in use", self.ctl("resume", expect=1))
            self.assertEqual(self.ctl.json("status")["state"], "paused")
        self.ctl("resume")
        self.server.guest("Eve")


class Drain(Case):
    def test_tells_everybody_and_closes_them_one_after_another(self):
        clients = [self.server.guest(f"guest-{number}") for number in range(20)]
        self.ctl("drain 1s moving house")
        for client in clients:
            client.expect("NOTICE moving house\n")
            self.assertIn("ERR drained", client.rest())
        end = time.monotonic() + DEADLINE_S
        while self.ctl.json("status")["state"] != "drained":
            self.assertLess(time.monotonic(), end)
        with self.assertRaises(ConnectionRefusedError):
            Client(self.server.port)
        self.ctl("resume")
        self.server.guest("Eve")

    def test_can_be_called_off(self):
        client = self.server.guest("Eve")
        other = self.server.guest("Bob")
        self.assertIn("2 are closed within 1h", self.ctl("drain 1h"))
        self.ctl("resume")
        self.assertEqual(self.ctl.json("status")["state"], "serving")
        other.send("hello")
        client.expect("MSG #veche Bob hello\n")


class Shutdown(Case):
    def test_waits_as_long_as_it_was_told_and_says_goodbye(self):
        client = self.server.guest("Eve")
        self.ctl("shutdown 200ms")
        client.expect("NOTICE The server goes down in 1s.\n")
        self.assertIn("ERR shutdown", client.rest())
        self.ends()

    def test_ends_cleanly_with_an_answer_to_who_asked(self):
        self.assertEqual(self.ctl("shutdown"), "The server goes down.\n")
        self.ends()


class Follow(Case):
    def test_shows_lines_as_they_come_and_ends_with_ctrl_c(self):
        follower = self.ctl.start("logs --follow --level info")
        eve = self.server.guest("Eve")
        seen = ""
        while "is Eve, a guest" not in seen:
            seen += follower.stdout.readline()
        follower.send_signal(signal.SIGINT)
        self.assertEqual(follower.wait(DEADLINE_S), -signal.SIGINT)
        follower.stdout.close()
        follower.stdin.close()
        eve.send("still here")
        self.server.guest("Bob").close()
        eve.expect("JOIN #veche Bob\n")

    def test_one_who_never_reads_is_cut_and_nobody_notices(self):
        with socket.socket(socket.AF_UNIX) as mute:
            mute.connect(os.path.join(self.server.data, "veche.sock"))
            mute.sendall(b'{"command":"operate","words":["logs","--follow"],"language":"en","directory":"/","asks":false}\n')
            for number in range(50):
                self.server.guest(f"guest-{number}").close()
            self.assertEqual(self.ctl.json("status")["state"], "serving")


class Clearing(Case):
    def test_logs_clear_keeps_the_old_log_and_every_line(self):
        self.server.guest("Eve")
        before = self.server.log()
        backup = self.ctl.json("logs clear --yes")["backup"]
        with open(os.path.join(backup, "veche.log"), encoding="utf-8") as file:
            self.assertTrue(file.read().startswith(before))
        self.assertNotIn("Eve", self.server.log())
        self.assertIn(("logs clear --yes --json", "done"), [(e["command"], e["result"]) for e in self.audit()])

    def test_needs_the_word_typed_or_yes(self):
        here = people(self.server.port)
        for command in ("logs clear", "identities clear"):
            self.assertIn("needs confirmation (add --yes)", self.ctl(command, expect=1))
        self.assertEqual(len(self.ctl.json("accounts")), 1)
        for one in here:
            one.close()

    def test_the_copy_of_the_identities_is_a_server_to_start_on(self):
        alice, bob = people(self.server.port)
        copy = self.ctl.json("identities clear --yes")["backup"]
        self.assertIn("ERR identities-cleared", bob.rest())
        self.assertIn("ERR identities-cleared", alice.rest())
        fresh = self.server.client()
        self.assertIn("What is your name?", fresh.expect("What is your name?"))
        other = tempfile.mkdtemp(prefix="veche-e2e-")
        os.mkdir(os.path.join(other, "data"), 0o700)
        shutil.copy(copy, os.path.join(other, "data", "veche.db"))
        restored = Server(self.CONFIG, data=other)
        self.addCleanup(shutil.rmtree, other, ignore_errors=True)
        self.addCleanup(restored.close)
        client = restored.client("Bob", "secret", "/bare", "/history")
        client.expect("Алиса hello\n")

    ROUNDS = int(os.environ.get("VECHE_KILL_ROUNDS", "50"))

    def test_identities_are_all_there_or_all_gone_when_it_is_killed_in_the_middle(self):
        """SIGKILL at a moment that differs from round to round."""
        both = {0: 0, 20: 0}
        for number in range(20):
            client = self.server.client(f"user-{number}", "secret", "secret", "/bare")
            client.expect("READY\n")
            client.close()
        self.server.kill(signal.SIGTERM)
        database = os.path.join(self.server.data, "veche.db")
        saved = os.path.join(self.server.dir, "saved.db")
        shutil.copy(database, saved)
        began = time.monotonic()
        took = 0.1
        for number in range(self.ROUNDS):
            for suffix in ("", "-wal", "-shm"):
                if os.path.exists(database + suffix):
                    os.remove(database + suffix)
            shutil.copy(saved, database)
            self.server.start()
            began = time.monotonic()
            order = self.ctl.start("identities clear --yes")
            if number == 0:
                order.communicate(timeout=DEADLINE_S)
                took = time.monotonic() - began
            else:
                time.sleep(took * 1.3 * number / self.ROUNDS)  # the moment of the kill: no condition to wait for
            self.server.kill(signal.SIGKILL)
            order.communicate(timeout=DEADLINE_S)
            self.server.start()
            identities = self.ctl.json("identities")
            self.assertIn(len(identities), both, identities)
            both[len(identities)] += 1
            if identities:
                self.assertTrue(all(one["addresses"] == ["127.0.0.1"] for one in identities), identities)
            self.server.kill(signal.SIGTERM)
        self.assertGreater(both[0], 0, both)
        self.assertGreater(both[20], 0, both)


class Reload(Case):
    def configure(self, text):
        with open(os.path.join(self.server.dir, "veche.toml"), "w", encoding="utf-8") as file:
            file.write(text)

    def test_says_what_changed_and_what_needs_a_restart(self):
        self.configure('[limits]\ncommand_rate = 0\nmessage_bytes = 5\n[accounts]\nhash_cost = "interactive"\nfailed_logins_per_minute = 0\n')
        alice = self.server.guest("Алиса")
        output = self.ctl("reload")
        self.assertIn("limits.message_bytes: 4096 -> 5\n", output)
        self.assertIn("accounts.hash_cost: lowest -> interactive (needs a restart)\n", output)
        self.assertIn("operator root", output)
        self.assertNotIn("right", output)
        alice.send("123456")
        alice.expect("ERR too-long")

    def test_of_a_wrong_file_changes_nothing_and_says_what_is_wrong(self):
        self.configure("[limits]\nmessage_bytes = 5\ncomand_rate = 1\n")
        output = self.ctl("reload", expect=1)
        self.assertIn("veche.toml:3:1: limits.comand_rate: unknown key (did you mean command_rate?)", output)
        alice = self.server.guest("Алиса")
        bob = self.server.guest("Bob")
        alice.send("123456")
        bob.expect("MSG #veche Алиса 123456\n")

    def test_by_sighup(self):
        self.configure(self.CONFIG + '[server]\ndescription = "новое слово"\n')
        self.server.process.send_signal(signal.SIGHUP)
        end = time.monotonic() + DEADLINE_S
        while "SIGHUP (signal): reload: done" not in self.server.log():
            self.assertLess(time.monotonic(), end)
        self.server.client().expect("новое слово")


class Backup(Case):
    def test_taken_while_people_talk_holds_every_message_delivered_before(self):
        speakers = [self.server.guest(f"speaker-{number}") for number in range(4)]
        listener = self.server.guest("listener")
        stop = threading.Event()

        def talk(client, number):
            count = 0
            while not stop.is_set():
                client.send(*(f"{number} {count + i}" for i in range(50)))
                count += 50
                client.seen = b""
                client.socket.setblocking(False)
                try:
                    while client.socket.recv(1 << 20):
                        pass
                except BlockingIOError:
                    pass
                client.socket.settimeout(DEADLINE_S)

        threads = [threading.Thread(target=talk, args=(c, n)) for n, c in enumerate(speakers)]
        for thread in threads:
            thread.start()
        try:
            for number in range(5):
                delivered = set()
                while len(delivered) < 500:
                    delivered.add(listener.expect("\n"))
                file = self.ctl.json(f"backup under-load-{number}.db")["file"]
                with sqlite3.connect(file) as copy:
                    self.assertEqual(copy.execute("PRAGMA integrity_check").fetchone(), ("ok",))
                    kept = {f"MSG #veche {sender} {text}\n" for sender, text in copy.execute("SELECT sender, text FROM messages")}
                self.assertEqual({line for line in delivered if line.startswith("MSG")} - kept, set())
        finally:
            stop.set()
            for thread in threads:
                thread.join()


class Chat(Case):
    """/oper, and the same table inside the chat."""

    def test_an_operator_in_the_chat_uses_the_table(self):
        alice, bob = people(self.server.port)
        bob.send("/kick Алиса x")
        bob.expect("ERR unknown-command")
        bob.send("/oper root wrong")
        bob.expect("ERR wrong-password")
        bob.send("/oper nobody right")
        bob.expect("ERR wrong-password")
        bob.send("/oper root right", "/kick Алиса enough")
        bob.expect("NOTICE Алиса: 1 session ended.\n")
        bob.expect("END kick\n")
        self.assertIn("enough", alice.rest())
        bob.send("/status")
        bob.expect("NOTICE state: ")
        bob.expect("END status\n")
        bob.send("/identities clear")
        bob.expect("needs confirmation (add --yes)")
        bob.send("/logs --follow")
        bob.expect("--follow needs the console or veche ctl")
        kicks = [entry for entry in self.audit() if entry["command"].startswith("kick")]
        self.assertEqual([entry["via"] for entry in kicks], ["chat"])
        self.assertRegex(kicks[0]["who"], r"^operator root at 127.0.0.1:\d+$")

    def test_grants_are_looked_at_and_can_be_taken_back(self):
        alice, bob = people(self.server.port)
        bob.send("/oper mod right", "/pause")
        bob.expect("you have no right to do that (it needs one of the grants all, manage or pause)")
        bob.send("/mute Алиса")
        bob.expect("is muted for ever; 1 session told.")
        alice.send("mmm")
        alice.expect("ERR muted")
        with open(os.path.join(self.server.dir, "veche.toml"), "w", encoding="utf-8") as file:
            file.write(harness.QUICK_CONFIG)
        self.ctl("reload")
        bob.send("/unmute Алиса")
        bob.expect("you have no right to do that")


class WhoMay(Case):
    def test_another_users_uid_is_turned_away_and_written_down(self):
        if os.getuid() != 0:
            self.skipTest("needs root to be another user")
        os.chmod(self.server.dir, 0o755)
        nobody = ["setpriv", "--reuid", "65534", "--clear-groups"]
        binary = os.path.join(self.server.dir, "veche")
        shutil.copy(VECHE, binary)
        command = [*nobody, binary, "ctl", "--socket", os.path.join(self.server.data, "veche.sock"), "status"]
        refused = subprocess.run(command, capture_output=True, text=True, timeout=DEADLINE_S, check=False, cwd="/")
        self.assertEqual(refused.returncode, 1)
        self.assertIn("Permission denied", refused.stderr)
        os.chmod(self.server.data, 0o755)
        os.chmod(os.path.join(self.server.data, "veche.sock"), 0o666)
        refused = subprocess.run(command, capture_output=True, text=True, timeout=DEADLINE_S, check=False, cwd="/")
        self.assertEqual(refused.returncode, 1)
        self.assertIn("only the server's own user and root may operate it", refused.stderr)
        self.assertEqual([(e["who"], e["result"]) for e in self.audit()], [("uid 65534", "turned away")])

    def test_the_socket_is_its_users_alone_and_survives_a_kill(self):
        path = os.path.join(self.server.data, "veche.sock")
        self.assertEqual(os.stat(path).st_mode & 0o777, 0o600)
        self.server.kill(signal.SIGKILL)
        self.assertTrue(os.path.exists(path))
        self.assertIn("is the server running?", self.ctl("status", expect=1))
        self.server.start()
        self.assertEqual(self.ctl.json("status")["state"], "serving")

    def test_a_flood_of_operators_is_bounded_and_clients_do_not_notice(self):
        path = os.path.join(self.server.data, "veche.sock")
        alice, bob = people(self.server.port)
        idle = []
        for _ in range(100):
            one = socket.socket(socket.AF_UNIX)
            one.connect(path)
            one.settimeout(DEADLINE_S)
            idle.append(one)
        self.assertIn(b"too many operators at once", idle[-1].recv(4096))
        alice.send("hello?")
        bob.expect("MSG #veche Алиса hello?\n")
        for one in idle:
            one.close()
        self.assertEqual(self.ctl.json("status")["people"], 2)

    def test_rubbish_is_answered_and_does_no_harm(self):
        path = os.path.join(self.server.data, "veche.sock")
        for rubbish in (b"\n", b"status\n", b"{}\n", b'{"command":"operate"}\n', b'{"command":"operate","words":[]}\n',
                        b"\xff\xfe\n", b"x" * 200_000 + b"\n", b'{"command":"operate","words":"status"}\n'):
            with socket.socket(socket.AF_UNIX) as one:
                one.settimeout(DEADLINE_S)
                one.connect(path)
                one.sendall(rubbish)
                self.assertIn(b'"what"', one.recv(1 << 16), rubbish)
        self.assertEqual(self.ctl.json("status")["state"], "serving")


if __name__ == "__main__":
    unittest.main(verbosity=2)
