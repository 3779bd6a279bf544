# SPDX-License-Identifier: Apache-2.0
"""Lets the cases happen: packets from host to host through the router, and what the NAS says."""

import itertools
import time

from pipeline import radius
from pipeline.cases import PACKETS

LEAD = 5  # seconds that everything is given to be ready


def addresses(flows, side):
    """Of the hosts of one side: near, the access network, or far."""
    return dict.fromkeys(getattr(flow, side) for flow in flows)


def clock():
    """Where the cases' seconds begin: a whole second that is yet to come."""
    return int(time.time()) + LEAD + 1


def moments(flow, begin):
    """When its packets are sent, in seconds since 1970."""
    step = (flow.end - flow.begin) / (PACKETS - 1)
    return [begin + flow.begin + step * count for count in range(PACKETS)]


def plan(flows, begin):
    """What a side hears and says, of the flows to it and from it."""
    to, away = flows
    return [flow.destination for flow in to], [
        (at, flow.source, flow.destination, flow.payload)
        for flow in away
        for at in moments(flow, begin)
    ]


def arrivals(cases):
    """All events in the order of their time; but what a case tells late comes late."""
    timed = []
    for case in cases:
        times = itertools.accumulate((event.at for event in case.events), max)
        timed += zip(times, case.events)
    return [event for _, event in sorted(timed, key=lambda pair: pair[0])]


def happen(cases, access, internet, server):
    """All cases at once.  Returns when all is sent and said."""
    begin = clock()
    flows = [flow for case in cases for flow in case.flows]
    out = [flow for flow in flows if flow.outward]
    back = [flow for flow in flows if not flow.outward]
    access.begin(*plan((back, out), begin))
    internet.begin(*plan((out, back), begin))
    server.send([radius.request(event, begin) for event in arrivals(cases)])
    access.finish()
    internet.finish()
