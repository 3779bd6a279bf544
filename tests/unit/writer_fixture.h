// SPDX-License-Identifier: Apache-2.0
#ifndef TESTS_UNIT_WRITER_FIXTURE_H
#define TESTS_UNIT_WRITER_FIXTURE_H

#include <stdbool.h>
#include <stddef.h>

#include "lib/fd_writer.h"

/*
 * What the tests of fd_writer share: lines that can be told from each other, the
 * threads that send them, and the account of what arrived.
 */
enum { SENDERS = 4, LINES_MAX = 400000 };

/* A writer under test, in a directory of its own. */
struct writer_fixture {
    struct transport transport;
    struct fd_writer *writer;
    uint64_t linger_ns; /* 0, until a test changes it */
    _Atomic unsigned ended; /* calls */
    char directory[64];
    char path[96];           /* of a file that does not exist yet */
    size_t arrived[SENDERS]; /* lines of each sender that were seen, in order */
};

/* cmocka's setup and teardown; *state becomes the fixture, which also serves standard output. */
int writer_setup(void **state);
int writer_teardown(void **state);

/* Makes standard output the descriptor fd, which it closes, until writer_teardown(). */
void writer_redirect_stdout(int fd);

/* Opens the writer on path ("" for standard output) with newlines; it must work. */
void writer_open(struct writer_fixture *f, const char *path);

/* Closes the writer; every record that it took must be delivered or lost by now. */
void writer_close(struct writer_fixture *f, unsigned timeout_ms);

/*
 * Sends lines from first to last - 1 of a sender.  Returns how many were taken: all, if it may
 * wait.
 */
size_t writer_send(struct writer_fixture *f, unsigned sender, size_t first, size_t last, bool wait);

/*
 * Sends so many lines of each sender, each from its own thread, while the caller does meanwhile(f).
 */
void writer_send_all(struct writer_fixture *f, size_t lines,
                     void (*meanwhile)(struct writer_fixture *f));

/*
 * Reads a file to its end.  Each of its lines must be whole, and the next of its
 * sender.  Returns the octets behind the last newline.
 */
size_t writer_read_lines(struct writer_fixture *f, int fd);
void writer_read_file(struct writer_fixture *f, const char *path);

/* Waits until the condition holds; fails after half a minute. */
#define WAIT_UNTIL(condition)                                                                      \
    for (int waits = 0; !(condition); waits++) {                                                   \
        assert_true(waits < 30000);                                                                \
        uv_sleep(1);                                                                               \
    }

#endif
