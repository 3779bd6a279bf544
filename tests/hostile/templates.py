# SPDX-License-Identifier: Apache-2.0
"""C: templates of NetFlow v9 and IPFIX."""

from hostile.case import ANY, case, expect
from hostile.datagrams import SHOWS_X, SHOWS_Y
from hostile.octets import *

SEND_X = flow_set(256, X)
SEND_y = flow_set(256, y)
WRONG_LENGTHS = (50, 1, 3, 5, 15, 17, 255)  # that neither an address nor a MAC address has


def of_version(name, datagram, templates):
    """The rows that are the same for NetFlow v9 and IPFIX."""

    def learn(identity, fields, count=None, rest=b""):
        return datagram(templates(template(identity, fields, count), rest))

    def send(identity, *records):
        return datagram(flow_set(identity, *records))

    def row(identity, about, *datagrams, **expected):
        return case(identity, f"{name}: {about}", *datagrams, **expected)

    learn_t = learn(256, T)
    return [
        row(
            "C03",
            "fields of no octets",
            learn(256, "8/0 12/0"),
            send(256, bytes(8)),
            counts="record_length_zero template_rejected",
        ),
        row(
            "C03",
            "more addresses of labels than a record keeps",
            learn(256, "47/4 " * 17),
            send(256, bytes(4 * 17)),
            records=1,
            counts="list_full",
            shows=[{"mpls_ip": ["0.0.0.0"] * 16}],
        ),
        row(
            "C04",
            "65535 fields counted, two there",
            learn(256, "8/4 12/4", count=65535),
            counts="template_short",
        ),
        row(
            "C05",
            "a field more counted than there",
            learn(256, T, count=8),
            learn(256, T, count=8, rest=u16(1)),
            counts="template_short*2",
        ),
        *[
            row("C07", f"template id {n}", learn(n, T), counts="template_id")
            for n in (0, 1, 2, 3, 255)
        ],
        row(
            "C07",
            "template id 65535",
            learn(65535, T),
            send(65535, X),
            records=1,
            shows=[SHOWS_X],
        ),
        row(
            "C08",
            "lengths whose sum is 0 in 16 bits",
            learn(256, "210/32768 210/32768"),
            send(256, bytes(64)),
            counts="record_length template_rejected",
        ),
        row(
            "C08",
            "lengths whose sum is 65530 in 16 bits",
            learn(256, "210/65534 210/65534 210/65534"),
            send(256, bytes(64)),
            counts="record_length template_rejected",
        ),
        row(
            "C09",
            "a record longer than a set",
            learn(256, "210/65534"),
            send(256, bytes(100)),
            counts="record_length template_rejected",
        ),
        row(
            "C09",
            "1400 octets of padding, and of an unknown element",
            learn(256, "210/1400 999/1400"),
            send(256, b"A" * 1400, b"B" * 1400),
            records=1,
            shows=[{"elements": {"e0id999": "42" * 1400}}],
        ),
        row(
            "C09",
            "an unknown element longer than a string may be",
            learn(256, "999/9000"),
            send(256, b"B" * 9000),
            records=1,
            shows=[{"elements": {"e0id999": "42" * 2048, "e0id999_truncated": True}}],
        ),
        *[
            row(
                "C11",
                f"addresses of {n} octets",
                learn(256, f"8/{n} 12/{n} 27/{n} 28/{n} 56/{n}"),
                send(256, b"\x11" * 5 * n, b"\x22" * 8),
                counts=f"field_length*5 padding no_fields*{(5 * n + 8) // (5 * n)}",
            )
            for n in WRONG_LENGTHS
        ],
        row(
            "C11",
            "addresses of no octets",
            learn(256, "8/0 12/0 27/0 28/0 56/0"),
            send(256, b"\x22" * 8),
            counts="record_length_zero template_rejected",
        ),
        row(
            "C11",
            "an address of 5 octets beside a good one",
            learn(256, "8/5 12/4"),
            send(256, b"\x11" * 5, b"\x0a\x00\x00\x02"),
            records=1,
            counts="field_length",
            shows=[{"src_addr": "", "dst_addr": "10.0.0.2"}],
        ),
        row(
            "C12",
            "an id twice in one template set: the last layout counts",
            datagram(templates(template(256, T), template(256, Y))),
            send(256, y),
            records=1,
            counts="template_changed",
            shows=[SHOWS_Y],
        ),
        row(
            "C13",
            "each data set follows the template before it",
            datagram(templates(template(256, T)), SEND_X, templates(template(256, Y)), SEND_y),
            records=2,
            counts="template_changed",
            shows=[SHOWS_X, SHOWS_Y],
        ),
        *[
            row(
                "C15",
                f"{n} zeros behind the templates of a set",
                learn(256, T, rest=bytes(n)),
                send(256, X),
                records=1,
                shows=[SHOWS_X],
            )
            for n in (1, 2, 3, 4, 7)
        ],
        row(
            "C16",
            "elements that repeat become arrays",
            learn(256, "8/4 8/4 1/8 1/4 1/2"),
            send(256, b"\x01" * 22),
            records=1,
            shows=[
                {
                    "elements": {
                        "sourceIPv4Address": ["1.1.1.1", "1.1.1.1"],
                        "octetDeltaCount": [0x0101010101010101, 0x01010101, 0x0101],
                    }
                }
            ],
        ),
        row(
            "C16",
            "an element 400 times",
            learn(256, " ".join(["1/1"] * 400)),
            send(256, b"\x01" * 800),
            records=2,
            shows=[{"elements": {"octetDeltaCount": [1] * 400}}] * 2,
        ),
        row(
            "C17",
            "15001 fields",
            learn(256, "4/1 " + "1/0 " * 15000),
            send(256, b"\x06" * 60000),
            counts="template_fields template_rejected",
        ),
        row(
            "C17",
            "1024 fields, of which one has an octet: the budget of values ends it",
            learn(256, "4/1 " + "1/0 " * 1023),
            send(256, b"\x06" * 60000),
            records=64,
            counts="budget",
        ),
        row(
            "C18",
            "65487 records of one octet: the budget of output ends it",
            learn(256, "4/1"),
            send(256, b"\x06" * 65480),
            records=ANY,
            counts="budget",
        ),
        row(
            "C18",
            "65480 events of translation of one octet: the budget of output ends them",
            learn(256, "230/1"),
            send(256, b"\x04" * 65480),
            records=ANY,
            counts="budget",
            options=["-records", "nat"],
        ),
    ]


