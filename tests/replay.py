# SPDX-License-Identifier: Apache-2.0
"""Runs `weir replay` for the tests, and holds what it prints to strict JSON."""

import json
import os
import subprocess
import tempfile

import capture_file


class Failed(Exception):
    """weir ended badly, or printed what no reader may have to take."""


def run_octets(weir, options, capture, time_limit=120):
    """Returns what weir printed, whatever it is, and its counters."""
    command = [weir, "replay", "-loglevel", "error", "-stats", *options, str(capture)]
    try:
        done = subprocess.run(command, capture_output=True, timeout=time_limit, check=False)
    except subprocess.TimeoutExpired as expired:
        raise Failed(f"{capture}: no end after {expired.timeout:.0f} s") from expired
    errors = done.stderr.decode(errors="replace")
    if done.returncode != 0:
        raise Failed(f"{capture}: exit {done.returncode}\n{errors}")
    return done.stdout, counters(errors)


def run(weir, options, capture, time_limit=120):
    """Returns the lines that weir printed, as bytes, and its counters."""
    output, counted = run_octets(weir, options, capture, time_limit)
    if output and not output.endswith(b"\n"):
        raise Failed(f"{capture}: the last line has no end")
    return output.splitlines(), counted


def run_datagrams(weir, options, datagrams, runner=run):
    """The same for datagrams, by way of a capture in a temporary file."""
    with tempfile.TemporaryDirectory() as folder:
        capture = os.path.join(folder, "datagrams.pcap")
        capture_file.write(capture, datagrams)
        return runner(weir, options, capture)


def counters(errors):
    lines = errors.splitlines()
    if not lines:
        raise Failed("no counters on standard error")
    return record(lines[-1].encode())


def unique(pairs):
    keys = dict(pairs)
    if len(keys) != len(pairs):
        raise ValueError("a key stands twice")
    return keys


def no_constant(text):
    raise ValueError(f"{text} is no JSON")


def record(line):
    """One line as strict JSON: UTF-8, no key twice, no NaN, no half surrogate."""
    try:
        text = line.decode("utf-8")
        value = json.loads(text, object_pairs_hook=unique, parse_constant=no_constant)
        json.dumps(value, ensure_ascii=False).encode("utf-8")
    except ValueError as error:
        raise Failed(f"{error}: {line[:400]!r}") from error
    if not isinstance(value, dict):
        raise Failed(f"no object: {line[:400]!r}")
    return value
