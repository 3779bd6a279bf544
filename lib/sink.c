// SPDX-License-Identifier: Apache-2.0
// Standard output, or a file that is appended to, as weir opens, writes and mends it.
#include "lib/sink.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <unistd.h>
#include <uv.h>

#include "lib/log.h"
#include "lib/moved_file.h"

enum {
    POLL_MS = 100,
    PIPE_OCTETS = 1 << 20,      /* so many as everybody may have, by default: some batches */
    FILE_WRITE_MAX = 256 << 10, /* octets: writes of some MiB cost several times as much an octet */
};

static int last_error(void)
{
    return uv_translate_sys_error(errno);
}

/* Whether the file ends in something else than a separator; a long one is known by its end. */
static bool is_torn(int fd, struct slice separator)
{
    char tail[64];
    const size_t len = separator.len < sizeof(tail) ? separator.len : sizeof(tail);
    struct stat st;

    if (len == 0 || fstat(fd, &st) < 0 || !S_ISREG(st.st_mode) || st.st_size == 0) {
        return false;
    }
    return pread(fd, tail, len, st.st_size - (off_t)len) != (ssize_t)len ||
           memcmp(tail, separator.data + separator.len - len, len) != 0;
}

/* A file that may not be read is taken to be whole. */
static int end_torn_line(const struct sink *sink, int fd)
{
    const int to_read = open(sink->path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
    ssize_t written;
    bool torn;

    if (to_read < 0) {
        return 0;
    }
    torn = is_torn(to_read, sink->separator);
    close(to_read);
    if (!torn) {
        return 0;
    }
    LOG(WARN, "the file does not end in a separator, so one is written",
        LOG_TEXT("path", sink->path));
    do {
        written = write(fd, sink->separator.data, sink->separator.len);
    } while (written < 0 && errno == EINTR);
    return written < 0 ? last_error() : 0;
}

/* Looks at what fd is, and makes it the sink's. */
static int use_fd(struct sink *sink, int fd)
{
    const int flags = fcntl(fd, F_GETFL);
    struct stat st;

    if (flags < 0 || fstat(fd, &st) < 0) {
        return last_error();
    }
    sink->fd = fd;
    sink->regular = S_ISREG(st.st_mode);
    sink->waits = false;
    if (S_ISFIFO(st.st_mode)) {
        (void)fcntl(fd, F_SETPIPE_SZ, PIPE_OCTETS);
    }
    sink->write_max = sink->regular               ? FILE_WRITE_MAX
                      : (flags & O_NONBLOCK) != 0 ? SSIZE_MAX
                                                  : PIPE_BUF;
    return 0;
}

/* What cmd/main.c puts in the place of a closed one can only be read from. */
static int use_standard_output(struct sink *sink)
{
    const int flags = fcntl(STDOUT_FILENO, F_GETFL);

    if (flags < 0 || (flags & O_ACCMODE) == O_RDONLY) {
        LOG(ERROR, "standard output is closed");
        return UV_EBADF;
    }
    return use_fd(sink, STDOUT_FILENO);
}

static int open_path(struct sink *sink)
{
    const int flags = O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC | O_NOCTTY | O_NONBLOCK;
    const int fd = open(sink->path, flags, 0644);
    int error;

    if (fd < 0) {
        return last_error();
    }
    error = end_torn_line(sink, fd);
    if (error == 0) {
        error = use_fd(sink, fd);
    }
    if (error != 0) {
        close(fd);
    }
    return error;
}

int sink_open(struct sink *sink, const char *path, struct slice separator)
{
    *sink = (struct sink){
        .path = *path == '\0' ? NULL : path,
        .separator = separator,
        .fd = -1,
    };
    return sink->path == NULL ? use_standard_output(sink) : open_path(sink);
}

void sink_close(struct sink *sink)
{
    if (sink->path != NULL && sink->fd >= 0) {
        close(sink->fd);
    }
    sink->fd = -1;
}

int sink_reopen(struct sink *sink)
{
    const int old = sink->fd;
    const int error = open_path(sink);

    if (error == 0) {
        close(old);
    }
    return error;
}

bool sink_moved(const struct sink *sink)
{
    return sink->path != NULL && sink->regular && moved_file(sink->fd, sink->path);
}

static bool is_writable(const struct sink *sink)
{
    struct pollfd p = {.fd = sink->fd, .events = POLLOUT};

    return sink->regular || poll(&p, 1, POLL_MS) > 0;
}

/* What the kernel takes without waiting.  After an error it is not asked again: write() tells. */
static ssize_t write_now(struct sink *sink, const char *octets, size_t len)
{
    const struct iovec part = {(void *)(uintptr_t)octets, len};
    const ssize_t written = pwritev2(sink->fd, &part, 1, -1, RWF_NOWAIT);

    sink->waits = written < 0 && errno != EAGAIN && errno != EINTR;
    return written;
}

/* Some file systems (XFS, btrfs) would have to wait each time, and cannot be polled. */
static bool may_wait(const struct sink *sink)
{
    return sink->regular || sink->waits;
}

ssize_t sink_write(struct sink *sink, const char *octets, size_t len)
{
    ssize_t written = -1;

    if (!is_writable(sink)) {
        return 0;
    }
    if (!may_wait(sink)) {
        written = write_now(sink, octets, len);
    }
    if (may_wait(sink)) {
        written = write(sink->fd, octets, len < sink->write_max ? len : sink->write_max);
    }
    if (written > 0) {
        return written;
    }
    if (written == 0) {
        return UV_EIO;
    }
    return errno == EINTR || errno == EAGAIN ? 0 : last_error();
}

size_t sink_write_at_once(struct sink *sink, const char *octets, size_t len)
{
    const ssize_t written = sink->waits ? 0 : write_now(sink, octets, len);

    return written < 0 ? 0 : (size_t)written;
}

bool sink_cut(struct sink *sink, size_t octets)
{
    const off_t end = lseek(sink->fd, 0, SEEK_CUR);
    const off_t whole = end - (off_t)octets;
    struct stat st;

    if (!sink->regular || whole < 0 || fstat(sink->fd, &st) < 0 || st.st_size != end) {
        return false;
    }
    return ftruncate(sink->fd, whole) == 0 && lseek(sink->fd, whole, SEEK_SET) == whole;
}

const char *sink_name(const struct sink *sink)
{
    return sink->path == NULL ? "standard output" : sink->path;
}
