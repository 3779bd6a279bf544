// SPDX-License-Identifier: Apache-2.0
// What the series of metrics are made from: one function a source.
#include <stdatomic.h>

#include "lib/metrics/row.h"

static const char *const part_names[TALLY_PART_COUNT] = {
#define X(part, name) [TALLY_##part] = (name),
    TALLY_PARTS(X)
#undef X
};

/* goflow2 tells of NetFlow and IPFIX in one, and of sFlow in another. */
static bool is_sflow(uint8_t type)
{
    return type == FLOW_TYPE_SFLOW_5;
}

static bool is_netflow(uint8_t type)
{
    return type != FLOW_TYPE_FLOWUNKNOWN && !is_sflow(type);
}

static bool is_any(uint8_t type)
{
    (void)type;
    return true;
}

static void exporters_of(const struct metrics_writer *w, bool (*is_wanted)(uint8_t type))
{
    for (size_t i = 0; i < w->scrape->n_exporters; i++) {
        const struct exporter_stats *e = &w->scrape->exporters[i];

        if (is_wanted(e->key.type)) {
            metrics_item(w, &(struct metrics_item){.values = e, .exporter = e});
        }
    }
}

void source_exporter(const struct metrics_writer *w)
{
    exporters_of(w, is_any);
}

void source_netflow(const struct metrics_writer *w)
{
    exporters_of(w, is_netflow);
}

void source_templated(const struct metrics_writer *w)
{
    exporters_of(w, flow_type_templated);
}

void source_sflow(const struct metrics_writer *w)
{
    exporters_of(w, is_sflow);
}

static void parts_of(const struct metrics_writer *w, int first, int end)
{
    for (size_t i = 0; i < w->scrape->n_exporters; i++) {
        const struct exporter_stats *e = &w->scrape->exporters[i];

        for (int part = first; part < end; part++) {
            metrics_item(w, &(struct metrics_item){
                                .values = (const char *)e + (size_t)part * sizeof(uint64_t),
                                .exporter = e,
                                .type = part_names[part],
                            });
        }
    }
}

void source_set(const struct metrics_writer *w)
{
    parts_of(w, TALLY_TEMPLATE_SET, TALLY_FLOW_SAMPLE);
}

void source_sample(const struct metrics_writer *w)
{
    parts_of(w, TALLY_FLOW_SAMPLE, TALLY_PART_COUNT);
}

static void template_item(const struct metrics_writer *w, const struct exporter_stats *e,
                          const struct template_stats *t, const char *type)
{
    const bool young = t->updated_ns == 0 || t->updated_ns > w->scrape->now_ns;
    const struct template_values values = {
        .stats = *t,
        .age_ns = young ? 0 : w->scrape->now_ns - t->updated_ns,
    };

    metrics_item(
        w, &(struct metrics_item){.values = &values, .exporter = e, .template = t, .type = type});
}

void source_template(const struct metrics_writer *w)
{
    for (size_t i = 0; i < w->scrape->n_exporters; i++) {
        const struct exporter_stats *e = &w->scrape->exporters[i];
        const struct template_stats more = {.received = e->more_templates};

        for (uint32_t t = 0; t < e->n_templates; t++) {
            template_item(w, e, &e->templates[t],
                          e->templates[t].options ? "options_template" : "template");
        }
        template_item(w, e, &more, "other");
    }
}

void source_socket(const struct metrics_writer *w)
{
    for (size_t i = 0; i < w->scrape->n_sockets; i++) {
        const struct scrape_socket *socket = &w->scrape->sockets[i];

        metrics_item(w, &(struct metrics_item){.values = &socket->stats, .socket = socket});
    }
}

static void drop(const struct metrics_writer *w, const char *stage, const char *why,
                 const _Atomic uint64_t *counter)
{
    const uint64_t n = counter_read(counter);

    metrics_item(w, &(struct metrics_item){.values = &n, .stage = stage, .reason = why});
}

void source_datagram_drop(const struct metrics_writer *w)
{
    const struct counters *counters = &w->scrape->counters;

    drop(w, "kernel", "buffer_full", &counters->at[COUNTER_kernel_dropped]);
    for (int i = 0; i < DECODE_ERROR_COUNT; i++) {
        if (decode_errors[i].cost == COST_DATAGRAM) {
            drop(w, i == DECODE_TRUNCATED ? "receive" : "decode", decode_errors[i].key,
                 &counters->dropped[i]);
        }
    }
}

void source_fault(const struct metrics_writer *w)
{
    static const char *const costs[] = {
        [COST_NOTHING] = "nothing",   [COST_FIELD] = "field", [COST_RECORD] = "record",
        [COST_TEMPLATE] = "template", [COST_SET] = "set",     [COST_DATAGRAM] = "datagram",
    };

    for (int i = 0; i < DECODE_ERROR_COUNT; i++) {
        const uint64_t n = counter_read(&w->scrape->counters.errors[i]);

        metrics_item(w, &(struct metrics_item){
                            .values = &n,
                            .cost = costs[decode_errors[i].cost],
                            .reason = decode_errors[i].key,
                        });
    }
}

/* As struct transport counts them: a record that no send took is in none of its counters. */
void source_record_drop(const struct metrics_writer *w)
{
    drop(w, "queue", "not_taken", &w->scrape->counters.at[COUNTER_records_unsent]);
    for (int i = 0; i < TRANSPORT_LOSS_COUNT; i++) {
        drop(w, "output", transport_losses[i].key, &w->scrape->transport->lost[i]);
    }
}

void source_output(const struct metrics_writer *w)
{
    const struct transport *t = w->scrape->transport;
    const struct output_values values = {
        .taken = atomic_load(&t->taken),
        .delivered = atomic_load(&t->delivered),
        .held = transport_held(t),
    };

    metrics_item(w, &(struct metrics_item){.values = &values});
}

void source_answer(const struct metrics_writer *w)
{
    static const char *const codes[SCRAPE_CODE_COUNT] = {
#define X(name, code) [SCRAPE_##name] = #code,
        SCRAPE_CODES(X)
#undef X
    };

    for (int i = 0; i < SCRAPE_CODE_COUNT; i++) {
        metrics_item(w, &(struct metrics_item){
                            .values = &w->scrape->answers[i],
                            .reason = codes[i],
                        });
    }
}

void source_scrape(const struct metrics_writer *w)
{
    metrics_item(w, &(struct metrics_item){.values = w->scrape});
}

void source_counters(const struct metrics_writer *w)
{
    metrics_item(w, &(struct metrics_item){.values = &w->scrape->counters});
}

void source_constant(const struct metrics_writer *w)
{
    static const uint64_t one = 1;

    metrics_item(w, &(struct metrics_item){.values = &one});
}

void source_nothing(const struct metrics_writer *w)
{
    (void)w;
}
