#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Real captures: as many records as they hold, and each field as goflow2 had it.

Where a field differs, tests/goflow2.py must name the reason.  The corpus is other people's
data and no part of the sources; without it the test is skipped.
"""

import argparse
import collections
import csv
import pathlib
import sys

import goflow2
import replay

SKIPPED = 77
ROOT = pathlib.Path(__file__).parent.parent
NO_NORM = "malformed"  # the protocol whose counts are what one walker kept


class Comparison:
    """One run of one capture against what goflow2 printed for it."""

    def __init__(self, old, new, differences):
        self.equal = self.different = self.additional = self.missing = 0
        self.reasons = collections.Counter()
        self.faults = []
        for old_record, new_record in goflow2.align(old, new):
            self.count(old_record, new_record, differences)

    def count(self, old, new, differences):
        if old is None:
            self.additional += 1
        elif new is None:
            self.missing += 1
            self.faults.append(f"no counterpart of {old}")
        elif old == new:
            self.equal += 1
        else:
            self.different += 1
            self.explain(old, new, differences)

    def explain(self, old, new, differences):
        for field in goflow2.differing_fields(old, new):
            name = goflow2.reason(field, old, new, differences)
            if name is None:
                self.faults.append(f"{field}: {old.get(field)!r} became {new.get(field)!r}")
            else:
                self.reasons[name] += 1


class Capture:
    """A row of the manifest, and what both runs of it gave."""

    def __init__(self, row):
        self.path = pathlib.Path(row["file"])
        self.protocol = row["protocol"]
        self.right = int(row["flows_if_buffered"])
        self.found = 0
        self.runs = []
        self.faults = []

    def expected(self, corpus):
        """goflow2's records, or None where it has no say."""
        path = corpus / "expected" / self.path.relative_to("captures").with_suffix(".jsonl")
        if self.protocol in (NO_NORM, "v1", "v7") or not path.exists():
            return None
        return [goflow2.parse(line) for line in path.read_bytes().splitlines()]

    def run(self, weir, corpus, options, differences):
        try:
            lines, _ = replay.run(weir, options, corpus / self.path)
            for line in lines:
                replay.record(line)
        except replay.Failed as failure:
            self.faults.append(str(failure))
            return
        self.check(len(lines))
        old = self.expected(corpus)
        if old is not None:
            new = [goflow2.parse(line) for line in lines]
            self.runs.append(Comparison(old, new, differences))
            self.faults += self.runs[-1].faults

    def told(self):
        """Its faults, each kind once."""
        return [f"{fault} ({n} times)" for fault, n in collections.Counter(self.faults).items()]

    def check(self, found):
        self.found = found
        if found != self.right and self.protocol != NO_NORM:
            self.faults.append(f"{found} records, and it holds {self.right}")

    def row(self):
        """The capture, the records it holds, goflow2's and weir's, then equal and different."""
        why = [f"goflow2 lost {run.additional}" for run in self.runs[-1:] if run.additional]
        for run in self.runs[-1:]:
            why += [f"{name} ({n})" for name, n in sorted(run.reasons.items())]
        figures = [figure for run in self.runs for figure in (run.equal, run.different)]
        old = [run.equal + run.different + run.missing for run in self.runs[:1]]
        figures = old + [self.found] + figures if self.runs else ["", self.found, "", "", "", ""]
        name = self.path.relative_to("captures").with_suffix("")
        return [name, self.right, *figures, ", ".join(why)]


HEAD = [
    "capture",
    "records",
    "goflow2's",
    "weir's",
    "equal (compat)",
    "differ (compat)",
    "equal",
    "differ",
    "why (fields)",
]


def table(rows):
    lines = [HEAD, ["-"] * len(HEAD), *rows]
    return "".join("| " + " | ".join(str(cell) for cell in line) + " |\n" for line in lines)


def parse_arguments():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--weir", required=True, help="the program under test")
    parser.add_argument("--corpus", required=True, type=pathlib.Path, help="its folder")
    parser.add_argument("--table", help="write the table into this file")
    parser.add_argument("--differences", default=ROOT / "docs" / "goflow2.md", help="names them")
    return parser.parse_args()


def run_all(weir, corpus):
    with open(corpus / "MANIFEST.tsv", encoding="utf-8", newline="") as file:
        captures = [Capture(row) for row in csv.DictReader(file, delimiter="\t")]
    for capture in captures:
        capture.run(weir, corpus, ["-compat", "goflow2"], goflow2.ALWAYS)
        capture.run(weir, corpus, [], goflow2.ALWAYS + goflow2.CORRECTED)
    return captures


def undocumented(captures, path):
    used = {name for capture in captures for run in capture.runs for name in run.reasons}
    return sorted(used - goflow2.headings(path))


def main():
    arguments = parse_arguments()
    if not arguments.corpus.is_dir():
        print(f"{arguments.corpus} is not there: skipped")
        return SKIPPED
    captures = run_all(arguments.weir, arguments.corpus)
    text = table(capture.row() for capture in captures)
    print(text)
    if arguments.table:
        pathlib.Path(arguments.table).write_text(text, encoding="utf-8")
    faults = [f"{capture.path}: {fault}" for capture in captures for fault in capture.told()]
    faults += [
        f"{arguments.differences} has no heading {name!r}"
        for name in undocumented(captures, arguments.differences)
    ]
    print("\n".join(faults))
    print(f"{len(captures)} captures, {len(faults)} faults")
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
