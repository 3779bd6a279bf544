// SPDX-License-Identifier: Apache-2.0
// The writer before files: full, moved, removed, torn.
#include "lib/fd_writer.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <unistd.h>

#include <cmocka.h>

#include "tests/unit/writer_fixture.h"

enum { MOVES = 40 };

static size_t file_size(const char *path)
{
    struct stat st;

    return stat(path, &st) == 0 ? (size_t)st.st_size : SIZE_MAX;
}

static void limit_file_size(rlim_t octets)
{
    struct rlimit limit;

    assert_int_equal(getrlimit(RLIMIT_FSIZE, &limit), 0);
    limit.rlim_cur = octets < limit.rlim_max ? octets : limit.rlim_max;
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &limit), 0);
}

/*
 * A disk that is full amid a record: the file holds whole lines, and goes on when there is space.
 */
static void test_cut_back(void **state)
{
    struct writer_fixture *f = *state;

    limit_file_size(10007);
    writer_open(f, f->path);
    assert_int_equal(writer_send(f, 0, 0, 1000, false), 1000);
    WAIT_UNTIL(f->transport.delivered > 0 && file_size(f->path) < 10007);
    writer_read_file(f, f->path);
    assert_true(f->arrived[0] > 0 && f->arrived[0] < 1000);
    assert_int_equal(f->arrived[0], f->transport.delivered);
    limit_file_size(RLIM_INFINITY);
    writer_close(f, 30000);
    assert_int_equal(f->transport.delivered, 1000);
    f->arrived[0] = 0;
    writer_read_file(f, f->path);
    assert_int_equal(f->arrived[0], 1000);
}

/* The way out of a full disk: the file goes elsewhere, and nothing is lost. */
static void test_reopen_when_full(void **state)
{
    struct writer_fixture *f = *state;
    char moved[128];

    snprintf(moved, sizeof(moved), "%s.1", f->path);
    limit_file_size(10007);
    writer_open(f, f->path);
    assert_int_equal(writer_send(f, 0, 0, 300, false), 300);
    WAIT_UNTIL(f->transport.delivered > 0 && file_size(f->path) < 10007);
    rename(f->path, moved);
    fd_writer_reopen(f->writer);
    WAIT_UNTIL(f->transport.delivered == 300);
    limit_file_size(RLIM_INFINITY);
    writer_close(f, 30000);
    writer_read_file(f, moved);
    writer_read_file(f, f->path);
    assert_int_equal(f->arrived[0], 300);
}

/* While this is set, a write that must not wait writes nothing, as on XFS and btrfs. */
static atomic_bool would_wait;

ssize_t __real_pwritev2(int fd, const struct iovec *parts, int n, off_t offset, int flags);
ssize_t __wrap_pwritev2(int fd, const struct iovec *parts, int n, off_t offset, int flags);
ssize_t __wrap_pwritev2(int fd, const struct iovec *parts, int n, off_t offset, int flags)
{
    if (would_wait && (flags & RWF_NOWAIT) != 0) {
        errno = EAGAIN;
        return -1;
    }
    return __real_pwritev2(fd, parts, n, offset, flags);
}

static void test_file_system_that_waits(void **state)
{
    struct writer_fixture *f = *state;

    would_wait = true;
    writer_open(f, f->path);
    assert_int_equal(writer_send(f, 0, 0, 300, false), 300);
    WAIT_UNTIL(f->transport.delivered == 300);
    would_wait = false;
    writer_close(f, 30000);
    writer_read_file(f, f->path);
    assert_int_equal(f->arrived[0], 300);
}

static void moved_path(const struct writer_fixture *f, int number, char path[static 128])
{
    snprintf(path, 128, "%s.%d", f->path, number);
}

/* What logrotate does, again and again. */
static void move_and_reopen(struct writer_fixture *f)
{
    char moved[128];

    for (int i = 0; i < MOVES; i++) {
        moved_path(f, i, moved);
        assert_int_equal(rename(f->path, moved), 0);
        fd_writer_reopen(f->writer);
        WAIT_UNTIL(access(f->path, F_OK) == 0);
    }
}

static void test_reopen_under_load(void **state)
{
    enum { LINES = 100000 };
    struct writer_fixture *f = *state;
    char moved[128];

    writer_open(f, f->path);
    writer_send_all(f, LINES, move_and_reopen);
    writer_close(f, 30000);
    for (int i = 0; i < MOVES; i++) {
        moved_path(f, i, moved);
        writer_read_file(f, moved);
    }
    writer_read_file(f, f->path);
    assert_int_equal(f->transport.delivered, SENDERS * LINES);
    for (int i = 0; i < SENDERS; i++) {
        assert_int_equal(f->arrived[i], LINES);
    }
}

static size_t open_descriptors(void)
{
    DIR *directory = opendir("/proc/self/fd");
    size_t n = 0;

    assert_non_null(directory);
    while (readdir(directory) != NULL) {
        n++;
    }
    closedir(directory);
    return n;
}

static void reopen_a_thousand_times(struct writer_fixture *f)
{
    for (int i = 0; i < 1000; i++) {
        fd_writer_reopen(f->writer);
    }
}

static void test_many_reopens(void **state)
{
    enum { LINES = 20000 };
    struct writer_fixture *f = *state;
    const size_t descriptors = open_descriptors();

    writer_open(f, f->path);
    writer_send_all(f, LINES, reopen_a_thousand_times);
    writer_close(f, 30000);
    assert_int_equal(open_descriptors(), descriptors);
    writer_read_file(f, f->path);
    assert_int_equal(f->arrived[0] + f->arrived[1] + f->arrived[2] + f->arrived[3],
                     SENDERS * LINES);
}

