#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The transport kafka against a mock cluster that refuses, goes away or comes back."""

import contextlib
import json
import pathlib
import signal
import tempfile
import time
import unittest

from kafka.mocked import Programs, each, main, numbers, replay
from kafka_fixture import Collector, Kafka, eventually

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
# What is sent at once leaves in one request, whenever weir's threads get to run.
TOGETHER = "-transport.kafka.linger=1s"


class Errors(unittest.TestCase):
    """Each error ends as transports/kafka_errors.def says: nothing is lost unseen."""

    def case(self, number, count, end):
        time_limit = 5000 if end == "timed_out" else 60000
        with Kafka(Programs.mock, 1) as kafka, tempfile.TemporaryDirectory() as folder:
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

    def test_dead_letters_moved(self):
        """A signal opens their file anew at once."""
        with Kafka(Programs.mock, 1) as kafka, tempfile.TemporaryDirectory() as folder:
            letters = pathlib.Path(folder) / "letters"
            options = kafka.options(f"-transport.kafka.dead-letter={letters}", TOGETHER)
            with Collector(Programs.weir, *options) as weir:
                for place in "first", "second":
                    self.assertTrue(eventually(letters.exists))
                    kafka.tell(f"errors 0 {ERRORS['POLICY_VIOLATION'][0]} 1")
                    weir.send(20)
                    self.assertTrue(eventually(lambda: len(letters.read_bytes().splitlines()) == 20))
                    letters.rename(letters.with_name(place))
                    weir.process.send_signal(signal.SIGUSR1)


