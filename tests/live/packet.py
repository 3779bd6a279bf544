# SPDX-License-Identifier: Apache-2.0
"""Packets built header by header, with right checksums and lengths."""

import ipaddress
import struct

TCP, UDP, ICMP, ESP, ICMPV6 = 6, 17, 1, 50, 58
FRAGMENT = 44  # the IPv6 extension header

FIN, SYN, RST, PSH, ACK, URG, ECE, CWR = (1 << bit for bit in range(8))

ETHERTYPES = {4: 0x0800, 6: 0x86DD}
ARP, DOT1Q, MPLS = 0x0806, 0x8100, 0x8847
SHORTEST_FRAME = 60


def checksum(octets):
    if len(octets) % 2:
        octets += b"\0"
    total = sum(struct.unpack(f"!{len(octets) // 2}H", octets))
    while total >> 16:
        total = (total & 0xFFFF) + (total >> 16)
    return ~total & 0xFFFF


def address(text):
    return ipaddress.ip_address(text).packed


def version(text):
    return ipaddress.ip_address(text).version


def pseudo_header(src, dst, proto, length):
    if version(src) == 4:
        return address(src) + address(dst) + struct.pack("!BBH", 0, proto, length)
    return address(src) + address(dst) + struct.pack("!II", length, proto)


def with_checksum(octets, at, over=b""):
    """Puts the checksum of over and octets at that place, where zeros stand."""
    value = struct.pack("!H", checksum(over + octets) or 0xFFFF)
    return octets[:at] + value + octets[at + 2 :]


def tcp(src, dst, ports, flags, sequence, acknowledged, payload):
    urgent = 1 if flags & URG else 0
    header = struct.pack(
        "!HHIIBBHHH", *ports, sequence, acknowledged, 5 << 4, flags, 8192, 0, urgent
    )
    segment = header + payload
    return with_checksum(segment, 16, pseudo_header(src, dst, TCP, len(segment)))


def udp(src, dst, ports, payload):
    datagram = struct.pack("!HHHH", *ports, 8 + len(payload), 0) + payload
    return with_checksum(datagram, 6, pseudo_header(src, dst, UDP, len(datagram)))


def icmp(kind, code, rest, payload):
    return with_checksum(struct.pack("!BBHI", kind, code, 0, rest) + payload, 2)


def icmpv6(src, dst, kind, code, rest, payload):
    message = struct.pack("!BBHI", kind, code, 0, rest) + payload
    return with_checksum(message, 2, pseudo_header(src, dst, ICMPV6, len(message)))


def esp(spi, sequence, payload):
    return struct.pack("!II", spi, sequence) + payload


def ipv4(src, dst, proto, payload, tos=0, ttl=64, identification=0, fragment=0):
    """fragment: the third word of the header, flags and offset in 8 octets."""
    header = struct.pack(
        "!BBHHHBBH", 0x45, tos, 20 + len(payload), identification, fragment, ttl, proto, 0
    )
    return with_checksum(header + address(src) + address(dst), 10) + payload


def ipv6(src, dst, proto, payload, tos=0, ttl=64, label=0):
    word = 6 << 28 | tos << 20 | label
    return (
        struct.pack("!IHBB", word, len(payload), proto, ttl) + address(src) + address(dst) + payload
    )


def mac(text):
    return bytes.fromhex(text.replace(":", ""))


def ethernet(src, dst, ethertype, payload):
    """A frame without its check sequence, padded as a network card does."""
    frame = mac(dst) + mac(src) + struct.pack("!H", ethertype) + payload
    return frame.ljust(SHORTEST_FRAME, b"\0")


def tagged(vlan, priority, ethertype, payload):
    """What follows the ethertype DOT1Q."""
    return struct.pack("!HH", priority << 13 | vlan, ethertype) + payload


def labelled(label, traffic_class, ttl, payload):
    """What follows the ethertype MPLS: one entry, the bottom of its stack."""
    return struct.pack("!I", label << 12 | traffic_class << 9 | 1 << 8 | ttl) + payload
