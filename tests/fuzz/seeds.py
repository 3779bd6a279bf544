#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Writes what a fuzzer begins with: the golden and the hostile cases, as each target reads them.

OUT/<target>/<name>, a file an input; OUT/every-sequence has those of sequence in one.
"""

import json
import pathlib
import random
import shutil
import sys

TESTS = pathlib.Path(__file__).parent.parent
sys.path.insert(0, str(TESTS))

import capture_file  # noqa: E402
from hostile import catalogue  # noqa: E402

MAGIC = {1: "netflow1", 5: "netflow5", 7: "netflow7", 9: "netflow9", 10: "ipfix"}
PACKET_AT = 92  # in a datagram with one flow sample that has one sampled header
LONGEST = 20_000  # octets of a seed: longer ones only slow a fuzzer down


def cases():
    """All cases by name, each a list of datagrams."""
    for path in sorted((TESTS / "golden").rglob("*.hex")):
        yield f"{path.parent.name}-{path.stem}", capture_file.read_case(path).datagrams
    for number, case in enumerate(catalogue.cases([])):
        yield f"hostile-{case.id}-{number}", case.sent("192.0.2")


def sequence(datagrams):
    """As tests/datagram_sequence.h reads it."""
    sources = sorted({datagram.source for datagram in datagrams})
    octets, before = b"", datagrams[0].time
    for datagram in datagrams:
        seconds = min(max(datagram.time - before, 0), 63)
        choice = seconds * 4 + sources.index(datagram.source) % 4
        octets += len(datagram.payload).to_bytes(2, "big") + bytes([choice]) + datagram.payload
        before = datagram.time
    return octets


def decoder_of(payload):
    if payload[:4] == bytes([0, 0, 0, 5]):
        return "sflow"
    return MAGIC.get(int.from_bytes(payload[:2], "big"))


def packet(payload):
    """The one sampled packet of a datagram, behind an octet that says how it begins."""
    length = int.from_bytes(payload[PACKET_AT - 4 : PACKET_AT], "big")
    kind = payload[PACKET_AT - 13 : PACKET_AT - 12]
    return kind + payload[PACKET_AT : PACKET_AT + length]


def mappings():
    """A mapping file behind its length, and the datagrams of its case."""
    for path in sorted((TESTS / "mapping").glob("*.hex")):
        text = path.with_suffix(".yaml").read_bytes()
        datagrams = capture_file.read_case(path).datagrams
        yield path.stem, len(text).to_bytes(2, "big") + text + sequence(datagrams)


def spools():
    """Lists of pieces as spool_fuzz.c reads them."""
    entry = bytes([1, 0, 3, 9]) + b"keyand value"
    end, segment = bytes([2]), bytes([3, 8])
    block = bytes([4, 0, 0]) + bytes(7) + b"\x05"
    damage = bytes([5, 0, 100, 255])
    yield "entries", entry * 5
    yield "segments", (entry * 3 + end + segment) * 3 + entry
    yield "torn", entry * 3 + bytes([0, 50]) + bytes(50)
    yield "done", entry * 3 + block + end + segment + entry * 2 + block
    yield "damaged", entry * 5 + damage
    yield "gaps", (bytes([1, 200]) + entry[2:]) * 400 + end


def flows():
    """Octets that json_fuzz.c makes fields of."""
    chance = random.Random(7011)
    for number in range(100):
        yield f"flow-{number}", chance.randbytes(chance.randrange(1, 600))


def states():
    """Lines of a state file, and a file of goflow2's."""
    domain = {
        "version": 4, "id": 1, "agent": "", "sampling_rate": 512, "boot_ms": 0, "told_ns": 5,
        "template_rates": 0, "sampler_known": 1, "several_samplers": 0, "sampler_id": 3,
        "templates": [
            {"id": 256, "options": 0, "refreshed_ns": 5, "fields": "0.8.4.8.0 0.1.4.1.0 "},
            {"id": 257, "options": 1, "refreshed_ns": 5, "fields": "9.1.4.32769.1 "},
        ],
    }
    told = {
        "kind": 2, "version": 0, "domain": 0, "id_len": 8, "id": "07" + "00" * 15,
        "told_ns": 5, "rate": 0, "name": "65746830",
    }
    line = {
        "address": "192.0.2.1", "port": 2055, "scope": 0, "listener": 0, "last_port": 2055,
        "first_ns": 5, "known": 1, "sampling_rate": 512, "announced_address": "2001:db8::1",
        "domains": [domain, {**domain, "version": 3, "id": 2}], "told": [told],
    }
    exporter = json.dumps(line).encode() + b"\n"
    yield "exporter", exporter
    yield "exporters", b"".join(exporter.replace(b"2055", b"%d" % port) for port in range(6))
    field = {"pen-provided": False, "type": 8, "length": 4, "pen": 0}
    plain = {"template-id": 256, "field-count": 1, "fields": [field]}
    options = {"template-id": 257, "scopes": [field], "options": [field]}
    templates = {"10/1/256": plain, "9/1/257": options}
    yield "goflow2", json.dumps({"[2001:db8::1]:2055": templates}).encode()


