#!/usr/bin/env python3
"""`veche scan` as people and programs use it: results, formats, wrong use, terminals, Ctrl-C. In a network of its own, so
that all ports of its loopback are this test's, and no other test's server is disturbed."""

import csv
import io
import json
import os
import random
import re
import selectors
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import unittest

from harness import DEADLINE_S, VECHE, Tmux, veche, wait_until

ALONE = "VECHE_SCAN_TEST_ALONE"
OWN_NETWORK = ["unshare", "--net", *([] if os.getuid() == 0 else ["--map-root-user"])]


def setUpModule():
    if ALONE not in os.environ:
        raise unittest.SkipTest("needs a network of its own, which only root or a user namespace can make")
    subprocess.run(["ip", "link", "set", "lo", "up"], check=True)
    subprocess.run(["ip", "route", "add", "prohibit", "192.0.2.8"], check=True)


class Listeners:
    """Accepts at all of `places` (port, or (address, port)), says `greeting`, hangs up; `heard` are the ports where
    somebody came."""

    def __init__(self, places, greeting=b""):
        self.greeting = greeting
        self.heard = set()
        self.looked_at = selectors.DefaultSelector()
        self.end, self.ended = socket.socketpair()
        self.looked_at.register(self.ended, selectors.EVENT_READ)
        for place in places:
            address = place if isinstance(place, tuple) else ("127.0.0.1", place)
            family = socket.AF_INET6 if ":" in address[0] else socket.AF_INET
            self.looked_at.register(socket.create_server(address, family=family, backlog=1024), selectors.EVENT_READ)
        self.thread = threading.Thread(target=self._run)
        self.thread.start()

    def _run(self):
        while True:
            for key, _ in self.looked_at.select():
                if key.fileobj is self.ended:
                    return
                try:
                    connection, _ = key.fileobj.accept()
                    self.heard.add(key.fileobj.getsockname()[1])
                    with connection:
                        connection.sendall(self.greeting)
                except OSError:
                    pass  # it was aborted again

    def close(self):
        self.end.close()
        self.thread.join(DEADLINE_S)
        for key in list(self.looked_at.get_map().values()):
            key.fileobj.close()
        self.looked_at.close()


def scan(*args, **more):
    return veche("scan", *args, **more)


def open_ports(lines):
    """The ports of text results. Every line must be one, as a whole."""
    return [int(re.fullmatch(r"(?:Port (\d+) open|Порт (\d+) открыт)(  [a-z0-9-]+)?", line.rstrip())[0].split()[1])
            for line in lines.splitlines()]


class ScanTest(unittest.TestCase):
    def setUp(self):
        self.random = random.Random(self.id())

    def listen(self, *places, greeting=b""):
        listeners = Listeners(places, greeting)
        self.addCleanup(listeners.close)
        return listeners

    def some_ports(self, count, first=20001, last=65535):
        return sorted(self.random.sample(range(first, last + 1), count))

    def file(self, text):
        with tempfile.NamedTemporaryFile("w", prefix="veche-e2e-", delete=False, encoding="utf-8") as file:
            file.write(text)
        self.addCleanup(os.unlink, file.name)
        return file.name

    def assert_open(self, args, ports):
        done = scan(*args)
        self.assertEqual((open_ports(done.stdout), done.returncode), (ports, 0), done.stderr)

    def assert_scan(self, args, expected, code=0, **more):
        done = scan(*args, **more)
        self.assertEqual((done.stdout, done.returncode), (expected, code), done.stderr)
        return done.stderr


