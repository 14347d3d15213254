#!/usr/bin/env python3
"""House rules of the tree, checked from the text of src/: which folder may include which, which folders are
pure, and a few habits. Prints every breach as FILE:LINE: WHY and exits 1 if there is one. First it checks
itself on snippets that break each rule, so that a rule that has stopped finding anything is found."""

import pathlib
import re
import sys

# A file includes only its own folder and rows below; neighbours in a row do not see each other.
ROWS = [
    ["base"],
    ["wire", "chat", "net", "store"],
    ["session", "control"],
    ["server", "client", "scan", "echo", "load"],
    ["cli"],
]
# Headers of a neighbour that a folder may see all the same: plain records.
EXCEPTIONS = {"store": {"chat/records.h", "chat/message.h"}}
# What a folder of a lower row is hidden from, although the table would show it.
HIDDEN = {"session": {"net", "store"}}

PURE = ["wire", "chat", "session"]
SOCKET_HEADERS = r"sys/(socket|epoll|un|select|uio)\.h|poll\.h|netdb\.h|(netinet|arpa|net)/.*"
IMPURE_HEADERS = (r"thread|mutex|shared_mutex|condition_variable|atomic|future|semaphore|fstream|iostream|"
                  r"filesystem|random|unistd\.h|sqlite3\.h|fcntl\.h|pthread\.h|time\.h|sys/.*|" + SOCKET_HEADERS)
FORBIDDEN_HEADERS = {"base": SOCKET_HEADERS, **{folder: IMPURE_HEADERS for folder in PURE}}
# inet_ntop is a pure function, wherever it is declared.
ALLOWED_HEADERS = {"base/network.cpp": {"arpa/inet.h"}}
# In pure folders, outside comments and strings. A member that is called time() is nobody's clock.
IMPURE_CODE = [
    (r"_clock\s*::\s*now\b", "asks the system for the time"),
    (r"(?:std\s*::\s*|(?<![\w.>:]))time\s*\(\s*(?:nullptr|NULL|0|&)", "asks the system for the time"),
    (r"\b(?:clock_gettime|gettimeofday)\s*\(", "asks the system for the time"),
    (r"(?<![\w.>])s?rand\s*\(", "draws a random number"),
    (r"(?<![\w.>])(?:secure_)?getenv\s*\(", "reads the environment"),
]

LINES_MAX = 700
BESIDE_SUFFIX = re.compile(r"_(test|fuzz|bench)$")  # tests and the like (and test_x.h): they may include what they need to test
NEEDS_SUBJECT = re.compile(r"_(test|fuzz)$")        # and these have an x.h or x.cpp beside them


def row_of(folder):
    return next((number for number, row in enumerate(ROWS) if folder in row), None)


def may_include(folder, header):
    """Whether a file in src/FOLDER may include the project's HEADER, by the table."""
    other = header.split("/")[0]
    if other == folder or header in EXCEPTIONS.get(folder, ()):
        return True
    return row_of(other) < row_of(folder) and other not in HIDDEN.get(folder, ())


TOKEN = re.compile(r'//[^\n]*|/\*.*?\*/|R"(?P<d>[^(\s]*)\(.*?\)(?P=d)"|"(?:\\.|[^"\\\n])*"|(?<!\w)\'(?:\\.|[^\'\\\n])+\'',
                   re.DOTALL)


def code_only(text):
    """The text with comments and the insides of literals blanked, line for line."""
    def blank(match):
        if match[0][0] == "/":
            return re.sub(r"[^\n]", " ", match[0])
        line_start = text.rfind("\n", 0, match.start()) + 1
        if text[line_start:match.start()].lstrip().startswith("#"):
            return match[0]  # the name of an included header
        return '""' + "\n" * match[0].count("\n")
    return TOKEN.sub(blank, text)


