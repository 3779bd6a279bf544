#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""weir's Debian package under systemd, in a container whose first process systemd is."""

import argparse
import json
import pathlib
import re
import shutil
import struct
import subprocess
import sys
import time
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).parent / "container"))
import engine as engines

ROOT = engines.ROOT
PATIENCE = 120  # seconds
RESTARTS = 20
SENT, RATE = 20000, 2000  # datagrams, and of them in a second
GREATEST_EXPOSURE = 1.5
ENGINE = None
WEIR = ""

SENDER = """
import socket, sys, time
datagram, number, rate = bytes.fromhex(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3])
sender = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
began = time.monotonic()
for i in range(number):
    sender.sendto(datagram, ("127.0.0.1", 2055))
    time.sleep(max(0, i / rate - (time.monotonic() - began)))
"""
BROKER = ROOT / "tests" / "broker" / "broker.py"
KAFKA = """
[Service]
LoadCredential=kafka.user:/etc/weir/user
LoadCredential=kafka.password:/etc/weir/password
Environment=WEIR_TRANSPORT_KAFKA_SASL_USER_FILE=%d/kafka.user
Environment=WEIR_TRANSPORT_KAFKA_SASL_PASSWORD_FILE=%d/kafka.password
Environment=WEIR_TRANSPORT=kafka WEIR_TRANSPORT_KAFKA_TOPIC=flows
Environment=WEIR_TRANSPORT_KAFKA_TLS=true WEIR_TRANSPORT_KAFKA_TLS_CA=/etc/weir/authority.pem
Environment=WEIR_TRANSPORT_KAFKA_SASL=scram-sha512
Environment=WEIR_TRANSPORT_KAFKA_POLICY=spool
Environment=WEIR_TRANSPORT_KAFKA_SPOOL_PATH=/var/lib/weir/spool
"""
FLOWS = "/var/log/weir/flows.json"
DATAGRAM = struct.pack("!HH", 5, 1) + bytes(20) + bytes(48)  # NetFlow v5, one flow


def eventually(condition):
    end = time.monotonic() + PATIENCE
    while time.monotonic() < end:
        if condition():
            return True
        time.sleep(0.2)
    return False


class Machine:
    def __init__(self):
        options = [*ENGINE.run_options, "--privileged", "--systemd=always", "--network=none"]
        self.name = ENGINE("run", "--detach", *options, "weir-systemd").split()[-1]

    def close(self):
        ENGINE("rm", "--force", "--time=0", self.name)

    def execute(self, *command):
        return ENGINE("exec", self.name, *command)

    def shell(self, script):
        return self.execute("sh", "-ec", script)

    def restart(self):
        """With units read anew."""
        try:
            self.shell("systemctl daemon-reload; systemctl restart weir")
        except engines.Failed as failed:
            raise engines.Failed(f"{failed}\n{self.journal()[-2000:]}") from failed

    def is_up(self):
        try:
            return self.execute("systemctl", "is-system-running", "--wait").strip() == "running"
        except engines.Failed:
            return False

    def start(self, *command, **options):
        """A process outside, with the container's network."""
        pid = ENGINE.inspect(self.name)["State"]["Pid"]
        return subprocess.Popen(["nsenter", f"--target={pid}", "--net", *command], text=True, **options)

    def send(self, number=1, rate=RATE):
        return self.start(sys.executable, "-c", SENDER, DATAGRAM.hex(), str(number), str(rate))

    def journal(self):
        """With what the journal has not yet read of weir's output."""
        self.execute("journalctl", "--sync")
        return self.execute("journalctl", "--unit=weir", "--output=cat", "--no-pager")


