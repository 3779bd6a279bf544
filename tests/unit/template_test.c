// SPDX-License-Identifier: Apache-2.0
/* Templates: what is believed, and records read by them. */
#include "lib/template/template.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

enum { UNKNOWN_PEN = 4242 };

static const struct datagram datagram = {.from = {{192, 0, 2, 1}, 4}, .received_ns = 1};

static struct decode_settings settings;
static struct counters counters;
static struct decode d;
static struct template_definition definition;
static struct template_sources *sources;

static int set_up(void **state)
{
    (void)state;
    memset(&counters, 0, sizeof(counters));
    memset(&definition, 0, sizeof(definition));
    settings = (struct decode_settings){.keep_elements = true};
    d = (struct decode){.datagram = &datagram, .settings = &settings, .counters = &counters};
    definition.version = FLOW_TYPE_IPFIX;
    definition.id = 256;
    sources = template_sources_new(&settings);
    return sources == NULL ? -1 : 0;
}

static int tear_down(void **state)
{
    (void)state;
    template_sources_free(sources);
    return 0;
}

static void add_field(uint32_t pen, uint16_t id, uint16_t len)
{
    definition.fields[definition.n++] = (struct template_field){.pen = pen, .id = id, .len = len};
}

static struct template *compile(void)
{
    struct template *t;

    assert_int_equal(template_check(&definition), DECODE_ERROR_COUNT);
    t = template_new(&d, sources, &definition);
    assert_non_null(t);
    return t;
}

/* Reads one record, and says how many octets it left. */
static bool read_record(const struct template *t, const uint8_t *data, size_t len, size_t *left)
{
    struct wire set;
    bool whole;

    wire_init(&set, data, len);
    decode_begin_flow(&d, definition.version);
    whole = template_read(&d, t, &set);
    assert_int_equal(wire_failed(&set), !whole);
    *left = wire_left(&set);
    return whole;
}

static uint64_t faults(enum decode_error error)
{
    return counter_read(&counters.errors[error]);
}

static void checks(void **state)
{
    static const struct {
        uint16_t id;
        uint16_t n;
        uint16_t lens[3];
        enum decode_error verdict;
    } rows[] = {
        {256, 0, {0}, DECODE_TEMPLATE_EMPTY},
        {255, 1, {4}, DECODE_TEMPLATE_ID},
        {0, 1, {4}, DECODE_TEMPLATE_ID},
        {256, 1, {4}, DECODE_ERROR_COUNT},
        {65535, 1, {4}, DECODE_ERROR_COUNT},
        {256, 2, {0, 0}, DECODE_RECORD_LENGTH_ZERO},
        {256, 2, {0, 1}, DECODE_ERROR_COUNT},
        {256, 1, {TEMPLATE_VARIABLE}, DECODE_ERROR_COUNT},
        {256, 1, {TEMPLATE_RECORD_MAX}, DECODE_ERROR_COUNT},
        {256, 1, {TEMPLATE_RECORD_MAX + 1}, DECODE_RECORD_LENGTH},
        {256, 2, {TEMPLATE_RECORD_MAX - 1, TEMPLATE_VARIABLE}, DECODE_ERROR_COUNT},
        {256, 2, {TEMPLATE_RECORD_MAX, TEMPLATE_VARIABLE}, DECODE_RECORD_LENGTH},
        {256, 3, {65534, 65534, 65534}, DECODE_RECORD_LENGTH},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        definition.id = rows[i].id;
        definition.n = 0;
        while (definition.n < rows[i].n) {
            add_field(0, 1, rows[i].lens[definition.n]);
        }
        assert_int_equal(template_check(&definition), rows[i].verdict);
    }
}

/* The most fields that there may be, each as long as can be. */
static void greatest_sum(void **state)
{
    (void)state;
    while (definition.n < TEMPLATE_FIELDS_MAX) {
        add_field(0, 1, TEMPLATE_VARIABLE - 1);
    }
    assert_int_equal(template_check(&definition), DECODE_RECORD_LENGTH);
}

static void fixed_record(void **state)
{
    static const uint8_t set[] = {198, 51, 100, 7, 0x01, 0x02, 0x03, 0x01, 0xbb, 6, 9, 8, 7, 0xaa};
    static const uint8_t source[] = {198, 51, 100, 7};
    struct template *t;
    size_t left;

    (void)state;
    add_field(0, 8, 4);           /* sourceIPv4Address */
    add_field(0, 1, 3);           /* octetDeltaCount, of reduced size */
    add_field(0, 11, 2);          /* destinationTransportPort */
    add_field(0, 4, 1);           /* protocolIdentifier */
    add_field(UNKNOWN_PEN, 5, 3); /* known to nobody */
    t = compile();
    assert_false(t->variable);
    assert_true(t->usable);
    assert_int_equal(t->least, 13);

    assert_true(read_record(t, set, sizeof(set), &left));
    assert_int_equal(left, 1);
    assert_int_equal(d.flow.src_addr.len, 4);
    assert_memory_equal(d.flow.src_addr.bytes, source, sizeof(source));
    assert_true(FLOW_HAS(&d.flow, etype));
    assert_int_equal(d.flow.etype, 0x0800);
    assert_int_equal(d.flow.bytes, 0x010203);
    assert_int_equal(d.flow.dst_port, 443);
    assert_int_equal(d.flow.proto, 6);
    assert_false(FLOW_HAS(&d.flow, packets));
    assert_int_equal(d.flow.elements.n, 1);
    assert_int_equal(d.flow.elements.at[0].pen, UNKNOWN_PEN);
    assert_ptr_equal(d.flow.elements.at[0].data, set + 10);
    assert_int_equal(d.flow.elements.at[0].len, 3);

    assert_false(read_record(t, set, 12, &left));
    template_free(t);
}