def breaches(path, text, siblings=()):
    """What is wrong with one file, as (line number, why). `path` is relative to src/, `siblings` are the names of
    the files beside it."""
    folder, stem = path.parts[0], path.stem
    if row_of(folder) is None:
        yield 1, f"the folder {folder} is in no row of the layer table"
        return
    beside = BESIDE_SUFFIX.search(stem) or stem.startswith("test_")
    is_header = path.suffix == ".h"
    lines = code_only(text).split("\n")
    forbidden = re.compile(FORBIDDEN_HEADERS.get(folder, r"(?!)"))

    for number, line in enumerate(lines, start=1):
        include = re.match(r'\s*#\s*include\s*([<"])([^>"]+)[>"]', line)
        if include:
            header = include[2]
            if include[1] == '"':
                if header.startswith("tests/"):
                    if not beside:
                        yield number, f"includes {header}: only tests see tests/"
                elif "/" not in header or row_of(header.split("/")[0]) is None:
                    yield number, f'includes "{header}": write "folder/x.h" for a header of src/, <x.h> for others'
                elif header.split("/")[-1].startswith("test_") and not beside:
                    yield number, f"includes {header}: only tests see it"
                elif not may_include(folder, header):
                    yield number, f"includes {header}: {folder} must not see {header.split('/')[0]}"
            elif forbidden.fullmatch(header) and not beside and header not in ALLOWED_HEADERS.get(path.as_posix(), ()):
                yield number, f"includes <{header}>: not in {folder}"
            continue
        if folder in PURE and not beside:
            for pattern, why in IMPURE_CODE:
                if re.search(pattern, line):
                    yield number, f"{why}: {folder} is pure"
        if is_header and re.search(r"\busing\s+namespace\b", line):
            yield number, "using namespace in a header"

    if is_header and not any(re.match(r"\s*#\s*pragma\s+once\b", line) for line in lines):
        yield 1, "no #pragma once"
    if len(text.splitlines()) > LINES_MAX:
        yield LINES_MAX + 1, f"more than {LINES_MAX} lines: split it"
    if NEEDS_SUBJECT.search(stem):
        subject = NEEDS_SUBJECT.sub("", stem)
        if not {subject + ".h", subject + ".cpp"} & set(siblings):
            yield 1, f"no {subject}.h or {subject}.cpp beside it"


