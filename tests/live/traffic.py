#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""The traffic that the exporters see: always the same, and known packet by packet.

traffic.py FILE.pcap [--variant plain|vlan|mpls]   writes it and prints its totals
traffic.py --send CLIENT SERVER                    plays it from two interfaces (needs root)
"""

import argparse
import dataclasses
import random
import socket
import struct
import time

import packet
import pcap

CLIENT_MAC, SERVER_MAC = "00:00:5e:00:53:01", "00:00:5e:00:53:02"
CLIENT4, SERVER4 = "192.0.2.10", "198.51.100.20"
CLIENT6, SERVER6 = "2001:db8:1::10", "2001:db8:2::20"
FRAGMENTS4 = (
    "192.0.2.11",
    "198.51.100.21",
)  # hosts of their own: exporters differ on later fragments
VLAN, VLAN_PRIORITY = 100, 5
LABEL, LABEL_CLASS, LABEL_TTL = 1000, 5, 63
VARIANTS = ("plain", "vlan", "mpls")

BEGIN_US = 1_700_000_000_123_456  # 2023-11-14 22:13:20 UTC
DURATION_US = 3_000_000  # no packet is later
SEED = 2055


@dataclasses.dataclass(frozen=True)
class Sent:
    """One IP packet; for ICMP dst_port holds type * 256 + code, as NetFlow v5 writes it."""

    time_us: int
    src: str
    dst: str
    proto: int
    src_port: int
    dst_port: int
    flags: int
    forward: bool  # from the client's side
    octets: bytes

    @property
    def key(self):
        return (self.src, self.dst, self.proto, self.src_port, self.dst_port)

    @property
    def ip_version(self):
        return packet.version(self.src)


@dataclasses.dataclass
class Total:
    packets: int = 0
    octets: int = 0
    flags: int = 0
    first_us: int = 0
    last_us: int = 0


class Script:
    """Collects packets while its clock runs."""

    def __init__(self, begin_us):
        self.random = random.Random(SEED)
        self.now_us = begin_us
        self.identification = 0
        self.sequence = {}  # next TCP sequence number of each direction
        self.sent = []

    def payload(self, length):
        return self.random.randbytes(length)

    def datagram(self, src, dst, proto, payload, ports=(0, 0), flags=0, **header):
        """Sends one IP packet; header goes to packet.ipv4 or packet.ipv6."""
        self.now_us += self.random.randrange(1_000, 30_000)
        if packet.version(src) == 4:
            self.identification += 1
            header = {"identification": self.identification} | header
            octets = packet.ipv4(src, dst, proto, payload, **header)
        else:
            octets = packet.ipv6(src, dst, proto, payload, **header)
        forward = src in (CLIENT4, CLIENT6, FRAGMENTS4[0])
        self.sent.append(Sent(self.now_us, src, dst, proto, *ports, flags, forward, octets))

    def tcp(self, src, dst, ports, flags, length=0, **header):
        way, back = (src, dst, *ports), (dst, src, *reversed(ports))
        sequence = self.sequence.setdefault(way, self.random.getrandbits(31))
        acknowledged = self.sequence.get(back, 0)
        segment = packet.tcp(src, dst, ports, flags, sequence, acknowledged, self.payload(length))
        self.sequence[way] += length + (1 if flags & (packet.SYN | packet.FIN) else 0)
        self.datagram(src, dst, packet.TCP, segment, ports, flags, **header)

    def udp(self, src, dst, ports, payload, **header):
        self.datagram(src, dst, packet.UDP, packet.udp(src, dst, ports, payload), ports, **header)

    def icmp(self, src, dst, kind, code, payload, rest=0):
        ports = (0, kind << 8 | code)
        if packet.version(src) == 4:
            self.datagram(src, dst, packet.ICMP, packet.icmp(kind, code, rest, payload), ports)
        else:
            message = packet.icmpv6(src, dst, kind, code, rest, payload)
            self.datagram(src, dst, packet.ICMPV6, message, ports)


def web_page(script, client, server, port, rounds, **header):
    """A TCP connection from SYN to FIN."""
    out, back = (port, 443), (443, port)
    script.tcp(client, server, out, packet.SYN | packet.ECE | packet.CWR, **header)
    script.tcp(server, client, back, packet.SYN | packet.ACK, **header)
    script.tcp(client, server, out, packet.ACK, **header)
    for _ in range(rounds):
        script.tcp(
            client, server, out, packet.PSH | packet.ACK, script.random.randrange(60, 500), **header
        )
        script.tcp(
            server,
            client,
            back,
            packet.PSH | packet.ACK,
            script.random.randrange(500, 1300),
            **header,
        )
    script.tcp(client, server, out, packet.FIN | packet.ACK, **header)
    script.tcp(server, client, back, packet.FIN | packet.ACK, **header)
    script.tcp(client, server, out, packet.ACK, **header)


def refused_connection(script, client, server, port):
    script.tcp(client, server, (port, 81), packet.SYN)
    script.tcp(server, client, (81, port), packet.RST | packet.ACK)


def urgent_data(script, client, server, port):
    script.tcp(client, server, (port, 513), packet.URG | packet.ACK, 1)


def lookup(script, client, server, port):
    """A DNS query for a text, and its answer."""
    question = b"\7example\3com\0" + struct.pack("!HH", 16, 1)
    text = b"seen by an exporter"
    answer = struct.pack("!HHHIHB", 0xC00C, 16, 1, 3600, 1 + len(text), len(text)) + text
    query = struct.pack("!HHHHHH", port, 0x0100, 1, 0, 0, 0) + question
    reply = struct.pack("!HHHHHH", port, 0x8180, 1, 1, 0, 0) + question + answer
    script.udp(client, server, (port, 53), query)
    script.udp(server, client, (53, port), reply)


def voice(script, client, server, port, packets):
    """RTP: 20 ms of sound a packet."""
    for number in range(packets):
        header = struct.pack("!BBHII", 0x80, 0, number, 160 * number, port)
        script.udp(client, server, (port, 5004), header + script.payload(160), tos=0xB8)


def pings(script, client, server, request, reply, count):
    for number in range(count):
        payload = script.payload(56)
        script.icmp(client, server, request, 0, payload, rest=7 << 16 | number)
        script.icmp(server, client, reply, 0, payload, rest=7 << 16 | number)


def unreachable_port(script, client, server, port, kind, code):
    script.udp(client, server, (port, 9), bytes(8))
    quoted = script.sent[-1].octets
    script.icmp(server, client, kind, code, quoted)


def fragmented_datagram(script, client, server, port):
    """Three fragments; only the first one has the ports."""
    ports = (port, 4600)
    datagram = packet.udp(client, server, ports, script.payload(2500))
    for offset in range(0, len(datagram), 1000):
        more = 0x2000 if offset + 1000 < len(datagram) else 0
        script.datagram(
            client,
            server,
            packet.UDP,
            datagram[offset : offset + 1000],
            ports,
            identification=0xF00D,
            fragment=more | offset // 8,
        )


def encrypted(script, client, server, packets):
    for number in range(packets):
        script.datagram(client, server, packet.ESP, packet.esp(0x1234, number, script.payload(80)))


def make(begin_us=BEGIN_US):
    """All packets, in the order of their times."""
    script = Script(begin_us)
    web_page(script, CLIENT4, SERVER4, 40001, rounds=14)
    web_page(script, CLIENT6, SERVER6, 40002, rounds=14, label=0x12345)
    web_page(script, CLIENT4, SERVER4, 40003, rounds=3, tos=0x28, ttl=17)
    refused_connection(script, CLIENT4, SERVER4, 40004)
    refused_connection(script, CLIENT6, SERVER6, 40005)
    urgent_data(script, CLIENT4, SERVER4, 40006)
    for port in range(41000, 41004):
        lookup(script, CLIENT4, SERVER4, port)
        lookup(script, CLIENT6, SERVER6, port + 100)
    voice(script, CLIENT4, SERVER4, 42000, packets=20)
    voice(script, CLIENT6, SERVER6, 42001, packets=20)
    pings(script, CLIENT4, SERVER4, 8, 0, count=4)
    pings(script, CLIENT6, SERVER6, 128, 129, count=4)
    unreachable_port(script, CLIENT4, SERVER4, 43000, 3, 3)
    unreachable_port(script, CLIENT6, SERVER6, 43001, 1, 4)
    fragmented_datagram(script, *FRAGMENTS4, 44000)
    encrypted(script, CLIENT4, SERVER4, packets=3)
    return script.sent


def frame(sent, variant):
    ends = (CLIENT_MAC, SERVER_MAC) if sent.forward else (SERVER_MAC, CLIENT_MAC)
    ethertype = packet.ETHERTYPES[sent.ip_version]
    if variant == "vlan":
        return packet.ethernet(
            *ends, packet.DOT1Q, packet.tagged(VLAN, VLAN_PRIORITY, ethertype, sent.octets)
        )
    if variant == "mpls":
        return packet.ethernet(
            *ends, packet.MPLS, packet.labelled(LABEL, LABEL_CLASS, LABEL_TTL, sent.octets)
        )
    return packet.ethernet(*ends, ethertype, sent.octets)


def arp_request(client, server):
    """No IP: every exporter here leaves it out."""
    body = struct.pack("!HHBBH", 1, packet.ETHERTYPES[4], 6, 4, 1)
    body += packet.mac(CLIENT_MAC) + packet.address(client) + bytes(6) + packet.address(server)
    return packet.ethernet(CLIENT_MAC, "ff:ff:ff:ff:ff:ff", packet.ARP, body)


def frames(sent, variant):
    """(time, octets) of each frame."""
    arp = [] if variant == "mpls" else [(sent[0].time_us, arp_request(CLIENT4, SERVER4))]
    return arp + [(one.time_us, frame(one, variant)) for one in sent]


def totals(sent, octets_of=lambda one: len(one.octets)):
    """Key to Total.  octets_of tells what an exporter counts of a packet."""
    sums = {}
    for one in sent:
        total = sums.setdefault(one.key, Total(first_us=one.time_us))
        total.packets += 1
        total.octets += octets_of(one)
        total.flags |= one.flags
        total.last_us = one.time_us
    return sums


def play(sent, client, server):
    """Sends the frames, each from its side's interface."""
    sides = {}
    for forward, interface in ((True, client), (False, server)):
        sides[forward] = socket.socket(socket.AF_PACKET, socket.SOCK_RAW)
        sides[forward].bind((interface, 0))
    for one in sent:
        sides[one.forward].send(frame(one, "plain"))
        time.sleep(0.001)


def print_totals(sent):
    for (src, dst, proto, src_port, dst_port), total in totals(sent).items():
        print(
            f"{src} {src_port} > {dst} {dst_port} proto {proto}: {total.packets} packets,"
            f" {total.octets} octets, flags {total.flags:#04x}"
        )


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("file", nargs="?")
    parser.add_argument("--variant", choices=VARIANTS, default="plain")
    parser.add_argument("--send", nargs=2, metavar=("CLIENT", "SERVER"))
    arguments = parser.parse_args()
    sent = make()
    if arguments.send:
        play(sent, *arguments.send)
        return
    if arguments.file:
        pcap.write(arguments.file, frames(sent, arguments.variant))
    print_totals(sent)


if __name__ == "__main__":
    main()
