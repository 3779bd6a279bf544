// SPDX-License-Identifier: Apache-2.0
// Batches: records back to back, their limits, and records copied out of them.
#include "lib/batch.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "lib/record/buffer.h"

static const struct slice newline = {"\n", 1};

/* Adds text as a record; false if the batch must leave first. */
static bool add(struct batch *batch, const char *text)
{
    const size_t len = strlen(text);
    char *room = batch_room(batch, len);

    if (room == NULL) {
        return false;
    }
    for (size_t i = 0; i < len; i++) {
        room[i] = text[i];
    }
    batch_add(batch, len, 7);
    return true;
}

static void assert_octets(struct slice octets, const char *expected)
{
    assert_int_equal(octets.len, strlen(expected));
    assert_memory_equal(octets.data, expected, octets.len);
}

static void test_records(void **state)
{
    struct batch batch;

    (void)state;
    assert_int_equal(batch_open(&batch, 1000, newline), 0);
    assert_octets(batch_octets(&batch, 0), "");
    assert_true(add(&batch, "one"));
    assert_true(add(&batch, "three"));
    assert_int_equal(batch.n, 2);
    assert_int_equal(batch.separator_len, 1);
    assert_octets(batch.records[1].value, "three");
    assert_int_equal(batch.records[1].time_ms, 7);
    assert_int_equal(batch.records[1].key.len, 0);
    assert_octets(batch_octets(&batch, 0), "one\nthree\n");
    assert_octets(batch_octets(&batch, 1), "three\n");
    assert_octets(batch_octets(&batch, 2), "");
    batch_clear(&batch);
    assert_int_equal(batch.n, 0);
    assert_true(add(&batch, "two"));
    assert_octets(batch_octets(&batch, 0), "two\n");
    batch_close(&batch);
}

static void test_no_separator(void **state)
{
    struct batch batch;

    (void)state;
    assert_int_equal(batch_open(&batch, 1000, (struct slice){NULL, 0}), 0);
    assert_true(add(&batch, "one"));
    assert_true(add(&batch, "two"));
    assert_octets(batch_octets(&batch, 0), "onetwo");
    batch_close(&batch);
}

/* A record and its separator may end exactly where the batch does. */
static void test_full(void **state)
{
    struct batch batch;

    (void)state;
    assert_int_equal(batch_open(&batch, 130, newline), 0);
    assert_null(batch_room(&batch, 130));
    assert_null(batch_room(&batch, SIZE_MAX - 1));
    assert_non_null(batch_room(&batch, 129));
    assert_true(add(&batch, "0123456789"));
    assert_null(batch_room(&batch, 119));
    assert_non_null(batch_room(&batch, 118));
    batch_clear(&batch);
    assert_non_null(batch_room(&batch, 129));
    batch_close(&batch);
}

/* Short records fill the list of records before the octets. */
static void test_many(void **state)
{
    struct batch batch;
    size_t n = 0;

    (void)state;
    assert_int_equal(batch_open(&batch, 1 << 16, newline), 0);
    while (add(&batch, "x")) {
        n++;
    }
    assert_int_equal(n, batch.n);
    assert_true(n >= (1 << 16) / 64);
    assert_int_equal(batch_octets(&batch, 0).len, 2 * n);
    batch_close(&batch);
}

static void test_buffer(void **state)
{
    struct record_buffer buffer;
    struct batch batch;

    (void)state;
    assert_int_equal(batch_open(&batch, 1000, newline), 0);
    assert_true(add(&batch, "one") && add(&batch, "two") && add(&batch, "three"));
    assert_int_equal(record_buffer_open(&buffer, 100), 0);
    assert_true(record_buffer_spent(&buffer));
    assert_int_equal(record_buffer_put(&buffer, &batch, 3), 0);
    assert_int_equal(record_buffer_put(&buffer, &batch, 1), 2);
    assert_octets((struct slice){buffer.data, buffer.used}, "two\nthree\n");
    assert_int_equal(record_buffer_put(&buffer, &batch, 0), 0);
    record_buffer_clear(&buffer);
    assert_int_equal(record_buffer_put(&buffer, &batch, 0), 2);
    assert_octets((struct slice){buffer.data, buffer.used}, "one\ntwo\n");

    assert_int_equal(record_buffer_advance(&buffer, 3), 0);
    assert_int_equal(record_buffer_part(&buffer), 3);
    assert_int_equal(record_buffer_held(&buffer), 2);
    assert_int_equal(record_buffer_advance(&buffer, 1), 1);
    assert_int_equal(record_buffer_part(&buffer), 0);
    assert_int_equal(record_buffer_advance(&buffer, 4), 1);
    assert_true(record_buffer_spent(&buffer));
    assert_int_equal(record_buffer_held(&buffer), 0);
    record_buffer_close(&buffer);
    batch_close(&batch);
}

/* The buffer's list of records has an end too. */
static void test_buffer_many(void **state)
{
    struct record_buffer buffer;
    struct batch batch;

    (void)state;
    assert_int_equal(batch_open(&batch, 1000, newline), 0);
    assert_true(add(&batch, "1") && add(&batch, "2") && add(&batch, "3"));
    assert_int_equal(record_buffer_open(&buffer, 127), 0);
    assert_int_equal(record_buffer_put(&buffer, &batch, 0), 2);
    assert_int_equal(record_buffer_advance(&buffer, buffer.used), 2);
    record_buffer_close(&buffer);
    batch_close(&batch);
}

static void test_head(void **state)
{
    struct batch batch;
    struct batch head;

    (void)state;
    assert_int_equal(batch_open(&batch, 1000, newline), 0);
    assert_true(add(&batch, "one") && add(&batch, "two") && add(&batch, "three"));
    head = batch_head(&batch, 2);
    assert_int_equal(head.n, 2);
    assert_octets(batch_octets(&head, 1), "two\n");
    head = batch_head(&batch, 3);
    assert_octets(batch_octets(&head, 2), "three\n");
    batch_close(&batch);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_records), cmocka_unit_test(test_no_separator),
        cmocka_unit_test(test_full),    cmocka_unit_test(test_many),
        cmocka_unit_test(test_buffer),  cmocka_unit_test(test_buffer_many),
        cmocka_unit_test(test_head),
    };

    return cmocka_run_group_tests_name("batch", tests, NULL, NULL);
}
