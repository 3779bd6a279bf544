#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""protoc reads what `-format bin` writes by the .proto file that `weir schema proto` prints, and
finds in each field what JSON has.

All golden cases and all captures.  Needs protoc (Debian's protobuf-compiler).
"""

import argparse
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile

import protobuf_record

SKIPPED = 77
SETS = ("all", "all,stream")
WRAPPER = """syntax = "proto3";
package flowpb;
import "flow.proto";
message Flows { repeated FlowMessage flow = 1; }
"""
FLOW_TAG = b"\x0a"  # field 1 of Flows: each message has its length already
# What goflow2's messages are made of: each consumer of its topics relies on it.
GOFLOW2 = """
1 type FlowType
3 sampling_rate uint64
4 sequence_num uint32
6 src_addr bytes
7 dst_addr bytes
9 bytes uint64
10 packets uint64
11 sampler_address bytes
12 next_hop bytes
13 next_hop_as uint32
14 src_as uint32
15 dst_as uint32
16 src_net uint32
17 dst_net uint32
18 in_if uint32
19 out_if uint32
20 proto uint32
21 src_port uint32
22 dst_port uint32
23 ip_tos uint32
24 forwarding_status uint32
25 ip_ttl uint32
26 tcp_flags uint32
27 src_mac uint64
28 dst_mac uint64
29 vlan_id uint32
30 etype uint32
31 icmp_type uint32
32 icmp_code uint32
33 src_vlan uint32
34 dst_vlan uint32
35 fragment_id uint32
36 fragment_offset uint32
37 ipv6_flow_label uint32
38 ip_flags uint32
70 observation_domain_id uint32
71 observation_point_id uint32
80 mpls_ttl repeated uint32
81 mpls_label repeated uint32
82 mpls_ip repeated bytes
100 bgp_next_hop bytes
101 bgp_communities repeated uint32
102 as_path repeated uint32
103 layer_stack repeated LayerStack
104 layer_size repeated uint32
105 ipv6_routing_header_addresses repeated bytes
106 ipv6_routing_header_seg_left uint32
110 time_received_ns uint64
111 time_flow_start_ns uint64
112 time_flow_end_ns uint64
"""
ESCAPE = re.compile(rb"\\([0-7]{3}|.)", re.DOTALL)
SHORT = {b"n": b"\n", b"r": b"\r", b"t": b"\t"}


def text_of(proto, messages):
    with tempfile.TemporaryDirectory() as folder:
        (pathlib.Path(folder) / "flow.proto").write_text(proto, encoding="utf-8")
        (pathlib.Path(folder) / "flows.proto").write_text(WRAPPER, encoding="utf-8")
        return subprocess.run(
            ["protoc", f"-I{folder}", "--decode=flowpb.Flows", "flows.proto"],
            input=b"".join(FLOW_TAG + message for message in messages),
            capture_output=True,
            check=True,
        ).stdout


def unescape(match):
    code = match[1]
    return bytes([int(code, 8)]) if len(code) == 3 else SHORT.get(code, code)


def octets(text):
    return ESCAPE.sub(unescape, text[1:-1])


def value_of(field, text):
    if field.type == "bytes":
        return octets(text).hex()
    if field.type == "string":
        return octets(text).decode()
    if field.type == "double":
        return float(text)
    if field.type == "bool":
        return text == b"true"
    return int(text) if field.type in protobuf_record.INTEGERS else text.decode()


def add_value(record, field, text):
    if field.label == "repeated":
        record.setdefault(field.name, []).append(value_of(field, text))
    else:
        record[field.name] = value_of(field, text)


def decode(proto, fields, messages):
    records, entry = [], {}
    for line in text_of(proto, messages).split(b"\n"):
        depth = (len(line) - len(line.lstrip())) // 2
        name, _, value = line.strip().partition(b": ")
        if depth == 0 and name == b"flow {":
            records.append({})
        elif depth == 1 and value:
            add_value(records[-1], fields[name.decode()], value)
        elif depth == 2:
            entry[name] = octets(value).decode()
        elif name == b"}" and entry:
            elements = records[-1].setdefault("elements", {})
            elements[entry.pop(b"key")] = entry.pop(b"value", "")
    return records


def check_goflow2(weir):
    """How many of goflow2's fields are not those of the schema."""
    _, fields = protobuf_record.schema(weir)
    ours = {" ".join(f"{f.number} {f.name} {f.label} {f.type}".split()) for f in fields.values()}
    missing = set(GOFLOW2.strip().splitlines()) - ours
    for row in sorted(missing):
        print(f"the schema does not have goflow2's field {row}")
    return len(missing)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--weir", required=True, help="the program under test")
    arguments = parser.parse_args()
    if shutil.which("protoc") is None:
        print("protoc is not installed: skipped")
        return SKIPPED
    faults = check_goflow2(arguments.weir)
    faults += sum(protobuf_record.check(arguments.weir, decode, sets) for sets in SETS)
    return min(faults, 1)


if __name__ == "__main__":
    sys.exit(main())
