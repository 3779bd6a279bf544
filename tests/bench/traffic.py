# SPDX-License-Identifier: Apache-2.0
"""The datagrams that the bench measures with: captures of records that differ from each other."""

import ipaddress
import itertools
import random
import struct

import capture_file
import octets

PACE = 1000  # datagrams a second, as captured
EXPORTER = "127.0.0.1"
TEMPLATE = 256
FIELDS = "{a}/{n} {b}/{n} 7/2 11/2 4/1 5/1 6/1 1/8 2/8 10/4 14/4 16/4 17/4 {c}/{n} {d}/1 {e}/1"
V9_FIELDS = FIELDS + " 21/4 22/4 61/1 60/1"
IPFIX_FIELDS = FIELDS + " 153/8 152/8 61/1 136/1"
IPV4 = {"a": 8, "b": 12, "c": 15, "d": 9, "e": 13, "n": 4}
IPV6 = {"a": 27, "b": 28, "c": 62, "d": 29, "e": 30, "n": 16}
SEED = 1
EACH = {"v5": 30, "v9": 18, "ipfix4": 18, "ipfix6": 12, "sflow": 4}  # records of a datagram


def address(noise, width):
    """Of 10.0.0.0/8 or 2001:db8::/32."""
    if width == 4:
        return b"\x0a" + noise.randbytes(3)
    return octets.hexed("20010db8 0000") + noise.randbytes(2) + bytes(4) + noise.randbytes(4)


def volume(noise):
    packets = noise.randrange(1, 5000)
    return packets, packets * noise.randrange(40, 1500)


def v5_record(noise):
    packets, length = volume(noise)
    start = noise.randrange(800_000, 900_000)
    addresses = address(noise, 4) + address(noise, 4) + octets.hexed("c0000201")
    counts = octets.u32(packets, length, start, start + noise.randrange(60_000))
    ports = octets.u16(noise.randrange(1024, 65536), noise.choice((53, 80, 443, 8080)))
    routing = octets.u8(0, 0x1B, noise.choice((6, 17)), 0) + octets.u16(
        noise.randrange(1, 65536), noise.randrange(1, 65536)
    )
    interfaces = octets.u16(noise.randrange(1, 200), noise.randrange(1, 200))
    return addresses + interfaces + counts + ports + routing + octets.u8(24, 16) + octets.u16(0)


def netflow5(noise, n):
    for i in range(n):
        yield octets.v5(*(v5_record(noise) for _ in range(EACH["v5"])), sequence=30 * i)


def template_record(noise, ids, times):
    """A record of FIELDS, and behind its times two octets: IP version or direction and the like."""
    packets, length = volume(noise)
    width = ids["n"]
    ports = octets.u16(noise.randrange(1024, 65536), noise.choice((53, 80, 443, 8080)))
    routing = octets.u32(*(noise.randrange(1, 65536) for _ in range(4)))
    return b"".join((
        address(noise, width), address(noise, width), ports,
        octets.u8(noise.choice((6, 17)), 0, 0x1B), octets.u64(length, packets), routing,
        address(noise, width), octets.u8(24, 16), times(noise), octets.u8(0, 4),
    ))


def uptimes(noise):
    start = noise.randrange(800_000, 900_000)
    return octets.u32(start + noise.randrange(60_000), start)  # the last comes first


def milliseconds(noise):
    end = octets.SECONDS * 1000 - noise.randrange(60_000)
    return octets.u64(end, end - noise.randrange(60_000))


def netflow9(noise, n):
    fields = V9_FIELDS.format(**IPV4)
    yield octets.v9(octets.v9_templates(octets.template(TEMPLATE, fields)), sequence=0)
    for i in range(n):
        records = [template_record(noise, IPV4, uptimes) for _ in range(EACH["v9"])]
        yield octets.v9(octets.flow_set(TEMPLATE, *records), count=EACH["v9"], sequence=1 + i)


def ipfix(noise, n, ids, each):
    fields = IPFIX_FIELDS.format(**ids)
    yield octets.ipfix(octets.ipfix_templates(octets.template(TEMPLATE, fields)), sequence=0)
    for i in range(n):
        records = [template_record(noise, ids, milliseconds) for _ in range(each)]
        yield octets.ipfix(octets.flow_set(TEMPLATE, *records), sequence=each * i)


