// SPDX-License-Identifier: Apache-2.0
// Which exporters may speak: prefixes, alone and in each other, and what is none.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <arpa/inet.h>

#include "lib/admission.h"

static struct flow_addr address(const char *text)
{
    uint8_t bytes[16];
    const bool ipv6 = strchr(text, ':') != NULL;

    assert_int_equal(inet_pton(ipv6 ? AF_INET6 : AF_INET, text, bytes), 1);
    return flow_addr_make(bytes, ipv6 ? 16 : 4);
}

static void addresses(void **state)
{
    static const struct {
        const char *prefixes;
        const char *address;
        bool allowed;
    } rows[] = {
        {"192.0.2.0/24", "192.0.2.0", true},
        {"192.0.2.0/24", "192.0.2.255", true},
        {"192.0.2.0/24", "192.0.3.0", false},
        {"192.0.2.0/24", "192.0.1.255", false},
        {"192.0.2.77/24", "192.0.2.1", true},
        {"192.0.2.1", "192.0.2.1", true},
        {"192.0.2.1", "192.0.2.2", false},
        {"192.0.2.128/25", "192.0.2.127", false},
        {"192.0.2.128/25", "192.0.2.128", true},
        {"0.0.0.0/0", "255.255.255.255", true},
        {"0.0.0.0/0", "2001:db8::1", false},
        {"::/0", "2001:db8::1", true},
        {"::/0", "192.0.2.1", true},
        {"2001:db8::/33", "2001:db8:7fff::1", true},
        {"2001:db8::/33", "2001:db8:8000::1", false},
        {"2001:db8::1", "2001:db8::1", true},
        {"::ffff:192.0.2.0/120", "192.0.2.9", true},
        {"10.0.0.0/8,10.1.0.0/16,192.0.2.1", "10.2.0.0", true},
        {"10.1.0.0/16,10.0.0.0/8", "10.2.0.0", true},
        {"10.0.0.0/16,10.0.0.0/8", "10.2.0.0", true},
        {"198.51.100.7,10.0.0.0/8,192.0.2.1", "192.0.2.1", true},
        {"198.51.100.7,10.0.0.0/8,192.0.2.1", "192.0.2.0", false},
        {"198.51.100.7,10.0.0.0/8,192.0.2.1", "9.255.255.255", false},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        char message[128];
        struct admission *admission = admission_new(rows[i].prefixes, message, sizeof(message));
        const struct flow_addr from = address(rows[i].address);

        assert_non_null(admission);
        assert_int_equal(admission_allows(admission, &from), rows[i].allowed);
        admission_free(admission);
    }
}

static void no_prefixes(void **state)
{
    static const char *const rows[] = {
        "",
        "192.0.2",
        "192.0.2.0/33",
        "2001:db8::/129",
        "192.0.2.0/",
        "192.0.2.0/+8",
        "192.0.2.0/ 8",
        "192.0.2.0/0024",
        "localhost",
        "192.0.2.1,",
        ",192.0.2.1",
        "2001:db8:0000:0000:0000:0000:0000:0000:0000"
        ":0000:0000:0000:0000:0000/32",
    };

    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        char message[128] = "";

        assert_null(admission_new(rows[i], message, sizeof(message)));
        assert_non_null(strstr(message, "is no prefix"));
    }
}

static void all_are_allowed_where_there_are_none(void **state)
{
    const struct flow_addr from = address("192.0.2.1");

    (void)state;
    assert_true(admission_allows(NULL, &from));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(addresses),
        cmocka_unit_test(no_prefixes),
        cmocka_unit_test(all_are_allowed_where_there_are_none),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
