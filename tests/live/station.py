# SPDX-License-Identifier: Apache-2.0
"""One exporter's way to weir: a relay, weir behind it, and the verdict on what came out."""

import dataclasses
import json
import os
import subprocess
import tempfile

import cases
import oracle
import pcap
import relay
import sums
import traffic
import tshark
from collector import Collector

SHOWN = 5  # problems of a case
EXPORT_LIMIT, QUIET_LIMIT, QUIET = 300, 60, 0.2  # seconds
SUMS_LIMIT = 60  # seconds


@dataclasses.dataclass
class Outcome:
    case: cases.Case
    status: str  # ok, FAIL or SKIP
    text: str
    datagrams: list = dataclasses.field(default_factory=list)

    def __str__(self):
        return f"{self.status} {self.case.name}: {self.text}"


class Station:
    """Open as long as its with block; namespace is where the exporter runs."""

    def __init__(self, case, weir, namespace=None):
        self.case = case
        self.directory = tempfile.TemporaryDirectory()
        scheme = "sflow" if case.port == cases.SFLOW else "netflow"
        self.collector = Collector(weir, scheme, self.directory.name)
        self.relay = relay.Relay(self.collector.port, namespace)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.relay.stop()
        self.collector.stop()
        self.directory.cleanup()

    def export(self, sent):
        """Runs the exporter over the traffic, to its end."""
        pcap.write(self.path(cases.TRAFFIC), traffic.frames(sent, self.case.variant))
        self.write(cases.NETWORKS, cases.NETWORKS_TEXT)
        self.write(cases.CONFIG, self.case.config.format(port=self.relay.port))
        self.run_exporter()
        self.relay.wait_until_quiet(QUIET, QUIET_LIMIT)

    def run_exporter(self):
        """pmacctd's exit code is 1 if its plugin happens to end first; the sums show what was sent."""
        with open(self.path(cases.TRAFFIC) if self.case.from_stdin else os.devnull, "rb") as stdin:
            subprocess.run(
                self.case.command.format(port=self.relay.port).split(),
                stdin=stdin,
                check=self.case.package != "pmacct",
                capture_output=True,
                timeout=EXPORT_LIMIT,
                cwd=self.directory.name,
            )

    def wait_for_sums(self, sent):
        """Of an exporter that does not end: until it has told of all the traffic."""

        def complete():
            records = [json.loads(line) for line in self.collector.lines()]
            return not any(sums.problems(self.case, records, sent))

        self.collector.wait(complete, SUMS_LIMIT)

    def path(self, name):
        return os.path.join(self.directory.name, name)

    def write(self, name, text):
        with open(self.path(name), "w", encoding="utf-8") as file:
            file.write(text)

    def verdict(self, sent):
        """Compares weir's records with tshark's and with the traffic."""
        self.relay.stop()
        datagrams = self.relay.datagrams
        wanted = [oracle.expected(record) for record in tshark.decode(datagrams, self.case.port)]
        records, problems = [], []
        try:
            records = self.collector.records(len(wanted))
            problems += differences(records, wanted)
            problems += sums.problems(self.case, records, sent)
        except (KeyError, ValueError) as error:
            problems.append(f"no sense in a record: {error!r}")
        problems[:0] = self.collector.complaints()
        status = "FAIL" if problems or not records else "ok"
        return Outcome(self.case, status, summary(records, datagrams, problems), datagrams)


def differences(records, wanted):
    """In order, one by one, in all that tshark knows."""
    if len(records) != len(wanted):
        yield f"tshark finds {len(wanted)} records"
        return
    for number, (record, values) in enumerate(zip(records, wanted), 1):
        found = record | record.get("elements", {})
        for key, value in values.items():
            if found.get(key) != value:
                yield f"record {number}: {key} is {found.get(key)!r}, tshark has {value!r}"


def summary(records, datagrams, problems):
    packets = sum(record.get("packets", 0) for record in records)
    octets = sum(record.get("bytes", 0) for record in records)
    text = (
        f"{len(records)} records of {len(datagrams)} datagrams, {packets} packets, {octets} octets"
    )
    more = [f"... and {len(problems) - SHOWN} more"] if len(problems) > SHOWN else []
    return "".join([text, *(f"\n    {problem}" for problem in problems[:SHOWN] + more)])
