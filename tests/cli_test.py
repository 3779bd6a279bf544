#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The program from outside: its command line, and `weir collect` end to end on loopback."""

import argparse
import json
import os
import pathlib
import resource
import select
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
import unittest

import capture_file
import ports
import replay

GOLDEN = pathlib.Path(__file__).parent / "golden"
PATIENCE = 60  # seconds until a test gives up
WEIR = ""

# One flow sample: a TCP segment in IPv4 from 10.0.0.1 to 10.0.0.2, sampled 1 in 1000.
SFLOW = bytes.fromhex(
    "00000005 00000001 c0000201 00000000 00000001 000003e8 00000001"
    "00000001 00000060 00000001 00000001 000003e8 000003e8 00000000 00000001 00000002 00000001"
    "00000001 00000038 0000000b 0000002c 00000004 00000028"
    "45000028 00010000 40060000 0a000001 0a000002"
    "04000050 00000001 00000000 50020000 00000000"
)


def weir(*arguments):
    """Runs weir to its end: exit code, standard output, standard error."""
    done = subprocess.run(
        [WEIR, *map(str, arguments)], capture_output=True, text=True, timeout=PATIENCE, check=False
    )
    return done.returncode, done.stdout, done.stderr


def payloads(case):
    return [datagram.payload for datagram in capture_file.read_case(GOLDEN / case).datagrams]


def capture(folder, case="netflow5/two-records.hex"):
    path = os.path.join(folder, "case.pcap")
    capture_file.write(path, capture_file.read_case(GOLDEN / case).datagrams)
    return path


def eventually(condition):
    end = time.monotonic() + PATIENCE
    while time.monotonic() < end:
        if condition():
            return True
        time.sleep(0.02)
    return False


def send(port, *datagrams, source="127.0.0.1"):
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sender:
        sender.bind((source, 0))
        for datagram in datagrams:
            sender.sendto(datagram, ("127.0.0.1", port))


class Collector:
    """`weir collect`, from the moment when it has bound its ports until it is stopped."""

    def __init__(self, uri, *options, sockets=1):
        self.port = ports.free()
        self.ports = [self.port]
        uris = []
        for part in uri.split(","):
            uris.append(part.format(port=self.ports[-1]))
            self.ports.append(ports.free())
        self.process = subprocess.Popen(
            [WEIR, "collect", "-listen", ",".join(uris), "-loglevel=error", "-addr=", *options],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
        )
        self.read = b""
        for port in self.ports[: len(uris)]:
            if not eventually(lambda port=port: ports.bound(port) >= sockets):
                self.process.kill()
                raise AssertionError(f"port {port} not bound: {self.process.stderr.read()}")

    def __enter__(self):
        return self

    def __exit__(self, *_):
        if self.process.poll() is None:
            self.process.kill()
        self.process.wait()
        self.process.stdout.close()
        self.process.stderr.close()

    def records(self, n):
        """The next n records, as soon as they are there."""
        end = time.monotonic() + PATIENCE
        while self.read.count(b"\n") < n and time.monotonic() < end:
            if select.select([self.process.stdout], [], [], 0.1)[0]:
                self.read += os.read(self.process.stdout.fileno(), 65536)
        lines = self.read.split(b"\n", n)
        self.read = lines.pop()
        return [replay.record(line) for line in lines]

    def line_of_errors(self, part):
        """The next line on standard error that holds this."""
        lines = iter(lambda: self.process.stderr.readline().decode(), "")
        return next(line for line in lines if part in line)

    def stop(self, number=signal.SIGTERM):
        """Its exit code, and what it wrote to standard error."""
        self.process.send_signal(number)
        return self.end()

    def end(self):
        _, errors = self.process.communicate(timeout=PATIENCE)
        return self.process.returncode, errors.decode()


