#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Writes the figures of docs/reliability.md, from what tests and fuzzers leave in their build folders.

    figures.py build/asan build/fuzz
"""

import collections
import pathlib
import re
import sys

DOCUMENT = pathlib.Path(__file__).parent.parent / "docs" / "reliability.md"
ABOUT = {
    "U": "datagrams of any protocol",
    "A": "NetFlow v1, v5, v7",
    "B": "NetFlow v9 framing",
    "C": "templates",
    "D": "options templates",
    "E": "IPFIX framing and values",
    "S": "sFlow framing",
    "P": "sampled packets",
}


def hostile(build):
    """One row a letter, from the table of hostile_test.py."""
    rows = collections.defaultdict(list)
    for line in (build / "hostile.md").read_text("utf-8").splitlines()[2:]:
        cells = [cell.strip() for cell in line.strip("|").split("|")]
        rows[cells[0][0]].append((cells[0], cells[-1] == "yes"))
    yield "| ids | are about | cases | inputs | right |"
    yield "|-|-|-|-|-|"
    for letter, about in ABOUT.items():
        cases = {identity for identity, _ in rows[letter]}
        right = sum(right for _, right in rows[letter])
        yield f"| {letter} | {about} | {len(cases)} | {len(rows[letter])} | {right} |"


def fuzz(build):
    yield from (build / "fuzz.md").read_text("utf-8").splitlines()


def main():
    asan, fuzzed = map(pathlib.Path, sys.argv[1:])
    text = DOCUMENT.read_text("utf-8")
    for name, lines in (("hostile", hostile(asan)), ("fuzz", fuzz(fuzzed))):
        figures = "\n".join(lines)
        text = re.sub(
            rf"(<!-- figures: {name} -->\n).*?(<!-- end -->)",
            lambda match, figures=figures: f"{match[1]}{figures}\n{match[2]}",
            text,
            flags=re.DOTALL,
        )
    DOCUMENT.write_text(text, "utf-8")


if __name__ == "__main__":
    main()
