# SPDX-License-Identifier: Apache-2.0
"""Ports for programs under test, which run beside each other."""

import pathlib
import random

# Below those that the kernel gives to clients, which come and go, and none of tests/broker.
RANGE = range(12000, 20000)
TABLES = ("udp", "udp6", "tcp", "tcp6")  # of /proc/net

chance = random.SystemRandom()  # tests that run together may be seeded alike


def rows(port, tables=TABLES[:2]):
    """What the kernel says of the sockets that have the port; to try it would keep others from it."""
    paths = (pathlib.Path("/proc/net") / table for table in tables)
    texts = (path.read_text(encoding="ascii") for path in paths if path.exists())
    found = (line.split() for text in texts for line in text.splitlines()[1:])
    return [row for row in found if row[1].endswith(f":{port:04X}")]


def bound(port, tables=TABLES[:2]):
    """How many sockets have it."""
    return len(rows(port, tables))


def waiting(port):
    """Octets that its UDP sockets hold unread."""
    return sum(int(row[4].partition(":")[2], 16) for row in rows(port))


def dropped(port):
    """Datagrams that found no room in its UDP sockets."""
    return sum(int(row[-1]) for row in rows(port))


def free():
    """One that no socket has, of UDP or TCP."""
    while bound(port := chance.choice(RANGE), TABLES) > 0:
        pass
    return port
