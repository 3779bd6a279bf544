#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""`weir explain`: golden explanations, and what must hold of each explanation.

tests/explain/<decoder>/<case>.txt is what it prints of tests/golden/<decoder>/<case>.hex.  To add
one, make the empty file, and let --update (./dev golden) fill it: then read it against the RFC.

Of all golden cases and of all hostile ones: each octet stands in one field, groups hold what
stands below them, all JSON is strict, and the rules broken are those that weir counts.
"""

import argparse
import collections
import os
import pathlib
import re
import subprocess
import sys
import tempfile

import capture_file
import golden_test
import replay
from hostile import catalogue

TESTS = pathlib.Path(__file__).parent
EXPLAINED = TESTS / "explain"
GOLDEN = TESTS / "golden"
AS_EXPLAIN = ["-hold.sets", "0", "-produce", "raw", "-err.cnt", "1"]


def explain(weir, capture, *options):
    command = [weir, "explain", *options, str(capture)]
    done = subprocess.run(command, capture_output=True, timeout=120, check=False)
    if done.returncode != 0 or done.stderr:
        raise replay.Failed(f"{capture}: exit {done.returncode}: {done.stderr.decode()}")
    return done.stdout


def in_capture(datagrams, work):
    with tempfile.TemporaryDirectory() as folder:
        capture = os.path.join(folder, "datagrams.pcap")
        capture_file.write(capture, datagrams)
        return work(capture)


# --- What is expected ---


def golden_case(weir, path, update):
    case = GOLDEN / path.relative_to(EXPLAINED).with_suffix(".hex")
    datagrams = capture_file.read_case(case).datagrams
    found = in_capture(datagrams, lambda capture: explain(weir, capture)).decode()
    return golden_test.settle(path, found, update)


# --- What must hold ---


def fields_wrong(fields, begin, end, whole):
    """Of fields that lie side by side between these octets; whole: and fill the room between."""
    at = begin
    for field in fields:
        if field["offset"] < at or (whole and field["offset"] != at):
            yield f"{field['name']} at {field['offset']}, not {at}"
        at = field["offset"] + field["length"]
        if "fields" in field:
            yield from fields_wrong(field["fields"], field["offset"], at, True)
    if at > end or (whole and at != end):
        yield f"fields end at {at}, not {end}"


def explanation_wrong(explanation):
    length = explanation["length"]
    yield from fields_wrong(explanation["fields"], 0, length, True)
    for fault in explanation["faults"]:
        if not 0 <= fault["offset"] <= length:
            yield f"{fault['reason']} at {fault['offset']} of {length}"


def faults_of(explanations):
    reasons = collections.Counter()
    for explanation in explanations:
        if "more_faults" in explanation:
            reasons["more"] += explanation["more_faults"]
        reasons.update(fault["reason"] for fault in explanation["faults"])
    return reasons


def reasons_wrong(explanations, counted):
    told = faults_of(explanations)
    counted = collections.Counter(counted)
    untold = told.pop("more", 0)
    if sum(told.values()) + untold != sum(counted.values()):
        yield f"{sum(told.values())} faults and {untold} more, not {sum(counted.values())}"
    for reason in told - counted:
        yield f"{reason} {told[reason]} times, not {counted[reason]}"
    for reason in counted - told if untold == 0 else ():
        yield f"{reason} {told[reason]} times, not {counted[reason]}"


def is_faulty(explanation):
    return bool(faults_of([explanation]).keys() - {"count_mismatch"})


def all_wrong(weir, datagrams):
    def work(capture):
        lines = explain(weir, capture, "-format", "json").splitlines()
        faulty = explain(weir, capture, "-format=json", "-faulty").splitlines()
        return lines, faulty, replay.run_octets(weir, AS_EXPLAIN, capture)[1]

    lines, faulty, counters = in_capture(datagrams, work)
    explanations = [replay.record(line) for line in lines]
    if faulty != [line for line, told in zip(lines, explanations) if is_faulty(told)]:
        yield f"{len(faulty)} faulty datagrams"
    if len(explanations) != len(datagrams):
        yield f"{len(explanations)} explanations of {len(datagrams)} datagrams"
    for explanation in explanations:
        for wrong in explanation_wrong(explanation):
            yield f"datagram {explanation['datagram']}: {wrong}"
    yield from reasons_wrong(explanations, counters["errors"])


# Command lines, and how they end: exit code, and what is said.
REFUSED = (
    ((), 2, "needs a capture"),
    (("-format", "xml", "/dev/null"), 1, "-format takes text or json"),
    (("-loud", "/dev/null"), 2, "-loud"),
    (("/nowhere.pcap",), 1, "/nowhere.pcap: No such file"),
    (("/dev/null",), 1, "/dev/null: "),
    (("-h",), 0, "Usage: weir explain"),
)


def refused_wrong(weir):
    for arguments, code, said in REFUSED:
        done = subprocess.run([weir, "explain", *arguments], capture_output=True, check=False)
        if done.returncode != code or said not in done.stderr.decode():
            yield f"weir explain {' '.join(arguments)}: exit {done.returncode}, {done.stderr!r}\n"


def golden_datagrams():
    return [
        datagram
        for path in sorted(GOLDEN.rglob("*.hex"))
        for datagram in capture_file.read_case(path).datagrams
    ]


def hostile_datagrams():
    """Each case has exporters of its own."""
    return [
        datagram
        for n, case in enumerate(catalogue.cases([]))
        for datagram in case.sent(f"10.{n // 250}.{n % 250}")
    ]


def shown_wrong():
    """What docs/reliability.md shows is one of the golden explanations, with lines left out."""
    text = (TESTS.parent / "docs" / "reliability.md").read_text(encoding="utf-8")
    shown = re.search(r"```\n(datagram .*?)```", text, re.DOTALL)[1].splitlines()
    all_lines = {
        line for path in EXPLAINED.rglob("*.txt") for line in path.read_text("utf-8").splitlines()
    }
    for line in shown:
        if line != "..." and line not in all_lines:
            yield f"docs/reliability.md shows what is not printed: {line}\n"


def broken(weir, golden, update):
    yield from shown_wrong()
    yield from refused_wrong(weir)
    for path in golden:
        yield golden_case(weir, path, update)
    for name, datagrams in (("golden", golden_datagrams()), ("hostile", hostile_datagrams())):
        for wrong in all_wrong(weir, datagrams):
            yield f"{name} datagrams: {wrong}\n"


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--weir", required=True, help="the program under test")
    parser.add_argument("--update", action="store_true", help="rewrite what is expected")
    arguments = parser.parse_args()
    golden = sorted(EXPLAINED.rglob("*.txt"))
    faults = [wrong for wrong in broken(arguments.weir, golden, arguments.update) if wrong]
    sys.stdout.writelines(faults[:50])
    print(f"{len(golden)} golden explanations; {len(faults)} faults")
    return 1 if faults or not golden else 0


if __name__ == "__main__":
    sys.exit(main())
