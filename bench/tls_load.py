"""The load of `bench/run tls`: OpenSSL's handshakes, and people of IRC over TLS or without it. It runs on the core that is not
the server's; what is measured is the server's processor time and memory, which the load's own slowness does not change."""

import os
import re
import selectors
import socket
import ssl
import subprocess
import sys
import time

from chat_servers import LOAD_CORE


def handshakes(server, seconds):
    """Processor time of the server for each, in us."""
    before = server.cpu_s()
    done = subprocess.run(["taskset", "-c", LOAD_CORE, "openssl", "s_time", "-connect", f"127.0.0.1:{server.port}", "-new", "-time",
                           str(max(1, int(float(seconds)))), "-tls1_3"], capture_output=True, text=True)
    counted = re.search(r"(\d+) connections in \d+ real seconds", done.stdout)
    if not counted or int(counted[1]) == 0:
        sys.exit(f"openssl s_time: {done.stdout} {done.stderr}")
    return (server.cpu_s() - before) * 1e6 / int(counted[1])


def private_kib(server):
    """Memory of the process that is nobody else's and no file's."""
    with open(f"/proc/{server.process.pid}/smaps_rollup") as file:
        return int(re.search(r"Pss_Anon:\s+(\d+)", file.read())[1])


class Room:
    """Members of one channel, all with one socket each."""

    def __init__(self, server, members, secure):
        os.sched_setaffinity(0, {int(LOAD_CORE)})
        self.server = server
        self.context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT) if secure else None
        if secure:
            self.context.check_hostname = False
            self.context.verify_mode = ssl.CERT_NONE
        self.people = [self.enter(f"p{i}") for i in range(members)]
        self.settle()

    def enter(self, nick, join=True):
        peer = socket.create_connection(("127.0.0.1", self.server.port))
        peer.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        if self.context:
            peer = self.context.wrap_socket(peer)
        peer.sendall(f"NICK {nick}\r\nUSER {nick} 0 * :{nick}\r\n{'JOIN #bench' if join else 'PING x'}\r\n".encode())
        seen = b""
        while (b" 366 " if join else b" PONG ") not in seen:
            seen += peer.recv(65536)
        return peer

    def settle(self):
        """Reads until nothing more comes."""
        for peer in self.people:
            peer.settimeout(0.05 if peer is self.people[0] else 0.001)
            try:
                while peer.recv(65536):
                    pass
            except (TimeoutError, ssl.SSLWantReadError):
                pass
            peer.setblocking(False)

    def cpu_us_per_delivery(self, window, seconds):
        """One speaks, with `window` messages that not everybody has yet."""
        waiting = selectors.DefaultSelector()
        heard = {peer.fileno(): [peer, 0] for peer in self.people[1:]}
        for peer in self.people[1:]:
            waiting.register(peer, selectors.EVENT_READ)
        line = b"PRIVMSG #bench :" + b"x" * 100 + b"\r\n"
        said = total = 0
        behind = 0  # what everybody has heard
        before, end = self.server.cpu_s(), time.monotonic() + seconds
        while True:
            if time.monotonic() < end and said - behind < window:
                said += 1
                self.people[0].sendall(line)
                continue
            if said == behind:
                break
            for key, _ in waiting.select():
                entry = heard[key.fd]
                try:
                    while data := entry[0].recv(65536):
                        lines = data.count(b"\n")
                        entry[1] += lines
                        total += lines
                except (BlockingIOError, ssl.SSLWantReadError):
                    pass
            behind = total // len(heard) if total == said * len(heard) else min(entry[1] for entry in heard.values())
        return (self.server.cpu_s() - before) * 1e6 / total


def idle_kib(server, members, secure):
    """What each of them adds to the server's memory."""
    first = Room(server, 20, secure)
    before = private_kib(server)
    people = [first.enter(f"idle{i}", join=False) for i in range(members)]
    return (private_kib(server) - before) / len(people)
