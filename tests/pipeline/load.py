# SPDX-License-Identifier: Apache-2.0
"""Fills the two topics with what a provider has: sessions by the million, and their flows.

What is measured over it is the engine; the records have weir's and FreeRADIUS's form, and come
in the order of their time.  One customer in a thousand gets a new session in each minute.
"""

import dataclasses
import itertools
import random

from confluent_kafka import Producer

FLOWS, SESSIONS = "flows", "sessions.events"
SESSION = (
    '{{"sub_key":"{key}","schema_version":1,"event":"{event}","event_ms":{at},"received_ms":{at},'
    '"start_ms":{start},"slice_start_ms":{start},"unique_id":"{key}/{start}",'
    '"session_id":"0A00","user_name":"user{number}@example","calling_station":'
    '"00-00-5E-00-53-01","nas_addr":"192.0.2.1","nas_id":"bras1","duration_s":0,'
    '"octets_from_user":123456789,"octets_to_user":1234567890}}'
)
FLOW = (
    '{{"schema_version":1,"record_id":"{record:016x}","flow_type":"NETFLOW_V9",'
    '"exporter_addr":"192.0.2.1","received_ms":{end},"flow_start_ms":{start},"flow_end_ms":{end},'
    '"time_source":"flow_end","src_addr":"{key}","dst_addr":"203.0.113.7","src_port":{port},'
    '"dst_port":443,"proto_num":6,"tcp_flags":27,"octet_count":{octets},"packet_count":17,'
    '"in_if":12,"out_if":34,"src_as":64496,"dst_as":64511,"sampling_rate":1,"ip_version":4,'
    '"direction":"upload","sub_key":"{key}","sub_addr":"{key}","sub_port":{port},'
    '"peer_addr":"203.0.113.7","peer_port":443}}'
)
SETTINGS = {"partitioner": "murmur2_random", "linger.ms": 100, "compression.codec": "lz4"}
SETTLED = 3_600_000  # milliseconds that the sessions had lasted when the first flow ended
CHANGES = 1000  # one customer in so many gets a new session in each minute
MINUTE = 60_000


@dataclasses.dataclass(frozen=True)
class Load:
    sessions: int
    subscribers: int  # of them have flows
    flows: int
    minutes: int  # that the flows span
    begin: int  # in milliseconds: when the first flow ended

    def events(self):
        """All Starts, and then the changes in the order of their time."""
        first = self.begin - SETTLED
        for number in range(self.sessions):
            start = first + number * SETTLED // self.sessions // 2
            yield event(number, "start", start, start)
        spent = self.minutes * MINUTE
        changes = self.sessions // CHANGES * self.minutes
        for count in range(changes):
            at = self.begin + count * spent // changes
            number = count * 7919 % self.sessions  # a prime: everybody's turn comes
            start = first + number * SETTLED // self.sessions // 2
            yield event(number, "stop", at, start)
            yield event(number, "start", at + 1, at + 1)

    def records(self):
        spent, chance = self.minutes * MINUTE, random.Random(7)
        for record in range(self.flows):
            end = self.begin + record * spent // self.flows
            own = address(chance.randrange(self.subscribers) * (self.sessions // self.subscribers))
            values = {"record": record, "key": own, "start": end - chance.randrange(1, 15_000)}
            values |= {"end": end, "port": 1024 + record % 60_000, "octets": 40 + record % 150_000}
            yield own, FLOW.format(**values), end

    def fill(self, address_of_broker):
        producer = Producer(SETTINGS | {"bootstrap.servers": address_of_broker})
        send(producer, SESSIONS, self.events())
        send(producer, FLOWS, self.records())
        producer.flush()


def address(number):
    number += 1
    return f"100.{64 + (number >> 16)}.{number >> 8 & 255}.{number & 255}"


def event(number, kind, at, start):
    key = address(number)
    values = {"key": key, "event": kind, "at": at, "start": start, "number": number}
    return key, SESSION.format(**values), at


def send(producer, topic, messages):
    for count, (key, value, at) in zip(itertools.count(1), messages):
        while True:
            try:
                producer.produce(topic, key=key, value=value, timestamp=at)
                break
            except BufferError:
                producer.poll(0.1)
        if count % 10_000 == 0:
            producer.poll(0)