class BadCommandLines(unittest.TestCase):
    """Each says what is wrong, and what would be right."""

    def refuse(self, code, words, *arguments):
        found, out, errors = weir(*arguments)
        self.assertEqual(found, code, errors)
        self.assertEqual(out, "")
        for word in words:
            self.assertIn(word, errors)

    def test_unknown_flag(self):
        self.refuse(2, ["flag provided but not defined: -nope"], "-nope")
        self.refuse(2, ["-formt", "did you mean -format?"], "replay", "-formt", "json")
        for words in ([], ["collect"], ["check"], ["replay"], ["explain"], ["kafka", "create-topics"]):
            code, _, errors = weir(*words, "-nope")
            where = " ".join(["weir", *words, "-h"])
            self.assertEqual((code, errors.count("\n")), (2, 2), errors)
            self.assertIn(f'"{where}" lists all options', errors)

    def test_unknown_subcommand(self):
        self.refuse(2, ["frobnicate", "replay", "collect"], "frobnicate")

    def test_argument_that_none_takes(self):
        for command in ("collect", "check", "health", "man"):
            self.refuse(2, [f"weir {command}: takes no argument, but was given x"], command, "x")
        self.refuse(2, ["weir kafka create-topics: takes no argument"], "kafka", "create-topics", "x")

    def test_missing_argument(self):
        self.refuse(2, ["flag needs an argument: -format"], "collect", "-format")

    def test_bad_boolean(self):
        self.refuse(2, ["maybe", "-stats"], "replay", "-stats=maybe")

    def test_value_behind_a_boolean(self):
        self.refuse(2, ["takes no argument", "give -stats=false"], "-stats", "false")
        for words in (["false"], ["-format=json", "false"]):
            self.refuse(2, ["takes no argument, but was given false\n"], "collect", *words)

    def test_bad_level(self):
        for level in ("loud", "info+2"):
            self.refuse(1, [level, "debug", "error"], "-loglevel", level)

    def test_two_listeners_on_one_port(self):
        self.refuse(1, ["another one has this port"], "-listen", "netflow://:2055,sflow://:2055")

    def test_bad_listen(self):
        self.refuse(1, ["foo", "netflow", "sflow"], "-listen", "foo://:2055")
        errors = weir("-listen", "foo://:2055")[2]
        self.assertEqual(errors.count("foo://:2055"), 1, errors)
        self.refuse(1, ["70000"], "-listen", "netflow://:70000")
        self.refuse(1, ["netflow://"], "-listen", "netflow://")
        self.refuse(1, ["count", "many"], "-listen", "netflow://:2055?count=many")

    def test_unknown_field(self):
        self.refuse(1, ["src_adr", "src_addr"], "replay", "-fields", "src_adr", "x.pcap")

    def test_unknown_difference(self):
        self.refuse(1, ["goflow3", "goflow2"], "replay", "-compat", "goflow3", "x.pcap")

    def test_unknown_format(self):
        self.refuse(1, ["yaml", "json"], "-format", "yaml")

    def test_unknown_transport(self):
        self.refuse(1, ["pigeon", "file"], "-transport", "pigeon")

    def test_replay_without_a_file(self):
        self.refuse(2, ["FILE"], "replay")

    def test_options_behind_arguments(self):
        """They are refused before anything is written, but a file may begin with a dash."""
        with tempfile.TemporaryDirectory() as folder:
            path = capture(folder)
            for command in ("replay", "explain"):
                self.refuse(2, ["options stand before FILE: -fields"], command, path, "-fields", "all")
            self.refuse(2, ["options stand before TARGET: -fields"], "schema", "proto", "-fields=all")
            os.rename(path, os.path.join(folder, "-case.pcap"))
            done = subprocess.run([WEIR, "replay", "--", "-case.pcap", "-case.pcap"], cwd=folder,
                                  capture_output=True, timeout=PATIENCE, check=False)  # fmt: skip
            self.assertEqual((done.returncode, len(done.stdout.splitlines())), (0, 4))

    def test_file_that_is_not_there(self):
        self.refuse(1, ["absent.pcap"], "replay", "/absent.pcap")

    def test_file_that_is_no_capture(self):
        self.refuse(1, [os.path.basename(__file__)], "replay", __file__)

    def test_compressed_capture(self):
        with tempfile.TemporaryDirectory() as folder:
            path = capture(folder)
            subprocess.run(["gzip", path], check=True)
            for command in ("replay", "explain"):
                self.refuse(1, ["gzip -dc FILE | weir replay -"], command, f"{path}.gz")

    def test_option_of_kafka(self):
        words = ("check", "-transport", "kafka", "-transport.kafka.policy")
        self.refuse(1, ["option=transport.kafka.policy "], *words, "never")
        self.refuse(1, ["option=transport.kafka.spool.path "], *words, "spool")

    def test_output_that_cannot_be_opened(self):
        listen = f"netflow://127.0.0.1:{ports.free()}"
        self.refuse(1, ["/absent/out"], "-listen", listen, "-transport.file", "/absent/out")

    def test_ports_of_another(self):
        """They are found before a file is made."""
        free = ports.free()
        for kind, listen, address in (
            (socket.SOCK_DGRAM, "netflow://127.0.0.1:{taken}", ""),
            (socket.SOCK_STREAM, f"netflow://127.0.0.1:{free}", "127.0.0.1:{taken}"),
        ):
            with socket.socket(socket.AF_INET, kind) as other, tempfile.TemporaryDirectory() as folder:
                other.bind(("127.0.0.1", 0))
                taken = other.getsockname()[1]
                listen, address = listen.format(taken=taken), address.format(taken=taken)
                options = ["-listen", listen, "-addr", address, f"-transport.file={folder}/out"]
                self.refuse(1, ["another process has this"], *options, f"-quarantine={folder}/bad")
                self.assertEqual(os.listdir(folder), [])

    def test_files_that_may_not_grow(self):
        case = "netflow5/count-65535-one-record.hex"
        with tempfile.TemporaryDirectory() as folder:
            command = [WEIR, "replay", "-transport.file", f"{folder}/out", "-quarantine", f"{folder}/q"]
            done = subprocess.run(
                [*command, capture(folder, case)], capture_output=True, text=True, timeout=PATIENCE, check=False,
                preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (10, 10)),
            )  # fmt: skip
        self.assertGreaterEqual(done.returncode, 0, "a signal")
        self.assertIn("file too large", done.stderr)


