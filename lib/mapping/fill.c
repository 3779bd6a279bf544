// SPDX-License-Identifier: Apache-2.0
/* Values that a mapping file sends to a field: a filler per kind. */
#include "lib/mapping/rules.h"

/* Lists of numbers differ in length only. */
_Static_assert(offsetof(struct flow_numbers, at) == offsetof(struct flow_labels, at), "layout");
_Static_assert(offsetof(struct flow_numbers, at) == offsetof(struct flow_sizes, at), "layout");

enum {
    /* Sets of lengths: bit n stands for n octets. */
    LENGTHS_NUMBER = (1 << 9) - 1,
    LENGTHS_ADDR = 1 << 4 | 1 << 16,
    LENGTHS_MAC = 1 << 6,
    LENGTHS_FLOAT = 1 << 4 | 1 << 8,

    LIST_OF_NUMBERS = MAPPING_NUMBER | MAPPING_LIST,
};

#define LENGTHS_ANY UINT32_MAX

static uint64_t number(const struct mapping_target *target, const uint8_t *data, size_t len)
{
    uint64_t value = 0;

    for (size_t i = 0; i < len; i++) {
        value = value << 8 | data[target->little ? len - 1 - i : i];
    }
    return value;
}

static uint64_t signed_number(const struct mapping_target *target, const uint8_t *data, size_t len)
{
    const unsigned spare = 64 - 8 * (unsigned)len;
    const uint64_t value = number(target, data, len);

    return len == 0 ? 0 : (uint64_t)((int64_t)(value << spare) >> spare);
}

static double floating_number(const struct mapping_target *target, const uint8_t *data, size_t len)
{
    const uint64_t bits = number(target, data, len);
    const uint32_t narrow = (uint32_t)bits;
    double value;
    float single;

    memcpy(&value, &bits, sizeof(value));
    memcpy(&single, &narrow, sizeof(single));
    return len == sizeof(single) ? (double)single : value;
}

static void *member(struct decode *d, const struct mapping_target *target)
{
    return (uint8_t *)&d->flow + target->member;
}

/* --- Rows of flow_fields --- */

static void store(void *at, size_t width, uint64_t value)
{
    switch (width) {
    case sizeof(uint8_t):
        *(uint8_t *)at = (uint8_t)value;
        break;
    case sizeof(uint16_t):
        *(uint16_t *)at = (uint16_t)value;
        break;
    case sizeof(uint32_t):
        *(uint32_t *)at = (uint32_t)value;
        break;
    default:
        *(uint64_t *)at = value;
        break;
    }
}

/* Whether a value has no more octets than its place; goflow2 cuts it. */
static bool fits(struct decode *d, const struct mapping_target *target, size_t width,
                 uint64_t value)
{
    if (width >= sizeof(value) || value >> 8 * width == 0 || decode_compat(d, COMPAT_MAPPING)) {
        return true;
    }
    decode_fault(d, DECODE_FIELD_VALUE, target->name);
    return false;
}

static void fill_number(struct decode *d, const struct mapping_target *target, const uint8_t *data,
                        size_t len)
{
    const uint64_t value = number(target, data, len);

    if (fits(d, target, target->form->size, value)) {
        store(member(d, target), target->form->size, value);
        flow_mark(&d->flow, target->at);
    }
}

/* A length that no address has shows what it is: none. */
static void fill_prefix(struct decode *d, const struct mapping_target *target, const uint8_t *data,
                        size_t len)
{
    const uint64_t value = number(target, data, len);

    *(uint8_t *)member(d, target) = (uint8_t)(value < UINT8_MAX ? value : UINT8_MAX);
    flow_mark(&d->flow, target->at);
}

static void fill_float(struct decode *d, const struct mapping_target *target, const uint8_t *data,
                       size_t len)
{
    *(double *)member(d, target) = floating_number(target, data, len);
    flow_mark(&d->flow, target->at);
}

static void fill_addr(struct decode *d, const struct mapping_target *target, const uint8_t *data,
                      size_t len)
{
    *(struct flow_addr *)member(d, target) = flow_addr_make(data, len);
    flow_mark(&d->flow, target->at);
}

static void fill_slice(struct decode *d, const struct mapping_target *target, const uint8_t *data,
                       size_t len)
{
    *(struct flow_slice *)member(d, target) = (struct flow_slice){data, (uint16_t)len};
    flow_mark(&d->flow, target->at);
}

/* Strings of fixed length are filled up with zeros or blanks (RFC 7011 section 6.1.6). */
static size_t text_len(const uint8_t *data, size_t len)
{
    while (len > 0 && (data[len - 1] == '\0' || data[len - 1] == ' ')) {
        len--;
    }
    return len;
}

