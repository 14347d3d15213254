"""What the end-to-end tests share: a server of their own, clients on sockets, and waiting for what must come.

Nothing here sleeps for a while and hopes: a wait ends when its condition holds, and its deadline only
bounds a failure. Environment: VECHE, the binary.
"""

import os
import re
import shutil
import signal
import socket
import subprocess
import tempfile
import time
import unittest

VECHE = os.environ.get("VECHE") or os.path.join(os.path.dirname(__file__), "../../build/release/veche")
DEADLINE_S = float(os.environ.get("VECHE_DEADLINE", "60"))

# What most tests want: cheap hashes, and no limits that a test is not about.
QUICK_CONFIG = """
[limits]
command_rate = 0
[accounts]
hash_cost = "lowest"
failed_logins_per_minute = 0
"""


class Server:
    """`veche serve` in a data directory of its own, on a free loopback port; `prefix`: the command that starts it."""

    def __init__(self, config=QUICK_CONFIG, args=(), data=None, listen="line://127.0.0.1:0", irc="irc://127.0.0.1:0",
                 env=None, prefix=()):
        self.dir = data or tempfile.mkdtemp(prefix="veche-e2e-")
        self.owns_dir = data is None
        config_file = os.path.join(self.dir, "veche.toml")
        with open(config_file, "w", encoding="utf-8") as file:
            file.write(config)
        self.data = os.path.join(self.dir, "data")
        self.command = [*prefix, VECHE, "serve", "--config", config_file, "--data", self.data, "--no-console", *args]
        for listener in (listen, irc):
            if listener:
                self.command += ["--listen", listener]
        self.env = {**os.environ, "LC_ALL": "C.UTF-8", "TZ": "UTC", **(env or {})}
        self.output = ""
        self.process = None
        self.start()

    def start(self):
        self.process = subprocess.Popen(self.command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
                                        env=self.env, stdin=subprocess.DEVNULL)
        self.output = ""
        self.port = self.irc_port = self.tls_port = self.irc_tls_port = None
        while True:
            line = self.process.stdout.readline()
            self.output += line
            if found := re.search(r"telnet \S+ (\d+)", line):
                self.port = int(found.group(1))
            if found := re.search(r"IRC client: \S+ (\d+)", line):
                self.irc_port = int(found.group(1))
            if found := re.search(r"with TLS: \S+ (\d+)", line):
                self.irc_tls_port = int(found.group(1))
            if found := re.search(r"openssl s_client \S+ -connect \S+:(\d+)", line):
                self.tls_port = int(found.group(1))
            if not line or "Ctrl-C" in line:
                break
        if self.port is None:
            self.process.wait(DEADLINE_S)  # it said why in `output`

    def kill(self, how=signal.SIGKILL):
        if self.process.poll() is None:
            self.process.send_signal(how)
        code = self.process.wait(DEADLINE_S)
        self.process.stdout.close()
        return code

    def close(self):
        code = self.kill(signal.SIGTERM) if self.process.poll() is None else self.process.returncode
        self.process.stdout.close()
        if self.owns_dir:
            shutil.rmtree(self.dir, ignore_errors=True)
        return code

    def client(self, *lines):
        """A connection that has sent `lines`."""
        client = Client(self.port)
        client.send(*lines)
        return client

    def guest(self, name):
        """A guest in bare mode, in the default room."""
        client = self.client(name, "", "/bare")
        client.expect("READY\n")
        return client

    def proc(self, name):
        """A file of the process in /proc."""
        with open(f"/proc/{self.process.pid}/{name}", encoding="utf-8") as file:
            return file.read()

    def cpu_s(self):
        """Processor time used so far."""
        fields = self.proc("stat").rsplit(")", 1)[1].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    def resident_mib(self):
        return int(re.search(r"VmRSS:\s+(\d+)", self.proc("status")).group(1)) / 1024

    def descriptors(self):
        return len(os.listdir(f"/proc/{self.process.pid}/fd"))

    def log(self):
        with open(os.path.join(self.data, "veche.log"), encoding="utf-8") as file:
            return file.read()

    def expect_log(self, pattern):
        """Waits until the log, which is written in the background, has what fits the pattern."""
        wait_until(lambda: re.search(pattern, self.log()), lambda: f"{pattern!r} in the log:\n{self.log()}")


def wait_until(holds, what):
    """Looks until `holds()` gives something true, and gives that. For what nobody tells us of when it changes.
    `what`: a text, or a function that describes how far it has come."""
    end = time.monotonic() + DEADLINE_S
    while not (found := holds()):
        if time.monotonic() > end:
            raise AssertionError(f"in {DEADLINE_S} s it did not come to this: {what() if callable(what) else what}")
        time.sleep(0.01)
    return found


def free_ports(count):
    """Different ones that nobody had a moment ago, for what must be named in a configuration or be refused."""
    probes = [socket.socket() for _ in range(count)]
    for probe in probes:
        probe.bind(("127.0.0.1", 0))
    ports = [probe.getsockname()[1] for probe in probes]
    for probe in probes:
        probe.close()
    return ports


def free_port():
    return free_ports(1)[0]