class ExitCodes(unittest.TestCase):
    """As the table of docs/configuration.md has them."""

    VALUES_THAT_MEAN_NOTHING = (
        ("-listen", "foo://:1"), ("-format", "yaml"), ("-transport", "pigeon"),
        ("-loglevel", "loud"), ("-produce", "nothing"), ("-fields", "nothing"),
        ("-compat", "goflow3"), ("-tunnels", "channel"), ("-allow", "nobody"),
        ("-records", "tapes"), ("-exporter.scope", "world"), ("-quarantine.bytes", "1"),
        ("-mapping", "/absent"), ("-subscribers", "/absent"), ("-config", "/absent"),
    )  # fmt: skip
    CANNOT_BE_READ = (
        ("-nope",), ("-format",), ("-stats=maybe",), ("-templates.max", "many"),
        ("-templates.ttl", "soon"), ("=",), ("frobnicate",), ("collect", "argument"),
        ("check", "argument"), ("man", "argument"), ("health", "argument"), ("replay",),
        ("explain",), ("schema",), ("schema", "oracle"), ("completion",), ("completion", "tcsh"),
        ("kafka",), ("kafka", "create-topics", "argument"),
    )  # fmt: skip
    OF_SUBCOMMANDS = (
        ("explain", "-format", "xml", "x"), ("schema", "-fields", "nothing", "proto"),
        ("replay", "-to", "nowhere", "x"), ("replay", "-speed", "fast", "x"),
        ("replay", "-loop", "0", "x"), ("kafka", "create-topics", "-partitions", "0"),
    )  # fmt: skip

    def test_values_that_mean_nothing(self):
        for option in self.VALUES_THAT_MEAN_NOTHING:
            for command in ("collect", "check", "replay"):
                self.assertEqual(weir(command, *option)[0], 1, (command, *option))
        for arguments in self.OF_SUBCOMMANDS:
            self.assertEqual(weir(*arguments)[0], 1, arguments)

    def test_what_cannot_be_read(self):
        for arguments in self.CANNOT_BE_READ:
            self.assertEqual(weir(*arguments)[0], 2, arguments)


