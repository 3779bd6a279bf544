#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""weir under a service manager: what it is told, which sockets it passes, and what its units allow.

The manager is this program, which speaks as systemd does; tests/systemd_test.py asks systemd itself.
"""

import argparse
import contextlib
import fcntl
import json
import os
import pathlib
import re
import shutil
import signal
import socket
import struct
import subprocess
import sys
import tempfile
import threading
import time
import unittest

import ports

ROOT = pathlib.Path(__file__).parent.parent
UNITS = ROOT / "cmd" / "install"
PATIENCE = 60  # seconds until a test gives up
RESTARTS, RATE = 20, 2000  # datagrams a second
BUFFER = 4 << 20
GREATEST_EXPOSURE = 1.5
WEIR = ""

# A NetFlow v5 datagram with one flow.
DATAGRAM = struct.pack("!HH", 5, 1) + bytes(20) + bytes(48)


def udp_socket(host="127.0.0.1", port=0, shared=False):
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    udp = socket.socket(family, socket.SOCK_DGRAM)
    udp.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, BUFFER)
    udp.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, int(shared))
    udp.bind((host, port))
    return udp


def port_of(udp):
    return udp.getsockname()[1]


class Manager:
    """Starts weir with sockets and variables, and hears what weir says."""

    def __init__(self, *sockets, abstract=False):
        self.folder = tempfile.TemporaryDirectory(prefix="weir-service-")
        name = f"@weir-{os.getpid()}-{id(self)}" if abstract else f"{self.folder.name}/notify"
        self.variables = {"NOTIFY_SOCKET": name}
        self.notices = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self.notices.bind(name.replace("@", "\0"))
        self.notices.settimeout(PATIENCE)
        self.sockets = sockets
        self.process = None

    def __enter__(self):
        return self

    def __exit__(self, *_):
        if self.process is not None and self.process.poll() is None:
            self.process.kill()
            self.process.communicate()
        self.notices.close()
        for udp in self.sockets:
            udp.close()
        self.folder.cleanup()

    def start(self, *options, **variables):
        """The sockets become descriptors 3, 4, ..., and the process that execs is weir."""
        passed = [fcntl.fcntl(udp, fcntl.F_DUPFD, 10) for udp in self.sockets]
        places = " ".join(f"{3 + i}<&{fd}" for i, fd in enumerate(passed))
        script = f'LISTEN_PID=${{LISTEN_PID-$$}} exec "$@" {places}'
        counted = {"LISTEN_FDS": str(len(passed))} if passed else {}
        with contextlib.ExitStack() as stack:
            for fd in passed:
                stack.callback(os.close, fd)
            self.process = subprocess.Popen(
                ["/bin/bash", "-c", script, "bash", WEIR, "-addr=", "-stats", *options],
                env={**os.environ, **self.variables, **counted, **variables},
                pass_fds=passed,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.PIPE,
                text=True,
            )
        return self

    def notice(self):
        return self.notices.recv(4096).decode()

    def started(self, *options, **variables):
        self.start(*options, **variables)
        notice = self.notice()
        if notice != "READY=1":
            raise AssertionError(f"weir said {notice}")
        return self

    def end(self):
        """Its exit code, and what it wrote to standard error."""
        _, errors = self.process.communicate(timeout=PATIENCE)
        return self.process.returncode, errors

    def stop(self):
        self.process.send_signal(signal.SIGTERM)
        return self.end()


def counted(errors, name="datagrams"):
    """A counter of the last line, which is -stats'."""
    return json.loads(errors.splitlines()[-1]).get(name, 0)


class Told(unittest.TestCase):
    """What weir tells the manager."""

    def test_ready_and_stopping(self):
        for abstract in (False, True):
            with self.subTest(abstract=abstract), Manager(abstract=abstract) as manager:
                manager.started("-listen", f"flow://127.0.0.1:{ports.free()}")
                self.assertEqual(manager.stop()[0], 0)
                self.assertEqual(manager.notice(), "STOPPING=1")

    def test_nobody_listens(self):
        for name in ("", "/nowhere", "@", "relative", "/" + "x" * 200):
            with self.subTest(name=name), Manager() as manager:
                port = ports.free()
                manager.start("-listen", f"flow://127.0.0.1:{port}", NOTIFY_SOCKET=name)
                time.sleep(0.5)
                manager.process.send_signal(signal.SIGTERM)
                self.assertIn(manager.end()[0], (0, -signal.SIGTERM))

    def test_failed_start_is_not_ready(self):
        with udp_socket() as taken, Manager() as manager:
            manager.start("-listen", f"flow://127.0.0.1:{port_of(taken)}")
            self.assertEqual(manager.end()[0], 1)
            manager.notices.settimeout(0)
            self.assertRaises(BlockingIOError, manager.notice)


