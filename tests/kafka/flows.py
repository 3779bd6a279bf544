# SPDX-License-Identifier: Apache-2.0
"""NetFlow v5 whose every record bears a number of its own, sent at a steady pace."""

import random
import socket
import struct
import threading
import time

import ports

KEYS = 500  # source addresses, in turn
PER_DATAGRAM = 30
TICK = 0.005  # seconds between bursts
SEND_BUFFER = 4 << 20
HEADER = struct.Struct(">HHIIIIBBH")
RECORD = struct.Struct(">4s4s4sHHIIIIHHBBBBHHBBH")


def source(number):
    """The address that the record of this number has, as octets."""
    at = number % KEYS
    return bytes((10, 1, at >> 8, at & 255))


def record(number, noise):
    """The number is the flow's count of octets, a field that nothing else uses."""
    destination = bytes((198, 51, 100, noise.randrange(256)))
    ports = (noise.randrange(1024, 65536), noise.choice((53, 80, 443, 8080)))
    begin = number & 0xFFFFFF
    counts = (noise.randrange(1, 2000), number, begin, begin + noise.randrange(60000))
    hop = bytes((192, 0, 2, 1))
    rest = (0, noise.randrange(32), 6, 0, 64496, 64497, 24, 24, 0)
    return RECORD.pack(source(number), destination, hop, 1, 2, *counts, *ports, *rest)


def datagram(first, count, noise, now):
    """count records, numbered from first on; the first record is number 1."""
    seconds, rest = divmod(int(now * 1e9), 1_000_000_000)
    head = HEADER.pack(5, count, 0x10000000, seconds, rest, first - 1, 0, 0, 0)
    return head + b"".join(record(first + i, noise) for i in range(count))


class Sender:
    """Sends to a port of loopback from start() until stop(), or until all is sent.

    It waits where a socket has no room: a datagram that finds none is no loss of weir's.
    """

    def __init__(self, port, rate, first=1):
        self.destination = ("127.0.0.1", port)
        self.rate = rate  # records a second
        self.next = first
        self.stopping = threading.Event()
        self.noise = random.Random(first)
        self.socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, SEND_BUFFER)
        self.thread = None

    def send(self, count):
        """The next records, in datagrams as full as may be."""
        for at in range(0, count, PER_DATAGRAM):
            n = min(PER_DATAGRAM, count - at)
            ports.await_room(self.destination[1])
            self.socket.sendto(datagram(self.next, n, self.noise, time.time()), self.destination)
            self.next += n

    def run(self, seconds):
        begin, sent = time.monotonic(), 0
        while not self.stopping.wait(TICK):
            passed = time.monotonic() - begin
            due = int(min(passed, seconds) * self.rate / PER_DATAGRAM) * PER_DATAGRAM
            self.send(due - sent)
            sent = due
            if passed >= seconds:
                return

    def start(self, seconds=float("inf")):
        self.stopping.clear()
        self.thread = threading.Thread(target=self.run, args=(seconds,), daemon=True)
        self.thread.start()

    def wait(self):
        self.thread.join()

    def stop(self):
        self.stopping.set()
        self.wait()

    def numbers(self):
        """All that were sent since the first."""
        return range(1, self.next)

