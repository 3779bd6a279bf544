// SPDX-License-Identifier: Apache-2.0
/* Exporters that are remembered, and other settings: their templates are compiled anew. */
#include "lib/exporter/exporter.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "lib/exporter/state.h"
#include "lib/mapping/mapping.h"

enum { TEMPLATES = 3, FIRST_ID = 256 };

static const char mapping_text[] = "formatter: {protobuf: [{name: x, type: varint}]}\n"
                                   "ipfix: {mapping: [{field: octetDeltaCount, destination: x},\n"
                                   "  {field: octetDeltaCount, destination: InIf}]}\n";

static const struct exporter_limits limits = {
    .exporters = 4,
    .domains_per_exporter = 4,
    .templates_per_domain = TEMPLATES,
    .templates_per_exporter = 16,
    .template_octets = 1 << 20,
};

static const struct datagram datagram = {.from = {{192, 0, 2, 1}, 4}, .received_ns = 1};

static struct counters counters;
static struct decode_settings settings;
static struct decode d;
static struct exporters *exporters;
static struct domain *domain;

static void learn(uint16_t id)
{
    static struct template_definition definition;

    definition = (struct template_definition){
        .version = FLOW_TYPE_IPFIX, .id = id, .n = 1, .fields = {{.id = 1, .type = 1, .len = 4}}};
    assert_true(domain_learn_template(&d, domain, &definition));
}

static int set_up(void **state)
{
    (void)state;
    settings = (struct decode_settings){0};
    exporters = exporters_new(&limits, SCOPE_DOMAIN, &settings);
    d = (struct decode){.datagram = &datagram,
                        .settings = &settings,
                        .counters = &counters,
                        .exporters = exporters};
    domain = exporter_domain(&d, FLOW_TYPE_IPFIX, 1, NULL);
    for (uint16_t i = 0; i < TEMPLATES; i++) {
        learn((uint16_t)(FIRST_ID + i));
    }
    return domain == NULL ? -1 : 0;
}

static int tear_down(void **state)
{
    (void)state;
    exporters_free(exporters);
    return 0;
}

static struct mapping *load(void)
{
    char path[] = "/tmp/weir-mapping-XXXXXX";
    char message[256] = "";
    const int fd = mkstemp(path);
    struct mapping *mapping;

    assert_true(fd >= 0);
    assert_int_equal(write(fd, mapping_text, sizeof(mapping_text) - 1), sizeof(mapping_text) - 1);
    mapping = mapping_load(path, message, sizeof(message));
    (void)close(fd);
    (void)unlink(path);
    assert_string_equal(message, "");
    return mapping;
}

static void read_record(uint16_t id)
{
    static const uint8_t record[] = {0, 0, 0, 100};
    const struct template *t = domain_template(&d, domain, id);
    struct wire set;

    assert_non_null(t);
    wire_init(&set, record, sizeof(record));
    decode_begin_flow(&d, FLOW_TYPE_IPFIX);
    assert_true(template_read(&d, t, &set));
}

static void maps_and_forgets(void **state)
{
    const struct decode_settings plain = {0};
    struct mapping *mapping = load();

    (void)state;
    settings.mapping = mapping;
    assert_true(exporters_set_settings(exporters, &settings));
    for (uint16_t i = 0; i < TEMPLATES; i++) {
        read_record((uint16_t)(FIRST_ID + i));
        assert_int_equal(d.flow.customs.n, 1);
        assert_int_equal(d.flow.customs.at[0].number, 100);
        assert_true(FLOW_HAS(&d.flow, in_if));
        assert_int_equal(d.flow.bytes, 100);
    }

    settings = plain;
    assert_true(exporters_set_settings(exporters, &settings));
    mapping_free(mapping);
    read_record(FIRST_ID);
    assert_int_equal(d.flow.customs.n, 0);
    assert_false(FLOW_HAS(&d.flow, in_if));
}

/* The one unused for longest is still the first to go. */
static void keeps_the_order(void **state)
{
    (void)state;
    assert_non_null(domain_template(&d, domain, FIRST_ID));
    assert_true(exporters_set_settings(exporters, &settings));
    learn(FIRST_ID + TEMPLATES);
    assert_non_null(domain_template(&d, domain, FIRST_ID));
    assert_null(domain_template(&d, domain, FIRST_ID + 1));
}

static void keeps_what_was_refused(void **state)
{
    (void)state;
    domain_reject_template(&d, domain, FIRST_ID, DECODE_TEMPLATE_FIELDS);
    assert_true(exporters_set_settings(exporters, &settings));
    assert_true(domain_template(&d, domain, FIRST_ID)->rejected);
    assert_false(domain_template(&d, domain, FIRST_ID + 1)->rejected);
}

/* What was not sent again in its life is gone, also where no data asks for it. */
static void sweeps(void **state)
{
    enum { LIFE_NS = 10, ALL_BUCKETS = 1000 };
    const struct datagram later = {.from = datagram.from, .received_ns = 2 + LIFE_NS};
    struct exporter_limits mortal = limits;

    (void)state;
    mortal.template_life_ns = LIFE_NS;
    exporters_set_limits(exporters, &mortal);
    d.datagram = &later;
    learn(FIRST_ID);
    assert_int_equal(exporters_sweep(exporters, &counters, later.received_ns, 0, ALL_BUCKETS), 0);
    assert_int_equal(exporters_size(exporters).templates, 1);
    assert_non_null(domain_template(&d, domain, FIRST_ID));
    assert_int_equal(counter_read(&counters.errors[DECODE_TEMPLATE_EXPIRED]), TEMPLATES - 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(maps_and_forgets, set_up, tear_down),
        cmocka_unit_test_setup_teardown(keeps_the_order, set_up, tear_down),
        cmocka_unit_test_setup_teardown(keeps_what_was_refused, set_up, tear_down),
        cmocka_unit_test_setup_teardown(sweeps, set_up, tear_down),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
