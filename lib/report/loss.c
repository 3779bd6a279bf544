// SPDX-License-Identifier: Apache-2.0
// Reports on what was lost.
#include "lib/report/loss.h"

enum { EXPORTERS_MAX = 1000, TEMPLATES_MAX = 32000 };

static const uint64_t SECOND_NS = 1000000000;

/* A field for each fault, by its name. */
static const struct report_field fault_fields[DECODE_ERROR_COUNT] = {
#define DECODE_ERROR(NAME, key, cost, text)                                                        \
    [DECODE_##NAME] = REPORT_FIELD_ROW("fault_" key, NUMBER, "", text),
#include "lib/decode_error.def"
#undef DECODE_ERROR
};

/* A period, while it is told. */
struct telling {
    const struct loss *loss;
    const struct loss_context *context;
    uint64_t now_ns;
};

bool loss_open(struct loss *loss, size_t listeners)
{
    loss->limits.exporters.limit = EXPORTERS_MAX;
    loss->limits.templates.limit = TEMPLATES_MAX;
    loss->stats = worker_stats_new(&loss->limits, listeners);
    return loss->stats != NULL;
}

void loss_close(struct loss *loss)
{
    worker_stats_free(loss->stats);
    loss->stats = NULL;
}

static void begin(struct report *report, const struct telling *t, const struct flow_addr *exporter,
                  const char *scope)
{
    report_begin(report, RECORD_LOSS, exporter, t->now_ns);
    report_word(report, REPORT_FIELD_OF(loss_scope), scope);
    report_number(report, REPORT_FIELD_OF(period_start_ms), t->loss->since_ns / 1000000);
}

static void add_faults(struct report *report, const uint64_t *faults)
{
    for (int i = 0; i < DECODE_ERROR_COUNT; i++) {
        if (faults[i] != 0) {
            report_number(report, &fault_fields[i], faults[i]);
        }
    }
}

/* --- Exporters --- */

/* What is counted of an exporter, and the field that tells it. */
static const struct {
    enum exporter_count count;
    enum report_index field;
} exporter_fields[] = {
    {EXPORTER_DATAGRAMS, REPORT_AT_datagram_count},
    {EXPORTER_OCTETS, REPORT_AT_octet_count},
    {EXPORTER_FLOWS, REPORT_AT_flow_count},
    {EXPORTER_INCOMPLETE, REPORT_AT_incomplete_count},
    {EXPORTER_LOST, REPORT_AT_sequence_lost_count},
    {EXPORTER_REORDERED, REPORT_AT_sequence_late_count},
    {EXPORTER_REPEATED, REPORT_AT_sequence_repeated_count},
    {EXPORTER_RESTARTS, REPORT_AT_sequence_restart_count},
};

static void add_identity(struct report *report, const struct exporter_stats_key *key)
{
    const bool sflow = key->type == FLOW_TYPE_SFLOW_5;

    report_word(report, REPORT_FIELD_OF(flow_type), flow_type_name(key->type));
    report_number(report, REPORT_FIELD_OF(listener), key->listener);
    if (key->addr.len != 0) {
        report_number(
            report, sflow ? REPORT_FIELD_OF(sub_agent_id) : REPORT_FIELD_OF(observation_domain_id),
            key->domain);
        report_key_addr(report, key->agent.len != 0 ? &key->agent : &key->addr);
    } else {
        report_key_word(report, '|', "others");
    }
    report_key_word(report, '|', flow_type_name(key->type));
    report_key_number(report, '|', key->domain);
    report_key_number(report, '|', key->listener);
}

static void add_counts(struct report *report, const struct exporter_counts *counts)
{
    for (size_t i = 0; i < sizeof(exporter_fields) / sizeof(exporter_fields[0]); i++) {
        report_number(report, &report_fields[exporter_fields[i].field],
                      counts->at[exporter_fields[i].count]);
    }
    add_faults(report, counts->faults);
}

static void tell_exporter(void *exporter_stats, void *arg)
{
    struct exporter_stats *stats = exporter_stats;
    const struct telling *t = arg;
    const struct exporter_stats_key *key = &stats->key;
    const struct exporter_counts counts = exporter_stats_fresh(stats);
    struct report report;

    if (counts.at[EXPORTER_DATAGRAMS] == 0) {
        return;
    }
    begin(&report, t, key->agent.len != 0 ? &key->agent : &key->addr,
          key->addr.len != 0 ? "exporter" : "others");
    add_identity(&report, key);
    add_counts(&report, &counts);
    t->context->emit(t->context->arg, &report);
}

/* --- The worker --- */

static const struct {
    enum counter counter;
    enum report_index field;
} worker_fields[] = {
    {COUNTER_datagrams, REPORT_AT_datagram_count},
    {COUNTER_octets, REPORT_AT_octet_count},
    {COUNTER_datagrams_dropped, REPORT_AT_incomplete_count},
    {COUNTER_kernel_dropped, REPORT_AT_kernel_dropped_count},
    {COUNTER_receive_errors, REPORT_AT_receive_error_count},
    {COUNTER_sequence_lost, REPORT_AT_sequence_lost_count},
    {COUNTER_records_unsent, REPORT_AT_unsent_count},
};

/* How much a counter has grown; *told becomes what it reads. */
static uint64_t growth(const _Atomic uint64_t *counter, uint64_t *told)
{
    const uint64_t before = *told;

    *told = counter_read(counter);
    return *told - before;
}

static void tell_worker(struct loss *loss, const struct telling *t)
{
    const struct flow_addr nobody = {.len = 0};
    const struct counters *counters = t->context->counters;
    uint64_t faults[DECODE_ERROR_COUNT];
    struct report report;

    begin(&report, t, &nobody, "collector");
    report_key_word(&report, '|', "collector");
    for (size_t i = 0; i < sizeof(worker_fields) / sizeof(worker_fields[0]); i++) {
        const enum counter counter = worker_fields[i].counter;

        report_number(&report, &report_fields[worker_fields[i].field],
                      growth(&counters->at[counter], &loss->counters[counter]));
    }
    for (int i = 0; i < DECODE_ERROR_COUNT; i++) {
        faults[i] = growth(&counters->errors[i], &loss->errors[i]);
    }
    add_faults(&report, faults);
    t->context->emit(t->context->arg, &report);
}

/* --- Time --- */

static void tell(struct loss *loss, const struct loss_context *context, uint64_t now_ns)
{
    struct telling t = {loss, context, now_ns};

    if (context->stats != NULL) {
        (void)worker_stats_walk(context->stats, 0, SIZE_MAX, tell_exporter, &t);
    }
    tell_worker(loss, &t);
    loss->since_ns = now_ns;
}

/* Where the clock was set back, a period begins anew. */
void loss_tick(struct loss *loss, const struct loss_context *context, uint64_t now_ns)
{
    const uint64_t interval_ns =
        context->interval_ns < SECOND_NS ? SECOND_NS : context->interval_ns;

    if (loss->since_ns == 0 || now_ns < loss->since_ns) {
        loss->since_ns = now_ns;
    }
    loss->seen_ns = now_ns;
    if (now_ns - loss->since_ns >= interval_ns) {
        tell(loss, context, now_ns);
    }
}

void loss_end(struct loss *loss, const struct loss_context *context)
{
    if (loss->since_ns != 0) {
        tell(loss, context, loss->seen_ns);
    }
}
