#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The hostile cases: inputs that somebody may send, and what weir must make of each.

Each case runs by itself; then, in each state of what the exporter has sent before, all of them
together in random order, from an exporter each, with good datagrams between.
tests/hostile/README.md says how to add one.
"""

import argparse
import collections
import concurrent.futures
import os
import pathlib
import random
import re
import shutil
import subprocess
import sys
import tempfile

import capture_file
import replay
from hostile import catalogue, octets
from hostile.case import ANY, STATES, TIME

ROOT = pathlib.Path(__file__).parent.parent
OPTIONS = ["-fields", "all"]
TIME_LIMIT = 120  # s for a case; a release build needs milliseconds
TOGETHER_LIMIT = 120
OUTPUT_MAX = 4 << 20  # octets that a datagram may make
GOOD_EXPORTER = "198.51.100.1"
OTHER_LAYOUT = octets.template(256, octets.Y)
SAME_LAYOUT = octets.template(256, octets.T)


def parse_arguments():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--weir", required=True, help="the program under test")
    parser.add_argument("--json-lines", help="the program that holds lines to json-c's strict mode")
    parser.add_argument("--seed", type=int, default=random.randrange(10**6), help="of the order")
    parser.add_argument("--table", help="where the table is written")
    parser.add_argument("ids", nargs="*", help="only these")
    return parser.parse_args()


def datagram_faults():
    """The faults that cost a datagram, or the rest of it."""
    text = (ROOT / "lib" / "decode_error.def").read_text(encoding="utf-8")
    return set(re.findall(r'^DECODE_ERROR\(\w+, "(\w+)", DATAGRAM,', text, re.MULTILINE))


COSTLY = datagram_faults()


def before(state):
    """What the exporter has sent before."""
    layout = {"right": SAME_LAYOUT, "wrong": OTHER_LAYOUT}.get(state)
    if layout is None:
        return []
    return [
        octets.v9(octets.v9_templates(layout), sequence=0),
        octets.ipfix(octets.ipfix_templates(layout)),
    ]


def datagrams_of(case, state, network):
    sent = case.sent(network)
    sources = sorted({datagram.source for datagram in sent})
    first = [
        capture_file.Datagram(source, 40000, TIME - 1, payload)
        for source in sources
        for payload in before(state)
    ]
    return first + sent


def unbalanced(counters, sent, lines):
    """What of the sums does not hold."""
    errors = counters.get("errors", {})
    transport = counters.get("transport", {})
    costly = sum(n for name, n in errors.items() if name in COSTLY)
    dropped = counters.get("datagrams_dropped", 0)
    lost = errors.get("template_unknown", 0) - errors.get("hold_full", 0)
    held = counters.get("sets_held", 0) - counters.get("sets_released", 0) - lost
    if counters.get("datagrams") != sent:
        yield f"{counters.get('datagrams')} datagrams counted, {sent} sent"
    if dropped > costly or bool(dropped) != bool(costly):
        yield f"{dropped} datagrams dropped for {costly} reasons"
    if dropped + counters.get("datagrams_decoded", 0) != sent:
        yield f"{dropped} datagrams dropped, {counters.get('datagrams_decoded', 0)} decoded"
    taken, delivered = transport.get("taken", 0), transport.get("delivered", 0)
    if not counters.get("records", 0) == taken == delivered == lines:
        yield f"{counters.get('records', 0)} records counted, {lines} written, {transport}"
    if held < 0:
        yield f"{held} sets still held"


def shown(part, record):
    if not isinstance(part, dict):
        return part == record
    return isinstance(record, dict) and all(
        key in record and shown(value, record[key]) for key, value in part.items()
    )


def wrong_records(expected, records):
    if expected.records not in (ANY, len(records)):
        yield f"{len(records)} records"
    for i, (part, record) in enumerate(zip(expected.shows, records)):
        if not shown(part, record):
            found = {key: record.get(key) for key in part}
            yield f"record {i + 1} shows {found}"


def wrong_counts(expected, counters, state):
    """Each fault is expected; of the other counters, those that the case names are compared."""
    faults = counters.get("errors", {})
    ignored = set() if state == "unknown" else {"template_changed"}
    for name in sorted((set(faults) | set(expected)) - ignored):
        seen = faults.get(name, counters.get(name, 0))
        if seen != expected.get(name, 0):
            yield f"{name} {seen}, not {expected.get(name, 0)}"


def over_budget(lines, records):
    """Datagrams are received at different times, so their records can be told apart."""
    octets = collections.Counter()
    for line, record in zip(lines, records):
        received = record.get("time_received_ns") or record["received_ms"]
        octets[received] += len(line) + 1
    return [f"{n} octets of one datagram" for n in octets.values() if n > OUTPUT_MAX]


class Result:
    """A case in one state, run by itself."""

    def __init__(self, weir, case, state, folder):
        self.case, self.state = case, state
        self.expected = case.expected[state]
        self.records, self.counters = [], {}
        try:
            self.faults = self.run(weir, folder)
        except replay.Failed as failure:
            self.faults = [str(failure)]

    def run(self, weir, folder):
        datagrams = datagrams_of(self.case, self.state, "192.0.2")
        capture = os.path.join(folder, f"{id(self)}.pcap")
        capture_file.write(capture, datagrams)
        lines, self.counters = replay.run(
            weir, [*OPTIONS, *self.case.options], capture, time_limit=TIME_LIMIT
        )
        os.remove(capture)
        self.records = [replay.record(line) for line in lines]
        faults = [*unbalanced(self.counters, len(datagrams), len(lines))]
        faults += wrong_records(self.expected, self.records)
        faults += wrong_counts(self.expected.counts, self.counters, self.state)
        return faults + over_budget(lines, self.records)

    def told(self):
        case = f"{self.case.id} {self.case.about} [{self.state}]"
        return [f"{case}: {fault}" for fault in self.faults]


def states_alone(case, every):
    """In the other states a case runs only together with all; what has options cannot."""
    return STATES if every or case.options else STATES[:1]


def run_alone(weir, cases, every):
    with tempfile.TemporaryDirectory() as folder, concurrent.futures.ThreadPoolExecutor(
        os.cpu_count()
    ) as pool:
        tasks = [(case, state) for case in cases for state in states_alone(case, every)]
        return list(pool.map(lambda task: Result(weir, *task, folder), tasks))


class Together:
    """All cases in random order in one process; each exporter's datagrams keep their order."""

    def __init__(self, cases, state, chance):
        self.state = state
        self.networks = {f"10.{i >> 8}.{i & 255}": case for i, case in enumerate(cases)}
        queues = [
            collections.deque(datagrams_of(case, state, network))
            for network, case in self.networks.items()
        ]
        order = [queue for queue in queues for _ in queue]
        chance.shuffle(order)
        self.datagrams = []
        for queue in order:
            self.datagrams += [queue.popleft(), self.good()]

    def good(self):
        sequence = len(self.datagrams) // 2 + 1
        payload = octets.v5(octets.v5_record(), sequence=sequence)
        return capture_file.Datagram(GOOD_EXPORTER, 40000, TIME, payload)

    def run(self, weir, checkers):
        """What is wrong, as texts."""
        with tempfile.TemporaryDirectory() as folder:
            capture = os.path.join(folder, "all.pcap")
            capture_file.write(capture, self.datagrams)
            lines, counters = replay.run(weir, OPTIONS, capture, time_limit=TOGETHER_LIMIT)
        yield from unbalanced(counters, len(self.datagrams), len(lines))
        yield from checked_by(checkers, b"".join(line + b"\n" for line in lines))
        records = collections.defaultdict(list)
        for line in lines:
            record = replay.record(line)
            records[record["exporter_address"]].append(record)
        yield from self.lost(records)
        yield from self.wrong(records, counters)

    def lost(self, records):
        good = len(self.datagrams) // 2
        if len(records[GOOD_EXPORTER]) != good:
            yield f"{len(records[GOOD_EXPORTER])} records of {good} good datagrams"

    def wrong(self, records, counters):
        counts = collections.Counter()
        for network, case in self.networks.items():
            expected = case.expected[self.state]
            counts += expected.counts
            found = [
                record
                for source in sorted({sent.source for sent in case.datagrams})
                for record in records[f"{network}.{source}"]
            ]
            for fault in wrong_records(expected, found):
                yield f"{case.id} {case.about}: {fault}"
        counts = {name: n for name, n in counts.items() if name in counters["errors"]}
        yield from wrong_counts(counts, counters, self.state)


