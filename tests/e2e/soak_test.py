"""Everything at once, for as long as is wanted, on one server: people who talk and must lose nothing, passers-by of every
kind, an operator with all his commands, and faults; with memory, descriptors and threads that come back to where they were.
At the end it is stopped, started, killed and started, and has what was heard.

VECHE_SOAK_S: how long (12; 1800 is the long run). VECHE_SOAK_MODEL: events or threads alone. VECHE_SEED: what is played, as
far as threads repeat anything. A line tells how it went; a long run tells of every quiet moment.
"""

import collections
import contextlib
import os
import random
import re
import shutil
import signal
import sqlite3
import statistics
import tempfile
import threading
import time
import unittest

import soak_operator
from faults_harness import SmallDisk, sanitized
from harness import DEADLINE_S, Server, wait_until
from operator_test import Ctl
from soak_churn import Churn
from soak_faults import DESCRIPTORS, Faults
from soak_talkers import ROOM, Talk

LENGTH_S = float(os.environ.get("VECHE_SOAK_S", "12"))
CHURNERS = 4
DISK_BYTES = 512 << 20  # more than is written between two quiet moments, with all the log's old files
QUIET_MOMENTS = 10 if LENGTH_S >= 60 else 5
SAMPLES = 5
SAMPLE_S = 2.5 if LENGTH_S >= 600 else QUIET_MOMENTS * 0.02  # at rest for 10 s the server has tidied its memory up


class Gate:
    """Actors take their turns through it. Closed, it lets those inside finish, and nobody in."""

    def __init__(self):
        self.changed = threading.Condition()
        self.is_open, self.is_over, self.inside = False, False, 0

    def enter(self):
        """Waits for the gate; False: it is over."""
        with self.changed:
            self.changed.wait_for(lambda: self.is_open or self.is_over)
            self.inside += not self.is_over
            return not self.is_over

    def leave(self):
        with self.changed:
            self.inside -= 1
            self.changed.notify_all()

    def open(self):
        with self.changed:
            self.is_open = True
            self.changed.notify_all()

    def close(self):
        """Gives when nobody is inside."""
        with self.changed:
            self.is_open = False
            if not self.changed.wait_for(lambda: self.inside == 0 or self.is_over, 3 * DEADLINE_S):
                raise AssertionError(f"{self.inside} scenes do not end")

    def wait_for_closing(self, time_s):
        """At most so long; whether it is closed."""
        with self.changed:
            return self.changed.wait_for(lambda: self.is_over or not self.is_open, time_s)

    def end(self):
        with self.changed:
            self.is_over = True
            self.changed.notify_all()


class Sample:
    """What the process has at a moment."""

    def __init__(self, server):
        status = dict(re.findall(r"^(\w+):\s+(\d+)", server.proc("status"), re.MULTILINE))
        self.resident, self.anonymous = int(status["VmRSS"]) / 1024, int(status["RssAnon"]) / 1024  # MiB
        self.threads = int(status["Threads"])
        self.descriptors = server.descriptors()


