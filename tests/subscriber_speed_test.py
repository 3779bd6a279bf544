#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""What it costs to find the subscriber of a flow among 100,000 prefixes.

Records that name no subscriber are written with and without -subscribers: the difference is the
search at both ends.  It is held against the cost of a record of the set stream.  Instructions
repeat where seconds do not; callgrind counts them.  Without valgrind, and where the program holds
sanitizers, the test is skipped.
"""

import argparse
import ipaddress
import pathlib
import random
import shutil
import sys
import tempfile

import capture_file
import flow_datagrams
from mapping_speed_test import SKIPPED, NotCounted, cost

PREFIXES, SEED, TIME = 100000, 20261121, 1700000000
DATAGRAMS = 40
KINDS = ("netflow5", "ipfix6")
MOST = 0.05  # of a record


def network(dice, family):
    """Nested and of many lengths: pools of a carrier-grade translator, prefixes of homes."""
    if family == 4:
        bits = dice.randrange(18, 33)
        address = int(ipaddress.ip_address("100.64.0.0")) + dice.getrandbits(22)
    else:
        bits = dice.choice((44, 48, 56, 56, 56, 60, 64))
        address = (0x20010DB8 << 96) + dice.getrandbits(96)
    return ipaddress.ip_network((address, bits), strict=False)


def networks(dice, family, count):
    found = set()
    while len(found) < count:
        found.add(network(dice, family))
    return sorted(found)


def write_pools(folder, pools, realms):
    """Files of lines, one a pool, and the file that names them."""
    rows = ["pools:"]
    for family in (4, 6):
        for realm in range(realms):
            name = f"ipv{family}-{realm}.txt"
            lines = (str(network) for network in pools[family][realm::realms])
            pathlib.Path(folder, name).write_text("\n".join(lines) + "\n", encoding="ascii")
            key = 32 if family == 4 else 64
            rows.append(f"  - {{file: {name}, key_length: {key}, realm: r{realm}}}")
    path = pathlib.Path(folder, "pools.yaml")
    path.write_text("\n".join(rows) + "\n", encoding="ascii")
    return str(path)


def flow(dice, family, pools):
    """Up or down, of a subscriber to somebody outside."""
    home = dice.choice(pools[family])
    subscriber = str(home[dice.randrange(home.num_addresses)])
    number = dice.randrange(256)
    peer = f"198.51.100.{number}" if family == 4 else f"2001:db9::{number:x}"
    ends = (subscriber, peer) if dice.random() < 0.5 else (peer, subscriber)
    names = ("src", "dst") if family == 4 else ("src6", "dst6")
    rest = {"sport": dice.randrange(65536), "dport": 443, "proto": 6, "octets": 1000, "packets": 10}
    return dict(zip(names, ends)) | rest


def datagrams(dice, kind, pools):
    for number in range(DATAGRAMS):
        if kind == "netflow5":
            flows = [flow(dice, 4, pools) for _ in range(30)]
            yield flow_datagrams.netflow5(flows, TIME, 30 * number)
        else:
            flows = [flow(dice, 6, pools) for _ in range(20)]
            yield flow_datagrams.ipfix(flows, TIME, 20 * number)


def share(weir, kind, folder, pools, options):
    """What the search costs, as a part of a record."""
    capture = pathlib.Path(folder, f"{kind}.pcap")
    payloads = datagrams(random.Random(SEED), kind, pools)
    capture_file.write(
        capture, [capture_file.Datagram("192.0.2.1", 2055, TIME, payload) for payload in payloads]
    )
    record = cost(weir, capture, ["-fields", "stream"])
    without = cost(weir, capture, ["-fields", "goflow2"])
    found = cost(weir, capture, ["-fields", "goflow2", *options])
    print(f"{kind}: {(found - without) / record:.1%} of the instructions of a record")
    return (found - without) / record


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--weir", required=True, help="the program under test")
    weir = parser.parse_args().weir
    if shutil.which("valgrind") is None:
        print("there is no valgrind: skipped")
        return SKIPPED
    dice = random.Random(SEED)
    pools = {family: networks(dice, family, PREFIXES // 2) for family in (4, 6)}
    with tempfile.TemporaryDirectory() as folder:
        options = ("-subscribers", write_pools(folder, pools, 4))
        try:
            shares = [share(weir, kind, folder, pools, options) for kind in KINDS]
        except NotCounted as reason:
            print(f"valgrind does not run this program: skipped\n{reason}")
            return SKIPPED
    return 1 if max(shares) > MOST else 0


if __name__ == "__main__":
    sys.exit(main())
