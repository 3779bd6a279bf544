# SPDX-License-Identifier: Apache-2.0
"""tshark's decoding of a capture, as a list of flow records.

Only its framing and its names are used: which octets are which field.  What the
octets mean is worked out in oracle.py, since tshark words some times wrongly.
"""

import subprocess
import tempfile
import xml.etree.ElementTree

import pcap
import relay

NETFLOW9 = b"\0\x09"
SETTINGS = (
    "cflow.max_template_fields:0",  # the default of 60 drops templates of Open vSwitch
    "ip.defragment:false",
    "ipv6.defragment:false",
    "tcp.analyze_sequence_numbers:false",
)
PAYLOADS = ("dns", "http", "rtp", "tls", "icmp.resp")  # an odd payload ends the whole datagram
SAMPLED = ("sflow_245.header", "cflow.data_link_frame_section")  # what holds a packet
EXPORTS = ("cflow", "sflow")
TRANSPORTS = ("tcp", "udp", "icmp", "icmpv6", "esp", "arp")


class Record:
    """One flow: the fields of its datagram's header, and its own.  Values are hex digits."""

    def __init__(self, header):
        self.header = header
        self.values = {}
        self.time_unit = ""  # as tshark words it: switched, seconds, milliseconds ...
        self.boot_ms = None  # systemInitTimeMilliseconds, from the exporter's options data

    def add(self, name, digits):
        """Of several values by one name the first counts."""
        self.values.setdefault(name, digits)

    def __contains__(self, name):
        return name in self.values

    def number(self, name):
        return int(self.values[name], 16)

    def octets(self, name):
        return bytes.fromhex(self.values[name])

    def head(self, name):
        return int(self.header[name], 16)


class Decoding:
    """What has to be remembered from one datagram to the next."""

    def __init__(self):
        self.options = set()  # ids of options templates
        self.boot_ms = None

    def records(self, datagram):
        """The flow records of one datagram."""
        protocol = next(one for one in datagram.iterfind("proto") if one.get("name") in EXPORTS)
        header = header_of(protocol)
        for entry in protocol.iterfind("field[@name='']"):
            label = entry.get("show")
            if label.startswith("pdu "):
                yield self.flow(entry, header)
            elif "Options Template" in label:
                self.options |= {
                    field.get("value")
                    for field in entry.iter("field")
                    if field.get("name") == "cflow.template_id"
                }
            elif " flows)" in label:
                yield from self.data_set(entry, header)
            elif label.startswith("Flow sample"):
                yield sample(entry, header, datagram)

    def data_set(self, entry, header):
        of_options = entry.find("field[@name='cflow.flowset_id']").get("value") in self.options
        for field in entry.iterfind("field[@name='']"):
            record = self.flow(field, header)
            if not of_options:
                yield record
            elif "cflow.sys_init_time" in record:
                self.boot_ms = record.number("cflow.sys_init_time")

    def flow(self, entry, header):
        record = Record(header)
        record.boot_ms = self.boot_ms
        for field in own_fields(entry):
            name, words = field.get("name"), field.get("showname") or field.get("show") or ""
            if name == "cflow.timedelta":
                record.time_unit = words.partition("(")[2].rstrip(")")
            if words.startswith("MPLS-Label"):
                name = words.partition(":")[0]
            if "(Reverse Type" in words:
                name = f"reverse {name}"
            record.add(name, field.get("value"))
        add_sampled_packet(record, entry, ())
        return record


def decode(datagrams, port):
    """All flow records of the datagrams, in their order.  The port tells tshark the protocol."""
    decoding = Decoding()
    return [
        record for datagram in dissect(datagrams, port) for record in decoding.records(datagram)
    ]


def dissect(datagrams, port):
    command = ["tshark", "-n", "-T", "pdml"]
    for setting in SETTINGS:
        command += ["-o", setting]
    for payload in PAYLOADS:
        command += ["--disable-protocol", payload]
    with tempfile.NamedTemporaryFile(suffix=".pcap") as file:
        pcap.write(file.name, relay.frames([counted_high(one) for one in datagrams], port))
        output = subprocess.run([*command, "-r", file.name], check=True, capture_output=True).stdout
    return xml.etree.ElementTree.fromstring(output)


def counted_high(datagram):
    """tshark stops at the count in NetFlow v9's header, where softflowd counts flows only and not
    its templates and options; with a count beyond all reason it reads to the end."""
    time_us, source_port, payload = datagram
    if payload.startswith(NETFLOW9):
        payload = NETFLOW9 + b"\xff\xff" + payload[4:]
    return time_us, source_port, payload


def header_of(protocol):
    """The named fields of a datagram, and those inside of them."""
    return {
        part.get("name"): part.get("value")
        for field in protocol.iterfind("field")
        if field.get("name")
        for part in field.iter("field")
    }


def own_fields(entry):
    """All fields within, but those of a packet that is shown there."""
    for field in entry.iterfind("field"):
        yield field
        yield from own_fields(field)


def sample(entry, header, datagram):
    """An sFlow flow sample.  A record that tshark does not know is not skipped by its length but
    read on within; what follows in the same sample is lost to it, the next sample is not."""
    record = Record(header)
    for field in own_fields(entry):
        record.add(field.get("name"), field.get("unmaskedvalue") or field.get("value"))
    add_sampled_packet(record, entry, datagram.findall("proto"))
    return record


def layers(holder, protocols):
    """The headers within a sampled packet.  What UDP carries stands with the datagram's own
    protocols, and is known by its position."""
    begin = int(holder.get("pos"))
    end = begin + int(holder.get("size"))
    return holder.findall("proto") + [
        one for one in protocols if begin < int(one.get("pos", 0)) < end
    ]


def add_sampled_packet(record, entry, protocols):
    """The fields of the sampled packet down to its transport header, not what an ICMP error quotes;
    those of a packet that VXLAN carries are named as the inner ones."""
    holders = [
        field for name in SAMPLED for field in entry.iter("field") if field.get("name") == name
    ]
    side, complete = "", False
    for protocol in (layer for holder in holders for layer in layers(holder, protocols)):
        name = protocol.get("name")
        if name == "vxlan":
            side, complete = "inner ", False
        if not complete:
            for field in own_fields(protocol):
                record.add(side + field.get("name"), field.get("value"))
        complete |= name in TRANSPORTS