# path, text, files beside it, and a word of each breach that must be found (none: the file is good).
SELF_TEST = [
    ("base/a.cpp", '#include "base/a.h"\n#include <mutex>\n#include <string>\n', [], []),
    ("base/a.cpp", '#include "chat/chat.h"\n', [], ["must not see chat"]),
    ("base/a.cpp", "#include <sys/socket.h>\n#include <netdb.h>\n", [], ["sys/socket.h", "netdb.h"]),
    ("wire/a.cpp", '#include "base/limits.h"\n#include "wire/a.h"\n', [], []),
    ("wire/a.cpp", '  #  include "chat/name.h"\n', [], ["must not see chat"]),
    ("chat/a.cpp", '#include "session/session.h"\n', [], ["must not see session"]),
    ("net/a.cpp", '#include "store/journal.h"\n#include <sys/epoll.h>\n#include <atomic>\n', [], ["store"]),
    ("store/a.cpp", '#include "chat/records.h"\n#include "chat/message.h"\n#include <sqlite3.h>\n', [], []),
    ("store/a.cpp", '#include "chat/chat.h"\n', [], ["must not see chat"]),
    ("session/a.cpp", '#include "chat/event.h"\n#include "wire/telnet.h"\n', [], []),
    ("session/a.cpp", '#include "net/handler.h"\n#include "store/journal.h"\n', [], ["net", "store"]),
    ("control/a.cpp", '#include "store/journal.h"\n#include "net/address.h"\n#include <fstream>\n', [], []),
    ("control/a.cpp", '#include "session/session.h"\n', [], ["must not see session"]),
    ("server/a.cpp", '#include "control/config.h"\n#include "net/handler.h"\n#include "session/session.h"\n', [], []),
    ("server/a.cpp", '#include "echo/echo.h"\n', [], ["must not see echo"]),
    ("cli/main.cpp", '#include "server/serve.h"\n#include "scan/scan.h"\n#include "base/log.h"\n', [], []),
    ("wire/a.cpp", '#include "a.h"\n', [], ["folder/x.h"]),
    ("elsewhere/a.cpp", "", [], ["no row"]),
    ("chat/a.cpp", "".join(f"#include <{header}>\n" for header in (
        "thread", "mutex", "condition_variable", "atomic", "fstream", "iostream", "filesystem", "random", "sys/stat.h",
        "unistd.h", "netinet/in.h", "arpa/inet.h", "sqlite3.h")), [], ["not in chat"] * 13),
    ("chat/a.cpp", "auto t = std::chrono::steady_clock::now();\n", [], ["time"]),
    ("chat/a.cpp", "auto a = time(nullptr), b = std::time(0), c = wall.time(), d = end_time(0);\n", [], ["time"]),
    ("chat/a.cpp", "  WallTime time() const;  // time(0), steady_clock::now(), rand()\n", [], []),
    ("chat/a.cpp", 'auto s = "rand() and getenv(x)"; /* rand()\n rand() */ char q = \'"\'; int n = 1\'000\'000;\n', [], []),
    ("chat/a.cpp", "int n = 1'000; int a = rand(); char c = 'x';\n", [], ["random"]),
    ("session/a.h", '#pragma once\nauto e = std::getenv("HOME");\n', [], ["environment"]),
    ("net/a.cpp", "auto t = std::chrono::steady_clock::now();\n", [], []),
    ("wire/a_test.cpp", '#include <gtest/gtest.h>\n#include <random>\n#include "tests/fakes/x.h"\n', ["a.h"], []),
    ("wire/a_test.cpp", '#include "session/session.h"\n', ["a.cpp"], ["must not see session"]),
    ("wire/a.cpp", '#include "tests/fakes/x.h"\n', [], ["only tests"]),
    ("wire/test_a.h", '#pragma once\n#include "tests/fakes/x.h"\n#include <thread>\n', [], []),
    ("wire/a.cpp", '#include "wire/test_a.h"\n', [], ["only tests"]),
    ("wire/a_fuzz.cpp", "", ["a_fuzz.cpp", "b.h"], ["no a.h"]),
    ("wire/a_bench.cpp", "#include <random>\n", [], []),
    ("wire/a.h", "int x;  // #pragma once\n", [], ["pragma"]),
    ("wire/a.h", "#pragma once\nusing namespace std;\n", [], ["using namespace"]),
    ("wire/a.cpp", "using namespace std::literals;\n", [], []),
    ("wire/a.cpp", "\n" * LINES_MAX, [], []),
    ("wire/a.cpp", "\n" * (LINES_MAX + 1), [], ["lines"]),
]


def self_test():
    for path, text, siblings, expected in SELF_TEST:
        found = [why for _, why in breaches(pathlib.PurePath(path), text, siblings)]
        if len(found) != len(expected) or not all(word in why for word, why in zip(expected, found)):
            yield f"the test itself is wrong: of {path} with {text[:60]!r} it says {found}, not {expected}"


def main():
    source = pathlib.Path(__file__).resolve().parent.parent / "src"
    files = sorted(path for path in source.rglob("*") if path.suffix in (".h", ".cpp"))
    problems = list(self_test())
    if len(files) < 10:
        problems.append(f"only {len(files)} source files found: is this the tree?")
    for path in files:
        siblings = [other.name for other in path.parent.iterdir()]
        text = path.read_text(encoding="utf-8")
        for number, why in breaches(path.relative_to(source), text, siblings):
            problems.append(f"{path.relative_to(source.parent)}:{number}: {why}")
    for problem in problems:
        print(problem)
    print(f"{len(files)} files, {len(problems)} problems")
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
