// SPDX-License-Identifier: Apache-2.0
/* One JSON object a flow, as goflow2 writes it: a writer per kind, and a loop over the fields. */
#include <stdlib.h>

#include "lib/compat.h"
#include "lib/format.h"
#include "lib/formats/json_elements.h"
#include "lib/text_write.h"

struct json_field;

typedef char *json_writer(char *out, const struct json_field *field, const struct flow *flow);

/* A field of the set, with everything that can be known before the first flow. */
struct json_field {
    json_writer *write;
    uint16_t at;
    uint16_t offset;
    bool always;  /* written whether it is known or not */
    bool derived; /* its writer knows what to do when it is absent */
    bool invalid_prefix;
    uint8_t lead_len;
    uint8_t absent_len;
    char lead[56];   /* ,"key": */
    char absent[88]; /* the same and the zero form */
};

struct json {
    struct format format;
    uint16_t n;
    struct json_field fields[FLOW_NFIELDS];
};

static const void *value_of(const struct json_field *field, const struct flow *flow)
{
    return (const uint8_t *)flow + field->offset;
}

static char *write_u8(char *out, const struct json_field *field, const struct flow *flow)
{
    return text_write_u64(out, *(const uint8_t *)value_of(field, flow));
}

static char *write_u16(char *out, const struct json_field *field, const struct flow *flow)
{
    return text_write_u64(out, *(const uint16_t *)value_of(field, flow));
}

static char *write_u32(char *out, const struct json_field *field, const struct flow *flow)
{
    return text_write_u64(out, *(const uint32_t *)value_of(field, flow));
}

static char *write_u64(char *out, const struct json_field *field, const struct flow *flow)
{
    return text_write_u64(out, *(const uint64_t *)value_of(field, flow));
}

static char *write_float(char *out, const struct json_field *field, const struct flow *flow)
{
    return text_write_double(out, *(const double *)value_of(field, flow));
}

static char *write_quoted(char *out, const char *text)
{
    *out++ = '"';
    out = text_write(out, text, strlen(text));
    *out++ = '"';
    return out;
}

static char *write_type(char *out, const struct json_field *field, const struct flow *flow)
{
    return write_quoted(out, flow_type_name(*(const uint8_t *)value_of(field, flow)));
}

static char *write_proto(char *out, const struct json_field *field, const struct flow *flow)
{
    return write_quoted(out, flow_proto_name(*(const uint8_t *)value_of(field, flow)));
}

static char *write_name(char *out, const struct json_field *field, const struct flow *flow)
{
    return write_quoted(out, *(const char *const *)value_of(field, flow));
}

static char *write_etype(char *out, const struct json_field *field, const struct flow *flow)
{
    switch (*(const uint16_t *)value_of(field, flow)) {
    case 0x0800:
        return TEXT_WRITE(out, "\"IPv4\"");
    case 0x86dd:
        return TEXT_WRITE(out, "\"IPv6\"");
    case 0x0806:
        return TEXT_WRITE(out, "\"ARP\"");
    default:
        return TEXT_WRITE(out, "\"\"");
    }
}

static char *write_quoted_addr(char *out, const struct flow_addr *addr)
{
    *out++ = '"';
    out = text_write_addr(out, addr);
    *out++ = '"';
    return out;
}

static char *write_addr(char *out, const struct json_field *field, const struct flow *flow)
{
    return write_quoted_addr(out, value_of(field, flow));
}

static char *write_mac(char *out, const struct json_field *field, const struct flow *flow)
{
    *out++ = '"';
    out = text_write_mac(out, *(const uint64_t *)value_of(field, flow));
    *out++ = '"';
    return out;
}

static struct flow_addr masked(const struct flow_addr *addr, uint8_t prefix_len)
{
    struct flow_addr network = *addr;

    for (unsigned i = 0; i < addr->len; i++) {
        const unsigned bits = prefix_len > 8 * i ? prefix_len - 8 * i : 0;

        network.bytes[i] &= (uint8_t)(bits >= 8 ? 0xff : 0xff00u >> bits);
    }
    return network;
}

/* The address, masked: a length that is not known is 0, as goflow2 writes it. */
static char *write_net(char *out, const struct json_field *field, const struct flow *flow,
                       const struct flow_addr *addr)
{
    const uint8_t len = flow_has(flow, field->at) ? *(const uint8_t *)value_of(field, flow) : 0;
    struct flow_addr network;

    if (addr == NULL || addr->len == 0 || len > addr->len * 8) {
        return field->invalid_prefix ? TEXT_WRITE(out, "\"invalid Prefix\"")
                                     : TEXT_WRITE(out, "\"\"");
    }
    network = masked(addr, len);
    *out++ = '"';
    out = text_write_addr(out, &network);
    *out++ = '/';
    out = text_write_u64(out, len);
    *out++ = '"';
    return out;
}

