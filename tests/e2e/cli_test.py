#!/usr/bin/env python3
"""The command line: usage, configuration files, accounts of a stopped server."""

import fcntl
import json
import os
import pathlib
import pty
import re
import select
import signal
import stat
import subprocess
import termios
import tempfile
import time
import unittest

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
            ([], "command line: a command is missing (serve, account, config, help)"),
            (["sevre"], "sevre: unknown command (did you mean serve?)"),
            (["help", "acount"], "acount: unknown command (did you mean account?)"),
            (["account"], "account: a command is missing (add, passwd, remove, list)"),
            (["account", "lits"], "lits: unknown command (did you mean list?)"),
            (["account", "add"], "account add: the account's name is missing (veche help account add)"),
            (["account", "list", "x"], "x: one word too many (veche help account list)"),
            (["config", "shwo"], "shwo: unknown command (did you mean show?)"),
            (["serve", "--dtaa", "x"], "--dtaa: unknown option (did you mean --data?)"),
            (["serve", "--dtaa=x"], "--dtaa: unknown option (did you mean --data?)"),
            (["serve", "--data"], "--data: its value is missing (veche help serve)"),
            (["serve", "account"], "account: one word too many (veche help serve)"),
            (["serve", "--loops", "two"], "--loops two: not a whole number (for example: 0)"),
            (["serve", "--loops", "-1"], "--loops -1: not a whole number (for example: 0)"),
            (["serve", "--loops", "1000"], "--loops 1000: 1000 is out of range (0 to 255)"),
            (["serve", "--model", "threads"], "--model threads: 'threads' is not in this version (one of: events)"),
            (["serve", "--listen", "irc://"], "--listen irc://: 'irc' is not in this version (one of: line)"),
            (["serve", "--listen", "line://", "--listen", "line://127.0.0.1:1898"],
             "--listen line://127.0.0.1:1898: the same address and port are given twice"),
            (["serve", "--config", "missing.toml"], "missing.toml: No such file or directory"),
            (["account", "list", "--config", "missing.toml"], "missing.toml: No such file or directory"),
        ]:
            with self.subTest(arguments):
                self.assert_usage_error(arguments, message)

    def test_a_terminal_is_safe_from_what_was_typed(self):
        self.assert_usage_error(["x\x1b[31my"], "x[31my: unknown command (serve, account, config, help)")

    def test_version(self):
        code, out, _ = self.veche("--version")
        self.assertEqual(code, 0)
        self.assertRegex(out, r"\Aveche \d+\.\d+\.\d+\n\Z")

    def test_help_names_every_command_and_no_other(self):
        code, out, _ = self.veche("help")
        self.assertEqual(code, 0)
        self.assertEqual(re.findall(r"^  ([a-z]+) ", out, re.MULTILINE), ["serve", "account", "config", "help"])
        self.assertEqual(self.veche("--help"), (0, out, ""))

    def test_help_of_a_command_shows_its_options(self):
        code, out, _ = self.veche("help", "serve")
        self.assertEqual(code, 0)
        for option in ["--config", "--data", "--listen", "--model", "--loops", "--no-console"]:
            self.assertIn(option, out)
        self.assertEqual(self.veche("serve", "--help")[1], out)
        self.assertIn("Usage: veche account add [OPTIONS] NAME\n", self.veche("help", "account", "add")[1])

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
        (self.dir / "veche.toml").write_text('[admin]\nname = "x"\n', encoding="utf-8")
        self.assertEqual(
            self.veche("config", "check"),
            (0, "veche.toml: admin.name has no effect in this version\nveche.toml: fine\n", ""))
        _, out, _ = self.veche("config", "check", "--json")
        self.assertEqual(json.loads(out)["without_effect"], ["admin.name"])

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


class Terminal(InDirectory):
    """A person at a terminal is asked twice, and what is typed is not shown."""

    def start(self):
        self.master, slave = pty.openpty()
        self.addCleanup(os.close, self.master)
        self.before = termios.tcgetattr(slave)
        self.slave = slave
        self.addCleanup(os.close, slave)
        (self.dir / "test.toml").write_text('[accounts]\nhash_cost = "lowest"\n', encoding="utf-8")
        process = subprocess.Popen(
            [VECHE, "account", "add", "bob", "--config", "test.toml"], cwd=self.dir, stdin=slave, stdout=slave,
            stderr=slave, env=environment(), start_new_session=True,
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
