#!/usr/bin/env python3
"""`veche bench echo`: against small servers of this file's own, and against the models of `veche echo serve`."""

import html.parser
import json
import os
import re
import signal
import socket
import subprocess
import tempfile
import threading
import unittest
import xml.etree.ElementTree

from harness import DEADLINE_S, VECHE, veche, wait_until

MODELS = ["events", "coroutines", "pool", "threads", "fork"]


class Peer:
    """A server on a thread for each client, which `serve(socket, number)` talks to; number counts them from 0."""

    def __init__(self, serve):
        self.listener = socket.create_server(("127.0.0.1", 0), backlog=500)
        self.target = f"127.0.0.1:{self.listener.getsockname()[1]}"
        self.serve = serve
        threading.Thread(target=self.accept, daemon=True).start()

    def accept(self):
        number = 0
        while True:
            try:
                client, _ = self.listener.accept()
            except OSError:
                return
            threading.Thread(target=self.talk, args=(client, number), daemon=True).start()
            number += 1

    def talk(self, client, number):
        with client:
            try:
                self.serve(client, number)
            except OSError:
                pass

    def close(self):
        self.listener.shutdown(socket.SHUT_RDWR)
        self.listener.close()


def echo(client, _=0):
    while data := client.recv(65536):
        client.sendall(data)


def until_gone(client):
    while client.recv(65536):
        pass


def read(file):
    with open(file, encoding="utf-8") as opened:
        return opened.read()


