# SPDX-License-Identifier: Apache-2.0
"""The tables of fields that records beside flows have, read from their sources, and docs/records.md
made of them and of the golden cases."""

import collections
import pathlib
import re

ROOT = pathlib.Path(__file__).parent.parent
GOLDEN = ROOT / "tests" / "golden"
DOCUMENT = ROOT / "docs" / "records.md"
FIELDS = ROOT / "lib" / "report" / "fields.def"
COUNTERS = ROOT / "decoders" / "sflow_counters.def"
FAULTS = ROOT / "lib" / "decode_error.def"
FLOWS = ROOT / "lib" / "flow_fields.def"

FORMS = {
    "NUMBER": "number",
    "FLOAT": "number with a fraction",
    "TEXT": "text",
    "OCTETS": "hex",
    "ADDR": "address",
    "MAC": "MAC address",
    "ID": "16 hex digits",
}
# How counters lie on the wire, and how they are written.
COUNTER_FORMS = {
    "U8": "NUMBER",
    "U32": "NUMBER",
    "U64": "NUMBER",
    "FLOAT": "FLOAT",
    "TEXT": "TEXT",
    "UUID": "OCTETS",
    "MAC": "MAC",
    "MACS": "MAC",
}
# The kinds of flows' fields that are written as these forms are.
FLOW_FORMS = {
    "U8": "NUMBER",
    "U16": "NUMBER",
    "U32": "NUMBER",
    "U64": "NUMBER",
    "COUNTER": "NUMBER",
    "TIME_MS": "NUMBER",
    "ADDR": "ADDR",
    "MAC": "MAC",
    "TEXT": "TEXT",
    "NAME": "TEXT",
    "TYPE": "TEXT",
    "OCTETS": "OCTETS",
}
AS_IN_FLOWS = {"record_id": "ID"}  # octets there, a number here: 16 hex digits both

Field = collections.namedtuple("Field", "name form unit text group")
Structure = collections.namedtuple("Structure", "name number title fields")

WIDTH = 116  # of the examples
STRINGS = r'"([^"]*)", "([^"]*)"'


def fields():
    group = "Of all kinds"
    for line in FIELDS.read_text(encoding="utf-8").splitlines():
        if title := re.fullmatch(r"/\* (?!clang)(.*)\. \*/", line):
            group = title[1]
        if row := re.fullmatch(rf"REPORT_FIELD\((\w+), (\w+), {STRINGS}\)", line):
            yield Field(*row.groups(), group)


def structures():
    found = []
    for line in COUNTERS.read_text(encoding="utf-8").splitlines():
        if head := re.fullmatch(r'SFLOW_COUNTERS\((\w+), (.+), "(.*)"\)', line):
            found.append(Structure(*head.groups(), []))
        if row := re.fullmatch(rf'SFLOW_COUNTER\((\w+), "(\w+)", {STRINGS}\)', line):
            kind, name, unit, text = row.groups()
            found[-1].fields.append(Field(name, COUNTER_FORMS[kind], unit, text, ""))
    return found


def faults():
    text = FAULTS.read_text(encoding="utf-8")
    for key in re.findall(r'^DECODE_ERROR\(\w+, "(\w+)"', text, re.MULTILINE):
        yield Field(f"fault_{key}", "NUMBER", "", "", "")


def forms():
    """The form of each name; of one that stands in two tables, both."""
    found = collections.defaultdict(set)
    counters = [field for structure in structures() for field in structure.fields]
    for field in [*fields(), *counters, *faults()]:
        found[field.name].add(field.form)
    return found


def flow_forms():
    text = FLOWS.read_text(encoding="utf-8")
    rows = re.findall(r'^FLOW_FIELD\(\w+, (\w+), "(\w+)"', text, re.MULTILINE)
    return {name: AS_IN_FLOWS.get(name, FLOW_FORMS.get(kind)) for kind, name in rows}


# --- The document ---


def example(case, number):
    line = (GOLDEN / f"{case}.jsonl").read_text(encoding="utf-8").splitlines()[int(number) - 1]
    pairs = re.findall(r'"\w+":(?:"(?:[^"\\]|\\.)*"|[^",{}]+),?', line)
    rows = [""]
    for pair in pairs:
        if len(rows[-1]) + len(pair) > WIDTH:
            rows.append("")
        rows[-1] += pair
    assert "{" + "".join(rows) + "}" == line
    return "```json\n{\n" + "\n".join(f"  {row}" for row in rows) + "\n}\n```"


def table_of_fields():
    groups = collections.defaultdict(list)
    for field in fields():
        unit = f", {field.unit}" if field.unit else ""
        row = f"| `{field.name}` | {FORMS[field.form]}{unit} | {field.text} |"
        groups[field.group].append(row)
    return "\n\n".join(
        f"{group}:\n\n| field | is | meaning |\n|-|-|-|\n" + "\n".join(rows)
        for group, rows in groups.items()
    )


def shown_number(number):
    enterprise = re.fullmatch(r"\((\d+) << 12\) \+ (\d+)", number)
    return f"{enterprise[1]}:{enterprise[2]}" if enterprise else number


def shown_counter(field):
    if field.name.endswith(field.text.replace(" ", "_")):
        return f"`{field.name}`" + (f" ({field.unit})" if field.unit else "")
    unit = f"{field.unit}, " if field.unit and field.unit not in field.text else ""
    return f"`{field.name}` ({unit}{field.text})"


def table_of_counters():
    rows = (
        f"| {shown_number(s.number)} | {s.title} | {'; '.join(map(shown_counter, s.fields))} |"
        for s in structures()
    )
    return "| format | structure | fields |\n|-|-|-|\n" + "\n".join(rows)


PARTS = (
    (r"<!-- example (\S+) (\d+) -->\n(?:```json\n.*?\n```\n)?", example),
    (r"<!-- fields -->\n(?:\n.*?\n)?(?=\n## )", table_of_fields),
    (r"<!-- counters -->\n(?:\n.*)?\Z", table_of_counters),
)


def renewed(text):
    """The document, with what is made of the sources behind each of its marks."""
    for mark, make in PARTS:
        text = re.sub(mark, lambda found, make=make: part(found, make), text, flags=re.DOTALL)
    return text


def part(found, make):
    mark = found[0].partition("\n")[0]
    blank = "" if found.groups() else "\n"
    return f"{mark}\n{blank}{make(*found.groups())}\n"
