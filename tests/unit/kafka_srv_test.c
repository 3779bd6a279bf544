// SPDX-License-Identifier: Apache-2.0
// Brokers out of a DNS answer: what it lists, and what damage does.
#include "transports/kafka_srv.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

/* Two SRV records and an address record for _kafka.x (RFC 1035, RFC 2782). */
static const unsigned char answer[] = {
    0,    1,   0x84, 0,   0,    1,    0,   3,   0,    0,  0, 0, /* header: 1 question, 3 answers */
    6,    '_', 'k',  'a', 'f',  'k',  'a', 1,   'x',  0,  0, 33, 0, 1,       /* the question */
    0xc0, 12,  0,    33,  0,    1,    0,   0,   0,    60, 0, 10,             /* SRV of 10 octets */
    0,    0,   0,    0,   0x23, 0x84, 1,   'a', 0xc0, 19,                    /* port 9092, a.x */
    0xc0, 12,  0,    1,   0,    1,    0,   0,   0,    60, 0, 4,  1, 2, 3, 4, /* an address */
    0xc0, 12,  0,    33,  0,    1,    0,   0,   0,    60, 0, 10,             /* SRV */
    0,    1,   0,    0,   0x23, 0x85, 1,   'b', 0xc0, 19,                    /* port 9093, b.x */
};

static char list[KAFKA_SRV_OCTETS];

static void test_records(void **state)
{
    (void)state;
    assert_null(kafka_srv_read(answer, sizeof(answer), list));
    assert_string_equal(list, "a.x:9092,b.x:9093");
}

/* Whatever is missing or wrong, the list holds whole brokers or none. */
static void test_damage(void **state)
{
    unsigned char damaged[sizeof(answer)];

    (void)state;
    for (int len = 0; len < (int)sizeof(answer); len++) {
        assert_non_null(kafka_srv_read(answer, len, list));
        assert_string_equal(list, "");
    }
    for (size_t at = 0; at < sizeof(answer); at++) {
        memcpy(damaged, answer, sizeof(answer));
        damaged[at] ^= 0xff;
        (void)kafka_srv_read(damaged, sizeof(damaged), list);
        assert_true(strlen(list) < sizeof(list));
    }
}

static void test_no_records(void **state)
{
    unsigned char none[26];

    (void)state;
    memcpy(none, answer, sizeof(none));
    none[7] = 0;
    assert_string_equal(kafka_srv_read(none, sizeof(none), list), "it has no SRV record");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_records),
        cmocka_unit_test(test_damage),
        cmocka_unit_test(test_no_records),
    };

    return cmocka_run_group_tests_name("kafka_srv", tests, NULL, NULL);
}
