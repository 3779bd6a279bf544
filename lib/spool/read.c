// SPDX-License-Identifier: Apache-2.0
// The end of a spool where records are read back.
#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

#include "lib/spool/state.h"

/* A record that waits, and where to look for it. */
struct wanted {
    uint64_t sequence;
    struct spool_id id; /* of its segment */
    uint64_t end;       /* the number behind the segment's last */
    uint64_t limit;     /* octets of the segment that are written */
    uint64_t offset;    /* where to begin, if the walk has passed it */
    uint64_t due;       /* the number that is due there */
};

static bool find_wanted(struct spool *spool, struct wanted *wanted)
{
    bool found = false;

    uv_mutex_lock(&spool->state_lock);
    for (size_t i = 0; i < spool->n && !found; i++) {
        struct spool_segment *segment = spool->segments[i];

        wanted->sequence = spool_segment_first_waiting(segment);
        found = wanted->sequence != UINT64_MAX;
        if (found) {
            wanted->id = segment->id;
            wanted->end = segment->end;
            wanted->limit = segment->octets;
            wanted->due = wanted->sequence;
            wanted->offset = spool_segment_seek(segment, &wanted->due);
        }
    }
    uv_mutex_unlock(&spool->state_lock);
    return found;
}

/* Puts the record in flight; false if it was dropped while it was looked for. */
static bool take(struct spool *spool, uint64_t sequence)
{
    struct spool_segment *segment;
    bool taken;

    uv_mutex_lock(&spool->state_lock);
    segment = spool_find(spool, sequence);
    taken = segment != NULL && spool_segment_take(segment, sequence);
    if (taken) {
        const uint64_t stride = (sequence - segment->id.first) / SPOOL_STRIDE * SPOOL_STRIDE;

        spool->stats.read++;
        if (spool->gap <= segment->id.first + stride) {
            spool_segment_note(segment, sequence, spool->walk.at);
        }
    }
    uv_mutex_unlock(&spool->state_lock);
    return taken;
}

/* Those of the numbers from first to end - 1 that wait are not in the file, or not as they were. */
static void lose(struct spool *spool, uint64_t first, uint64_t end)
{
    struct spool_segment *segment;

    uv_mutex_lock(&spool->state_lock);
    segment = spool_find(spool, first);
    for (uint64_t at = first; segment != NULL && at < end; at++) {
        if (spool_segment_waits(segment, at) && spool_segment_finish(segment, at)) {
            spool->stats.lost[SPOOL_LOSS_DAMAGED]++;
            spool->checkpoint_old = true;
        }
    }
    uv_mutex_unlock(&spool->state_lock);
}

static bool same(struct spool_id a, struct spool_id b)
{
    return a.first == b.first && a.salt == b.salt;
}

static void close_file(struct spool *spool)
{
    if (spool->walk.fd >= 0) {
        close(spool->walk.fd);
    }
    spool->walk.fd = -1;
    spool->reached = false;
    spool->gap = UINT64_MAX;
}

/* Has the segment's file open.  Returns 0 or UV_E*. */
static int open_file(struct spool *spool, struct spool_id id)
{
    char name[SPOOL_NAME_SIZE];

    if (spool->walk.fd >= 0 && same(spool->reading, id)) {
        return 0;
    }
    close_file(spool);
    spool_name_write(name, id);
    spool->walk.fd = openat(spool->directory, name, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
    spool->reading = id;
    return spool->walk.fd < 0 ? -errno : 0;
}

/* Steps on until the record is reached or passed. */
static int walk_to(struct spool *spool, uint64_t sequence)
{
    int found = 1;

    while (found == 1 && !(spool->reached && spool->walk.head.sequence >= sequence)) {
        spool->gap = spool->walk.sequence;
        found = spool_walk_next(&spool->walk);
        spool->reached = found == 1;
    }
    return found;
}

/*
 * Goes to the wanted record.  Returns 1 if it is good; 0 if it is not, nor any that follow before
 * wanted->end; or UV_E*.
 */
static int fetch(struct spool *spool, struct wanted *wanted)
{
    struct spool_walk *walk = &spool->walk;
    int found = open_file(spool, wanted->id);

    if (found != 0) {
        return found == UV_ENOENT ? 0 : found;
    }
    if (wanted->sequence < spool->gap) {
        spool_walk_start(walk, walk->fd, wanted->id, wanted->offset, wanted->due);
        spool->reached = false;
    }
    walk->limit = wanted->limit;
    found = walk_to(spool, wanted->sequence);
    if (found != 1) {
        return found;
    }
    if (walk->head.sequence == wanted->sequence) {
        wanted->end = wanted->sequence + 1;
        return spool_body_good(&walk->head, walk->id, walk->body) ? 1 : 0;
    }
    wanted->end = walk->head.sequence < wanted->end ? walk->head.sequence : wanted->end;
    return 0;
}

static void describe(const struct spool_walk *walk, struct spool_entry *entry)
{
    const struct spool_head *head = &walk->head;
    const char *topic = (const char *)walk->body;
    const char *key = topic + head->topic_len;

    *entry = (struct spool_entry){
        .sequence = head->sequence,
        .topic = {topic, head->topic_len},
        .record = {.key = {key, head->key_len},
                   .value = {key + head->key_len, head->value_len},
                   .time_ms = head->time_ms},
    };
}

int spool_read(struct spool *spool, struct spool_entry *entry)
{
    struct wanted wanted;

    while (find_wanted(spool, &wanted)) {
        const int found = fetch(spool, &wanted);

        if (found < 0) {
            return found;
        }
        if (found == 0) {
            lose(spool, wanted.sequence, wanted.end);
        } else if (take(spool, wanted.sequence)) {
            describe(&spool->walk, entry);
            return 1;
        }
    }
    close_file(spool);
    return 0;
}
