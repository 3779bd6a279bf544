# SPDX-License-Identifier: Apache-2.0
"""Stands between an exporter and weir: passes each datagram on, and keeps it for tshark."""

import contextlib
import ctypes
import os
import queue
import socket
import threading
import time

import packet
import ports

LOOPBACK = "127.0.0.1"
LOOPBACK_MAC = "00:00:00:00:00:00"
RECEIVE_BUFFER = 4 << 20
SO_RCVBUFFORCE = 33  # asm-generic/socket.h
CLONE_NEWNET = 0x40000000


@contextlib.contextmanager
def network_namespace(name):
    """The calling thread is in this network namespace; sockets that it opens stay there."""
    libc = ctypes.CDLL(None, use_errno=True)
    with open("/proc/thread-self/ns/net") as home, open(f"/run/netns/{name}") as away:
        if libc.setns(away.fileno(), CLONE_NEWNET) != 0:
            raise OSError(ctypes.get_errno(), os.strerror(ctypes.get_errno()))
        try:
            yield
        finally:
            libc.setns(home.fileno(), CLONE_NEWNET)


def receiver():
    """A UDP socket on a free loopback port."""
    sock = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, RECEIVE_BUFFER)
    with contextlib.suppress(PermissionError):
        sock.setsockopt(socket.SOL_SOCKET, SO_RCVBUFFORCE, RECEIVE_BUFFER)
    sock.bind((LOOPBACK, 0))
    return sock


class Relay:
    """Runs from its making until stop(); port is where the exporter sends to.

    One thread takes what comes, for exporters do not wait; another passes it on as weir has room.
    """

    def __init__(self, destination_port, namespace=None):
        with network_namespace(namespace) if namespace else contextlib.nullcontext():
            self.inside = receiver()
        self.outside = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.destination = (LOOPBACK, destination_port)
        self.port = self.inside.getsockname()[1]
        self.datagrams = []  # (time in microseconds, source port, payload)
        self.last_arrival = time.monotonic()
        self.taken = queue.SimpleQueue()
        runs = self.take, self.pass_on
        self.threads = [threading.Thread(target=run, daemon=True) for run in runs]
        for thread in self.threads:
            thread.start()

    def take(self):
        payload = True
        while payload:
            payload, (_, source_port) = self.inside.recvfrom(65536)
            self.taken.put(payload)
            if payload:
                self.datagrams.append((time.time_ns() // 1000, source_port, payload))
                self.last_arrival = time.monotonic()

    def pass_on(self):
        while payload := self.taken.get():
            ports.await_room(self.destination[1])
            self.outside.sendto(payload, self.destination)

    def wait_until_quiet(self, seconds, limit):
        """Waits until nothing has come for so many seconds, but no longer than limit."""
        end = time.monotonic() + limit
        while time.monotonic() < end:
            if self.datagrams and time.monotonic() - self.last_arrival > seconds:
                return
            time.sleep(0.02)

    def stop(self):
        """An empty datagram, which no exporter sends, ends the threads.  May be called again."""
        if not self.threads[0].is_alive():
            return
        self.inside.sendto(b"", self.inside.getsockname())
        for thread in self.threads:
            thread.join()
        self.inside.close()
        self.outside.close()


def frames(datagrams, port):
    """Datagrams as frames to this port, the one that tools know the protocol by."""
    return [
        (time_us, frame(source_port, port, payload)) for time_us, source_port, payload in datagrams
    ]


def frame(source_port, port, payload):
    datagram = packet.udp(LOOPBACK, LOOPBACK, (source_port, port), payload)
    octets = packet.ipv4(LOOPBACK, LOOPBACK, packet.UDP, datagram)
    return packet.ethernet(LOOPBACK_MAC, LOOPBACK_MAC, packet.ETHERTYPES[4], octets)
