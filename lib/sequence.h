// SPDX-License-Identifier: Apache-2.0
#ifndef LIB_SEQUENCE_H
#define LIB_SEQUENCE_H

#include <stdbool.h>
#include <stdint.h>

/*
 * Sequence numbers of 32 bits that may wrap.  What a stream counts is its own
 * affair: flows, datagrams, records or samples.
 */
struct sequence {
    uint32_t expected;
    uint32_t last; /* the number before, to tell a repetition */
    bool known;    /* expected means something: 0 is a number like any other */
    bool seen;     /* last means something */
};

/* How far back a number is late, and not of a restart, depends on what is counted. */
enum sequence_unit {
    SEQUENCE_OF_DATAGRAMS,
    SEQUENCE_OF_RECORDS, /* flows or samples, of which a datagram holds several */
};

enum sequence_verdict {
    SEQUENCE_GOOD,
    SEQUENCE_GAP,
    SEQUENCE_LATE,
    SEQUENCE_REPEATED,
    SEQUENCE_RESTARTED,
};

/*
 * Takes the number of a datagram and how many units it holds.  For SEQUENCE_GAP
 * and SEQUENCE_LATE *missing is how many units were skipped, or come after all.
 */
enum sequence_verdict sequence_next(struct sequence *sequence, enum sequence_unit unit,
                                    uint32_t number, uint32_t units, uint32_t *missing);

/* The next number cannot be foretold. */
void sequence_forget(struct sequence *sequence);

#endif
