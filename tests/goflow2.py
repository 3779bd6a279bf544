# SPDX-License-Identifier: Apache-2.0
"""Compares weir's records with goflow2's, and names each difference.

The names are the headings of docs/goflow2.md.  A difference without a name is a fault.
"""

import difflib
import ipaddress
import json
import pathlib
from collections import namedtuple

# A reason why one of these fields (or any, for none) may differ in records of these types (or
# any): where explains(field, old, new) is true.
Difference = namedtuple("Difference", "name fields types explains")

RECEIVED = "@T"  # stands for the time of receipt
KEY_FIELDS = ("type", "sequence_num", "src_addr", "dst_addr", "src_port", "dst_port", "bytes")
TEMPLATED = ("NETFLOW_V9", "IPFIX")
SECOND, UPTIME_WRAP = 10**9, 2**32 * 10**6  # ns
ZERO_FORMS = (0, "", [], "00:00:00:00:00:00", "HOPOPT", "invalid Prefix")
TIMES = ("time_flow_start_ns", "time_flow_end_ns")
PORTS = ("src_port", "dst_port")
ICMP = ("ICMP", "IPv6-ICMP")
ELEMENT_FIELDS = ("bytes", "packets", "ip_ttl", "vlan_id", "src_vlan", "dst_vlan")
NO_INTERFACE = 0x3FFFFFFF


def was_zero(field, old, new):
    return old[field] in ZERO_FORMS


def became_nothing(field, old, new):
    return (old[field], new[field]) in (("HOPOPT", ""), ("invalid Prefix", ""))


def was_export_time(field, old, new):
    """The header has whole seconds; where goflow2 read no other time, it wrote that one."""
    return old[field] % SECOND == 0


def below_a_microsecond(field, old, new):
    return 0 < old[field] - new[field] < 1000


def wrapped(field, old, new):
    return (old[field] - new[field]) % UPTIME_WRAP == 0


def starts_with_old(field, old, new):
    return new[field][: len(old[field])] == old[field]


def was_padded_labels(field, old, new):
    labels = [label for label in old[field] if label != 0]
    return new[field][: len(labels)] == labels


def of_a_packet(field, old, new):
    return "Ethernet" in new["layer_stack"]


def icmp_in_ports(field, old, new):
    if new["proto"] not in ICMP:
        return False
    return new[field] == 0 if field in PORTS else old[field] == 0


def without_priority(field, old, new):
    return new[field] == old[field] & 0x0FFF


def had_format(field, old, new):
    return (old[field] >> 30 != 0 or old[field] == NO_INTERFACE) and new[field] == 0


def named_no_host(field, old, new):
    agent = ipaddress.ip_address(old[field])
    return agent.is_loopback or agent.is_unspecified


def only_tcp_sizes(field, old, new):
    sizes = zip(new["layer_stack"], old[field], new[field])
    return len(old[field]) == len(new[field]) and all(
        before == after for layer, before, after in sizes if layer != "TCP"
    )


def longer_path(field, old, new):
    return len(new["as_path"]) > len(old["as_path"]) and starts_with_old("as_path", old, new)


def more_layers(field, old, new):
    """What stands behind the last layer that goflow2 reads was not known to it."""
    stacks = old["layer_stack"], new["layer_stack"]
    if len(stacks[0]) >= len(stacks[1]) or not starts_with_old("layer_stack", old, new):
        return False
    return was_zero(field, old, new) or field.startswith("layer_")


# What -compat goflow2 takes back.
CORRECTED = (
    Difference("proto_hopopt", ("proto",), (), became_nothing),
    Difference("invalid_prefix", ("src_net", "dst_net"), (), became_nothing),
    Difference("elements", ELEMENT_FIELDS, TEMPLATED, was_zero),
    Difference("elements", ("ipv6_flow_label",), TEMPLATED, was_zero),
    Difference("elements", ("mpls_label",), TEMPLATED, was_padded_labels),
    Difference("elements", ("bytes",), ("IPFIX",), of_a_packet),
    Difference("uptime_unsigned", TIMES, ("NETFLOW_V5", "NETFLOW_V9"), wrapped),
    Difference("elements", TIMES, ("NETFLOW_V9",), was_export_time),
    Difference("elements", TIMES, ("IPFIX",), below_a_microsecond),
    Difference("ipfix_uptime", TIMES, ("IPFIX",), was_export_time),
    Difference("icmp_ports", (*PORTS, "icmp_type", "icmp_code"), (), icmp_in_ports),
    Difference("vlan_tci", ("vlan_id",), ("SFLOW_5",), without_priority),
    Difference("tcp_size", ("layer_size",), (), only_tcp_sizes),
    Difference("if_format", ("in_if", "out_if"), ("SFLOW_5",), had_format),
    Difference("agent", ("sampler_address",), ("SFLOW_5",), named_no_host),
    Difference("as_path", ("as_path", "bgp_communities", "dst_as"), ("SFLOW_5",), longer_path),
    Difference("layers", (), ("SFLOW_5", "IPFIX"), more_layers),
    Difference("sampling_width", ("sampling_rate",), TEMPLATED, lambda f, old, new: new[f] == 0),
)

# What is so with -compat goflow2, too.
ALWAYS = (
    Difference("isolation", ("sampling_rate",), TEMPLATED, was_zero),
)


def parse(line):
    """A record of either, its time of receipt replaced."""
    record = json.loads(line)
    if record["type"] == "SFLOW_5":
        for field in ("time_flow_start_ns", "time_flow_end_ns"):
            if record[field] == record["time_received_ns"]:
                record[field] = RECEIVED
    record["time_received_ns"] = RECEIVED
    return record


def key(record):
    return tuple(record[field] for field in KEY_FIELDS)


def align(old, new):
    """Pairs of an old and a new record; None where one has no counterpart."""
    yield from align_by(old, new, (json.dumps, key))


def align_by(old, new, identities):
    if not identities:
        yield from pair_up(old, new)
        return
    identity = identities[0]
    matcher = difflib.SequenceMatcher(
        None, [identity(record) for record in old], [identity(record) for record in new], False
    )
    for same, old_from, old_to, new_from, new_to in matcher.get_opcodes():
        some_old, some_new = old[old_from:old_to], new[new_from:new_to]
        if same == "equal":
            yield from zip(some_old, some_new)
        else:
            yield from align_by(some_old, some_new, identities[1:])


def pair_up(old, new):
    """Records between two that match: in order where there are as many, else unpaired."""
    if len(old) == len(new):
        yield from zip(old, new)
        return
    yield from ((record, None) for record in old)
    yield from ((None, record) for record in new)


def reason(field, old, new, differences):
    for name, fields, types, explains in differences:
        if (not fields or field in fields) and (not types or old["type"] in types):
            if explains(field, old, new):
                return name
    return None


def differing_fields(old, new):
    return [field for field in {**old, **new} if old.get(field) != new.get(field)]


def headings(path):
    lines = pathlib.Path(path).read_text(encoding="utf-8").splitlines()
    return {line.lstrip("#").strip(" `") for line in lines if line.startswith("#")}
