// SPDX-License-Identifier: Apache-2.0
#ifndef TESTS_UNIT_SPOOL_FIXTURE_H
#define TESTS_UNIT_SPOOL_FIXTURE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "lib/spool/spool.h"

/*
 * What the tests of the spool share: records that can be told from each other by a
 * number, and a directory of its own for each test.
 */
enum { NO_RECORD = -1, FILE_OCTETS_MAX = 1 << 20 };

struct spool_fixture {
    struct spool_settings settings; /* may be changed before an open */
    struct spool *spool;
    char path[64];
};

/* What a file held. */
struct saved_file {
    char path[160];
    size_t len;
    uint8_t octets[FILE_OCTETS_MAX];
};

/* cmocka's setup and teardown; *state becomes the fixture, whose spool is open. */
int spool_setup(void **state);
int spool_teardown(void **state);

void spool_fixture_open(struct spool_fixture *f);
void spool_fixture_close(struct spool_fixture *f);

/* Opens anew what a kill -9 would leave at this moment. */
void spool_fixture_crash(struct spool_fixture *f);

/* Appends the records from first to first + n - 1; all must be taken. */
struct spool_run spool_put(struct spool_fixture *f, unsigned first, unsigned n);

/* As spool_append(). */
int spool_try_put(struct spool_fixture *f, unsigned first, unsigned n, struct spool_run *run);

/* Reads a record, which must be whole, and returns its number, or NO_RECORD. */
int spool_get(struct spool_fixture *f, uint64_t *sequence);

/* Reads records until there are none: they must be first to last, without a gap. */
void spool_expect(struct spool_fixture *f, int first, int last);

struct spool_stats spool_ask(struct spool_fixture *f);

/* The sum of the records that are accounted for must be the sum of those there were. */
void spool_check_sums(struct spool_fixture *f);

/* Saves the segment with this place in the order of names; false if there are not so many. */
bool spool_save_segment(struct spool_fixture *f, size_t place, struct saved_file *file);

void spool_save_checkpoint(struct spool_fixture *f, struct saved_file *file);

/* Writes a file with only the first len octets. */
void spool_write_file(const struct saved_file *file, size_t len);

#endif
