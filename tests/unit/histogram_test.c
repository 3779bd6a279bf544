// SPDX-License-Identifier: Apache-2.0
// How exact histograms are, and that old values leave them.
#include "lib/histogram.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>

#include <cmocka.h>

static const uint64_t LIFE_NS = (uint64_t)HISTOGRAM_LIFE_S * 1000000000;
static const uint64_t NOW_NS = 1700000000000000000;

static double quantile(const struct histogram *h, double q, uint64_t now_ns)
{
    struct histogram_view view = {0};

    histogram_view_add(&view, h, now_ns);
    return histogram_view_quantile(&view, q);
}

static void test_empty(void **state)
{
    const struct histogram h = {0};

    (void)state;
    assert_true(isnan(quantile(&h, 0.5, NOW_NS)));
}

/* Whatever the value, the greatest included. */
static void test_one_value(void **state)
{
    (void)state;
    for (uint64_t value = 0; value <= UINT32_MAX; value = value * 3 / 2 + 1) {
        struct histogram h = {0};

        histogram_add(&h, (uint32_t)value, 3, NOW_NS);
        assert_true(quantile(&h, 0.5, NOW_NS) == (double)value);
        assert_true(quantile(&h, 0.99, NOW_NS) == (double)value);
        assert_int_equal(h.sum, 3 * value);
    }
}

static void assert_near(double found, double expected)
{
    assert_true(fabs(found - expected) <= expected / 8 + 1);
}

/* Many at once are what they are one by one, in a generation that has values and in a new one. */
static void test_each(void **state)
{
    static const uint32_t values[] = {3, 3, 70000, UINT32_MAX, 0, 1000, 999};
    const uint32_t n = sizeof(values) / sizeof(values[0]);
    struct histogram one = {0};
    struct histogram each = {0};

    (void)state;
    for (uint64_t now_ns = NOW_NS; now_ns < NOW_NS + 2 * LIFE_NS; now_ns += LIFE_NS / 2) {
        for (uint32_t i = 0; i < n; i++) {
            histogram_add(&one, values[i], 1, now_ns);
        }
        histogram_add_each(&each, values, n, now_ns);
        histogram_add_each(&each, values, 0, now_ns);
        assert_memory_equal(&one, &each, sizeof(one));
    }
}

static void test_even_values(void **state)
{
    struct histogram h = {0};

    (void)state;
    for (uint32_t value = 0; value < 100000; value++) {
        histogram_add(&h, value, 1, NOW_NS);
    }
    assert_near(quantile(&h, 0.5, NOW_NS), 50000);
    assert_near(quantile(&h, 0.9, NOW_NS), 90000);
    assert_near(quantile(&h, 0.99, NOW_NS), 99000);
    assert_int_equal(h.count, 100000);
}

/* Values are forgotten after one to two lives; count and sum stay. */
static void test_age(void **state)
{
    struct histogram h = {0};

    (void)state;
    histogram_add(&h, 10, 1, NOW_NS);
    histogram_add(&h, 1000, 1, NOW_NS + LIFE_NS);
    assert_true(quantile(&h, 0.4, NOW_NS + LIFE_NS) == 10);
    assert_true(quantile(&h, 0.4, NOW_NS + 2 * LIFE_NS) == 1000);
    assert_true(isnan(quantile(&h, 0.4, NOW_NS + 3 * LIFE_NS)));
    histogram_add(&h, 7, 1, NOW_NS + 9 * LIFE_NS);
    assert_true(quantile(&h, 0.4, NOW_NS + 9 * LIFE_NS) == 7);
    assert_int_equal(h.count, 3);
    assert_int_equal(h.sum, 1017);
}

/* A clock that is set back a little changes nothing; far back, it begins anew. */
static void test_clock_set_back(void **state)
{
    struct histogram h = {0};

    (void)state;
    histogram_add(&h, 10, 1, NOW_NS);
    histogram_add(&h, 10, 1, NOW_NS - 1000000000);
    assert_true(quantile(&h, 0.5, NOW_NS) == 10);
    histogram_add(&h, 20, 1, NOW_NS - 10 * LIFE_NS);
    assert_true(quantile(&h, 0.1, NOW_NS - 10 * LIFE_NS) == 20);
}

static void test_two_as_one(void **state)
{
    struct histogram a = {0};
    struct histogram b = {0};
    struct histogram_view view = {0};

    (void)state;
    histogram_add(&a, 10, 9, NOW_NS);
    histogram_add(&b, 500, 1, NOW_NS - LIFE_NS / 2);
    histogram_view_add(&view, &a, NOW_NS);
    histogram_view_add(&view, &b, NOW_NS);
    assert_true(histogram_view_quantile(&view, 0.5) == 10);
    assert_near(histogram_view_quantile(&view, 0.99), 500);
    assert_int_equal(view.count, 10);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_empty),          cmocka_unit_test(test_one_value),
        cmocka_unit_test(test_even_values),    cmocka_unit_test(test_age),
        cmocka_unit_test(test_clock_set_back), cmocka_unit_test(test_two_as_one),
        cmocka_unit_test(test_each),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
