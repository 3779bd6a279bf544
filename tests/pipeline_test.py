#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The join for real: softflowd's NetFlow through weir, and accounting through FreeRADIUS, into
Apache Kafka, and joined by the SQL of docker/sql in the engines that it is for.
tests/pipeline/README.md describes the parts.

Prints one line a join: ok, FAIL or SKIPPED.  Ends with 1 if one failed, with 77 if none was run.
"""

import argparse
import json
import pathlib
import subprocess
import sys
import tempfile
import time

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(1, str(HERE / "broker"))

# pylint: disable=wrong-import-position
import broker
import jars

from kafka import topic
from kafka.collector import Collector
from pipeline import Unavailable
from pipeline import cases, clickhouse, exporter, flink, joins, ksqldb, network, radius, traffic

SKIPPED = 77  # as ctest is told
PARTITIONS = 6
FLOWS, SESSIONS = "flows", "sessions.events"  # as in docker/sql
ARRIVAL_LIMIT = 180  # seconds
UNAVAILABLE = (Unavailable, jars.Unavailable)


class Bench:
    """A broker whose topics hold what became of the cases."""

    def __init__(self, given, folder, node):
        self.folder = folder
        self.address = node.address()
        self.cases = cases.read()
        results = {join.result: PARTITIONS for join in joins.FLINK}
        node.create_topics({FLOWS: PARTITIONS, SESSIONS: PARTITIONS} | results)
        Collector.program = given.weir

    def fill(self):
        options = ("-fields", "stream", "-subscribers", str(cases.POOLS))
        keyed = ("-transport.kafka.key", "sub_key")
        flows = [flow for case in self.cases for flow in case.flows]
        with (
            Collector(self.folder, self.address, FLOWS, *options, *keyed) as collector,
            radius.Radius(self.folder, self.address, cases.POOLS) as server,
            network.Side("access", traffic.addresses(flows, "near")) as access,
            network.Side("internet", traffic.addresses(flows, "far")) as internet,
            exporter.Exporter(self.folder, "access") as router,
        ):
            traffic.happen(self.cases, access, internet, server)
            router.export(collector.port, cases.PACKETS * len(flows))
            yield from self.arrived(FLOWS, sum(len(case.rows) for case in self.cases))
            yield from self.arrived(SESSIONS, self.messages())
            yield from collector.stop_in_order()

    def messages(self):
        """One for each address of each event."""
        return sum(len(event.addresses) for case in self.cases for event in case.events)

    def arrived(self, name, wanted):
        """Waits; complains of what is not there in the end, or too much."""
        end = time.monotonic() + ARRIVAL_LIMIT
        while (held := topic.count(self.address, name)) < wanted and time.monotonic() < end:
            time.sleep(0.2)
        if held != wanted:
            yield f"{name} holds {held} messages instead of {wanted}"

    def run_flink(self):
        """All joins, one after the other; rows by the join."""
        files = ["flink.sql", *(join.file for join in joins.FLINK)]
        flink.run(self.folder, files, {"KAFKA": self.address, "UNTIL": "latest-offset"})
        for join in joins.FLINK:
            yield join, [json.loads(m.value) for m in topic.messages(self.address, join.result)]

    def run_clickhouse(self):
        flows = sum(len(case.rows) for case in self.cases)
        keys = {(e.session, a) for case in self.cases for e in case.events for a in e.addresses}
        counts = {
            "SELECT count() FROM flows": flows,
            "SELECT count() FROM sessions FINAL": len(keys),
            "SELECT countIf(stop < '2200-01-01') FROM sessions FINAL": self.stopped(),
        }
        queries = {join.result: f"SELECT * FROM {join.result}" for join in joins.CLICKHOUSE}
        rows = clickhouse.run(self.folder, {"KAFKA": self.address}, counts, queries)
        for join in joins.CLICKHOUSE:
            yield join, rows[join.result]

    def stopped(self):
        """Addresses of sessions that have an end."""
        stops = [event for case in self.cases for event in case.events if event.kind == "stop"]
        return sum(len(event.addresses) for event in stops)


def verdict(bench, join, records):
    problems = list(joins.problems(join, bench.cases, records))
    told = "".join(f"\n    {problem}" for problem in problems)
    print(f"{'FAIL' if problems else 'ok'} {join.file}: {len(records)} rows{told}", flush=True)
    return not problems


def judged(bench, run):
    """True if all joins of an engine are right."""
    try:
        return all([verdict(bench, *pair) for pair in run(bench)])
    except (RuntimeError, subprocess.TimeoutExpired) as error:
        print(f"FAIL {error}", flush=True)
        return False


def report(name, reason):
    print(f"SKIPPED {name}: {reason}", flush=True)


def engines():
    """What can be run here, by its name; says what cannot."""
    table = {
        "Flink": (flink.fetch, Bench.run_flink),
        "ClickHouse": (clickhouse.fetch, Bench.run_clickhouse),
    }
    for name, (fetch, run) in table.items():
        try:
            fetch()
            yield run
        except UNAVAILABLE as missing:
            report(name, missing)


def check(given, folder, wanted):
    with broker.Broker() as node:
        bench = Bench(given, folder, node)
        problems = list(bench.fill())
        for problem in problems:
            print(f"FAIL {problem}")
        results = [judged(bench, run) for run in wanted]
    return 0 if all(results) and not problems else 1


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--weir", required=True, help="the program under test")
    given = parser.parse_args()
    parsed = ksqldb.check(report)
    wanted = list(engines())
    try:
        jars.folder()
        exporter.need()
        radius.need()
        network.enter()
    except UNAVAILABLE as missing:
        report("the pipeline", missing)
        return SKIPPED
    if not wanted:
        return SKIPPED
    with tempfile.TemporaryDirectory(prefix="weir-pipeline-") as folder:
        return max(check(given, pathlib.Path(folder), wanted), parsed)


if __name__ == "__main__":
    sys.exit(main())
