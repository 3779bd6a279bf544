// SPDX-License-Identifier: Apache-2.0
// The spool as a queue: order, states, bounds, and what a new start finds.
#include "lib/spool/spool.h"

#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <uv.h>

#include <cmocka.h>

#include "tests/unit/spool_fixture.h"

enum { MODEL_RECORDS = 12000, MODEL_STEPS = 60000 };

static struct spool_run run_of(uint64_t first, size_t n)
{
    return (struct spool_run){first, n};
}

static void test_round_trip(void **state)
{
    struct spool_fixture *f = *state;
    const struct spool_run run = spool_put(f, 0, 1000);

    spool_expect(f, 0, NO_RECORD);
    spool_release(f->spool, run);
    assert_int_equal(spool_ask(f).waiting, 1000);
    spool_expect(f, 0, 999);
    assert_int_equal(spool_ask(f).in_flight, 1000);
    spool_ack(f->spool, run);
    assert_int_equal(spool_ask(f).done, 1000);
    assert_int_equal(spool_ask(f).in_flight, 0);
}

/* Any octets will do, none too, and lengths from nothing to the greatest. */
static void test_octets(void **state)
{
    struct spool_fixture *f = *state;
    char *octets = malloc(SPOOL_RECORD_MAX + 1);
    static const size_t lengths[] = {0, 1, 255, 256, 65536, SPOOL_RECORD_MAX};
    struct spool_entry entry;
    struct spool_run run;

    assert_non_null(octets);
    for (size_t i = 0; i < SPOOL_RECORD_MAX + 1; i++) {
        octets[i] = (char)(i * 255 / 254);
    }
    for (size_t i = 0; i < sizeof(lengths) / sizeof(lengths[0]); i++) {
        const struct record record = {.value = {octets, lengths[i]}};

        assert_int_equal(spool_append(f->spool, (struct slice){NULL, 0}, &record, 1, &run), 0);
        spool_release(f->spool, run);
        assert_int_equal(spool_read(f->spool, &entry), 1);
        assert_int_equal(entry.record.value.len, lengths[i]);
        assert_int_equal(entry.topic.len + entry.record.key.len, 0);
        assert_memory_equal(entry.record.value.data, octets, lengths[i]);
    }
    free(octets);
}

/* What precedes the large record is taken, and what follows it can be. */
static void test_too_large(void **state)
{
    struct spool_fixture *f = *state;
    char *octets = calloc(1, SPOOL_RECORD_MAX + 1);
    const struct record records[] = {
        {.value = {"a", 1}},
        {.value = {octets, SPOOL_RECORD_MAX + 1}},
        {.key = {octets, 1}, .value = {octets, SPOOL_RECORD_MAX}},
        {.value = {"d", 1}},
    };
    struct spool_run run;

    assert_int_equal(spool_append(f->spool, (struct slice){"t", 1}, records, 4, &run), UV_EMSGSIZE);
    assert_int_equal(run.n, 1);
    assert_int_equal(spool_append(f->spool, (struct slice){"t", 1}, records + 2, 2, &run),
                     UV_EMSGSIZE);
    assert_int_equal(run.n, 0);
    assert_int_equal(spool_append(f->spool, (struct slice){"t", 1}, records + 3, 1, &run), 0);
    assert_int_equal(run.first, 1);
    free(octets);
}

static void test_released_in_order(void **state)
{
    struct spool_fixture *f = *state;
    const struct spool_run run = spool_put(f, 0, 3000);
    uint64_t sequence;

    spool_release(f->spool, run_of(run.first + 2000, 1000));
    assert_int_equal(spool_get(f, &sequence), 2000);
    spool_release(f->spool, run_of(run.first + 5, 2));
    spool_release(f->spool, run_of(run.first + 700, 1));
    assert_int_equal(spool_get(f, &sequence), 5);
    assert_int_equal(spool_get(f, &sequence), 6);
    assert_int_equal(spool_get(f, &sequence), 700);
    assert_int_equal(spool_get(f, &sequence), 2001);
    spool_release(f->spool, run_of(sequence, 1));
    spool_expect(f, 2001, 2999);
}

