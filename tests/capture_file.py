# SPDX-License-Identifier: Apache-2.0
"""Captures for the tests: writes and reads pcap files, and reads the .hex cases."""

import ipaddress
import struct
from collections import namedtuple

Datagram = namedtuple("Datagram", "source port time payload")  # time: seconds since 1970
Case = namedtuple("Case", "options datagrams")
Kept = namedtuple("Kept", "datagram comment")  # of a quarantine; the time is in nanoseconds

COLLECTOR_PORT = 2055
MAGIC = 0xA1B2C3D4  # times in microseconds
LINK_ETHERNET, LINK_RAW = 1, 101
UDP = 17
PACKET_BLOCK = 6  # of pcapng
COMMENT = 1


def udp(port, payload):
    return struct.pack(">HHHH", port, COLLECTOR_PORT, 8 + len(payload), 0) + payload


def packet(datagram):
    """The datagram in UDP in IPv4 or IPv6, without checksums."""
    source = ipaddress.ip_address(datagram.source)
    body = udp(datagram.port, datagram.payload)
    if source.version == 6:
        head = struct.pack(">IHBB", 0x60000000, len(body), UDP, 64)
        return head + source.packed + ipaddress.ip_address("2001:db8::ffff").packed + body
    head = struct.pack(">BBHHHBBH", 0x45, 0, 20 + len(body), 0, 0, 64, UDP, 0)
    return head + source.packed + ipaddress.ip_address("192.0.2.255").packed + body


def write(path, datagrams):
    with open(path, "wb") as file:
        file.write(struct.pack("<IHHiIII", MAGIC, 2, 4, 0, 0, 262144, LINK_RAW))
        for datagram in datagrams:
            octets = packet(datagram)
            file.write(struct.pack("<IIII", datagram.time, 0, len(octets), len(octets)))
            file.write(octets)


def read(path):
    """The whole UDP datagrams of a pcap file: Ethernet without tags, or bare IP."""
    with open(path, "rb") as file:
        octets = file.read()
    order = "<" if octets[0] in (0xD4, 0x4D) else ">"
    link = struct.unpack_from(order + "I", octets, 20)[0]
    at = 24
    while at < len(octets):
        time, _, captured, _ = struct.unpack_from(order + "IIII", octets, at)
        frame = octets[at + 16 : at + 16 + captured]
        at += 16 + captured
        datagram = parse(frame[14:] if link == LINK_ETHERNET else frame, time)
        if datagram is not None:
            yield datagram


def blocks(octets):
    """The types and bodies of pcapng blocks; each must be whole."""
    at = 0
    while at < len(octets):
        kind, length = struct.unpack_from("=II", octets, at)
        (again,) = struct.unpack_from("=I", octets, at + length - 4)
        if length % 4 != 0 or again != length:
            raise ValueError(f"block at {at}: {length} octets, {again} at its end")
        yield kind, octets[at + 8 : at + length - 4]
        at += length


def comment_of(options):
    code, length = struct.unpack_from("=HH", options)
    return options[4 : 4 + length].decode() if code == COMMENT else ""


def read_quarantine(path):
    """The datagrams that weir keeps in a pcapng file, and why."""
    with open(path, "rb") as file:
        octets = file.read()
    for kind, body in blocks(octets):
        if kind == PACKET_BLOCK:
            _, high, low, length, _ = struct.unpack_from("=IIIII", body)
            packet_octets = body[20 : 20 + length]
            options = body[20 + (length + 3) // 4 * 4 :]
            yield Kept(parse(packet_octets, high << 32 | low), comment_of(options))


def parse(octets, time):
    if octets[0] >> 4 == 6:
        protocol, source, body = octets[6], octets[8:24], octets[40:]
    else:
        protocol, source, body = octets[9], octets[12:16], octets[(octets[0] & 15) * 4 :]
    if protocol != UDP:
        return None
    port, _, length = struct.unpack_from(">HHH", body)
    return Datagram(str(ipaddress.ip_address(source)), port, time, body[8:length])


class CaseReader:
    """Reads the lines of a .hex case; tests/golden/README.md describes them."""

    def __init__(self):
        self.options = []
        self.datagrams = []
        self.source, self.port, self.time = "192.0.2.1", 40000, 1700000000
        self.open = bytearray()

    def line(self, text):
        words = text.partition("#")[0].split()
        if words and not words[0].startswith(("@", "---")):
            self.open += bytes.fromhex("".join(words))
        elif words or not text.strip():
            self.end_datagram()
            self.instruct(words)

    def end_datagram(self):
        if self.open:
            self.datagrams.append(Datagram(self.source, self.port, self.time, bytes(self.open)))
            self.open.clear()
            self.time += 1

    def instruct(self, words):
        if not words or words[0] == "---":
            return
        if words[0] == "@options":
            self.options += words[1:]
        elif words[0] == "@from":
            host, _, port = words[1].rpartition(":")
            self.source, self.port = host.strip("[]"), int(port)
        elif words[0] == "@time":
            self.time = int(words[1])
        else:
            raise ValueError(f"{words[0]} is none of @options, @from and @time")


def read_case(path):
    reader = CaseReader()
    with open(path, encoding="utf-8") as file:
        for number, text in enumerate(file, 1):
            try:
                reader.line(text)
            except (ValueError, IndexError) as error:
                raise SystemExit(f"{path}:{number}: {error}") from error
    reader.end_datagram()
    return Case(reader.options, reader.datagrams)
