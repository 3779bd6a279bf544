# SPDX-License-Identifier: Apache-2.0
"""A hostile case: what is sent, and what weir must make of it."""

import collections
import dataclasses

import capture_file

TIME = 1_700_000_000  # when the first datagram is received
STATES = ("unknown", "right", "wrong")  # which template 256 was known before
ANY = -1  # records: as many as the budget lets through


@dataclasses.dataclass(frozen=True)
class Sent:
    """A datagram; source is the last octet of the exporter's address."""

    payload: bytes
    source: int = 1
    port: int = 40000


@dataclasses.dataclass(frozen=True)
class Expected:
    records: int
    counts: collections.Counter
    shows: tuple = ()  # parts of the records, in their order


@dataclasses.dataclass(frozen=True)
class Case:
    """A row of the catalogue; several rows may share an id."""

    id: str
    about: str
    datagrams: tuple
    expected: dict  # of Expected, by state
    options: tuple

    def sent(self, network):
        """The datagrams, from exporters of this network (192.0.2), one a second."""
        return [
            capture_file.Datagram(f"{network}.{sent.source}", sent.port, TIME + i, sent.payload)
            for i, sent in enumerate(self.datagrams)
        ]


def counted(words):
    """What "short*2 version" names, each with its number."""
    found = collections.Counter()
    for word in words.split():
        name, _, n = word.partition("*")
        found[name] += int(n or 1)
    return found


def expect(records=0, counts="", shows=()):
    return Expected(records, counted(counts), tuple(shows))


def case(
    id,
    about,
    *datagrams,
    records=0,
    counts="",
    shows=(),
    if_right=None,
    if_wrong=None,
    options=(),
):
    """A row.

    Datagrams are octets, or Sent.  counts are the faults that must be counted, and no other;
    counters may be named beside them.  if_right and if_wrong say what else is expected where the
    exporter has sent a template 256 before: T, or another one.
    """
    unknown = expect(records, counts, shows)
    return Case(
        id=id,
        about=about,
        datagrams=tuple(item if isinstance(item, Sent) else Sent(item) for item in datagrams),
        expected={"unknown": unknown, "right": if_right or unknown, "wrong": if_wrong or unknown},
        options=tuple(options),
    )
