// SPDX-License-Identifier: Apache-2.0
// What a spool finds when it is opened.
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "lib/log.h"
#include "lib/spool/state.h"
#include "lib/wall_clock.h"

static const int64_t ms_ns = 1000000;

/* --- The list --- */

static int compare(const void *a, const void *b)
{
    const struct spool_segment *const *left = a;
    const struct spool_segment *const *right = b;
    const uint64_t first = (*left)->id.first;
    const uint64_t other = (*right)->id.first;

    return (first > other) - (first < other);
}

static int list_segment(struct spool *spool, struct spool_id id)
{
    struct spool_segment *segment = spool_segment_new(id);

    if (segment == NULL || spool_add_segment(spool, segment) != 0) {
        free(segment);
        return UV_ENOMEM;
    }
    return 0;
}

/* Of other files nothing is known; they stay. */
static int list_segments(struct spool *spool)
{
    const int fd = openat(spool->directory, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    DIR *directory = fd < 0 ? NULL : fdopendir(fd);
    const struct dirent *entry;
    struct spool_id id;
    int error = 0;

    if (directory == NULL) {
        return -errno;
    }
    while (error == 0 && (entry = readdir(directory)) != NULL) {
        if (spool_name_read(entry->d_name, &id)) {
            error = list_segment(spool, id);
        }
    }
    closedir(directory);
    if (spool->n > 1) {
        qsort(spool->segments, spool->n, sizeof(struct spool_segment *), compare);
    }
    return error;
}

/* --- One segment --- */

/* What the wall clock said, by uv_hrtime(). */
static int64_t monotonic(int64_t wall_ms)
{
    const int64_t now_ms = (int64_t)wall_clock_ns() / ms_ns;

    return (int64_t)uv_hrtime() - (wall_ms < now_ms ? (now_ms - wall_ms) * ms_ns : 0);
}

/* Returns 0 or UV_ENOTSUP.  A damaged header costs nothing but the age of the oldest record. */
static int read_header(struct spool_segment *segment)
{
    uint8_t octets[SPOOL_HEADER_LEN];
    uint64_t born_ms;
    int error = UV_EIO;

    if (pread(segment->fd, octets, sizeof(octets), 0) == (ssize_t)sizeof(octets)) {
        error = spool_header_read(octets, segment->id, &born_ms);
    }
    if (error == 0 && monotonic((int64_t)born_ms) < segment->born_ns) {
        segment->born_ns = monotonic((int64_t)born_ms);
    }
    return error == UV_ENOTSUP ? error : 0;
}

/* Whether the segment ends in a mark, which says how many records it has. */
static bool find_end(struct spool_segment *segment)
{
    const uint64_t offset = segment->octets - SPOOL_HEAD_LEN;
    uint8_t octets[SPOOL_HEAD_LEN];
    struct spool_head head;

    if (segment->octets < SPOOL_HEADER_LEN + SPOOL_HEAD_LEN ||
        pread(segment->fd, octets, sizeof(octets), (off_t)offset) != (ssize_t)sizeof(octets) ||
        !spool_head_read(octets, segment->id, &head) || !head.end ||
        head.sequence < segment->id.first ||
        head.sequence - segment->id.first > SPOOL_SEGMENT_RECORDS) {
        return false;
    }
    segment->end = head.sequence;
    return true;
}

/* Reads the segment for what its records are.  walk.end is then where the last of them ends. */
static int scan(struct spool *spool, struct spool_segment *segment)
{
    struct spool_walk *walk = &spool->walk;
    uint64_t stride = 0;
    int found;

    spool_walk_start(walk, segment->fd, segment->id, SPOOL_HEADER_LEN, segment->id.first);
    walk->limit = segment->octets;
    while ((found = spool_walk_next(walk)) == 1) {
        const uint64_t reached = (walk->head.sequence - segment->id.first) / SPOOL_STRIDE;

        if (reached > stride) {
            spool_segment_note(segment, walk->head.sequence, walk->at);
            stride = reached;
        }
    }
    segment->end = walk->sequence;
    walk->fd = -1;
    return found;
}

/* Appends go on where the last segment was left.  False if that cannot be. */
static bool cut_tail(struct spool *spool, struct spool_segment *segment)
{
    const uint64_t torn = segment->octets - spool->walk.end;

    if (torn == 0) {
        return true;
    }
    LOG(WARN, "the spool's last entry was torn, and is cut off",
        LOG_TEXT("path", spool->settings.path), LOG_NUMBER("octets", torn));
    if (ftruncate(segment->fd, (off_t)spool->walk.end) != 0) {
        return false;
    }
    segment->octets = spool->walk.end;
    return true;
}

static int open_segment(struct spool *spool, struct spool_segment *segment)
{
    char name[SPOOL_NAME_SIZE];
    struct stat st;

    spool_name_write(name, segment->id);
    segment->fd = openat(spool->directory, name, O_RDWR | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
    if (segment->fd < 0 || fstat(segment->fd, &st) != 0) {
        return -errno;
    }
    if (!S_ISREG(st.st_mode)) {
        return UV_EFTYPE;
    }
    segment->octets = (uint64_t)st.st_size;
    segment->touched_ns = monotonic((int64_t)st.st_mtim.tv_sec * 1000);
    segment->born_ns = segment->touched_ns;
    return 0;
}

/* Has the segment's records, from its end mark or from all of it. */
static int find_records(struct spool *spool, struct spool_segment *segment, uint64_t next_first)
{
    int error;

    if (segment->octets < SPOOL_HEADER_LEN || find_end(segment)) {
        return 0;
    }
    error = scan(spool, segment);
    if (error == 0 && next_first == UINT64_MAX && !spool->walk.closed) {
        segment->active = cut_tail(spool, segment);
        segment->dirty = segment->active;
    }
    return error;
}

/* next_first is where the next segment begins; UINT64_MAX if there is none. */
static int recover(struct spool *spool, struct spool_segment *segment, uint64_t next_first)
{
    int error = open_segment(spool, segment);

    if (error == 0) {
        error = read_header(segment);
    }
    if (error == 0) {
        error = find_records(spool, segment, next_first);
    }
    if (error != 0) {
        return error;
    }
    /* Entries that could not be taken back when they failed: their numbers were given again. */
    if (segment->end > next_first) {
        segment->end = next_first;
    }
    if (!segment->active) {
        close(segment->fd);
        segment->fd = -1;
    }
    spool->stats.octets += segment->octets;
    spool->next = segment->end;
    spool_age_note(&spool->age, segment->id.first, segment->born_ns, 0);
    return 0;
}

static int recover_all(struct spool *spool)
{
    int error = 0;

    for (size_t i = 0; i < spool->n && error == 0; i++) {
        const uint64_t next_first =
            i + 1 < spool->n ? spool->segments[i + 1]->id.first : UINT64_MAX;

        error = recover(spool, spool->segments[i], next_first);
    }
    return error;
}

/* --- All --- */

int spool_recover(struct spool *spool)
{
    int error = list_segments(spool);

    if (error == 0) {
        error = recover_all(spool);
    }
    if (error != 0) {
        return error;
    }
    spool_read_checkpoint(spool);
    for (size_t i = 0; i < spool->n; i++) {
        struct spool_segment *segment = spool->segments[i];

        spool->stats.found += spool_segment_waiting(segment);
        segment->active = segment->active && segment->end == spool->next;
        spool->active = segment->active ? segment : NULL;
    }
    return 0;
}
