# SPDX-License-Identifier: Apache-2.0
"""Reads cases.txt: who used which address when, what was sent, and whose it was."""

import dataclasses
import ipaddress
import pathlib
import re

PATH = pathlib.Path(__file__).with_name("cases.txt")
POOLS = pathlib.Path(__file__).with_name("subscribers.yaml")
NOBODY, NO_KEY = "nobody", "-"
PACKETS, PAYLOAD = 3, 200  # of a flow; and octets of a packet, more by one with each flow
SOURCE_PORT, DESTINATION_PORT = 20000, 30000  # of the first flow
UDP, UDP_HEADER, IP_HEADERS = 17, 8, {4: 20, 6: 40}
BEFORE = 30  # seconds from the start of a session to its first event, where that is no Start

EVENT = re.compile(r" +(-?\d+) +(start|interim|stop) +(\w+) +(.+)")
FLOW = re.compile(r" +(\d+)(?:\.\.(\d+))? +(\S+) +(->|<-) +(\S+)")
ROW = re.compile(r" += +(\w+) +(\S+) +(\w+)")


@dataclasses.dataclass(frozen=True)
class Event:
    """What a NAS says.  at: seconds of the test's clock."""

    session: str
    kind: str
    at: int
    start: int
    user: str
    addresses: tuple


@dataclasses.dataclass(frozen=True)
class Flow:
    """Packets of one way, from..until seconds of the test's clock."""

    number: int
    begin: int
    end: int
    near: str  # the address in the access network
    far: str
    outward: bool

    @property
    def source(self):
        return (self.near if self.outward else self.far), SOURCE_PORT + self.number

    @property
    def destination(self):
        return (self.far if self.outward else self.near), DESTINATION_PORT + self.number

    @property
    def payload(self):
        return PAYLOAD + self.number

    @property
    def octets(self):
        header = IP_HEADERS[ipaddress.ip_address(self.near).version]
        return PACKETS * (self.payload + UDP_HEADER + header)


@dataclasses.dataclass(frozen=True)
class Row:
    """One row of the join.  key: None if no end is a subscriber's; user: None if it is nobody's."""

    direction: str
    key: str
    user: str
    flow: Flow

    def ends(self):
        """(own address and port, the peer's); none, where there is no subscriber."""
        source, destination = self.flow.source, self.flow.destination
        if self.key is None:
            return (None, None), (None, None)
        if self.direction == "upload" or self.key == source[0]:
            return source, destination
        return destination, source


@dataclasses.dataclass
class Case:
    name: str
    events: list = dataclasses.field(default_factory=list)
    flows: list = dataclasses.field(default_factory=list)
    rows: list = dataclasses.field(default_factory=list)

    def add_event(self, at, kind, user, addresses):
        session = f"{self.name}, {user}"
        own = [event.start for event in self.events if event.session == session]
        start = own[0] if own else at - (0 if kind == "start" else BEFORE)
        self.events.append(Event(session, kind, at, start, user, tuple(addresses.split())))


def read():
    """All cases, in the order of the file."""
    found = []
    for number, line in enumerate(PATH.read_text(encoding="utf-8").splitlines(), 1):
        if not line.startswith("#") and line:
            read_line(found, line, f"{PATH.name}:{number}")
    return found


def read_line(found, line, place):
    if not line.startswith(" "):
        found.append(Case(line))
    elif match := EVENT.fullmatch(line):
        at, kind, user, addresses = match.groups()
        found[-1].add_event(int(at), kind, user, addresses)
    elif match := FLOW.fullmatch(line):
        begin, end, near, arrow, far = match.groups()
        number = sum(len(case.flows) for case in found)
        times = int(begin), int(end or begin)
        found[-1].flows.append(Flow(number, *times, near, far, arrow == "->"))
    elif match := ROW.fullmatch(line):
        direction, key, user = match.groups()
        key, user = none_if(key, NO_KEY), none_if(user, NOBODY)
        found[-1].rows.append(Row(direction, key, user, found[-1].flows[-1]))
    else:
        raise ValueError(f"{place}: no sense in {line!r}")


def none_if(word, nothing):
    return None if word == nothing else word
