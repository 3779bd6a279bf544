// SPDX-License-Identifier: Apache-2.0
// Layouts: each is stored once, is the same again when it is unpacked, and is compiled when needed.
#include "lib/template/store.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

enum { MANY = 500 };

static const uint64_t secret[2] = {1, 2};
static const struct datagram datagram = {.received_ns = 1};

static struct decode_settings settings;
static struct counters counters;
static struct decode d;
static struct template_definition definition;
static struct template_store *store;

/* All memory that is cleared comes through here. */
static bool no_memory;

void *__real_calloc(size_t n, size_t size);
void *__wrap_calloc(size_t n, size_t size);

void *__wrap_calloc(size_t n, size_t size)
{
    return no_memory ? NULL : __real_calloc(n, size);
}

static int set_up(void **state)
{
    (void)state;
    memset(&counters, 0, sizeof(counters));
    memset(&definition, 0, sizeof(definition));
    settings = (struct decode_settings){.keep_elements = true};
    d = (struct decode){.datagram = &datagram, .settings = &settings, .counters = &counters};
    definition.version = FLOW_TYPE_IPFIX;
    definition.id = 256;
    store = template_store_new(&settings, secret);
    return store == NULL ? -1 : 0;
}

static int tear_down(void **state)
{
    (void)state;
    assert_int_equal(template_store_size(store).layouts, 0);
    assert_int_equal(template_store_size(store).compiled_octets, 0);
    template_store_free(store);
    return 0;
}

static void add_field(uint16_t type, uint16_t len, uint32_t pen, bool scope)
{
    definition.fields[definition.n++] =
        template_field_make(definition.version, type, len, pen, scope);
    definition.options |= scope;
}

static struct template_layout *hold(void)
{
    struct template_layout *layout = template_store_hold(store, &d, &definition);

    assert_non_null(layout);
    return layout;
}

/* One field whose length is a number of its own. */
static struct template_layout *hold_numbered(uint16_t number)
{
    definition.n = 0;
    add_field(8, 4, 0, false);
    add_field(82, number, 0, false);
    return hold();
}

/* --- Packed and unpacked --- */

static void assert_unpacked(void)
{
    static struct template_definition found;
    struct template_layout *layout = hold();

    layout_unpack(layout, &found);
    assert_int_equal(found.version, definition.version);
    assert_int_equal(found.options, definition.options);
    assert_int_equal(found.n, definition.n);
    for (uint16_t i = 0; i < found.n; i++) {
        assert_int_equal(found.fields[i].pen, definition.fields[i].pen);
        assert_int_equal(found.fields[i].id, definition.fields[i].id);
        assert_int_equal(found.fields[i].len, definition.fields[i].len);
        assert_int_equal(found.fields[i].type, definition.fields[i].type);
        assert_int_equal(found.fields[i].scope, definition.fields[i].scope);
    }
    assert_true(template_store_same(store, layout, &definition));
    template_store_release(store, layout);
}

static void test_unpacked(void **state)
{
    (void)state;
    add_field(8, 4, 0, false);
    add_field(0x8001, 4, 29305, false);
    add_field(0x8001, 4, 0, false);
    add_field(0xffff, 65535, 0xffffffff, false);
    assert_unpacked();
    definition.n = 0;
    add_field(0x8002, 4, 9, true);
    add_field(10, 4, 0, true);
    add_field(82, 65535, 0, false);
    assert_unpacked();
}

static void test_unpacked_v9(void **state)
{
    (void)state;
    definition.version = FLOW_TYPE_NETFLOW_V9;
    for (uint16_t type = 0; type < 7; type++) {
        add_field(type, 4, 0, true);
    }
    add_field(0x8001, 4, 0, false);
    add_field(65535, 8, 0, false);
    assert_unpacked();
}

static void test_greatest(void **state)
{
    (void)state;
    while (definition.n < TEMPLATE_FIELDS_MAX) {
        add_field(0x8001, 4, definition.n, false);
    }
    assert_unpacked();
}

/* No template record says such things, but a state file may. */
static void test_refused(void **state)
{
    struct template_layout *layout;

    (void)state;
    add_field(8, 4, 0, false);
    definition.fields[0].id = 9;
    assert_null(template_store_hold(store, &d, &definition));
    definition.fields[0].id = 8;
    definition.fields[0].pen = 1;
    assert_null(template_store_hold(store, &d, &definition));
    definition.fields[0].pen = 0;
    layout = hold();
    assert_true(template_store_same(store, layout, &definition));
    definition.fields[0].pen = 1;
    assert_false(template_store_same(store, layout, &definition));
    template_store_release(store, layout);
    definition.n = 0;
    add_field(8, 4, 0, false);
    add_field(10, 4, 0, true);
    assert_null(template_store_hold(store, &d, &definition));
}

/* --- Once --- */

static void assert_other(struct template_layout *layout)
{
    struct template_layout *other = hold();

    assert_ptr_not_equal(other, layout);
    assert_false(template_store_same(store, layout, &definition));
    template_store_release(store, other);
}

