# SPDX-License-Identifier: Apache-2.0
"""ClickHouse executes the statements, and reads all captures from Kafka by them: it holds what JSON
has.
"""

import collections
import ipaddress
import json
import os
import re
import subprocess
import sys
import tempfile

import kafka_fixture
import replay
from pipeline import clickhouse, fetched
from schema import records

LIMIT = 600  # seconds
SAID = 2000  # characters
KEPT = re.compile(r"^    `(\w+)` (.*) COMMENT '", re.MULTILINE)
TIME = re.compile(r"DateTime64\((\d)")
SCALES = {"3": "Milli", "9": "Nano"}
SETTINGS = "SETTINGS output_format_json_quote_64bit_integers = 0"


def statements(text):
    """A semicolon at the end of a line ends one."""
    return [part for part in text.split(";\n") if part.strip()]


def selected(name, kept_as):
    """A time as the number that it was."""
    scale = TIME.search(kept_as)
    return f"toUnixTimestamp64{SCALES[scale[1]]}({name}) AS {name}" if scale else name


def address(text):
    """In one spelling; one that is not known is unspecified in ClickHouse."""
    made = ipaddress.IPv6Address("::") if text == "" else ipaddress.ip_address(text)
    return str(getattr(made, "ipv4_mapped", None) or made)


def normal(value, kept_as):
    if isinstance(value, dict):
        return records.texts(value)
    if isinstance(value, list):
        return [normal(item, kept_as) for item in value]
    return address(value) if "IPv6" in kept_as else records.plain(value)


def normal_record(record, types):
    """A record in one line, without what is not known."""
    held = {
        name: normal(record[name], kept_as)
        for name, kept_as in types.items()
        if record.get(name) not in (None, [], {}) and (record[name] != "" or "IPv6" in kept_as)
    }
    return json.dumps(held, sort_keys=True)


def fill(weir, kafka, fields):
    """Sends all captures; the records as JSON has them."""
    made = []
    for capture in kafka_fixture.CAPTURES:
        replay.run(weir, ["-fields", fields, *kafka.options()], capture)
        lines, _ = replay.run(weir, ["-fields", fields], capture)
        made += map(records.parse, lines)
    return made


def read(printed, count):
    """The rows of the table, as soon as there are so many."""
    columns = ", ".join(f"{selected(*column)}" for column in KEPT.findall(printed))
    final = " FINAL" if "ReplacingMergeTree" in printed else ""
    plan = {
        "statements": statements(printed),
        "counts": {f"SELECT count() FROM flows{final}": count},
        "queries": {
            "rows": f"SELECT {columns} FROM flows{final} {SETTINGS}",
            "errors": "SELECT error, message FROM flows_errors LIMIT 3",
        },
    }
    with tempfile.TemporaryDirectory() as scratch:
        done = subprocess.run(
            [sys.executable, "-c", clickhouse.PROGRAM, f"{scratch}/clickhouse", str(LIMIT / 2)],
            input=json.dumps(plan),
            capture_output=True,
            text=True,
            timeout=LIMIT,
            check=False,
            env=os.environ | {"PYTHONPATH": str(clickhouse.fetch() / "chdb")},
        )
    if done.returncode != 0:
        raise RuntimeError(f"ClickHouse: {done.stderr[-SAID:]}")
    rows, errors = map(records.parse, done.stdout.splitlines())
    return rows["rows"], errors["errors"]


def check_set(weir, mock, fields):
    with kafka_fixture.Kafka(mock) as kafka:
        wanted = ["-fields", fields, "-topic", kafka.topic, "-brokers", kafka.brokers]
        printed = records.schema(weir, *wanted, "clickhouse")
        types = dict(KEPT.findall(printed))
        sent = collections.Counter(normal_record(r, types) for r in fill(weir, kafka, fields))
        rows, errors = read(printed, sum(sent.values()))
    held = collections.Counter(normal_record(row, types) for row in rows)
    yield from (f"{fields}: ClickHouse cannot read {error}" for error in errors)
    yield from (f"{fields}: ClickHouse has not {line}" for line in sent - held)
    yield from (f"{fields}: ClickHouse has {line}" for line in held - sent)


def check(weir, mock):
    if mock is None:
        raise fetched.Unavailable("--mock names no mock cluster")
    clickhouse.fetch()
    for fields in records.SETS:
        yield from check_set(weir, mock, fields)
