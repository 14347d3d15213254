"""What a server must live through: a disk that is full, a store that cannot be written; and what goes on meanwhile."""

import glob
import os
import shutil
import signal
import subprocess
import tempfile
import time
import unittest

from faults_harness import NOT_STORED, Case, SmallDisk, heard, immutable, limit_files, say, stored
from harness import DEADLINE_S, QUICK_CONFIG, wait_until
from operator_test import Ctl

LOG_ELSEWHERE = QUICK_CONFIG + '[log]\ntarget = "stderr"\n'
NOT_TAKEN = "taking no messages until it can be written again"
RECOVERED = "the store can be written again; messages are taken"


class StoreFault(Case):
    """A server with two guests and an account, whose store can be broken and mended by the test."""

    def begin(self, server):
        self.server, self.ctl = server, Ctl(server)
        ann = server.client("Ann", "secret", "secret", "/bare")
        ann.expect("READY\n")
        self.talker, self.listener = server.guest("talker"), server.guest("listener")
        self.accepted, self.heard = [], 0
        for i in range(20):
            self.assertIsNone(say(self.talker, f"before {i}"))
            self.accepted.append(f"before {i}")
        ann.close()

    def say_until(self, word, wanted):
        """Says one thing after the other until the answer is in `wanted`, and gives that."""
        end = time.monotonic() + DEADLINE_S
        number = 0
        while True:
            self.assertLess(time.monotonic(), end, f"no answer of {wanted}")
            answer = say(self.talker, f"{word} {number}")
            if answer is None:
                self.accepted.append(f"{word} {number}")
            if answer in wanted:
                return answer
            number += 1

    def check_heard(self):
        """The listener has heard what was accepted, and nothing else."""
        self.assertEqual(heard(self.listener), self.accepted[self.heard:])
        self.heard = len(self.accepted)

    def check_what_needs_no_store(self):
        """Reading, private words, lists, and coming in under a known name from a known address."""
        self.talker.send("/msg listener psst", "/who", "/history 5", "/search before")
        self.talker.expect("END who\n")
        history = self.talker.expect("END history\n")
        self.assertIn("HIST ", history)
        self.assertIn("before 0", self.talker.expect("END search\n"))
        self.listener.expect("PRIV talker psst\n")
        ann = self.server.client("", "secret", "/bare")
        ann.expect("READY\n")
        by_name = self.server.client("Ann", "secret", "/bare")
        by_name.expect("READY\n")
        guest = self.server.guest("newcomer")
        self.talker.expect("JOIN #veche newcomer\n")
        for one in (ann, by_name, guest):
            one.close()

    def check_all_is_well(self):
        """Messages are taken again, and exactly the accepted ones were heard and are kept."""
        self.say_until("after", {None})
        kept = [text for _, text in stored(self.server)]
        self.check_heard()
        self.assertEqual(kept, self.accepted)
        self.server.kill(signal.SIGTERM)
        self.server.start()
        self.assertEqual([text for _, text in stored(self.server)], self.accepted)


