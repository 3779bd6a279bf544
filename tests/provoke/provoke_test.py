#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Calls that fail: the n-th allocation, and each system call with each of some errors.

The program replays a capture, or collects, is told to reload and to stop.  Whatever fails, it must
end in time and by itself, print whole lines of strict JSON, account for every record, and say so if
it cannot go on.  A part of the failures is tried; all, where WEIR_FULL is in the environment.
"""

import argparse
import collections
import concurrent.futures
import itertools
import os
import pathlib
import signal
import socket
import subprocess
import sys
import tempfile
import time

TESTS = pathlib.Path(__file__).parent.parent
sys.path.insert(0, str(TESTS))

import capture_file  # noqa: E402
import ports  # noqa: E402
import replay  # noqa: E402

ERRORS = ("EINTR", "EAGAIN", "ENOMEM", "ENOSPC", "EIO", "EMFILE", "EPIPE")
SYSTEM = (
    *("open", "read", "pread", "write", "pwrite", "lseek", "fstat", "stat", "ftruncate", "poll", "socket"),
    *("bind", "setsockopt", "getsockopt", "recvmmsg", "getrandom", "fopen", "fsync", "rename"),
)
CASES = (
    "netflow5/two-records",
    "netflow5/short-headers",
    "netflow9/template-then-data",
    "netflow9/data-before-template",
    "netflow9/sampler-by-id",
    "ipfix/variable-length",
    "sflow/flow-sample",
)
SANITIZER = 99  # exit code of a finding
ENDED_BY_SIGNAL = (-signal.SIGHUP, -signal.SIGTERM)
PATIENCE = 60  # s
SOME = 100  # failures of a scenario that are tried, if not all are
FULL = "WEIR_FULL" in os.environ

Failure = collections.namedtuple("Failure", "call n error")
Run = collections.namedtuple("Run", "code errors lines")  # lines are those of the output


def datagrams():
    return [
        datagram
        for case in CASES
        for datagram in capture_file.read_case(TESTS / "golden" / f"{case}.hex").datagrams
    ]


class Scenario:
    """A run of the program in a folder of its own."""

    def __init__(self, weir):
        self.weir = weir

    def start(self, folder, failure, *arguments):
        environment = {
            **os.environ,
            "ASAN_OPTIONS": f"exitcode={SANITIZER}",
            "UBSAN_OPTIONS": f"exitcode={SANITIZER}",
            "WEIR_PROVOKE": f"{failure.call} {failure.n} {failure.error}",
            "WEIR_PROVOKE_COUNT": os.path.join(folder, "count"),
        }
        output = os.path.join(folder, "output")
        options = ["-fields", "all", "-stats", "-transport", "file", "-transport.file", output]
        options += ["-quarantine", os.path.join(folder, "quarantine.pcap")]
        return subprocess.Popen(
            [self.weir, *arguments[:1], *options, *arguments[1:]],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            env=environment,
        )

    def calls(self, call):
        """How many there are if none fails."""
        with tempfile.TemporaryDirectory() as folder:
            run = self.run(folder, Failure(call, 0, "EIO"))
            if run.code != 0:
                raise replay.Failed(f"exit {run.code} though nothing failed: {run.errors}")
            return int(pathlib.Path(folder, "count").read_text(encoding="ascii"))

    def try_one(self, failure):
        with tempfile.TemporaryDirectory() as folder:
            try:
                return self.wrong(self.run(folder, failure))
            except (replay.Failed, subprocess.TimeoutExpired) as wrong:
                return str(wrong)

    @staticmethod
    def wrong(run):
        """What should not be, or nothing."""
        if run.code not in (0, 1, 2) and not Scenario.was_ending(run):
            return f"exit {run.code}: {run.errors[-3000:]}"
        if run.code != 0 and not run.errors.strip():
            return f"exit {run.code}, and not a word"
        if run.lines and not run.lines[-1].endswith(b"\n"):
            return "the last line has no end"
        for line in run.lines:
            if line.strip():  # a line that could not be taken back is ended by an empty one
                replay.record(line)
        return Scenario.unbalanced(run)

    @staticmethod
    def was_ending(run):
        """A signal that comes when the end has begun may end it at once."""
        return run.code in ENDED_BY_SIGNAL and ("stopping" in run.errors or "ERROR" in run.errors)

    @staticmethod
    def unbalanced(run):
        last = (run.errors.strip().splitlines() or [""])[-1]
        if run.code != 0 or not last.startswith("{"):
            return ""
        counters = replay.record(last.encode())
        transport = collections.Counter(counters.get("transport", {}))
        written = sum(bool(line.strip()) for line in run.lines)
        if counters.get("records", 0) != transport["taken"] + counters.get("records_unsent", 0):
            return f"records went nowhere: {last}"
        if transport["taken"] != sum(transport.values()) - transport["taken"]:
            return f"records of the transport went nowhere: {last}"
        return "" if transport["delivered"] == written else f"{written} lines: {last}"


def lines_of(folder):
    output = pathlib.Path(folder, "output")
    return output.read_bytes().splitlines(keepends=True) if output.exists() else []


class Replay(Scenario):
    name = "replay"

    def run(self, folder, failure):
        capture = os.path.join(folder, "capture.pcap")
        capture_file.write(capture, datagrams())
        process = self.start(folder, failure, "replay", capture)
        try:
            _, errors = process.communicate(timeout=PATIENCE)
        finally:
            process.kill()
        return Run(process.returncode, errors.decode(errors="replace"), lines_of(folder))


class Collect(Scenario):
    """Starts, receives, is told to reopen and to reload, receives, and is told to stop."""

    name = "collect"

    def run(self, folder, failure):
        port = ports.free()
        process = self.start(
            folder, failure, "collect", "-listen", f"flow://127.0.0.1:{port}", "-addr", ""
        )
        try:
            for number in (signal.SIGHUP, signal.SIGTERM):
                wait_until_bound(process, port)
                send(port)
                time.sleep(0.05)
                process.send_signal(number)
            _, errors = process.communicate(timeout=PATIENCE)
        finally:
            process.kill()
        return Run(process.returncode, errors.decode(errors="replace"), lines_of(folder))


def wait_until_bound(process, port):
    end = time.monotonic() + PATIENCE
    while process.poll() is None and time.monotonic() < end:
        if f":{port:04X} " in pathlib.Path("/proc/net/udp").read_text(encoding="ascii"):
            return
        time.sleep(0.01)


def send(port):
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sender:
        for datagram in datagrams():
            sender.sendto(datagram.payload, ("127.0.0.1", port))


def failures_of(scenario):
    """Of memory each call; of the system each call with each error."""
    for n in range(1, scenario.calls("memory") + 1):
        yield Failure("memory", n, "ENOMEM")
    for call in SYSTEM:
        for n, error in itertools.product(range(1, scenario.calls(call) + 1), ERRORS):
            yield Failure(call, n, error)


def chosen(failures):
    step = 1 if FULL else max(1, len(failures) // SOME)
    return failures[::step]


def try_all(scenario):
    """Faults, and how many failures were tried."""
    tried = chosen(list(failures_of(scenario)))
    with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
        wrong = list(pool.map(scenario.try_one, tried))
    return [
        f"{scenario.name}: {failure.call} number {failure.n}, {failure.error}: {fault}"
        for failure, fault in zip(tried, wrong)
        if fault
    ], len(tried)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--weir", required=True, help="the program, linked with provoke.c")
    weir = parser.parse_args().weir
    faults = []
    for scenario in (Replay(weir), Collect(weir)):
        found, tried = try_all(scenario)
        faults += found
        print(f"{scenario.name}: {tried} failures provoked, {len(found)} not lived through")
    print("\n".join(faults))
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
