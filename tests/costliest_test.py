#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""What one datagram can make of weir: the costliest that we know, a row each.

The records of a datagram take 4 MiB at most, and the work on it 20 ms.  No time is tested, but
instructions, where callgrind can run the program: INSTRUCTIONS_MAX are 20 ms of a core of 3 GHz
that does two in a cycle, which is a slow pace for such code.
"""

import argparse
import dataclasses
import pathlib
import re
import resource
import subprocess
import sys
import tempfile

import capture_file
from hostile.octets import *

OCTETS_MAX = 4 << 20
INSTRUCTIONS_MAX = 120_000_000
FULL = 65_000  # octets of sets and samples; with the headers a whole datagram
TIMES = 20  # a row is sent so often, each time by another exporter, to measure its time
RUNS = 3  # the fastest counts
SKIPPED = 77  # as ctest is told
COUNTED = "pipeline_datagram"  # the function that callgrind looks into
OPTIONS = ["-fields", "all", "-records", "all", "-tunnels", "vxlan,geneve,gtpu,teredo"]

PACKET = ethernet(0x0800, ipv4(17, udp()))


def learn(fields):
    return ipfix(ipfix_templates(template(256, fields)))


def data(octets):
    return ipfix(flow_set(256, octets))


def filled(part):
    """As many of it as a datagram holds."""
    return part * (FULL // len(part))


def unknown(n, first=2000):
    """Fields of an octet that nobody has registered."""
    return " ".join(f"{first + i}/1" for i in range(n))


def nested(n):
    packet = udp()
    for depth in range(n):
        packet = ipv4(4 if depth else 17, packet)
    return ethernet(0x0800, packet)


def path(n):
    """An extended gateway record with a path of n ASes, and n communities."""
    ases = u32(*range(n))
    return gateway(u32(1, 2, n), ases, u32(n), ases, u32(0))


def of_options(n):
    body = b"".join(u32(i) + text(b"a") for i in range(n))
    return ipfix(ipfix_options(256, "10/4 82/*")), data(body)


def templates(n, fields):
    return ipfix(*[ipfix_templates(template(256 + i, fields)) for i in range(n)])


ALMOST_ZEROS = bytes(FULL) + text(b"A")  # not padding, as the last octets show


# What it is about, and datagrams: those that teach first, then the one that costs.
ROWS = (
    ("NetFlow v5: 30 records", v5(*[v5_record()] * 30)),
    ("records of an octet", learn("4/1"), data(bytes([6]) * FULL)),
    ("records of five octets", learn("8/4 4/1"), data(bytes(FULL))),
    ("records of 1,024 unknown fields", learn(unknown(1024)), data(bytes(FULL))),
    ("records of 1,024 times the same field", learn("1/1 " * 1024), data(bytes(FULL))),
    ("records of 16 labels", learn("70/3 " * 16), data(bytes(FULL))),
    ("a text of control characters", learn("82/*"), data(text(bytes([1]) * FULL))),
    ("many short texts", learn("82/*"), data(filled(text(bytes([1] * 4))))),
    ("a list of 60,000 values", learn("291/*"), data(text(u8(255) + u16(4, 1) + bytes(60_000)))),
    ("events of translation", learn("230/1"), data(bytes([4]) * FULL)),
    ("options data of many scopes", *of_options(FULL // 6)),
    ("a template that data waited for", *[data(bytes([6]) * 60_000)] * 4, learn("4/1")),
    ("options data of zeros", ipfix(ipfix_options(256, "82/*")), data(ALMOST_ZEROS)),
    ("data of zeros", learn("82/*"), data(ALMOST_ZEROS)),
    ("a template set of zeros", ipfix(flow_set(2, ALMOST_ZEROS))),
    ("5,000 templates", templates(5000, "8/4")),
    ("15 templates of 1,024 fields", templates(15, unknown(1024))),
    ("sFlow: samples without records", sflow(*[flow_sample()] * (FULL // 40))),
    ("sFlow: a sample of 8,000 records", sflow(flow_sample(*[tagged(4, b"")] * 8000))),
    ("sFlow: sampled packets", sflow(*[flow_sample(raw(PACKET))] * (FULL // 110))),
    ("sFlow: packets in packets", sflow(*[flow_sample(raw(nested(20)))] * (FULL // 520))),
    ("sFlow: paths of 250 ASes", sflow(*[flow_sample(path(250))] * (FULL // 2090))),
    ("sFlow: counters", sflow(*[counter_sample(tagged(1, bytes(88)))] * (FULL // 116))),
)


@dataclasses.dataclass(frozen=True)
class Cost:
    """Of the datagram that costs, and of what it had to learn."""

    octets: int
    milliseconds: float
    instructions: float  # None where they were not counted


def sequence(payloads, times):
    """The datagrams, by so many exporters."""
    return [
        capture_file.Datagram(f"192.0.2.{1 + source}", 40000, 1_700_000_000 + at, payload)
        for source in range(times)
        for at, payload in enumerate(payloads)
    ]


def seconds(weir, payloads, times, folder):
    """Of CPU, for the whole run; and the octets that it wrote."""
    capture, output = folder / "capture.pcap", folder / "output"
    capture_file.write(capture, sequence(payloads, times))
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    with open(output, "wb") as file:
        subprocess.run([*replay(weir), capture], stdout=file, check=True)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    used = after.ru_utime - before.ru_utime + after.ru_stime - before.ru_stime
    return used, output.stat().st_size


def least_seconds(weir, payloads, times, folder):
    return min(seconds(weir, payloads, times, folder) for _ in range(RUNS))


def replay(weir):
    return [weir, "replay", "-loglevel", "error", *OPTIONS]


def instructions(weir, payloads, folder):
    """None where valgrind does not run the program."""
    capture = folder / "counted.pcap"
    capture_file.write(capture, sequence(payloads, 1))
    command = [
        *("valgrind", "--tool=callgrind", f"--callgrind-out-file={folder / 'profile'}"),
        *(f"--toggle-collect={COUNTED}", *replay(weir), capture),
    ]
    try:
        done = subprocess.run(
            command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True, check=False
        )
    except FileNotFoundError:
        return None
    counted = re.search(r"Collected : (\d+)", done.stderr)
    return int(counted[1]) if done.returncode == 0 and counted else None


def cost(weir, payloads, folder):
    once, octets = least_seconds(weir, payloads, 1, folder)
    often, _ = least_seconds(weir, payloads, 1 + TIMES, folder)
    milliseconds = max(0, often - once) / TIMES * 1000
    return Cost(octets, milliseconds, instructions(weir, payloads, folder))


def line(about, found):
    counted = "" if found.instructions is None else f"{found.instructions / 1e6:.1f}"
    return f"| {about} | {found.octets / 1024:,.0f} | {found.milliseconds:.1f} | {counted} |"


def faults(about, found):
    if found.octets > OCTETS_MAX:
        yield f"{about}: {found.octets} octets, more than {OCTETS_MAX}"
    if found.instructions is not None and found.instructions > INSTRUCTIONS_MAX:
        yield f"{about}: {found.instructions} instructions, more than {INSTRUCTIONS_MAX}"


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--weir", type=pathlib.Path, required=True, help="without sanitizers")
    parser.add_argument("--table", type=pathlib.Path, help="where the table is written")
    given = parser.parse_args()
    if not given.weir.exists():
        print(f"SKIPPED: there is no {given.weir}")
        return SKIPPED
    with tempfile.TemporaryDirectory() as folder:
        rows = [
            (about, cost(given.weir, payloads, pathlib.Path(folder))) for about, *payloads in ROWS
        ]
    lines = ["| a datagram of | KiB of records | ms | million instructions |", "|-|-|-|-|"]
    lines += [line(*row) for row in rows]
    wrong = [fault for row in rows for fault in faults(*row)]
    print("\n".join(lines + wrong))
    if given.table:
        given.table.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
