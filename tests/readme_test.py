#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The pipelines of README.md and docker/README.md, run as they stand there: JSON has to come out.

A pipeline is a fenced block with a line that pipes into another program, or such a command in a
table.  It runs in a network namespace of its own, so that its ports are free, with a capture sent
to it again and again; names that stand for the reader's own (kafka:9092, capture.pcap) are
replaced.
Prints a line each: ok, FAIL, or not run with the reason.
"""

import argparse
import contextlib
import dataclasses
import json
import os
import pathlib
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time

ROOT = pathlib.Path(__file__).resolve().parent.parent
sys.path.insert(1, str(ROOT / "tests/broker"))

# pylint: disable=wrong-import-position
import broker
import jars

from pipeline import Unavailable, network

DOCUMENTS = ("README.md", "docker/README.md")
FENCE = re.compile(r"^```(\w*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
INLINE = re.compile(r"`([^`\n]* \\\| [^`\n]*)`")
PIPE = re.compile(r" \| \w")
KAFKA, TOPIC = "kafka:9092", "flows"
LISTENERS = {"2055": "netflow9-softflowd.pcap", "6343": "sflow-openvswitch.pcap"}
CAPTURES = ROOT / "tests/captures"
LIMIT, STEP = 180, 0.5  # seconds for a pipeline, and between two rounds of datagrams
SKIPPED = 77
SAID = 600  # characters of what a failed pipeline says


@dataclasses.dataclass(frozen=True)
class Pipeline:
    document: str
    text: str

    def name(self):
        """Its first line that pipes."""
        line = next(line for line in self.text.splitlines() if PIPE.search(line))
        return f"{self.document}: {line.strip()}"

    def reason_not_to(self):
        """Why it cannot be run here; empty if it can."""
        if re.search(r"\bdocker\b", self.text):
            return "needs a container engine"
        wanted = re.findall(r"(?:^|\| )([a-z][\w-]*)", self.text, re.MULTILINE)
        missing = [name for name in wanted if name != "weir" and shutil.which(name) is None]
        return f"{missing[0]} is not installed" if missing else ""


def pipelines(document):
    path = ROOT / document
    text = path.read_text(encoding="utf-8") if path.exists() else ""
    blocks = [part for language, part in FENCE.findall(text) if language in ("", "sh")]
    inline = [part.replace("\\|", "|") for part in INLINE.findall(text)]
    return [Pipeline(document, part) for part in blocks + inline if PIPE.search(part)]


def values(text):
    """The JSON values that it begins with; jq may spread one over lines."""
    decoder, found, at = json.JSONDecoder(), [], 0
    while at < len(text):
        try:
            value, at = decoder.raw_decode(text, at)
        except ValueError:
            break
        found.append(value)
        at += len(text[at:]) - len(text[at:].lstrip())
    return found


class Place:
    """A folder that has what the commands name, and the program as weir."""

    def __init__(self, weir, folder, node):
        self.folder = pathlib.Path(folder)
        self.weir = weir
        self.node = node
        (self.folder / "bin").mkdir()
        (self.folder / "bin/weir").symlink_to(weir)
        (self.folder / "tests").symlink_to(ROOT / "tests")
        (self.folder / "capture.pcap").symlink_to(CAPTURES / LISTENERS["2055"])

    def command(self, text):
        """As the reader would have made it fit."""
        text = text.replace("git clone … weir && cd weir\n", "")
        text = re.sub(r"^\./dev run *(#.*)?$", "", text, flags=re.MULTILINE)
        text = text.replace("./dev run --demo", "weir -demo tests/captures")
        text = text.replace("./dev run", "weir").replace("/var/log", str(self.folder))
        return text.replace(KAFKA, self.node.address()) if self.node else text

    def run(self, pipeline):
        """Returns the values that came, and what was said beside them."""
        said = tempfile.TemporaryFile()
        with subprocess.Popen(
            ["bash", "-c", self.command(pipeline.text)],
            cwd=self.folder,
            env=os.environ | {"PATH": f"{self.folder}/bin:{os.environ['PATH']}"},
            stdout=open(self.folder / "out", "wb"),
            stderr=said,
            start_new_session=True,
        ) as process:
            found = self.wait(process)
            with contextlib.suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
        said.seek(0)
        return found, said.read().decode(errors="replace")

    def wait(self, process):
        end = time.monotonic() + LIMIT
        while time.monotonic() < end:
            ended = process.poll() is not None
            found = values((self.folder / "out").read_text(encoding="utf-8", errors="replace"))
            if found or ended:
                return found
            self.feed()
            time.sleep(STEP)
        return []

    def feed(self):
        """To whoever listens where weir does by itself."""
        for port, capture in LISTENERS.items():
            command = [self.weir, "replay", "-to", f"127.0.0.1:{port}", CAPTURES / capture]
            subprocess.run(command, capture_output=True, check=False, timeout=LIMIT)


def judge(place, pipeline):
    """True if it is well, or cannot be run."""
    reason = pipeline.reason_not_to()
    if not reason and KAFKA in pipeline.text and place.node is None:
        reason = "no broker"
    if reason:
        print(f"not run {pipeline.name()}: {reason}", flush=True)
        return True
    found, said = place.run(pipeline)
    bad = "" if found else f"\n    no JSON came out: {said[-SAID:]}"
    print(f"{'FAIL' if bad else 'ok'} {pipeline.name()}: {len(found)} values{bad}", flush=True)
    return not bad


def broker_or_nothing(stack):
    try:
        node = stack.enter_context(broker.Broker())
    except jars.Unavailable as missing:
        print(f"no broker: {missing}")
        return None
    node.create_topics({TOPIC: 1})
    return node


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--weir", required=True, type=pathlib.Path, help="the program under test")
    given = parser.parse_args()
    wanted = [pipeline for document in DOCUMENTS for pipeline in pipelines(document)]
    if not wanted:
        print("no document has a pipeline")
        return 1
    try:
        network.enter()
    except Unavailable as missing:
        print(f"SKIPPED: {missing}")
        return SKIPPED
    results = []
    with contextlib.ExitStack() as stack:
        node = broker_or_nothing(stack)
        for pipeline in wanted:
            with tempfile.TemporaryDirectory(prefix="weir-readme-") as folder:
                results.append(judge(Place(given.weir.resolve(), folder, node), pipeline))
    return 0 if all(results) else 1


if __name__ == "__main__":
    sys.exit(main())
