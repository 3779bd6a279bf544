# SPDX-License-Identifier: Apache-2.0
"""The partition of a key as Kafka's Java clients choose it: murmur2, 32 bits, with their seed."""

SEED, FACTOR, SHIFT = 0x9747B28C, 0x5BD1E995, 24
MASK = 0xFFFFFFFF

VECTORS = {  # the hash as Java prints it, a signed number
    b"21": -973932308,
    b"foobar": -790332482,
    b"a-little-bit-long-string": -985981536,
    b"a-little-bit-longer-string": -1486304829,
    b"lkjh234lh9fiuh90y23oiuhsafujhadof229phr9h19h89h8": -58897971,
    b"abc": 479470107,
}


def murmur2(octets):
    value = SEED ^ len(octets)
    whole = len(octets) & ~3
    for at in range(0, whole, 4):
        word = int.from_bytes(octets[at : at + 4], "little") * FACTOR & MASK
        word = (word ^ word >> SHIFT) * FACTOR & MASK
        value = value * FACTOR & MASK ^ word
    if octets[whole:]:
        value = (value ^ int.from_bytes(octets[whole:], "little")) * FACTOR & MASK
    value = (value ^ value >> 13) * FACTOR & MASK
    return value ^ value >> 15


def signed(value):
    return value - (1 << 32) if value >> 31 else value


def partition(key, partitions):
    return (murmur2(key) & 0x7FFFFFFF) % partitions
