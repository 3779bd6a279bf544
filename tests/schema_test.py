#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The schemas that `weir schema` prints, as whoever reads them takes them, and docs/fields.md.

Without --engine: what is printed is what tests/schema/expected has, docs/fields.md is true, and
each record of all captures and golden cases fits JSON Schema, ksqlDB's types and Flink's.  With
one: the engine takes the schema, and finds in the records what they hold.  Engines are fetched once
into the user's cache; where that cannot be, the test is skipped.
"""

import argparse
import itertools
import sys

from pipeline import fetched
from schema import avro, clickhouse, flink, shown, texts

SKIPPED = 77  # as ctest is told
SHOWN_FAULTS = 20
ENGINES = {"avro": avro, "clickhouse": clickhouse, "flink": flink}


def parse_arguments():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--weir", required=True, help="the program under test")
    parser.add_argument("--engine", choices=ENGINES, help="who reads the schema")
    parser.add_argument("--mock", help="the mock cluster that ClickHouse reads from")
    parser.add_argument("--update", action="store_true", help="rewrite what is expected")
    return parser.parse_args()


def faults(given):
    if given.engine == "clickhouse":
        return clickhouse.check(given.weir, given.mock)
    if given.engine:
        return ENGINES[given.engine].check(given.weir)
    as_printed = shown.check_cases(given.weir, given.update)
    reference = shown.check_reference(given.weir, given.update)
    return itertools.chain(as_printed, reference, () if given.update else texts.check(given.weir))


def main():
    given = parse_arguments()
    try:
        found = list(itertools.islice(faults(given), SHOWN_FAULTS))
    except fetched.Unavailable as reason:
        print(f"{given.engine}: SKIPPED: {reason}")
        return SKIPPED
    print("\n".join(found) or "the schemas are true")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