class Output(unittest.TestCase):
    """What cannot be written is told, and is no success."""

    def test_full_device(self):
        for words in ("explain $1", "-v", "man", "schema proto", "completion bash"):
            for device in (">/dev/full", ">&-"):
                with tempfile.TemporaryDirectory() as folder:
                    done = subprocess.run(
                        ["sh", "-c", f'"$0" {words} {device}', WEIR, capture(folder)],
                        capture_output=True, text=True, timeout=PATIENCE, check=False,
                    )  # fmt: skip
                self.assertEqual(done.returncode, 1, (words, device))
                self.assertEqual(done.stderr.count("cannot write to standard output\n"), 1, words)


class ClosedDescriptors(unittest.TestCase):
    """No file of weir's takes the number of one that its parent closed."""

    def closed(self, words):
        """weir replay of a capture, with the redirections of a shell."""
        with tempfile.TemporaryDirectory() as folder:
            script = f'"$0" replay {words}'
            done = subprocess.run(
                ["sh", "-c", script, WEIR, capture(folder)],
                capture_output=True, text=True, timeout=PATIENCE, check=False,
            )  # fmt: skip
            return done.returncode, done.stdout, done.stderr

    def test_output(self):
        code, _, errors = self.closed('"$1" >&-')
        self.assertEqual(code, 1, errors)
        self.assertIn("standard output is closed", errors)

    def test_output_that_no_record_goes_to(self):
        code, _, errors = self.closed('-transport.file="$1.json" "$1" >&- && wc -l <"$1.json"')
        self.assertEqual(code, 0, errors)

    def test_input(self):
        code, out, errors = self.closed('"$1" <&-')
        self.assertEqual((code, len(out.splitlines())), (0, 2), errors)
        self.assertEqual(self.closed("- <&-")[0], 1)

    def test_errors(self):
        code, out, _ = self.closed('"$1" 2>&-')
        self.assertEqual((code, len(out.splitlines())), (0, 2))


class GoodCommandLines(unittest.TestCase):
    def test_help(self):
        for arguments in (["-h"], ["-help"], ["--help"], ["collect", "-h"], ["replay", "-h"]):
            code, out, errors = weir(*arguments)
            self.assertEqual((code, out), (0, ""), arguments)
            self.assertIn("-format", errors)

    def test_help_names_every_transport(self):
        names = weir("-transport", "pigeon")[2].split("available:")[1].split()
        self.assertIn(f"(available: {', '.join(sorted(names))})", weir("-h")[2])

    def test_help_without_a_dash(self):
        self.assertEqual(weir("help"), weir("-h"))
        for command in ("replay", "kafka", "help", "collect"):
            self.assertEqual(weir("help", command), weir(command, "-h"))
        self.assertEqual(weir("help", "nothing")[0], 2)

    def test_version(self):
        code, out, errors = weir("-v")
        self.assertEqual(code, 0, errors)
        self.assertRegex(out, r"\d+\.\d+\.\d+")
        for word in ("version", "-version", "--version"):
            self.assertEqual(weir(word), (0, out, ""))

    def test_forms_of_a_flag(self):
        forms = (["-fields", "bytes"], ["-fields=bytes"], ["--fields", "bytes"], ["--fields=bytes"])
        with tempfile.TemporaryDirectory() as folder:
            path = capture(folder)
            for form in forms:
                code, out, errors = weir("replay", *form, path)
                self.assertEqual((code, out.splitlines()[0]), (0, '{"bytes":1000}'), errors)

    def test_the_last_of_a_flag_counts(self):
        with tempfile.TemporaryDirectory() as folder:
            _, out, _ = weir("replay", "-fields", "all", "-fields=bytes", capture(folder))
        self.assertEqual(out.splitlines()[0], '{"bytes":1000}')

    def test_a_signal_ends_a_replay_that_cannot_write(self):
        with tempfile.TemporaryDirectory() as folder:
            command = [WEIR, "replay", "-loop", "100000", capture(folder)]
            with open("/dev/full", "wb") as full:
                replaying = subprocess.Popen(command, stdout=full, stderr=subprocess.PIPE)
            self.assertIn(b"cannot write", replaying.stderr.readline())
            replaying.send_signal(signal.SIGTERM)
            replaying.communicate(timeout=PATIENCE)

    def test_several_captures(self):
        with tempfile.TemporaryDirectory() as folder:
            path = capture(folder)
            code, out, errors = weir("replay", path, path)
        self.assertEqual((code, len(out.splitlines())), (0, 4), errors)

    def test_two_replays_are_alike(self):
        with tempfile.TemporaryDirectory() as folder:
            path = capture(folder, "ipfix/strings-escaped.hex")
            first, second = (weir("replay", "-fields", "all", path)[1] for _ in range(2))
        self.assertEqual(first, second)
        self.assertTrue(first)

    def test_separator(self):
        with tempfile.TemporaryDirectory() as folder:
            path = capture(folder)
            options = ["-fields", "src_port", "-transport.file.sep", ";"]
            _, out, _ = weir("replay", *options, path)
        self.assertEqual(out, '{"src_port":1024};{"src_port":53};')


