// SPDX-License-Identifier: Apache-2.0
// Outputs account for each record: made = taken + unsent + in the batch.
#include "lib/output.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static const struct slice newline = {"\n", 1};

/*
 * A format whose records are as long as the flow has bytes, and begin with its number of packets.
 */
enum { FORMAT_MAX = 1000 };

static void fake_open(struct format *f)
{
    f->max = FORMAT_MAX;
}

static size_t fake_write(struct format *f, const struct flow *flow, char *out)
{
    (void)f;
    memset(out, '.', flow->bytes);
    out[0] = (char)('0' + flow->packets % 10);
    return flow->bytes;
}

static const struct format_ops fake_format = {
    .name = "fake", .size = sizeof(struct format), .open = fake_open, .write = fake_write};

/* A transport with room for so many records; waiting makes room for as many again. */
struct fake {
    struct transport transport;
    size_t room;
    size_t room_after_wait;
    size_t sends;
    size_t waits;
    size_t next; /* number of the record that must come next */
    uint64_t time_ms;
};

static size_t fake_send(struct transport *t, const struct batch *batch, size_t first)
{
    struct fake *fake = (struct fake *)t;
    size_t taken = 0;

    fake->sends++;
    for (size_t i = first; i < batch->n && fake->room > 0; i++, fake->room--, taken++) {
        assert_int_equal(batch->records[i].value.data[0], '0' + fake->next++ % 10);
        fake->time_ms = batch->records[i].time_ms;
    }
    return taken;
}

static void fake_wait(struct transport *t)
{
    struct fake *fake = (struct fake *)t;

    fake->waits++;
    fake->room = fake->room_after_wait;
}

static const struct transport_ops fake_transport = {
    .name = "fake", .size = sizeof(struct fake), .send = fake_send, .wait = fake_wait};

static struct counters counters;
static struct output output;
static struct fake fake;

static void open_output(enum output_policy policy, size_t room, size_t room_after_wait)
{
    struct format *format = format_new(&fake_format, NULL, 0);

    memset(&counters, 0, sizeof(counters));
    fake = (struct fake){
        .transport.ops = &fake_transport, .room = room, .room_after_wait = room_after_wait};
    assert_non_null(format);
    assert_int_equal(output_open(&output, format, &fake.transport, newline, policy, &counters), 0);
}

static uint64_t counted(enum counter counter)
{
    return counter_read(&counters.at[counter]);
}

static void assert_conserved(void)
{
    assert_int_equal(counted(COUNTER_records),
                     fake.transport.taken + counted(COUNTER_records_unsent) + output.batch.n);
}

static void make_flows(size_t n)
{
    static struct flow flow;

    for (size_t i = 0; i < n; i++) {
        flow_clear(&flow);
        FLOW_SET(&flow, packets, counted(COUNTER_records));
        FLOW_SET(&flow, bytes, 1 + i % FORMAT_MAX);
        FLOW_SET(&flow, time_received, 5999999);
        assert_int_equal(output_flow(&output, &flow), flow.bytes + newline.len);
        assert_conserved();
    }
}

static void test_flush(void **state)
{
    (void)state;
    open_output(OUTPUT_DROP, SIZE_MAX, 0);
    output_flush(&output);
    assert_int_equal(fake.sends, 0);
    make_flows(3);
    assert_int_equal(fake.sends, 0);
    output_flush(&output);
    assert_int_equal(fake.sends, 1);
    assert_int_equal(fake.transport.taken, 3);
    assert_int_equal(fake.time_ms, 5);
    assert_conserved();
    output_close(&output);
}

static void test_full_batch_leaves(void **state)
{
    (void)state;
    open_output(OUTPUT_DROP, SIZE_MAX, 0);
    make_flows(10000);
    assert_true(fake.sends >= 4);
    output_flush(&output);
    assert_int_equal(fake.transport.taken, 10000);
    output_close(&output);
}

static void test_drop(void **state)
{
    (void)state;
    open_output(OUTPUT_DROP, 4, 0);
    make_flows(10);
    output_flush(&output);
    assert_int_equal(fake.transport.taken, 4);
    assert_int_equal(counted(COUNTER_records_unsent), 6);
    assert_int_equal(fake.sends, 1);
    assert_int_equal(fake.waits, 0);
    assert_conserved();
    output_close(&output);
}

static void test_wait(void **state)
{
    (void)state;
    open_output(OUTPUT_WAIT, 4, 3);
    make_flows(10);
    output_flush(&output);
    assert_int_equal(fake.transport.taken, 10);
    assert_int_equal(fake.next, 10);
    assert_int_equal(counted(COUNTER_records_unsent), 0);
    assert_int_equal(fake.waits, 2);
    assert_conserved();
    output_close(&output);
}

static void test_held(void **state)
{
    struct transport t = {.taken = 10};

    (void)state;
    transport_delivered(&t, 4);
    transport_lost(&t, TRANSPORT_CLOSED, 1);
    transport_lost(&t, TRANSPORT_SHUTDOWN, 2);
    assert_int_equal(transport_held(&t), 3);
    transport_delivered(&t, 4);
    assert_int_equal(transport_held(&t), 0);
    assert_string_equal(transport_losses[TRANSPORT_SHUTDOWN].key, "shutdown");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_flush), cmocka_unit_test(test_full_batch_leaves),
        cmocka_unit_test(test_drop),  cmocka_unit_test(test_wait),
        cmocka_unit_test(test_held),
    };

    return cmocka_run_group_tests_name("output", tests, NULL, NULL);
}
