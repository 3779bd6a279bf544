# SPDX-License-Identifier: Apache-2.0
"""What weir has to say of a record, worked out from the octets that tshark found.

expected() gives weir's keys and values; a key that is missing there is not compared.
"""

import ipaddress

import packet
import relay

PROTOCOLS = {
    packet.ICMP: "ICMP",
    packet.TCP: "TCP",
    packet.UDP: "UDP",
    packet.ESP: "ESP",
    packet.ICMPV6: "IPv6-ICMP",
}
ETHERTYPES = {0x0800: "IPv4", 0x86DD: "IPv6", packet.ARP: "ARP"}
ICMPS = ("ICMP", "IPv6-ICMP")
VERSIONS = {1: "NETFLOW_V1", 5: "NETFLOW_V5", 7: "NETFLOW_V7", 9: "NETFLOW_V9", 10: "IPFIX"}

NTP_EPOCH = 2_208_988_800  # 1970 in seconds since 1900
NO_INTERFACE = 0x3FFFFFFF  # sFlow: the packet begins or ends in the device


def number(record, name):
    return record.number(name)


def address(record, name):
    return str(ipaddress.ip_address(record.octets(name)))


def mac(record, name):
    return record.octets(name).hex(":")


def protocol(record, name):
    return PROTOCOLS[record.number(name)]


def ethertype(record, name):
    """None for what only leads to another one, such as a VLAN tag."""
    return ETHERTYPES.get(record.number(name))


def digits(record, name):
    return record.octets(name).hex()


def vxlan(_record, _name):
    return "vxlan"


def label(record, name):
    """20 bits of label, 3 of class, the bottom bit."""
    return [record.number(name) >> 4]


# What tshark calls it, weir's key or the name of an element that has no key, how it is read.
FLOW_FIELDS = (
    ("cflow.octets", "bytes", number),
    ("cflow.packets", "packets", number),
    ("cflow.srcaddr", "src_addr", address),
    ("cflow.dstaddr", "dst_addr", address),
    ("cflow.srcaddrv6", "src_addr", address),
    ("cflow.dstaddrv6", "dst_addr", address),
    ("cflow.ethernet_type", "etype", ethertype),
    ("cflow.protocol", "proto", protocol),
    ("cflow.srcport", "src_port", number),
    ("cflow.dstport", "dst_port", number),
    ("cflow.inputint", "in_if", number),
    ("cflow.outputint", "out_if", number),
    ("cflow.srcmac", "src_mac", mac),
    ("cflow.dstmac", "dst_mac", mac),
    ("cflow.post_dstmac", "dst_mac", mac),
    ("cflow.vlanid", "vlan_id", number),
    ("cflow.vlanid", "src_vlan", number),
    ("cflow.post_vlanid", "dst_vlan", number),
    ("cflow.tos", "ip_tos", number),
    ("cflow.ip_ttl", "ip_ttl", number),
    ("cflow.tcpflags", "tcp_flags", number),
    ("cflow.nexthop", "next_hop", address),
    ("cflow.srcas", "src_as", number),
    ("cflow.dstas", "dst_as", number),
    ("cflow.direction", "flow_direction", number),
    ("cflow.flow_end_reason", "flow_end_reason", number),
    ("cflow.ip_version", "ip_version", number),
    ("cflow.routersc", "router_shortcut", address),
    ("cflow.observation_point_id", "observation_point_id", number),
    ("cflow.layer2_octet_delta_count", "layer2_bytes", number),
    ("cflow.permanent_octets", "total_bytes", number),
    ("cflow.permanent_packets", "total_packets", number),
    ("cflow.drop_octets", "dropped_bytes", number),
    ("cflow.drop_packets", "dropped_packets", number),
    ("cflow.icmp_ipv6_type", "icmp_type", number),
    ("cflow.icmp_ipv6_code", "icmp_code", number),
    ("cflow.icmp_ipv4_type", "icmp_type", number),
    ("cflow.icmp_ipv4_code", "icmp_code", number),
    ("reverse cflow.octets", "reverse_bytes", number),
    ("reverse cflow.packets", "reverse_packets", number),
    ("reverse cflow.tcpflags", "reverse_tcp_flags", number),
    ("MPLS-Label1", "mpls_label", label),
    ("cflow.ethernet_header_length", "ethernetHeaderLength", number),
    ("cflow.ip_dscp", "ipDiffServCodePoint", number),
    ("cflow.length_min", "minimumIpTotalLength", number),
    ("cflow.length_max", "maximumIpTotalLength", number),
    ("cflow.layer2_octet_total_count", "layer2OctetTotalCount", number),
    ("cflow.drop_total_packets", "droppedPacketTotalCount", number),
    ("cflow.delta_octets_squared", "octetDeltaSumOfSquares", number),
    ("cflow.total_octets_squared", "octetTotalSumOfSquares", number),
    ("cflow.total_tcp_syn", "tcpSynTotalCount", number),
    ("cflow.selection_sequence_id", "selectionSequenceId", number),
    ("cflow.section_exported_octets", "sectionExportedOctets", number),
    ("cflow.enterprise_private_entry", "e6876id898", digits),
)