def checkers_of(json_lines):
    """Programs that read lines of JSON and end badly where one is none."""
    checkers = [[json_lines]] if json_lines else []
    if shutil.which("jq"):
        checkers.append(["jq", "-n", "-e", "all(inputs; type == \"object\")"])
    return checkers


def checked_by(checkers, lines):
    for command in checkers:
        done = subprocess.run(command, input=lines, capture_output=True, check=False)
        if done.returncode != 0:
            yield f"{command[0]}: {done.stderr.decode(errors='replace')}"


def run_together(weir, cases, checkers, seed):
    chance = random.Random(seed)
    plain = [case for case in cases if not case.options]
    for state in STATES:
        for fault in Together(plain, state, chance).run(weir, checkers):
            yield f"together [{state}], seed {seed}: {fault}"


def counts_text(counters, named):
    counts = {**{name: counters.get(name, 0) for name in named}, **counters.get("errors", {})}
    return ", ".join(f"{name} {n}" for name, n in sorted(counts.items()) if n)


def table_row(result):
    case, expected = result.case, result.expected
    records = "any" if expected.records == ANY else expected.records
    verdict = "no" if result.faults else "yes"
    counts = counts_text(result.counters, expected.counts)
    cells = case.id, case.about, records, len(result.records), counts, verdict
    return "| " + " | ".join(map(str, cells)) + " |"


def table(results):
    """One row a case, run by itself where no template is known."""
    head = ["| id | case | records expected | seen | counted | right |", "|-|-|-|-|-|-|"]
    rows = [table_row(result) for result in results if result.state == "unknown"]
    return "\n".join(head + rows) + "\n"


def main():
    arguments = parse_arguments()
    cases = catalogue.cases(arguments.ids)
    results = run_alone(arguments.weir, cases, bool(arguments.ids) or "WEIR_FULL" in os.environ)
    text = table(results)
    if arguments.table:
        pathlib.Path(arguments.table).write_text(text, encoding="utf-8")
    print(text)
    faults = [fault for result in results for fault in result.told()]
    faults += run_together(
        arguments.weir, cases, checkers_of(arguments.json_lines), arguments.seed
    )
    faults += [f"no case {missing}" for missing in catalogue.missing(cases, arguments.ids)]
    print("\n".join(faults))
    print(f"{len(cases)} cases, seed {arguments.seed}, {len(faults)} faults")
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
