#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""ClickHouse reads what `-format bin` writes, as its format Protobuf with the schema that
`weir schema proto` prints, and finds in each field what JSON has.

All golden cases and all captures.  ClickHouse is the Python package chdb-core, which is fetched
once into the user's cache; where that cannot be, the test is skipped.
"""

import argparse
import json
import os
import pathlib
import subprocess
import sys
import tempfile

import protobuf_record
from pipeline import Unavailable, clickhouse

SKIPPED = 77
TYPES = {
    "uint32": "UInt32",
    "uint64": "UInt64",
    "double": "Float64",
    "map<string, string>": "Map(String, String)",
}
QUERY = """
import chdb, sys
sys.stdout.buffer.write(chdb.query(sys.argv[1], "JSONEachRow").bytes())
"""


def column_type(field):
    name = TYPES.get(field.type, "String")
    if field.label == "optional":
        return f"Nullable({name})"
    return f"Array({name})" if field.label == "repeated" else name


def selected(field):
    """Octets in hex, which JSON can hold."""
    if field.type != "bytes":
        return field.name
    if field.label == "repeated":
        return f"arrayMap(octets -> lower(hex(octets)), {field.name}) AS {field.name}"
    return f"lower(hex({field.name})) AS {field.name}"


def query_of(fields, path):
    columns = ", ".join(f"{field.name} {column_type(field)}" for field in fields.values())
    return (
        f"SELECT {', '.join(map(selected, fields.values()))}"
        f" FROM file('{path}', 'Protobuf', '{columns}')"
        " SETTINGS format_schema = 'flow.proto:FlowMessage', max_threads = 1,"
        " output_format_json_quote_64bit_integers = 0"
    )


def decoder(package):
    def decode(proto, fields, messages):
        with tempfile.TemporaryDirectory() as folder:
            path = pathlib.Path(folder, "flows.bin")
            path.write_bytes(b"".join(messages))
            pathlib.Path(folder, "flow.proto").write_text(proto, encoding="utf-8")
            done = subprocess.run(
                [sys.executable, "-c", QUERY, query_of(fields, path)],
                cwd=folder,
                env={**os.environ, "PYTHONPATH": str(package)},
                capture_output=True,
                check=True,
            )
        return map(json.loads, done.stdout.splitlines())

    return decode


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--weir", required=True, help="the program under test")
    arguments = parser.parse_args()
    try:
        package = clickhouse.fetch()
    except Unavailable as reason:
        print(f"skipped: {reason}")
        return SKIPPED
    return protobuf_record.check(arguments.weir, decoder(package))


if __name__ == "__main__":
    sys.exit(main())
