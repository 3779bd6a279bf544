// SPDX-License-Identifier: Apache-2.0
// Quarantines: what is put into one is found again, and what goes in.
#include "lib/quarantine/quarantine.h"

#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>
#include <uv.h>

#include <cmocka.h>

#include "lib/quarantine/inlet.h"
#include "tests/unit/quarantine_fixture.h"

static const uint64_t SECOND_NS = 1000000000;
static const uint64_t NOW_NS = 1700000000123456789;

/* --- The whole --- */

static const struct pcapng_receiver receivers[] = {{.port = 6343}, {.port = 2055}};

static struct quarantine *open_at(const struct place *place, uint64_t rate)
{
    const struct quarantine_settings settings = {
        .path = place->path,
        .octets = QUARANTINE_OCTETS_MIN,
        .rate = rate,
        .receivers = receivers,
        .n_receivers = 2,
    };
    struct quarantine *quarantine;

    (void)unlink(place->path);
    (void)unlink(place->older);
    assert_int_equal(quarantine_open(&quarantine, &settings), 0);
    return quarantine;
}

static void test_put(void **state)
{
    const struct place *place = *state;
    struct quarantine *quarantine = open_at(place, 0);
    struct datagram datagram = quarantine_datagram_v6(77);

    datagram.listener = 1;
    assert_true(quarantine_put(quarantine, &datagram, "broken", NULL));
    quarantine_close(quarantine);
    quarantine_assert_found(place->path, &datagram);
}

static void wait_for(const char *path)
{
    for (int i = 0; i < 2000 && quarantine_size_of(path) <= 0; i++) {
        uv_sleep(10);
    }
    assert_true(quarantine_size_of(path) > 0);
}

static void test_reopen(void **state)
{
    const struct place *place = *state;
    struct quarantine *quarantine = open_at(place, 0);
    const struct datagram datagram = quarantine_datagram_v4(77);

    assert_int_equal(rename(place->path, place->older), 0);
    quarantine_reopen(quarantine);
    wait_for(place->path);
    assert_true(quarantine_put(quarantine, &datagram, "broken", NULL));
    quarantine_close(quarantine);
    assert_int_equal(quarantine_count(place->path), 1);
    assert_int_equal(quarantine_count(place->older), 0);
}

static void test_cannot_open(void **state)
{
    const struct quarantine_settings settings = {.path = "/dev/null/q", .octets = 1 << 20};
    struct quarantine *quarantine;

    (void)state;
    assert_int_equal(quarantine_open(&quarantine, &settings), UV_ENOTDIR);
    quarantine_close(NULL);
}

/* --- What goes in --- */

struct way {
    struct quarantine *quarantine;
    struct quarantine_inlet *inlet;
    struct counters counters;
    struct decode decode;
};

static void open_way(struct way *way, const struct place *place, uint64_t rate)
{
    memset(way, 0, sizeof(*way));
    way->quarantine = open_at(place, rate);
    way->inlet = quarantine_inlet_new(way->quarantine);
    assert_non_null(way->inlet);
    way->decode.counters = &way->counters;
}

static void close_way(struct way *way)
{
    quarantine_inlet_free(way->inlet);
    quarantine_close(way->quarantine);
}

static void fault(struct way *way, uint64_t ns, enum decode_error error)
{
    struct datagram datagram = quarantine_datagram_v4(10);

    datagram.received_ns = NOW_NS + ns;
    way->decode.datagram = &datagram;
    quarantine_inlet_begin(way->inlet, &datagram);
    quarantine_inlet_fault(way->inlet, &way->decode, DECODE_PADDING, NULL);
    quarantine_inlet_fault(way->inlet, &way->decode, error, "detail");
    quarantine_inlet_fault(way->inlet, &way->decode, DECODE_SET_RESERVED, NULL);
    quarantine_inlet_end(way->inlet, &way->decode);
}

static uint64_t counted(const struct way *way, enum counter counter)
{
    return counter_read(&way->counters.at[counter]);
}

