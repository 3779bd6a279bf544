#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Mapping files: what they make of datagrams, and that those which are not right are refused.

tests/mapping/README.md says what a case looks like, and where the broken files come from.
"""

import argparse
import os
import pathlib
import random
import re
import subprocess
import sys
import tempfile

import capture_file
import golden_test
import replay

FOLDER = pathlib.Path(__file__).parent / "mapping"
MODES = (("jsonl", ()), ("goflow2.jsonl", ("-compat", "goflow2")))
MUTANTS, SEED = 250, 20261121
PATIENCE = 60  # s


# --- Cases ---


def run_case(weir, path, update):
    """Returns what is wrong with the case, or nothing."""
    case = capture_file.read_case(path)
    mapping = ("-mapping", str(path.with_suffix(".yaml")))
    wrong = ""
    for suffix, options in MODES:
        lines, _ = replay.run_datagrams(weir, [*mapping, *options, *case.options], case.datagrams)
        for line in lines:
            replay.record(line)
        found = "".join(line.decode() + "\n" for line in lines)
        wrong += golden_test.settle(path.with_suffix("." + suffix), found, update)
    return wrong


def faults_of_cases(weir, update):
    for path in sorted(FOLDER.glob("*.hex")):
        try:
            wrong = run_case(weir, path, update)
        except replay.Failed as failure:
            wrong = f"{path}: {failure}"
        if wrong:
            yield wrong


# --- Files that are refused, each for a reason of its own ---


def check(weir, path):
    done = subprocess.run(
        [weir, "check", "-mapping", path], capture_output=True, timeout=PATIENCE, check=False
    )
    return done.returncode, done.stderr.decode(errors="replace")


def refused_files():
    """Pairs of a complaint, its place before it, and a file."""
    text = (FOLDER / "refused.txt").read_text(encoding="utf-8")
    for block in text.split("\n=== ")[1:]:
        complaint, _, content = block.partition("\n")
        yield complaint, content


def faults_of_refusals(weir, path):
    for complaint, content in refused_files():
        pathlib.Path(path).write_text(content, encoding="utf-8")
        status, errors = check(weir, path)
        if status != 1 or errors != f"weir: {path}:{complaint}\n":
            yield f"exit {status}, {errors!r}, not {complaint!r}"


def faults_of_document(weir, path):
    document = (FOLDER.parent.parent / "docs" / "mapping.md").read_text(encoding="utf-8")
    for example in re.findall(r"```yaml\n(.*?)```", document, re.S):
        pathlib.Path(path).write_text(example, encoding="utf-8")
        status, errors = check(weir, path)
        if status != 0:
            yield f"docs/mapping.md: {errors}"


# --- Broken files, by the hundred ---

# Keys, and words with a meaning of their own: one letter more, and there is no such word.
WORD = re.compile(
    r"\b(formatter|fields|rename|render|protobuf|index|type|array|mapping|field|destination|pen"
    r"|penprovided|endian(?:ness)?|layer|encap|offset|length|ports|proto|dir|port|parser"
    r"|varint|bytes|string|little|udp|tcp|dst|both|geneve|gre|teredo-dst|datetime(?:nano)?)"
    r"(?=[]:,}\"\n])"
)
NUMBER = re.compile(r"\b(index|field|offset|length|port): (\"?\d+\"?)")
SCALAR = re.compile(r"\b(index|field|destination|layer|offset|length|parser|dir|type): ([\w\"-]+)")


def replace(text, found, group, new):
    return text[: found.start(group)] + new + text[found.end(group) :]


def pick(pattern, text, dice):
    return dice.choice(list(pattern.finditer(text)))


def misspell(text, dice):
    found = pick(WORD, text, dice)
    at = dice.randrange(1, len(found[1]))
    return replace(text, found, 1, found[1][:at] + dice.choice("xzqj7") + found[1][at:])


def bad_number(text, dice):
    numbers = ("-1", "1.5", "0x", "1e3", "12a", "1 2", "''", "99999999999999999999", "~1", "[7]")
    return replace(text, pick(NUMBER, text, dice), 2, dice.choice(numbers))


def wrong_kind(text, dice):
    found = pick(SCALAR, text, dice)
    kinds = (f"[{found[2]}]", f"{{a: {found[2]}}}", "[]", "{}")
    return replace(text, found, 2, dice.choice(kinds))


def no_list(text, dice):
    found = pick(re.compile(r"\b(?:key|mapping|ports|protobuf):(\n)"), text, dice)
    return replace(text, found, 1, dice.choice((" 1\n", " word\n", " {a: b}\n")))


def say_twice(text, dice):
    found = pick(SCALAR, text, dice)
    line = text.rfind("\n", 0, found.start()) + 1
    between = ", " if "{" in text[line : found.start()] else "\n" + " " * (found.start() - line)
    return replace(text, found, 0, found[0] + between + found[0])


def no_renderer(text, dice):
    found = pick(re.compile(r"_ns: (\w+)"), text, dice)
    return replace(text, found, 1, dice.choice(("network", "type", "hex", "Ip", "''", "7", "~x")))


def tab(text, dice):
    found = pick(re.compile(r"\n( +)(?:- |\w+:)"), text, dice)
    return replace(text, found, 1, "\t" * dice.randrange(1, 3))


def unclosed(text, dice):
    found = pick(re.compile(r"([]}\"])"), text, dice)
    return replace(text, found, 1, "")


def stray_octet(text, dice):
    at = dice.randrange(len(text))
    return text[:at] + dice.choice("\0\1\b\x1f\x7f\udcff\udcc0") + text[at:]


def hidden_nul(text, dice):
    found = pick(re.compile(r"(?:destination|layer|parser): \"?([\w-]+)\"?"), text, dice)
    return replace(text, found, 0, f'{found[0].partition(":")[0]}: "{found[1]}\\0x"')


def anchor(text, dice):
    found = pick(SCALAR, text, dice)
    name = "a" * dice.choice((1, 100, 100000))
    uses = (f"*{name}", f"&{name} *{name}", f"&{name} [*{name}]")
    return replace(text, found, 2, dice.choice(uses))


def laughs(text, dice):
    lists = "".join(f"l{n}: &l{n} [{', '.join([f'*l{n - 1}'] * 9)}]\n" for n in range(1, 30))
    return f"l0: &l0 [{dice.choice('ab')}]\n" + lists + text


def too_deep(text, dice):
    depth = dice.choice((65, 1000, 100000))
    return text + "formatters: " + "[" * depth + "]" * depth + "\n"


def another_document(text, dice):
    return text + dice.choice(("---\n", "...\n---\nsflow:\n", "--- {}\n"))


def nothing_of_it(text, dice):
    files = ("", "# nothing\n", "[]\n", "text\n", "7\n", "- formatter:\n", "? [a]\n: b\n")
    return dice.choice(files)


MUTATIONS = (
    *(misspell,) * 4, *(bad_number,) * 3, *(wrong_kind,) * 3, *(stray_octet,) * 2,
    no_list, say_twice, no_renderer, tab, unclosed, hidden_nul, anchor, laughs, too_deep,
    another_document, nothing_of_it,
)


def mutants():
    dice = random.Random(SEED)
    example = re.sub(r"#.*\n", "", (FOLDER / "shipped.yaml").read_text(encoding="utf-8"))
    made = set()
    while len(made) < MUTANTS:
        text = dice.choice(MUTATIONS)(example, dice)
        if text not in made:
            made.add(text)
            yield text


def faults_of_mutants(weir, path):
    place = re.compile(r"weir: " + re.escape(path) + r":\d+:\d+: .")
    for text in mutants():
        pathlib.Path(path).write_bytes(text.encode("utf-8", "surrogateescape"))
        status, errors = check(weir, path)
        if status != 1 or not place.match(errors) or errors.count("\n") != 1:
            yield f"exit {status}, {errors!r} for\n{text}"


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--weir", required=True, help="the program under test")
    parser.add_argument("--update", action="store_true", help="rewrite what is expected")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, "mapping.yaml")
        faults = [
            *faults_of_cases(arguments.weir, arguments.update),
            *faults_of_refusals(arguments.weir, path),
            *faults_of_document(arguments.weir, path),
            *faults_of_mutants(arguments.weir, path),
        ]
    print("\n".join(faults))
    print(f"{MUTANTS} broken files, {len(list(refused_files()))} refusals, {len(faults)} faults")
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
