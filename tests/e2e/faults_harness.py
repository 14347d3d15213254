"""What the tests of faults share: saying and hearing with refusals, what the store holds, and faults to switch on and
off under a server that runs. Faults need root; without it the tests that want them are skipped.
"""

import mmap
import os
import re
import signal
import sqlite3
import subprocess
import tempfile
import unittest

from harness import QUICK_CONFIG, VECHE, Server, wait_until

NOT_STORED = {"disk-full", "not-stored"}


def limits(*lines):
    """The quick configuration with these lines among its limits."""
    return QUICK_CONFIG.replace("[limits]", "\n".join(("[limits]", *lines)))


def sanitized():
    """Whether the binary is one with sanitizers, which needs more memory and bears no other library before it."""
    with open(VECHE, "rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as binary:
        return binary.find(b"__asan_init") >= 0


def say(client, text):
    """Says it; the code of the refusal, if there was one. The answer to a command behind it marks the end."""
    client.send(text, "/rooms")
    refused = re.search(r"^ERR (\S+)", client.expect("END rooms\n"), re.MULTILINE)
    return refused.group(1) if refused else None


def heard(client):
    """The texts of the messages that have come since the last look, in their order."""
    client.send("/rooms")
    return re.findall(r"^MSG \S+ \S+ (.*)$", client.expect("END rooms\n"), re.MULTILINE)


def stored(server):
    """(id, text) of every message, in the order of ids."""
    database = sqlite3.connect(f"file:{server.data}/veche.db?mode=ro", uri=True)
    try:
        return database.execute("SELECT id, text FROM messages ORDER BY id").fetchall()
    finally:
        database.close()


class Case(unittest.TestCase):
    def start(self, config=QUICK_CONFIG, **options):
        server = Server(config, **options)
        self.addCleanup(self.end, server)
        self.assertIsNotNone(server.port, server.output)
        return server

    def end(self, server):
        self.assertEqual(server.close(), 0)


class SmallDisk:
    """A file system of its own in memory."""

    def __init__(self, test, size):
        if os.getuid() != 0:
            test.skipTest("needs root to mount a file system")
        self.path = tempfile.mkdtemp(prefix="veche-disk-")
        test.addCleanup(os.rmdir, self.path)
        mounted = subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={size},mode=0700", "veche-test", self.path],
                                 capture_output=True, text=True, check=False)
        if mounted.returncode != 0:
            test.skipTest("cannot mount a file system here: " + mounted.stderr)
        test.addCleanup(subprocess.run, ["umount", "-l", self.path], check=True)
        self.filler = os.path.join(self.path, "filler")

    def fill(self):
        with open(self.filler, "ab", buffering=0) as file:
            for size in (1 << 16, 1 << 12, 1):
                try:
                    while file.write(b"x" * size):
                        pass
                except OSError:
                    pass

    def free(self):
        os.remove(self.filler)

    def used(self):
        """Bytes."""
        place = os.statvfs(self.path)
        return (place.f_blocks - place.f_bfree) * place.f_frsize

    def resize(self, size=None):
        """Makes it larger or smaller, in bytes, while it is in use; None: no larger than what is used, so that it is full."""
        for _ in range(100):  # somebody may write between the look and the deed
            options = f"remount,size={self.used() if size is None else size}"
            done = subprocess.run(["mount", "-o", options, self.path], capture_output=True, text=True, check=False)
            if done.returncode == 0:
                return
        raise AssertionError("cannot resize the file system: " + done.stderr)


def limit_files(server, most):
    """No file of the server may grow beyond `most` bytes ("unlimited"); at 0 nothing can be written."""
    subprocess.run(["prlimit", f"--fsize={most}:", "--pid", str(server.process.pid)], check=True)


def immutable(server, how):
    """"+i": the store and the log cannot be written, "-i": again they can. Linux does not remount a file system
    read-only under a program that has files open for writing, so that is done to the files themselves; not to the -shm:
    the kernel would answer a write to its mapped memory with SIGBUS."""
    files = [server.data] + [os.path.join(server.data, name) for name in ("veche.db", "veche.db-wal", "veche.log", "audit.log")]
    return subprocess.run(["chattr", how, *filter(os.path.exists, files)], capture_output=True, text=True, check=False)


def stop(server):
    """SIGSTOP, and it has come."""
    server.process.send_signal(signal.SIGSTOP)
    wait_until(lambda: " T " in server.proc("stat").rsplit(")", 1)[1][:4], "it is stopped")
