// SPDX-License-Identifier: Apache-2.0
/* The fields of a bin record: a writer per kind. */
#include "lib/formats/bin_field.h"

#include "lib/formats/bin_elements.h"

static const void *value_of(const struct bin_field *field, const struct flow *flow)
{
    return (const uint8_t *)flow + field->offset;
}

static char *write_tag(char *out, const struct bin_field *field)
{
    memcpy(out, field->tag, sizeof(field->tag));
    return out + field->tag_len;
}

static char *write_number(char *out, const struct bin_field *field, uint64_t number)
{
    if (number == 0 && !field->keeps_zero) {
        return out;
    }
    return protobuf_write_varint(write_tag(out, field), number);
}

static char *write_u8(char *out, const struct bin_field *field, const struct flow *flow)
{
    return write_number(out, field, *(const uint8_t *)value_of(field, flow));
}

static char *write_u16(char *out, const struct bin_field *field, const struct flow *flow)
{
    return write_number(out, field, *(const uint16_t *)value_of(field, flow));
}

static char *write_u32(char *out, const struct bin_field *field, const struct flow *flow)
{
    return write_number(out, field, *(const uint32_t *)value_of(field, flow));
}

static char *write_u64(char *out, const struct bin_field *field, const struct flow *flow)
{
    return write_number(out, field, *(const uint64_t *)value_of(field, flow));
}

static char *write_bool(char *out, const struct bin_field *field, const struct flow *flow)
{
    return write_number(out, field, *(const bool *)value_of(field, flow));
}

static char *write_float(char *out, const struct bin_field *field, const struct flow *flow)
{
    uint64_t bits;

    memcpy(&bits, value_of(field, flow), sizeof(bits));
    return protobuf_write_fixed64(write_tag(out, field), bits);
}

static char *write_addr(char *out, const struct bin_field *field, const struct flow *flow)
{
    const struct flow_addr *addr = value_of(field, flow);

    if (addr->len == 0 && !field->keeps_zero) {
        return out;
    }
    return protobuf_write_octets(write_tag(out, field), addr->bytes, addr->len);
}

static char *write_addrs(char *out, const struct bin_field *field, const struct flow *flow)
{
    const struct flow_addrs *list = value_of(field, flow);

    for (uint16_t i = 0; i < list->n; i++) {
        out = protobuf_write_octets(write_tag(out, field), list->at[i].bytes, list->at[i].len);
    }
    return out;
}

static char *write_packed(char *out, const struct bin_field *field, const uint32_t *at, uint16_t n)
{
    char *const packed = write_tag(out, field);
    char *end = protobuf_open(packed);

    for (uint16_t i = 0; i < n; i++) {
        end = protobuf_write_varint(end, at[i]);
    }
    return n == 0 ? out : protobuf_close(packed, end);
}

static char *write_numbers(char *out, const struct bin_field *field, const struct flow *flow)
{
    const struct flow_numbers *list = value_of(field, flow);

    return write_packed(out, field, list->at, list->n);
}

static char *write_labels(char *out, const struct bin_field *field, const struct flow *flow)
{
    const struct flow_labels *list = value_of(field, flow);

    return write_packed(out, field, list->at, list->n);
}

static char *write_sizes(char *out, const struct bin_field *field, const struct flow *flow)
{
    const struct flow_sizes *list = value_of(field, flow);

    return write_packed(out, field, list->at, list->n);
}

/* The numbers of layers fit an octet of varint: they are below 128. */
static char *write_layers(char *out, const struct bin_field *field, const struct flow *flow)
{
    const struct flow_layers *list = value_of(field, flow);

    return list->n == 0 ? out : protobuf_write_octets(write_tag(out, field), list->at, list->n);
}

char *bin_write_text(char *out, struct flow_slice text)
{
    bool cut;

    return protobuf_close(
        out, text_write_string(protobuf_open(out), text.data, text.len, TEXT_UTF8, &cut));
}

char *bin_write_octets(char *out, struct flow_slice octets)
{
    return protobuf_write_octets(out, octets.data,
                                 octets.len < BIN_OCTETS_MAX ? octets.len : BIN_OCTETS_MAX);
}

static char *write_text(char *out, const struct bin_field *field, const struct flow *flow)
{
    return bin_write_text(write_tag(out, field), *(const struct flow_slice *)value_of(field, flow));
}

static char *write_octets(char *out, const struct bin_field *field, const struct flow *flow)
{
    return bin_write_octets(write_tag(out, field),
                            *(const struct flow_slice *)value_of(field, flow));
}

static char *write_name(char *out, const struct bin_field *field, const struct flow *flow)
{
    const char *name = *(const char *const *)value_of(field, flow);

    return protobuf_write_octets(write_tag(out, field), name, strlen(name));
}

static char *write_names(char *out, const struct bin_field *field, const struct flow *flow)
{
    const struct flow_names *list = value_of(field, flow);

    for (uint16_t i = 0; i < list->n; i++) {
        out = protobuf_write_octets(write_tag(out, field), list->at[i], strlen(list->at[i]));
    }
    return out;
}

static char *write_sub_key(char *out, const struct bin_field *field, const struct flow *flow)
{
    out = write_tag(out, field);
    return protobuf_close(out,
                          text_write_sub_key(protobuf_open(out), flow->sub_key, &flow->sub_addr));
}

