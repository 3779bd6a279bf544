# SPDX-License-Identifier: Apache-2.0
"""The columns of a CREATE statement, and which values of JSON fit their types.

A value fits where the engine takes it for what it is: ksqlDB and Flink wrap around, drop the
record, or end the job where a number is too great.
"""

import math
import re

COLUMN = re.compile(r"^ *(`(?:[^`]|``)+`|\w+) ([A-Z][^`]*?)(?: COMMENT .*| KEY)?,?$")
COMPUTED = ("AS ", "FOR ")
LIST = re.compile(r"ARRAY<(.*)>$")


def of_statement(text):
    """The types by the names as they are written, of the first list of columns."""
    body = text.split("(\n", 1)[1].split("\n)", 1)[0]
    found = filter(None, map(COLUMN.match, body.splitlines()))
    return {match[1]: match[2] for match in found if not match[2].startswith(COMPUTED)}


def whole(value, least, most):
    return isinstance(value, int) and not isinstance(value, bool) and least <= value <= most


def signed(bits):
    return lambda value: whole(value, -(1 << bits - 1), (1 << bits - 1) - 1)


def is_text(value):
    return isinstance(value, str)


def is_number(value):
    return isinstance(value, (int, float)) and not isinstance(value, bool) and math.isfinite(value)


FITS = {
    "INT": signed(32),
    "BIGINT": signed(64),
    "DECIMAL(20, 0)": lambda value: whole(value, 0, 10**20 - 1),
    "DOUBLE": is_number,
    "BOOLEAN": lambda value: isinstance(value, bool),
    "VARCHAR": is_text,
    "STRING": is_text,
    "MAP<VARCHAR, VARCHAR>": lambda value: isinstance(value, dict),
    "MAP<STRING, STRING>": lambda value: isinstance(value, dict),
}


def fits(type_name, value):
    items = LIST.match(type_name)
    if items:
        return isinstance(value, list) and all(fits(items[1], item) for item in value)
    return FITS[type_name](value)
