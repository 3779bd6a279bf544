#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The field record_id: no two records have the same, and each has its own wherever it is decoded."""

import argparse
import json
import pathlib
import sys
import unittest

import capture_file
import replay
from hostile.octets import *

CAPTURES = sorted((pathlib.Path(__file__).parent / "captures").glob("*.pcap"))
OPTIONS = ["-fields", "goflow2,record_id", "-templates.rate=0", "-hold.sets=4096"]
WEIR = ""

# Payloads of which several have the same header.
SAME_HEADERS = {
    "NetFlow v1, twice within a millisecond": [v1(v1_record(octets=n)) for n in (100, 200)],
    "IPFIX that does not count": [
        ipfix(ipfix_templates(template(256, "8/4 1/4"))),
        *[ipfix(flow_set(256, u32(n, 1000))) for n in (1, 2, 3)],
    ],
    "sFlow of an agent that began anew": [
        sflow(flow_sample(raw(ethernet(0x0800, ipv4(protocol, bytes(20)))))) for protocol in (6, 17)
    ],
    "sFlow of several interfaces": [sflow(flow_sample(source=1), flow_sample(source=2))],
}


def ids(lines):
    return [json.loads(line)["record_id"] for line in lines]


class RecordId(unittest.TestCase):
    def test_unique(self):
        for path in CAPTURES:
            with self.subTest(path.name):
                lines, _ = replay.run(WEIR, OPTIONS, path)
                found = ids(lines)
                self.assertTrue(all(len(one) == 16 for one in found))
                self.assertEqual(len(set(found)), len(found))

    def test_same_header(self):
        for about, payloads in SAME_HEADERS.items():
            with self.subTest(about):
                datagrams = [
                    capture_file.Datagram("192.0.2.1", 40000, 1_700_000_000, payload)
                    for payload in payloads
                ]
                found = ids(replay.run_datagrams(WEIR, OPTIONS, datagrams)[0])
                self.assertGreater(len(found), 1)
                self.assertEqual(len(set(found)), len(found))

    def test_same_in_another_order(self):
        """A second collector may see datagrams in another order, data before their templates."""
        for path in CAPTURES:
            with self.subTest(path.name):
                datagrams = list(capture_file.read(path))[:40]
                forth, _ = replay.run_datagrams(WEIR, OPTIONS, datagrams)
                back, counters = replay.run_datagrams(WEIR, OPTIONS, datagrams[::-1])
                if "template_unknown" not in counters.get("errors", {}):
                    self.assertEqual(sorted(ids(forth)), sorted(ids(back)))


def main():
    global WEIR
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--weir", required=True)
    options, rest = parser.parse_known_args()
    WEIR = options.weir
    unittest.main(argv=[sys.argv[0], *rest])


if __name__ == "__main__":
    main()
