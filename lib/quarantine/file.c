// SPDX-License-Identifier: Apache-2.0
/* The two files of a quarantine: opened, mended, appended to, and turned over. */
#include "lib/quarantine/file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <uv.h>

#include "lib/quarantine/pcapng.h"

static int last_error(void)
{
    return uv_translate_sys_error(errno);
}

static void close_fd(struct quarantine_file *file)
{
    if (file->fd >= 0) {
        (void)close(file->fd);
    }
    file->fd = -1;
}

/* Writes at the end, or leaves it where it was. */
static int write_at_end(struct quarantine_file *file, const uint8_t *octets, size_t len)
{
    size_t written = 0;

    while (written < len) {
        const ssize_t n =
            pwrite(file->fd, octets + written, len - written, (off_t)(file->size + written));

        if (n < 0 && errno != EINTR) {
            const int error = last_error();

            return ftruncate(file->fd, (off_t)file->size) == 0 ? error : last_error();
        }
        written += n < 0 ? 0 : (size_t)n;
    }
    file->size += len;
    return 0;
}

static size_t read_at(const struct quarantine_file *file, uint64_t at, uint8_t *octets, size_t len)
{
    ssize_t n;

    do {
        n = pread(file->fd, octets, len, (off_t)at);
    } while (n < 0 && errno == EINTR);
    return n < 0 ? 0 : (size_t)n;
}

/* The length of the whole block at this place; 0 if there is none. */
static size_t whole_block(const struct quarantine_file *file, uint64_t at)
{
    uint8_t prefix[PCAPNG_PREFIX_LEN];
    uint8_t suffix[PCAPNG_SUFFIX_LEN];
    size_t len;

    if (read_at(file, at, prefix, sizeof(prefix)) < sizeof(prefix)) {
        return 0;
    }
    len = pcapng_block_len(prefix);
    if (len == 0 ||
        read_at(file, at + len - sizeof(suffix), suffix, sizeof(suffix)) < sizeof(suffix)) {
        return 0;
    }
    return pcapng_block_ends(suffix, len) ? len : 0;
}

/* Goes on behind the last whole block. */
static int mend(struct quarantine_file *file, size_t head_len)
{
    size_t len;

    file->size = head_len;
    while ((len = whole_block(file, file->size)) > 0) {
        file->size += len;
    }
    return ftruncate(file->fd, (off_t)file->size) < 0 ? last_error() : 0;
}

/* What is known of what stands in the file. */
enum content {
    CONTENT_NONE,
    CONTENT_OURS,
    CONTENT_CAPTURE, /* which cannot be continued */
    CONTENT_OTHER,
};

static enum content content_of(const struct quarantine_file *file, const uint8_t *head, size_t len)
{
    uint8_t found[PCAPNG_HEAD_MAX];
    const size_t n = read_at(file, 0, found, len);

    if (n == 0) {
        return CONTENT_NONE;
    }
    if (n == len && memcmp(found, head, len) == 0) {
        return CONTENT_OURS;
    }
    return n >= PCAPNG_TYPE_LEN && memcmp(found, head, PCAPNG_TYPE_LEN) == 0 ? CONTENT_CAPTURE
                                                                             : CONTENT_OTHER;
}

static int open_path(struct quarantine_file *file)
{
    const int flags = O_RDWR | O_CREAT | O_CLOEXEC | O_NOCTTY | O_NONBLOCK;
    struct stat st;

    file->fd = open(file->path, flags, 0640);
    if (file->fd < 0 || fstat(file->fd, &st) < 0) {
        return last_error();
    }
    return S_ISREG(st.st_mode) ? 0 : UV_EINVAL;
}

static int turn_over(struct quarantine_file *file)
{
    close_fd(file);
    return rename(file->path, file->older) < 0 ? last_error() : 0;
}

static int begin(struct quarantine_file *file, const uint8_t *head, size_t len)
{
    file->size = 0;
    return write_at_end(file, head, len);
}

/* One that cannot be continued makes way once. */
static int open_once(struct quarantine_file *file, bool may_turn)
{
    uint8_t head[PCAPNG_HEAD_MAX];
    const size_t len = pcapng_write_head(head);
    int error = open_path(file);

    if (error != 0) {
        return error;
    }
    switch (content_of(file, head, len)) {
    case CONTENT_NONE:
        return begin(file, head, len);
    case CONTENT_OURS:
        return mend(file, len);
    case CONTENT_CAPTURE:
        error = may_turn ? turn_over(file) : UV_EEXIST;
        return error != 0 ? error : open_once(file, false);
    case CONTENT_OTHER:
        break;
    }
    return UV_EEXIST;
}

int quarantine_file_reopen(struct quarantine_file *file)
{
    int error;

    close_fd(file);
    error = open_once(file, true);
    if (error != 0) {
        close_fd(file);
    }
    return error;
}

static char *make_older(const char *path)
{
    const size_t size = strlen(path) + sizeof(".1");
    char *older = malloc(size);

    if (older != NULL) {
        (void)snprintf(older, size, "%s.1", path);
    }
    return older;
}

int quarantine_file_open(struct quarantine_file *file, const char *path, uint64_t max)
{
    *file = (struct quarantine_file){.path = path, .older = make_older(path), .max = max, .fd = -1};
    return file->older == NULL ? UV_ENOMEM : quarantine_file_reopen(file);
}

void quarantine_file_close(struct quarantine_file *file)
{
    close_fd(file);
    free(file->older);
    file->older = NULL;
}

int quarantine_file_append(struct quarantine_file *file, const uint8_t *blocks, size_t len)
{
    int error = file->fd < 0 ? quarantine_file_reopen(file) : 0;

    if (error == 0 && file->size + len > file->max) {
        error = turn_over(file);
        error = error == 0 ? quarantine_file_reopen(file) : error;
    }
    return error != 0 ? error : write_at_end(file, blocks, len);
}