/* What makes no sense does no harm. */
static void test_wrong_runs(void **state)
{
    struct spool_fixture *f = *state;

    spool_ack(f->spool, run_of(0, 10));
    spool_release(f->spool, run_of(UINT64_MAX - 5, 5));
    spool_put(f, 0, 10);
    spool_ack(f->spool, run_of(5, 100));
    spool_ack(f->spool, run_of(5, 100));
    spool_release(f->spool, run_of(0, 100));
    spool_release(f->spool, run_of(0, 100));
    assert_int_equal(spool_ask(f).done, 5);
    spool_expect(f, 0, 4);
    spool_check_sums(f);
}

static void test_modes(void **state)
{
    struct spool_fixture *f = *state;
    struct saved_file *file = malloc(sizeof(*file));
    struct stat st;

    assert_non_null(file);
    spool_fixture_close(f);
    assert_int_equal(rmdir(f->path), 0);
    spool_fixture_open(f);
    spool_put(f, 0, 1);
    assert_int_equal(stat(f->path, &st), 0);
    assert_int_equal(st.st_mode & 07777, 0700);
    assert_true(spool_save_segment(f, 0, file));
    assert_int_equal(stat(file->path, &st), 0);
    assert_int_equal(st.st_mode & 07777, 0600);
    free(file);
}

static void test_locked(void **state)
{
    struct spool_fixture *f = *state;
    struct spool *second;

    assert_int_equal(spool_open(&second, &f->settings), UV_EBUSY);
    spool_fixture_close(f);
    spool_fixture_open(f);
}

static void test_no_directory(void **state)
{
    struct spool_fixture *f = *state;
    struct spool_settings settings = f->settings;
    struct spool *spool;

    settings.path = "/nonexistent/spool";
    assert_int_equal(spool_open(&spool, &settings), UV_ENOENT);
    settings.path = "/dev/null";
    assert_int_equal(spool_open(&spool, &settings), UV_ENOTDIR);
}

/* --- A new start --- */

static void test_reopened(void **state)
{
    struct spool_fixture *f = *state;

    spool_put(f, 0, 5000);
    spool_fixture_crash(f);
    assert_int_equal(spool_ask(f).found, 5000);
    spool_put(f, 5000, 5000);
    spool_expect(f, 0, 4999);
    spool_fixture_close(f);
    spool_fixture_open(f);
    spool_expect(f, 0, 9999);
    spool_ack(f->spool, run_of(0, 10000));
    assert_int_equal(spool_ask(f).done, 10000);
}

static void test_done_is_kept(void **state)
{
    struct spool_fixture *f = *state;

    spool_put(f, 0, 1000);
    spool_ack(f->spool, run_of(0, 10));
    spool_ack(f->spool, run_of(12, 900));
    spool_ack(f->spool, run_of(999, 1));
    assert_int_equal(spool_maintain(f->spool), 0);
    spool_ack(f->spool, run_of(10, 1));
    spool_fixture_crash(f);
    assert_int_equal(spool_ask(f).found, 1000 - 911);
    for (int number = 0; number < 1000; number++) {
        uint64_t sequence;

        if (number == 10 || number == 11 || (number >= 912 && number < 999)) {
            assert_int_equal(spool_get(f, &sequence), number);
        }
    }
    spool_expect(f, 0, NO_RECORD);
}

