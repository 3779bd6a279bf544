#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Bad input: every golden case and capture, cut at every length and with octets changed.

weir must live through it, and whatever it prints must be strict JSON.  Each sequence of
datagrams comes from an exporter of its own, so that none spoils the templates of another.
"""

import argparse
import ipaddress
import pathlib
import random
import sys

import capture_file
import replay

HERE = pathlib.Path(__file__).parent
SEED = 7011
SEQUENCES_A_RUN = 4000
CUTS_MAX = 3000  # of one case or capture; longer ones are cut at every n-th octet
CHANGES_A_CASE = 200
OCTETS = (0x00, 0x01, 0x03, 0x04, 0x7F, 0x80, 0xFE, 0xFF)


def parse_arguments():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--weir", required=True, help="the program under test")
    parser.add_argument("--seed", type=int, default=SEED, help="another seed changes other octets")
    parser.add_argument("--changes", type=int, default=CHANGES_A_CASE, help="changed per case")
    return parser.parse_args()


def payloads_of_cases():
    for path in sorted((HERE / "golden").rglob("*.hex")):
        yield [datagram.payload for datagram in capture_file.read_case(path).datagrams]


def payloads_of_captures():
    for path in sorted((HERE / "captures").rglob("*.pcap")):
        yield [datagram.payload for datagram in capture_file.read(path)]


def cuts(payloads):
    """The datagrams before one, and a prefix of it: for each one, and each prefix."""
    step = 1 + sum(len(payload) * (i + 1) for i, payload in enumerate(payloads)) // CUTS_MAX
    for i, payload in enumerate(payloads):
        for length in range(i % step, len(payload), step):
            yield payloads[:i] + [payload[:length]]


def changes(payloads, n, chance):
    """The datagrams, one of them with up to four octets changed."""
    for _ in range(n if any(payloads) else 0):
        changed = [bytearray(payload) for payload in payloads]
        victim = chance.choice([payload for payload in changed if payload])
        for _ in range(chance.randint(1, 4)):
            victim[chance.randrange(len(victim))] = chance.choice(OCTETS + (chance.randrange(256),))
        yield [bytes(payload) for payload in changed]


def sequences(seed, n):
    chance = random.Random(seed)
    for payloads in [*payloads_of_cases(), *payloads_of_captures()]:
        yield from cuts(payloads)
        yield from changes(payloads, n, chance)


def datagrams(chunk):
    first = int(ipaddress.ip_address("10.0.0.1"))
    for i, payloads in enumerate(chunk):
        source = str(ipaddress.ip_address(first + i))
        for payload in payloads:
            yield capture_file.Datagram(source, 2055, 1700000000, payload)


def fault(weir, chunk):
    """What is wrong with weir's answer to these sequences, or nothing."""
    try:
        lines, _ = replay.run_datagrams(weir, ["-fields", "all"], datagrams(chunk))
        for line in lines:
            replay.record(line)
    except replay.Failed as failure:
        return str(failure)
    return ""


def smallest(weir, chunk):
    """A single sequence that fails, if one alone does."""
    while len(chunk) > 1:
        half = len(chunk) // 2
        chunk = next((part for part in (chunk[:half], chunk[half:]) if fault(weir, part)), None)
        if chunk is None:
            return None
    return chunk[0]


def report(weir, chunk, wrong):
    print(wrong)
    alone = smallest(weir, chunk)
    if alone is None:
        print("No sequence fails alone.")
        return
    print("\n---\n".join(payload.hex(" ", -4) for payload in alone))


def chunks(items, size):
    chunk = []
    for item in items:
        chunk.append(item)
        if len(chunk) == size:
            yield chunk
            chunk = []
    if chunk:
        yield chunk


def main():
    arguments = parse_arguments()
    total = 0
    for chunk in chunks(sequences(arguments.seed, arguments.changes), SEQUENCES_A_RUN):
        wrong = fault(arguments.weir, chunk)
        if wrong:
            report(arguments.weir, chunk, wrong)
            return 1
        total += len(chunk)
    print(f"{total} sequences of datagrams, none of which weir failed at")
    return 0 if total else 1


if __name__ == "__main__":
    sys.exit(main())
