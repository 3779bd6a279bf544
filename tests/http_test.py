#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The HTTP server from outside: what it answers, whom it turns away, and that nobody can hold it up."""

import argparse
import os
import pathlib
import re
import signal
import socket
import sys
import tempfile
import threading
import unittest

import cli_test
import metrics_page
import ports

LISTEN = "netflow://127.0.0.1:{port}"
CROWD = 200  # clients at once
REQUEST_MAX = 8192


def answer_to(path, octets):
    """What comes back until the server closes."""
    with metrics_page.connect(path) as connection:
        connection.sendall(octets)
        return read_all(connection)


def read_all(connection):
    answer = b""
    try:
        while chunk := connection.recv(65536):
            answer += chunk
    except ConnectionResetError:
        pass
    return answer


def listening(process):
    """How many sockets of the process accept connections."""
    links = []
    for entry in os.scandir(f"/proc/{process.pid}/fd"):
        try:
            links.append(os.readlink(entry.path))
        except FileNotFoundError:
            pass
    lines = []
    for table in ("tcp", "tcp6"):
        path = pathlib.Path("/proc/net") / table
        lines += path.read_text(encoding="ascii").splitlines()[1:] if path.exists() else []
    inodes = [line.split()[9] for line in lines if line.split()[3] == "0A"]
    return sum(f"socket:[{inode}]" in links for inode in inodes)


