#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""goflow2's flags (2.2.6, and 3.x for templates): weir has each, of the same kind and default.

flags.tsv has a row for each flag; a boolean has no kind, and no default is the zero value.
"""

import argparse
import csv
import pathlib
import re
import subprocess
import sys

TABLE = pathlib.Path(__file__).parent / "flags.tsv"


def usage(weir):
    """Kind and default by flag, as -h prints them."""
    text = subprocess.run([weir, "-h"], capture_output=True, text=True, check=True).stderr
    flags, flag = {}, None
    for line in text.splitlines():
        head = re.match(r"  -(\S+)(?: (\w+))?(?:\t.*)?$", line)
        default = re.search(r"\(default (.*)\)$", line)
        if head:
            flag = head[1]
            flags[flag] = [head[2] or "", ""]
        if flag and default:
            flags[flag][1] = default[1]
    return flags


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--weir", required=True, help="the program under test")
    flags = usage(parser.parse_args().weir)
    with open(TABLE, encoding="utf-8", newline="") as table:
        rows = list(csv.DictReader(table, delimiter="\t", quoting=csv.QUOTE_NONE))
    faults = [
        f"-{row['flag']}: {flags.get(row['flag'])}"
        for row in rows
        if flags.get(row["flag"]) != [row["kind"], row["default"]]
    ]
    print("\n".join(faults))
    print(f"{len(rows)} flags, {len(faults)} faults")
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
