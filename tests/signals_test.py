#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""500 random signals under load: weir stays, accounts for everything, and ends when it is told to."""

import argparse
import json
import pathlib
import random
import signal
import subprocess
import sys
import tempfile
import time

import kafka_fixture
import ports
from soak_test import Sender, sums

SIGNALS = 500
RATE = 1000  # datagrams a second
LONGEST_PAUSE = 0.02  # seconds
ENDS_WITHIN = 60  # seconds; none, where nothing else runs
WORKERS = 2
# What weir has a use for, and what terminals, pipes and children send to any process.
HANDLED = (signal.SIGHUP, signal.SIGUSR1, signal.SIGUSR2)
IGNORED = (signal.SIGPIPE, signal.SIGCHLD, signal.SIGWINCH, signal.SIGURG, signal.SIGCONT)
STOPPED = 0.005  # seconds between SIGSTOP and the SIGCONT behind it


def disturb(weir, chance):
    for _ in range(SIGNALS):
        number = chance.choice((*HANDLED, *IGNORED, signal.SIGSTOP))
        weir.send_signal(number)
        if number == signal.SIGSTOP:
            time.sleep(STOPPED)
            weir.send_signal(signal.SIGCONT)
        time.sleep(chance.random() * LONGEST_PAUSE)


def run(program, folder, chance):
    output, port = folder / "flows.json", ports.free()
    (folder / "weir.yaml").write_text("fields: all\n", encoding="utf-8")
    options = ["-listen", f"flow://127.0.0.1:{port}?count={WORKERS}"]
    options += ["-config", folder / "weir.yaml", "-addr=", "-stats"]
    options += ["-transport", "file", "-transport.file", output]
    options += ["-templates.json.path", folder / "state", "-quarantine", folder / "bad.pcap"]
    with open(folder / "log", "w", encoding="utf-8") as log:
        weir = subprocess.Popen([program, *options], stderr=log)
    kafka_fixture.eventually(lambda: ports.bound(port) == WORKERS)  # one alone may be a probe
    sender = Sender(port, RATE)
    sender.start()
    disturb(weir, chance)
    sender.stop()
    kafka_fixture.eventually(lambda: ports.waiting(port) == 0)
    weir.send_signal(signal.SIGTERM)
    try:
        code = weir.wait(ENDS_WITHIN)
    except subprocess.TimeoutExpired:
        weir.kill()
        code = f"none within {ENDS_WITHIN} s"
    text = (folder / "log").read_text("utf-8")
    if code != 0:
        return [f"exit code {code}", text[-3000:]]
    return list(unbalanced(sender, text, output))


def unbalanced(sender, log, output):
    stats = json.loads(next(line for line in reversed(log.splitlines()) if line.startswith("{")))
    lines = output.read_bytes().count(b"\n")
    print(f"{SIGNALS} signals, {sender.sent} datagrams, {lines} records")
    for what, found, wanted in sums(sender, stats, lines):
        if found != wanted:
            yield f"{what}: {found}, not {wanted}"
    if "msg=reloaded" not in log:
        yield "nothing was reloaded"


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--weir", required=True, help="the program under test")
    parser.add_argument("--seed", type=int, default=random.randrange(1 << 20), help="of the signals")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        found = run(given.weir, pathlib.Path(folder), random.Random(given.seed))
    print("\n".join([*found, f"seed {given.seed}, {len(found)} faults"]))
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
