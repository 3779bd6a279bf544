// SPDX-License-Identifier: Apache-2.0
#ifndef LIB_FD_WRITER_H
#define LIB_FD_WRITER_H

#include "lib/batch.h"
#include "lib/transport.h"

/*
 * A bounded buffer and one thread before a file descriptor, so that neither a
 * full pipe nor a slow disk stops a worker.  Records leave whole and in order.
 * The process must ignore SIGPIPE and SIGXFSZ.
 *
 * - What cannot be written now (disk full, say) is tried again each second; meanwhile
 *   the buffer fills, and send refuses.  A regular file is cut back to its last
 *   whole record.
 * - Where nobody reads any more (EPIPE), all records are lost by CLOSED, and the
 *   transport's ended is called, once, from the writer's thread.
 * - A file that was renamed or removed is opened anew within a second.
 */
struct fd_writer;

/*
 * Opens path (borrowed), or standard output if path is empty, and starts the thread.
 * t is told of the end of each record, and its separator must be set.  Into a regular file
 * records are written at the latest linger_ns after they came, sooner if they are many; into
 * all else at once.  Returns 0 or UV_E*, logged.
 */
int fd_writer_open(struct fd_writer **writer, struct transport *t, const char *path,
                   uint64_t linger_ns);

/* As transport_ops.send: from any thread, and without waiting. */
size_t fd_writer_send(struct fd_writer *w, const struct batch *batch, size_t first);

/* As transport_ops.crowded. */
bool fd_writer_crowded(const struct fd_writer *w);

/* As transport_ops.wait: from any thread. */
void fd_writer_wait(struct fd_writer *w);

/*
 * Asks for the path to be opened anew between two records; of many requests at
 * once, one may serve all.  Returns at once.  If it fails, that is logged, the old
 * file stays, and each second it is tried again.
 */
void fd_writer_reopen(struct fd_writer *w);

/*
 * Writes what is held, for at most timeout_ms; what is left is lost by SHUTDOWN.
 * Frees the writer.  Only a disk that does not answer can hold it up for longer.
 */
void fd_writer_close(struct fd_writer *w, unsigned timeout_ms);

#endif
