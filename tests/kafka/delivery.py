# SPDX-License-Identifier: Apache-2.0
"""Every record arrives once, as strict JSON, with its key, where Java looks for it."""

import collections
import dataclasses
import shutil
import subprocess

import capture_file
import pcap
import relay
import replay
import traffic

from kafka import murmur2, topic
from kafka.bench import PARTITIONS, Outcome
from kafka.flows import Sender

RECORDS = 3000
RATE = 20_000  # records a second; no more, so that a sanitizer's build reads them all
QUIET, QUIET_LIMIT = 0.2, 60  # seconds


@dataclasses.dataclass(frozen=True)
class Case:
    name: str
    exporter: str = ""  # softflowd's options; without any, numbered NetFlow v5
    key: str = ""  # -transport.kafka.key
    shown_key: str = ""  # the same as Python formats it
    options: tuple = ()
    codec: str = "zstd"
    per_message: int = 1  # records at most


def packed(records):
    return ("-transport.kafka.records-per-message", str(records))


def codec(name):
    return {"options": ("-transport.kafka.compression", name), "codec": name}


ADDRESS = {"key": "src_addr", "shown_key": "{src_addr}"}
PAIR = {"key": "src_addr,dst_addr", "shown_key": "{src_addr}|{dst_addr}"}
TEMPLATE = {"key": "{src_addr}:{proto}", "shown_key": "{src_addr}:{proto}"}

CASES = (
    Case("softflowd-netflow5", "-v 5", **ADDRESS),
    Case("softflowd-netflow9", "-v 9", **ADDRESS),
    Case("softflowd-ipfix", "-v 10", **PAIR),
    Case("numbered-template", **TEMPLATE),
    Case("numbered-no-key"),
    Case("numbered-packed", options=packed(50), per_message=50),
    Case("numbered-none", **ADDRESS, **codec("none")),
    Case("numbered-gzip", **ADDRESS, **codec("gzip")),
    Case("numbered-snappy", **ADDRESS, **codec("snappy")),
    Case("numbered-lz4", **ADDRESS, **codec("lz4")),
)


def run(case, bench):
    if case.exporter and shutil.which("softflowd") is None:
        return Outcome(case.name, "softflowd is not installed", [], skipped=True)
    key = ("-transport.kafka.key", case.key) if case.key else ()
    with bench.collector(case.name, *key, *case.options) as collector:
        tap = relay.Relay(collector.port)
        try:
            export(case, tap, bench.folder)
            tap.wait_until_quiet(QUIET, QUIET_LIMIT)
        finally:
            tap.stop()
        wanted = expected(collector.program, tap.datagrams)
        bench.wait_for(case.name, -(-len(wanted) // case.per_message))
        problems = list(collector.stop_in_order())
    found = list(topic.messages(bench.broker.address(), case.name))
    problems += [*differences(case, found, wanted), *misplaced(case, found)]
    used = topic.codecs(bench.broker.folder / "data", case.name)
    if used != {case.codec}:
        problems.append(f"compressed by {used}, not {case.codec}")
    text = f"{len(wanted)} records in {len(found)} messages of {len(used_partitions(found))}"
    return Outcome(case.name, f"{text} partitions, {case.codec}", problems)


def used_partitions(messages):
    return {message.partition for message in messages}


def export(case, tap, folder):
    if not case.exporter:
        sender = Sender(tap.port, RATE)
        sender.start(RECORDS / RATE)
        sender.wait()
        return
    path = folder / f"{case.name}.pcap"
    pcap.write(path, traffic.frames(traffic.make(traffic.BEGIN_US), "plain"))
    command = f"softflowd -r {path} -a -n 127.0.0.1:{tap.port} {case.exporter}"
    subprocess.run(command.split(), check=True, capture_output=True)


def expected(weir, datagrams):
    """What weir makes of the same datagrams without Kafka."""
    sent = [
        capture_file.Datagram("127.0.0.1", port, time_us // 1_000_000, payload)
        for time_us, port, payload in datagrams
    ]
    lines, _ = replay.run_datagrams(weir, (), sent)
    return [replay.record(line) for line in lines]


def comparable(record):
    """Without the time of receipt, as a text."""
    return str(sorted((key, value) for key, value in record.items() if "received" not in key))


def records(messages):
    return [replay.record(line) for message in messages for line in message.value.splitlines()]


def differences(case, found, wanted):
    for message in found:
        if len(message.value.splitlines()) > case.per_message:
            yield f"more than {case.per_message} records in {message.value!r}"
    came = collections.Counter(map(comparable, records(found)))
    meant = collections.Counter(map(comparable, wanted))
    if not wanted:
        yield "the exporter sent nothing"
    for what, which in (("missing", meant - came), ("too many", came - meant)):
        if which:
            yield f"{which.total()} {what}, as {next(iter(which))}"


def misplaced(case, found):
    """Those whose key, or whose place, is not as it should be."""
    for message in found:
        wanted = None
        if case.key:
            wanted = case.shown_key.format(**replay.record(message.value)).encode()
        if message.key != wanted:
            yield f"the key is {message.key!r}, not {wanted!r}"
        elif wanted and message.partition != murmur2.partition(wanted, PARTITIONS):
            yield f"{wanted!r} is in partition {message.partition}, where Java does not look"
