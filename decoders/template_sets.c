// SPDX-License-Identifier: Apache-2.0
/* The sets of NetFlow v9 and IPFIX: templates are learnt, data records become flows. */
#include "decoders/template_sets.h"

#include "decoders/template_outline.h"
#include "decoders/template_records.h"
#include "lib/exporter/options_data.h"

enum { SET_HEADER_LEN = 4, FIRST_DATA_SET = 256 };

static void begin_record(struct decode *d, const struct template_sets *sets)
{
    decode_begin_flow(d, sets->version);
    FLOW_SET(&d->flow, sequence_num, sets->sequence_num);
    FLOW_SET(&d->flow, observation_domain_id, sets->domain_id);
    FLOW_SET(&d->flow, time_export, d->message.export_ns);
}

/* One data record was read: it is told of, or learnt from. */
static bool finish_record(struct decode *d, struct template_sets *sets, const struct template *t)
{
    sets->data_records++;
    if (t->options) {
        COUNT(d->counters, options_records);
        options_learn(d);
        return true;
    }
    if (!t->usable) {
        decode_fault(d, DECODE_NO_FIELDS, NULL);
        return true;
    }
    return decode_emit(d);
}

bool template_sets_padding(const struct decode *d, const struct template *t, const struct wire *set,
                           const uint8_t *zeros)
{
    const size_t left = wire_left(set);

    if (left < t->least) {
        return true;
    }
    if (decode_compat(d, COMPAT_SET_PADDING)) {
        return false;
    }
    return (left < SET_HEADER_LEN || (t->variable && t->least == t->n_fields)) &&
           wire_reached(set, zeros);
}

static void read_data_records(struct decode *d, struct template_sets *sets,
                              const struct template *t, struct wire *set)
{
    const uint8_t *zeros = wire_final_zeros(set);

    while (!sets->spent && !template_sets_padding(d, t, set, zeros)) {
        begin_record(d, sets);
        if (!template_read(d, t, set)) {
            decode_fault(d, DECODE_RECORD_OVERRUN, NULL);
            sets->records_unknown = true;
            return;
        }
        sets->spent = !decode_spend_values(d, t->n_fields) || !finish_record(d, sets, t);
    }
    if (!sets->spent && !wire_reached(set, zeros)) {
        decode_fault(d, DECODE_PADDING, NULL);
    }
}

static void take_data_set(struct decode *d, struct template_sets *sets, uint16_t id,
                          const struct template *t, struct wire *set)
{
    const uint32_t before = sets->data_records;

    d->message.domain = sets->domain;
    d->message.template_id = id;
    d->message.record = 0;
    read_data_records(d, sets, t, set);
    tally_used(&d->tally, id);
    tally_add(&d->tally, t->options ? TALLY_OPTIONS_DATA_SET : TALLY_DATA_SET, 1,
              sets->data_records - before);
}

static void hold(struct decode *d, struct template_sets *sets, uint16_t id, const struct wire *set)
{
    const struct held_context context = {sets->sequence_num, d->message};

    sets->records_unknown = true;
    d->tally.template_missing = true;
    d->tally.failed = true;
    if (wire_left(set) > 0) {
        held_sets_add(d, sets->domain, id, &context, set);
    }
}

static void read_data_set(struct decode *d, struct template_sets *sets, uint16_t id,
                          struct wire *set)
{
    const struct template *t = domain_template(d, sets->domain, id);

    if (t == NULL) {
        hold(d, sets, id, set);
    } else if (t->rejected) {
        sets->records_unknown = true;
        decode_fault(d, DECODE_TEMPLATE_REJECTED, NULL);
    } else {
        take_data_set(d, sets, id, t, set);
    }
}

/* Decodes a held set as if it came now, with the header and receive time of its own datagram. */
static void read_held_set(struct decode *d, const struct template_sets *sets, uint16_t id,
                          const struct held_set *held)
{
    struct template_sets then = *sets;
    struct held_context context;
    struct datagram datagram;
    struct wire set;

    held_set_open(held, &context, &datagram, &set);
    then.sequence_num = context.sequence_num;
    then.spent = false;
    then.n_put_off = 0;
    d->datagram = &datagram;
    d->message = context.message;
    read_data_set(d, &then, id, &set);
    COUNT(d->counters, sets_released);
}

/*
 * What waited for this template; then the datagram goes on where it was.  What has no room in
 * half of its budget is left for the next one.
 */
static void release(struct decode *d, const struct template_sets *sets, uint16_t id)
{
    const struct datagram *datagram = d->datagram;
    const struct decode_message message = d->message;
    struct held_set *held;

    while (!decode_half_spent(d) && (held = held_sets_take(sets->domain, id)) != NULL) {
        read_held_set(d, sets, id, held);
        held_set_free(held);
        d->datagram = datagram;
    }
    d->message = message;
    if (decode_half_spent(d)) {
        held_sets_leave(sets->domain);
    }
}

static void release_left(struct decode *d, const struct template_sets *sets)
{
    uint16_t id;

    while (!decode_half_spent(d) && (id = held_sets_left(d, sets->domain)) != 0) {
        release(d, sets, id);
    }
}

