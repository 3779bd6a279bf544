// SPDX-License-Identifier: Apache-2.0
// Who gets a place in the statistics, who keeps it, and where the others are counted.
#include "lib/worker_stats.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

enum { PLACES = 3, SOCKETS = 2 };

static const uint64_t NOW_NS = 1700000000000000000;
static const uint64_t SILENCE_NS = (uint64_t)STATS_SILENCE_S * 1000000000;

static struct stats_limits limits;
static struct worker_stats *stats;
static struct datagram datagram;
static struct decode d;

static int set_up(void **state)
{
    (void)state;
    limits = (struct stats_limits){.exporters.limit = PLACES, .templates.limit = 2};
    stats = worker_stats_new(&limits, SOCKETS);
    datagram = (struct datagram){.len = 100, .received_ns = NOW_NS};
    d = (struct decode){.datagram = &datagram};
    return stats == NULL;
}

static int tear_down(void **state)
{
    (void)state;
    worker_stats_free(stats);
    return 0;
}

/* A datagram of so many flows from 192.0.2.exporter, whose domain has this hint, or none. */
static void hear_of(uint8_t exporter, uint32_t flows, struct exporter_stats **hint)
{
    const uint8_t octets[] = {192, 0, 2, exporter};

    datagram.from = flow_addr_make(octets, sizeof(octets));
    tally_clear(&d.tally);
    tally_identify(&d.tally, FLOW_TYPE_NETFLOW_V5, 0, &(struct flow_addr){0});
    d.tally.flows = flows;
    d.tally.stats = hint;
    worker_stats_datagram(stats, &d);
}

static void hear(uint8_t exporter, uint32_t flows)
{
    hear_of(exporter, flows, NULL);
}

static void hear_with_hint(uint8_t exporter, struct exporter_stats **hint)
{
    hear_of(exporter, 1, hint);
}

struct found {
    uint8_t exporter; /* 0 for those without a place */
    uint64_t datagrams;
};

static void find(void *exporter_stats, void *arg)
{
    const struct exporter_stats *e = exporter_stats;
    struct found *found = arg;

    if (e->key.addr.bytes[3] == found->exporter) {
        found->datagrams += e->datagrams;
    }
}

static uint64_t heard(uint8_t exporter)
{
    struct found found = {.exporter = exporter};
    size_t cursor = 0;

    do {
        cursor = worker_stats_walk(stats, cursor, 1, find, &found);
    } while (cursor != 0);
    return found.datagrams;
}

static void test_places(void **state)
{
    (void)state;
    for (uint8_t exporter = 1; exporter <= PLACES + 2; exporter++) {
        hear(exporter, 1);
        hear(exporter, 0);
    }
    assert_int_equal(heard(1), 2);
    assert_int_equal(heard(PLACES), 2);
    assert_int_equal(heard(PLACES + 1), 0);
    assert_int_equal(heard(0), 4);
    assert_int_equal(limits.exporters.taken, PLACES);
}

/* What makes no flow, sample or template may come from anywhere. */
static void test_strangers(void **state)
{
    (void)state;
    hear(1, 0);
    hear(2, 0);
    assert_int_equal(heard(0), 2);
    assert_int_equal(limits.exporters.taken, 0);
}

static void test_place_of_the_silent(void **state)
{
    (void)state;
    for (uint8_t exporter = 1; exporter <= PLACES; exporter++) {
        hear(exporter, 1);
    }
    datagram.received_ns += SILENCE_NS / 2;
    hear(1, 1);
    datagram.received_ns += SILENCE_NS / 2 + 1;
    hear(PLACES + 1, 1);
    assert_int_equal(heard(1), 2);
    assert_int_equal(heard(2), 0);
    assert_int_equal(heard(PLACES + 1), 1);
    assert_int_equal(limits.exporters.taken, PLACES);
}

static void test_listeners_are_told_apart(void **state)
{
    (void)state;
    hear(1, 1);
    datagram.listener = 1;
    hear(1, 1);
    assert_int_equal(heard(1), 2);
    assert_int_equal(limits.exporters.taken, 2);
}

/* A domain's hint leads to its statistics, and no further than these are its own. */
static void test_hints(void **state)
{
    struct exporter_stats *hint = NULL;

    (void)state;
    for (int i = 0; i < 2; i++) {
        hear_with_hint(1, &hint);
    }
    assert_non_null(hint);
    assert_int_equal(hint->datagrams, 2);
    datagram.received_ns += SILENCE_NS + 1;
    for (uint8_t exporter = 2; exporter <= PLACES + 1; exporter++) {
        hear(exporter, 1);
    }
    assert_ptr_not_equal(hint->hint, &hint);
    assert_int_equal(heard(1), 0);
}

/* Who was told that there is no place is soon heard again. */
static void test_hint_to_the_others(void **state)
{
    struct exporter_stats *hint = NULL;

    (void)state;
    for (uint8_t exporter = 1; exporter <= PLACES; exporter++) {
        hear(exporter, 1);
    }
    for (int i = 0; i < 3; i++) {
        hear_with_hint(PLACES + 1, &hint);
    }
    assert_int_equal(heard(0), 3);
    datagram.received_ns += SILENCE_NS + 1;
    hear_with_hint(PLACES + 1, &hint);
    assert_int_equal(heard(PLACES + 1), 1);
    assert_int_equal(heard(0), 3);
}

static void test_templates(void **state)
{
    (void)state;
    tally_clear(&d.tally);
    for (uint16_t id = 256; id < 256 + 2 * TALLY_TEMPLATES_MAX; id++) {
        tally_learnt(&d.tally, id, false);
    }
    worker_stats_datagram(stats, &d);
    assert_int_equal(limits.templates.taken, 2);
    assert_int_equal(limits.exporters.taken, 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_places, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_strangers, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_place_of_the_silent, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_listeners_are_told_apart, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_hints, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_hint_to_the_others, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_templates, set_up, tear_down),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
