# SPDX-License-Identifier: Apache-2.0
"""The joins of docker/sql, and the rows that each has to make of the cases."""

import collections
import dataclasses
import typing

from pipeline.cases import PACKETS

COLUMNS = (
    *("direction", "sub_key", "sub_addr", "sub_port", "peer_addr", "peer_port"),
    *("octet_count", "packet_count", "user_name"),
)
END_COLUMNS = ("direction", "sub_key", "peer_addr", "octet_count", "packet_count", "user_name")
SHOWN = 5  # rows of a kind


def of_everybody(rows, _):
    """Each flow, with the user or without."""
    for row in rows:
        (own, own_port), (peer, peer_port) = row.ends()
        yield (
            *(row.direction, row.key, own, own_port, peer, peer_port),
            *(row.flow.octets, PACKETS, row.user),
        )


def of_slices(rows, events):
    """Where an event behind the flow ends the slice that the flow ended in."""
    wanted = [row for row in rows if closed(row, events, ("interim", "stop"))]
    yield from of_everybody(wanted, events)


def of_cdrs(rows, events):
    wanted = [row for row in rows if closed(row, events, ("stop",))]
    yield from of_everybody(wanted, events)


def closed(row, events, kinds):
    own = [event for event in events if event.user == row.user and event.kind in kinds]
    return any(event.at > row.flow.end for event in own)


def of_addresses(rows, _):
    """What can be found by the address alone."""
    for row in rows:
        (own, _), (peer, _) = row.ends()
        if row.user and row.key == own:
            way = "upload" if row.flow.source[0] == own else "download"
            yield way, own, peer, row.flow.octets, PACKETS, row.user


@dataclasses.dataclass(frozen=True)
class Join:
    file: str  # of docker/sql
    result: str  # the topic or the view that has its rows
    expected: typing.Callable  # of a case's rows and events
    columns: tuple = COLUMNS


FLINK = (
    Join("flink_asof.sql", "flows.attributed", of_everybody),
    Join("flink_slices.sql", "flows.sliced", of_slices),
    Join("flink_cdr.sql", "flows.by_cdr", of_cdrs),
    Join("flink_both_ends.sql", "flows.both_ends", of_addresses, END_COLUMNS),
)
CLICKHOUSE = (
    Join("clickhouse_asof.sql", "flows_attributed", of_everybody),
    Join("clickhouse_both_ends.sql", "flows_of_both_ends", of_addresses, END_COLUMNS),
)


def expected(join, cases):
    """How often each row has to come."""
    return collections.Counter(
        row for case in cases for row in join.expected(case.rows, case.events)
    )


def found(join, records):
    """The same of what came; an engine's empty text and number are nothing."""
    return collections.Counter(
        tuple(record.get(column) or None for column in join.columns) for record in records
    )


def problems(join, cases, records):
    wanted, had = expected(join, cases), found(join, records)
    yield from shown("is missing", wanted - had)
    yield from shown("is not expected", had - wanted)


def shown(what, rows):
    for row in list(rows)[:SHOWN]:
        yield f"{what}: {' '.join(map(str, row))}"
    if len(rows) > SHOWN:
        yield f"... and {len(rows) - SHOWN} more"