class Results(ScanTest):
    def test_all_open_ports_are_told_in_order_with_their_services(self):
        self.listen(65535, 1, 443, 22, 54321, 80)
        said = self.assert_scan(["127.0.0.1"], "Port 1 open\nPort 22 open  ssh\nPort 80 open  http\n"
                                               "Port 443 open  https\nPort 54321 open\nPort 65535 open\n")
        self.assertRegex(said, r"^6 open, 65,529 closed, 0 filtered in [\d.]+ m?s; \d+ retr(y|ies), window [\d,]+, round trip "
                               r"\d+\.\d\d ms\n$")

    def test_nothing_open_is_1(self):
        self.assertRegex(self.assert_scan(["127.0.0.1", "-p", "20-30"], "", code=1), "^0 open, 11 closed, 0 filtered in ")

    def test_results_are_in_the_language_of_the_environment_or_the_one_asked_for(self):
        self.listen(22)
        for lang, options, line, word in [("ru_RU.UTF-8", [], "Порт 22 открыт  ssh\n", "окно"),
                                          ("uk_UA.UTF-8", [], "Порт 22 відкрито  ssh\n", "вікно"),
                                          ("uk", ["--lang", "ru"], "Порт 22 открыт  ssh\n", "окно"),
                                          ("C.UTF-8", ["--lang", "uk"], "Порт 22 відкрито  ssh\n", "вікно"),
                                          ("ru_RU.UTF-8", ["--lang", "en"], "Port 22 open  ssh\n", "window")]:
            with self.subTest(lang, options=options):
                env = {"LC_ALL": "", "LC_MESSAGES": "", "LANGUAGE": "", "LANG": lang}
                self.assertIn(word, self.assert_scan(["127.0.0.1", "-p", "22", *options], line, env=env))

    def test_ports_are_numbers_ranges_services_or_the_usual_ones(self):
        self.listen(22, 80, 8011)
        lines = "Port 22 open  ssh\nPort 80 open  http\n"
        self.assert_scan(["127.0.0.1", "-p", "ssh,http,21-23"], lines)
        self.assert_scan(["127.0.0.1", "-p", "8010-8012"], "Port 8011 open\n")
        self.assert_scan(["127.0.0.1", "--top", "100"], lines)

    def test_all_shows_closed_and_filtered_ports_with_the_reason(self):
        self.listen(22)
        silent = socket.create_server(("127.0.0.1", 25), backlog=0)  # full, it answers nobody
        self.addCleanup(silent.close)
        self.addCleanup(socket.create_connection(silent.getsockname()).close)
        said = self.assert_scan(["127.0.0.1", "-p", "22,23,25", "--all", "--timeout", "50ms", "--retries", "2"],
                                "Port 22 open  ssh\nPort 23 closed  telnet\nPort 25 filtered  smtp  no answer\n")
        self.assertRegex(said, "^1 open, 1 closed, 1 filtered in .*; 2 retries, ")
        said = self.assert_scan(["127.0.0.1", "-p", "25", "--timeout", "50ms", "--retries", "0"], "", code=1)
        self.assertRegex(said, "^no port answered: the host may be down or behind a firewall; .*; 0 retries, ")

    def test_several_hosts_each_have_a_heading(self):
        self.listen(("127.0.0.1", 22), ("127.0.0.3", 22), ("127.0.0.3", 80))
        said = self.assert_scan(["127.0.0.1-127.0.0.4", "-p", "22,80"],
                                "127.0.0.1\nPort 22 open  ssh\n127.0.0.2\n127.0.0.3\nPort 22 open  ssh\nPort 80 open  http\n"
                                "127.0.0.4\n")
        self.assertRegex(said, r"^4 hosts, 2 with open ports; 3 open, 5 closed, 0 filtered in .*; 0 retries\n$")
        self.assert_scan(["127.0.0.2-4,127.0.0.1", "-p", "22,80", "--open"],
                         "127.0.0.3\nPort 22 open  ssh\nPort 80 open  http\n127.0.0.1\nPort 22 open  ssh\n")
        self.assert_scan(["127.0.0.1-4", "127.0.0.3", "--exclude", "127.0.0.0/31", "--exclude", "127.0.0.4", "-p", "22"],
                         "127.0.0.2\n127.0.0.3\nPort 22 open  ssh\n")
        said = self.assert_scan(["localhost", "127.0.0.2", "-p", "22", "--open"], "localhost (127.0.0.1)\nPort 22 open  ssh\n")
        self.assertRegex(said, r"^(veche: localhost is 127\.0\.0\.1; not scanned: ::1\n)?2 hosts, ")

    def test_a_network_with_host_bits_is_taken_with_a_note(self):
        self.listen(("127.0.0.10", 22))
        said = self.assert_scan(["127.0.0.9/30", "-p", "22", "--open"], "127.0.0.10\nPort 22 open  ssh\n")
        self.assertIn("veche: 127.0.0.9/30: scanning the whole network 127.0.0.8/30\n4 hosts, 1 with open ports; ", said)

    def test_hosts_come_from_files_and_standard_input(self):
        self.listen(("127.0.0.2", 22))
        hosts = "# ours\n127.0.0.1  # the first\n\n\t127.0.0.2-3\r\n"
        expected = "127.0.0.1\n127.0.0.2\nPort 22 open  ssh\n127.0.0.3\n"
        self.assert_scan(["-f", self.file(hosts), "-p", "22"], expected)
        self.assert_scan(["-f", "-", "-p", "22"], expected, stdin=hosts)
        self.assert_scan(["127.0.0.4", "-f", self.file(hosts), "-p", "22"], "127.0.0.4\n" + expected)

    def test_ipv6(self):
        try:
            self.listen(("::1", 22))
        except OSError as error:
            self.skipTest(f"no IPv6 here: {error}")
        self.assert_scan(["::1", "-p", "20-23"], "Port 22 open  ssh\n")

    def test_one_port_at_a_time_finds_the_same(self):
        ports = self.some_ports(10, last=25000)
        self.listen(*ports)
        self.assert_open(["127.0.0.1", "--sequential", "-p", "20001-25000"], ports)

    def test_twenty_scans_of_all_ports_invent_no_open_one(self):
        """A probe that leaves from the very port it asks is accepted: by itself."""
        ports = self.some_ports(20)
        self.listen(*ports)

        def listening():
            with open("/proc/net/tcp", encoding="ascii") as table:
                rows = [line.split() for line in list(table)[1:]]
            return sorted(int(row[1].split(":")[1], 16) for row in rows if row[3] == "0A")
        self.assertEqual(listening(), ports)
        for _ in range(20):
            self.assert_open(["127.0.0.1"], ports)
        self.assertEqual(listening(), ports)