class FullDisk(StoreFault):
    SIZE = "2M"

    def begin_on(self, config):
        self.disk = SmallDisk(self, self.SIZE)
        self.begin(self.start(config, data=self.disk.path))

    def fill(self):
        self.disk.fill()
        self.assertEqual(self.say_until("x" * 2000, NOT_STORED), "disk-full")

    def test_refuses_messages_and_takes_them_again_when_there_is_room(self):
        self.begin_on(LOG_ELSEWHERE)
        self.fill()
        began = time.monotonic()
        self.disk.free()
        self.say_until("room again", {None})
        self.assertLess(time.monotonic() - began, 5)
        log = self.ctl("logs -n 100")
        self.assertIn(NOT_TAKEN, log)
        self.assertIn(RECOVERED, log)
        self.check_all_is_well()

    def test_keeps_nobody_from_reading_whispering_and_coming_in(self):
        self.begin_on(LOG_ELSEWHERE)
        self.fill()
        self.check_heard()
        self.check_what_needs_no_store()
        self.disk.free()
        self.check_all_is_well()

    def test_takes_no_new_account_and_the_name_is_free_afterwards(self):
        self.begin_on(LOG_ELSEWHERE)
        self.fill()
        newcomer = self.server.client("Eve", "secret", "secret")
        self.assertIn("full", newcomer.finish())
        self.disk.free()
        self.say_until("room again", {None})
        self.server.client("Eve", "other", "other", "/bare").expect("READY\n")

    def test_with_the_log_on_it_crashes_nothing(self):
        self.begin_on(QUICK_CONFIG + '[log]\nlevel = "debug"\n')
        self.fill()
        for _ in range(20):
            self.check_what_needs_no_store()
            self.talker.seen = b""
        self.listener.seen = b""
        self.disk.free()
        self.say_until("room again", {None})
        wait_until(lambda: RECOVERED in self.server.log(), "the log says that messages are taken")
        self.listener.expect("room again")
        self.assertEqual([text for _, text in stored(self.server)], self.accepted)

    def test_shows_in_the_status_and_is_over_without_a_message(self):
        self.begin_on(LOG_ELSEWHERE)
        self.assertTrue(self.ctl.json("status")["store_open"])
        self.fill()
        self.assertFalse(self.ctl.json("status")["store_open"])
        self.disk.free()
        wait_until(lambda: self.ctl.json("status")["store_open"], "the store is open")
        self.assertIsNone(say(self.talker, "at once"))

    def test_lets_identities_clear_clear_nothing(self):
        self.begin_on(LOG_ELSEWHERE)
        self.fill()
        self.assertRegex(self.ctl("identities clear --yes", expect=1), "the disk is full|No space left")
        self.assertEqual([one["name"] for one in self.ctl.json("identities")], ["Ann"])
        self.assertEqual(glob.glob(self.server.data + "/backups/*"), [])
        self.server.client("Ann", "secret", "/bare").expect("READY\n")
        self.disk.free()
        self.say_until("room again", {None})
        self.ctl("identities clear --yes")
        self.assertEqual(self.ctl.json("identities"), [])

    def test_takes_no_backup_and_leaves_no_file(self):
        self.disk = SmallDisk(self, "32K")
        self.begin(self.start())
        self.disk.fill()
        self.assertIn("the disk is full", self.ctl(f"backup {self.disk.path}/copy.db", expect=1))
        self.assertEqual(os.listdir(self.disk.path), ["filler"])
        self.disk.free()
        self.assertIn("the disk is full", self.ctl(f"backup {self.disk.path}/copy.db", expect=1))  # begun, and too large
        self.assertEqual(os.listdir(self.disk.path), [])
        self.assertIsNone(say(self.talker, "still here"))


class Unwritable(StoreFault):
    def test_files_refuse_messages_and_take_them_again_when_they_can_be_written(self):
        if os.getuid() != 0:
            self.skipTest("needs root to make files immutable")
        self.begin(self.start())
        if immutable(self.server, "+i").returncode != 0:
            self.skipTest("this file system has no immutable files")
        self.addCleanup(immutable, self.server, "-i")
        self.assertIn(say(self.talker, "into the void"), NOT_STORED)
        self.check_heard()
        self.check_what_needs_no_store()
        self.assertFalse(self.ctl.json("status")["store_open"])
        immutable(self.server, "-i")
        self.check_all_is_well()
        self.server.expect_log(RECOVERED)

    def test_file_system_that_has_given_up_is_read_from_as_before(self):
        """What ext4 does after an error of its disk: read-only from then on, whoever has files open."""
        if os.getuid() != 0:
            self.skipTest("needs root to mount a file system")
        dir_ = tempfile.mkdtemp(prefix="veche-disk-")
        self.addCleanup(shutil.rmtree, dir_)
        image, mounted = os.path.join(dir_, "image"), os.path.join(dir_, "disk")
        os.mkdir(mounted)
        with open(image, "wb") as file:
            file.truncate(32 << 20)
        for command in (["mkfs.ext4", "-q", image], ["mount", "-o", "loop,errors=remount-ro", image, mounted]):
            done = subprocess.run(command, capture_output=True, text=True, check=False)
            if done.returncode != 0:
                self.skipTest("cannot mount a file system in a file here: " + done.stderr)
        self.addCleanup(subprocess.run, ["umount", "-l", mounted], check=True)
        self.begin(self.start(data=mounted))
        subprocess.run(["mount", "-o", "remount,abort", mounted], check=True)
        for _ in range(3):
            self.assertIn(say(self.talker, "into the void"), NOT_STORED)
        self.check_heard()
        self.check_what_needs_no_store()
        self.assertFalse(self.ctl.json("status")["store_open"])

    def check_limited(self, **options):
        self.begin(self.start(**options))
        limit_files(self.server, 0)
        self.assertIn(say(self.talker, "into the void"), NOT_STORED)
        self.check_heard()
        self.check_what_needs_no_store()
        limit_files(self.server, "unlimited")
        self.check_all_is_well()

    def test_for_a_limit_on_file_sizes_recovers_when_it_is_lifted(self):
        self.check_limited(prefix=["env", "--ignore-signal=XFSZ"])

    def test_for_a_limit_on_file_sizes_does_not_end_the_server(self):
        # `ulimit -f` or LimitFSIZE= killed it with SIGXFSZ, which nobody ignored.
        self.check_limited()


if __name__ == "__main__":
    unittest.main(verbosity=2)
