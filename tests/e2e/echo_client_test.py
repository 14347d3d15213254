#!/usr/bin/env python3
"""`veche echo`, the client, against small servers that behave, and many that do not."""

import re
import signal
import socket
import subprocess
import threading
import unittest

from harness import DEADLINE_S, VECHE, Tmux, free_port, veche


class SmallServer:
    """Serves in a thread, one connection after the other, with `serve(connection, number)`; what that leaves open stays
    open until the end."""

    def __init__(self, serve, host="127.0.0.1", port=0):
        self.serve = serve
        self.kept = []
        self.listening = socket.create_server((host, port), family=socket.AF_INET6 if ":" in host else socket.AF_INET)
        self.port = self.listening.getsockname()[1]
        self.thread = threading.Thread(target=self._run, daemon=True)
        self.thread.start()

    def _run(self):
        number = 0
        while True:
            try:
                connection, _ = self.listening.accept()
            except OSError:
                return
            number += 1
            self.kept.append(connection)
            try:
                self.serve(connection, number)
            except OSError:
                pass

    def close(self):
        self.listening.shutdown(socket.SHUT_RDWR)  # wakes accept(), which close() would not
        self.listening.close()
        for connection in self.kept:
            try:
                connection.shutdown(socket.SHUT_RDWR)
            except OSError:
                pass
        self.thread.join(DEADLINE_S)
        for connection in self.kept:
            connection.close()


def echo(connection, _number=0):
    while data := connection.recv(1 << 16):
        connection.sendall(data)
    connection.close()


def never_answer(connection, _number):
    del connection


def reset(connection, _number=0):
    connection.recv(1)
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\x01\0\0\0\0\0\0\0")
    connection.close()


def half_close_early(connection, _number):
    data = connection.recv(100)
    connection.sendall(data[:3])
    connection.shutdown(socket.SHUT_WR)


class EchoClientTest(unittest.TestCase):
    def server(self, serve, **where):
        server = SmallServer(serve, **where)
        self.addCleanup(server.close)
        return server

    def client(self, server, *options, stdin="hello\n"):
        return veche("echo", f"127.0.0.1:{server.port}", *options, stdin=stdin)

    def assert_fails(self, done, message, code=1):
        """`message`: a pattern for the whole line."""
        self.assertRegex(done.stderr, f"^veche: {message}\n$")
        self.assertEqual(done.returncode, code)


class Lines(EchoClientTest):
    def test_lines_come_back(self):
        done = self.client(self.server(echo), stdin="one\ntwo\nthree without its LF")
        self.assertEqual((done.stdout, done.stderr, done.returncode), ("one\ntwo\nthree without its LF", "", 0))

    def test_ten_megabytes_come_back(self):
        text = "".join(f"line {number}\n" for number in range(800_000))
        done = self.client(self.server(echo), stdin=text)
        self.assertTrue(done.stdout == text)
        self.assertEqual((done.stderr, done.returncode), ("", 0))

    def test_a_reply_is_there_before_the_input_ends(self):
        server = self.server(echo)
        with subprocess.Popen([VECHE, "echo", f"127.0.0.1:{server.port}"], stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                              text=True) as client:
            for line in ("one\n", "two\n"):
                client.stdin.write(line)
                client.stdin.flush()
                self.assertEqual(client.stdout.readline(), line)
            client.stdin.close()
            self.assertEqual(client.stdout.read(), "")
            self.assertEqual(client.wait(DEADLINE_S), 0)

    def test_somebody_who_reads_only_the_beginning_is_no_failure(self):
        server = self.server(echo)
        done = subprocess.run(f"yes | {VECHE} echo 127.0.0.1:{server.port} | head -n 2; echo ${{PIPESTATUS[1]}}", shell=True,
                              executable="/bin/bash", capture_output=True, text=True, timeout=DEADLINE_S, check=False)
        self.assertEqual((done.stdout, done.stderr), ("y\ny\n0\n", ""))

    def test_speaks_ones_language(self):
        done = veche("echo", f"127.0.0.1:{free_port()}", env={"LC_ALL": "uk_UA.UTF-8"})
        self.assertIn("у з'єднанні відмовлено", done.stderr)


