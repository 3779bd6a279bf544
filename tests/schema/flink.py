# SPDX-License-Identifier: Apache-2.0
"""Flink executes the statements, and reads all records by them: what it writes back is what they
hold.

The records lie in files, so that no broker is needed; of the topics, Flink only plans how it would
read them.
"""

import collections
import json
import subprocess
import tempfile
from pathlib import Path

from pipeline import flink
from schema import columns, records

LIMIT = 600  # seconds
SAID = 2000  # characters
JSON = "'connector' = 'filesystem', 'format' = 'json', 'path' = "
PLAIN = "'json.encode.ignore-null-fields' = 'true', 'json.encode.decimal-as-plain-number' = 'true'"
SCRIPT = """
{printed}
EXPLAIN SELECT `flow_end`, `msg_key`, {names} FROM `{fields}`;
CREATE TABLE {fields}_sent ({table}) WITH ({JSON} '{folder}/sent');
CREATE TABLE {fields}_held ({table}) WITH ({JSON} '{folder}/held', {PLAIN});
INSERT INTO {fields}_held SELECT * FROM {fields}_sent;
"""


def respelled(text):
    """Numbers in a text of JSON as their values: Java has another spelling for some."""

    def value(number):
        return float(number) + 0.0  # no -0.0

    try:
        return json.loads(text, parse_int=value, parse_float=value)
    except ValueError:
        return text


class Set:
    """The records of a set of fields, on their way through Flink."""

    def __init__(self, weir, fields, scratch):
        wanted = ["-fields", fields, "-topic", fields, "-key", "src_addr"]
        self.fields = fields
        self.folder = scratch / fields
        self.printed = records.schema(weir, *wanted, "flink")
        self.table = columns.of_statement(self.printed)
        del self.table["`msg_key`"]
        self.sent = [record for _, record in records.of_sources(weir, fields)]

    def write(self):
        (self.folder / "sent").mkdir(parents=True)
        with open(self.folder / "sent" / "flows.json", "w", encoding="utf-8") as file:
            file.writelines(json.dumps(records.plain(record)) + "\n" for record in self.sent)

    def script(self):
        """In short lines: the client reads no long ones."""
        return SCRIPT.format(
            fields=self.fields,
            printed=self.printed,
            names=",\n".join(self.table),
            table=",\n".join(map(" ".join, self.table.items())),
            folder=self.folder,
            JSON=JSON,
            PLAIN=PLAIN,
        )

    def held(self):
        """What Flink wrote."""
        files = (path for path in (self.folder / "held").rglob("*") if path.is_file())
        lines = (line for path in files for line in path.read_bytes().splitlines())
        return [records.parse(line) for line in lines]

    def normal(self, record):
        """A record in one line: what has a column, and the elements as texts."""
        held = {}
        for name in self.table:
            value = record.get(name.strip("`"))
            if isinstance(value, dict):
                texts = records.texts(value)
                held[name] = {key: respelled(text) for key, text in texts.items()}
            elif value is not None:
                held[name] = records.plain(value)
        return json.dumps(held, sort_keys=True)

    def faults(self):
        before = collections.Counter(map(self.normal, self.sent))
        after = collections.Counter(map(self.normal, self.held()))
        yield from (f"{self.fields}: Flink has not {line}" for line in before - after)
        yield from (f"{self.fields}: Flink has {line}" for line in after - before)


def run(scratch, script):
    path = scratch / "schema.sql"
    path.write_text(script, encoding="utf-8")
    settings = scratch / "settings"
    done = subprocess.run(
        flink.command(settings, "-f", path),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        env={"FLINK_CONF_DIR": str(settings), "PATH": "/usr/bin:/bin"},
        text=True,
        timeout=LIMIT,
        check=False,
    )
    if done.returncode != 0 or "[ERROR]" in done.stdout:
        raise RuntimeError(f"Flink: {done.stdout[-SAID:]}")


def check(weir):
    flink.fetch()
    with tempfile.TemporaryDirectory() as folder:
        scratch = Path(folder)
        sets = [Set(weir, fields, scratch) for fields in records.SETS]
        for part in sets:
            part.write()
        run(scratch, "\n".join(part.script() for part in sets))
        for part in sets:
            yield from part.faults()