class Formats(ScanTest):
    def jq(self, program, text):
        return subprocess.run(["jq", "-rc", program], input=text, capture_output=True, text=True, check=True,
                              timeout=DEADLINE_S).stdout

    def test_json_is_an_object_for_each_host_and_jq_reads_it(self):
        self.listen(22, 54321)
        done = scan("localhost", "127.0.0.2", "-p", "22,23,54321", "--json")
        self.assertEqual(done.returncode, 0)
        self.assertEqual(self.jq("[.host, .address, .open, .closed, .filtered, .complete]", done.stdout),
                         '["localhost","127.0.0.1",2,1,0,true]\n[null,"127.0.0.2",0,3,0,true]\n')
        self.assertEqual(self.jq(".ports[] | [.port, .state, .reason, .service]", done.stdout),
                         '[22,"open","accepted","ssh"]\n[54321,"open","accepted",null]\n')
        first = json.loads(done.stdout.splitlines()[0])
        self.assertEqual(list(first), ["host", "address", "ports", "open", "closed", "filtered", "probes", "retries", "window",
                                       "round_trip_ms", "duration_s", "complete"])
        self.assertEqual(first["probes"], 3)
        everything = scan("127.0.0.1", "-p", "22,23", "--json", "--all").stdout
        self.assertEqual(self.jq(".ports[].state", everything), "open\nclosed\n")

    def test_json_lines_csv_and_greppable(self):
        self.listen(22, 54321)
        args = ["localhost", "-p", "22,23,54321"]
        lines = [json.loads(line) for line in scan(*args, "--jsonl", "--all").stdout.splitlines()]
        told = {"host": "localhost", "address": "127.0.0.1"}
        self.assertEqual(lines, [{**told, "port": 22, "state": "open", "reason": "accepted", "service": "ssh"},
                                 {**told, "port": 23, "state": "closed", "reason": "refused", "service": "telnet"},
                                 {**told, "port": 54321, "state": "open", "reason": "accepted"}])
        rows = list(csv.reader(io.StringIO(scan(*args, "--csv", "--all").stdout)))
        self.assertEqual(rows, ["host,address,port,state,reason,service,banner".split(","),
                                ["localhost", "127.0.0.1", "22", "open", "accepted", "ssh", ""],
                                ["localhost", "127.0.0.1", "23", "closed", "refused", "telnet", ""],
                                ["localhost", "127.0.0.1", "54321", "open", "accepted", "", ""]])
        self.assert_scan([*args, "--greppable"], "Host: 127.0.0.1 (localhost)\tPorts: 22/open/tcp//ssh///, 54321/open/tcp/////\t"
                                                 "Other: 1 closed, 0 filtered\n")

    def test_a_banner_is_shown_and_cannot_disturb_a_terminal(self):
        self.listen(22, greeting=b"SSH-2.0-\x1b[31m\x07, \"\xd0\xb4\xd0\xb0\"\r\nmore\n")
        args = ["127.0.0.1", "-p", "22,23", "--banner"]
        self.assert_scan(args, 'Port 22 open  ssh  SSH-2.0-[31m, "да" more\n')
        for form in ("--csv", "--greppable", "--json", "--jsonl"):
            with self.subTest(form):
                out = scan(*args, form).stdout
                self.assertRegex(out, "SSH-2.0-")
                self.assertNotRegex(out, r"[\x00-\x08\x0b-\x1f\x7f]")
        self.assertEqual(json.loads(scan(*args, "--jsonl").stdout)["banner"].split("\r")[0], 'SSH-2.0-\x1b[31m\x07, "да"')
        row = list(csv.DictReader(io.StringIO(scan(*args, "--csv").stdout)))[0]
        self.assertRegex(row["banner"], r'^SSH-2.0-\?\[31m\?, "да"')

    def test_who_says_nothing_is_open_all_the_same(self):
        silent = socket.create_server(("127.0.0.1", 22))
        self.addCleanup(silent.close)
        self.assert_scan(["127.0.0.1", "-p", "22", "--banner"], "Port 22 open  ssh\n")


