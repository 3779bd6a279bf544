# SPDX-License-Identifier: Apache-2.0
"""E11 to E30, E32: the values of IPFIX."""

from hostile.case import case
from hostile.octets import *

NANOSECONDS = 10**9
STRINGS = "82/* 83/*"  # interfaceName and interfaceDescription
ERA_1 = (1 << 32) - 2208988800  # when NTP's second era begins, since 1970


def read(identity, about, fields, record, records=1, learnt=(), **expected):
    """A template as 256 and a data set of it; further templates may come before."""
    return case(
        identity,
        about,
        ipfix(ipfix_templates(*learnt, template(256, fields))),
        ipfix(flow_set(256, record)),
        records=records,
        **expected,
    )


def string(about, octets, shown):
    return read("E22", about, "82/*", text(octets), shows=[{"if_name": shown}])


def no_string(about, octets, shown):
    counts = "string_invalid"
    return read("E23", about, "82/*", text(octets), counts=counts, shows=[{"if_name": shown}])


def a_list(about, element, octets, identity):
    """A list is one value, which is printed as it came: nothing in it is followed."""
    names = {291: "basicList", 292: "subTemplateList", 293: "subTemplateMultiList"}
    shown = {names[element]: octets[:2048].hex()}
    return read(
        identity,
        about,
        f"8/4 {element}/*",
        hexed("0a000001") + text(octets),
        learnt=[template(257, T), template(300, "8/0")],
        counts="record_length_zero",
        shows=[{"src_addr": "10.0.0.1", "elements": shown}],
    )


def nested(element, head, deep):
    """A list in a list in a list."""
    octets = b""
    for _ in range(deep):
        octets = head + (text(octets) if len(octets) < 60_000 else b"")
    return octets