/* The second length is of the long form, the third of no octets. */
static void variable_record(void **state)
{
    static const uint8_t set[] = {3, 'b', 'o', 'b', 255, 0, 2, 0x12, 0x34, 0, 1, 187, 5, 0, 0xcc};
    struct template *t;
    size_t left;

    (void)state;
    add_field(0, 371, TEMPLATE_VARIABLE);         /* userName */
    add_field(0, 2, TEMPLATE_VARIABLE);           /* packetDeltaCount */
    add_field(UNKNOWN_PEN, 6, TEMPLATE_VARIABLE); /* known to nobody */
    add_field(0, 7, 2);                           /* sourceTransportPort */
    add_field(0, 4, 1);                           /* protocolIdentifier */
    add_field(UNKNOWN_PEN, 6, TEMPLATE_VARIABLE); /* again */
    t = compile();
    assert_true(t->variable);
    assert_int_equal(t->least, 7);

    assert_true(read_record(t, set, sizeof(set), &left));
    assert_int_equal(left, 1);
    assert_int_equal(d.flow.user_name.len, 3);
    assert_ptr_equal(d.flow.user_name.data, set + 1);
    assert_int_equal(d.flow.packets, 0x1234);
    assert_int_equal(d.flow.src_port, 443);
    assert_int_equal(d.flow.proto, 5);
    assert_int_equal(d.flow.elements.n, 2);
    assert_int_equal(d.flow.elements.at[0].len, 0);
    assert_int_equal(d.flow.elements.at[0].repeated, ELEMENT_FIRST);
    assert_int_equal(d.flow.elements.at[1].repeated, ELEMENT_LATER);

    for (size_t len = 0; len < sizeof(set) - 1; len++) {
        assert_false(read_record(t, set, len, &left));
    }
    assert_int_equal(faults(DECODE_FIELD_LENGTH), 0);
    template_free(t);
}

/* A value that its type cannot be as long as costs itself alone, of both kinds of template. */
static void impossible_lengths(void **state)
{
    static const uint8_t variable[] = {9, 1, 1, 1, 1, 1, 1, 1, 1, 1, 17};
    static const uint8_t fixed[] = {1, 2, 3, 4, 5, 17};
    struct template *t;
    size_t left;

    (void)state;
    add_field(0, 1, TEMPLATE_VARIABLE);
    add_field(0, 4, 1);
    t = compile();
    assert_true(read_record(t, variable, sizeof(variable), &left));
    assert_false(FLOW_HAS(&d.flow, bytes));
    assert_int_equal(d.flow.proto, 17);
    assert_int_equal(faults(DECODE_FIELD_LENGTH), 1);
    template_free(t);

    definition.fields[0] = (struct template_field){.id = 8, .len = 5};
    t = compile();
    assert_true(read_record(t, fixed, sizeof(fixed), &left));
    assert_false(FLOW_HAS(&d.flow, src_addr));
    assert_int_equal(d.flow.proto, 17);
    assert_int_equal(faults(DECODE_FIELD_LENGTH), 2);
    template_free(t);
}

/* NetFlow v9 sends numbers in more octets than their type has; what is too great is not stored. */
static void wide_numbers(void **state)
{
    static const uint8_t small[] = {0, 0, 1, 187};
    static const uint8_t great[] = {0, 1, 0, 0};
    struct template *t;
    size_t left;

    (void)state;
    definition.version = FLOW_TYPE_NETFLOW_V9;
    add_field(0, 7, 4);
    t = compile();
    assert_true(read_record(t, small, sizeof(small), &left));
    assert_int_equal(d.flow.src_port, 443);
    assert_true(read_record(t, great, sizeof(great), &left));
    assert_false(FLOW_HAS(&d.flow, src_port));
    assert_int_equal(faults(DECODE_FIELD_VALUE), 1);
    template_free(t);
}

/* Of several elements for one field, counters go by rank, and addresses by which is not zero. */
static void several_sources(void **state)
{
    static const uint8_t set[] = {0, 0, 0, 9, 0, 0, 0, 5, 192, 0, 2, 8, 0, 0,
                                  0, 0, 0, 0, 0, 0, 0, 0, 0,   0, 0, 0, 0, 0};
    struct template *t;
    size_t left;

    (void)state;
    add_field(0, 85, 4);  /* octetTotalCount */
    add_field(0, 1, 4);   /* octetDeltaCount */
    add_field(0, 8, 4);   /* sourceIPv4Address */
    add_field(0, 27, 16); /* sourceIPv6Address */
    t = compile();
    assert_true(read_record(t, set, sizeof(set), &left));
    assert_int_equal(d.flow.bytes, 5);
    assert_int_equal(d.flow.total_bytes, 9);
    assert_int_equal(d.flow.src_addr.len, 4);
    assert_int_equal(d.flow.etype, 0x0800);
    template_free(t);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(checks, set_up, tear_down),
        cmocka_unit_test_setup_teardown(greatest_sum, set_up, tear_down),
        cmocka_unit_test_setup_teardown(fixed_record, set_up, tear_down),
        cmocka_unit_test_setup_teardown(variable_record, set_up, tear_down),
        cmocka_unit_test_setup_teardown(impossible_lengths, set_up, tear_down),
        cmocka_unit_test_setup_teardown(wide_numbers, set_up, tear_down),
        cmocka_unit_test_setup_teardown(several_sources, set_up, tear_down),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
