#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""`weir health`: what it says of collectors, and of servers that are none."""

import argparse
import os
import shutil
import socket
import subprocess
import sys
import tempfile
import threading
import unittest

import cli_test
import ports

WEIR = ""
PATIENCE = 60

# What a server answers, by the octet or not at all, and how health ends.
ANSWERS = (
    ("well", b"HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nOK\n", 0, "OK"),
    ("old", b"HTTP/1.0 200 OK\r\n\r\nOK\n", 0, "OK"),
    ("not well", b"HTTP/1.1 503 Service Unavailable\r\n\r\nNot OK\n", 1, "Not OK"),
    ("without a body", b"HTTP/1.1 200 OK\r\n\r\n", 0, ""),
    ("greedy", b"HTTP/1.1 200 OK\r\n\r\n" + b"x" * 100000, 0, "x"),
    ("cut short", b"HTTP/1.1 200 OK\r\n", 1, ""),
    ("no HTTP", b"220 mail.example ESMTP\r\n\r\n", 1, ""),
    ("empty", b"", 1, ""),
    ("octets", bytes(range(256)) * 40, 1, ""),
)


def health(*options, program=None, **variables):
    done = subprocess.run(
        [program or WEIR, "health", f"-timeout={PATIENCE}s", *options],
        capture_output=True, text=True, timeout=2 * PATIENCE,
        env={**os.environ, **variables}, check=False,
    )  # fmt: skip
    return done.returncode, done.stdout, done.stderr


class Server:
    """Gives each client the same octets, or waits for ever."""

    def __init__(self, answer):
        self.answer = answer
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.address = f"127.0.0.1:{self.listener.getsockname()[1]}"
        self.ending = threading.Event()
        self.thread = threading.Thread(target=self.serve)

    def __enter__(self):
        self.thread.start()
        return self

    def __exit__(self, *_):
        self.ending.set()
        self.listener.shutdown(socket.SHUT_RDWR)
        self.listener.close()
        self.thread.join()

    def serve(self):
        try:
            while not self.ending.is_set():
                client, _ = self.listener.accept()
                with client:
                    self.serve_one(client)
        except OSError:
            pass  # the end

    def serve_one(self, client):
        client.recv(4096)
        if self.answer is None:
            self.ending.wait()
        else:
            client.sendall(self.answer)


class Answers(unittest.TestCase):
    def test_what_servers_say(self):
        for name, answer, code, text in ANSWERS:
            with self.subTest(name), Server(answer) as server:
                found, out, errors = health("-addr", server.address)
                self.assertEqual(found, code, errors)
                self.assertIn(text, out)

    def test_silent_server(self):
        with Server(None) as server:
            found, _, errors = health("-addr", server.address, "-timeout=200ms")
        self.assertEqual(found, 1)
        self.assertIn("timed out", errors)

    def test_nobody_there(self):
        for address in ("127.0.0.1:1", "unix:/nowhere", "nonsense", "unix:", "[::1]:1", ":1"):
            self.assertEqual(health("-addr", address)[0], 1, address)

    def test_addresses_that_mean_nothing(self):
        for address, told in (("nonsense", "give host:port"), ("unix:", "1 to 107 octets")):
            self.assertIn(told, health("-addr", address)[2])

    def test_bad_command_lines(self):
        for words in (["-nope"], ["-timeout=soon"], ["extra"]):
            self.assertEqual(health(*words)[0], 2, words)


class Collectors(unittest.TestCase):
    """A copy of the program, so that no other collector of this machine is one of it."""

    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.program = shutil.copy(WEIR, folder.name)
        self.socket = f"unix:{folder.name}/http"
        self.folder = folder.name

    def collector(self, *options):
        before, cli_test.WEIR = cli_test.WEIR, self.program
        try:
            return cli_test.Collector("flow://127.0.0.1:{port}", "-transport.file=/dev/null", *options)
        finally:
            cli_test.WEIR = before

    def ask(self, *options, **variables):
        return health(*options, program=self.program, **variables)

    def eventually_well(self, *options):
        self.assertTrue(cli_test.eventually(lambda: self.ask(*options)[0] == 0), self.ask(*options))

    def test_found_by_its_command_line(self):
        with self.collector(f"-addr={self.socket}") as collector:
            self.eventually_well()
            self.assertEqual(self.ask("-page=/readyz")[:2], (0, "OK\n"))
            self.assertEqual(self.ask("-page=/nothing")[0], 1)
            collector.stop()
        self.assertEqual(self.ask(WEIR_ADDR=self.socket)[0], 1)

    def test_found_by_its_configuration(self):
        path = os.path.join(self.folder, "weir.yaml")
        with open(path, "w", encoding="utf-8") as file:
            file.write(f"addr: '{self.socket}'\n")
        process = subprocess.Popen(
            [self.program, "-config", path, "-listen", f"flow://127.0.0.1:{ports.free()}"],
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        )  # fmt: skip
        try:
            self.eventually_well()
        finally:
            process.kill()
            process.wait()

    def test_without_http(self):
        with self.collector("-addr="):
            code, out, _ = self.ask()
            self.assertEqual(code, 0)
            self.assertIn("HTTP", out)

    def test_several(self):
        with self.collector(f"-addr={self.socket}"), self.collector("-addr="):
            code, _, errors = self.ask()
            self.assertEqual(code, 1)
            self.assertIn("-addr", errors)
            self.eventually_well("-addr", self.socket)


def main():
    global WEIR
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--weir", required=True, help="the program under test")
    arguments, rest = parser.parse_known_args()
    WEIR = cli_test.WEIR = os.path.abspath(arguments.weir)
    unittest.main(argv=[sys.argv[0], *rest])


if __name__ == "__main__":
    main()
