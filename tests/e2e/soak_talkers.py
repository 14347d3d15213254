"""Of the soak: the talkers, who stay in one room while everything else happens, and hear what must be heard.

Two of them only listen. What the first listener hears is *the order*; everybody else must hear the same, in the same
order, but for his own lines. What a talker said was either refused to him or is in the order, once, behind what he said
before. All of this is checked as it comes, and counted up whenever the talkers are asked to settle.
"""

import collections
import random
import re
import selectors
import threading
import time

from harness import wait_until

ROOM = "#soak"
TALKERS, LISTENERS = 6, 2
REFUSALS = {b"disk-full", b"not-stored", b"muted", b"too-fast"}
TEXTS = ["so it goes", "Привет", "x" * 200, "ї", "\U0001f375 чай? чай!", "a  b"]
HEAVY = "heavy " + "z" * 2000  # to fill a disk with

# A line that a program may see (README, "For programs"). Whatever else comes is a torn one.
BARE = re.compile(r"(MSG|ME) #\S+ \S+ .+|PRIV \S+ .+|NOTICE .*|(JOIN|LEAVE) #\S+ \S+|QUIT \S+|NICK \S+ \S+|"
                  r"HIST #\S+ \d+ \S+ .+|WHO \S+ \S+|ROOM #\S+ \d+|END [a-z ]+|ERR [a-z0-9-]+ .+|TOKEN \S{43}|READY")


def check_bare(line):
    """A line of a session in the plain format; its text."""
    text = line.decode()
    if not BARE.fullmatch(text):
        raise AssertionError(f"a torn line: {text!r}")
    return text


class Burst:
    """Lines that a talker said at once, and what came of them."""

    def __init__(self, first, size):
        self.first, self.size, self.refused, self.heard = first, size, 0, 0


class Member:
    """One who stays. Lives on the pump's thread."""

    def __init__(self, talk, name, talks):
        self.talk, self.name, self.talks = talk, name, talks
        self.own = f"{name} ".encode()
        self.random = random.Random(f"{talk.seed} {name}")
        self.said, self.last_heard = 0, -1
        self.bursts = collections.deque()  # those of which not all is known, the last one perhaps unanswered

    def enter(self, server):
        self.client = server.guest(self.name)
        self.client.send("/join " + ROOM, "/leave #veche")
        self.client.expect(f"LEAVE #veche {self.name}\n")
        self.client.socket.setblocking(False)
        self.rest, self.unsent, self.pending, self.at = self.client.seen, b"", collections.deque(), len(self.talk.order)
        self.bursts.clear()
        self.answered, self.open, self.next_s = True, True, 0

    def say(self, now):
        """The next burst, if it is time for it; a command behind it marks the end of its refusals."""
        heavy = self.talks and self.talk.heavy
        if self.answered and (now >= self.next_s or heavy) and (self.talk.saying or not self.talks):
            size = 20 if heavy else self.random.randint(1, 6) if self.talks else 0
            texts = [HEAVY if heavy else TEXTS[(self.said + i) % len(TEXTS)] for i in range(size)]
            lines = [f"{self.said + i} {text}\n" for i, text in enumerate(texts)]
            self.unsent += "".join([*lines, "/rooms\n"]).encode()
            if self.talks:
                self.bursts.append(Burst(self.said, size))
            self.said += size
            self.answered = False
            self.next_s = now + (self.random.uniform(0.05, 0.25) if self.talks else 1)
        try:
            self.unsent = self.unsent[self.client.socket.send(self.unsent):] if self.unsent else b""
        except BlockingIOError:
            pass
        except OSError:
            self.unsent = b""  # reading says so once all is read that came

    def receive(self):
        try:
            data = self.client.socket.recv(1 << 18)
        except BlockingIOError:
            return
        except ConnectionResetError:
            data = b""
        if not data:
            self.open = False
            if not self.talk.may_end:
                raise AssertionError(f"{self.name} was disconnected; last came {self.rest[-500:]!r}")
        *lines, self.rest = (self.rest + data).split(b"\n")
        for line in lines:
            self.take(line)

    def take(self, line):
        text = check_bare(line)
        if line.startswith(b"MSG "):
            self.talk.deliveries += 1
            self.talk.hear(self, line.split(b" ", 2)[2])
        elif line == b"END rooms":
            self.answered = True
        elif line.startswith(b"ERR "):
            code = line.split(b" ", 2)[1]
            if code in REFUSALS and self.bursts:
                self.bursts[-1].refused += 1
                self.talk.refused[code.decode()] += 1
            elif not self.talk.may_end:
                raise AssertionError(f"{self.name} was told {text!r}")

    def follow(self, order):
        """What has come for him is the order, without his own."""
        while self.at < len(order):
            if not order[self.at].startswith(self.own):
                if not self.pending:
                    return
                if self.pending[0] != order[self.at]:
                    raise AssertionError(f"{self.name} heard {self.pending[0]!r}, and the order has {order[self.at]!r}")
                self.pending.popleft()
            self.at += 1

    def in_order(self, number, text):
        """His line `number` has come to the first listener."""
        if not self.last_heard < number < self.said:
            raise AssertionError(f"{self.name}: {number} was heard behind {self.last_heard}, of {self.said} said")
        if text not in (TEXTS[number % len(TEXTS)], HEAVY):
            raise AssertionError(f"{self.name}: {number} is {text!r}")
        self.last_heard = number
        while number >= self.bursts[0].first + self.bursts[0].size:
            self.check(self.bursts.popleft())
        self.bursts[0].heard += 1

    def check(self, burst):
        if burst.heard + burst.refused != burst.size:
            raise AssertionError(f"{self.name}: of {burst.size} lines from {burst.first} on, {burst.heard} were heard and "
                                 f"{burst.refused} refused")

    def is_settled(self, order):
        whole = all(burst.heard + burst.refused == burst.size for burst in self.bursts)
        return self.answered and whole and not self.unsent and not self.pending and self.at == len(order)


