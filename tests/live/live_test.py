#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""Real exporters against weir: its JSON has to agree with the traffic, and with tshark.

Prints one line a case, ok, FAIL or SKIP.  Ends with 1 if one failed, with 77 if all were skipped.
"""

import argparse
import concurrent.futures
import contextlib
import fnmatch
import os
import pathlib
import shutil
import subprocess
import sys
import time

sys.path.append(str(pathlib.Path(__file__).resolve().parents[1]))

# pylint: disable=wrong-import-position
import captures
import cases
import traffic
from openvswitch import NoNamespace, OpenVSwitch
from station import Outcome, Station

ROOT = pathlib.Path(__file__).resolve().parents[2]
SAID = 1000  # octets of what an exporter says when it fails
ALL_SKIPPED = 77  # as ctest is told
AT_ONCE = 4  # cases; most of them sleep most of the time
PROGRAMS = ("ip", "ethtool", "ovs-vsctl", "ovs-ofctl", "ovs-appctl", "ovsdb-server", "ovsdb-tool")


def missing(*programs):
    """The first one that is not installed, as the reason of a SKIP."""
    for program in ("tshark", *programs):
        if shutil.which(program) is None:
            return f"{program} is not installed"
    return ""


def run_offline(case, weir):
    reason = missing(case.command.split()[0])
    if reason:
        return Outcome(case, "SKIP", reason)
    begin_us = time.time_ns() // 1000 - traffic.DURATION_US if case.live else traffic.BEGIN_US
    sent = traffic.make(begin_us)
    with Station(case, weir) as station:
        try:
            station.export(sent)
        except subprocess.SubprocessError as error:
            said = (error.stdout + error.stderr).decode(errors="replace")
            return Outcome(case, "FAIL", f"the exporter: {error}\n{said[-SAID:]}")
        return station.verdict(sent)


def run_openvswitch(wanted, weir):
    reason = missing(*PROGRAMS) or ("needs root" if os.geteuid() != 0 else "")
    if reason:
        return [Outcome(case, "SKIP", reason) for case in wanted]
    try:
        with OpenVSwitch() as switch:
            return switched(wanted, weir, switch)
    except NoNamespace as error:
        return [Outcome(case, "SKIP", str(error)) for case in wanted]


def switched(wanted, weir, switch):
    """One switch exports in all ways at once."""
    with contextlib.ExitStack() as stack:
        stations = [stack.enter_context(Station(case, weir, switch.namespace)) for case in wanted]
        switch.export({station.case.name: station.relay.port for station in stations})
        sent = traffic.make(switch.began_us)
        for station in stations:
            station.wait_for_sums(sent)
        return [station.verdict(sent) for station in stations]


def outcomes(wanted, weir):
    """In the order of the tables, each as soon as it is known."""
    offline = [case for case in cases.OFFLINE if wanted(case)]
    online = [case for case in cases.OPENVSWITCH if wanted(case)]
    with concurrent.futures.ThreadPoolExecutor(AT_ONCE) as pool:
        switch = pool.submit(run_openvswitch, online, weir) if online else None
        yield from pool.map(lambda case: run_offline(case, weir), offline)
        yield from switch.result() if switch else ()


def arguments():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument(
        "--weir", default=str(ROOT / "build/asan/weir"), help="default: %(default)s"
    )
    parser.add_argument(
        "--only", default="*", metavar="NAME", help="a case, or a pattern as for files"
    )
    parser.add_argument(
        "--bundled", action="store_true", help="only cases whose captures are in the tree"
    )
    parser.add_argument("--capture", metavar="DIR", help="keeps each case's datagrams there")
    given = parser.parse_args()
    if shutil.which(given.weir) is None:
        parser.error(f"{given.weir} is no program: build weir, or name another by --weir")
    return given


def main():
    given = arguments()
    os.environ["PATH"] += ":/usr/sbin"  # where Debian keeps most of the exporters

    def wanted(case):
        return fnmatch.fnmatch(case.name, given.only) and (case.bundled or not given.bundled)

    statuses, rows = set(), []
    for outcome in outcomes(wanted, given.weir):
        print(outcome, flush=True)
        statuses.add(outcome.status)
        if given.capture and outcome.datagrams:
            rows.append(captures.write(given.capture, outcome.case, outcome.datagrams))
    if rows:
        captures.write_table(given.capture, rows)
    if "FAIL" in statuses:
        return 1
    return 0 if "ok" in statuses else ALL_SKIPPED


if __name__ == "__main__":
    sys.exit(main())
