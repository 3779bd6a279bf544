# SPDX-License-Identifier: Apache-2.0
"""weir as a child process that sends to a broker."""

import json
import os
import pathlib
import signal
import subprocess
import time
import urllib.request

import ports

START_LIMIT, STATS_LIMIT, STOP_LIMIT = 60, 60, 60  # seconds
SANITIZER = {"ASAN_OPTIONS": "quarantine_size_mb=8"}  # freed memory counts as resident
SAID = 600  # characters of its log


class NotStarted(Exception):
    """It ended before it collected."""


class Collector:
    """One port, one log and one set of options over start(), kill() and start()."""

    program = "weir"  # the tests set it

    def __init__(self, folder, address, topic, *options, environment=None):
        self.port = ports.free()
        self.http = f"127.0.0.1:{ports.free()}"
        self.log = pathlib.Path(folder) / f"{topic}.log"
        self.printed = pathlib.Path(folder) / f"{topic}.out"
        self.command = [
            *(self.program, "collect", "-listen", f"netflow://127.0.0.1:{self.port}"),
            *("-addr", self.http, "-stats"),
            *("-transport", "kafka", "-transport.kafka.brokers", address),
            *("-transport.kafka.topic", topic, *options),
        ]
        self.environment = os.environ | SANITIZER | (environment or {})
        self.pages = ""
        self.process = None
        self.started = 0  # seconds that the last start took

    def __enter__(self):
        self.start()
        return self

    def __exit__(self, *_):
        if self.process is not None and self.process.poll() is None:
            self.kill()

    def start(self):
        """Returns when it collects: its port is bound before its transport is open."""
        begin, before = time.monotonic(), len(self.said())
        with open(self.log, "ab") as log, open(self.printed, "ab") as printed:
            self.process = subprocess.Popen(
                self.command, stdout=printed, stderr=log, env=self.environment
            )
        while "starting collection" not in self.said()[before:]:
            if self.process.poll() is not None or time.monotonic() - begin > START_LIMIT:
                raise NotStarted(self.said()[-SAID:])
            time.sleep(0.005)
        self.started = time.monotonic() - begin

    def said(self):
        if not self.log.exists():
            return ""
        return self.log.read_text(encoding="utf-8", errors="replace")

    def output(self):
        """All that it ever wrote, and the pages that were kept."""
        return self.said() + self.printed.read_text(encoding="utf-8", errors="replace") + self.pages

    def wait_for_text(self, text, seconds):
        return self.wait(lambda: text in self.said(), seconds)

    def wait(self, condition, seconds):
        """False if it did not come true in time."""
        end = time.monotonic() + seconds
        while not condition():
            if time.monotonic() > end:
                return False
            time.sleep(0.05)
        return True

    def stats_lines(self):
        """Without one of which only a half is there yet."""
        lines = self.said().splitlines(keepends=True)
        return [line for line in lines if line.startswith('{"') and line.endswith("}\n")]

    def stats(self):
        """Its counters as of now."""
        known = len(self.stats_lines())
        self.process.send_signal(signal.SIGUSR2)
        if not self.wait(lambda: len(self.stats_lines()) > known, STATS_LIMIT):
            raise RuntimeError(f"no counters: {self.said()[-SAID:]}")
        return self.last_stats()

    def last_stats(self):
        lines = self.stats_lines()
        return json.loads(lines[-1]) if lines else {}

    def taken(self):
        """How many records the transport says that it has taken."""
        return self.stats()["transport"].get("taken", 0)

    def settles(self, seconds, taken=None):
        """Waits until the transport holds no record any more, and has taken so many."""

        def settled():
            counters = self.stats()["transport"]
            return taken in (None, counters.get("taken", 0)) and counters.get("held", 0) == 0

        return self.wait(settled, seconds)

    def keep_page(self, path="/metrics"):
        with urllib.request.urlopen(f"http://{self.http}{path}", timeout=STATS_LIMIT) as page:
            self.pages += page.read().decode()

    def memory(self):
        """Resident, in MiB."""
        status = pathlib.Path(f"/proc/{self.process.pid}/status").read_text(encoding="ascii")
        sizes = dict(line.split(":", 1) for line in status.splitlines())
        if "VmRSS" not in sizes:
            raise RuntimeError(f"weir has ended: {self.said()[-SAID:]}")
        return int(sizes["VmRSS"].split()[0]) / 1024

    def processor_seconds(self):
        fields = pathlib.Path(f"/proc/{self.process.pid}/stat").read_text(encoding="ascii")
        user, system = fields.rpartition(")")[2].split()[11:13]
        return (int(user) + int(system)) / 100

    def kill(self):
        self.process.kill()
        self.process.wait()

    def stop_in_order(self):
        """As an operator stops it; says what was not in order."""
        self.process.terminate()
        try:
            status = self.process.wait(STOP_LIMIT)
        except subprocess.TimeoutExpired:
            self.kill()
            status = f"no end within {STOP_LIMIT} s"
        if status != 0:
            yield f"weir ended with {status}: {self.said()[-SAID:]}"
