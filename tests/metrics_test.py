#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""/metrics: goflow2's names, sums that hold, and no more series than were allowed."""

import argparse
import pathlib
import shutil
import signal
import socket
import struct
import subprocess
import sys
import time
import unittest

import cli_test
import metrics_page

HERE = pathlib.Path(__file__).parent
DOCUMENT = HERE.parent / "docs" / "metrics.md"
CASES = (
    "netflow1/stride-48.hex",
    "netflow5/two-records.hex",
    "netflow9/template-then-data.hex",
    "ipfix/template-then-data.hex",
)
FLOOD = 100000  # exporters


def all_protocols(collector):
    """Sends the cases and one sFlow datagram; returns how many datagrams that were."""
    datagrams = [payload for case in CASES for payload in cli_test.payloads(case)]
    cli_test.send(collector.ports[0], *datagrams)
    cli_test.send(collector.ports[1], cli_test.SFLOW)
    return len(datagrams) + 1


def received(n):
    return lambda page: page.value("weir_datagrams_total") == n


def ipfix(*sets, sequence=0):
    body = b"".join(sets)
    return struct.pack(">HHIII", 10, 16 + len(body), int(time.time()), sequence, 1) + body


def ends_at(milliseconds):
    """An IPFIX message with a template of one field, flowEndMilliseconds, and a record."""
    template = struct.pack(">HHHHHH", 2, 12, 256, 1, 153, 8)
    return ipfix(template, struct.pack(">HHQ", 256, 12, milliseconds))


def netflow5(sequence=0):
    """A datagram of one record."""
    whole = cli_test.payloads("netflow5/two-records.hex")[0]
    return whole[:2] + b"\0\1" + whole[4:16] + sequence.to_bytes(4, "big") + whole[20:72]


class Names(unittest.TestCase):
    """What goflow2 has, and what is documented."""

    @classmethod
    def setUpClass(cls):
        uris = "netflow://127.0.0.1:{port},sflow://127.0.0.1:{port}"
        with metrics_page.Collector(uris) as collector:
            cls.sent = all_protocols(collector)
            cls.port = collector.ports[0]
            cls.page = collector.page_when(received(cls.sent))
            cls.text = collector.page_text()

    def test_goflow2s_table(self):
        for row in (HERE / "metrics/goflow2.tsv").read_text(encoding="ascii").splitlines()[1:]:
            name, kind, labels, help_text = row.split("\t")
            with self.subTest(name):
                metric = self.page.metrics[name]
                self.assertEqual((metric.type, metric.help), (kind, help_text))
                self.check_labels(metric, labels.split(",") if labels else [])

    def check_labels(self, metric, labels):
        for sample, text in metric.samples:
            quantile = ["quantile"] if metric.type == "summary" and sample == metric.name else []
            found = [name for name, _ in metrics_page.LABEL.findall(text)]
            self.assertEqual(found, labels + quantile)

    def test_goflow2s_lines(self):
        for line in (
            'goflow2_flow_process_nf_flowset_records_total{router="127.0.0.1",'
            'type="DataFlowSet",version="9"} 3',
            'goflow2_flow_process_nf_flowset_total{router="127.0.0.1",type="DataFlowSet",'
            'version="5"} 2',
            'goflow2_flow_process_sf_samples_total{agent="192.0.2.1",router="127.0.0.1",'
            'type="FlowSample",version="5"} 1',
            f'goflow2_flow_traffic_packets_total{{local_ip="127.0.0.1",local_port="{self.port}",'
            f'remote_ip="127.0.0.1",type="netflow"}} {self.sent - 1}',
        ):
            self.assertTrue(line in self.text.splitlines(), line)

    def test_template_has_a_port(self):
        for labels, value in self.page.series("goflow2_flow_process_nf_templates_total"):
            self.assertRegex(labels["router"], r"^127\.0\.0\.1:\d+$")
            self.assertGreaterEqual(value, 1)

    def test_promtool(self):
        if shutil.which("promtool") is None:
            self.skipTest("there is no promtool (Debian: prometheus)")
        done = subprocess.run(
            ["promtool", "check", "metrics"],
            input=self.text,
            capture_output=True,
            text=True,
            check=False,
        )
        self.assertEqual((done.returncode, done.stdout + done.stderr), (0, ""))

    def test_all_are_documented(self):
        document = DOCUMENT.read_text(encoding="utf-8")
        for name in self.page.metrics:
            self.assertIn(f"`{name}`", document)