/* Even a segment in the middle. */
static void test_done_is_deleted(void **state)
{
    struct spool_fixture *f = *state;
    uint64_t octets;

    f->settings.octets_max = SPOOL_OCTETS_MIN;
    spool_fixture_close(f);
    spool_fixture_open(f);
    spool_put(f, 0, 15000);
    octets = spool_ask(f).octets;
    assert_true(spool_ask(f).segments > 3);
    spool_ack(f->spool, run_of(1, 14999));
    assert_int_equal(spool_maintain(f->spool), 0);
    assert_true(spool_ask(f).octets < octets / 2);
    assert_int_equal(spool_ask(f).segments, 2);
    spool_fixture_crash(f);
    spool_expect(f, 0, 0);
    spool_ack(f->spool, run_of(0, 1));
    assert_int_equal(spool_maintain(f->spool), 0);
    spool_put(f, 15000, 10);
    spool_fixture_crash(f);
    spool_expect(f, 15000, 15009);
}

/* --- Bounds --- */

static void test_octets_bound(void **state)
{
    enum { RECORDS = 60000 };
    struct spool_fixture *f = *state;
    uint64_t sequence;
    uint64_t lost;

    f->settings.octets_max = SPOOL_OCTETS_MIN;
    spool_fixture_close(f);
    spool_fixture_open(f);
    for (unsigned first = 0; first < RECORDS; first += 100) {
        spool_release(f->spool, spool_put(f, first, 100));
        assert_true(spool_ask(f).octets <= SPOOL_OCTETS_MIN);
    }
    lost = spool_ask(f).lost[SPOOL_LOSS_OCTETS];
    assert_true(lost > RECORDS / 4 && lost < RECORDS);
    assert_true(spool_ask(f).octets > SPOOL_OCTETS_MIN * 3 / 4);
    assert_int_equal(spool_get(f, &sequence), lost);
    spool_expect(f, (int)lost + 1, RECORDS - 1);
    assert_int_equal(spool_maintain(f->spool), 0);
}

/* What is done makes room first, though nobody has deleted it yet. */
static void test_done_goes_first(void **state)
{
    enum { RECORDS = 60000 };
    struct spool_fixture *f = *state;

    f->settings.octets_max = SPOOL_OCTETS_MIN;
    spool_fixture_close(f);
    spool_fixture_open(f);
    spool_release(f->spool, spool_put(f, 0, 100));
    for (unsigned first = 100; first < RECORDS; first += 100) {
        spool_ack(f->spool, spool_put(f, first, 100));
    }
    assert_int_equal(spool_ask(f).lost[SPOOL_LOSS_OCTETS], 0);
    spool_expect(f, 0, 99);
}

/* What was in flight when its segment went is done if it arrived, and else lost. */
static void test_dropped_in_flight(void **state)
{
    enum { RECORDS = 60000 };
    struct spool_fixture *f = *state;

    f->settings.octets_max = SPOOL_OCTETS_MIN;
    spool_fixture_close(f);
    spool_fixture_open(f);
    for (unsigned first = 0; first < RECORDS; first += 100) {
        spool_put(f, first, 100);
    }
    assert_int_equal(spool_maintain(f->spool), 0);
    assert_int_equal(spool_ask(f).in_flight, RECORDS);
    spool_ack(f->spool, run_of(0, 1000));
    assert_int_equal(spool_ask(f).done, 1000);
    spool_release(f->spool, run_of(1000, 1000));
    assert_int_equal(spool_ask(f).lost[SPOOL_LOSS_OCTETS], 1000);
    spool_check_sums(f);
    spool_ack(f->spool, run_of(2000, RECORDS));
    assert_int_equal(spool_maintain(f->spool), 0);
    assert_int_equal(spool_ask(f).segments, 1);
}

/* As if the segments had been written so long ago. */
static void age_segments(struct spool_fixture *f, struct saved_file *file, time_t seconds)
{
    const time_t then = time(NULL) - seconds;
    const struct timespec times[2] = {{then, 0}, {then, 0}};

    for (size_t i = 0; spool_save_segment(f, i, file); i++) {
        assert_int_equal(utimensat(AT_FDCWD, file->path, times, 0), 0);
    }
}

