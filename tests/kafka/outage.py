# SPDX-License-Identifier: Apache-2.0
"""The broker goes away and comes back: nothing is lost, keys keep their order, memory its bound."""

import dataclasses
import time

from kafka import topic
from kafka.bench import ARRIVAL_LIMIT, Outcome
from kafka.flows import Sender

BEFORE = 1  # seconds of peace
DRAIN_LIMIT = 300  # seconds; a limit against waiting for ever
IN_FLIGHT = 1  # seconds of input that may be under way when the backlog counts as drained
FENCED_AFTER = 9  # seconds; more than broker.session.timeout.ms of tests/broker
GROWTH = 192  # MiB that all of weir may grow by, with this queue
QUEUE = ("-transport.kafka.queue.bytes", str(64 << 20))


@dataclasses.dataclass(frozen=True)
class Case:
    name: str
    leave: str  # methods of Broker
    come_back: str
    options: tuple = ()
    hurried: bool = True  # to drain the backlog fast; not where requests time out all the time
    at_least: float = 0  # seconds that the broker has to be away


@dataclasses.dataclass(frozen=True)
class Load:
    rate: int  # records a second
    seconds: float  # that the broker is away
    catch_up: float  # times the rate, at the least: how fast the backlog is drained; 0: at any speed


def timeout(name, milliseconds):
    return ("-transport.kafka.property", f"{name}={milliseconds}")


# What is sent again although it had arrived makes repeats, and must not change the order.
IMPATIENT = timeout("request.timeout.ms", 2000) + timeout("socket.timeout.ms", 2000)

# The controller gives the broker up meanwhile: a request that it had comes back as refused.
PATIENT = timeout("request.timeout.ms", 60000) + timeout("socket.timeout.ms", 60000)

CASES = (
    Case("outage-stopped", "pause", "resume"),
    Case("outage-fenced", "pause", "resume", PATIENT, at_least=FENCED_AFTER),
    Case("outage-retried", "pause", "resume", IMPATIENT, hurried=False),
    Case("outage-killed", "kill", "start"),
)
ORDINARY = Load(5_000, 5, catch_up=0)  # whatever else the machine has to do
FULL = Load(20_000, 60, catch_up=3)


class Memory:
    """What the collector has had at the most."""

    def __init__(self, collector):
        self.collector = collector
        self.first = self.most = collector.memory()

    def watch(self, seconds):
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            self.most = max(self.most, self.collector.memory())
            time.sleep(0.1)

    def growth(self):
        return self.most - self.first


def run(case, bench):
    load = FULL if bench.full else ORDINARY
    options = ("-transport.kafka.key", "src_addr", *bench.spool(case.name), *QUEUE, *case.options)
    with bench.collector(case.name, *options) as collector:
        memory = Memory(collector)
        sender = Sender(collector.port, load.rate)
        sender.start()
        memory.watch(BEFORE)
        held = topic.count(bench.broker.address(), case.name)
        getattr(bench.broker, case.leave)()
        memory.watch(max(load.seconds, case.at_least))
        getattr(bench.broker, case.come_back)()
        speed = drain(case, bench, sender, memory, held)
        sender.stop()
        collector.settles(ARRIVAL_LIMIT, sender.next - 1)
        problems = list(collector.stop_in_order())
    ledger = bench.ledger(case.name)
    problems += [*ledger.complaints(), *losses(ledger, sender, collector)]
    if case.hurried and speed < load.catch_up * load.rate:
        problems.append(f"drained at {speed:.0f} records/s, not {load.catch_up} x {load.rate}")
    if memory.growth() > GROWTH:
        problems.append(f"memory grew by {memory.growth():.0f} MiB")
    return Outcome(case.name, summary(sender, ledger, speed, memory), problems)


def summary(sender, ledger, speed, memory):
    return (
        f"{sender.next - 1} records, {ledger.repeats} repeats at most {ledger.repeat_distance}"
        f" messages apart, {ledger.late} late, drained at {speed / sender.rate:.1f} x {sender.rate}/s,"
        f" memory {memory.first:.0f} to {memory.most:.0f} MiB"
    )


def drain(case, bench, sender, memory, first):
    """Waits until the topic has what was sent; returns records/s since the broker is back.

    first is what the topic held when the broker left: a broker that comes back may answer
    nothing at all until it is taken in again, and have the whole backlog by then.
    """
    address = bench.broker.address()
    begin = time.monotonic()
    held, end = first, begin + DRAIN_LIMIT
    while held < sender.next - 1 - IN_FLIGHT * sender.rate and time.monotonic() < end:
        memory.watch(0.05)
        held = topic.count(address, case.name)
    return (held - first) / (time.monotonic() - begin)


def losses(ledger, sender, collector):
    missing = ledger.missing(sender.numbers())
    if missing:
        dropped = collector.last_stats().get("kernel_dropped", 0)
        text = f"{len(missing)} records lost: {topic.ranges(missing)}"
        yield f"{text}; the kernel dropped {dropped} datagrams"
    if ledger.late:
        yield f"{ledger.late} records came after a later one of their key"
