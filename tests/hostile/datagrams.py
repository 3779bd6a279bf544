# SPDX-License-Identifier: Apache-2.0
"""U: datagrams of any protocol."""

from hostile.case import Sent, case, expect
from hostile.octets import *

ZEROS = bytes(70)
SHOWS_X = {"bytes": 1000, "packets": 10, "src_addr": "10.0.0.1", "dst_port": 80}
SHOWS_Y = {"bytes": 1, "packets": 2}

CASES = [
    case("U01", "no octets", b"", counts="empty"),
    case("U02", "fewer than four octets", u8(0), hexed("000900"), counts="short*2"),
    case(
        "U03",
        "the version alone",
        *[u16(version) for version in (1, 5, 7, 9, 10)],
        u32(5),
        counts="short*6",
    ),
    case(
        "U04",
        "each header, its last octet missing",
        *[header[:-1] for header in (v1(), v5(), v7(), v9(), ipfix(), sflow())],
        counts="short*6",
    ),
    case(
        "U05",
        "versions of 16 bits that weir does not read",
        *[u16(version) + ZEROS for version in (0, 2, 3, 4, 6, 8, 11, 65535)],
        counts="version*8",
    ),
    case(
        "U05",
        "versions of 32 bits that weir does not read",
        *[u32(version) + ZEROS for version in (2, 4, 6, 0xFFFFFFFF)],
        counts="version*4",
    ),
    case(
        "U05",
        "version 7 and zeros: a header that counts no records",
        u16(7) + ZEROS,
        counts="trailing_bytes time_suspect",
    ),
    case(
        "U06",
        "the longest IPFIX message: 3118 records",
        ipfix(ipfix_templates(template(256, T))),
        ipfix(flow_set(256, X * 3118)),
        records=3118,
        shows=[SHOWS_X],
    ),
    case(
        "U07",
        "the longest datagrams of one octet",
        bytes(65507),
        b"\xff" * 65507,
        counts="version*2",
    ),
    case(
        "U08",
        "the exporter's port changes",
        Sent(v9(v9_templates(template(256, T))), port=40000),
        Sent(v9(flow_set(256, X), sequence=2), port=40001),
        records=1,
        shows=[SHOWS_X],
    ),
    case(
        "U09",
        "one template id in two domains",
        ipfix(ipfix_templates(template(256, T)), domain=1),
        ipfix(ipfix_templates(template(256, Y)), domain=2),
        ipfix(flow_set(256, X), domain=1),
        ipfix(flow_set(256, y), domain=2),
        records=2,
        shows=[SHOWS_X, SHOWS_Y],
    ),
    case(
        "U10",
        "one template id of two exporters",
        Sent(v9(v9_templates(template(256, T))), source=1),
        Sent(v9(v9_templates(template(256, Y))), source=2),
        Sent(v9(flow_set(256, X), sequence=2), source=1),
        records=1,
        shows=[SHOWS_X],
    ),
    case(
        "U11",
        "data before its template waits for it",
        v9(flow_set(256, X)),
        v9(v9_templates(template(256, T)), sequence=2),
        v9(flow_set(256, X), sequence=3),
        records=2,
        shows=[SHOWS_X, SHOWS_X],
        counts="sets_held sets_released",
        if_right=expect(2, "", [SHOWS_X, SHOWS_X]),
        if_wrong=expect(2, "padding", [{"bytes": 0x0A0000010A000002}, SHOWS_X]),
    ),
    case(
        "U11",
        "data before its template, where nothing is held",
        v9(flow_set(256, X)),
        v9(v9_templates(template(256, T)), sequence=2),
        v9(flow_set(256, X), sequence=3),
        options=["-hold.sets", "0"],
        records=1,
        counts="hold_full template_unknown",
        shows=[SHOWS_X],
        if_right=expect(2, "", [SHOWS_X, SHOWS_X]),
        if_wrong=expect(2, "padding", [{"bytes": 0x0A0000010A000002}, SHOWS_X]),
    ),
    case(
        "U12",
        "port 0; the same datagram three times; an old one",
        Sent(v5(v5_record(), sequence=1), port=0),
        *[v5(v5_record(), sequence=5)] * 3,
        v5(v5_record(), sequence=1),
        records=5,
        counts="sequence_lost*3 sequence_repeated*2 sequence_reordered",
    ),
    case(
        "U13",
        "all protocols from one port",
        v9(v9_templates(template(256, T))),
        ipfix(ipfix_templates(template(256, "1/8"))),
        v5(v5_record()),
        sflow(),
        v9(flow_set(256, X), sequence=2),
        ipfix(flow_set(256, u64(9))),
        records=3,
        shows=[{"type": "NETFLOW_V5"}, SHOWS_X, {"type": "IPFIX", "bytes": 9}],
    ),
]
