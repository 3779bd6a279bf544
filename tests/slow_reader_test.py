#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""A reader of standard output that stops for a moment, and one that stands still."""

import argparse
import json
import time
import unittest

import cli_test
import kafka_fixture
import ports
from cli_test import Collector, eventually, send

DATAGRAMS, EACH = 600, 30  # some 18 MB of JSON: more than pipe and buffers hold
WEIR_WAITS = 1  # seconds, for a reader
PAUSE = 0.2 * WEIR_WAITS
TURNS = 10


def flood(collector):
    send(collector.port, *(kafka_fixture.netflow5(i * EACH, EACH) for i in range(DATAGRAMS)))


def read_on(collector):
    """The numbers of the records that come until no datagram waits, and the counters."""
    out = b""
    while ports.waiting(collector.port) > 0:
        out += collector.process.stdout.read1(1 << 20)
    collector.process.terminate()
    rest, errors = collector.process.communicate(timeout=cli_test.PATIENCE)
    numbers = [json.loads(line)["bytes"] for line in (out + rest).splitlines()]
    return numbers, json.loads(errors.splitlines()[-1])


class SlowReaders(unittest.TestCase):
    def pause(self):
        """What came, the counters, whether weir waited, and for longer than it is bound to."""
        with Collector("netflow://127.0.0.1:{port}", "-stats") as collector:
            begin = time.monotonic()
            flood(collector)
            time.sleep(PAUSE)
            waited = ports.waiting(collector.port) > 0
            if ports.dropped(collector.port) > 0:
                self.skipTest("the kernel grants no socket buffer for the flood")
            numbers, counters = read_on(collector)
            return numbers, counters, waited, time.monotonic() - begin > WEIR_WAITS

    def test_a_pause_loses_nothing(self):
        """What comes meanwhile stays in the socket's buffer."""
        for _ in range(TURNS):
            numbers, counters, waited, late = self.pause()
            if not late or "records_unsent" not in counters:
                break
        else:
            self.skipTest("the machine is too busy")
        self.assertTrue(waited)
        self.assertEqual(numbers, list(range(DATAGRAMS * EACH)))
        self.assertNotIn("records_unsent", counters)

    def test_who_stands_still_is_not_waited_for(self):
        with Collector("netflow://127.0.0.1:{port}", "-stats") as collector:
            flood(collector)
            self.assertTrue(eventually(lambda: ports.waiting(collector.port) == 0))
            numbers, counters = read_on(collector)
        self.assertGreater(counters["records_unsent"], 0)
        self.assertEqual(len(numbers), counters["records"] - counters["records_unsent"])
        self.assertEqual(numbers, sorted(set(numbers)))


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--weir", required=True)
    given, rest = parser.parse_known_args()
    cli_test.WEIR = given.weir
    unittest.main(argv=[__file__, *rest])