class Package(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.machine = Machine()
        cls.addClassCleanup(cls.machine.close)
        if not eventually(cls.machine.is_up):
            print("SKIPPED: systemd does not come up in a container here")
            sys.exit(77)
        # As systemd itself does outside of containers; credentials need it.
        cls.machine.shell("mount --make-rshared /")

    def setUp(self):
        """As the package leaves it, with its sockets and its service enabled."""
        self.machine.shell(
            "systemctl stop weir.socket weir; rm -f /etc/default/weir; systemctl reset-failed;"
            "systemctl enable --now weir.socket weir"
        )

    def flows(self):
        """Lines of the file that the shipped configuration names."""
        return int(self.machine.shell(f"cat {FLOWS} | wc -l"))

    def writes_to_new_file(self):
        """What comes before weir has opened it goes to the one that was moved away."""
        main = self.machine.shell("systemctl show --property=MainPID --value weir").strip()
        script = f"for fd in /proc/{main}/fd/*; do if [ $fd -ef {FLOWS} ]; then echo it; fi; done"
        return self.machine.shell(script) != ""

    def test_is_of_these_sources(self):
        self.assertEqual(self.machine.execute("weir", "man"), engines.run([WEIR, "man"]))

    def test_units(self):
        verified = self.machine.shell("systemd-analyze verify --man=no weir.service weir.socket 2>&1")
        self.assertEqual(verified, "")
        line = self.machine.execute("systemd-analyze", "security", "weir.service").splitlines()[-1]
        print(line)
        exposure = float(re.search(r"level for weir.service: ([\d.]+)", line)[1])
        self.assertLessEqual(exposure, GREATEST_EXPOSURE)

    def test_runs_as_shipped(self):
        """Ready, healthy, with the socket's buffer, and its records in the file of weir.yaml."""
        before = self.flows()
        self.machine.send(5).wait()
        self.assertTrue(eventually(lambda: self.flows() == before + 5))
        self.assertEqual(self.machine.execute("weir", "health", f"-timeout={PATIENCE}s"), "OK\n")
        self.assertIn("got=67108864", self.machine.journal())
        self.assertNotIn("level=WARN", self.machine.journal())

    def test_reload_and_rotation(self):
        self.machine.shell("systemctl reload weir")
        self.assertTrue(eventually(lambda: "msg=reloaded" in self.machine.journal()))
        self.machine.send(3).wait()
        self.assertTrue(eventually(lambda: self.flows() > 0))
        self.machine.shell("logrotate --force /etc/logrotate.d/weir")
        self.assertTrue(eventually(self.writes_to_new_file))
        self.assertEqual(self.flows(), 0)
        self.machine.send(2).wait()
        self.assertTrue(eventually(lambda: self.flows() == 2))

    def test_no_datagram_is_lost_over_restarts(self):
        self.machine.shell(
            "systemctl stop weir; journalctl --rotate; journalctl --vacuum-time=1s;"
            "echo WEIR_STATS=true > /etc/default/weir; systemctl start weir"
        )
        before = self.flows()
        sender = self.machine.send(SENT)
        for _ in range(RESTARTS):
            self.machine.shell("systemctl restart weir")
        sender.wait()
        eventually(lambda: self.flows() >= before + SENT)
        self.machine.shell("systemctl stop weir")
        lines = [json.loads(line) for line in self.machine.journal().splitlines() if line[0] == "{"]
        received = sum(line.get("datagrams", 0) for line in lines)
        print(f"{len(lines)} runs under systemd: {SENT} datagrams sent, {received} received")
        self.assertEqual((len(lines), received), (RESTARTS + 1, SENT))

    def broker(self):
        """A real Kafka; its addresses and the like by name."""
        process = self.machine.start(
            sys.executable, BROKER, "--listeners=sasltls", "--topics", "flows",
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
        )  # fmt: skip
        self.addCleanup(process.stdout.close)
        self.addCleanup(process.wait)
        self.addCleanup(process.terminate)
        told = {}
        for line in process.stdout:
            if line.startswith("no broker"):
                self.skipTest(line)
            if line.startswith("Ctrl-C"):
                return told
            name, _, rest = line.partition(" ")
            told[name] = rest.strip()
        raise AssertionError(f"the broker ended: {told}")

    def test_kafka_with_tls_and_credentials(self):
        """What librdkafka and its TLS library do is allowed by the unit, and secrets reach weir."""
        told = self.broker()
        user, _, password = told["user"].partition(", password ")
        authority = pathlib.Path(told["certificates"], "authority.pem").read_text(encoding="ascii")
        dropin = KAFKA + f"Environment=WEIR_TRANSPORT_KAFKA_BROKERS={told['sasltls']}\n"
        folder = "/etc/systemd/system/weir.service.d"
        for path, text in (
            ("/etc/weir/user", user),
            ("/etc/weir/password", password),
            ("/etc/weir/authority.pem", authority),
            (f"{folder}/kafka.conf", dropin),
        ):
            self.machine.shell(f"mkdir -p {folder}; umask 077; cat >{path} <<'END'\n{text}\nEND")
        made = f"{folder} /etc/weir/user /etc/weir/password /etc/weir/authority.pem"
        self.addCleanup(self.machine.shell, f"rm -r {made}; systemctl daemon-reload")
        self.machine.shell("chmod 644 /etc/weir/authority.pem")
        self.machine.restart()
        self.machine.send(5).wait()
        consume = ["kcat", "-b", told["plain"], "-t", "flows", "-C", "-q", "-c", "5"]
        with self.machine.start(*consume, stdout=subprocess.PIPE) as consumer:
            records = [json.loads(line) for line in consumer.communicate(timeout=PATIENCE)[0].splitlines()]
        self.assertEqual([record["type"] for record in records], ["NETFLOW_V5"] * 5)

    def test_configuration_error_is_told(self):
        self.machine.shell("echo WEIR_FIELDS=nonsense > /etc/default/weir")
        with self.assertRaises(engines.Failed):
            self.machine.restart()
        self.assertIn("nonsense", self.machine.journal())

    def test_zz_removed_and_purged(self):
        """At last: nothing stays."""
        self.machine.shell("dpkg --remove weir 2>&1")
        self.assertEqual(self.machine.shell("ls /etc/weir"), "weir.yaml\n")
        self.machine.shell("dpkg --purge weir 2>&1")
        left = self.machine.shell("find /etc /var/lib /var/log /usr -name 'weir*' -not -path '*/dpkg/*'")
        self.assertEqual(left, "")


def main():
    global ENGINE, WEIR
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--weir", required=True, help="built from the same sources")
    arguments, rest = parser.parse_known_args()
    WEIR = arguments.weir
    try:
        ENGINE = engines.find_engine()
        if not isinstance(ENGINE, engines.Podman) or not shutil.which("nsenter"):
            raise engines.Unavailable("systemd is run by podman only")
    except engines.Unavailable as reason:
        print(f"SKIPPED: {reason}")
        sys.exit(77)
    ENGINE.build("weir-build", ROOT / "docker" / "Dockerfile", target="build")
    ENGINE.build("weir-systemd", ROOT / "tests" / "container" / "systemd.Dockerfile", ROOT / "docker")
    unittest.main(argv=[sys.argv[0], *rest])


main()
