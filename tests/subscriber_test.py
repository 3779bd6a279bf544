#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The subscriber's side of flows: which end it is, what it is joined by, and files of pools.

tests/subscribers/README.md says how to add a case.
"""

import argparse
import json
import os
import pathlib
import re
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections import namedtuple

import capture_file
import flow_datagrams
import ports
import replay

FOLDER = pathlib.Path(__file__).parent / "subscribers"
DOCUMENT = pathlib.Path(__file__).parent.parent / "docs" / "subscribers.md"
TIME = 1700000000
PATIENCE = 60  # s
SIDE = ("direction", "sub_key", "sub_addr", "sub_port", "peer_addr", "peer_port", "leg", "internal")

Case = namedtuple("Case", "pools flow records")


def ipv4(src, dst, **more):
    return {"src": src, "dst": dst, "sport": 1000, "dport": 443} | more


def ipv6(src, dst):
    return {"src6": src, "dst6": dst, "sport": 1000, "dport": 443}


def side(direction, key=None, sub=None, peer=None, **more):
    """A record's fields, of ends such as 192.0.2.1 443."""
    fields = {"direction": direction, "sub_key": key}
    for name, end in (("sub", sub), ("peer", peer)):
        addr, _, port = (end or "").partition(" ")
        fields |= {f"{name}_addr": addr or None, f"{name}_port": int(port) if port else None}
    return {name: value for name, value in (fields | more).items() if value is not None}


def leg(which, *ends):
    return side("internal", *ends, leg=which, internal=True)


BETWEEN = ipv4("100.64.0.1", "198.51.100.7")
LEG_OF_SOURCE = leg("src", "cgn1|100.64.0.1", "100.64.0.1 1000", "198.51.100.7 443")
LEG_OF_DESTINATION = leg("dst", "198.51.100.7", "198.51.100.7 443", "100.64.0.1 1000")

# Translated on its way out, and on its way in, as a device between subscriber and network tells it.
OUTBOUND = ipv4("100.64.0.1", "203.0.113.9", post_src="198.51.100.7", post_dst="203.0.113.9",
                post_sport=50000, post_dport=443)
INBOUND = ipv4("203.0.113.9", "198.51.100.7", post_src="203.0.113.9", post_dst="100.64.0.1",
               post_sport=1000, post_dport=50000)
UNTRANSLATED = ipv4("100.64.0.1", "203.0.113.9", post_src="0.0.0.0", post_dst="0.0.0.0",
                    post_sport=0, post_dport=0)

