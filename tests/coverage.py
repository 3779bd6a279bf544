#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""How much of the decoding side the tests run: lines and branches, as gcov counts them.

    coverage.py BUILD [--gaps]

BUILD was made with WEIR_COVERAGE, and its tests have run.  Writes BUILD/coverage.md, a row a
module, and fails where a module has less than 95 % of its lines or 90 % of its branches; and where
something of an exact module never runs that docs/coverage.md does not explain, or runs although it
does.  --gaps prints what never runs of all modules, as rows for docs/coverage.md.
"""

import argparse
import collections
import fnmatch
import itertools
import json
import pathlib
import re
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent
EXPLAINED = ROOT / "docs" / "coverage.md"
LINES, BRANCHES = 0.95, 0.90
FILES_AT_ONCE = 100

Module = collections.namedtuple("Module", "title exact patterns")
MODULES = (
    Module("reader of octets", True, ["lib/wire.h"]),
    Module("templates", True, ["lib/template/*.c"]),
    Module(
        "JSON writer",
        True,
        [
            "lib/formats/json*.c",
            "lib/formats/named_*.c",
            "lib/formats/*_values.c",
            "lib/formats/value_form.c",
            "lib/formats/icmp_name.c",
            "lib/text_*.[ch]",
        ],
    ),
    Module("decoders", False, ["decoders/*.c"]),
    Module("exporters", False, ["lib/exporter/*.c"]),
    Module("elements", False, ["lib/element/*.c"]),
    Module("sampled packets", False, ["lib/packet/*.c"]),
    Module("outlines", False, ["lib/outline/*.[ch]"]),
)

Place = collections.namedtuple("Place", "path number function")
Gap = collections.namedtuple("Gap", "path function code")


class Runs:
    """How often a line ran, and each of its branches."""

    def __init__(self):
        self.line = 0
        self.branches = []

    def add(self, counted):
        self.line += counted["count"]
        more = [branch["count"] for branch in counted["branches"]]
        self.branches = [
            a + b for a, b in itertools.zip_longest(self.branches, more, fillvalue=0)
        ]

    def gap(self):
        """What never ran of it, or None."""
        missed = self.branches.count(0)
        if not self.line:
            return "line"
        return f"{missed} of {len(self.branches)}" if missed else None


# --- What gcov counted ---


def reports(build):
    """One report for each object file that ran."""
    counted = sorted(str(path.resolve()) for path in build.rglob("*.gcda"))
    for at in range(0, len(counted), FILES_AT_ONCE):
        files = counted[at : at + FILES_AT_ONCE]
        command = ["gcov", "--json-format", "--branch-probabilities", "--stdout", *files]
        done = subprocess.run(command, capture_output=True, check=True, cwd=build)
        yield from (json.loads(line) for line in done.stdout.splitlines())


def in_tree(file, report):
    """The path below the root, or None."""
    path = pathlib.Path(report["current_working_directory"], file["file"]).resolve()
    return str(path.relative_to(ROOT)) if path.is_relative_to(ROOT) else None


def is_of(path, module):
    return any(fnmatch.fnmatch(path, pattern) for pattern in module.patterns)


def read(build):
    """The lines of all modules; headers are part of many object files."""
    lines = collections.defaultdict(Runs)
    for report in reports(build):
        for file in report["files"]:
            path = in_tree(file, report)
            if path is not None and any(is_of(path, module) for module in MODULES):
                for line in file["lines"]:
                    place = Place(path, line["line_number"], line.get("function_name", ""))
                    lines[place].add(line)
    return lines


# --- What is made of it ---


def percent(part, whole):
    """Rounded down: 100 % is all of them."""
    return f"{1000 * part // whole / 10:.1f} %"


def row(module, lines):
    """The row of the module, and whether it has enough."""
    of_module = [runs for place, runs in lines.items() if is_of(place.path, module)]
    ran = sum(runs.line > 0 for runs in of_module)
    branches = sum(len(runs.branches) for runs in of_module)
    taken = branches - sum(runs.branches.count(0) for runs in of_module)
    shares = f"{percent(ran, len(of_module))} | {branches} | {percent(taken, branches)}"
    enough = ran >= LINES * len(of_module) and taken >= BRANCHES * branches
    return f"| {module.title} | {len(of_module)} | {shares} |", enough


def code_at(place):
    text = (ROOT / place.path).read_text(encoding="utf-8").splitlines()[place.number - 1]
    return text.strip()


def gaps(module, lines):
    """What never runs of the module, by Gap; lines that look the same in a function are one."""
    found = {}
    for place, runs in sorted(lines.items()):
        if is_of(place.path, module) and runs.gap():
            found[Gap(place.path, place.function, code_at(place))] = runs.gap()
    return found


def explained():
    """The same, as docs/coverage.md has it."""
    found = {}
    path = None
    for line in EXPLAINED.read_text(encoding="utf-8").splitlines():
        heading = re.match(r"#+ `(.*)`$", line)
        cells = re.match(r"\| `(.*?)` \| `(.*)` \| (line|\d+ of \d+) \| .+ \|$", line)
        if heading:
            path = heading[1]
        elif cells:
            found[Gap(path, cells[1], cells[2].replace("\\|", "|"))] = cells[3]
    return found


def as_row(gap, missed):
    code = gap.code.replace("|", "\\|")
    return f"{gap.path}: | `{gap.function}` | `{code}` | {missed} | |"


def unexplained(lines):
    known = explained()
    found = {}
    for module in MODULES:
        if module.exact:
            found.update(gaps(module, lines))
    for gap, missed in found.items():
        if known.get(gap) != missed:
            yield f"never runs, and is not explained: {as_row(gap, missed)}"
    for gap, missed in known.items():
        if gap not in found:
            yield f"is explained, and runs or is not there: {as_row(gap, missed)}"


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("build", type=pathlib.Path)
    parser.add_argument("--gaps", action="store_true", help="print all that never runs")
    given = parser.parse_args()
    lines = read(given.build)
    table = ["| module | lines | run | branches | taken |", "|-|-|-|-|-|"]
    faults = []
    for module in MODULES:
        text, enough = row(module, lines)
        table.append(text)
        if not enough:
            bounds = f"{LINES:.0%} of lines, {BRANCHES:.0%} of branches"
            faults.append(f"{module.title}: less than {bounds}")
        if given.gaps:
            print(*itertools.starmap(as_row, gaps(module, lines).items()), sep="\n")
    faults += unexplained(lines)
    (given.build / "coverage.md").write_text("\n".join(table) + "\n", encoding="utf-8")
    print("\n".join(table + faults))
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
