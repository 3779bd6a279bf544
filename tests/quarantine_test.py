#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Quarantine: what breaks a rule is kept, and breaks the same rule when it is replayed.

All golden and all hostile datagrams are replayed into a quarantine, and this is replayed and
explained; a collector is killed, told to reopen, and flooded.
"""

import argparse
import collections
import os
import pathlib
import re
import signal
import socket
import subprocess
import sys
import tempfile
import time

import capture_file
import ports
import replay
from hostile import catalogue, octets

TESTS = pathlib.Path(__file__).parent
PATIENCE = 60  # s
LEAST = 1 << 20  # -quarantine.bytes
COSTLY = ("RECORD", "TEMPLATE", "SET", "DATAGRAM")
# What is lost because of something else than the datagram.
NOT_ITS_OWN = {"not_allowed", "no_memory", "not_serializable", "template_unknown",
               "template_rejected", "template_rate"}  # fmt: skip
BROKEN = octets.v5(octets.v5_record(), count=100)
LOGGED_ONCE = ["-err.cnt", "1"]


def own_faults():
    text = (TESTS.parent / "lib" / "decode_error.def").read_text(encoding="utf-8")
    rows = re.findall(r'^DECODE_ERROR\(\w+, "(\w+)", (\w+),', text, re.MULTILINE)
    return {name for name, cost in rows if cost in COSTLY} - NOT_ITS_OWN


OWN = own_faults()


# --- Replayed ---


def golden_datagrams():
    """Each case has exporters of its own."""
    for n, path in enumerate(sorted((TESTS / "golden").rglob("*.hex"))):
        for datagram in capture_file.read_case(path).datagrams:
            if ":" not in datagram.source:
                last = datagram.source.rpartition(".")[2]
                datagram = datagram._replace(source=f"10.{n // 250}.{n % 250}.{last}")
            yield datagram


def hostile_datagrams():
    for n, case in enumerate(catalogue.cases([])):
        yield from case.sent(f"10.{n // 250}.{n % 250}")


def faults(counters):
    found = {name: n for name, n in counters["errors"].items() if name in OWN}
    return collections.Counter(found)


def explained(weir, path):
    done = subprocess.run(
        [weir, "explain", "-format", "json", path], capture_output=True, timeout=60, check=False
    )
    if done.returncode != 0 or done.stderr:
        raise replay.Failed(f"explain: exit {done.returncode}: {done.stderr.decode()}")
    return [replay.record(line) for line in done.stdout.splitlines()]


def wrongly_explained(weir, path):
    """The reason in the comment must be among those that an explanation finds."""
    kept = list(capture_file.read_quarantine(path))
    explanations = explained(weir, path)
    if len(kept) != len(explanations):
        yield f"{len(kept)} datagrams kept, {len(explanations)} explained"
    for (datagram, comment), explanation in zip(kept, explanations):
        reason = comment.partition(":")[0]
        reasons = {fault["reason"] for fault in explanation["faults"]}
        if reason in OWN and reason not in reasons:
            yield f"{comment}, but explained by {reasons}: {datagram.payload.hex()[:200]}"
        if reason not in OWN and not comment.startswith("made by weir: template"):
            yield f"a comment is {comment!r}"


def wrongly_kept(weir, datagrams, folder):
    path = os.path.join(folder, "kept.pcap")
    options = ["-quarantine", path, "-quarantine.rate", "0", "-hold.sets", "0", *LOGGED_ONCE]
    _, first = replay.run_datagrams(weir, options, datagrams, replay.run_octets)
    _, second = replay.run_octets(weir, ["-hold.sets", "0", *LOGGED_ONCE], path)
    if first.get("quarantine_left_out", 0):
        yield f"{first['quarantine_left_out']} left out"
    if faults(first) != faults(second):
        yield f"not the same faults: {faults(first) - faults(second)} {faults(second) - faults(first)}"
    yield from wrongly_explained(weir, path)


def times_and_addresses_wrong(weir, folder):
    """They are those of the datagram."""
    path = os.path.join(folder, "kept.pcap")
    sent = [
        capture_file.Datagram("192.0.2.7", 1234, 1700000000, BROKEN),
        capture_file.Datagram("2001:db8::7", 65535, 1700000001, BROKEN),
    ]
    options = ["-quarantine", path, "-quarantine.rate", "0"]
    replay.run_datagrams(weir, options, sent)
    kept = [kept.datagram for kept in capture_file.read_quarantine(path)]
    if kept != [datagram._replace(time=datagram.time * 10**9) for datagram in sent]:
        yield f"kept are {kept}"


# --- Collected ---


class Collector:
    """A collector with a quarantine, in a folder that outlives it."""

    def __init__(self, weir, folder, *options):
        self.path = os.path.join(folder, "q.pcap")
        self.log = os.path.join(folder, "log")
        self.port = ports.free()
        with open(self.log, "wb") as log:
            self.process = subprocess.Popen(
                [weir, "-listen", f"flow://127.0.0.1:{self.port}?count=2", "-addr", "", *options]
                + ["-quarantine", self.path, "-transport.file", os.devnull, *LOGGED_ONCE],
                stdin=subprocess.DEVNULL, stderr=log,
            )  # fmt: skip
        self.wait_for("starting collection")

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.process.kill()
        self.process.wait()

    def wait(self, condition):
        end = time.monotonic() + PATIENCE
        while not condition():
            if time.monotonic() > end or self.process.poll() is not None:
                raise replay.Failed(f"waited in vain\n{pathlib.Path(self.log).read_text()}")
            time.sleep(0.02)

    def wait_for(self, line):
        self.wait(lambda: line in pathlib.Path(self.log).read_text(encoding="utf-8"))

    def send(self, payload):
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sender:
            sender.sendto(payload, ("127.0.0.1", self.port))

    def wait_until_kept(self, n):
        self.wait(lambda: os.path.exists(self.path) and len(kept_at(self.path)) >= n)

    def end(self, number):
        self.process.send_signal(number)
        return self.process.wait(PATIENCE)


def kept_at(path):
    """As far as the file goes: the last block may be on its way."""
    try:
        return [kept.datagram.payload for kept in capture_file.read_quarantine(path)]
    except (ValueError, IndexError, capture_file.struct.error):
        return []


def wrong_after_a_kill(weir, folder):
    """What was kept is there, and the next run goes on behind it, torn block or not."""
    with Collector(weir, folder) as collector:
        collector.send(BROKEN)
        collector.wait_until_kept(1)
        collector.end(signal.SIGKILL)
    with open(collector.path, "ab") as file:
        file.write(b"\6\0\0\0\x80\0\0\0\0")
    with Collector(weir, folder) as collector:
        collector.send(BROKEN + b"\0")
        collector.wait_until_kept(2)
        if collector.end(signal.SIGTERM) != 0:
            yield "ended badly"
    if kept_at(collector.path) != [BROKEN, BROKEN + b"\0"]:
        yield f"kept are {kept_at(collector.path)}"
    if oct(os.stat(collector.path).st_mode)[-1] != "0":
        yield "others may read the file"


def wrong_after_a_rotation(weir, folder):
    with Collector(weir, folder, "-quarantine.rate", "0") as collector:
        collector.send(BROKEN)
        collector.wait_until_kept(1)
        os.rename(collector.path, collector.path + ".moved")
        collector.process.send_signal(signal.SIGHUP)
        collector.wait(lambda: os.path.exists(collector.path))
        collector.send(BROKEN + b"\0")
        collector.wait_until_kept(1)
        collector.end(signal.SIGTERM)
    if kept_at(collector.path) != [BROKEN + b"\0"] or kept_at(collector.path + ".moved") != [BROKEN]:
        yield "datagrams are not where they belong"


def wrong_after_a_flood(weir, folder):
    """Both files keep to their size, and hold what came last."""
    path = os.path.join(folder, "q.pcap")
    flood = [
        capture_file.Datagram("192.0.2.1", 40000, 1700000000 + n, BROKEN + octets.u32(n) * 300)
        for n in range(3000)
    ]
    options = ["-quarantine", path, "-quarantine.rate", "0", "-quarantine.bytes", str(LEAST)]
    _, counters = replay.run_datagrams(weir, [*options, *LOGGED_ONCE], flood)
    kept = kept_at(path + ".1") + kept_at(path)
    if max(os.path.getsize(path), os.path.getsize(path + ".1")) > LEAST // 2:
        yield "a file is too large"
    if len(kept) < 300 or kept != sorted(kept):
        yield f"{len(kept)} datagrams kept"
    if counters["quarantined"] + counters.get("quarantine_left_out", 0) != len(flood):
        yield f"not all are counted: {counters}"


def wrong_rate(weir, folder):
    """One a second of an exporter's fault, ten a second of all, with a hundred at once."""
    path = os.path.join(folder, "q.pcap")
    one = [capture_file.Datagram("192.0.2.1", 40000, 1700000000 + n // 100, BROKEN) for n in range(1000)]
    many = [
        capture_file.Datagram(f"10.{n // 250}.{n % 250}.1", 40000, 1700000000, BROKEN)
        for n in range(1000)
    ]
    for flood, least, most in ((one, 10, 10), (many, 50, 101)):
        _, counters = replay.run_datagrams(weir, ["-quarantine", path, *LOGGED_ONCE], flood)
        if not least <= counters["quarantined"] <= most:
            yield f"{counters['quarantined']} kept, not {least} to {most}"


# --- Refused ---


def run_collector(weir, *options):
    listen = f"flow://127.0.0.1:{ports.free()}"
    command = [weir, "-listen", listen, "-addr", "", "-transport.file", os.devnull]
    done = subprocess.run(
        [*command, *options], stdin=subprocess.DEVNULL, capture_output=True, timeout=PATIENCE, check=False
    )
    return done.returncode, done.stderr.decode()


def wrongly_refused(weir, folder):
    path = os.path.join(folder, "notes")
    pathlib.Path(path).write_text("somebody's notes\n", encoding="utf-8")
    code, errors = run_collector(weir, "-quarantine", path)
    if code != 1 or "cannot open the quarantine" not in errors:
        yield f"exit {code} for a file of somebody's: {errors}"
    if pathlib.Path(path).read_text(encoding="utf-8") != "somebody's notes\n":
        yield "a file of somebody's was changed"
    code, errors = run_collector(weir, "-quarantine", path, "-quarantine.bytes", str(LEAST - 1))
    if code != 1 or f'-quarantine.bytes "{LEAST - 1}"' not in errors:
        yield f"exit {code} for too small a file: {errors}"


ROWS = (
    ("golden datagrams", lambda weir, folder: wrongly_kept(weir, list(golden_datagrams()), folder)),
    ("hostile datagrams", lambda weir, folder: wrongly_kept(weir, list(hostile_datagrams()), folder)),
    ("times and addresses", times_and_addresses_wrong),
    ("a kill", wrong_after_a_kill),
    ("a rotation", wrong_after_a_rotation),
    ("a flood", wrong_after_a_flood),
    ("a rate", wrong_rate),
    ("a refusal", wrongly_refused),
)


def wrong(weir, check):
    with tempfile.TemporaryDirectory() as folder:
        try:
            yield from check(weir, folder)
        except replay.Failed as failure:
            yield str(failure)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--weir", required=True, help="the program under test")
    weir = parser.parse_args().weir
    found = [f"{name}: {fault}" for name, check in ROWS for fault in wrong(weir, check)]
    print("\n".join(found[:50]))
    print(f"{len(ROWS)} checks, {len(found)} faults")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
