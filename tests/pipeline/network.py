# SPDX-License-Identifier: Apache-2.0
"""A router between an access network and the Internet, in network namespaces.

They end with the test.  The test's own namespace is the router: what it starts shares a loopback
that nobody else has.
"""

import ctypes
import ipaddress
import json
import os
import pathlib
import shutil
import subprocess
import sys

from pipeline import Unavailable

HERE = pathlib.Path(__file__).resolve().parent
CLONE_NEWNET = 0x40000000  # linux/sched.h
ROUTER4, ROUTER6 = "169.254.0.1", "fe80::1"
ALONE = ("setpriv", "--pdeathsig", "KILL", "unshare", "--net")
FORWARDING = ("ipv4/ip_forward", "ipv6/conf/all/forwarding")


def enter():
    """Moves this process, and what it starts from now on, into a namespace of its own."""
    if shutil.which("ip") is None:
        raise Unavailable("ip is not installed")
    if ctypes.CDLL(None, use_errno=True).unshare(CLONE_NEWNET) != 0:
        reason = os.strerror(ctypes.get_errno())
        raise Unavailable(f"no network namespace can be made: {reason}")
    ip("link", "set", "lo", "up")
    for switch in FORWARDING:
        pathlib.Path("/proc/sys/net", switch).write_text("1", encoding="ascii")


def ip(*words):
    subprocess.run(["ip", *words], check=True)


def width(address):
    return f"{address}/{ipaddress.ip_address(address).max_prefixlen}"


class Side:
    """One network behind the router's interface of the same name, with hosts of these addresses."""

    def __init__(self, name, addresses):
        self.name = name
        self.process = subprocess.Popen(
            [*ALONE, sys.executable, HERE / "host.py"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        self.await_word("here")
        self.connect()
        for address in addresses:
            self.add(address)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.process.kill()
        self.process.communicate()

    def connect(self):
        peer = ["peer", "name", "eth0", "netns", str(self.process.pid)]
        ip("link", "add", self.name, "type", "veth", *peer)
        ip("address", "add", width(ROUTER4), "dev", self.name)
        ip("address", "add", f"{ROUTER6}/64", "dev", self.name, "nodad")
        ip("link", "set", self.name, "up")
        for device in ("lo", "eth0"):
            self.ip("link", "set", device, "up")
        self.ip("route", "add", ROUTER4, "dev", "eth0")
        self.ip("route", "add", "default", "via", ROUTER4)
        self.ip("-6", "route", "add", "default", "via", ROUTER6, "dev", "eth0")

    def ip(self, *words):
        """The same in the hosts' namespace."""
        command = ["nsenter", "--net", "--target", str(self.process.pid), "ip", *words]
        subprocess.run(command, check=True)

    def add(self, address):
        nodad = ["nodad"] if ":" in address else []
        self.ip("address", "add", width(address), "dev", "eth0", *nodad)
        ip("route", "add", width(address), "dev", self.name)

    def begin(self, hear, say):
        """Returns when the hosts hear; they send at the times that say has."""
        self.process.stdin.write(json.dumps({"hear": hear, "say": say}) + "\n")
        self.process.stdin.flush()
        self.await_word("ready")

    def finish(self):
        self.await_word("done")

    def await_word(self, word):
        said = self.process.stdout.readline().strip()
        if said != word:
            raise RuntimeError(f"the hosts of {self.name} say {said!r} instead of {word!r}")