class Faults(EchoClientTest):
    def test_closed_port(self):
        port = free_port()
        self.assert_fails(veche("echo", f"127.0.0.1:{port}"),
                          rf"cannot connect to 127\.0\.0\.1:{port}: connection refused \(is the server running, .*\)")

    def test_server_that_never_answers(self):
        self.assert_fails(self.client(self.server(never_answer), "--read-timeout", "50ms"),
                          r"127\.0\.0\.1:\d+: connected, but no reply within 50ms \(--read-timeout waits longer\)")

    def test_server_that_resets(self):
        self.assert_fails(self.client(self.server(reset)), r"127\.0\.0\.1:\d+: the server reset the connection")

    def test_server_that_half_closes_early(self):
        self.assert_fails(self.client(self.server(half_close_early)),
                          r"\S+: the server closed the connection before the reply was whole \(3 bytes are missing\)")

    def test_server_that_says_something_else(self):
        def shout(connection, _number):
            connection.sendall(connection.recv(100).upper())
        self.assert_fails(self.client(self.server(shout), stdin="Hello\n"),
                          r"\S+: what came back is not what was sent, from byte 2 on \(is it an echo service\?\)")

    def test_nobody_accepts(self):
        # A full backlog: the kernel drops further SYNs, as a firewall does.
        full = socket.create_server(("127.0.0.1", 0), backlog=0)
        self.addCleanup(full.close)
        waiting = socket.create_connection(full.getsockname())
        self.addCleanup(waiting.close)
        self.assert_fails(veche("echo", f"127.0.0.1:{full.getsockname()[1]}", "--connect-timeout", "100ms"),
                          r"cannot connect to \S+: no connection within 100ms \(is the address right\? .*\)")

    def test_unknown_host(self):
        self.assert_fails(veche("echo", "name.invalid"),
                          r"name\.invalid: (unknown host \(is the name right\?\)|the name server does not answer \(.*\))")

    def test_wrong_usage(self):
        for options, message in {
            ("host:0",): r"port '0': must be a number from 1 to 65535",
            ("a:b:c",): r"host 'a:b:c': neither a name nor an address \(write it like .*\)",
            ("--count", "0"): r"--count 0: must be a number from 1 to \d+",
            ("--retry", "x"): r"--retry x: must be a number from 0 to \d+",
            ("--size", "1GiB"): r"--size 1GiB: must be from 1 to 64MiB",
            ("--read-timeout", "0"): r"--read-timeout 0: must be more than 0",
            ("--interval", "often"): r"--interval often: .*",
            ("--cuont", "3"): r"--cuont: unknown option \(did you mean --count\?\)",
            ("a", "b"): r"b: one word too many \(veche help echo\)",
            ("a", "7"): r"7: one word too many \(veche echo a:7\)",
            ("--count", "3", "serve"): r"3: does not belong before serve \(veche help echo serve\)",
        }.items():
            with self.subTest(options):
                self.assert_fails(veche("echo", *options), message, code=2)

    def test_help_tells_of_both(self):
        text = veche("help", "echo").stdout
        for word in ("--connect-timeout", "--retry-delay", "--interval", "serve"):
            self.assertIn(word, text)
        self.assertIn("--queue-timeout", veche("help", "echo", "serve").stdout)


class Addresses(EchoClientTest):
    def test_localhost_over_ipv4_and_ipv6(self):
        for host in ("127.0.0.1", "::1"):
            with self.subTest(host):
                try:
                    server = self.server(echo, host=host)
                except OSError as error:
                    self.skipTest(f"no {host} here: {error}")
                name = f"[{host}]" if ":" in host else "localhost"
                done = veche("echo", f"{name}:{server.port}", stdin="hello\n")
                self.assertEqual((done.stdout, done.returncode), ("hello\n", 0), done.stderr)

    def test_each_address_is_named_with_its_reason(self):
        port = free_port()
        done = veche("echo", f"localhost:{port}")
        self.assert_fails(done, rf"cannot connect to localhost:{port}: (\S+:{port}: [\w ]+(; )?)+( \(.*\))?")


class Retry(EchoClientTest):
    def test_goes_on_where_it_was_lost(self):
        def lose_first(connection, number):
            if number == 1:
                connection.sendall(connection.recv(100)[:2])
                connection.close()
            else:
                echo(connection)
        done = self.client(self.server(lose_first), "--retry", "1", "--retry-delay", "0", stdin="hello\n")
        self.assertEqual((done.stdout, done.returncode), ("hello\n", 0))
        self.assertRegex(done.stderr, r"(?s)\(trying again in 0, 1 of 1\)\n.*veche: connected again to ")

    def test_reaches_a_server_that_comes_back(self):
        port = free_port()
        command = [VECHE, "echo", f"127.0.0.1:{port}", "--retry", "1000", "--retry-delay", "50ms"]
        with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
                              bufsize=1, env={"LC_ALL": "C.UTF-8"}) as client:
            self.assertIn("connection refused (trying again in 50ms, 1 of 1000)", client.stderr.readline())
            server = SmallServer(echo, port=port)
            client.stdin.write("one\n")
            client.stdin.flush()
            self.assertEqual(client.stdout.readline(), "one\n")
            server.close()  # it goes, with all connections
            client.stdin.write("two\n")
            client.stdin.flush()
            while "connection refused" not in client.stderr.readline():
                pass
            server = self.server(echo, port=port)
            self.assertEqual(client.stdout.readline(), "two\n")
            client.stdin.close()
            self.assertEqual(client.wait(DEADLINE_S), 0)

    def test_timeouts_are_retried_and_counted(self):
        done = self.client(self.server(never_answer), "--retry", "2", "--retry-delay", "0", "--read-timeout", "30ms")
        self.assertEqual(done.returncode, 1)
        self.assertEqual(done.stderr.count("no reply within 30ms"), 3)
        self.assertIn("trying again in 0, 2 of 2", done.stderr)


