// SPDX-License-Identifier: Apache-2.0
// Encodes flows into a batch, sends it, and accounts for each record that did not leave.
#include "lib/output.h"

enum { BATCH_OCTETS = 1 << 20, BATCH_RECORDS_MIN = 4 };

int output_open(struct output *output, struct format *format, struct transport *transport,
                struct slice separator, enum output_policy policy, struct counters *counters)
{
    const size_t least = BATCH_RECORDS_MIN * (format->max + separator.len);
    int error;

    *output = (struct output){
        .format = format, .transport = transport, .counters = counters, .policy = policy};
    error = batch_open(&output->batch, least > BATCH_OCTETS ? least : BATCH_OCTETS, separator);
    if (error != 0) {
        output_close(output);
    }
    return error;
}

void output_close(struct output *output)
{
    batch_close(&output->batch);
    format_free(output->format);
    output->format = NULL;
}

static uint64_t received_ms(const struct flow *flow)
{
    return FLOW_HAS(flow, time_received) ? flow->time_received / 1000000 : 0;
}

size_t output_flow(struct output *output, const struct flow *flow)
{
    const struct format *format = output->format;
    char *room = batch_room(&output->batch, format->max);
    size_t len;

    if (room == NULL) {
        output_flush(output);
        room = batch_room(&output->batch, format->max);
    }
    len = format->ops->write(format, flow, room);
    batch_add(&output->batch, len, received_ms(flow));
    COUNT(output->counters, records);
    return len + output->batch.separator_len;
}

/* Returns how many records the transport took, from number first on. */
static size_t offer(struct output *output, size_t first)
{
    struct transport *t = output->transport;
    const size_t taken = t->ops->send(t, &output->batch, first);

    atomic_fetch_add_explicit(&t->taken, taken, memory_order_relaxed);
    return taken;
}

void output_flush(struct output *output)
{
    const size_t n = output->batch.n;
    size_t sent = n == 0 ? 0 : offer(output, 0);

    while (sent < n && output->policy == OUTPUT_WAIT) {
        output->transport->ops->wait(output->transport);
        sent += offer(output, sent);
    }
    COUNT_MANY(output->counters, records_unsent, n - sent);
    batch_clear(&output->batch);
}
