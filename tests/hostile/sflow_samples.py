# SPDX-License-Identifier: Apache-2.0
"""S: the framing of sFlow, its samples and its records."""

from hostile.case import ANY, case
from hostile.octets import *

UDP_PACKET = ethernet(0x0800, ipv4(17, udp()))
GOOD = flow_sample(raw(UDP_PACKET))
SHOWS_GOOD = {"src_addr": "10.0.0.1", "dst_port": 53}
SHORT = "sample_record_short"
OVERRUN = "sample_record_overrun"
INTERFACE_COUNTERS = 1
HOST = 2000
STRUCTURES = (
    *range(1, 8), 10, 1001, 1002, 1004, 1005, *range(2000, 2011), *range(2100, 2107),
    *range(2201, 2205), 2206, 2207,
)
FLOW_RECORDS = (
    *range(1, 5), *range(1001, 1008), 1012, 1020, *range(1023, 1027), 1029, 1030, 1036, 1037, 1038,
)
TOO_MANY = (0xFFFFFFFF, 0x10000000, 1)


def of_record(identity, about, record, counts="", shows=({},)):
    """A flow sample with one record, however wrong that is."""
    return case(identity, about, sflow(flow_sample(record)), records=1, counts=counts, shows=shows)


def counters(identity, about, record, counts=""):
    return case(
        identity,
        about,
        sflow(counter_sample(record), GOOD),
        records=1,
        counts=f"interface_samples {counts}",
        shows=[SHOWS_GOOD],
    )


def told(identity, about, datagram, counts="", samples=1, **expected):
    """Samples that are no flows, of which records are made."""
    counted = f"{counts} interface_samples*{samples}" if samples else counts
    return case(
        identity, about, datagram, counts=counted, options=["-records", "flows,counters,drops"], **expected
    )


def agent_rows():
    for kind in (3, 0xFFFFFFFF):
        yield case(
            "S01",
            f"an agent address of type {kind}",
            sflow(agent=u32(kind).hex() + "c0000201"),
            counts="agent",
        )


