// SPDX-License-Identifier: Apache-2.0
/* Datagram in, records out. */
#include "lib/pipeline.h"

#include <inttypes.h>
#include <stdio.h>

#include "lib/enrich.h"

static void emit(struct decode *d)
{
    struct pipeline *pipeline = d->arg;

    enrich(d);
    d->spent.output += output_flow(pipeline->output, &d->flow);
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
    d->damaged = false;
    d->emit = emit;
    d->report = pipeline->report;
    d->arg = pipeline;
    wire_init(&d->wire, datagram->data, datagram->len);
}

void pipeline_datagram(struct pipeline *pipeline, const struct datagram *datagram,
                       const char *scheme)
{
    const struct decoder *decoder = decoder_of(pipeline, datagram, scheme);

    COUNT(pipeline->counters, datagrams);
    COUNT_MANY(pipeline->counters, octets, datagram->len);
    begin(pipeline, datagram);
    if (decoder == NULL) {
        refuse(&pipeline->decode);
    } else {
        decoder->decode(&pipeline->decode);
    }
    if (pipeline->decode.damaged) {
        COUNT(pipeline->counters, datagrams_dropped);
    }
}
