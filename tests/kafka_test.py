#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The transport kafka against librdkafka's mock cluster: what arrives, where, and what does not."""

import argparse
import concurrent.futures
import json
import os
import pathlib
import re
import subprocess
import sys
import tempfile
import time
import unittest

import kafka_fixture as fixture
from kafka import murmur2
from kafka_fixture import Collector, Kafka

WEIR = ""
MOCK = ""
CANARY = "S3cr3t-CANARY"
POOLS = pathlib.Path(__file__).parent / "subscribers" / "mixed.yaml"

# What becomes of records when one, or every, answer to a produce request is this error.
# "time" and "held" are lost by the reason that they name: their time was up, or they were refused.
ERRORS = {
    # name: (Kafka's number, after one, after all)
    "UNKNOWN": (-1, "delivered", "buried"),
    "CORRUPT_MESSAGE": (2, "delivered", "buried"),
    "UNKNOWN_TOPIC_OR_PARTITION": (3, "delivered", "timed_out"),
    "LEADER_NOT_AVAILABLE": (5, "delivered", "timed_out"),
    "NOT_LEADER_OR_FOLLOWER": (6, "delivered", "timed_out"),
    "REQUEST_TIMED_OUT": (7, "delivered", "timed_out"),
    "MESSAGE_TOO_LARGE": (10, "delivered", "buried"),
    "NETWORK_EXCEPTION": (13, "delivered", "buried"),
    "INVALID_TOPIC_EXCEPTION": (17, "refused", "refused"),
    "RECORD_LIST_TOO_LARGE": (18, "delivered", "buried"),
    "NOT_ENOUGH_REPLICAS": (19, "delivered", "timed_out"),
    "NOT_ENOUGH_REPLICAS_AFTER_APPEND": (20, "delivered", "timed_out"),
    "INVALID_REQUIRED_ACKS": (21, "refused", "refused"),
    "TOPIC_AUTHORIZATION_FAILED": (29, "refused", "refused"),
    "CLUSTER_AUTHORIZATION_FAILED": (31, "refused", "refused"),
    "INVALID_TIMESTAMP": (32, "delivered", "buried"),
    "UNSUPPORTED_VERSION": (35, "refused", "refused"),
    "INVALID_REQUEST": (42, "buried", "buried"),
    "POLICY_VIOLATION": (44, "buried", "buried"),
    "OUT_OF_ORDER_SEQUENCE_NUMBER": (45, "delivered", "buried"),
    "KAFKA_STORAGE_ERROR": (56, "delivered", "timed_out"),
    "UNSUPPORTED_COMPRESSION_TYPE": (76, "refused", "refused"),
    "INVALID_RECORD": (87, "delivered", "buried"),
    "THROTTLING_QUOTA_EXCEEDED": (89, "delivered", "buried"),
    "SOMETHING_NEW": (499, "delivered", "buried"),
}

# Those that a broker answers with while a partition moves.
PASSING = "LEADER_NOT_AVAILABLE", "REQUEST_TIMED_OUT", "NOT_ENOUGH_REPLICAS_AFTER_APPEND"

REFUSALS, BATCHES_BETWEEN = 6, 5
LINGER = 0.06  # seconds; batches are under way all the time


def replay(*options, environment=None):
    """Runs the captures through weir: exit code, output, log and counters of the transport."""
    done = subprocess.run(
        [WEIR, "replay", "-stats", *options, *map(str, fixture.CAPTURES)],
        capture_output=True,
        timeout=fixture.PATIENCE,
        check=False,
        env={**fixture.ENVIRONMENT, **(environment or {})},
    )
    log = done.stderr.decode(errors="replace")
    last = log.splitlines()[-1] if log else ""
    counters = json.loads(last) if last.startswith("{") else {}
    return done.returncode, done.stdout, log, counters.get("transport", {})


def each(test, names, case):
    """The cases side by side, since they wait more than they work."""
    with concurrent.futures.ThreadPoolExecutor(4) as pool:
        for name, done in [(name, pool.submit(case, name)) for name in names]:
            with test.subTest(name):
                done.result()


def numbers(messages):
    """The numbers of the flows that fixture.netflow5() made."""
    return [json.loads(message.value)["bytes"] for message in messages]


