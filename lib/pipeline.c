// SPDX-License-Identifier: Apache-2.0
/* Datagram in, records out. */
#include "lib/pipeline.h"

#include <inttypes.h>
#include <stdio.h>

#include "lib/admission.h"
#include "lib/enrich.h"
#include "lib/exporter/ahead.h"
#include "lib/outline/outline.h"
#include "lib/quarantine/inlet.h"
#include "lib/report/nat.h"
#include "lib/subscriber/subscribers.h"

enum { DETAIL_OCTETS = 80 };

static void complete(struct decode *d)
{
    struct pipeline *pipeline = d->arg;

    enrich(d);
    if (pipeline->stats != NULL) {
        worker_stats_flow(pipeline->stats, d);
    }
}

static void send_flow(struct decode *d)
{
    struct pipeline *pipeline = d->arg;

    do {
        d->spent.output += output_flow(pipeline->output, &d->flow);
    } while (d->other_leg != 0 && subscriber_fill_other(d));
}

static void emit(struct decode *d)
{
    complete(d);
    send_flow(d);
}

/* What tells of a translation goes out in its own form, and as a flow if it counts something. */
static void emit_by_kind(struct decode *d)
{
    const struct nat_event *event = decode_wants(d, REPORT_NAT) ? nat_event_of(&d->flow) : NULL;
    struct report report;

    complete(d);
    if (event != NULL) {
        nat_report(d, event, &report);
        (void)decode_report(d, &report);
    }
    if (!d->settings->no_flows && (event == NULL || nat_counts(&d->flow))) {
        send_flow(d);
    }
}

