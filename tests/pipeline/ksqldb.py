# SPDX-License-Identifier: Apache-2.0
"""ksqlDB's files of docker/sql, parsed by ksqlDB's own grammar.

Neither its server nor its grammar is in an archive that a test could fetch it from, and the
grammar's licence keeps it out of the tree.  Who has ksqlDB's source names the file by
WEIR_KSQLDB_GRAMMAR: ksqldb-parser/src/main/antlr4/io/confluent/ksql/parser/SqlBase.g4.
"""

import os
import pathlib
import subprocess
import tempfile

from pipeline import fetched

VARIABLE = "WEIR_KSQLDB_GRAMMAR"
TOOL = "org.antlr:antlr4:4.9.3:jar:complete"
HERE = pathlib.Path(__file__).resolve().parent
FILES = sorted((HERE.parents[1] / "docker/sql").glob("ksqldb*.sql"))
SAID = 2000  # characters


def check(skip):
    """0 if all is well; skip is told where there is nothing to parse by."""
    grammar = os.environ.get(VARIABLE)
    if not grammar:
        skip("ksqldb*.sql", f"no server and no grammar can be fetched; {VARIABLE} names a grammar")
        return 0
    with tempfile.TemporaryDirectory(prefix="weir-ksqldb-") as folder:
        said = parse(pathlib.Path(folder), grammar)
    print(said, end="", flush=True)
    return 0


def parse(folder, grammar):
    """What the parser says of each file; an exception if it does not like one."""
    tool = fetched.jar(TOOL)
    java("-jar", tool, "-Xexact-output-dir", "-o", folder, "-no-listener", grammar)
    run("javac", "-cp", tool, "-d", folder, *folder.glob("*.java"), HERE / "KsqlParse.java")
    return java("-cp", f"{folder}:{tool}", "KsqlParse", *FILES)


def java(*words):
    return run("java", *words)


def run(*words):
    done = subprocess.run(
        list(map(str, words)), capture_output=True, text=True, timeout=120, check=False
    )
    if done.returncode != 0:
        raise RuntimeError(f"{words[0]}: {(done.stdout + done.stderr)[-SAID:]}")
    return done.stdout
