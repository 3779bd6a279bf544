#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Golden tests: each case is datagrams in hex, and the JSON lines that weir makes of them.

tests/golden/README.md says what a case looks like.
"""

import argparse
import difflib
import json
import pathlib
import sys

import capture_file
import replay

GOLDEN = pathlib.Path(__file__).parent / "golden"


def parse_arguments():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--weir", required=True, help="the program under test")
    parser.add_argument("--update", action="store_true", help="rewrite what is expected")
    parser.add_argument("folders", nargs="*", default=[GOLDEN], help="only the cases below these")
    return parser.parse_args()


def cases(folders):
    return sorted(path for folder in folders for path in pathlib.Path(folder).rglob("*.hex"))


def named_counters(named, all_counters):
    """Those of all_counters that named has, too; weir leaves out what is 0."""
    return {
        key: named_counters(value, all_counters.get(key, {}))
        if isinstance(value, dict)
        else all_counters.get(key, 0)
        for key, value in named.items()
    }


def counters_text(value):
    return json.dumps(value, indent=2) + "\n"


def difference(path, expected, found):
    return "".join(
        difflib.unified_diff(
            expected.splitlines(keepends=True),
            found.splitlines(keepends=True),
            f"{path} (expected)",
            f"{path} (found)",
        )
    )


def settle(path, found, update):
    """Compares with the file, or rewrites it; returns the difference."""
    expected = path.read_text(encoding="utf-8") if path.exists() else ""
    if update:
        path.write_text(found, encoding="utf-8")
        return ""
    if not path.exists():
        return f"{path} is missing; --update writes it\n"
    return difference(path, expected, found)


def settle_counters(path, all_counters, update):
    if not path.exists():
        return ""
    named = json.loads(path.read_text(encoding="utf-8"))
    return settle(path, counters_text(named_counters(named, all_counters)), update)


def run_case(weir, path, update):
    """Returns what is wrong with the case, or nothing."""
    case = capture_file.read_case(path)
    try:
        lines, all_counters = replay.run_datagrams(weir, case.options, case.datagrams)
        for line in lines:
            replay.record(line)
    except replay.Failed as failure:
        return f"{path}: {failure}\n"
    found = "".join(line.decode() + "\n" for line in lines)
    return settle(path.with_suffix(".jsonl"), found, update) + settle_counters(
        path.with_suffix(".stats.json"), all_counters, update
    )


def main():
    arguments = parse_arguments()
    paths = cases(arguments.folders)
    failed = 0
    for path in paths:
        wrong = run_case(arguments.weir, path, arguments.update)
        sys.stdout.write(wrong)
        failed += bool(wrong)
    print(f"{len(paths)} golden cases, {failed} failed")
    return 0 if paths and not failed else 1


if __name__ == "__main__":
    sys.exit(main())
