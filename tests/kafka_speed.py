#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""How fast weir brings records into Kafka, beside a bare librdkafka producer in the same run.

Both send the same octets with the same settings to the same broker.  weir also reads, decodes and
encodes: from a capture, where it waits for room, and from UDP, where what it cannot read is lost.
Not a test: the figures are for people, and need a machine with nothing else to do.
"""

import argparse
import contextlib
import dataclasses
import os
import pathlib
import random
import shlex
import subprocess
import sys
import tempfile
import time

HERE = pathlib.Path(__file__).resolve().parent
sys.path[1:1] = [str(HERE / "broker")]

# pylint: disable=wrong-import-position
import capture_file
import replay
from broker import Broker, Unavailable

from kafka import flows, topic
from kafka.collector import Collector

CODECS = ("none", "lz4", "zstd")
PARTITIONS = 12
CAPTURE = 90_000  # records, sent over and over
WARM_UP = 1  # times the capture
WHEN = 1_700_000_000  # seconds since 1970
STILL = 1.0  # seconds without an arrival, which end a run over UDP

PROPERTIES = {  # weir's own
    "acks": "all",
    "batch.num.messages": "10000",
    "linger.ms": "100",
    "max.in.flight.requests.per.connection": "5",
    "partitioner": "murmur2_random",
    "queue.buffering.max.kbytes": "524288",
    "queue.buffering.max.messages": "1000000",
}


@dataclasses.dataclass(frozen=True)
class Run:
    records: int
    seconds: float
    processor: float  # seconds

    def speed(self):
        return self.records / self.seconds

    def cost(self):
        """Microseconds of processor time a record."""
        return self.processor / self.records * 1e6


@dataclasses.dataclass(frozen=True)
class Plan:
    weir: str
    loop: pathlib.Path  # the bare producer
    capture: pathlib.Path
    lines: pathlib.Path  # the same records as weir writes them, with their keys
    times: int  # that the capture is sent
    address: str


def timed(command, records):
    """Runs it to its end."""
    begin = time.monotonic()
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        said = process.stdout.read() + process.stderr.read()
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode != 0:
        raise RuntimeError(f"{shlex.join(map(str, command))}: {said.decode()}")
    seconds = time.monotonic() - begin
    return Run(records, seconds, usage.ru_utime + usage.ru_stime)


def bare(plan, codec, times):
    words = [f"{name}={value}" for name, value in PROPERTIES.items()]
    words += [f"bootstrap.servers={plan.address}", f"compression.codec={codec}"]
    return timed([plan.loop, plan.lines, str(times), codec, *words], times * CAPTURE)


def weir_options(plan, codec):
    return [
        *("-transport", "kafka", "-transport.kafka.brokers", plan.address),
        *("-transport.kafka.topic", codec, "-transport.kafka.compression", codec),
        *("-transport.kafka.key", "src_addr", "-transport.kafka.policy", "block"),
    ]


def from_capture(plan, codec, times):
    command = [plan.weir, "replay", "-loop", str(times), *weir_options(plan, codec), plan.capture]
    return timed(command, times * CAPTURE)


def from_udp(plan, codec, times):
    """The records that arrive, and the time from the first to the last of them."""
    before = topic.count(plan.address, codec)
    with tempfile.TemporaryDirectory() as folder:
        options = ("-transport.kafka.key", "src_addr", "-transport.kafka.compression", codec)
        with Collector(folder, plan.address, codec, *options) as collector:
            begin = time.monotonic()
            send(plan, collector.port, times)
            arrived, end = wait_until_still(plan.address, codec)
            processor = collector.processor_seconds()
    return Run(arrived - before, end - begin, processor)


def send(plan, port, times):
    to = ("-to", f"127.0.0.1:{port}", "-speed", "0", "-loop", str(times))
    subprocess.run([plan.weir, "replay", *to, plan.capture], check=True, capture_output=True)


def wait_until_still(address, name):
    """Returns how many there are, and when the last came."""
    held, changed = topic.count(address, name), time.monotonic()
    while time.monotonic() - changed < STILL:
        time.sleep(0.05)
        now = topic.count(address, name)
        if now != held:
            held, changed = now, time.monotonic()
    return held, changed


WAYS = {"bare producer": bare, "weir, capture": from_capture, "weir, UDP": from_udp}


def measure(plan, codec, runs):
    """Rounds by turns, so that a slow moment of the machine meets all ways; the medians."""
    bare(plan, codec, WARM_UP)
    rounds = [
        {name: way(plan, codec, plan.times) for name, way in WAYS.items()} for _ in range(runs)
    ]
    return {name: median([found[name] for found in rounds]) for name in WAYS}


def median(runs):
    return sorted(runs, key=Run.speed)[len(runs) // 2]


def print_table(codec, found):
    reference = found["bare producer"]
    for name, run in found.items():
        print(
            f"| {codec:5} | {name:13} | {run.records:9} | {run.speed():9.0f} |"
            f" {run.speed() / reference.speed():6.0%} | {run.cost():5.2f} |",
            flush=True,
        )


def write_capture(path):
    noise = random.Random(1)
    datagrams = []
    for first in range(1, CAPTURE, flows.PER_DATAGRAM):
        payload = flows.datagram(first, flows.PER_DATAGRAM, noise, WHEN)
        datagrams.append(capture_file.Datagram("127.0.0.1", 40000, WHEN, payload))
    capture_file.write(path, datagrams)


def prepare(given, folder, address):
    """The capture, and the lines that the bare producer sends."""
    capture, lines = folder / "flows.pcap", folder / "lines.tsv"
    write_capture(capture)
    said, _ = replay.run(given.weir, (), capture)
    with open(lines, "wb") as file:
        for line in said:
            file.write(replay.record(line)["src_addr"].encode() + b"\t" + line + b"\n")
    loop = compile_loop(folder)
    return Plan(given.weir, loop, capture, lines, given.records // CAPTURE, address)


def compile_loop(folder):
    program = folder / "producer_loop"
    flags = subprocess.run(
        ["pkg-config", "--cflags", "--libs", "rdkafka"], capture_output=True, text=True, check=True
    ).stdout.split()
    subprocess.run(["cc", "-O2", HERE / "kafka/producer_loop.c", "-o", program, *flags], check=True)
    return program


def arguments():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--weir", required=True, help="the program to measure")
    parser.add_argument("--records", type=int, default=900_000, help="of a run: %(default)s")
    parser.add_argument("--runs", type=int, default=3, help="of each, for the median: %(default)s")
    parser.add_argument("--codecs", nargs="*", default=CODECS, metavar="CODEC")
    return parser.parse_args()


def main():
    given = arguments()
    Collector.program = given.weir
    with contextlib.ExitStack() as stack:
        scratch = stack.enter_context(tempfile.TemporaryDirectory(prefix="weir-speed-"))
        broker = stack.enter_context(Broker())
        broker.create_topics(dict.fromkeys(given.codecs, PARTITIONS))
        plan = prepare(given, pathlib.Path(scratch), broker.address())
        print("| codec | way           |   records | records/s | ratio  | µs a record |")
        print("|-|-|-|-|-|-|")
        for codec in given.codecs:
            print_table(codec, measure(plan, codec, given.runs))


if __name__ == "__main__":
    try:
        main()
    except Unavailable as missing:
        print(f"SKIPPED: {missing}")
        sys.exit(77)
