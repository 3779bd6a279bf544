// SPDX-License-Identifier: Apache-2.0
#ifndef LIB_SINK_H
#define LIB_SINK_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

#include "lib/batch.h"

/*
 * Where octets end: standard output, or a file that is only ever appended to.
 * Errors are negative UV_E codes.
 *
 * If the last line of a file was torn by a crash, opening it ends that line with a
 * separator, so that it spoils no other.  It is not removed: what stands there may
 * be somebody else's.
 */
struct sink {
    const char *path; /* NULL for standard output */
    struct slice separator;
    int fd;
    bool regular;     /* a file on a disk: no write blocks, and it can be cut */
    bool waits;       /* the kernel does not promise to write at once or not at all */
    size_t write_max; /* octets that a write may have and not block, after poll */
};

/*
 * Path (borrowed) may be empty for standard output.  separator is borrowed.  Never
 * blocks: a FIFO without reader is UV_ENXIO.
 */
int sink_open(struct sink *sink, const char *path, struct slice separator);
void sink_close(struct sink *sink);

/* Opens the path anew.  If that fails, the old file stays. */
int sink_reopen(struct sink *sink);

/* Whether the path names another file by now, or none. */
bool sink_moved(const struct sink *sink);

/*
 * Writes some of the octets, and returns how many: 0 if a tenth of a second was not
 * enough to write any.
 */
ssize_t sink_write(struct sink *sink, const char *octets, size_t len);

/*
 * Writes what can be written without any waiting, and returns how many octets that was: 0
 * also after an error, which sink_write() will meet.
 */
size_t sink_write_at_once(struct sink *sink, const char *octets, size_t len);

/*
 * Takes the last octets off the file again.  False if that cannot be, or if
 * somebody else has written behind them.
 */
bool sink_cut(struct sink *sink, size_t octets);

/* The path, for people. */
const char *sink_name(const struct sink *sink);

#endif
