#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The documents tell the truth: the record in README, the names in docs/goflow2.md, the files named."""

import argparse
import fnmatch
import pathlib
import re
import subprocess
import sys

ROOT = pathlib.Path(__file__).parent.parent
FOLDERS = ("cmd", "lib", "decoders", "transports", "tests", "docker", "docs")
DOCUMENTS = sorted([*ROOT.glob("*.md"), *(path for folder in FOLDERS for path in (ROOT / folder).rglob("*.md"))])


def shown_record():
    """The command and the line of README's record, and the record itself."""
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    match = re.search(r"<!-- record: weir (.*), line (\d+) -->\n```json\n(.*)\n```", text)
    return match[1].split(), int(match[2]), match[3]


def check_record(weir):
    arguments, number, record = shown_record()
    run = subprocess.run([weir, *arguments], cwd=ROOT, capture_output=True, text=True, check=True)
    if run.stdout.splitlines()[number - 1] != record:
        yield "README.md shows another record than weir writes"


def check_differences():
    text = (ROOT / "docs" / "goflow2.md").read_text(encoding="utf-8")
    rows = (ROOT / "lib" / "compat.def").read_text(encoding="utf-8")
    for key in re.findall(r'^COMPAT\(\w+, "(\w+)"', rows, re.MULTILINE):
        if f"\n### {key}\n" not in text:
            yield f"docs/goflow2.md has no section {key}"


def options():
    """Each option of weir collect by its name, and its flags."""
    tables, prefixes = {}, {"collect_options": "", "setup_quarantine_options": "quarantine"}
    for path in sorted([*ROOT.glob("cmd/*.c"), *ROOT.glob("transports/*.c")]):
        text = path.read_text(encoding="utf-8")
        prefixes |= {table: prefix for prefix, table in re.findall(r'mount\(setup, "([\w.]*)", (\w+), ', text)}
        if path.parent.name == "transports":
            prefixes |= {name + "_options": f"transport.{name}" for name in ("file", "kafka")}
        for table, rows in re.findall(r"const struct option (\w+)\[\] = \{\n(.*?)\{0\}", text, re.DOTALL):
            tables[table] = re.findall(r'\{"([\w.-]*)",\s*OPTION_\w+,\s*(\w+)', rows)
    for table, prefix in prefixes.items():
        for name, flags in tables[table]:
            yield ".".join(filter(None, (prefix, name))), flags


def check_options():
    """What docs/configuration.md says of reloads and of the command line."""
    text = (ROOT / "docs" / "configuration.md").read_text(encoding="utf-8")
    live = re.search(r"These options change at a reload:(.*?)\. If", text, re.DOTALL)[1]
    line_only = re.search(r"may stand once\.(.*)command line only", text)[1]
    for said, flag in ((live, "OPTION_LIVE"), (line_only, "OPTION_LINE_ONLY")):
        patterns = re.findall(r"`([^`]+)`", said)
        for name, flags in options():
            if any(fnmatch.fnmatch(name, pattern) for pattern in patterns) != (flags == flag):
                yield f"docs/configuration.md and the table of options disagree whether {name} is {flag}"


def check_files():
    named = re.compile(r"`((?:" + "|".join(FOLDERS) + r")/[\w./-]+\w)`")
    for document in DOCUMENTS:
        for path in named.findall(document.read_text(encoding="utf-8")):
            if not (ROOT / path).exists():
                yield f"{document.relative_to(ROOT)} names {path}, which is not there"


def check_comments():
    """Files that comments name, from the root of the tree or from the comment's own folder."""
    comment = re.compile(r"/\*.*?\*/|//[^\n]*", re.DOTALL)
    named = re.compile(r"(?<![\w/.<])\w[\w./*-]*\.(?:c|h|def|py|sh)\b(?!\.\w)")
    suffixes = (".c", ".h", ".def")
    sources = (path for folder in FOLDERS for path in (ROOT / folder).rglob("*") if path.suffix in suffixes)
    for source in sorted(sources):
        text = "\n".join(comment.findall(source.read_text(encoding="utf-8")))
        for name in named.findall(text):
            if not any(any(folder.glob(name)) for folder in (ROOT, source.parent)):
                yield f"a comment of {source.relative_to(ROOT)} names {name}, which is not there"


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--weir", required=True, type=pathlib.Path, help="the program under test")
    arguments = parser.parse_args()
    faults = [*check_record(arguments.weir.resolve()), *check_differences(), *check_options(), *check_files(),
              *check_comments()]
    print("\n".join(faults) or "the documents are true")
    return 1 if faults else 0


sys.exit(main())