def sampled_packet(noise):
    """A TCP segment in IPv4 in a tagged frame, as far as agents send it: 128 octets."""
    ports = octets.u16(noise.randrange(1024, 65536), noise.choice((80, 443)))
    tcp = ports + octets.u32(noise.getrandbits(32), noise.getrandbits(32)) + octets.hexed("5010ffff")
    tcp += bytes(4 + 70)
    head = octets.hexed("4500") + octets.u16(20 + len(tcp), noise.randrange(65536), 0x4000)
    ip = head + octets.hexed("4006 0000") + address(noise, 4) + address(noise, 4) + tcp
    return octets.ethernet(0x8100, octets.u16(100, 0x0800) + ip)


def router():
    return octets.tagged(1002, octets.hexed("00000001 c0000209") + octets.u32(24, 16))


def gateway(noise):
    """A path of four systems, two communities, a local preference."""
    path = octets.u32(1, 2, 4, *(noise.randrange(1, 400_000) for _ in range(4)))
    return octets.gateway(path, octets.u32(2, 65000 << 16 | 1, 65000 << 16 | 2, 100))


def sflow(noise, n):
    for i in range(n):
        samples = [
            octets.flow_sample(octets.raw(sampled_packet(noise)), router(), gateway(noise))
            for _ in range(EACH["sflow"])
        ]
        yield octets.sflow(*samples, sequence=i)


KINDS = {
    "v5": netflow5,
    "v9": netflow9,
    "ipfix4": lambda noise, n: ipfix(noise, n, IPV4, EACH["ipfix4"]),
    "ipfix6": lambda noise, n: ipfix(noise, n, IPV6, EACH["ipfix6"]),
    "sflow": sflow,
}


def shuffled(fields, records, number):
    """The fields in an order of that number's own, and records likewise."""
    words = fields.split()
    widths = [int(word.partition("/")[2]) for word in words]
    ends = list(itertools.accumulate(widths))
    order = random.Random(number).sample(range(len(words)), len(words))
    cut = [
        b"".join(record[ends[i] - widths[i] : ends[i]] for i in order) for record in records
    ]
    return " ".join(words[i] for i in order), cut


def many(exporters, templates, n):
    """IPFIX of IPv4, each template in an order of its own: templates, and n datagrams of data.

    Both as (exporter, payload); the exporters and their templates take turns.
    """
    noise = random.Random(SEED)
    fields = IPFIX_FIELDS.format(**IPV4)
    records = [template_record(noise, IPV4, milliseconds) for _ in range(EACH["ipfix4"])]
    names = [str(ipaddress.ip_address("10.0.0.1") + i) for i in range(exporters)]
    turns = [(names[i % exporters], TEMPLATE + i // exporters, i) for i in range(templates)]
    told, sets = [], []
    for name, number, i in turns:
        order, shaped = shuffled(fields, records, i)
        template = octets.ipfix_templates(octets.template(number, order))
        told.append((name, octets.ipfix(template, sequence=0)))
        sets.append((name, octets.ipfix(octets.flow_set(number, *shaped), sequence=0)))
    return told, [sets[i % templates] for i in range(n)]


def write(path, kind, n, together=1):
    """A capture of n datagrams of an exporter, behind their template where they have one."""
    sent = ((EXPORTER, payload) for payload in KINDS[kind](random.Random(SEED), n))
    write_all(path, sent, together)


def write_all(path, sent, together=1):
    """A capture of (exporter, payload), of which so many come at the same time."""
    with open(path, "wb") as file:
        file.write(struct.pack("<IHHiIII", capture_file.MAGIC, 2, 4, 0, 0, 262144, 101))
        for i, (exporter, payload) in enumerate(sent):
            datagram = capture_file.Datagram(exporter, 40000, octets.SECONDS, payload)
            packet = capture_file.packet(datagram)
            seconds, rest = divmod(i - i % together, PACE)
            microseconds = rest * 1_000_000 // PACE
            file.write(
                struct.pack(
                    "<IIII", datagram.time + seconds, microseconds, len(packet), len(packet)
                )
            )
            file.write(packet)
