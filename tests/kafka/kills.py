# SPDX-License-Identifier: Apache-2.0
"""kill -9 of weir at random moments, the broker up and down by turns: what it took arrives.

One worker takes the records of one sender in their order, so what arrives of each life must begin
with the first and have no hole; and it must not be less than the collector said that it took.
"""

import dataclasses
import random
import time

from kafka import topic
from kafka.bench import ARRIVAL_LIMIT, Outcome
from kafka.flows import Sender

RATE = 5_000  # records a second
LIFE = (0.1, 0.8)  # seconds between a start and the kill
GRACE = 0.05  # seconds at most between the last counters and the kill
START_LIMIT, START_LIMIT_FULL = 60, 2  # seconds; in an ordinary run the machine has more to do


@dataclasses.dataclass(frozen=True)
class Case:
    name: str
    kills: int
    kills_full: int


CASES = (Case("kills", 10, 100),)


@dataclasses.dataclass
class Life:
    numbers: range  # of the records that were sent to it
    taken: int  # how many it said that it has
    started: float  # seconds that its start took


def run(case, bench):
    kills = case.kills_full if bench.full else case.kills
    chance = random.Random()
    collector = bench.collector(
        case.name, "-transport.kafka.key", "src_addr", *bench.spool(case.name)
    )
    lives, first = [], 1
    for turn in range(kills):
        with Away(bench.broker, turn % 2 == 1):
            lives.append(live(collector, chance, first))
        first = lives[-1].numbers.stop
    with collector:
        collector.settles(ARRIVAL_LIMIT)
        problems = list(collector.stop_in_order())
    ledger = bench.ledger(case.name)
    start_limit = START_LIMIT_FULL if bench.full else START_LIMIT
    problems += [*ledger.complaints(), *judge(lives, ledger, start_limit)]
    return Outcome(case.name, summary(lives, ledger), problems)


class Away:
    """The broker does not answer in this block."""

    def __init__(self, broker, wanted):
        self.broker = broker if wanted else None

    def __enter__(self):
        if self.broker:
            self.broker.pause()

    def __exit__(self, *_):
        if self.broker:
            self.broker.resume()


def live(collector, chance, first):
    """Starts it, sends, and kills it while more is on its way."""
    with collector:
        started = collector.started
        before = collector.taken()  # what the life before left in the spool
        sender = Sender(collector.port, RATE, first)
        sender.start()
        time.sleep(chance.uniform(*LIFE))
        taken = collector.taken() - before
        time.sleep(chance.uniform(0, GRACE))
        collector.kill()
        sender.stop()
    return Life(range(first, sender.next), taken, started)


def judge(lives, ledger, start_limit):
    for number, life in enumerate(lives, 1):
        came = [flow for flow in life.numbers if flow in ledger.ids]
        holes = ledger.missing(range(life.numbers.start, max(came, default=0)))
        if holes:
            yield f"life {number}: {len(holes)} lost of {life.numbers}: {topic.ranges(holes)}"
        if len(came) < life.taken:
            yield f"life {number}: {life.taken} taken, {len(came)} came"
        if life.started > start_limit:
            yield f"life {number}: it started after {life.started:.1f} s"


def summary(lives, ledger):
    sent, taken = (sum(counts) for counts in zip(*((len(x.numbers), x.taken) for x in lives)))
    return (
        f"{len(lives)} kills, {sent} records sent, {taken} known to be taken, {len(ledger.ids)}"
        f" came, {ledger.repeats} repeats, {ledger.late} late,"
        f" started within {max(life.started for life in lives):.2f} s"
    )
