#!/usr/bin/env python3
"""`veche scan` through network namespaces of its own: every port's state is right, whatever is dropped, rejected or lost on
the way. bench/scan is the long form, with times. Needs root; without it the tests are skipped."""

import json
import os
import random
import shutil
import subprocess
import sys
import unittest

from harness import DEADLINE_S, VECHE, veche

FIRST, LAST = 20001, 22000
TARGET, SOURCE = f"veche-e2e-{os.getpid()}-target", f"veche-e2e-{os.getpid()}-source"
HOST = "10.78.0.2"

# Listens at the ports that are its arguments, and hangs up on whoever comes.
LISTENERS = """
import selectors, socket, sys
looked_at = selectors.DefaultSelector()
for port in sys.argv[1:]:
    looked_at.register(socket.create_server(("0.0.0.0", int(port)), backlog=1024), selectors.EVENT_READ)
print("ready", flush=True)
while True:
    for key, _ in looked_at.select():
        try:
            key.fileobj.accept()[0].close()
        except OSError:
            pass  # it was aborted again
"""


def command(*args):
    return subprocess.run(args, capture_output=True, text=True, check=True, timeout=DEADLINE_S)


def inside(space, *args):
    return ["nsenter", f"--net=/run/netns/{space}", *args]


def setUpModule():
    """Two namespaces, joined by veth."""
    if os.getuid() != 0:
        raise unittest.SkipTest("needs root to make network namespaces")
    if lacking := [tool for tool in ("ip", "nft", "nsenter") if not shutil.which(tool)]:
        raise unittest.SkipTest(f"needs {' '.join(lacking)}: script/bootstrap test")
    if "--greppable" not in veche("scan", "--help").stdout:
        raise unittest.SkipTest("this veche has no scan")
    try:
        for space in (TARGET, SOURCE):
            unittest.addModuleCleanup(subprocess.run, ["ip", "netns", "del", space], capture_output=True, check=False)
            command("ip", "netns", "add", space)
            command("ip", "-n", space, "link", "set", "lo", "up")
        command("ip", "link", "add", "veth0", "netns", SOURCE, "type", "veth", "peer", "name", "veth0", "netns", TARGET)
        for space, address in ((SOURCE, "10.78.0.1/24"), (TARGET, HOST + "/24")):
            command("ip", "-n", space, "address", "add", address, "dev", "veth0")
            command("ip", "-n", space, "link", "set", "veth0", "up")
        # Else the target tells of one rejected port a second, and of none of the others.
        command(*inside(TARGET, "sysctl", "-qw", "net.ipv4.icmp_ratemask=0"))
        command(*inside(TARGET, "nft", "add table inet scan"))
    except subprocess.CalledProcessError as error:
        raise unittest.SkipTest(f"cannot make such network namespaces here: {error.stderr.strip()}") from None


class ScanTest(unittest.TestCase):
    def setUp(self):
        self.random = random.Random(self.id())
        self.addCleanup(command, *inside(TARGET, "nft", "delete table inet scan; add table inet scan"))

    def listen(self, ports):
        process = subprocess.Popen(inside(TARGET, sys.executable, "-c", LISTENERS, *map(str, ports)), stdout=subprocess.PIPE,
                                   text=True)
        self.addCleanup(process.stdout.close)
        self.addCleanup(process.wait)
        self.addCleanup(process.kill)
        self.assertEqual(process.stdout.readline(), "ready\n")

    def rules(self, *rules):
        """Of what comes in at the target."""
        chain = "add chain inet scan input { type filter hook input priority 0; }; "
        command(*inside(TARGET, "nft", chain + "; ".join("add rule inet scan input " + rule for rule in rules)))

    def scan(self, space, host, ports, *more):
        """The object that --json gives."""
        done = subprocess.run(inside(space, VECHE, "scan", host, "-p", ports, "--json", "--no-progress", *more),
                              capture_output=True, text=True, check=False, timeout=5 * DEADLINE_S)
        self.assertEqual(done.returncode, 0, done.stderr)
        said = json.loads(done.stdout)
        self.assertTrue(said["complete"])
        return said

    def assert_states(self, expected, said):
        """`expected`: the ports of each state; together all that were scanned."""
        wanted = {port: state for state, ports in expected.items() for port in ports}
        states = {entry["port"]: entry["state"] for entry in said["ports"]}
        wrong = {port: (wanted.get(port), states.get(port)) for port in wanted.keys() | states.keys()
                 if wanted.get(port) != states.get(port)}
        self.assertEqual(wrong, {}, "port: (what it is, what it was called)")
        for state in ("open", "closed", "filtered"):
            self.assertEqual(said[state], len(expected.get(state, ())), state)

    def test_every_state_is_right_where_some_are_dropped_and_some_rejected(self):
        chosen = self.random.sample(range(FIRST, LAST + 1), 205)
        listening, dropped, rejected = set(chosen[:5]), set(chosen[5:105]), set(chosen[105:])
        self.listen(listening)
        for ports, verdict in ((dropped, "drop"), (rejected, "reject with icmpx type admin-prohibited")):
            self.rules(f"tcp dport {{ {','.join(map(str, ports))} }} {verdict}")
        said = self.scan(SOURCE, HOST, f"{FIRST}-{LAST}", "--all")
        self.assert_states({"open": listening, "filtered": dropped | rejected,
                            "closed": set(range(FIRST, LAST + 1)).difference(chosen)}, said)
        reasons = {entry["port"]: entry["reason"] for entry in said["ports"]}
        self.assertEqual({reasons[port] for port in listening}, {"accepted"})
        self.assertEqual(len({reasons[port] for port in dropped}), 1)
        self.assertNotIn(reasons[min(dropped)], {reasons[port] for port in rejected})

    def test_all_filtered_but_a_few(self):
        listening = set(self.random.sample(range(FIRST, LAST + 1), 5))
        self.listen(listening)
        self.rules(f"meta l4proto tcp tcp dport != {{ {','.join(map(str, listening))} }} drop")
        said = self.scan(SOURCE, HOST, f"{FIRST}-{LAST}", "--all")
        self.assert_states({"open": listening, "filtered": set(range(FIRST, LAST + 1)) - listening}, said)

    def test_loss_makes_no_state_wrong(self):
        listening = set(self.random.sample(range(FIRST, LAST + 1), 20))
        self.listen(listening)
        self.rules("meta l4proto tcp numgen random mod 100 < 5 drop")
        said = self.scan(SOURCE, HOST, f"{FIRST}-{LAST}", "--all")
        self.assert_states({"open": listening, "closed": set(range(FIRST, LAST + 1)) - listening}, said)
        self.assertGreater(said["retries"], 0)

    def test_twenty_loopback_scans_of_all_ports_invent_no_open_one(self):
        """A connection to a port that the kernel has just given us as our own source port is accepted: by ourselves."""
        listening = set(self.random.sample(range(1, 65536), 5))
        self.listen(listening)
        for _ in range(20):
            said = self.scan(TARGET, "127.0.0.1", "1-65535")
            self.assertEqual({entry["port"] for entry in said["ports"]}, listening)
            self.assertEqual((said["closed"], said["filtered"]), (65535 - len(listening), 0))


if __name__ == "__main__":
    unittest.main(verbosity=2)
