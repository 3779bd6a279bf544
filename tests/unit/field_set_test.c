// SPDX-License-Identifier: Apache-2.0
/* Field sets by name and by list, and the keys and numbers of the record's table. */
#include "lib/field_set.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

enum { GOFLOW2_FIELDS = 50 };

static struct field_set set;
static char message[200];

static bool parse(const char *words)
{
    return field_set_parse(&set, words, message, sizeof(message));
}

/* The set has the rows of these sets, in the table's order. */
static void assert_rows(unsigned sets)
{
    unsigned n = 0;

    for (unsigned at = 0; at < FLOW_NFIELDS; at++) {
        if ((flow_fields[at].sets & sets) != 0) {
            assert_int_equal(set.columns[n++].at, at);
        }
    }
    assert_int_equal(set.n, n);
}

static void named_sets(void **state)
{
    (void)state;
    assert_true(parse("goflow2"));
    assert_rows(IN_GOFLOW2);
    assert_int_equal(set.n, GOFLOW2_FIELDS);
    assert_int_equal(set.columns[GOFLOW2_FIELDS - 1].at, FLOW_AT_ipv6_routing_header_seg_left);
    assert_true(parse("all"));
    assert_rows(IN_GOFLOW2 | IN_ALL);
    assert_true(parse("all,goflow2,bytes"));
    assert_rows(IN_GOFLOW2 | IN_ALL);
    assert_true(parse("stream"));
    assert_rows(IN_STREAM);
}

static void lists(void **state)
{
    static const uint16_t expected[] = {FLOW_AT_bytes, FLOW_AT_time_flow_start, FLOW_AT_src_addr};

    (void)state;
    assert_true(parse("bytes,time_flow_start_ns,bytes,src_addr,bytes"));
    assert_int_equal(set.n, 3);
    for (size_t i = 0; i < sizeof(expected) / sizeof(expected[0]); i++) {
        assert_int_equal(set.columns[i].at, expected[i]);
    }
    assert_true(field_set_has(&set, FLOW_AT_src_addr));
    assert_false(field_set_has(&set, FLOW_AT_packets));
}

static void set_and_field(void **state)
{
    (void)state;
    assert_true(parse("goflow2,flow_direction"));
    assert_int_equal(set.n, GOFLOW2_FIELDS + 1);
    assert_int_equal(set.columns[GOFLOW2_FIELDS].at, FLOW_AT_flow_direction);
    assert_true(parse("packets,goflow2"));
    assert_int_equal(set.n, GOFLOW2_FIELDS);
    assert_int_equal(set.columns[0].at, FLOW_AT_packets);
    assert_int_equal(set.columns[1].at, FLOW_AT_type);
}

/* Where the set stream is wanted, what a record does not have is left out. */
static void sparse(void **state)
{
    (void)state;
    assert_true(parse("goflow2,all,octet_count"));
    assert_false(set.sparse);
    assert_true(parse("stream"));
    assert_true(set.sparse);
    assert_true(parse("goflow2,stream"));
    assert_true(set.sparse);
}

/* Of the set stream alone: what is always there. */
static void always_there(void **state)
{
    (void)state;
    for (unsigned at = 0; at < FLOW_NFIELDS; at++) {
        if ((flow_fields[at].sets & ALWAYS_THERE) != 0) {
            assert_int_equal(flow_fields[at].sets & ~ALWAYS_THERE, IN_STREAM);
        }
    }
}

/* It is no row of the table, and in no set. */
static void icmp_name(void **state)
{
    uint16_t n;

    (void)state;
    assert_true(parse("proto,icmp_name,icmp_name"));
    assert_int_equal(set.n, 2);
    assert_int_equal(set.columns[1].at, COLUMN_ICMP_NAME);
    assert_string_equal(set.columns[1].key, "icmp_name");
    assert_true(parse("all"));
    n = set.n;
    assert_true(parse("all,icmp_name"));
    assert_int_equal(set.n, n + 1);
    assert_false(parse("icmp_nam"));
    assert_non_null(strstr(message, "\"icmp_name\""));
}

static void mistakes(void **state)
{
    static const struct {
        const char *words;
        const char *wrong;
        const char *hint;
    } rows[] = {
        {"byte", "\"byte\"", "\"bytes\""},
        {"bytes,src_adr,packets", "\"src_adr\"", "\"src_addr\""},
        {"goflow", "\"goflow\"", "\"goflow2\""},
        {"zzzzzzzzzzzz", "\"zzzzzzzzzzzz\"", "list of fields"},
        {"bytes,", "\"\"", ""},
        {",bytes", "\"\"", ""},
        {"bytes, packets", "\" packets\"", "\"packets\""},
        {"", "\"\"", ""},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        assert_false(parse(rows[i].words));
        assert_non_null(strstr(message, rows[i].wrong));
        assert_non_null(strstr(message, rows[i].hint));
    }
}

static void keys(void **state)
{
    static const char letters[] = "abcdefghijklmnopqrstuvwxyz0123456789_";

    (void)state;
    for (unsigned i = 0; i < FLOW_NFIELDS; i++) {
        const char *key = flow_fields[i].key;

        assert_true(key[0] != '\0');
        assert_int_equal(strspn(key, letters), strlen(key));
        for (unsigned j = 0; j < i; j++) {
            assert_string_not_equal(key, flow_fields[j].key);
        }
    }
}

static void protobuf_numbers(void **state)
{
    (void)state;
    for (unsigned i = 0; i < FLOW_NFIELDS; i++) {
        assert_true(flow_fields[i].protobuf > 0);
        for (unsigned j = 0; j < i; j++) {
            assert_int_not_equal(flow_fields[i].protobuf, flow_fields[j].protobuf);
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(named_sets), cmocka_unit_test(lists),  cmocka_unit_test(set_and_field),
        cmocka_unit_test(icmp_name),  cmocka_unit_test(sparse), cmocka_unit_test(always_there),
        cmocka_unit_test(mistakes),   cmocka_unit_test(keys),   cmocka_unit_test(protobuf_numbers),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
