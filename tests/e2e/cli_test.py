#!/usr/bin/env python3
"""The command line: usage, configuration files, accounts of a stopped server, commands to a server that is faked."""

import contextlib
import fcntl
import json
import os
import pathlib
import pty
import re
import select
import signal
import socket
import stat
import subprocess
import termios
import tempfile
import time
import unittest

from harness import wait_until

VECHE = os.environ["VECHE"]
DEADLINE_S = 60  # bounds a failure; nothing waits for it


def environment(language="en"):
    """The caller's, but in one language."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("LC_") and name != "LANGUAGE"}
    return kept | {"LANG": language}


def veche(*arguments, stdin="", cwd=None, language="en"):
    """Runs veche to its end; gives (exit code, standard output, standard error)."""
    done = subprocess.run(
        [VECHE, *arguments], input=stdin, cwd=cwd, env=environment(language),
        capture_output=True, text=True, encoding="utf-8", timeout=DEADLINE_S, check=False)
    return done.returncode, done.stdout, done.stderr


class InDirectory(unittest.TestCase):
    """A test with a directory of its own."""

    def setUp(self):
        directory = tempfile.TemporaryDirectory(prefix="veche-e2e-")
        self.addCleanup(directory.cleanup)
        self.dir = pathlib.Path(directory.name)

    def veche(self, *arguments, stdin="", language="en"):
        return veche(*arguments, stdin=stdin, cwd=self.dir, language=language)


class Usage(InDirectory):
    def assert_usage_error(self, arguments, message):
        self.assertEqual(self.veche(*arguments), (2, "", f"veche: {message}\n"))

    def test_wrong_usage_exits_2_and_offers_the_nearest(self):
        for arguments, message in [
            ([], "command line: a command is missing (serve, echo, scan, ctl, account, config, bench, help)"),
            (["sevre"], "sevre: unknown command (did you mean serve?)"),
            (["help", "acount"], "acount: unknown command (did you mean account?)"),
            (["account"], "account: a command is missing (add, passwd, remove, list, hash)"),
            (["account", "lits"], "lits: unknown command (did you mean list?)"),
            (["account", "add"], "account add: the account's name is missing (veche help account add)"),
            (["account", "list", "x"], "x: one word too many (veche help account list)"),
            (["config", "shwo"], "shwo: unknown command (did you mean show?)"),
            (["ctl"], "ctl: a command is missing (veche ctl help lists the commands)"),
            (["ctl", "--"], "ctl: a command is missing (veche ctl help lists the commands)"),
            (["ctl", "--data", "x"], "ctl: a command is missing (veche ctl help lists the commands)"),
            (["ctl", "--sokcet=x", "status"], "--sokcet: unknown option (did you mean --socket?)"),
            (["ctl", "-x", "status"], "-x: unknown option (--help, --config, --data, --socket)"),
            (["ctl", "--socket"], "--socket: its value is missing (veche help ctl)"),
            (["ctl", "--data", "x", "--socket", "y", "status"],
             "--data: cannot be given together with --socket (veche help ctl)"),
            (["ctl", "--config", "missing.toml", "status"], "missing.toml: No such file or directory"),
            (["ctl", "announce", "x" * 70_000], "ctl: the command is too long"),
            (["account", "hash", "x"], "x: one word too many (veche help account hash)"),
            (["serve", "--dtaa", "x"], "--dtaa: unknown option (did you mean --data?)"),
            (["serve", "--dtaa=x"], "--dtaa: unknown option (did you mean --data?)"),
            (["serve", "--data"], "--data: its value is missing (veche help serve)"),
            (["serve", "account"], "account: one word too many (veche help serve)"),
            (["serve", "--loops", "two"], "--loops two: not a whole number (for example: 0)"),
            (["serve", "--loops", "-1"], "--loops -1: not a whole number (for example: 0)"),
            (["serve", "--loops", "1000"], "--loops 1000: 1000 is out of range (0 to 255)"),
            (["serve", "--model", "fork"], "--model fork: 'fork' is not known (one of: events, threads)"),
            (["serve", "--listen", "web://"], "--listen web://: 'web' is not in this version (one of: line, irc)"),
            (["serve", "--listen", "line://", "--listen", "line://127.0.0.1:1898"],
             "--listen line://127.0.0.1:1898: the same address and port are given twice"),
            (["serve", "--config", "missing.toml"], "missing.toml: No such file or directory"),
            (["account", "list", "--config", "missing.toml"], "missing.toml: No such file or directory"),
        ]:
            with self.subTest(arguments):
                self.assert_usage_error(arguments, message)

    def test_a_terminal_is_safe_from_what_was_typed(self):
        self.assert_usage_error(["x\x1b[31my"], "x[31my: unknown command (serve, echo, scan, ctl, account, config, bench, help)")

    def test_version(self):
        code, out, _ = self.veche("--version")
        self.assertEqual(code, 0)
        self.assertRegex(out, r"\Aveche \d+\.\d+\.\d+\n\Z")

    def test_help_names_every_command_and_no_other(self):
        code, out, _ = self.veche("help")
        self.assertEqual(code, 0)
        self.assertEqual(re.findall(r"^  ([a-z]+) ", out, re.MULTILINE), ["serve", "echo", "scan", "ctl", "account", "config", "bench", "help"])
        self.assertEqual(self.veche("--help"), (0, out, ""))

    def test_help_of_a_command_shows_its_options(self):
        code, out, _ = self.veche("help", "serve")
        self.assertEqual(code, 0)
        for option in ["--config", "--data", "--listen", "--model", "--loops", "--no-console"]:
            self.assertIn(option, out)
        self.assertEqual(self.veche("serve", "--help")[1], out)
        self.assertIn("Usage: veche account add [OPTIONS] NAME\n", self.veche("help", "account", "add")[1])
        ctl = self.veche("help", "ctl")[1]
        self.assertIn("Usage: veche ctl [OPTIONS] COMMAND...\n", ctl)
        self.assertIn("--socket FILE", ctl)
        self.assertEqual(self.veche("ctl", "--help")[1].replace("Usage: ctl", "Usage: veche ctl"), ctl)

    def test_closed_standard_descriptors_are_nobody_elses(self):
        process = subprocess.Popen(["sh", "-c", 'exec "$0" echo serve --listen 127.0.0.1:0 <&- >&- 2>&-', VECHE])
        self.addCleanup(process.wait)
        self.addCleanup(process.kill)

        def files():
            fds, found = f"/proc/{process.pid}/fd", []
            for fd in sorted(os.listdir(fds), key=int):
                with contextlib.suppress(FileNotFoundError):  # closed between the two looks
                    found.append(os.readlink(f"{fds}/{fd}"))
            return found

        wait_until(lambda: any("socket" in file for file in files()), files)
        self.assertEqual(files()[:3], ["/dev/null"] * 3)

    def test_a_full_standard_output_is_an_error(self):
        with open("/dev/full", "wb") as full:
            done = subprocess.run([VECHE, "help"], stdout=full, stderr=subprocess.PIPE,
                                  env=environment(), text=True, timeout=DEADLINE_S, check=False)
        self.assertEqual((done.returncode, done.stderr), (1, "veche: standard output: No space left on device\n"))


class Config(InDirectory):
    def test_init_writes_a_file_that_check_finds_fine(self):
        code, out, err = self.veche("config", "init")
        self.assertEqual((code, err), (0, ""))
        self.assertIn("veche serve --config veche.toml", out)
        self.assertEqual(stat.S_IMODE((self.dir / "veche.toml").stat().st_mode), 0o600)
        self.assertEqual(self.veche("config", "check"), (0, "veche.toml: fine\n", ""))

    def test_init_never_overwrites(self):
        (self.dir / "own.toml").write_text("mine", encoding="utf-8")
        code, out, err = self.veche("config", "init", "own.toml")
        self.assertEqual((code, out), (1, ""))
        self.assertEqual(err, "veche: own.toml: exists already (it is not overwritten; name another file, or move it away)\n")
        self.assertEqual((self.dir / "own.toml").read_text(encoding="utf-8"), "mine")

    def test_init_to_standard_output_makes_no_file(self):
        code, out, _ = self.veche("config", "init", "-")
        self.assertEqual(code, 0)
        self.assertIn("[server]\n", out)
        self.assertEqual(list(self.dir.iterdir()), [])

    def test_check_tells_everything_that_is_wrong(self):
        (self.dir / "bad.toml").write_text('[server]\nlnaguage = "uk"\n[limits]\ncommand_rate = "x"\n', encoding="utf-8")
        errors = [
            "bad.toml:2:1: server.lnaguage: unknown key (did you mean language?)",
            "bad.toml:4:16: limits.command_rate: expected a whole number, found a string"
            " (for example: command_rate = 2)",
        ]
        code, out, err = self.veche("config", "check", "bad.toml")
        self.assertEqual((code, out), (2, ""))
        self.assertEqual(err, "".join(f"veche: {error}\n" for error in errors))
        code, out, err = self.veche("config", "check", "bad.toml", "--json")
        self.assertEqual((code, err), (2, ""))
        self.assertEqual(json.loads(out), {"file": "bad.toml", "ok": False, "errors": errors, "without_effect": []})
        self.assertEqual(self.veche("serve", "--config", "bad.toml")[0], 2)

    def test_check_notes_what_has_no_effect(self):
        (self.dir / "veche.toml").write_text('[multiline]\nmax_lines = 5\n', encoding="utf-8")
        self.assertEqual(
            self.veche("config", "check"),
            (0, "veche.toml: multiline.max_lines has no effect in this version\nveche.toml: fine\n", ""))
        _, out, _ = self.veche("config", "check", "--json")
        self.assertEqual(json.loads(out)["without_effect"], ["multiline.max_lines"])

    def test_check_without_a_file_is_an_error(self):
        self.assertEqual(self.veche("config", "check"), (2, "", "veche: veche.toml: No such file or directory\n"))

    def test_show_gives_what_the_file_comes_to(self):
        (self.dir / "own.toml").write_text('[limits]\nidle_timeout = 600\n', encoding="utf-8")
        code, out, _ = self.veche("config", "show", "own.toml")
        self.assertEqual(code, 0)
        self.assertIn('idle_timeout = "10m"\n', out)
        (self.dir / "shown.toml").write_text(out, encoding="utf-8")
        self.assertEqual(self.veche("config", "show", "shown.toml")[1], out)
        _, out, _ = self.veche("config", "show", "own.toml", "--json")
        self.assertEqual(json.loads(out)["limits"]["idle_timeout"], "10m")

    def test_show_without_a_file_does_not_read_the_one_that_lies_there(self):
        (self.dir / "veche.toml").write_text('[server]\nloops = 7\n', encoding="utf-8")
        self.assertIn("loops = 0\n", self.veche("config", "show")[1])

    def test_words_for_people_come_in_the_language_of_the_environment(self):
        self.veche("config", "init")
        english = self.veche("config", "check")[1]
        for language in ["ru_RU.UTF-8", "uk_UA.UTF-8", "de_DE.UTF-8"]:
            code, out, _ = self.veche("config", "check", language=language)
            self.assertEqual(code, 0)
            self.assertTrue(out.startswith("veche.toml: "))
        self.assertEqual(out, english)  # a language that veche does not speak


class StoppedServer(InDirectory):
    def setUp(self):
        super().setUp()
        (self.dir / "test.toml").write_text('[server]\ndata_dir = "data"\n[accounts]\nhash_cost = "lowest"\n',
                                            encoding="utf-8")

    def account(self, *arguments, stdin=""):
        return self.veche("account", *arguments, "--config", "test.toml", stdin=stdin)

    def names(self):
        code, out, err = self.account("list", "--json")
        self.assertEqual((code, err), (0, ""))
        return [account["name"] for account in json.loads(out)]

    def test_accounts_come_change_and_go(self):
        self.assertEqual(self.account("add", "Алиса", stdin="секрет\n"), (0, "Account Алиса added.\n", ""))
        self.assertEqual(self.account("add", "bob", stdin="pw\r\nthis is not read\n")[0], 0)
        self.assertEqual(self.names(), ["bob", "Алиса"])
        self.assertEqual(self.account("passwd", "BOB", stdin="new")[0], 0)
        self.assertEqual(self.account("remove", "bob"), (0, "Account bob removed.\n", ""))
        self.assertEqual(self.names(), ["Алиса"])
        self.assertEqual(stat.S_IMODE((self.dir / "data").stat().st_mode), 0o700)

    def test_list_for_people_and_programs(self):
        self.account("add", "bob", stdin="pw\n")
        self.assertRegex(self.account("list")[1], r"\A\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ  bob\n\Z")
        [account] = json.loads(self.account("list", "--json")[1])
        self.assertEqual(account["name"], "bob")
        self.assertRegex(account["created"], r"\A\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ\Z")
        self.account("remove", "bob")
        self.assertEqual(self.account("list"), (0, "There are no accounts yet.\n", ""))
        self.assertEqual(self.account("list", "--json"), (0, "[]\n", ""))

    def test_data_option_goes_before_the_configuration(self):
        self.assertEqual(self.account("add", "bob", "--data", "other", stdin="pw\n")[0], 0)
        self.assertFalse((self.dir / "data").exists())
        self.assertTrue((self.dir / "other" / "veche.db").exists())
        self.assertEqual(self.veche("account", "--data", "other", "list", "--json")[0], 0)

    def test_what_cannot_be_done_exits_1_and_says_why(self):
        self.account("add", "bob", stdin="pw\n")
        for arguments, stdin, message in [
            (["add", "Bob"], "pw\n", "account Bob: exists already (as bob)"),
            (["add", "bob"], "pw\n", "account bob: exists already (veche account passwd changes its password)"),
            (["add", "a b"], "pw\n", "account a b: a name has no spaces, controls or invisible characters"),
            (["add", "eve"], "", "password: is empty"),
            (["add", "eve"], "\n", "password: is empty"),
            (["add", "eve"], "a\tb\n", "password: contains control characters"),
            (["add", "eve"], "x" * 600 + "\n", "password: longer than 512 bytes"),
            (["passwd", "eve"], "pw\n", "account eve: there is none (veche account list)"),
            (["remove", "eve"], "", "account eve: there is none (veche account list)"),
        ]:
            with self.subTest(arguments):
                self.assertEqual(self.account(*arguments, stdin=stdin), (1, "", f"veche: {message}\n"))
        self.assertEqual(self.names(), ["bob"])

    def test_a_password_becomes_a_hash_of_the_configurations_cost(self):
        code, out, err = self.account("hash", stdin="секрет\nthis is not read\n")
        self.assertEqual((code, err), (0, ""))
        self.assertRegex(out, r"\A\$argon2id\$v=19\$m=8,\S+\n\Z")
        self.assertNotEqual(self.account("hash", stdin="секрет\n")[1], out)  # a fresh salt
        self.assertEqual(self.account("hash", stdin="\n"), (1, "", "veche: password: is empty\n"))
        self.assertFalse((self.dir / "data").exists())

    def test_a_directory_that_is_not_there_is_not_made_by_a_question(self):
        code, _, err = self.account("list")
        self.assertEqual((code, err), (1, "veche: data directory data: there is none (name one with --data DIR)\n"))
        self.assertFalse((self.dir / "data").exists())

    def test_a_directory_whose_holder_does_not_answer_is_told_apart(self):
        self.account("add", "bob", stdin="pw\n")
        with open(self.dir / "data" / "veche.lock", "rb") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            code, _, err = self.account("list")
        self.assertEqual(code, 1)
        self.assertIn("nobody answers there, though the data directory is in use", err)


class RunningServer(InDirectory):
    """`veche ctl` with a control socket of the test's own: what it asks, and what becomes of the answer."""

    def ctl(self, *arguments, answer, place="veche-data", language="en", stdout=subprocess.PIPE):
        """Gives (the request, exit code, standard output, standard error)."""
        (self.dir / place).mkdir(exist_ok=True)
        path = self.dir / place / "veche.sock"
        path.unlink(missing_ok=True)
        with socket.socket(socket.AF_UNIX) as listener:
            listener.bind(str(path))
            listener.listen()
            listener.settimeout(DEADLINE_S)
            process = subprocess.Popen([VECHE, "ctl", *arguments], stdin=subprocess.DEVNULL, stdout=stdout,
                                       stderr=subprocess.PIPE, cwd=self.dir, env=environment(language),
                                       text=True, encoding="utf-8")
            connection, _ = listener.accept()
            with connection, connection.makefile("rw", encoding="utf-8", newline="\n") as stream:
                request = json.loads(stream.readline())
                for frame in answer:
                    stream.write(json.dumps(frame) + "\n")
            out, err = process.communicate(timeout=DEADLINE_S)
            return request, process.returncode, out, err

    def test_a_command_is_passed_on_untouched(self):
        for words in [["status"], ["help", "serve"], ["kick", "Боб", "being rude"], ["logs", "-n", "5", "--level=info"],
                      ["account", "--help"], ["announce", "", "[x]", "--socket", "--", "++", "-"], ["a", "--data"]]:
            for mark in [], ["--"]:
                with self.subTest(words, mark=mark):
                    request, code, out, err = self.ctl(*mark, *words, answer=[{"text": "да\n"}, {"end": 0}])
                    self.assertEqual((code, out, err), (0, "да\n", ""))
                    self.assertEqual(request, {"command": "operate", "words": words, "language": "en",
                                               "directory": str(self.dir.resolve()), "asks": False})

    def test_words_behind_the_mark_may_be_options(self):
        request, *_ = self.ctl("--", "--json", "-h", answer=[{"end": 2}])
        self.assertEqual(request["words"], ["--json", "-h"])

    def test_the_socket_is_the_data_directorys_unless_it_is_named(self):
        (self.dir / "own.toml").write_text('[server]\ndata_dir = "own"\n', encoding="utf-8")
        for arguments, place in [([], "veche-data"), (["--data", "other"], "other"), (["--config", "own.toml"], "own"),
                                 (["--config", "own.toml", "--data", "other"], "other"),
                                 (["--socket", "x/veche.sock"], "x")]:
            with self.subTest(arguments):
                self.assertEqual(self.ctl(*arguments, "status", answer=[{"end": 0}], place=place)[1], 0)

    def test_the_answer_comes_in_the_language_of_the_environment(self):
        self.assertEqual(self.ctl("status", answer=[{"end": 0}], language="uk_UA.UTF-8")[0]["language"], "uk")

    def test_an_error_and_the_exit_code_are_the_servers(self):
        error = {"what": "Bob", "why": "there is none", "hint": "sessions"}
        _, code, out, err = self.ctl("kick", "Bob", answer=[{"error": error}, {"end": 1}])
        self.assertEqual((code, out, err), (1, "", "veche: Bob: there is none (sessions)\n"))
        self.assertEqual(self.ctl("kcik", answer=[{"end": 2}])[1], 2)

    def test_a_server_that_goes_away_in_the_middle_is_a_failure(self):
        _, code, out, err = self.ctl("status", answer=[{"text": "half\n"}])
        self.assertEqual((code, out), (1, "half\n"))
        self.assertIn("the server closed the connection in the middle of its answer", err)

    def test_an_output_that_nobody_reads_ends_it_quietly(self):
        read, write = os.pipe()
        os.close(read)
        with open(write, "wb") as unheard:
            _, code, _, err = self.ctl("status", answer=[{"text": "line\n"}], stdout=unheard)
        self.assertEqual((code, err), (0, ""))

    def test_without_a_server_the_hint_says_how_to_start_one(self):
        self.assertEqual(self.veche("ctl", "status"),
                         (1, "", "veche: veche-data/veche.sock: nobody answers there"
                                 " (is the server running? veche serve starts it)\n"))


