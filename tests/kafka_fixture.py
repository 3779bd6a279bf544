# SPDX-License-Identifier: Apache-2.0
"""What tests of the transport kafka share: a mock cluster, its readers, and records to send."""

import io
import json
import os
import pathlib
import select
import shutil
import signal
import socket
import struct
import subprocess
import time

import ports

PATIENCE = 120  # seconds until a test gives up
CAPTURES = sorted((pathlib.Path(__file__).parent / "captures").glob("*.pcap"))
ENVIRONMENT = {k: v for k, v in os.environ.items() if not k.startswith("KAFKA_SASL_")}


def eventually(condition):
    end = time.monotonic() + PATIENCE
    while time.monotonic() < end:
        if condition():
            return True
        time.sleep(0.05)
    return False


class Message:
    """One message as Kafka has it."""

    def __init__(self, partition, time_ms, key, value, headers):
        self.partition = partition
        self.time_ms = time_ms
        self.key = key
        self.value = value
        self.headers = headers

    @staticmethod
    def read_all(text):
        """What kcat prints for Kafka.messages()."""
        messages = []
        printed = io.BytesIO(text)
        while head := printed.readline():
            partition, time_ms, key_len, value_len = map(int, head.split())
            key = printed.read(key_len) if key_len >= 0 else None
            value = printed.read(value_len)
            printed.read(1)
            headers = printed.readline().rstrip(b"\n").decode()
            messages.append(Message(partition, time_ms, key, value, headers))
        return messages


class Kafka:
    """librdkafka's mock cluster as a process, with one topic."""

    topic = "flows"

    def __init__(self, program, partitions=6, brokers=1):
        self.process = subprocess.Popen(
            [program, str(brokers), self.topic, str(partitions)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
            bufsize=1,
        )
        self.brokers = self.process.stdout.readline().strip()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.process.stdin.close()
        self.process.wait(PATIENCE)
        self.process.stdout.close()

    def tell(self, command):
        self.process.stdin.write(command + "\n")
        return int(self.process.stdout.readline())

    def options(self, *more):
        return [
            "-transport=kafka",
            f"-transport.kafka.brokers={self.brokers}",
            f"-transport.kafka.topic={self.topic}",
            *more,
        ]

    def messages(self, topic=topic):
        """All that a topic holds, in order within each partition."""
        done = subprocess.run(
            ["kcat", "-b", self.brokers, "-t", topic, "-C", "-e", "-q", "-m", str(PATIENCE)]
            + ["-o", "beginning", "-f", "%p %T %K %S\\n%k%s\\n%h\\n"],
            capture_output=True,
            timeout=PATIENCE,
            check=True,
        )
        return Message.read_all(done.stdout)


def has_kcat():
    return shutil.which("kcat") is not None


def goflow2_partition(key, partitions):
    """FNV-1a over the key, as a signed number, modulo the partitions, without its sign."""
    hashed = 2166136261
    for octet in key:
        hashed = (hashed ^ octet) * 16777619 & 0xFFFFFFFF
    signed = hashed - (1 << 32) if hashed >> 31 else hashed
    return abs(signed) % partitions


def netflow5(first, n, received=1700000000):
    """A datagram of n flows, numbered from first on by their octets; three sources by turns."""
    header = struct.pack("!HHIIIIBBH", 5, n, 60000, received, 0, first, 0, 0, 0)
    flows = b"".join(
        struct.pack(
            "!4s4s4sHHIIIIHHBBBBHHBBH",
            bytes([10, 0, 0, 1 + number % 3]),
            bytes([10, 0, 1, 1]),
            bytes(4),
            1, 2, 1, number, 1000, 2000, 1024, 80, 0, 0x10, 6, 0, 0, 0, 24, 24, 0,
        )  # fmt: skip
        for number in range(first, first + n)
    )
    return header + flows


class Collector:
    """`weir collect` with a transport, from the moment when its port is bound."""

    def __init__(self, weir, *options, environment=None):
        self.port = ports.free()
        self.sent = 0
        self.log = ""
        self.process = subprocess.Popen(
            [weir, "collect", "-addr=", "-stats", "-listen", f"netflow://127.0.0.1:{self.port}"]
            + list(options),
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            env={**ENVIRONMENT, **(environment or {})},
        )
        os.set_blocking(self.process.stderr.fileno(), False)
        if not eventually(lambda: ports.bound(self.port) or self.process.poll() is not None):
            self.process.kill()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        if self.process.poll() is None:
            self.process.kill()
        self.process.wait()
        self.process.stderr.close()

    def send(self, records, per_datagram=20):
        """Numbered flows that follow those before; returns when no socket holds one any more."""
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sender:
            sender.connect(("127.0.0.1", self.port))
            for _ in range(records // per_datagram):
                sender.send(netflow5(self.sent, per_datagram))
                self.sent += per_datagram
                if self.sent % (50 * per_datagram) == 0:
                    self.drained()
        self.drained()

    def drained(self):
        return eventually(lambda: ports.waiting(self.port) == 0)

    def read_log(self):
        while select.select([self.process.stderr], [], [], 0)[0]:
            octets = os.read(self.process.stderr.fileno(), 65536)
            if not octets:
                break
            self.log += octets.decode(errors="replace")
        return self.log

    def logs(self, text):
        """Waits until the log has this text."""
        return eventually(lambda: text in self.read_log())

    def asks(self, condition):
        """Asks for the counters until the condition holds for them."""
        def counted():
            self.process.send_signal(signal.SIGUSR2)
            lines = [line for line in self.read_log().splitlines() if line.startswith('{"')]
            # the last line may be half of one; the next question brings another
            whole = lines if self.log.endswith("\n") else lines[:-1]
            return bool(whole) and condition(json.loads(whole[-1]))
        return eventually(counted)

    def counts(self, name, records):
        """Waits until the transport says that it has counted so many."""
        return self.asks(lambda counters: counters["transport"].get(name) == records)

    def takes(self, records):
        """Waits until so many records are the transport's: what a kill then must not lose."""
        return self.counts("taken", records)

    def settles(self, records):
        """Waits until each of so many was refused, or has come to an end in the transport."""
        def settled(counters):
            transport = counters["transport"]
            seen = transport.get("taken", 0) + counters.get("records_unsent", 0)
            return seen == records and transport.get("held", 0) == 0
        return self.asks(settled)

    def stop(self, number=15):
        """Ends it; returns its exit code and the whole log."""
        if self.process.poll() is None:
            self.process.send_signal(number)
        end = time.monotonic() + PATIENCE
        while self.process.poll() is None and time.monotonic() < end:
            self.read_log()
            time.sleep(0.02)
        return self.process.returncode, self.read_log()
