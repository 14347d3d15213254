"""Of the soak: the operator at `veche ctl`, who gives every command that harms nobody who stays, one after the other at
random. While no trouble is made, each must do what it says.
"""

import json
import os
import random
import shutil
import signal
import sqlite3

from harness import DEADLINE_S, veche, wait_until
from operator_test import Ctl
from soak_talkers import ROOM

CONFIG = """
[limits]
command_rate = {command_rate}
command_burst = 50
connection_rate = 0
registration_timeout = "{registration_timeout}"
idle_timeout = "{idle_timeout}"
message_bytes = {message_bytes}
send_queue = "256KiB"
[accounts]
hash_cost = "lowest"
failed_logins_per_minute = {failed_logins}
registration = {registration}
required = {required}
[history]
playback_limit = {playback}
query_limit = {query}
[log]
level = "{level}"
[server]
language = "{language}"
description = "{description}"
[[operator]]
name = "root"
password = "right"
"""
# At quiet moments, and what each may be instead.
CALM = {"command_rate": 0, "registration_timeout": "3s", "idle_timeout": 0, "message_bytes": 4096, "failed_logins": 0, "level": "info",
        "registration": "true", "required": "false", "playback": 5, "query": 100, "language": "en", "description": ""}
RESTLESS = {"command_rate": [0, 200], "registration_timeout": ["1s", "2s", "3s"], "idle_timeout": [0, "3s"],
            "message_bytes": [2500, 4096], "failed_logins": [0, 0, 10], "level": ["debug", "info", "info", "warning"],
            "registration": ["true", "true", "false"], "required": ["false", "false", "true"], "playback": [0, 5, 50],
            "query": [0, 10, 100], "language": ["en", "ru", "uk"], "description": ["", "новое слово"]}


