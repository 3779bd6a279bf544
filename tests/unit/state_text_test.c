// SPDX-License-Identifier: Apache-2.0
/* What is remembered of exporters: the same again after it was text, and no long pause for it. */
#include "lib/state/text.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <cmocka.h>
#include <json-c/json.h>

#include "lib/exporter/state.h"

enum {
    MANY_EXPORTERS = 10000,
    TEMPLATES_OF_EACH = 10,
    FIELDS_OF_EACH = 20,
    TEMPLATES_TOO_MANY = 40,
    SLICE = 8,
    PAUSE_MS_MAX = 500, /* far more than is wanted: sanitizers and old machines are slow */
};

static const uint64_t NOW_NS = 1700000000000000000;
static const uint64_t SECOND_NS = 1000000000;

static const struct exporter_limits limits = {
    .exporters = MANY_EXPORTERS + 10,
    .strangers = 5,
    .domains_per_exporter = 8,
    .templates_per_domain = 64,
    .templates_per_exporter = 256,
    .template_octets = 1U << 30,
    .template_rate = 0,
    .options_per_exporter = 64,
    .options_octets_per_exporter = 65536,
};

static struct template_definition definition;
static struct decode_settings settings;
static struct counters counters;
static struct datagram datagram;
static struct decode d;
static struct exporters *exporters;

static int set_up(void **state)
{
    (void)state;
    datagram = (struct datagram){.from = {{192, 0, 2, 1}, 4}, .from_port = 2055};
    datagram.received_ns = NOW_NS;
    exporters = exporters_new(&limits, SCOPE_DOMAIN, &settings);
    d = (struct decode){.datagram = &datagram,
                        .settings = &settings,
                        .counters = &counters,
                        .exporters = exporters};
    return exporters == NULL ? -1 : 0;
}

static int tear_down(void **state)
{
    (void)state;
    exporters_free(exporters);
    return 0;
}

/* --- What exporters say --- */

static void speak_for(enum flow_type version, uint32_t id)
{
    d.message.domain = exporter_domain(&d, version, id, NULL);
    assert_non_null(d.message.domain);
    definition = (struct template_definition){.version = version, .id = 256};
}

static void add_field(uint32_t pen, uint16_t id, uint16_t len, bool scope)
{
    definition.fields[definition.n++] = (struct template_field){
        .pen = pen,
        .id = id,
        .len = len,
        .type = (uint16_t)(pen == 0 ? id : id | 0x8000),
        .scope = scope,
    };
    definition.options |= scope;
}

static void learn(void)
{
    assert_true(domain_learn_template(&d, d.message.domain, &definition));
    definition.id++;
    definition.n = 0;
    definition.options = false;
}

static void tell_sampler(uint64_t id, uint32_t rate)
{
    flow_clear(&d.flow);
    FLOW_SET(&d.flow, sampler_id, id);
    FLOW_SET(&d.flow, sampling_interval, rate);
    options_learn(&d);
}

static void tell_interface(uint32_t index, const char *name)
{
    flow_clear(&d.flow);
    FLOW_SET(&d.flow, in_if, index);
    FLOW_SET(&d.flow, if_name,
             ((struct flow_slice){(const uint8_t *)name, (uint16_t)strlen(name)}));
    options_learn(&d);
}

static void tell_application(const uint8_t *id, uint16_t len)
{
    flow_clear(&d.flow);
    FLOW_SET(&d.flow, application_id, ((struct flow_slice){id, len}));
    FLOW_SET(&d.flow, application_name, ((struct flow_slice){(const uint8_t *)"http", 4}));
    options_learn(&d);
}

static void tell_itself(const uint8_t addr[static 4], uint64_t boot_ms)
{
    flow_clear(&d.flow);
    FLOW_SET(&d.flow, announced_exporter_address, flow_addr_make(addr, 4));
    FLOW_SET(&d.flow, system_init_time, boot_ms);
    options_learn(&d);
}

