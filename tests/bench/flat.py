# SPDX-License-Identifier: Apache-2.0
"""Whether a record costs the same, however many exporters, templates and octets there are."""

import os
import subprocess

import program
import traffic

# Exporters, and templates of all of them.
CROWDS = ((1, 1), (10, 10), (100, 100), (1000, 1000), (10000, 10000), (1, 1000), (10, 10000))
DATAGRAMS = 10000  # so that each exporter has its turn
ROUNDS = 10
TURNS = 12  # of one exporter and many; the fastest count
INPUT_DATAGRAMS = 700  # of v5: 1 MiB
INPUT_MIB = (16, 256, 4096)


def captures(folder, exporters, templates):
    """The templates, which were told before, and the data."""
    before, path = folder / f"before-{exporters}-{templates}", folder / f"{exporters}-{templates}"
    if not path.exists():
        told, data = traffic.many(exporters, templates, DATAGRAMS)
        traffic.write_all(before, told)
        traffic.write_all(path, data)
    return path, before


def print_crowds(given, folder):
    """IPFIX to JSON."""
    print("| exporters | templates | instructions | ns a record | of one exporter's ns |\n|-|-|-|-|-|")
    alone = ("json", *captures(folder, *CROWDS[0]))
    for exporters, templates in CROWDS:
        crowd = ("json", *captures(folder, exporters, templates))
        counted = program.instructions(given.program, *crowd)
        cost, alone_cost = program.least(given.program, [crowd, alone], TURNS, ROUNDS)
        ratio = cost.ns / alone_cost.ns
        print(
            f"| {exporters} | {templates} | {counted:.0f} | {cost.ns:.0f} | {ratio:.2f} |",
            flush=True,
        )


def replay_seconds(weir, path, loops):
    command = [weir, "replay", "-loglevel", "error", "-loop", str(loops)]
    command += ["-transport.file", os.devnull, path]
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL)
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode != 0:
        raise RuntimeError(f"{command} failed")
    return usage.ru_utime + usage.ru_stime


def print_inputs(given, folder):
    """v5 to JSON, from a capture again and again."""
    print("\n| MiB of input | CPU-ns a record |\n|-|-|")
    path = folder / "v5.pcap"
    traffic.write(path, "v5", INPUT_DATAGRAMS)
    idle = replay_seconds(given.weir, path, 1)
    for size in INPUT_MIB:
        records = (size - 1) * INPUT_DATAGRAMS * traffic.EACH["v5"]
        seconds = replay_seconds(given.weir, path, size) - idle
        print(f"| {size} | {seconds / records * 1e9:.0f} |", flush=True)


def show(given, folder):
    print_crowds(given, folder)
    print_inputs(given, folder)
    return 0
