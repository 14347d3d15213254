"""Of the soak: those who come and go. Each has his scenes, played at random; in each, every answer that is waited for
comes, or the connection ends, for a reason that there can be. What a program sees are whole lines.
"""

import os
import random
import select
import socket
import struct

from harness import Client
from soak_talkers import ROOM, check_bare

# What nobody is sent away with here.
NEVER = {"closed", "connecting-too-fast", "drained", "identities-cleared", "refused", "shutdown", "too-many-connections"}
ROOMS = [ROOM, "#veche", "#тиша", *(f"#room-{i}" for i in range(8))]
WORDS = ["чай", "goes", "so", "Привет", "nothing", "п'ять", "foo-bar", '"']

RUBBISH = [
    b"PROXY TCP4 192.0.2.1 192.0.2.2 4711 1898\r\n", b"\r\n\r\n\0\r\nQUIT\n\x21\x11\0\x0c\xc0\0\2\1\xc0\0\2\2\x12\x67\7\x6a",
    b"GET / HTTP/1.1\r\nHost: veche\r\n\r\n", b"\x16\x03\x01\x02\0\x01\0\x01\xfc\x03\x03" + bytes(range(256)),
    b"\xff\xfa\x56\xff\xf0" + bytes(1000), b"\xff\xfa" + b"a" * 50_000, b"\xff\xfa\x24\0\xff\xf0" * 5_000,
    b"\xff\xfd\x03" * 5_000 + b"\xff\xfb\x22" * 5_000, b"\xff" * 5_001, b"x" * 100_000, b"y" * 5_000 + b"\nname\n\nhello\n",
    "\u202ename\n".encode(), b"\xed\xa0\x80\n", b"\n" * 2_000,
]


class Gone(Exception):
    """The connection has ended, as connections may here."""


class Passer(Client):
    """Somebody who comes, from an address of his own, and may be sent away at any time."""

    def __init__(self, run, rng, **options):
        try:
            super().__init__(run.server.port, source=f"127.0.{rng.randint(1, 3)}.{rng.randint(1, 20)}", **options)
        except ConnectionRefusedError:  # paused
            raise Gone from None
        run.count("clients")

    def send_bytes(self, data):
        try:
            super().send_bytes(data)
        except (BrokenPipeError, ConnectionResetError):
            raise Gone from None

    def receive(self):
        data = super().receive()
        if not data:
            self.check_goodbye()
            raise Gone
        return data

    def check_goodbye(self):
        last = self.seen.rsplit(b"\n", 2)[-2:]
        if len(last) == 2 and not last[1] and last[0].startswith(b"ERR "):
            code = last[0].split(b" ")[1].decode()
            if code in NEVER:
                raise AssertionError(f"sent away with {last[0]!r}")

    def enter(self, *lines):
        """Says who he is, and goes over to the plain format."""
        self.send(*lines, "/bare")
        self.expect("READY\n")
        return self

    def answered(self):
        """Waits for the answers to all he has said; their lines."""
        self.send("/rooms")
        return [check_bare(line.encode()) for line in self.expect("END rooms\n").split("\n")[:-1]]

    def finish(self):
        """Half a close, and what is still owed to him."""
        try:
            self.socket.shutdown(socket.SHUT_WR)
        except OSError:
            raise Gone from None
        while True:
            self.receive()

    def reset(self):
        self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.close()

    def is_cut(self, wait_s):
        """Whether the server ends the connection of one who reads nothing."""
        poll = select.poll()
        poll.register(self.socket, select.POLLRDHUP)
        return bool(poll.poll(wait_s * 1000))