class Values(unittest.TestCase):
    def test_end_in_the_future(self):
        """goflow2 2.2.6 wraps: 5.4e10 seconds."""
        with metrics_page.Collector("netflow://127.0.0.1:{port}") as collector:
            cli_test.send(collector.port, ends_at(int(time.time() * 1000) + 3600000))
            page = collector.page_when(received(1))
        name = "goflow2_flow_process_nf_delay_seconds"
        self.assertEqual([value for _, value in page.series(name)], [0, 0, 0])
        self.assertEqual(page.value(name + "_count", version="10"), 1)

    def test_end_in_the_past(self):
        with metrics_page.Collector("netflow://127.0.0.1:{port}") as collector:
            cli_test.send(collector.port, ends_at(int(time.time() * 1000) - 3600000))
            page = collector.page_when(received(1))
        for _, value in page.series("goflow2_flow_process_nf_delay_seconds"):
            self.assertAlmostEqual(value, 3600, delta=cli_test.PATIENCE)

    def test_data_without_template(self):
        data = cli_test.payloads("netflow9/template-then-data.hex")[-1]
        with metrics_page.Collector("netflow://127.0.0.1:{port}") as collector:
            cli_test.send(collector.port, data)
            page = collector.page_when(received(1))
        missing = page.series("goflow2_flow_process_nf_errors_total")
        self.assertEqual(list(missing), [({"error": "template_not_found", "router": "other"}, 1)])
        self.assertEqual(page.value("weir_held_sets"), 1)

    def test_sequence(self):
        with metrics_page.Collector("netflow://127.0.0.1:{port}") as collector:
            cli_test.send(collector.port, *map(netflow5, (0, 1, 2, 12, 12, 13, 3000000000)))
            page = collector.page_when(received(7))
        for what, number in (("lost", 9), ("repeated", 1), ("restarts", 1)):
            name = f"weir_exporter_sequence_{what}_total"
            self.assertEqual(page.value(name, protocol="NETFLOW_V5"), number, what)
            self.assertEqual(page.value(f"weir_sequence_{what}_total"), number, what)

    def test_two_listeners_of_two_workers(self):
        """What is the same exporter to goflow2 is one series, wherever it was heard."""
        uris = "netflow://127.0.0.1:{port}?count=2,flow://127.0.0.1:{port}"
        with metrics_page.Collector(uris) as collector:
            for port in collector.ports[:2]:
                cli_test.send(port, netflow5(), netflow5(1))
            page = collector.page_when(received(4))
        series = list(page.series("goflow2_flow_process_nf_total"))
        self.assertEqual(series, [({"router": "127.0.0.1", "version": "5"}, 4)])


