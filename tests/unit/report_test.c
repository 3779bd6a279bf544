// SPDX-License-Identifier: Apache-2.0
// Reports: what they hold, how much they may become, and their keys.
#include "lib/report/report.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "lib/formats/report_values.h"

static const struct named_style json = {.before_name = "\"",
                                        .after_name = "\":",
                                        .between = ',',
                                        .quotes = true,
                                        .escaping = TEXT_JSON_HTML};
static const struct named_style text = {
    .before_name = "", .after_name = "=", .between = ' ', .escaping = TEXT_LINE};

static struct report report;

static struct flow_addr addr_of(uint8_t last)
{
    const uint8_t octets[] = {192, 0, 2, last};

    return flow_addr_make(octets, sizeof(octets));
}

static int begin(void **state)
{
    const struct flow_addr exporter = addr_of(1);

    (void)state;
    report_begin(&report, RECORD_COUNTERS, &exporter, 1700000000123456789);
    return 0;
}

static struct flow_slice slice_of(const char *octets, size_t len)
{
    return (struct flow_slice){(const uint8_t *)octets, (uint16_t)len};
}

static void assert_written(const struct named_style *style, const char *expected)
{
    char out[1024];
    const char *end = report_values_write(&report, style, out);

    assert_int_equal(end - out, strlen(expected));
    assert_memory_equal(out, expected, strlen(expected));
}

static void test_values_are_written_by_their_forms(void **state)
{
    static const struct report_field load = REPORT_FIELD_ROW("load", FLOAT, "", "");

    (void)state;
    report_number(&report, REPORT_FIELD_OF(record_id), 0xab);
    report_number(&report, REPORT_FIELD_OF(octet_count), UINT64_MAX);
    report_number(&report, REPORT_FIELD_OF(src_mac), 0x020000000001);
    report_word(&report, REPORT_FIELD_OF(event), "a \"b\"");
    report_octets(&report, REPORT_FIELD_OF(application_id), slice_of("\x03\x00", 2));
    report_float(&report, &load, 0.1F);
    report_float(&report, &load, 3);
    assert_written(&json, "\"record\":\"counters\",\"schema_version\":1,"
                          "\"exporter_addr\":\"192.0.2.1\",\"received_ms\":1700000000123,"
                          "\"record_id\":\"00000000000000ab\",\"octet_count\":9223372036854775807,"
                          "\"src_mac\":\"02:00:00:00:00:01\",\"event\":\"a \\\"b\\\"\","
                          "\"application_id\":\"0300\",\"load\":0.1,\"load\":3.0,");
    assert_written(&text, "record=counters schema_version=1 exporter_addr=192.0.2.1 "
                          "received_ms=1700000000123 record_id=00000000000000ab "
                          "octet_count=9223372036854775807 src_mac=02:00:00:00:00:01 "
                          "event=a \"b\" application_id=0300 load=0.1 load=3.0 ");
}

static void test_what_is_nothing_is_left_out(void **state)
{
    const struct flow_addr none = {.len = 0};
    const uint16_t before = report.n;

    (void)state;
    report_word(&report, REPORT_FIELD_OF(event), "");
    report_octets(&report, REPORT_FIELD_OF(application_id), slice_of("", 0));
    report_addr(&report, REPORT_FIELD_OF(src_addr), &none);
    report_float(&report, &(struct report_field)REPORT_FIELD_ROW("load", FLOAT, "", ""),
                 (float)(0.0 / 0.0));
    assert_int_equal(report.n, before);
}

static void test_mapped_addresses_become_ipv4(void **state)
{
    const uint8_t mapped[16] = {[10] = 0xff, 0xff, 192, 0, 2, 7};
    const struct flow_addr addr = flow_addr_make(mapped, sizeof(mapped));

    (void)state;
    report_addr(&report, REPORT_FIELD_OF(src_addr), &addr);
    assert_int_equal(report.at[report.n - 1].addr.len, 4);
}