class Collecting(unittest.TestCase):
    def test_one_datagram_does_not_wait_for_another(self):
        with Collector("netflow://127.0.0.1:{port}") as collector:
            send(collector.port, *payloads("netflow5/two-records.hex"))
            records = collector.records(2)
            self.assertEqual([record["src_addr"] for record in records], ["10.0.0.1", "10.1.2.3"])
            self.assertIsNone(collector.process.poll())
            self.assertEqual(collector.stop()[0], 0)

    def test_flush_interval(self):
        with Collector("netflow://127.0.0.1:{port}", "-flush.interval", "50ms") as collector:
            for _ in range(2):
                send(collector.port, *payloads("netflow5/two-records.hex"))
                self.assertEqual(len(collector.records(2)), 2)

    def test_what_waits_leaves_at_the_end(self):
        with Collector("netflow://127.0.0.1:{port}", "-flush.interval", "1h") as collector:
            send(collector.port, *payloads("netflow5/two-records.hex"))
            collector.process.send_signal(signal.SIGTERM)
            self.assertEqual(len(collector.records(2)), 2)
            self.assertEqual(collector.end()[0], 0)

    def test_every_protocol_on_its_port(self):
        with Collector("netflow://127.0.0.1:{port},sflow://127.0.0.1:{port}") as collector:
            for case in ("netflow5/two-records", "netflow9/template-then-data"):
                send(collector.ports[0], *payloads(case + ".hex"))
            send(collector.ports[0], *payloads("ipfix/template-then-data.hex"))
            send(collector.ports[1], SFLOW)
            kinds = sorted(record["type"] for record in collector.records(9))
            self.assertEqual(
                kinds, ["IPFIX"] * 3 + ["NETFLOW_V5"] * 2 + ["NETFLOW_V9"] * 3 + ["SFLOW_5"]
            )
            self.assertEqual(collector.stop(signal.SIGINT)[0], 0)

    def test_every_protocol_on_one_port(self):
        with Collector("flow://127.0.0.1:{port}") as collector:
            send(collector.port, *payloads("netflow5/two-records.hex"), SFLOW)
            send(collector.port, *payloads("netflow1/stride-48.hex"))
            kinds = [record["type"] for record in collector.records(5)]
            self.assertEqual(
                sorted(kinds), ["NETFLOW_V1"] * 2 + ["NETFLOW_V5"] * 2 + ["SFLOW_5"]
            )

    def test_a_listener_takes_its_own_protocols(self):
        with Collector("sflow://127.0.0.1:{port}", "-stats") as collector:
            send(collector.port, *payloads("netflow5/two-records.hex"), SFLOW)
            self.assertEqual([record["type"] for record in collector.records(1)], ["SFLOW_5"])
            code, errors = collector.stop()
            self.assertEqual((code, replay.counters(errors)["errors"]), (0, {"version": 1}))

    def test_what_came_to_the_wrong_listener_is_told(self):
        netflow = payloads("netflow5/two-records.hex")[0]
        for scheme, datagram, told in (
            ("sflow", netflow, "NetFlow v5 at a listener for sflow"),
            ("netflow", SFLOW, "sFlow version 5 at a listener for netflow"),
            ("netflow", b"nonsense", "first octets 6e6f6e73"),
            ("flow", b"nonsense", "first octets 6e6f6e73"),
        ):
            uri = scheme + "://127.0.0.1:{port}"
            with Collector(uri, "-loglevel=info", "-stats") as collector:
                send(collector.port, datagram)
                self.assertIn(told, collector.line_of_errors("detail="))
                self.assertIn('"version":1', collector.stop()[1])

    def test_receive_time_is_now(self):
        with Collector("netflow://127.0.0.1:{port}") as collector:
            send(collector.port, *payloads("netflow5/two-records.hex"))
            received = collector.records(1)[0]["time_received_ns"] / 1e9
            self.assertAlmostEqual(received, time.time(), delta=PATIENCE)

    def test_exporters_keep_their_worker(self):
        """Templates are known to one worker: all of an exporter must come to it."""
        sources = [f"127.0.0.{n}" for n in range(1, 9)]
        template, _, data = payloads("netflow9/template-then-data.hex")
        with Collector("netflow://127.0.0.1:{port}?count=2", sockets=2) as collector:
            for source in sources:
                send(collector.port, template, source=source)
            for _ in range(4):
                for source in sources:
                    send(collector.port, data, source=source)
            records = collector.records(9 * len(sources))
            for source in sources:
                n = sum(record["sampler_address"] == source for record in records)
                self.assertEqual(n, 9, source)
            self.assertEqual(collector.stop()[0], 0)

    def test_nobody_reads_any_more(self):
        with Collector("netflow://127.0.0.1:{port}") as collector:
            send(collector.port, *payloads("netflow5/two-records.hex"))
            collector.records(2)
            collector.process.stdout.close()
            self.assertTrue(eventually(lambda: self.ended_after_one_more(collector)))
            self.assertEqual(collector.process.returncode, 0)

    def test_nobody_reads_one_of_several_files(self):
        """The other one goes on."""
        with tempfile.TemporaryDirectory() as folder:
            fifo = pathlib.Path(folder) / "sflow"
            os.mkfifo(fifo)
            reader = os.open(fifo, os.O_RDONLY | os.O_NONBLOCK)
            options = ["-transport.file.sflow", str(fifo), "-stats"]
            with Collector("flow://127.0.0.1:{port}", *options) as collector:
                os.close(reader)
                for _ in range(3):
                    send(collector.port, SFLOW, *payloads("netflow5/two-records.hex"))
                    self.assertEqual(len(collector.records(2)), 2)
                code, errors = collector.stop()
                self.assertEqual(code, 0)
                self.assertEqual(json.loads(errors)["transport"]["closed"], 3)

    def test_nobody_empties_one_of_several_files(self):
        """It holds some MiB; from then on its records are lost, and no others."""
        netflow = payloads("netflow5/two-records.hex")
        with tempfile.TemporaryDirectory() as folder:
            fifo = pathlib.Path(folder) / "sflow"
            os.mkfifo(fifo)
            reader = os.open(fifo, os.O_RDONLY | os.O_NONBLOCK)
            self.addCleanup(os.close, reader)
            options = ["-transport.file.sflow", str(fifo), "-stats"]
            with Collector("flow://127.0.0.1:{port}", *options) as collector:
                for _ in range(60):
                    send(collector.port, *netflow, *[SFLOW] * 200)
                    self.assertEqual(len(collector.records(2)), 2)
                os.set_blocking(reader, True)
                collector.process.send_signal(signal.SIGTERM)
                while os.read(reader, 1 << 20):
                    pass
                losses = json.loads(collector.end()[1])["transport"]
                self.assertGreater(losses["queue_full"], 0)

    def ended_after_one_more(self, collector):
        send(collector.port, *payloads("netflow5/two-records.hex"))
        return collector.process.poll() is not None

    def test_bad_datagrams_do_no_harm(self):
        with Collector("flow://127.0.0.1:{port}") as collector:
            send(collector.port, b"", b"\0", b"\0\x09\0", os.urandom(1400), bytes(65507))
            send(collector.port, *payloads("netflow5/two-records.hex"))
            self.assertEqual(len(collector.records(2)), 2)


