#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Half load for a long time, with hostile datagrams in it, a reload and a new output each minute.

Memory and descriptors stay what they are, and every datagram and every record is accounted for.
Half load is what takes the collector half of a core, as far as this sender comes.
"""

import argparse
import itertools
import json
import os
import pathlib
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time

import capture_file
import kafka_fixture
import ports
from hostile import catalogue

ROOT = pathlib.Path(__file__).parent.parent
SKIPPED = 77
FULL = bool(os.environ.get("WEIR_FULL"))
MINUTES = 30
TICK = 0.01  # seconds between two bursts of the sender
GAUGE = 5  # seconds between two looks at the process
GAUGE_RATE = 500  # datagrams a second while the load is found out
FASTEST = 8000  # datagrams a second
HALF = 0.5  # of a core
HOSTILE_EACH = 20  # one datagram in so many
SLOPE_MAX = 1.0  # MiB a minute, once the first minute is over
OWN_SOURCES, HOSTILE_SOURCES = "127.0.1.", "127.0.2."
# What a sanitizer keeps of freed memory would hide what weir does with it.
ENVIRONMENT = {**os.environ, "ASAN_OPTIONS": "quarantine_size_mb=4"}


def parse_arguments():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--weir", required=True, help="the program under test")
    parser.add_argument("--minutes", type=float, default=MINUTES if FULL else 0)
    parser.add_argument("--table", type=pathlib.Path, help="where the figures are written")
    return parser.parse_args()


def good_datagrams():
    """What real exporters sent, from an address for each capture."""
    captures = sorted((ROOT / "tests" / "captures").glob("*.pcap"))
    for number, path in enumerate(captures, 1):
        for datagram in capture_file.read(path):
            yield f"{OWN_SOURCES}{number}", datagram.payload


def hostile_datagrams():
    for number, case in enumerate(catalogue.cases([])):
        for datagram in case.sent(None)[:50]:
            yield f"{HOSTILE_SOURCES}{1 + number % 200}", datagram.payload


class Sender(threading.Thread):
    """Sends at a rate that can be changed, until it is told to stop."""

    def __init__(self, port, rate):
        super().__init__()
        self.port, self.rate = port, rate
        self.sent = 0
        self.ended = threading.Event()
        self.sockets = {}
        self.good = itertools.cycle(list(good_datagrams()))
        self.hostile = itertools.cycle(list(hostile_datagrams()))

    def socket_of(self, source):
        if source not in self.sockets:
            self.sockets[source] = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
            self.sockets[source].bind((source, 0))
            self.sockets[source].connect(("127.0.0.1", self.port))
        return self.sockets[source]

    def send(self):
        source, payload = next(self.good if self.sent % HOSTILE_EACH else self.hostile)
        self.socket_of(source).send(payload)
        self.sent += 1

    def run(self):
        begin, due = time.monotonic(), 0.0
        while not self.ended.wait(TICK):
            now = time.monotonic()
            due += (now - begin) * self.rate
            begin = now
            for _ in range(int(due)):
                self.send()
            due -= int(due)

    def stop(self):
        self.ended.set()
        self.join()
        for each in self.sockets.values():
            each.close()


class Lines(threading.Thread):
    """Counts the lines of an output that was put aside, and removes it."""

    total = 0

    def __init__(self, path):
        super().__init__()
        self.path = path

    def run(self):
        with open(self.path, "rb") as file:
            chunks = iter(lambda: file.read(1 << 20), b"")
            Lines.total += sum(chunk.count(b"\n") for chunk in chunks)
        self.path.unlink()


class Process:
    def __init__(self, pid):
        self.proc = pathlib.Path("/proc") / str(pid)

    def memory(self):
        """MiB"""
        for line in (self.proc / "status").read_text().splitlines():
            if line.startswith("VmRSS:"):
                return int(line.split()[1]) / 1024
        return 0

    def descriptors(self):
        return len(os.listdir(self.proc / "fd"))

    def seconds(self):
        """of CPU"""
        fields = (self.proc / "stat").read_text().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def half_load(process, sender):
    before = process.seconds()
    time.sleep(GAUGE)
    a_datagram = (process.seconds() - before) / (GAUGE * GAUGE_RATE)
    sender.rate = min(FASTEST, HALF / max(a_datagram, 1e-9))


def renew_output(weir, output, number):
    aside = output.with_suffix(f".{number}")
    output.rename(aside)
    weir.send_signal(signal.SIGHUP)
    while not output.exists():
        time.sleep(TICK)
    time.sleep(1)  # what was being written when the signal came
    counter = Lines(aside)
    counter.start()
    return counter


def slope(gauged):
    """By least squares; the first minute is for filling what is kept."""
    late = [(at / 60, memory) for at, memory, _ in gauged if at >= 60]
    if len(late) < 2:
        return 0
    mean_at = sum(at for at, _ in late) / len(late)
    mean = sum(memory for _, memory in late) / len(late)
    squares = sum((at - mean_at) ** 2 for at, _ in late)
    return sum((at - mean_at) * (memory - mean) for at, memory in late) / squares


def soak(weir, sender, output, minutes):
    """Returns (second, MiB, descriptors) as they were."""
    process = Process(weir.pid)
    half_load(process, sender)
    begin, gauged, counters = time.monotonic(), [], []
    while (at := time.monotonic() - begin) < minutes * 60:
        time.sleep(GAUGE)
        gauged.append((at, process.memory(), process.descriptors()))
        if at >= (len(counters) + 1) * 60:
            counters.append(renew_output(weir, output, len(counters)))
    for counter in counters:
        counter.join()
    return gauged, len(counters)


def sums(sender, stats, lines):
    """(what, as it is, as it must be); lines were written"""
    dropped = stats.get("kernel_dropped", 0)
    ended = stats["datagrams_decoded"] + stats["datagrams_dropped"]
    written = lines + stats.get("records_unsent", 0)
    yield "datagrams, with those that the kernel dropped", stats["datagrams"] + dropped, sender.sent
    yield "datagrams, by how they ended", ended, stats["datagrams"]
    yield "lines, with records unsent", written, stats["records"]


def figures(given, sender, stats, gauged, reloads):
    yield "| minutes | datagrams | a second | records | dropped by the kernel | reloads | MiB | MiB a minute | descriptors |"
    yield "|-|-|-|-|-|-|-|-|-|"
    yield (
        f"| {given.minutes:g} | {sender.sent:,} | {sender.rate:.0f} | {stats['records']:,}"
        f" | {stats.get('kernel_dropped', 0)} | {reloads}"
        f" | {gauged[0][1]:.1f} to {max(m for _, m, _ in gauged):.1f} | {slope(gauged):+.3f}"
        f" | {gauged[-1][2]} |"
    )


def problems(sender, stats, gauged, code, log):
    if code != 0 or "Sanitizer" in log:
        yield f"exit code {code}\n{log}"
    for what, found, wanted in sums(sender, stats, Lines.total):
        if found != wanted:
            yield f"{what}: {found}, not {wanted}"
    if slope(gauged) > SLOPE_MAX:
        yield f"memory grew by {slope(gauged):.2f} MiB a minute"
    descriptors = {n for at, _, n in gauged if at >= 60}
    if len(descriptors) > 1:
        yield f"descriptors: {descriptors}"


def run(given, folder):
    output, port = folder / "flows.json", ports.free()
    options = ["-listen", f"flow://127.0.0.1:{port}", "-addr=", "-stats", "-fields", "all"]
    output_options = ["-transport", "file", "-transport.file", str(output)]
    with open(folder / "log", "w+", encoding="utf-8") as log:
        weir = subprocess.Popen(
            [given.weir, *options, *output_options], stderr=log, env=ENVIRONMENT
        )
        kafka_fixture.eventually(lambda: ports.bound(port))
        sender = Sender(port, GAUGE_RATE)
        sender.start()
        gauged, reloads = soak(weir, sender, output, given.minutes)
        sender.stop()
        kafka_fixture.eventually(lambda: ports.waiting(port) == 0)
        weir.send_signal(signal.SIGTERM)
        code = weir.wait(60)
        log.seek(0)
        text = log.read()
    Lines(output).run()
    stats = json.loads(next(line for line in reversed(text.splitlines()) if line.startswith("{")))
    found = list(problems(sender, stats, gauged, code, text))
    table = "\n".join(figures(given, sender, stats, gauged, reloads))
    print(table)
    if given.table and not found:
        given.table.write_text(table + "\n", encoding="utf-8")
    return found


def main():
    given = parse_arguments()
    if given.minutes <= 0:
        print(f"SKIPPED: takes {MINUTES} minutes; ./dev test --full does it")
        sys.exit(SKIPPED)
    with tempfile.TemporaryDirectory() as folder:
        found = run(given, pathlib.Path(folder))
    print("\n".join(found))
    sys.exit(1 if found else 0)


if __name__ == "__main__":
    main()