class Load(unittest.TestCase):
    """One server that runs already."""

    def bench(self, serve, *options, code=0):
        peer = Peer(serve)
        self.addCleanup(peer.close)
        done = veche("bench", "echo", "--target", peer.target, "--duration", "200ms", *options)
        self.assertEqual(done.returncode, code, done.stderr)
        return done

    def test_every_client_is_served_and_measured(self):
        result = json.loads(self.bench(echo, "--clients", "20", "--json", "--pid", str(os.getpid())).stdout)
        self.assertEqual((result["clients"], result["served"], result["waiting"], result["refused"], result["lost"]), (20, 20, 0, 0, 0))
        self.assertNotIn("problem", result)
        self.assertGreater(result["messages"], 20)
        self.assertAlmostEqual(result["messages_per_s"], result["messages"] / result["seconds"], delta=result["messages_per_s"] / 100)  # seconds are rounded
        self.assertGreater(result["cpu_us_per_message"], 0)
        self.assertGreater(result["switches_per_message"], 0)
        self.assertGreater(result["idle_bytes_per_client"], 0)
        self.assertGreater(result["p50_ms"], 0)
        self.assertLessEqual(result["p50_ms"], result["p99_ms"])

    def test_messages_larger_than_any_buffer_come_back_whole(self):
        result = json.loads(self.bench(echo, "--clients", "3", "--size", "8MiB", "--json").stdout)
        self.assertEqual((result["served"], result["lost"]), (3, 0))

    def test_without_the_servers_process_nothing_is_said_of_it(self):
        done = self.bench(echo, "--clients", "2", "--size", "100")
        self.assertRegex(done.stdout, r"^2 clients, 100 bytes: \d+ messages a second; there and back in [\d.]+ ms, 99 % in [\d.]+\n$")

    def test_an_answer_in_pieces_is_put_together(self):
        def in_pieces(client, _):
            client.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            while data := client.recv(7):
                for byte in data:
                    client.sendall(bytes([byte]))
        result = json.loads(self.bench(in_pieces, "--clients", "2", "--json").stdout)
        self.assertGreater(result["messages"], 0)
        self.assertEqual(result["lost"], 0)

    def test_other_bytes_than_were_sent_are_an_error(self):
        def shout(client, _):
            echo_one = client.recv(64)
            client.sendall(echo_one)
            client.recv(64)
            client.sendall(b"something else")
            until_gone(client)
        done = self.bench(shout, "--clients", "1", code=1)
        self.assertEqual(done.stderr, "veche: client 1: got other bytes back than it sent (this is no echo: 'something else')\n")
        self.assertEqual(done.stdout, "")

    def test_more_bytes_than_were_sent_are_an_error(self):
        def twice(client, _):
            while data := client.recv(64):
                client.sendall(data + data)
        self.assertIn("got other bytes back than it sent", self.bench(twice, "--clients", "1", code=1).stderr)

    def test_a_server_that_speaks_first_is_no_echo(self):
        def greet(client, _):
            client.sendall(b"Welcome!\r\n")
            until_gone(client)
        done = self.bench(greet, "--clients", "2", code=1)
        self.assertIn("veche: client 1: got other bytes back than it sent (this is no echo: 'Welcome!')", done.stderr)

    def test_refused_clients_are_counted_with_the_servers_words(self):
        def three(client, number):
            if number < 3:
                return echo(client)
            client.recv(64)  # what is not read would make closing a reset, which loses the words
            client.sendall(b"full: 3 clients are served\r\n")
        done = self.bench(three, "--clients", "5", "--json")
        result = json.loads(done.stdout)
        self.assertEqual((result["served"], result["refused"], result["waiting"]), (3, 2, 0))
        self.assertEqual(result["problem"], "served 3 of 5, 2 were refused: full: 3 clients are served")

    def test_clients_that_get_no_answer_wait(self):
        def two(client, number):
            return echo(client) if number < 2 else until_gone(client)
        done = self.bench(two, "--clients", "5")
        self.assertTrue(done.stdout.startswith("2 clients, 64 bytes: "), done.stdout)
        self.assertTrue(done.stdout.endswith("served 2 of 5, the others waited\n"), done.stdout)

    def test_a_server_that_answers_nobody(self):
        done = self.bench(lambda client, _: until_gone(client), "--clients", "2", code=1)
        self.assertEqual(done.stderr, "veche: 2 clients: none of them was served (they are connected, and get no answer)\n")

    def test_a_server_that_turns_everybody_away(self):
        def refuse(client, _):
            client.recv(64)
            client.sendall(b"go away\n")
        self.assertEqual(self.bench(refuse, "--clients", "3", code=1).stderr, "veche: 3 clients: none of them was served (go away)\n")

    def test_clients_lost_on_the_way_are_counted(self):
        def one_leaves(client, number):
            if number > 0:
                return echo(client)
            for _ in range(5):
                client.sendall(client.recv(64))
        result = json.loads(self.bench(one_leaves, "--clients", "4", "--json").stdout)
        self.assertEqual((result["served"], result["lost"]), (4, 1))
        self.assertTrue(result["problem"].startswith("lost 1 of 4: "), result)

    def test_a_server_that_closes_after_the_first_message(self):
        done = self.bench(lambda client, _: client.sendall(client.recv(64)), "--clients", "3", code=1)
        self.assertRegex(done.stderr, r"^veche: every client: was lost under load \(.*\)\n$")

    def test_ctrl_c_ends_it(self):
        peer = Peer(echo)
        self.addCleanup(peer.close)
        process = subprocess.Popen([VECHE, "bench", "echo", "--target", peer.target, "--clients", "2", "--duration", "1h"],
                                   stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        blocked = f"SigBlk:\t{1 << signal.SIGINT - 1 | 1 << signal.SIGTERM - 1:016x}"
        wait_until(lambda: blocked in read(f"/proc/{process.pid}/status"), "it takes signals")
        process.send_signal(signal.SIGINT)
        _, errors = process.communicate(timeout=DEADLINE_S)
        self.assertEqual((process.returncode, errors), (1, "veche: the load: was interrupted\n"))


class Wrong(unittest.TestCase):
    def assert_fails(self, code, message, *options):
        done = veche("bench", "echo", *options)
        self.assertEqual((done.returncode, done.stdout), (code, ""))
        self.assertIn(message, done.stderr)

    def test_usage_is_told_what_would_be_right(self):
        for options, message in [
            (["--models", "threds"], "veche: --models threds: 'threds' is unknown (did you mean threads?)"),
            (["--models", "events,epoll"], "veche: --models events,epoll: 'epoll' is unknown"),
            (["--clients", "0"], "veche: --clients 0: '0' is no number from 1 to 1000000"),
            (["--clients", "1,many"], "'many' is no number"),
            (["--clients", "900000"], "veche: --clients 900000: this process may open"),
            (["--clients", "5,6", "--target", "127.0.0.1:7"], "veche: --clients 5,6: one number, with --target"),
            (["--size", "0"], "veche: --size 0: must be from 1 to 16MiB"),
            (["--size", "17MiB"], "veche: --size 17MiB: must be from 1 to 16MiB"),
            (["--size", "big"], "veche: --size big:"),
            (["--duration", "soon"], "veche: --duration soon:"),
            (["--duration", "0"], "veche: --duration 0: must be more than 0"),
            (["--pid", "1"], "veche: --pid: belongs to --target"),
            (["--workers", "0"], "veche: --workers: must be more than 0"),
            (["--target", "nowhere"], "nowhere"),
            (["--target", "127.0.0.1:7", "--pid", "0"], "veche: --pid: must be more than 0"),
            (["--target", "127.0.0.1:7", "--pid", "999999999"], "there is no such process"),
            (["--target", "127.0.0.1:7", "--models", "all"], "veche: --models: belongs to a comparison (without --target)"),
            (["--target", "127.0.0.1:7", "--workers", "3"], "veche: --workers: belongs to a comparison"),
            (["--target", "127.0.0.1:7", "--report", "x.html"], "veche: --report: belongs to a comparison"),
            (["--modles", "all"], "veche: --modles: unknown option (did you mean --models?)"),
        ]:
            with self.subTest(options):
                self.assert_fails(2, message, *options)

    def test_a_server_that_is_not_there(self):
        self.assert_fails(1, "veche: connect to 127.0.0.1:1: Connection refused", "--target", "127.0.0.1:1")

    def test_a_report_that_cannot_be_written_is_told_before_anything_is_measured(self):
        self.assert_fails(1, "veche: --report /nowhere/report.html: No such file or directory", "--report", "/nowhere/report.html")


class OffersNothingFromElsewhere(html.parser.HTMLParser):
    """As a browser reads it: no element that loads something, or runs."""

    def __init__(self):
        super().__init__()
        self.headings = []
        self.wrong = []

    def handle_starttag(self, tag, attributes):
        if tag in ("script", "link", "img", "iframe", "object", "embed") or dict(attributes).keys() & {"src", "href"}:
            self.wrong.append((tag, attributes))
        if tag in ("h1", "h2"):
            self.headings.append("")

    def handle_data(self, data):
        if self.headings and not self.headings[-1]:
            self.headings[-1] = data


@unittest.skipIf(veche("echo", "serve", "--help").returncode != 0, "this veche has no echo serve")
class Models(unittest.TestCase):
    def compare(self, *options):
        done = veche("bench", "echo", "--duration", "100ms", *options)
        self.assertEqual(done.returncode, 0, done.stderr)
        return done.stdout

    def test_each_model_has_a_row(self):
        table = self.compare("--models", "all", "--clients", "2")
        lines = table.splitlines()
        self.assertEqual(lines[0], "2 clients, 64 bytes, 100ms each")
        self.assertEqual([line.split()[0] for line in lines[1:] if not line.startswith(" ")], ["model", *MODELS])
        for line in lines[2:]:
            self.assertRegex(line, r"^\w+ +\d+( +-?[\d.]+){5}$|^ +the load was the bottleneck")

    def test_a_pool_with_fewer_workers_than_clients_says_so(self):
        table = self.compare("--models", "pool,events", "--workers", "3", "--clients", "5")
        self.assertIn("pool        served 3 of 5, the others waited\n", table)
        self.assertRegex(table, r"events +\d+")

    def test_a_report_is_a_page_by_itself(self):
        with tempfile.TemporaryDirectory() as directory:
            file = os.path.join(directory, "report.html")
            shown = self.compare("--models", "events,threads,pool", "--workers", "2", "--clients", "1,5", "--report", file, "--json")
            text = read(file)
        measurements = json.loads(shown)["measurements"]
        self.assertEqual([(one["model"], one["clients"]) for one in measurements],
                         [(model, clients) for clients in (1, 5) for model in ("events", "threads", "pool")])
        self.assertEqual(measurements[5]["problem"], "served 2 of 5, the others waited")
        page = xml.etree.ElementTree.fromstring(text)  # fails if it is not well-formed
        plots = page.findall(".//{http://www.w3.org/2000/svg}svg")
        self.assertEqual(len(plots), 5)
        for plot in plots:
            named = plot.attrib["aria-labelledby"].split()
            self.assertEqual([child.attrib.get("id") for child in plot[:2]], named)
            self.assertTrue(all(child.text for child in plot[:2]))
        self.assertEqual(len(page.findall(".//{http://www.w3.org/1999/xhtml}table")), 2)
        self.assertIn("served 2 of 5, the others waited", text)
        reader = OffersNothingFromElsewhere()
        reader.feed(text)
        self.assertEqual(reader.wrong, [])
        self.assertIn("What happens with very many processes or threads?", reader.headings)

    def test_ctrl_c_ends_the_servers_too(self):
        process = subprocess.Popen([VECHE, "bench", "echo", "--models", "fork", "--clients", "3", "--duration", "1h"],
                                   stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)

        def children(pid):
            shown = subprocess.run(["ps", "-o", "pid=", "--ppid", str(pid)], capture_output=True, text=True, check=False)
            return [int(word) for word in shown.stdout.split()]

        server = wait_until(lambda: children(process.pid), "it has started a server")[0]
        clients = wait_until(lambda: len(found := children(server)) == 3 and found, "the server has a process for each client")
        process.send_signal(signal.SIGINT)
        _, errors = process.communicate(timeout=DEADLINE_S)
        self.assertEqual((process.returncode, errors), (1, "veche: the comparison: was interrupted\n"))
        self.assertEqual([pid for pid in (server, *clients) if os.path.exists(f"/proc/{pid}")], [])


if __name__ == "__main__":
    unittest.main(verbosity=2)
