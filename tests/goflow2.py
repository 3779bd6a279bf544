# SPDX-License-Identifier: Apache-2.0
"""Compares weir's records with goflow2's, and names each difference.

The names are the headings of docs/goflow2.md.  A difference without a name is a fault.
"""

import difflib
import json
import pathlib
from collections import namedtuple

# explains(field, old, new) says whether it is the reason why field differs.
Difference = namedtuple("Difference", "name explains")

RECEIVED = "@T"  # stands for the time of receipt
KEY_FIELDS = ("type", "sequence_num", "src_addr", "dst_addr", "src_port", "dst_port", "bytes")
TEMPLATED = ("NETFLOW_V9", "IPFIX")
UPTIME_WRAP = 2**32 * 10**6  # ns
ZERO_FORMS = (0, "", [], "00:00:00:00:00:00", "HOPOPT", "invalid Prefix")


def only(fields, when=lambda field, old, new: True):
    return lambda field, old, new: field in fields and when(field, old, new)


def templated(field, old, new):
    return old["type"] in TEMPLATED


def became(before, after):
    return lambda field, old, new: (old[field], new[field]) == (before, after)


def was_zero(field, old, new):
    return old[field] in ZERO_FORMS


# What -compat goflow2 takes back: a row for each row of lib/compat.def that can be seen.
CORRECTED = (
    Difference("proto_hopopt", only(("proto",), became("HOPOPT", ""))),
    Difference("invalid_prefix", only(("src_net", "dst_net"), became("invalid Prefix", ""))),
)

# What is so with -compat goflow2, too.
ALWAYS = ()


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
    for difference in differences:
        if difference.explains(field, old, new):
            return difference.name
    return None


def differing_fields(old, new):
    return [field for field in {**old, **new} if old.get(field) != new.get(field)]


def headings(path):
    lines = pathlib.Path(path).read_text(encoding="utf-8").splitlines()
    return {line.lstrip("#").strip(" `") for line in lines if line.startswith("#")}
