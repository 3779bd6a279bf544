# SPDX-License-Identifier: Apache-2.0
"""Compares what the records add up to with the traffic that was sent."""

import oracle
import packet
import traffic

NUMBERS = {name: number for number, name in oracle.PROTOCOLS.items()}
LINK_HEADERS = {"plain": 14, "vlan": 18, "mpls": 14}
CHECK_SEQUENCE = 4
VXLAN_HEADERS = 50  # Ethernet, IPv4, UDP, VXLAN
ICMPS = (packet.ICMP, packet.ICMPV6)


def on_wire(sent, variant):
    return len(traffic.frame(sent, variant)) + CHECK_SEQUENCE


# What exporters count as the octets of a packet.
OCTETS = {
    "ip": lambda sent, variant: len(sent.octets),
    "payload": lambda sent, variant: len(traffic.frame(sent, variant)) - LINK_HEADERS[variant],
    "frame": lambda sent, variant: len(traffic.frame(sent, variant)),
    "wire": on_wire,
    "tunnel": lambda sent, variant: on_wire(sent, variant) + VXLAN_HEADERS,
}


def expected(case, sent):
    """Key to traffic.Total, as far as the exporter tells them apart."""
    seen = [one for one in sent if one.ip_version in case.ip_versions]
    totals = traffic.totals(seen, lambda one: OCTETS[case.octets](one, case.variant))
    sums = merged(case, totals.items())
    if case.shared_times:
        share_times(sums)
    return sums


def observed(case, records):
    """The same of weir's records."""
    return merged(case, (part for record in records for part in parts(record)))


def parts(record):
    """The record's flow, and that of the way back if it is a biflow."""
    if record.get("etype") == "ARP":
        return
    key = key_of(record)
    times = [record.get(name, 0) // 1_000 for name in ("time_flow_start_ns", "time_flow_end_ns")]
    if record["packets"] > 0:
        yield key, traffic.Total(
            record["packets"], record["bytes"], record.get("tcp_flags", 0), *times
        )
    if record.get("reverse_packets", 0) > 0:
        back = (key[1], key[0], key[2], key[4], key[3])
        yield back, traffic.Total(
            record["reverse_packets"],
            record["reverse_bytes"],
            record.get("reverse_tcp_flags", 0),
            *times,
        )


def key_of(record):
    """Of the inner packet, where there is one."""
    if "inner_src_addr" in record:
        return (
            record["inner_src_addr"],
            record["inner_dst_addr"],
            NUMBERS[record["inner_proto"]],
            record.get("inner_src_port", 0),
            record.get("inner_dst_port", 0),
        )
    return (record["src_addr"], record["dst_addr"], NUMBERS[record["proto"]], *ports(record))


def ports(record):
    """fprobe writes ICMP's type and code as the two ports; other exporters do it as NetFlow v5."""
    both = record["src_port"], record["dst_port"]
    if record["proto"] not in oracle.ICMPS:
        return both
    kind, code = both if all(both) else (record["icmp_type"], record["icmp_code"])
    return 0, kind << 8 | code


def merged(case, items):
    """Sums of equal keys, where a key leaves out what the exporter cannot tell."""
    sums = {}
    for (src, dst, proto, src_port, dst_port), total in items:
        if src == traffic.FRAGMENTS4[0] or case.no_icmp and proto in ICMPS:
            src_port = dst_port = 0
        key = (src, dst, proto, src_port, dst_port)
        sums[key] = plus(sums[key], total) if key in sums else total
    return sums


def share_times(sums):
    """softflowd, and pmacctd's nfprobe that was made of it, give both ways the times of both."""
    for (src, dst, proto, src_port, dst_port), total in sums.items():
        back = sums.get((dst, src, proto, dst_port, src_port), total)
        total.first_us = min(total.first_us, back.first_us)
        total.last_us = max(total.last_us, back.last_us)


def plus(one, other):
    return traffic.Total(
        one.packets + other.packets,
        one.octets + other.octets,
        one.flags | other.flags,
        min(one.first_us, other.first_us),
        max(one.last_us, other.last_us),
    )


def problems(case, records, sent):
    """Sentences on what differs."""
    if case.sampling:
        yield from sampling_problems(case, records)
        return
    truth = expected(case, as_far_as_sampled(case, sent, records))
    found = observed(case, records)
    for key in truth.keys() | found.keys():
        if key not in found:
            yield f"{words(key)}: no record"
        elif key not in truth:
            yield f"{words(key)}: never sent"
        else:
            for difference in differences(case, key, truth[key], found[key]):
                yield f"{words(key)}: {difference}"


def sampling_problems(case, records):
    for number, record in enumerate(records, 1):
        if record.get("sampling_rate") != case.sampling:
            rate = record.get("sampling_rate")
            yield f"record {number}: sampling_rate is {rate}, not {case.sampling}"


def as_far_as_sampled(case, sent, records):
    """Without the last samples, where the exporter may end before they fill a datagram."""
    kept = len(sent) - len(records)
    return sent[: len(records)] if 0 < kept <= case.unsent else sent


def words(key):
    src, dst, proto, src_port, dst_port = key
    return f"{src} {src_port} > {dst} {dst_port} {oracle.PROTOCOLS[proto]}"


def differences(case, key, sent, found):
    factor = case.copies
    if found.packets != sent.packets * factor:
        yield f"{found.packets} packets, sent {sent.packets} * {factor}"
    if found.octets != sent.octets * factor:
        yield f"{found.octets} octets, sent {sent.octets} * {factor}"
    if case.tcp_flags and key[2] == packet.TCP and found.flags != sent.flags:
        yield f"flags {found.flags:#x}, sent {sent.flags:#x}"
    yield from time_differences(case, key, sent, found)


def time_differences(case, key, sent, found):
    if found.first_us > found.last_us:
        yield "ends before it starts"
    if case.shared_times and key[2] in ICMPS:
        return
    for what, then, now in (
        ("start", sent.first_us, found.first_us),
        ("end", sent.last_us, found.last_us),
    ):
        if abs(then - now) > case.slack_us:
            yield f"{what} is {now - then} us off"