class Files(unittest.TestCase):
    """-transport.file, rotated and removed while datagrams come."""

    DATAGRAMS, ROTATIONS = 4000, 6  # at least

    def setUp(self):
        self.sent = self.rotated = 0
        self.folder = tempfile.TemporaryDirectory()
        self.path = pathlib.Path(self.folder.name) / "flows.json"
        self.addCleanup(self.folder.cleanup)

    def collect(self):
        return Collector("netflow://127.0.0.1:{port}", "-transport.file", str(self.path), "-stats")

    def flood(self, port):
        head, body = payloads("netflow5/two-records.hex")[0][:16], b"\0" * 4
        records = payloads("netflow5/two-records.hex")[0][24:]
        end = time.monotonic() + PATIENCE
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sender:
            while self.sent < self.DATAGRAMS or self.rotated < self.ROTATIONS:
                number = (2 * self.sent).to_bytes(4, "big")
                sender.sendto(head + number + body + records, ("127.0.0.1", port))
                self.sent += 1
                if self.sent % 16 == 0:
                    time.sleep(0.005)
                    ports.await_room(port)
                    if time.monotonic() > end:
                        return

    def rotate_until(self, flood, collector):
        """Moves the file away and asks for a new one, again and again."""
        while flood.is_alive():
            if self.path.exists():
                self.path.rename(self.path.with_suffix(f".{self.rotated}"))
                self.rotated += 1
            collector.process.send_signal(signal.SIGHUP)
            time.sleep(0.05)

    def test_rotation_loses_and_splits_nothing(self):
        with self.collect() as collector:
            flood = threading.Thread(target=self.flood, args=(collector.port,))
            flood.start()
            self.rotate_until(flood, collector)
            self.assertTrue(eventually(lambda: ports.waiting(collector.port) == 0))
            code, errors = collector.stop()
        self.assertEqual(code, 0, errors)
        self.assertGreaterEqual(self.rotated, self.ROTATIONS)
        numbers = []
        for path in pathlib.Path(self.folder.name).iterdir():
            octets = path.read_bytes()
            self.assertTrue(octets.endswith(b"\n") or not octets, path)
            numbers += [replay.record(line)["sequence_num"] for line in octets.splitlines()]
        self.assertEqual(replay.counters(errors).get("kernel_dropped", 0), 0)
        twice = [2 * n for n in range(self.sent) for _ in range(2)]
        self.assertEqual(sorted(numbers), twice)

    def test_removed_file_is_noticed(self):
        with self.collect() as collector:
            send(collector.port, *payloads("netflow5/two-records.hex"))
            self.assertTrue(eventually(lambda: self.path.exists() and self.path.stat().st_size))
            self.path.unlink()
            self.assertTrue(eventually(lambda: self.back_after_one_more(collector)))
            self.assertEqual(collector.stop()[0], 0)
        self.assertEqual(len(self.path.read_bytes().splitlines()) % 2, 0)

    def back_after_one_more(self, collector):
        send(collector.port, *payloads("netflow5/two-records.hex"))
        return self.path.exists()

    def test_file_is_appended_to(self):
        self.path.write_text("{}\n", encoding="ascii")
        with self.collect() as collector:
            send(collector.port, *payloads("netflow5/two-records.hex"))
            self.assertTrue(eventually(lambda: self.path.read_bytes().count(b"\n") == 3))
            self.assertEqual(collector.stop()[0], 0)


def main():
    global WEIR
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--weir", required=True, help="the program under test")
    arguments, others = parser.parse_known_args()
    WEIR = arguments.weir
    unittest.main(argv=[sys.argv[0], *others])


if __name__ == "__main__":
    main()