static void emit_report(struct decode *d, const struct report *report)
{
    struct pipeline *pipeline = d->arg;

    d->spent.output += output_report(pipeline->output, report);
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

/* What a decoder of another scheme than the listener's would read, or the octets that none knows.
 */
static void refuse(struct decode *d, const char *scheme)
{
    const size_t len = d->datagram->len;
    const struct decoder *other = decoder_of(d->arg, d->datagram, NULL);
    char version[DETAIL_OCTETS];

    if (len < 4) {
        decode_fault(d, len == 0 ? DECODE_EMPTY : DECODE_SHORT, NULL);
        return;
    }
    wire_init(&d->wire, d->datagram->data, len);
    if (other != NULL) {
        (void)snprintf(version, sizeof(version), "%s at a listener for %s", other->title, scheme);
    } else {
        (void)snprintf(version, sizeof(version), "first octets %08" PRIx32, wire_u32(&d->wire));
    }
    decode_fault(d, DECODE_VERSION, version);
}

static void choose_emit(const struct pipeline *pipeline, struct decode *d)
{
    d->emit_report = emit_report;
    if (pipeline->produce != PRODUCE_SAMPLE) {
        d->emit = discard;
    } else if (d->settings->no_flows || decode_wants(d, REPORT_NAT)) {
        d->emit = emit_by_kind;
    } else {
        d->emit = emit;
    }
}

static size_t record_max(const struct pipeline *pipeline)
{
    const struct output *output = pipeline->output;
    const size_t records = pipeline->settings.stream.twice ? 2 : 1;

    return output == NULL ? 0 : records * (output->format->max + output->batch.separator_len);
}

static void tell_quarantine(struct decode *d, enum decode_error error, const char *detail)
{
    const struct pipeline *pipeline = d->arg;

    quarantine_inlet_fault(pipeline->quarantine, d, error, detail);
    if (pipeline->hear_fault != NULL) {
        pipeline->hear_fault(d, error, detail);
    }
}

static void choose_hearer(const struct pipeline *pipeline, struct decode *d)
{
    d->hear_fault = pipeline->hear_fault;
    if (pipeline->quarantine != NULL) {
        quarantine_inlet_begin(pipeline->quarantine, d->datagram);
        d->hear_fault = tell_quarantine;
    }
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
    d->other_leg = 0;
    choose_emit(pipeline, d);
    d->record_max = record_max(pipeline);
    choose_hearer(pipeline, d);
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
    if (pipeline->quarantine != NULL) {
        quarantine_inlet_end(pipeline->quarantine, d);
    }
    if (pipeline->stats != NULL) {
        worker_stats_datagram(pipeline->stats, d);
    }
}

static void emit_loss(void *arg, const struct report *report)
{
    struct pipeline *pipeline = arg;

    (void)output_report(pipeline->output, report);
}

static struct loss_context loss_context(struct pipeline *pipeline)
{
    return (struct loss_context){
        .stats = pipeline->stats,
        .counters = pipeline->counters,
        .interval_ns = pipeline->settings.loss_interval_ns,
        .emit = emit_loss,
        .arg = pipeline,
    };
}

void pipeline_tick(struct pipeline *pipeline, uint64_t now_ns)
{
    if ((pipeline->settings.reports & REPORT_LOSS) != 0) {
        const struct loss_context context = loss_context(pipeline);

        loss_tick(&pipeline->loss, &context, now_ns);
    }
}

void pipeline_end(struct pipeline *pipeline)
{
    if ((pipeline->settings.reports & REPORT_LOSS) != 0) {
        const struct loss_context context = loss_context(pipeline);

        loss_end(&pipeline->loss, &context);
    }
}

bool pipeline_count_exporters(struct pipeline *pipeline, size_t listeners)
{
    if (!loss_open(&pipeline->loss, listeners)) {
        return false;
    }
    pipeline->stats = pipeline->loss.stats;
    return true;
}

static void take(struct pipeline *pipeline, const struct datagram *datagram,
                 const struct decoder *decoder, const char *scheme)
{
    pipeline_tick(pipeline, datagram->received_ns);
    COUNT(pipeline->counters, datagrams);
    COUNT_MANY(pipeline->counters, octets, datagram->len);
    begin(pipeline, datagram);
    if (!admission_allows(pipeline->settings.admission, &datagram->from)) {
        decode_fault(&pipeline->decode, DECODE_NOT_ALLOWED, NULL);
    } else if (decoder == NULL) {
        refuse(&pipeline->decode, scheme);
    } else {
        run(pipeline, decoder);
    }
    finish(pipeline);
}

void pipeline_datagram(struct pipeline *pipeline, const struct datagram *datagram,
                       const char *scheme)
{
    take(pipeline, datagram, decoder_of(pipeline, datagram, scheme), scheme);
}

static uint16_t first_template(const struct datagram *datagram, const struct decoder *decoder)
{
    struct wire wire;

    if (decoder == NULL || decoder->first_set == 0) {
        return 0;
    }
    wire_init(&wire, datagram->data, datagram->len);
    wire_skip(&wire, decoder->first_set);
    return wire_u16(&wire);
}

static void take_together(struct pipeline *pipeline, const struct datagram *datagrams, size_t n,
                          const char *scheme)
{
    const struct decoder *decoders[AHEAD_MAX];
    struct ahead ahead[AHEAD_MAX];

    for (size_t i = 0; i < n; i++) {
        decoders[i] = decoder_of(pipeline, &datagrams[i], scheme);
        ahead[i] = (struct ahead){&datagrams[i], first_template(&datagrams[i], decoders[i])};
    }
    exporters_look_ahead(pipeline->exporters, ahead, n);
    for (size_t i = 0; i < n; i++) {
        take(pipeline, &datagrams[i], decoders[i], scheme);
    }
}

void pipeline_datagrams(struct pipeline *pipeline, const struct datagram *datagrams, size_t n,
                        const char *scheme)
{
    for (size_t i = 0; i < n; i += AHEAD_MAX) {
        take_together(pipeline, datagrams + i, n - i < AHEAD_MAX ? n - i : AHEAD_MAX, scheme);
    }
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

void pipeline_set_outline(struct pipeline *pipeline, struct outline *outline)
{
    pipeline->produce = PRODUCE_RAW;
    pipeline->outline = outline;
}

void pipeline_close(struct pipeline *pipeline)
{
    outline_free(pipeline->outline);
    pipeline->outline = NULL;
    loss_close(&pipeline->loss);
}
