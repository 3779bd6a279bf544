# SPDX-License-Identifier: Apache-2.0
"""weir as a child process that writes its records to a file."""

import itertools
import json
import os
import subprocess
import time

import ports
import relay

START_LIMIT, PUBLISH_LIMIT, STOP_LIMIT = 60, 60, 60  # seconds
COMPLAINT = 20  # lines of what weir says
SETTLE = 0.2  # after the last record that was waited for, in case there are more


class Collector:
    """From its making until stop(); port is where it listens."""

    def __init__(self, program, scheme, directory):
        self.port = ports.free()
        self.output = os.path.join(directory, "records.jsonl")
        self.log_path = os.path.join(directory, "weir.log")
        arguments = (
            f"collect -listen {scheme}://{relay.LOOPBACK}:{self.port} -fields all -tunnels vxlan"
            f" -addr= -transport file -transport.file {self.output}"
        )
        with open(self.log_path, "w", encoding="utf-8") as log:
            self.process = subprocess.Popen([program, *arguments.split()], stderr=log)
        self.wait(lambda: ports.bound(self.port), START_LIMIT)

    def wait(self, condition, seconds):
        """False if the condition did not come true in time."""
        end = time.monotonic() + seconds
        while not condition():
            if self.process.poll() is not None or time.monotonic() > end:
                return False
            time.sleep(0.02)
        return True

    def lines(self):
        """Those that are whole."""
        if not os.path.exists(self.output):
            return []
        with open(self.output, "rb") as file:
            return file.read().rpartition(b"\n")[0].splitlines()

    def records(self, count):
        """Waits for so many records, ends weir, and returns all that it wrote."""
        if self.wait(lambda: len(self.lines()) >= count, PUBLISH_LIMIT):
            time.sleep(SETTLE)
        self.stop()
        return [json.loads(line) for line in self.lines()]

    def stop(self):
        self.process.terminate()
        try:
            self.process.wait(STOP_LIMIT)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()

    def complaints(self):
        """What it said, if its end was not in order."""
        if self.process.returncode != 0:
            with open(self.log_path, encoding="utf-8", errors="replace") as log:
                said = "".join(itertools.islice(log, COMPLAINT))
            yield f"weir ended with {self.process.returncode}: {said}"
