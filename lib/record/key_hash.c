// SPDX-License-Identifier: Apache-2.0
// goflow2's hash of a field: over the text that Go prints for it.
#include "lib/record/key_hash.h"

#include "lib/text_write.h"

typedef uint32_t value_hasher(uint32_t hash, const void *value);

static uint32_t hash_octets(uint32_t hash, const char *octets, size_t len)
{
    for (size_t i = 0; i < len; i++) {
        hash = hash * 16777619u ^ (uint8_t)octets[i];
    }
    return hash;
}

static uint32_t hash_text(uint32_t hash, const char *text)
{
    return hash_octets(hash, text, strlen(text));
}

static uint32_t hash_number(uint32_t hash, uint64_t number)
{
    char text[TEXT_U64_MAX];

    return hash_octets(hash, text, (size_t)(text_write_u64(text, number) - text));
}

/* A list is [a b c]. */
static uint32_t hash_lead(uint32_t hash, size_t i)
{
    return hash_octets(hash, i == 0 ? "[" : " ", 1);
}

static uint32_t hash_end(uint32_t hash, size_t n)
{
    return hash_text(hash, n == 0 ? "[]" : "]");
}

static uint32_t hash_bytes(uint32_t hash, const uint8_t *bytes, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        hash = hash_number(hash_lead(hash, i), bytes[i]);
    }
    return hash_end(hash, n);
}

static uint32_t hash_list(uint32_t hash, const uint32_t *at, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        hash = hash_number(hash_lead(hash, i), at[i]);
    }
    return hash_end(hash, n);
}

static uint32_t hash_u8(uint32_t hash, const void *value)
{
    return hash_number(hash, *(const uint8_t *)value);
}

static uint32_t hash_u16(uint32_t hash, const void *value)
{
    return hash_number(hash, *(const uint16_t *)value);
}

static uint32_t hash_u32(uint32_t hash, const void *value)
{
    return hash_number(hash, *(const uint32_t *)value);
}

static uint32_t hash_u64(uint32_t hash, const void *value)
{
    return hash_number(hash, *(const uint64_t *)value);
}

static uint32_t hash_bool(uint32_t hash, const void *value)
{
    return hash_text(hash, *(const bool *)value ? "true" : "false");
}

static uint32_t hash_float(uint32_t hash, const void *value)
{
    char text[TEXT_DOUBLE_MAX];

    return hash_octets(hash, text,
                       (size_t)(text_write_double(text, *(const double *)value) - text));
}

static uint32_t hash_type(uint32_t hash, const void *value)
{
    return hash_text(hash, flow_type_name(*(const uint8_t *)value));
}

static uint32_t hash_name(uint32_t hash, const void *value)
{
    return hash_text(hash, *(const char *const *)value);
}

static uint32_t hash_addr(uint32_t hash, const void *value)
{
    const struct flow_addr *addr = value;

    return hash_bytes(hash, addr->bytes, addr->len);
}

static uint32_t hash_numbers(uint32_t hash, const void *value)
{
    const struct flow_numbers *list = value;

    return hash_list(hash, list->at, list->n);
}

static uint32_t hash_labels(uint32_t hash, const void *value)
{
    const struct flow_labels *list = value;

    return hash_list(hash, list->at, list->n);
}

static uint32_t hash_sizes(uint32_t hash, const void *value)
{
    const struct flow_sizes *list = value;

    return hash_list(hash, list->at, list->n);
}

static uint32_t hash_addrs(uint32_t hash, const void *value)
{
    const struct flow_addrs *list = value;

    for (size_t i = 0; i < list->n; i++) {
        hash = hash_addr(hash_lead(hash, i), &list->at[i]);
    }
    return hash_end(hash, list->n);
}

static uint32_t hash_layers(uint32_t hash, const void *value)
{
    const struct flow_layers *list = value;

    for (size_t i = 0; i < list->n; i++) {
        hash = hash_text(hash_lead(hash, i), flow_layer_name(list->at[i]));
    }
    return hash_end(hash, list->n);
}

static uint32_t hash_names(uint32_t hash, const void *value)
{
    const struct flow_names *list = value;

    for (size_t i = 0; i < list->n; i++) {
        hash = hash_text(hash_lead(hash, i), list->at[i]);
    }
    return hash_end(hash, list->n);
}