class Operator:
    """One scene of his is one command, with what belongs to it."""

    def __init__(self, run):
        self.run, self.ctl = run, Ctl(run.server)
        self.random = random.Random(f"{run.seed} operator")
        self.scenes = [self.look, self.look, self.look, self.logs, self.follow, self.kick, self.ban, self.mute, self.mute_talker,
                       self.slow, self.announce, self.pause, self.call_off, self.reload, self.reload, self.reload_wrong, self.hang_up,
                       self.backup, self.clear_logs, self.accounts, self.mistakes]

    def turn(self):
        self.run.pause(self.random.uniform(0, 0.3))
        self.random.choice(self.scenes)()

    # --- giving commands

    def order(self, command, allowed=(0,)):
        """Gives a command; its output if it was done. A code that is not allowed is a failure, except in trouble."""
        calm = self.run.is_calm()
        process = self.ctl.start(command)
        output, _ = process.communicate(timeout=DEADLINE_S)
        return self.judge(command, process.returncode, output, allowed, calm)

    def judge(self, command, code, output, allowed, calm):
        self.run.count("commands")
        if code not in allowed and (code != 1 or self.run.was_calm(calm)):
            raise AssertionError(f"{command}: exit {code}: {output}")
        return output if code == 0 else None

    def ask(self, command):
        """The answer in JSON; None: not now."""
        output = self.order(command + " --json")
        return None if output is None else json.loads(output)

    def insist(self, command):
        """Until it is done: what would change the run for good must not be left by a fault that is on just then."""
        wait_until(lambda: self.order(command) is not None or self.run.over.is_set(), command)

    def somebody(self):
        """A passer-by who is here: his line of `sessions`."""
        sessions = self.ask("sessions") or []
        passers = [one for one in sessions if one["name"] not in self.run.talk.names()]
        return self.random.choice(passers) if passers else None

    def configure(self, **values):
        """Whether the new configuration is in place: a full disk takes none."""
        path = os.path.join(self.run.server.dir, "veche.toml")
        try:
            with open(path + ".new", "w", encoding="utf-8") as file:
                file.write(CONFIG.format(**{**CALM, **values}))
            os.replace(path + ".new", path)
        except OSError:
            return False
        return True

    def calm_down(self):
        """Undoes whatever the scenes have done, at a quiet moment."""
        if not self.configure():
            raise AssertionError("the configuration cannot be written")
        for command in ("reload", f"slow {ROOM} 0", "resume"):
            self.order(command)
        for one in self.ask("mutes"):
            self.order(["unmute", one["who"]], (0, 1))

    # --- the scenes

    def look(self):
        command = self.random.choice(["status", "sessions", "rooms", "accounts", "identities", "bans", "mutes", "version", "help"])
        if self.random.random() < 0.5:
            self.ask(command)
        else:
            self.order(command)

    def logs(self):
        self.order("logs -n {} --level {} --since {}".format(self.random.choice([1, 100, 1000]),
                                                            self.random.choice(["debug", "info", "error"]),
                                                            self.random.choice(["1s", "1h"])))

    def follow(self):
        follower = self.ctl.start("logs --follow -n 10")
        self.run.pause(self.random.uniform(0, 0.5))
        follower.terminate()
        follower.communicate(timeout=DEADLINE_S)
        self.run.count("commands")

    def kick(self):
        if one := self.somebody():
            who = one["session"] if self.random.random() < 0.5 or not one["name"] else one["name"]
            self.order(["kick", who, "enough"], (0, 1))

    def ban(self):
        one = self.somebody()
        target = self.random.choice([one["name"] if one and one["name"] else "nobody", "account:acct1-1", "127.0.2.7", "127.0.3.0/24"])
        self.order(["ban", target, "--for", f"{self.random.randint(1, 2)}s", "for a while"])
        if self.random.random() < 0.5:
            self.order(["unban", target], (0, 1))

    def mute(self):
        one = self.somebody()
        if one and one["name"]:
            self.order(["mute", one["name"], "--for", "1s"])
            self.order(["unmute", one["name"]], (0, 1))

    def mute_talker(self):
        """His lines are refused meanwhile, and he hears all."""
        talker = self.random.choice(self.run.talk.names())
        self.order(["mute", talker, "--for", "1s", "hush"])

    def slow(self):
        room = self.random.choice([ROOM, "#veche", "#room-1"])
        if self.order(["slow", room, "1s"], (0, 1)) is not None:
            self.run.pause(self.random.uniform(0, 0.5))
            self.insist(f"slow {room} 0")

    def announce(self):
        self.order("announce " + self.random.choice(["tea at five", "Чай в пять"]))

    def pause(self):
        self.order("pause")
        self.order("status")
        self.run.pause(self.random.uniform(0, 0.3))
        self.insist("resume")

    def call_off(self):
        """What would end everything, if it were not called off."""
        self.order(self.random.choice(["drain 1h moving house", "shutdown 1h"]))
        self.insist("resume")

    def reload(self):
        if self.configure(**{key: self.random.choice(values) for key, values in RESTLESS.items()}):
            self.order("reload")

    def reload_wrong(self):
        if self.configure(registration="maybe"):
            self.order("reload", (1,))
            self.configure()

    def hang_up(self):
        self.configure(description="by SIGHUP")
        self.run.server.process.send_signal(signal.SIGHUP)

    def backup(self):
        """It holds what anybody has heard before."""
        heard = len(self.run.talk.order)
        copy = os.path.join(self.run.scratch, "copy.db")
        if self.order(["backup", copy]) is not None:
            with sqlite3.connect(copy) as database:
                kept, = database.execute("SELECT count(*) FROM messages m JOIN rooms r ON r.id = m.room "
                                         "WHERE r.name = ? AND m.kind = 0", (ROOM,)).fetchone()
            database.close()
            if kept < heard:
                raise AssertionError(f"{heard} messages had been heard, and the copy holds {kept}")
        for name in os.listdir(self.run.scratch):
            os.remove(os.path.join(self.run.scratch, name))

    def clear_logs(self):
        self.order("logs clear --yes")
        shutil.rmtree(os.path.join(self.run.server.data, "backups"), ignore_errors=True)

    def accounts(self):
        """Of those that guests make of their names, and of his own."""
        name = self.random.choice(["Марія", f"new{self.random.randrange(4)}-{self.random.randrange(8)}"])
        action = self.random.choice(["add", "passwd", "remove", "list"])
        calm = self.run.is_calm()
        words = [action] if action == "list" else [action, name]
        done = veche("account", *words, "--data", self.run.server.data, stdin="secret\n")
        self.judge(words, done.returncode, done.stdout + done.stderr, (0,) if action == "list" else (0, 1), calm)

    def mistakes(self):
        self.order(self.random.choice(["statsu", "kick", "ban 192.0.2.1/24", "logs -n few", "slow #veche often"]), (2,))
        self.order(self.random.choice(["kick nobody", "unban who-is-that", "slow #nowhere 1s", "help xyzzy", "backup /nowhere/copy.db"]), (1,))
