# SPDX-License-Identifier: Apache-2.0
"""What schemas are held against: the JSON records of all captures and golden cases."""

import json
import subprocess

import protobuf_record

SETS = ("stream", "goflow2", "all")


class Number(protobuf_record.Number):
    """A number as it is written, whose value is an int or a float."""

    def value(self):
        return int(self) if self.lstrip("-").isdigit() else float(self)


def parse(line):
    return json.loads(line, parse_int=Number, parse_float=Number)


def plain(value):
    """Numbers as numbers, in whatever they are held."""
    if isinstance(value, Number):
        return value.value()
    if isinstance(value, list):
        return [plain(item) for item in value]
    if isinstance(value, dict):
        return {key: plain(item) for key, item in value.items()}
    return value


def of_sources(weir, fields):
    """Pairs: where a record is from, and the record."""
    for source in protobuf_record.sources():
        if any(option.startswith("-records") for option in source.options):
            continue  # not only flows
        lines = source.run(weir, [*source.options, "-fields", fields]).splitlines()
        for number, line in enumerate(lines, 1):
            yield f"{source.name}, record {number}", parse(line)


def texts(elements):
    """The object elements as a map of texts."""
    made = {key: protobuf_record.json_text(value) for key, value in elements.items()}
    return {key: "" if text is None else str(text) for key, text in made.items()}


def schema(weir, *arguments):
    """What `weir schema` prints."""
    done = subprocess.run(
        [weir, "schema", *arguments], capture_output=True, text=True, check=True
    )
    return done.stdout
