// SPDX-License-Identifier: Apache-2.0
/* To look ahead changes nothing, whatever is remembered of the exporters. */
#include "lib/exporter/ahead.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include "lib/exporter/state.h"

enum { EXPORTERS = 4, TEMPLATES = 3, FIRST_ID = 256, UNKNOWN_ID = 999 };

static const struct exporter_limits limits = {
    .exporters = EXPORTERS,
    .domains_per_exporter = 2,
    .templates_per_domain = TEMPLATES,
    .templates_per_exporter = TEMPLATES,
    .template_octets = 1 << 20,
};

static const struct decode_settings settings;
static struct counters counters;
static struct exporters *exporters;
static struct datagram datagrams[EXPORTERS + 1]; /* the last exporter is not known */

static void learn(struct decode *d, struct domain *domain, uint16_t id)
{
    static struct template_definition definition;

    definition = (struct template_definition){
        .version = FLOW_TYPE_IPFIX, .id = id, .n = 1, .fields = {{.id = 1, .type = 1, .len = 4}}};
    assert_true(domain_learn_template(d, domain, &definition));
}

/* The first exporter has no template, the second one a refused one, the others all. */
static void introduce(unsigned exporter)
{
    struct decode d = {.datagram = &datagrams[exporter],
                       .settings = &settings,
                       .counters = &counters,
                       .exporters = exporters};
    struct domain *domain = exporter_domain(&d, FLOW_TYPE_IPFIX, 1, NULL);

    assert_non_null(domain);
    if (exporter == 1) {
        domain_reject_template(&d, domain, FIRST_ID, DECODE_TEMPLATE_EMPTY);
    }
    for (uint16_t i = 0; exporter > 1 && i < TEMPLATES; i++) {
        learn(&d, domain, (uint16_t)(FIRST_ID + i));
    }
}

static int set_up(void **state)
{
    (void)state;
    exporters = exporters_new(&limits, SCOPE_DOMAIN, &settings);
    for (unsigned i = 0; i <= EXPORTERS; i++) {
        const uint8_t octets[] = {192, 0, 2, (uint8_t)i};

        datagrams[i] = (struct datagram){.from = flow_addr_make(octets, 4), .received_ns = 1};
    }
    for (unsigned i = 0; exporters != NULL && i < EXPORTERS; i++) {
        introduce(i);
    }
    return exporters == NULL ? -1 : 0;
}

static int tear_down(void **state)
{
    (void)state;
    exporters_free(exporters);
    return 0;
}

static struct exporter *known(unsigned exporter)
{
    const struct exporter_key key = exporter_key_of(exporters, &datagrams[exporter]);

    return lru_find(&exporters->table, &key);
}

static void look_for(uint16_t template_id)
{
    struct ahead ahead[EXPORTERS + 1];

    for (unsigned i = 0; i <= EXPORTERS; i++) {
        ahead[i] = (struct ahead){&datagrams[i], template_id};
    }
    exporters_look_ahead(exporters, ahead, EXPORTERS + 1);
}

static void test_order_of_exporters(void **state)
{
    const struct exporter *const newest = known(1);
    const struct exporter *const oldest = lru_oldest(&exporters->table);

    (void)state;
    look_for(FIRST_ID);
    assert_ptr_equal(lru_newest(&exporters->table), newest);
    assert_ptr_equal(lru_oldest(&exporters->table), oldest);
    assert_int_equal(exporters_size(exporters).exporters, EXPORTERS);
}

static void test_order_of_templates(void **state)
{
    const struct domain *const domain = lru_newest(&known(EXPORTERS - 1)->domains);
    const struct known_template *const newest = lru_newest(&domain->templates);

    (void)state;
    for (uint16_t id = FIRST_ID; id < FIRST_ID + TEMPLATES; id++) {
        look_for(id);
        assert_ptr_equal(lru_newest(&domain->templates), newest);
    }
}

static void test_what_nobody_told(void **state)
{
    (void)state;
    look_for(UNKNOWN_ID);
    look_for(0);
    assert_int_equal(exporters_size(exporters).templates, 1 + 2 * TEMPLATES);
}

static void test_nobody_known(void **state)
{
    (void)state;
    exporters_free(exporters);
    exporters = exporters_new(&limits, SCOPE_DOMAIN, &settings);
    assert_non_null(exporters);
    look_for(FIRST_ID);
    assert_int_equal(exporters_size(exporters).exporters, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_order_of_exporters, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_order_of_templates, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_what_nobody_told, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_nobody_known, set_up, tear_down),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
