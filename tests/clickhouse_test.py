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
import shutil
import subprocess
import sys
import tempfile

import protobuf_record

SKIPPED = 77
PACKAGE = "chdb-core"
FETCH_SECONDS = 120
CACHE = pathlib.Path(os.environ.get("XDG_CACHE_HOME", pathlib.Path.home() / ".cache"))
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


def pip():
    """The command, or nothing."""
    for command in ([sys.executable, "-m", "pip"], ["pip3"], ["pip"]):
        if shutil.which(command[0]):
            asked = subprocess.run([*command, "--version"], capture_output=True, check=False)
            if asked.returncode == 0:
                return command
    return None


def fetch(folder):
    """Installs the package, whole or not at all; says whether it is there."""
    if folder.exists():
        return True
    command = pip()
    if command is None:
        return False
    folder.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=folder.parent) as partial:
        install = [*command, "install", "-q", "--no-deps", "--only-binary", ":all:", PACKAGE]
        try:
            subprocess.run(
                [*install, "--target", f"{partial}/new"],
                capture_output=True,
                check=True,
                timeout=FETCH_SECONDS,
            )
        except (subprocess.CalledProcessError, subprocess.TimeoutExpired):
            return False
        pathlib.Path(partial, "new").rename(folder)
    return True


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
    parser.add_argument("--cache", type=pathlib.Path, default=CACHE / "weir", help="of packages")
    arguments = parser.parse_args()
    package = arguments.cache / PACKAGE
    if not fetch(package):
        print(f"{PACKAGE} cannot be had: skipped")
        return SKIPPED
    return protobuf_record.check(arguments.weir, decoder(package))


if __name__ == "__main__":
    sys.exit(main())
