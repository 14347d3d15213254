#!/usr/bin/env python3
"""Whether what people read is there in every language: takes the English words out of src/ with xgettext and holds
po/ru.po and po/uk.po against them. Prints every fault as FILE: WHY: WORDS and exits 1 if there is one. First it
checks itself on catalogs with each fault, so that a check that has stopped finding anything is found."""

import collections
import pathlib
import re
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent
LANGUAGES = ["ru", "uk"]
PLURAL_FORMS = 3  # of each of them

# How the code marks words: t_("..."), t("..."), N_("..."), translate(language, "..."), t_.plural("one", "many", n),
# translate_plural(language, "one", "many", n).
KEYWORDS = ["t_", "t", "N_", "translate:2", "plural:1,2", "translate_plural:2,3"]

# The pattern is filled in by libfmt: {}, {0}, {:>5}; {{ and }} are braces.
PLACEHOLDER = re.compile(r"\{\{|\}\}|\{([^{}]*)\}")

Entry = collections.namedtuple("Entry", "id plural strings fuzzy obsolete")


def unquote(text):
    escapes = {"n": "\n", "t": "\t", "r": "\r", "a": "\a", '"': '"', "\\": "\\"}
    return re.sub(r"\\(.)", lambda m: escapes.get(m[1], m[1]), text)


def parse(po):
    """The entries of a .po file but its header."""
    for block in re.split(r"\n\s*\n", po):
        fields, key, fuzzy, obsolete = {}, None, False, False
        for line in block.split("\n"):
            fuzzy = fuzzy or (line.startswith("#,") and "fuzzy" in line)
            if line.startswith("#~"):
                obsolete, line = True, line[2:].strip()
            found = re.match(r'(msg\w+(?:\[\d+\])?)\s+"(.*)"$|"(.*)"$', line)
            if not found:
                continue
            if found[1]:
                key = found[1]
            fields[key] = fields.get(key, "") + unquote(found[2] if found[1] else found[3])
        if "msgid" not in fields or (fields["msgid"] == "" and not obsolete):
            continue
        strings = [text for name, text in sorted(fields.items()) if name.startswith("msgstr")]
        yield Entry(fields["msgid"], fields.get("msgid_plural"), strings, fuzzy, obsolete)


def placeholders(pattern):
    """What is filled in, by number: {} and {} are 0 and 1. Nothing for a pattern that libfmt would refuse."""
    fields = [m[1] for m in PLACEHOLDER.finditer(pattern) if m[1] is not None]
    if re.search(r"[{}]", PLACEHOLDER.sub("", pattern)):
        return None
    names = [field.split(":")[0] for field in fields]
    if any(names) and not all(names):
        return None  # libfmt takes either numbers or none
    return {(name or str(place), *field.split(":")[1:]) for place, (name, field) in enumerate(zip(names, fields))}


def faults(wanted, catalog):
    """What is wrong with a catalog, as (why, the words). `wanted` are the entries of the code."""
    by_id = {}
    for entry in catalog:
        if entry.obsolete:
            yield "obsolete", entry.id
        elif entry.id in by_id:
            yield "twice", entry.id
        else:
            by_id[entry.id] = entry
    for words in wanted:
        entry = by_id.pop(words.id, None)
        if entry is None:
            yield "missing", words.id
            continue
        if entry.fuzzy:
            yield "fuzzy", words.id
        if entry.plural != words.plural:
            yield "its plural is another in the code", words.id
        if len(entry.strings) != (1 if words.plural is None else PLURAL_FORMS) or not all(entry.strings):
            yield "not translated in every form", words.id
        for text in entry.strings:
            # A form for one thing may be written for 21 too, so every form needs all that the plural has.
            if text and placeholders(text) != placeholders(words.plural or words.id):
                yield f"other placeholders in {text!r}", words.id
            if text and (text[-1] == " ") != (words.id[-1] == " "):
                yield f"the space at the end differs in {text!r}", words.id
    for unused in by_id:
        yield "not in the code", unused
    for words in wanted:
        if placeholders(words.id) is None or (words.plural and placeholders(words.plural) != placeholders(words.id)):
            yield "the code's own placeholders", words.id


def extract(files):
    arguments = [f"--keyword={keyword}" for keyword in KEYWORDS]
    command = ["xgettext", "--c++", "--from-code=UTF-8", "--keyword", *arguments, "-o", "-", "--files-from=-"]
    done = subprocess.run(command, input="\n".join(map(str, files)), capture_output=True, text=True, cwd=ROOT, check=True)
    return list(parse(done.stdout))


def sources():
    files = [*ROOT.glob("src/**/*.cpp"), *ROOT.glob("src/**/*.h")]
    return sorted(f.relative_to(ROOT) for f in files if not re.search(r"_(test|fuzz|bench)$", f.stem))


def check_self():
    """A catalog without a fault, then one fault at a time."""
    wanted = [Entry("{} has {}.", None, [""], False, False), Entry("{} person", "{} people", ["", ""], False, False)]
    good = '''msgid ""\nmsgstr "header"\n
msgid "{} has {}."\nmsgstr "{} {}."\n
msgid "{} person"\nmsgid_plural "{} people"\nmsgstr[0] "{} a"\nmsgstr[1] "{} b"\nmsgstr[2] "{} c"\n'''
    cases = [
        ('msgstr "{} {}."', 'msgstr "{} {}."', None),
        ('msgstr "{} {}."', 'msgstr "{1} {0}."', None),  # an order of its own is what the numbers are for
        ('msgstr "{} {}."', 'msgstr "{}."', "placeholders"),
        ('msgstr "{} {}."', 'msgstr "{} {"', "placeholders"),
        ('msgstr "{} {}."', 'msgstr "{} {}. "', "space"),
        ('msgstr "{} {}."', 'msgstr ""', "not translated"),
        ('"{} b"', '"b"', "placeholders"),
        ('msgstr[2] "{} c"\n', "", "not translated"),
        ('"{} people"', '"{} men"', "plural"),
        ('msgid "{} has {}."', '#, fuzzy\nmsgid "{} has {}."', "fuzzy"),
        ('msgid "{} has {}."', 'msgid "other"', "missing"),
        ('msgid "{} has {}."', 'msgid "other"', "not in the code"),
        ('msgid ""', '#~ msgid "old"\n#~ msgstr "alt"\n\nmsgid ""', "obsolete"),
        ('msgid ""', 'msgid "{} has {}."\nmsgstr "{} {}."\n\nmsgid ""', "twice"),
    ]
    for old, new, why in cases:
        assert old in good, old
        found = list(faults(wanted, list(parse(good.replace(old, new, 1)))))
        if why is None:
            assert not found, found
        else:
            assert any(why in fault for fault, _ in found), f"{why}: not found in {found}"
    assert placeholders("{1} {0}") == placeholders("{} {}") == placeholders("{0} {1} {0} {{}}")
    assert placeholders("{} {0}") is None and placeholders("{") is None and placeholders("}") is None
    assert placeholders("{:>5}") != placeholders("{}")


def main():
    check_self()
    wanted = extract(sources())
    if not wanted:
        print("src: no words at all were found; have the keywords changed?")
        return 1
    count = 0
    for language in LANGUAGES:
        path = ROOT / "po" / f"{language}.po"
        for why, words in faults(wanted, list(parse(path.read_text(encoding="utf-8")))):
            print(f"po/{path.name}: {why}: {words!r}")
            count += 1
    print(f"{len(wanted)} texts in {len(LANGUAGES)} languages, {count} faults")
    return 1 if count else 0


if __name__ == "__main__":
    sys.exit(main())
