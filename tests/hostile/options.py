# SPDX-License-Identifier: Apache-2.0
"""D: options templates, and what exporters tell of themselves."""

from hostile.case import case, expect
from hostile.datagrams import SHOWS_X
from hostile.octets import *

LEARN_T = template(257, T)
SEND_X = flow_set(257, X)


def v9_case(identity, about, options, record, *rest, **expected):
    """An options template as 256, a record of it, and a flow that shows what was learnt."""
    return case(
        identity,
        f"v9: {about}",
        v9(options),
        v9(flow_set(256, record), sequence=2),
        v9(v9_templates(LEARN_T), SEND_X, sequence=3),
        records=1,
        **expected,
    )


NAMES = {
    b'eth"0': 'eth"0',
    b"a\\": "a\\",
    b"a\nb": "a\nb",
    b"a\0b": "a\0b",
    b"\x1b[2J": "\x1b[2J",
    b"\xc0\x80": "\ufffd\ufffd",
    b"\xff\xfe": "\ufffd\ufffd",
    b'"},{"x":"y': '"},{"x":"y',
    b"${jndi:x}": "${jndi:x}",
    b"%s%n": "%s%n",
    b"\xe2\x80\xa8": "\u2028",
}

CASES = [
    v9_case(
        "D01",
        "lengths of 65535",
        v9_options(256, "1/4", "34/4", scope_octets=65535, option_octets=65535),
        u32(1, 100),
        counts="options_length template_rejected",
        shows=[{"sampling_rate": 0}],
    ),
    *[
        v9_case(
            "D02",
            f"lengths of {scopes} and {options}",
            v9_options(256, "1/4", "34/4", scope_octets=scopes, option_octets=options),
            u32(1, 100),
            counts="options_length template_rejected",
            shows=[{"sampling_rate": 0}],
        )
        for scopes, options in ((3, 4), (4, 3), (5, 1))
    ],
    v9_case(
        "D03",
        "lengths whose sum is 0 in 16 bits",
        v9_options(256, "1/4", "34/4", scope_octets=0x8000, option_octets=0x8000),
        u32(1, 100),
        counts="template_short template_rejected",
        shows=[{"sampling_rate": 0}],
    ),
    v9_case(
        "D04",
        "no scope",
        v9_options(256, "", "34/4"),
        u32(100),
        counts="options_records",
        shows=[{"sampling_rate": 100}],
    ),
    v9_case(
        "D04",
        "no option",
        v9_options(256, "1/4", ""),
        u32(1),
        counts="options_records",
        shows=[{"sampling_rate": 0}],
    ),
    v9_case(
        "D04",
        "neither scope nor option",
        v9_options(256, "", ""),
        bytes(8),
        counts="template_empty template_rejected",
    ),
    v9_case(
        "D05",
        "records longer than a set",
        v9_options(256, "1/60000", "34/60000"),
        bytes(100),
        counts="record_length template_rejected",
    ),
    v9_case(
        "D06",
        "records of no octets",
        v9_options(256, "1/0", "34/0"),
        bytes(8),
        counts="record_length_zero template_rejected",
    ),
    v9_case(
        "D06",
        "a scope that RFC 3954 does not know",
        v9_options(256, "9/4", "34/4"),
        u32(1, 100),
        counts="options_records",
        shows=[{"sampling_rate": 100}],
    ),
    v9_case(
        "D06",
        "a scope of no octets",
        v9_options(256, "1/0", "34/4"),
        u32(100),
        counts="options_records",
        shows=[{"sampling_rate": 100}],
    ),
    case(
        "D07",
        "IPFIX: no scope",
        ipfix(ipfix_options(256, "149/4 34/4", scopes=0), flow_set(256, u32(1, 100))),
        counts="scope_count template_rejected",
    ),
    *[
        case(
            "D08",
            f"IPFIX: {scopes} scopes of 2 fields",
            ipfix(ipfix_options(256, "149/4 34/4", scopes=scopes)),
            counts="scope_count",
        )
        for scopes in (3, 65535)
    ],
    case(
        "D09",
        "IPFIX: 65535 scopes of 65535 fields, two there",
        ipfix(ipfix_options(256, "149/4 34/4", scopes=65535, count=65535)),
        counts="template_short",
    ),
    v9_case(
        "D10",
        "a sampling interval of 0 is 1",
        v9_options(256, "1/4", "48/1 49/1 50/4"),
        u32(1) + u8(7, 1) + u32(0),
        counts="sampling_value options_records",
        shows=[{"sampling_rate": 1}],
    ),
    v9_case(
        "D10",
        "a sampling interval of 4294967295",
        v9_options(256, "1/4", "49/1 50/4"),
        u32(1) + u8(1) + u32(-1),
        counts="options_records",
        shows=[{"sampling_rate": 0xFFFFFFFF}],
    ),
    case(
        "D10",
        "IPFIX: selectors of 64 bits; no probability is no number",
        ipfix(ipfix_options(256, "302/8 311/8")),
        ipfix(ipfix_options(258, "302/8 305/4 306/4")),
        ipfix(
            flow_set(256, u64(-1), hexed("7ff8000000000000"), u64(1), hexed("bff0000000000000")),
            flow_set(258, u64(0x100000001), u32(1, 9), u64(1), u32(1, 4)),
        ),
        ipfix(ipfix_templates(template(257, "302/8 1/4")), sequence=4),
        ipfix(flow_set(257, u64(1), u32(6), u64(0x100000001), u32(7)), sequence=4),
        records=2,
        counts="sampling_value*2 options_records*4",
        shows=[{"bytes": 6, "sampling_rate": 5}, {"bytes": 7, "sampling_rate": 10}],
    ),
    v9_case(
        "D10",
        "an interval, and a space that the sum of both has no room for",
        v9_options(256, "1/4", "305/8 306/8"),
        u32(1) + u64(2, -1),
        counts="sampling_value options_records",
        shows=[{"sampling_rate": 1}],
    ),
    *[
        case(
            "D10",
            f"IPFIX: a sampling probability of {bits} is none",
            ipfix(ipfix_options(256, "149/4 311/8"), flow_set(256, u32(1), hexed(bits))),
            ipfix(ipfix_templates(LEARN_T), SEND_X, sequence=1),
            records=1,
            counts="sampling_value options_records",
            shows=[{"sampling_rate": 0}],
        )
        for bits in ("0000000000000001", "01a56e1fc2f8f359", "7ff0000000000000", "4000000000000000")
    ],
    case(
        "D11",
        "v9: 9000 applications in one set",
        v9(v9_options(256, "1/1", "95/2 96/4")),
        v9(
            flow_set(256, *[u8(0) + u16(n) + b"%04d" % n for n in range(9000)]),
            sequence=2,
        ),
        v9(v9_templates(template(257, "95/2 4/1")), sequence=3),
        v9(flow_set(257, *[u16(n) + u8(6) for n in (0, 8999)]), sequence=4),
        records=2,
        counts="options_records*9000",
        shows=[{"application_name": "0000"}, {"application_name": "8999"}],
    ),
    case(
        "D12",
        "names that mean something to somebody",
        ipfix(ipfix_options(256, "10/4 82/*")),
        ipfix(flow_set(256, *[u32(n) + text(name) for n, name in enumerate(NAMES, 1)])),
        ipfix(ipfix_templates(template(257, "10/4 1/4")), sequence=len(NAMES)),
        ipfix(flow_set(257, *[u32(n, 9) for n in range(1, len(NAMES) + 1)]), sequence=len(NAMES)),
        records=len(NAMES),
        counts=f"options_records*{len(NAMES)} string_invalid*2",
        shows=[{"in_if_name": name} for name in NAMES.values()],
    ),
    case(
        "D12",
        "an empty name, and one of 65000 quotes",
        ipfix(ipfix_options(256, "10/4 82/*")),
        ipfix(flow_set(256, u32(1) + text("") + u32(2) + text('"' * 65000))),
        ipfix(ipfix_templates(template(257, "10/4 1/4")), sequence=2),
        ipfix(flow_set(257, u32(1, 9, 2, 9)), sequence=2),
        records=2,
        counts="options_records*2",
        shows=[{"in_if": 1}, {"in_if_name": '"' * 255}],
    ),
    case(
        "D12",
        "names of nothing are no rows of a table",
        ipfix(ipfix_options(256, "149/4 82/* 236/* 96/*")),
        ipfix(flow_set(256, u32(1), text("a"), text("b"), text("c"))),
        counts="options_records",
        options=["-records", "options"],
    ),
    case(
        "D12",
        "a name of an output interface",
        ipfix(ipfix_options(256, "14/4 82/*")),
        ipfix(flow_set(256, u32(7), text("ae7"))),
        ipfix(ipfix_templates(template(257, "14/4 1/4")), sequence=1),
        ipfix(flow_set(257, u32(7, 9)), sequence=1),
        records=2,
        counts="options_records",
        shows=[
            {"record": "interfaces", "if_index": 7, "if_name": "ae7"},
            {"out_if": 7, "out_if_name": "ae7"},
        ],
        options=["-records", "flows,options"],
    ),
    case(
        "D13",
        "names for elements (RFC 5610): of IANA's, and of an enterprise's",
        ipfix(ipfix_options(256, "346/4 303/2 339/1 341/*", scopes=2)),
        ipfix(
            flow_set(
                256,
                u32(0) + u16(8) + u8(255) + text('a"b\\c\n'),
                u32(99999) + u16(1) + u8(13) + text(""),
            )
        ),
        ipfix(ipfix_templates(template(257, "8/4 99999:1/2")), sequence=2),
        ipfix(flow_set(257, hexed("0a000001"), b"ab"), sequence=2),
        records=1,
        counts="options_records*2",
        shows=[{"src_addr": "10.0.0.1", "elements": {"e99999id1": "6162"}}],
    ),
    case(
        "D14",
        "20000 interfaces in a datagram, more than are remembered, and all again: rows of a table",
        v9(v9_options(256, "2/2", "82/1")),
        *[v9(flow_set(256, *[u16(n) + b"e" for n in range(20000)]), sequence=n) for n in (1, 2)],
        records=40000,
        counts="options_records*40000 options_evicted*23616",
        options=["-records", "options"],
    ),
]
