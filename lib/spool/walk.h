// SPDX-License-Identifier: Apache-2.0
#ifndef LIB_SPOOL_WALK_H
#define LIB_SPOOL_WALK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "lib/spool/format.h"

/*
 * A walk over the entries of one segment's file.  What is damaged is stepped over: the
 * walk goes on at the next head that can be one.
 */
struct spool_walk {
    int fd; /* borrowed */
    struct spool_id id;
    uint64_t limit;    /* octets of the file that may be read; may be raised as it grows */
    uint64_t sequence; /* what the next entry has, or more if some are missing */
    uint64_t end;      /* in octets: where the last good entry ends */
    bool closed;       /* the end mark was reached */

    /* The entry that was reached.  Whether its body is good, spool_body_good() says. */
    struct spool_head head;
    const uint8_t *body; /* borrowed until the next step */
    uint64_t at;         /* in octets: where its head is */

    /* Private to walk.c. */
    uint64_t offset;
    uint8_t *window;
    uint64_t window_at;
    size_t window_len;
};

/* Returns 0 or UV_ENOMEM. */
int spool_walk_open(struct spool_walk *walk);
void spool_walk_close(struct spool_walk *walk);

/* Begins at offset, where the entry of this sequence number, or a later one, should be. */
void spool_walk_start(struct spool_walk *walk, int fd, struct spool_id id, uint64_t offset,
                      uint64_t sequence);

/*
 * Goes to the next entry.  Returns 1; 0 at the end, where it may be tried again after
 * the limit was raised; or UV_E*.
 */
int spool_walk_next(struct spool_walk *walk);

#endif
