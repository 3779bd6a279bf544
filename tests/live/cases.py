# SPDX-License-Identifier: Apache-2.0
"""The exporters, how each is run, and what is known of its ways: one row a case."""

import dataclasses

NETFLOW, IPFIX, SFLOW = 2055, 4739, 6343  # the ports that tools know the protocols by

MILLISECOND, SECOND = 1_000, 1_000_000  # in microseconds
TRAFFIC, CONFIG, NETWORKS = "traffic.pcap", "pmacctd.conf", "networks"  # files it reads
V4 = {"ip_versions": (4,)}


@dataclasses.dataclass(frozen=True)
class Case:
    """name is also the name of its capture; the rest says where the exporter's view of the
    traffic is not the plain one."""

    name: str
    package: str  # Debian's, and the name of its program but for Open vSwitch
    port: int = NETFLOW
    command: str = ""  # {port} is filled in
    config: str = ""  # a configuration file, likewise
    from_stdin: bool = False  # the program reads the pcap from its standard input
    live: bool = False  # the flows are of now, not of the pcap's fixed day
    variant: str = "plain"  # of the traffic
    ip_versions: tuple = (4, 6)
    octets: str = "ip"  # what counts as octets: see sums.OCTETS
    copies: int = 1  # how often a packet is reported
    tcp_flags: bool = True
    no_icmp: bool = False  # ICMP's type and code are not known of all packets
    shared_times: bool = False  # both ways have the times of both
    slack_us: int = 2 * MILLISECOND  # how exact the flow's times are
    sampling: int = 0  # 1 in so many; 0: all packets
    unsent: int = 0  # samples that the exporter may keep to itself when it ends
    bundled: bool = False  # its capture is kept in tests/captures


def softflowd(name, options, **ways):
    ways = {"octets": "payload", "shared_times": True} | ways
    command = f"softflowd -r {TRAFFIC} -a -n 127.0.0.1:{{port}} {options}"
    return Case(name, "softflowd", command=command, **ways)


def fprobe(name, version, **ways):
    """-q: with the default of 100 packets it drops most of a burst."""
    command = f"fprobe -i - -fip -l2 -n{version} -x3:4 -q 20000 127.0.0.1:{{port}}"
    return Case(name, "fprobe", command=command, from_stdin=True, live=True, **V4, **ways)


PMACCTD_CONFIG = """\
daemonize: false
pcap_savefile: traffic.pcap
networks_file: networks
pmacctd_as: longest
pmacctd_net: longest
"""

NFPROBE_CONFIG = PMACCTD_CONFIG + """\
plugins: nfprobe[p]
aggregate[p]: src_host,dst_host,src_port,dst_port,proto,tos,tcpflags,src_as,dst_as,src_mask,dst_mask
nfprobe_receiver[p]: 127.0.0.1:{port}
nfprobe_timeouts[p]: tcp=2:tcp.rst=1:tcp.fin=1:udp=1:icmp=1:general=1:maxlife=60:expint=1
"""

RECEIVED = 10 * SECOND  # sFlow has no times but that of receipt

SFPROBE_CONFIG = PMACCTD_CONFIG + """\
plugins: sfprobe[p]
aggregate[p]: src_host,dst_host,src_as,dst_as,src_mask,dst_mask,vlan
sfprobe_receiver[p]: 127.0.0.1:{port}
sfprobe_agentip[p]: 192.0.2.77
sfprobe_agentsubid[p]: 9
sfprobe_ifindex[p]: 3
sfprobe_direction[p]: in
sampling_rate[p]: 1
"""

NETWORKS_TEXT = """\
64496,192.0.2.0/24
64497,198.51.100.0/24
64498,2001:db8:1::/48
64499,2001:db8:2::/48
"""


def pmacctd(name, config, **ways):
    return Case(name, "pmacct", command=f"pmacctd -f {CONFIG}", config=config, live=True, **ways)


