// SPDX-License-Identifier: Apache-2.0
// The end of a spool where records are appended.
#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "lib/spool/state.h"
#include "lib/wall_clock.h"

static int write_all(int fd, const uint8_t *octets, size_t len, uint64_t offset)
{
    while (len > 0) {
        const ssize_t written = pwrite(fd, octets, len, (off_t)offset);

        if (written < 0 && errno != EINTR) {
            return -errno;
        }
        if (written > 0) {
            octets += written;
            offset += (size_t)written;
            len -= (size_t)written;
        }
    }
    return 0;
}

/* --- Segments --- */

/* What is done and not deleted yet goes first, and then the oldest. */
static struct spool_segment *find_victim(const struct spool *spool)
{
    struct spool_segment *oldest = NULL;

    for (size_t i = 0; i < spool->n; i++) {
        struct spool_segment *segment = spool->segments[i];

        if (segment->gone || segment->active) {
            continue;
        }
        if (!spool_segment_holds(segment)) {
            return segment;
        }
        oldest = oldest == NULL ? segment : oldest;
    }
    return oldest;
}

/* Deletes one segment, if so many octets more are too many; false if they are not. */
static bool delete_one(struct spool *spool, size_t len)
{
    struct spool_segment *victim = NULL;
    struct spool_id id = {0};

    uv_mutex_lock(&spool->state_lock);
    if (spool->stats.octets + len > spool->settings.octets_max) {
        victim = find_victim(spool);
    }
    if (victim != NULL) {
        spool_drop(spool, victim, SPOOL_LOSS_OCTETS);
        victim->unlinked = true;
        id = victim->id;
    }
    uv_mutex_unlock(&spool->state_lock);
    if (victim != NULL) {
        (void)spool_unlink(spool, id);
    }
    return victim != NULL;
}

static void make_room(struct spool *spool, size_t len)
{
    while (delete_one(spool, len)) {
    }
}

/* The file of a new segment, with its header.  Returns 0 or UV_E*. */
static int create_file(const struct spool *spool, struct spool_segment *segment)
{
    char name[SPOOL_NAME_SIZE];
    uint8_t header[SPOOL_HEADER_LEN];
    int error;

    spool_name_write(name, segment->id);
    segment->fd =
        openat(spool->directory, name, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, S_IRUSR | S_IWUSR);
    if (segment->fd < 0) {
        return -errno;
    }
    spool_header_write(header, segment->id, wall_clock_ns() / 1000000);
    error = write_all(segment->fd, header, sizeof(header), 0);
    if (error == 0 && spool->settings.sync == SPOOL_SYNC_APPEND && fsync(spool->directory) != 0) {
        error = -errno;
    }
    if (error != 0) {
        (void)spool_unlink(spool, segment->id);
    }
    return error;
}

static int add_active(struct spool *spool, struct spool_segment *segment)
{
    int error;

    segment->octets = SPOOL_HEADER_LEN;
    segment->active = true;
    segment->dirty = true;
    segment->born_ns = (int64_t)uv_hrtime();
    segment->touched_ns = segment->born_ns;
    uv_mutex_lock(&spool->state_lock);
    error = spool_add_segment(spool, segment);
    spool->directory_dirty = true;
    uv_mutex_unlock(&spool->state_lock);
    if (error == 0) {
        spool->active = segment;
    } else {
        (void)spool_unlink(spool, segment->id);
    }
    return error;
}

static int begin_segment(struct spool *spool)
{
    struct spool_id id = {.first = spool->next};
    struct spool_segment *segment;
    int error = uv_random(NULL, NULL, &id.salt, sizeof(id.salt), 0, NULL);

    if (error != 0) {
        return error;
    }
    segment = spool_segment_new(id);
    if (segment == NULL) {
        return UV_ENOMEM;
    }
    error = create_file(spool, segment);
    if (error == 0) {
        error = add_active(spool, segment);
    }
    if (error != 0) {
        spool_segment_free(segment);
    }
    return error;
}

/* Without its end mark, a segment is as good; only it takes longer to open. */
void spool_close_active(struct spool *spool)
{
    struct spool_segment *segment = spool->active;
    uint8_t mark[SPOOL_HEAD_LEN];
    size_t len = sizeof(mark);

    assert(spool->buffered == 0);
    spool_end_write(mark, segment->id, segment->end);
    if (write_all(segment->fd, mark, sizeof(mark), segment->octets) != 0) {
        /* A part that cannot be cut off goes on taking room. */
        len = ftruncate(segment->fd, (off_t)segment->octets) == 0 ? 0 : sizeof(mark);
    }
    uv_mutex_lock(&spool->state_lock);
    segment->octets += len;
    segment->active = false;
    segment->dirty = true;
    spool->stats.octets += len;
    uv_mutex_unlock(&spool->state_lock);
    spool->active = NULL;
}