class Client:
    """One connection; what came is in `seen` until it is taken."""

    def __init__(self, port, receive_buffer=None, segment=None, source=None):
        """Small segments keep the kernel's own buffers for this connection small: over loopback they hold megabytes.
        `source`: the address to come from, such as 127.0.0.7."""
        self.socket = socket.socket()
        if source:
            self.socket.bind((source, 0))
        if receive_buffer:
            self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, receive_buffer)
        if segment:
            self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_MAXSEG, segment)
        self.socket.settimeout(DEADLINE_S)
        self.socket.connect(("127.0.0.1", port))
        self.seen = b""

    def send(self, *lines):
        self.send_bytes("".join(line + "\n" for line in lines).encode())

    def send_bytes(self, data):
        self.socket.sendall(data)

    def expect(self, text):
        """Waits until `text` has come; takes and returns everything up to its end."""
        wanted = text if isinstance(text, bytes) else text.encode()
        end = time.monotonic() + DEADLINE_S
        while wanted not in self.seen:
            if time.monotonic() > end:
                raise AssertionError(f"{wanted!r} did not come; there is {self.seen!r}")
            data = self.receive()
            if not data:
                raise AssertionError(f"closed before {wanted!r} came; there is {self.seen!r}")
        at = self.seen.index(wanted) + len(wanted)
        taken, self.seen = self.seen[:at], self.seen[at:]
        return taken.decode("utf-8", "backslashreplace")

    def receive(self):
        try:
            data = self.socket.recv(1 << 16)
        except socket.timeout:
            raise AssertionError(f"nothing came for {DEADLINE_S} s; there is {self.seen!r}") from None
        except ConnectionResetError:
            data = b""
        self.seen += data
        return data

    def rest(self):
        """Everything until the server closes."""
        while self.receive():
            pass
        taken, self.seen = self.seen, b""
        return taken.decode("utf-8", "backslashreplace")

    def finish(self):
        """Our FIN; then everything that is still owed."""
        self.socket.shutdown(socket.SHUT_WR)
        return self.rest()

    def close(self):
        self.socket.close()

    __del__ = close


class Tmux:
    """A tmux of its own, in which programs run as at a terminal."""

    def __init__(self):
        self.dir = tempfile.mkdtemp(prefix="veche-tmux-")

    def __call__(self, *args):
        done = subprocess.run(["tmux", "-u", "-f", "/dev/null", "-S", os.path.join(self.dir, "s"), *args], capture_output=True,
                              text=True, check=False, timeout=DEADLINE_S, env={**os.environ, "LC_ALL": "C.UTF-8", "TZ": "UTC"})
        if done.returncode != 0:
            raise AssertionError(f"tmux {args}: {done.stderr}")
        return done.stdout

    def window(self, name, command, width=160, height=60):
        self("new-session", "-d", "-s", name, "-x", str(width), "-y", str(height), command)
        return Terminal(self, name)

    def close(self):
        """Ends also what runs in the windows' sessions: to a server the end of its terminal is no end."""
        tmux = ["tmux", "-S", os.path.join(self.dir, "s")]
        panes = subprocess.run([*tmux, "list-panes", "-a", "-F", "#{pane_pid}"], capture_output=True, text=True, check=False)
        sessions = {int(pid) for pid in panes.stdout.split()}
        subprocess.run([*tmux, "kill-server"], capture_output=True, check=False)
        for pid in (int(name) for name in os.listdir("/proc") if name.isdigit()):
            try:
                if os.getsid(pid) in sessions:
                    os.kill(pid, signal.SIGKILL)
            except ProcessLookupError:
                pass  # it has just ended
        shutil.rmtree(self.dir, ignore_errors=True)


class Terminal:
    """A tmux window."""

    def __init__(self, tmux, name):
        self.tmux, self.name = tmux, name

    def type(self, text):
        self.tmux("send-keys", "-t", self.name, "-l", text)
        self.press("Enter")

    def press(self, *keys):
        """Keys by tmux's names: Enter, Tab, Up, C-d."""
        self.tmux("send-keys", "-t", self.name, *keys)

    def screen(self):
        return self.tmux("capture-pane", "-p", "-J", "-S", "-", "-t", self.name)

    def clear(self):
        self.press("C-l")
        self.tmux("clear-history", "-t", self.name)

    def expect(self, text, times=1):
        """Waits until `text` is on the screen."""
        return self._wait(lambda screen: screen.count(text) >= times and screen, text)

    def match(self, pattern):
        """Waits until the pattern (with ^ and $ for lines) is on the screen; gives the match."""
        return self._wait(lambda screen: re.search(pattern, screen, re.MULTILINE), pattern)

    def _wait(self, look, what):
        end = time.monotonic() + DEADLINE_S
        while not (found := look(self.screen())):
            if time.monotonic() > end:
                raise AssertionError(f"{what!r} is not on the screen of {self.name}:\n{self.screen()}")
            time.sleep(0.02)  # between two looks at the screen: tmux tells nobody when it changes
        return found


class ServerTest(unittest.TestCase):
    """A test case with one server for all of its tests."""

    CONFIG = QUICK_CONFIG

    @classmethod
    def setUpClass(cls):
        cls.server = Server(cls.CONFIG)
        if cls.server.port is None:
            raise AssertionError("the server did not start: " + cls.server.output)

    @classmethod
    def tearDownClass(cls):
        code = cls.server.close()
        if code != 0:
            raise AssertionError(f"the server ended with {code}")


def veche(*args, stdin="", env=None):
    """Runs the binary to its end."""
    return subprocess.run([VECHE, *args], input=stdin, capture_output=True, text=True, timeout=DEADLINE_S,
                          env={**os.environ, "LC_ALL": "C.UTF-8", **(env or {})})