CASES = [
    case(
        "S01",
        "an agent without address is who sent the datagram",
        sflow(GOOD, agent="00000000"),
        records=1,
        shows=[SHOWS_GOOD],
    ),
    *agent_rows(),
    case("S01", "an IPv6 agent of 4 octets", u32(5, 2, 1), counts="short"),
    case(
        "S02",
        "samples counted that are not there, and the other way",
        sflow(count=0xFFFFFFFF),
        sflow(count=1, sequence=2),
        sflow(GOOD, count=0, sequence=3),
        records=1,
        counts="count_mismatch*3",
        shows=[SHOWS_GOOD],
    ),
    *[
        case(
            "S03",
            f"a flow sample of 32 octets that says to have {n}",
            sflow(flow_sample(length=n)),
            counts=counts,
        )
        for n, counts in (
            (0, "sample_short*2 sample_overrun"),
            (3, "sample_short sample_overrun"),
            (4, "sample_short sample_overrun"),
        )
    ],
    *[
        case(
            "S04",
            f"a flow sample of 32 octets that says to have {n}",
            sflow(flow_sample(length=n)),
            counts="sample_overrun",
        )
        for n in (36, 0x80000000, 0xFFFFFFFF, 0xFFFFFFFC)
    ],
    case(
        "S05",
        "a sample of 33 octets: the next one begins where it ends",
        sflow(flow_sample(length=33) + u8(0), GOOD),
        records=2,
        shows=[{"src_addr": ""}, SHOWS_GOOD],
    ),
    case(
        "S06",
        "samples of unknown formats, then a good one",
        sflow(
            *[tagged(kind, b"") for kind in (0, 6, 4300 << 12 | 1, 0xFFFFFFFF)],
            GOOD,
        ),
        records=1,
        counts="sample_unknown*4",
        shows=[SHOWS_GOOD],
    ),
    *[
        case(
            "S07",
            f"{name}: {count} records counted, none there",
            sflow(build(count=count)),
            records=records,
            counts="count_mismatch",
        )
        for name, build, records in (
            ("flow sample", flow_sample, 1),
            ("expanded flow sample", expanded_flow_sample, 1),
            ("discarded packet", discarded_packet, 0),
        )
        for count in TOO_MANY
    ],
    *[
        case(
            "S08",
            f"{name}: {count} records counted, none there",
            sflow(build(count=count)),
            counts="count_mismatch",
        )
        for name, build in (
            ("counter sample", counter_sample),
            ("expanded counter sample", expanded_counter_sample),
        )
        for count in (0xFFFFFFFF, 1)
    ],
    *[
        of_record(
            "S09",
            f"a sampled header of 16 octets that says to have {n}",
            tagged(1, bytes(16), length=n),
            SHORT if n < 16 else OVERRUN,
        )
        for n in (0, 3, 20, 0x80000000, 0xFFFFFFFF)
    ],
    of_record("S09", "a record of an unknown type without octets", tagged(77, b"")),
    *[
        of_record(
            "S10",
            f"a sampled header of 42 octets that says to have {n}",
            raw(UDP_PACKET, header=n),
            "header_clipped" if n > 44 else "",
            [SHOWS_GOOD if n > 44 else {"src_addr": "", "bytes": 46}],
        )
        for n in (100, 0xFFFFFFFF, 0xFFFFFFFD, 0, 1)
    ],
    *[
        of_record(
            "S11",
            f"a frame of {n} octets",
            raw(UDP_PACKET, frame=n),
            shows=[{**SHOWS_GOOD, "bytes": n}],
        )
        for n in (0, 5, 0xFFFFFFFF)
    ],
    of_record(
        "S11", "4294967295 octets stripped", raw(UDP_PACKET, stripped=-1), shows=[SHOWS_GOOD]
    ),
    *[
        of_record(
            "S12",
            f"an IPv6 packet as header protocol {protocol}",
            raw(ipv6(17, udp()), protocol=protocol),
            shows=[{"src_addr": "2001:db8::1" if protocol in (11, 12) else ""}],
        )
        for protocol in (0, 2, 5, 7, 11, 12, 13, 14, 99, 0xFFFFFFFF)
    ],
    of_record("S13", "a path of 4294967295 segments", gateway(u32(-1)), SHORT),
    *[
        of_record(
            "S14",
            f"a segment of {n} systems, one there",
            gateway(u32(1, 2, n, 0xFDEB, 0, 100)),
            SHORT,
        )
        for n in (0x40000001, 0x40000000, 0xFFFFFFFF)
    ],
    of_record(
        "S14",
        "an empty segment",
        gateway(u32(1, 2, 0, 0, 100)),
        shows=[{"dst_as": 0xFDE8, "as_path": [], "local_pref": 100}],
    ),
    *[
        of_record("S15", f"{n} communities, none there", gateway(u32(0, n)), SHORT)
        for n in (0x40000000, 0x40000001, 0xFFFFFFFF)
    ],
    *[
        of_record(
            "S16",
            f"a stack of {n} labels, one there",
            tagged(1006, hexed("00000001 c0000209") + u32(n, 1, 1)),
            SHORT,
        )
        for n in (0x40000000, 0xFFFFFFFF)
    ],
    of_record(
        "S16",
        "an empty stack that comes in, one label that goes out",
        tagged(1006, hexed("00000001 c0000209") + u32(0, 1, 0x64100)),
        shows=[{"mpls_label": [], "next_hop": "192.0.2.9"}],
    ),
    of_record(
        "S16",
        "a stack of 12 labels",
        tagged(1006, hexed("00000001 c0000209") + u32(12, *[n << 12 for n in range(12)], 0)),
        "list_full",
        [{"mpls_label": list(range(10))}],
    ),
    *[
        row
        for n, counts in ((0xFFFFFFFF, SHORT), (0xFFFFFFFD, SHORT), (9, SHORT))
        for row in (
            of_record(
                "S17",
                f"a user name of {n} octets, 3 there",
                tagged(1004, u32(106) + string(b"abc", n) + u32(106)),
                counts,
            ),
            of_record(
                "S17",
                f"a URL of {n} octets, 3 there",
                tagged(1005, u32(1) + string(b"abc", n)),
                counts,
            ),
            of_record(
                "S17",
                f"an access list's name of {n} octets, 3 there",
                tagged(1037, u32(1) + string(b"abc", n)),
                counts,
            ),
        )
    ],
    of_record(
        "S17",
        "empty names",
        tagged(1004, u32(106) + string(b"") + u32(106) + string(b"x")),
        shows=[{"dst_user": "x"}],
    ),
    *[
        of_record(
            "S18",
            "strings that mean something to somebody",
            tagged(1005, u32(1) + string(octets) + string(octets)),
            "string_invalid*2" if "\ufffd" in shown else "",
            [{"url": shown, "hostname": shown}],
        )
        for octets, shown in (
            (b'a"b\n\\', 'a"b\n\\'),
            (b"\xff\xfe", "\ufffd\ufffd"),
            (b'http://x/"},{"', 'http://x/"},{"'),
            (b"\0\x1b[2J", "\0\x1b[2J"),
            (b'"', '"'),
        )
    ],
    *[
        counters("S19", f"interface counters of {n} octets", tagged(INTERFACE_COUNTERS, bytes(n)))
        for n in (0, 84, 87, 89, 92)
    ],
    counters(
        "S20",
        "interface counters of 4294967295 octets",
        tagged(INTERFACE_COUNTERS, bytes(88), length=-1),
        OVERRUN,
    ),
    *[
        counters("S20", f"counters of type {kind}", tagged(kind, b"\xff" * 88))
        for kind in (0xFFFFF, 4413 << 12 | 1, INTERFACE_COUNTERS)
    ],
    counters("S21", "a host name of 4294967295 octets", tagged(HOST, string(b"abc", -1))),
    counters("S21", "a host name of 65 quotes", tagged(HOST, string(b'"' * 65) + bytes(24))),
    case(
        "S22",
        "a sampling rate of 0 is 1",
        sflow(flow_sample(raw(UDP_PACKET), rate=0)),
        records=1,
        counts="sampling_value",
        shows=[{"sampling_rate": 1}],
    ),
    case(
        "S22",
        "rate and frame at their ends",
        sflow(flow_sample(raw(UDP_PACKET, frame=-1), rate=-1)),
        records=1,
        shows=[{"sampling_rate": 0xFFFFFFFF, "bytes": 0xFFFFFFFF}],
    ),
    case(
        "S23",
        "no input interface, a dropped packet",
        sflow(flow_sample(into=0x3FFFFFFF, out=0x40000101)),
        records=1,
        shows=[{"in_if": 0, "out_if": 0, "out_if_discard_reason": 257}],
    ),
    case(
        "S23",
        "three output interfaces",
        sflow(flow_sample(out=0x80000003)),
        records=1,
        shows=[{"in_if": 1, "out_if": 0, "out_if_count": 3}],
    ),
    case(
        "S23",
        "interfaces of ff",
        sflow(flow_sample(into=-1, out=-1)),
        records=1,
        shows=[{"in_if": 0, "out_if": 0}],
    ),
    case("S24", "1600 samples without records", sflow(*[flow_sample()] * 1600), records=1600),
    case(
        "S25",
        "two sampled headers and an IPv4 record that disagree: the first counts",
        sflow(
            flow_sample(
                raw(UDP_PACKET),
                raw(ethernet(0x86DD, ipv6(6))),
                tagged(3, u32(99, 6) + hexed("c0000201 c0000202") + u32(1, 2, 0, 0)),
            )
        ),
        records=1,
        shows=[SHOWS_GOOD],
    ),
    of_record(
        "S26",
        "16000 tags",
        tagged(1012, u32(16000) + u32(*range(1, 16001))),
        shows=[{"outer_vlan_id": 1, "vlan_id": 16000 & 0xFFF}],
    ),
    *[
        of_record("S26", about, record, counts, [shows])
        for about, record, counts, shows in (
            (
                "a path of three segments, longer than is kept",
                gateway(u32(3), *[u32(2, 600, *range(1, 601))] * 3, u32(0, 100)),
                "list_full",
                {"as_path": [*range(1, 601), *range(1, 401)], "dst_as": 400},
            ),
            (
                "more communities than are kept",
                gateway(u32(0, 1001, *range(1001)), u32(100)),
                "list_full",
                {"as_path": [], "bgp_communities": [*range(1000)]},
            ),
            ("VLANs that are not known", tagged(1001, u32(-1, -1, -1, -1)), "", {"src_vlan": 0}),
            (
                "no URL, and a host that is no text",
                tagged(1005, u32(0) + string(b"") + string(b"\xff")),
                "string_invalid",
                {"hostname": "\ufffd"},
            ),
            (
                "a URL that is no text, and no host",
                tagged(1005, u32(0) + string(b"\xff") + string(b"")),
                "string_invalid",
                {"url": "\ufffd"},
            ),
            ("addresses of translation that are not known", tagged(1007, u32(0, 0)), "", {}),
            ("half a pair of ports", tagged(1020, u32(7)), SHORT, {}),
            ("an empty name of a list", tagged(1037, u32(1, 0, 0)), "", {}),
            (
                "a type of Ethernet that is a length",
                tagged(2, u32(64) + bytes(16) + u32(0x5DC)),
                "",
                {"bytes": 64, "etype": ""},
            ),
            (
                "a type of Ethernet of 17 bits",
                tagged(2, u32(64) + bytes(16) + u32(0x10800)),
                "",
                {"bytes": 64, "etype": ""},
            ),
            ("no tags", tagged(1012, u32(0)), "", {"vlan_id": 0}),
            ("a tunnel of no kind", tagged(1023, bytes(32)), "", {}),
            (
                "lengths of prefixes that cannot be",
                tagged(1002, u32(1) + hexed("c0000209") + u32(300, -1)),
                "",
                {"next_hop": "192.0.2.9", "src_net": "", "dst_net": ""},
            ),
        )
    ],
    *[
        of_record("S26", f"two octets of record {kind}", tagged(kind, bytes(2)), SHORT)
        for kind in FLOW_RECORDS
    ],
    case(
        "S26",
        "records that goflow2 does not read, as it sees them: not at all",
        sflow(flow_sample(*[tagged(kind, bytes(2)) for kind in FLOW_RECORDS])),
        records=1,
        counts=f"{SHORT}*6",
        shows=[{"bytes": 0}],
        options=["-compat", "goflow2"],
    ),
    case(
        "S26",
        "what several records say: the first tunnel, the last next hop",
        sflow(
            flow_sample(
                tagged(1023, u32(64, 47) + bytes(24)),
                tagged(1024, u32(64, 4) + bytes(24)),
                tagged(1002, u32(1) + hexed("c0000209") + u32(24, 24)),
                tagged(1006, u32(1) + hexed("c0000207") + u32(0, 0)),
                tagged(1006, u32(0, 0, 0)),
            )
        ),
        records=1,
        shows=[{"tunnel_type": "gre", "next_hop": "192.0.2.9"}],
    ),
    case(
        "S23",
        "formats of interfaces that nobody knows",
        sflow(tagged(3, u32(1, 0, 1, 1000, 1000, 0, 9, 1, 9, 2, 0))),
        records=1,
        counts="field_value*2",
        shows=[{"in_if": 0, "out_if": 0}],
    ),
    case(
        "S26",
        "two networks, of which the first counts, and labels that the header has shown",
        sflow(
            flow_sample(
                raw(ethernet(0x8847, u32(100 << 12 | 0x100) + ipv4(17, udp()))),
                tagged(1006, u32(1) + hexed("c0000209") + u32(1, 200 << 12, 0)),
                tagged(1029, u32(5)),
                tagged(1030, u32(6)),
            )
        ),
        records=1,
        shows=[{"vni": 5, "mpls_label": [100], "next_hop": "192.0.2.9"}],
    ),
    case(
        "S26",
        "more data sources than are remembered",
        *[
            sflow(*[flow_sample(rate=n, source=1500 * n + i) for i in range(1500)], sequence=n)
            for n in (1, 2, 3)
        ],
        records=4500,
        options=["-fields", "time_received_ns"],
    ),
    case(
        "S27",
        "7 times ff behind the last sample",
        sflow(GOOD) + b"\xff" * 7,
        records=1,
        counts="trailing_bytes",
        shows=[SHOWS_GOOD],
    ),
    case(
        "S27",
        "a datagram cut in its sample's header",
        *[sflow(GOOD)[:n] for n in (28, 32)],
        counts="count_mismatch*2 trailing_bytes sequence_repeated",
    ),
    case(
        "S27",
        "a datagram cut at each fourth octet of its sample",
        *[sflow(GOOD)[:n] for n in range(36, len(sflow(GOOD)), 4)],
        counts=f"sample_overrun*{len(range(36, len(sflow(GOOD)), 4))}",
    ),
    told(
        "S28",
        "each structure that is known, of zeros: as many records as they need",
        sflow(counter_sample(*[tagged(kind, bytes(400)) for kind in STRUCTURES])),
        records=ANY,
    ),
    told(
        "S28",
        "the same counters twice in a sample: two records",
        sflow(counter_sample(*[tagged(1004, u64(n) + u32(0)) for n in (7, 8)])),
        records=2,
    ),
    told(
        "S28",
        "8000 counter records that nobody knows, all empty",
        sflow(counter_sample(*[tagged(4300 << 12 | 1, b"")] * 8000)),
        records=8000,
    ),
    told(
        "S28",
        "one that nobody knows, of 64,000 octets: 1024 are told",
        sflow(counter_sample(tagged(4300 << 12 | 1, b"\xff" * 64000))),
        records=1,
        shows=[{"unknown_octets": "ff" * 1024}],
    ),
    told(
        "S28",
        "as many adapters as a datagram holds",
        sflow(counter_sample(tagged(2001, u32(8000) + u32(1, 0) * 8000))),
        records=8000,
    ),
    told(
        "S28",
        "2^32-1 adapters, of which none is there",
        sflow(counter_sample(tagged(2001, u32(0xFFFFFFFF)))),
        counts="sample_record_short",
    ),
    told(
        "S28",
        "an adapter of 2^32-1 addresses, of which none is there",
        sflow(counter_sample(tagged(2001, u32(1, 7, 0xFFFFFFFF)))),
        counts="sample_record_short",
    ),
    told(
        "S28",
        "optical modules of so many lanes that they cannot be",
        sflow(*[counter_sample(tagged(10, u32(1, 4, 0, 0, n))) for n in TOO_MANY]),
        counts="sample_record_short*3",
        samples=3,
    ),
    told(
        "S28",
        "a port's name of 64,000 zeros",
        sflow(counter_sample(tagged(1005, u32(64000) + b"\0" * 64000))),
        records=1,
        shows=[{"port_name": "\0" * 255}],
    ),
    told(
        "S29",
        "1300 dropped packets without records",
        sflow(*[discarded_packet()] * 1300),
        records=1300,
        counts="discard_samples*1300",
        samples=0,
    ),
    *[
        told(
            "S29",
            f"a packet dropped for reason {reason}",
            sflow(tagged(5, u32(1, 0, 1, 0, 1, 2, reason, 0))),
            records=1,
            counts="discard_samples",
            samples=0,
            shows=[{"drop_reason": name, "drop_code": reason}],
        )
        for reason, name in (
            (0, "net_unreachable"),
            (100, "other"),
            (289, "unknown_l4"),
            (290, "other"),
        )
    ],
    told(
        "S29",
        "a dropped packet of two queues: the first is told; and one of a queue cut",
        sflow(discarded_packet(tagged(1036, u32(5)), tagged(1036, u32(6)), tagged(1036, b""))),
        records=1,
        counts="discard_samples sample_record_short",
        samples=0,
        shows=[{"egress_queue": 5}],
    ),
    told(
        "S29",
        "a dropped packet with 4000 names of functions: the first is told",
        sflow(discarded_packet(*[tagged(1038, u32(1) + b"f\0\0\0")] * 4000)),
        records=1,
        counts="discard_samples",
        samples=0,
        shows=[{"function_name": "f", "drop_reason": "unknown"}],
    ),
]
