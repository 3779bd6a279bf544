#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""What it costs to find the subscriber of a flow among 100,000 prefixes.

The same records are written with and without -subscribers, so what is measured is the search and
what follows from it, not fields that are written besides.  Instructions repeat where seconds do
not; callgrind counts them.  Without valgrind, and where the program holds sanitizers, the test is
skipped.
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
MOST = 1.05  # the records of a set, and finding their subscribers
FIELDS = "goflow2"


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
    peer = f"198.51.100.{dice.randrange(256)}" if family == 4 else f"2001:db9::{dice.randrange(9999):x}"
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
            flows = [flow(dice, 6 if kind == "ipfix6" else 4, pools) for _ in range(20)]
            yield flow_datagrams.ipfix(flows, TIME, 20 * number)


def compare(weir, kind, folder, pools, options):
    capture = pathlib.Path(folder, f"{kind}.pcap")
    made = datagrams(random.Random(SEED), kind, pools)
    capture_file.write(capture, [capture_file.Datagram("192.0.2.1", 2055, TIME, one) for one in made])
    without = cost(weir, capture, ["-fields", FIELDS])
    found = cost(weir, capture, ["-fields", FIELDS, *options])
    written = cost(weir, capture, ["-fields", "stream"])
    whole = cost(weir, capture, ["-fields", "stream", *options])
    print(
        f"{kind}: {found / without - 1:+.1%} instructions, {whole / written - 1:+.1%} with the "
        "fields of the set stream written"
    )
    return found / without


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
            ratios = [
                compare(weir, kind, folder, pools, options)
                for kind in ("netflow5", "ipfix4", "ipfix6")
            ]
        except NotCounted as reason:
            print(f"valgrind does not run this program: skipped\n{reason}")
            return SKIPPED
    return 1 if max(ratios) > MOST else 0


if __name__ == "__main__":
    sys.exit(main())
