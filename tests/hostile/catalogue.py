# SPDX-License-Identifier: Apache-2.0
"""All cases, and the ids that must be among them."""

from hostile import (
    datagrams,
    fixed,
    ipfix_messages,
    netflow9,
    options,
    packets,
    sflow_samples,
    templates,
    values,
)

TABLES = (
    datagrams,
    fixed,
    netflow9,
    templates,
    options,
    ipfix_messages,
    values,
    sflow_samples,
    packets,
)

# How many ids each letter has.
IDS = {"U": 13, "A": 15, "B": 12, "C": 21, "D": 13, "E": 32, "S": 27, "P": 14}


def cases(wanted):
    """Those whose id is wanted, or begins with a wanted letter; all if none is."""
    found = [case for table in TABLES for case in table.CASES]
    if wanted:
        found = [case for case in found if case.id.startswith(tuple(wanted))]
    return sorted(found, key=lambda case: case.id)


def missing(found, wanted):
    ids = {f"{letter}{n:02}" for letter, most in IDS.items() for n in range(1, most + 1)}
    return [] if wanted else sorted(ids - {case.id for case in found})
