# SPDX-License-Identifier: Apache-2.0
"""That murmur2.py is right: known hashes, and the class that Kafka's Java producer uses."""

import dataclasses
import random

import jars

from kafka import murmur2
from kafka.bench import PARTITIONS, Outcome

KEYS = 5_000


@dataclasses.dataclass(frozen=True)
class Case:
    name: str


CASES = (Case("murmur2"),)


def keys():
    """Texts of all lengths up to that of an address pair."""
    chance = random.Random(1)
    digits = "0123456789abcdef:.|"
    return ["".join(chance.choices(digits, k=1 + number % 80)) for number in range(KEYS)]


def run(case, _):
    problems = [
        f"the hash of {text} is not {wanted}"
        for text, wanted in murmur2.VECTORS.items()
        if murmur2.signed(murmur2.murmur2(text)) != wanted
    ]
    said = jars.run("Murmur2.java", PARTITIONS, stdin="\n".join(keys())).split()
    problems += [
        f"Java puts {key} into {place}"
        for key, place in zip(keys(), map(int, said), strict=True)
        if murmur2.partition(key.encode(), PARTITIONS) != place
    ]
    return Outcome(case.name, f"{len(murmur2.VECTORS)} vectors, {KEYS} keys of Java's", problems)
