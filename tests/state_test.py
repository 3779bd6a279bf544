#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""What weir remembers of exporters over a SIGKILL, and what becomes of a damaged state file.

The exporters here send their templates and options once.  Each case starts weir, sends, kills it,
starts it again, and sends one more data set.
"""

import argparse
import json
import os
import pathlib
import random
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request

import ports
from hostile.octets import *

PATIENCE = 60  # s
FIELDS = "goflow2,in_if_name,application_name"
FLOW = "8/4 12/4 10/4 2/4 1/4 95/4"
RECORD = bytes((10, 0, 0, 1)) + bytes((10, 0, 0, 2)) + u32(7, 10, 1000) + bytes((3, 0, 0, 80))
RATE = u32(1) + u32(512)
INTERFACE = u32(7) + b"ge-0/0/7\0\0"
APPLICATION = bytes((3, 0, 0, 80)) + b"http\0\0\0\0"
WANTED = {"sampling_rate": 512, "in_if_name": "ge-0/0/7", "application_name": "http", "bytes": 1000}

# What is sent before the kill, and the data set behind it, by protocol.
EXPORTERS = {
    "NetFlow v9": (
        [
            v9(v9_templates(template(256, FLOW)), sequence=1),
            v9(v9_options(257, "1/4", "34/4"), flow_set(257, RATE), sequence=2),
            v9(v9_options(258, "2/4", "82/10"), flow_set(258, INTERFACE), sequence=3),
            v9(v9_options(259, "1/4", "95/4 96/8"), flow_set(259, u32(1) + APPLICATION), sequence=4),
        ],
        v9(flow_set(256, RECORD), sequence=5),
    ),
    "IPFIX": (
        [
            ipfix(ipfix_templates(template(256, FLOW))),
            ipfix(ipfix_options(257, "149/4 305/4"), flow_set(257, RATE)),
            ipfix(ipfix_options(258, "10/4 82/10"), flow_set(258, INTERFACE), sequence=1),
            ipfix(ipfix_options(259, "95/4 96/8"), flow_set(259, APPLICATION), sequence=2),
        ],
        ipfix(flow_set(256, RECORD), sequence=3),
    ),
}

# As goflow2 3 writes its templates.
GOFLOW2 = {
    "127.0.0.1:2055": {
        "10/1/256": {
            "template-id": 256,
            "field-count": 2,
            "fields": [
                {"pen-provided": False, "type": 8, "length": 4, "pen": 0},
                {"pen-provided": False, "type": 1, "length": 4, "pen": 0},
            ],
        }
    }
}


class Weir:
    """A collector with a state file, in a folder that outlives it."""

    def __init__(self, program, folder, *options):
        self.folder = pathlib.Path(folder)
        self.port, self.http = ports.free(), ports.free()
        other = ports.free()  # so that two workers may hear the exporter
        self.records = self.folder / "records"
        self.log_path = self.folder / "log"
        log = open(self.log_path, "ab")
        command = [
            program,
            "-listen",
            f"netflow://127.0.0.1:{self.port}?count=2,flow://127.0.0.1:{other}?count=3",
            *("-addr", f"127.0.0.1:{self.http}", "-fields", FIELDS),
            *("-transport.file", str(self.records)),
            *("-templates.json.path", str(self.folder / "state"), "-templates.json.interval=0"),
            *options,
        ]
        self.process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stderr=log)
        log.close()

    def __enter__(self):
        try:
            self.wait(lambda: self.get("/readyz") is not None)
        except BaseException:
            self.__exit__()
            raise
        return self

    def __exit__(self, *_):
        self.process.kill()
        self.process.wait()

    def wait(self, condition):
        end = time.monotonic() + PATIENCE
        while not condition():
            if time.monotonic() > end or self.process.poll() is not None:
                raise AssertionError(f"waited in vain\n{self.log_path.read_text()}")
            time.sleep(0.02)

    def get(self, path):
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{self.http}{path}", timeout=PATIENCE) as answer:
                return answer.read().decode()
        except OSError:
            return None

    def templates(self):
        return json.loads(self.get("/templates") or "{}")

    def send(self, *datagrams):
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as out:
            for datagram in datagrams:
                out.sendto(datagram, ("127.0.0.1", self.port))
                time.sleep(0.01)

    def lines(self):
        return self.records.read_text().splitlines() if self.records.exists() else []

    def end(self, number):
        self.process.send_signal(number)
        return self.process.wait(PATIENCE)


def saved(folder, text):
    path = pathlib.Path(folder, "state")
    return path.exists() and text in path.read_text(encoding="utf-8")


def faults_of_a_kill(program, name, before, after):
    with tempfile.TemporaryDirectory() as folder:
        with Weir(program, folder) as weir:
            weir.send(*before)
            weir.wait(lambda: saved(folder, b"http".hex()))
            weir.end(signal.SIGKILL)
        with Weir(program, folder) as weir:
            weir.send(after)
            weir.wait(weir.lines)
            record = json.loads(weir.lines()[0])
            found = {field: record.get(field) for field in WANTED}
            if found != WANTED:
                yield f"{name}: {found} after the restart"
            if weir.end(signal.SIGTERM) != 0:
                yield f"{name}: ended badly"
        if oct(os.stat(weir.folder / "state").st_mode)[-3:] != "600":
            yield f"{name}: others may read the file"


def faults_of_an_end(program):
    """What came last is saved by a weir that is asked to end, and three times over stays the same."""
    with tempfile.TemporaryDirectory() as folder:
        with Weir(program, folder, "-templates.json.interval=1h") as weir:
            weir.send(EXPORTERS["IPFIX"][0][0])
            weir.wait(weir.templates)
            first = weir.templates()
            weir.end(signal.SIGTERM)
        for _ in range(3):
            with Weir(program, folder, "-templates.json.interval=1h") as weir:
                if weir.templates() != first:
                    yield f"{first} became {weir.templates()}"
                weir.end(signal.SIGTERM)


def faults_of_the_page(program):
    """/templates as goflow2 prints it."""
    with tempfile.TemporaryDirectory() as folder, Weir(program, folder) as weir:
        if weir.get("/templates") != "{}":
            yield f"the page is {weir.get('/templates')!r} at first"
        weir.send(*EXPORTERS["IPFIX"][0], EXPORTERS["NetFlow v9"][0][1])
        weir.wait(lambda: "9/1/257" in str(weir.templates()))
        (exporter,) = weir.templates()
        templates = weir.templates()[exporter]
        if list(templates) != ["10/1/256", "10/1/257", "10/1/258", "10/1/259", "9/1/257"]:
            yield f"templates are {list(templates)}"
        if not exporter.startswith("127.0.0.1:"):
            yield f"the exporter is {exporter}"
        if templates["9/1/257"] != {
            "template-id": 257,
            "scope-length": 4,
            "option-length": 4,
            "scopes": [{"pen-provided": False, "type": 1, "length": 4, "pen": 0}],
            "options": [{"pen-provided": False, "type": 34, "length": 4, "pen": 0}],
        }:
            yield f"v9's options template is {templates['9/1/257']}"
        members = ["template-id", "field-count", "scope-field-count", "options", "scopes"]
        if list(templates["10/1/257"]) != members:
            yield f"IPFIX's options template is {templates['10/1/257']}"
        if weir.get("/templates") != json.dumps(weir.templates(), indent=2):
            yield f"the page is laid out as {weir.get('/templates')}"


def crc32c(octets):
    crc = 0xFFFFFFFF
    for octet in octets:
        crc ^= octet
        for _ in range(8):
            crc = crc >> 1 ^ (0x82F63B78 if crc & 1 else 0)
    return crc ^ 0xFFFFFFFF


def damaged(text, dice):
    """Files that a crash or a careless hand may leave."""
    yield b""
    yield b"{}x"
    yield b"\0" * 100
    yield b"[]\n"
    for _ in range(4):
        yield text[: dice.randrange(1, len(text))]
    for _ in range(4):
        at = dice.randrange(len(text))
        yield text[:at] + bytes([text[at] ^ 1 << dice.randrange(8)]) + text[at + 1 :]


def state_of_ipfix(program, folder):
    """The state file of a weir that was told templates and names, and ended."""
    with Weir(program, folder) as weir:
        weir.send(*EXPORTERS["IPFIX"][0])
        weir.wait(lambda: saved(folder, b"http".hex()))
        weir.end(signal.SIGTERM)
    return pathlib.Path(folder, "state")


def faults_of_damage(program):
    """Each file is set aside, weir says so once, and runs with nothing."""
    with tempfile.TemporaryDirectory() as folder:
        state = state_of_ipfix(program, folder)
        files = list(damaged(state.read_bytes(), random.Random(7011)))
        for bad in files:
            state.write_bytes(bad)
            with Weir(program, folder) as weir:
                if weir.templates():
                    yield f"templates of a damaged file: {bad!r}"
            aside = [path for path in state.parent.iterdir() if "damaged" in path.name]
            if [path.read_bytes() for path in aside] != [bad]:
                yield f"not set aside: {bad!r}"
            for path in aside:
                path.unlink()
        if weir.log_path.read_text().count("the state file cannot be used") != len(files):
            yield "not one line in the log for each damaged file"


def faults_of_one_line(program):
    """What is not understood of a file that is whole costs itself alone, and weir says so."""
    with tempfile.TemporaryDirectory() as folder:
        state = state_of_ipfix(program, folder)
        text = state.read_bytes()
        lines = text[: text.rindex(b"\n", 0, -1) + 1].replace(b'"id_len":8', b'"id_len":17', 1)
        state.write_bytes(lines + b'{"crc32c":"%08x"}\n' % crc32c(lines))
        with Weir(program, folder) as weir:
            weir.send(EXPORTERS["IPFIX"][1])
            weir.wait(weir.lines)
            if json.loads(weir.lines()[0])["application_name"] != "http":
                yield f"one thing told cost others: {weir.lines()[0]}"
            if "restored in part" not in weir.log_path.read_text():
                yield "not told that some of the file was not taken"


def faults_of_a_bad_place(program):
    """Where nothing can be written weir says so, and goes on."""
    with tempfile.TemporaryDirectory() as folder:
        path = pathlib.Path(folder, "missing", "state")
        with Weir(program, folder, "-templates.json.path", str(path)) as weir:
            weir.send(EXPORTERS["IPFIX"][0][0])
            weir.wait(lambda: "cannot write the state file" in weir.log_path.read_text())
            path.parent.mkdir()
            weir.wait(lambda: "can be written again" in weir.log_path.read_text())
            if weir.end(signal.SIGTERM) != 0 or not path.exists():
                yield "a folder that was missing for a while"


def faults_of_goflow2s_file(program):
    with tempfile.TemporaryDirectory() as folder:
        pathlib.Path(folder, "state").write_text(json.dumps(GOFLOW2))
        with Weir(program, folder) as weir:
            weir.send(ipfix(flow_set(256, bytes((10, 0, 0, 9)) + u32(77))))
            weir.wait(weir.lines)
            record = json.loads(weir.lines()[0])
            if (record["src_addr"], record["bytes"]) != ("10.0.0.9", 77):
                yield f"goflow2's file gives {record}"


AGE = ("-templates.ttl=2s", "-templates.sweep-interval=500ms")
USED = 3  # s
ATTEMPTS = 5  # to use a template all the time, on a machine that may stand still for its life


def faults_of_age(program):
    """Templates that are not refreshed are swept out; those in use may stay."""
    with tempfile.TemporaryDirectory() as folder, Weir(program, folder, *AGE) as weir:
        weir.send(ipfix(ipfix_templates(template(256, FLOW)), flow_set(256, RECORD)))
        weir.wait(weir.lines)
        weir.wait(lambda: "10/1/256" not in str(weir.templates()))
    if not any(stays_while_used(program) for _ in range(ATTEMPTS)):
        yield "a template in use was swept out"


def stays_while_used(program):
    options = (*AGE, "-templates.ttl.extend-on-access")
    with tempfile.TemporaryDirectory() as folder, Weir(program, folder, *options) as weir:
        weir.send(EXPORTERS["IPFIX"][0][0])
        end = time.monotonic() + USED
        while time.monotonic() < end:
            weir.send(EXPORTERS["IPFIX"][1])
        return "10/1/256" in str(weir.templates())


CHECKS = (
    faults_of_an_end,
    faults_of_the_page,
    faults_of_damage,
    faults_of_one_line,
    faults_of_a_bad_place,
    faults_of_goflow2s_file,
    faults_of_age,
)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--weir", required=True, help="the program under test")
    program = parser.parse_args().weir
    faults = []
    for name, (before, after) in EXPORTERS.items():
        faults += faults_of_a_kill(program, name, before, after)
    for check in CHECKS:
        faults += check(program)
    print("\n".join(faults))
    print(f"{len(faults)} faults")
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