/* Each form with what takes the most room, in the style that escapes the most. */
static void fill(enum report_form form, const struct report_field *field)
{
    static const char controls[REPORT_OCTETS_OCTETS + 1];
    const uint8_t long_addr[16] = {[0] = 0x20, 0x01, [15] = 0xff};
    struct flow_addr addr = flow_addr_make(long_addr, sizeof(long_addr));

    memset(addr.bytes, 0x99, sizeof(addr.bytes));
    switch (form) {
    case REPORT_TEXT:
        report_text(&report, field, slice_of(controls, sizeof(controls)));
        break;
    case REPORT_OCTETS:
        report_octets(&report, field, slice_of(controls, sizeof(controls)));
        break;
    case REPORT_ADDR:
        report_addr(&report, field, &addr);
        break;
    case REPORT_FLOAT:
        report_float(&report, field, -1.234567e-38F);
        break;
    default:
        report_number(&report, field, UINT64_MAX);
        break;
    }
}

static void test_no_report_becomes_longer_than_it_may(void **state)
{
    static const struct report_field load = REPORT_FIELD_ROW("load", FLOAT, "", "");
    char *out;

    (void)state;
    for (int i = 0; i < REPORT_NFIELDS; i++) {
        fill((enum report_form)report_fields[i].form, &report_fields[i]);
    }
    fill(REPORT_FLOAT, &load);
    out = malloc(report_most(&report)); /* under ASan it ends where it must */
    assert_non_null(out);
    assert_true(report_values_write(&report, &json, out) <= out + report_most(&report));
    assert_true(report_values_write(&report, &text, out) <= out + report_most(&report));
    free(out);
}

static void test_what_finds_no_room_is_left_out(void **state)
{
    (void)state;
    for (int i = 0; i < 2 * REPORT_VALUES_MAX; i++) {
        report_number(&report, REPORT_FIELD_OF(in_if), 1);
    }
    assert_int_equal(report.n, REPORT_VALUES_MAX);
    assert_false(report_has_room(&report, 1));
}

static void test_keys_are_made_of_parts(void **state)
{
    static const char expected[] = "192.0.2.1|7:8|word|0300";
    const struct flow_addr addr = addr_of(1);

    (void)state;
    report_key_addr(&report, &addr);
    report_key_number(&report, '|', 7);
    report_key_number(&report, ':', 8);
    report_key_word(&report, '|', "word");
    report_key_octets(&report, '|', slice_of("\x03\x00", 2));
    assert_int_equal(report.key_len, strlen(expected));
    assert_memory_equal(report.key, expected, strlen(expected));
}

static void test_keys_keep_to_their_bound(void **state)
{
    static const char octets[4096];

    (void)state;
    for (int i = 0; i < 100; i++) {
        report_key_octets(&report, '|', slice_of(octets, sizeof(octets)));
        report_key_number(&report, '|', UINT64_MAX);
    }
    assert_true(report.key_len <= REPORT_KEY_MAX);
}

static void test_the_same_has_the_same_hash(void **state)
{
    uint32_t hash;

    report_word(&report, REPORT_FIELD_OF(if_name), "ge-0");
    hash = report_hash(&report, 2);
    begin(state);
    report.at[1].number++;
    report_word(&report, REPORT_FIELD_OF(if_name), "ge-0");
    assert_int_equal(report_hash(&report, 2), hash);
    report_word(&report, REPORT_FIELD_OF(if_description), "uplink");
    assert_int_not_equal(report_hash(&report, 2), hash);
}

static void test_names_stand_in_the_table_once(void **state)
{
    (void)state;
    for (int i = 0; i < REPORT_NFIELDS; i++) {
        assert_int_equal(report_fields[i].key_len, strlen(report_fields[i].key));
        for (int j = 0; j < i; j++) {
            assert_string_not_equal(report_fields[i].key, report_fields[j].key);
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(test_values_are_written_by_their_forms, begin),
        cmocka_unit_test_setup(test_what_is_nothing_is_left_out, begin),
        cmocka_unit_test_setup(test_mapped_addresses_become_ipv4, begin),
        cmocka_unit_test_setup(test_no_report_becomes_longer_than_it_may, begin),
        cmocka_unit_test_setup(test_what_finds_no_room_is_left_out, begin),
        cmocka_unit_test_setup(test_keys_are_made_of_parts, begin),
        cmocka_unit_test_setup(test_keys_keep_to_their_bound, begin),
        cmocka_unit_test_setup(test_the_same_has_the_same_hash, begin),
        cmocka_unit_test(test_names_stand_in_the_table_once),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