/* The address stands in the same flow. */
static uint32_t hash_sub_key(uint32_t hash, const void *value)
{
    const void *begin = (const uint8_t *)value - offsetof(struct flow, sub_key);
    const struct flow *flow = begin;
    char text[TEXT_SUB_KEY_MAX];
    const char *end = text_write_sub_key(text, flow->sub_key, &flow->sub_addr);

    return hash_octets(hash, text, (size_t)(end - text));
}

static uint32_t hash_slice_text(uint32_t hash, const void *value)
{
    const struct flow_slice *slice = value;

    return hash_octets(hash, (const char *)slice->data, slice->len);
}

static uint32_t hash_slice_bytes(uint32_t hash, const void *value)
{
    const struct flow_slice *slice = value;

    return hash_bytes(hash, slice->data, slice->len);
}

static uint32_t hash_nothing(uint32_t hash, const void *value)
{
    (void)value;
    return hash;
}

static value_hasher *const hashers[FLOW_KIND_COUNT] = {
    [FLOW_KIND_TYPE] = hash_type,
    [FLOW_KIND_U8] = hash_u8,
    [FLOW_KIND_U16] = hash_u16,
    [FLOW_KIND_U32] = hash_u32,
    [FLOW_KIND_U64] = hash_u64,
    [FLOW_KIND_FLOAT] = hash_float,
    [FLOW_KIND_COUNTER] = hash_u64,
    [FLOW_KIND_TIME] = hash_u64,
    [FLOW_KIND_TIME_MS] = hash_u64,
    [FLOW_KIND_BOOL] = hash_bool,
    [FLOW_KIND_NAMES] = hash_names,
    [FLOW_KIND_SUB_KEY] = hash_sub_key,
    [FLOW_KIND_ADDR] = hash_addr,
    [FLOW_KIND_ETYPE] = hash_u16,
    [FLOW_KIND_PROTO] = hash_u8,
    [FLOW_KIND_MAC] = hash_u64,
    [FLOW_KIND_NET_SRC] = hash_u8,
    [FLOW_KIND_NET_DST] = hash_u8,
    [FLOW_KIND_NUMBERS] = hash_numbers,
    [FLOW_KIND_LABELS] = hash_labels,
    [FLOW_KIND_ADDRS] = hash_addrs,
    [FLOW_KIND_LAYERS] = hash_layers,
    [FLOW_KIND_SIZES] = hash_sizes,
    [FLOW_KIND_TEXT] = hash_slice_text,
    [FLOW_KIND_OCTETS] = hash_slice_bytes,
    [FLOW_KIND_NAME] = hash_name,
    [FLOW_KIND_ELEMENTS] = hash_nothing,
};

uint32_t record_key_hash_field(uint32_t hash, const struct flow *flow, uint16_t at)
{
    static const struct flow nothing;
    const struct flow_field *field = &flow_fields[at];
    const bool present = flow_has(flow, at);
    const struct flow *from = present ? flow : &nothing;

    if (!present && (field->sets & IN_GOFLOW2) == 0) {
        return hash;
    }
    return hashers[field->kind](hash, (const uint8_t *)from + field->offset);
}

static bool is_octets(const struct custom_field *field)
{
#define HELD_NUMBER false
#define HELD_OCTETS true
    static const bool octets[CUSTOM_KIND_COUNT] = {
#define X(kind, name, held) [CUSTOM_##kind] = HELD_##held,
        CUSTOM_KINDS(X)
#undef X
    };
#undef HELD_NUMBER
#undef HELD_OCTETS

    return octets[field->kind];
}

static uint32_t hash_custom(uint32_t hash, const struct custom_field *field,
                            const struct flow_custom *value)
{
    return is_octets(field) ? hash_bytes(hash, value->data, value->len)
                            : hash_number(hash, value->number);
}

/* Of several values, all of a list count, and else the last. */
uint32_t record_key_hash_custom(uint32_t hash, const struct flow *flow,
                                const struct custom_field *field, unsigned number)
{
    const struct flow_custom *last = NULL;
    size_t n = 0;

    for (uint16_t i = 0; i < flow->customs.n; i++) {
        if (flow->customs.at[i].field != number) {
            continue;
        }
        last = &flow->customs.at[i];
        if (field->array) {
            hash = hash_custom(hash_lead(hash, n++), field, last);
        }
    }
    if (last == NULL) {
        return hash;
    }
    return field->array ? hash_end(hash, n) : hash_custom(hash, field, last);
}
