#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""A real Apache Kafka node on loopback: started, paused, killed, and started again.

As a program, starts one for a developer and prints its address; it ends with Ctrl-C.
"""

import argparse
import dataclasses
import json
import pathlib
import random
import signal
import socket
import subprocess
import sys
import tempfile
import time
import uuid
from base64 import urlsafe_b64encode

import jars
from certificates import Certificates
from jars import Unavailable

START_LIMIT, STOP_LIMIT = 120, 30  # seconds
LOG_SHOWN = 2000  # characters of the broker's log when it does not start
PORTS = range(20000, 32000)  # below those that the kernel gives to clients: a killed broker's
# port stays free until it is started again
DEVELOPER_PARTITIONS = 12
USER, PASSWORD = "weir", "S3cr3t-CANARY"
LOGINS = ("SCRAM-SHA-256", "SCRAM-SHA-512")  # and PLAIN, whose users are no data of the cluster
MODULE = "org.apache.kafka.common.security"
PLAIN_MODULE, PLAIN_USERS = f"{MODULE}.plain.PlainLoginModule", f'user_{USER}="{PASSWORD}"'


@dataclasses.dataclass(frozen=True)
class Listener:
    protocol: str = "PLAINTEXT"
    certificate: str = "server"
    client_certificate: str = "none"  # or required
    tokens: bool = False  # for SASL, instead of passwords


LISTENERS = {
    "plain": Listener(),
    "controller": Listener(),
    "tls": Listener("SSL"),
    "mtls": Listener("SSL", client_certificate="required"),
    "expired": Listener("SSL", certificate="expired"),
    "sasl": Listener("SASL_PLAINTEXT"),
    "sasltls": Listener("SASL_SSL"),
    "oauth": Listener("SASL_SSL", tokens=True),
}

SETTINGS = """\
process.roles=broker,controller
node.id=1
controller.quorum.voters=1@127.0.0.1:{controller}
controller.listener.names=CONTROLLER
inter.broker.listener.name=PLAIN
auto.create.topics.enable=false
num.partitions=12
offsets.topic.num.partitions=1
offsets.topic.replication.factor=1
transaction.state.log.num.partitions=1
transaction.state.log.replication.factor=1
transaction.state.log.min.isr=1
group.initial.rebalance.delay.ms=0
broker.session.timeout.ms=6000
"""

TLS_SETTINGS = """\
listener.name.{name}.ssl.keystore.type=PEM
listener.name.{name}.ssl.keystore.location={certificates}/{listener.certificate}-store.pem
listener.name.{name}.ssl.truststore.type=PEM
listener.name.{name}.ssl.truststore.location={certificates}/authority.pem
listener.name.{name}.ssl.client.auth={listener.client_certificate}
"""

SASL_SETTINGS = f"""\
listener.name.{{name}}.sasl.enabled.mechanisms={",".join(("PLAIN", *LOGINS))}
listener.name.{{name}}.plain.sasl.jaas.config={PLAIN_MODULE} required {PLAIN_USERS};
listener.name.{{name}}.scram-sha-256.sasl.jaas.config={MODULE}.scram.ScramLoginModule required;
listener.name.{{name}}.scram-sha-512.sasl.jaas.config={MODULE}.scram.ScramLoginModule required;
"""

# Kafka's own validator takes tokens that nobody signed, and looks at their times.
TOKEN_SETTINGS = f"""\
listener.name.{{name}}.sasl.enabled.mechanisms=OAUTHBEARER
listener.name.{{name}}.oauthbearer.sasl.jaas.config={MODULE}.oauthbearer.OAuthBearerLoginModule \
required unsecuredLoginStringClaim_sub="broker";
"""


def free_ports(count):
    """Ports that nobody listens at, none twice."""
    found = []
    while len(found) < count:
        port = random.choice(PORTS)
        with socket.socket() as probe:
            if port not in found and probe.connect_ex(("127.0.0.1", port)) != 0:
                found.append(port)
    return found


class Broker:
    """Runs from start() on, and keeps its data over kill() and start(), until close()."""

    def __init__(self, listeners=("plain",), settings="", java_options=()):
        jars.need("kcat", "setpriv")
        self.scratch = tempfile.TemporaryDirectory(prefix="weir-broker-")
        self.folder = pathlib.Path(self.scratch.name)
        self.log = self.folder / "broker.log"
        self.certificates = None
        self.process = None
        self.java_options = java_options
        names = ("controller", *listeners)
        self.ports = dict(zip(names, free_ports(len(names))))
        if any(LISTENERS[name].protocol.endswith("SSL") for name in names):
            self.certificates = Certificates(self.folder / "certificates")
        self.settings = self.folder / "broker.properties"
        self.settings.write_text(self.written_settings() + settings, encoding="utf-8")
        self.format()

    def __enter__(self):
        self.start()
        return self

    def __exit__(self, *_):
        self.close()

    def address(self, listener="plain"):
        return f"127.0.0.1:{self.ports[listener]}"

    def written_settings(self):
        clients = [name for name in self.ports if name != "controller"]
        lines = [
            SETTINGS.format(**self.ports),
            f"log.dirs={self.folder}/data\n",
            f"listeners={self.addresses(self.ports)}\n",
            f"advertised.listeners={self.addresses(clients)}\n",
            f"listener.security.protocol.map={self.protocols()}\n",
        ]
        return "".join(lines) + "".join(map(self.listener_settings, clients))

    def addresses(self, names):
        return ",".join(f"{name.upper()}://{self.address(name)}" for name in names)

    def protocols(self):
        return ",".join(f"{name.upper()}:{LISTENERS[name].protocol}" for name in self.ports)

    def listener_settings(self, name):
        listener = LISTENERS[name]
        text = TLS_SETTINGS if listener.protocol.endswith("SSL") else ""
        if listener.protocol.startswith("SASL"):
            text += TOKEN_SETTINGS if listener.tokens else SASL_SETTINGS
        folder = self.certificates.folder if self.certificates else ""
        return text.format(name=name, listener=listener, certificates=folder)

    def java(self, *arguments):
        return [
            *("setpriv", "--pdeathsig", "KILL", "java", "-cp", jars.class_path()),
            f"-Dlog4j2.configurationFile={jars.HERE}/log4j2.properties",
            *("-Xms256m", "-Xmx512m", "-XX:+UseSerialGC", *self.java_options),
            *arguments,
        ]

    def format(self):
        """The users of SCRAM are data of the cluster, so they are made with it."""
        cluster = urlsafe_b64encode(uuid.uuid4().bytes).decode().rstrip("=")
        given = [f"--cluster-id={cluster}", "-c", str(self.settings)]  # it may begin with a dash
        for mechanism in LOGINS:
            given += ["--add-scram", f"{mechanism}=[name={USER},password={PASSWORD}]"]
        command = self.java("kafka.tools.StorageTool", "format", *given)
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        if done.returncode != 0:
            raise RuntimeError(f"the broker's folder: {done.stdout}{done.stderr}")

    def start(self):
        """Returns when the broker answers."""
        with open(self.log, "ab") as log:
            command = self.java("kafka.Kafka", str(self.settings))
            self.process = subprocess.Popen(command, stdout=log, stderr=subprocess.STDOUT)
        end = time.monotonic() + START_LIMIT
        while not self.metadata():
            if self.process.poll() is not None or time.monotonic() > end:
                said = self.log.read_text(encoding="utf-8", errors="replace")
                raise RuntimeError(f"the broker does not start:\n{said[-LOG_SHOWN:]}")
            time.sleep(0.1)

    def metadata(self):
        """What the broker says of itself and its topics; None while it is not ready."""
        command = ["kcat", "-b", self.address(), "-L", "-J", "-m", "2"]
        done = subprocess.run(command, capture_output=True, check=False)
        said = json.loads(done.stdout) if done.returncode == 0 else {}
        return said if said.get("brokers") else None

    def pause(self):
        self.process.send_signal(signal.SIGSTOP)

    def resume(self):
        self.process.send_signal(signal.SIGCONT)

    def kill(self):
        self.process.kill()
        self.process.wait()

    def stop(self):
        """In order, as an operator stops it."""
        self.process.terminate()
        try:
            self.process.wait(STOP_LIMIT)
        except subprocess.TimeoutExpired:
            self.kill()

    def close(self):
        if self.process and self.process.poll() is None:
            self.kill()
        self.scratch.cleanup()

    def create_topics(self, partitions):
        """partitions: how many of each topic, by its name."""
        wanted = [f"{name}:{count}" for name, count in partitions.items()]
        jars.run("Topics.java", self.address(), "create", *wanted)

    def topic_settings(self, name):
        """Those that are the topic's own."""
        said = jars.run("Topics.java", self.address(), "settings", name)
        return dict(line.split("=", 1) for line in said.splitlines())


