#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""-user: what root alone may do is done, and then nothing of root is left, in any thread."""

import argparse
import grp
import os
import pathlib
import pwd
import random
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import unittest
import unittest.mock

import cli_test
import metrics_page
import ports

SKIPPED = 77  # as ctest is told
NOBODY = 65534
PRIVILEGED = range(512, 1024)  # ports
UNKNOWN = 54321  # no user and no group
LISTEN = "netflow://127.0.0.1:{port}?count=2"
DATAGRAM = cli_test.payloads("netflow5/two-records.hex")[0]
CAPABILITIES = ("CapPrm", "CapEff", "CapAmb")


def status_of(path):
    rows = (line.partition(":") for line in path.read_text(encoding="ascii").splitlines())
    return {name: value.split() for name, _, value in rows}


def privileged():
    """A port that only root can bind; no other test asks for such."""
    some = random.sample(PRIVILEGED, len(PRIVILEGED))
    return next(port for port in some if ports.bound(port, ports.TABLES) == 0)


def threads(process):
    return [status_of(path) for path in pathlib.Path(f"/proc/{process.pid}/task").glob("*/status")]


def folder_of(case, owner):
    folder = tempfile.TemporaryDirectory()
    case.addCleanup(folder.cleanup)
    os.chown(folder.name, owner, owner)
    return pathlib.Path(folder.name)


class GivenUp(unittest.TestCase):
    def setUp(self):
        below_1024 = unittest.mock.patch.object(ports, "free", privileged)
        below_1024.start()
        self.addCleanup(below_1024.stop)
        self.folder = folder_of(self, NOBODY)
        self.flows = self.folder / "flows.json"

    def collect(self, user, *options, sockets=2):
        places = (
            f"-transport.file={self.flows}",
            f"-templates.json.path={self.folder / 'state'}",
            f"-quarantine={self.folder / 'bad.pcap'}",
        )
        options = ("-user", user, *places, *options)
        return cli_test.Collector(LISTEN, *options, sockets=sockets)

    def check_threads(self, collector, uid, gid, groups):
        """Of the workers, and of who writes."""
        self.assertTrue(cli_test.eventually(lambda: len(threads(collector.process)) > 3))
        for thread in threads(collector.process):
            self.assertEqual(thread["Uid"], [str(uid)] * 4)
            self.assertEqual(thread["Gid"], [str(gid)] * 4)
            self.assertEqual(sorted(map(int, thread["Groups"])), sorted(groups))
            self.assertEqual(thread["NoNewPrivs"], ["1"])
            for name in CAPABILITIES:
                self.assertEqual(int(thread[name][0], 16), 0, name)

    def await_records(self, collector, n):
        cli_test.send(collector.port, DATAGRAM)
        read = lambda: self.flows.exists() and self.flows.read_bytes().count(b"\n") == n
        self.assertTrue(cli_test.eventually(read))

    def test_by_number(self):
        """Ports below 1024, files, and a file that is opened later."""
        with self.collect(f"{NOBODY}:{NOBODY}") as collector:
            self.check_threads(collector, NOBODY, NOBODY, [NOBODY])
            self.await_records(collector, 2)
            self.flows.rename(self.folder / "moved")
            collector.process.send_signal(signal.SIGHUP)
            self.assertTrue(cli_test.eventually(self.flows.exists))
            self.await_records(collector, 2)
            code, errors = collector.stop()
        self.assertEqual(code, 0, errors)
        self.assertEqual(
            {path.name: path.stat().st_uid for path in self.folder.iterdir()},
            dict.fromkeys(("flows.json", "moved", "state", "bad.pcap"), NOBODY),
        )

    def test_by_name(self):
        """With the groups that the system says, or the one given."""
        user = pwd.getpwnam("nobody")
        groups = os.getgrouplist(user.pw_name, user.pw_gid)
        with self.collect("nobody") as collector:
            self.check_threads(collector, user.pw_uid, user.pw_gid, groups)
        group = grp.getgrnam("daemon")
        with self.collect("nobody:daemon") as collector:
            self.check_threads(collector, user.pw_uid, group.gr_gid, [group.gr_gid])

    def test_http(self):
        port = ports.free()
        with self.collect("nobody", f"-addr=127.0.0.1:{port}"):
            self.assertTrue(cli_test.eventually(lambda: ports.bound(port, ("tcp",))))
            with socket.create_connection(("127.0.0.1", port), cli_test.PATIENCE) as client:
                client.sendall(b"GET /healthz HTTP/1.1\r\nHost: a\r\n\r\n")
                self.assertIn(b" 200 ", client.recv(4096).splitlines()[0])

    def test_unix_socket(self):
        path = self.folder / "http"
        with self.collect("nobody", f"-addr=unix:{path}") as collector:
            self.assertTrue(cli_test.eventually(lambda: metrics_page.listens(str(path))))
            self.assertEqual(path.stat().st_uid, pwd.getpwnam("nobody").pw_uid)
            self.assertEqual(collector.stop()[0], 0)
        self.assertFalse(path.exists())

    def test_root_is_told(self):
        with cli_test.Collector(LISTEN, "-loglevel=warn", sockets=2) as collector:
            self.assertIn("running as root", collector.stop()[1])
        with self.collect("nobody", "-loglevel=warn") as collector:
            self.assertNotIn("running as root", collector.stop()[1])


