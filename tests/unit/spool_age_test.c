// SPDX-License-Identifier: Apache-2.0
// When records were new, against the exact times.
#include "lib/spool/age.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

static const int64_t ms = 1000000;

static void test_nothing(void **state)
{
    const struct spool_age age = {0};

    (void)state;
    assert_int_equal(spool_age_of(&age, 5), 0);
}

/* Where nothing older is held, a record's time is exact, however slowly they come. */
static void test_alone(void **state)
{
    struct spool_age age = {0};

    (void)state;
    for (uint64_t sequence = 0; sequence < 1000; sequence++) {
        const int64_t now = (int64_t)sequence * 70 * ms;

        spool_age_note(&age, sequence, now, sequence);
        assert_int_equal(spool_age_of(&age, sequence), now);
    }
}

/* Ten records a second for two hours, none of which is done. */
static void test_outage(void **state)
{
    enum { RECORDS = 72000 };
    struct spool_age age = {0};

    (void)state;
    for (uint64_t sequence = 0; sequence < RECORDS; sequence++) {
        spool_age_note(&age, sequence, (int64_t)sequence * 100 * ms, 0);
    }
    assert_int_equal(spool_age_of(&age, 0), 0);
    for (uint64_t sequence = 0; sequence < RECORDS; sequence++) {
        const int64_t exact = (int64_t)sequence * 100 * ms;

        assert_true(spool_age_of(&age, sequence) <= exact);
        assert_true(exact - spool_age_of(&age, sequence) <= RECORDS * 100 * ms / 16);
    }
}

/* What was done is forgotten, and times become exact again. */
static void test_recovery(void **state)
{
    struct spool_age age = {0};

    (void)state;
    for (uint64_t sequence = 0; sequence < 1000; sequence++) {
        spool_age_note(&age, sequence, (int64_t)sequence * 1000 * ms, 0);
    }
    spool_age_note(&age, 1000, 1000000 * ms, 990);
    assert_true(age.n < 5);
    spool_age_note(&age, 1001, 1000500 * ms, 1001);
    assert_int_equal(spool_age_of(&age, 1001), 1000500 * ms);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_nothing),
        cmocka_unit_test(test_alone),
        cmocka_unit_test(test_outage),
        cmocka_unit_test(test_recovery),
    };

    return cmocka_run_group_tests_name("spool_age", tests, NULL, NULL);
}
