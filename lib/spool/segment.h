// SPDX-License-Identifier: Apache-2.0
#ifndef LIB_SPOOL_SEGMENT_H
#define LIB_SPOOL_SEGMENT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "lib/spool/format.h"
#include "lib/spool/spool.h"

enum {
    SPOOL_STRIDE = 256, /* records from one known offset to the next */
    SPOOL_OFFSETS = SPOOL_SEGMENT_RECORDS / SPOOL_STRIDE,
};

/* What is known of a segment, and of each of its records whether it is in flight or done. */
struct spool_segment {
    struct spool_id id;
    uint64_t end;    /* the sequence number behind the last */
    uint64_t octets; /* of the file */
    int64_t born_ns; /* by uv_hrtime(); below zero if that began later */
    int64_t touched_ns;
    int fd;      /* -1 if it is not open for writing */
    bool active; /* appends go here */
    bool dirty;  /* not synced */
    bool gone;   /* it holds nothing any more; kept until nothing is in flight */
    bool unlinked;
    enum spool_loss why; /* it is gone, if records were lost by that */

    /* Private to segment.c. */
    size_t n_in_flight;
    size_t n_done;
    size_t low; /* no record below waits */
    uint64_t in_flight[SPOOL_WORDS];
    uint64_t done[SPOOL_WORDS];
    uint32_t offsets[SPOOL_OFFSETS]; /* of the first entry in each stride; 0 if not known */
};

/* Without records.  NULL if there is no memory. */
struct spool_segment *spool_segment_new(struct spool_id id);
void spool_segment_free(struct spool_segment *segment);

size_t spool_segment_waiting(const struct spool_segment *segment);

/* Whether it has records that are not done. */
bool spool_segment_holds(const struct spool_segment *segment);

/* The oldest that waits, or UINT64_MAX. */
uint64_t spool_segment_first_waiting(struct spool_segment *segment);

/* The oldest that is not done, or UINT64_MAX. */
uint64_t spool_segment_first_held(const struct spool_segment *segment);

/* So many records were written behind the last; they are in flight. */
void spool_segment_add(struct spool_segment *segment, size_t n);

/*
 * Changes the state of one record, if it is in the state that this begins from; else
 * they return false.
 */
bool spool_segment_take(struct spool_segment *segment, uint64_t sequence);    /* waiting */
bool spool_segment_release(struct spool_segment *segment, uint64_t sequence); /* in flight */
bool spool_segment_finish(struct spool_segment *segment, uint64_t sequence);  /* any but done */
bool spool_segment_waits(const struct spool_segment *segment, uint64_t sequence);

/* Makes all that wait done, and returns how many those were. */
size_t spool_segment_finish_waiting(struct spool_segment *segment);

/*
 * Notes that records were done before; words are as in a checkpoint.  Returns the sequence number
 * behind the last of those, which is beyond end if the file has lost its tail.
 */
uint64_t spool_segment_restore(struct spool_segment *segment, const uint64_t *words);

/* Notes where the entry is that is the first of its stride. */
void spool_segment_note(struct spool_segment *segment, uint64_t sequence, uint64_t offset);

/* The best place to begin looking for a record: an offset, and the number that is due there. */
uint64_t spool_segment_seek(const struct spool_segment *segment, uint64_t *sequence);

#endif
