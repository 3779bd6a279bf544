#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""What remembered templates cost, in memory and in time: tests/template_memory.c, as a table.

A million templates of twenty fields take 320 MiB at most, and 128 MiB where exporters of a kind
send the same; data that names one of many costs a tenth more than that of one exporter at most.
Instructions are compared, which repeat where nanoseconds do not: by callgrind, where it can run the
program, and with records of one octet, so that nothing but decoding counts.  The table tells the
nanoseconds of that, too, and those of JSON.  The test is a tenth as large; ./dev memory is the
whole.
"""

import argparse
import json
import pathlib
import re
import subprocess
import sys
import tempfile

MEBI = 1 << 20
TEMPLATES = 100  # of an exporter
COMPILED_MAX = 32 * MEBI  # of lib/exporter/exporter.c
MOST_OCTETS = {"equal": 128 * MEBI, "distinct": 320 * MEBI}  # of a million
MILLION = 1_000_000
MOST_INSTRUCTIONS = 1.10
COUNTED_EXPORTERS = 100  # under valgrind
DATAGRAMS = 10_000  # of a round
ROUNDS = 5
TIMED_ROUNDS = 150  # the fastest counts


def run(program, layouts, exporters, rounds=ROUNDS, *form):
    command = [program, layouts, str(exporters), str(TEMPLATES), str(rounds), *form]
    return json.loads(subprocess.run(command, capture_output=True, text=True, check=True).stdout)


def instructions(program, layouts, function):
    """A datagram's, or None where valgrind does not run the program."""
    with tempfile.NamedTemporaryFile() as profile:
        command = [
            *("valgrind", "--tool=callgrind", f"--callgrind-out-file={profile.name}"),
            *(f"--toggle-collect={function}", program, layouts),
            *(str(COUNTED_EXPORTERS), str(TEMPLATES), "1"),
        ]
        try:
            done = subprocess.run(command, capture_output=True, text=True, check=False)
        except FileNotFoundError:
            return None
    counted = re.search(r"Collected : (\d+)", done.stderr)
    return int(counted[1]) / DATAGRAMS if done.returncode == 0 and counted else None


def most(layouts, templates):
    """Octets that so many may take; what is compiled has a bound of its own."""
    return (MOST_OCTETS[layouts] - COMPILED_MAX) * templates / MILLION + COMPILED_MAX


def row(program, layouts, exporters):
    """A row of the table, and what is wrong with it."""
    found = run(program, layouts, exporters)
    one, every = (instructions(program, layouts, f"round_of_{n}") for n in ("one", "all"))
    counted = f"{one:,.0f} | {every:,.0f} | {every / one:.3f}" if one and every else " | |"
    line = (
        f"| {layouts} | {found['templates']:,} | {found['octets'] / MEBI:.0f} |"
        f" {found['octets'] / found['templates']:.0f} | {counted} |"
    )
    wrong = []
    if found["octets"] > most(layouts, found["templates"]):
        wrong.append(f"{layouts} layouts: more than {most(layouts, found['templates']):.0f} octets")
    if one and every and layouts == "equal" and every > MOST_INSTRUCTIONS * one:
        wrong.append(f"{layouts} layouts: {every / one:.3f} of one exporter's instructions")
    if found["records"] != 2 * ROUNDS * DATAGRAMS * 16:
        wrong.append(f"{layouts} layouts: {found['records']} records")
    return line, wrong


def times(program, exporters):
    """The lines of a table of nanoseconds."""
    yield ""
    yield "| layouts | records | ns a datagram, one exporter | all exporters | ratio |"
    yield "|-|-|-|-|-|"
    for layouts in MOST_OCTETS:
        for form in (), ("json",):
            found = run(program, layouts, exporters, TIMED_ROUNDS, *form)
            one, every = found["one_ns"], found["all_ns"]
            name = "JSON" if form else "decoded only"
            yield f"| {layouts} | {name} | {one} | {every} | {every / one:.2f} |"


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--program", required=True, help="template_memory")
    parser.add_argument("--exporters", type=int, default=1000)
    parser.add_argument("--table", type=pathlib.Path, help="where the table is written")
    parser.add_argument("--times", action="store_true", help="nanoseconds, too")
    given = parser.parse_args()
    rows = [row(given.program, layouts, given.exporters) for layouts in MOST_OCTETS]
    lines = [
        "| layouts | templates | MiB | octets each | instructions a datagram, one exporter |"
        " all exporters | ratio |",
        "|-|-|-|-|-|-|-|",
        *(line for line, _ in rows),
    ]
    if given.times:
        lines += times(given.program, given.exporters)
    print("\n".join(lines))
    if given.table:
        given.table.write_text("\n".join(lines) + "\n", encoding="utf-8")
    faults = [fault for _, wrong in rows for fault in wrong]
    print("\n".join(faults))
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
