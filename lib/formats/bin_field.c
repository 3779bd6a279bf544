// SPDX-License-Identifier: Apache-2.0
/* The fields of a bin record: a writer per kind. */
#include "lib/formats/bin_field.h"

#include "lib/formats/bin_elements.h"

static const void *value_of(const struct bin_field *field, const struct flow *flow)
{
    return (const uint8_t *)flow + field->offset;
}

static char *write_float(char *out, const struct bin_field *field, const struct flow *flow)
{
    uint64_t bits;

    memcpy(&bits, value_of(field, flow), sizeof(bits));
    return protobuf_write_fixed64(bin_write_tag(out, field), bits);
}

static char *write_addrs(char *out, const struct bin_field *field, const struct flow *flow)
{
    const struct flow_addrs *list = value_of(field, flow);

    for (uint16_t i = 0; i < list->n; i++) {
        out = protobuf_write_octets(bin_write_tag(out, field), list->at[i].bytes, list->at[i].len);
    }
    return out;
}

static char *write_packed(char *out, const struct bin_field *field, const uint32_t *at, uint16_t n)
{
    char *const packed = bin_write_tag(out, field);
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

    return list->n == 0 ? out : protobuf_write_octets(bin_write_tag(out, field), list->at, list->n);
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
    return bin_write_text(bin_write_tag(out, field),
                          *(const struct flow_slice *)value_of(field, flow));
}

static char *write_octets(char *out, const struct bin_field *field, const struct flow *flow)
{
    return bin_write_octets(bin_write_tag(out, field),
                            *(const struct flow_slice *)value_of(field, flow));
}

static char *write_name(char *out, const struct bin_field *field, const struct flow *flow)
{
    const char *name = *(const char *const *)value_of(field, flow);

    return protobuf_write_octets(bin_write_tag(out, field), name, strlen(name));
}

static char *write_names(char *out, const struct bin_field *field, const struct flow *flow)
{
    const struct flow_names *list = value_of(field, flow);

    for (uint16_t i = 0; i < list->n; i++) {
        out = protobuf_write_octets(bin_write_tag(out, field), list->at[i], strlen(list->at[i]));
    }
    return out;
}

static char *write_sub_key(char *out, const struct bin_field *field, const struct flow *flow)
{
    out = bin_write_tag(out, field);
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

_Static_assert(sizeof(bool) == 1, "the loop reads it as an octet");

const struct bin_kind bin_kinds[FLOW_KIND_COUNT] = {
    [FLOW_KIND_TYPE] = {NULL, BIN_U8, PROTOBUF_VARINT, NUMBER_MAX},
    [FLOW_KIND_U8] = {NULL, BIN_U8, PROTOBUF_VARINT, NUMBER_MAX},
    [FLOW_KIND_U16] = {NULL, BIN_U16, PROTOBUF_VARINT, NUMBER_MAX},
    [FLOW_KIND_U32] = {NULL, BIN_U32, PROTOBUF_VARINT, NUMBER_MAX},
    [FLOW_KIND_U64] = {NULL, BIN_U64, PROTOBUF_VARINT, NUMBER_MAX},
    [FLOW_KIND_FLOAT] = {write_float, BIN_WRITER, PROTOBUF_FIXED64, NUMBER_MAX},
    [FLOW_KIND_COUNTER] = {NULL, BIN_U64, PROTOBUF_VARINT, NUMBER_MAX},
    [FLOW_KIND_TIME] = {NULL, BIN_U64, PROTOBUF_VARINT, NUMBER_MAX},
    [FLOW_KIND_TIME_MS] = {NULL, BIN_U64, PROTOBUF_VARINT, NUMBER_MAX},
    [FLOW_KIND_BOOL] = {NULL, BIN_U8, PROTOBUF_VARINT, NUMBER_MAX},
    [FLOW_KIND_ADDR] = {NULL, BIN_ADDR, PROTOBUF_DELIMITED, ADDR_MAX},
    [FLOW_KIND_ETYPE] = {NULL, BIN_U16, PROTOBUF_VARINT, NUMBER_MAX},
    [FLOW_KIND_PROTO] = {NULL, BIN_U8, PROTOBUF_VARINT, NUMBER_MAX},
    [FLOW_KIND_MAC] = {NULL, BIN_U64, PROTOBUF_VARINT, NUMBER_MAX},
    [FLOW_KIND_NET_SRC] = {NULL, BIN_U8, PROTOBUF_VARINT, NUMBER_MAX},
    [FLOW_KIND_NET_DST] = {NULL, BIN_U8, PROTOBUF_VARINT, NUMBER_MAX},
    [FLOW_KIND_NUMBERS] = {write_numbers, BIN_WRITER, PROTOBUF_DELIMITED, NUMBERS_MAX},
    [FLOW_KIND_LABELS] = {write_labels, BIN_WRITER, PROTOBUF_DELIMITED, LABELS_MAX},
    [FLOW_KIND_ADDRS] = {write_addrs, BIN_WRITER, PROTOBUF_DELIMITED, ADDRS_MAX},
    [FLOW_KIND_LAYERS] = {write_layers, BIN_WRITER, PROTOBUF_DELIMITED, LAYERS_MAX},
    [FLOW_KIND_SIZES] = {write_sizes, BIN_WRITER, PROTOBUF_DELIMITED, SIZES_MAX},
    [FLOW_KIND_TEXT] = {write_text, BIN_WRITER, PROTOBUF_DELIMITED, BIN_SLICE_MAX},
    [FLOW_KIND_OCTETS] = {write_octets, BIN_WRITER, PROTOBUF_DELIMITED, BIN_SLICE_MAX},
    [FLOW_KIND_NAME] = {write_name, BIN_WRITER, PROTOBUF_DELIMITED,
                        DELIMITED_MAX + NAME_MAX_OCTETS},
    [FLOW_KIND_NAMES] = {write_names, BIN_WRITER, PROTOBUF_DELIMITED, NAMES_MAX},
    [FLOW_KIND_SUB_KEY] = {write_sub_key, BIN_WRITER, PROTOBUF_DELIMITED,
                           DELIMITED_MAX + TEXT_SUB_KEY_MAX},
    [FLOW_KIND_ELEMENTS] = {write_elements, BIN_WRITER, PROTOBUF_DELIMITED, BIN_ELEMENTS_MAX},
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