/* Nobody says so, but the path names no file any more. */
static void test_removed(void **state)
{
    struct writer_fixture *f = *state;

    writer_open(f, f->path);
    assert_int_equal(unlink(f->path), 0);
    WAIT_UNTIL(access(f->path, F_OK) == 0);
    writer_send(f, 0, 0, 100, true);
    writer_close(f, 30000);
    writer_read_file(f, f->path);
    assert_int_equal(f->arrived[0], 100);
}

static void test_replaced(void **state)
{
    struct writer_fixture *f = *state;
    char moved[128];
    int fd;

    moved_path(f, 1, moved);
    writer_open(f, f->path);
    writer_send(f, 0, 0, 10, true);
    WAIT_UNTIL(f->transport.delivered == 10);
    assert_int_equal(rename(f->path, moved), 0);
    fd = open(f->path, O_WRONLY | O_CREAT | O_EXCL, 0600);
    assert_true(write(fd, "torn", 4) == 4);
    close(fd);
    WAIT_UNTIL(file_size(f->path) == sizeof("torn\n") - 1);
    writer_close(f, 30000);
    writer_read_file(f, moved);
    assert_int_equal(f->arrived[0], 10);
}

/* The directory goes and comes back: the old file takes the lines meanwhile. */
static void test_reopen_fails(void **state)
{
    struct writer_fixture *f = *state;
    char moved[128];
    char old[160];

    snprintf(moved, sizeof(moved), "%s.moved", f->directory);
    snprintf(old, sizeof(old), "%s/out", moved);
    writer_open(f, f->path);
    assert_int_equal(rename(f->directory, moved), 0);
    fd_writer_reopen(f->writer);
    writer_send(f, 0, 0, 10, true);
    WAIT_UNTIL(f->transport.delivered == 10);
    writer_read_file(f, old);
    assert_int_equal(f->arrived[0], 10);
    assert_int_equal(mkdir(f->directory, 0700), 0);
    WAIT_UNTIL(access(f->path, F_OK) == 0);
    writer_send(f, 0, 10, 20, true);
    writer_close(f, 30000);
    writer_read_file(f, f->path);
    assert_int_equal(f->arrived[0], 20);
    assert_int_equal(unlink(old) | rmdir(moved), 0);
}

static void assert_file(const char *path, const char *expected)
{
    char text[64] = "";
    const int fd = open(path, O_RDONLY);

    assert_true(read(fd, text, sizeof(text) - 1) >= 0);
    close(fd);
    assert_string_equal(text, expected);
}

/* What a file holds at first, and after two runs of one record "0 0 ". */
static void test_torn_line(void **state)
{
    static const struct {
        struct slice separator;
        const char *before;
        const char *after;
    } cases[] = {
        {{"\n", 1}, "", "0 0 \n0 0 \n"},           {{"\n", 1}, "whole\n", "whole\n0 0 \n0 0 \n"},
        {{"\n", 1}, "torn", "torn\n0 0 \n0 0 \n"}, {{"\r\n", 2}, "a", "a\r\n0 0 \r\n0 0 \r\n"},
        {{"", 0}, "torn", "torn0 0 0 0 "},
    };
    struct writer_fixture *f = *state;
    FILE *file;

    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        file = fopen(f->path, "w");
        fputs(cases[i].before, file);
        fclose(file);
        f->transport.separator = cases[i].separator;
        for (int run = 0; run < 2; run++) {
            writer_open(f, f->path);
            assert_int_equal(writer_send(f, 0, 0, 1, true), 1);
            writer_close(f, 30000);
        }
        assert_file(f->path, cases[i].after);
    }
}

/* Few records wait for their time, many do not, and an end waits for nothing. */
static void test_linger(void **state)
{
    enum { FEW = 100, MANY = 40000 };
    struct writer_fixture *f = *state;

    f->linger_ns = UINT64_C(3600000000000);
    writer_open(f, f->path);
    assert_int_equal(writer_send(f, 0, 0, FEW, false), FEW);
    uv_sleep(20);
    assert_int_equal(f->transport.delivered, 0);
    assert_int_equal(writer_send(f, 0, FEW, MANY, false), MANY - FEW);
    WAIT_UNTIL(f->transport.delivered > FEW);
    writer_close(f, 30000);
    f->linger_ns = 1000000;
    writer_open(f, f->path);
    assert_int_equal(writer_send(f, 0, MANY, MANY + FEW, false), FEW);
    WAIT_UNTIL(f->transport.delivered == MANY + FEW);
    writer_close(f, 30000);
    writer_read_file(f, f->path);
    assert_int_equal(f->arrived[0], MANY + FEW);
}

/* Records that wait may go to a file of another name, as those that come after them. */
static void test_linger_and_reopen(void **state)
{
    struct writer_fixture *f = *state;
    char moved[128];

    moved_path(f, 1, moved);
    f->linger_ns = UINT64_C(3600000000000);
    writer_open(f, f->path);
    assert_int_equal(writer_send(f, 0, 0, 10, false), 10);
    assert_int_equal(rename(f->path, moved), 0);
    fd_writer_reopen(f->writer);
    WAIT_UNTIL(access(f->path, F_OK) == 0);
    writer_close(f, 30000);
    writer_read_file(f, moved);
    writer_read_file(f, f->path);
    assert_int_equal(f->arrived[0], 10);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, writer_setup, writer_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_file_system_that_waits),
        TEST(test_cut_back),
        TEST(test_reopen_when_full),
        TEST(test_reopen_under_load),
        TEST(test_many_reopens),
        TEST(test_removed),
        TEST(test_replaced),
        TEST(test_reopen_fails),
        TEST(test_torn_line),
        TEST(test_linger),
        TEST(test_linger_and_reopen),
    };

    return cmocka_run_group_tests_name("fd_writer_file", tests, NULL, NULL);
}
