// SPDX-License-Identifier: Apache-2.0
/* Templates: checked whole before they are compiled, and afterwards only followed. */
#include "lib/template/template.h"

#include <stdlib.h>

#include "lib/template/readers.h"

uint16_t template_v9_scope(uint16_t type)
{
    static const uint16_t ids[] = {0, 0, 10, 141, 0, 145}; /* interface, line card, template */

    return type < sizeof(ids) / sizeof(ids[0]) ? ids[type] : 0;
}

enum decode_error template_check(const struct template_definition *definition)
{
    uint32_t total = 0;

    if (definition->id < 256) {
        return DECODE_TEMPLATE_ID;
    }
    if (definition->n == 0) {
        return DECODE_TEMPLATE_EMPTY;
    }
    for (uint16_t i = 0; i < definition->n; i++) {
        const uint16_t len = definition->fields[i].len;

        total += len == TEMPLATE_VARIABLE ? 1 : len;
    }
    if (total == 0) {
        return DECODE_RECORD_LENGTH_ZERO;
    }
    return total > TEMPLATE_RECORD_MAX ? DECODE_RECORD_LENGTH : DECODE_ERROR_COUNT;
}

void template_free(struct template *t)
{
    free(t);
}

const struct template template_rejected = {.rejected = true};

/* Some addresses tell what the payload is. */
static void set_addr(struct flow *flow, const struct template_load *load, const uint8_t *record,
                     size_t len)
{
    flow_addr_set((struct flow_addr *)((uint8_t *)flow + load->member), record + load->offset, len);
    if (load->etype != 0) {
        FLOW_SET(flow, etype, load->etype);
    }
}

/* The next loads, which are all of this way. */
#define EACH(way)    for (const struct template_load *end = load + t->run[way]; load < end; load++)
#define MEMBER(type) *(type *)((uint8_t *)flow + load->member)

/* Way after way: a loop for each is faster than a choice for each field. */
static void load_values(struct flow *flow, const struct template *t, const uint8_t *record)
{
    const struct template_load *load = t->loads;

    flow_mark_all(flow, t->has);
    EACH(TEMPLATE_U8)
    {
        MEMBER(uint8_t) = record[load->offset];
    }
    EACH(TEMPLATE_U8_AS_U16)
    {
        MEMBER(uint16_t) = record[load->offset];
    }
    EACH(TEMPLATE_U16)
    {
        MEMBER(uint16_t) = wire_load_u16(record + load->offset);
    }
    EACH(TEMPLATE_U16_AS_U32)
    {
        MEMBER(uint32_t) = wire_load_u16(record + load->offset);
    }
    EACH(TEMPLATE_U32)
    {
        MEMBER(uint32_t) = wire_load_u32(record + load->offset);
    }
    EACH(TEMPLATE_U32_AS_U64)
    {
        MEMBER(uint64_t) = wire_load_u32(record + load->offset);
    }
    EACH(TEMPLATE_U64)
    {
        MEMBER(uint64_t) = wire_load_u64(record + load->offset);
    }
    EACH(TEMPLATE_IPV4)
    {
        set_addr(flow, load, record, 4);
    }
    EACH(TEMPLATE_IPV6)
    {
        set_addr(flow, load, record, 16);
    }
}

static bool read_fixed(struct decode *d, const struct template *t, struct wire *set)
{
    const struct template_action *const end = t->actions + t->n_actions;
    const uint8_t *const record = wire_bytes(set, t->least);

    if (record == NULL) {
        return false;
    }
    load_values(&d->flow, t, record);
    for (const struct template_action *a = t->actions; a < end; a++) {
        a->read(d, a, record + a->offset, a->len);
    }
    return true;
}

/* A length that varies is one octet, or 255 and two (RFC 7011 section 7). */
size_t template_value_len(const struct template_field *field, struct wire *set)
{
    uint8_t len;

    if (field->len != TEMPLATE_VARIABLE) {
        return field->len;
    }
    len = wire_u8(set);
    return len == 255 ? wire_u16(set) : len;
}

static bool value_readable(struct decode *d, const struct template_action *a, size_t len)
{
    const struct element *element = &elements[a->element & 0x7fff];

    if (a->element == IE_NONE || element_length_valid(element->type, (uint16_t)len)) {
        return true;
    }
    decode_fault(d, DECODE_FIELD_LENGTH, element->name);
    return false;
}

/* A value of no octets is none, but for texts and lists: those are empty. */
static bool value_there(const struct template_action *a, size_t len)
{
    const uint8_t type = elements[a->element & 0x7fff].type;

    return len > 0 || a->element == IE_NONE || type == TYPE_STRING || type == TYPE_OCTET_ARRAY ||
           type >= TYPE_BASIC_LIST;
}

/* Among the values of a repeated element, the place of one that is not there stays. */
static void keep_place(struct decode *d, const struct template_action *a, const uint8_t *data)
{
    if (a->read == template_keep_element && a->detail != ELEMENT_ONCE) {
        template_keep_place(d, a, data, 0);
    }
}

/* Walks the fields, and at each of them the actions that want it: both are in the same order. */
static bool read_variable(struct decode *d, const struct template *t, struct wire *set)
{
    const struct template_action *a = t->actions;
    const struct template_action *const end = a + t->n_actions;

    for (const struct template_field *field = t->fields; field < t->fields + t->n_fields; field++) {
        const bool varies = field->len == TEMPLATE_VARIABLE;
        const size_t len = template_value_len(field, set);
        const uint8_t *data = wire_bytes(set, len);

        if (wire_failed(set)) {
            return false;
        }
        for (; a < end && a->field == field; a++) {
            if (!varies || (value_there(a, len) && value_readable(d, a, len))) {
                a->read(d, a, data, len);
            } else {
                keep_place(d, a, data);
            }
        }
    }
    return true;
}

bool template_read(struct decode *d, const struct template *t, struct wire *set)
{
    return t->variable ? read_variable(d, t, set) : read_fixed(d, t, set);
}
