#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Who may speak, and who makes room for whom: -allow, strangers, and the rate of templates."""

import argparse
import subprocess
import sys

import replay
from capture_file import Datagram
from hostile.octets import T, X, flow_set, template, v5, v5_record, v9, v9_templates

START = 1_700_000_000
OWN = "192.0.2.1"


def learn(sequence=1, number=256, source=1):
    return v9(v9_templates(template(number, T)), sequence=sequence, source=source)


def send(sequence=2, source=1):
    return v9(flow_set(256, X), sequence=sequence, source=source)


def strangers(n, second):
    """A template each, from addresses never heard before."""
    return [Datagram(f"10.0.{i >> 8}.{i & 255}", 2055, START + second, learn()) for i in range(n)]


def at(second, payload, source=OWN):
    return Datagram(source, 2055, START + second, payload)


ADDRESSES = [at(0, v5(v5_record()), source) for source in (OWN, "198.51.100.7", "2001:db8::1")]

# What is shown; options; datagrams; records that must come; counters, of faults or others.
ROWS = [
    ("all may speak", [], ADDRESSES, 3, {"not_allowed": 0}),
    ("a prefix may", ["-allow", "192.0.2.0/24"], ADDRESSES, 1, {"not_allowed": 2}),
    (
        "prefixes of both families may",
        ["-allow", "2001:db8::/32,198.51.100.7"],
        ADDRESSES,
        2,
        {"not_allowed": 1, "datagrams_dropped": 1, "datagrams": 3},
    ),
    (
        "who may not is not even looked at",
        ["-allow", "203.0.113.0/24"],
        [at(0, b""), at(0, b"\0"), at(0, learn())],
        0,
        {"not_allowed": 3, "empty": 0, "short": 0, "templates": 0},
    ),
    (
        "strangers leave those alone who were heard a minute after their first datagram",
        ["-exporter.max", "20", "-exporter.strangers", "10"],
        [at(0, learn()), at(61, send()), *strangers(500, 62), at(63, send(3))],
        2,
        {"stranger_evicted": 481, "exporter_evicted": 0},
    ),
    (
        "a clock that is set back makes no stranger for longer",
        ["-exporter.max", "20", "-exporter.strangers", "10"],
        [at(9999, learn()), at(0, send()), at(60, send(3)), *strangers(99, 62), at(63, send(4))],
        3,
        {"exporter_evicted": 0},
    ),
    (
        "before that, a stranger makes room for strangers",
        ["-exporter.max", "20", "-exporter.strangers", "10"],
        [at(0, learn()), at(59, send()), *strangers(500, 60), at(61, send(3))],
        1,
        {"exporter_evicted": 0},
    ),
    (
        "those that are known leave strangers their places",
        ["-exporter.max", "4", "-exporter.strangers", "2"],
        [
            *[at(0, learn(), f"192.0.2.{n}") for n in range(4)],
            *[at(61, send(), f"192.0.2.{n}") for n in range(4)],
        ],
        4,
        {"exporter_evicted": 2, "stranger_evicted": 0},
    ),
    (
        "on a list nobody is a stranger",
        ["-exporter.max", "3", "-exporter.strangers", "2", "-allow", "192.0.2.0/24"],
        [at(0, learn(), f"192.0.2.{n}") for n in range(4)],
        0,
        {"exporter_evicted": 1, "stranger_evicted": 0},
    ),
    (
        "beyond the memory for all, strangers go first",
        ["-exporter.bytes", "100000"],
        [at(0, learn()), at(61, send()), *strangers(500, 62), at(63, send(3))],
        2,
        {"exporter_evicted": 0},
    ),
    (
        "templates may come in a burst, and then at their rate",
        ["-templates.rate", "1"],
        [
            *[at(0, learn(n, 300 + n)) for n in range(20)],
            at(1, learn(20, 256)),
            at(1, send(21)),
        ],
        1,
        {"template_rate": 9},
    ),
    (
        "a template that comes too soon also ends the one before it",
        ["-templates.rate", "1", "-hold.sets", "0"],
        [
            at(0, learn()),
            *[at(0, learn(n, 300 + n)) for n in range(20)],
            at(0, v9(v9_templates(template(256, "1/8")), sequence=30)),
            at(0, send(31)),
        ],
        0,
        {"template_rate": 11, "template_unknown": 1},
    ),
    (
        "a template beyond the exporter's bound makes room in the domain unheard of for longest",
        ["-templates.exporter.max", "2", "-hold.sets", "0"],
        [
            at(0, learn(source=1)),
            at(1, learn(source=2)),
            at(2, learn(2, 257, source=2)),
            at(3, send(3, source=2)),
            at(4, send(2, source=1)),
        ],
        1,
        {"template_evicted": 1, "template_unknown": 1},
    ),
    (
        "and in its own, where that one has none",
        ["-templates.exporter.max", "2", "-hold.sets", "0"],
        [
            at(0, send(1, source=1)),
            *[at(n, learn(n, 255 + n, source=2)) for n in (1, 2, 3)],
            at(4, send(4, source=2)),
        ],
        0,
        {"template_evicted": 1, "template_unknown": 2},
    ),
    (
        "a template that is not sent again ends",
        ["-templates.ttl", "60s", "-hold.sets", "0"],
        [at(0, learn()), at(60, send()), at(61, send(3))],
        1,
        {"template_expired": 1, "template_unknown": 1},
    ),
    (
        "or is kept by its data, if that is wanted",
        ["-templates.ttl", "60s", "-templates.ttl.extend-on-access"],
        [at(0, learn()), at(50, send()), at(100, send(3))],
        2,
        {"template_expired": 0},
    ),
    (
        "without observation domains a template is the exporter's",
        ["-exporter.scope", "port,listener", "-hold.sets", "0"],
        [at(0, learn(source=1)), at(1, send(source=2)), Datagram(OWN, 9, START + 2, send(3))],
        1,
        {"template_unknown": 1},
    ),
    (
        "one exporter has its memory, however little there is",
        ["-exporter.bytes", "1"],
        [at(0, learn()), at(1, send()), at(61, send(3))],
        2,
        {"stranger_evicted": 0, "exporter_evicted": 0},
    ),
    (
        "where all may speak that are named, one makes room for another",
        ["-allow", "192.0.2.0/24", "-exporter.bytes", "1", "-hold.sets", "0"],
        [
            *[at(n, learn(), f"192.0.2.{n}") for n in range(5)],
            at(5, send(), "192.0.2.4"),
            at(6, send(), "192.0.2.0"),
        ],
        1,
        {"exporter_evicted": 5, "stranger_evicted": 0, "template_unknown": 1},
    ),
    (
        "a template that was sent before may come at any rate",
        ["-templates.rate", "1"],
        [at(0, learn(n)) for n in range(100)],
        0,
        {"template_rate": 0},
    ),
]

