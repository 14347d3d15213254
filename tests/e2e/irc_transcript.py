"""The language of the IRC transcripts (tests/e2e/irc/*.txt): scenarios, their steps, and what a line must look like.

    # TOPIC: who sets it                     a scenario: its title, and comments behind that
    # RFC 2812 section 3.2.4
    alice> TOPIC #tea :Green                 alice's client sends this line
    alice< :alice!~alice@127.0.0.1 TOPIC #tea :Green      the next line that it gets
    alice<< {any} 366 {any}                  the next but for what comes before it
    alice closed                             the server ends the connection
    ## words                                 a comment
    settled                                  nobody has anything unread, and no event is on its way

Who is named for the first time comes in as a guest: nick, username and real name are his name. Otherwise:

    connect alice [from 127.0.0.5]           a connection that has not said who it is
    client alice [from 127.0.0.5]            a guest, from another address
    login anna secret                        a guest's place is taken by that account, which is made if it is not there
    account anna secret                      there is that account; nobody comes
    caps alice message-tags server-time      has these capabilities on (comes in as a guest if he is not there)
    scram alice anna secret                  alice's client sends all of SCRAM-SHA-256 for that name and password, up to its proof;
                                             {=scram} is what the server's last AUTHENTICATE then has to be
    join #tea alice bob                      they come into an empty channel in this order; none of its lines are shown
    line carol                               a guest with telnet; `line anna secret`: an account with telnet
    line phone as anna secret                the same, called anna there and phone here; `login` takes it too
    slow alice                               his client sends byte by byte from now on
    drop alice                               his connection is gone, without a word
    finish alice                             he has nothing more to say: the end of his half of the connection
    restart                                  the server is killed (SIGKILL) and started again; everybody is gone
    clock +3m                                the server's wall clock is so much ahead (clock.txt alone)
    repeat 3 ... end                         what stands between them, with {i} as 1, 2, 3

In a line that is awaited {n} stands for digits, {time} for a time with milliseconds, {id} for the value of a tag, {word} for a
word, {any} for anything and {tags} for tags that may be there. {id:x} calls the value x: later it has to be the same, and {=x}
stands for it in what is sent. In both kinds {text*100} is that text as often and \\x01 the byte, and in what is sent
{base64 text} that text in base64.
"""

import base64
import dataclasses
import re

_TITLE = re.compile(r"# (.*)")
_STEP = re.compile(r"([\w{}]+)(>|<<|<) ?(.*)")
_DIRECTIVE = re.compile(r"(connect|client|login|account|caps|scram|join|line|slow|drop|finish|restart|clock|settled|repeat|end)\b ?(.*)")
_CLOSED = re.compile(r"([\w{}]+) closed")

_PLACEHOLDERS = {"n": r"\d+", "time": r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z", "id": r"[^\s;]+", "word": r"\S+", "any": r".*",
                 "tags": r"(?:@\S+ )?"}
_SPECIAL = re.compile(r"\{(?P<kind>n|time|id|word|any|tags)(?::(?P<name>\w+))?\}|\{=(?P<value>\w+)\}|\{(?P<text>[^{}]+)\*(?P<times>\d+)\}"
                      r"|\\x(?P<byte>[0-9a-f]{2})|\{base64 (?P<base64>(?:[^{}]|\{[^{}]*\})*)\}")


@dataclasses.dataclass
class Step:
    line: int
    kind: str  # '>', '<', '<<', 'closed', or a directive's word
    name: str
    text: str

    def __str__(self):
        if self.kind in (">", "<", "<<"):
            return f"{self.name}{self.kind} {self.text}"
        return " ".join(word for word in ((self.name, self.kind) if self.kind == "closed" else (self.kind, self.name, self.text)) if word)


@dataclasses.dataclass
class Scenario:
    file: str
    line: int
    title: str
    steps: list

    def test_name(self):
        return "test_" + re.sub(r"\W+", "_", self.title.lower()).strip("_")


class Wrong(Exception):
    """A transcript that cannot be read."""


def read_scenarios(path):
    with open(path, encoding="utf-8") as file:
        lines = [line.rstrip("\n") for line in file]
    scenarios = []
    in_head = False  # behind a title, and before the first step
    for number, line in enumerate(lines, 1):
        try:
            if title := _TITLE.fullmatch(line):
                if not in_head:
                    scenarios.append(Scenario(path, number, title.group(1), []))
                in_head = True
            elif line and not line.startswith("##"):
                scenarios[-1].steps.append(_read_step(number, line))
                in_head = False
        except (Wrong, IndexError) as fault:
            raise Wrong(f"{path}:{number}: {line!r}: {fault or 'no scenario yet'}") from None
    for scenario in scenarios:
        scenario.steps = _repeated(iter(scenario.steps), None)
    names = [scenario.test_name() for scenario in scenarios]
    if twice := {name for name in names if names.count(name) > 1}:
        raise Wrong(f"{path}: titles that make the same name: {twice}")
    return scenarios


def _read_step(number, line):
    if step := _STEP.fullmatch(line):
        return Step(number, step.group(2), step.group(1), step.group(3))
    if closed := _CLOSED.fullmatch(line):
        return Step(number, "closed", closed.group(1), "")
    if directive := _DIRECTIVE.fullmatch(line):
        name, _, rest = directive.group(2).partition(" ")
        return Step(number, directive.group(1), name, rest)
    raise Wrong("neither NAME> LINE, NAME< LINE, NAME closed nor a directive")


def _repeated(steps, opened_by):
    """The steps up to the end of the block that `opened_by` began."""
    taken = []
    for step in steps:
        if step.kind == "repeat":
            block = _repeated(steps, step)
            for i in range(1, int(step.name) + 1):
                taken += [dataclasses.replace(one, name=one.name.replace("{i}", str(i)), text=one.text.replace("{i}", str(i)))
                          for one in block]
        elif step.kind == "end":
            return taken
        else:
            taken.append(step)
    if opened_by:
        raise Wrong(f"line {opened_by.line}: a repeat without its end")
    return taken


def text_to_send(text, values):
    """The bytes of a line, without its end."""
    def special(found):
        if found["value"]:
            return values[found["value"]]
        if found["text"]:
            return found["text"] * int(found["times"])
        if found["base64"]:
            return base64.b64encode(text_to_send(found["base64"], values)).decode()
        if found["byte"]:
            return bytes.fromhex(found["byte"]).decode("utf-8", "surrogateescape")
        raise Wrong(f"{found.group()} in a line that is sent")
    return _SPECIAL.sub(special, text).encode("utf-8", "surrogateescape")


def match(text, line, values):
    """Whether `line` is what `text` describes. Then `values` has also the values that it names."""
    pattern = ""
    named = set()
    at = 0
    for found in _SPECIAL.finditer(text):
        pattern += re.escape(text[at:found.start()])
        at = found.end()
        if found["kind"]:
            name, value = found["name"], _PLACEHOLDERS[found["kind"]]
            if name in values:
                pattern += re.escape(values[name])
            elif name in named:
                pattern += f"(?P={name})"
            else:
                pattern += f"(?P<{name}>{value})" if name else value
                named |= {name} if name else set()
        elif found["value"]:
            pattern += re.escape(values[found["value"]])
        else:
            pattern += re.escape(text_to_send(found.group(), values).decode("utf-8", "surrogateescape"))
    matched = re.fullmatch(pattern + re.escape(text[at:]), line)
    if matched:
        values.update(matched.groupdict())
    return matched is not None
