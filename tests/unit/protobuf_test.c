// SPDX-License-Identifier: Apache-2.0
/* Protobuf on the wire: numbers of every length, and lengths that are known last. */
#include "lib/formats/protobuf.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

static void assert_octets(const char *out, const char *end, const char *expected, size_t len)
{
    assert_int_equal(end - out, len);
    assert_memory_equal(out, expected, len);
}

/* Where the number of octets changes. */
static void varints(void **state)
{
    static const struct {
        uint64_t value;
        const char *octets;
        size_t len;
    } rows[] = {
        {0, "\x00", 1},
        {1, "\x01", 1},
        {127, "\x7f", 1},
        {128, "\x80\x01", 2},
        {300, "\xac\x02", 2},
        {16383, "\xff\x7f", 2},
        {16384, "\x80\x80\x01", 3},
        {UINT32_MAX, "\xff\xff\xff\xff\x0f", 5},
        {INT64_MAX, "\xff\xff\xff\xff\xff\xff\xff\xff\x7f", 9},
        {UINT64_MAX, "\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01", 10},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        char out[PROTOBUF_VARINT_MAX];

        assert_octets(out, protobuf_write_varint(out, rows[i].value), rows[i].octets, rows[i].len);
    }
}

static void tags(void **state)
{
    char out[PROTOBUF_TAG_MAX];

    (void)state;
    assert_octets(out, protobuf_write_tag(out, 1, PROTOBUF_VARINT), "\x08", 1);
    assert_octets(out, protobuf_write_tag(out, 15, PROTOBUF_DELIMITED), "\x7a", 1);
    assert_octets(out, protobuf_write_tag(out, 16, PROTOBUF_VARINT), "\x80\x01", 2);
    assert_octets(out, protobuf_write_tag(out, 1001, PROTOBUF_FIXED64), "\xc9\x3e", 2);
    assert_octets(out, protobuf_write_tag(out, (1u << 29) - 1, PROTOBUF_VARINT),
                  "\xf8\xff\xff\xff\x0f", 5);
}

static void fixed_numbers(void **state)
{
    char out[8];

    (void)state;
    assert_octets(out, protobuf_write_fixed64(out, 0x0102030405060708),
                  "\x08\x07\x06\x05\x04\x03\x02\x01", 8);
}

/* What was written between open and close stands behind its length, however long that is. */
static void lengths(void **state)
{
    static const struct {
        size_t len;
        const char *length;
        size_t length_len;
    } rows[] = {
        {0, "\x00", 1},
        {1, "\x01", 1},
        {127, "\x7f", 1},
        {128, "\x80\x01", 2},
        {16383, "\xff\x7f", 2},
        {16384, "\x80\x80\x01", 3},
        {65536, "\x80\x80\x04", 3},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        const size_t len = rows[i].len;
        char *out = malloc(len + PROTOBUF_LENGTH_MAX);
        char *end;

        assert_non_null(out);
        for (size_t at = 0; at < len; at++) {
            protobuf_open(out)[at] = (char)(at % 251);
        }
        end = protobuf_close(out, protobuf_open(out) + len);
        assert_int_equal(end - out, rows[i].length_len + len);
        assert_memory_equal(out, rows[i].length, rows[i].length_len);
        for (size_t at = 0; at < len; at++) {
            assert_int_equal(out[rows[i].length_len + at], (char)(at % 251));
        }
        free(out);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(varints),
        cmocka_unit_test(tags),
        cmocka_unit_test(fixed_numbers),
        cmocka_unit_test(lengths),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