class Watchdog(unittest.TestCase):
    """It is fed while the workers work, and if the manager asks for it."""

    def listen(self):
        return "-listen", f"flow://127.0.0.1:{ports.free()}?count=2"

    def test_fed(self):
        with Manager() as manager:
            manager.started(*self.listen(), WATCHDOG_USEC="6000000")
            self.assertEqual([manager.notice() for _ in range(2)], ["WATCHDOG=1"] * 2)
            manager.stop()

    def test_not_asked_for(self):
        for variables in (
            {},
            {"WATCHDOG_USEC": "30000", "WATCHDOG_PID": "1"},
            {"WATCHDOG_USEC": "no number"},
            {"WATCHDOG_USEC": "18446744073709551615"},
        ):
            with self.subTest(variables=variables), Manager() as manager:
                manager.started(*self.listen(), **variables)
                time.sleep(0.5)
                manager.stop()
                self.assertEqual(manager.notice(), "STOPPING=1")

    def test_starves_while_a_worker_hangs(self):
        """The worker waits for room that no broker makes, for an hour."""
        port = ports.free()
        options = ["-transport=kafka", "-transport.kafka.brokers=127.0.0.1:1"]
        options += ["-transport.kafka.policy=block", "-transport.kafka.block.time=1h"]
        options += ["-transport.kafka.queue.bytes=65536", "-loglevel=error"]
        with Manager() as manager:
            manager.started("-listen", f"flow://127.0.0.1:{port}", *options, WATCHDOG_USEC="6000000")
            self.assertEqual(manager.notice(), "WATCHDOG=1")
            with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sender:
                for _ in range(2000):
                    sender.sendto(DATAGRAM, ("127.0.0.1", port))
            manager.notices.settimeout(5)
            with self.assertRaises(TimeoutError):
                for _ in range(3):
                    manager.notice()


class Passed(unittest.TestCase):
    """Sockets that are there before weir is."""

    def send(self, udp, number=10):
        with socket.socket(udp.family, socket.SOCK_DGRAM) as sender:
            for _ in range(number):
                sender.sendto(DATAGRAM, udp.getsockname()[:2])

    def test_taken_by_address(self):
        """What came before weir started is read, too."""
        first, second = udp_socket(), udp_socket("::1")
        with Manager(second, first) as manager:
            self.send(first)
            self.send(second, 5)
            manager.started("-listen", f"netflow://127.0.0.1:{port_of(first)},"
                                       f"flow://[::1]:{port_of(second)}")
            self.send(first)
            time.sleep(0.3)
            status, errors = manager.stop()
            self.assertEqual((status, counted(errors)), (0, 25), errors)

    def test_wildcards_are_one(self):
        for bound in ("0.0.0.0", "::"):
            udp = udp_socket(bound)
            with self.subTest(bound=bound), Manager(udp) as manager:
                manager.started("-listen", f"flow://:{port_of(udp)}")
                self.assertEqual(manager.stop()[0], 0)

    def test_beside_addresses_of_its_own(self):
        udp, port = udp_socket(), ports.free()
        with Manager(udp) as manager:
            manager.started("-listen", f"flow://127.0.0.1:{port_of(udp)},flow://127.0.0.1:{port}")
            self.send(udp)
            with udp_socket() as sender:
                sender.sendto(DATAGRAM, ("127.0.0.1", port))
            time.sleep(0.3)
            self.assertEqual(counted(manager.stop()[1]), 11)

    def test_each_has_a_worker(self):
        """As many as were passed, whatever count says; an exporter stays on one of them."""
        for count, words in (("1", "count=2"), ("4", "fewer sockets were passed")):
            first = udp_socket(shared=True)
            second = udp_socket(port=port_of(first), shared=True)
            with self.subTest(count=count), Manager(first, second) as manager:
                manager.started("-listen", f"flow://127.0.0.1:{port_of(first)}?count={count}")
                for _ in range(20):
                    self.send(first, 1)
                time.sleep(0.3)
                status, errors = manager.stop()
                self.assertEqual((status, counted(errors)), (0, 20), errors)
                self.assertIn(words, errors)

    def test_refused(self):
        """A socket that nobody would read."""
        cases = (
            ("another port", udp_socket, "127.0.0.1:{free}", "no -listen address asks for"),
            ("another address", udp_socket, "127.0.0.2:{port}", "no -listen address asks for"),
            ("all addresses", udp_socket, ":{port}", "no -listen address asks for"),
            ("no UDP", socket.socket, "127.0.0.1:{free}", "is no UDP socket"),
        )
        for name, make, address, words in cases:
            udp = make()
            with self.subTest(name), Manager(udp) as manager:
                where = address.format(free=ports.free(), port=port_of(udp))
                status, errors = manager.start("-listen", f"flow://{where}").end()
                self.assertEqual(status, 1, errors)
                self.assertIn(words, errors)

    def test_not_for_this_process(self):
        udp, port = udp_socket(), ports.free()
        with Manager(udp) as manager:
            manager.started("-listen", f"flow://127.0.0.1:{port}", LISTEN_PID="1")
            self.assertEqual(manager.stop()[0], 0)

    def test_drops_before_the_start_are_not_ours(self):
        udp = udp_socket()
        udp.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 2048)
        with Manager(udp) as manager:
            self.send(udp, 500)
            manager.started("-listen", f"flow://127.0.0.1:{port_of(udp)}")
            time.sleep(0.3)
            _, errors = manager.stop()
            self.assertLess(counted(errors), 500)
            self.assertEqual(counted(errors, "kernel_dropped"), 0, errors)