class Outages(unittest.TestCase):
    """What becomes of records while no broker answers, by policy."""

    small = "-transport.kafka.property=queue.buffering.max.messages=1000"

    def outage(self, *options, records=6000, end=None):
        """Sends while the broker is away; returns what arrived, the log and the counters."""
        with Kafka(Programs.mock) as kafka:
            kafka.tell("down")
            with Collector(Programs.weir, *kafka.options(*options)) as weir:
                weir.send(records)
                self.assertTrue(weir.logs("no broker of Kafka answers"), weir.log)
                if end is not None:
                    end(weir)
                kafka.tell("up")
                self.assertTrue(weir.logs("takes records again"), weir.log)
                self.assertTrue(weir.settles(records), weir.log)
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
        with Kafka(Programs.mock) as kafka, tempfile.TemporaryDirectory() as folder:
            options = kafka.options(*self.spool(folder))
            kafka.tell("down")
            with Collector(Programs.weir, *options) as weir:
                weir.send(5000)
                self.assertTrue(weir.takes(5000), weir.log)
                self.assertTrue(weir.logs("no broker of Kafka answers"), weir.log)
                weir.stop(9)
            kafka.tell("up")
            with Collector(Programs.weir, *options) as weir:
                weir.sent = 5000
                weir.send(1000)
                self.assertTrue(weir.settles(6000), weir.log)
                code, log = weir.stop()
            self.assertEqual(code, 0, log)
            self.in_order(kafka.messages(), 6000)

    def test_spool_stays(self):
        """A stop with no broker in sight is quick, and loses nothing."""
        with Kafka(Programs.mock) as kafka, tempfile.TemporaryDirectory() as folder:
            options = kafka.options(*self.spool(folder))
            kafka.tell("down")
            with Collector(Programs.weir, *options) as weir:
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

    def test_spool_cannot_be_read(self):
        """That is said once, and when it can be read again, nothing is missing."""
        few = "-transport.kafka.property=queue.buffering.max.messages=100"
        with Kafka(Programs.mock) as kafka, tempfile.TemporaryDirectory() as folder:
            kafka.tell("down")
            options = self.spool(folder, few)
            options.remove(self.small)
            with Collector(Programs.weir, *kafka.options(*options)) as weir:
                weir.send(100)
                self.assertTrue(weir.takes(100), weir.log)
                (segment,) = (pathlib.Path(folder) / "spool").glob("*.segment")
                away = segment.rename(segment.with_name("away"))
                segment.symlink_to(away)
                weir.send(100)
                self.assertTrue(weir.logs("cannot read the spool"), weir.log)
                time.sleep(3)
                self.assertEqual(weir.read_log().count("cannot read the spool"), 1, weir.log)
                away.replace(segment)
                kafka.tell("up")
                self.assertTrue(eventually(lambda: len(kafka.messages()) == 200), weir.read_log())
                code, log = weir.stop()
            self.assertEqual(code, 0, log)
            self.in_order(kafka.messages(), 200)

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
            with Kafka(Programs.mock, 1) as kafka, tempfile.TemporaryDirectory() as folder:
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
            with Kafka(Programs.mock, 1) as kafka, tempfile.TemporaryDirectory() as folder:
                kafka.tell("rtt 300")
                with Collector(Programs.weir, *kafka.options(*self.spool(folder, large))) as weir:
                    for _ in range(REFUSALS):  # each of a batch that is yet to come
                        kafka.tell(f"errors 0 {ERRORS[name][0]} 1")
                        for _ in range(BATCHES_BETWEEN):
                            weir.send(500)
                            time.sleep(LINGER)
                    kafka.tell("rtt 0")
                    self.assertTrue(weir.settles(weir.sent), weir.log)
                    code, log = weir.stop()
                self.assertEqual(code, 0, log)
                self.assertEqual(kafka.tell("left 0"), 0)
                self.in_order(kafka.messages(), weir.sent)

        each(self, PASSING, one)

    def test_producer_renewed(self):
        """An idempotent producer that has lost count is replaced, and its records with it."""
        for policy in ["drop-newest", "spool"]:
            with self.subTest(policy), Kafka(Programs.mock, 1) as kafka:
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

    def one_batch(self, folder, policy, *answers):
        """A batch of 20 records, of an idempotent producer, and these answers: nothing is lost."""
        with Kafka(Programs.mock, 1) as kafka:
            for name in answers:
                kafka.tell(f"errors 0 {ERRORS[name][0]} 1")
            options = self.spool(
                folder,
                f"-transport.kafka.policy={policy}",
                "-transport.kafka.property=enable.idempotence=true",
                TOGETHER,
                "-transport.kafka.property=max.in.flight=1",  # an answer for each of the producers
            )
            with Collector(Programs.weir, *kafka.options(*options)) as weir:
                weir.send(20)
                arrived = eventually(lambda: len(set(numbers(kafka.messages()))) == 20)
                self.assertTrue(arrived, weir.read_log())
                code, log = weir.stop()
            self.assertEqual(code, 0, log)
            self.assertEqual(kafka.tell("left 0"), 0)
            self.assertEqual(json.loads(log.splitlines()[-1])["transport"]["delivered"], 20, log)
            return log.count("a new producer takes the place")

    def test_producer_alone_renewed(self):
        """That of records which are refused in a batch, too."""
        for policy in ["drop-newest", "spool"]:
            with self.subTest(policy), tempfile.TemporaryDirectory() as folder:
                answers = "MESSAGE_TOO_LARGE", "OUT_OF_ORDER_SEQUENCE_NUMBER"
                self.assertEqual(self.one_batch(folder, policy, *answers), 1)

    def test_producer_renewed_twice(self):
        """There is one renewal a second, and what comes back before it has to wait."""
        alone = ["MESSAGE_TOO_LARGE"]
        for policy, before in ("drop-newest", []), ("drop-newest", alone), ("spool", []):
            with self.subTest((policy, *before)), tempfile.TemporaryDirectory() as folder:
                answers = ["OUT_OF_ORDER_SEQUENCE_NUMBER"] * 3
                self.assertGreater(self.one_batch(folder, policy, *before, *answers), 1)


