# SPDX-License-Identifier: Apache-2.0
"""Schemas as they are printed: the cases of cases.txt beside the files of expected/.

A line of cases.txt is the name of the file and the arguments of `weir schema`.  @kinds is a list
with one field of each kind, @mapping the file mapping.yaml.
"""

import difflib
import pathlib
import re
import shlex
import subprocess

HERE = pathlib.Path(__file__).parent
ROOT = HERE.parents[1]
FIELDS = ROOT / "docs" / "fields.md"
ROW = re.compile(r'^FLOW_FIELD\(\w+, (\w+), "(\w+)"', re.MULTILINE)
KIND = re.compile(r"^    X\((\w+), [\w ]+[\w *]*\)", re.MULTILINE)


def rows():
    """The fields of the table: kind and key."""
    return ROW.findall((ROOT / "lib" / "flow_fields.def").read_text(encoding="utf-8"))


def one_of_each_kind():
    first = {}
    for kind, key in rows():
        first.setdefault(kind, key)
    return first


def cases():
    kinds, mapping = ",".join(one_of_each_kind().values()), str(HERE / "mapping.yaml")
    for line in (HERE / "cases.txt").read_text(encoding="utf-8").splitlines():
        if line and not line.startswith("#"):
            line = line.replace("@kinds", kinds).replace("@mapping", mapping)
            name, *arguments = shlex.split(line)
            yield name, arguments


def printed(weir, arguments):
    """What weir prints, on both channels, without what changes by itself."""
    done = subprocess.run(
        [weir, "schema", *arguments], capture_output=True, text=True, check=False, timeout=60
    )
    text = done.stdout + done.stderr
    return re.sub(r"weir \d+\.\d+\.\d+", "weir VERSION", text).replace(str(HERE) + "/", "")


def settle(path, found, update):
    """Compares with the file, or rewrites it."""
    if update:
        path.write_text(found, encoding="utf-8")
    expected = path.read_text(encoding="utf-8") if path.exists() else ""
    if expected != found:
        lines = expected.splitlines(), found.splitlines()
        yield "\n".join(difflib.unified_diff(*lines, str(path), "printed", lineterm=""))


def check_cases(weir, update):
    for name, arguments in cases():
        text = printed(weir, arguments)
        yield from settle(HERE / "expected" / name, text, update)
        if "(null)" in text:
            yield f"{name}: the target has no word for a kind of field"


def check_reference(weir, update):
    """docs/fields.md is what weir prints, and has all fields."""
    text = printed(weir, ["markdown"])
    if any(settle(FIELDS, text, update)):
        yield "docs/fields.md is not what `weir schema markdown` prints: ./dev golden renews it"
    for _, key in rows():
        if f"\n| `{key}` | " not in text:
            yield f"docs/fields.md has no row {key}"