CASES = (
    # The four directions.
    Case("mixed", ipv4("100.64.1.10", "203.0.113.9"),
         [side("upload", "cgn1|100.64.1.10", "100.64.1.10 1000", "203.0.113.9 443")]),
    Case("mixed", ipv4("203.0.113.9", "100.64.1.10"),
         [side("download", "cgn1|100.64.1.10", "100.64.1.10 443", "203.0.113.9 1000")]),
    Case("mixed", ipv4("203.0.113.9", "203.0.113.10"), [side("transit")]),
    Case("mixed", BETWEEN, [LEG_OF_SOURCE, LEG_OF_DESTINATION]),
    # Who has a record of a flow between two.
    Case("both-source", BETWEEN, [LEG_OF_SOURCE]),
    Case("both-destination", BETWEEN, [LEG_OF_DESTINATION]),
    Case("both-none", BETWEEN, [side("internal", internal=True)]),
    # The longest prefix counts, and the outer pool goes on behind the inner one.
    Case("mixed", ipv4("100.64.127.255", "203.0.113.9"),
         [side("upload", "cgn1|100.64.127.255", "100.64.127.255 1000", "203.0.113.9 443")]),
    Case("mixed", ipv4("100.64.128.0", "203.0.113.9"),
         [side("upload", "cgn2|100.64.128.0", "100.64.128.0 1000", "203.0.113.9 443")]),
    Case("mixed", ipv4("100.64.129.0", "203.0.113.9"),
         [side("upload", "cgn1|100.64.129.0", "100.64.129.0 1000", "203.0.113.9 443")]),
    Case("mixed", ipv4("100.127.255.255", "203.0.113.9"),
         [side("upload", "cgn1|100.127.255.255", "100.127.255.255 1000", "203.0.113.9 443")]),
    Case("mixed", ipv4("100.128.0.0", "203.0.113.9"), [side("transit")]),
    Case("mixed", ipv4("192.0.2.255", "203.0.113.9"),
         [side("upload", "office|192.0.2.255", "192.0.2.255 1000", "203.0.113.9 443")]),
    # Keys are cut as the pool says, and written as RFC 5952 does.
    Case("mixed", ipv4("198.51.100.200", "203.0.113.9"),
         [side("upload", "198.51.100.192/28", "198.51.100.200 1000", "203.0.113.9 443")]),
    Case("mixed", ipv6("2001:db8:1:2:3:4:5:6", "2001:db8:ffff::1"),
         [side("upload", "2001:db8:1:2::/64", "2001:db8:1:2:3:4:5:6 1000",
               "2001:db8:ffff::1 443")]),
    Case("mixed", ipv6("2001:db8:ffff::1", "2001:db8:100:1234::9"),
         [side("download", "2001:db8:100:1200::/56", "2001:db8:100:1234::9 443",
               "2001:db8:ffff::1 1000")]),
    Case("mixed", ipv6("2001:db8:1ff::0:1", "2001:db8:ffff::1"),
         [side("upload", "2001:db8:1ff::1", "2001:db8:1ff::1 1000", "2001:db8:ffff::1 443")]),
    Case("everybody", ipv4("192.0.2.77", "203.0.113.9"),
         [leg("src", "192.0.2.0/24", "192.0.2.77 1000", "203.0.113.9 443"),
          leg("dst", "203.0.113.0/24", "203.0.113.9 443", "192.0.2.77 1000")]),
    Case("everybody", ipv6("::1", "ff02::1"),
         [leg("src", "all|::/32", "::1 1000", "ff02::1 443"),
          leg("dst", "all|ff02::/32", "ff02::1 443", "::1 1000")]),
    # An address of IPv4 that is mapped into IPv6 is one of IPv4.
    Case("mixed", ipv6("::ffff:100.64.1.10", "::ffff:203.0.113.9"),
         [side("upload", "cgn1|100.64.1.10", "100.64.1.10 1000", "203.0.113.9 443")]),
    # Translation: the subscribers' side of the device, or the network's.
    Case("mixed", OUTBOUND,
         [side("upload", "cgn1|100.64.0.1", "100.64.0.1 1000", "203.0.113.9 443")]),
    Case("mixed", INBOUND,
         [side("download", "cgn1|100.64.0.1", "100.64.0.1 50000", "203.0.113.9 1000")]),
    Case("outside", OUTBOUND,
         [side("upload", "198.51.100.7", "198.51.100.7 50000", "203.0.113.9 443")]),
    Case("outside", INBOUND,
         [side("download", "198.51.100.7", "198.51.100.7 443", "203.0.113.9 1000")]),
    Case("mixed", UNTRANSLATED,
         [side("upload", "cgn1|100.64.0.1", "100.64.0.1 1000", "203.0.113.9 443")]),
    Case("outside", UNTRANSLATED,
         [side("upload", "cgn1|100.64.0.1", "100.64.0.1 1000", "203.0.113.9 443")]),
    # What is not known.
    Case("mixed", {"src": "100.64.1.10"}, [side("upload", "cgn1|100.64.1.10", "100.64.1.10")]),
    Case("mixed", {"dst": "100.64.1.10"}, [side("download", "cgn1|100.64.1.10", "100.64.1.10")]),
    Case("mixed", {"dst": "203.0.113.9"}, [{}]),
    Case("mixed", {"octets": 1}, [{}]),
)


# --- Cases ---


