# SPDX-License-Identifier: Apache-2.0
"""What the cases share: one broker, a folder, and a way to say how it went."""

import dataclasses
import pathlib
import time

from kafka import topic
from kafka.collector import Collector

PARTITIONS = 6  # of a topic
ARRIVAL_LIMIT = 180  # seconds, where no case says otherwise
SHOWN = 5  # problems of a case


@dataclasses.dataclass
class Outcome:
    name: str
    text: str
    problems: list
    skipped: bool = False

    def status(self):
        if self.skipped:
            return "SKIP"
        return "FAIL" if self.problems else "ok"

    def __str__(self):
        shown = self.problems[:SHOWN]
        if len(self.problems) > SHOWN:
            shown.append(f"... and {len(self.problems) - SHOWN} more")
        lines = "".join(f"\n    {problem}" for problem in shown)
        return f"{self.status()} {self.name}: {self.text}{lines}"


@dataclasses.dataclass(frozen=True)
class Bench:
    broker: object  # a Broker that runs
    folder: pathlib.Path
    full: bool  # the long forms of the cases

    def collector(self, name, *options, address="", **ways):
        """weir, about to send to the topic of this name, for a with block."""
        wanted = address or self.broker.address()
        return Collector(self.folder, wanted, name, *options, **ways)

    def spool(self, name):
        """Options that keep what the broker does not take, beside the other files of the case."""
        path = self.folder / f"{name}.spool"
        return ("-transport.kafka.policy", "spool", "-transport.kafka.spool.path", str(path))

    def wait_for(self, name, wanted, limit=ARRIVAL_LIMIT):
        """Waits until the topic holds so many messages; returns how many it holds."""
        end = time.monotonic() + limit
        while True:
            held = topic.count(self.broker.address(), name)
            if held >= wanted or time.monotonic() > end:
                return held
            time.sleep(0.1)

    def partitions(self, name, wanted):
        """Of a topic that may have been made just now; 0 if there is none of this name."""
        end = time.monotonic() + ARRIVAL_LIMIT
        while True:
            found = topic.topics(self.broker.address()).get(name, 0)
            if found == wanted or time.monotonic() > end:
                return found
            time.sleep(0.1)

    def ledger(self, name):
        """What the topic holds of numbered flows, whose key is their source."""
        return topic.Ledger(PARTITIONS).add_topic(self.broker.address(), name)