class Renewals(unittest.TestCase):
    """A file of secrets changes, and a signal has it read again."""

    renewed = "a new producer sends with them"
    refused = "cannot be used: the old ones stay"
    policies = "drop-newest", "drop-oldest", "block", "spool"

    @contextlib.contextmanager
    def running(self, policy, properties, *commands):
        """weir with a file of these properties, and a broker that was told the commands before."""
        with Kafka(Programs.mock, 1) as kafka, tempfile.TemporaryDirectory() as folder:
            for command in commands:
                kafka.tell(command)
            secrets = pathlib.Path(folder, "properties")
            self.write(secrets, properties)
            options = kafka.options(
                f"-transport.kafka.policy={policy}",
                f"-transport.kafka.spool.path={folder}/spool",
                f"-transport.kafka.property.file={secrets}",
                "-transport.kafka.key=src_addr",
            )
            with Collector(Programs.weir, *options) as weir:
                yield kafka, weir, secrets

    def write(self, secrets, properties):
        fresh = secrets.with_name("fresh")
        fresh.touch(mode=0o600)
        fresh.write_text(properties)
        fresh.replace(secrets)

    def said(self, weir, text, times=1):
        self.assertTrue(eventually(lambda: weir.read_log().count(text) == times), weir.log)

    def renew(self, weir, secrets, properties, number=signal.SIGHUP, times=1):
        """For the times-th time since it runs."""
        self.write(secrets, properties)
        weir.process.send_signal(number)
        self.said(weir, self.renewed, times)

    def delivers(self, weir):
        self.assertTrue(weir.counts("delivered", weir.sent), weir.log)

    def stop(self, weir):
        code, log = weir.stop()
        self.assertEqual(code, 0, log)
        return log

    def test_under_way(self):
        """What is in the queue goes to the new one, what is in flight is answered: all once."""

        def one(policy):
            with self.running(policy, "linger.ms=50\n") as (kafka, weir, secrets):
                weir.send(20)
                self.delivers(weir)
                kafka.tell("rtt 300")
                for times in 1, 2:
                    weir.send(500)
                    time.sleep(LINGER)
                    weir.send(500)
                    self.renew(weir, secrets, f"linger.ms={50 + times}\n", times=times)
                kafka.tell("rtt 0")
                self.assertNotIn("ERROR", self.stop(weir))
                arrived = numbers(kafka.messages())
            self.assertEqual(sorted(arrived), list(range(weir.sent)))
            if policy == "spool":
                for key in range(3):
                    of_key = [number for number in arrived if number % 3 == key]
                    self.assertEqual(of_key, sorted(of_key))

        each(self, self.policies, one)

    def test_alone(self):
        """So do messages that go alone, since their batch was refused."""
        too_large = f"errors 0 {ERRORS['MESSAGE_TOO_LARGE'][0]} 1"

        def one(policy):
            with self.running(policy, "linger.ms=50\n", too_large) as (kafka, weir, secrets):
                kafka.tell("rtt 400")
                weir.send(20)
                self.assertTrue(weir.logs("Kafka does not take a record"), weir.log)
                self.renew(weir, secrets, "linger.ms=51\n")
                kafka.tell("rtt 0")
                self.delivers(weir)
                self.stop(weir)
                self.assertEqual(sorted(numbers(kafka.messages())), list(range(20)))

        each(self, ("drop-newest", "spool"), one)

    def test_never_answered(self):
        """What the old producer would send again after a lost connection, the new one does."""
        late = "retry.backoff.ms=300000\n"

        def one(policy):
            with self.running(policy, late + "linger.ms=50\n") as (kafka, weir, secrets):
                weir.send(20)
                self.delivers(weir)
                kafka.tell("rtt 5000")
                weir.send(500)
                time.sleep(LINGER)
                self.renew(weir, secrets, "linger.ms=50\n")
                for command in "down", "rtt 0", "up":
                    kafka.tell(command)
                self.delivers(weir)
                self.stop(weir)
                self.assertEqual(set(numbers(kafka.messages())), set(range(weir.sent)))

        each(self, self.policies, one)

    def test_without_room(self):
        """What the new producer has no room for waits in the old one."""
        large, small = (f"queue.buffering.max.messages={n}\n" for n in (1000, 100))

        def one(policy):
            with self.running(policy, large, "down") as (kafka, weir, secrets):
                weir.send(1000)
                self.assertTrue(weir.takes(1000), weir.log)
                self.assertTrue(weir.logs("no broker of Kafka answers"), weir.log)
                self.renew(weir, secrets, small, signal.SIGUSR1)
                kafka.tell("up")
                self.delivers(weir)
                self.stop(weir)
                self.assertEqual(sorted(numbers(kafka.messages())), list(range(1000)))

        each(self, self.policies, one)

    def test_nothing_new(self):
        """Without a change nothing is renewed; with one that cannot be, the old one goes on."""
        right, wrong = "acks=all\n", "acks=sometimes\n"
        with self.running("drop-newest", right) as (kafka, weir, secrets):
            for number in signal.SIGUSR1, signal.SIGHUP:
                weir.process.send_signal(number)
                self.assertTrue(weir.counts("taken", weir.sent or None), weir.log)
                weir.send(20)
                self.delivers(weir)
            self.assertNotIn(self.renewed, weir.read_log())
            self.write(secrets, wrong)
            for times in 1, 2:
                weir.process.send_signal(signal.SIGUSR1)
                self.said(weir, self.refused, times)
            weir.send(20)
            self.delivers(weir)
            self.assertNotIn(self.renewed, weir.read_log())
            self.renew(weir, secrets, right, signal.SIGUSR1)
            weir.send(20)
            self.stop(weir)
            self.assertEqual(numbers(kafka.messages()), list(range(weir.sent)))


if __name__ == "__main__":
    main(__doc__)
