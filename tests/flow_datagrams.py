# SPDX-License-Identifier: Apache-2.0
"""Datagrams out of flows that a test writes as dictionaries: IPFIX of any fields, NetFlow v5."""

import ipaddress
import struct

# A test's word for a field, its element of IANA's, and its octets.
ELEMENTS = {
    "octets": (1, 8),
    "packets": (2, 8),
    "proto": (4, 1),
    "sport": (7, 2),
    "src": (8, 4),
    "dport": (11, 2),
    "dst": (12, 4),
    "next_hop6": (62, 16),
    "src6": (27, 16),
    "dst6": (28, 16),
    "version": (60, 1),
    "octets_total": (85, 8),
    "start_s": (150, 4),
    "end_s": (151, 4),
    "start_ms": (152, 8),
    "end_ms": (153, 8),
    "post_src": (225, 4),
    "post_dst": (226, 4),
    "post_sport": (227, 2),
    "post_dport": (228, 2),
    "nat_event": (230, 1),
    "post_src6": (281, 16),
    "sampling": (34, 4),
    "seen_ms": (323, 8),
}
TEMPLATE, FIRST_TEMPLATE = 2, 256


def octets_of(word, value):
    length = ELEMENTS[word][1]
    if isinstance(value, str):
        return ipaddress.ip_address(value).packed
    return value.to_bytes(length, "big")


def one_set(number, body):
    return struct.pack(">HH", number, 4 + len(body)) + body


def message(sets, time, sequence, domain):
    head = struct.pack(">HHIII", 10, 16 + len(sets), time, sequence, domain)
    return head + sets


def ipfix(flows, time, sequence=0, domain=1, template=FIRST_TEMPLATE):
    """One message: the template of the first flow, and all flows, which have the same fields."""
    words = list(flows[0])
    fields = b"".join(struct.pack(">HH", *ELEMENTS[word]) for word in words)
    records = b"".join(octets_of(word, flow[word]) for flow in flows for word in words)
    sets = one_set(TEMPLATE, struct.pack(">HH", template, len(words)) + fields)
    return message(sets + one_set(template, records), time, sequence, domain)


def netflow5(flows, time, sequence=0):
    """Up to 30 flows of src, dst, sport and dport, which ended when they were exported."""
    uptime = 1000000
    head = struct.pack(">HHIIIIBBH", 5, len(flows), uptime, time, 0, sequence, 0, 0, 0)
    records = b"".join(
        octets_of("src", flow["src"])
        + octets_of("dst", flow["dst"])
        + struct.pack(">4sHHIIII", bytes(4), 1, 2, 10, 1000, uptime, uptime)
        + struct.pack(">HH", flow["sport"], flow["dport"])
        + struct.pack(">BBBBHHBBH", 0, 0x18, 6, 0, 0, 0, 24, 24, 0)
        for flow in flows
    )
    return head + records