CASES = [
    *of_version("v9", v9, v9_templates),
    *of_version("IPFIX", ipfix, ipfix_templates),
    case(
        "C01",
        "v9: a template without fields",
        v9(v9_templates(template(256, ""))),
        v9(flow_set(256, bytes(8)), sequence=2),
        counts="template_empty template_rejected",
    ),
    case(
        "C02",
        "IPFIX: a template without fields is a withdrawal, which does nothing",
        ipfix(ipfix_templates(template(256, "")), flow_set(256, bytes(8))),
        counts="withdrawal_ignored sets_held",
        if_right=expect(0, "withdrawal_ignored"),
        if_wrong=expect(0, "withdrawal_ignored"),
    ),
    case(
        "C02",
        "IPFIX: template 1 without fields is no withdrawal",
        ipfix(ipfix_templates(template(1, ""))),
        counts="template_id",
    ),
    *[
        case(
            "C06",
            f"IPFIX: {n} octets of an enterprise number",
            ipfix(ipfix_templates(template(256, "99999:1/4")[: 8 + n])),
            counts="template_short",
        )
        for n in (0, 2)
    ],
    case(
        "C08",
        "v9: addresses whose lengths have the sum 0 in 16 bits",
        v9(v9_templates(template(256, "8/32768 12/32768"))),
        v9(flow_set(256, bytes(64)), sequence=2),
        counts="record_length template_rejected",
    ),
    # RFC 3954 has no variable lengths, but H3C devices send them.
    case(
        "C10",
        "v9: a length of 65535 stands before each value",
        v9(v9_templates(template(256, "95/*"))),
        v9(flow_set(256, text("abc") * 5), sequence=2),
        records=5,
        shows=[{"application_id": "616263"}] * 5,
    ),
    case(
        "C14",
        "v9: an options template takes the id of a template, and gives it back",
        v9(v9_templates(template(256, T)), SEND_X),
        v9(v9_options(256, "1/4", "34/4"), flow_set(256, u32(1, 100)), sequence=2),
        v9(v9_templates(template(256, T)), SEND_X, sequence=3),
        records=2,
        counts="template_changed*2 options_records",
        shows=[SHOWS_X, SHOWS_X],
    ),
    case(
        "C14",
        "IPFIX: an options template takes the id of a template, and gives it back",
        ipfix(ipfix_templates(template(256, T)), SEND_X),
        ipfix(ipfix_options(256, "149/4 34/4"), flow_set(256, u32(1, 100)), sequence=1),
        ipfix(ipfix_templates(template(256, T)), SEND_X, sequence=2),
        records=2,
        counts="template_changed*2 options_records",
        shows=[SHOWS_X, SHOWS_X],
    ),
    case(
        "C19",
        "withdrawals of all templates do nothing",
        ipfix(ipfix_templates(template(256, T)), SEND_X),
        ipfix(ipfix_templates(u16(2, 0)), sequence=1),
        ipfix(SEND_X, sequence=1),
        ipfix(flow_set(3, u16(3, 0)), sequence=2),
        ipfix(flow_set(3, u16(3, 0, 0)), sequence=2),
        ipfix(SEND_X, sequence=2),
        records=3,
        counts="withdrawal_ignored*3",
        shows=[SHOWS_X] * 3,
    ),
    case(
        "C20",
        "withdrawals of an unknown and of a known template do nothing",
        ipfix(ipfix_templates(u16(999, 0))),
        ipfix(
            ipfix_templates(template(256, T)),
            ipfix_templates(u16(256, 0)),
            ipfix_templates(template(256, T)),
            SEND_X,
        ),
        records=1,
        counts="withdrawal_ignored*2",
        shows=[SHOWS_X],
    ),
    case(
        "C21",
        "unknown elements, an enterprise number of 0, and the way back",
        ipfix(ipfix_templates(template(256, "0/4 32767/4 0:1/4 4294967295:1/4 29305:1/4"))),
        ipfix(flow_set(256, u32(1, 2, 3, 4, 5))),
        records=1,
        shows=[
            {
                "bytes": 3,
                "reverse_bytes": 5,
                "elements": {
                    "e0id0": "00000001",
                    "e0id32767": "00000002",
                    "e4294967295id1": "00000004",
                },
            }
        ],
    ),
]
