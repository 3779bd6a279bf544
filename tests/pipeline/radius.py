# SPDX-License-Identifier: Apache-2.0
"""FreeRADIUS with the files of docker/freeradius, and a NAS that speaks to it through radclient."""

import importlib.util
import ipaddress
import os
import pathlib
import shutil
import subprocess
import time

from pipeline import Unavailable

HOME = pathlib.Path(__file__).resolve().parents[2] / "docker/freeradius"
SECRET = "testing123"
NAS = "192.0.2.1"
KINDS = {"start": "Start", "interim": "Interim-Update", "stop": "Stop"}
PROGRAMS = {"freeradius": "freeradius", "radclient": "freeradius-utils"}
MODULES = {"confluent_kafka": "python3-confluent-kafka", "yaml": "python3-yaml"}
PYTHON_MODULE = pathlib.Path("/usr/lib/freeradius/rlm_python3.so")
START_LIMIT, ANSWER_LIMIT = 120, 300  # seconds
# What is sent again would be an event more: FreeRADIUS forgets a request that it has answered.
ONCE = ("-r", "1", "-t", "60")
SAID = 2000  # characters of its log


def need():
    for program, package in PROGRAMS.items():
        if shutil.which(program, path="/usr/sbin:/usr/bin") is None:
            raise Unavailable(f"{package} is not installed")
    for module, package in MODULES.items():
        if importlib.util.find_spec(module) is None:
            raise Unavailable(f"{package} is not installed")
    if not PYTHON_MODULE.exists():
        raise Unavailable("freeradius-python3 is not installed")


class Radius:
    """Runs for a with block; listens at the port that its configuration has."""

    def __init__(self, folder, broker, subscribers):
        self.log = folder / "radius.log"
        spool, run = folder / "radius-spool", folder / "radius-run"
        spool.mkdir()
        run.mkdir()
        self.environment = os.environ | {
            **{"TZ": "UTC", "PYTHONDONTWRITEBYTECODE": "1", "KAFKA": broker},
            **{"RADIUS_HOME": str(HOME), "RADIUS_SPOOL": str(spool), "RADIUS_RUN": str(run)},
            **{"RADIUS_CLIENTS": "127.0.0.0/8", "RADIUS_SECRET": SECRET},
            "SUBSCRIBERS": str(subscribers),
        }

    def __enter__(self):
        command = ["setpriv", "--pdeathsig", "KILL", "/usr/sbin/freeradius", "-f", "-l", "stdout"]
        with open(self.log, "wb") as log:
            self.process = subprocess.Popen(
                [*command, "-d", HOME], stdout=log, stderr=log, env=self.environment
            )
        end = time.monotonic() + START_LIMIT
        while "Ready to process requests" not in self.said():
            if self.process.poll() is not None or time.monotonic() > end:
                raise RuntimeError(f"FreeRADIUS does not start:\n{self.said()[-SAID:]}")
            time.sleep(0.1)
        return self

    def __exit__(self, *_):
        self.process.kill()
        self.process.wait()

    def said(self):
        return self.log.read_text(encoding="utf-8", errors="replace")

    def send(self, requests):
        """One after the other; returns when all are answered."""
        done = subprocess.run(
            ["radclient", "-q", *ONCE, "-p", "1", "-f", "-", "127.0.0.1:1813", "acct", SECRET],
            input="\n".join(requests),
            text=True,
            capture_output=True,
            timeout=ANSWER_LIMIT,
            check=False,
            env=self.environment,
        )
        if done.returncode != 0:
            raise RuntimeError(f"radclient: {done.stdout}{done.stderr}{self.said()[-SAID:]}")


def request(event, clock):
    """The text of one.  clock: where its seconds begin, in seconds since 1970."""
    attributes = {
        "Acct-Status-Type": KINDS[event.kind],
        "User-Name": f'"{event.user}"',
        "Acct-Session-Id": f'"{event.session}"',
        "NAS-IP-Address": NAS,
        "Event-Timestamp": str(clock + event.at),
        **dict(map(identity, event.addresses)),
    }
    if event.kind != "start":
        attributes["Acct-Session-Time"] = str(event.at - event.start)
    return "".join(f"{name} = {value}\n" for name, value in attributes.items())


def identity(address):
    """The attribute that a BRAS tells it in, and its value."""
    network = ipaddress.ip_network(address)
    if network.version == 4:
        return "Framed-IP-Address", address
    framed = network.prefixlen == 64
    return ("Framed-IPv6-Prefix" if framed else "Delegated-IPv6-Prefix"), address
