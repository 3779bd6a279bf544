#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Addresses that no interface has when weir starts: they are told, and heard once there is one."""

import argparse
import socket
import subprocess
import sys
import unittest

import cli_test
from pipeline import Unavailable, network

SKIPPED = 77  # as ctest is told
ADDRESSES = {socket.AF_INET: "192.0.2.1", socket.AF_INET6: "2001:db8::1"}
EARLY = "no interface has this address yet"


def send(family, port, datagram):
    with socket.socket(family, socket.SOCK_DGRAM) as sender:
        sender.sendto(datagram, (ADDRESSES[family], port))


class LateAddress(unittest.TestCase):
    def test_it_comes(self):
        datagram = cli_test.payloads("netflow5/two-records.hex")[0]
        uris = f"netflow://{ADDRESSES[socket.AF_INET]}:{{port}}?count=2,"
        uris += f"netflow://[{ADDRESSES[socket.AF_INET6]}]:{{port}}?count=2"
        with cli_test.Collector(uris, "-loglevel=warn", sockets=2) as collector:
            for (family, address), port in zip(ADDRESSES.items(), collector.ports):
                network.ip("address", "add", network.width(address), "dev", "lo", *nodad(family))
                self.assertTrue(cli_test.eventually(lambda address=address: is_local(address)))
                send(family, port, datagram)
                self.assertEqual(len(collector.records(2)), 2)
            code, errors = collector.stop()
        self.assertEqual(code, 0, errors)
        self.assertEqual(errors.count(EARLY), len(ADDRESSES), errors)
        for address in ADDRESSES.values():
            self.assertIn(f"hostname={address}", errors)

    def test_it_is_there(self):
        with cli_test.Collector("netflow://127.0.0.1:{port}", "-loglevel=warn") as collector:
            self.assertNotIn(EARLY, collector.stop()[1])

    def test_an_interface_is_not_waited_for(self):
        """Its number, which such a socket is bound to, is not known before."""
        code, _, errors = cli_test.weir("-addr=", "-listen", "netflow://[fe80::1%99]:2055")
        self.assertEqual(code, 1, errors)
        self.assertIn("cannot listen", errors)


def nodad(family):
    """Without it an address of IPv6 is tried for a second before it is one."""
    return ["nodad"] if family == socket.AF_INET6 else []


def is_local(address):
    """One of IPv6 is, a moment after it was added; until then what is sent to it is thrown away."""
    command = ["ip", "route", "get", address]
    told = subprocess.run(command, capture_output=True, text=True, check=False)
    return told.stdout.startswith("local")


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--weir", required=True, help="the program under test")
    arguments, others = parser.parse_known_args()
    cli_test.WEIR = arguments.weir
    try:
        network.enter()
    except Unavailable as missing:
        print(f"SKIPPED: {missing}")
        return SKIPPED
    return unittest.main(argv=[sys.argv[0], *others])


if __name__ == "__main__":
    sys.exit(main())
