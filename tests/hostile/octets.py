# SPDX-License-Identifier: Apache-2.0
"""Builds datagrams: the good ones, and by their arguments each way to break them.

What is left out of a call is right; what is given stands in the octets, however wrong.
"""

SECONDS = 0x6553F100  # 2023-11-14T22:13:20Z, in every header
UPTIME = 1_000_000  # ms
AGENT = "00000001 c0000201"  # sFlow's 192.0.2.1

# Field lists are words: 8/4 is element 8 in 4 octets, 82/* has a length before each value,
# 99999:1/4 is an enterprise's.
T = "8/4 12/4 7/2 11/2 4/1 1/4 2/4"
X = bytes.fromhex("0a000001 0a000002 0400 0050 06 000003e8 0000000a")  # a record of T
Y = "1/8 2/8"


def hexed(text):
    return bytes.fromhex(text)


def number(value, octets):
    return (value % (1 << 8 * octets)).to_bytes(octets, "big")


def u8(*values):
    return b"".join(number(value, 1) for value in values)


def u16(*values):
    return b"".join(number(value, 2) for value in values)


def u32(*values):
    return b"".join(number(value, 4) for value in values)


def u64(*values):
    return b"".join(number(value, 8) for value in values)


y = u64(1, 2)  # a record of Y


def given(value, default):
    return default if value is None else value


# --- NetFlow v1, v5, v7 ---


def fixed_header(version, count, uptime, seconds, nanoseconds):
    return u16(version, count) + u32(uptime, seconds, nanoseconds)


def v1(*records, count=None, uptime=UPTIME, seconds=SECONDS, nanoseconds=0):
    count = given(count, len(records))
    return fixed_header(1, count, uptime, seconds, nanoseconds) + b"".join(records)


def v5(
    *records, count=None, uptime=UPTIME, seconds=SECONDS, nanoseconds=0, sequence=1, sampling=0
):
    header = fixed_header(5, given(count, len(records)), uptime, seconds, nanoseconds)
    return header + u32(sequence) + u8(0, 0) + u16(sampling) + b"".join(records)


def v7(*records, count=None, uptime=UPTIME, seconds=SECONDS, nanoseconds=0, sequence=1):
    header = fixed_header(7, given(count, len(records)), uptime, seconds, nanoseconds)
    return header + u32(sequence, 0) + b"".join(records)


def fixed_flow(packets, octets, first, last):
    """The 36 octets that the records of v1, v5 and v7 share."""
    addresses = hexed("0a000001 0a000002 00000000")
    return addresses + u16(1, 2) + u32(packets, octets, first, last) + u16(1024, 80)


def v1_record(packets=10, octets=1000, first=900_000, last=950_000):
    return fixed_flow(packets, octets, first, last) + hexed("0000 06 00 1b 000000 0000000000000000")


def v5_record(packets=10, octets=1000, first=900_000, last=950_000, masks=(24, 24)):
    routing = hexed("00 1b 06 00 fde9 fdea") + u8(*masks)
    return fixed_flow(packets, octets, first, last) + routing + u16(0)


def v7_record(packets=10, octets=1000, first=900_000, last=950_000, masks=(24, 24)):
    return v5_record(packets, octets, first, last, masks) + hexed("c0000201")


# --- NetFlow v9 and IPFIX ---


def v9(*sets, count=None, uptime=UPTIME, seconds=SECONDS, sequence=1, source=1):
    return u16(9, given(count, len(sets))) + u32(uptime, seconds, sequence, source) + b"".join(sets)


def ipfix(*sets, length=None, seconds=SECONDS, sequence=0, domain=1):
    body = b"".join(sets)
    return u16(10, given(length, 16 + len(body))) + u32(seconds, sequence, domain) + body


def flow_set(identity, *content, length=None):
    body = b"".join(content)
    return u16(identity, given(length, 4 + len(body))) + body


def specifier(word):
    element, _, octets = word.partition("/")
    enterprise, _, element = element.rpartition(":")
    length = 65535 if octets == "*" else int(octets)
    if enterprise:
        return u16(0x8000 | int(element), length) + u32(int(enterprise))
    return u16(int(element), length)


