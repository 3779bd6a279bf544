# SPDX-License-Identifier: Apache-2.0
"""What `weir -format bin` writes, and how its fields compare with those of the JSON records.

A record in normal form is a dictionary without the fields that protobuf leaves out: numbers,
names of enumerators, texts, octets in hex, lists, and elements as a dictionary of texts.
"""

import json
import pathlib
import re
import subprocess
import tempfile
from collections import namedtuple

import capture_file
import replay

TESTS = pathlib.Path(__file__).parent
POOLS = TESTS / "subscribers" / "mixed.yaml"
FIELD = re.compile(r"^  (optional |repeated |)(\w+|map<\w+, \w+>) (\w+) = (\d+);$", re.MULTILINE)
INTEGERS = ("uint32", "uint64")
ZEROS = (0, "", [], {}, "FLOWUNKNOWN")

Field = namedtuple("Field", "label type name number")
Source = namedtuple("Source", "name options run")  # run(weir, options): what weir prints


class Number(str):
    """A number of JSON, as it is written."""


def varint(value):
    octets = bytearray()
    while value >= 0x80:
        octets.append(value & 0x7F | 0x80)
        value >>= 7
    octets.append(value)
    return bytes(octets)


def read_varint(octets, at):
    """The number at a place, and where it ends."""
    value = shift = 0
    while octets[at] & 0x80:
        value |= (octets[at] & 0x7F) << shift
        at, shift = at + 1, shift + 7
    return value | octets[at] << shift, at + 1


def split(octets):
    """The messages, each with its length."""
    at = 0
    while at < len(octets):
        length, begin = read_varint(octets, at)
        if begin + length > len(octets):
            raise ValueError(f"the message at octet {at} is cut")
        yield octets[at : begin + length]
        at = begin + length


def schema(weir, sets="all"):
    """The .proto file that weir prints, and its fields by name."""
    text = subprocess.run(
        [weir, "schema", "-fields", sets, "proto"], capture_output=True, text=True, check=True
    ).stdout
    fields = [Field(label.strip(), *rest) for label, *rest in FIELD.findall(text)]
    return text, {field.name: field for field in fields}


def of_case(path):
    case = capture_file.read_case(path)
    return Source(
        path.stem,
        case.options,
        lambda weir, options: replay.run_datagrams(
            weir, options, case.datagrams, replay.run_octets
        )[0],
    )


def of_capture(path):
    return Source(
        path.stem, [], lambda weir, options: replay.run_octets(weir, options, path)[0]
    )


def sources():
    """All golden cases that make flows, and all captures."""
    cases = map(of_case, sorted((TESTS / "golden").rglob("*.hex")))
    yield from (case for case in cases if not {"-produce", "-records"} & {*case.options})
    yield from map(of_capture, sorted((TESTS / "captures").glob("*.pcap")))


def plain_mapping(fields):
    """A mapping file by which JSON has what protobuf has: numbers, and octets in hex."""
    lines = [f"    {name}: none\n" for name, field in fields.items() if field.type != "string"]
    return "formatter:\n  render:\n" + "".join(lines)


def run(weir, source, fields, sets="all"):
    """The JSON records of a source in normal form, and its messages."""
    options = [*source.options, "-fields", sets, "-subscribers", str(POOLS)]
    with tempfile.NamedTemporaryFile("w", suffix=".yaml") as mapping:
        mapping.write(plain_mapping(fields))
        mapping.flush()
        lines = source.run(weir, [*options, "-mapping", mapping.name]).splitlines()
    messages = source.run(weir, [*options, "-format", "bin", "-transport.file.sep="])
    return [of_json(line, fields) for line in lines], list(split(messages))


# --- JSON ---


def of_json(line, fields):
    record = json.loads(line, parse_int=Number, parse_float=Number)
    return tidy({name: json_value(value, fields, name) for name, value in record.items()}, fields)


def json_value(value, fields, name):
    if isinstance(value, dict):
        texts = {key: json_text(item) for key, item in value.items()}
        return {key: text for key, text in texts.items() if text is not None}
    if isinstance(value, list):
        return [json_value(item, fields, name) for item in value]
    if isinstance(value, Number):
        return float(value) if fields[name].type == "double" else int(value)
    return value


def json_text(value):
    """An element of JSON as the text that it is in protobuf; None for null."""
    if isinstance(value, list):
        return "[" + ",".join(map(json_item, value)) + "]"
    if isinstance(value, bool):
        return "true" if value else "false"
    return value


def json_item(value):
    return str(value) if isinstance(value, Number) else json.dumps(value, ensure_ascii=False)


def tidy(record, fields):
    """Without zeros, but where a field is optional: there they are values."""
    return {
        name: value
        for name, value in record.items()
        if value is not None and (is_optional(fields, name) or value not in ZEROS)
    }


def is_optional(fields, name):
    return name not in fields or fields[name].label == "optional"


# --- The comparison ---


def uncut(record):
    """The fields that JSON has whole, and those that it says it has cut."""
    flagged = {name[: -len("_truncated")] for name in record if name.endswith("_truncated")}
    whole = {
        name: value
        for name, value in record.items()
        if name not in flagged and not name.endswith("_truncated")
    }
    return whole, flagged


def differences(expected, found):
    """The fields of two records that differ.  What JSON cuts, protobuf may have more of."""
    whole, flagged = uncut(expected)
    if any(name.endswith("_truncated") for name in expected.get("elements", ())):
        flagged.add("elements")
    for name in sorted({*whole, *found} - flagged):
        if whole.get(name) != found.get(name):
            yield f"{name}: JSON has {whole.get(name)!r}, protobuf {found.get(name)!r}"
    for name in sorted(flagged - {"elements"}):
        if not found.get(name, "").startswith(expected[name]):
            yield f"{name}: protobuf does not begin as JSON does"


def compare(name, expected, found):
    """What is wrong with the records of a source, the first of them only."""
    if len(expected) != len(found):
        return [f"{name}: {len(expected)} JSON records, {len(found)} messages"]
    for number, (record, message) in enumerate(zip(expected, found), 1):
        wrong = [f"{name}, record {number}: {text}" for text in differences(record, message)]
        if wrong:
            return wrong
    return []


def check(weir, decode, sets="all"):
    """Holds all sources to their JSON; decode(proto, fields, messages) gives the records in
    normal form.  Returns the exit code."""
    proto, fields = schema(weir, sets)
    expected, messages = [], []
    for source in sources():
        records, of_source = run(weir, source, fields, sets)
        expected.append((source.name, records, len(of_source)))
        messages += of_source
    found = iter(decode(proto, fields, messages))
    faults = []
    for name, records, count in expected:
        faults += compare(name, records, [tidy(next(found), fields) for _ in range(count)])
    print("\n".join(faults))
    print(f"{len(expected)} sources, {len(messages)} messages, {len(faults)} faults")
    return 1 if faults or not messages else 0