CASES = [
    read(
        "E11",
        "two empty strings, in the form of three octets",
        STRINGS,
        hexed("ff0000 ff0000"),
        shows=[{"if_name": "", "if_description": ""}],
    ),
    *[
        read("E11", f"a string that goes beyond its set: {octets}", STRINGS, hexed(octets), 0,
             counts="record_overrun")
        for octets in ("ff ffff 616263", "ff 00", "04 616263")
    ],
    read(
        "E12",
        "zeros that would make a record of empty strings are padding",
        STRINGS,
        hexed("01 61 01 62 00 00 00"),
        shows=[{"if_name": "a", "if_description": "b"}],
    ),
    read(
        "E13",
        "a number of 64 bits in 0 to 8 octets",
        "1/0 1/1 1/3 1/5 1/6 1/7 1/8",
        b"\xff" * 30,
        shows=[
            {
                "elements": {
                    "octetDeltaCount": [None] + [(1 << 8 * n) - 1 for n in (1, 3, 5, 6, 7, 8)]
                }
            }
        ],
    ),
    read(
        "E13",
        "a number of variable length, first in no octets: its place stays",
        "1/* 1/* 1/*",
        text(b"") + text(u64(7)) + text(u8(9)),
        shows=[{"elements": {"octetDeltaCount": [None, 7, 9]}}],
    ),
    *[
        read(
            "E14",
            f"element {element} in {octets} octets",
            f"{element}/{octets} 7/2",
            b"\xff" * octets + u16(1024),
            counts="field_length",
            shows=[{"src_port": 1024, "bytes": 0, "proto": "", "in_if": 0}],
        )
        for element, octets in ((1, 9), (1, 16), (1, 255), (4, 4), (10, 8))
    ],
    read(
        "E15",
        "signed numbers of reduced size keep their sign",
        "434/1 434/3 434/4",
        hexed("80 fffffe 80000000"),
        shows=[{"elements": {"mibObjectValueInteger": [-128, -2, -(2**31)]}}],
    ),
    read(
        "E16",
        "numbers that JSON has no form for, and the ends of floats",
        "320/8 320/8 320/8 320/8 320/8 320/8 320/4 320/2",
        hexed("7ff8000000000000 7ff0000000000000 fff0000000000000 8000000000000000")
        + hexed("0000000000000001 7fefffffffffffff 7fc00000 7fff"),
        counts="field_length",
        shows=[
            {
                "elements": {
                    "absoluteError": [
                        None, None, None, -0.0, 5e-324, 1.7976931348623157e308, None, None
                    ]
                }
            }
        ],
    ),
    read(
        "E16",
        "a float in 4 octets, and one in 3",
        "311/4 320/* 7/2",
        hexed("3f000000") + text(b"abc") + u16(1024),
        counts="field_length",
        shows=[{"sampling_probability": 0.5, "src_port": 1024}],
    ),
    read(
        "E16",
        "labels of two octets, and of three",
        "70/2 71/3",
        hexed("0001 000100"),
        shows=[{"mpls_label": [0, 16]}],
    ),
    read(
        "E13",
        "two elements of one number, of two enterprises, one of them twice",
        "99999:1/2 9999:1/1 99999:1/2 9999:2/1",
        hexed("0001 02 0003 04"),
        shows=[
            {
                "elements": {
                    "e99999id1": ["0001", "0003"],
                    "e9999id1": "02",
                    "e9999id2": "04",
                }
            }
        ],
    ),
    read(
        "E17",
        "1 is true, 2 is false, all else is nothing",
        "276/1 276/1 276/1 276/1 276/1 276/0 276/4",
        hexed("00 01 02 03 ff 00000001"),
        counts="field_length field_value*3",
        shows=[{"elements": {"dataRecordsReliability": [None, True, False] + [None] * 4}}],
    ),
    *[
        read(
            "E18",
            f"an address of {octets} octets",
            f"{element}/{octets} 7/2",
            b"\x11" * octets + u16(1024),
            counts="field_length" if octets else "",
            shows=[{"src_port": 1024, "src_addr": "", "src_mac": "00:00:00:00:00:00"}],
        )
        for element, lengths in ((56, (0, 5, 7, 8)), (8, (3, 5, 16)), (27, (4, 15, 17)))
        for octets in lengths
    ],
    read(
        "E19",
        "seconds 0 and 4294967295",
        "150/4 151/4",
        u32(0, -1),
        shows=[{"time_flow_start_ns": 0, "time_flow_end_ns": 0xFFFFFFFF * NANOSECONDS}],
    ),
    read(
        "E19",
        "milliseconds 0 and 2^64 - 1: the latter is no time",
        "152/8 153/8",
        u64(0, -1),
        counts="field_value",
        shows=[{"time_flow_start_ns": 0, "time_flow_end_ns": SECONDS * NANOSECONDS}],
    ),
    read(
        "E19",
        "milliseconds in 4 octets",
        "152/4 7/2",
        u32(7) + u16(1024),
        counts="field_length",
        shows=[{"src_port": 1024, "time_flow_start_ns": SECONDS * NANOSECONDS}],
    ),
    read(
        "E20",
        "NTP times of the era that is near; of microseconds the low 11 bits mean nothing",
        "154/8 155/8",
        u64(0, -1),
        counts="time_suspect",
        shows=[
            {
                "time_flow_start_ns": ERA_1 * NANOSECONDS,
                "time_flow_end_ns": (ERA_1 - 1) * NANOSECONDS + 999_999_523,
            }
        ],
    ),
    read(
        "E20",
        "an NTP time of nanoseconds keeps its low bits",
        "156/8 157/8",
        hexed("83aa7e80 000007ff 83aa7e80 000007ff"),
        shows=[{"time_flow_start_ns": 476, "time_flow_end_ns": 476}],
    ),
    case(
        "E21",
        "times before an export that has none",
        ipfix(ipfix_templates(template(256, "158/4 159/4 21/4 22/4 161/4")), seconds=0),
        ipfix(flow_set(256, b"\xff" * 20), seconds=0),
        records=1,
        counts="time_suspect*4",
        shows=[
            {
                "time_flow_start_ns": 0,
                "sys_uptime_start_ms": 0xFFFFFFFF,
                "sys_uptime_end_ms": 0xFFFFFFFF,
                "delta_start_us": 0xFFFFFFFF,
                "flow_duration_ms": 0xFFFFFFFF,
            }
        ],
    ),
    string("control characters", bytes(range(1, 32)), "".join(map(chr, range(1, 32)))),
    string("DEL, quotes, slashes", b'\x7f"\\/', '\x7f"\\/'),
    string("line separators of JavaScript", "\u2028\u2029".encode(), "\u2028\u2029"),
    string("a mark of order, a character that is none", "\ufeff\uffff".encode(), "\ufeff\uffff"),
    no_string("an overlong NUL", hexed("c080"), "\ufffd" * 2),
    no_string("half a surrogate", hexed("eda080"), "\ufffd" * 3),
    no_string("beyond U+10FFFF", hexed("f4908080"), "\ufffd" * 4),
    no_string("no first octet", hexed("f5808080"), "\ufffd" * 4),
    no_string("a character cut", hexed("e282"), "\ufffd" * 2),
    no_string("a continuation alone", hexed("80"), "\ufffd"),
    no_string("octets never used", hexed("feff"), "\ufffd" * 2),
    no_string("overlong, of four octets", hexed("f0808080"), "\ufffd" * 4),
    no_string("a character cut behind good ones", b"ok\xe2", "ok\ufffd"),
    *[
        read("E24", about, "82/32", octets.ljust(32, b"\0"), shows=[{"if_name": shown}])
        for about, octets, shown in (
            ("a name filled up with NUL", b"ge-0/0/0", "ge-0/0/0"),
            ("a NUL inside", b"a\0b", "a\0b"),
            ("NUL alone", b"", ""),
        )
    ],
    read(
        "E24",
        "a string of 65000 control characters",
        "82/*",
        text(b"\x01" * 65000),
        shows=[{"if_name": "\x01" * 682, "if_name_truncated": True}],
    ),
    *[
        read(
            "E24",
            f"31 times 2000 octets: {about}",
            " ".join(f"99999:{identity}/2000" for identity in identities),
            bytes(31 * 2000),
            shows=[{"elements": {"_truncated": True}}],
        )
        for about, identities in (("an element each", range(31)), ("of one element", [1] * 31))
    ],
    a_list("addresses of no octets", 291, hexed("03 0008 0000") + bytes(8), "E25"),
    a_list("a string beyond its list", 291, hexed("03 0052 ffff 09 6162"), "E25"),
    a_list("an address cut", 291, hexed("03 0008 0004 010203"), "E25"),
    a_list("a list cut", 291, hexed("03 0008 00"), "E25"),
    a_list("a list of undefined semantics", 291, hexed("ff 0008 0004 01020304"), "E25"),
    a_list("nothing", 291, b"", "E25"),
    *[
        a_list(f"{deep} lists in each other", 291, nested(291, hexed("03 0123 ffff"), deep), "E26")
        for deep in (8, 200, 8000)
    ],
    *[
        a_list(f"{deep} lists in each other", 292, nested(292, hexed("03 0100"), deep), "E27")
        for deep in (8, 200, 9000)
    ],
    *[
        a_list(f"a list of template {n}", 292, u8(3) + u16(n) + bytes(8), "E28")
        for n in (999, 0, 255, 300)
    ],
    a_list("a list of one octet", 292, u8(3), "E28"),
    a_list("a list of two octets", 292, u8(3, 1), "E28"),
    *[
        a_list(f"an entry that says to have {n} octets", 293, u8(3) + u16(257, n) + X, "E29")
        for n in (0, 1, 3, 4, 26, 65535)
    ],
    read(
        "E30",
        "lists of two templates in each other",
        "292/*",
        text(nested(292, hexed("03 0101"), 100)),
        learnt=[template(257, "292/*")],
        shows=[{"elements": {"subTemplateList": nested(292, hexed("03 0101"), 100).hex()}}],
    ),
    *[
        read(
            "E32",
            f"an Ethernet frame with an IPv4 header of {n} words",
            "315/*",
            text(ethernet(0x0800, ipv4(6, first=0x40 | n))),
            counts="packet_damaged",
            shows=[{"src_addr": "10.0.0.1", "src_port": 0, "packets": 1}],
        )
        for n in (0, 15)
    ],
    *[
        read("E32", f"element {n} without octets", f"{n}/* 10/4", text(b"") + u32(7),
             shows=[{"in_if": 7, "layer_stack": []}])
        for n in (315, 313)
    ],
    read("E32", "one octet of IPv4", "313/*", text(b"\x45"), shows=[{"src_addr": ""}]),
    read("E32", "one octet of IPv6", "313/*", text(b"\x60"), shows=[{"src_addr": ""}]),
    read("E32", "a frame beyond its record", "315/*", hexed("40 0200"), 0, counts="record_overrun"),
]
