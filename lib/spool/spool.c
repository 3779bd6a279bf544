// SPDX-License-Identifier: Apache-2.0
// The spool as its users see it, and the list of its segments.
#include "lib/spool/spool.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "lib/log.h"
#include "lib/spool/state.h"

enum {
    SEGMENT_OCTETS = 16 << 20,
    SEGMENTS_FEWEST = 8, /* what one segment takes with it when it must go is a small part */
};

const struct spool_loss_text spool_losses[SPOOL_LOSS_COUNT] = {
#define X(name, key, text) {key, text},
    SPOOL_LOSSES(X)
#undef X
};

/* --- Segments --- */

struct spool_segment *spool_find(const struct spool *spool, uint64_t sequence)
{
    size_t low = 0;
    size_t high = spool->n;

    while (low < high) {
        const size_t middle = low + (high - low) / 2;

        if (spool->segments[middle]->id.first <= sequence) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    return low == 0 || spool->segments[low - 1]->end <= sequence ? NULL : spool->segments[low - 1];
}

int spool_add_segment(struct spool *spool, struct spool_segment *segment)
{
    if (spool->n == spool->capacity) {
        const size_t capacity = spool->capacity == 0 ? 16 : spool->capacity * 2;
        struct spool_segment **grown = realloc(spool->segments, capacity * sizeof(*grown));

        if (grown == NULL) {
            return UV_ENOMEM;
        }
        spool->segments = grown;
        spool->capacity = capacity;
    }
    spool->segments[spool->n++] = segment;
    spool->stats.octets += segment->octets;
    return 0;
}

uint64_t spool_first_held(const struct spool *spool)
{
    for (size_t i = 0; i < spool->n; i++) {
        const struct spool_segment *segment = spool->segments[i];

        if (!segment->gone && spool_segment_holds(segment)) {
            return spool_segment_first_held(segment);
        }
    }
    return UINT64_MAX;
}

void spool_drop(struct spool *spool, struct spool_segment *segment, enum spool_loss why)
{
    spool->stats.lost[why] += spool_segment_finish_waiting(segment);
    spool->stats.octets -= segment->octets;
    segment->gone = true;
    segment->why = why;
}

int spool_unlink(const struct spool *spool, struct spool_id id)
{
    char name[SPOOL_NAME_SIZE];

    spool_name_write(name, id);
    return unlinkat(spool->directory, name, 0) == 0 || errno == ENOENT ? 0 : -errno;
}

/* --- Records --- */

void spool_ack(struct spool *spool, struct spool_run run)
{
    uv_mutex_lock(&spool->state_lock);
    for (uint64_t at = run.first; at < run.first + run.n; at++) {
        struct spool_segment *segment = spool_find(spool, at);

        if (segment != NULL && spool_segment_finish(segment, at)) {
            spool->stats.done++;
            spool->checkpoint_old = true;
        }
    }
    uv_mutex_unlock(&spool->state_lock);
}

/* What has nowhere to wait any more is lost as the rest of its segment was. */
static void release_one(struct spool *spool, uint64_t sequence)
{
    struct spool_segment *segment = spool_find(spool, sequence);

    if (segment != NULL && spool_segment_release(segment, sequence) && segment->gone) {
        spool->stats.lost[segment->why] += spool_segment_finish_waiting(segment);
    }
}

void spool_release(struct spool *spool, struct spool_run run)
{
    uv_mutex_lock(&spool->state_lock);
    for (uint64_t at = run.first; at < run.first + run.n; at++) {
        release_one(spool, at);
    }
    uv_mutex_unlock(&spool->state_lock);
}

static void sum_up(const struct spool *spool, struct spool_stats *stats)
{
    for (size_t i = 0; i < spool->n; i++) {
        const struct spool_segment *segment = spool->segments[i];

        stats->segments += !segment->gone;
        stats->waiting += spool_segment_waiting(segment);
        stats->in_flight += segment->n_in_flight;
    }
}

void spool_stats(struct spool *spool, struct spool_stats *stats)
{
    uint64_t oldest;

    uv_mutex_lock(&spool->state_lock);
    *stats = spool->stats;
    sum_up(spool, stats);
    oldest = spool_first_held(spool);
    if (oldest != UINT64_MAX) {
        stats->oldest_ns = (uint64_t)((int64_t)uv_hrtime() - spool_age_of(&spool->age, oldest));
    }
    uv_mutex_unlock(&spool->state_lock);
}

/* --- Open and close --- */

static int open_directory(struct spool *spool)
{
    const char *path = spool->settings.path;

    if (mkdir(path, S_IRWXU) != 0 && errno != EEXIST) {
        return -errno;
    }
    spool->directory = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (spool->directory < 0) {
        return -errno;
    }
    if (flock(spool->directory, LOCK_EX | LOCK_NB) != 0) {
        return errno == EWOULDBLOCK ? UV_EBUSY : -errno;
    }
    return 0;
}

static struct spool *spool_new(const struct spool_settings *settings)
{
    struct spool *spool = calloc(1, sizeof(*spool));

    if (spool == NULL) {
        return NULL;
    }
    spool->settings = *settings;
    if (settings->octets_max < SPOOL_OCTETS_MIN) {
        spool->settings.octets_max = SPOOL_OCTETS_MIN;
    }
    spool->segment_octets = spool->settings.octets_max / SEGMENTS_FEWEST;
    if (spool->segment_octets > SEGMENT_OCTETS) {
        spool->segment_octets = SEGMENT_OCTETS;
    }
    spool->directory = -1;
    spool->buffer = malloc(SPOOL_BUFFER_OCTETS);
    if (spool->buffer == NULL || spool_walk_open(&spool->walk) != 0 ||
        uv_mutex_init(&spool->append_lock) != 0 || uv_mutex_init(&spool->state_lock) != 0) {
        spool_walk_close(&spool->walk);
        free(spool->buffer);
        free(spool);
        return NULL;
    }
    return spool;
}

static void spool_free(struct spool *spool)
{
    for (size_t i = 0; i < spool->n; i++) {
        spool_segment_free(spool->segments[i]);
    }
    if (spool->walk.fd >= 0) {
        close(spool->walk.fd);
    }
    if (spool->directory >= 0) {
        close(spool->directory);
    }
    uv_mutex_destroy(&spool->state_lock);
    uv_mutex_destroy(&spool->append_lock);
    spool_walk_close(&spool->walk);
    free(spool->segments);
    free(spool->buffer);
    free(spool);
}

static const char *explain(int error)
{
    switch (error) {
    case UV_EBUSY:
        return "another process has it open";
    case UV_ENOTSUP:
        return "another version of weir made it";
    default:
        return uv_strerror(error);
    }
}

int spool_open(struct spool **spool, const struct spool_settings *settings)
{
    struct spool *opened = spool_new(settings);
    int error = opened == NULL ? UV_ENOMEM : open_directory(opened);

    if (error == 0) {
        error = spool_recover(opened);
    }
    if (error != 0) {
        LOG(ERROR, "cannot open the spool", LOG_TEXT("path", settings->path),
            LOG_TEXT("error", explain(error)));
        if (opened != NULL) {
            spool_free(opened);
        }
        return error;
    }
    LOG(INFO, "opened the spool", LOG_TEXT("path", settings->path),
        LOG_NUMBER("records", opened->stats.found), LOG_NUMBER("octets", opened->stats.octets));
    *spool = opened;
    return 0;
}

void spool_close(struct spool *spool)
{
    spool->sync_due = 0;
    spool->checkpoint_due = 0;
    (void)spool_maintain(spool);
    spool_free(spool);
}