static void tell_interface_rate(uint32_t index, uint32_t rate)
{
    flow_clear(&d.flow);
    FLOW_SET(&d.flow, in_if, index);
    FLOW_SET(&d.flow, sampling_interval, rate);
    options_learn(&d);
}

/* One that has said everything. */
static void speak(void)
{
    speak_for(FLOW_TYPE_IPFIX, 7);
    add_field(0, 8, 4, false);
    add_field(29305, 1, 8, false);
    add_field(4242, 82, TEMPLATE_VARIABLE, false);
    learn();
    add_field(4242, 9, 4, true);
    add_field(0, 305, 4, false);
    learn();
    tell_sampler(3, 1000);
    tell_sampler(4, 2000);
    tell_interface(7, "ge-0/0/7 \"\\\n\xff");
    tell_interface_rate(7, 64);
    tell_itself((uint8_t[]){198, 51, 100, 1}, 1699999000000);
    datagram.received_ns += 90 * SECOND_NS; /* from now on it is known */
    speak_for(FLOW_TYPE_NETFLOW_V9, 0xffffffff);
    add_field(0, 10, 4, true);
    definition.fields[0].type = 2; /* as v9 numbers its scopes */
    add_field(0, 82, 32, false);
    learn();
    tell_sampler(0, 4096);
}

/* --- Text --- */

static void write_text(struct state_text *text, const struct exporters *of)
{
    size_t cursor = 0;

    *text = (struct state_text){0};
    do {
        cursor = state_text_add(text, of, cursor, SLICE);
    } while (cursor != 0);
    assert_false(text->failed);
}

static bool restore_lines(struct exporters *into, const struct state_text *text)
{
    const char *at = text->data;
    bool all = true;

    while (at < text->data + text->len) {
        const char *end = strchr(at, '\n');
        struct json_tokener *tokener = json_tokener_new();
        struct json_object *line = json_tokener_parse_ex(tokener, at, (int)(end - at));

        assert_non_null(line);
        all = state_restore(into, &settings, &counters, line) && all;
        json_object_put(line);
        json_tokener_free(tokener);
        at = end + 1;
    }
    return all;
}

static void assert_same(const struct state_text *a, const struct state_text *b)
{
    assert_int_equal(a->len, b->len);
    assert_memory_equal(a->data, b->data, a->len);
}

static void round_trip(void **state)
{
    struct exporters *again = exporters_new(&limits, SCOPE_DOMAIN, &settings);
    struct state_text before;
    struct state_text after;

    (void)state;
    speak();
    write_text(&before, exporters);
    assert_true(restore_lines(again, &before));
    write_text(&after, again);
    assert_same(&before, &after);
    assert_true(restore_lines(again, &before)); /* a second time nothing changes */
    state_text_free(&after);
    write_text(&after, again);
    assert_same(&before, &after);
    assert_int_equal(exporters_size(again).templates, 3);
    assert_int_equal(again->table.n, 1);
    assert_int_equal(again->strangers.n, 0);
    state_text_free(&before);
    state_text_free(&after);
    exporters_free(again);
}

/* What is longer than any id is not remembered, nor known by its beginning. */
static void long_ids(void **state)
{
    static const uint8_t id[UINT8_MAX + 17] = {3, 0, 0, 80};
    struct exporters *again = exporters_new(&limits, SCOPE_DOMAIN, &settings);
    struct state_text text;
    struct flow_slice name;
    uint32_t told;

    (void)state;
    speak();
    told = d.message.domain->exporter->options.table.n;
    tell_application(id, 16);
    tell_application(id, 17);
    tell_application(id, sizeof(id));
    assert_int_equal(d.message.domain->exporter->options.table.n, told + 1);
    assert_true(options_application_name(&d, &(struct flow_slice){id, 16}, &name));
    assert_false(options_application_name(&d, &(struct flow_slice){id, 17}, &name));
    write_text(&text, exporters);
    assert_true(restore_lines(again, &text));
    state_text_free(&text);
    exporters_free(again);
}