class Options(ScanTest):
    def test_what_it_adapts_by_itself_can_be_fixed(self):
        ports = self.some_ports(5, last=21000)
        self.listen(*ports)
        for option in ["--rate 20000", "--max-rate 20000", "--window 1", "--window 32768", "--threads 1", "--threads 8",
                       "--retries 0", "--timeout 2s"]:
            with self.subTest(option):
                self.assert_open(["127.0.0.1", "-p", "20001-21000", *option.split()], ports)

    def test_a_rate_is_kept(self):
        said = json.loads(scan("127.0.0.1", "-p", "1001-1500", "--max-rate", "1000", "--json").stdout)
        self.assertGreater(said["duration_s"], 0.4)
        self.assertEqual(said["closed"], 500)

    def test_wrong_use_exits_2_and_says_what_is_right(self):
        empty, comments = self.file(""), self.file("# nobody\n\n")
        place = "(write it like 127.0.0.1:1898 or [::1]:1898)"
        units = "(write a whole number and ms, s, m, h or d: 250ms, 5s, 2m, 1h, 7d)"
        for args, message in [
            ("", "scan: a host is missing (veche help scan)"),
            ("h -p 65536", "port '65536': must be a number from 1 to 65535"),
            ("h -p 0", "port '0': must be a number from 1 to 65535"),
            ("h -p 80-22", "ports '80-22': the range is upside down (did you mean 22-80?)"),
            ("h -p", "--ports: its value is missing (veche help scan)"),
            ("h -p 1 --top 5", "--ports: cannot be given together with --top (veche help scan)"),
            ("h --top 0", "--top 0: must be a number from 1 to 65535"),
            ("127.0.0.5-2", "host '127.0.0.5-2': the range is upside down (did you mean 127.0.0.2-5?)"),
            ("127.0.0.1:22", "host '127.0.0.1:22': a port does not belong here (did you mean 127.0.0.1 -p 22?)"),
            ("http://h/", "host 'http://h/': a URL is not a host (did you mean h?)"),
            (f"-f {empty}", f"{empty}: there is no host in it"),
            (f"-f {comments}", f"{comments}: there is no host in it"),
            ("-f -", "standard input: there is no host in it"),
            ("-f /nowhere", "/nowhere: No such file or directory"),
            ("-f /", "/: Is a directory"),
            ("h --open --all", "--all: cannot be given together with --open (veche help scan)"),
            ("h --json --csv", "--json: cannot be given together with --csv (veche help scan)"),
            ("h --rate 5 --max-rate 5", "--rate: cannot be given together with --max-rate (veche help scan)"),
            ("h --rate 1e3", "--rate 1e3: must be a number from 1 to 100000000"),
            ("h --max-rate 0", "--max-rate 0: must be a number from 1 to 100000000"),
            ("h --window 32769", "--window 32769: must be a number from 1 to 32768"),
            ("h --threads 65", "--threads 65: must be a number from 1 to 64"),
            ("h --retries -1", "--retries -1: must be a number from 0 to 100"),
            ("h --timeout 0", "--timeout 0: must be more than 0"),
            ("h --timeout soon", f"--timeout soon: 'soon' does not begin with a digit {units}"),
            ("h --lang de", "--lang de: is no language that veche speaks (en, ru, uk)"),
            ("127.0.0.1 --resume 127.0.0.2:5", "--resume 127.0.0.2:5: is not among the hosts to scan"),
            ("127.0.0.1 --resume soon", f"--resume soon: not an IPv4 or IPv6 address with a port {place}"),
        ]:
            with self.subTest(args):
                self.assertEqual(self.assert_scan(args.split(), "", code=2), f"veche: {message}\n")


