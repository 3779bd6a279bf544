# SPDX-License-Identifier: Apache-2.0
"""Runs weir_bench, for nanoseconds or for instructions a record."""

import dataclasses
import json
import re
import subprocess
import tempfile

COUNTED = "measured_round"  # the function of weir_bench that valgrind looks into


class NotCounted(Exception):
    """valgrind is missing, or did not run the program."""


@dataclasses.dataclass(frozen=True)
class Cost:
    """Of a record."""

    ns: float
    octets: float


def said(output, command):
    lines = output.splitlines()
    if not lines:
        raise RuntimeError(f"{command} said nothing")
    return json.loads(lines[-1])


def cost(program, rounds, work, capture, *before):
    """Of the fastest of some rounds, behind a capture that is not measured, if one is given."""
    command = [program, work, capture, str(rounds), *before]
    done = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=True)
    found = said(done.stdout, command)
    return Cost(found["ns"] / found["records"], found["octets"] / found["records"])


def least(program, runs, turns, rounds):
    """The cheapest cost of each of the runs, which are what cost() and instructions() take.

    They take turns, for a shared machine is slower for seconds together.
    """
    found = [cost(program, rounds, *run) for run in runs]
    for _ in range(turns - 1):
        again = [cost(program, rounds, *run) for run in runs]
        found = [min(pair, key=lambda one: one.ns) for pair in zip(found, again)]
    return found


def instructions(program, work, capture, *before):
    """A record; of one round, so that it repeats exactly, behind a capture as above."""
    with tempfile.NamedTemporaryFile() as profile:
        command = [
            *("valgrind", "--tool=callgrind", f"--callgrind-out-file={profile.name}"),
            *(f"--toggle-collect={COUNTED}", program, work, capture, "1", *before),
        ]
        try:
            done = subprocess.run(command, capture_output=True, text=True, check=False)
        except FileNotFoundError as missing:
            raise NotCounted("there is no valgrind") from missing
    counted = re.search(r"Collected : (\d+)", done.stderr)
    if done.returncode != 0 or counted is None or counted[1] == "0":
        raise NotCounted(f"valgrind does not run {program}:\n{done.stderr}")
    return int(counted[1]) / said(done.stdout, command)["records"]


def printed(program, work, capture):
    """The records themselves."""
    return subprocess.run([program, work, capture, "0"], capture_output=True, check=True).stdout
