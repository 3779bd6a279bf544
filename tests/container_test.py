#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The image that docker/Dockerfile makes, run as it is meant to be, and those beside it in docker/."""

import argparse
import contextlib
import json
import pathlib
import sys
import time
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).parent / "container"))
import engine as engines

ROOT = engines.ROOT
DOCKER = ROOT / "docker"
CAPTURES = ROOT / "tests" / "captures"
GREATEST_SIZE = 40_000_000  # octets over the base image
PATIENCE = 120  # seconds
HARDENED = ["--read-only", "--cap-drop=all", "--security-opt=no-new-privileges", "--network=none"]
ENGINE = None
WEIR = ""


class Container:
    """Runs from its start to the end of the block."""

    def __init__(self, *arguments, image="weir", options=HARDENED):
        options = [*ENGINE.run_options, *options, f"--volume={CAPTURES}:/captures:ro"]
        self.name = ENGINE("run", "--detach", *options, image, *arguments).split()[-1]

    def __enter__(self):
        return self

    def __exit__(self, *_):
        ENGINE("rm", "--force", self.name)

    def execute(self, *command):
        return ENGINE("exec", self.name, *command)

    def wait_for_health(self):
        end = time.monotonic() + PATIENCE
        while True:
            try:
                return self.execute("weir", "health")
            except engines.Failed:
                if time.monotonic() > end:
                    raise
                time.sleep(0.1)

    def records(self):
        """Those that are there, as soon as there is one."""
        end = time.monotonic() + PATIENCE
        while time.monotonic() < end:
            lines = [line for line in ENGINE("logs", self.name).splitlines() if line[:1] == "{"]
            if lines:
                return list(map(json.loads, lines))
            time.sleep(0.1)
        raise AssertionError("no record came")

    def stop(self):
        ENGINE("stop", "--time=60", self.name)
        return ENGINE.inspect(self.name)["State"]["ExitCode"]


class Image(unittest.TestCase):
    def test_from_datagram_to_record(self):
        """Read-only, without any capability, as any user; goflow2's flags follow the image's name."""
        with Container("-loglevel=warn", "-addr=127.0.0.1:9090") as container:
            self.assertEqual(container.wait_for_health(), "OK\n")
            capture = "/captures/netflow9-softflowd.pcap"
            container.execute("weir", "replay", "-to=127.0.0.1:2055", "-speed=0", capture)
            self.assertEqual(container.records()[0]["type"], "NETFLOW_V9")
            self.assertEqual(container.stop(), 0)

    def test_health_without_http(self):
        with Container("-addr=") as container:
            self.assertIn("HTTP", container.wait_for_health())

    def test_unhealthy(self):
        with Container() as container:
            container.wait_for_health()
            with self.assertRaises(engines.Failed):
                container.execute("weir", "health", "-addr=127.0.0.1:1")

    def test_other_commands(self):
        def once(*arguments):
            return ENGINE("run", "--rm", *ENGINE.run_options, *HARDENED, *arguments)

        self.assertRegex(once("weir", "-v"), r"^weir \d")
        self.assertRegex(once("--entrypoint=/goflow2", "weir", "-v"), r"^weir \d")
        self.assertEqual(once("weir", "man"), engines.run([WEIR, "man"]), "an image of other sources")

    def test_settings(self):
        image = ENGINE.inspect("weir", "image")
        config = {**image, **image["Config"]}
        self.assertRegex(config["User"], r"^[1-9]\d*:[1-9]\d*$")
        self.assertEqual(config["Entrypoint"], ["/usr/bin/weir"])
        self.assertEqual(config["StopSignal"], "SIGTERM")
        self.assertEqual(config["Healthcheck"]["Test"], ["CMD", "/usr/bin/weir", "health"])
        self.assertEqual(set(config["ExposedPorts"]), {"2055/udp", "6343/udp", "8080/tcp"})

    def test_size(self):
        added = ENGINE.size("weir") - ENGINE.size(engines.BASE)
        print(f"the image has {added / 1e6:.1f} MB more than its base")
        self.assertLess(added, GREATEST_SIZE)


class Household(unittest.TestCase):
    """docker/exporter: what makes traffic, and softflowd that tells of it."""

    def test_from_traffic_to_record(self):
        ENGINE.build("weir-exporter", DOCKER / "exporter" / "Dockerfile", DOCKER / "exporter")
        with contextlib.ExitStack() as stack:
            weir = stack.enter_context(Container("-loglevel=warn"))
            weir.wait_for_health()
            network = f"--network=container:{weir.name}"
            server = [network, "--entrypoint=python3", "--stop-timeout=0"]
            serve = ["-m", "http.server", "80", "--directory=/usr/share/weir-server"]
            stack.enter_context(Container(*serve, image="weir-exporter", options=server))
            variables = ["INTERFACE=lo", "COLLECTOR=127.0.0.1:2055", "SERVER=127.0.0.1", "PAUSE=1"]
            household = [network, "--cap-add=NET_RAW"]
            household += [f"--env={variable}" for variable in variables]
            stack.enter_context(Container(image="weir-exporter", options=household))
            record = weir.records()[0]
        self.assertEqual(record["type"], "NETFLOW_V9")
        self.assertIn(80, (record["src_port"], record["dst_port"]))


class Radius(unittest.TestCase):
    def test_configuration(self):
        ENGINE.build("weir-radius", DOCKER / "freeradius" / "Dockerfile", DOCKER / "freeradius")
        check = ["--entrypoint=freeradius", "weir-radius", "-C", "-l", "stdout", "-d", "/etc/accounting"]
        ENGINE("run", "--rm", *ENGINE.run_options, "--network=none", *check)


def main():
    global ENGINE, WEIR
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--weir", required=True, help="built from the same sources")
    arguments, rest = parser.parse_known_args()
    WEIR = arguments.weir
    try:
        ENGINE = engines.find_engine()
    except engines.Unavailable as reason:
        print(f"SKIPPED: {reason}")
        sys.exit(77)
    ENGINE.build("weir", DOCKER / "Dockerfile")
    unittest.main(argv=[sys.argv[0], *rest])


main()
