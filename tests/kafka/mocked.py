# SPDX-License-Identifier: Apache-2.0
"""What the tests against librdkafka's mock cluster share."""

import argparse
import concurrent.futures
import json
import subprocess
import sys
import unittest

import kafka_fixture


class Programs:
    """What the command line names."""

    weir = mock = ""


def replay(*options, environment=None):
    """Runs the captures through weir: exit code, output, log and counters of the transport."""
    done = subprocess.run(
        [Programs.weir, "replay", "-stats", *options, *map(str, kafka_fixture.CAPTURES)],
        capture_output=True,
        timeout=kafka_fixture.PATIENCE,
        check=False,
        env={**kafka_fixture.ENVIRONMENT, **(environment or {})},
    )
    log = done.stderr.decode(errors="replace")
    last = log.splitlines()[-1] if log else ""
    counters = json.loads(last) if last.startswith("{") else {}
    return done.returncode, done.stdout, log, counters.get("transport", {})


def numbers(messages):
    """The numbers of the flows that kafka_fixture.netflow5() made."""
    return [json.loads(message.value)["bytes"] for message in messages]


def each(test, names, case):
    """The cases side by side, since they wait more than they work."""
    with concurrent.futures.ThreadPoolExecutor(4) as pool:
        for name, done in [(name, pool.submit(case, name)) for name in names]:
            with test.subTest(name):
                done.result()


def main(about):
    """The tests of the program that was started."""
    parser = argparse.ArgumentParser(description=about)
    parser.add_argument("--weir", required=True)
    parser.add_argument("--mock", required=True)
    given, rest = parser.parse_known_args()
    Programs.weir, Programs.mock = given.weir, given.mock
    if not kafka_fixture.has_kcat():
        print("SKIPPED: no kcat (Debian: kcat)")
        sys.exit(77)
    unittest.main(module="__main__", argv=[sys.argv[0], *rest])
