// SPDX-License-Identifier: Apache-2.0
// A walk over a segment's entries, past what is damaged.
#include "lib/spool/walk.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <uv.h>

#include "lib/spool/spool.h"

enum {
    CHUNK = 1 << 18,
    WINDOW = SPOOL_HEAD_LEN + SPOOL_RECORD_MAX + CHUNK,
    PAGE = 4096,
};

int spool_walk_open(struct spool_walk *walk)
{
    *walk = (struct spool_walk){.fd = -1, .window = malloc(WINDOW)};
    return walk->window == NULL ? UV_ENOMEM : 0;
}

void spool_walk_close(struct spool_walk *walk)
{
    free(walk->window);
    walk->window = NULL;
}

void spool_walk_start(struct spool_walk *walk, int fd, struct spool_id id, uint64_t offset,
                      uint64_t sequence)
{
    walk->fd = fd;
    walk->id = id;
    walk->offset = offset;
    walk->end = offset;
    walk->sequence = sequence;
    walk->closed = false;
    walk->window_len = 0;
}

static ssize_t read_once(int fd, uint8_t *out, size_t len, uint64_t offset)
{
    ssize_t got;

    do {
        got = pread(fd, out, len, (off_t)offset);
    } while (got < 0 && errno == EINTR);
    return got < 0 ? -errno : got;
}

/* A sector that cannot be read costs its page, which is then damage like any other. */
static ssize_t read_some(int fd, uint8_t *out, size_t len, uint64_t offset)
{
    const size_t to_page_end = PAGE - offset % PAGE;
    ssize_t got = read_once(fd, out, len, offset);

    if (got != UV_EIO) {
        return got;
    }
    len = len < to_page_end ? len : to_page_end;
    got = read_once(fd, out, len, offset);
    if (got == UV_EIO) {
        memset(out, 0, len);
        got = (ssize_t)len;
    }
    return got;
}

static size_t in_window(const struct spool_walk *walk)
{
    const uint64_t window_end = walk->window_at + walk->window_len;

    return walk->offset < walk->window_at || walk->offset >= window_end
               ? 0
               : (size_t)(window_end - walk->offset);
}

/* Has len octets from offset on in the window, or as many as there are; returns 0 or UV_E*. */
static int fill(struct spool_walk *walk, size_t len)
{
    const uint64_t left = walk->limit > walk->offset ? walk->limit - walk->offset : 0;
    const size_t wanted = len > CHUNK ? len : CHUNK;
    const size_t most = left < wanted ? (size_t)left : wanted;
    ssize_t got = 1;

    if (in_window(walk) >= len) {
        return 0;
    }
    walk->window_at = walk->offset;
    walk->window_len = 0;
    while (walk->window_len < most && got > 0) {
        got = read_some(walk->fd, walk->window + walk->window_len, most - walk->window_len,
                        walk->window_at + walk->window_len);
        walk->window_len += got > 0 ? (size_t)got : 0;
    }
    return got < 0 ? (int)got : 0;
}

static const uint8_t *octets(const struct spool_walk *walk)
{
    return walk->window + (walk->offset - walk->window_at);
}

/* Has the next whole head that there may be at offset.  1, 0 at the end, or UV_E*. */
static int search(struct spool_walk *walk)
{
    const uint8_t *found = NULL;

    walk->offset++;
    while (found == NULL) {
        const int error = fill(walk, SPOOL_HEAD_LEN);
        const size_t held = in_window(walk);
        size_t places;

        if (error != 0 || held < SPOOL_HEAD_LEN) {
            return error;
        }
        places = held - SPOOL_HEAD_LEN + 1;
        found = spool_head_find(octets(walk), places);
        walk->offset += found == NULL ? places : (size_t)(found - octets(walk));
    }
    return 1;
}

static bool sequence_possible(const struct spool_walk *walk, const struct spool_head *head)
{
    const uint64_t last = walk->id.first + SPOOL_SEGMENT_RECORDS - (head->end ? 0 : 1);

    return head->sequence >= walk->sequence && head->sequence <= last;
}

/* Takes the entry at offset, if it is one.  1, 0 if it is none, or UV_E*. */
static int take(struct spool_walk *walk)
{
    struct spool_head head;
    size_t len;
    int error;

    if (!spool_head_read(octets(walk), walk->id, &head) || !sequence_possible(walk, &head)) {
        return 0;
    }
    len = SPOOL_HEAD_LEN + spool_body_len(&head);
    error = fill(walk, len);
    if (error != 0 || in_window(walk) < len) {
        return error;
    }
    walk->head = head;
    walk->body = octets(walk) + SPOOL_HEAD_LEN;
    walk->at = walk->offset;
    walk->offset += len;
    walk->end = walk->offset;
    walk->closed = head.end;
    walk->sequence = head.sequence + (head.end ? 0 : 1);
    return 1;
}

int spool_walk_next(struct spool_walk *walk)
{
    const int error = fill(walk, SPOOL_HEAD_LEN);
    int found;

    if (error != 0 || walk->closed || in_window(walk) < SPOOL_HEAD_LEN) {
        return error;
    }
    for (found = take(walk); found == 0; found = take(walk)) {
        const int more = search(walk);

        if (more <= 0) {
            return more;
        }
    }
    return walk->closed ? 0 : found;
}
