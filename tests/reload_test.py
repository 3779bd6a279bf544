#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Reloads: what is right is taken by a running collector, what is broken leaves it as it is.

The broken files are those of config_test.py and mapping_test.py, each put in the place of the good
one that the collector was started with.
"""

import argparse
import os
import pathlib
import signal
import subprocess
import sys
import tempfile
import time

import config_test
import mapping_test
import ports

PATIENCE = 60  # s


class Collector:
    """weir with its two files in a folder, and its log."""

    def __init__(self, weir, folder, mapping):
        self.config = pathlib.Path(folder, "weir.yaml")
        self.mapping = pathlib.Path(folder, "mapping.yaml")
        self.ports = str(ports.free()), str(ports.free())
        self.good = self.to_run(config_test.EXAMPLE) + f"mapping: {self.mapping}\n"
        self.config.write_text(self.good, encoding="utf-8")
        self.mapping.write_text(mapping, encoding="utf-8")
        self.log = open(os.path.join(folder, "log"), "w+b")
        command = [weir, "-addr=", "-config", str(self.config), "-logfmt", "normal"]
        self.process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=self.log)

    def to_run(self, text):
        """The example, heard on ports that are free, and telling more."""
        loud = text.replace("loglevel: warn", "loglevel: info")
        return loud.replace("6343", self.ports[0]).replace("2055", self.ports[1])

    def count(self, text):
        return pathlib.Path(self.log.name).read_bytes().count(text.encode())

    def wait_for(self, text, n):
        end = time.monotonic() + PATIENCE
        while self.count(text) < n:
            if time.monotonic() > end or self.process.poll() is not None:
                return False
            time.sleep(0.002)
        return True

    def reload(self, path, octets):
        path.write_bytes(octets)
        self.process.send_signal(signal.SIGHUP)

    def close(self):
        self.process.terminate()
        try:
            return self.process.wait(PATIENCE)
        except subprocess.TimeoutExpired:
            self.process.kill()
            return None
        finally:
            self.log.close()


def faults_of_broken(collector, path, octets, name):
    """Each is refused, and then nothing has changed."""
    refused = collector.count("msg=\"not reloaded")
    for n, broken in enumerate(octets, refused + 1):
        collector.reload(path, broken)
        if not collector.wait_for("msg=\"not reloaded", n):
            yield f"{name}: not refused:\n{broken.decode(errors='replace')}"
            return
    if collector.count("msg=reloaded"):
        yield f"{name}: one of the broken files was taken"


def faults_of_good(collector):
    collector.reload(collector.config, collector.good.replace("time: 30s", "time: 10s").encode())
    if not collector.wait_for("msg=reloaded", 1):
        yield "a good file is not taken after the bad ones"
    if collector.count("next start only"):
        yield "an option that a reload changes is said to wait for the next start"
    collector.reload(collector.config, collector.good.replace('sep: "\\n"', "sep: x").encode())
    if not collector.wait_for("options=transport.file.sep", 1):
        yield "an option that waits for the next start is not named"


def faults_of(collector, good_mapping):
    if not collector.wait_for("starting collection", 1):
        yield "the collector does not start"
        return
    configs = [collector.to_run(text).encode() for text in config_test.mutants()]
    yield from faults_of_broken(collector, collector.config, configs, "configuration")
    collector.config.write_text(collector.good, encoding="utf-8")
    mappings = [text.encode("utf-8", "surrogateescape") for text in mapping_test.mutants()]
    yield from faults_of_broken(collector, collector.mapping, mappings, "mapping")
    collector.mapping.write_text(good_mapping, encoding="utf-8")
    yield from faults_of_good(collector)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--weir", required=True, help="the program under test")
    weir = parser.parse_args().weir
    mapping = (mapping_test.FOLDER / "shipped.yaml").read_text(encoding="utf-8")
    with tempfile.TemporaryDirectory() as folder:
        collector = Collector(weir, folder, mapping)
        try:
            faults = list(faults_of(collector, mapping))
        finally:
            status = collector.close()
    if status != 0:
        faults.append(f"the collector ended with {status}")
    print("\n".join(faults))
    print(f"{config_test.MUTANTS + mapping_test.MUTANTS} broken files, {len(faults)} faults")
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