/* Of one fault, one a second. */
static void test_one_fault(void **state)
{
    struct way way;

    open_way(&way, *state, 1000);
    for (uint64_t i = 0; i < 30; i++) {
        fault(&way, i * SECOND_NS / 10, DECODE_SHORT);
    }
    fault(&way, 0, DECODE_SHORT); /* the clock was set back */
    close_way(&way);
    assert_int_equal(counted(&way, COUNTER_quarantined), 4);
    assert_int_equal(counted(&way, COUNTER_quarantine_left_out), 27);
}

/* Of all together, the rate, and at once what is due in ten seconds. */
static void test_rate(void **state)
{
    struct way way;

    open_way(&way, *state, 1);
    for (uint64_t second = 0; second < 100; second++) {
        for (int error = 0; error < DECODE_ERROR_COUNT; error++) {
            fault(&way, second * SECOND_NS, (enum decode_error)error);
        }
    }
    close_way(&way);
    assert_in_range(counted(&way, COUNTER_quarantined), 100, 112);
}

static void test_all(void **state)
{
    struct way way;

    open_way(&way, *state, 0);
    for (uint64_t i = 0; i < 50; i++) {
        fault(&way, 0, DECODE_SHORT);
    }
    close_way(&way);
    assert_int_equal(counted(&way, COUNTER_quarantined), 50);
    assert_int_equal(quarantine_count(((struct place *)*state)->path), 50);
}

/* Octets beyond which no file of this process may grow, as on a disk that is full. */
static void limit_files(rlim_t octets)
{
    struct rlimit limit;

    assert_int_equal(getrlimit(RLIMIT_FSIZE, &limit), 0);
    limit.rlim_cur = octets == RLIM_INFINITY ? limit.rlim_max : octets;
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &limit), 0);
}

/* What could not be written is not in the quarantine. */
static void test_disk_full(void **state)
{
    const struct place *place = *state;
    struct way way;

    (void)signal(SIGXFSZ, SIG_IGN);
    open_way(&way, place, 0);
    limit_files(2000);
    for (uint64_t i = 0; i < 50; i++) {
        fault(&way, 0, DECODE_SHORT);
    }
    close_way(&way);
    limit_files(RLIM_INFINITY);
    assert_int_equal(counted(&way, COUNTER_quarantined), quarantine_count(place->path));
    assert_int_equal(
        counted(&way, COUNTER_quarantined) + counted(&way, COUNTER_quarantine_left_out), 50);
    assert_true(counted(&way, COUNTER_quarantine_left_out) > 0);
}

/* What is no fault of the datagram's, costs little, or belongs to another datagram. */
static void test_left_alone(void **state)
{
    static const enum decode_error errors[] = {
        DECODE_NOT_ALLOWED,      DECODE_NO_MEMORY,         DECODE_NOT_SERIALIZABLE,
        DECODE_TEMPLATE_UNKNOWN, DECODE_TEMPLATE_REJECTED, DECODE_TEMPLATE_RATE,
        DECODE_PADDING,          DECODE_FIELD_VALUE,
    };
    const struct datagram datagram = quarantine_datagram_v4(10);
    const struct datagram other = quarantine_datagram_v4(20);
    struct way way;

    open_way(&way, *state, 0);
    for (size_t i = 0; i < sizeof(errors) / sizeof(errors[0]); i++) {
        way.decode.datagram = &datagram;
        quarantine_inlet_begin(way.inlet, &datagram);
        quarantine_inlet_fault(way.inlet, &way.decode, errors[i], NULL);
        quarantine_inlet_end(way.inlet, &way.decode);
    }
    way.decode.datagram = &other;
    quarantine_inlet_begin(way.inlet, &datagram);
    quarantine_inlet_fault(way.inlet, &way.decode, DECODE_SHORT, NULL);
    quarantine_inlet_end(way.inlet, &way.decode);
    close_way(&way);
    assert_int_equal(counted(&way, COUNTER_quarantined), 0);
    assert_int_equal(counted(&way, COUNTER_quarantine_left_out), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_put),         cmocka_unit_test(test_reopen),
        cmocka_unit_test(test_cannot_open), cmocka_unit_test(test_one_fault),
        cmocka_unit_test(test_rate),        cmocka_unit_test(test_all),
        cmocka_unit_test(test_left_alone),  cmocka_unit_test(test_disk_full),
    };

    return cmocka_run_group_tests(tests, quarantine_make_place, quarantine_remove_place);
}
