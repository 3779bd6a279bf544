# SPDX-License-Identifier: Apache-2.0
"""Ports for programs under test, which run beside each other."""

import functools
import itertools
import pathlib
import random
import socket
import time

# Below those that the kernel gives to clients, which come and go, and none of tests/broker.
RANGE = range(12000, 20000)
SHARE = 400  # ports of a test
ROOM = 100000  # octets held by a socket, as the kernel counts them; it lets anybody have 400000
PATIENCE = 60  # seconds until a test gives up
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


def await_room(port):
    """Returns when what is sent to it next finds room, however small a buffer the kernel grants."""
    end = time.monotonic() + PATIENCE
    while waiting(port) > ROOM and time.monotonic() < end:
        time.sleep(0.002)


@functools.cache
def share():
    """Ports that no other test asks for, again and again.

    As long as this process lives it has a socket of their name, which is of the same network as they
    are: between free() and the moment when a program has bound its port, another test could take it.
    """
    for first in chance.sample(RANGE[::SHARE], len(RANGE[::SHARE])):
        claim = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        try:
            claim.bind(f"\0weir-ports-{first}")
        except OSError:
            claim.close()
            continue
        return claim, itertools.cycle(range(first, first + SHARE))
    raise RuntimeError("more tests at once than there are ports for")


def free():
    """One that no socket has, of UDP or TCP; the same not again soon."""
    _, own = share()
    return next(port for port in own if bound(port, TABLES) == 0)
