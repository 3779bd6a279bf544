// SPDX-License-Identifier: Apache-2.0
/* Works of the bench: a pipeline as weir collect has it, with the metrics it counts. */
#include <string.h>

#include "cmd/registry.h"
#include "lib/pipeline.h"
#include "tests/bench/bench.h"

/* One of a process. */
static struct {
    struct pipeline pipeline;
    struct counters counters;
    struct field_set fields;
    struct transport transport;
    struct output output;
    struct stats_limits stats_limits;
} bench;

static const struct exporter_limits limits = {
    .exporters = 65536,
    .domains_per_exporter = 256,
    .templates_per_domain = 1024,
    .templates_per_exporter = 4096,
    .template_octets = 512 << 20,
    .options_per_exporter = 16384,
    .options_octets_per_exporter = 4 << 20,
    .held_sets_per_exporter = 64,
    .held_octets_per_exporter = 256 << 10,
    .held_octets = 64 << 20,
    .held_ns = 60000000000,
};

static size_t write_one_octet(struct format *f, const struct flow *flow, char *out)
{
    (void)f;
    (void)flow;
    *out = '.';
    return 1;
}

static void open_none(struct format *f)
{
    f->max = 1;
}

static const struct format_ops no_format = {
    .name = "none", .size = sizeof(struct format), .open = open_none, .write = write_one_octet};

static const struct format_ops *format_of(const char *name)
{
    for (const struct format_ops *const *at = registry_formats; *at != NULL; at++) {
        if (strcmp((*at)->name, name) == 0) {
            return *at;
        }
    }
    return &no_format;
}

static size_t take_records(struct transport *t, const struct batch *batch, size_t first)
{
    const struct slice octets = batch_octets(batch, first);
    struct work *work = t->arg;

    work_leave(work, octets.data, octets.len);
    work->records += batch->n - first;
    return batch->n - first;
}

static const struct transport_ops transport_ops = {.name = "bench", .send = take_records};

static bool open_output(const struct format_ops *ops)
{
    const struct slice separator = {"\n", ops->framed ? 0 : 1};
    struct format *format = format_new(ops, &bench.fields, 0);

    return format != NULL && output_open(&bench.output, format, &bench.transport, separator,
                                         OUTPUT_DROP, &bench.counters) == 0;
}

static bool open_pipeline(struct work *work, const char *format)
{
    struct pipeline *p = &bench.pipeline;
    char message[128];

    bench.transport = (struct transport){.ops = &transport_ops, .arg = work};
    bench.stats_limits.exporters.limit = 1000;
    bench.stats_limits.templates.limit = 4000;
    if (!field_set_parse(&bench.fields, "goflow2", message, sizeof(message)) ||
        !open_output(format_of(format))) {
        return false;
    }
    p->decoders = registry_decoders;
    p->counters = &bench.counters;
    p->output = &bench.output;
    p->exporters = exporters_new(&limits, SCOPE_DOMAIN, &p->settings);
    p->stats = worker_stats_new(&bench.stats_limits, 1);
    return p->exporters != NULL && p->stats != NULL;
}

static void run_pipeline(struct work *work)
{
    pipeline_datagrams(&bench.pipeline, work->traffic->at, work->traffic->n, NULL);
    output_flush(&bench.output);
}

static bool open_with_none(struct work *work)
{
    return open_pipeline(work, "none");
}

static bool open_with_json(struct work *work)
{
    return open_pipeline(work, "json");
}

static bool open_with_bin(struct work *work)
{
    return open_pipeline(work, "bin");
}

const struct work_ops work_none = {"none", open_with_none, run_pipeline};
const struct work_ops work_json = {"json", open_with_json, run_pipeline};
const struct work_ops work_bin = {"bin", open_with_bin, run_pipeline};
