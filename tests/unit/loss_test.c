// SPDX-License-Identifier: Apache-2.0
// Reports on loss: when they come, of whom, and that each count is told once.
#include "lib/report/loss.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

static const uint64_t SECOND_NS = 1000000000;
static const uint64_t BEGIN_NS = 1700000000000000000;

enum { REPORTS_MAX = 16 };

static struct loss loss;
static struct counters counters;
static struct datagram datagram;
static struct decode d;
static struct report reports[REPORTS_MAX];
static size_t n_reports;

static void keep(void *arg, const struct report *report)
{
    (void)arg;
    assert_true(n_reports < REPORTS_MAX);
    reports[n_reports++] = *report;
}

static struct loss_context context;

static int set_up(void **state)
{
    (void)state;
    loss = (struct loss){0};
    memset(&counters, 0, sizeof(counters));
    datagram = (struct datagram){.len = 100, .received_ns = BEGIN_NS};
    d = (struct decode){.datagram = &datagram, .counters = &counters};
    n_reports = 0;
    if (!loss_open(&loss, 1)) {
        return -1;
    }
    context = (struct loss_context){
        .stats = loss.stats, .counters = &counters, .interval_ns = 60 * SECOND_NS, .emit = keep};
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    loss_close(&loss);
    return 0;
}

/* A datagram of a flow from 192.0.2.exporter, of which so many before it were lost. */
static void hear(uint8_t exporter, uint32_t lost)
{
    const uint8_t octets[] = {192, 0, 2, exporter};

    datagram.from = flow_addr_make(octets, sizeof(octets));
    tally_clear(&d.tally);
    tally_identify(&d.tally, FLOW_TYPE_NETFLOW_V5, 0, &(struct flow_addr){0});
    d.tally.flows = 1;
    d.tally.sequence.lost = lost;
    d.damaged = lost > 0;
    if (lost > 0) {
        decode_fault(&d, DECODE_SHORT_RECORD, NULL);
        decode_fault(&d, DECODE_SHORT_RECORD, NULL);
    }
    COUNT(&counters, datagrams);
    worker_stats_datagram(loss.stats, &d);
}

/* The number of a field, or UINT64_MAX if the report has it not. */
static uint64_t number_of(const struct report *report, const char *key)
{
    for (uint16_t i = 0; i < report->n; i++) {
        if (strcmp(report->at[i].field->key, key) == 0) {
            return report->at[i].number;
        }
    }
    return UINT64_MAX;
}

static void test_a_period_is_told_when_it_is_over(void **state)
{
    (void)state;
    loss_tick(&loss, &context, BEGIN_NS);
    hear(1, 3);
    loss_tick(&loss, &context, BEGIN_NS + 59 * SECOND_NS);
    assert_int_equal(n_reports, 0);
    loss_tick(&loss, &context, BEGIN_NS + 60 * SECOND_NS);
    assert_int_equal(n_reports, 2);
    assert_int_equal(number_of(&reports[0], "period_start_ms"), BEGIN_NS / 1000000);
    assert_int_equal(number_of(&reports[0], "received_ms"), BEGIN_NS / 1000000 + 60000);
    assert_int_equal(number_of(&reports[0], "sequence_lost_count"), 3);
    assert_int_equal(number_of(&reports[0], "incomplete_count"), 1);
    assert_int_equal(number_of(&reports[0], "fault_short_record"), 2);
    assert_int_equal(number_of(&reports[0], "fault_short"), UINT64_MAX);
    assert_int_equal(number_of(&reports[1], "datagram_count"), 1);
    assert_int_equal(number_of(&reports[1], "fault_short_record"), 2);
}

static void test_each_count_is_told_once(void **state)
{
    (void)state;
    loss_tick(&loss, &context, BEGIN_NS);
    hear(1, 3);
    loss_tick(&loss, &context, BEGIN_NS + 60 * SECOND_NS);
    hear(1, 0);
    loss_tick(&loss, &context, BEGIN_NS + 120 * SECOND_NS);
    assert_int_equal(n_reports, 4);
    assert_int_equal(number_of(&reports[2], "datagram_count"), 1);
    assert_int_equal(number_of(&reports[2], "sequence_lost_count"), 0);
    assert_int_equal(number_of(&reports[2], "fault_short_record"), UINT64_MAX);
    assert_int_equal(number_of(&reports[3], "datagram_count"), 1);
}

static void test_who_was_not_heard_is_not_told_of(void **state)
{
    (void)state;
    loss_tick(&loss, &context, BEGIN_NS);
    hear(1, 0);
    hear(2, 0);
    loss_tick(&loss, &context, BEGIN_NS + 60 * SECOND_NS);
    assert_int_equal(n_reports, 3);
    hear(2, 0);
    loss_tick(&loss, &context, BEGIN_NS + 120 * SECOND_NS);
    assert_int_equal(n_reports, 5);
    assert_int_equal(reports[3].at[0].addr.bytes[3], 2);
}

static void test_the_end_tells_the_rest(void **state)
{
    (void)state;
    loss_tick(&loss, &context, BEGIN_NS);
    hear(1, 0);
    loss_tick(&loss, &context, BEGIN_NS + SECOND_NS);
    loss_end(&loss, &context);
    assert_int_equal(n_reports, 2);
    assert_int_equal(number_of(&reports[0], "received_ms"), BEGIN_NS / 1000000 + 1000);
}

static void test_without_a_datagram_there_is_no_end(void **state)
{
    (void)state;
    loss_end(&loss, &context);
    assert_int_equal(n_reports, 0);
}

static void test_a_clock_that_was_set_back_begins_anew(void **state)
{
    (void)state;
    loss_tick(&loss, &context, BEGIN_NS);
    loss_tick(&loss, &context, BEGIN_NS - 3600 * SECOND_NS);
    loss_tick(&loss, &context, BEGIN_NS - 3580 * SECOND_NS);
    assert_int_equal(n_reports, 0);
    loss_tick(&loss, &context, BEGIN_NS - 3540 * SECOND_NS);
    assert_int_equal(n_reports, 1);
}

static void test_no_interval_is_shorter_than_a_second(void **state)
{
    (void)state;
    context.interval_ns = 0;
    loss_tick(&loss, &context, BEGIN_NS);
    loss_tick(&loss, &context, BEGIN_NS + SECOND_NS - 1);
    assert_int_equal(n_reports, 0);
    loss_tick(&loss, &context, BEGIN_NS + SECOND_NS);
    assert_int_equal(n_reports, 1);
}

static void test_without_statistics_the_worker_tells_of_itself(void **state)
{
    (void)state;
    context.stats = NULL;
    loss_tick(&loss, &context, BEGIN_NS);
    loss_end(&loss, &context);
    assert_int_equal(n_reports, 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_a_period_is_told_when_it_is_over, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_each_count_is_told_once, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_who_was_not_heard_is_not_told_of, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_the_end_tells_the_rest, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_without_a_datagram_there_is_no_end, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_a_clock_that_was_set_back_begins_anew, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(test_no_interval_is_shorter_than_a_second, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(test_without_statistics_the_worker_tells_of_itself, set_up,
                                        tear_down),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
