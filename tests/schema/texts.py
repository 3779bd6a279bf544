# SPDX-License-Identifier: Apache-2.0
"""What needs no engine: each record fits the JSON Schema, and each value its column."""

import itertools
import json
import pathlib
import subprocess
import tempfile

from schema import columns, json_schema, records

STATEMENTS = ("ksqldb", "flink")
WORDS = pathlib.Path(__file__).parent / "ksqldb_words.txt"
FIELDS_MAX = 100  # that one mapping file of these has; weir takes 128


def column_faults(table, record):
    for name, type_name in table.items():
        value = record.get(name.strip("`"))
        if value is not None and not columns.fits(type_name, value):
            yield f"{name} {type_name} cannot hold {value!r}"
    for name in record:
        if name not in table and f"`{name}`" not in table and not name.endswith("_truncated"):
            yield f"there is no column for {name}"


def check_set(weir, fields):
    """The first fault of each record."""
    schema = json.loads(records.schema(weir, "-fields", fields, "jsonschema"))
    tables = {
        name: columns.of_statement(records.schema(weir, "-fields", fields, name))
        for name in STATEMENTS
    }
    for place, held in records.of_sources(weir, fields):
        record = records.plain(held)
        found = itertools.chain(
            json_schema.faults(schema, record),
            *(column_faults(table, record) for table in tables.values()),
        )
        yield from (f"{fields}: {place}: {fault}" for fault in itertools.islice(found, 1))


def check_quotes(weir):
    """None of weir's own names needs quotes in ksqlDB."""
    text = records.schema(weir, "-fields", ",".join(records.SETS), "ksqldb")
    yield from (f"ksqldb: {name} is quoted" for name in columns.of_statement(text) if "`" in name)


def ksqldb_words():
    """ksqlDB's keywords, and whether each may be a name as well."""
    lines = WORDS.read_text(encoding="utf-8").splitlines()
    pairs = (line.split() for line in lines if line.startswith(("+ ", "- ")))
    return {word: sign == "+" for sign, word in pairs}


def fields_called(weir, words):
    """The columns of fields of a mapping file that have these names."""
    named = "".join(f"    - {{name: '{word}', type: varint}}\n" for word in words)
    with tempfile.NamedTemporaryFile("w", suffix=".yaml") as mapping:
        mapping.write(f"formatter:\n  fields: {words}\n  protobuf:\n{named}")
        mapping.flush()
        text = records.schema(weir, "-mapping", mapping.name, "ksqldb")
    return columns.of_statement(text)


def check_reserved(weir):
    """What is no name without quotes has them, and nothing else."""
    words = ksqldb_words()
    del words["type"]  # a field of goflow2's
    for begin in range(0, len(words), FIELDS_MAX):
        some = list(words)[begin : begin + FIELDS_MAX]
        columns_found = fields_called(weir, some)
        for word in some:
            if (word if words[word] else f"`{word}`") not in columns_found:
                yield f"ksqldb: {word} is not quoted as it should be"


# Arguments that are refused, the exit code, and what is said of them.
REFUSED = (
    (("-topic", "a b", "ksqldb"), 1, "a topic has up to 249"),
    (("-topic", "", "flink"), 1, "a topic has up to 249"),
    (("-partitions", "1000000", "ksqldb"), 1, "so many partitions"),
    (("-partitions", "-1", "ksqldb"), 2, "invalid value"),
    (("-key", "nothing", "ksqldb"), 1, "nothing"),
    (("-fields", "nothing", "avro"), 1, "nothing"),
    (("ksqldb", "flink"), 2, "needs one target"),
    (("oracle",), 2, "no such target"),
)


def check_refusals(weir):
    for arguments, code, words in REFUSED:
        done = subprocess.run(
            [weir, "schema", *arguments], capture_output=True, text=True, check=False
        )
        if done.returncode != code or words not in done.stderr or done.stdout:
            yield f"weir schema {' '.join(arguments)}: exit {done.returncode}: {done.stderr}"


def check(weir):
    yield from check_quotes(weir)
    yield from check_reserved(weir)
    yield from check_refusals(weir)
    for fields in records.SETS:
        yield from check_set(weir, fields)