# Values of -allow that are none, and what weir says of them.
REFUSED = ["192.0.2.0/33", "localhost", "192.0.2.0/24,,10.0.0.0/8"]


def wrong(weir, options, datagrams, records, counters):
    lines, counted = replay.run_datagrams(weir, options, datagrams)
    if len(lines) != records:
        yield f"{len(lines)} records, not {records}"
    for name, expected in counters.items():
        seen = counted["errors"].get(name, counted.get(name, 0))
        if seen != expected:
            yield f"{name} {seen}, not {expected}"


def wrongly_taken(weir):
    for value in REFUSED:
        done = subprocess.run(
            [weir, "replay", "-allow", value, "/dev/null"], capture_output=True, check=False
        )
        if done.returncode != 1 or b"is no prefix" not in done.stderr:
            yield f"-allow {value}: exit {done.returncode}, {done.stderr!r}"


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--weir", required=True, help="the program under test")
    weir = parser.parse_args().weir
    faults = [
        f"{about}: {fault}"
        for about, options, datagrams, records, counters in ROWS
        for fault in wrong(weir, options, datagrams, records, counters)
    ]
    faults += wrongly_taken(weir)
    print("\n".join(faults))
    print(f"{len(ROWS) + len(REFUSED)} rows, {len(faults)} faults")
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