static char *write_net_src(char *out, const struct json_field *field, const struct flow *flow)
{
    return write_net(out, field, flow, FLOW_HAS(flow, src_addr) ? &flow->src_addr : NULL);
}

static char *write_net_dst(char *out, const struct json_field *field, const struct flow *flow)
{
    return write_net(out, field, flow, FLOW_HAS(flow, dst_addr) ? &flow->dst_addr : NULL);
}

static char *write_numbers_at(char *out, const uint32_t *at, uint16_t n)
{
    *out++ = '[';
    for (uint16_t i = 0; i < n; i++) {
        if (i > 0) {
            *out++ = ',';
        }
        out = text_write_u64(out, at[i]);
    }
    *out++ = ']';
    return out;
}

static char *write_numbers(char *out, const struct json_field *field, const struct flow *flow)
{
    const struct flow_numbers *list = value_of(field, flow);

    return write_numbers_at(out, list->at, list->n);
}

static char *write_labels(char *out, const struct json_field *field, const struct flow *flow)
{
    const struct flow_labels *list = value_of(field, flow);

    return write_numbers_at(out, list->at, list->n);
}

static char *write_sizes(char *out, const struct json_field *field, const struct flow *flow)
{
    const struct flow_sizes *list = value_of(field, flow);

    return write_numbers_at(out, list->at, list->n);
}

static char *write_addrs(char *out, const struct json_field *field, const struct flow *flow)
{
    const struct flow_addrs *list = value_of(field, flow);

    *out++ = '[';
    for (uint16_t i = 0; i < list->n; i++) {
        if (i > 0) {
            *out++ = ',';
        }
        out = write_quoted_addr(out, &list->at[i]);
    }
    *out++ = ']';
    return out;
}

static char *write_layers(char *out, const struct json_field *field, const struct flow *flow)
{
    const struct flow_layers *list = value_of(field, flow);

    *out++ = '[';
    for (uint16_t i = 0; i < list->n; i++) {
        if (i > 0) {
            *out++ = ',';
        }
        out = write_quoted(out, flow_layer_name(list->at[i]));
    }
    *out++ = ']';
    return out;
}

/* A value that was cut is flagged by a member behind it. */
static char *write_cut_flag(char *out, const struct json_field *field)
{
    out = text_write(out, field->lead, field->lead_len - (size_t)2);
    return TEXT_WRITE(out, "_truncated\":true");
}

static char *write_text(char *out, const struct json_field *field, const struct flow *flow)
{
    const struct flow_slice *text = value_of(field, flow);
    bool cut;

    *out++ = '"';
    out = text_write_json_string(out, text->data, text->len, &cut);
    *out++ = '"';
    return cut ? write_cut_flag(out, field) : out;
}

static char *write_octets(char *out, const struct json_field *field, const struct flow *flow)
{
    const struct flow_slice *octets = value_of(field, flow);
    bool cut;

    *out++ = '"';
    out = text_write_hex(out, octets->data, octets->len, &cut);
    *out++ = '"';
    return cut ? write_cut_flag(out, field) : out;
}

static char *write_elements(char *out, const struct json_field *field, const struct flow *flow)
{
    return json_write_elements(out, value_of(field, flow));
}

enum {
    NAME_MAX_OCTETS = 64, /* of a protocol, a layer, or a word of weir's own */
    NUMBER_MAX = 10,      /* of 32 bits */
    CUT_FLAG_MAX = 80,
};

/*
 * What there is to know of a kind: who writes it, its zero form, and the octets that it may need.
 */
