// SPDX-License-Identifier: Apache-2.0
// The writer before pipes: slow, full, closed.
#include "lib/fd_writer.h"

#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "tests/unit/writer_fixture.h"

/* Standard output becomes a pipe of one page; returns its other end. */
static int pipe_stdout(int flags)
{
    int ends[2];

    assert_int_equal(pipe2(ends, 0), 0);
    assert_int_equal(fcntl(ends[1], F_SETFL, flags), 0);
    assert_true(fcntl(ends[1], F_SETPIPE_SZ, 4096) > 0);
    writer_redirect_stdout(ends[1]);
    return ends[0];
}

static uint64_t lost(const struct writer_fixture *f, enum transport_loss why)
{
    return f->transport.lost[why];
}

/* Late, so that the writer meets a full pipe. */
static void read_to_end(void *arg)
{
    struct writer_fixture *f = ((void **)arg)[0];
    const int fd = *(int *)((void **)arg)[1];

    uv_sleep(300);
    assert_int_equal(writer_read_lines(f, fd), 0);
}

static void do_nothing(struct writer_fixture *f)
{
    (void)f;
}

/* All lines of all senders go through a pipe to a reader. */
static void assert_pipe_works(struct writer_fixture *f, int flags)
{
    enum { LINES = 30000 };
    int fd = pipe_stdout(flags);
    void *arguments[] = {f, &fd};
    uv_thread_t reader;

    writer_open(f, "");
    assert_int_equal(uv_thread_create(&reader, read_to_end, arguments), 0);
    writer_send_all(f, LINES, do_nothing);
    writer_close(f, 30000);
    close(STDOUT_FILENO);
    uv_thread_join(&reader);
    close(fd);
    assert_int_equal(f->transport.delivered, SENDERS * LINES);
    for (int i = 0; i < SENDERS; i++) {
        assert_int_equal(f->arrived[i], LINES);
    }
}

static void test_pipe(void **state)
{
    assert_pipe_works(*state, 0);
}

static void test_nonblocking_pipe(void **state)
{
    assert_pipe_works(*state, O_NONBLOCK);
}

/* Nobody reads: the buffer fills, send refuses, and closing comes to an end. */
static void test_full_pipe(void **state)
{
    struct writer_fixture *f = *state;
    const int fd = pipe_stdout(0);
    size_t taken;

    writer_open(f, "");
    taken = writer_send(f, 0, 0, LINES_MAX, false);
    assert_true(taken > 0 && taken < LINES_MAX);
    assert_int_equal(writer_send(f, 0, 0, 1, false), 0);
    writer_close(f, 50);
    close(STDOUT_FILENO);
    assert_true(f->transport.delivered > 0);
    assert_int_equal(f->transport.delivered + lost(f, TRANSPORT_SHUTDOWN), taken);
    writer_read_lines(f, fd);
    assert_int_equal(f->arrived[0], f->transport.delivered);
    close(fd);
}

static void test_closed_pipe(void **state)
{
    struct writer_fixture *f = *state;

    close(pipe_stdout(0));
    writer_open(f, "");
    assert_int_equal(writer_send(f, 0, 0, 1000, true), 1000);
    WAIT_UNTIL(f->ended);
    assert_int_equal(writer_send(f, 0, 0, LINES_MAX, true), LINES_MAX);
    fd_writer_wait(f->writer);
    writer_close(f, 0);
    assert_int_equal(f->ended, 1);
    assert_int_equal(f->transport.delivered, 0);
    assert_int_equal(lost(f, TRANSPORT_CLOSED), 1000 + LINES_MAX);
}

static void test_full_device(void **state)
{
    struct writer_fixture *f = *state;
    size_t taken;

    writer_open(f, "/dev/full");
    taken = writer_send(f, 0, 0, LINES_MAX, false);
    assert_true(taken > 0 && taken < LINES_MAX);
    writer_close(f, 10);
    assert_int_equal(f->transport.delivered, 0);
    assert_int_equal(lost(f, TRANSPORT_SHUTDOWN), taken);
    assert_int_equal(f->ended, 0);
}

static void test_open_fails(void **state)
{
    struct writer_fixture *f = *state;
    char inside[128];

    snprintf(inside, sizeof(inside), "%s/none/out", f->directory);
    assert_int_equal(fd_writer_open(&f->writer, &f->transport, inside, 0), UV_ENOENT);
    assert_int_equal(fd_writer_open(&f->writer, &f->transport, f->directory, 0), UV_EISDIR);
    assert_int_equal(mkfifo(f->path, 0600), 0);
    assert_int_equal(fd_writer_open(&f->writer, &f->transport, f->path, 0), UV_ENXIO);
    writer_redirect_stdout(open("/dev/null", O_WRONLY));
    close(STDOUT_FILENO);
    assert_int_equal(fd_writer_open(&f->writer, &f->transport, "", 0), UV_EBADF);
}

/* A record that could never be taken must not be offered for ever. */
static void test_too_large(void **state)
{
    enum { LARGE = 5 << 20 };
    struct writer_fixture *f = *state;
    struct batch batch;

    writer_open(f, f->path);
    assert_int_equal(batch_open(&batch, LARGE + 64, f->transport.separator), 0);
    memset(batch_room(&batch, LARGE), 'x', LARGE);
    batch_add(&batch, LARGE, 0);
    memcpy(batch_room(&batch, 4), "0 0 ", 4);
    batch_add(&batch, 4, 0);
    assert_int_equal(fd_writer_send(f->writer, &batch, 0), 1);
    assert_int_equal(fd_writer_send(f->writer, &batch, 1), 1);
    f->transport.taken = 2;
    batch_close(&batch);
    writer_close(f, 30000);
    assert_int_equal(lost(f, TRANSPORT_TOO_LARGE), 1);
    writer_read_file(f, f->path);
    assert_int_equal(f->arrived[0], 1);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, writer_setup, writer_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_pipe),        TEST(test_nonblocking_pipe), TEST(test_full_pipe),
        TEST(test_closed_pipe), TEST(test_full_device),      TEST(test_open_fails),
        TEST(test_too_large),
    };

    return cmocka_run_group_tests_name("fd_writer", tests, NULL, NULL);
}
