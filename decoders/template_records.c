// SPDX-License-Identifier: Apache-2.0
/* Template records and options template records of NetFlow v9 and IPFIX. */
#include "decoders/template_records.h"

enum { ENTERPRISE_BIT = 0x8000 };

/* The counts that stand before the field specifiers. */
struct shape {
    uint32_t fields;
    uint32_t scopes; /* how many of them come first */
};

static struct template_field read_field(struct wire *set, const struct template_definition *t,
                                        bool scope)
{
    const uint16_t type = wire_u16(set);
    const uint16_t len = wire_u16(set);
    const bool has_pen = t->version == FLOW_TYPE_IPFIX && (type & ENTERPRISE_BIT) != 0;

    return template_field_make(t->version, type, len, has_pen ? wire_u32(set) : 0, scope);
}

/* Reads as many specifiers as there are; those beyond the limit are read and dropped. */
static bool read_fields(struct wire *set, struct template_definition *t, const struct shape *shape)
{
    for (uint32_t i = 0; i < shape->fields && !wire_failed(set); i++) {
        const struct template_field field = read_field(set, t, i < shape->scopes);

        if (i < TEMPLATE_FIELDS_MAX) {
            t->fields[i] = field;
        }
    }
    t->n = (uint16_t)(shape->fields < TEMPLATE_FIELDS_MAX ? shape->fields : TEMPLATE_FIELDS_MAX);
    return !wire_failed(set);
}

/* False if the lengths of NetFlow v9's options templates are no whole number of specifiers. */
static bool read_shape(struct wire *set, const struct template_definition *t, struct shape *shape)
{
    const uint16_t first = wire_u16(set);
    uint16_t second;

    *shape = (struct shape){.fields = first};
    if (!t->options) {
        return true;
    }
    second = wire_u16(set);
    if (t->version == FLOW_TYPE_IPFIX) {
        shape->scopes = second;
        return true;
    }
    shape->scopes = first / 4u;
    shape->fields = (first + (uint32_t)second) / 4;
    return first % 4 == 0 && second % 4 == 0;
}

/* Ids 2 and 3 withdraw all templates, or all options templates (RFC 7011 section 8.1). */
static bool is_withdrawal(const struct template_definition *t, uint32_t fields)
{
    return t->version == FLOW_TYPE_IPFIX && fields == 0 && t->id >= 2;
}

static bool scopes_valid(const struct template_definition *t, const struct shape *shape)
{
    if (!t->options || t->version != FLOW_TYPE_IPFIX) {
        return true;
    }
    return shape->scopes > 0 && shape->scopes <= shape->fields;
}

/* A withdrawal of options templates has no scope field count. */
static bool read_withdrawal(struct wire *set, const struct template_definition *t)
{
    struct wire ahead = *set;

    if (!is_withdrawal(t, wire_u16(&ahead))) {
        return false;
    }
    *set = ahead;
    return true;
}

enum template_record template_record_read(struct wire *set, const uint8_t *zeros,
                                          struct template_definition *definition,
                                          enum decode_error *error)
{
    struct shape shape;

    if (wire_left(set) < 4 || wire_reached(set, zeros)) {
        return RECORD_PADDING;
    }
    definition->id = wire_u16(set);
    if (read_withdrawal(set, definition)) {
        definition->n = 0;
        return RECORD_IGNORED;
    }
    *error = DECODE_OPTIONS_LENGTH;
    if (!read_shape(set, definition, &shape)) {
        return RECORD_BROKEN;
    }
    *error = DECODE_TEMPLATE_SHORT;
    if (!read_fields(set, definition, &shape)) {
        return RECORD_BROKEN;
    }
    *error = shape.fields > TEMPLATE_FIELDS_MAX ? DECODE_TEMPLATE_FIELDS : DECODE_SCOPE_COUNT;
    if (shape.fields > TEMPLATE_FIELDS_MAX || !scopes_valid(definition, &shape)) {
        return RECORD_REFUSED;
    }
    return RECORD_READ;
}