SAMPLED_FIELDS = (
    ("eth.src", "src_mac", mac),
    ("eth.dst", "dst_mac", mac),
    ("eth.type", "etype", ethertype),
    ("vlan.etype", "etype", ethertype),
    ("vlan.id", "vlan_id", number),
    ("ip.src", "src_addr", address),
    ("ip.dst", "dst_addr", address),
    ("ip.proto", "proto", protocol),
    ("ip.ttl", "ip_ttl", number),
    ("ip.dsfield", "ip_tos", number),
    ("ip.id", "fragment_id", number),
    ("ip.len", "ip_length", number),
    ("ipv6.src", "src_addr", address),
    ("ipv6.dst", "dst_addr", address),
    ("ipv6.nxt", "proto", protocol),
    ("ipv6.hlim", "ip_ttl", number),
    ("ipv6.flow", "ipv6_flow_label", number),
    ("tcp.srcport", "src_port", number),
    ("tcp.dstport", "dst_port", number),
    ("tcp.flags", "tcp_flags", number),
    ("udp.srcport", "src_port", number),
    ("udp.dstport", "dst_port", number),
    ("icmp.type", "icmp_type", number),
    ("icmp.code", "icmp_code", number),
    ("icmpv6.type", "icmp_type", number),
    ("icmpv6.code", "icmp_code", number),
)

INNER_FIELDS = (
    ("inner vxlan.vni", "tunnel_id", number),
    ("inner vxlan.vni", "tunnel_type", vxlan),
    ("inner ip.src", "inner_src_addr", address),
    ("inner ip.dst", "inner_dst_addr", address),
    ("inner ip.proto", "inner_proto", protocol),
    ("inner ipv6.src", "inner_src_addr", address),
    ("inner ipv6.dst", "inner_dst_addr", address),
    ("inner ipv6.nxt", "inner_proto", protocol),
    ("inner tcp.srcport", "inner_src_port", number),
    ("inner tcp.dstport", "inner_dst_port", number),
    ("inner udp.srcport", "inner_src_port", number),
    ("inner udp.dstport", "inner_dst_port", number),
)

SAMPLE_FIELDS = (
    ("sflow.flow_sample.sequence_number", "sample_sequence_num", number),
    ("sflow.flow_sample.sampling_rate", "sampling_rate", number),
    ("sflow.flow_sample.sample_pool", "sample_pool", number),
    ("sflow.flow_sample.dropped_packets", "sample_drops", number),
    ("sflow_245.header.frame_length", "bytes", number),
    ("sflow_245.vlan.in", "src_vlan", number),
    ("sflow_245.vlan.out", "dst_vlan", number),
    ("sflow_245.pri.in", "src_priority", number),
    ("sflow_245.pri.out", "dst_priority", number),
    ("sflow_245.nexthop", "next_hop", address),
    ("sflow_245.srcAS", "src_as", number),
    ("sflow_245.dstAS", "dst_as", number),
    ("sflow_245.peerAS", "src_peer_as", number),
    ("sflow_245.localpref", "local_pref", number),
)


def expected(record):
    """weir's keys and values of this record."""
    if "sflow_245.version" in record.header:
        return of_sample(record)
    return of_flow(record)


def apply(fields, record):
    values = {}
    for name, key, read in fields:
        value = read(record, name) if name in record else None
        if value is not None:
            values[key] = value
    return values


def of_flow(record):
    values = apply(FLOW_FIELDS, record) | apply(SAMPLED_FIELDS, record)
    values["type"] = VERSIONS[record.head("cflow.version")]
    values["exporter_address"] = values["sampler_address"] = relay.LOOPBACK
    values["time_export_ns"] = clock(record)
    values |= of_header(record)
    values |= times(record)
    values |= networks(
        record, values, ("cflow.srcmask", "cflow.srcmaskv6"), ("cflow.dstmask", "cflow.dstmaskv6")
    )
    if values.get("proto") in ICMPS:
        values |= icmp(record, values)
    return values


HEADER_FIELDS = (
    ("cflow.sequence", "sequence_num"),
    ("cflow.source_id", "observation_domain_id"),
    ("cflow.od_id", "observation_domain_id"),
    ("cflow.engine_type", "engine_type"),
    ("cflow.engine_id", "engine_id"),
)