/* Of before domains had addresses. */
static void older_line(void **state)
{
    static const char line[] =
        "{\"address\":\"192.0.2.1\",\"port\":0,\"scope\":0,\"listener\":0,\"last_port\":1,"
        "\"first_ns\":1,\"known\":1,\"sampling_rate\":9,\"announced_address\":\"198.51.100.1\","
        "\"domains\":[{\"version\":4,\"id\":7,\"agent\":\"\",\"sampling_rate\":100,\"boot_ms\":5,"
        "\"told_ns\":6,\"template_rates\":0,\"sampler_known\":1,\"several_samplers\":0,"
        "\"sampler_id\":3,\"templates\":[]}],\"told\":[]}\n";
    const struct state_text text = {.data = (char *)(uintptr_t)line, .len = strlen(line)};

    (void)state;
    assert_true(restore_lines(exporters, &text));
    speak_for(FLOW_TYPE_IPFIX, 8);
    assert_int_equal(d.message.domain->exporter->agreed.sampling_rate, 100);
    assert_int_equal(d.message.domain->exporter->agreed.boot_ms, 5);
}

/* What domains agree on is known again; what they differ in is not. */
static void agreement(void **state)
{
    struct exporters *again = exporters_new(&limits, SCOPE_DOMAIN, &settings);
    struct state_text text;

    (void)state;
    speak();
    speak_for(FLOW_TYPE_NETFLOW_V9, 1);
    tell_itself((uint8_t[]){198, 51, 100, 2}, 1699999000000);
    write_text(&text, exporters);
    assert_true(restore_lines(again, &text));
    d.exporters = again;
    speak_for(FLOW_TYPE_IPFIX, 8);
    assert_int_equal(d.message.domain->exporter->agreed.announced_address.len, 0);
    assert_int_equal(d.message.domain->exporter->agreed.boot_ms, 1699999000000);
    state_text_free(&text);
    exporters_free(again);
}

/* The rate of an interface is known again, and still not that of others. */
static void interface_rates(void **state)
{
    struct exporters *again = exporters_new(&limits, SCOPE_DOMAIN, &settings);
    struct state_text text;
    const char *source;

    (void)state;
    speak();
    write_text(&text, exporters);
    assert_true(restore_lines(again, &text));
    d.exporters = again;
    speak_for(FLOW_TYPE_IPFIX, 7);
    flow_clear(&d.flow);
    FLOW_SET(&d.flow, in_if, 8);
    assert_int_equal(options_sampling_rate(&d, &source), 0);
    FLOW_SET(&d.flow, out_if, 7);
    assert_int_equal(options_sampling_rate(&d, &source), 64);
    assert_string_equal(source, "interface");
    state_text_free(&text);
    exporters_free(again);
}

/* A worker that no longer hears an exporter may have written what it knew of it long ago. */
static void later_stays(void **state)
{
    struct state_text old;
    struct state_text new;
    struct state_text after;

    (void)state;
    speak();
    write_text(&old, exporters);
    datagram.received_ns += SECOND_NS;
    speak_for(FLOW_TYPE_IPFIX, 7);
    add_field(0, 12, 4, false);
    learn();
    tell_sampler(3, 3000);
    tell_interface(7, "xe-0/0/7");
    write_text(&new, exporters);
    assert_true(restore_lines(exporters, &old));
    write_text(&after, exporters);
    assert_int_equal(after.len, new.len);
    assert_non_null(strstr(after.data, "\"fields\":\"0.12.4.12.0 \""));
    assert_null(strstr(after.data, "29305.1.8.32769.0"));
    assert_non_null(strstr(after.data, "\"rate\":3000"));
    assert_null(strstr(after.data, "\"rate\":1000"));
    state_text_free(&old);
    state_text_free(&new);
    state_text_free(&after);
}

