// SPDX-License-Identifier: Apache-2.0
// Pages of metrics: order, sums, escapes and numbers.
#include "lib/metrics/metrics.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static const struct metric counter = {"c_total", METRIC_COUNTER, "a,b", "what it \\ is\nlike"};
static const struct metric gauge = {"g", METRIC_GAUGE, "a", "help"};
static const struct metric plain = {"p", METRIC_GAUGE, "", "help"};
static const struct metric summary = {"s_seconds", METRIC_SUMMARY, "a", "help"};

static void add(struct metrics_page *page, const char *a, const char *b, double value)
{
    metrics_add(page, (const char *const[]){a, b}, value);
}

static void assert_page(struct metrics_page *page, const char *expected)
{
    size_t len;
    char *text = metrics_page_take(page, &len);

    assert_non_null(text);
    assert_int_equal(len, strlen(expected));
    assert_memory_equal(text, expected, len);
    free(text);
    metrics_page_free(page);
}

static void test_sorted_and_added(void **state)
{
    struct metrics_page *page = metrics_page_new();

    (void)state;
    metrics_begin(page, &counter);
    add(page, "z", "1", 1);
    add(page, "a", "2", 2);
    add(page, "z", "1", 40);
    add(page, "a", "1", 0.5);
    metrics_end(page);
    assert_page(page, "# HELP c_total what it \\\\ is\\nlike\n"
                      "# TYPE c_total counter\n"
                      "c_total{a=\"a\",b=\"1\"} 0.5\n"
                      "c_total{a=\"a\",b=\"2\"} 2\n"
                      "c_total{a=\"z\",b=\"1\"} 41\n");
}

static void test_greatest_gauge(void **state)
{
    struct metrics_page *page = metrics_page_new();

    (void)state;
    metrics_begin(page, &gauge);
    add(page, "x", NULL, 1795249188.4813673);
    add(page, "x", NULL, 7);
    metrics_end(page);
    assert_page(page, "# HELP g help\n# TYPE g gauge\ng{a=\"x\"} 1795249188.4813673\n");
}

static void test_escapes(void **state)
{
    struct metrics_page *page = metrics_page_new();

    (void)state;
    metrics_begin(page, &gauge);
    add(page, "q\"b\\n\n", NULL, 1);
    metrics_end(page);
    assert_page(page, "# HELP g help\n# TYPE g gauge\ng{a=\"q\\\"b\\\\n\\n\"} 1\n");
}

static void test_no_series_and_no_labels(void **state)
{
    struct metrics_page *page = metrics_page_new();

    (void)state;
    metrics_begin(page, &counter);
    metrics_end(page);
    metrics_begin(page, &plain);
    add(page, NULL, NULL, 1e300);
    metrics_end(page);
    assert_page(page, "# HELP c_total what it \\\\ is\\nlike\n# TYPE c_total counter\n"
                      "# HELP p help\n# TYPE p gauge\np 1e+300\n");
}

static void test_summary(void **state)
{
    struct metrics_page *page = metrics_page_new();
    struct histogram old = {0};
    struct histogram fresh = {0};

    (void)state;
    histogram_add(&old, 5, 2, 1);
    histogram_add(&fresh, 3, 4, 1000000000000);
    metrics_begin(page, &summary);
    metrics_add_summary(page, (const char *const[]){"x"}, &old, 1e3, 1000000000000);
    metrics_add_summary(page, (const char *const[]){"y"}, &fresh, 1e3, 1000000000000);
    metrics_add_summary(page, (const char *const[]){"y"}, &old, 1e3, 1000000000000);
    metrics_end(page);
    assert_page(page, "# HELP s_seconds help\n# TYPE s_seconds summary\n"
                      "s_seconds{a=\"x\",quantile=\"0.5\"} NaN\n"
                      "s_seconds{a=\"x\",quantile=\"0.9\"} NaN\n"
                      "s_seconds{a=\"x\",quantile=\"0.99\"} NaN\n"
                      "s_seconds_sum{a=\"x\"} 0.01\n"
                      "s_seconds_count{a=\"x\"} 2\n"
                      "s_seconds{a=\"y\",quantile=\"0.5\"} 0.003\n"
                      "s_seconds{a=\"y\",quantile=\"0.9\"} 0.003\n"
                      "s_seconds{a=\"y\",quantile=\"0.99\"} 0.003\n"
                      "s_seconds_sum{a=\"y\"} 0.022\n"
                      "s_seconds_count{a=\"y\"} 6\n");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_sorted_and_added), cmocka_unit_test(test_greatest_gauge),
        cmocka_unit_test(test_escapes),          cmocka_unit_test(test_no_series_and_no_labels),
        cmocka_unit_test(test_summary),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