static char *write_elements(char *out, const struct bin_field *field, const struct flow *flow)
{
    return bin_write_elements(out, field->number, value_of(field, flow));
}

enum {
    NUMBER_MAX = PROTOBUF_TAG_MAX + PROTOBUF_VARINT_MAX,
    U32_MAX = 5,
    NAME_MAX_OCTETS = 64,
    ADDR_MAX = PROTOBUF_TAG_MAX + 1 + 16,
    DELIMITED_MAX = PROTOBUF_TAG_MAX + PROTOBUF_LENGTH_MAX,
    NUMBERS_MAX = DELIMITED_MAX + FLOW_NUMBERS_MAX * U32_MAX,
    LABELS_MAX = DELIMITED_MAX + FLOW_LABELS_MAX * U32_MAX,
    SIZES_MAX = DELIMITED_MAX + FLOW_LAYERS_MAX * U32_MAX,
    LAYERS_MAX = DELIMITED_MAX + FLOW_LAYERS_MAX,
    ADDRS_MAX = FLOW_ADDRS_MAX * ADDR_MAX,
    NAMES_MAX = FLOW_NAMES_MAX * (DELIMITED_MAX + NAME_MAX_OCTETS),
};

const struct bin_kind bin_kinds[FLOW_KIND_COUNT] = {
    [FLOW_KIND_TYPE] = {write_u8, PROTOBUF_VARINT, NUMBER_MAX},
    [FLOW_KIND_U8] = {write_u8, PROTOBUF_VARINT, NUMBER_MAX},
    [FLOW_KIND_U16] = {write_u16, PROTOBUF_VARINT, NUMBER_MAX},
    [FLOW_KIND_U32] = {write_u32, PROTOBUF_VARINT, NUMBER_MAX},
    [FLOW_KIND_U64] = {write_u64, PROTOBUF_VARINT, NUMBER_MAX},
    [FLOW_KIND_FLOAT] = {write_float, PROTOBUF_FIXED64, NUMBER_MAX},
    [FLOW_KIND_COUNTER] = {write_u64, PROTOBUF_VARINT, NUMBER_MAX},
    [FLOW_KIND_TIME] = {write_u64, PROTOBUF_VARINT, NUMBER_MAX},
    [FLOW_KIND_TIME_MS] = {write_u64, PROTOBUF_VARINT, NUMBER_MAX},
    [FLOW_KIND_BOOL] = {write_bool, PROTOBUF_VARINT, NUMBER_MAX},
    [FLOW_KIND_ADDR] = {write_addr, PROTOBUF_DELIMITED, ADDR_MAX},
    [FLOW_KIND_ETYPE] = {write_u16, PROTOBUF_VARINT, NUMBER_MAX},
    [FLOW_KIND_PROTO] = {write_u8, PROTOBUF_VARINT, NUMBER_MAX},
    [FLOW_KIND_MAC] = {write_u64, PROTOBUF_VARINT, NUMBER_MAX},
    [FLOW_KIND_NET_SRC] = {write_u8, PROTOBUF_VARINT, NUMBER_MAX},
    [FLOW_KIND_NET_DST] = {write_u8, PROTOBUF_VARINT, NUMBER_MAX},
    [FLOW_KIND_NUMBERS] = {write_numbers, PROTOBUF_DELIMITED, NUMBERS_MAX},
    [FLOW_KIND_LABELS] = {write_labels, PROTOBUF_DELIMITED, LABELS_MAX},
    [FLOW_KIND_ADDRS] = {write_addrs, PROTOBUF_DELIMITED, ADDRS_MAX},
    [FLOW_KIND_LAYERS] = {write_layers, PROTOBUF_DELIMITED, LAYERS_MAX},
    [FLOW_KIND_SIZES] = {write_sizes, PROTOBUF_DELIMITED, SIZES_MAX},
    [FLOW_KIND_TEXT] = {write_text, PROTOBUF_DELIMITED, BIN_SLICE_MAX},
    [FLOW_KIND_OCTETS] = {write_octets, PROTOBUF_DELIMITED, BIN_SLICE_MAX},
    [FLOW_KIND_NAME] = {write_name, PROTOBUF_DELIMITED, DELIMITED_MAX + NAME_MAX_OCTETS},
    [FLOW_KIND_NAMES] = {write_names, PROTOBUF_DELIMITED, NAMES_MAX},
    [FLOW_KIND_SUB_KEY] = {write_sub_key, PROTOBUF_DELIMITED, DELIMITED_MAX + TEXT_SUB_KEY_MAX},
    [FLOW_KIND_ELEMENTS] = {write_elements, PROTOBUF_DELIMITED, BIN_ELEMENTS_MAX},
};

/* A name or a number that a mapping file took is its field's, not that of one of weir's own. */
static bool is_taken(const struct field_set *set, const struct flow_field *row)
{
    for (uint16_t i = 0; i < set->n_custom; i++) {
        const struct custom_field *custom = &set->custom[i];

        if (custom->protobuf == row->protobuf || strcmp(custom->name, row->key) == 0) {
            return true;
        }
    }
    return false;
}

bool bin_has_field(const struct field_set *set, unsigned at)
{
    return (!set->sparse && (flow_fields[at].sets & IN_GOFLOW2) != 0) ||
           (field_set_has(set, at) && !is_taken(set, &flow_fields[at]));
}