class Sender(threading.Thread):
    """Sends steadily to a port until it is told to stop, as far as there is room."""

    def __init__(self, port):
        super().__init__()
        self.port = port
        self.sent = 0
        self.stopping = threading.Event()

    def run(self):
        began = time.monotonic()
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sender:
            while not self.stopping.is_set():
                while self.sent < (time.monotonic() - began) * RATE and not self.stopping.is_set():
                    if self.sent % 16 == 0:
                        ports.await_room(self.port)
                    sender.sendto(DATAGRAM, ("127.0.0.1", self.port))
                    self.sent += 1
                time.sleep(0.002)


class Restarts(unittest.TestCase):
    def test_no_datagram_is_lost(self):
        """All runs together have received what was sent, while weir was restarted all the time."""
        udp = udp_socket()
        sender = Sender(port_of(udp))
        received = 0
        with Manager(udp) as manager:
            sender.start()
            for run in range(RESTARTS + 1):
                manager.started("-listen", f"netflow://127.0.0.1:{port_of(udp)}", "-loglevel=error")
                time.sleep(0.1)
                if run == RESTARTS:
                    sender.stopping.set()
                    sender.join()
                    self.wait_until_read(sender.port)
                status, errors = manager.stop()
                self.assertEqual(status, 0, errors)
                self.assertEqual(manager.notice(), "STOPPING=1")
                received += counted(errors)
        self.assertEqual(received, sender.sent)
        self.assertGreater(received, RESTARTS)
        print(f"{RESTARTS} restarts: {sender.sent} datagrams sent, {received} received")

    @staticmethod
    def wait_until_read(port):
        end = time.monotonic() + PATIENCE
        while ports.waiting(port) > 0 and time.monotonic() < end:
            time.sleep(0.02)


@unittest.skipUnless(shutil.which("systemd-socket-activate"), "no systemd-socket-activate")
class SocketActivate(unittest.TestCase):
    def test_started_by_a_datagram(self):
        port = ports.free()
        command = ["systemd-socket-activate", "--datagram", "-l", f"127.0.0.1:{port}", WEIR]
        command += ["-listen", f"netflow://127.0.0.1:{port}", "-addr="]
        with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL) as process:
            with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sender:
                sender.connect(("127.0.0.1", port))
                self.send_until_heard(sender)
            line = process.stdout.readline()
            process.terminate()
        self.assertEqual(json.loads(line)["type"], "NETFLOW_V5")

    def send_until_heard(self, sender):
        """The port is refused until the program listens at it."""
        end = time.monotonic() + PATIENCE
        while time.monotonic() < end:
            with contextlib.suppress(ConnectionRefusedError):
                sender.send(DATAGRAM)
                time.sleep(0.1)
                sender.send(DATAGRAM)
                return
            time.sleep(0.05)


@unittest.skipUnless(shutil.which("systemd-analyze"), "no systemd-analyze")
class Units(unittest.TestCase):
    def test_exposure(self):
        command = ["systemd-analyze", "security", "--offline=true", UNITS / "weir.service"]
        done = subprocess.run(command, capture_output=True, text=True, check=True)
        line = done.stdout.splitlines()[-1]
        exposure = float(re.search(r"level for weir.service: ([\d.]+)", line)[1])
        print(line)
        self.assertLessEqual(exposure, GREATEST_EXPOSURE)

    def test_ports_are_those_of_the_configuration(self):
        text = (UNITS / "weir.socket").read_text(encoding="utf-8")
        configured = (UNITS / "weir.yaml").read_text(encoding="utf-8")
        datagram_ports = re.findall(r"^ListenDatagram=(\d+)$", text, re.MULTILINE)
        listen = re.search(r"^listen: (.*)$", configured, re.MULTILINE)[1]
        self.assertEqual(sorted(datagram_ports), sorted(re.findall(r":(\d+)", listen)))


def main():
    global WEIR
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--weir", required=True, help="the program under test")
    arguments, rest = parser.parse_known_args()
    WEIR = os.path.abspath(arguments.weir)
    unittest.main(argv=[sys.argv[0], *rest])


main()
