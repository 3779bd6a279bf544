// SPDX-License-Identifier: Apache-2.0
// CRC-32C: the sums of RFC 3720 appendix B.4, and both ways to make them.
#include "lib/crc32c.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

enum { OCTETS = 300 };

static void check(const uint8_t *octets, size_t len, uint32_t sum)
{
    assert_int_equal(crc32c(0, octets, len), sum);
    assert_int_equal(crc32c_by_table(0, octets, len), sum);
}

static void test_known_sums(void **state)
{
    uint8_t octets[32];

    (void)state;
    memset(octets, 0, sizeof(octets));
    check(octets, sizeof(octets), 0x8a9136aa);
    memset(octets, 0xff, sizeof(octets));
    check(octets, sizeof(octets), 0x62a8ab43);
    for (uint8_t i = 0; i < sizeof(octets); i++) {
        octets[i] = i;
    }
    check(octets, sizeof(octets), 0x46dd794e);
    check(octets, 0, 0);
    check((const uint8_t *)"123456789", 9, 0xe3069283);
}

/* Of any length, from any place, in one step or in two. */
static void test_both_ways(void **state)
{
    uint8_t octets[OCTETS];

    (void)state;
    for (size_t i = 0; i < OCTETS; i++) {
        octets[i] = (uint8_t)(i * i + 7);
    }
    for (size_t len = 0; len < OCTETS - 8; len++) {
        const uint8_t *start = octets + len % 8;
        const uint32_t sum = crc32c_by_table(0, start, len);

        check(start, len, sum);
        assert_int_equal(crc32c(crc32c(0, start, len / 3), start + len / 3, len - len / 3), sum);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_known_sums),
        cmocka_unit_test(test_both_ways),
    };

    return cmocka_run_group_tests_name("crc32c", tests, NULL, NULL);
}
