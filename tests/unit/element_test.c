// SPDX-License-Identifier: Apache-2.0
/* The table of information elements: its order, its search, and the lengths of its types. */
#include "lib/element/element.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

/* The search wants the rows sorted, which also makes them unique. */
static void sorted(void **state)
{
    (void)state;
    for (unsigned i = IE_NONE + 2; i < ELEMENT_COUNT; i++) {
        const struct element *a = &elements[i - 1];
        const struct element *b = &elements[i];

        assert_true(a->pen < b->pen || (a->pen == b->pen && a->id < b->id));
    }
    assert_true(ELEMENT_COUNT < 0x8000);
}

static void every_row_found(void **state)
{
    (void)state;
    for (unsigned i = IE_NONE + 1; i < ELEMENT_COUNT; i++) {
        const struct element *element = &elements[i];
        const uint32_t pen = element->pen == ELEMENT_PEN_V9 ? ELEMENT_PEN_IANA : element->pen;

        assert_non_null(element->name);
        assert_non_null(element->units);
        assert_int_equal(element_find(pen, element->id), i);
    }
}

static void found(void **state)
{
    static const struct {
        uint32_t pen;
        uint16_t id;
        uint16_t element;
    } rows[] = {
        {ELEMENT_PEN_IANA, 0, IE_NONE},
        {ELEMENT_PEN_IANA, 1, IE_octetDeltaCount},
        {ELEMENT_PEN_IANA, 8, IE_sourceIPv4Address},
        {ELEMENT_PEN_IANA, 0x7fff, IE_NONE},
        {ELEMENT_PEN_IANA, 40001, IE_V9_postNATSourceIPv4Address},
        {ELEMENT_PEN_IANA, 65535, IE_NONE},
        {9, 12235, IE_cisco_appHTTPHost},
        {9, 1, IE_NONE},
        {ELEMENT_PEN_REVERSE, 1, IE_REVERSE(IE_octetDeltaCount)},
        {ELEMENT_PEN_REVERSE, 40001, IE_NONE},
        {ELEMENT_PEN_CERT, 14, IE_cert_initialTCPFlags},
        {ELEMENT_PEN_CERT, 0x4000 | 14, IE_REVERSE(IE_cert_initialTCPFlags)},
        {ELEMENT_PEN_CERT, 0x4000, IE_NONE},
        {4242424242, 1, IE_NONE},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        assert_int_equal(element_find(rows[i].pen, rows[i].id), rows[i].element);
    }
}

/* The shortest and the longest of each type, and what lies beside them. */
static void lengths(void **state)
{
    static const struct {
        uint8_t type;
        uint16_t least;
        uint16_t most;
    } rows[] = {
        {TYPE_OCTET_ARRAY, 0, 65535},
        {TYPE_UNSIGNED8, 1, 1},
        {TYPE_UNSIGNED16, 1, 2},
        {TYPE_UNSIGNED32, 1, 4},
        {TYPE_UNSIGNED64, 1, 8},
        {TYPE_SIGNED8, 1, 1},
        {TYPE_SIGNED16, 1, 2},
        {TYPE_SIGNED32, 1, 4},
        {TYPE_SIGNED64, 1, 8},
        {TYPE_FLOAT32, 4, 4},
        {TYPE_FLOAT64, 4, 8},
        {TYPE_BOOLEAN, 1, 1},
        {TYPE_MAC_ADDRESS, 6, 6},
        {TYPE_STRING, 0, 65535},
        {TYPE_DATE_TIME_SECONDS, 4, 4},
        {TYPE_DATE_TIME_MILLISECONDS, 8, 8},
        {TYPE_DATE_TIME_MICROSECONDS, 8, 8},
        {TYPE_DATE_TIME_NANOSECONDS, 8, 8},
        {TYPE_IPV4_ADDRESS, 4, 4},
        {TYPE_IPV6_ADDRESS, 16, 16},
        {TYPE_BASIC_LIST, 0, 65535},
        {TYPE_SUB_TEMPLATE_LIST, 0, 65535},
        {TYPE_SUB_TEMPLATE_MULTI_LIST, 0, 65535},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        assert_true(element_length_valid(rows[i].type, rows[i].least));
        assert_true(element_length_valid(rows[i].type, rows[i].most));
        if (rows[i].least > 0) {
            assert_false(element_length_valid(rows[i].type, (uint16_t)(rows[i].least - 1)));
        }
        if (rows[i].most < 65535) {
            assert_false(element_length_valid(rows[i].type, (uint16_t)(rows[i].most + 1)));
        }
    }
}

/* A float64 may be sent as a float32 (RFC 7011 section 6.2), but as nothing between. */
static void float_between(void **state)
{
    (void)state;
    for (uint16_t len = 5; len < 8; len++) {
        assert_false(element_length_valid(TYPE_FLOAT64, len));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(sorted),  cmocka_unit_test(every_row_found), cmocka_unit_test(found),
        cmocka_unit_test(lengths), cmocka_unit_test(float_between),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
