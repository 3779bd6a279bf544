// SPDX-License-Identifier: Apache-2.0
/* A template as a message of its own (RFC 3954 sections 5 and 6, RFC 7011 section 3). */
#include "lib/quarantine/context.h"

enum { SPECIFIER_LEN = 4, ENTERPRISE_BIT = 0x8000 };

static const uint64_t SECOND_NS = 1000000000;

static uint8_t *put_u16(uint8_t *out, size_t value)
{
    *out++ = (uint8_t)(value >> 8);
    *out++ = (uint8_t)value;
    return out;
}

static uint8_t *put_u32(uint8_t *out, uint32_t value)
{
    return put_u16(put_u16(out, value >> 16), value & 0xffff);
}

static size_t count_scopes(const struct template *t)
{
    size_t n = 0;

    while (n < t->n_fields && t->fields[n].scope) {
        n++;
    }
    return n;
}

static uint8_t *put_header(uint8_t *out, const struct quarantine_message *message, bool ipfix)
{
    const uint32_t seconds = (uint32_t)(message->export_ns / SECOND_NS);

    out = put_u16(out, ipfix ? 10 : 9);
    out = put_u16(out, 1); /* a record; the length of an IPFIX message is set at its end */
    if (!ipfix) {
        out = put_u32(out, message->uptime_ms);
    }
    out = put_u32(out, seconds);
    out = put_u32(out, 0); /* whatever the sequence was */
    return put_u32(out, message->domain_id);
}

/* The words before the specifiers. */
static uint8_t *put_counts(uint8_t *out, const struct template *t, bool ipfix)
{
    const size_t scopes = count_scopes(t);

    if (!t->options) {
        return put_u16(out, t->n_fields);
    }
    if (ipfix) {
        return put_u16(put_u16(out, t->n_fields), scopes);
    }
    return put_u16(put_u16(out, scopes * SPECIFIER_LEN), (t->n_fields - scopes) * SPECIFIER_LEN);
}

static uint8_t *put_fields(uint8_t *out, const struct template *t, bool ipfix)
{
    for (uint16_t i = 0; i < t->n_fields; i++) {
        const struct template_field *field = &t->fields[i];

        out = put_u16(put_u16(out, field->type), field->len);
        if (ipfix && (field->type & ENTERPRISE_BIT) != 0) {
            out = put_u32(out, field->pen);
        }
    }
    return out;
}

/* The set's id and length; IPFIX numbers its sets from 2 on. */
static uint8_t *put_set(uint8_t *set, uint16_t id, const struct template *t, bool ipfix)
{
    uint8_t *out = put_u16(set, (ipfix ? 2u : 0u) + (t->options ? 1u : 0u));

    out = put_u16(out + sizeof(uint16_t), id);
    out = put_fields(put_counts(out, t, ipfix), t, ipfix);
    (void)put_u16(set + sizeof(uint16_t), (size_t)(out - set));
    return out;
}

size_t quarantine_context(uint8_t out[static QUARANTINE_CONTEXT_MAX],
                          const struct quarantine_message *message, const struct template *t)
{
    const bool ipfix = message->version == FLOW_TYPE_IPFIX;
    size_t len;

    if (t == NULL || t->rejected) {
        return 0;
    }
    len = (size_t)(put_set(put_header(out, message, ipfix), message->template_id, t, ipfix) - out);
    if (ipfix) {
        (void)put_u16(out + sizeof(uint16_t), len);
    }
    return len;
}
