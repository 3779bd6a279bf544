# SPDX-License-Identifier: Apache-2.0
"""Datagrams over loopback into a collector: what it costs it, and how many it loses.

Nothing is asked of the collector: the kernel knows how much of its socket waits and was lost
(/proc/net/udp), and how long its processes ran.
"""

import contextlib
import ctypes
import dataclasses
import os
import pathlib
import shlex
import signal
import subprocess
import tempfile
import time

import ports

START_LIMIT, DRAIN_LIMIT = 10, 60  # seconds
STILL = 0.3  # seconds without work, which end a run
PR_SET_CHILD_SUBREAPER = 36


class NotStarted(Exception):
    """It did not listen."""


@dataclasses.dataclass(frozen=True)
class Load:
    weir: str  # the sender
    capture: pathlib.Path
    speed: float  # of the capture's own pace; 0 without waiting
    datagrams: int  # of the capture
    loops: int = 1


@dataclasses.dataclass(frozen=True)
class Run:
    datagrams: int  # that were sent
    lost: int  # at the socket
    processor: float  # seconds, of all its processes
    seconds: float  # from the first datagram until nothing waited
    sending: float  # seconds that the sender took

    def taken(self):
        return self.datagrams - self.lost


def adopt_orphans():
    """Processes that a collector leaves behind become ours, and so does what they cost."""
    ctypes.CDLL(None).prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)


def wait_until(condition, limit):
    end = time.monotonic() + limit
    while not condition():
        if time.monotonic() > end:
            return False
        time.sleep(0.002)
    return True


@contextlib.contextmanager
def running(command, port, folder):
    """The collector, in a group of its own; {port} and {folder} of its command are filled in."""
    words = [word.format(port=port, folder=folder) for word in shlex.split(command)]
    process = subprocess.Popen(
        words, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True
    )
    try:
        if not wait_until(lambda: ports.bound(port) > 0, START_LIMIT):
            raise NotStarted(command)
        yield process
    finally:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.poll()


def processor_of(group):
    """Seconds of all that the group ran, to its end."""
    total = 0.0
    with contextlib.suppress(ChildProcessError):
        while True:
            _, _, usage = os.wait4(-group, 0)
            total += usage.ru_utime + usage.ru_stime
    return total


def stop(process):
    os.killpg(process.pid, signal.SIGINT)
    killer = subprocess.Popen(
        ["sh", "-c", f"sleep {DRAIN_LIMIT}; kill -9 -{process.pid}"], start_new_session=True
    )
    total = processor_of(process.pid)
    with contextlib.suppress(ProcessLookupError):
        os.killpg(killer.pid, signal.SIGKILL)
    killer.wait()
    process.returncode = 0
    return total


def send(load, port):
    command = [
        *(load.weir, "replay", "-loglevel", "error", "-to", f"127.0.0.1:{port}"),
        *("-speed", f"{load.speed:g}", "-loop", str(load.loops), load.capture),
    ]
    begin = time.monotonic()
    subprocess.run(command, check=True, stderr=subprocess.DEVNULL)
    return time.monotonic() - begin


def run(command, load, folder):
    """One run; without datagrams (loops 0) it tells what starting and stopping costs."""
    port = ports.free()
    with running(command, port, folder) as process:
        begin = time.monotonic()
        sending = send(load, port) if load.loops > 0 else 0.0
        drained = wait_until(lambda: ports.waiting(port) == 0, DRAIN_LIMIT)
        seconds = time.monotonic() - begin
        time.sleep(STILL)
        gone = ports.dropped(port)
        processor = stop(process)
    if not drained:
        raise RuntimeError(f"{command} left datagrams unread")
    return Run(load.datagrams * load.loops, gone, processor, seconds, sending)


def least(runs):
    """The cheapest of those that lost least."""
    return min(runs, key=lambda r: (r.lost, r.processor))


def minus(found, idle):
    return dataclasses.replace(found, processor=max(found.processor - idle.processor, 0.0))


def run_afresh(command, load, folder):
    """In a folder that goes with what it wrote, lest the next one wait while a disk takes that."""
    with tempfile.TemporaryDirectory(prefix="run-", dir=folder) as fresh:
        return run(command, load, fresh)


def in_turns(commands, load, folder, turns):
    """The cheapest run of each, without what starting and stopping costs; None if it did not start.

    They take turns, for the machine is faster at one time than at another.
    """
    nothing = dataclasses.replace(load, loops=0)
    idle, loaded = ({name: [] for name in commands} for _ in range(2))
    for _ in range(turns):
        for name, command in commands.items():
            with contextlib.suppress(NotStarted):
                idle[name].append(run_afresh(command, nothing, folder))
                loaded[name].append(run_afresh(command, load, folder))
    return {
        name: minus(least(runs), least(idle[name])) if runs else None
        for name, runs in loaded.items()
    }
