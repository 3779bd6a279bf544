#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""What a record costs: in the program, and end to end over loopback UDP, beside the floors.

Instructions repeat exactly; nanoseconds are those of this machine in this run, so only their
ratios mean something.  --check compares the instructions with those of instructions.json.
"""

import argparse
import json
import pathlib
import re
import subprocess
import sys
import tempfile

HERE = pathlib.Path(__file__).resolve().parent
sys.path[1:1] = [str(HERE.parent), str(HERE.parent / "hostile")]

# pylint: disable=wrong-import-position
import collectors
import flat
import load
import program
import traffic
import udp

FIGURES = HERE / "instructions.json"
SKIPPED = 77
WORKS = ("none", "json", "bin")
TITLES = {"none": "decode only", "json": "decode + JSON", "bin": "decode + protobuf"}
SMALL = 200  # datagrams of a capture that is read in memory
LARGE = 4000  # datagrams of one that is sent
BURST_LOOPS = 4
PROGRAM_TURNS, BURST_TURNS, PACED_TURNS = 7, 7, 3  # the cheapest counts
ROUNDS = 60  # of a turn in the program
FLOOR = "floor: recvmmsg alone"
HAND = "floor: recvmmsg and JSON by hand"
HAND_FILE = "floor: recvmmsg and JSON by hand to a file"
MOST = 1.05


def write_captures(folder, kinds, datagrams):
    for kind in kinds:
        path = folder / f"{kind}.pcap"
        traffic.write(path, kind, datagrams)
        yield kind, path


# --- In the program ---


def count(given, folder):
    """Instructions a record, by kind and work."""
    return {
        kind: {work: program.instructions(given.program, work, path) for work in WORKS}
        for kind, path in write_captures(folder, given.kinds, SMALL)
    }


def runs_of(kind, path):
    """Each work of the kind, by its title."""
    works = {**TITLES, "copy": "floor: memcpy of a JSON record"}
    if kind == "v5":
        works["hand"] = "floor: JSON by hand, unrolled"
    return {(kind, title): (work, path) for work, title in works.items()}


def print_program(given, folder):
    runs = {}
    for kind, path in write_captures(folder, given.kinds, SMALL):
        runs.update(runs_of(kind, path))
    costs = dict(zip(runs, program.least(given.program, runs.values(), PROGRAM_TURNS, ROUNDS)))
    hand = next((cost.ns for (_, title), cost in costs.items() if "by hand" in title), None)
    print("\n| traffic | work | ns a record | instructions | octets | of the floor |\n|-|-|-|-|-|-|")
    for (kind, title), cost in costs.items():
        counted = program.instructions(given.program, *runs[kind, title])
        ratio = f"{cost.ns / hand:.2f}" if hand else ""
        print(
            f"| {kind} | {title} | {cost.ns:.0f} | {counted:.0f} | {cost.octets:.0f} | {ratio} |",
            flush=True,
        )


# --- End to end ---


def commands(given, kind):
    hand = {
        HAND: collectors.sink(given.program, "hand"),
        HAND_FILE: collectors.sink(given.program, "hand {folder}/flows"),
    }
    return {
        FLOOR: collectors.sink(given.program),
        **(hand if kind == "v5" else {}),
        "weir, JSON of one field": collectors.weir(given.weir, options="-fields type"),
        "weir, JSON": collectors.weir(given.weir),
        "weir, JSON to a file": collectors.weir(given.weir, output="{folder}/flows"),
        "weir, protobuf": collectors.weir(given.weir, "bin"),
        **collectors.installed(kind),
        **collectors.named(given.collector),
    }


def burst_cost(kind, found):
    """µs of CPU a record."""
    return found.processor / found.datagrams / traffic.EACH[kind] * 1e6


def find_floor(given, kind, found):
    """To receive, and to write JSON by hand as it costs for NetFlow v5."""
    alone = burst_cost(kind, found[FLOOR])
    if HAND in found:
        given.hand_us = burst_cost(kind, found[HAND]) - alone
    given.floor = alone + given.hand_us if given.hand_us else None


def print_burst(given, kind, name, found):
    """As fast as the sender can, and no more than the socket holds: nothing may be lost."""
    if found is None or found.lost > 0:
        why = "did not start" if found is None else f"too slow: {found.lost} datagrams lost"
        print(f"| {kind} | {name} | {why} | | |", flush=True)
        return
    busy = " (the sender was the bottleneck)" if found.sending > 0.9 * found.seconds else ""
    speed = found.datagrams * traffic.EACH[kind] / found.seconds
    cost = burst_cost(kind, found)
    ratio = f"{cost / given.floor:.2f}" if given.floor else ""
    print(f"| {kind} | {name} | {cost:.3f} | {ratio} | {speed:.0f}{busy} |", flush=True)


def print_udp(given, folder):
    print("\nA burst that the socket's buffer holds; of the floor: received, and JSON by hand:\n")
    print("| traffic | collector | CPU-µs a record | of the floor | records/s |\n|-|-|-|-|-|")
    loads = {}
    for kind, path in write_captures(folder, given.kinds, LARGE):
        loads[kind] = udp.Load(given.weir, path, 0, LARGE, BURST_LOOPS)
        found = udp.in_turns(commands(given, kind), loads[kind], folder, BURST_TURNS)
        find_floor(given, kind, found)
        for name, run in found.items():
            print_burst(given, kind, name, run)
    print_paced(given, folder, loads)


def print_paced(given, folder, loads):
    """At one pace for all, which the slowest keeps."""
    print(f"\nAt {given.pace} datagrams/s:\n")
    print("| traffic | collector | CPU-µs a record | of weir's JSON | datagrams lost |\n|-|-|-|-|-|")
    for kind, burst in loads.items():
        load = udp.Load(given.weir, burst.capture, given.pace / traffic.PACE, LARGE, 2)
        found = udp.in_turns(commands(given, kind), load, folder, PACED_TURNS)
        own = found["weir, JSON"]
        for name, run in found.items():
            if run is None:
                print(f"| {kind} | {name} | did not start | | |")
                continue
            each_us = run.processor / max(run.taken(), 1) / traffic.EACH[kind] * 1e6
            ratio = each_us / (own.processor / own.taken() / traffic.EACH[kind] * 1e6)
            print(f"| {kind} | {name} | {each_us:.3f} | {ratio:.2f} | {run.lost} |", flush=True)


# --- Against the committed figures ---


def machine():
    """What instructions depend on beside the sources: the processor, by which the C library chooses
    its functions, and the compiler."""
    processor = pathlib.Path("/proc/cpuinfo").read_text(encoding="ascii", errors="replace")
    model = re.search(r"model name\s*: (.*)", processor)
    compiler = subprocess.run(["cc", "--version"], capture_output=True, text=True, check=True)
    return f"{model[1] if model else 'unknown'}, {compiler.stdout.splitlines()[0]}"


def check(given, folder):
    figures = json.loads(FIGURES.read_text(encoding="ascii"))
    known, there = figures["instructions"], figures["machine"]
    if there != machine():
        raise program.NotCounted(f"counted on {there}, and this is {machine()}")
    failed = False
    for kind, works in count(given, folder).items():
        for work, counted in works.items():
            change = counted / known[kind][work] - 1
            more = counted > known[kind][work] * MOST
            failed = failed or more
            print(f"{'MORE' if more else 'ok'} {kind} {work}: {counted:.0f} instructions {change:+.1%}")
    if failed:
        print("more than 5 % above tests/bench/instructions.json (renew it: ./dev bench --renew)")
    return 1 if failed else 0


def renew(given, folder):
    counted = {
        kind: {work: round(value, 1) for work, value in works.items()}
        for kind, works in count(given, folder).items()
    }
    figures = {"machine": machine(), "instructions": counted}
    FIGURES.write_text(json.dumps(figures, indent=2) + "\n", encoding="ascii")
    return 0


def show(given, folder):
    print_program(given, folder)
    if not given.no_udp:
        print_udp(given, folder)
    return 0


def arguments():
    parser = argparse.ArgumentParser(prog="./dev bench", description=__doc__.splitlines()[0])
    parser.add_argument("--program", required=True, help=argparse.SUPPRESS)
    parser.add_argument("--weir", required=True, help=argparse.SUPPRESS)
    way = parser.add_mutually_exclusive_group()
    way.add_argument("--check", dest="way", action="store_const", const=check,
                     help="compare instructions with the committed figures; 1 above +5 %%")
    way.add_argument("--renew", dest="way", action="store_const", const=renew,
                     help="make the figures of now those to compare with")
    way.add_argument("--flat", dest="way", action="store_const", const=flat.show,
                     help="a record's cost by exporters, templates and size of the input")
    way.add_argument("--soak", dest="way", action="store_const", const=load.print_soak,
                     help="a minute at 80 %% of what saturates a worker: nothing is lost")
    way.add_argument("--overload", dest="way", action="store_const", const=load.print_overload,
                     help="more than it can take: what is dropped, and how weir answers meanwhile")
    way.add_argument("--latency", dest="way", action="store_const", const=load.print_latency,
                     help="at half load, from receipt to standard output")
    parser.add_argument("--no-udp", action="store_true", help="leave out the runs over UDP")
    parser.add_argument("--kinds", nargs="*", default=list(traffic.KINDS), metavar="KIND",
                        choices=list(traffic.KINDS), help="of traffic: %(default)s")
    parser.add_argument("--pace", type=int, default=4000, metavar="N",
                        help="datagrams a second where all collectors are compared: %(default)s")
    parser.add_argument("--collector", action="append", default=[], metavar="NAME=COMMAND",
                        help="measure this one too; {port} and {folder} are filled in")
    parser.set_defaults(way=show, hand_us=None, floor=None)
    return parser.parse_args()


def main():
    given = arguments()
    udp.adopt_orphans()
    with tempfile.TemporaryDirectory(prefix="weir-bench-") as folder:
        try:
            return given.way(given, pathlib.Path(folder))
        except program.NotCounted as reason:
            print(f"SKIPPED: {reason}")
            return SKIPPED


if __name__ == "__main__":
    sys.exit(main())
