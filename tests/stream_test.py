#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The set stream: its names are free in every engine, and each record keeps what the set promises.

All captures and all golden cases are written as the set, with pools in which most of their
addresses are; and those of the corpus, where it is at hand.  Types come from the table of fields.
"""

import argparse
import ipaddress
import pathlib
import re
import sys

import protobuf_record
import replay

TESTS = pathlib.Path(__file__).parent
TABLE = TESTS.parent / "lib" / "flow_fields.def"
POOLS = TESTS / "subscribers" / "mixed.yaml"
ROW = re.compile(r'^FLOW_FIELD\(\w+, (\w+), "(\w+)", \d+, ([A-Z_0-9 |]+),', re.MULTILINE)
GREATEST = 2**63 - 1  # of what engines hold
MAX_AGE, MAX_SKEW = 24 * 3600 * 1000, 5000  # ms, the defaults
SOURCES = ("flow_end", "flow_start", "event", "export", "received")
DIRECTIONS = ("upload", "download", "internal", "transit")


# --- The table ---


def rows():
    """Key, kind, and whether it is in each record, of each field of the set."""
    for kind, key, sets in ROW.findall(TABLE.read_text(encoding="utf-8")):
        words = sets.split(" | ")
        if "IN_STREAM" in words:
            yield key, kind, "ALWAYS_THERE" in words


KINDS = {key: kind for key, kind, _ in rows()}
ALWAYS = {key for key, _, always in rows() if always}


def words_of_flink():
    lines = (TESTS / "stream" / "flink_words.txt").read_text(encoding="utf-8").splitlines()
    return {word for line in lines if not line.startswith("#") for word in line.split()}


def words_of_ksqldb():
    lines = (TESTS / "schema" / "ksqldb_words.txt").read_text(encoding="utf-8").splitlines()
    return {line[2:] for line in lines if line.startswith("- ")}


def faults_of_names():
    if len(KINDS) < 30:
        yield f"only {len(KINDS)} rows of the set were found in {TABLE}"
    for engine, words in (("Flink", words_of_flink()), ("ksqlDB", words_of_ksqldb())):
        if len(words) < 80:
            yield f"only {len(words)} words of {engine}"
        yield from (f"{key} is reserved in {engine}" for key in sorted(words & set(KINDS)))
    yield from (f"{key} needs quotes" for key in KINDS if not re.fullmatch("[a-z][a-z0-9_]*", key))


# --- Values ---


def whole(value, most):
    return isinstance(value, int) and not isinstance(value, bool) and 0 <= value <= most


def is_address(value):
    """As RFC 5952 writes it, and never an address of IPv4 in one of IPv6."""
    address = ipaddress.ip_address(value)
    mapped = address.version == 6 and address.ipv4_mapped is not None
    return str(address) == value and not mapped


def is_key(value):
    realm, bar, rest = value.rpartition("|")
    network = ipaddress.ip_network(rest)
    full = network.prefixlen == network.max_prefixlen
    text = str(network.network_address) if full else str(network)
    return rest == text and bool(realm) == bool(bar)


FITS = {
    "U8": lambda value: whole(value, 2**8 - 1),
    "U16": lambda value: whole(value, 2**16 - 1),
    "U32": lambda value: whole(value, 2**32 - 1),
    "U64": lambda value: whole(value, 2**64 - 1),
    "COUNTER": lambda value: whole(value, GREATEST),
    "TIME_MS": lambda value: whole(value, GREATEST),
    "BOOL": lambda value: isinstance(value, bool),
    "ADDR": is_address,
    "OCTETS": re.compile("([0-9a-f]{2})+").fullmatch,
    "TYPE": re.compile("[A-Z0-9_]+").fullmatch,
    "NAME": re.compile("[a-z_]+").fullmatch,
    "NAMES": lambda value: bool(value) and set(value) <= set(KINDS),
    "SUB_KEY": is_key,
}


def fits(key, value):
    try:
        return FITS[KINDS[key]](value)
    except (TypeError, ValueError):
        return False


# --- What fields have to do with each other ---


def is_near(record):
    """Its time is near its receipt, and only where it was moved stands what it was."""
    received, end = record["received_ms"], record["flow_end_ms"]
    first, last = received - MAX_AGE, received + MAX_SKEW
    raw = record.get("flow_end_raw_ms", end)
    return end == min(max(raw, first), last) and ("flow_end_raw_ms" in record) == (raw != end)


def has_its_side(record):
    """Keys are of the subscriber's address, which is one of the two."""
    if "sub_key" not in record:
        return record.get("direction") in (None, "transit") and "sub_addr" not in record
    network = ipaddress.ip_network(record["sub_key"].rpartition("|")[2])
    return record["direction"] != "transit" and ipaddress.ip_address(record["sub_addr"]) in network


RULES = {
    "fields are missing": lambda record: ALWAYS <= set(record),
    "the time is not near its receipt": is_near,
    "the flow ends before it starts": lambda record: record.get("flow_start_ms", 0)
    <= record["flow_end_ms"],
    "the time has no source": lambda record: record["time_source"] in SOURCES,
    "there is no such direction": lambda record: record.get("direction", "upload") in DIRECTIONS,
    "the subscriber's side is wrong": has_its_side,
    "the leg is wrong": lambda record: record.get("leg", "src") in ("src", "dst")
    and ("leg" in record) == ("internal" in record) == (record.get("direction") == "internal"),
    "the flow is not what it says": lambda record: record["schema_version"] == 1
    and len(record["record_id"]) == 16,
}


def keeps(holds, record):
    """What a rule cannot even look at breaks it."""
    try:
        return holds(record)
    except (KeyError, ValueError):
        return False


def faults_of(record):
    for key, value in record.items():
        if key not in KINDS:
            yield f"{key} is not in the set"
        elif not fits(key, value):
            yield f"{key} is {value!r}"
    yield from (text for text, holds in RULES.items() if not keeps(holds, record))


# --- Records ---


def sources(corpus):
    yield from protobuf_record.sources()
    yield from map(protobuf_record.of_capture, sorted((corpus / "captures").rglob("*.pcap")))


def without_fields(options):
    """A case's own choice of fields gives way to the set."""
    at = options.index("-fields") if "-fields" in options else len(options)
    return [*options[:at], *options[at + 2 :]]


def faults_of_records(weir, corpus):
    count = 0
    for source in sources(corpus):
        options = [*without_fields(source.options), "-fields", "stream", "-subscribers", str(POOLS)]
        for number, line in enumerate(source.run(weir, options).splitlines(), 1):
            faults = list(faults_of(replay.record(line)))
            if faults:
                yield f"{source.name}, record {number}: {'; '.join(faults)}\n  {line.decode()}"
            count += 1
    print(f"{count} records")
    if count < 1000:
        yield "that is too few to tell"


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--weir", required=True, help="the program under test")
    parser.add_argument("--corpus", type=pathlib.Path, default=TESTS, help="further captures")
    arguments = parser.parse_args()
    faults = [*faults_of_names(), *faults_of_records(arguments.weir, arguments.corpus)]
    print("\n".join(faults[:50]))
    print(f"{len(KINDS)} fields, {len(faults)} faults")
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