class Pings(EchoClientTest):
    def test_summary_of_all(self):
        done = self.client(self.server(echo), "--count", "5", "--size", "1KiB", "--interval", "0")
        self.assertEqual((done.stderr, done.returncode), ("", 0))
        self.assertEqual(len(re.findall(r"^reply \d: 1024 bytes, [\d.]+ ms$", done.stdout, re.MULTILINE)), 5)
        self.assertRegex(done.stdout, r"\n5 sent, 5 received, 0 lost\n"
                                      r"round trip: min [\d.]+, median [\d.]+, p99 [\d.]+ ms\n$")

    def test_lost_ones_are_a_failure(self):
        def answer_two(connection, _number):
            for _ in range(2):
                connection.sendall(connection.recv(100))
        done = self.client(self.server(answer_two), "--count", "5", "--interval", "0", "--read-timeout", "100ms")
        self.assertIn("\n3 sent, 2 received, 1 lost\n", done.stdout)
        self.assert_fails(done, r"\S+: connected, but no reply within 100ms .*")

    def test_ctrl_c_ends_with_the_summary(self):
        server = self.server(echo)
        with subprocess.Popen([VECHE, "echo", f"127.0.0.1:{server.port}", "--interval", "1h"], stdout=subprocess.PIPE,
                              stderr=subprocess.PIPE, text=True, env={"LC_ALL": "C.UTF-8"}) as client:
            client.stdout.readline()
            self.assertRegex(client.stdout.readline(), "^reply 1: 64 bytes, ")
            client.send_signal(signal.SIGINT)
            self.assertRegex(client.stdout.read(), r"^1 sent, 1 received, 0 lost\nround trip: ")
            self.assertEqual(client.wait(DEADLINE_S), 0)

    def test_ctrl_c_ends_a_connect_that_waits(self):
        full = socket.create_server(("127.0.0.1", 0), backlog=0)
        self.addCleanup(full.close)
        waiting = socket.create_connection(full.getsockname())
        self.addCleanup(waiting.close)
        target = f"127.0.0.1:{full.getsockname()[1]}"
        with subprocess.Popen([VECHE, "echo", target, "--connect-timeout", "100ms", "--retry", "1", "--retry-delay", "1h"],
                              stdin=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True, env={"LC_ALL": "C.UTF-8"}) as client:
            self.assertIn("trying again in 1h", client.stderr.readline())
            client.send_signal(signal.SIGINT)
            self.assertEqual(client.wait(DEADLINE_S), 1)


class People(EchoClientTest):
    """At a terminal."""

    def setUp(self):
        self.tmux = Tmux()
        self.addCleanup(self.tmux.close)

    def window(self, *arguments):
        return self.tmux.window("echo", f"{VECHE} echo {' '.join(arguments)}; echo ENDED $?; cat")

    def test_a_line_its_reply_and_its_time(self):
        window = self.window(f"127.0.0.1:{self.server(echo).port}")
        window.match(r"^> $")
        window.type("Привет, эхо")
        window.match(r"^reply: Привет, эхо   \d+\.\d\d ms$")
        window.type("again")
        window.match(r"^reply: again   \d+\.\d\d ms\n> $")
        window.press("C-d")
        window.expect("ENDED 0")

    def test_host_and_port_are_asked(self):
        server = self.server(echo)
        window = self.window()
        window.expect("Host [127.0.0.1]: ")
        window.type("not a host")
        window.expect("veche: host 'not a host': neither a name nor an address (write it like ")
        window.expect("Host [127.0.0.1]: ", times=2)
        window.type("")
        window.expect("Port [7007]: ")
        window.type("65536")
        window.expect("veche: port '65536': must be a number from 1 to 65535")
        window.expect("Port [7007]: ", times=2)
        window.type(str(server.port))
        window.expect(f"Connected to 127.0.0.1:{server.port}.")
        window.type("hello")
        window.expect("reply: hello   ")
        window.press("C-c")
        window.expect("ENDED 0")

    def test_a_server_that_goes_is_told_at_the_prompt_and_one_that_comes_back_used(self):
        server = SmallServer(echo)
        window = self.window(f"127.0.0.1:{server.port}", "--retry", "1000", "--retry-delay", "50ms")
        window.match(r"^> $")
        server.close()
        window.expect("the server closed the connection (trying again in 50ms, 1 of 1000)")
        self.server(echo, port=server.port)
        window.match(r"connected again to \S+\n> $")
        window.type("hello")
        window.expect("reply: hello   ")

    def test_pings_end_with_ctrl_c(self):
        window = self.window(f"127.0.0.1:{self.server(echo).port}", "--interval", "10ms")
        window.expect("reply 3: 64 bytes, ")
        window.press("C-c")
        window.match(r"^\d+ sent, \d+ received, [01] lost$")
        window.match(r"^ENDED [01]$")


if __name__ == "__main__":
    unittest.main()