/* Each number and word of the line is looked at. */
static void broken_lines(void **state)
{
    struct state_text text;
    struct json_object *line;

    (void)state;
    speak();
    write_text(&text, exporters);
    for (size_t i = 0; i < text.len - 1; i++) {
        static const char instead[] = "-1]}\"x";

        for (size_t c = 0; instead[c] != '\0'; c++) {
            const char was = text.data[i];
            struct json_tokener *tokener = json_tokener_new();

            text.data[i] = instead[c];
            line = json_tokener_parse_ex(tokener, text.data, (int)text.len - 1);
            (void)state_restore(exporters, &settings, &counters, line);
            json_object_put(line);
            json_tokener_free(tokener);
            text.data[i] = was;
        }
    }
    state_text_free(&text);
}

/* --- Many --- */

static void speak_many(void)
{
    for (uint32_t i = 0; i < MANY_EXPORTERS; i++) {
        memcpy(datagram.from.bytes, (uint8_t[]){10, 0, (uint8_t)(i >> 8), (uint8_t)i}, 4);
        speak_for(FLOW_TYPE_IPFIX, 1);
        for (int t = 0; t < TEMPLATES_OF_EACH; t++) {
            for (uint16_t f = 1; f <= FIELDS_OF_EACH; f++) {
                add_field(0, f, 4, false);
            }
            learn();
        }
    }
}

/* Of this thread: what else the machine does is not measured. */
static uint64_t now_us(void)
{
    struct timespec now;

    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
    return (uint64_t)now.tv_sec * 1000000 + (uint64_t)now.tv_nsec / 1000;
}

static size_t text_slice(struct state_text *text, size_t cursor)
{
    return state_text_add(text, exporters, cursor, SLICE);
}

static size_t sweep_slice(struct state_text *text, size_t cursor)
{
    (void)text;
    return exporters_sweep(exporters, &counters, NOW_NS, cursor, SLICE);
}

/* How long the longest slice takes. */
static uint64_t longest(size_t (*slice)(struct state_text *text, size_t cursor),
                        struct state_text *text)
{
    uint64_t greatest = 0;
    size_t cursor = 0;

    do {
        uint64_t begin;
        uint64_t took;

        state_text_reserve(text);
        begin = now_us();
        cursor = slice(text, cursor);
        took = now_us() - begin;
        greatest = took > greatest ? took : greatest;
    } while (cursor != 0);
    return greatest;
}

static void many(void **state)
{
    struct state_text text = {0};
    uint64_t texts;
    uint64_t sweeps;

    (void)state;
    speak_many();
    texts = longest(text_slice, &text);
    sweeps = longest(sweep_slice, &text);
    print_message(
        "%d exporters, %zu octets: slices of text take %zu us at most, of a sweep %zu us\n",
        MANY_EXPORTERS, text.len, (size_t)texts, (size_t)sweeps);
    assert_int_equal(exporters_size(exporters).templates, MANY_EXPORTERS * TEMPLATES_OF_EACH);
    assert_in_range(texts, 0, PAUSE_MS_MAX * 1000);
    assert_in_range(sweeps, 0, PAUSE_MS_MAX * 1000);
    state_text_free(&text);
}

/* One exporter that has far too much is cut, and what it used last is there. */
static void one_with_too_much(void **state)
{
    struct state_text text = {0};
    uint64_t took;

    (void)state;
    speak_for(FLOW_TYPE_IPFIX, 1);
    for (int t = 0; t < TEMPLATES_TOO_MANY; t++) {
        while (definition.n < TEMPLATE_FIELDS_MAX) {
            add_field(4242, definition.n, 4, false);
        }
        learn();
    }
    took = longest(text_slice, &text);
    print_message("one exporter, %zu octets: %zu us\n", text.len, (size_t)took);
    assert_null(strstr(text.data, "{\"id\":256,\"options\""));
    assert_non_null(strstr(text.data, "{\"id\":295,\"options\""));
    assert_non_null(strstr(text.data, "{\"id\":280,\"options\""));
    assert_null(strstr(text.data, "{\"id\":279,\"options\""));
    state_text_free(&text);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
    static const struct CMUnitTest tests[] = {
        TEST(round_trip),        TEST(long_ids),    TEST(older_line),   TEST(agreement),
        TEST(interface_rates),   TEST(later_stays), TEST(broken_lines), TEST(many),
        TEST(one_with_too_much),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
