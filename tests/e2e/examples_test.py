#!/usr/bin/env python3
"""The library as somebody else would use it: installed, found by CMake, and the examples built against that copy and run."""

import os
import re
import shutil
import signal
import socket
import subprocess
import tempfile
import unittest

from faults_harness import sanitized
from harness import DEADLINE_S, VECHE

TREE = os.path.join(os.path.dirname(os.path.abspath(__file__)), "../..")


def run(*command):
    done = subprocess.run(command, capture_output=True, text=True, timeout=600)
    assert done.returncode == 0, f"{command}:\n{done.stdout}{done.stderr}"


@unittest.skipIf(sanitized(), "what is installed would need the sanitizers' libraries")
class Examples(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.dir = tempfile.mkdtemp(prefix="veche-examples-")
        cls.addClassCleanup(shutil.rmtree, cls.dir)
        prefix, cls.build = os.path.join(cls.dir, "installed"), os.path.join(cls.dir, "build")
        run("cmake", "--install", os.path.dirname(VECHE), "--prefix", prefix)
        run("cmake", "-S", os.path.join(TREE, "examples"), "-B", cls.build, "-G", "Ninja", f"-DCMAKE_PREFIX_PATH={prefix}")
        run("cmake", "--build", cls.build)
        cls.installed = prefix

    def start(self, name, *more):
        process = subprocess.Popen([os.path.join(self.build, name), "127.0.0.1:0", *more], stdout=subprocess.PIPE, text=True)

        def end():
            process.send_signal(signal.SIGTERM)
            self.assertEqual(process.wait(DEADLINE_S), 0)
            process.stdout.close()

        self.addCleanup(end)
        port = int(re.fullmatch(r"Serving on 127\.0\.0\.1:(\d+)\. Ctrl-C ends it\.\n", process.stdout.readline())[1])
        return port

    def talk(self, port, data):
        """What comes back for `data` and the end behind it."""
        with socket.create_connection(("127.0.0.1", port), DEADLINE_S) as peer:
            peer.sendall(data)
            peer.shutdown(socket.SHUT_WR)
            return b"".join(iter(lambda: peer.recv(65536), b""))

    def test_hello_greets_and_closes_in_both_forms(self):
        for form in ((), ("handler",)):
            port = self.start("hello", *form)
            for _ in range(3):
                self.assertEqual(self.talk(port, b""), b"Hello, World!\r\n")

    def test_upper_answers_each_line_until_exit(self):
        port = self.start("upper")
        self.assertEqual(self.talk(port, b"hello\nworld\r\nexit\nnot this\n"), b"HELLO\r\nWORLD\r\n")
        self.assertEqual(self.talk(port, b"a" * 5000 + b"\nshort\n"), b"a line has at most 4096 bytes\r\nSHORT\r\n")

    def test_a_bad_address_is_called_one(self):
        done = subprocess.run([os.path.join(self.build, "hello"), "nowhere"], capture_output=True, text=True, timeout=DEADLINE_S)
        self.assertEqual(done.returncode, 1)
        self.assertIn("address 'nowhere': not an IPv4 or IPv6 address with a port", done.stderr)

    def test_the_program_is_installed_too(self):
        run(os.path.join(self.installed, "bin/veche"), "--version")


if __name__ == "__main__":
    unittest.main(verbosity=2)
