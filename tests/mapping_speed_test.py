#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""What a mapping file costs: goflow2's example, beside as many fields without it.

Instructions repeat where seconds do not; callgrind counts them.  Without valgrind, and where the
program holds sanitizers, which valgrind cannot run, the test is skipped.
"""

import argparse
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile

SKIPPED = 77
TESTS = pathlib.Path(__file__).parent
MAPPING = TESTS / "mapping" / "shipped.yaml"
# As many fields as the example has; the last two stand for its icmp_name and csum.
FIELDS = (
    "type,time_received_ns,sequence_num,sampling_rate,flow_direction,sampler_address,"
    "time_flow_start_ns,time_flow_end_ns,bytes,packets,src_addr,src_net,dst_addr,dst_net,"
    "etype,proto,src_port,dst_port,in_if,out_if,src_mac,dst_mac,icmp_type,tcp_flags"
)
CAPTURES = ("ipfix-softflowd", "netflow9-softflowd", "netflow5-fprobe", "sflow-openvswitch")
ROUNDS = 20
MOST = 1.10


class NotCounted(Exception):
    """valgrind did not run the program."""


def instructions(weir, capture, rounds, options):
    with tempfile.NamedTemporaryFile() as out:
        command = [
            "valgrind", "--tool=callgrind", f"--callgrind-out-file={out.name}",
            weir, "replay", "-loglevel", "error", "-transport.file", "/dev/null",
            "-loop", str(rounds), *options, str(capture),
        ]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
    counted = re.search(r"Collected : (\d+)", done.stderr)
    if done.returncode != 0 or counted is None:
        raise NotCounted(done.stderr)
    return int(counted[1])


def cost(weir, capture, options):
    """Instructions of the rounds behind the first, which are no longer about starting."""
    once, often = (instructions(weir, capture, n, options) for n in (1, 1 + ROUNDS))
    return (often - once) / ROUNDS


def compare(weir, name):
    capture = TESTS / "captures" / f"{name}.pcap"
    plain = cost(weir, capture, ["-fields", FIELDS])
    mapped = cost(weir, capture, ["-mapping", str(MAPPING)])
    print(f"{name}: {mapped / plain - 1:+.1%} instructions")
    return mapped / plain


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--weir", required=True, help="the program under test")
    weir = parser.parse_args().weir
    if shutil.which("valgrind") is None:
        print("there is no valgrind: skipped")
        return SKIPPED
    try:
        ratios = [compare(weir, name) for name in CAPTURES]
    except NotCounted as reason:
        print(f"valgrind does not run this program: skipped\n{reason}")
        return SKIPPED
    return 1 if max(ratios) > MOST else 0


if __name__ == "__main__":
    sys.exit(main())
