# SPDX-License-Identifier: Apache-2.0
"""`weir kafka create-topics`: the topic that it makes, as Kafka's own client sees it."""

import dataclasses
import os
import subprocess

from kafka.bench import Outcome
from kafka.collector import Collector
from kafka.security import CANARY, TRUST

PARTITIONS = 3  # of the topic that is there before
LIMIT = 180  # seconds
SETTINGS = {
    "cleanup.policy": "delete",
    "compression.type": "producer",
    "max.message.bytes": "2097152",
    "retention.ms": "604800000",
}


@dataclasses.dataclass(frozen=True)
class Case:
    name: str
    options: str = ""
    there: bool = False  # the topic is there before
    partitions: int = 12
    settings: dict = dataclasses.field(default_factory=dict)  # beside or in the place of SETTINGS
    listener: str = "plain"
    said: str = "made"
    status: int = 0

    def topic(self):
        return self.name if self.there else f"{self.name}.new"


CHOSEN = "-partitions 5 -retention 24h -cleanup compact -compression zstd -min-in-sync 1"
CHOSEN_SETTINGS = {
    "cleanup.policy": "compact",
    "compression.type": "zstd",
    "min.insync.replicas": "1",
    "retention.ms": "86400000",
}
TABLE = "-transport.kafka.topic topic-others -transport.kafka.topic.vrfs topic-table.new"
TABLE_SETTINGS = {
    "cleanup.policy": "compact",
    "compression.type": "producer",
    "max.message.bytes": "2097152",
}
SECURED = f"{TRUST} -transport.kafka.sasl plain"

CASES = (
    Case("topic-made", settings=SETTINGS),
    Case("topic-chosen", CHOSEN, partitions=5, settings=SETTINGS | CHOSEN_SETTINGS),
    Case("topic-table", TABLE, settings=TABLE_SETTINGS),
    Case("topic-there", there=True, partitions=PARTITIONS, said="other than asked for"),
    Case("topic-too-few-brokers", "-replication 3", partitions=0, said="eplication", status=1),
    Case("topic-bad-setting", "-cleanup often", partitions=0, said="cleanup.policy", status=1),
    Case("topic-secured", SECURED, settings=SETTINGS, listener="sasltls"),
)


def run(case, bench):
    done = create(case, bench)
    output = done.stdout + done.stderr
    partitions = bench.partitions(case.topic(), case.partitions)
    settings = bench.broker.topic_settings(case.topic()) if partitions and case.settings else {}
    wanted = (case.status, case.partitions, case.settings)
    problems = ["a secret is shown"] if CANARY in output else []
    if (done.returncode, partitions, settings) != wanted:
        problems.append(f"{done.returncode}, {partitions}, {settings}, and not {wanted}: {output}")
    if case.said not in output:
        problems.append(f"does not say {case.said!r} but {output}")
    return Outcome(case.name, output.strip(), problems)


def create(case, bench):
    certificates = bench.broker.certificates.folder
    command = [
        *(Collector.program, "kafka", "create-topics", "-transport.kafka.topic", case.topic()),
        *("-transport.kafka.brokers", bench.broker.address(case.listener)),
        *case.options.format(certificates=certificates).split(),
    ]
    return subprocess.run(
        command,
        capture_output=True,
        text=True,
        timeout=LIMIT,
        check=False,
        env=os.environ | {"KAFKA_SASL_USER": "weir", "KAFKA_SASL_PASS": CANARY},
    )
