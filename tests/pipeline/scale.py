#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""docker/sql/flink_asof.sql over a million sessions and the flows of 100,000 subscribers: what one
machine's Flink reads a second, what it keeps, and how long it takes to save that.

Broker and Flink share the machine.  The topics are filled first; then the job works for a minute on
what is more than it can do.
"""

import argparse
import json
import os
import pathlib
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.parse
import urllib.request

HERE = pathlib.Path(__file__).resolve().parent
sys.path[1:1] = [str(HERE.parent), str(HERE.parent / "broker")]

# pylint: disable=wrong-import-position
import broker
import jars

from kafka import topic
from pipeline import Unavailable, flink, load

PARTITIONS, RESULT = 4, "flows.attributed"
HEAP = "6g"
START_LIMIT, WARM_LIMIT, STEP = 120, 600, 5  # seconds
MEBIBYTE = 1 << 20
SETTINGS = """\
taskmanager.numberOfTaskSlots: {cores}
parallelism.default: {cores}
taskmanager.memory.managed.size: 1g
state.backend.type: {state}
execution.checkpointing.incremental: true
execution.checkpointing.interval: 10 s
execution.checkpointing.dir: file://{folder}/checkpoints
"""


def arguments():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[1])
    parser.add_argument("--sessions", type=int, default=1_000_000)
    parser.add_argument("--subscribers", type=int, default=100_000, help="that have flows")
    parser.add_argument("--flows", type=int, default=4_000_000, help="that wait in the topic")
    parser.add_argument("--minutes", type=int, default=30, help="that the flows span")
    parser.add_argument("--seconds", type=int, default=60, help="to measure")
    parser.add_argument("--cores", type=int, default=2, help="task slots")
    parser.add_argument("--state", choices=("hashmap", "rocksdb"), default="hashmap")
    return parser.parse_args()


class Job:
    """The SQL client with a cluster in its process, and that cluster's HTTP interface."""

    def __init__(self, folder, address, given):
        self.folder = folder
        self.port = broker.free_ports(1)[0]
        ports = f"SET 'rest.port' = '{self.port}';\nSET 'rest.bind-port' = '{self.port}';\n"
        files = ["flink.sql", "flink_asof.sql"]
        script = folder / "job.sql"
        variables = {"KAFKA": address, "UNTIL": "unbounded"}
        script.write_text(ports + flink.filled(files, variables), encoding="utf-8")
        ways = {"heap": HEAP, "settings": SETTINGS.format(folder=folder, **vars(given))}
        self.command = flink.command(folder / "flink", "-f", script, **ways)

    def __enter__(self):
        with open(self.folder / "flink.log", "wb") as log:
            self.process = subprocess.Popen(
                self.command,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                env=flink.environment(self.folder / "flink"),
            )
        end = time.monotonic() + START_LIMIT
        while not self.running():
            if self.process.poll() is not None or time.monotonic() > end:
                said = (self.folder / "flink.log").read_text(encoding="utf-8", errors="replace")
                raise RuntimeError(f"the job does not start: {said[-flink.SAID:]}")
            time.sleep(1)
        return self

    def __exit__(self, *_):
        self.process.kill()
        self.process.wait()

    def ask(self, path):
        with urllib.request.urlopen(f"http://127.0.0.1:{self.port}{path}", timeout=20) as page:
            return json.load(page)

    def running(self):
        try:
            jobs = self.ask("/jobs")["jobs"]
        except (urllib.error.URLError, ConnectionError):
            return False
        self.path = f"/jobs/{jobs[0]['id']}" if jobs else ""
        return bool(jobs) and jobs[0]["status"] == "RUNNING"

    def read(self, table):
        """Records that have been read of a table, and those that wait."""
        done = waiting = 0
        for vertex in self.ask(self.path)["vertices"]:
            metrics = f"{self.path}/vertices/{vertex['id']}/subtasks/metrics"
            names = [metric["id"] for metric in self.ask(metrics)]
            own = [name for name in names if name.startswith(f"Source__{table}[")]
            done += self.total(metrics, [n for n in own if n.endswith("].numRecordsIn")])
            waiting += self.total(metrics, [n for n in own if n.endswith("].pendingRecords")])
        return done, waiting

    def total(self, metrics, names):
        if not names:
            return 0
        asked = urllib.parse.quote(",".join(names))
        return sum(int(metric["sum"]) for metric in self.ask(f"{metrics}?get={asked}&agg=sum"))

    def processor_seconds(self):
        """That its process has had of all cores."""
        fields = pathlib.Path(f"/proc/{self.process.pid}/stat").read_text(encoding="ascii")
        user, system = fields.rpartition(")")[2].split()[11:13]
        return (int(user) + int(system)) / os.sysconf("SC_CLK_TCK")

    def checkpoint(self):
        """The latest that was completed; empty at the beginning."""
        return self.ask(f"{self.path}/checkpoints")["latest"].get("completed") or {}


def warm(job, wanted):
    """Until all Starts are read: a job that has run for long has that behind it."""
    end = time.monotonic() + WARM_LIMIT
    while job.read("accounting")[0] < wanted:
        if time.monotonic() > end:
            raise RuntimeError(f"the Starts are not read within {WARM_LIMIT} s")
        time.sleep(STEP)


def measure(job, address, seconds):
    """Prints a line for each step, and the sums."""
    began, first = time.monotonic(), topic.count(address, RESULT)
    spent, used = 0, job.processor_seconds()
    while spent < seconds:
        time.sleep(STEP)
        spent, rows = time.monotonic() - began, topic.count(address, RESULT) - first
        flows, events = job.read("flows")[1], job.read("accounting")[1]
        line = f"{spent:4.0f} s: {rows / spent:6.0f} rows/s joined; behind by {flows} flows"
        print(f"{line} and {events} events", flush=True)
    used = job.processor_seconds() - used
    print(f"{rows / used:.0f} rows a second of a core ({used / spent:.1f} cores were had)")


def describe(checkpoint):
    if not checkpoint:
        return "no checkpoint was completed"
    state, saved = checkpoint["state_size"], checkpoint["checkpointed_size"]
    return (
        f"state {state / MEBIBYTE:.0f} MiB; the last checkpoint wrote {saved / MEBIBYTE:.0f} MiB"
        f" in {checkpoint['end_to_end_duration'] / 1000:.1f} s"
    )


def run(given, folder):
    begin = int(time.time() * 1000) - 24 * load.SETTLED
    with broker.Broker() as node:
        node.create_topics(dict.fromkeys((load.FLOWS, load.SESSIONS, RESULT), PARTITIONS))
        sizes = given.sessions, given.subscribers, given.flows, given.minutes
        took = time.monotonic()
        load.Load(*sizes, begin).fill(node.address())
        print(f"filled in {time.monotonic() - took:.0f} s", flush=True)
        with Job(folder, node.address(), given) as job:
            took = time.monotonic()
            warm(job, given.sessions)
            print(f"{given.sessions} Starts read in {time.monotonic() - took:.0f} s", flush=True)
            measure(job, node.address(), given.seconds)
            print(describe(job.checkpoint()))


def main():
    given = arguments()
    with tempfile.TemporaryDirectory(prefix="weir-scale-") as folder:
        try:
            flink.fetch()
            run(given, pathlib.Path(folder))
        except (jars.Unavailable, Unavailable) as missing:
            sys.exit(f"SKIPPED: {missing}")


if __name__ == "__main__":
    main()