class Refused(unittest.TestCase):
    def test_words(self):
        for words, rather in (
            ("weir-nobody-has-this", "there is no such user"),
            ("nobody:weir-nobody-has-this", "there is no such group"),
            (str(UNKNOWN), "give user:group"),
            (f"{2**32 - 1}:0", "there is no such user"),
            (f"{NOBODY}:{2**32}", "there is no such group"),
            (":nogroup", "give a user"),
            ("n" * 300, "give a user"),
            ("root", "this is root"),
            ("0:0", "this is root"),
        ):
            for command in "check", "collect":
                code, _, errors = cli_test.weir(command, "-addr=", "-user", words)
                self.assertEqual(code, 1, errors)
                self.assertIn(f'-user "{words}": ', errors)
                self.assertIn(rather, errors)
        for words in "nobody", f"{UNKNOWN}:{UNKNOWN}":
            self.assertEqual(cli_test.weir("check", "-user", words)[0], 0)

    def test_a_file_that_is_roots(self):
        """Root opens nothing for the user."""
        folder = folder_of(self, 0)
        listen = f"netflow://127.0.0.1:{ports.free()}"
        output = folder / "flows.json"
        code, _, errors = cli_test.weir(
            "-addr=", "-listen", listen, "-user", "nobody", "-transport.file", output
        )
        self.assertEqual(code, 1, errors)
        self.assertIn("permission denied", errors)
        self.assertFalse(output.exists())


class Others(unittest.TestCase):
    """Who is not root stays who it is."""

    def setUp(self):
        folder = folder_of(self, NOBODY)
        self.weir = shutil.copy(cli_test.WEIR, folder)
        self.listen = f"netflow://127.0.0.1:{ports.free()}"

    def start(self, user):
        return subprocess.Popen(
            [self.weir, "-addr=", "-listen", self.listen, "-user", user],
            user=NOBODY,
            group=NOBODY,
            extra_groups=[],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            text=True,
        )

    def test_somebody_else(self):
        for user in "daemon", f"{NOBODY}:1":
            with self.start(user) as process:
                _, errors = process.communicate(timeout=cli_test.PATIENCE)
                self.assertEqual(process.returncode, 1, errors)
                self.assertIn("only root can become somebody else", errors)

    def test_itself(self):
        with self.start(f"{NOBODY}:{NOBODY}") as process:
            lines = iter(process.stderr.readline, "")
            self.assertTrue(any("starting collection" in line for line in lines))
            process.send_signal(signal.SIGTERM)
            process.communicate(timeout=cli_test.PATIENCE)
            self.assertEqual(process.returncode, 0)


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--weir", required=True, help="the program under test")
    arguments, others = parser.parse_known_args()
    if os.geteuid() != 0:
        print("SKIPPED: only root can give root up")
        return SKIPPED
    cli_test.WEIR = os.path.abspath(arguments.weir)
    return unittest.main(argv=[sys.argv[0], *others])


if __name__ == "__main__":
    sys.exit(main())