class Pages(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.collector = metrics_page.Collector(LISTEN).__enter__()

    @classmethod
    def tearDownClass(cls):
        cls.collector.__exit__()

    def test_health(self):
        for path in ("/__health", "/healthz", "/readyz"):
            status, headers, body = self.collector.get(path)
            self.assertEqual((status, body), (200, "OK\n"), path)
            self.assertEqual(headers["Content-Type"], "text/plain; charset=utf-8")

    def test_metrics(self):
        status, headers, _ = self.collector.get("/metrics")
        self.assertEqual(status, 200)
        self.assertEqual(headers["Content-Type"], "text/plain; version=0.0.4; charset=utf-8")

    def test_query_is_ignored(self):
        self.assertEqual(self.collector.get("/healthz?verbose=1")[0], 200)

    def test_other_paths(self):
        for path in ("/", "/metrics/", "/../../etc/passwd", "/%2e%2e/etc/passwd", "/debug/pprof/"):
            status, _, body = self.collector.get(path)
            self.assertEqual((status, body), (404, "404 page not found\n"), path)

    def test_head(self):
        status, headers, body = self.collector.get("/__health", "HEAD")
        self.assertEqual((status, headers["Content-Length"], body), (200, "3", ""))
        status, headers, body = self.collector.get("/metrics", "HEAD")
        self.assertEqual((status, body), (200, ""))
        self.assertGreater(int(headers["Content-Length"]), 1000)

    def test_other_methods(self):
        for method in ("POST", "PUT", "DELETE", "TRACE", "OPTIONS", "PATCH"):
            status, headers, _ = self.collector.get("/metrics", method)
            self.assertEqual((status, headers["Allow"]), (405, "GET, HEAD"), method)

    def test_body(self):
        for head in (b"Content-Length: 1000000", b"Transfer-Encoding: chunked"):
            request = b"GET /metrics HTTP/1.1\r\nHost: a\r\n" + head + b"\r\n\r\n"
            self.assertIn(b" 400 ", answer_to(self.collector.http, request).split(b"\r\n")[0])


class Hostile(unittest.TestCase):
    """Whatever the clients do, health is answered and datagrams are read."""

    def setUp(self):
        self.collector = metrics_page.Collector(LISTEN)
        self.addCleanup(self.collector.__exit__)

    def check_well(self):
        self.assertEqual(self.collector.get("/__health")[0], 200)
        self.assertIsNone(self.collector.process.poll())

    def join(self, octets=b""):
        client = metrics_page.connect(self.collector.http)
        self.addCleanup(client.close)
        if octets:
            try:
                client.sendall(octets)
            except (BrokenPipeError, ConnectionResetError):
                pass
        return client

    def test_large_headers(self):
        line = b"GET /metrics HTTP/1.1\r\nHost: a\r\n"
        for request in (
            line + b"X: " + b"a" * 2 * REQUEST_MAX,
            line + b"".join(b"X%d: y\r\n" % n for n in range(REQUEST_MAX)),
            b"GET /" + b"a" * 2 * REQUEST_MAX + b" HTTP/1.1\r\n\r\n",
        ):
            client = self.join(request)
            status = read_all(client).split(b"\r\n")[0]
            self.assertTrue(not status or status.split()[1] in (b"400", b"414", b"431"), status)
        self.check_well()

    def test_garbage(self):
        for octets in (os.urandom(1000) + b"\r\n\r\n", b"\0" * 5000, b"\x16\x03\x01\x02\0\x01\r\n\r\n"):
            status = read_all(self.join(octets)).split(b"\r\n")[0]
            self.assertNotIn(b" 200 ", status)
        self.check_well()

    def test_requests_in_a_row(self):
        """A connection serves one."""
        request = b"GET /healthz HTTP/1.1\r\nHost: a\r\n\r\n"
        answer = read_all(self.join(request * 50))
        self.assertEqual(answer.count(b"HTTP/1.1 200"), 1)

    def test_silent_clients(self):
        """More than the server keeps: the oldest make room."""
        for _ in range(CROWD):
            self.join()
            self.check_well()

    def test_slow_clients(self):
        for client in [self.join(b"GET /met") for _ in range(CROWD)]:
            try:
                client.sendall(b"r")
            except (BrokenPipeError, ConnectionResetError):
                pass
        self.check_well()

    def test_trickling_client_is_ended(self):
        client = self.join(b"GET /healthz HTTP/1.1\r\n")
        client.settimeout(0.5)
        self.assertTrue(cli_test.eventually(lambda: self.ended(client)))

    def ended(self, client):
        """Sends one octet more, and looks whether the server has had enough."""
        try:
            client.sendall(b"X")
            return client.recv(1) == b""
        except (BrokenPipeError, ConnectionResetError):
            return True
        except TimeoutError:
            return False

    def test_client_that_does_not_read(self):
        request = b"GET /metrics HTTP/1.1\r\nHost: a\r\n\r\n"
        for _ in range(CROWD):
            self.join(request)
        self.check_well()

    def test_clients_that_leave(self):
        request = b"GET /metrics HTTP/1.1\r\nHost: a\r\n\r\n"
        for _ in range(CROWD):
            self.join(request).close()
        self.check_well()

    def test_under_load(self):
        """Health, metrics and datagrams at once."""
        stop = threading.Event()
        flood = threading.Thread(target=self.flood, args=(stop,))
        flood.start()
        try:
            for _ in range(20):
                self.check_well()
                self.assertGreater(self.collector.page().value("weir_uptime_seconds"), 0)
        finally:
            stop.set()
            flood.join()

    def flood(self, stop):
        datagrams = cli_test.payloads("netflow9/template-then-data.hex") * 20
        while not stop.is_set():
            cli_test.send(self.collector.port, *datagrams)

    def test_ends_while_asked(self):
        request = b"GET /metrics HTTP/1.1\r\nHost: a\r\n\r\n"
        for _ in range(20):
            self.join(request)
        self.assertEqual(self.collector.stop()[0], 0)


class Addresses(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.path = os.path.join(folder.name, "http")

    def collect(self, address):
        return cli_test.Collector(LISTEN, f"-addr={address}", "-transport.file=/dev/null")

    def refuse(self, words, address):
        uri = LISTEN.format(port=ports.free())
        code, _, errors = cli_test.weir("-listen", uri, "-addr", address)
        self.assertEqual(code, 1, errors)
        for word in words:
            self.assertIn(word, errors)

    def test_off(self):
        with self.collect("") as collector:
            self.assertEqual(listening(collector.process), 0)
            self.assertEqual(collector.stop()[0], 0)

    def test_tcp(self):
        for host in ("127.0.0.1", "", "localhost"):
            port = ports.free()
            with self.collect(f"{host}:{port}") as collector:
                self.assertTrue(cli_test.eventually(lambda: listening(collector.process) == 1))
                with socket.create_connection(("127.0.0.1", port)) as client:
                    client.sendall(b"GET /__health HTTP/1.0\r\n\r\n")
                    self.assertTrue(read_all(client).endswith(b"OK\n"))

    def test_taken(self):
        with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as other:
            other.bind(("127.0.0.1", 0))
            other.listen()
            address = f"127.0.0.1:{other.getsockname()[1]}"
            self.refuse(["cannot serve HTTP", address, "another process"], address)

    def test_addresses_that_mean_nothing(self):
        for address in ("8080", "127.0.0.1", "127.0.0.1:", "::1:8080", "unix:"):
            self.refuse([f'-addr "{address}": '], address)
        for port in ("65536", "99999", "18446744073709551617", "-1", "+80", "80x"):
            self.refuse(["from 1 to 65535"], f"127.0.0.1:{port}")
        self.refuse(["host:port"], "8080")
        self.refuse(["cannot serve HTTP", "cannot be resolved"], ":notaport")
        self.refuse(["no such address"], "192.0.2.1:8080")

    def test_any_port(self):
        """The log says where HTTP is served."""
        told = re.compile(r'msg="serving HTTP" http=(127.0.0.1|):([0-9]+)\n')
        for host in ("127.0.0.1", ""):
            with cli_test.Collector(LISTEN, f"-addr={host}:0", "-loglevel=info") as collector:
                found = told.search(collector.line_of_errors("serving HTTP"))
                self.assertEqual(found[1], host)
                socket.create_connection(("127.0.0.1", int(found[2]))).close()

    def test_unix_socket(self):
        with self.collect(f"unix:{self.path}") as collector:
            self.assertTrue(cli_test.eventually(self.is_served))
            self.refuse(["cannot serve HTTP", "another process"], f"unix:{self.path}")
            self.assertIn(b" 200 ", answer_to(self.path, b"GET /healthz HTTP/1.0\r\n\r\n"))
            self.assertEqual(collector.stop()[0], 0)
        self.assertFalse(os.path.exists(self.path))

    def test_unix_socket_that_was_left_behind(self):
        with self.collect(f"unix:{self.path}") as collector:
            self.assertTrue(cli_test.eventually(lambda: os.path.exists(self.path)))
            collector.process.send_signal(signal.SIGKILL)
            collector.process.wait()
        self.assertTrue(os.path.exists(self.path))
        with self.collect(f"unix:{self.path}") as collector:
            self.assertTrue(cli_test.eventually(self.is_served))

    def is_served(self):
        try:
            return b" 200 " in answer_to(self.path, b"GET /healthz HTTP/1.0\r\n\r\n")
        except (ConnectionRefusedError, FileNotFoundError):  # it is removed before the new one is
            return False

    def test_file_that_is_no_socket(self):
        pathlib.Path(self.path).write_text("mine", encoding="ascii")
        self.refuse(["cannot serve HTTP"], f"unix:{self.path}")
        self.assertEqual(pathlib.Path(self.path).read_text(encoding="ascii"), "mine")


class Readiness(unittest.TestCase):
    def test_output_that_takes_nothing(self):
        """weir stays healthy, and says why it is not ready."""
        with metrics_page.Collector(LISTEN, "-transport.file=/dev/full") as collector:
            self.assertTrue(cli_test.eventually(lambda: self.refused(collector)))
            self.assertEqual(collector.get("/__health")[0], 200)
            self.assertEqual(collector.get("/healthz")[0], 200)

    def refused(self, collector):
        cli_test.send(collector.port, *cli_test.payloads("netflow5/two-records.hex") * 500)
        status, _, body = collector.get("/readyz")
        return status == 503 and body.startswith("not ready: file lost records")


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--weir", required=True, help="the program under test")
    arguments, others = parser.parse_known_args()
    cli_test.WEIR = arguments.weir
    unittest.main(argv=[sys.argv[0], *others])


if __name__ == "__main__":
    main()
