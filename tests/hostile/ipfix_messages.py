# SPDX-License-Identifier: Apache-2.0
"""E01 to E10, E31: the framing of IPFIX."""

from hostile.case import case
from hostile.datagrams import SHOWS_X
from hostile.octets import *

LEARN_T = ipfix_templates(template(256, T))
SEND_X = flow_set(256, X)


def too_short(length):
    """Sets shorter than their own header."""
    return [
        case(
            f"E0{length + 5}",
            f"a template set that says to have {length} octets",
            ipfix(ipfix_templates(template(256, T), length=length)),
            counts="set_length",
        ),
        case(
            f"E0{length + 5}",
            f"a data set that says to have {length} octets, behind its template",
            ipfix(LEARN_T, flow_set(256, X, length=length)),
            ipfix(SEND_X),
            records=1,
            counts="set_length",
            shows=[SHOWS_X],
        ),
    ]


CASES = [
    case(
        "E01",
        "messages shorter than their header",
        *[ipfix(LEARN_T, length=n) for n in (0, 1, 15)],
        counts="message_length*3",
    ),
    case(
        "E01",
        "an empty message, and a template behind it",
        ipfix(LEARN_T, length=16),
        counts="trailing_bytes",
    ),
    case(
        "E02",
        "messages longer than their datagram",
        ipfix(LEARN_T, length=53),
        ipfix(LEARN_T, length=65535),
        counts="message_length*2",
    ),
    case(
        "E03",
        "a message that ends within its data set, behind the template",
        ipfix(LEARN_T, SEND_X, length=16 + len(LEARN_T) + 10),
        ipfix(SEND_X),
        records=1,
        counts="set_overrun trailing_bytes",
        shows=[SHOWS_X],
    ),
    case(
        "E03",
        "4 zeros behind the message",
        ipfix(LEARN_T, SEND_X) + bytes(4),
        records=1,
        counts="trailing_bytes",
        shows=[SHOWS_X],
    ),
    case(
        "E04",
        "two messages in a datagram: the first is read",
        ipfix(LEARN_T) + ipfix(SEND_X),
        ipfix(SEND_X),
        records=1,
        counts="trailing_bytes",
        shows=[SHOWS_X],
    ),
    *[row for length in range(4) for row in too_short(length)],
    case("E09", "sets without content", ipfix(flow_set(2), flow_set(3), flow_set(256))),
    case(
        "E09",
        "a template set that goes an octet beyond the message",
        ipfix(ipfix_templates(template(256, T), length=37)),
        counts="set_overrun",
    ),
    case(
        "E09",
        "a data set that goes far beyond the message, behind its template",
        ipfix(LEARN_T, flow_set(256, X, length=65535)),
        ipfix(SEND_X),
        records=1,
        counts="set_overrun",
        shows=[SHOWS_X],
    ),
    case(
        "E10",
        "reserved set ids, then a template and its data",
        ipfix(*[flow_set(n, bytes(8)) for n in (0, 1, 4, 255)], LEARN_T, SEND_X),
        records=1,
        counts="set_reserved*4",
        shows=[SHOWS_X],
    ),
    case(
        "E31",
        "export times and sequence numbers at their ends: a wrap is no gap",
        ipfix(seconds=0),
        ipfix(seconds=0xFFFFFFFF, sequence=0xFFFFFFFF),
        ipfix(sequence=0),
        ipfix(sequence=0xFFFFFFF6),
        counts="time_suspect sequence_reordered*2 sequence_lost*0",
    ),
    case(
        "E31",
        "a step of 2^31 is a new beginning, and nothing is lost",
        ipfix(sequence=0),
        ipfix(sequence=0x80000001),
        ipfix(sequence=0x40000000),
        counts="sequence_restarts*2 sequence_lost*0",
    ),
]
