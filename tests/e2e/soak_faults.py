"""Of the soak: who makes trouble for the server, and takes it back. Every trouble shows, and everything is well after it.
"""

import random
import signal

from faults_harness import NOT_STORED, immutable, limit_files, sanitized, stop
from harness import Client, wait_until
from operator_test import Ctl

DESCRIPTORS = 200


class Faults:
    """One fault at a time, all of them in turn, in an order of chance."""

    def __init__(self, run):
        self.run, self.ctl = run, Ctl(run.server)
        self.random = random.Random(f"{run.seed} faults")
        self.all = [self.stopped, self.unwritable]
        if not sanitized():  # a sanitizer's own check of a type needs a descriptor
            self.all.append(self.no_descriptors)
        if run.disk:
            self.all += [self.disk_full, self.directory_read_only]
        self.next, self.times_full = [], 0

    def turn(self):
        self.run.pause(self.random.uniform(0, min(6, self.run.length_s / 30)))
        if not self.next:
            self.next = self.random.sample(self.all, len(self.all))
        fault = self.next.pop()
        with self.run.trouble():
            fault()
        self.run.count("faults")

    def hold(self, most_s):
        self.run.pause(self.random.uniform(0, most_s))

    def heard_more(self, count):
        """The talk goes on: so many more messages are heard."""
        before = len(self.run.talk.order)
        self.wait(lambda: len(self.run.talk.order) >= before + count, "the talk goes on")

    def wait(self, holds, what):
        wait_until(lambda: self.run.over.is_set() or holds(), what)

    def refused(self):
        return sum(self.run.talk.refused[code] for code in NOT_STORED)

    def refusals(self):
        before = self.refused()
        self.wait(lambda: self.refused() > before, "messages are refused")

    def all_is_well(self):
        self.wait(lambda: self.ctl.json("status")["store_open"], "the store is open")
        self.heard_more(10)

    # --- the faults

    def stopped(self):
        stop(self.run.server)
        self.hold(1.2)  # what is tested is a stop of that length
        self.run.server.process.send_signal(signal.SIGCONT)
        self.heard_more(10)

    def no_descriptors(self):
        """So many come that there is no descriptor left; then they go."""
        crowd = []
        try:
            while self.run.server.descriptors() < DESCRIPTORS - 2 and not self.run.over.is_set():
                crowd.append(Client(self.run.server.port))
            self.wait(lambda: self.one_more_is_turned_away(crowd), "somebody is turned away")
            self.run.count("full")
            self.heard_more(10)
        except ConnectionRefusedError:
            pass  # the operator has paused it just now
        for one in crowd:
            one.close()
        self.wait(lambda: self.run.server.descriptors() < DESCRIPTORS - 20, "the descriptors have come back")
        self.heard_more(10)

    def one_more_is_turned_away(self, crowd):
        """Or one of the latest, who had to wait: meanwhile others may have gone and made room."""
        crowd.append(Client(self.run.server.port))
        for one in crowd[-30:]:
            one.socket.setblocking(False)
            try:
                one.seen += one.socket.recv(1 << 12)
            except OSError:
                continue  # nothing yet, or reset
            if b"ERR server-full" in one.seen:
                return True
        return False

    def disk_full(self):
        """Costs some megabytes of long lines, which stay in the database: so it is done less and less often."""
        if self.random.random() > 5 / (1 + self.times_full):
            return
        self.times_full += 1
        try:
            self.run.disk.resize()
            self.run.talk.heavy = True  # the space that the store has already is used up by long lines
            self.refusals()
            self.run.talk.heavy = False
            self.hold(1.5)
        finally:
            self.run.talk.heavy = False
            self.run.disk.resize(self.run.disk_bytes)
        self.all_is_well()

    def unwritable(self):
        try:
            limit_files(self.run.server, 0)
            self.refusals()
            self.hold(1)
        finally:
            limit_files(self.run.server, "unlimited")
        self.all_is_well()

    def directory_read_only(self):
        """No file can be made or renamed there; those that are open can be written, so the talk goes on."""
        try:
            immutable(self.run.server, "+i")
            self.heard_more(10)
            self.hold(1)
        finally:
            immutable(self.run.server, "-i")
        self.all_is_well()