class Run:
    """One server and all who are busy with it. What the actors use is for any thread."""

    def __init__(self, test, model, seed):
        self.seed, self.length_s = f"{seed} {model}", LENGTH_S
        self.counts, self.lock = collections.Counter(), threading.Lock()
        self.over, self.failure = threading.Event(), None
        self.troubles = 0  # odd: there is one now
        self.gate, self.threads = Gate(), []
        self.scratch = tempfile.mkdtemp(prefix="veche-soak-")
        test.addCleanup(shutil.rmtree, self.scratch)
        self.disk_bytes = DISK_BYTES
        try:
            self.disk = SmallDisk(test, self.disk_bytes)
        except unittest.SkipTest:
            self.disk = None
        self.server = Server(soak_operator.CONFIG.format(**soak_operator.CALM), data=self.disk and self.disk.path,
                             args=("--model", model), prefix=["prlimit", f"--nofile={DESCRIPTORS}:{DESCRIPTORS}"])
        test.addCleanup(self.server.close)
        test.assertIsNotNone(self.server.port, self.server.output)
        self.ctl = Ctl(self.server)
        self.talk = Talk(self.seed, self.fail)
        self.operator = soak_operator.Operator(self)
        self.samples, self.quiet = [], []
        self.calm_files = None  # what is open at a quiet moment
        self.calm_threads = Sample(self.server).threads + (len(self.talk.members) if model == "threads" else 0)

    # --- for the actors

    def count(self, what):
        with self.lock:
            self.counts[what] += 1

    def fail(self, error):
        """The first failure ends the run."""
        with self.lock:
            self.failure = self.failure or error
        self.over.set()
        self.gate.end()

    def pause(self, time_s):
        """Paces what is random; ends early when a quiet moment is wanted."""
        self.gate.wait_for_closing(time_s)

    @contextlib.contextmanager
    def trouble(self):
        """While there is some, an operator's command may fail."""
        self.troubles += 1
        try:
            yield
        finally:
            self.troubles += 1

    def is_calm(self):
        """Something to hold against was_calm(); None: there is trouble now."""
        return None if self.troubles % 2 else self.troubles

    def was_calm(self, before):
        """Whether there has been no trouble since is_calm() gave `before`."""
        return before is not None and before == self.troubles

    # --- the run

    def begin(self, actor, name):
        def play():
            while self.gate.enter():
                try:
                    actor.turn()
                except Exception as error:  # whatever it is, it must end the run
                    self.fail(error)
                finally:
                    self.gate.leave()

        self.threads.append(threading.Thread(target=play, name=name))
        self.threads[-1].start()

    def sample_always(self):
        try:
            while not self.over.wait(1):
                self.samples.append(Sample(self.server))
        except OSError as error:  # there is no such process any more
            self.fail(error)

    def open_files(self):
        """What each descriptor is, by kind; numbers of sockets and pipes left out."""
        directory = f"/proc/{self.server.process.pid}/fd"
        files = collections.Counter()
        for number in os.listdir(directory):
            try:
                files[re.sub(r":\[\d+\]", "", os.path.basename(os.readlink(os.path.join(directory, number))))] += 1
            except FileNotFoundError:
                pass  # closed between the two looks
        return files

    def warm_up(self):
        """What is opened at first use is opened, so that the quiet start is one: each reader of the store has read, and
        a backup was taken, whose descriptor SQLite keeps for the next (closing it would lift the process's locks)."""
        wanted = self.open_files()["veche.db"]

        def all_have_read():
            readers = [self.server.guest(f"reader-{i}") for i in range(4)]
            for reader in readers:
                reader.send("/history 5", "/search so")
            for reader in readers:
                reader.expect("END search\n")
                reader.close()
            return self.open_files()["veche.db-wal"] == wanted

        wait_until(all_have_read, lambda: f"all readers have read: {self.open_files()}")
        self.operator.backup()

    def quiet_moment(self):
        """Everybody but those who stay has gone, and nothing is left of them; the memory that is needed then, in MiB."""
        self.gate.close()
        self.check()
        self.operator.calm_down()
        self.talk.settle()
        stay = len(self.talk.members)
        self.wait(lambda: self.ctl.json("status")["connected"] == stay, lambda: f"{stay} stay: {self.ctl('sessions')}")
        self.wait(lambda: Sample(self.server).threads == self.calm_threads, lambda: f"{self.calm_threads} threads")
        if self.calm_files is None:
            self.wait(lambda: self.open_files()["socket"] == stay + 3, "those who stay, the two doors, and the operator's")
            self.calm_files = self.open_files()
        self.wait(lambda: self.open_files() == self.calm_files,
                  lambda: f"open at the start: {self.calm_files}; now {self.open_files()}")
        samples = []
        for _ in range(SAMPLES):
            time.sleep(SAMPLE_S)  # between two samples
            samples.append(Sample(self.server))
        if self.disk:  # there is as much room as at the start
            self.disk_bytes = self.disk.used() + DISK_BYTES
            self.disk.resize(self.disk_bytes)
        self.quiet.append(samples[-1])
        self.quiet[-1].anonymous = min(sample.anonymous for sample in samples)
        self.quiet[-1].resident = min(sample.resident for sample in samples)
        if LENGTH_S >= 60:
            print(f"  {self.summary()}", flush=True)

    def check(self):
        if self.failure:
            raise self.failure

    def wait(self, holds, what):
        wait_until(lambda: self.failure or holds(), what)
        self.check()

    def play(self):
        """All of it but the restarts."""
        self.talk.enter(self.server)
        self.warm_up()
        self.quiet_moment()
        self.threads.append(threading.Thread(target=self.sample_always, name="sampler"))
        self.threads[-1].start()
        for number in range(CHURNERS):
            self.begin(Churn(self, number), f"churn {number}")
        self.begin(self.operator, "operator")
        self.begin(Faults(self), "faults")
        try:
            for _ in range(QUIET_MOMENTS):
                self.talk.go()
                self.gate.open()
                self.over.wait(LENGTH_S / QUIET_MOMENTS)
                self.quiet_moment()
        finally:
            self.over.set()
            self.gate.end()
            for thread in self.threads:
                thread.join()
        self.check()

    # --- what is kept

    def stored(self):
        database = sqlite3.connect(f"file:{self.server.data}/veche.db?mode=ro", uri=True)
        try:
            rows = database.execute("SELECT m.sender || ' ' || m.text FROM messages m JOIN rooms r ON r.id = m.room "
                                    "WHERE r.name = ? AND m.kind = 0 ORDER BY m.id", (ROOM,)).fetchall()
            return [row[0].encode() for row in rows]
        finally:
            database.close()

    def restart(self, how):
        """With everybody talking, it is ended; what is stored then begins with what was heard."""
        before = len(self.talk.order)
        self.talk.go()
        self.wait(lambda: len(self.talk.order) > before + 50, "the talk goes on")
        self.talk.expect_end()
        code = self.server.kill(how)
        self.talk.ended()
        self.check()
        kept = self.stored()
        if kept[:len(self.talk.order)] != self.talk.order:
            at = next((i for i, (a, b) in enumerate(zip(kept, self.talk.order)) if a != b), len(kept))
            raise AssertionError(f"message {at} of {len(self.talk.order)} heard is {self.talk.order[at]!r}, and stored is "
                                 f"{kept[at:at + 1]}")
        self.talk.order[:] = kept
        self.server.start()
        return code

    def last_of_history(self, count):
        reader = self.server.guest("reader")
        reader.send("/join " + ROOM, f"/history {count}")
        lines = reader.expect("END history\n")
        reader.close()
        return re.findall(rf"^HIST {ROOM} \d+ ((?!\S+ /me ).*)$", lines, re.MULTILINE)

    def summary(self):
        c, last = self.counts, self.quiet[-1]
        most = max(self.samples, key=lambda sample: sample.resident, default=last)
        refused = ", ".join(f"{code} {count}" for code, count in sorted(self.talk.refused.items()))
        return (f"soak: seed {self.seed}, {LENGTH_S:.0f} s: {c['clients']} clients in {c['scenes']} scenes, {c['sent away']} sent away, "
                f"{c['cut']} cut, {len(self.talk.order)} messages, {self.talk.deliveries} deliveries, refused: {refused or 'none'}, "
                f"{c['faults']} faults (full {c['full']} times), {c['commands']} commands, RSS {self.quiet[0].resident:.1f} -> {last.resident:.1f} MiB "
                f"(anonymous {self.quiet[0].anonymous:.1f} -> {last.anonymous:.1f}, at most {most.resident:.1f}), "
                f"database {os.path.getsize(os.path.join(self.server.data, 'veche.db')) >> 20} MiB, "
                f"descriptors {self.quiet[0].descriptors} -> {last.descriptors} (at most "
                f"{max((sample.descriptors for sample in self.samples), default=0)}), threads {last.threads}")


