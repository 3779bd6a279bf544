// SPDX-License-Identifier: Apache-2.0
// Encodes flows into a batch, sends it, and accounts for each record that did not leave.
#include "lib/output.h"

enum { BATCH_OCTETS = 1 << 18, BATCH_RECORDS_MIN = 4 };

static size_t greater(size_t a, size_t b)
{
    return a > b ? a : b;
}

static int open_batch(struct batch *batch, const struct output *output, const struct format *format,
                      struct slice separator)
{
    const size_t least = greater(BATCH_RECORDS_MIN * (format->max + separator.len),
                                 output->encoded_max + separator.len);

    return batch_open(batch, greater(least, BATCH_OCTETS), separator);
}

int output_open(struct output *output, struct format *format, struct transport *transport,
                struct slice separator, enum output_policy policy, struct counters *counters)
{
    int error;

    *output = (struct output){
        .format = format, .transport = transport, .counters = counters, .policy = policy};
    error = open_batch(&output->batch, output, format, separator);
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

int output_make_room(struct output *output, size_t max)
{
    const struct slice separator = output->batch.separator;

    batch_close(&output->batch);
    output->encoded_max = max;
    return open_batch(&output->batch, output, output->format, separator);
}

static uint64_t time_ms(const struct output *output, const struct flow *flow)
{
    if (output->transport->stamp_flow_end && FLOW_HAS(flow, flow_end_ms)) {
        return flow->flow_end_ms;
    }
    if (output->transport->stamp_flow_end && FLOW_HAS(flow, time_flow_end)) {
        return flow->time_flow_end / 1000000;
    }
    return FLOW_HAS(flow, time_received) ? flow->time_received / 1000000 : 0;
}

static enum record_kind kind_of(const struct flow *flow)
{
    static const enum record_kind kinds[FLOW_TYPE_COUNT] = {
#define X(name, number, records, ...) [number] = RECORD_##records,
        FLOW_TYPES(X)
#undef X
    };

    if (FLOW_HAS(flow, nat_event)) {
        return RECORD_NAT;
    }
    if (FLOW_HAS(flow, direction) && flow->direction == flow_transit) {
        return RECORD_TRANSIT;
    }
    return flow->type < FLOW_TYPE_COUNT ? kinds[flow->type] : RECORD_OTHER;
}

static void add_key(struct output *output, const struct flow *flow)
{
    struct batch *batch = &output->batch;

    if (output->key != NULL) {
        batch_add_key(batch, record_key_write(output->key, flow, batch_key_room(batch)));
    }
}

/* Where the next record may be written; the batch leaves first if it must. */
static char *make_room(struct output *output, size_t max)
{
    char *room = batch_room(&output->batch, max);

    if (room == NULL) {
        output_flush(output);
        room = batch_room(&output->batch, max);
    }
    return room;
}

size_t output_flow(struct output *output, const struct flow *flow)
{
    struct format *format = output->format;
    const size_t len = format->ops->write(format, flow, make_room(output, format->max));

    batch_add(&output->batch, len, time_ms(output, flow));
    batch_set_kind(&output->batch, kind_of(flow));
    add_key(output, flow);
    COUNT(output->counters, records);
    return len + output->batch.separator_len;
}

static void add_report_key(struct output *output, const struct report *report)
{
    if (output->keyed && report->key_len > 0) {
        memcpy(batch_key_room(&output->batch), report->key, report->key_len);
        batch_add_key(&output->batch, report->key_len);
    }
}

size_t output_report(struct output *output, const struct report *report)
{
    struct format *format = output->format;
    char *room = make_room(output, report_most(report));
    const size_t len = format->ops->write_report(format, report, room);

    batch_add(&output->batch, len, report->received_ns / 1000000);
    batch_set_kind(&output->batch, report->kind);
    add_report_key(output, report);
    COUNT(output->counters, records);
    COUNT(output->counters, reports);
    return len;
}

void output_record(struct output *output, struct slice record, uint64_t time_ms)
{
    memcpy(make_room(output, record.len), record.data, record.len);
    batch_add(&output->batch, record.len, time_ms);
    COUNT(output->counters, records);
}

/* Returns how many records the transport took, from number first on. */
static size_t offer(struct output *output, size_t first)
{
    struct transport *t = output->transport;
    const size_t taken = t->ops->send(t, &output->batch, first);

    atomic_fetch_add_explicit(&t->taken, taken, memory_order_relaxed);
    return taken;
}

static bool may_wait(const struct output *output, uint64_t since_ns)
{
    const struct transport *t = output->transport;
    const uint64_t end_ns = t->waits_end_ns == NULL ? 0 : atomic_load(t->waits_end_ns);
    const uint64_t now_ns = uv_hrtime();

    if (end_ns != 0 && now_ns >= end_ns) {
        return false;
    }
    return output->policy == OUTPUT_WAIT || now_ns - since_ns < t->patience_ns;
}

bool output_crowded(const struct output *output)
{
    const struct transport *t = output->transport;

    return t->ops->crowded != NULL && t->ops->crowded(t);
}

void output_flush(struct output *output)
{
    const size_t n = output->batch.n;
    const uint64_t since_ns = uv_hrtime();
    size_t sent = n == 0 ? 0 : offer(output, 0);

    while (sent < n && may_wait(output, since_ns)) {
        output->transport->ops->wait(output->transport);
        sent += offer(output, sent);
    }
    COUNT_MANY(output->counters, records_unsent, n - sent);
    if (sent < n) {
        transport_failed(output->transport);
    }
    batch_clear(&output->batch);
}

bool output_set_format(struct output *output, struct format **format)
{
    struct format *old = output->format;
    struct batch batch;

    output_flush(output);
    if ((*format)->max > old->max) {
        if (open_batch(&batch, output, *format, output->transport->separator) != 0) {
            return false;
        }
        if (output->keyed && batch_open_keys(&batch, output->batch.key_max) != 0) {
            batch_close(&batch);
            return false;
        }
        batch_close(&output->batch);
        output->batch = batch;
    }
    output->format = *format;
    *format = old;
    return true;
}

int output_make_keys(struct output *output, const struct record_key *key)
{
    const bool keyed = key->max > 0 || output->transport->key != NULL;

    output_flush(output);
    output->key = NULL;
    output->keyed = false;
    if (batch_open_keys(&output->batch, keyed ? greater(key->max, REPORT_KEY_MAX) : 0) != 0) {
        return UV_ENOMEM;
    }
    output->key = key->max == 0 ? NULL : key;
    output->keyed = keyed;
    return 0;
}
