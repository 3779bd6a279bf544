// SPDX-License-Identifier: Apache-2.0
// The dead-letter file: moved away, full, or on a disk that is.
#include "transports/kafka_dead_letter.h"

#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "lib/log.h"

enum { PATH_SIZE = 64, LETTERS_OCTETS = 1 << 16, LETTER_OCTETS = 200 };

static char folder[PATH_SIZE / 2];
static char path[PATH_SIZE];
static char moved[PATH_SIZE];

static int make_folder(void **state)
{
    (void)state;
    log_set_level(LOG_LEVEL_ERROR + 1);
    (void)signal(SIGXFSZ, SIG_IGN);
    (void)snprintf(folder, sizeof(folder), "/tmp/weir_letters_XXXXXX");
    if (mkdtemp(folder) == NULL) {
        return -1;
    }
    (void)snprintf(path, sizeof(path), "%s/letters", folder);
    (void)snprintf(moved, sizeof(moved), "%s/moved", folder);
    return 0;
}

static int remove_folder(void **state)
{
    (void)state;
    (void)unlink(path);
    (void)unlink(moved);
    return rmdir(folder);
}

static void put(struct kafka_dead_letter *d, unsigned n)
{
    char value[LETTER_OCTETS] = "";
    const struct kafka_letter letter = {
        .topic = "flows",
        .code = "INVALID_RECORD",
        .reason = "no reason",
        .value = {value, sizeof(value)},
    };

    memset(value, 'a', sizeof(value));
    for (unsigned i = 0; i < n; i++) {
        kafka_dead_letter_write(d, &letter);
    }
}

/* How many lines the file has, each of which must be whole. */
static unsigned count(const char *name)
{
    char line[2 * LETTER_OCTETS + 200];
    FILE *file = fopen(name, "r");
    unsigned n = 0;

    assert_non_null(file);
    while (fgets(line, sizeof(line), file) != NULL) {
        assert_ptr_equal(strrchr(line, '{'), line);
        assert_string_equal(line + strlen(line) - 2, "}\n");
        n++;
    }
    (void)fclose(file);
    return n;
}

/* Octets beyond which no file of this process may grow, as on a disk that is full. */
static void limit_files(rlim_t octets)
{
    struct rlimit limit;

    assert_int_equal(getrlimit(RLIMIT_FSIZE, &limit), 0);
    limit.rlim_cur = octets == RLIM_INFINITY ? limit.rlim_max : octets;
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &limit), 0);
}

/* With a signal or without one, and however often. */
static void test_moved(void **state)
{
    struct kafka_dead_letter d;

    (void)state;
    assert_int_equal(kafka_dead_letter_open(&d, path, LETTERS_OCTETS), 0);
    put(&d, 2);
    assert_int_equal(rename(path, moved), 0);
    put(&d, 1);
    assert_int_equal(count(moved), 2);
    assert_int_equal(unlink(path), 0);
    put(&d, 4);
    assert_int_equal(count(path), 4);
    assert_int_equal(rename(path, moved), 0);
    kafka_dead_letter_reopen(&d);
    assert_int_equal(count(path), 0);
    put(&d, 3);
    kafka_dead_letter_close(&d);
    assert_int_equal(count(moved), 4);
    assert_int_equal(count(path), 3);
    assert_int_equal(unlink(path), 0);
}

/* One that was full has room again once it was moved away. */
static void test_full(void **state)
{
    struct kafka_dead_letter d;

    (void)state;
    assert_int_equal(kafka_dead_letter_open(&d, path, 2 * LETTER_OCTETS), 0);
    put(&d, 3);
    assert_int_equal(d.left_out, 2);
    assert_int_equal(rename(path, moved), 0);
    put(&d, 1);
    assert_int_equal(d.written, 2);
    kafka_dead_letter_close(&d);
    assert_int_equal(count(path), 1);
    assert_int_equal(unlink(path), 0);
}

/* The old file takes them until there is one to be had. */
static void test_no_other_file(void **state)
{
    struct kafka_dead_letter d;

    (void)state;
    assert_int_equal(kafka_dead_letter_open(&d, path, LETTERS_OCTETS), 0);
    assert_int_equal(rename(path, moved), 0);
    assert_int_equal(mkdir(path, 0700), 0);
    put(&d, 1);
    kafka_dead_letter_reopen(&d);
    put(&d, 1);
    assert_int_equal(rmdir(path), 0);
    assert_int_equal(mkfifo(path, 0600), 0); /* which nobody reads */
    put(&d, 1);
    assert_int_equal(unlink(path), 0);
    put(&d, 1);
    kafka_dead_letter_close(&d);
    assert_int_equal(count(moved), 3);
    assert_int_equal(count(path), 1);
    assert_int_equal(unlink(path), 0);
}

static void test_none(void **state)
{
    struct kafka_dead_letter d;

    (void)state;
    assert_int_equal(kafka_dead_letter_open(&d, "", LETTERS_OCTETS), 0);
    kafka_dead_letter_reopen(&d);
    put(&d, 1);
    kafka_dead_letter_close(&d);
    assert_int_equal(d.written + d.left_out, 0);
}

/* Wherever the disk ends, no line is torn, nor the one that follows when there is room again. */
static void test_disk_full(void **state)
{
    (void)state;
    for (rlim_t octets = 0; octets < 3 * LETTER_OCTETS; octets += 7) {
        struct kafka_dead_letter d;

        (void)unlink(path);
        assert_int_equal(kafka_dead_letter_open(&d, path, LETTERS_OCTETS), 0);
        limit_files(octets);
        put(&d, 3);
        limit_files(RLIM_INFINITY);
        put(&d, 2);
        kafka_dead_letter_close(&d);
        assert_int_equal(d.written + d.left_out, 5);
        assert_true(d.left_out > 0);
        assert_int_equal(count(path), d.written);
    }
    assert_int_equal(unlink(path), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_moved),         cmocka_unit_test(test_full),
        cmocka_unit_test(test_none),          cmocka_unit_test(test_disk_full),
        cmocka_unit_test(test_no_other_file),
    };

    return cmocka_run_group_tests_name("kafka_dead_letter", tests, make_folder, remove_folder);
}
