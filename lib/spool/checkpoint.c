// SPDX-License-Identifier: Apache-2.0
// The checkpoint of a spool: a file that says which records are done.
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "lib/spool/state.h"

static const char checkpoint[] = "checkpoint";
static const char being_written[] = "checkpoint.new";

/* Copies the state of a segment; false if the checkpoint need not have it. */
static bool copy_words(struct spool *spool, size_t i, struct spool_id *id)
{
    const struct spool_segment *segment;
    bool wanted = false;

    uv_mutex_lock(&spool->state_lock);
    segment = spool->segments[i];
    wanted = !segment->gone && segment->n_done > 0;
    if (wanted) {
        *id = segment->id;
        memcpy(spool->words, segment->done, sizeof(spool->words));
    }
    uv_mutex_unlock(&spool->state_lock);
    return wanted;
}

static int write_block(struct spool *spool, int fd, struct spool_id id)
{
    ssize_t written;

    spool_block_write(spool->block, id, spool->words);
    written = write(fd, spool->block, sizeof(spool->block));
    if (written < 0) {
        return -errno;
    }
    return written < (ssize_t)sizeof(spool->block) ? UV_ENOSPC : 0;
}

static size_t count_segments(struct spool *spool)
{
    size_t n;

    uv_mutex_lock(&spool->state_lock);
    spool->checkpoint_old = false;
    n = spool->n;
    uv_mutex_unlock(&spool->state_lock);
    return n;
}

static int write_blocks(struct spool *spool, int fd)
{
    const size_t n = count_segments(spool);
    struct spool_id id;
    int error = 0;

    for (size_t i = 0; i < n && error == 0; i++) {
        if (copy_words(spool, i, &id)) {
            error = write_block(spool, fd, id);
        }
    }
    return error;
}

int spool_write_checkpoint(struct spool *spool)
{
    const int fd = openat(spool->directory, being_written,
                          O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, S_IRUSR | S_IWUSR);
    int error = fd < 0 ? -errno : write_blocks(spool, fd);

    if (fd >= 0 && close(fd) != 0 && error == 0) {
        error = -errno;
    }
    if (error == 0 &&
        renameat(spool->directory, being_written, spool->directory, checkpoint) != 0) {
        error = -errno;
    }
    if (error != 0) {
        uv_mutex_lock(&spool->state_lock);
        spool->checkpoint_old = true;
        uv_mutex_unlock(&spool->state_lock);
    }
    return error;
}

/* A file that was cut off must not give its number away to other records. */
static void restore(struct spool *spool, struct spool_id id)
{
    for (size_t i = 0; i < spool->n; i++) {
        struct spool_segment *segment = spool->segments[i];

        if (segment->id.first == id.first && segment->id.salt == id.salt) {
            const uint64_t past = spool_segment_restore(segment, spool->words);

            spool->next = past > spool->next ? past : spool->next;
        }
    }
}

void spool_read_checkpoint(struct spool *spool)
{
    const int fd =
        openat(spool->directory, checkpoint, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
    struct spool_id id;

    if (fd < 0) {
        return;
    }
    while (read(fd, spool->block, sizeof(spool->block)) == (ssize_t)sizeof(spool->block)) {
        if (spool_block_read(spool->block, &id, spool->words)) {
            restore(spool, id);
        }
    }
    close(fd);
}
