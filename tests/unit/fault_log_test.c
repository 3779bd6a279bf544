// SPDX-License-Identifier: Apache-2.0
// How many lines of faults reach the log, and what they say.
#include "lib/fault_log.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <threads.h>
#include <unistd.h>

#include <cmocka.h>

#include "lib/fault_hash.h"
#include "lib/log.h"

static const uint64_t SECOND_NS = 1000000000;

static int saved_stderr;
static FILE *caught;
static uint64_t clock_ns; /* goes on from test to test, for the log remembers */

static int catch_stderr(void **state)
{
    (void)state;
    caught = tmpfile();
    assert_non_null(caught);
    saved_stderr = dup(STDERR_FILENO);
    dup2(fileno(caught), STDERR_FILENO);
    clock_ns += 3600 * SECOND_NS;
    return 0;
}

static int release_stderr(void **state)
{
    (void)state;
    dup2(saved_stderr, STDERR_FILENO);
    close(saved_stderr);
    (void)fclose(caught);
    fault_log_set_muting(10, 10 * SECOND_NS);
    return 0;
}

/* How many of the lines so far hold the text. */
static unsigned lines_with(const char *text)
{
    char line[1024];
    unsigned n = 0;

    rewind(caught);
    while (fgets(line, sizeof(line), caught) != NULL) {
        n += strstr(line, text) != NULL;
    }
    return n;
}

static void report_of(const uint8_t addr[static 4], enum decode_error error, unsigned times)
{
    static struct decode d; /* a flow is large */
    struct datagram datagram = {.from = flow_addr_make(addr, 4), .from_port = 2055};

    d.datagram = &datagram;
    d.message.template_id = 300;
    for (unsigned i = 0; i < times; i++) {
        datagram.received_ns = clock_ns;
        fault_log_hear(&d, error, "here");
        clock_ns += SECOND_NS / 10;
    }
}

static void report(uint8_t exporter, enum decode_error error, unsigned times)
{
    report_of((const uint8_t[]){192, 0, 2, exporter}, error, times);
}

static void mutes(void **state)
{
    (void)state;
    fault_log_set_muting(3, 10 * SECOND_NS);
    report(1, DECODE_TEMPLATE_UNKNOWN, 50);
    assert_int_equal(lines_with(decode_errors[DECODE_TEMPLATE_UNKNOWN].text), 3);
    assert_int_equal(lines_with("too many receiver messages, muting"), 1);
    assert_int_equal(lines_with("exporter=192.0.2.1 "), 4);
    assert_int_equal(lines_with("template=300"), 4);
}

static void each_reason_of_each_exporter(void **state)
{
    (void)state;
    fault_log_set_muting(1, 3600 * SECOND_NS);
    report(1, DECODE_SET_LENGTH, 5);
    report(2, DECODE_SET_LENGTH, 5);
    report(2, DECODE_SHORT, 5);
    assert_int_equal(lines_with("muting"), 3);
    assert_int_equal(lines_with("reason=set_length"), 4);
    assert_int_equal(lines_with("exporter=192.0.2.2 "), 4);
}

static void tells_what_was_skipped(void **state)
{
    (void)state;
    fault_log_set_muting(2, 10 * SECOND_NS);
    report(3, DECODE_SHORT, 20);
    clock_ns += 60 * SECOND_NS;
    report(3, DECODE_SHORT, 1);
    assert_int_equal(lines_with("msg=\"skipped receiver messages\""), 1);
    assert_int_equal(lines_with("count=18 "), 1);
    report(3, DECODE_SHORT, 1);
    assert_int_equal(lines_with(decode_errors[DECODE_SHORT].text), 3);
}

static void zero_mutes_nothing(void **state)
{
    (void)state;
    fault_log_set_muting(0, 10 * SECOND_NS);
    report(4, DECODE_SHORT, 30);
    fault_log_set_muting(5, 0);
    report(4, DECODE_SHORT, 30);
    assert_int_equal(lines_with(decode_errors[DECODE_SHORT].text), 60);
}

static void lines_a_second(void **state)
{
    (void)state;
    for (uint8_t exporter = 100; exporter < 200; exporter++) {
        report(exporter, DECODE_SHORT, 1);
        clock_ns -= SECOND_NS / 10;
    }
    assert_int_equal(lines_with("exporter="), 10);
    clock_ns += 2 * SECOND_NS;
    report(99, DECODE_SHORT, 1);
    assert_int_equal(lines_with("left_out=90"), 1);
}

static int draw_hash(void *hash)
{
    const struct flow_addr from = flow_addr_make((const uint8_t[]){192, 0, 2, 1}, 4);

    *(uint64_t *)hash = fault_hash(&from, DECODE_SHORT);
    return 0;
}

/* Each thread has its own secret, so what is known of one helps nobody against another. */
static void hash_is_keyed(void **state)
{
    uint64_t hashes[3];
    thrd_t thread;

    (void)state;
    (void)draw_hash(&hashes[0]);
    (void)draw_hash(&hashes[1]);
    assert_int_equal(thrd_create(&thread, draw_hash, &hashes[2]), thrd_success);
    (void)thrd_join(thread, NULL);
    assert_true(hashes[0] == hashes[1]);
    assert_true(hashes[0] != hashes[2]);
}

/* More exporters than there are slots: the first lines of each are written, whoever spoke before.
 */
static void nobody_mutes_another(void **state)
{
    (void)state;
    fault_log_set_muting(1, 3600 * SECOND_NS);
    for (unsigned i = 0; i < 1100; i++) {
        report_of((uint8_t[]){10, 0, (uint8_t)(i >> 8), (uint8_t)i}, DECODE_SHORT, 1);
    }
    assert_int_equal(lines_with(decode_errors[DECODE_SHORT].text), 1100);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(mutes, catch_stderr, release_stderr),
        cmocka_unit_test_setup_teardown(each_reason_of_each_exporter, catch_stderr, release_stderr),
        cmocka_unit_test_setup_teardown(tells_what_was_skipped, catch_stderr, release_stderr),
        cmocka_unit_test_setup_teardown(zero_mutes_nothing, catch_stderr, release_stderr),
        cmocka_unit_test_setup_teardown(lines_a_second, catch_stderr, release_stderr),
        cmocka_unit_test_setup_teardown(nobody_mutes_another, catch_stderr, release_stderr),
        cmocka_unit_test(hash_is_keyed),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