class Trouble(ScanTest):
    def test_what_cannot_be_scanned_exits_3_and_says_why(self):
        self.listen(22)
        for host, why in [("no.such.host.invalid", r"unknown host .*|the name server does not answer .*"),
                          ("192.0.2.7", "Network is unreachable"),
                          ("255.255.255.255", "Network is unreachable"),
                          ("192.0.2.8", "Permission denied")]:
            with self.subTest(host):
                said = self.assert_scan([host, "-p", "22,23"], "", code=3)
                self.assertRegex(said, rf"^veche: {re.escape(host)}: ({why})\n$")
                done = scan(host, "127.0.0.1", "-p", "22", "--jsonl")
                self.assertEqual((json.loads(done.stdout)["address"], done.returncode), ("127.0.0.1", 3))
        self.assertEqual(self.assert_scan(["127.0.0.1", "--exclude", "127.0.0.1"], "", code=3),
                         "veche: scan: no host is left to scan\n")

    def test_a_host_without_a_way_has_no_states(self):
        said = json.loads(scan("192.0.2.7", "-p", "22-30", "--json", "--all").stdout)
        self.assertEqual((said["ports"], said["filtered"], said["complete"]), ([], 0, False))
        self.assertEqual(said["error"], "192.0.2.7: Network is unreachable")

    def test_thousands_of_hosts_with_few_descriptors(self):
        port = self.some_ports(1, last=21000)[0]
        self.listen(("0.0.0.0", port))
        done = subprocess.run(["prlimit", "--nofile=64", VECHE, "scan", "127.0.0.0/20", "-p", f"{port - 1}-{port + 1}"],
                              capture_output=True, text=True, check=False, timeout=DEADLINE_S)
        hosts = [f"127.0.{number >> 8}.{number & 255}" for number in range(4096)]
        self.assertTrue(done.stdout == "".join(f"{host}\nPort {port} open\n" for host in hosts), done.stdout[:1000])
        self.assertIn("4,096 open, 8,192 closed, 0 filtered in ", done.stderr)
        self.assertEqual(done.returncode, 0)

    def test_who_reads_only_the_first_line_is_not_told_anything(self):
        self.listen(("0.0.0.0", 22))
        with subprocess.Popen([VECHE, "scan", "127.0.0.0/16", "-p", "21-23", "--jsonl", "--all"], stdout=subprocess.PIPE,
                              stderr=subprocess.PIPE, text=True) as process:
            self.assertEqual(json.loads(process.stdout.readline())["address"], "127.0.0.0")
            process.stdout.close()
            self.assertEqual((process.wait(DEADLINE_S), process.stderr.read()), (0, ""))

    def test_a_full_device_is_a_failure(self):
        with open("/dev/full", "wb") as full:
            done = subprocess.run([VECHE, "scan", "127.0.0.1", "--all", "-p", "1-5000"], stdout=full, stderr=subprocess.PIPE,
                                  text=True, check=False, timeout=DEADLINE_S)
        self.assertEqual((done.returncode, done.stderr), (3, "veche: standard output: No space left on device\n"))

    def test_standard_input_may_be_closed(self):
        self.listen(22)
        for args, code, out, said in [("127.0.0.1 -p 22", 0, "Port 22 open  ssh\n", "1 open, 0 closed, "),
                                      ("-f -", 2, "", "veche: standard input: there is no host in it\n"),
                                      ("", 2, "", "veche: scan: a host is missing ")]:
            done = subprocess.run(["sh", "-c", f'exec "{VECHE}" scan {args} <&-'], capture_output=True, text=True, check=False,
                                  timeout=DEADLINE_S, env={"LC_ALL": "C.UTF-8"})
            self.assertEqual((done.returncode, done.stdout), (code, out), done.stderr)
            self.assertIn(said, done.stderr)