def of_header(record):
    values = {key: record.head(name) for name, key in HEADER_FIELDS if name in record.header}
    if "cflow.samplerate" in record.header and record.head("cflow.samplerate") > 0:
        values["sampling_rate"] = record.head("cflow.samplerate")
    return values


def icmp(record, values):
    """ICMP has no ports.  Where a record has no element for type and code, its ports carry them:
    both in the destination port, or both in the source port in the other order of octets (so some
    Cisco systems; fprobe's type with code 0 looks alike).  fprobe's other codes are not compared.
    """
    src_port, dst_port = values.pop("src_port", 0), values.pop("dst_port", 0)
    if "cflow.icmp_type_code_ipv4" in record:
        return dict(zip(("icmp_type", "icmp_code"), record.octets("cflow.icmp_type_code_ipv4")))
    if "icmp_type" in values or src_port and dst_port:
        return {}
    if src_port:
        return {"icmp_type": src_port & 0xFF, "icmp_code": src_port >> 8}
    return {"icmp_type": dst_port >> 8, "icmp_code": dst_port & 0xFF}


def networks(record, values, *masks):
    """The address with its routed prefix."""
    found = {}
    for side, names in zip(("src", "dst"), masks):
        for name in names:
            if name in record:
                pair = (values[f"{side}_addr"], record.number(name))
                found[f"{side}_net"] = str(ipaddress.ip_network(pair, strict=False))
    return found


def times(record):
    """Start and end in nanoseconds since 1970."""
    found = {}
    for key, names in (
        ("time_flow_start_ns", ("cflow.timestart", "cflow.abstimestart")),
        ("time_flow_end_ns", ("cflow.timeend", "cflow.abstimeend")),
    ):
        for name in names:
            if name in record:
                found[key] = absolute(record, record.number(name))
    return found


def absolute(record, value):
    """tshark names the unit; an uptime of 0 it takes for an absolute time, hence by unit only."""
    unit = record.time_unit
    if unit in ("", "switched"):
        return since_boot(record, value)
    if unit == "delta milliseconds":  # elements 158 and 159, which are microseconds
        return clock(record) - value * 1_000
    if unit == "microseconds":
        return ntp(value & ~0x7FF)  # the low 11 bits mean nothing (RFC 7011 section 6.1.9)
    if unit == "nanoseconds":
        return ntp(value)
    return value * {"seconds": 1_000_000_000, "milliseconds": 1_000_000}[unit]


def since_boot(record, uptime_ms):
    if record.head("cflow.version") == 10:
        return (record.boot_ms + uptime_ms) * 1_000_000
    before = (record.head("cflow.sysuptime") - uptime_ms + 2**31) % 2**32 - 2**31
    return clock(record) - before * 1_000_000


def clock(record):
    """The exporter's, when it sent the datagram, in nanoseconds since 1970."""
    if "cflow.exporttime" in record.header:
        return record.head("cflow.exporttime") * 1_000_000_000
    nanoseconds = int(record.header.get("cflow.unix_nsecs", "0"), 16)
    return record.head("cflow.unix_secs") * 1_000_000_000 + nanoseconds


def ntp(value):
    """Seconds since 1900 and their fraction."""
    return ((value >> 32) - NTP_EPOCH) * 1_000_000_000 + (
        (value & 0xFFFFFFFF) * 1_000_000_000 >> 32
    )


def of_sample(record):
    values = (
        apply(SAMPLE_FIELDS, record) | apply(SAMPLED_FIELDS, record) | apply(INNER_FIELDS, record)
    )
    values |= {
        "type": "SFLOW_5",
        "exporter_address": relay.LOOPBACK,
        "packets": 1,
        "sampler_address": str(
            ipaddress.ip_address(bytes.fromhex(record.header["sflow_245.agent"]))
        ),
        "sub_agent_id": record.head("sflow_245.sub_agent_id"),
        "sequence_num": record.head("sflow_245.sequence_number"),
    }
    values |= source(record.number("sflow.flow_sample.source_id_class"))
    values |= interface("in_if", record.number("sflow.flow_sample.input_interface"))
    values |= interface("out_if", record.number("sflow.flow_sample.output_interface"))
    values |= networks(
        record, values, ("sflow_245.nexthop.src_mask",), ("sflow_245.nexthop.dst_mask",)
    )
    return values


def source(word):
    return {"source_id_type": word >> 24, "source_id": word & 0xFFFFFF}


def interface(key, word):
    """Format and value of a compact sample."""
    if word == NO_INTERFACE:
        return {f"{key}_format": 3}
    if word >> 30 == 0:
        return {key: word, f"{key}_format": 0}
    values = {f"{key}_format": word >> 30}
    return values | ({"out_if_count": word & NO_INTERFACE} if word >> 30 == 2 else {})
