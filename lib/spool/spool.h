// SPDX-License-Identifier: Apache-2.0
#ifndef LIB_SPOOL_SPOOL_H
#define LIB_SPOOL_SPOOL_H

#include <stddef.h>
#include <stdint.h>

#include "lib/batch.h"

/*
 * A bounded queue of records in a directory, so that neither a receiver that is away
 * nor a kill -9 loses a record that was taken.
 *
 * Every record has a sequence number and is in one of three states:
 *
 *     append ──▶ in flight ──ack──▶ done: forgotten, and in the end deleted
 *                 ▲     │
 *               read  release
 *                 │     ▼
 *                waiting ◀── found by open
 *
 * A record that was appended is in flight at once: the caller sends it from its own
 * memory, and nothing is read back.  What it cannot send now, or what came back, it
 * releases; spool_read() then gives it again.  So a message needs to carry its
 * sequence number (and how many records it is made of), and nothing else.
 *
 * What is lost:
 *
 * - by kill -9, nothing; by a power cut, what enum spool_sync says (and more is repeated,
 *   since the checkpoint is left to the kernel);
 * - by a damaged disk, the entries that are damaged;
 * - by the bounds, the oldest segments, counted.
 *
 * What is repeated after a kill: records in flight, and those that were done since the
 * last checkpoint, which is at most SPOOL_CHECKPOINT_NS old if spool_maintain() is
 * called as often.
 *
 * Threads: spool_append, _ack, _release and _stats may be called from any thread.
 * Appends wait for each other's write, which ends in the page cache; ack, release and
 * stats touch no file and wait for no write.  spool_read and spool_maintain may run
 * beside all others, but each is called from one thread at a time.
 *
 * The process must ignore or block SIGXFSZ, so that a file beyond the limit of the
 * process is an error here.  Errors are negative UV_E codes.  Memory: 2.5 MiB, and 18 KiB
 * for each segment of 16 MiB.
 */
struct spool;

enum {
    SPOOL_RECORD_MAX = 1 << 20, /* octets of topic, key and value together */
    SPOOL_OCTETS_MIN = 4 << 20, /* a smaller bound is raised to this */
    SPOOL_CHECKPOINT_NS = 200000000,
};

/* When what was appended is on the disk, and not only in the page cache. */
enum spool_sync {
    SPOOL_SYNC_NEVER,    /* a power cut loses what the kernel had not written: half a minute */
    SPOOL_SYNC_INTERVAL, /* a power cut loses what was appended since the last sync */
    SPOOL_SYNC_APPEND,   /* a power cut loses nothing: spool_append() waits for the disk */
};

/* What becomes of records that are neither sent nor held: one row a reason. */
#define SPOOL_LOSSES(X)                                                                            \
    X(OCTETS, "octets", "had to make room for newer records")                                      \
    X(AGE, "age", "was older than it may be")                                                      \
    X(DAMAGED, "damaged", "was damaged on the disk")

enum spool_loss {
#define X(name, key, text) SPOOL_LOSS_##name,
    SPOOL_LOSSES(X)
#undef X
        SPOOL_LOSS_COUNT,
};

struct spool_loss_text {
    const char *key;
    const char *text;
};

extern const struct spool_loss_text spool_losses[SPOOL_LOSS_COUNT];

struct spool_settings {
    const char *path;    /* of the directory, borrowed; made with mode 0700 if it is not there */
    uint64_t octets_max; /* of all segments together; then the oldest goes */
    uint64_t age_max_ns; /* 0 for none; records older by an eighth are gone for certain */
    enum spool_sync sync;
    uint64_t sync_ns; /* of SPOOL_SYNC_INTERVAL */
};

/* Records with successive sequence numbers. */
struct spool_run {
    uint64_t first;
    size_t n;
};

/* A record that was read back.  Its octets are borrowed until the next spool_read(). */
struct spool_entry {
    uint64_t sequence;
    struct slice topic;
    struct record record;
};

/*
 * At every moment found + appended = done + lost + waiting + in_flight.  A record that was in
 * flight when its segment went is lost if it is released, and done if it is acknowledged.
 */
struct spool_stats {
    uint64_t octets; /* of all segments */
    uint64_t segments;
    uint64_t waiting;
    uint64_t in_flight;
    uint64_t oldest_ns; /* age of the oldest record that is not done; 0 if all are */
    /* Records, since open. */
    uint64_t found; /* by open */
    uint64_t appended;
    uint64_t done;
    uint64_t read;
    uint64_t lost[SPOOL_LOSS_COUNT];
};

/*
 * Opens the directory, or makes it; what is in there from before is waiting.  A tail
 * that was torn by a crash is cut off; damage is met, and counted, when it is read.
 * Of the segments only the last is read, so this takes milliseconds however much is held.
 * Settings are copied, but the path.
 *
 * UV_EBUSY if another process has the directory open; UV_ENOTSUP if another version
 * of weir made it; or what the system said.  Logged.
 */
int spool_open(struct spool **spool, const struct spool_settings *settings);

/*
 * Writes the checkpoint, syncs (unless NEVER), and frees the spool.  Records in flight
 * wait for the next open.
 */
void spool_close(struct spool *spool);

/*
 * Appends n records of one topic (a name of at most 255 octets, as it shall be known after
 * a restart too) and says in run which numbers they have: these are in flight now.
 * They go in one write, or a few if they are more than a MiB or end a segment.
 *
 * Returns 0 if all were taken.  Else run has those that were, from the first on, and
 * nothing is left of the others:
 *
 * - UV_EMSGSIZE: the next one is too large, or the topic; append what follows it
 * - UV_ENOSPC, UV_EFBIG, UV_EDQUOT, UV_EIO, UV_EROFS, UV_ENOMEM...: not now.  Every append
 *   tries anew.
 */
int spool_append(struct spool *spool, struct slice topic, const struct record *records, size_t n,
                 struct spool_run *run);

/* These arrived, or need not be kept for another reason.  In any order; again does no harm. */
void spool_ack(struct spool *spool, struct spool_run run);

/* Those of them that are in flight wait again. */
void spool_release(struct spool *spool, struct spool_run run);

/*
 * Gives the oldest record that waits, which is in flight from now on.  Returns 1; 0 if none waits;
 * or UV_E* (UV_EMFILE, UV_ENOMEM...), after which it may be tried again in a while.
 */
int spool_read(struct spool *spool, struct spool_entry *entry);

/*
 * What may wait for the disk: writes the checkpoint, syncs, deletes segments that are done or too
 * old.  To be called each SPOOL_CHECKPOINT_NS, from a thread that may wait.  Returns 0, or what
 * went wrong first: it is tried again the next time.
 */
int spool_maintain(struct spool *spool);

void spool_stats(struct spool *spool, struct spool_stats *stats);

#endif
