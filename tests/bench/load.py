# SPDX-License-Identifier: Apache-2.0
"""weir under load over loopback UDP: at 80 % of what saturates it, beyond that, and at half."""

import contextlib
import http.client
import json
import shlex
import socket
import threading
import time

import collectors
import ports
import traffic
import udp

KIND = "v5"
DATAGRAMS, SATURATION_LOOPS = 4000, 150
SOAK_SECONDS, OVERLOAD_SECONDS, LATENCY_SECONDS = 60, 10, 20
SENDERS = 2  # one alone may be slower than weir
ASK = 0.02  # seconds between two questions
TOGETHER = 16  # as exporters send; a sender that sleeps for each would take a core of its own


def capture(folder, together=1):
    path = folder / f"{KIND}.pcap"
    traffic.write(path, KIND, DATAGRAMS, together)
    return path


def saturation(given, command, folder, path):
    """Datagrams a second that it takes, of as many as one sender can send for some seconds."""
    load = udp.Load(given.weir, path, 0, DATAGRAMS, SATURATION_LOOPS)
    found = udp.run(command, load, folder)
    return found.taken() / found.seconds


def paced(given, path, rate, seconds):
    """About so many seconds at so many datagrams a second."""
    loops = max(1, round(rate * seconds / DATAGRAMS))
    return udp.Load(given.weir, path, rate / traffic.PACE, DATAGRAMS, loops)


def print_soak(given, folder):
    path, weir = capture(folder), collectors.weir(given.weir)
    rate = saturation(given, weir, folder, path)
    load = paced(given, path, 0.8 * rate, SOAK_SECONDS)
    found = udp.run(weir, load, folder)
    print("| datagrams/s that saturate | sent | seconds | datagrams/s | lost |\n|-|-|-|-|-|")
    print(
        f"| {rate:.0f} | {found.datagrams} | {found.sending:.1f} |"
        f" {found.datagrams / found.sending:.0f} | {found.lost} |"
    )
    return 0


# --- Beyond capacity ---


class Health(threading.Thread):
    """Asks again and again, and remembers how long the slowest answer took."""

    def __init__(self, path):
        super().__init__()
        self.path = str(path)
        self.ended = threading.Event()
        self.answers, self.slowest = 0, 0.0

    def ask(self):
        connection = http.client.HTTPConnection("localhost", timeout=10)
        connection.sock = socket.socket(socket.AF_UNIX)
        with contextlib.closing(connection):
            connection.sock.connect(self.path)
            connection.request("GET", "/healthz")
            if connection.getresponse().status != 200:
                raise RuntimeError("weir is not healthy")

    def run(self):
        while not self.ended.wait(ASK):
            begin = time.monotonic()
            self.ask()
            self.slowest = max(self.slowest, time.monotonic() - begin)
            self.answers += 1

    def stop(self):
        self.ended.set()
        self.join()


def send_twice(load, port):
    """Two senders at once."""
    senders = [threading.Thread(target=udp.send, args=(load, port)) for _ in range(SENDERS)]
    for sender in senders:
        sender.start()
    for sender in senders:
        sender.join()


def totals(log):
    """What weir counted, as it says at its end."""
    lines = log.read_text(encoding="utf-8").splitlines()
    return json.loads(next(line for line in reversed(lines) if line.startswith("{")))


def print_overload(given, folder):
    path, weir = capture(folder), collectors.weir(given.weir)
    rate = saturation(given, weir, folder, path)
    loops = round(rate * OVERLOAD_SECONDS / DATAGRAMS)
    load = udp.Load(given.weir, path, 0, DATAGRAMS, loops)
    words = shlex.quote(f"exec {weir} -stats 2>{{folder}}/log")
    port = ports.free()
    with udp.running(f"sh -c {words}", port, folder) as process:
        health = Health(folder / "http")
        health.start()
        begin = time.monotonic()
        send_twice(load, port)
        sending = time.monotonic() - begin
        udp.wait_until(lambda: ports.waiting(port) == 0, udp.DRAIN_LIMIT)
        drained = time.monotonic() - begin - sending
        health.stop()
        time.sleep(udp.STILL)
        udp.stop(process)
    counted = totals(folder / "log")
    dropped = counted.get("kernel_dropped", 0)
    print(
        "| datagrams/s that saturate | sent | datagrams/s | taken | dropped | unaccounted |"
        " slowest of the answers, ms | seconds until nothing waited |\n|-|-|-|-|-|-|-|-|"
    )
    sent = SENDERS * DATAGRAMS * loops
    print(
        f"| {rate:.0f} | {sent} | {sent / sending:.0f} | {counted['datagrams']} | {dropped} |"
        f" {sent - counted['datagrams'] - dropped} |"
        f" {health.slowest * 1000:.1f} of {health.answers} | {drained:.2f} |"
    )
    return 0


# --- Half load ---


def print_latency(given, folder):
    """From the kernel's time of receipt to a reader of weir's standard output."""
    path, weir = capture(folder, TOGETHER), collectors.weir(given.weir, output="")
    words = shlex.quote(f"{weir} | {given.program} latency >{{folder}}/latency")
    rate = saturation(given, f"sh -c {words}", folder, path)
    load = paced(given, path, 0.5 * rate, LATENCY_SECONDS)
    found = udp.run(f"sh -c {words}", load, folder)
    ages = json.loads((folder / "latency").read_text(encoding="ascii"))
    lost = found.datagrams * traffic.EACH[KIND] - ages["records"]
    print("| datagrams/s | records | lost | p50, ms | p99.9, ms | most, ms |\n|-|-|-|-|-|-|")
    print(
        f"| {found.datagrams / found.sending:.0f} | {ages['records']} | {lost} |"
        f" {ages['p50_us'] / 1000:.2f} | {ages['p999_us'] / 1000:.2f} |"
        f" {ages['most_us'] / 1000:.2f} |"
    )
    return 0