static void test_age_bound(void **state)
{
    struct spool_fixture *f = *state;
    struct saved_file *file = malloc(sizeof(*file));

    assert_non_null(file);
    f->settings.age_max_ns = (uint64_t)3600 * 1000000000;
    spool_put(f, 0, 100);
    spool_fixture_close(f);
    age_segments(f, file, 3500);
    spool_fixture_open(f);
    assert_int_equal(spool_maintain(f->spool), 0);
    assert_int_equal(spool_ask(f).waiting, 100);
    spool_fixture_close(f);
    age_segments(f, file, 3700);
    spool_fixture_open(f);
    spool_fixture_close(f);
    spool_fixture_open(f);
    assert_int_equal(spool_ask(f).found, 0);
    free(file);
}

static void test_stats(void **state)
{
    struct spool_fixture *f = *state;
    struct spool_stats stats = spool_ask(f);
    uint64_t before;

    assert_int_equal(stats.octets + stats.segments + stats.oldest_ns, 0);
    before = uv_hrtime();
    spool_put(f, 0, 1);
    uv_sleep(10);
    stats = spool_ask(f);
    assert_true(stats.oldest_ns >= 10000000 && stats.oldest_ns <= uv_hrtime() - before);
    spool_ack(f->spool, run_of(0, 1));
    assert_int_equal(spool_ask(f).oldest_ns, 0);
    before = uv_hrtime();
    spool_put(f, 1, 1);
    assert_true(spool_ask(f).oldest_ns <= uv_hrtime() - before);
}

/* --- Against a model --- */

enum model_state { ABSENT, WAITING, IN_FLIGHT, DONE };

struct model {
    struct spool_fixture *fixture;
    uint8_t states[MODEL_RECORDS];
    unsigned n;
    uint64_t random_state;
};

/* Xorshift of 64 bits. */
static unsigned random_below(struct model *model, unsigned limit)
{
    model->random_state ^= model->random_state << 13;
    model->random_state ^= model->random_state >> 7;
    model->random_state ^= model->random_state << 17;
    return (unsigned)(model->random_state >> 32) % limit;
}

static struct spool_run random_run(struct model *model)
{
    return run_of(random_below(model, model->n + 10), random_below(model, 20));
}

static void model_append(struct model *model)
{
    const unsigned most = MODEL_RECORDS - model->n;
    const unsigned wanted = 1 + random_below(model, 50);
    const unsigned n = wanted < most ? wanted : most;

    assert_int_equal(spool_put(model->fixture, model->n, n).first, model->n);
    memset(model->states + model->n, IN_FLIGHT, n);
    model->n += n;
}

static void model_change(struct model *model, struct spool_run run, bool ack)
{
    for (uint64_t at = run.first; at < run.first + run.n && at < model->n; at++) {
        if (ack) {
            model->states[at] = DONE;
        } else if (model->states[at] == IN_FLIGHT) {
            model->states[at] = WAITING;
        }
    }
    if (ack) {
        spool_ack(model->fixture->spool, run);
    } else {
        spool_release(model->fixture->spool, run);
    }
}

static void model_read(struct model *model)
{
    uint64_t sequence = 0;
    const int number = spool_get(model->fixture, &sequence);
    const uint8_t *waiting = memchr(model->states, WAITING, model->n);

    assert_int_equal(number, waiting == NULL ? NO_RECORD : waiting - model->states);
    if (number != NO_RECORD) {
        assert_int_equal(sequence, number);
        model->states[number] = IN_FLIGHT;
    }
}

static void model_reopen(struct model *model)
{
    spool_fixture_close(model->fixture);
    spool_fixture_open(model->fixture);
    for (unsigned i = 0; i < model->n; i++) {
        model->states[i] = model->states[i] == IN_FLIGHT ? WAITING : model->states[i];
    }
}