/* Before a template takes the place of the one that a set was put off with. */
static void read_put_off(struct decode *d, struct template_sets *sets)
{
    const uint16_t n = sets->n_put_off;
    const uint32_t number = d->message.set;

    for (uint16_t i = 0; i < n && !sets->spent; i++) {
        struct template_set_put_off *put_off = &sets->put_off[i];

        d->message.set = put_off->number;
        read_data_set(d, sets, put_off->id, &put_off->set);
    }
    sets->n_put_off = 0;
    d->message.set = number;
}

static bool was_put_off(const struct template_sets *sets, uint16_t id)
{
    for (uint16_t i = 0; i < sets->n_put_off; i++) {
        if (sets->put_off[i].id == id) {
            return true;
        }
    }
    return false;
}

static void take_definition(struct decode *d, struct template_sets *sets,
                            const struct template_definition *definition)
{
    if (definition->options) {
        COUNT(d->counters, options_templates);
    } else {
        COUNT(d->counters, templates);
    }
    sets->template_records++;
    if (was_put_off(sets, definition->id)) {
        read_put_off(d, sets);
    }
    if (domain_learn_template(d, sets->domain, definition)) {
        tally_learnt(&d->tally, definition->id, definition->options);
        release(d, sets, definition->id);
    }
}

static void read_template_set(struct decode *d, struct template_sets *sets, bool options,
                              struct wire *set)
{
    const enum tally_part part = options ? TALLY_OPTIONS_TEMPLATE_SET : TALLY_TEMPLATE_SET;
    const uint8_t *zeros = wire_final_zeros(set);
    struct template_definition definition = {.version = sets->version, .options = options};
    enum decode_error error;

    tally_add(&d->tally, part, 1, 0);
    for (;;) {
        switch (template_record_read(set, zeros, &definition, &error)) {
        case RECORD_READ:
            tally_add(&d->tally, part, 0, 1);
            take_definition(d, sets, &definition);
            break;
        case RECORD_REFUSED:
            read_put_off(d, sets);
            domain_reject_template(d, sets->domain, definition.id, error);
            break;
        case RECORD_BROKEN:
            read_put_off(d, sets);
            domain_reject_template(d, sets->domain, definition.id, error);
            return;
        case RECORD_IGNORED:
            decode_fault(d, DECODE_WITHDRAWAL_IGNORED, NULL);
            break;
        case RECORD_PADDING:
            return;
        }
    }
}

/* Whether options data that tells the rate may follow in the datagram. */
static bool rate_may_follow(const struct decode *d, const struct template_sets *sets)
{
    return sets->outline == NULL && !options_rate_known(sets->domain) &&
           (sets->n_put_off > 0 || wire_left(&d->wire) >= SET_HEADER_LEN);
}

/*
 * An exporter's first datagram may hold its rate behind the data; while none is
 * known, the data waits for the end of the datagram.
 */
static void put_off_or_read(struct decode *d, struct template_sets *sets, uint16_t id,
                            struct wire *set)
{
    const bool waits = rate_may_follow(d, sets);
    const struct template *t = waits ? domain_template(d, sets->domain, id) : NULL;

    if (!waits || sets->n_put_off == TEMPLATE_SETS_PUT_OFF_MAX) {
        read_put_off(d, sets);
    }
    if (t == NULL || t->rejected || t->options) {
        read_data_set(d, sets, id, set);
        return;
    }
    sets->put_off[sets->n_put_off++] = (struct template_set_put_off){id, d->message.set, *set};
}

static void read_set(struct decode *d, struct template_sets *sets, uint16_t id, struct wire *set)
{
    d->message.set = ++sets->sets;
    COUNT(d->counters, sets);
    if (id == sets->template_set || id == sets->options_set) {
        read_template_set(d, sets, id == sets->options_set, set);
    } else if (id < FIRST_DATA_SET) {
        decode_fault(d, DECODE_SET_RESERVED, NULL);
    } else {
        put_off_or_read(d, sets, id, set);
    }
}

/* Some devices send one set in a datagram that is filled up with zeros. */
static void stop_at_length(struct decode *d, uint16_t id, uint16_t len)
{
    if (id != 0 || len != 0 || !wire_all_zero(&d->wire)) {
        decode_fault(d, DECODE_SET_LENGTH, NULL);
    }
    wire_skip_rest(&d->wire);
}

static void read_sets(struct decode *d, struct template_sets *sets)
{
    while (!sets->spent && wire_left(&d->wire) >= SET_HEADER_LEN) {
        struct wire set = d->wire;
        const uint16_t id = wire_u16(&d->wire);
        const uint16_t len = wire_u16(&d->wire);

        if (sets->outline != NULL) {
            template_outline_set(d, sets, &set);
        }
        if (len < SET_HEADER_LEN) {
            stop_at_length(d, id, len);
            return;
        }
        set = wire_slice(&d->wire, len - (size_t)SET_HEADER_LEN);
        if (wire_failed(&set)) {
            decode_fault(d, DECODE_SET_OVERRUN, NULL);
            return;
        }
        read_set(d, sets, id, &set);
    }
    if (!sets->spent && !wire_all_zero(&d->wire)) {
        decode_fault(d, DECODE_TRAILING_BYTES, NULL);
    }
}

void template_sets_read(struct decode *d, struct template_sets *sets)
{
    release_left(d, sets);
    template_outline_begin(sets);
    read_sets(d, sets);
    read_put_off(d, sets);
    template_outline_end(sets);
}
