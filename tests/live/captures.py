# SPDX-License-Identifier: Apache-2.0
"""Keeps the datagrams of a case as a capture, and the table of all captures."""

import os
import subprocess

import openvswitch
import pcap
import relay
import tshark

LARGEST = 60_000  # octets of a file

HEAD = """\
# Captures

Datagrams of real exporters, made by this project: `live_test.py --capture DIR --bundled` in
`tests/live` writes them, and this page.  The exporters are Debian's.  What they saw is the traffic
of `tests/live/traffic.py`, plain, VLAN-tagged or MPLS-labelled; its addresses are all from the
ranges for documentation.  pmacctd's configurations stand in `tests/live/cases.py`: its NetFlow and
IPFIX come from its plugin nfprobe, its sFlow from sfprobe.

Each file is a classic pcap of Ethernet frames on loopback, sent to the port by which tools know the
protocol: 2055, 4739 or 6343.  To look at one: `weir replay FILE`, or `tshark -V -r FILE`.

| file | exporter | command | traffic | datagrams | records |
|-|-|-|-|-|-|
"""


def trimmed(datagrams, port):
    """The first ones, as many as the largest file holds."""
    left = LARGEST - pcap.size([])
    kept = []
    for datagram in datagrams:
        left -= pcap.size(relay.frames([datagram], port)) - pcap.size([])
        if left < 0:
            break
        kept.append(datagram)
    return kept


def version(package):
    """As Debian numbers it upstream."""
    query = subprocess.run(
        ["dpkg-query", "-W", "-f", "${source:Upstream-Version}", package],
        capture_output=True,
        text=True,
        check=False,
    )
    return query.stdout


def shown_command(case):
    """How the exporter is run by hand, over what traffic.py wrote."""
    if case.name in openvswitch.EXPORTS:
        return "ovs-vsctl " + openvswitch.EXPORTS[case.name]
    return case.command.format(port=case.port)


def write(directory, case, datagrams):
    """Writes the case's file; returns its row of the table."""
    kept = trimmed(datagrams, case.port)
    name = f"{case.name}.pcap"
    pcap.write(os.path.join(directory, name), relay.frames(kept, case.port))
    cut = f" (the first of {len(datagrams)})" if len(kept) < len(datagrams) else ""
    records = len(tshark.decode(kept, case.port))
    exporter = f"{case.package} {version(case.package)}"
    cells = (name, exporter, f"`{shown_command(case)}`", case.variant, f"{len(kept)}{cut}", records)
    return f"| {' | '.join(map(str, cells))} |\n"


def write_table(directory, rows):
    """Rows of other files stay."""
    path = os.path.join(directory, "README.md")
    files = {row.split()[1]: row for row in old_rows(path) + rows}
    with open(path, "w", encoding="utf-8") as page:
        page.write(HEAD + "".join(files[name] for name in sorted(files)))


def old_rows(path):
    if not os.path.exists(path):
        return []
    with open(path, encoding="utf-8") as page:
        return [line for line in page if ".pcap |" in line]
