// SPDX-License-Identifier: Apache-2.0
/* Datagram in, records out. */
#include "lib/pipeline.h"

#include <inttypes.h>
#include <stdio.h>

#include "lib/admission.h"
#include "lib/enrich.h"
#include "lib/outline/outline.h"

static void emit(struct decode *d)
{
    struct pipeline *pipeline = d->arg;

    enrich(d);
    if (pipeline->stats != NULL) {
        worker_stats_flow(pipeline->stats, d);
    }
    d->spent.output += output_flow(pipeline->output, &d->flow);
}

/* Flows that are decoded for what they tell of their exporter alone. */
static void discard(struct decode *d)
{
    (void)d;
}

static bool begins_with(const struct datagram *datagram, const struct decoder *decoder)
{
    return memcmp(datagram->data, decoder->magic, decoder->magic_len) == 0;
}

/* NULL if no decoder of this scheme knows the first bytes, or if there are too few to tell. */
static const struct decoder *decoder_of(const struct pipeline *pipeline,
                                        const struct datagram *datagram, const char *scheme)
{
    for (const struct decoder *const *at = pipeline->decoders; *at != NULL; at++) {
        if (datagram->len >= (*at)->magic_len && begins_with(datagram, *at) &&
            (scheme == NULL || strcmp(scheme, (*at)->scheme) == 0)) {
            return *at;
        }
    }
    return NULL;
}

static void refuse(struct decode *d)
{
    const size_t len = d->datagram->len;
    char version[32];

    if (len < 4) {
        decode_fault(d, len == 0 ? DECODE_EMPTY : DECODE_SHORT, NULL);
        return;
    }
    wire_init(&d->wire, d->datagram->data, len);
    (void)snprintf(version, sizeof(version), "first octets %08" PRIx32, wire_u32(&d->wire));
    decode_fault(d, DECODE_VERSION, version);
}

static void begin(struct pipeline *pipeline, const struct datagram *datagram)
{
    struct decode *d = &pipeline->decode;

    d->datagram = datagram;
    d->settings = &pipeline->settings;
    d->exporters = pipeline->exporters;
    d->counters = pipeline->counters;
    d->message = (struct decode_message){0};
    d->spent = (struct decode_spent){0};
    tally_clear(&d->tally);
    d->damaged = false;
    d->emit = pipeline->produce == PRODUCE_SAMPLE ? emit : discard;
    d->record_max = pipeline->output->format->max + pipeline->output->batch.separator_len;
    d->report = pipeline->report;
    d->arg = pipeline;
    wire_init(&d->wire, datagram->data, datagram->len);
}

/* Templates, options data and sequences are what they would be if flows were produced. */
static void describe(struct pipeline *pipeline, const struct decoder *decoder)
{
    struct decode *d = &pipeline->decode;
    struct outline *outline = pipeline->outline;
    struct slice line;

    outline_begin(outline, decoder, d->datagram);
    decoder->describe(d, outline);
    line = outline_end(outline);
    if (outline_full(outline) && !d->damaged) {
        decode_fault(d, DECODE_BUDGET, "outline");
    }
    if (line.len > 0) {
        output_record(pipeline->output, line, d->datagram->received_ns / 1000000);
    }
}

static void run(struct pipeline *pipeline, const struct decoder *decoder)
{
    struct decode *d = &pipeline->decode;

    if (pipeline->outline != NULL) {
        describe(pipeline, decoder);
        return;
    }
    decoder->decode(d);
    if (pipeline->produce == PRODUCE_RAW && !d->damaged) {
        decode_fault(d, DECODE_NOT_SERIALIZABLE, NULL);
    }
}

static void finish(struct pipeline *pipeline)
{
    struct decode *d = &pipeline->decode;

    if (d->damaged) {
        counters_drop(pipeline->counters, d->damage);
    } else {
        COUNT(pipeline->counters, datagrams_decoded);
    }
    if (pipeline->stats != NULL) {
        worker_stats_datagram(pipeline->stats, d);
    }
}

void pipeline_datagram(struct pipeline *pipeline, const struct datagram *datagram,
                       const char *scheme)
{
    const struct decoder *decoder = decoder_of(pipeline, datagram, scheme);

    COUNT(pipeline->counters, datagrams);
    COUNT_MANY(pipeline->counters, octets, datagram->len);
    begin(pipeline, datagram);
    if (!admission_allows(pipeline->settings.admission, &datagram->from)) {
        decode_fault(&pipeline->decode, DECODE_NOT_ALLOWED, NULL);
    } else if (decoder == NULL) {
        refuse(&pipeline->decode);
    } else {
        run(pipeline, decoder);
    }
    finish(pipeline);
}

bool pipeline_set_produce(struct pipeline *pipeline, enum pipeline_produce produce)
{
    const struct outline_ops *ops = pipeline->output->format->ops->outline;

    pipeline->produce = produce;
    if (produce == PRODUCE_SAMPLE || ops == NULL) {
        return true;
    }
    pipeline->outline = outline_new(ops);
    return pipeline->outline != NULL && output_make_room(pipeline->output, OUTLINE_MAX) == 0;
}

void pipeline_close(struct pipeline *pipeline)
{
    outline_free(pipeline->outline);
    pipeline->outline = NULL;
}