class Arrival(unittest.TestCase):
    def replayed(self, *options, partitions=6):
        with Kafka(MOCK, partitions) as kafka:
            code, _, log, counters = replay(*kafka.options(*options))
            self.assertEqual(code, 0, log)
            self.assertEqual(counters["delivered"], counters["taken"], log)
            return kafka.messages(), counters

    def expected(self):
        return replay("-transport=stdout")[1].splitlines()

    def test_every_record(self):
        messages, _ = self.replayed()
        self.assertEqual(sorted(m.value for m in messages), sorted(self.expected()))
        self.assertTrue(all(m.key is None for m in messages))
        for m in messages:
            self.assertEqual(m.time_ms, json.loads(m.value)["time_received_ns"] // 1000000)

    def test_keys_as_java_partitions_them(self):
        for words, key in [
            ("src_addr", "{src_addr}"),
            ("src_addr,proto,type", "{src_addr}|{proto}|{type}"),
            ("{{{type}}}:{src_addr}", "{{{type}}}:{src_addr}"),
        ]:
            with self.subTest(words):
                messages, _ = self.replayed("-transport.kafka.key", words)
                for m in messages:
                    record = json.loads(m.value)
                    if m.key is None:
                        self.assertEqual(record["src_addr"], "")
                        continue
                    self.assertEqual(m.key, key.format(**record).encode())
                    self.assertEqual(m.partition, murmur2.partition(m.key, 6))

    def test_goflow2_goes_round(self):
        messages, _ = self.replayed("-compat=goflow2", "-transport.kafka.flushfreq=10ms")
        counts = [sum(m.partition == p for m in messages) for p in range(6)]
        self.assertLessEqual(max(counts) - min(counts), 1)

    def test_goflow2_hashes(self):
        for compat in ["goflow2", ""]:
            messages, _ = self.replayed(
                f"-compat={compat}",
                "-transport.kafka.flushfreq=10ms",
                "-transport.kafka.hashing",
                "-transport.kafka.key=src_addr",
            )
            for m in messages:
                if m.key is not None:
                    self.assertEqual(m.partition, fixture.goflow2_partition(m.key, 6))

    def test_goflow2_hashes_nothing_to_one_partition(self):
        messages, _ = self.replayed(
            "-compat=goflow2", "-transport.kafka.flushfreq=10ms", "-transport.kafka.hashing"
        )
        self.assertEqual({m.partition for m in messages}, {fixture.goflow2_partition(b"", 6)})

    def test_mapping_key(self):
        with tempfile.NamedTemporaryFile("w", suffix=".yaml") as mapping:
            mapping.write("formatter:\n  key:\n    - sampler_address\n")
            mapping.flush()
            messages, _ = self.replayed("-mapping", mapping.name)
        local = [m for m in messages if json.loads(m.value)["sampler_address"] == "127.0.0.1"]
        self.assertTrue(local)
        self.assertEqual({m.key for m in local}, {bytes.fromhex("d6404836")})

    def test_headers_and_time(self):
        messages, _ = self.replayed(
            "-transport.kafka.header=schema=flow/1",
            "-transport.kafka.header=collector=a=b",
            "-transport.kafka.timestamp=flow_end",
        )
        for m in messages:
            self.assertEqual(m.headers, "schema=flow/1,collector=a=b")
            ended_ms = json.loads(m.value)["time_flow_end_ns"] // 1000000
            if ended_ms > 0:
                self.assertEqual(m.time_ms, ended_ms)

    def test_topics_by_kind(self):
        for policy in ["drop-newest", "drop-oldest", "spool"]:
            with self.subTest(policy), Kafka(MOCK) as kafka:
                with tempfile.TemporaryDirectory() as folder:
                    code, _, log, counters = replay(
                        *kafka.options(
                            "-transport.kafka.topic.sflow=flows.sflow",
                            "-transport.kafka.topic.ipfix=flows.ipfix",
                            f"-transport.kafka.policy={policy}",
                            f"-transport.kafka.spool.path={folder}/spool",
                        )
                    )
                self.assertEqual(code, 0, log)
                arrived = 0
                for topic, kinds in [
                    ("flows.sflow", {"SFLOW_5"}),
                    ("flows.ipfix", {"IPFIX"}),
                    ("flows", {"NETFLOW_V1", "NETFLOW_V5", "NETFLOW_V7", "NETFLOW_V9"}),
                ]:
                    messages = kafka.messages(topic)
                    arrived += len(messages)
                    self.assertEqual({json.loads(m.value)["type"] for m in messages}, kinds)
                self.assertEqual(arrived, counters["delivered"])

    def test_subscribers(self):
        """Records come under what their subscriber is joined by; those of nobody apart, without a key."""
        with Kafka(MOCK) as kafka:
            code, _, log, counters = replay(
                *kafka.options(
                    "-fields=stream",
                    f"-subscribers={POOLS}",
                    "-transport.kafka.key=sub_key",
                    "-transport.kafka.topic.transit=flows.transit",
                )
            )
            self.assertEqual(code, 0, log)
            transit, others = kafka.messages("flows.transit"), kafka.messages("flows")
        self.assertEqual(len(transit) + len(others), counters["delivered"])
        self.assertTrue(transit)
        for m in transit:
            self.assertEqual((m.key, json.loads(m.value)["direction"]), (None, "transit"))
        for m in others:
            self.assertEqual((m.key or b"").decode(), json.loads(m.value).get("sub_key", ""))
        self.assertIn(b"office|192.0.2.10", {m.key for m in others})

    def test_records_beside_flows(self):
        with Kafka(MOCK) as kafka:
            code, _, log, counters = replay(
                *kafka.options(
                    "-records=all",
                    "-transport.kafka.topic.counters=counters",
                    "-transport.kafka.topic.samplers=samplers",
                )
            )
            self.assertEqual(code, 0, log)
            arrived = {topic: kafka.messages(topic) for topic in ("flows", "counters", "samplers")}
        self.assertEqual(sum(map(len, arrived.values())), counters["delivered"])
        for topic in ("counters", "samplers"):
            self.assertEqual({json.loads(m.value)["record"] for m in arrived[topic]}, {topic})
        for m in arrived["samplers"]:
            row = json.loads(m.value)
            whose = f"{row['exporter_addr']}|{row['observation_domain_id']}"
            of = f"|interface:{row['if_index']}" if "if_index" in row else ""
            self.assertEqual(m.key.decode(), whose + of)
        for m in arrived["counters"]:
            self.assertRegex(m.key, rb"^[0-9a-f.:]+\|\d+\|\d+:\d+$")
        kinds = {json.loads(m.value).get("record") for m in arrived["flows"]}
        self.assertLessEqual({None, "loss"}, kinds)
        self.assertFalse({"counters", "samplers"} & kinds)

    def test_many_records_in_a_message(self):
        messages, counters = self.replayed(
            "-transport.kafka.records-per-message=10", "-transport.kafka.key=src_addr"
        )
        lines = [line for m in messages for line in m.value.split(b"\n")]
        self.assertEqual(sorted(lines), sorted(self.expected()))
        self.assertEqual(counters["delivered"], len(lines))
        self.assertLess(len(messages), len(lines))
        self.assertLessEqual(max(m.value.count(b"\n") for m in messages), 9)
        for m in messages:
            key = (m.key or b"").decode()
            self.assertEqual({json.loads(v)["src_addr"] for v in m.value.split(b"\n")}, {key})

    def test_too_large(self):
        """A message that is too large costs itself, and is told of."""
        with Kafka(MOCK) as kafka, tempfile.TemporaryDirectory() as folder:
            for policy in ["drop-newest", "drop-oldest", "block", "spool"]:
                letters = pathlib.Path(folder) / f"letters-{policy}"
                code, _, log, counters = replay(
                    *kafka.options(
                        "-transport.kafka.maxmsgbytes=1040",
                        f"-transport.kafka.policy={policy}",
                        f"-transport.kafka.spool.path={folder}/spool",
                        f"-transport.kafka.dead-letter={letters}",
                    )
                )
                self.assertEqual(code, 0, log)
                buried = [json.loads(line)["value"] for line in letters.read_text().splitlines()]
                self.assertGreater(counters["delivered"], 0, log)
                self.assertEqual(counters["too_large"], len(buried))
                self.assertEqual(counters["delivered"] + len(buried), counters["taken"])
                self.assertTrue(all(len(value) > 1000 for value in buried))

    def test_codecs(self):
        for codec in ["none", "GZIP", "snappy", "lz4", "zstd"]:
            with self.subTest(codec):
                messages, _ = self.replayed("-transport.kafka.compression", codec)
                self.assertEqual(len(messages), len(self.expected()))


class Refused(unittest.TestCase):
    """A setting that cannot be ends weir at once, with a line that names it."""

    def test_settings(self):
        with tempfile.NamedTemporaryFile("w") as secret:
            secret.write("secret")
            secret.flush()
            os.chmod(secret.name, 0o644)
            cases = [
                ("no.such.thing", "property=no.such.thing=1"),
                ("acks", "property=acks=many"),
                ("name=value", "property=linger"),
                ("transactional.id", "property=transactional.id=x"),
                ("/nonexistent", "property.file=/nonexistent"),
                ("brotli", "compression=brotli"),
                ("such as 2.8.0", "version=two"),
                ("gssapi", "sasl=gssapi"),
                ("KAFKA_SASL_USER", "sasl=plain"),
                ("chmod 600", "sasl=scram-sha512", "sasl.user.file=" + secret.name),
                ("needs its key", "tls.client=/x.pem"),
                ("/nonexistent", "tls", "tls.ca=/nonexistent"),
                ("drop-newest, drop-oldest, block or spool", "policy=sometimes"),
                ("spool.path", "policy=spool"),
                ("received or flow_end", "timestamp=now"),
                ("name=value", "header=alone"),
                ("1 to 4095", "records-per-message=0"),
                ("message.max.bytes", "maxmsgbytes=1"),
                ("/nonexistent/x", "dead-letter=/nonexistent/x"),
                ("name of a topic", "topic="),
                ("src_addr", "key=src_adr"),
                ("brace", "key={src_addr"),
                ("as_path", "key=as_path"),
            ]
            for said, *options in cases:
                with self.subTest(options[0]):
                    options = [f"-transport.kafka.{option}" for option in options]
                    code, _, log, _ = replay("-transport=kafka", *options)
                    self.assertIn(code, (1, 2), log)
                    self.assertIn(said, log)


class Errors(unittest.TestCase):
    """Each error ends as transports/kafka_errors.def says: nothing is lost unseen."""

    def case(self, number, count, end):
        time_limit = 5000 if end == "timed_out" else 60000
        with Kafka(MOCK, 1) as kafka, tempfile.TemporaryDirectory() as folder:
            letters = pathlib.Path(folder) / "letters"
            kafka.tell(f"errors 0 {number} {count}")
            code, _, log, counters = replay(
                *kafka.options(
                    f"-transport.kafka.dead-letter={letters}",
                    "-transport.kafka.linger=10ms",
                    f"-transport.kafka.property=message.timeout.ms={time_limit}",
                )
            )
            self.assertEqual(code, 0, log)
            taken = counters["taken"]
            arrived = len(kafka.messages())
            left = kafka.tell("left 0")
            buried = [json.loads(line) for line in letters.read_text().splitlines()]
        lost = taken - counters.get("delivered", 0)
        self.assertGreaterEqual(arrived, counters.get("delivered", 0))
        if end == "delivered":
            self.assertEqual(lost, 0, log)
        elif end == "buried":
            self.assertEqual(len(buried), lost)
            self.assertTrue(all(b["value"].startswith("{") for b in buried))
        else:
            self.assertEqual(counters[end], lost, log)
        if end != "delivered":
            self.assertGreater(lost, 0)
            self.assertIn("Kafka does not take a record", log)
            self.assertLess(len(log.splitlines()), 40, log)
        return count - left

    def test_one(self):
        def one(name):
            number, end, _ = ERRORS[name]
            self.assertEqual(self.case(number, 1, end), 1)

        each(self, ERRORS, one)

    def test_all(self):
        """No busy loop either: what is asked for again is asked for a bounded number of times."""

        def everything(name):
            number, _, end = ERRORS[name]
            self.assertLess(self.case(number, 20000, end), 5000)

        each(self, ERRORS, everything)


class Outages(unittest.TestCase):
    """What becomes of records while no broker answers, by policy."""

    small = "-transport.kafka.property=queue.buffering.max.messages=1000"

    def outage(self, *options, records=6000, end=None):
        """Sends while the broker is away; returns what arrived, the log and the counters."""
        with Kafka(MOCK) as kafka:
            kafka.tell("down")
            with Collector(WEIR, *kafka.options(*options)) as weir:
                weir.send(records)
                self.assertTrue(weir.logs("no broker of Kafka answers"), weir.log)
                if end is not None:
                    end(weir)
                kafka.tell("up")
                self.assertTrue(weir.logs("takes records again"), weir.log)
                code, log = weir.stop()
                self.assertEqual(code, 0, log)
                counters = json.loads(log.splitlines()[-1])
                self.assertEqual(counters["records"], records)
                return kafka.messages(), log, counters

    def test_drop_newest(self):
        messages, log, counters = self.outage(self.small)
        arrived = sorted(numbers(messages))
        self.assertEqual(arrived[:1000], list(range(1000)))
        self.assertEqual(counters["records_unsent"], 6000 - len(arrived))
        self.assertIn("records_unsent=", log)

    def test_drop_oldest(self):
        messages, _, counters = self.outage(
            "-transport.kafka.policy=drop-oldest",
            "-transport.kafka.queue.bytes=1048576",
            self.small,
        )
        arrived = sorted(numbers(messages))
        lost = counters["transport"]["queue_full"]
        self.assertGreater(lost, 0)
        self.assertEqual(len(arrived), 6000 - lost)
        self.assertEqual(arrived[-500:], list(range(5500, 6000)))

    def test_block(self):
        messages, _, counters = self.outage(
            "-transport.kafka.policy=block", "-transport.kafka.block.time=10ms", self.small
        )
        self.assertEqual(counters["records_unsent"], 6000 - len(messages))

    def in_order(self, messages, records, repeats=0):
        """Every record is there, and those of a key follow each other; some perhaps twice."""
        self.assertEqual(sorted(set(numbers(messages))), list(range(records)))
        self.assertLessEqual(len(messages), records + repeats)
        for key in {m.key for m in messages}:
            seen = dict.fromkeys(numbers([m for m in messages if m.key == key]))
            self.assertEqual(list(seen), sorted(seen))

    def spool(self, folder, *options):
        return [
            "-transport.kafka.policy=spool",
            f"-transport.kafka.spool.path={folder}/spool",
            f"-transport.kafka.dead-letter={folder}/letters",
            "-transport.kafka.key=src_addr",
            self.small,
            *options,
        ]

    def test_spool(self):
        with tempfile.TemporaryDirectory() as folder:
            messages, _, counters = self.outage(*self.spool(folder), records=20000)
            self.in_order(messages, 20000)
            self.assertEqual(counters["transport"]["delivered"], 20000)

    def test_spool_after_a_kill(self):
        with Kafka(MOCK) as kafka, tempfile.TemporaryDirectory() as folder:
            options = kafka.options(*self.spool(folder))
            kafka.tell("down")
            with Collector(WEIR, *options) as weir:
                weir.send(5000)
                self.assertTrue(weir.logs("no broker of Kafka answers"), weir.log)
                weir.stop(9)
            kafka.tell("up")
            with Collector(WEIR, *options) as weir:
                weir.sent = 5000
                weir.send(1000)
                code, log = weir.stop()
            self.assertEqual(code, 0, log)
            self.in_order(kafka.messages(), 6000)

    def test_spool_stays(self):
        """A stop with no broker in sight is quick, and loses nothing."""
        with Kafka(MOCK) as kafka, tempfile.TemporaryDirectory() as folder:
            options = kafka.options(*self.spool(folder))
            kafka.tell("down")
            with Collector(WEIR, *options) as weir:
                weir.send(3000)
                self.assertTrue(weir.logs("no broker of Kafka answers"), weir.log)
                code, log = weir.stop()
            self.assertEqual(code, 0, log)
            self.assertIn("records stay in the spool", log)
            self.assertEqual(json.loads(log.splitlines()[-1])["transport"]["held"], 3000)
            kafka.tell("up")
            code, _, log, _ = replay(*options)
            self.assertEqual(code, 0, log)
            self.assertTrue(
                set(range(3000)) <= {json.loads(m.value)["bytes"] for m in kafka.messages()}
            )

    def test_spool_bounds(self):
        """What the spool cannot hold is lost from its old end, and counted."""
        with tempfile.TemporaryDirectory() as folder:
            options = self.spool(folder, "-transport.kafka.spool.bytes=4194304")
            messages, _, counters = self.outage(*options, records=20000)
            lost = counters["transport"]["queue_full"]
            arrived = set(numbers(messages))
            self.assertGreater(lost, 0)
            self.assertEqual(len(arrived), 20000 - lost)
            self.assertTrue(set(range(19500, 20000)) <= arrived)

    def test_spool_errors(self):
        """With a spool, errors of the topic and of the cluster lose nothing."""
        def one(name):
            number, after_one, _ = ERRORS[name]
            with Kafka(MOCK, 1) as kafka, tempfile.TemporaryDirectory() as folder:
                kafka.tell(f"errors 0 {number} 1")
                code, _, log, counters = replay(*kafka.options(*self.spool(folder)))
                self.assertEqual(code, 0, log)
                self.assertEqual(kafka.tell("left 0"), 0)
                letters = (pathlib.Path(folder) / "letters").read_text().splitlines()
                lost = counters["taken"] - counters.get("delivered", 0)
                self.assertEqual(lost, len(letters), log)
                self.assertEqual(lost > 0, after_one == "buried", log)
                self.assertEqual(len(kafka.messages()), counters["taken"] - lost)

        each(self, ERRORS, one)

    def test_spool_order(self):
        """A batch that is refused for a moment is not overtaken by the one behind it."""
        large = "-transport.kafka.property=queue.buffering.max.messages=100000"

        def one(name):
            with Kafka(MOCK, 1) as kafka, tempfile.TemporaryDirectory() as folder:
                kafka.tell("rtt 300")
                with Collector(WEIR, *kafka.options(*self.spool(folder, large))) as weir:
                    for _ in range(REFUSALS):
                        for _ in range(BATCHES_BETWEEN):
                            weir.send(500)
                            time.sleep(LINGER)
                        kafka.tell(f"errors 0 {ERRORS[name][0]} 1")
                    kafka.tell("rtt 0")
                    code, log = weir.stop()
                self.assertEqual(code, 0, log)
                self.assertEqual(kafka.tell("left 0"), 0)
                self.in_order(kafka.messages(), weir.sent)

        each(self, PASSING, one)

    def test_producer_renewed(self):
        """An idempotent producer that has lost count is replaced, and its records with it."""
        for policy in ["drop-newest", "spool"]:
            with self.subTest(policy), Kafka(MOCK, 1) as kafka:
                with tempfile.TemporaryDirectory() as folder:
                    kafka.tell("errors 0 45 1")
                    code, _, log, counters = replay(
                        *kafka.options(
                            *self.spool(folder, "-transport.kafka.policy=" + policy),
                            "-transport.kafka.property=enable.idempotence=true",
                            "-transport.kafka.property=max.in.flight=5",
                        )
                    )
                self.assertEqual(code, 0, log)
                self.assertIn("a new producer takes the place", log)
                self.assertEqual(counters["delivered"], counters["taken"], log)
                self.assertGreaterEqual(len(kafka.messages()), counters["taken"])


class Secrets(unittest.TestCase):
    """Nothing that weir writes shows a secret."""

    def test_canary(self):
        with Kafka(MOCK) as kafka, tempfile.TemporaryDirectory() as folder:
            password = pathlib.Path(folder) / "password"
            password.write_text(CANARY + "\n")
            properties = pathlib.Path(folder) / "properties"
            properties.write_text(f"# secrets\nssl.key.password={CANARY}\n")
            token = pathlib.Path(folder) / "token"
            token.write_text(f"e30.eyJleHAiOjk5OTk5OTk5OTksInN1YiI6IndlaXIifQ.{CANARY}")
            for path in [password, properties, token]:
                path.chmod(0o600)
            user = {"KAFKA_SASL_USER": "weir", "KAFKA_SASL_PASS": CANARY}
            for options in [
                ["sasl=plain"],
                ["sasl=scram-sha512", f"sasl.password.file={password}"],
                ["sasl=plain", f"property.file={properties}"],
                ["sasl=oauthbearer", f"sasl.token.file={token}"],
                ["sasl=plain", f"property=sasl.password={CANARY}"],
                ["sasl=plain", f"property=sasl.passwort={CANARY}"],
                ["sasl=plain", f"property={CANARY}"],
                ["sasl=plain", f"property=acks={CANARY}"],
                ["sasl=plain", f"tls.client={password}", f"tls.key={password}", "tls"],
            ]:
                with self.subTest(options[-1]):
                    _, out, log, _ = replay(
                        *kafka.options("-loglevel=debug", "-transport.kafka.property=debug=all"),
                        "-transport.kafka.property=message.timeout.ms=500",
                        *[f"-transport.kafka.{option}" for option in options],
                        environment=user,
                    )
                    self.assertTrue(log)
                    self.assertNotIn(CANARY, log + out.decode())
                    self.assertNotIn("Failed to acquire SASL OAUTHBEARER token", log)


def main():
    global WEIR, MOCK
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--weir", required=True)
    parser.add_argument("--mock", required=True)
    options, rest = parser.parse_known_args()
    WEIR, MOCK = options.weir, options.mock
    if not fixture.has_kcat():
        print("SKIPPED: no kcat (Debian: kcat)")
        sys.exit(77)
    unittest.main(argv=[sys.argv[0], *rest])


if __name__ == "__main__":
    main()
