# SPDX-License-Identifier: Apache-2.0
"""P: packets in sFlow's sampled headers."""

from hostile.case import case
from hostile.octets import *

TAG = u16(1)
SHOWS_IPV4 = {"src_addr": "10.0.0.1", "dst_addr": "10.0.0.2"}
SHOWS_PORTS = {**SHOWS_IPV4, "src_port": 1024, "dst_port": 53}
NO_PORTS = {"src_port": 0, "dst_port": 0}
IPV6 = {"src_addr": "2001:db8::1"}
DAMAGED = "packet_damaged"
FULL = "list_full"
FULL_ADDRESS = ":".join(["fefe"] * 8)


def packet(identity, about, octets, shows=None, counts="", options=(), protocol=1):
    return case(
        identity,
        about,
        sampled(octets, protocol),
        records=1,
        counts=counts,
        shows=[shows or {}],
        options=options,
    )


def ip(identity, about, octets, shows=None, counts="", options=()):
    """An IPv4 packet in Ethernet."""
    return packet(identity, about, ethernet(0x0800, octets), shows, counts, options)


def ip6(identity, about, octets, shows=None, counts=""):
    return packet(identity, about, ethernet(0x86DD, octets), shows, counts)


def tagged_frame(n, ethertype, payload):
    """A frame with n VLAN tags."""
    types = [0x8100] * n + [ethertype]
    head = b"".join(u16(kind) + TAG for kind in types[:-1])
    return ethernet(0)[:12] + head + u16(types[-1]) + payload


def labels(n, bottom=True):
    return u32(*[100 << 12 | (0x100 if bottom and i == n - 1 else 0) for i in range(n)])


def in_itself(deep, wrap, innermost):
    """wrap around wrap around ... innermost."""
    octets = innermost
    for _ in range(deep):
        octets = wrap(octets)
    return octets


def gre(payload):
    return ipv4(47, u16(0, 0x0800) + payload)


def ip_in_ip(payload):
    return ipv4(4, payload)


def labelled(payload):
    """In Ethernet with a label, in GRE, behind options."""
    inside = ethernet(0x8847, labels(1) + payload)
    return ipv6(0, options_header(60) + options_header(47) + u16(0, 0x6558) + inside)


def options_header(following, eights=0):
    return u8(following, eights) + bytes(6 + 8 * eights)


TCP = hexed("0400 0035 00000001 00000002 50 1b 0400 0000 0000")
VXLAN = hexed("08000000 00002a00")
GENEVE = hexed("3f00 6558 00002a00")
GTPU = hexed("30ff 0008 0000002a")