class Interrupted(ScanTest):
    """Ctrl-C in the middle, and on from where it stopped."""

    def interrupt(self, listeners, heard, *args):
        """Gives the output, and the point to go on; `heard`: after so many ports were."""
        with subprocess.Popen([VECHE, "scan", *args], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
                              env={"LC_ALL": "C.UTF-8"}) as process:
            wait_until(lambda: len(listeners.heard) >= heard, "ports are asked")
            process.send_signal(signal.SIGINT)
            out, said = process.communicate(timeout=DEADLINE_S)
            self.assertEqual(process.returncode, 3, said)
        told = re.fullmatch(r"(?:.* not decided in .*\n)?veche: interrupted; to go on: --resume (\S+)\n", said)
        self.assertTrue(told, said)
        return out, told[1]

    def test_the_rest_is_found_from_the_point_that_was_told(self):
        ports = self.some_ports(40, last=29000)
        listeners = self.listen(*ports)
        out, point = self.interrupt(listeners, 10, "127.0.0.1", "-p", "20001-29000", "--max-rate", "6000")
        host, first = point.split(":")
        self.assertEqual(host, "127.0.0.1")
        found = open_ports(out)
        self.assertEqual(found, sorted(set(found) & set(ports)))
        self.assertLess(len(found), len(ports))
        self.assertLessEqual(listeners.heard, set(found))
        rest = [port for port in ports if port >= int(first)]
        self.assert_open(["127.0.0.1", "-p", "20001-29000", "--resume", point], rest)
        self.assertEqual(sorted({*found, *rest}), ports)

    def test_hosts_that_were_finished_are_not_scanned_again(self):
        ports = self.some_ports(12, last=21000)
        hosts = ["127.0.0.1", "127.0.0.2", "127.0.0.3"]
        listeners = self.listen(*[(host, port) for host, port in zip(hosts * 4, ports)])
        args = ["127.0.0.1-3", "-p", "20001-21000", "--json"]
        out, point = self.interrupt(listeners, 6, *args, "--sequential", "--max-rate", "1000")
        self.assertEqual(point.split(":")[0], "127.0.0.2")
        first = [json.loads(line) for line in out.splitlines()]
        self.assertEqual([(said["address"], said["complete"]) for said in first], [("127.0.0.1", True), ("127.0.0.2", False)])
        done = scan(*args, "--resume", point)
        second = [json.loads(line) for line in done.stdout.splitlines()]
        self.assertEqual([said["address"] for said in second], hosts[1:])
        found = [(said["address"], entry["port"]) for said in first + second for entry in said["ports"]]
        self.assertEqual(sorted(found), sorted(zip(hosts * 4, ports)), "all are found, and in order nothing twice")


