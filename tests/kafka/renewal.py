# SPDX-License-Identifier: Apache-2.0
"""Certificates and secrets are renewed on the disk: after a SIGHUP, all has arrived once."""

import dataclasses
import os
import signal

from kafka.bench import Outcome
from kafka.collector import SAID
from kafka.flows import Sender
from kafka.security import KEY_PASSWORD, LOCKED, SCRAM_512, TRUST, line_with, skip_reason

RECORDS = 300
SAID_LIMIT = 30  # seconds until the log says what it must
RENEWED = "a new producer sends with them"
REFUSED = "the old ones stay"
JUNK = "/dev/null"


@dataclasses.dataclass(frozen=True)
class Case:
    name: str
    listener: str
    options: str  # as in security; {own} is the folder of the files
    files: dict  # by name: what it is at first, and then
    at_first: str = ""  # what the log says before the SIGHUP; nothing: what is sent arrives
    then: str = RENEWED  # and after it


def own(options, *names):
    """These files of the options are the case's own."""
    for name in names:
        options = options.replace(f"{{certificates}}/{name}", f"{{own}}/{name}")
        options = options.replace(f"{{secrets}}/{name}", f"{{own}}/{name}")
    return options


PAIR = "-transport.kafka.tls.client {own}/c.pem -transport.kafka.tls.key {own}/c.key"
STRANGER, CLIENT = "{certificates}/client-stranger", "{certificates}/client"
PASSWORD = "-transport.kafka.sasl.password.file {own}/password"

CASES = (
    Case(
        "renewed-authority",
        "tls",
        own(TRUST, "authority.pem"),
        {"authority.pem": ("{certificates}/stranger.pem", "{certificates}/authority.pem")},
        at_first="authority that signed it is not known",
    ),
    Case(
        "renewed-client",
        "mtls",
        f"{TRUST} {PAIR}",
        {
            "c.pem": (f"{STRANGER}.pem", f"{CLIENT}.pem"),
            "c.key": (f"{STRANGER}.key", f"{CLIENT}.key"),
        },
        at_first="certificate",
    ),
    Case(
        "renewed-in-peace",
        "mtls",
        f"{own(LOCKED, 'client.pem')} {KEY_PASSWORD}password",
        {"client.pem": (f"{CLIENT}.pem", f"{CLIENT}.pem")},
    ),
    Case(
        "renewed-broken",
        "mtls",
        f"{TRUST} {PAIR}",
        {"c.pem": (f"{CLIENT}.pem", JUNK), "c.key": (f"{CLIENT}.key", f"{CLIENT}.key")},
        then=REFUSED,
    ),
    Case(
        "renewed-scram",
        "sasltls",
        f"{SCRAM_512} {PASSWORD}",
        {"password": ("{secrets}/wrong", "{secrets}/password")},
        at_first="uthentication",
    ),
)


def put(case, places, turn):
    """Each file as it is at this turn, renamed over the one before."""
    for name, sources in case.files.items():
        target = places["own"] / name
        fresh = target.with_suffix(".fresh")
        fresh.touch(mode=0o600)
        with open(sources[turn].format(**places), "rb") as source:
            fresh.write_bytes(source.read())
        os.replace(fresh, target)


def settled(case, bench, collector):
    """Waits until what was sent at first has arrived, or the log has said why not."""
    if case.at_first:
        return collector.wait_for_text(case.at_first, SAID_LIMIT)
    return bench.wait_for(case.name, RECORDS) == RECORDS


def renew(case, bench, collector, places):
    sender = Sender(collector.port, 0)
    sender.send(RECORDS)
    if not settled(case, bench, collector):
        yield f"not {case.at_first or 'arrived'!r} at first: {collector.said()[-SAID:]}"
    put(case, places, 1)
    collector.process.send_signal(signal.SIGHUP)
    if not collector.wait_for_text(case.then, SAID_LIMIT):
        yield f"not {case.then!r} after SIGHUP: {collector.said()[-SAID:]}"
    sender.send(RECORDS)
    bench.wait_for(case.name, sender.next - 1)
    yield from collector.stop_in_order()
    yield from differences(bench.ledger(case.name), sender)


def differences(ledger, sender):
    yield from ledger.complaints()
    counts = (len(ledger.missing(sender.numbers())), ledger.repeats, ledger.late)
    if any(counts):
        yield "{} records are missing, {} came twice, {} too late".format(*counts)


def run(case, bench):
    if skip_reason(case):
        return Outcome(case.name, skip_reason(case), [], skipped=True)
    places = {
        "certificates": bench.broker.certificates.folder,
        "secrets": bench.folder / "secrets",
        "own": bench.folder / f"{case.name}.own",
    }
    places["own"].mkdir()
    put(case, places, 0)
    words = (*case.options.format(**places).split(), *bench.spool(case.name))
    words += ("-transport.kafka.key", "src_addr")
    address = bench.broker.address(case.listener)
    with bench.collector(case.name, *words, address=address) as collector:
        problems = list(renew(case, bench, collector, places))
    times = sum(case.then in line for line in collector.said().splitlines())
    if times != 1:
        problems.append(f"{times} lines with {case.then!r}: {collector.said()[-SAID:]}")
    return Outcome(case.name, line_with(case.then, collector.said()), problems)
