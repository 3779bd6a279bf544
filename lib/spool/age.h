// SPDX-License-Identifier: Apache-2.0
#ifndef LIB_SPOOL_AGE_H
#define LIB_SPOOL_AGE_H

#include <stddef.h>
#include <stdint.h>

enum { SPOOL_AGE_MARKS = 64 };

/* A sequence number, and when it was new. */
struct spool_mark {
    uint64_t sequence;
    int64_t at_ns;
};

/*
 * When records were new: a mark a second, and fewer and fewer the longer it is held, so
 * that an age is right to a second or to some thirtieth.  All zeros at first.
 */
struct spool_age {
    struct spool_mark marks[SPOOL_AGE_MARKS];
    size_t n;
    int64_t step_ns;
};

/* This record is new now; oldest is the oldest that is still asked for. */
void spool_age_note(struct spool_age *age, uint64_t sequence, int64_t now_ns, uint64_t oldest);

/* When the record was new, or a little before. */
int64_t spool_age_of(const struct spool_age *age, uint64_t sequence);

#endif
