// SPDX-License-Identifier: Apache-2.0
// What a spool does beside its users: sync, checkpoint, delete.
#include <errno.h>
#include <unistd.h>

#include "lib/spool/state.h"

/* A record may grow older than it should by one such part of the greatest age. */
enum { AGE_PARTS = 8 };

/* What is to be done about a segment, as the state says. */
struct chores {
    bool sync;
    bool close;
    bool unlink;
    bool forget;
};

static void keep_first(int *error, int other)
{
    *error = *error != 0 ? *error : other;
}

/* Whether since_ns is so old that what is from then is too old, or the given part of that. */
static bool too_old(const struct spool *spool, int64_t since_ns, uint64_t part)
{
    const uint64_t age_max = spool->settings.age_max_ns;

    return age_max > 0 && (int64_t)uv_hrtime() - since_ns > (int64_t)(age_max / part);
}

/* Nothing comes of a segment that is done, and nothing good of one that is too old. */
static void retire(struct spool *spool, struct spool_segment *segment)
{
    if (segment->gone || segment->active) {
        return;
    }
    if (!spool_segment_holds(segment) || too_old(spool, segment->touched_ns, 1)) {
        spool_drop(spool, segment, SPOOL_LOSS_AGE);
    }
}

static struct chores find_chores(struct spool *spool, struct spool_segment *segment, bool sync)
{
    struct chores chores;

    uv_mutex_lock(&spool->state_lock);
    retire(spool, segment);
    chores.close = !segment->active && segment->fd >= 0;
    chores.sync = segment->fd >= 0 && segment->dirty && !segment->gone &&
                  spool->settings.sync != SPOOL_SYNC_NEVER && (sync || chores.close);
    chores.unlink = segment->gone && !segment->unlinked;
    chores.forget = segment->gone && segment->n_in_flight == 0;
    segment->dirty = segment->dirty && !chores.sync;
    uv_mutex_unlock(&spool->state_lock);
    return chores;
}

static int sync_segment(struct spool *spool, struct spool_segment *segment)
{
    int error = 0;

    if (fdatasync(segment->fd) != 0) {
        error = -errno;
        uv_mutex_lock(&spool->state_lock);
        segment->dirty = true;
        uv_mutex_unlock(&spool->state_lock);
    }
    return error;
}

/* A file that cannot be deleted now stays on the list, to be deleted later. */
static int unlink_segment(struct spool *spool, struct spool_segment *segment)
{
    const int error = spool_unlink(spool, segment->id);

    uv_mutex_lock(&spool->state_lock);
    segment->unlinked = error == 0;
    spool->directory_dirty = true;
    uv_mutex_unlock(&spool->state_lock);
    return error;
}

static int do_chores(struct spool *spool, struct spool_segment *segment, struct chores chores)
{
    int error = 0;

    if (chores.sync) {
        error = sync_segment(spool, segment);
    }
    if (chores.close) {
        close(segment->fd);
        segment->fd = -1;
    }
    if (chores.unlink) {
        keep_first(&error, unlink_segment(spool, segment));
    }
    return error;
}

/* The segment with this number in the list, or NULL behind the last. */
static struct spool_segment *segment_at(struct spool *spool, size_t i)
{
    struct spool_segment *segment;

    uv_mutex_lock(&spool->state_lock);
    segment = i < spool->n ? spool->segments[i] : NULL;
    uv_mutex_unlock(&spool->state_lock);
    return segment;
}

static void forget(struct spool *spool, size_t i)
{
    uv_mutex_lock(&spool->state_lock);
    spool_segment_free(spool->segments[i]);
    spool->n--;
    for (; i < spool->n; i++) {
        spool->segments[i] = spool->segments[i + 1];
    }
    uv_mutex_unlock(&spool->state_lock);
}

static int tend_segments(struct spool *spool, bool sync)
{
    struct spool_segment *segment;
    int error = 0;

    for (size_t i = 0; (segment = segment_at(spool, i)) != NULL;) {
        const struct chores chores = find_chores(spool, segment, sync);

        keep_first(&error, do_chores(spool, segment, chores));
        if (chores.forget && segment->unlinked) {
            forget(spool, i);
        } else {
            i++;
        }
    }
    return error;
}

/*
 * So that its youngest record is not much younger than its oldest, and all can be dropped;
 * or that there is room again on a disk that is full.
 */
static bool must_close(struct spool *spool, const struct spool_segment *active)
{
    bool holds;

    if (active->end == active->id.first) {
        return false;
    }
    uv_mutex_lock(&spool->state_lock);
    holds = spool_segment_holds(active);
    uv_mutex_unlock(&spool->state_lock);
    return (spool->failing && !holds) || too_old(spool, active->born_ns, AGE_PARTS);
}

static void look_after_active(struct spool *spool)
{
    uv_mutex_lock(&spool->append_lock);
    if (spool->active != NULL && must_close(spool, spool->active)) {
        spool_close_active(spool);
    }
    uv_mutex_unlock(&spool->append_lock);
}

static int sync_directory(struct spool *spool)
{
    bool dirty;

    uv_mutex_lock(&spool->state_lock);
    dirty = spool->directory_dirty;
    spool->directory_dirty = false;
    uv_mutex_unlock(&spool->state_lock);
    if (dirty && spool->settings.sync != SPOOL_SYNC_NEVER && fsync(spool->directory) != 0) {
        return -errno;
    }
    return 0;
}

static bool checkpoint_wanted(struct spool *spool, uint64_t now)
{
    bool wanted;

    uv_mutex_lock(&spool->state_lock);
    wanted = spool->checkpoint_old && now >= spool->checkpoint_due;
    uv_mutex_unlock(&spool->state_lock);
    return wanted;
}

int spool_maintain(struct spool *spool)
{
    const uint64_t now = uv_hrtime();
    const bool sync = now >= spool->sync_due;
    int error;

    look_after_active(spool);
    error = tend_segments(spool, sync);
    if (checkpoint_wanted(spool, now)) {
        spool->checkpoint_due = now + SPOOL_CHECKPOINT_NS / 2;
        keep_first(&error, spool_write_checkpoint(spool));
    }
    if (sync) {
        spool->sync_due = now + spool->settings.sync_ns;
        keep_first(&error, sync_directory(spool));
    }
    return error;
}
