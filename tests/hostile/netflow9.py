# SPDX-License-Identifier: Apache-2.0
"""B: the framing of NetFlow v9."""

from hostile.case import case
from hostile.datagrams import SHOWS_X
from hostile.octets import *

LEARN_T = v9_templates(template(256, T))
SEND_X = flow_set(256, X)
EXPORTED = SECONDS * 1_000_000_000


def ago(start, end):
    """Times in ms before the export."""
    return {
        "time_flow_start_ns": EXPORTED - start * 10**6,
        "time_flow_end_ns": EXPORTED - end * 10**6,
    }


def too_short(length):
    """Sets shorter than their own header."""
    return [
        case(
            f"B0{length + 1}",
            f"a template set that says to have {length} octets",
            v9(v9_templates(template(256, T), length=length)),
            counts="set_length",
        ),
        case(
            f"B0{length + 1}",
            f"a data set that says to have {length} octets, behind its template",
            v9(LEARN_T, flow_set(256, X, length=length)),
            v9(SEND_X, sequence=2),
            records=1,
            counts="set_length",
            shows=[SHOWS_X],
        ),
    ]


CASES = [
    *[row for length in range(4) for row in too_short(length)],
    case("B01", "zeros behind the last set are padding", v9(LEARN_T, bytes(8), count=1)),
    case(
        "B05",
        "sets without content",
        v9(flow_set(0), flow_set(1), flow_set(256), count=3),
        counts="sets_held*0",
    ),
    case(
        "B06",
        "a template set that goes an octet beyond the datagram",
        v9(v9_templates(template(256, T), length=37)),
        counts="set_overrun",
    ),
    case(
        "B06",
        "a data set that goes far beyond the datagram, behind its template",
        v9(LEARN_T, flow_set(256, X, length=65535)),
        v9(SEND_X, sequence=2),
        records=1,
        counts="set_overrun",
        shows=[SHOWS_X],
    ),
    *[
        case("B07", f"{n} zeros where a set should begin", v9(LEARN_T, bytes(n), count=1))
        for n in (1, 2, 3)
    ],
    *[
        case(
            "B07",
            f"{n} times ff where a set should begin",
            v9(LEARN_T, b"\xff" * n, count=1),
            counts="trailing_bytes",
        )
        for n in (1, 2, 3)
    ],
    case(
        "B08",
        "reserved set ids, then a template and its data",
        v9(*[flow_set(n, bytes(8)) for n in (2, 3, 4, 100, 255)], LEARN_T, SEND_X),
        records=1,
        counts="set_reserved*5",
        shows=[SHOWS_X],
    ),
    case(
        "B09",
        "the header counts nothing, then 65535",
        v9(LEARN_T, SEND_X, count=0),
        v9(LEARN_T, SEND_X, count=65535, sequence=2),
        records=2,
        counts="count_mismatch*2",
        shows=[SHOWS_X, SHOWS_X],
    ),
    case(
        "B10",
        "16371 data sets without content",
        v9(*[flow_set(256 + n) for n in range(16371)]),
        counts="sets_held*0",
    ),
    *[
        case(
            "B11",
            f"{n} zeros behind the record",
            v9(LEARN_T),
            v9(flow_set(256, X, bytes(n)), sequence=2),
            records=1,
            shows=[SHOWS_X],
        )
        for n in (1, 2, 3, 20)
    ],
    case(
        "B11",
        "padding that is not zero",
        v9(LEARN_T),
        v9(flow_set(256, X, b"\xff" * 3), sequence=2),
        records=1,
        counts="padding",
        shows=[SHOWS_X],
    ),
    case(
        "B12",
        "the exporter's uptime has wrapped",
        v9(v9_templates(template(256, "22/4 21/4 1/4")), uptime=0),
        v9(flow_set(256, u32(0xFFFFFFFF, 0xFFFFFFFF, 5)), uptime=0, sequence=2),
        v9(flow_set(256, u32(0xFFFFFFF0, 50, 5)), uptime=100, sequence=3),
        records=2,
        shows=[
            ago(1, 1),
            ago(116, 50),
        ],
    ),
]
