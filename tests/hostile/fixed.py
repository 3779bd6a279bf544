# SPDX-License-Identifier: Apache-2.0
"""A: NetFlow of fixed layout, v1, v5 and v7."""

from hostile.case import case
from hostile.octets import *

EXPORTED = SECONDS * 1_000_000_000
NO_RECORD = "short_record count_mismatch"

# Version, its builder, a good record, and the most records that a datagram has room for.
VERSIONS = [
    ("v1", v1, v1_record, 1259),
    ("v5", v5, v5_record, 1364),
    ("v7", v7, v7_record, 1259),
]


def of_each_version():
    for name, build, record, most in VERSIONS:
        yield from [
            case("A01", f"{name}: no records", build()),
            case("A02", f"{name}: a record counted, none there", build(count=1), counts=NO_RECORD),
            case(
                "A03",
                f"{name}: 65535 records counted, none there",
                build(count=65535),
                counts=NO_RECORD,
            ),
            case(
                "A04",
                f"{name}: 65535 records counted, one there",
                build(record(), count=65535),
                records=1,
                counts=NO_RECORD,
            ),
            case(
                "A06",
                f"{name}: one and a half records of two",
                build(record(), record()[:24], count=2),
                records=1,
                counts=NO_RECORD,
            ),
            case(
                "A07",
                f"{name}: a record more than counted",
                build(record(), record(), count=1),
                records=1,
                counts="trailing_bytes",
            ),
            case(
                "A08",
                f"{name}: more records than the format allows, all there",
                build(*[record()] * 31),
                build(*[record()] * most),
                records=31 + most,
                counts="over_limit*2",
            ),
            case(
                "A09",
                f"{name}: last before first, both before and after the export",
                build(record(first=950_000, last=900_000)),
                records=1,
                counts="time_suspect",
                shows=[{"sys_uptime_start_ms": 950_000, "sys_uptime_end_ms": 900_000}],
            ),
            case(
                "A09",
                f"{name}: both behind the export",
                build(record(first=2_000_000, last=2_000_001)),
                records=1,
                shows=[{"time_flow_start_ns": EXPORTED + 1_000_000_000_000}],
            ),
            case(
                "A10",
                f"{name}: the exporter's uptime has wrapped",
                build(record(first=0xFFFFFFF0, last=50), uptime=100),
                records=1,
                shows=[
                    {
                        "time_flow_start_ns": EXPORTED - 116_000_000,
                        "time_flow_end_ns": EXPORTED - 50_000_000,
                    }
                ],
            ),
            case(
                "A11",
                f"{name}: all clocks at zero",
                build(record(first=0, last=0), uptime=0, seconds=0),
                records=1,
                counts="time_suspect",
                shows=[{"time_flow_start_ns": 0, "time_flow_end_ns": 0}],
            ),
            case(
                "A12",
                f"{name}: seconds and nanoseconds at their end",
                build(record(), seconds=0xFFFFFFFF, nanoseconds=0xFFFFFFFF),
                records=1,
                counts="time_suspect",
                shows=[{"time_flow_end_ns": 0xFFFFFFFF * 10**9 - 50_000_000_000}],
            ),
            case(
                "A14",
                f"{name}: packets 0, then both counters at their end",
                build(record(packets=0), record(packets=-1, octets=-1)),
                records=2,
                shows=[
                    {"packets": 0, "bytes": 1000},
                    {"packets": 0xFFFFFFFF, "bytes": 0xFFFFFFFF},
                ],
            ),
        ]


CASES = [
    *of_each_version(),
    # A record of v1 has 48 octets, with 4 more in some manuals: of 51 it is whole.
    case(
        "A05",
        "v1: a record of 51 octets",
        v1(v1_record()[:51]),
        records=1,
        counts="trailing_bytes",
    ),
    case("A05", "v1: a record one octet short", v1(v1_record()[:47]), counts=NO_RECORD),
    case("A05", "v5: a record one octet short", v5(v5_record()[:47]), counts=NO_RECORD),
    case(
        "A05",
        "v5: the second record one octet short",
        v5(v5_record(), v5_record()[:47]),
        records=1,
        counts=NO_RECORD,
    ),
    case("A05", "v7: a record one octet short", v7(v7_record()[:51]), counts=NO_RECORD),
    case(
        "A13",
        "v5: the sampling word has 2 bits of mode and 14 of interval, and no interval is no rate",
        *[v5(v5_record(), sampling=word) for word in (0xFFFF, 0x4000, 1)],
        records=3,
        shows=[
            {"sampling_rate": 16383, "sampling_mode": 3},
            {"sampling_rate": 0, "sampling_mode": 1},
            {"sampling_rate": 1, "sampling_mode": 0},
        ],
    ),
    case(
        "A14",
        "v5: prefix lengths of 33 and 255",
        v5(v5_record(masks=(33, 255))),
        records=1,
        shows=[{"src_net": "", "dst_net": ""}],
    ),
    case(
        "A15",
        "v1: the version, and ff",
        u16(1) + b"\xff" * 70,
        records=1,
        counts=NO_RECORD + " time_suspect",
    ),
    case(
        "A15",
        "v5: the version, and ff",
        u16(5) + b"\xff" * 70,
        records=1,
        counts=NO_RECORD + " time_suspect",
    ),
    case(
        "A15",
        "v7: the version, and ff",
        u16(7) + b"\xff" * 70,
        counts=NO_RECORD + " time_suspect",
    ),
]