/* --- Entries --- */

static void note_written(struct spool *spool)
{
    struct spool_segment *segment = spool->active;

    uv_mutex_lock(&spool->state_lock);
    spool_segment_add(segment, spool->buffered);
    segment->octets += spool->used;
    segment->touched_ns = (int64_t)uv_hrtime();
    segment->dirty = spool->settings.sync != SPOOL_SYNC_APPEND;
    spool->stats.octets += spool->used;
    spool->stats.appended += spool->buffered;
    spool_age_note(&spool->age, spool->next, segment->touched_ns, spool_first_held(spool));
    uv_mutex_unlock(&spool->state_lock);
    spool->next += spool->buffered;
}

/* A segment that cannot be cut back gets no more entries: they would stand among the rest. */
static void take_back(struct spool *spool)
{
    struct spool_segment *segment = spool->active;

    if (ftruncate(segment->fd, (off_t)segment->octets) == 0) {
        return;
    }
    uv_mutex_lock(&spool->state_lock);
    segment->active = false;
    uv_mutex_unlock(&spool->state_lock);
    spool->active = NULL;
}

/* Writes what is in the buffer.  If that fails, nothing of it is left.  Returns 0 or UV_E*. */
static int flush(struct spool *spool)
{
    int error;

    if (spool->buffered == 0) {
        return 0;
    }
    make_room(spool, spool->used);
    error = write_all(spool->active->fd, spool->buffer, spool->used, spool->active->octets);
    if (error == 0 && spool->settings.sync == SPOOL_SYNC_APPEND &&
        fdatasync(spool->active->fd) != 0) {
        error = -errno;
    }
    if (error == 0) {
        note_written(spool);
    } else {
        take_back(spool);
    }
    spool->used = 0;
    spool->buffered = 0;
    return error;
}

static bool too_large(struct slice topic, const struct record *record)
{
    return topic.len > SPOOL_TOPIC_MAX || record->key.len > SPOOL_RECORD_MAX ||
           record->value.len > SPOOL_RECORD_MAX ||
           topic.len + record->key.len + record->value.len > SPOOL_RECORD_MAX;
}

/* Whether the active segment takes an entry of len octets more. */
static bool has_room(const struct spool *spool, size_t len)
{
    const struct spool_segment *segment = spool->active;
    const uint64_t count = spool->next + spool->buffered - segment->id.first;

    return count == 0 || (count < SPOOL_SEGMENT_RECORDS &&
                          segment->octets + spool->used + len <= spool->segment_octets);
}

/* Has a segment, and a place in the buffer, for an entry of len octets.  Returns 0 or UV_E*. */
static int prepare(struct spool *spool, size_t len)
{
    const bool close = spool->active != NULL && !has_room(spool, len);
    int error = 0;

    if (close || spool->used + len > SPOOL_BUFFER_OCTETS) {
        error = flush(spool);
    }
    if (error == 0 && close) {
        spool_close_active(spool);
    }
    if (error == 0 && spool->active == NULL) {
        error = begin_segment(spool);
    }
    return error;
}

static int put(struct spool *spool, struct slice topic, const struct record *record)
{
    const size_t len = spool_entry_len(topic, record);
    struct spool_segment *segment;
    uint64_t sequence;
    int error;

    if (too_large(topic, record)) {
        return UV_EMSGSIZE;
    }
    error = prepare(spool, len);
    if (error != 0) {
        return error;
    }
    segment = spool->active;
    sequence = spool->next + spool->buffered;
    if ((sequence - segment->id.first) % SPOOL_STRIDE == 0) {
        spool_segment_note(segment, sequence, segment->octets + spool->used);
    }
    spool_entry_write(spool->buffer + spool->used, segment->id, sequence, topic, record);
    spool->used += len;
    spool->buffered++;
    return 0;
}

int spool_append(struct spool *spool, struct slice topic, const struct record *records, size_t n,
                 struct spool_run *run)
{
    int put_error = 0;
    int flush_error;

    uv_mutex_lock(&spool->append_lock);
    run->first = spool->next;
    for (size_t i = 0; i < n && put_error == 0; i++) {
        put_error = put(spool, topic, &records[i]);
    }
    flush_error = flush(spool);
    spool->failing = flush_error != 0 || (put_error != 0 && put_error != UV_EMSGSIZE);
    run->n = (size_t)(spool->next - run->first);
    uv_mutex_unlock(&spool->append_lock);
    return flush_error != 0 ? flush_error : put_error;
}
