// SPDX-License-Identifier: Apache-2.0
/* Sequences of numbers, and what is made of each of them. */
#include "lib/sequence.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

/* What comes before a number. */
enum before { NOTHING, NEW_STREAM, NEW_STREAM_OF_DATAGRAMS, FORGET };

static const struct {
    enum before before;
    uint32_t number;
    uint32_t units;
    enum sequence_verdict verdict;
    uint32_t missing; /* of SEQUENCE_GAP and SEQUENCE_LATE */
} rows[] = {
    /* The first number is good, whatever it is. */
    {NEW_STREAM, 0, 1, SEQUENCE_GOOD, 0},
    {NEW_STREAM, UINT32_MAX, 0, SEQUENCE_GOOD, 0},
    /* Each in its turn. */
    {NEW_STREAM, 100, 30, SEQUENCE_GOOD, 0},
    {NOTHING, 130, 1, SEQUENCE_GOOD, 0},
    {NOTHING, 131, 0, SEQUENCE_GOOD, 0},
    {NOTHING, 131, 5, SEQUENCE_GOOD, 0},
    /* A gap, which one late datagram fills in part. */
    {NEW_STREAM, 100, 10, SEQUENCE_GOOD, 0},
    {NOTHING, 130, 10, SEQUENCE_GAP, 20},
    {NOTHING, 110, 8, SEQUENCE_LATE, 8},
    {NOTHING, 140, 10, SEQUENCE_GOOD, 0},
    /* A repetition does not move what is expected. */
    {NEW_STREAM, 100, 10, SEQUENCE_GOOD, 0},
    {NOTHING, 100, 10, SEQUENCE_REPEATED, 0},
    {NOTHING, 110, 10, SEQUENCE_GOOD, 0},
    /* The widest gap that counts, and one more. */
    {NEW_STREAM, 0, 1, SEQUENCE_GOOD, 0},
    {NOTHING, 1 + (1 << 24), 1, SEQUENCE_GAP, 1 << 24},
    {NOTHING, 3 + (1 << 25), 1, SEQUENCE_RESTARTED, 0},
    {NOTHING, 4 + (1 << 25), 1, SEQUENCE_GOOD, 0},
    /* The furthest step back that is reordering, and one more. */
    {NEW_STREAM, 20000, 1, SEQUENCE_GOOD, 0},
    {NOTHING, 10001, 1, SEQUENCE_LATE, 1},
    {NOTHING, 10000, 1, SEQUENCE_RESTARTED, 0},
    {NOTHING, 10001, 1, SEQUENCE_GOOD, 0},
    {NEW_STREAM_OF_DATAGRAMS, 200, 1, SEQUENCE_GOOD, 0},
    {NOTHING, 101, 1, SEQUENCE_LATE, 1},
    {NOTHING, 100, 1, SEQUENCE_RESTARTED, 0},
    {NOTHING, 101, 1, SEQUENCE_GOOD, 0},
    /* The exporter began anew. */
    {NEW_STREAM, 3000000000, 1, SEQUENCE_GOOD, 0},
    {NOTHING, 0, 1, SEQUENCE_RESTARTED, 0},
    {NOTHING, 1, 1, SEQUENCE_GOOD, 0},
    /* Half way round is neither before nor behind. */
    {NEW_STREAM, 0, 0, SEQUENCE_GOOD, 0},
    {NOTHING, 1u << 31, 1, SEQUENCE_RESTARTED, 0},
    /* The number wraps: in a datagram, in a gap, and late. */
    {NEW_STREAM, UINT32_MAX - 9, 30, SEQUENCE_GOOD, 0},
    {NOTHING, 20, 1, SEQUENCE_GOOD, 0},
    {NEW_STREAM, UINT32_MAX, 1, SEQUENCE_GOOD, 0},
    {NOTHING, 5, 1, SEQUENCE_GAP, 5},
    {NOTHING, UINT32_MAX - 1, 1, SEQUENCE_LATE, 1},
    {NOTHING, 6, 1, SEQUENCE_GOOD, 0},
    /* What is forgotten is not held against the next number. */
    {NEW_STREAM, 100, 10, SEQUENCE_GOOD, 0},
    {FORGET, 500, 10, SEQUENCE_GOOD, 0},
    {NOTHING, 510, 10, SEQUENCE_GOOD, 0},
    {FORGET, 510, 10, SEQUENCE_GOOD, 0},
    {NOTHING, 521, 10, SEQUENCE_GAP, 1},
};

static void prepare(struct sequence *sequence, enum sequence_unit *unit, enum before before)
{
    if (before == NEW_STREAM || before == NEW_STREAM_OF_DATAGRAMS) {
        *sequence = (struct sequence){.known = false};
        *unit = before == NEW_STREAM ? SEQUENCE_OF_RECORDS : SEQUENCE_OF_DATAGRAMS;
    } else if (before == FORGET) {
        sequence_forget(sequence);
    }
}

static void verdicts(void **state)
{
    struct sequence sequence;
    enum sequence_unit unit = SEQUENCE_OF_RECORDS;

    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        enum sequence_verdict verdict;
        uint32_t missing;

        prepare(&sequence, &unit, rows[i].before);
        verdict = sequence_next(&sequence, unit, rows[i].number, rows[i].units, &missing);
        if (verdict != rows[i].verdict) {
            fail_msg("row %zu: verdict %d", i, (int)verdict);
        }
        if (verdict == SEQUENCE_GAP || verdict == SEQUENCE_LATE) {
            assert_int_equal(missing, rows[i].missing);
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(verdicts),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