class Churn:
    """One who plays the passers-by, one scene after the other; `passers` are closed at the end of each."""

    def __init__(self, run, number):
        self.run, self.number = run, number
        self.random = random.Random(f"{run.seed} churn {number}")
        self.scenes = [self.guest, self.guest, self.account, self.account, self.wrong_password, self.rubbish, self.slow_reader,
                       self.idle, self.crowd, self.flood, self.new_account, self.operator]
        self.secrets = [["secret"] for _ in range(4)]  # of the accounts, what each may have become
        self.passers = []

    def turn(self):
        try:
            self.random.choice(self.scenes)()
            self.run.count("scenes")
        except Gone:
            self.run.count("sent away")
            self.run.pause(0.02)
        finally:
            for passer in self.passers:
                passer.close()
            self.passers.clear()

    def passer(self, **options):
        self.passers.append(Passer(self.run, self.random, **options))
        return self.passers[-1]

    def guest_name(self):
        return self.random.choice(("p", "Їжак", "ß")) + f"{self.number}-{self.random.randrange(30)}"

    def some_lines(self):
        pick = self.random.choice
        room, name = pick(ROOMS), f"p{self.random.randrange(4)}-{self.random.randrange(30)}"
        return [pick([f"/join {room}", f"/leave {room}", f"/msg {name} psst", f"/me goes to {room}", "/who", f"/who {room}", "/who *",
                      f"/history {pick([1, 20, 100])}", f"/search {pick(WORDS)} {pick(WORDS)}", f"/nick {self.guest_name()}", "/help",
                      "/lang " + pick(["en", "ru", "uk", "de"]), "//slash", "/nosuch thing", "/token", "/forget", "/leave", "",
                      "so " + pick(WORDS), "so " + pick(WORDS), "w" * 3000, "v" * 5000])
                for _ in range(self.random.randint(1, 8))]

    def part(self, passer):
        """One of the ways to go."""
        how = self.random.randrange(6)
        if how == 0:
            passer.send("/quit")
            passer.finish()
        elif how == 1:
            passer.finish()
        elif how == 2:
            passer.send_bytes("half a li".encode())
        elif how == 3:
            passer.send_bytes(b"the last line needs no end")
            passer.finish()
        elif how == 4:
            passer.send("exit")
            passer.finish()
        else:
            passer.reset()

    # --- the scenes

    def guest(self):
        guest = self.passer().enter(self.guest_name(), "")
        for _ in range(self.random.randint(1, 5)):
            guest.send(*self.some_lines())
            guest.send_bytes(self.random.choice((b"", b"", b"\xc3(\n", b"\xff\xf9/who\r\n", b"a\0b\n")))
            guest.answered()
        self.part(guest)

    def account(self):
        """Logs in, or makes the account: the password twice does either. Then with a token, and a new password."""
        number = self.random.randrange(4)
        name, known = f"acct{self.number}-{number}", self.secrets[number]
        secret = self.random.choice(known)
        first = self.passer().enter(name, secret, secret)
        known[:] = [secret]
        token = None
        for _ in range(self.random.randint(1, 3)):
            first.send("/token", *self.some_lines())
            for line in first.answered():
                token = line.split(" ")[1] if line.startswith("TOKEN ") else token
        if token and self.random.random() < 0.7:
            second = self.passer().enter(self.random.choice((f"{name} token:{token}", "token:" + token)))
            second.send("so say we both")
            second.answered()
        if self.random.random() < 0.3:
            fresh = f"secret-{self.random.randrange(1000)}"
            known.append(fresh)  # until it is known which of the two it is
            first.send("/password", secret, fresh, fresh)
            first.answered()
            known.remove(secret)
        self.part(first)

    def wrong_password(self):
        guesser = self.passer()
        guesser.send(f"acct{self.random.randrange(4)}-{self.random.randrange(4)}")
        for _ in range(self.random.randint(1, 3)):
            guesser.send(f"guess {self.random.randrange(100)}")
            if guesser.is_cut(0.1):
                break

    def rubbish(self):
        passer = self.passer()
        passer.send_bytes(self.random.choice([*RUBBISH, os.urandom(20_000)]))
        if self.random.random() < 0.5:
            passer.reset()
        elif not passer.is_cut(self.random.uniform(0, 0.2)):
            passer.finish()

    def slow_reader(self):
        """Asks for more and more, and reads none of it: until he is cut, or tires of it."""
        slow = self.passer(receive_buffer=4096, segment=536).enter(self.guest_name(), "")
        slow.send("/join " + ROOM, *["/history 100", "/help"] * 200)
        for _ in range(15):
            if slow.is_cut(0.2):
                return self.run.count("cut")
            if self.run.gate.wait_for_closing(0):
                return

    def idle(self):
        for _ in range(self.random.randint(1, 5)):
            self.passer().send_bytes(self.random.choice((b"", b"half a na", b"name\n")))
        self.run.pause(self.random.uniform(0, 2))
        for passer in self.passers:
            self.random.choice((passer.close, passer.reset))()

    def crowd(self):
        """Many come at once, and go at once."""
        for _ in range(20):
            crowd = self.passer()
            crowd.send(*self.random.choice(([], [self.guest_name()], [self.guest_name(), ""], [self.guest_name(), "", "we are many"])))
        self.run.pause(self.random.uniform(0, 0.2))
        how = self.random.choice(("close", "reset"))
        for passer in self.passers:
            getattr(passer, how)()

    def flood(self):
        """More than is read ahead; nothing of it is dropped."""
        flooder = self.passer().enter(self.guest_name(), "")
        flooder.send(*(f"/msg nobody-{i} hello?" for i in range(500)))
        answers = sum(line.startswith("ERR ") for line in flooder.answered())
        if answers != 500:
            raise AssertionError(f"500 were asked for who are not here, and {answers} answers came")
        self.part(flooder)

    def new_account(self):
        """A guest makes his name an account; the operator removes those of these names now and then."""
        guest = self.passer().enter(f"new{self.number}-{self.random.randrange(8)}", "")
        guest.send("/password", "secret", "secret", "now it is mine")
        guest.answered()
        self.part(guest)

    def operator(self):
        """/oper, with the right password or a wrong one, and some commands of the table."""
        guest = self.passer().enter(self.guest_name(), "")
        guest.send("/oper root " + self.random.choice(("right", "right", "wrong")))
        guest.answered()
        guest.send(*self.random.sample(["/status", "/sessions", "/bans", "/version", "/accounts", "/announce hear, hear",
                                        "/logs -n 5", f"/kick {self.guest_name()} enough", "/reload", "/help"], 4))
        guest.answered()
        self.part(guest)
