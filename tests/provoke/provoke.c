// SPDX-License-Identifier: Apache-2.0
/* Calls that fail when they are told to. */
#include "tests/provoke/provoke.h"

#include <errno.h>
#include <inttypes.h>
#include <poll.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>

static struct {
    char call[32];
    uint64_t n;
    int error;
    _Atomic uint64_t count;
} told;

void provoke(const char *call, uint64_t n, int error)
{
    (void)snprintf(told.call, sizeof(told.call), "%s", call);
    told.n = n;
    told.error = error;
    atomic_store(&told.count, 0);
}

uint64_t provoke_count(void)
{
    return atomic_load(&told.count);
}

static bool fails(const char *call, const char *family)
{
    if (strcmp(told.call, call) != 0 && strcmp(told.call, family) != 0) {
        return false;
    }
    if (atomic_fetch_add(&told.count, 1) + 1 != told.n) {
        return false;
    }
    errno = told.error;
    return true;
}

#define WRAP(family, type, failed, call, parameters, arguments)                                    \
    type __real_##call parameters;                                                                 \
    type __wrap_##call parameters;                                                                 \
    type __wrap_##call parameters                                                                  \
    {                                                                                              \
        return fails(#call, family) ? (failed) : __real_##call arguments;                          \
    }

/* clang-format off */
WRAP("memory", void *, NULL, malloc, (size_t size), (size))
WRAP("memory", void *, NULL, calloc, (size_t n, size_t size), (n, size))
WRAP("memory", void *, NULL, realloc, (void *old, size_t size), (old, size))
WRAP("memory", char *, NULL, strdup, (const char *text), (text))
WRAP("memory", char *, NULL, strndup, (const char *text, size_t n), (text, n))
WRAP("", FILE *, NULL, fopen, (const char *path, const char *mode), (path, mode))
WRAP("", int, -1, open, (const char *path, int flags, mode_t mode), (path, flags, mode))
WRAP("", int, -1, openat, (int at, const char *path, int flags, mode_t mode), (at, path, flags, mode))
WRAP("", ssize_t, -1, read, (int fd, void *data, size_t len), (fd, data, len))
WRAP("", ssize_t, -1, pread, (int fd, void *data, size_t len, off_t at), (fd, data, len, at))
WRAP("", ssize_t, -1, write, (int fd, const void *data, size_t len), (fd, data, len))
WRAP("", ssize_t, -1, pwrite, (int fd, const void *data, size_t len, off_t at), (fd, data, len, at))
WRAP("", off_t, -1, lseek, (int fd, off_t by, int from), (fd, by, from))
WRAP("", int, -1, fstat, (int fd, struct stat *st), (fd, st))
WRAP("", int, -1, stat, (const char *path, struct stat *st), (path, st))
WRAP("", int, -1, ftruncate, (int fd, off_t len), (fd, len))
WRAP("", int, -1, fsync, (int fd), (fd))
WRAP("", int, -1, fdatasync, (int fd), (fd))
WRAP("", int, -1, rename, (const char *from, const char *to), (from, to))
WRAP("", int, -1, unlink, (const char *path), (path))
WRAP("", int, -1, unlinkat, (int at, const char *path, int flags), (at, path, flags))
WRAP("", int, -1, mkdir, (const char *path, mode_t mode), (path, mode))
WRAP("", int, -1, poll, (struct pollfd *fds, nfds_t n, int timeout), (fds, n, timeout))
WRAP("", int, -1, socket, (int family, int type, int protocol), (family, type, protocol))
WRAP("", int, -1, bind, (int fd, const struct sockaddr *addr, socklen_t len), (fd, addr, len))
WRAP("", int, -1, setsockopt, (int fd, int level, int name, const void *value, socklen_t len),
     (fd, level, name, value, len))
WRAP("", int, -1, getsockopt, (int fd, int level, int name, void *value, socklen_t *len),
     (fd, level, name, value, len))
WRAP("", int, -1, recvmmsg,
     (int fd, struct mmsghdr *messages, unsigned n, int flags, struct timespec *timeout),
     (fd, messages, n, flags, timeout))
WRAP("", int, -1, sendmmsg, (int fd, struct mmsghdr *messages, unsigned n, int flags),
     (fd, messages, n, flags))
WRAP("", ssize_t, -1, getrandom, (void *data, size_t len, unsigned flags), (data, len, flags))
/* clang-format on */

static int error_of(const char *name)
{
    static const struct {
        const char *name;
        int error;
    } errors[] = {
        {"EINTR", EINTR}, {"EAGAIN", EAGAIN}, {"ENOMEM", ENOMEM}, {"ENOSPC", ENOSPC},
        {"EIO", EIO},     {"EMFILE", EMFILE}, {"EPIPE", EPIPE},
    };

    for (size_t i = 0; i < sizeof(errors) / sizeof(errors[0]); i++) {
        if (strcmp(errors[i].name, name) == 0) {
            return errors[i].error;
        }
    }
    return EINVAL;
}

__attribute__((constructor)) static void read_environment(void)
{
    const char *words = getenv("WEIR_PROVOKE");
    char call[sizeof(told.call)];
    char error[16];
    uint64_t n;

    if (words != NULL && sscanf(words, "%31s %" SCNu64 " %15s", call, &n, error) == 3) {
        provoke(call, n, error_of(error));
    }
}

__attribute__((destructor)) static void write_count(void)
{
    const char *path = getenv("WEIR_PROVOKE_COUNT");
    FILE *file = path == NULL ? NULL : __real_fopen(path, "w");

    if (file != NULL) {
        (void)fprintf(file, "%" PRIu64 "\n", provoke_count());
        (void)fclose(file);
    }
}
