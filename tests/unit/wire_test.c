// SPDX-License-Identifier: Apache-2.0
/* The reader of octets: its boundaries, its latch, and its slices. */
#include "lib/wire.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

static const uint8_t octets[] = {0x81, 0x82, 0x83, 0x84, 0x85, 0x86, 0x87, 0x88};

static uint64_t read_u8(struct wire *w)
{
    return wire_u8(w);
}

static uint64_t read_u16(struct wire *w)
{
    return wire_u16(w);
}

static uint64_t read_u32(struct wire *w)
{
    return wire_u32(w);
}

static uint64_t read_bytes(struct wire *w)
{
    const uint8_t *bytes = wire_bytes(w, 3);

    return bytes == NULL ? 0 : bytes[2];
}

static uint64_t read_uint(struct wire *w)
{
    return wire_uint(w, 5);
}

static const struct {
    uint64_t (*read)(struct wire *w);
    size_t width;
    uint64_t value;
} readers[] = {
    {read_u8, 1, 0x81},        {read_u16, 2, 0x8182},        {read_bytes, 3, 0x83},
    {read_u32, 4, 0x81828384}, {read_uint, 5, 0x8182838485}, {wire_u64, 8, 0x8182838485868788},
};

/* With too few octets a reader gives zero, with its width of them or more its value. */
static void boundaries(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof(readers) / sizeof(readers[0]); i++) {
        for (size_t len = 0; len <= sizeof(octets); len++) {
            const bool enough = len >= readers[i].width;
            struct wire w;

            wire_init(&w, octets, len);
            assert_int_equal(readers[i].read(&w), enough ? readers[i].value : 0);
            assert_int_equal(wire_failed(&w), !enough);
            assert_int_equal(wire_left(&w), enough ? len - readers[i].width : 0);
        }
    }
}

static void latch(void **state)
{
    struct wire w;

    (void)state;
    wire_init(&w, octets, 3);
    assert_int_equal(wire_u16(&w), 0x8182);
    assert_int_equal(wire_u16(&w), 0);
    assert_int_equal(wire_u8(&w), 0);
    assert_non_null(wire_bytes(&w, 0));
    wire_skip_rest(&w);
    assert_true(wire_failed(&w));
}

static void skips(void **state)
{
    struct wire w;

    (void)state;
    wire_init(&w, octets, sizeof(octets));
    wire_skip(&w, 7);
    assert_int_equal(wire_u8(&w), 0x88);
    wire_skip_rest(&w);
    assert_non_null(wire_bytes(&w, 0));
    assert_false(wire_failed(&w));
    wire_skip(&w, SIZE_MAX);
    assert_true(wire_failed(&w));
}

static void unsigned_widths(void **state)
{
    static const uint64_t values[] = {
        0,
        0x81,
        0x8182,
        0x818283,
        0x81828384,
        0x8182838485,
        0x818283848586,
        0x81828384858687,
        0x8182838485868788,
    };

    (void)state;
    for (size_t len = 0; len <= 8; len++) {
        struct wire w;

        wire_init(&w, octets, len);
        assert_int_equal(wire_uint(&w, len), values[len]);
        assert_false(wire_failed(&w));
        assert_int_equal(wire_left(&w), 0);
    }
}

static void inner_failure(void **state)
{
    struct wire outer;
    struct wire inner;

    (void)state;
    wire_init(&outer, octets, sizeof(octets));
    inner = wire_slice(&outer, 3);
    assert_int_equal(wire_u16(&inner), 0x8182);
    assert_int_equal(wire_u16(&inner), 0);
    assert_true(wire_failed(&inner));
    assert_false(wire_failed(&outer));
    assert_int_equal(wire_u8(&outer), 0x84);
}

static void slice_too_long(void **state)
{
    struct wire outer;
    struct wire inner;

    (void)state;
    wire_init(&outer, octets, 4);
    inner = wire_slice(&outer, 5);
    assert_true(wire_failed(&outer));
    assert_true(wire_failed(&inner));
    assert_int_equal(wire_left(&outer), 0);
    assert_int_equal(wire_left(&inner), 0);
}

static void slice_lengths(void **state)
{
    struct wire outer;
    struct wire inner;

    (void)state;
    wire_init(&outer, octets, 4);
    inner = wire_slice(&outer, 0);
    assert_int_equal(wire_left(&inner), 0);
    inner = wire_slice_clipped(&outer, 1);
    assert_int_equal(wire_u8(&inner), 0x81);
    inner = wire_slice_clipped(&outer, 9);
    assert_int_equal(wire_left(&inner), 3);
    inner = wire_slice_clipped(&outer, 9);
    assert_int_equal(wire_left(&inner), 0);
    assert_false(wire_failed(&inner) || wire_failed(&outer));
}

static void all_zero(void **state)
{
    static const uint8_t padded[] = {1, 0, 0, 2};
    struct wire w;

    (void)state;
    wire_init(&w, padded, 3);
    assert_false(wire_all_zero(&w));
    wire_skip(&w, 1);
    assert_true(wire_all_zero(&w));
    assert_int_equal(wire_left(&w), 2);
    wire_skip_rest(&w);
    assert_true(wire_all_zero(&w));
    wire_init(&w, padded + 1, 3);
    assert_false(wire_all_zero(&w));
}

static void final_zeros(void **state)
{
    static const uint8_t padded[] = {0, 1, 0, 0};
    struct wire w;

    (void)state;
    wire_init(&w, padded, sizeof(padded));
    assert_ptr_equal(wire_final_zeros(&w), padded + 2);
    assert_false(wire_reached(&w, padded + 2));
    wire_skip(&w, 3);
    assert_true(wire_reached(&w, padded + 2));
    assert_ptr_equal(wire_final_zeros(&w), padded + 3);
    wire_init(&w, padded, 2);
    assert_ptr_equal(wire_final_zeros(&w), padded + 2);
    wire_init(&w, padded, 0);
    assert_ptr_equal(wire_final_zeros(&w), padded);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(final_zeros),     cmocka_unit_test(boundaries),
        cmocka_unit_test(latch),           cmocka_unit_test(skips),
        cmocka_unit_test(unsigned_widths), cmocka_unit_test(inner_failure),
        cmocka_unit_test(slice_too_long),  cmocka_unit_test(slice_lengths),
        cmocka_unit_test(all_zero),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