class Soak(unittest.TestCase):
    # What the memory of the last third may be beyond that of the first, MiB. In the first minutes what is there to be
    # filled is filled: SQLite's caches (8 of the writer, 2 of each of three readers, the backup's among them), the log's
    # queue (3), the last messages of each room. After ten minutes only chance is left: how the allocator's pages fall.
    MORE_MIB_MAX = 4 if LENGTH_S >= 600 else 20

    def soak(self, model):
        if os.environ.get("VECHE_SOAK_MODEL", model) != model:
            self.skipTest("only the other model is wanted")
        seed = int(os.environ.get("VECHE_SEED", random.randrange(1 << 32)))
        print(f"soak: {model}, VECHE_SEED={seed}", flush=True)
        run = Run(self, model, seed)
        try:
            run.play()
            self.check_restarts(run)
        except BaseException as error:
            first = run.failure or error
            print(f"soak: {model}, VECHE_SEED={seed}: failed: {first}; the server's end: {run.server.process.poll()}\n"
                  f"{run.talk.describe()}\nthe end of the log:\n{run.server.log()[-5000:]}", flush=True)
            run.fail(AssertionError("the run has ended"))
            run.talk.expect_end()
            run.server.kill(signal.SIGKILL)
            raise first
        print(run.summary(), flush=True)
        self.check_memory(run)

    def check_memory(self, run):
        if sanitized():
            return  # keeps what is freed
        quiet = [sample.anonymous for sample in run.quiet[1 + len(run.quiet) // 5:]]  # warm by then
        third = max(1, len(quiet) // 3)
        first, last = statistics.median(quiet[:third]), statistics.median(quiet[-third:])
        self.assertLess(last, first + self.MORE_MIB_MAX, [round(one, 1) for one in quiet])

    def check_restarts(self, run):
        self.assertEqual(run.restart(signal.SIGTERM), 0)
        run.talk.enter(run.server)
        self.assertEqual(run.restart(signal.SIGKILL), -signal.SIGKILL)
        self.assertIsNotNone(run.server.port, run.server.output)
        last = [line.encode() for line in run.last_of_history(100)]
        self.assertEqual(last, run.talk.order[-len(last):])
        self.assertGreater(len(last), 90)
        self.assertEqual(run.server.kill(signal.SIGTERM), 0)
        with sqlite3.connect(os.path.join(run.server.data, "veche.db")) as database:
            self.assertEqual(database.execute("PRAGMA integrity_check").fetchone(), ("ok",))
        database.close()

    def test_everything_at_once_on_event_loops(self):
        self.soak("events")

    def test_everything_at_once_on_threads(self):
        self.soak("threads")


if __name__ == "__main__":
    unittest.main()
