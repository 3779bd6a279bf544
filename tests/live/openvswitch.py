# SPDX-License-Identifier: Apache-2.0
"""Open vSwitch in a network namespace of its own, with its userspace datapath.

client ── [1 lan 2] ── server                    switches the traffic, exports it in three ways
branch ── [1 overlay 2] ~ vxlan ~ [underlay 1] ── [1 watch]
                                                 what watch samples is the traffic in VXLAN
"""

import os
import pathlib
import subprocess
import sys
import tempfile
import time

import relay

SCHEMA = "/usr/share/openvswitch/vswitch.ovsschema"
DAEMON = "/usr/lib/openvswitch-switch/ovs-vswitchd"
TRAFFIC = pathlib.Path(__file__).with_name("traffic.py")
LINKS = ("client", "server", "branch", "watched")  # each with a far end, <name>_port
VNI = 42
HERE, THERE = "203.0.113.1", "203.0.113.2"  # ends of the tunnel
THERE_MAC = "00:00:5e:00:53:99"
ACTIVE_TIMEOUT = 2  # seconds
EXPORT_TIME = ACTIVE_TIMEOUT + 3


def export(bridge, column, settings):
    """The arguments of ovs-vsctl that make one bridge export, but for the targets."""
    return f"set Bridge {bridge} {column.lower()}=@new -- --id=@new create {column} {settings}"


SFLOW = "agent=lo header=128 sampling=1"
IPFIX = "obs_domain_id=123 obs_point_id=456 sampling=1 other_config:virtual_obs_id=VM-7"
CACHE = f"cache_active_timeout={ACTIVE_TIMEOUT} cache_max_flows=1000"
NETFLOW = f"active-timeout={ACTIVE_TIMEOUT} engine_type=7 engine_id=9"
EXPORTS = {
    "netflow5-openvswitch": export("lan", "NetFlow", NETFLOW),
    "ipfix-openvswitch": export("lan", "IPFIX", f"{IPFIX} {CACHE}"),
    "sflow-openvswitch": export("lan", "sFlow", f"{SFLOW} polling=1"),
    "sflow-openvswitch-vxlan": export("watch", "sFlow", f"{SFLOW} polling=0"),
}


class NoNamespace(Exception):
    """Network namespaces are not to be had here."""


class OpenVSwitch:
    """From its making until stop(), which a with block calls."""

    def __init__(self):
        self.temporary = tempfile.TemporaryDirectory()  # for its sockets and database
        self.directory = self.temporary.name
        self.namespace = f"weir-live-{os.getpid()}"
        self.daemons = []
        self.began_us = 0  # when the traffic was played
        self.environment = os.environ | {
            f"OVS_{kind}DIR": self.directory for kind in ("RUN", "DB", "LOG", "SYSCONF")
        }
        try:
            self.make_namespace()
            self.start_daemons()
            self.make_lan()
            self.make_tunnel()
        except BaseException:
            self.stop()
            raise

    def inside(self, command):
        return f"ip netns exec {self.namespace} {command}".split()

    def run(self, command):
        """Runs a command in the namespace."""
        subprocess.run(self.inside(command), env=self.environment, check=True, capture_output=True)

    def start(self, command):
        with open(f"{self.directory}/daemons.log", "a", encoding="utf-8") as log:
            daemon = subprocess.Popen(
                self.inside(command), env=self.environment, stdout=log, stderr=log
            )
        self.daemons.append(daemon)

    def vsctl(self, arguments):
        self.run(f"ovs-vsctl --db=unix:{self.directory}/db.sock {arguments}")

    def make_namespace(self):
        command = ["ip", "netns", "add", self.namespace]
        made = subprocess.run(command, check=False, capture_output=True, text=True)
        if made.returncode != 0:
            raise NoNamespace(f"no network namespace: {made.stderr.strip()}")
        self.run("sysctl -qw net.ipv6.conf.default.disable_ipv6=1")
        self.run("ip link set lo up")
        for link in LINKS:
            self.run(f"ip link add {link} type veth peer name {link}_port")
            for end in (link, f"{link}_port"):
                self.run(f"ip link set {end} up")
                self.run(f"ethtool -K {end} tx off gso off gro off tso off")

    def start_daemons(self):
        database, remote = f"{self.directory}/conf.db", f"unix:{self.directory}/db.sock"
        self.run(f"ovsdb-tool create {database} {SCHEMA}")
        self.start(f"ovsdb-server {database} --remote=p{remote}")
        wait_for(lambda: os.path.exists(f"{self.directory}/db.sock"))
        self.vsctl("--no-wait init")
        self.start(f"{DAEMON} {remote} --unixctl={self.directory}/control")

    def add_bridge(self, name, *ports):
        """Its ports are numbered as they stand."""
        self.vsctl(f"add-br {name} -- set bridge {name} datapath_type=netdev")
        for number, port in enumerate(ports, 1):
            self.add_port(name, port, number)

    def add_port(self, bridge, port, number, settings=""):
        settings = f"ofport_request={number} {settings}"
        self.vsctl(f"add-port {bridge} {port} -- set interface {port} {settings}")

    def make_lan(self):
        self.add_bridge("lan", "client_port", "server_port")
        self.run("ovs-ofctl del-flows lan")
        self.run("ovs-ofctl add-flow lan in_port=1,actions=output:2")
        self.run("ovs-ofctl add-flow lan in_port=2,actions=output:1")

    def make_tunnel(self):
        """What comes in by branch leaves for watch in VXLAN."""
        self.add_bridge("underlay", "watched_port")
        self.run(f"ip addr add {HERE}/24 dev underlay")
        self.run("ip link set underlay up")
        neighbour = f"tnl/arp/set underlay {THERE} {THERE_MAC}"
        self.run(f"ovs-appctl -t {self.directory}/control {neighbour}")
        self.add_bridge("overlay", "branch_port")
        tunnel = f"type=vxlan options:remote_ip={THERE} options:key={VNI}"
        self.add_port("overlay", "vxlan", 2, tunnel)
        self.run("ovs-ofctl del-flows overlay")
        self.run("ovs-ofctl add-flow overlay in_port=1,actions=output:2")
        self.add_bridge("watch", "watched")

    def export(self, ports):
        """Plays the traffic; ports says where each case's datagrams go, by the case's name."""
        for name, port in ports.items():
            self.vsctl(f'{EXPORTS[name]} targets="{relay.LOOPBACK}:{port}"')
        self.began_us = time.time_ns() // 1000
        self.play("client", "server")
        if "sflow-openvswitch-vxlan" in ports:
            self.play("branch", "branch")
        time.sleep(EXPORT_TIME)

    def play(self, client, server):
        program = [sys.executable, str(TRAFFIC), "--send", client, server]
        subprocess.run([*self.inside(""), *program], check=True, capture_output=True)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.stop()

    def stop(self):
        for daemon in reversed(self.daemons):
            daemon.terminate()
            daemon.wait()
        subprocess.run(["ip", "netns", "del", self.namespace], check=False, capture_output=True)
        self.temporary.cleanup()


def wait_for(condition, seconds=60):
    end = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > end:
            raise TimeoutError("Open vSwitch did not start")
        time.sleep(0.02)
