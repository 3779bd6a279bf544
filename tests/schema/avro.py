# SPDX-License-Identifier: Apache-2.0
"""fastavro takes the Avro schemas, and each record for an instance of its schema."""

import decimal
import io
import json
import sys

from pipeline import fetched
from schema import records

PACKAGE = "fastavro"


def is_exact(part):
    return isinstance(part, dict) and part.get("logicalType") == "decimal"


def datum(schema, record):
    """The record as Avro holds it."""
    made = {}
    for field in schema["fields"]:
        value = record.get(field["name"])
        if isinstance(value, dict):
            value = records.texts(value)
        elif value is not None and is_exact(field["type"][1]):
            value = decimal.Decimal(value)
        made[field["name"]] = records.plain(value)
    return made


def check_set(fastavro, weir, fields):
    printed = json.loads(records.schema(weir, "-fields", fields, "avro"))
    parsed = fastavro.parse_schema(printed)
    for place, record in records.of_sources(weir, fields):
        try:
            fastavro.schemaless_writer(io.BytesIO(), parsed, datum(printed, record), strict=True)
        except (ValueError, TypeError, OverflowError) as error:
            yield f"avro, {fields}: {place}: {error}"


def check(weir):
    sys.path.insert(0, str(fetched.python_package(PACKAGE)))
    import fastavro  # pylint: disable=import-outside-toplevel,import-error

    for fields in records.SETS:
        yield from check_set(fastavro, weir, fields)
