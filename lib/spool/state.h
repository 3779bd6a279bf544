// SPDX-License-Identifier: Apache-2.0
#ifndef LIB_SPOOL_STATE_H
#define LIB_SPOOL_STATE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <uv.h>

#include "lib/spool/age.h"
#include "lib/spool/segment.h"
#include "lib/spool/spool.h"
#include "lib/spool/walk.h"

enum { SPOOL_BUFFER_OCTETS = SPOOL_HEAD_LEN + SPOOL_RECORD_MAX };

/*
 * What the files of the spool share.  Of the two locks append_lock is taken first.
 * Only spool_maintain() takes segments off the list, frees them and closes their
 * files; so its thread and the holder of append_lock may use a segment's id and fd
 * without state_lock.
 */
struct spool {
    struct spool_settings settings;
    uint64_t segment_octets; /* a segment is closed before it has more */
    int directory;

    /* Of append_lock. */
    uv_mutex_t append_lock;
    struct spool_segment *active; /* NULL if the next append begins one */
    uint64_t next;                /* sequence number of the next record */
    uint8_t *buffer;              /* entries that leave in the next write */
    size_t used;
    size_t buffered; /* records */
    bool failing;    /* the last write did */

    /* Of the thread that reads. */
    struct spool_walk walk;
    struct spool_id reading; /* the segment whose file walk.fd is, if that is not -1 */
    bool reached;            /* walk stands on an entry */
    uint64_t gap;            /* numbers from here to the entry's own are not in the file */

    /* Of the thread that maintains. */
    uint64_t sync_due; /* uv_hrtime() */
    uint64_t checkpoint_due;
    uint64_t words[SPOOL_WORDS]; /* of one segment, for the checkpoint */
    uint8_t block[SPOOL_BLOCK_LEN];

    /* Of state_lock. */
    uv_mutex_t state_lock;
    struct spool_segment **segments; /* by sequence number */
    size_t n;
    size_t capacity;
    struct spool_age age;
    bool checkpoint_old; /* records were done since it was written */
    bool directory_dirty;
    struct spool_stats stats; /* only what is counted: the rest is summed up when asked for */
};

/* The segment that has this record, or NULL.  With state_lock. */
struct spool_segment *spool_find(const struct spool *spool, uint64_t sequence);

/* Puts a segment behind the last.  With state_lock.  Returns 0 or UV_ENOMEM. */
int spool_add_segment(struct spool *spool, struct spool_segment *segment);

/* The oldest record that is not done, or UINT64_MAX.  With state_lock. */
uint64_t spool_first_held(const struct spool *spool);

/* What the segment holds is lost by why.  Its file is the caller's to unlink.  With state_lock. */
void spool_drop(struct spool *spool, struct spool_segment *segment, enum spool_loss why);

/* Deletes a segment's file; that it was deleted before is no error.  Returns 0 or UV_E*. */
int spool_unlink(const struct spool *spool, struct spool_id id);

/*
 * Ends the active segment, so that the next append begins another.  With append_lock, and
 * nothing in the buffer.
 */
void spool_close_active(struct spool *spool);

/* Finds what is in the directory, before there are threads.  Returns 0 or UV_E*. */
int spool_recover(struct spool *spool);

/* Writes which records are done.  By the thread that maintains.  Returns 0 or UV_E*. */
int spool_write_checkpoint(struct spool *spool);

/* Notes which records were done; what is damaged is passed over.  As spool_recover(). */
void spool_read_checkpoint(struct spool *spool);

#endif
