#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Datagrams that goflow2 answered: with -compat goflow2 weir answers the same, octet for octet.

Where goflow2 loses what weir keeps, GAINS says what weir gives, and by which heading of
docs/goflow2.md.  The vectors are no part of the sources; without them the test is skipped.
"""

import argparse
import datetime
import json
import pathlib
import sys
from collections import Counter, namedtuple

import capture_file
import goflow2
import protobuf_record
import replay

SKIPPED = 77
ROOT = pathlib.Path(__file__).parent.parent
EPOCH = 1800000000  # no vector has a time near it
MAPPING = "m1.yaml"

File = namedtuple("File", "name format mapped", defaults=(False,))

FILES = (
    File("basic", "json"),
    File("basic", "text"),
    File("basic", "bin"),
    File("edge", "json"),
    File("more", "json"),
    File("trunc", "json"),
    File("mapping", "json", True),
    File("mapping", "text", True),
    File("mapping", "bin", True),
)

# What each of the records holds, at least; or what to put in the place of what goflow2 wrote.
Gain = namedtuple("Gain", "name records edits", defaults=((), ()))

# By file, format and number of the datagram.
ONE = {"src_addr": "10.0.0.1", "dst_addr": "10.0.0.2", "bytes": 100, "packets": 1}
SAMPLED = {"src_addr": "10.0.0.1", "dst_addr": "10.0.0.2", "proto": "UDP", "sampling_rate": 1000}
GAINS = {
    ("edge", "json", 2): Gain("isolation", [ONE]),  # the set with a template, beside one without
    ("edge", "json", 5): Gain("source_port", [ONE]),
    ("edge", "json", 8): Gain("isolation", [{**ONE, "sampling_rate": 1000}]),  # sent in 2 octets
    ("edge", "json", 10): Gain("isolation", [ONE]),  # but its port of 16 octets
    ("edge", "json", 23): Gain("isolation", [{"src_addr": "", "bytes": 0}]),
    ("edge", "json", 26): Gain("isolation", [SAMPLED]),  # the sample behind an enterprise's
    ("edge", "json", 30): Gain("isolation", [SAMPLED]),  # the next hop is of no type
    ("edge", "json", 33): Gain("more_protocols", [{"type": "NETFLOW_V7", "bytes": 0}]),
    ("more", "json", 2): Gain("isolation", [ONE, ONE]),  # two octets of padding
    ("more", "json", 4): Gain("header_count", [ONE, ONE]),
    ("mapping", "json", 2): Gain("strings", [{"appname_s": 'a"b\n', "InputInterface": 77}]),
    # in_if is a destination, as it is a field.
    ("mapping", "json", 3): Gain("destinations", edits=[('face":0', 'face":7')]),
    ("mapping", "text", 2): Gain("destinations", edits=[("face=0", "face=77")]),
    ("mapping", "text", 3): Gain("destinations", edits=[("face=0", "face=7")]),
    ("mapping", "bin", 2): Gain("destinations", edits=[("7408", "7708"), ("1098", "1090014d98")]),
    ("mapping", "bin", 3): Gain("destinations", edits=[("6508", "6808"), ("1898", "1890010798")]),
}


def read_vectors(path):
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


def datagram(vector):
    host, _, port = vector["src"].rpartition(":")
    time = EPOCH + vector["n"]
    return capture_file.Datagram(host, int(port), time, bytes.fromhex(vector["hex"]))


def date(seconds):
    """RFC 3339, of years beyond 9999 too: the calendar repeats after 400 years."""
    cycles, rest = divmod(seconds, 146097 * 86400)
    time = datetime.datetime(1970, 1, 1) + datetime.timedelta(seconds=rest)
    return f"{time.year + 400 * cycles}{time:-%m-%dT%H:%M:%S}Z"


def received_forms(number):
    """How the time of receipt of datagram number may stand in a record: a number, or a date."""
    seconds = EPOCH + number
    return str(seconds * 10**9), date(seconds), date(seconds * 10**9)


class TextAnswers:
    """The lines that each datagram caused, by its number, their time of receipt replaced."""

    def __init__(self, vectors, before, marked):
        self.answers = {vector["n"]: [] for vector in vectors}
        self.forms = [
            (n, form, mark) for n in self.answers for form, mark in self.marks(n, before, marked)
        ]

    @staticmethod
    def marks(number, before, marked):
        bare, *dates = received_forms(number)
        yield before + bare, before + marked
        quote = marked[0] if marked[0] == '"' else ""
        for form in dates:
            yield f"{before}{quote}{form}{quote}", before + marked

    def read(self, output):
        pending = []
        for line in output.decode().splitlines():
            number, text = self.replace(line)
            pending.append(text)
            if number is not None:
                self.answers[number] += pending
                pending = []
        return self.answers

    def replace(self, line):
        number = None
        for n, form, mark in self.forms:
            if form in line:
                number, line = n, line.replace(form, mark)
        return number, line


def json_answers(vectors, output):
    for line in output.splitlines():
        replay.record(line)
    return TextAnswers(vectors, ":", f'"{goflow2.RECEIVED}"').read(output)


def text_answers(vectors, output):
    return TextAnswers(vectors, "=", goflow2.RECEIVED).read(output)


def bin_answers(vectors, output):
    """The octets that each datagram caused, in hex."""
    marks = {
        protobuf_record.varint((EPOCH + vector["n"]) * 10**9).hex(): vector["n"]
        for vector in vectors
    }
    answers = {vector["n"]: "" for vector in vectors}
    for message in protobuf_record.split(output):
        text = message.hex()
        for mark, number in marks.items():
            if mark in text:
                answers[number] += text.replace(mark, goflow2.RECEIVED * (len(mark) // 2))
    return answers


ANSWERS = {"json": json_answers, "text": text_answers, "bin": bin_answers}
EXPECTED = {"json": "expect", "text": "expect", "bin": "expect_hex"}
OPTIONS = {"json": (), "text": (), "bin": ("-transport.file.sep=",)}


def run(weir, folder, file, vectors):
    options = ["-compat", "goflow2", "-format", file.format, *OPTIONS[file.format]]
    if file.mapped:
        options += ["-mapping", str(folder / MAPPING)]
    output, _ = replay.run_datagrams(weir, options, map(datagram, vectors), replay.run_octets)
    return ANSWERS[file.format](vectors, output)


def holds(line, fields):
    record = json.loads(line)
    return {field: record.get(field) for field in fields} == fields


def edited(answer, edits):
    """A text, or a list of lines, with one thing in the place of another."""
    if isinstance(answer, list):
        return [edited(line, edits) for line in answer]
    for old, new in edits:
        answer = answer.replace(old, new, 1)
    return answer


def as_gained(gain, expected, found):
    if gain.edits:
        return found == edited(expected, gain.edits)
    return len(found) == len(gain.records) and all(map(holds, found, gain.records))


def judge(file, vector, found):
    """Which it is, and what there is to say about it."""
    expected = vector[EXPECTED[file.format]]
    gain = GAINS.get((file.name, file.format, vector["n"]))
    if gain is None:
        verdict = "pass" if found == expected else "fail"
    else:
        verdict = "named" if as_gained(gain, expected, found) else "fail"
    return verdict, f"  goflow2  {expected}\n  named    {gain}\n  found    {found}"


def check_file(weir, folder, file):
    """Prints the faults of one file of vectors, and counts what there is."""
    vectors = read_vectors(folder / f"{file.name}-{file.format}.jsonl")
    found = run(weir, folder, file, vectors)
    counts = Counter()
    for vector in vectors:
        verdict, words = judge(file, vector, found[vector["n"]])
        counts[verdict] += 1
        if verdict == "fail":
            print(f"{file.name}-{file.format} {vector['n']}:\n{words}")
    return counts


def check_all(weir, folder):
    table, faults = [f"{'vectors':<14}{'pass':>6}{'named':>7}{'fail':>6}"], 0
    for file in FILES:
        counts = check_file(weir, folder, file)
        faults += counts["fail"]
        name = f"{file.name}-{file.format}"
        table.append(f"{name:<14}{counts['pass']:>6}{counts['named']:>7}{counts['fail']:>6}")
    print("\n".join(table))
    return faults


def unnamed(differences):
    names = {gain.name for gain in GAINS.values()} - goflow2.headings(differences)
    for name in sorted(names):
        print(f"{differences} has no heading {name!r}")
    return len(names)


def parse_arguments():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--weir", required=True, help="the program under test")
    parser.add_argument("--vectors", required=True, type=pathlib.Path, help="their folder")
    parser.add_argument("--differences", default=ROOT / "docs" / "goflow2.md", help="names them")
    return parser.parse_args()


def main():
    arguments = parse_arguments()
    if not arguments.vectors.is_dir():
        print(f"{arguments.vectors} is not there: skipped")
        return SKIPPED
    faults = check_all(arguments.weir, arguments.vectors) + unnamed(arguments.differences)
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