class People(ScanTest):
    """At a terminal, in Russian."""

    RESULT = r"Порт \d+ открыт(  [a-z0-9-]+)?"
    BAR = r"(?P<bar>█*░*)  +(?P<percent>\d+)%(  [\d\u00a0]+ порт(а|ов)?/с)?  \d+ открыт(о)?  осталось (\d+:\d\d|—)"
    SUMMARY = r"\d+ открыт.* за .*"

    def setUp(self):
        super().setUp()
        self.tmux = Tmux()
        self.addCleanup(self.tmux.close)

    def window(self, *args, width=100):
        command = f"env LC_ALL=ru_RU.UTF-8 '{VECHE}' scan {' '.join(args)}; echo ENDED $?; cat"
        return self.tmux.window("scan", command, width=width)

    def results(self, screen):
        return open_ports("\n".join(line for line in screen.splitlines() if line.startswith("Порт")))

    def test_the_host_is_asked(self):
        self.listen(22)
        window = self.window("-p", "22")
        window.match(r"^Хост \[127\.0\.0\.1\]:")
        window.type("")
        window.match(r"^Порт 22 открыт  ssh$")
        window.expect("ENDED 0")

    def test_the_end_of_input_instead_of_a_host_is_no_success(self):
        window = self.window("-p", "22")
        window.expect("Хост")
        window.press("C-d")
        window.expect("ENDED 3")

    def test_the_bar_tells_how_far_it_is_and_tears_no_line(self):
        ports = self.some_ports(30, last=26000)
        self.listen(*ports)
        window = self.window("127.0.0.1", "--sequential", "-p", "20001-26000", "--max-rate", "2000")
        half = window.match(rf"^{self.BAR.replace('%', '(?<=[2-8].)%')} *$")
        self.assertAlmostEqual(half["bar"].count("█") / len(half["bar"]), int(half["percent"]) / 100, delta=0.05)

        def look():
            screen = window.screen()
            for line in screen.splitlines():
                self.assertRegex(line.rstrip(), rf"^({self.RESULT}|{self.BAR}|{self.SUMMARY}|ENDED \d|)$")
            return "ENDED" in screen
        wait_until(look, "the scan ends")
        screen = window.screen()
        self.assertEqual(self.results(screen), ports)
        self.assertRegex(screen, r"\n30 открыто, 5970 закрыто, 0 фильтруется за .*\nENDED 0\n")
        self.assertNotIn("%", screen)

    def test_a_terminal_that_is_resized_keeps_every_result_whole(self):
        ports = self.some_ports(30, last=24000)
        self.listen(*ports)
        window = self.window("127.0.0.1", "--sequential", "-p", "20001-24000", "--max-rate", "2000")
        for width in (40, 120, 20, 80):
            window.match(r"\d%")
            self.tmux("resize-window", "-t", "scan", "-x", str(width), "-y", "60")
        window.expect("ENDED 0")
        self.assertEqual(self.results(window.screen()), ports)

    def test_no_bar_is_shown_if_it_is_not_wanted(self):
        ports = self.some_ports(5, last=21000)
        self.listen(*ports)
        window = self.window("127.0.0.1", "--sequential", "-p", "20001-21000", "--max-rate", "2000", "--no-progress")

        def look():
            screen = window.screen()
            self.assertNotIn("%", screen)
            return "ENDED 0" in screen
        wait_until(look, "the scan ends")

    def test_ctrl_c_leaves_the_results_and_the_point_to_go_on(self):
        port = self.some_ports(1, last=21000)[0]
        self.listen(port)
        window = self.window("127.0.0.1", "--sequential", "-p", "20001-65535", "--max-rate", "2000")
        window.match(rf"^Порт {port} открыт$")
        window.press("C-c")
        screen = window.expect("ENDED 3")
        self.assertRegex(screen, rf"^(\^C *\n)?Порт {port} открыт\n1 открыт, .* не проверен.* за .*\n"
                                 r"veche: прервано; чтобы продолжить: --resume 127\.0\.0\.1:\d+\nENDED 3\n")


if __name__ == "__main__":
    if ALONE not in os.environ and subprocess.run([*OWN_NETWORK, "true"], check=False).returncode == 0:
        os.environ[ALONE] = "1"
        os.execvp(OWN_NETWORK[0], [*OWN_NETWORK, sys.executable, *sys.argv])
    unittest.main(verbosity=2)
