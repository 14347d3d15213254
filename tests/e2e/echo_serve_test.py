#!/usr/bin/env python3
"""`veche echo serve` under every model, with the clients that people have: telnet, nc with a half-close, socat; and what
happens at its limits and at its end."""

import functools
import os
import random
import re
import signal
import socket
import struct
import subprocess
import time
import unittest

from faults_harness import sanitized
from harness import DEADLINE_S, VECHE, Tmux, veche, wait_until

MODELS = ("fork", "threads", "pool", "events", "coroutines")
CHAOS_S = float(os.environ.get("VECHE_CHAOS_S", "2"))  # of random clients under each model


class Echo:
    def __init__(self, model, *options, prefix=()):
        self.process = subprocess.Popen([*prefix, VECHE, "echo", "serve", "--model", model, "--listen", "127.0.0.1:0", *options],
                                        stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
        first = self.process.stdout.readline()
        self.port = int(re.fullmatch(rf"Echo service on 127\.0\.0\.1:(\d+) \({model}\)\. Ctrl-C ends it\.\n", first)[1])
        self.lines = []

    def line(self):
        line = self.process.stdout.readline()
        self.lines.append(line)
        return line

    def connect(self):
        return socket.create_connection(("127.0.0.1", self.port), DEADLINE_S)

    def children(self):
        """Of its main thread, which is the one that forks."""
        with open(f"/proc/{self.process.pid}/task/{self.process.pid}/children") as file:
            return [int(pid) for pid in file.read().split()]

    def descriptors(self):
        return len(os.listdir(f"/proc/{self.process.pid}/fd"))

    def threads(self):
        return len(os.listdir(f"/proc/{self.process.pid}/task"))

    def resident_kib(self):
        with open(f"/proc/{self.process.pid}/status") as file:
            return int(re.search(r"VmRSS:\s*(\d+)", file.read())[1])

    def end(self, with_signal=signal.SIGTERM):
        if self.process.poll() is None:
            self.process.send_signal(with_signal)
        code = self.process.wait(DEADLINE_S)
        self.lines += self.process.stdout.readlines()
        self.process.stdout.close()
        return code


def under_every_model(*options):
    """Runs a test of a service that it is given, once under each model; the service must end well."""
    def decorate(test):
        @functools.wraps(test)
        def run(self):
            for model in MODELS:
                with self.subTest(model):
                    echo = Echo(model, *options)
                    try:
                        test(self, echo)
                    finally:
                        code = echo.end()
                    self.assertEqual(code, 0)
        return run
    return decorate


def read_all(peer):
    return b"".join(iter(lambda: peer.recv(65536), b""))


class EveryModel(unittest.TestCase):
    @under_every_model()
    def test_nc_half_closes_and_gets_everything(self, echo):
        data = random.Random(1).randbytes(2_000_000)
        done = subprocess.run(["nc", "-N", "127.0.0.1", str(echo.port)], input=data, capture_output=True, timeout=DEADLINE_S)
        self.assertTrue(done.stdout == data)

    @under_every_model()
    def test_socat_too(self, echo):
        data = random.Random(2).randbytes(300_000)
        done = subprocess.run(["socat", "-t", str(DEADLINE_S), "-", f"TCP:127.0.0.1:{echo.port}"], input=data,
                              capture_output=True, timeout=DEADLINE_S)
        self.assertTrue(done.stdout == data, done.stderr)

    @under_every_model()
    def test_telnet_at_a_terminal(self, echo):
        tmux = Tmux()
        self.addCleanup(tmux.close)
        window = tmux.window(f"echo{echo.port}", f"telnet 127.0.0.1 {echo.port}")
        window.expect("Escape character")
        window.type("hello there")
        wait_until(lambda: window.screen().count("hello there") == 2, "its echo")

    @under_every_model()
    def test_who_comes_and_goes_is_told_with_bytes_and_time(self, echo):
        first = echo.connect()
        self.assertRegex(echo.line(), r"^127\.0\.0\.1:\d+ connected \(1 connected(: .*)?\)$")
        second = echo.connect()
        self.assertRegex(echo.line(), r"^127\.0\.0\.1:\d+ connected \(2 connected(: .*)?\)$")
        first.sendall(b"12345")
        self.assertEqual(first.recv(5, socket.MSG_WAITALL), b"12345")
        first.close()
        self.assertRegex(echo.line(), r"^127\.0\.0\.1:\d+ gone: 5 bytes in \d+\.\d s, finished \(1 connected\)$")
        second.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        second.close()
        self.assertRegex(echo.line(), r"^127\.0\.0\.1:\d+ gone: 0 bytes in \d+\.\d s, reset by peer \(0 connected\)$")

    @under_every_model("--idle-timeout", "200ms")
    def test_the_silent_are_let_go(self, echo):
        with echo.connect() as peer:
            self.assertEqual(peer.recv(1), b"")
            echo.line()
            self.assertRegex(echo.line(), r"gone: 0 bytes in \d+\.\d s, silent for too long \(0 connected\)$")

    def test_ctrl_c_ends_it_and_everybody_hears_the_end(self):
        for model in MODELS:
            with self.subTest(model):
                echo = Echo(model)
                peers = [echo.connect() for _ in range(4)]
                for number, peer in enumerate(peers):
                    peer.sendall(b"%d" % number)
                    self.assertEqual(peer.recv(1), b"%d" % number)
                children = echo.children()
                self.assertEqual(echo.end(signal.SIGINT), 0)
                for peer in peers:
                    self.assertEqual(peer.recv(1), b"")
                    peer.close()
                for pid in children:
                    self.assertFalse(os.path.exists(f"/proc/{pid}"), "a child is left")
                self.assertEqual(sum(" gone: 1 bytes in " in line for line in echo.lines), 4, echo.lines)

    @under_every_model("--max-clients", "2")
    def test_full_is_said_and_those_inside_are_served_on(self, echo):
        with echo.connect() as first, echo.connect():
            echo.line(), echo.line()
            with echo.connect() as third:
                self.assertEqual(read_all(third), b"full: 2 clients are served; try again later\r\n")
            first.sendall(b"x")
            self.assertEqual(first.recv(1), b"x")

    @under_every_model("--quiet", "--workers", "4", "--queue-timeout", "500ms")
    def test_random_clients_leave_nothing_behind(self, echo):
        """Connects, bursts, half-closes, resets, silence; VECHE_CHAOS_S=600 for long."""
        chance = random.Random(3)
        quiet = echo.descriptors(), echo.threads(), len(echo.children())
        resident = []
        end = time.monotonic() + CHAOS_S
        while time.monotonic() < end:
            self.chaos(echo, chance)
            wait_until(lambda: (echo.descriptors(), echo.threads(), len(echo.children())) == quiet, "nothing is left")
            resident.append(echo.resident_kib())
        if sanitized():
            return  # keeps what is freed, and something of every thread that there ever was; looks for leaks itself
        # malloc has an arena for every thread that comes when the others are in use, and each keeps a little.
        warm = resident[len(resident) // 3:]
        self.assertLess(warm[-1] - warm[0], 16_384, resident[::10])

    def chaos(self, echo, chance):
        peers = []
        for _ in range(chance.randint(1, 12)):
            peer = echo.connect()
            data = chance.randbytes(chance.choice((0, 1, 100, 5000, 100_000)))
            peer.setblocking(False)
            try:
                peer.send(data)
            except BlockingIOError:
                pass
            match chance.randint(0, 3):
                case 0:
                    peer.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
                    peer.close()
                case 1:
                    peer.close()
                case 2:
                    peer.shutdown(socket.SHUT_WR)
                    peers.append(peer)
                case _:
                    peers.append(peer)
        for peer in peers:
            peer.close()


class Limits(unittest.TestCase):
    def test_a_pool_serves_so_many_and_lets_the_others_wait_and_go(self):
        echo = Echo("pool", "--workers", "2", "--queue-timeout", "300ms")
        self.addCleanup(echo.end)
        served = [echo.connect() for _ in range(2)]
        for peer in served:
            peer.sendall(b"x")
            self.assertEqual(peer.recv(1), b"x")
        echo.line(), echo.line()
        with echo.connect() as waits, echo.connect():
            self.assertEqual(read_all(waits), b"all workers are busy; try again later\r\n")
        self.assertRegex(echo.line(), r"connected \(3 connected(: .*)?\)$")
        self.assertRegex(echo.line(), r"connected \(4 connected: 2 served, 1 waiting\)$")
        self.assertRegex(echo.line(), r"gone: refused: all workers were busy for too long \(3 connected\)$")
        for peer in served:
            peer.close()

    @unittest.skipIf(sanitized(), "the sanitizers need descriptors of their own")
    def test_out_of_descriptors_the_newcomer_is_told_and_the_others_served(self):
        for model in ("events", "coroutines", "threads", "pool", "fork"):
            with self.subTest(model):
                echo = Echo(model, "--quiet", "--workers", "100", prefix=["prlimit", "--nofile=64:64"])
                inside = []
                while True:
                    peer = echo.connect()
                    peer.sendall(b"x")
                    if not self.is_served(peer):
                        break
                    inside.append(peer)
                    self.assertLess(len(inside), 64)
                peer.close()
                self.assertGreater(len(inside), 10)
                with echo.connect() as silent:
                    self.assertEqual(read_all(silent), b"no room for another client now; try again later\r\n")
                for peer in inside:
                    peer.sendall(b"y")
                    self.assertEqual(peer.recv(1), b"y")
                    peer.close()
                self.assertEqual(echo.end(), 0)

    def is_served(self, peer):
        try:
            return peer.recv(1) == b"x"
        except ConnectionResetError:  # what he had sent was not read
            return False

    def test_under_fork_a_child_that_is_killed_is_told_of(self):
        echo = Echo("fork")
        self.addCleanup(echo.end)
        with echo.connect() as one, echo.connect() as two:
            for peer in (one, two):
                peer.sendall(b"x")
                self.assertEqual(peer.recv(1), b"x")
            echo.line(), echo.line()
            os.kill(max(echo.children()), signal.SIGKILL)
            self.assertRegex(echo.line(), r"gone: its process was ended by signal 9 \(1 connected\)$")
            one.sendall(b"still")
            self.assertEqual(one.recv(5, socket.MSG_WAITALL), b"still")

    def test_under_fork_a_dead_parent_takes_its_children_along(self):
        echo = Echo("fork")
        with echo.connect() as peer:
            peer.sendall(b"x")
            self.assertEqual(peer.recv(1), b"x")
            echo.end(signal.SIGKILL)
            self.assertEqual(peer.recv(1), b"")

    def test_a_taken_port_is_an_error_if_it_was_named(self):
        with socket.create_server(("127.0.0.1", 0)) as taken:
            port = taken.getsockname()[1]
            done = veche("echo", "serve", "--listen", f"127.0.0.1:{port}")
            self.assertEqual(done.returncode, 1)
            self.assertIn(f"127.0.0.1:{port}", done.stderr)

    def test_wrong_usage_says_what_would_be_right(self):
        for options, words in ((("--model", "thread"), "did you mean threads?"), (("--workers", "0"), "must be a whole number from 1 on"),
                               (("--loops", "x"), "must be a whole number from 1 on"), (("--idle-timeout", "soon"), "250ms"),
                               (("--listen", "7007"), "write it like 127.0.0.1:1898")):
            done = veche("echo", "serve", *options)
            self.assertEqual(done.returncode, 2, options)
            self.assertIn(words, done.stderr)


if __name__ == "__main__":
    unittest.main(verbosity=2)
