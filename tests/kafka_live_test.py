#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""weir against a real Apache Kafka on loopback.  tests/kafka/README.md describes the cases.

Prints one line a case: ok, FAIL or SKIP.  Ends with 1 if one failed, and with 77 if there is no
broker to be had here.
"""

import argparse
import concurrent.futures
import fnmatch
import os
import pathlib
import sys
import tempfile
import traceback

HERE = pathlib.Path(__file__).resolve().parent
sys.path[1:1] = [str(HERE / "broker"), str(HERE / "live")]

# pylint: disable=wrong-import-position
from broker import Broker, Unavailable

from kafka import delivery, java, kills, outage, renewal, security, topics
from kafka.bench import PARTITIONS, Bench, Outcome
from kafka.collector import Collector

SKIPPED = 77  # as ctest is told
LISTENERS = ("plain", "tls", "mtls", "expired", "sasl", "sasltls", "oauth")
AT_ONCE = 6  # cases of those that leave the broker alone
PEACEFUL = (java, delivery, security, renewal, topics)
ALONE = (outage, kills)  # they take the broker away


def arguments():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--weir", required=True, help="the program under test")
    parser.add_argument(
        "--full",
        action="store_true",
        default=bool(os.environ.get("WEIR_FULL")),
        help="the long forms: some ten minutes",
    )
    parser.add_argument("--only", default="*", metavar="NAME", help="a case, or a pattern")
    return parser.parse_args()


def wanted_cases(modules, pattern):
    return [
        (module, case)
        for module in modules
        for case in module.CASES
        if fnmatch.fnmatch(case.name, pattern)
    ]


def attempt(pair, bench):
    module, case = pair
    try:
        return module.run(case, bench)
    except Exception as error:  # a case that cannot be judged must not keep the others from it
        *_, last = traceback.extract_tb(error.__traceback__)
        return Outcome(case.name, "not judged", [f"{last.filename}:{last.lineno}: {error!r}"])


def outcomes(bench, pattern):
    """Each as soon as it is known, in the order of the tables."""
    peaceful, alone = wanted_cases(PEACEFUL, pattern), wanted_cases(ALONE, pattern)
    bench.broker.create_topics(
        {case.name: getattr(module, "PARTITIONS", PARTITIONS) for module, case in peaceful + alone}
    )
    security.prepare(bench)
    with concurrent.futures.ThreadPoolExecutor(AT_ONCE) as pool:
        yield from pool.map(lambda pair: attempt(pair, bench), peaceful)
    for pair in alone:
        yield attempt(pair, bench)


def run(given, folder):
    failed = False
    with Broker(LISTENERS) as broker:
        bench = Bench(broker, pathlib.Path(folder), given.full)
        for outcome in outcomes(bench, given.only):
            print(outcome, flush=True)
            failed |= outcome.status() == "FAIL"
    return 1 if failed else 0


def main():
    given = arguments()
    Collector.program = given.weir
    with tempfile.TemporaryDirectory(prefix="weir-kafka-") as folder:
        try:
            return run(given, folder)
        except Unavailable as missing:
            print(f"SKIPPED: {missing}")
            return SKIPPED


if __name__ == "__main__":
    sys.exit(main())