static const struct {
    json_writer *write;
    const char *absent;
    size_t max;
    bool derived;
} kinds[FLOW_KIND_COUNT] = {
    [FLOW_KIND_TYPE] = {write_type, "\"FLOWUNKNOWN\"", NAME_MAX_OCTETS, false},
    [FLOW_KIND_U8] = {write_u8, "0", 3, false},
    [FLOW_KIND_U16] = {write_u16, "0", 5, false},
    [FLOW_KIND_U32] = {write_u32, "0", NUMBER_MAX, false},
    [FLOW_KIND_U64] = {write_u64, "0", TEXT_U64_MAX, false},
    [FLOW_KIND_FLOAT] = {write_float, "null", TEXT_DOUBLE_MAX + 2, false},
    [FLOW_KIND_TIME] = {write_u64, "0", TEXT_U64_MAX, false},
    [FLOW_KIND_ADDR] = {write_addr, "\"\"", TEXT_ADDR_MAX + 2, false},
    [FLOW_KIND_ETYPE] = {write_etype, "\"\"", 6, false},
    [FLOW_KIND_PROTO] = {write_proto, "\"\"", NAME_MAX_OCTETS, false},
    [FLOW_KIND_MAC] = {write_mac, "\"00:00:00:00:00:00\"", TEXT_MAC_MAX + 2, false},
    [FLOW_KIND_NET_SRC] = {write_net_src, "", TEXT_ADDR_MAX + 6, true},
    [FLOW_KIND_NET_DST] = {write_net_dst, "", TEXT_ADDR_MAX + 6, true},
    [FLOW_KIND_NUMBERS] = {write_numbers, "[]", FLOW_NUMBERS_MAX *(NUMBER_MAX + 1) + 2, false},
    [FLOW_KIND_LABELS] = {write_labels, "[]", FLOW_LABELS_MAX *(NUMBER_MAX + 1) + 2, false},
    [FLOW_KIND_ADDRS] = {write_addrs, "[]", FLOW_ADDRS_MAX *(TEXT_ADDR_MAX + 3) + 2, false},
    [FLOW_KIND_LAYERS] = {write_layers, "[]", FLOW_LAYERS_MAX *NAME_MAX_OCTETS + 2, false},
    [FLOW_KIND_SIZES] = {write_sizes, "[]", FLOW_LAYERS_MAX *(NUMBER_MAX + 1) + 2, false},
    [FLOW_KIND_TEXT] = {write_text, "\"\"", TEXT_STRING_MAX + CUT_FLAG_MAX, false},
    [FLOW_KIND_OCTETS] = {write_octets, "\"\"", TEXT_HEX_MAX + CUT_FLAG_MAX, false},
    [FLOW_KIND_NAME] = {write_name, "\"\"", NAME_MAX_OCTETS, false},
    [FLOW_KIND_ELEMENTS] = {write_elements, "{}", JSON_ELEMENTS_MAX, false},
};

static const char *absent_form(const struct format *f, uint8_t kind)
{
    const bool hopopt = kind == FLOW_KIND_PROTO && (f->compat & COMPAT_PROTO_HOPOPT) != 0;

    return hopopt ? "\"HOPOPT\"" : kinds[kind].absent;
}

static void plan_field(const struct format *f, struct json_field *field,
                       const struct column *column)
{
    const struct flow_field *row = &flow_fields[column->at];
    const char *absent = absent_form(f, row->kind);
    char *end = field->lead;

    *end++ = ',';
    end = write_quoted(end, column->key);
    *end++ = ':';
    field->lead_len = (uint8_t)(end - field->lead);
    memcpy(field->absent, field->lead, field->lead_len);
    memcpy(field->absent + field->lead_len, absent, strlen(absent));
    field->absent_len = (uint8_t)(field->lead_len + strlen(absent));
    field->write = kinds[row->kind].write;
    field->derived = kinds[row->kind].derived;
    field->always = (row->sets & IN_GOFLOW2) != 0;
    field->invalid_prefix = (f->compat & COMPAT_INVALID_PREFIX) != 0;
    field->at = column->at;
    field->offset = row->offset;
}

static void json_open(struct format *f)
{
    struct json *json = (struct json *)f;

    json->n = f->fields->n;
    f->max = 2;
    for (uint16_t i = 0; i < json->n; i++) {
        const struct column *column = &f->fields->columns[i];

        plan_field(f, &json->fields[i], column);
        f->max += json->fields[i].lead_len + kinds[flow_fields[column->at].kind].max;
    }
}

/* Each field begins with a comma; the first one becomes the brace. */
static size_t json_write(const struct format *f, const struct flow *flow, char *out)
{
    const struct json *json = (const struct json *)f;
    char *end = out;

    *end = '{';
    for (const struct json_field *field = json->fields; field < json->fields + json->n; field++) {
        if (flow_has(flow, field->at) || (field->always && field->derived)) {
            end = text_write(end, field->lead, field->lead_len);
            end = field->write(end, field, flow);
        } else if (field->always) {
            end = text_write(end, field->absent, field->absent_len);
        }
    }
    end += end == out ? 1 : 0;
    *out = '{';
    *end++ = '}';
    return (size_t)(end - out);
}

const struct format_ops format_json = {
    .name = "json",
    .title = "one JSON object a flow",
    .media_type = "application/x-ndjson",
    .size = sizeof(struct json),
    .open = json_open,
    .write = json_write,
};