def configurations():
    """Options as config_fuzz.c has them, well and badly written; and weir's own file."""
    yield "own", (TESTS / "config" / "weir.yaml").read_bytes()
    yield "parts", b"part: {text: a, count: 1_000, time: 1m30s}\npart.list: [a, b]\nlist: c\n"
    yield "anchors", b"text: &a hello\npart.text: *a\n---\nflag: true\n"
    yield "wrong", b"count: -1\ntime: soon\nflag: maybe\nno.such: 1\n"


def pools():
    yield "pools", (
        b"pools:\n  - {prefix: 100.64.0.0/10, key_length: 32, realm: cgn1}\n"
        b"  - {prefix: '2001:db8:100::/40', key_length: 56}\nboth: two-records\nnat: outside\n"
    )
    yield "nested", b"pools: [{prefix: 0.0.0.0/0}, {prefix: 49.48.0.0/12}, {prefix: '::/0'}]\n"
    yield "wrong", b"pools: [{prefix: 10.0.0.1/8, key_length: 4}, {realm: x}]\nboth: 7\n"


def requests():
    for name, line in (("fast", "GET /fast"), ("slow", "HEAD /slow"), ("none", "POST /none?a=%2f")):
        yield name, f"{line} HTTP/1.1\r\nHost: weir\r\nAccept: */*\r\n\r\n".encode()
    yield "long", b"GET / HTTP/1.0\r\n" + b"X-Header: value\r\n" * 700
    yield "no-http", bytes(range(256))


def inputs():
    """Target, name and octets of each seed."""
    yield from (("mapping", name, octets) for name, octets in mappings())
    yield from (("spool", name, octets) for name, octets in spools())
    yield from (("json", name, octets) for name, octets in flows())
    yield from (("state", name, octets) for name, octets in states())
    yield from (("config", name, octets) for name, octets in configurations())
    yield from (("subscribers", name, octets) for name, octets in pools())
    yield from (("http", name, octets) for name, octets in requests())
    for name, datagrams in cases():
        for target in ("sequence", "listing"):
            yield target, name, sequence(datagrams)
        for decoder in {decoder_of(datagram.payload) for datagram in datagrams} - {None}:
            own = [datagram for datagram in datagrams if decoder_of(datagram.payload) == decoder]
            yield decoder, name, sequence(own)
        for number, datagram in enumerate(datagrams):
            if decoder_of(datagram.payload) == "sflow" and len(datagram.payload) > PACKET_AT:
                yield "packet", f"{name}-{number}", packet(datagram.payload)


def main():
    out = pathlib.Path(sys.argv[1])
    shutil.rmtree(out, ignore_errors=True)
    written = 0
    for target, name, octets in inputs():
        if len(octets) <= LONGEST:
            folder = out / target
            folder.mkdir(parents=True, exist_ok=True)
            (folder / name).write_bytes(octets)
            written += 1
    every = b"".join(path.read_bytes() for path in sorted((out / "sequence").iterdir()))
    (out / "every-sequence").write_bytes(every)
    print(f"{written} seeds")


if __name__ == "__main__":
    main()
