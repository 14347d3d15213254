"""Many at once: whole lines, all of them, in one order for everybody; and one who never reads."""

import os
import re
import selectors
import time
import unittest

from harness import DEADLINE_S, QUICK_CONFIG, Client, Server, ServerTest

# The demand speaks of a minute; the test run takes a moment of it. VECHE_TALK_S=60 for the whole.
TALK_S = float(os.environ.get("VECHE_TALK_S", "3"))


def pump(clients, until, what):
    """Reads from all of `clients` as it comes, until `until()` holds."""
    selector = selectors.DefaultSelector()
    for client in clients:
        client.socket.setblocking(False)
        selector.register(client.socket, selectors.EVENT_READ, client)
    end = time.monotonic() + DEADLINE_S
    while not until():
        if time.monotonic() > end:
            raise AssertionError("did not come: " + what())
        for key, _ in selector.select(0.1):
            data = key.fileobj.recv(1 << 18)
            if not data:
                raise AssertionError("a client was disconnected")
            key.data.seen += data
    for client in clients:
        client.socket.settimeout(DEADLINE_S)


class Talk(ServerTest):
    def test_who_says_nothing_is_greeted(self):
        client = self.server.client()
        client.expect("Welcome to ")
        client.close()

    def test_32_clients_talking_at_once_see_the_same(self):
        clients = [self.server.guest(f"c{i}") for i in range(32)]
        for client in clients:
            client.send("/join #talk")
        for client in clients:
            client.expect("JOIN #talk")
        sent = [0] * len(clients)
        texts = ["Привет", "Как дела?", "x" * 300, "ї"]
        stop = time.monotonic() + TALK_S
        round_s = 0.05
        while time.monotonic() < stop:
            for i, client in enumerate(clients):
                for _ in range(3):
                    client.send(f"{i}:{sent[i]}:{texts[sent[i] % len(texts)]}")
                    sent[i] += 1
            total = sum(sent)
            expected = [total - own for own in sent]
            pump(clients, lambda: all(c.seen.count(b"MSG ") >= n for c, n in zip(clients, expected)),
                 lambda: str([(c.seen.count(b"MSG "), n) for c, n in zip(clients, expected)]))
            time.sleep(round_s)  # the pace of the talk, not a wait for a result
        orders = []
        for i, client in enumerate(clients):
            lines = [line for line in client.seen.decode().split("\n") if line.startswith("MSG ")]
            seen = []
            for line in lines:
                found = re.fullmatch(r"MSG #talk c(\d+) (\d+):(\d+):(.*)", line)
                self.assertTrue(found, f"a torn line: {line!r}")
                who, again, number, text = found.groups()
                self.assertEqual(who, again)
                self.assertEqual(text, texts[int(number) % len(texts)])
                seen.append((int(who), int(number)))
            self.assertEqual(sorted(seen), sorted((w, n) for w in range(32) if w != i for n in range(sent[w])))
            orders.append(seen)
        # One order: what two clients both see, they see in the same sequence.
        for i, order in enumerate(orders):
            for j in range(3):
                mine = [event for event in order if event[0] not in (i, j)]
                self.assertEqual(mine, [event for event in orders[j] if event[0] not in (i, j)])
        for client in clients:
            client.close()


class TalkUnderThreads(Talk):
    CONFIG = QUICK_CONFIG + '[server]\nmodel = "threads"\n'


class Listener:
    """A client that checks what it hears as it comes: every number once, in order."""

    def __init__(self, client, line):
        self.client, self.line, self.heard, self.rest, self.saw_quit = client, line, 0, b"", False

    def take(self, data):
        *lines, self.rest = (self.rest + data).split(b"\n")
        for line in lines:
            if line == b"QUIT lazy":
                self.saw_quit = True
            elif line != self.line % self.heard:
                raise AssertionError(f"expected number {self.heard}, got {line[:80]!r}")
            else:
                self.heard += 1


class SlowReader(unittest.TestCase):
    ARGS = ()

    def test_who_never_reads_is_cut_and_500_others_lose_nothing(self):
        server = Server(config='[limits]\ncommand_rate = 0\nsend_queue = "64KiB"\n[accounts]\nhash_cost = "lowest"\n'
                               '[history]\nplayback_limit = 0\n', args=self.ARGS)
        try:
            clients = [Client(server.port) for _ in range(501)]
            for i, client in enumerate(clients):
                client.send(f"c{i}", "", "/bare")
            for client in clients:
                client.expect("READY\n")
            lazy = Client(server.port, receive_buffer=4096)
            lazy.send("lazy", "", "/bare")
            lazy.expect("READY\n")
            for client in clients:
                client.expect("JOIN #veche lazy\n")
            talker = clients[0]
            talker.socket.settimeout(DEADLINE_S)
            line = b"MSG #veche c0 %d:" + b"y" * 3800
            listeners = [Listener(client, line) for client in clients[1:]]
            selector = selectors.DefaultSelector()
            for listener in listeners:
                listener.client.socket.setblocking(False)
                selector.register(listener.client.socket, selectors.EVENT_READ, listener)
            said = 0
            end = time.monotonic() + 3 * DEADLINE_S
            # Until he is cut: the kernel's own buffers for him hold some megabytes before ours fills up.
            while not all(listener.saw_quit and listener.heard == said for listener in listeners):
                self.assertLess(time.monotonic(), end, f"he is not cut, or lines are missing; {said} were said")
                if min(listener.heard for listener in listeners) == said and not listeners[0].saw_quit:
                    talker.send_bytes(b"".join(b"%d:" % n + b"y" * 3800 + b"\n" for n in range(said, said + 10)))
                    said += 10
                for key, _ in selector.select(0.1):
                    data = key.fileobj.recv(1 << 18)
                    self.assertTrue(data, "somebody else was disconnected")
                    key.data.take(data)
            server.expect_log("reads too slowly")
            for client in clients + [lazy]:
                client.close()
        finally:
            self.assertEqual(server.close(), 0)


class SlowReaderUnderThreads(SlowReader):
    ARGS = ("--model", "threads")


if __name__ == "__main__":
    unittest.main()