class Conservation(unittest.TestCase):
    """Nothing is lost without being counted, once."""

    BAD = (b"", b"\0", b"\0\x63" * 8, b"\0\x05\0\x01", b"\0\x0a\0\x04" + b"\0" * 12)
    SENT = 60000
    PADDING = b"\0" * 1300  # so that the kernel's memory is used up

    def check(self, page, sent):
        kernel = page.value("weir_datagram_drops_total", stage="kernel")
        dropped = page.value("weir_datagram_drops_total") - kernel
        decoded = page.value("weir_datagrams_decoded_total")
        self.assertEqual(page.value("weir_datagrams_total"), decoded + dropped)
        self.assertEqual(page.value("weir_datagrams_dropped_total"), dropped)
        self.assertEqual(sent, decoded + dropped + kernel)
        self.assertEqual(page.value("weir_socket_kernel_dropped_total"), kernel)
        self.check_records(page)

    def check_records(self, page):
        delivered = page.value("weir_output_delivered_total") + page.value("weir_output_held")
        self.assertEqual(
            page.value("weir_records_total"), delivered + page.value("weir_record_drops_total")
        )

    def test_every_reason(self):
        with metrics_page.Collector("netflow://127.0.0.1:{port}") as collector:
            cli_test.send(collector.port, *self.BAD, netflow5())
            page = collector.page_when(received(len(self.BAD) + 1))
        self.check(page, len(self.BAD) + 1)
        for reason, number in (("empty", 1), ("short", 2), ("version", 1), ("message_length", 1)):
            drops = page.value("weir_datagram_drops_total", reason=reason, stage="decode")
            self.assertEqual(drops, number, reason)

    def test_kernel_drops(self):
        """More than the receive buffer holds, while weir is stopped."""
        with metrics_page.Collector("netflow://127.0.0.1:{port}") as collector:
            collector.process.send_signal(signal.SIGSTOP)
            self.flood(collector.port)
            collector.process.send_signal(signal.SIGCONT)
            page = collector.page_when(lambda page: self.arrived(page) == self.SENT)
        self.assertGreater(page.value("weir_datagram_drops_total", reason="buffer_full"), 0)
        self.check(page, self.SENT)

    def flood(self, port):
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sender:
            for n in range(self.SENT):
                bad = self.BAD[n // 10 % len(self.BAD)] if n % 10 == 0 else None
                datagram = netflow5(n) + self.PADDING if bad is None else bad
                sender.sendto(datagram, ("127.0.0.1", port))

    def arrived(self, page):
        kernel = page.value("weir_datagram_drops_total", stage="kernel")
        return page.value("weir_datagrams_total") + kernel


class Cardinality(unittest.TestCase):
    PLACES = 50

    def flood(self, port):
        datagram = netflow5()
        for n in range(FLOOD):
            source = f"127.{1 + n // 62500}.{n // 250 % 250}.{1 + n % 250}"
            with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sender:
                sender.bind((source, 0))
                sender.sendto(datagram, ("127.0.0.1", port))

    def test_flood_of_exporters(self):
        places = f"-metrics.exporters={self.PLACES}"
        with metrics_page.Collector("netflow://127.0.0.1:{port}", places) as collector:
            cli_test.send(collector.port, netflow5())
            before = collector.page_when(received(1))
            self.flood(collector.port)
            page = collector.page_when(self.all_arrived)
        routers = [labels["router"] for labels, _ in page.series("goflow2_flow_process_nf_total")]
        self.assertEqual(len(routers), self.PLACES + 1)
        self.assertIn("127.0.0.1", routers)
        self.assertIn("other", routers)
        self.assertEqual(page.value("weir_metrics_places_taken"), self.PLACES)
        self.assertLess(page.lines(), before.lines() + 20 * self.PLACES)
        self.assertEqual(
            page.value("goflow2_flow_process_nf_total"), page.value("weir_datagrams_decoded_total")
        )

    def all_arrived(self, page):
        kernel = page.value("weir_datagram_drops_total", stage="kernel")
        return page.value("weir_datagrams_total") + kernel == FLOOD + 1

    def test_flood_of_templates(self):
        sets = [struct.pack(">HHHHHH", 2, 12, 256 + n, 1, 8, 4) for n in range(1000)]
        places = f"-metrics.exporters={self.PLACES}"
        with metrics_page.Collector("netflow://127.0.0.1:{port}", places) as collector:
            for first in range(0, len(sets), 100):
                cli_test.send(collector.port, ipfix(*sets[first : first + 100]))
            page = collector.page_when(received(len(sets) // 100))
        series = list(page.series("goflow2_flow_process_nf_templates_total"))
        self.assertEqual(len(series), 33)
        self.assertEqual(sum(value for _, value in series), len(sets))

    def test_strangers_have_no_place(self):
        with metrics_page.Collector("netflow://127.0.0.1:{port}") as collector:
            for n in range(100):
                cli_test.send(collector.port, b"\0\x09 no exporter", source=f"127.0.1.{1 + n}")
            page = collector.page_when(received(100))
        self.assertEqual(page.value("weir_metrics_places_taken"), 0)
        remote = [labels["remote_ip"] for labels, _ in page.series("goflow2_flow_traffic_bytes_total")]
        self.assertEqual(remote, ["other"])


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--weir", required=True, help="the program under test")
    arguments, others = parser.parse_known_args()
    cli_test.WEIR = arguments.weir
    unittest.main(argv=[sys.argv[0], *others])


if __name__ == "__main__":
    main()
