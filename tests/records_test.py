#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Records beside flows: what a mixed stream holds, where each kind goes, what is refused, and that
docs/records.md shows what weir writes (--update renews it)."""

import argparse
import collections
import pathlib
import re
import struct
import sys
import tempfile
import unittest

import cli_test
import record_tables
import replay

CAPTURES = pathlib.Path(__file__).parent / "captures"
SOURCES = [
    *(CAPTURES / name for name in ("sflow-openvswitch.pcap", "netflow9-softflowd-ethernet.pcap")),
]
KINDS = ("counters", "drops", "nat", "blocks", "interfaces", "applications", "vrfs", "samplers",
         "loss")  # fmt: skip
CASES = {
    "sflow": "sflow/records-drops.hex",
    "blocks": "ipfix/records-nat-blocks.hex",
    "nat": "ipfix/records-nat-events.hex",
    "tables": "netflow9/records-options.hex",
    "vrfs": "ipfix/records-options.hex",
}
# What Flink reserves, of the words that a field might be called; ksqlDB's stand in the sources.
FLINK = set(
    """action bytes count data domain end first from input interval key label last length level
    limit method name next octets offset output partition path position raw schema sequence session
    size source start state time timestamp to type user value version window""".split()
)


def ksqldb_reserved():
    source = (record_tables.ROOT / "cmd" / "schema_ksqldb.c").read_text(encoding="utf-8")
    array = re.search(r"reserved\[\] = \{(.*?)\};", source, re.DOTALL)[1]
    return set(re.findall(r'"(\w+)"', array))


def datagrams():
    """Of each kind some."""
    return [
        datagram
        for case in CASES.values()
        for datagram in cli_test.capture_file.read_case(cli_test.GOLDEN / case).datagrams
    ]


def lines_of(path):
    return [replay.record(line) for line in path.read_bytes().splitlines()]


def kinds_of(records):
    return collections.Counter(record.get("record") for record in records)


class Streams(unittest.TestCase):
    def run_weir(self, *options):
        lines, counters = replay.run_datagrams(cli_test.WEIR, [*options], datagrams())
        return [replay.record(line) for line in lines], counters

    def test_by_default_there_are_flows_only(self):
        records, counters = self.run_weir("-fields", "type")
        self.assertEqual(set(kinds_of(records)), {None})
        self.assertNotIn("reports", counters)

    def test_all_says_what_each_record_is(self):
        records, counters = self.run_weir("-records", "all", "-fields", "type,bytes")
        kinds = kinds_of(records)
        self.assertEqual(set(kinds), {*KINDS} - {"counters"})
        self.assertEqual(counters["records"], len(records))
        self.assertEqual(counters["reports"], len(records))
        for record in records:
            self.assertEqual(next(iter(record)), "record")
            self.assertEqual(record["schema_version"], 1)
            self.assertIn("received_ms", record)

    def test_each_word_adds_its_kinds(self):
        for words, kinds in {
            "drops": {"drops"},
            "nat": {"nat", "blocks"},
            "options": {"interfaces", "applications", "vrfs", "samplers"},
            "drops,nat": {"drops", "nat", "blocks"},
            "loss": {"loss"},
        }.items():
            with self.subTest(words):
                records, _ = self.run_weir("-records", words)
                self.assertEqual(set(kinds_of(records)), kinds)

    def test_every_value_has_the_form_of_its_field(self):
        checks = {
            "NUMBER": lambda value: type(value) is int and 0 <= value < 1 << 63,
            "FLOAT": lambda value: type(value) is float,
            "TEXT": lambda value: isinstance(value, str) and value != "",
            "OCTETS": re.compile(r"([0-9a-f]{2})+").fullmatch,
            "ADDR": re.compile(r"[0-9a-f:.]+").fullmatch,
            "MAC": re.compile(r"([0-9a-f]{2}:){5}[0-9a-f]{2}").fullmatch,
            "ID": re.compile(r"[0-9a-f]{16}").fullmatch,
        }
        forms = record_tables.forms()
        records, _ = self.run_weir("-records", "all")
        for source in SOURCES:
            lines, _ = replay.run(cli_test.WEIR, ["-records", "all"], source)
            records += [replay.record(line) for line in lines]
        for record in records:
            for key, value in list(record.items())[2:] if "record" in record else ():
                (form,) = forms[key]
                self.assertTrue(checks[form](value), f"{key}: {value!r} in {record}")

    def test_text_lines(self):
        lines, _ = replay.run_datagrams(
            cli_test.WEIR, ["-records", "all", "-format", "text"], datagrams()
        )
        for line in lines:
            self.assertRegex(line, rb"^record=[a-z]+ schema_version=1 ")


class Names(unittest.TestCase):
    def test_a_name_has_one_form(self):
        flows = record_tables.flow_forms()
        for name, forms in record_tables.forms().items():
            with self.subTest(name):
                self.assertEqual(len(forms), 1)
                self.assertLessEqual({flows.get(name, *forms)}, forms)

    def test_none_is_reserved(self):
        reserved = FLINK | ksqldb_reserved()
        for name in [*record_tables.forms(), "record", "schema_version"]:
            with self.subTest(name):
                self.assertRegex(name, r"^[a-z][a-z0-9_]*$")
                self.assertNotIn(name, reserved)


class Places(unittest.TestCase):
    def test_each_kind_has_a_file(self):
        with tempfile.TemporaryDirectory() as folder:
            paths = {kind: pathlib.Path(folder, kind) for kind in (*KINDS, "flows")}
            options = [f"-transport.file.{kind}={paths[kind]}" for kind in KINDS]
            options += [f"-transport.file={paths['flows']}", "-records=all", "-fields=type"]
            _, counters = replay.run_datagrams(cli_test.WEIR, options, datagrams())
            for source in SOURCES:
                _, more = replay.run(cli_test.WEIR, options, source)
                counters["records"] += more["records"]
            found = {kind: lines_of(path) for kind, path in paths.items()}
        self.assertEqual(sum(map(len, found.values())), counters["records"])
        for kind in KINDS:
            self.assertEqual(set(kinds_of(found[kind])), {kind})
        self.assertEqual(set(kinds_of(found["flows"])), {None})

    def test_kinds_may_share_a_file(self):
        with tempfile.TemporaryDirectory() as folder:
            path = pathlib.Path(folder, "tables")
            options = [f"-transport.file.{kind}={path}" for kind in ("vrfs", "interfaces")]
            lines, counters = replay.run_datagrams(
                cli_test.WEIR, ["-records=options", *options], datagrams()
            )
            shared = kinds_of(lines_of(path))
        self.assertEqual(set(shared), {"vrfs", "interfaces"})
        self.assertEqual(len(lines) + shared.total(), counters["records"])

    def test_a_place_that_cannot_be(self):
        with tempfile.TemporaryDirectory() as folder:
            capture = cli_test.capture(folder)
            code, _, errors = cli_test.weir(
                "replay", "-transport.file.loss=/nowhere/loss", "-records=all", capture
            )
        self.assertEqual(code, 1)
        self.assertIn("/nowhere/loss", errors)


class Refused(unittest.TestCase):
    def test_what_cannot_be(self):
        for options, word in (
            (["-records", "flow"], "give all, or a list of"),
            (["-records", ""], "give all, or a list of"),
            (["-records", "nat", "-format", "bin"], "this format writes flows only"),
            (["-records", "all", "-produce", "raw"], "-produce raw"),
        ):
            with self.subTest(options):
                code, out, errors = cli_test.weir("check", *options)
                self.assertEqual((code, out), (1, ""))
                self.assertIn(word, errors)

    def test_what_can(self):
        for options in (["-records", "flows", "-format", "bin"], ["-records", "all"]):
            code, _, errors = cli_test.weir("check", *options)
            self.assertEqual(code, 0, errors)


def netflow5(sequence):
    whole = cli_test.payloads("netflow5/two-records.hex")[0]
    return whole[:16] + struct.pack(">I", sequence) + whole[20:]


class Live(unittest.TestCase):
    """A collector that receives."""

    def test_loss_is_told_at_the_end(self):
        options = ("-records", "loss")
        with cli_test.Collector("netflow://127.0.0.1:{port}", *options) as collector:
            cli_test.send(collector.port, netflow5(0), netflow5(10), b"\0\5")
            self.assertTrue(cli_test.eventually(lambda: queued(collector.port) == 0))
            collector.process.terminate()
            told = {record["loss_scope"]: record for record in collector.records(3)}
        self.assertEqual(told["exporter"]["exporter_addr"], "127.0.0.1")
        self.assertEqual(told["exporter"]["datagram_count"], 2)
        self.assertEqual(told["exporter"]["sequence_lost_count"], 8)
        self.assertEqual(told["others"]["fault_short"], 1)
        self.assertEqual(told["collector"]["datagram_count"], 3)
        self.assertEqual(told["collector"]["kernel_dropped_count"], 0)

    def test_loss_is_told_while_nobody_sends(self):
        options = ("-records=loss", "-records.loss.interval=1s")
        with cli_test.Collector("netflow://127.0.0.1:{port}", *options) as collector:
            cli_test.send(collector.port, netflow5(0))
            records = []
            while not any(record.get("datagram_count") for record in records):
                records += collector.records(1)
            records += collector.records(2)
        self.assertTrue(all(record["record"] == "loss" for record in records))

    def test_a_reload_changes_the_kinds(self):
        with tempfile.TemporaryDirectory() as folder:
            config = pathlib.Path(folder, "weir.yaml")
            config.write_text("fields: type\n", encoding="utf-8")
            with cli_test.Collector("flow://127.0.0.1:{port}", f"-config={config}") as collector:
                sends = cli_test.payloads("ipfix/records-nat-blocks.hex")[0]
                cli_test.send(collector.port, sends)
                self.assertEqual(collector.records(1), [{"type": "IPFIX"}])
                config.write_text("fields: type\nrecords: nat\n", encoding="utf-8")
                collector.process.send_signal(cli_test.signal.SIGHUP)
                record = collector.records(1)[0]
                while "record" not in record:
                    cli_test.send(collector.port, sends)
                    record = collector.records(1)[0]
        self.assertEqual(record["record"], "blocks")


def queued(port):
    """Octets that wait in the socket."""
    for line in pathlib.Path("/proc/net/udp").read_text(encoding="ascii").splitlines()[1:]:
        words = line.split()
        if words[1].endswith(f":{port:04X}"):
            return int(words[4].partition(":")[2], 16)
    return 0


class Documents(unittest.TestCase):
    def test_the_document_is_renewed(self):
        text = record_tables.DOCUMENT.read_text(encoding="utf-8")
        self.assertTrue(record_tables.renewed(text) == text, "./dev golden renews docs/records.md")

    def test_every_kind_has_an_example(self):
        text = record_tables.DOCUMENT.read_text(encoding="utf-8")
        self.assertEqual(set(re.findall(r'"record":"(\w+)"', text)), {*KINDS})


def update():
    text = record_tables.DOCUMENT.read_text(encoding="utf-8")
    record_tables.DOCUMENT.write_text(record_tables.renewed(text), encoding="utf-8")


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--weir", required=True, help="the program under test")
    parser.add_argument("--update", action="store_true", help="renew docs/records.md")
    arguments, others = parser.parse_known_args()
    cli_test.WEIR = arguments.weir
    if arguments.update:
        update()
    else:
        unittest.main(argv=[sys.argv[0], *others])


if __name__ == "__main__":
    main()