def nfprobe(name, version, extra, **ways):
    config = NFPROBE_CONFIG + f"nfprobe_version[p]: {version}\n{extra}\n"
    return pmacctd(name, config, shared_times=True, **ways)


PACKETS = {"octets": "ip", "shared_times": False, "slack_us": 2}
SAMPLES = {"variant": "vlan", "octets": "wire", "unsent": 4, "slack_us": RECEIVED}
BOTH_WAYS = {"octets": "payload", "copies": 2, "tcp_flags": False}
INNER = {"octets": "tunnel", "tcp_flags": False, "no_icmp": True}
TAGGED = {"variant": "vlan", "shared_times": False}
BUNDLED = {"bundled": True}

OFFLINE = (
    softflowd("netflow1-softflowd", "-v 1", **V4, **BUNDLED),
    softflowd("netflow5-softflowd", "-v 5", **V4),
    softflowd("netflow5-softflowd-sampled", "-v 5 -s 4", sampling=4, **V4, **BUNDLED),
    softflowd("netflow9-softflowd", "-v 9", slack_us=SECOND, **BUNDLED),
    softflowd("netflow9-softflowd-ethernet", "-v 9 -T ether", slack_us=SECOND, **TAGGED, **BUNDLED),
    softflowd("netflow9-softflowd-sampled", "-v 9 -s 4", sampling=4),
    softflowd("ipfix-softflowd", "-v 10", port=IPFIX, **BUNDLED),
    softflowd("ipfix-softflowd-seconds", "-v 10 -A sec", port=IPFIX, slack_us=SECOND),
    softflowd("ipfix-softflowd-milliseconds", "-v 10 -A milli", port=IPFIX),
    softflowd("ipfix-softflowd-microseconds", "-v 10 -A micro", port=IPFIX, slack_us=2),
    softflowd("ipfix-softflowd-nanoseconds", "-v 10 -A nano", port=IPFIX, slack_us=2),
    softflowd("ipfix-softflowd-biflow", "-v 10 -b", port=IPFIX, no_icmp=True, **BUNDLED),
    softflowd("ipfix-softflowd-vlan", "-v 10 -T vlan", port=IPFIX, **TAGGED),
    softflowd("ipfix-softflowd-mpls", "-v 10 -x 1", port=IPFIX, variant="mpls", **BUNDLED),
    softflowd("ipfix-softflowd-sampled", "-v 10 -s 4", port=IPFIX, sampling=4),
    softflowd("ipfix-softflowd-psamp", "-v psamp", port=IPFIX, **PACKETS, **BUNDLED),
    fprobe("netflow1-fprobe", 1),
    fprobe("netflow5-fprobe", 5, **BUNDLED),
    fprobe("netflow7-fprobe", 7, **BUNDLED),
    nfprobe("netflow5-pmacctd", 5, "nfprobe_engine[p]: 3:4", **V4),
    nfprobe("netflow9-pmacctd", 9, "nfprobe_engine[p]: 77", **BUNDLED),
    nfprobe("netflow9-pmacctd-sampled", 9, "sampling_rate: 2", sampling=2),
    nfprobe("ipfix-pmacctd", 10, "nfprobe_engine[p]: 77", port=IPFIX, **BUNDLED),
    pmacctd("sflow-pmacctd", SFPROBE_CONFIG, port=SFLOW, **SAMPLES, **BUNDLED),
)


def openvswitch(name, **ways):
    """The traffic is played faster than the pcap's times say."""
    return Case(name, "openvswitch-switch", live=True, slack_us=RECEIVED, **ways)


OPENVSWITCH = (
    openvswitch("netflow5-openvswitch", octets="frame", **V4),
    openvswitch("ipfix-openvswitch", port=IPFIX, **BOTH_WAYS, **BUNDLED),
    openvswitch("sflow-openvswitch", port=SFLOW, octets="wire", **BUNDLED),
    openvswitch("sflow-openvswitch-vxlan", port=SFLOW, **INNER, **BUNDLED),
)
