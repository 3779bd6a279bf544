// SPDX-License-Identifier: Apache-2.0
/* A pipeline that checks what every input must keep true. */
#include "tests/checked_pipeline.h"

#include <stdio.h>
#include <stdlib.h>

#include "cmd/registry.h"
#include "lib/exporter/ahead.h"
#include "tests/strict_json.h"

enum { FIRST_TEMPLATE = 256 };

static const uint64_t SECOND_NS = 1000000000;

const struct exporter_limits checked_pipeline_limits = {
    .exporters = 4,
    .domains_per_exporter = 4,
    .templates_per_domain = 8,
    .templates_per_exporter = 16,
    .template_octets = 1 << 20,
    .template_life_ns = 600 * SECOND_NS,
    .options_per_exporter = 8,
    .options_octets_per_exporter = 1024,
    .held_sets_per_exporter = 4,
    .held_octets_per_exporter = 4096,
    .held_octets = 8192,
    .held_ns = 30 * SECOND_NS,
};

void require(bool holds, const char *what)
{
    if (!holds) {
        (void)fprintf(stderr, "it does not hold that %s\n", what);
        abort();
    }
}

/* What flows are never of: records beside flows have bounds of their own. */
static bool is_report(enum record_kind kind)
{
    return kind >= RECORD_BLOCKS || kind == RECORD_NAT;
}

static size_t check_records(struct transport *t, const struct batch *batch, size_t first)
{
    struct checked_pipeline *p = t->arg;

    for (size_t i = first; i < batch->n; i++) {
        const struct slice value = batch->records[i].value;

        if (!strict_json_object(value.data, value.len)) {
            (void)fprintf(stderr, "%.*s\n", (int)value.len, value.data);
            require(false, "a record is strict JSON");
        }
        require(value.len <= p->output.format->max || is_report(batch->records[i].kind),
                "a flow keeps to its format's most octets");
    }
    p->records += batch->n - first;
    return batch->n - first;
}

static const struct format_ops *json_format(void)
{
    for (const struct format_ops *const *at = registry_formats; *at != NULL; at++) {
        if (strcmp((*at)->name, "json") == 0) {
            return *at;
        }
    }
    require(false, "there is a format json");
    return NULL;
}

static bool open_output(struct checked_pipeline *p, unsigned compat)
{
    static const struct transport_ops ops = {.name = "check", .send = check_records};
    struct format *format;
    char message[64];

    require(field_set_parse(&p->fields, "all", message, sizeof(message)), message);
    format = format_new(json_format(), &p->fields, compat);
    p->transport = (struct transport){.ops = &ops, .arg = p};
    return format != NULL && output_open(&p->output, format, &p->transport, (struct slice){"\n", 1},
                                         OUTPUT_DROP, &p->counters) == 0;
}

static bool open_exporters(struct checked_pipeline *p, const struct exporter_limits *limits)
{
    p->pipeline.exporters = exporters_new(limits, SCOPE_DOMAIN, &p->pipeline.settings);
    return p->pipeline.exporters != NULL;
}

bool checked_pipeline_open(struct checked_pipeline *p, const struct exporter_limits *limits,
                           unsigned compat)
{
    memset(p, 0, sizeof(*p));
    if (!open_output(p, compat)) {
        return false;
    }
    p->pipeline.decoders = registry_decoders;
    p->pipeline.settings = (struct decode_settings){
        .compat = compat,
        .tunnels = TUNNEL_VXLAN | TUNNEL_GENEVE | TUNNEL_GTPU | TUNNEL_TEREDO,
        .keep_elements = true,
        .look_up_names = true,
        .reports = REPORT_COUNTERS | REPORT_DROPS | REPORT_NAT | REPORT_OPTIONS | REPORT_LOSS,
        .loss_interval_ns = 60 * SECOND_NS,
    };
    p->pipeline.counters = &p->counters;
    p->pipeline.output = &p->output;
    if (!open_exporters(p, limits) || !pipeline_count_exporters(&p->pipeline, 1)) {
        exporters_free(p->pipeline.exporters);
        output_close(&p->output);
        return false;
    }
    return true;
}

/* What is remembered may be looked at ahead at any time. */
static void look_ahead(struct checked_pipeline *p, const struct datagram *datagram)
{
    const struct ahead ahead[] = {{&p->last, FIRST_TEMPLATE}, {datagram, FIRST_TEMPLATE + 1}};

    exporters_look_ahead(p->pipeline.exporters, ahead, 2);
    p->last = *datagram;
    p->last.data = NULL;
}

/* The octets are copied, so that reading beyond them is noticed. */
void checked_pipeline_datagram(struct checked_pipeline *p, const struct datagram *datagram)
{
    struct datagram copy = *datagram;
    uint8_t *octets = malloc(datagram->len > 0 ? datagram->len : 1);

    if (octets != NULL) {
        memcpy(octets, datagram->data, datagram->len);
        copy.data = octets;
    }
    p->datagrams++;
    look_ahead(p, datagram);
    pipeline_datagram(&p->pipeline, &copy, NULL);
    output_flush(&p->output);
    free(octets);
    require(p->pipeline.decode.spent.output <= DECODE_OUTPUT_MAX, "output keeps to its budget");
}

static uint64_t counted(const struct checked_pipeline *p, enum counter counter)
{
    return counter_read(&p->counters.at[counter]);
}

static uint64_t faults(const struct checked_pipeline *p, enum decode_error error)
{
    return counter_read(&p->counters.errors[error]);
}

/* What left the hold, or is still in it, once came into it. */
static void check_sums(const struct checked_pipeline *p)
{
    const uint64_t lost = faults(p, DECODE_TEMPLATE_UNKNOWN) - faults(p, DECODE_HOLD_FULL);

    require(counted(p, COUNTER_datagrams) == p->datagrams, "each datagram is counted once");
    require(counted(p, COUNTER_datagrams_dropped) <= p->datagrams, "none is dropped twice");
    require(counted(p, COUNTER_records) == p->records, "each record is counted once");
    require(counted(p, COUNTER_records_unsent) == 0, "each record is sent");
    require(counted(p, COUNTER_sets_released) + lost <= counted(p, COUNTER_sets_held),
            "each held set leaves once");
}

void checked_pipeline_close(struct checked_pipeline *p)
{
    check_sums(p);
    pipeline_close(&p->pipeline);
    output_close(&p->output);
    exporters_free(p->pipeline.exporters);
}

struct checked_pipeline *checked_pipeline_begin(void)
{
    static struct checked_pipeline p;
    const bool opened = p.pipeline.output != NULL;

    require(opened ? open_exporters(&p, &checked_pipeline_limits)
                   : checked_pipeline_open(&p, &checked_pipeline_limits, COMPAT_NONE),
            "there is memory");
    return &p;
}

void checked_pipeline_end(struct checked_pipeline *p)
{
    check_sums(p);
    exporters_free(p->pipeline.exporters);
    memset(&p->counters, 0, sizeof(p->counters));
    p->datagrams = 0;
    p->records = 0;
}
