// SPDX-License-Identifier: Apache-2.0
/* Records of names and values: what those with the same fields have in common, and the loop. */
#include "lib/formats/named_values.h"

/* --- Shapes --- */

static bool is_there(const struct named_value *value, const uint64_t *has)
{
    return value->asks || (has[value->at / 64] >> value->at % 64 & 1) != 0;
}

static struct named_part *add_part(struct named_shape *shape, const char *from, const char *end)
{
    struct named_part *part = &shape->parts[shape->n++];

    *part = (struct named_part){.text = from, .len = (uint32_t)(end - from)};
    return part;
}

static void add_value(struct named_shape *shape, const char *from, const struct named_value *value)
{
    struct named_part *part = add_part(shape, from, value->text + value->lead_len);

    part->value = value;
    part->offset = value->offset;
    part->way = value->way;
}

/* A value that has no text without it, and may turn out not to be there, takes its tail along. */
static bool has_own_tail(const struct named_value *value)
{
    return value->asks && value->absent_len == 0;
}

/*
 * Texts lie back to back in the order of the values: the tail of a value, the names and zero forms
 * of absent ones and the name of the next one that is there are one text.
 */
static void make_parts(struct named_shape *shape, const struct named_values *values)
{
    const char *from = values->texts;

    shape->n = 0;
    for (const struct named_value *value = values->at; value < values->at + values->n; value++) {
        const char *const end = value->text + value->text_len;

        if (is_there(value, shape->has)) {
            add_value(shape, from, value);
            from = end - (has_own_tail(value) ? 0 : value->tail_len);
        } else if (value->absent_len == 0) {
            (void)add_part(shape, from, value->text);
            from = end;
        }
    }
    (void)add_part(shape, from, values->texts_end);
}

static bool is_of_message(const struct named_part *part)
{
    switch (part->value->at) {
    case FLOW_AT_type:
    case FLOW_AT_time_received:
    case FLOW_AT_sequence_num:
    case FLOW_AT_sampling_rate:
    case FLOW_AT_sampler_address:
        return true;
    default:
        return false;
    }
}

static void find_lead(struct named_shape *shape)
{
    size_t max = 2 * NAMED_CHUNK;

    shape->n_lead = 0;
    shape->lead_len = 0;
    for (const struct named_part *part = shape->parts; part->value != NULL; part++) {
        max += part->len + part->value->max;
        if (!is_of_message(part) || max > NAMED_LEAD) {
            return;
        }
        shape->n_lead++;
    }
}

/* Flows of one template, or of one protocol, mostly have the same fields. */
static struct named_shape *find_shape(struct named_values *values, const uint64_t *has)
{
    struct named_shape *shape = values->last;

    if (shape != NULL && flow_same_presence(shape->has, has)) {
        return shape;
    }
    shape = &values->shapes[flow_presence_hash(has) % NAMED_SHAPES];
    if (shape->n == 0 || !flow_same_presence(shape->has, has)) {
        memcpy(shape->has, has, sizeof(shape->has));
        make_parts(shape, values);
        find_lead(shape);
    }
    values->last = shape;
    return shape;
}

/* --- The loop --- */

/* In chunks, for texts are short: what is too much of the last one is written over. */
static char *copy_text(char *out, const char *from, size_t len)
{
    memcpy(out, from, NAMED_CHUNK);
    for (size_t at = NAMED_CHUNK; at < len; at += (size_t)2 * NAMED_CHUNK) {
        memcpy(out + at, from + at, (size_t)2 * NAMED_CHUNK);
    }
    return out + len;
}

/* What leads to a value that is not there is written already. */
static char *write_absent(char *out, const struct named_value *value)
{
    return value->absent_len == 0
               ? out - value->lead_len
               : copy_text(out, value->text + value->lead_len, value->absent_len - value->lead_len);
}

static char *write_by_writer(char *out, const struct named_value *value, const struct flow *flow)
{
    char *end = value->write(out, value, flow);

    if (end == NULL) {
        return write_absent(out, value);
    }
    if (has_own_tail(value)) {
        end = text_write(end, value->text + value->text_len - value->tail_len, value->tail_len);
    }
    return end;
}

/* Conditions, for a processor foretells them better than where a switch jumps to. */
static char *write_value(char *out, const struct named_part *part, const struct flow *flow)
{
    const void *member = (const uint8_t *)flow + part->offset;

    if (part->way == NAMED_U16) {
        return text_write_u64(out, *(const uint16_t *)member);
    }
    if (part->way == NAMED_U32) {
        return text_write_u64(out, *(const uint32_t *)member);
    }
    if (part->way == NAMED_U8) {
        return text_write_short(out, *(const uint8_t *)member);
    }
    if (part->way == NAMED_U64) {
        return text_write_u64(out, *(const uint64_t *)member);
    }
    if (part->way == NAMED_IP) {
        return text_write_addr(out, member);
    }
    return part->way == NAMED_NONE ? out : write_by_writer(out, part->value, flow);
}

/* Inlined once, the loop keeps what it needs in registers. */
__attribute__((noinline)) static char *write_parts(char *out, const struct named_part *part,
                                                   const struct named_part *end,
                                                   const struct flow *flow)
{
    for (; part < end; part++) {
        out = copy_text(out, part->text, part->len);
        out = write_value(out, part, flow);
    }
    return out;
}

/* Octets behind an address are mostly zero; where they are not, the lead is written anew. */
static bool same_address(const struct flow_addr *a, const struct flow_addr *b)
{
    return a->len == b->len && memcmp(a->bytes, b->bytes, sizeof(a->bytes)) == 0;
}

static bool same_message(const struct named_message *message, const struct flow *flow)
{
    return message->time_received == flow->time_received &&
           message->sequence_num == flow->sequence_num &&
           message->sampling_rate == flow->sampling_rate && message->type == flow->type &&
           same_address(&message->sampler_address, &flow->sampler_address);
}

static char *write_new_lead(char *out, struct named_shape *shape, const struct flow *flow)
{
    char *const end = write_parts(out, shape->parts, shape->parts + shape->n_lead, flow);

    shape->message = (struct named_message){
        .time_received = flow->time_received,
        .sampling_rate = flow->sampling_rate,
        .sequence_num = flow->sequence_num,
        .type = flow->type,
        .sampler_address = flow->sampler_address,
    };
    shape->lead_len = (uint16_t)(end - out);
    memcpy(shape->lead, out, shape->lead_len);
    return end;
}

static char *write_lead(char *out, struct named_shape *shape, const struct flow *flow)
{
    return shape->lead_len > 0 && same_message(&shape->message, flow)
               ? copy_text(out, shape->lead, shape->lead_len)
               : write_new_lead(out, shape, flow);
}

char *named_values_write(struct named_values *values, const struct flow *flow, char *out)
{
    struct named_shape *shape = find_shape(values, flow->has);

    out = write_lead(out, shape, flow);
    return write_parts(out, shape->parts + shape->n_lead, shape->parts + shape->n, flow);
}
