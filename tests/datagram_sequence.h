// SPDX-License-Identifier: Apache-2.0
#ifndef TESTS_DATAGRAM_SEQUENCE_H
#define TESTS_DATAGRAM_SEQUENCE_H

#include "lib/decoder.h"

/*
 * Datagrams in one piece of memory, as tests/fuzz/seeds.py writes them and a fuzzer
 * changes them: of each, two octets of length, one that chooses one of four exporters
 * (2 bits) and the seconds that pass before it (6 bits), and its data.
 */
struct datagram_sequence {
    struct wire left;
    struct datagram datagram; /* the last one; its data is borrowed */
};

void datagram_sequence_init(struct datagram_sequence *sequence, const void *data, size_t len);

/* False at the end.  A length that goes beyond it is clipped. */
bool datagram_sequence_next(struct datagram_sequence *sequence);

#endif