static void fill_text(struct decode *d, const struct mapping_target *target, const uint8_t *data,
                      size_t len)
{
    fill_slice(d, target, data, text_len(data, len));
}

/* Whether there is room for one more; each list begins with how many it holds. */
static bool open_list(struct decode *d, const struct mapping_target *target)
{
    if (flow_list_open(&d->flow, target->at, member(d, target), target->form->size)) {
        return true;
    }
    decode_fault(d, DECODE_LIST_FULL, target->name);
    return false;
}

static void append_number(struct decode *d, const struct mapping_target *target,
                          const uint8_t *data, size_t len)
{
    const uint64_t value = number(target, data, len);
    uint16_t *n = member(d, target);
    uint32_t *list = (uint32_t *)((uint8_t *)member(d, target) + offsetof(struct flow_numbers, at));

    if (fits(d, target, sizeof(uint32_t), value) && open_list(d, target)) {
        list[(*n)++] = (uint32_t)value;
    }
}

static void append_addr(struct decode *d, const struct mapping_target *target, const uint8_t *data,
                        size_t len)
{
    struct flow_addrs *list = member(d, target);

    if (open_list(d, target)) {
        list->at[list->n++] = flow_addr_make(data, len);
    }
}

static void append_layer(struct decode *d, const struct mapping_target *target, const uint8_t *data,
                         size_t len)
{
    const uint64_t value = number(target, data, len);
    struct flow_layers *list = member(d, target);

    if (value >= FLOW_LAYER_COUNT) {
        decode_fault(d, DECODE_FIELD_VALUE, target->name);
    } else if (open_list(d, target)) {
        list->at[list->n++] = (uint8_t)value;
    }
}

/* --- Custom fields --- */

/* A value that is mapped twice is kept twice: what it means is the format's to say. */
static void add_custom(struct decode *d, const struct mapping_target *target,
                       struct flow_custom value)
{
    struct flow_customs *customs = &d->flow.customs;

    if (customs->n == FLOW_CUSTOMS_MAX) {
        decode_fault(d, DECODE_LIST_FULL, target->name);
        return;
    }
    value.field = (uint16_t)(target->at - COLUMN_CUSTOM);
    customs->at[customs->n++] = value;
}

static void add_number(struct decode *d, const struct mapping_target *target, const uint8_t *data,
                       size_t len)
{
    add_custom(d, target, (struct flow_custom){.number = number(target, data, len)});
}

static void add_signed(struct decode *d, const struct mapping_target *target, const uint8_t *data,
                       size_t len)
{
    add_custom(d, target, (struct flow_custom){.number = signed_number(target, data, len)});
}

static void add_float(struct decode *d, const struct mapping_target *target, const uint8_t *data,
                      size_t len)
{
    const double value = floating_number(target, data, len);
    struct flow_custom custom = {.number = 0};

    memcpy(&custom.number, &value, sizeof(value));
    add_custom(d, target, custom);
}

/* 1 is true and 2 is false (RFC 7011 section 6.1.5); in packets and elsewhere false is 0. */
static void add_bool(struct decode *d, const struct mapping_target *target, const uint8_t *data,
                     size_t len)
{
    const uint64_t value = number(target, data, len);

    if (value > 2) {
        decode_fault(d, DECODE_FIELD_VALUE, target->name);
        return;
    }
    add_custom(d, target, (struct flow_custom){.number = value == 1});
}

static void add_octets(struct decode *d, const struct mapping_target *target, const uint8_t *data,
                       size_t len)
{
    add_custom(d, target, (struct flow_custom){.data = data, .len = (uint16_t)len});
}

static void add_text(struct decode *d, const struct mapping_target *target, const uint8_t *data,
                     size_t len)
{
    add_octets(d, target, data, text_len(data, len));
}

/* --- The tables --- */

