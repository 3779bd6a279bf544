# SPDX-License-Identifier: Apache-2.0
"""Accounting requests become messages in Kafka: a module of FreeRADIUS's rlm_python3.

One message for each address or prefix that a session holds; its key is what weir writes as sub_key,
if both have the same file of subscribers.  A request is done when the broker has all its messages;
FreeRADIUS offers it again until then, so a message can come twice.

Environment: KAFKA (brokers), ACCT_TOPIC (sessions.events), SUBSCRIBERS (weir's file of pools; none:
keys are as the NAS writes them).
"""

import datetime
import ipaddress
import json
import os
import time

import radiusd
import yaml
from confluent_kafka import Producer

TOPIC = os.environ.get("ACCT_TOPIC", "sessions.events")
KINDS = {
    "Start": "start",
    "Interim-Update": "interim",
    "Alive": "interim",  # its older name
    "Stop": "stop",
    "Accounting-On": "nas_on",
    "Accounting-Off": "nas_off",
}
ADDRESSES = (
    "Framed-IP-Address",
    "Framed-IPv6-Address",
    "Framed-IPv6-Prefix",
    "Delegated-IPv6-Prefix",
)
COPIED = {  # from the request as it is
    "unique_id": "Acct-Unique-Session-Id",
    "session_id": "Acct-Session-Id",
    "user_name": "User-Name",
    "calling_station": "Calling-Station-Id",
    "nas_addr": "NAS-IP-Address",
    "nas_id": "NAS-Identifier",
    "nas_port_id": "NAS-Port-Id",
    "terminate_cause": "Acct-Terminate-Cause",
}
REMEMBERED = 1_000_000  # sessions without a Stop
ACKNOWLEDGED = 5  # seconds to wait for the broker; below max_request_time
SETTINGS = {
    "bootstrap.servers": os.environ.get("KAFKA", "kafka:9092"),
    "client.id": "freeradius",
    "partitioner": "murmur2_random",  # a key's partition is then the one of weir and of Java
    "acks": "all",
    "linger.ms": 5,
    "message.timeout.ms": 4000,
}


class Pools:
    """The file that weir has as -subscribers: which part of an address is the key."""

    def __init__(self, path):
        with open(path, encoding="utf-8") as file:
            pools = yaml.safe_load(file)["pools"]
        self.pools = [(ipaddress.ip_network(pool["prefix"]), pool) for pool in pools]
        self.pools.sort(key=lambda pair: pair[0].prefixlen, reverse=True)

    def key(self, text):
        """Of an address or prefix; the text itself if no pool has it."""
        network = ipaddress.ip_network(text, strict=False)
        for prefix, pool in self.pools:
            if prefix.version == network.version and network.subnet_of(prefix):
                return self.key_in(pool, network)
        return text

    @staticmethod
    def key_in(pool, network):
        length = min(pool.get("key_length", network.max_prefixlen), network.prefixlen)
        masked = network.supernet(new_prefix=length)
        whole = length == network.max_prefixlen
        text = str(masked.network_address if whole else masked)
        return f"{pool['realm']}|{text}" if pool.get("realm") else text


class Sessions:
    """What has been seen of sessions that have not ended.  Lost with the process: the next event of
    a session then tells its start anew, by Acct-Session-Time."""

    def __init__(self):
        self.seen = {}  # unique_id: (start, time of the last event), in milliseconds

    def times(self, unique_id, at, duration):
        """The session's start, and where the slice begins that an event at this time ends."""
        return self.seen.get(unique_id, (at - duration, at - duration))

    def note(self, message):
        self.seen.pop(message["unique_id"], None)
        if message["event"] != "stop":
            self.seen[message["unique_id"]] = (message["start_ms"], message["event_ms"])
        if len(self.seen) > REMEMBERED:
            del self.seen[next(iter(self.seen))]  # the one that was silent for longest


producer, pools, sessions = None, None, Sessions()


def instantiate(_):
    global producer, pools
    producer = Producer(SETTINGS)
    path = os.environ.get("SUBSCRIBERS")
    pools = Pools(path) if path else None
    return 0


def accounting(pairs):
    request = {}
    for name, value in pairs:
        request.setdefault(name, unquoted(value))
    message = message_of(request, time.time())
    keys = keys_of(request) or [message["nas_addr"]]
    if not published(message, keys):
        return radiusd.RLM_MODULE_FAIL
    sessions.note(message)
    return radiusd.RLM_MODULE_OK


def unquoted(value):
    return value[1:-1] if len(value) > 1 and value[0] == value[-1] == '"' else value


def message_of(request, now):
    at = int(event_time(request, now) * 1000)
    duration = int(request.get("Acct-Session-Time", 0))
    start, slice_start = sessions.times(
        request.get("Acct-Unique-Session-Id"), at, duration * 1000
    )
    return {
        "schema_version": 1,
        "event": KINDS.get(request.get("Acct-Status-Type"), "other"),
        "event_ms": at,
        "received_ms": int(now * 1000),
        "start_ms": start,
        "slice_start_ms": slice_start,
        **{key: request.get(name) for key, name in COPIED.items()},
        "duration_s": duration,
        "octets_from_user": octets(request, "Input"),
        "octets_to_user": octets(request, "Output"),
    }


def event_time(request, now):
    """Seconds since 1970; the server runs in UTC."""
    said = request.get("Event-Timestamp")
    if said is None:
        return now - int(request.get("Acct-Delay-Time", 0))
    if said.isdigit():
        return int(said)
    parsed = datetime.datetime.strptime(said, "%b %d %Y %H:%M:%S %Z")
    return parsed.replace(tzinfo=datetime.timezone.utc).timestamp()


def octets(request, way):
    high = int(request.get(f"Acct-{way}-Gigawords", 0))
    return (high << 32) + int(request.get(f"Acct-{way}-Octets", 0))


def keys_of(request):
    """None twice: an address may lie in the prefix that the session has, too."""
    texts = [request[name] for name in ADDRESSES if name in request]
    return list(dict.fromkeys(pools.key(text) if pools else text for text in texts))


def published(message, keys):
    """True when the broker has them all."""
    errors = []
    for key in keys:
        value = json.dumps({"sub_key": key, **message}, separators=(",", ":"))
        producer.produce(
            TOPIC,
            key=key,
            value=value,
            timestamp=message["event_ms"],
            on_delivery=lambda error, _: errors.append(error) if error else None,
        )
    waiting = producer.flush(ACKNOWLEDGED)
    if errors or waiting:
        said = errors[0] if errors else "no answer"
        radiusd.radlog(radiusd.L_ERR, f"Kafka: {said}; the request is kept, and offered again")
    return not errors and not waiting
