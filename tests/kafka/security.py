# SPDX-License-Identifier: Apache-2.0
"""TLS and SASL: who may come in does, and who may not is told why, once, without a secret."""

import base64
import dataclasses
import json
import re
import subprocess
import time

import jars

from kafka import topic
from kafka.bench import Outcome
from kafka.collector import SAID, NotStarted
from kafka.flows import Sender

CANARY = "S3cr3t-CANARY"  # in every secret, right or wrong; the broker's password is this one
PARTITIONS = 1
RECORDS = 30
ERROR = "level=ERROR"
SCRAM_WORKS = (2, 6, 1)  # librdkafka
REFUSAL_LIMIT, SETTLE = 60, 2  # seconds until it is said, and for what may be said after that


@dataclasses.dataclass(frozen=True)
class Case:
    name: str
    listener: str
    options: str  # {certificates} and {secrets} are filled in
    password: str = ""  # of the environment
    said: str = ""  # what the log has to say in one line; nothing: the records arrive


TRUST = "-transport.kafka.tls -transport.kafka.tls.ca {certificates}/authority.pem"
STRANGE = "-transport.kafka.tls -transport.kafka.tls.ca {certificates}/stranger.pem"
NO_CHECK = "-transport.kafka.tls -transport.kafka.tls.insecure"


def client(name, key=""):
    pair = f"-transport.kafka.tls.client {{certificates}}/{name}.pem"
    return f"{TRUST} {pair} -transport.kafka.tls.key {{certificates}}/{key or name + '.key'}"


LOCKED = client("client", "client-locked.key")
KEY_PASSWORD = "-transport.kafka.tls.key.password.file {secrets}/"
PASSWORD = "-transport.kafka.sasl.password.file {secrets}/"
USER = "-transport.kafka.sasl.user.file {secrets}/user"
WRONG = f"{CANARY}-wrong"


def sasl(mechanism, options=TRUST):
    return f"{options} -transport.kafka.sasl {mechanism}"


TOKEN = f"{sasl('oauthbearer')} -transport.kafka.sasl.token.file {{secrets}}/"
SCRAM_512 = f"{sasl('scram-sha512')} {USER}"

CASES = (
    Case("tls", "tls", TRUST),
    Case("tls-unchecked", "expired", NO_CHECK),
    Case("tls-unknown-authority", "tls", STRANGE, said="authority that signed it is not known"),
    Case("tls-expired", "expired", TRUST, said="it has expired"),
    Case("tls-none", "tls", "", said="Kafka"),
    Case("mtls", "mtls", client("client")),
    Case("mtls-locked-key", "mtls", f"{LOCKED} {KEY_PASSWORD}password"),
    Case("mtls-locked-key-wrong", "mtls", f"{LOCKED} {KEY_PASSWORD}wrong", said="key"),
    Case("mtls-no-certificate", "mtls", TRUST, said="certificate"),
    Case("mtls-expired", "mtls", client("client-expired"), said="certificate"),
    Case("mtls-unknown-authority", "mtls", client("client-stranger"), said="certificate"),
    Case("plain", "sasltls", sasl("plain"), password=CANARY),
    Case("plain-wrong", "sasltls", sasl("plain"), password=WRONG, said="uthentication"),
    Case("scram-256", "sasltls", sasl("scram-sha256"), password=CANARY),
    Case("scram-512", "sasltls", f"{SCRAM_512} {PASSWORD}password"),
    Case("scram-512-no-tls", "sasl", sasl("scram-sha512", ""), password=CANARY),
    Case("scram-256-wrong", "sasltls", sasl("scram-sha256"), password=WRONG, said="uthentication"),
    Case("scram-512-wrong", "sasltls", f"{SCRAM_512} {PASSWORD}wrong", said="uthentication"),
    Case("oauthbearer", "oauth", f"{TOKEN}token"),
    Case("oauthbearer-expired", "oauth", f"{TOKEN}token-expired", said="token"),
)


def token(life):
    """A JSON web token that ends in so many seconds, without a signature (RFC 7519 section 6)."""
    now = int(time.time())
    claims = {"sub": "weir", "iat": now + min(life, 0) - 60, "exp": now + life, "canary": CANARY}
    parts = [json.dumps(part).encode() for part in ({"alg": "none"}, claims)]
    return ".".join(base64.urlsafe_b64encode(part).decode().rstrip("=") for part in parts) + "."


def prepare(bench):
    """The files that the options name."""
    secrets = bench.folder / "secrets"
    secrets.mkdir(mode=0o700)
    words = {"password": CANARY, "wrong": WRONG, "user": "weir"}
    tokens = {"token": token(3600), "token-expired": token(-3600)}
    for name, text in (words | tokens).items():
        path = secrets / name
        path.touch(mode=0o600)
        path.write_text(text + "\n", encoding="ascii")
    bench.broker.certificates.lock_key("client", CANARY)


def skip_reason(case):
    """An older librdkafka sends a nonce that Kafka 4 refuses (librdkafka's pull request 4895)."""
    said = subprocess.run(["kcat", "-V"], capture_output=True, text=True, check=True).stdout
    found = re.search(r"librdkafka (\d+)\.(\d+)\.(\d+)", said)
    library = tuple(map(int, found.groups()))
    if "scram" in case.name and jars.version() >= "4" and library < SCRAM_WORKS:
        return f"{found[0]} has no SCRAM that Kafka {jars.version()} takes"
    return ""


def run(case, bench):
    if skip_reason(case):
        return Outcome(case.name, skip_reason(case), [], skipped=True)
    address = bench.broker.address(case.listener)
    places = {"certificates": bench.broker.certificates.folder, "secrets": bench.folder / "secrets"}
    words = case.options.format(**places).split()
    environment = {"KAFKA_SASL_USER": "weir", "KAFKA_SASL_PASS": case.password}
    collector = bench.collector(case.name, *words, address=address, environment=environment)
    check = refused if case.said else accepted
    problems = list(check(case, bench, collector))
    if CANARY in collector.output():
        problems.append(f"a secret is shown: {line_with(CANARY, collector.output())}")
    return Outcome(case.name, line_with(case.said, collector.said()) or "taken", problems)


def line_with(text, output):
    return next((line for line in output.splitlines() if text and text in line), "")


def accepted(case, bench, collector):
    with collector:
        Sender(collector.port, 0).send(RECORDS)
        held = bench.wait_for(case.name, RECORDS)
        collector.keep_page()
        if held != RECORDS:
            yield f"{held} of {RECORDS} records arrived: {collector.said()[-SAID:]}"


def refused(case, bench, collector):
    """It may end at once, or try on, but it says one thing once."""
    try:
        with collector:
            Sender(collector.port, 0).send(RECORDS)
            collector.wait(lambda: case.said in collector.said(), REFUSAL_LIMIT)
            time.sleep(SETTLE)
            collector.keep_page()
    except NotStarted:
        pass
    lines = collector.said().splitlines()
    if sum(case.said in line for line in lines) != 1 or sum(ERROR in line for line in lines) > 1:
        yield f"not one line with {case.said!r}: {collector.said()[-SAID:]}"
    if topic.count(bench.broker.address(), case.name) != 0:
        yield "records arrived"
