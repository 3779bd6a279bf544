# SPDX-License-Identifier: Apache-2.0
"""softflowd over what passes one of the router's interfaces.

tcpdump captures, and softflowd reads what it has: softflowd's own capture sees no packet on Linux
6.18, whose AF_PACKET does not wake it.
"""

import os
import re
import shutil
import struct
import subprocess
import time

from pipeline import Unavailable

PLACES = f"{os.environ.get('PATH', '')}:/usr/sbin"
FILTER = "udp"  # what the kernel says by itself is no case
# A frame of tcpdump's ring is as large as the snapshot: by default, 2 MiB held 32 of them.
SNAPSHOT, RING = "2048", "8192"  # octets, KiB
LOST = re.compile(r"([1-9]\d*) packets dropped by kernel")
PCAP_HEAD, PACKET_HEAD = 24, struct.Struct("=IIII")  # seconds, microseconds, captured, length
CAPTURE_LIMIT, END_LIMIT = 60, 120  # seconds


def need():
    for program in ("softflowd", "tcpdump"):
        if shutil.which(program, path=PLACES) is None:
            raise Unavailable(f"{program} is not installed")


class Exporter:
    """Captures as long as its with block."""

    def __init__(self, folder, interface):
        self.folder = folder
        self.capture = folder / "router.pcap"
        self.command = ["setpriv", "--pdeathsig", "KILL", "tcpdump", "-i", interface, "-n"]
        self.command += ["--immediate-mode", "-U", "-Z", "root", "-s", SNAPSHOT, "-B", RING]
        self.command += ["-w", str(self.capture), FILTER]

    def __enter__(self):
        environment = os.environ | {"PATH": PLACES}
        self.process = subprocess.Popen(
            self.command, stderr=subprocess.PIPE, text=True, env=environment
        )
        said = self.process.stderr.readline()
        if "listening on" not in said:
            raise RuntimeError(f"tcpdump: {said}")
        return self

    def __exit__(self, *_):
        self.process.kill()
        self.process.communicate()

    def captured(self):
        """How many whole packets are in the file."""
        octets = self.capture.read_bytes()
        at, count = PCAP_HEAD, 0
        while at + PACKET_HEAD.size <= len(octets):
            at += PACKET_HEAD.size + PACKET_HEAD.unpack_from(octets, at)[2]
            count += at <= len(octets)
        return count

    def stop(self, packets):
        """Once it has so many, for it writes none of those that it has not yet read."""
        end = time.monotonic() + CAPTURE_LIMIT
        while self.captured() < packets and time.monotonic() < end:
            time.sleep(0.1)
        self.process.terminate()
        _, said = self.process.communicate(timeout=END_LIMIT)
        if lost := LOST.search(said):
            raise RuntimeError(f"tcpdump: {lost[0]}")

    def export(self, port, packets):
        """Sends NetFlow v9 of all that it has seen, which is so many packets."""
        self.stop(packets)
        ways = ["-a", "-v", "9", "-n", f"127.0.0.1:{port}", "-c", "none"]
        pid = ["-p", str(self.folder / "softflowd.pid")]
        subprocess.run(
            ["/usr/sbin/softflowd", "-r", self.capture, *ways, *pid],
            check=True,
            capture_output=True,
            timeout=END_LIMIT,
        )