def arguments():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument(
        "--listeners",
        default="plain",
        help="a list of plain, tls, mtls, expired, sasl, sasltls (default: %(default)s)",
    )
    parser.add_argument(
        "--topics", nargs="*", default=[], metavar="NAME", help="to be made"
    )
    given = parser.parse_args()
    given.listeners = ["plain", *(name for name in given.listeners.split(",") if name != "plain")]
    for name in given.listeners:
        if name not in LISTENERS or name == "controller":
            parser.error(f"{name} is no listener")
    return given


def describe(broker, topics):
    for name in broker.ports:
        if name != "controller":
            print(f"{name:10} {broker.address(name)}")
    if broker.certificates:
        print(f"certificates {broker.certificates.folder}")
    if any(LISTENERS[name].protocol.startswith("SASL") for name in broker.ports):
        print(f"user {USER}, password {PASSWORD}")
    for name in topics:
        print(f"topic {name}")
    print("Ctrl-C ends it.", flush=True)


def main():
    given = arguments()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    try:
        with Broker(given.listeners, settings="auto.create.topics.enable=true\n") as broker:
            if given.topics:
                broker.create_topics(dict.fromkeys(given.topics, DEVELOPER_PARTITIONS))
            describe(broker, given.topics)
            broker.process.wait()
    except Unavailable as missing:
        sys.exit(f"no broker: {missing}")
    except KeyboardInterrupt:
        pass


if __name__ == "__main__":
    main()
