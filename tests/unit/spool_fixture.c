// SPDX-License-Identifier: Apache-2.0
// Numbered records in a spool, and its files.
#include "tests/unit/spool_fixture.h"

#include <dirent.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "lib/log.h"

enum { RECORD_OCTETS = 256, RECORDS_MAX = 1 << 16 };

/* A record and the memory of its texts. */
struct made_record {
    char key[16];
    char value[RECORD_OCTETS];
    struct record record;
};

static const struct slice topic = {"flows", 5};

static struct spool_fixture fixture;

/* Runs a command of the shell, which finds the path of the spool in $spool. */
static void run_command(const char *command)
{
    assert_int_equal(setenv("spool", fixture.path, 1), 0);
    assert_int_equal(system(command), 0);
}

int spool_setup(void **state)
{
    log_set_level(LOG_LEVEL_ERROR);
    memset(&fixture, 0, sizeof(fixture));
    (void)snprintf(fixture.path, sizeof(fixture.path), "/tmp/weir_spool_XXXXXX");
    if (mkdtemp(fixture.path) == NULL) {
        return -1;
    }
    fixture.settings = (struct spool_settings){.path = fixture.path, .octets_max = 1 << 30};
    spool_fixture_open(&fixture);
    *state = &fixture;
    return 0;
}

int spool_teardown(void **state)
{
    struct spool_fixture *f = *state;

    if (f->spool != NULL) {
        spool_fixture_close(f);
    }
    run_command("rm -rf $spool $spool.copy");
    return 0;
}

void spool_fixture_open(struct spool_fixture *f)
{
    assert_int_equal(spool_open(&f->spool, &f->settings), 0);
}

void spool_fixture_close(struct spool_fixture *f)
{
    spool_check_sums(f);
    spool_close(f->spool);
    f->spool = NULL;
}

void spool_fixture_crash(struct spool_fixture *f)
{
    run_command("cp -a $spool $spool.copy");
    spool_fixture_close(f);
    run_command("rm -rf $spool && mv $spool.copy $spool");
    spool_fixture_open(f);
}

/* "17 aaaa": its length goes up and down. */
static void make_record(struct made_record *made, unsigned number)
{
    const int key_len = snprintf(made->key, sizeof(made->key), "key%u", number % 7);
    const int value_len = snprintf(made->value, sizeof(made->value), "%u ", number);
    const size_t padding = number * 11 % 170;

    memset(made->value + value_len, 'a' + (int)(number % 26), padding);
    made->record = (struct record){
        .key = {made->key, (size_t)key_len},
        .value = {made->value, (size_t)value_len + padding},
        .time_ms = 1700000000000 + number,
    };
}

int spool_try_put(struct spool_fixture *f, unsigned first, unsigned n, struct spool_run *run)
{
    struct made_record *made = calloc(n, sizeof(*made));
    struct record *records = calloc(n, sizeof(*records));
    int error;

    assert_true(made != NULL && records != NULL);
    for (unsigned i = 0; i < n; i++) {
        make_record(&made[i], first + i);
        records[i] = made[i].record;
    }
    error = spool_append(f->spool, topic, records, n, run);
    free(records);
    free(made);
    return error;
}

struct spool_run spool_put(struct spool_fixture *f, unsigned first, unsigned n)
{
    struct spool_run run;

    assert_int_equal(spool_try_put(f, first, n, &run), 0);
    assert_int_equal(run.n, n);
    return run;
}

static void check_slice(struct slice is, struct slice expected)
{
    assert_int_equal(is.len, expected.len);
    assert_memory_equal(is.data, expected.data, expected.len);
}

int spool_get(struct spool_fixture *f, uint64_t *sequence)
{
    struct spool_entry entry;
    struct made_record made;
    char number[16] = "";
    const int found = spool_read(f->spool, &entry);

    assert_true(found == 0 || found == 1);
    if (found == 0) {
        return NO_RECORD;
    }
    *sequence = entry.sequence;
    (void)snprintf(number, sizeof(number), "%.*s", (int)strcspn(entry.record.value.data, " "),
                   entry.record.value.data);
    make_record(&made, (unsigned)strtoul(number, NULL, 10));
    check_slice(entry.topic, topic);
    check_slice(entry.record.key, made.record.key);
    check_slice(entry.record.value, made.record.value);
    assert_int_equal(entry.record.time_ms, made.record.time_ms);
    return atoi(number);
}

void spool_expect(struct spool_fixture *f, int first, int last)
{
    uint64_t sequence;

    for (int number = first; number <= last; number++) {
        assert_int_equal(spool_get(f, &sequence), number);
    }
    assert_int_equal(spool_get(f, &sequence), NO_RECORD);
}

struct spool_stats spool_ask(struct spool_fixture *f)
{
    struct spool_stats stats;

    spool_stats(f->spool, &stats);
    return stats;
}

void spool_check_sums(struct spool_fixture *f)
{
    const struct spool_stats stats = spool_ask(f);
    uint64_t sum = stats.done + stats.waiting + stats.in_flight;

    for (int i = 0; i < SPOOL_LOSS_COUNT; i++) {
        sum += stats.lost[i];
    }
    assert_int_equal(stats.found + stats.appended, sum);
}

static void save_file(struct saved_file *file)
{
    FILE *stream = fopen(file->path, "rb");

    assert_non_null(stream);
    file->len = fread(file->octets, 1, sizeof(file->octets), stream);
    assert_true(file->len < sizeof(file->octets));
    (void)fclose(stream);
}

static int is_segment(const struct dirent *entry)
{
    return strstr(entry->d_name, ".segment") != NULL;
}

bool spool_save_segment(struct spool_fixture *f, size_t place, struct saved_file *file)
{
    struct dirent **entries;
    const int n = scandir(f->path, &entries, is_segment, alphasort);
    const bool found = place < (size_t)n;

    assert_true(n >= 0);
    if (found) {
        (void)snprintf(file->path, sizeof(file->path), "%s/%.60s", f->path, entries[place]->d_name);
        save_file(file);
    }
    for (int i = 0; i < n; i++) {
        free(entries[i]);
    }
    free(entries);
    return found;
}

void spool_save_checkpoint(struct spool_fixture *f, struct saved_file *file)
{
    (void)snprintf(file->path, sizeof(file->path), "%s/checkpoint", f->path);
    save_file(file);
}

void spool_write_file(const struct saved_file *file, size_t len)
{
    FILE *stream;

    /* A new file: to cut an old one makes some file systems write it to the disk at once. */
    (void)unlink(file->path);
    stream = fopen(file->path, "wb");
    assert_non_null(stream);
    assert_int_equal(fwrite(file->octets, 1, len, stream), len);
    assert_int_equal(fclose(stream), 0);
}
