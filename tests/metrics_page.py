# SPDX-License-Identifier: Apache-2.0
"""weir with HTTP on a unix socket, its answers, and the pages of /metrics read strictly."""

import http.client
import os
import re
import socket
import struct
import tempfile

import cli_test

SAMPLE = re.compile(r"([a-z][a-z0-9_]*)(?:\{(.*)\})? (\S+)")
LABEL = re.compile(r'([a-z_0-9]+)="((?:[^"\\]|\\.)*)"(?:,|$)')
SUFFIXES = ("_sum", "_count")  # of summaries


class Broken(Exception):
    """The page is not what a reader of the format may expect."""


class Metric:
    def __init__(self, name, help_text):
        self.name, self.help, self.type = name, help_text, None
        self.samples = {}  # by name and labels, as one text each


class Page:
    """The metrics of a page, in their order."""

    def __init__(self, text):
        self.metrics = {}
        self.current = None
        if not text.endswith("\n"):
            raise Broken("the last line has no end")
        for line in text.splitlines():
            self.take(line)

    def take(self, line):
        if line.startswith("# HELP "):
            _, _, name, help_text = line.split(" ", 3)
            if name in self.metrics:
                raise Broken(f"{name} stands twice")
            self.current = self.metrics[name] = Metric(name, help_text)
        elif line.startswith("# TYPE "):
            _, _, name, self.current.type = line.split(" ")
            if name != self.current.name:
                raise Broken(line)
        else:
            self.take_sample(line)

    def take_sample(self, line):
        match = SAMPLE.fullmatch(line)
        if match is None:
            raise Broken(line)
        name, labels, value = match[1], match[2] or "", match[3]
        names = [name] + [name.removesuffix(suffix) for suffix in SUFFIXES]
        if self.current.name not in names:
            raise Broken(f"{line} below {self.current.name}")
        if (name, labels) in self.current.samples:
            raise Broken(f"{line} stands twice")
        self.current.samples[name, labels] = float(value)

    def series(self, name):
        """The values of a metric, each with its labels as a dictionary."""
        metric = name
        for suffix in SUFFIXES:
            metric = metric if metric in self.metrics else name.removesuffix(suffix)
        for (sample, labels), value in self.metrics[metric].samples.items():
            if sample == name:
                yield dict(LABEL.findall(labels)), value

    def value(self, name, **labels):
        """The sum of the series that have these labels."""
        return sum(
            value for found, value in self.series(name) if labels.items() <= found.items()
        )

    def lines(self):
        return sum(len(metric.samples) for metric in self.metrics.values())


class Connection(http.client.HTTPConnection):
    """HTTP over a unix socket."""

    def __init__(self, path):
        super().__init__("localhost", timeout=cli_test.PATIENCE)
        self.path = path

    def connect(self):
        self.sock = connect(self.path)


def connect(path):
    connection = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    patience = struct.pack("ll", cli_test.PATIENCE, 0)  # settimeout() would not wait for room
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_SNDTIMEO, patience)
    try:
        connection.connect(path)
    except OSError:
        connection.close()
        raise
    connection.settimeout(cli_test.PATIENCE)
    return connection


def listens(path):
    """The path of a socket is there a moment before anybody listens at it."""
    try:
        connect(path).close()
    except OSError:
        return False
    return True


class Collector(cli_test.Collector):
    """A collector whose metrics are at hand; its records go nowhere."""

    def __init__(self, uri, *options, sockets=1):
        self.folder = tempfile.TemporaryDirectory()
        self.http = os.path.join(self.folder.name, "http")
        super().__init__(
            uri,
            f"-addr=unix:{self.http}",
            "-transport.file=/dev/null",
            *options,
            sockets=sockets,
        )
        if not cli_test.eventually(self.is_well):
            raise AssertionError("weir does not say that it collects")

    def __exit__(self, *arguments):
        super().__exit__(*arguments)
        self.folder.cleanup()

    def is_well(self):
        try:
            return self.get("/__health")[0] == 200
        except (ConnectionError, FileNotFoundError):
            return False

    def get(self, path, method="GET"):
        """Status, headers and body."""
        connection = Connection(self.http)
        connection.request(method, path)
        answer = connection.getresponse()
        result = answer.status, answer.headers, answer.read().decode()
        connection.close()
        return result

    def page_text(self):
        status, _, body = self.get("/metrics")
        assert status == 200, body
        return body

    def page(self):
        return Page(self.page_text())

    def page_when(self, condition):
        """The first page for which the condition holds; pages are renewed each second."""
        found = []
        if not cli_test.eventually(lambda: found.append(self.page()) or condition(found[-1])):
            raise AssertionError("the metrics do not become what they should")
        return found[-1]
