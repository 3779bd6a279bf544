# SPDX-License-Identifier: Apache-2.0
"""ClickHouse, as the Python package chdb-core, over the files of docker/sql."""

import json
import os
import pathlib
import string
import subprocess
import sys

from pipeline import fetched

PACKAGE = "chdb-core"
SQL = pathlib.Path(__file__).resolve().parents[2] / "docker/sql"
FILES = ("clickhouse.sql", "clickhouse_asof.sql", "clickhouse_both_ends.sql")
RUN_LIMIT = 600  # seconds
SAID = 2000  # characters

# Runs in a process of its own: reads {"statements": [...], "counts": {query: number}, "queries":
# {name: query}}, and prints the queries' rows when each count is what was asked for.  It takes the
# package's inner module: the outer one opens and closes a database first, and the Kafka engine
# works in a process's first database only (chdb-core 26.9).
PROGRAM = """
import json, sys, time
import _chdb
plan = json.load(sys.stdin)
database = _chdb.connect(sys.argv[1])
for statement in plan["statements"]:
    database.query(statement, "Null")
end = time.monotonic() + float(sys.argv[2])
for query, number in plan["counts"].items():
    while int(database.query(query, "TSV").bytes()) < number and time.monotonic() < end:
        time.sleep(0.2)
for name, query in plan["queries"].items():
    rows = database.query(query, "JSONEachRow").bytes().decode().splitlines()
    print(json.dumps({name: [json.loads(row) for row in rows]}))
sys.stdout.flush()
database.close()
"""


def fetch():
    """Returns its folder."""
    return fetched.python_package(PACKAGE)


def statements(variables):
    """Of all files; a semicolon at the end of a line ends one."""
    for name in FILES:
        text = string.Template((SQL / name).read_text(encoding="utf-8")).substitute(variables)
        yield from (part for part in text.split(";\n") if part.strip())


def run(scratch, variables, counts, queries):
    """Rows of each query by its name, as soon as the tables hold so many rows."""
    plan = {"statements": list(statements(variables)), "counts": counts, "queries": queries}
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM, scratch / "clickhouse", str(RUN_LIMIT / 2)],
        input=json.dumps(plan),
        capture_output=True,
        text=True,
        timeout=RUN_LIMIT,
        check=False,
        env=os.environ | {"PYTHONPATH": str(fetch() / "chdb")},
    )
    if done.returncode != 0:
        raise RuntimeError(f"ClickHouse: {done.stderr[-SAID:]}")
    rows = {}
    for line in done.stdout.splitlines():
        rows |= json.loads(line)
    return rows