CASES = [
    *[packet("P01", f"{n} octets of Ethernet", ethernet(0x0800)[:n]) for n in (0, 1, 12, 13, 14)],
    packet("P02", "a length, and SNAP cut", ethernet(0x05DC, hexed("aaaa03 0000")), {"etype": ""}),
    packet("P02", "05ff is a length", ethernet(0x05FF, bytes(20)), {"etype": ""}),
    *[
        packet(
            "P03",
            f"{n} tags, then IPv4",
            tagged_frame(n, 0x0800, ipv4(17, udp())),
            SHOWS_PORTS if n <= 8 else {"vlan_id": 1, "src_addr": ""},
            "" if n <= 8 else FULL,
        )
        for n in (1, 2, 8, 28)
    ],
    packet("P03", "29 tags, and the type of one more", tagged_frame(29, 0x88A8, b""), counts=FULL),
    packet(
        "P04",
        "a label",
        ethernet(0x8847, labels(1) + ipv4(17, udp())),
        {**SHOWS_PORTS, "mpls_label": [100]},
    ),
    packet(
        "P04",
        "20 labels",
        ethernet(0x8847, labels(20) + ipv4(17)),
        {"mpls_label": [100] * 10, "src_addr": ""},
        FULL,
    ),
    packet(
        "P04",
        "25 labels without a bottom",
        ethernet(0x8847, labels(25, bottom=False)),
        {"mpls_label": [100] * 10},
        FULL,
    ),
    *[
        packet("P04", f"a label, then {about}", ethernet(0x8847, labels(1) + octets), counts=counts)
        for about, octets, counts in (
            ("nothing", b"", ""),
            ("zeros", bytes(30), ""),
            ("f0", b"\xf0" * 30, ""),
        )
    ],
    *[
        ip(
            "P05",
            f"a header of {n} words, 5 there",
            ipv4(17, first=0x40 | n),
            {**SHOWS_IPV4, **NO_PORTS},
            DAMAGED,
        )
        for n in (0, 1, 4, 6, 15)
    ],
    *[
        ip("P05", f"version {n}", ipv4(17, udp(), first=n << 4 | 5), NO_PORTS, DAMAGED)
        for n in (0, 6, 15)
    ],
    ip("P06", "a total length of 0", ipv4(17, udp(), total=0), SHOWS_PORTS),
    ip("P06", "a total length of 19", ipv4(17, udp(), total=19), SHOWS_IPV4 | NO_PORTS, DAMAGED),
    ip("P06", "a total length of 65535", ipv4(17, udp(), total=65535), SHOWS_PORTS),
    ip("P06", "a header of 19 octets", ipv4(17)[:19], {"src_addr": "10.0.0.1", "dst_addr": ""}),
    ip("P07", "the first fragment", ipv4(17, udp(), fragment=0x2000), SHOWS_PORTS),
    *[
        ip(
            "P07",
            f"a later fragment, {word:04x}",
            ipv4(17, udp(), fragment=word),
            {**SHOWS_IPV4, **NO_PORTS, "fragment_offset": word & 0x1FFF},
        )
        for word in (0x20B9, 0x00B9, 0x1FFF)
    ],
    *[
        ip(
            "P08",
            f"{n} octets of TCP",
            ipv4(6, TCP[:n]),
            {"dst_port": 53 if n >= 4 else 0, "tcp_flags": 0x1B if n >= 14 else 0},
        )
        for n in (1, 4, 12, 13, 14, 19)
    ],
    *[
        ip(
            "P08",
            f"TCP of {n} words",
            ipv4(6, TCP[:12] + u8(n << 4) + TCP[13:]),
            {"dst_port": 53, "tcp_flags": 0x1B},
            DAMAGED if n < 5 else "",
        )
        for n in (0, 4, 15)
    ],
    ip("P08", "3 octets of UDP", ipv4(17, udp()[:3]), {"src_port": 1024, "dst_port": 0}),
    *[
        ip("P08", f"a UDP length of {n}", ipv4(17, udp(length=n)), SHOWS_PORTS)
        for n in (0, 7, 65535)
    ],
    ip("P08", "1 octet of ICMP", ipv4(1, u8(8)), {"icmp_type": 8, "icmp_code": 0}),
    ip6("P09", "39 octets of IPv6", ipv6(17)[:39], {"src_addr": "2001:db8::1", "dst_addr": ""}),
    ip6("P09", "a payload of 0 octets", ipv6(17, udp(), length=0), {**IPV6, "dst_port": 53}),
    ip6("P09", "a payload of 65535 octets", ipv6(17, udp(), length=65535), {"dst_port": 53}),
    ip6("P09", "no next header", ipv6(59), {**IPV6, **NO_PORTS}),
    ip6("P09", "a next header of 255, and zeros", ipv6(255, bytes(20)), {**IPV6, **NO_PORTS}),
    ip6("P10", "options of 2048 octets", ipv6(0, u8(17, 255) + bytes(30)), {**IPV6, **NO_PORTS}),
    *[
        ip6(
            "P10",
            f"{n} headers of options",
            ipv6(60, options_header(60) * (n - 1) + options_header(17) + udp()),
            {**IPV6, "dst_port": 53 if n <= 8 else 0},
            "" if n <= 8 else FULL,
        )
        for n in (1, 8, 12)
    ],
    ip6("P10", "9 headers hop by hop", ipv6(0, options_header(0) * 9), IPV6, FULL),
    ip6("P10", "a header of options cut", ipv6(0, u8(17)), {**IPV6, **NO_PORTS}),
    ip6(
        "P11",
        "a later fragment",
        ipv6(44, u8(17, 0) + u16(0x00B9 << 3) + u32(1) + udp()),
        {**IPV6, **NO_PORTS, "fragment_offset": 0xB9},
    ),
    *[
        ip6("P11", f"an authentication header of {n}", ipv6(51, u8(17, n) + bytes(30)), IPV6)
        for n in (0, 255)
    ],
    ip6("P11", "a routing header", ipv6(43, options_header(17) + udp()), {"dst_port": 53}),
    ip6(
        "P11",
        "a routing header of 17 segments, 16 of which are kept",
        ipv6(43, u8(17, 34, 4, 0) + u32(16 << 24) + b"\xfe" * 272 + udp()),
        {"dst_port": 53, "ipv6_routing_header_addresses": [FULL_ADDRESS] * 16},
        FULL,
    ),
    ip(
        "P11",
        "headers of options, routing and fragments in a tunnel, where nobody asks for them",
        ipv4(41, ipv6(43, u8(44, 2, 4, 9, 0) + bytes(19) + u8(17, 0, 0, 0) + u32(7) + udp())),
        {**SHOWS_IPV4, "tunnel_type": "ipip", "inner_dst_port": 53, "fragment_id": 1,
         "ipv6_routing_header_seg_left": 0, "ipv6_routing_header_addresses": []},
    ),
    ip6("P11", "encryption", ipv6(50, bytes(16)), {**IPV6, **NO_PORTS}),
    *[
        ip(
            "P12",
            f"GRE in GRE, {n} deep",
            in_itself(n, gre, ipv4(17, udp())),
            {**SHOWS_IPV4, "tunnel_type": "gre", "inner_src_addr": "10.0.0.1"},
            "" if n <= 4 else FULL,
        )
        for n in (4, 60, 2000)
    ],
    *[
        ip(
            "P12",
            f"IP in IP, {n} deep",
            in_itself(n, ip_in_ip, ipv4(17, udp())),
            {**SHOWS_IPV4, "tunnel_type": "ipip"},
            FULL,
        )
        for n in (60, 3000)
    ],
    ip(
        "P12",
        "ICMP in IP in IP",
        ip_in_ip(ipv4(1, u8(3, 1) + bytes(6))),
        {**SHOWS_IPV4, "inner_proto": "ICMP", "icmp_type": 0, "icmp_code": 0},
    ),
    ip(
        "P12",
        "tags and labels in Ethernet in GRE are none of the packet's",
        ipv4(47, u16(0, 0x6558) + tagged_frame(2, 0x8847, labels(2) + ipv4(17, udp()))),
        {**SHOWS_IPV4, "inner_dst_port": 53, "vlan_id": 0, "mpls_label": []},
    ),
    packet(
        "P12",
        "more layers than are kept",
        tagged_frame(8, 0x86DD, in_itself(4, labelled, ipv4(17, udp()))),
        {**IPV6, "tunnel_type": "gre"},
        FULL,
    ),
    ip("P12", "GRE with all flags", ipv4(47, u16(0xFFFF, 0x0800) + bytes(24)), SHOWS_IPV4),
    ip("P12", "2 octets of GRE", ipv4(47, bytes(2)), SHOWS_IPV4),
    ip("P12", "3 octets of Ethernet in GRE", ipv4(47, u16(0, 0x6558) + bytes(3)), SHOWS_IPV4),
    ip("P12", "ERSPAN", ipv4(47, u16(0x1000, 0x88BE) + bytes(24)), SHOWS_IPV4),
    ip(
        "P13",
        "VXLAN, the inner packet cut",
        ipv4(17, udp(4789, VXLAN + ethernet(0x0800, ipv4(17))[:20])),
        {**SHOWS_IPV4, "tunnel_type": "vxlan", "tunnel_id": 42},
        options=["-tunnels", "vxlan"],
    ),
    ip(
        "P13",
        "Geneve with options beyond the packet",
        ipv4(17, udp(6081, GENEVE + bytes(20))),
        {**SHOWS_IPV4, "tunnel_type": "geneve", "tunnel_id": 42},
        options=["-tunnels", "geneve"],
    ),
    ip(
        "P13",
        "GTP-U",
        ipv4(17, udp(2152, GTPU + ipv4(17, udp()))),
        {**SHOWS_IPV4, "tunnel_type": "gtp-u", "tunnel_id": 42, "inner_dst_port": 53},
        options=["-tunnels", "gtpu"],
    ),
    ip(
        "P13",
        "Teredo",
        ipv4(17, udp(3544, ipv6(17, udp()))),
        {**SHOWS_IPV4, "tunnel_type": "teredo", "inner_src_addr": "2001:db8::1"},
        options=["-tunnels", "teredo"],
    ),
    ip(
        "P13",
        "tunnels that nobody asked for",
        ipv4(17, udp(4789, VXLAN + ethernet(0x0800, ipv4(17, udp())))),
        {**SHOWS_IPV4, "dst_port": 4789},
    ),
    *[
        packet("P14", f"type {kind:04x} and nothing", ethernet(kind), {"src_addr": ""})
        for kind in (0x8863, 0x8864, 0x0806, 0x1234, 0x8870, 0x88E5)
    ],
]
