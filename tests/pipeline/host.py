# SPDX-License-Identifier: Apache-2.0
"""The hosts of one network: a process in a namespace of its own, which sends and receives UDP.

Its input is one line of JSON: {"hear": [[address, port], ...], "say": [[time, source, destination,
octets], ...]}, with times as of time.time().  Prints "here" at once, "ready" when it hears, and
"done" when all is said.
"""

import json
import socket
import sys
import time


def family(address):
    return socket.AF_INET6 if ":" in address else socket.AF_INET


def bound(address, port):
    opened = socket.socket(family(address), socket.SOCK_DGRAM)
    opened.bind((address, port))
    return opened


def main():
    print("here", flush=True)
    plan = json.loads(sys.stdin.readline())
    heard = [bound(*place) for place in plan["hear"]]  # or the kernel would answer by ICMP
    print("ready", flush=True)
    mouths = {}
    for at, source, destination, octets in sorted(plan["say"]):
        time.sleep(max(0, at - time.time()))
        mouth = mouths.setdefault(tuple(source), None) or bound(*source)
        mouths[tuple(source)] = mouth
        mouth.sendto(bytes(octets), tuple(destination))
    print("done", flush=True)
    sys.stdin.read()
    del heard


if __name__ == "__main__":
    main()
