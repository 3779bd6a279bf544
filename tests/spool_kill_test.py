#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Kills a process that has a spool at random moments: whatever was taken, and not done, is there
when the next one starts, in order."""

import argparse
import pathlib
import random
import subprocess
import sys
import tempfile
import threading

KILLS = 100
LIFE_MAX = 0.03  # seconds from ready to the kill
GAP = 1000  # numbers that a life leaves out: one before it may have taken what it did not tell of


class Ledger:
    """The records of all lives: what was taken, and what may be done."""

    def __init__(self):
        self.waiting = set()
        self.done = set()
        self.next = 0
        self.repeated = 0
        self.untold = 0

    def check(self, numbers):
        """What a new life has read back must be all that waits, in order."""
        assert numbers == sorted(set(numbers)), "not in order, or twice"
        missing = sorted(self.waiting.difference(numbers))
        assert not missing, f"{len(missing)} records are lost, the first is {missing[0]}"
        self.repeated += len(self.done.intersection(numbers))
        self.untold += len(set(numbers) - self.done - self.waiting)
        self.waiting.update(numbers)
        self.waiting -= self.done
        self.next = max([self.next, *(number + 1 for number in numbers)])

    def note(self, word, first, count):
        numbers = range(first, first + count)
        self.next = max(self.next, first + count)
        if word == "taken":
            self.waiting.update(numbers)
        elif word == "done":
            self.done.update(numbers)
            self.waiting.difference_update(numbers)


def live(writer, directory, ledger, seed):
    """One life, to the kill and through all that it told."""
    command = [writer, directory, str(ledger.next + GAP), str(seed)]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    read, told, ready = [], [], False
    for line in process.stdout:
        word, *numbers = line.split()
        if word == "read":
            read.append(int(numbers[0]))
        elif word == "ready":
            ready = True
            threading.Timer(random.uniform(0, LIFE_MAX), process.kill).start()
        else:
            told.append((word, *map(int, numbers)))
    status = process.wait()
    assert ready, f"a start failed with {status}"
    ledger.check(read)
    for note in told:
        ledger.note(*note)


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--writer", required=True)
    parser.add_argument("--kills", type=int, default=KILLS)
    parser.add_argument("--seed", type=int, default=random.randrange(1 << 16))
    options = parser.parse_args()
    print(f"seed {options.seed}")
    random.seed(options.seed)
    ledger = Ledger()
    with tempfile.TemporaryDirectory() as directory:
        spool = str(pathlib.Path(directory, "spool"))
        for number in range(options.kills):
            live(options.writer, spool, ledger, options.seed + number)
    taken = len(ledger.done) + len(ledger.waiting)
    assert taken > options.kills, "hardly anything was taken"
    print(f"{options.kills} kills, {taken} records, 0 lost, {ledger.repeated} repeated, "
          f"{ledger.untold} more than were told of")
    return 0


if __name__ == "__main__":
    sys.exit(main())
