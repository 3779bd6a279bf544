#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Writes the figures of docs/reliability.md, from what tests and fuzzers leave in build/.

    figures.py [NAME...]

Of all figures, or of those named.  What is not there stays as it is.
"""

import collections
import pathlib
import re
import sys

ROOT = pathlib.Path(__file__).parent.parent
BUILD = ROOT / "build"
DOCUMENT = ROOT / "docs" / "reliability.md"
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


def hostile(table):
    """One row a letter, from the table of hostile_test.py."""
    rows = collections.defaultdict(list)
    for line in table[2:]:
        cells = [cell.strip() for cell in line.strip("|").split("|")]
        rows[cells[0][0]].append((cells[0], cells[-1] == "yes"))
    yield "| ids | are about | cases | inputs | right |"
    yield "|-|-|-|-|-|"
    for letter, about in ABOUT.items():
        cases = {identity for identity, _ in rows[letter]}
        right = sum(right for _, right in rows[letter])
        yield f"| {letter} | {about} | {len(cases)} | {len(rows[letter])} | {right} |"


# Name, where its table is left, and what becomes of that.
FIGURES = (
    ("hostile", "asan/hostile.md", hostile),
    ("fuzz", "fuzz/fuzz.md", iter),
    ("coverage", "coverage/coverage.md", iter),
    ("memory", "bench/memory.md", iter),
    ("soak", "asan/soak.md", iter),
    ("costliest", "bench/costliest.md", iter),
)


def replaced(text, name, lines):
    figures = "\n".join(lines)
    return re.sub(
        rf"(<!-- figures: {name} -->\n).*?(<!-- end -->)",
        lambda match: f"{match[1]}{figures}\n{match[2]}",
        text,
        flags=re.DOTALL,
    )


def main():
    wanted = sys.argv[1:] or [name for name, _, _ in FIGURES]
    text = DOCUMENT.read_text("utf-8")
    for name, path, made_of in FIGURES:
        if name in wanted and (BUILD / path).exists():
            table = (BUILD / path).read_text("utf-8").splitlines()
            text = replaced(text, name, made_of(table))
    DOCUMENT.write_text(text, "utf-8")


if __name__ == "__main__":
    main()
