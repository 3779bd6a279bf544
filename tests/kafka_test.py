#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The transport kafka against librdkafka's mock cluster: what arrives, where, and what is refused."""

import json
import os
import pathlib
import socket
import tempfile
import time
import unittest

import kafka_fixture as fixture
import ports
from kafka import murmur2
from kafka.mocked import Programs, main, replay
from kafka_fixture import Kafka

CANARY = "S3cr3t-CANARY"
POOLS = pathlib.Path(__file__).parent / "subscribers" / "mixed.yaml"


class Arrival(unittest.TestCase):
    def replayed(self, *options, partitions=6):
        with Kafka(Programs.mock, partitions) as kafka:
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
            with self.subTest(policy), Kafka(Programs.mock) as kafka:
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
        with Kafka(Programs.mock) as kafka:
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
        with Kafka(Programs.mock) as kafka:
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
        with Kafka(Programs.mock) as kafka, tempfile.TemporaryDirectory() as folder:
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


class Blocked(unittest.TestCase):
    """While nothing is delivered and workers wait for room, datagrams stay in the socket."""

    def flooded(self, datagrams, block_time, then):
        """What is counted in the end, if the broker goes away before as many datagrams come."""
        with Kafka(Programs.mock) as kafka:
            kafka.tell("down")
            options = kafka.options(
                "-transport.kafka.policy=block",
                f"-transport.kafka.block.time={block_time}",
                "-transport.kafka.property=queue.buffering.max.messages=1000",
            )
            with fixture.Collector(Programs.weir, *options) as weir:
                with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sender:
                    for n in range(datagrams):
                        sender.sendto(fixture.netflow5(28 * n, 28), ("127.0.0.1", weir.port))
                time.sleep(1)
                then(kafka, weir)
                code, log = weir.stop()
            self.assertEqual(code, 0, log)
            return json.loads(log.splitlines()[-1])

    def test_few_are_read(self):
        """A turn of the loop is one batch, and not as long as a thousand datagrams take."""
        counters = self.flooded(1500, "100ms", lambda kafka, weir: None)
        self.assertGreater(counters["records_unsent"], 0)
        self.assertLess(counters["datagrams"], 1000)

    def test_all_are_read_later(self):
        def come_back(kafka, weir):
            self.assertGreater(ports.waiting(weir.port), 0)
            kafka.tell("up")
            self.assertTrue(weir.drained())

        counters = self.flooded(300, "10m", come_back)
        self.assertNotIn("records_unsent", counters)
        self.assertEqual(counters["transport"]["delivered"], counters["records"])


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


class Secrets(unittest.TestCase):
    """Nothing that weir writes shows a secret."""

    def test_canary(self):
        with Kafka(Programs.mock) as kafka, tempfile.TemporaryDirectory() as folder:
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


if __name__ == "__main__":
    main(__doc__)