class Terminal(InDirectory):
    """A person at a terminal is asked: twice for a password, and what is typed is not shown."""

    def start(self, *arguments):
        self.master, slave = pty.openpty()
        self.addCleanup(os.close, self.master)
        self.before = termios.tcgetattr(slave)
        self.slave = slave
        self.addCleanup(os.close, slave)
        (self.dir / "test.toml").write_text('[accounts]\nhash_cost = "lowest"\n', encoding="utf-8")
        process = subprocess.Popen(
            [VECHE, *(arguments or ("account", "add", "bob", "--config", "test.toml"))], cwd=self.dir,
            stdin=slave, stdout=slave, stderr=slave, env=environment(), start_new_session=True,
            preexec_fn=lambda: fcntl.ioctl(0, termios.TIOCSCTTY, 0))
        self.addCleanup(process.wait)
        self.addCleanup(process.kill)
        self.shown = ""
        return process

    def see(self, words):
        """Reads until the terminal shows `words`."""
        deadline = time.monotonic() + DEADLINE_S
        while words not in self.shown:
            ready, _, _ = select.select([self.master], [], [], deadline - time.monotonic())
            self.assertTrue(ready, f"no {words!r} in {self.shown!r}")
            self.shown += os.read(self.master, 4096).decode()

    def answer(self, prompt, text):
        self.see(prompt)
        while termios.tcgetattr(self.slave)[3] & termios.ECHO:  # asked a moment before the echo goes
            os.sched_yield()
        os.write(self.master, text)

    def assert_echo_is_back(self):
        self.assertEqual(termios.tcgetattr(self.slave), self.before)

    def test_a_password_is_asked_twice_without_echo(self):
        process = self.start()
        self.answer("Password: ", "секрет\n".encode())
        self.answer("The same again: ", "секрет\n".encode())
        self.see("Account bob added.")
        self.assertEqual(process.wait(DEADLINE_S), 0)
        self.assertNotIn("секрет", self.shown)
        self.assert_echo_is_back()

    def test_the_server_may_ask_the_person_for_a_word(self):
        with socket.socket(socket.AF_UNIX) as listener:
            listener.bind(str(self.dir / "own.sock"))
            listener.listen()
            listener.settimeout(DEADLINE_S)
            process = self.start("ctl", "--socket", "own.sock", "identities", "clear")
            connection, _ = listener.accept()
        with connection, connection.makefile("rw", encoding="utf-8", newline="\n") as stream:
            self.assertTrue(json.loads(stream.readline())["asks"])
            stream.write('{"confirm":{"question":"Type identities.","word":"identities"}}\n')
            stream.flush()
            self.see("Type identities.\r\n> ")
            os.write(self.master, b"identities\n")
            self.assertEqual(json.loads(stream.readline()), {"typed": "identities"})
            stream.write('{"text":"\\u001b[31mdone\\n"}\n{"end":0}\n')
        self.see("[31mdone")
        self.assertEqual(process.wait(DEADLINE_S), 0)
        self.assertNotIn("\x1b", self.shown)

    def test_two_different_passwords_are_refused(self):
        process = self.start()
        self.answer("Password: ", b"one\n")
        self.answer("The same again: ", b"two\n")
        self.see("veche: password: the two are not the same (try again)")
        self.assertEqual(process.wait(DEADLINE_S), 1)
        self.assertFalse((self.dir / "veche-data").exists())

    def test_an_interrupt_gives_the_echo_back(self):
        process = self.start()
        self.answer("Password: ", b"half a passw\x03")
        self.assertEqual(process.wait(DEADLINE_S), -signal.SIGINT)
        self.assert_echo_is_back()

    def test_the_end_of_input_is_an_empty_password(self):
        process = self.start()
        self.answer("Password: ", b"\x04")
        self.see("veche: password: is empty")
        self.assertEqual(process.wait(DEADLINE_S), 1)
        self.assert_echo_is_back()


if __name__ == "__main__":
    unittest.main()