class Talk:
    """The room and those who stay in it. `failed` is called with what went wrong, on the pump's thread."""

    def __init__(self, seed, failed):
        self.seed, self.failed = seed, failed
        self.order = []  # "name text", as bytes
        self.deliveries, self.refused = 0, collections.Counter()
        self.heavy = self.saying = self.may_end = self.settled = False
        self.members = [Member(self, f"listener-{i}", False) for i in range(LISTENERS)]
        self.members += [Member(self, f"talker-{i}", True) for i in range(TALKERS)]
        self.by_name = {member.name.encode(): member for member in self.members}
        self.pump = None

    def names(self):
        return [member.name for member in self.members]

    def enter(self, server):
        """Everybody comes in; then nobody speaks until `go`."""
        self.saying = self.settled = self.may_end = False
        for member in self.members:
            member.enter(server)
        self.pump = threading.Thread(target=self._run, name="talk")
        self.pump.start()

    def go(self):
        self.settled, self.saying = False, True

    def settle(self):
        """Nobody speaks any more; gives when all has come that must."""
        self.saying = self.settled = False
        wait_until(lambda: self.settled or not self.pump.is_alive(), lambda: "all is heard or refused: " + self.describe())
        if not self.settled:
            raise AssertionError("the talk has ended")

    def leave(self):
        """Everybody goes."""
        self.expect_end()
        for member in self.members:
            member.client.send("/quit")
        self.ended()

    def expect_end(self):
        """From now on nobody wonders at being disconnected."""
        self.may_end = True

    def ended(self):
        """Waits until everybody is disconnected, and has read what came before."""
        self.pump.join()
        for member in self.members:
            member.client.close()

    def describe(self):
        return "; ".join(f"{m.name} said {m.said}, heard {m.at} of {len(self.order)}, answered: {m.answered}, bursts "
                         + str([(b.first, b.size, b.heard, b.refused) for b in list(m.bursts)[-5:]]) for m in self.members)

    def hear(self, member, said):
        if member is not self.members[0]:
            return member.pending.append(said)
        self.order.append(said)
        member.at = len(self.order)
        name, text = said.split(b" ", 1)
        if talker := self.by_name.get(name):  # the others are passers-by, whom nobody counts
            number, text = text.decode().split(" ", 1)
            talker.in_order(int(number), text)

    def _run(self):
        try:
            with selectors.DefaultSelector() as selector:
                for member in self.members:
                    selector.register(member.client.socket, selectors.EVENT_READ, member)
                while selector.get_map():
                    self._turn(selector)
        except Exception as error:  # whatever it is, the run must hear of it
            self.failed(error)

    def _turn(self, selector):
        for key, _ in selector.select(0.02):
            key.data.receive()
            if not key.data.open:
                selector.unregister(key.fileobj)
        now = time.monotonic()
        for member in self.members:
            member.follow(self.order)
            if member.open:
                member.say(now)
        self.settled = not self.saying and all(member.is_settled(self.order) for member in self.members)
