# SPDX-License-Identifier: Apache-2.0
"""What a topic holds, read by kcat, and what is to be said of it."""

import collections
import dataclasses
import json
import struct
import subprocess
import time

import replay

from kafka import murmur2

FORMAT = "%p %o %T %K %S\n%k%s"  # a line of numbers, then key and value, which may hold anything
ATTEMPTS, PAUSE = 60, 0.5  # of kcat, and seconds between them
SHOWN = 3  # problems of a kind
BATCH_HEAD = struct.Struct(">qiibIH")  # offset, length, epoch, magic, checksum, attributes
CODECS = ("none", "gzip", "snappy", "lz4", "zstd")


@dataclasses.dataclass(frozen=True)
class Message:
    partition: int
    offset: int
    time_ms: int
    key: bytes  # None: it has none
    value: bytes


def read_message(stream, head):
    partition, offset, time_ms, key_length, length = map(int, head.split())
    key = stream.read(key_length) if key_length >= 0 else None
    return Message(partition, offset, time_ms, key, stream.read(length))


def messages(address, name):
    """All that it holds now, in each partition in order."""
    command = ["kcat", "-b", address, "-C", "-t", name, "-o", "beginning", "-e", "-q", "-f", FORMAT]
    with subprocess.Popen(command, stdout=subprocess.PIPE) as kcat:
        for head in kcat.stdout:
            yield read_message(kcat.stdout, head)
    if kcat.returncode != 0:
        raise RuntimeError(f"kcat cannot read {name}")


def ask(address, *options):
    """Runs kcat, and returns what it prints."""
    command = ["kcat", "-b", address, *options]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise RuntimeError(f"kcat {options[0]}: {done.stderr}")
    return done.stdout


def ask_again(address, *options):
    """Until a broker that has just begun, or has just made the topic, knows the answer."""
    for _ in range(ATTEMPTS - 1):
        try:
            return ask(address, *options)
        except RuntimeError:
            time.sleep(PAUSE)
    return ask(address, *options)


def topics(address):
    """The number of partitions of each topic."""
    said = json.loads(ask_again(address, "-L", "-J"))
    return {topic["topic"]: len(topic["partitions"]) for topic in said["topics"]}


def count(address, name):
    """How many messages it holds, by the offsets."""
    wanted = [word for at in range(topics(address)[name]) for word in ("-t", f"{name}:{at}:-1")]
    said = ask_again(address, "-Q", *wanted)
    return sum(int(line.rsplit(" ", 1)[1]) for line in said.splitlines())


def codecs(data, name):
    """What the batches of a topic are compressed by, as they lie in the broker's folder."""
    return {codec(log) for log in data.glob(f"{name}-*/*.log") if log.stat().st_size > 0}


def codec(log):
    """Of the first batch: bits of its attributes (Kafka's documentation, "Record Batch")."""
    with open(log, "rb") as file:
        head = file.read(BATCH_HEAD.size)
    return CODECS[BATCH_HEAD.unpack(head)[-1] & 7]


class Ledger:
    """Which numbered flows have come, how often, where and in what order."""

    def __init__(self, partitions, key_field="src_addr"):
        self.partitions = partitions
        self.key_field = key_field
        self.ids = {}  # by number: record_id, or True
        self.repeats = 0
        self.repeat_distance = 0  # the greatest, in messages of a partition
        self.places = {}  # by number: its offset
        self.latest = collections.defaultdict(int)  # by key: the number that came last
        self.late = 0  # records that came after a later one of their key
        self.key_partition = {}
        self.problems = collections.Counter()
        self.examples = collections.defaultdict(list)

    def add(self, message):
        try:
            record = replay.record(message.value)
        except replay.Failed as error:
            self.blame("no strict JSON", str(error))
            return
        key = str(record[self.key_field]).encode()
        if message.key != key:
            self.blame("another key", f"{message.key} of {message.value!r}")
        if message.partition != self.partition(key):
            self.blame("another partition than Java's", f"{message.partition} for {key}")
        self.note(record, key, message)

    def partition(self, key):
        if key not in self.key_partition:
            self.key_partition[key] = murmur2.partition(key, self.partitions)
        return self.key_partition[key]

    def note(self, record, key, message):
        number, identity = record["bytes"], record.get("record_id", True)
        if number in self.ids:
            self.repeats += 1
            distance = message.offset - self.places[number]
            self.repeat_distance = max(self.repeat_distance, distance)
            if self.ids[number] != identity:
                self.blame("a repeat with another record_id", f"{number}: {identity}")
            return
        self.ids[number] = identity
        self.places[number] = message.offset
        if number < self.latest[key]:
            self.late += 1
        self.latest[key] = max(self.latest[key], number)

    def blame(self, kind, example):
        self.problems[kind] += 1
        if len(self.examples[kind]) < SHOWN:
            self.examples[kind].append(example)

    def add_topic(self, address, name):
        for message in messages(address, name):
            self.add(message)
        return self

    def missing(self, numbers):
        return [number for number in numbers if number not in self.ids]

    def same_ids(self):
        """How many flows share a record_id with another."""
        ids = [identity for identity in self.ids.values() if identity is not True]
        return len(ids) - len(set(ids))

    def complaints(self):
        for kind, times in self.problems.items():
            yield f"{times} times {kind}, as in " + "; ".join(self.examples[kind])
        if self.same_ids():
            yield f"{self.same_ids()} flows have the record_id of another"


def ranges(numbers):
    """A short text for a long list: 1-30, 61-90."""
    parts = []
    for number in numbers:
        if parts and parts[-1][1] == number - 1:
            parts[-1][1] = number
        else:
            parts.append([number, number])
    texts = [f"{first}-{last}" for first, last in parts[:SHOWN]]
    return ", ".join(texts) + (f" and {len(parts) - SHOWN} more" if len(parts) > SHOWN else "")