/* Whatever differs makes another layout, but for the id. */
static void test_once(void **state)
{
    struct template_definition first;
    struct template_layout *layout;

    (void)state;
    add_field(8, 4, 0, false);
    add_field(12, 4, 0, false);
    first = definition;
    layout = hold();
    definition.id = 300;
    assert_ptr_equal(hold(), layout);
    template_store_release(store, layout);

    definition.options = true;
    assert_other(layout);
    definition.fields[0].scope = true;
    assert_other(layout);
    definition = first;
    definition.n = 1;
    assert_other(layout);
    definition.n = 2;
    definition.version = FLOW_TYPE_NETFLOW_V9;
    assert_other(layout);
    definition.version = FLOW_TYPE_IPFIX;
    definition.fields[1] = template_field_make(FLOW_TYPE_IPFIX, 12, 3, 0, false);
    assert_other(layout);
    definition.fields[1] = template_field_make(FLOW_TYPE_IPFIX, 0x800c, 4, 9, false);
    assert_other(layout);
    template_store_release(store, layout);
}

static void test_many(void **state)
{
    struct template_layout *layouts[MANY];

    (void)state;
    for (uint16_t i = 0; i < MANY; i++) {
        layouts[i] = hold_numbered(i);
    }
    assert_int_equal(template_store_size(store).layouts, MANY);
    for (uint16_t i = 0; i < MANY; i++) {
        assert_ptr_equal(hold_numbered(i), layouts[i]);
    }
    for (uint16_t i = 0; i < MANY; i++) {
        template_store_release(store, layouts[i]);
        template_store_release(store, layouts[i]);
    }
}

/* --- Compiled --- */

/* Beyond the bound they are made anew, and nothing is counted again. */
static void test_bound(void **state)
{
    struct template_layout *layouts[MANY];
    uint64_t faults;

    (void)state;
    template_store_bound(store, 4096);
    for (uint16_t i = 0; i < MANY; i++) {
        definition.n = 0;
        add_field(8, 5, 0, false); /* an address has no five octets */
        add_field(82, i, 0, false);
        layouts[i] = hold();
        assert_true(template_store_size(store).compiled_octets <= 4096);
    }
    faults = counter_read(&counters.errors[DECODE_FIELD_LENGTH]);
    assert_int_equal(faults, MANY);
    for (uint16_t i = 0; i < MANY; i++) {
        const struct template *t = template_store_compiled(store, layouts[i]);

        assert_non_null(t);
        assert_int_equal(t->n_fields, 2);
        assert_int_equal(t->least, 5 + i);
        assert_true(template_store_size(store).compiled_octets <= 4096);
    }
    assert_int_equal(counter_read(&counters.errors[DECODE_FIELD_LENGTH]), faults);
    for (uint16_t i = 0; i < MANY; i++) {
        template_store_release(store, layouts[i]);
    }
}

/* Without memory for it there is none for now; with memory there is again. */
static void test_no_memory(void **state)
{
    struct template_layout *layout = hold_numbered(1);
    struct template_layout *newest = hold_numbered(2);

    (void)state;
    template_store_bound(store, 0);
    assert_null(layout->compiled);
    no_memory = true;
    assert_null(template_store_compiled(store, layout));
    assert_null(layout->compiled);
    assert_non_null(template_store_compiled(store, newest));
    no_memory = false;
    assert_non_null(template_store_compiled(store, layout));
    template_store_release(store, newest);
    template_store_release(store, layout);
}

static void test_no_store(void **state)
{
    (void)state;
    no_memory = true;
    assert_null(template_store_new(&settings, secret));
    no_memory = false;
    template_store_free(NULL);
}

/* What is in use stays. */
static void test_order(void **state)
{
    struct template_layout *layouts[3];
    const struct template *first;

    (void)state;
    for (uint16_t i = 0; i < 3; i++) {
        layouts[i] = hold_numbered(i);
    }
    first = template_store_compiled(store, layouts[0]);
    assert_non_null(template_store_compiled(store, layouts[2]));
    template_store_bound(store, template_store_size(store).compiled_octets - 1);
    assert_ptr_equal(layouts[0]->compiled, first);
    assert_null(layouts[1]->compiled);
    assert_non_null(layouts[2]->compiled);
    template_store_bound(store, 0);
    assert_null(layouts[0]->compiled);
    assert_non_null(layouts[2]->compiled);
    for (uint16_t i = 0; i < 3; i++) {
        template_store_release(store, layouts[i]);
    }
}

static void test_settings(void **state)
{
    static const uint8_t record[] = {198, 51, 100, 7, 1, 2, 3};
    const struct decode_settings plain = {0};
    struct template_layout *layout;
    struct wire set;

    (void)state;
    add_field(8, 4, 0, false);
    add_field(0x8001, 3, 4242, false);
    layout = hold();
    for (int i = 0; i < 2; i++) {
        wire_init(&set, record, sizeof(record));
        decode_begin_flow(&d, FLOW_TYPE_IPFIX);
        assert_true(template_read(&d, template_store_compiled(store, layout), &set));
        assert_int_equal(FLOW_HAS(&d.flow, elements), i == 0);
        assert_true(template_store_set_settings(store, &plain));
        assert_null(layout->compiled);
    }
    template_store_release(store, layout);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_unpacked, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_unpacked_v9, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_greatest, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_refused, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_once, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_many, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_bound, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_no_memory, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_no_store, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_order, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_settings, set_up, tear_down),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