def records_of(weir, options, flow):
    datagram = capture_file.Datagram("192.0.2.1", 2055, TIME, flow_datagrams.ipfix([flow], TIME))
    lines, _ = replay.run_datagrams(weir, options, [datagram])
    return [replay.record(line) for line in lines]


def faults_of_cases(weir):
    for case in CASES:
        options = ["-fields", "stream", "-subscribers", str(FOLDER / f"{case.pools}.yaml")]
        records = records_of(weir, options, case.flow)
        found = [{name: record[name] for name in SIDE if name in record} for record in records]
        if found != case.records:
            yield f"{case.pools}, {case.flow}:\n  {found}, not\n  {case.records}"
        if len({record["record_id"] for record in records}) != 1:
            yield f"{case.pools}, {case.flow}: the legs have different ids"


def faults_of_lists(weir):
    """A flow has two records only where a field tells them apart."""
    options = ["-subscribers", str(FOLDER / "mixed.yaml"), "-fields"]
    for fields, count in (("goflow2", 1), ("goflow2,direction", 1), ("goflow2,sub_key", 2)):
        found = len(records_of(weir, [*options, fields], BETWEEN))
        if found != count:
            yield f"-fields {fields}: {found} records of a flow between subscribers"


def faults_of_routes(weir, folder):
    """Records that no subscriber has a part in may go to a file of their own."""
    options = ["-fields", "direction", "-subscribers", str(FOLDER / "mixed.yaml")]
    apart = pathlib.Path(folder, "transit")
    flows = [ipv4(src, "203.0.113.9") for src in ("100.64.0.1", "203.0.113.1")]
    octets = flow_datagrams.ipfix(flows, TIME)
    datagram = capture_file.Datagram("192.0.2.1", 2055, TIME, octets)
    options += ["-transport.file.transit", str(apart)]
    lines, _ = replay.run_datagrams(weir, options, [datagram])
    found = lines, apart.read_bytes().splitlines()
    if found != ([b'{"direction":"upload"}'], [b'{"direction":"transit"}']):
        yield f"routed: {found}"


# --- Files ---


def check(weir, path):
    done = subprocess.run([weir, "check", "-subscribers", path], capture_output=True,
                          timeout=PATIENCE, check=False)
    return done.returncode, done.stderr.decode(errors="replace")


def faults_of_refusals(weir, path):
    text = (FOLDER / "refused.txt").read_text(encoding="utf-8")
    for block in text.split("\n=== ")[1:]:
        complaint, _, content = block.partition("\n")
        pathlib.Path(path).write_text(content, encoding="utf-8")
        status, errors = check(weir, path)
        if status != 1 or errors != f"weir: {path}:{complaint}\n":
            yield f"exit {status}, {errors!r}, not {complaint!r}"


LINES = (
    ("192.0.2.0/24\n192.0.2.0/33\n",
     ':2:1: "192.0.2.0/33" is no prefix such as 100.64.0.0/10 or 2001:db8::/32'),
    ("\n\n192.0.2.0/24 x\n", ':3:1: "192.0.2.0/24 x" is more than a prefix'),
    ("# 1\n192.0.2.0/24\n10.0.0.0/8\n192.0.2.0/24\n", ":4:1: this prefix stands twice"),
    ("x" * 600 + "\n", f':1:1: "{"x" * 32}" begins a line that is too long'),
)


def faults_of_lines(weir, folder):
    """Files of lines, next to the file of pools that names them."""
    pools, lines = os.path.join(folder, "pools.yaml"), os.path.join(folder, "lines.txt")
    pathlib.Path(pools).write_text("pools: [{file: lines.txt}]\n", encoding="utf-8")
    for content, complaint in LINES:
        pathlib.Path(lines).write_text(content, encoding="utf-8")
        status, errors = check(weir, pools)
        if status != 1 or errors != f"weir: {lines}{complaint}\n":
            yield f"exit {status}, {errors!r}, not {complaint!r}"
    os.remove(lines)
    status, errors = check(weir, pools)
    if status != 1 or errors != f"weir: {pools}:1:16: {lines}: No such file or directory\n":
        yield f"exit {status}, {errors!r} without the file of lines"