/* clang-format off */
static const struct mapping_form forms_of_kinds[FLOW_KIND_COUNT] = {
    [FLOW_KIND_U8]      = {fill_number, LENGTHS_NUMBER, MAPPING_NUMBER, sizeof(uint8_t)},
    [FLOW_KIND_U16]     = {fill_number, LENGTHS_NUMBER, MAPPING_NUMBER, sizeof(uint16_t)},
    [FLOW_KIND_U32]     = {fill_number, LENGTHS_NUMBER, MAPPING_NUMBER, sizeof(uint32_t)},
    [FLOW_KIND_U64]     = {fill_number, LENGTHS_NUMBER, MAPPING_NUMBER, sizeof(uint64_t)},
    [FLOW_KIND_COUNTER] = {fill_number, LENGTHS_NUMBER, MAPPING_NUMBER, sizeof(uint64_t)},
    [FLOW_KIND_TIME]    = {fill_number, LENGTHS_NUMBER, MAPPING_NUMBER, sizeof(uint64_t)},
    [FLOW_KIND_MAC]     = {fill_number, LENGTHS_NUMBER, MAPPING_NUMBER, sizeof(uint64_t)},
    [FLOW_KIND_ETYPE]   = {fill_number, LENGTHS_NUMBER, MAPPING_NUMBER, sizeof(uint16_t)},
    [FLOW_KIND_PROTO]   = {fill_number, LENGTHS_NUMBER, MAPPING_NUMBER, sizeof(uint8_t)},
    [FLOW_KIND_NET_SRC] = {fill_prefix, LENGTHS_NUMBER, MAPPING_NUMBER, sizeof(uint8_t)},
    [FLOW_KIND_NET_DST] = {fill_prefix, LENGTHS_NUMBER, MAPPING_NUMBER, sizeof(uint8_t)},
    [FLOW_KIND_FLOAT]   = {fill_float, LENGTHS_FLOAT, MAPPING_NUMBER, sizeof(double)},
    [FLOW_KIND_ADDR]    = {fill_addr, LENGTHS_ADDR, 0, 0},
    [FLOW_KIND_NUMBERS] = {append_number, LENGTHS_NUMBER, LIST_OF_NUMBERS, FLOW_NUMBERS_MAX},
    [FLOW_KIND_LABELS]  = {append_number, LENGTHS_NUMBER, LIST_OF_NUMBERS, FLOW_LABELS_MAX},
    [FLOW_KIND_SIZES]   = {append_number, LENGTHS_NUMBER, LIST_OF_NUMBERS, FLOW_LAYERS_MAX},
    [FLOW_KIND_LAYERS]  = {append_layer, LENGTHS_NUMBER, LIST_OF_NUMBERS, FLOW_LAYERS_MAX},
    [FLOW_KIND_ADDRS]   = {append_addr, LENGTHS_ADDR, MAPPING_LIST, FLOW_ADDRS_MAX},
    [FLOW_KIND_TEXT]    = {fill_text, LENGTHS_ANY, MAPPING_BORROWS, 0},
    [FLOW_KIND_OCTETS]  = {fill_slice, LENGTHS_ANY, MAPPING_BORROWS, 0},
};

static const struct mapping_form forms_of_customs[CUSTOM_KIND_COUNT] = {
    [CUSTOM_VARINT] = {add_number, LENGTHS_NUMBER, MAPPING_NUMBER, 0},
    [CUSTOM_SIGNED] = {add_signed, LENGTHS_NUMBER, MAPPING_NUMBER | MAPPING_SIGNED, 0},
    [CUSTOM_FLOAT]  = {add_float, LENGTHS_FLOAT, MAPPING_NUMBER, 0},
    [CUSTOM_MAC]    = {add_number, LENGTHS_MAC, MAPPING_NUMBER, 0},
    [CUSTOM_BOOL]   = {add_bool, LENGTHS_NUMBER, MAPPING_NUMBER, 0},
    [CUSTOM_BYTES]  = {add_octets, LENGTHS_ANY, MAPPING_BORROWS, 0},
    [CUSTOM_STRING] = {add_octets, LENGTHS_ANY, MAPPING_BORROWS, 0},
    [CUSTOM_TEXT]   = {add_text, LENGTHS_ANY, MAPPING_BORROWS, 0},
    [CUSTOM_IP]     = {add_octets, LENGTHS_ADDR, MAPPING_BORROWS, 0},
};
/* clang-format on */

const struct mapping_form *mapping_form_of_kind(enum flow_kind kind)
{
    return forms_of_kinds[kind].fill == NULL ? NULL : &forms_of_kinds[kind];
}

const struct mapping_form *mapping_form_of_custom(enum custom_kind kind)
{
    return &forms_of_customs[kind];
}

bool mapping_length_valid(const struct mapping_form *form, size_t octets)
{
    return form->lengths == LENGTHS_ANY || (octets < 32 && (form->lengths >> octets & 1) != 0);
}

/* Only numbers and octets may have bits that make no octet. */
bool mapping_bits_valid(const struct mapping_form *form, size_t bits)
{
    const bool loose = form->lengths == LENGTHS_ANY || form->lengths == LENGTHS_NUMBER;

    return mapping_length_valid(form, (bits + 7) / 8) && (bits % 8 == 0 || loose);
}

void mapping_fill(struct decode *d, const struct mapping_target *target, const uint8_t *data,
                  size_t len)
{
    if (mapping_length_valid(target->form, len)) {
        target->form->fill(d, target, data, len);
    } else {
        decode_fault(d, DECODE_FIELD_LENGTH, target->name);
    }
}
