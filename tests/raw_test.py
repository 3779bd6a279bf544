#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""-produce raw: a line a datagram, with everything that stands in it.

Beside the golden cases named produce-raw*: what no such case can show, each capture's counts, and
goflow2's own lines where they are at hand.
"""

import argparse
import json
import pathlib
import re
import struct
import subprocess
import sys

import bad_input_test
import capture_file
import replay

ROOT = pathlib.Path(__file__).parent.parent
CAPTURES = ROOT / "tests" / "captures"
GOLDEN = ROOT / "tests" / "golden"
EPOCH = 1800000000
RECEIVED = re.compile(rb'"time_received":"[^"]*"')
OUTPUT_MAX = 4 << 20  # DECODE_OUTPUT_MAX
PAYLOAD_MAX = 65507  # of UDP over IPv4

V1 = "0001 0001 00000000 00000000 00000000" + "00" * 48
V5 = "0005 0001 00000000 00000000 00000000 00000007 00 00 0000" + "00" * 48
V7 = "0007 0001 00000000 00000000 00000000 00000007 00000000" + "00" * 52
V9 = "0009 0001 00000000 65000000 00000064 00000001"
IPFIX = "000a 0014 65000000 00000064 00000001 0100 0004"
SFLOW = "00000005 00000001 c0000201 00000000 00000009 00000000 00000000"

# What -format text says of a datagram.
SUMMARIES = (
    (V1, "NetFlowV1 count:1"),
    (V5, "NetFlowV5 seq:7 count:1"),
    (V7, "NetFlowV7 seq:7 count:1"),
    (V9, "NetFlowV9 count:1 seq:100"),
    (IPFIX, "IPFIX count:1 seq:100"),
    (SFLOW, "sFlow5 agent:192.0.2.1 seq:9 count:0"),
)


def datagram(payload, number=0, source="192.0.2.1", port=40000):
    return capture_file.Datagram(source, port, EPOCH + number, payload)


def raw(weir, datagrams, *options):
    return replay.run_datagrams(weir, ["-produce", "raw", *options], datagrams)


# --- Formats and command lines ---


def check_summaries(weir):
    datagrams = [datagram(bytes.fromhex(octets)) for octets, _ in SUMMARIES]
    lines, _ = raw(weir, datagrams, "-format", "text")
    wanted = [f"2027-01-15 08:00:00 +0000 UTC 192.0.2.1:40000: {text}" for _, text in SUMMARIES]
    found = [line.decode() for line in lines]
    if found != wanted:
        yield f"summaries: expected {wanted}, found {found}"


def check_source(weir):
    lines, _ = raw(weir, [datagram(bytes.fromhex(V5), 0, "2001:db8::5", 2055)])
    source = json.loads(lines[0])["src"]
    if source != "[2001:db8::5]:2055":
        yield f"src of IPv6: found {source}"


def check_bin(weir):
    lines, counters = raw(weir, [datagram(bytes.fromhex(V5))] * 3, "-format", "bin")
    if lines or counters["errors"].get("not_serializable") != 3:
        yield f"bin: {len(lines)} lines, errors {counters['errors']}"


def check_command_line(weir):
    done = subprocess.run(
        [weir, "-produce", "nonsense"], capture_output=True, timeout=60, check=False
    )
    if done.returncode != 1 or b"nonsense" not in done.stderr:
        yield f"-produce nonsense: exit {done.returncode}, {done.stderr!r}"


# --- What there is much of ---


def ipfix(*sets):
    octets = b"".join(struct.pack(">HH", number, 4 + len(body)) + body for number, body in sets)
    return struct.pack(">HHIII", 10, 16 + len(octets), 1700000000, 1, 1) + octets


def template(number, fields):
    body = struct.pack(">HH", number, len(fields))
    return 2, body + b"".join(struct.pack(">HH", *field) for field in fields)


def full_set(number, octet=b"\x01"):
    return number, octet * (PAYLOAD_MAX - 20)


ANY_PEN = struct.pack(">HHHHI", 256, 1, 0x8001, 1, 2**32 - 1)
LONG_VALUE = b"\xff" + struct.pack(">H", 65000) + bytes(65000)
EMPTY_SETS = [(256, b"")] * ((PAYLOAD_MAX - 16) // 4)

# What one datagram may do: a template, and the sets that follow in the next datagram.
HOGS = (
    ("many fields of one octet", template(256, [(4, 1)] * 1000), [full_set(256)]),
    ("records of one octet", template(256, [(4, 1)]), [full_set(256)]),
    ("the longest names", (2, ANY_PEN), [full_set(256)]),
    ("fields of no octets", template(256, [(4, 0)] * 1023 + [(4, 1)]), [full_set(256)]),
    ("values of no octets", template(256, [(82, 0xFFFF)] * 1000), [full_set(256, b"\0")]),
    ("a long value", template(256, [(82, 0xFFFF)]), [(256, LONG_VALUE)]),
    ("sets of no records", template(256, [(4, 1)]), EMPTY_SETS),
)


def check_hog(weir, name, first, sets):
    """However much stands in a datagram: its line is JSON, bounded, and what is cut is counted."""
    lines, counters = raw(weir, [datagram(ipfix(first)), datagram(ipfix(*sets), 1)])
    for line in lines:
        replay.record(line)
    octets = len(lines[-1])
    if len(lines) != 2 or octets > OUTPUT_MAX:
        yield f"{name}: {len(lines)} lines, the last of {octets} octets"
    if ("budget" in counters["errors"]) != (octets > OUTPUT_MAX * 0.9):
        yield f"{name}: {octets} octets, but the errors are {counters['errors']}"


def check_hogs(weir):
    for hog in HOGS:
        yield from check_hog(weir, *hog)


def check_prefixes(weir):
    """Every prefix of the golden cases for raw."""
    paths = sorted(GOLDEN.rglob("produce-raw*.hex"))
    cases = [[one.payload for one in capture_file.read_case(path).datagrams] for path in paths]
    sequences = [cut for case in cases for cut in bad_input_test.cuts(case)]
    lines, _ = raw(weir, bad_input_test.datagrams(sequences))
    for line in lines:
        replay.record(line)
    if not lines:
        yield "no line of any prefix"


# --- Captures ---


def records_of(message):
    """Data records, options data and flow samples of one message."""
    if "records" in message:
        yield from message["records"]
    for one_set in message.get("flow-sets", ()):
        yield from (record for record in one_set["records"] if "template-id" not in record)
    for sample in message.get("samples", ()):
        yield from [sample] if sample and "flow-records-count" in sample else []


def check_capture(weir, path):
    """A line for each datagram, and in it the records that -produce sample finds."""
    lines, counters = replay.run(weir, ["-produce", "raw"], path)
    _, sampled = replay.run(weir, ["-hold.sets", "0"], path)
    messages = [replay.record(line)["message"] for line in lines]
    found = sum(len(list(records_of(message))) for message in messages)
    wanted = sampled.get("records", 0) + sampled.get("options_records", 0)
    if len(lines) != counters["datagrams"] - counters.get("datagrams_dropped", 0):
        yield f"{path.name}: {len(lines)} lines for {counters['datagrams']} datagrams"
    if found != wanted:
        yield f"{path.name}: {found} records, but {wanted} with -produce sample"


def check_captures(weir):
    for path in sorted(CAPTURES.glob("*.pcap")):
        yield from check_capture(weir, path)


# --- goflow2's lines ---


def check_vectors(weir, path):
    vectors = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
    for vector in vectors:
        vector["host"], _, vector["port"] = vector["src"].rpartition(":")
    datagrams = [
        datagram(bytes.fromhex(v["hex"]), v["n"], v["host"], int(v["port"])) for v in vectors
    ]
    lines, _ = raw(weir, datagrams, "-compat", "goflow2")
    found = [RECEIVED.sub(b'"time_received":"@T"', line).decode() for line in lines]
    wanted = [line for vector in vectors for line in vector["expect"]]
    for line, expected in zip(found, wanted):
        if line != expected:
            yield f"goflow2 wrote\n  {expected}\nweir\n  {line}"
    if len(found) != len(wanted):
        yield f"goflow2 wrote {len(wanted)} lines, weir {len(found)}"


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--weir", required=True, help="the program under test")
    parser.add_argument("--vectors", type=pathlib.Path, required=True, help="goflow2's lines")
    arguments = parser.parse_args()
    checks = [check_summaries, check_source, check_bin, check_command_line, check_hogs]
    checks += [check_prefixes, check_captures]
    faults = [fault for check in checks for fault in check(arguments.weir)]
    if arguments.vectors.exists():
        faults += check_vectors(arguments.weir, arguments.vectors)
    print("\n".join(faults))
    print(f"{len(faults)} faults")
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
