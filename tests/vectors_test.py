#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Datagrams that goflow2 answered: with -compat goflow2 weir answers the same, byte for byte.

Where goflow2 loses what weir keeps, GAINS says what weir gives, and by which heading of
docs/goflow2.md.  The vectors are no part of the sources; without them the test is skipped.
"""

import argparse
import json
import pathlib
import sys
from collections import namedtuple

import capture_file
import goflow2
import replay

SKIPPED = 77
ROOT = pathlib.Path(__file__).parent.parent
FILES = ("basic", "edge", "more", "trunc")
EPOCH = 1800000000  # no vector has a time near it

Gain = namedtuple("Gain", "name records")  # records: what each of them holds, at least

# By file and number of the datagram.
ONE = {"src_addr": "10.0.0.1", "dst_addr": "10.0.0.2", "bytes": 100, "packets": 1}
SAMPLED = {"src_addr": "10.0.0.1", "dst_addr": "10.0.0.2", "proto": "UDP", "sampling_rate": 1000}
GAINS = {
    ("edge", 2): Gain("isolation", [ONE]),  # the set with a template, beside one without
    ("edge", 5): Gain("source_port", [ONE]),
    ("edge", 8): Gain("isolation", [{**ONE, "sampling_rate": 1000}]),  # sent in 2 octets
    ("edge", 10): Gain("isolation", [ONE]),  # but its port of 16 octets
    ("edge", 23): Gain("isolation", [{"src_addr": "", "bytes": 0}]),
    ("edge", 26): Gain("isolation", [SAMPLED]),  # the sample behind an enterprise's
    ("edge", 30): Gain("isolation", [SAMPLED]),  # the next hop is of no type
    ("edge", 33): Gain("more_protocols", [{"type": "NETFLOW_V7", "bytes": 0}]),
    ("more", 2): Gain("isolation", [ONE, ONE]),  # two octets of padding
    ("more", 4): Gain("header_count", [ONE, ONE]),
}


def read_vectors(path):
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


def datagram(vector):
    host, _, port = vector["src"].rpartition(":")
    time = EPOCH + vector["n"]
    return capture_file.Datagram(host, int(port), time, bytes.fromhex(vector["hex"]))


def answers(weir, vectors):
    """The lines that each datagram caused, by its number, their receive time replaced."""
    lines, _ = replay.run_datagrams(weir, ["-compat", "goflow2"], map(datagram, vectors))
    by_number = {vector["n"]: [] for vector in vectors}
    for line in lines:
        received = replay.record(line)["time_received_ns"]
        text = line.decode().replace(str(received), f'"{goflow2.RECEIVED}"')
        by_number[received // 10**9 - EPOCH].append(text)
    return by_number


def holds(line, fields):
    record = json.loads(line)
    return {field: record.get(field) for field in fields} == fields


def right(vector, gain, found):
    if gain is None:
        return found == vector["expect"]
    return len(found) == len(gain.records) and all(map(holds, found, gain.records))


def check_file(weir, folder, name):
    """The faults of one file of vectors, and how many it has."""
    vectors = read_vectors(folder / f"{name}-json.jsonl")
    found = answers(weir, vectors)
    for vector in vectors:
        gain = GAINS.get((name, vector["n"]))
        if not right(vector, gain, found[vector["n"]]):
            wanted = vector["expect"] if gain is None else gain.records
            yield f"{name} {vector['n']}:\n  expected {wanted}\n  found    {found[vector['n']]}"


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
    faults = []
    for name in FILES:
        faults += check_file(arguments.weir, arguments.vectors, name)
    names = {gain.name for gain in GAINS.values()} - goflow2.headings(arguments.differences)
    faults += [f"{arguments.differences} has no heading {name!r}" for name in sorted(names)]
    print("\n".join(faults))
    print(f"{len(FILES)} files of vectors, {len(faults)} faults")
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