static void model_step(struct model *model)
{
    const unsigned choice = random_below(model, 1000);

    if (choice < 2) {
        model_reopen(model);
    } else if (choice < 20) {
        assert_int_equal(spool_maintain(model->fixture->spool), 0);
    } else if (choice < 60) {
        model_append(model);
    } else if (choice < 300) {
        model_change(model, random_run(model), choice % 2 == 0);
    } else {
        model_read(model);
    }
}

static void test_model(void **state)
{
    struct model *model = calloc(1, sizeof(*model));
    struct spool_fixture *f = *state;

    assert_non_null(model);
    model->fixture = f;
    model->random_state = 88172645463325252;
    f->settings.octets_max = SPOOL_OCTETS_MIN;
    spool_fixture_close(f);
    spool_fixture_open(f);
    for (int i = 0; i < MODEL_STEPS; i++) {
        model_step(model);
    }
    spool_check_sums(f);
    free(model);
}

/* --- Threads --- */

enum { WRITERS = 3, WRITER_RECORDS = 6000 };

struct writer {
    struct spool_fixture *fixture;
    uv_thread_t thread;
    unsigned number;
};

/* Each third batch is released, the others are acknowledged. */
static void write_records(void *arg)
{
    const struct writer *writer = arg;
    const unsigned first = writer->number * WRITER_RECORDS;

    for (unsigned i = 0; i < WRITER_RECORDS; i += 20) {
        const struct spool_run run = spool_put(writer->fixture, first + i, 20);

        if (i % 60 == 0) {
            spool_release(writer->fixture->spool, run);
        } else {
            spool_ack(writer->fixture->spool, run);
        }
    }
}

static void maintain(void *arg)
{
    struct writer *writer = arg;

    while (spool_ask(writer->fixture).done < WRITERS * WRITER_RECORDS) {
        assert_int_equal(spool_maintain(writer->fixture->spool), 0);
        uv_sleep(1);
    }
}

/* Of each writer the records must come in order. */
static void read_released(struct spool_fixture *f)
{
    int last[WRITERS] = {-1, -1, -1};
    uint64_t sequence;

    while (spool_ask(f).done < WRITERS * WRITER_RECORDS) {
        const int number = spool_get(f, &sequence);

        if (number != NO_RECORD) {
            assert_true(number > last[number / WRITER_RECORDS]);
            last[number / WRITER_RECORDS] = number;
            spool_ack(f->spool, run_of(sequence, 1));
        }
    }
}

static void test_threads(void **state)
{
    struct spool_fixture *f = *state;
    struct writer writers[WRITERS + 1];

    f->settings.octets_max = SPOOL_OCTETS_MIN;
    spool_fixture_close(f);
    spool_fixture_open(f);
    for (unsigned i = 0; i <= WRITERS; i++) {
        writers[i] = (struct writer){.fixture = f, .number = i};
        assert_int_equal(uv_thread_create(&writers[i].thread,
                                          i < WRITERS ? write_records : maintain, &writers[i]),
                         0);
    }
    read_released(f);
    for (unsigned i = 0; i <= WRITERS; i++) {
        uv_thread_join(&writers[i].thread);
    }
    assert_int_equal(spool_ask(f).read, WRITERS * WRITER_RECORDS / 3);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, spool_setup, spool_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_round_trip),      TEST(test_octets),
        TEST(test_too_large),       TEST(test_released_in_order),
        TEST(test_wrong_runs),      TEST(test_modes),
        TEST(test_locked),          TEST(test_no_directory),
        TEST(test_reopened),        TEST(test_done_is_kept),
        TEST(test_done_is_deleted), TEST(test_octets_bound),
        TEST(test_done_goes_first), TEST(test_dropped_in_flight),
        TEST(test_age_bound),       TEST(test_stats),
        TEST(test_model),           TEST(test_threads),
    };

    return cmocka_run_group_tests_name("spool", tests, NULL, NULL);
}
