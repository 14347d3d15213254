"""The clients of an IRC transcript: one that speaks IRC, and one with telnet. Both hear line by line, and can ask the chat for
something whose answer comes behind all that it owes them."""

import base64
import hashlib
import hmac
import re
import socket

from harness import Client

WAIT_S = 10


class Player(Client):
    """A client of a transcript; reads its input line by line and remembers the conversation."""

    def __init__(self, name, nick, port, source=None):
        super().__init__(port, source=source)
        self.nick = nick
        self.socket.settimeout(WAIT_S)
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.name = name
        self.slow = False
        self.conversation = []

    def say(self, data):
        """A line, without its end."""
        self.conversation.append(f"{self.name}> {shown(data.decode('utf-8', 'surrogateescape'))}")
        data += self.END
        try:
            for part in (bytes([byte]) for byte in data) if self.slow else [data]:
                self.socket.sendall(part)
        except (BrokenPipeError, ConnectionResetError):
            pass  # what is awaited then says so

    def hear(self):
        """The next line, without its end; None: the connection has ended. socket.timeout: nothing comes."""
        while b"\n" not in self.seen:
            try:
                data = self.socket.recv(1 << 16)
            except ConnectionResetError:
                data = b""
            if not data:
                return None
            self.seen += data
        line, _, self.seen = self.seen.partition(b"\n")
        line = self.plain(line).decode("utf-8", "surrogateescape")
        self.conversation.append(f"{self.name}< {shown(line)}")
        return line

    def leave(self):
        """Says goodbye and hears the end of it: then the chat has forgotten him."""
        self.slow = False
        self.say(self.GOODBYE)
        try:
            while self.hear() is not None:
                pass
        except socket.timeout:
            pass
        self.close()


class IrcPlayer(Player):
    END = b"\r\n"
    GOODBYE = b"QUIT"

    registered = False

    @staticmethod
    def plain(line):
        return line[:-1] if line.endswith(b"\r") else line + b"{no CR}"

    def register(self, password=None):
        if password:
            self.say(f"PASS {password}".encode())
        self.say(f"NICK {self.nick}".encode())
        self.say(f"USER {self.nick} 0 * :{self.nick}".encode())
        for line in iter(self.hear, None):
            if re.fullmatch(r":\S+ (376|422) .*", line):
                self.registered = True
                self.conversation.clear()
                return
        raise AssertionError("\n".join([f"{self.name} was not let in:", *self.conversation]))

    def request(self, caps):
        self.say(f"CAP REQ :{caps}".encode())
        line = self.hear()
        if line is None or not line.endswith(f" ACK :{caps}"):
            raise AssertionError(f"{self.name} asked for {caps} and got {line}")

    def prove(self, name, password):
        """A client's SCRAM-SHA-256 (RFC 5802) up to its proof; gives what the server has to say to it."""
        first = f"n={name},r=0123456789abcdef"
        self.say(b"AUTHENTICATE SCRAM-SHA-256")
        self.expect_line("AUTHENTICATE +")
        self.say(b"AUTHENTICATE " + base64.b64encode(b"n,," + first.encode()))
        challenge = base64.b64decode(self.hear().removeprefix("AUTHENTICATE ")).decode()
        nonce, salt, rounds = re.fullmatch(r"r=(0123456789abcdef.+),s=(.+),i=(\d+)", challenge).groups()
        secret = hashlib.pbkdf2_hmac("sha256", password.encode(), base64.b64decode(salt), int(rounds))
        client_key = hmac.digest(secret, b"Client Key", "sha256")
        final = f"c=biws,r={nonce}"
        signed = ",".join([first, challenge, final]).encode()
        signature = hmac.digest(hashlib.sha256(client_key).digest(), signed, "sha256")
        proof = bytes(a ^ b for a, b in zip(client_key, signature))
        self.say(b"AUTHENTICATE " + base64.b64encode(f"{final},p={base64.b64encode(proof).decode()}".encode()))
        answer = hmac.digest(hmac.digest(secret, b"Server Key", "sha256"), signed, "sha256")
        return base64.b64encode(b"v=" + base64.b64encode(answer)).decode()

    def expect_line(self, awaited):
        line = self.hear()
        if line != awaited:
            raise AssertionError(f"{self.name} awaited {awaited} and got {line}")

    def ask(self, token):
        """Something that the chat answers (or, as long as he is nobody, the server), and then a PONG."""
        if self.registered:
            self.say(b"ISON .")
        self.say(f"PING :{token}".encode())

    def unexpected(self, token):
        """What comes before the answer to `ask`."""
        lines = []
        for line in iter(self.hear, None):
            if re.fullmatch(rf"(@\S+ )?:veche\.test PONG veche\.test :{token}", line):
                answer = r"(@\S+ )?:veche\.test 303 \S+ :"
                if self.registered and not (lines and re.fullmatch(answer, lines.pop())):
                    lines.append("(no answer to ISON)")
                return lines
            lines.append(line)
        return [*lines, "(the connection has ended)"]


class LinePlayer(Player):
    """Somebody with telnet, in the words for people."""

    END = b"\n"
    GOODBYE = b"/quit"

    @staticmethod
    def plain(line):
        return re.sub(rb"\xff[\xfb-\xfe].|\xff[\xf0-\xfa]", b"", line).rstrip(b"\r")

    def enter(self, password):
        for line in (self.nick, *(["", "/settled-0"] if password is None else [password, "/settled-0"])):
            self.say(line.encode())
        for line in iter(self.hear, None):
            if "/settled-0" in line:
                self.conversation.clear()
                return
        raise AssertionError("\n".join([f"{self.name} was not let in:", *self.conversation]))

    def ask(self, token):
        self.say(b"/who *")
        self.say(f"/settled-{token}".encode())

    def unexpected(self, token):
        lines = []
        for line in iter(self.hear, None):
            if f"/settled-{token}" in line:
                if not (lines and re.fullmatch(r"\d+ (person is|people are) here: .*", lines.pop())):
                    lines.append("(no answer to /who)")
                return lines
            lines.append(line)
        return [*lines, "(the connection has ended)"]


def shown(text):
    return re.sub(r"[\x00-\x1f\x7f\udc80-\udcff]", lambda c: f"\\x{ord(c.group()) & 0xff:02x}", text)