def specifiers(fields):
    return b"".join(specifier(word) for word in fields.split())


def template(identity, fields, count=None):
    return u16(identity, given(count, len(fields.split()))) + specifiers(fields)


def v9_templates(*templates, length=None):
    return flow_set(0, *templates, length=length)


def ipfix_templates(*templates, length=None):
    return flow_set(2, *templates, length=length)


def v9_options(identity, scopes, options, scope_octets=None, option_octets=None):
    """An options template in its set."""
    lengths = u16(
        given(scope_octets, 4 * len(scopes.split())), given(option_octets, 4 * len(options.split()))
    )
    return flow_set(1, u16(identity), lengths, specifiers(scopes), specifiers(options))


def ipfix_options(identity, fields, scopes=1, count=None):
    """An options template in its set; the first fields are scopes."""
    counts = u16(given(count, len(fields.split())), scopes)
    return flow_set(3, u16(identity), counts, specifiers(fields))


def text(value):
    """A value of variable length, with its length before it."""
    value = value.encode() if isinstance(value, str) else value
    length = u8(len(value)) if len(value) < 255 else u8(255) + u16(len(value))
    return length + value


# --- sFlow ---


def sflow(*samples, count=None, agent=AGENT, sequence=1):
    header = u32(5) + hexed(agent) + u32(0, sequence, 1000, given(count, len(samples)))
    return header + b"".join(samples)


def tagged(kind, body, length=None):
    """A sample or a record: its format, its length, its octets."""
    return u32(kind, given(length, len(body))) + body


def flow_sample(*records, rate=1000, into=1, out=2, count=None, length=None, source=1):
    body = u32(1, source, rate, 1000, 0, into, out, given(count, len(records))) + b"".join(records)
    return tagged(1, body, length)


def expanded_flow_sample(*records, count=None):
    body = u32(1, 0, 1, 1000, 1000, 0, 0, 1, 0, 2, given(count, len(records)))
    return tagged(3, body + b"".join(records))


def discarded_packet(*records, count=None):
    body = u32(1, 0, 1, 0, 1, 2, 0x100, given(count, len(records)))
    return tagged(5, body + b"".join(records))


def counter_sample(*records, count=None):
    return tagged(2, u32(1, 1, given(count, len(records))) + b"".join(records))


def expanded_counter_sample(*records, count=None):
    return tagged(4, u32(1, 0, 1, given(count, len(records))) + b"".join(records))


def padded(octets):
    return octets + bytes(-len(octets) % 4)


def raw(packet, protocol=1, frame=None, stripped=4, header=None, length=None):
    """A sampled header."""
    counts = u32(
        protocol, given(frame, len(packet) + 4), stripped, given(header, len(packet))
    )
    return tagged(1, counts + padded(packet), length)


def string(value, length=None):
    return u32(given(length, len(value))) + padded(value)


def gateway(*rest):
    """An extended gateway record: where its path begins, rest follows."""
    start = hexed("00000001 c0000209 0000fde8 0000fde9 0000fdea")
    return tagged(1003, start + b"".join(rest))


# --- Packets ---


def ethernet(ethertype, payload=b""):
    return hexed("020000000001 020000000002") + u16(ethertype) + payload


def ipv4(protocol, payload=b"", first=0x45, total=None, fragment=0):
    head = u8(first, 0) + u16(given(total, 20 + len(payload)), 1, fragment) + u8(0x40, protocol)
    return head + u16(0) + hexed("0a000001 0a000002") + payload


def ipv6(following, payload=b"", length=None, first=0x60):
    head = u8(first, 0, 0, 0) + u16(given(length, len(payload))) + u8(following, 0x40)
    return head + hexed("20010db8" + "00" * 11 + "01 20010db8" + "00" * 11 + "02") + payload


def udp(to=53, payload=b"", length=8):
    return u16(1024, to, length, 0) + payload


def sampled(packet, protocol=1):
    """The sFlow datagram with a flow sample of this packet."""
    return sflow(flow_sample(raw(packet, protocol)))
