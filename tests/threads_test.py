#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""All threads at once: workers under load, reloads, files reopened, HTTP readers, and the end.

A thread sanitizer must have nothing to say (./dev test --full builds the program with it); with any
other build it is a test of the same things that nothing breaks.  Each row of SCENES is a run.
"""

import argparse
import http.client
import itertools
import os
import pathlib
import signal
import subprocess
import sys
import tempfile
import threading
import time
import urllib.request

import kafka_fixture
import ports
from soak_test import Sender

SECONDS = 8  # a scene, at least; more in ./dev test --full
PAGES_READ = 10  # at least
WORKERS = 4
RATE = 200  # datagrams a second: hostile ones are many records
PATIENCE = 60
PAGES = ("/metrics", "/templates", "/readyz", "/livez", "/__health", "/nothing")
SIGNALS = (signal.SIGHUP, signal.SIGUSR1, signal.SIGHUP, signal.SIGUSR2)
PAUSE = 0.15  # seconds between two signals
FULL = "WEIR_FULL" in os.environ

# What a reload changes, in turn; the last is refused.
CONFIGURATIONS = (
    "fields: all\nloglevel: info\n",
    "fields: goflow2\nmapping: MAPPING\nallow: 127.0.0.0/8\nexporter:\n  strangers: 100\n",
    "fields: stream\ntunnels: vxlan,gtpu\nhold:\n  sets: 2\ntemplates:\n  max: 20\n",
    "fields: nothing that there is\n",
)

SCENES = {
    # name: options; FOLDER, BROKERS are replaced
    "file": ["-transport", "file", "-transport.file", "FOLDER/flows"],
    "pipe": ["-transport", "stdout", "-format", "bin"],
    "kafka": ["-transport", "kafka", "-transport.kafka.brokers", "BROKERS",
              "-transport.kafka.policy", "spool", "-transport.kafka.spool.path", "FOLDER/spool"],
}  # fmt: skip


class Exporters(Sender):
    """Sends also when nobody listens any more."""

    def send(self):
        try:
            super().send()
        except ConnectionRefusedError:
            self.sent += 1


class Reader(threading.Thread):
    """Reads pages until it is told to stop."""

    def __init__(self, port):
        super().__init__()
        self.port = port
        self.ended = threading.Event()
        self.read = 0

    def run(self):
        for page in itertools.cycle(PAGES):
            if self.ended.is_set():
                return
            try:
                with urllib.request.urlopen(f"http://127.0.0.1:{self.port}{page}", timeout=30) as answer:
                    self.read += len(answer.read()) > 0
            except (OSError, http.client.HTTPException):
                time.sleep(0.01)

    def stop(self):
        self.ended.set()
        self.join()


class Drain(threading.Thread):
    """Takes what stands on standard output, so that nothing is full."""

    def __init__(self, stream):
        super().__init__(daemon=True)
        self.stream = stream
        self.start()

    def run(self):
        while self.stream.read(1 << 16):
            pass


class Scene:
    def __init__(self, weir, folder, options):
        self.folder = pathlib.Path(folder)
        self.port, self.page_port = ports.free(), ports.free()
        self.configure(0)
        self.log = self.folder / "log"
        with open(self.log, "wb") as log:
            self.process = subprocess.Popen(
                [
                    *(weir, "-config", str(self.folder / "weir.yaml"), "-stats"),
                    *("-listen", f"flow://127.0.0.1:{self.port}?count={WORKERS}"),
                    *("-addr", f"127.0.0.1:{self.page_port}", "-err.cnt", "1"),
                    *("-templates.json.path", str(self.folder / "state")),
                    *("-templates.json.interval", "1s", "-templates.sweep-interval", "1s"),
                    *("-quarantine", str(self.folder / "q.pcap"), *options),
                ],
                stdout=subprocess.PIPE,
                stderr=log,
            )
        Drain(self.process.stdout)

    def configure(self, n):
        mapping = pathlib.Path(__file__).parent / "mapping" / "shipped.yaml"
        text = CONFIGURATIONS[n % len(CONFIGURATIONS)].replace("MAPPING", str(mapping))
        fresh = self.folder / "weir.yaml.new"
        fresh.write_text(text, encoding="utf-8")
        fresh.rename(self.folder / "weir.yaml")

    def move_output(self, n):
        for name in ("flows", "q.pcap"):
            path = self.folder / name
            if path.exists():
                path.rename(self.folder / f"{name}.{n % 3}")

    def disturb(self, seconds, readers):
        """For so long, and until something has come of it."""
        begin = time.monotonic()
        for n, number in enumerate(itertools.cycle(SIGNALS)):
            passed = time.monotonic() - begin
            late = passed > seconds + PATIENCE or self.process.poll() is not None
            if late or passed > seconds and self.has_been_disturbed(readers):
                return
            self.configure(n)
            self.move_output(n)
            self.process.send_signal(number)
            time.sleep(PAUSE)

    def has_been_disturbed(self, readers):
        pages = sum(reader.read for reader in readers)
        return pages >= PAGES_READ and "msg=reloaded" in self.log.read_text(errors="replace")

    def run(self, seconds):
        if not kafka_fixture.eventually(lambda: ports.bound(self.port) == WORKERS):
            raise AssertionError(self.log.read_text())
        readers = [Reader(self.page_port) for _ in range(3)]
        others = [Exporters(self.port, RATE / 2), Exporters(self.port, RATE / 2), *readers]
        for other in others:
            other.start()
        self.disturb(seconds, readers)
        self.process.send_signal(signal.SIGTERM)
        try:
            code = self.process.wait(PATIENCE)
        except subprocess.TimeoutExpired:
            code = "none: it goes on"
        for other in others:
            other.stop()
        return code, sum(reader.read for reader in readers)


def wrong(weir, options, brokers):
    with tempfile.TemporaryDirectory() as folder:
        given = [word.replace("FOLDER", folder).replace("BROKERS", brokers) for word in options]
        scene = Scene(weir, folder, given)
        try:
            code, pages = scene.run(60 if FULL else SECONDS)
        finally:
            scene.process.kill()
        log = scene.log.read_text(errors="replace")
        if code != 0 or "Sanitizer" in log or "runtime error" in log:
            yield f"exit {code}\n{told(log)}"
        if pages < PAGES_READ:
            yield f"{pages} pages read"
        if "msg=reloaded" not in log:
            yield f"nothing was reloaded\n{log[-2000:]}"


def told(log):
    """What a sanitizer says, or else the end of the log."""
    begin = log.find("=====")
    return log[begin : begin + 8000] if begin >= 0 else log[-3000:]


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--weir", required=True, help="the program under test")
    parser.add_argument("--mock", required=True, help="the program that is a cluster")
    parser.add_argument("--preload", help="a library for it, and for the cluster")
    parser.add_argument("scenes", nargs="*", default=SCENES)
    given = parser.parse_args()
    os.environ.setdefault("TSAN_OPTIONS", "second_deadlock_stack=1")
    if given.preload:
        os.environ["LD_PRELOAD"] = given.preload
    faults = []
    with kafka_fixture.Kafka(given.mock) as kafka:
        for name in given.scenes:
            faults += [f"{name}: {fault}" for fault in wrong(given.weir, SCENES[name], kafka.brokers)]
    print("\n".join(faults))
    print(f"{len(given.scenes)} scenes, {len(faults)} faults")
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