def faults_of_document(weir, path):
    for example in re.findall(r"```yaml\n(.*?)```", DOCUMENT.read_text(encoding="utf-8"), re.S):
        pathlib.Path(path).write_text(re.sub(r"file: [\w.]+", "prefix: 192.0.2.0/28", example),
                                      encoding="utf-8")
        status, errors = check(weir, path)
        if status != 0:
            yield f"docs/subscribers.md: {errors}"


# --- Reloads under traffic ---

RELOADS, EACH = 12, 200
FLOWS = (RELOADS + 1) * EACH
REALMS = ("first", "second")


def pools_of(realm):
    return f"pools: [{{prefix: 100.64.0.0/10, realm: {realm}}}]\n"


class Collector:
    """weir with a file of pools, listening on a port of its own, and writing to a file."""

    def __init__(self, weir, folder):
        self.pools = pathlib.Path(folder, "pools.yaml")
        self.out = pathlib.Path(folder, "out")
        self.log = pathlib.Path(folder, "log")
        self.pools.write_text(pools_of(REALMS[0]), encoding="utf-8")
        self.port = ports.free()
        command = [
            weir, "-addr=", "-listen", f"netflow://127.0.0.1:{self.port}", "-fields", "stream",
            "-subscribers", str(self.pools), "-transport.file", str(self.out),
        ]
        with open(self.log, "wb") as stderr:
            self.process = subprocess.Popen(command, stderr=stderr)

    def wait_for(self, path, text, count):
        end = time.monotonic() + PATIENCE
        while not path.exists() or path.read_bytes().count(text) < count:
            if time.monotonic() > end or self.process.poll() is not None:
                return False
            time.sleep(0.01)
        return True

    def reload(self, number):
        self.pools.write_text(pools_of(REALMS[number % 2]), encoding="utf-8")
        self.process.send_signal(signal.SIGHUP)

    def close(self):
        self.process.terminate()
        return self.process.wait(PATIENCE)


def address(number):
    return f"100.64.{number // 256}.{number % 256}"


def send(sender, collector, first):
    """Slowly, for a datagram that a full socket loses would look like a lost record."""
    ports.await_room(collector.port)
    for number in range(first, first + EACH):
        flow = {"src": address(number), "dst": "203.0.113.9", "sport": 1, "dport": 2}
        datagram = flow_datagrams.netflow5([flow], int(time.time()), number)
        sender.sendto(datagram, ("127.0.0.1", collector.port))
        time.sleep(0.0005)


def faults_of_reloads(collector):
    if not collector.wait_for(collector.log, b"starting collection", 1):
        yield "the collector does not start"
        return
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sender:
        for number in range(RELOADS):
            collector.reload(number)
            send(sender, collector, number * EACH)
            if not collector.wait_for(collector.log, b"msg=reloaded", number + 1):
                yield f"reload {number} is not done"
        send(sender, collector, RELOADS * EACH)  # all of the last realm
    collector.wait_for(collector.out, b"\n", FLOWS)
    if collector.close() != 0:
        yield "the collector ends badly"
    found = [json.loads(line) for line in collector.out.read_bytes().splitlines()]
    expected = sorted(address(number) for number in range(FLOWS))
    if sorted(record["sub_addr"] for record in found) != expected:
        yield f"{len(found)} records of {FLOWS} flows"
    realms = {record["sub_key"].partition("|")[0] for record in found}
    if realms != set(REALMS):
        yield f"records are of {realms}"


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--weir", required=True, help="the program under test")
    weir = parser.parse_args().weir
    with tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, "file.yaml")
        faults = [
            *faults_of_cases(weir),
            *faults_of_lists(weir),
            *faults_of_routes(weir, folder),
            *faults_of_refusals(weir, path),
            *faults_of_lines(weir, folder),
            *faults_of_document(weir, path),
            *faults_of_reloads(Collector(weir, folder)),
        ]
    print("\n".join(faults))
    print(f"{len(CASES)} cases, {len(faults)} faults")
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
