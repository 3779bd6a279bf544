// SPDX-License-Identifier: Apache-2.0
/* Values out of a flow: a writer for each way in which they are held. */
#include "lib/formats/named_value_writers.h"

#include "lib/formats/icmp_name.h"
#include "lib/formats/json_elements.h"

static const void *value_of(const struct named_value *value, const struct flow *flow)
{
    return (const uint8_t *)flow + value->offset;
}

/* --- Numbers --- */

static uint64_t number_of(const struct named_value *value, const struct flow *flow)
{
    uint64_t bits;

    switch (value->width) {
    case sizeof(uint8_t):
        return *(const uint8_t *)value_of(value, flow);
    case sizeof(uint16_t):
        return *(const uint16_t *)value_of(value, flow);
    case sizeof(uint32_t):
        return *(const uint32_t *)value_of(value, flow);
    default:
        memcpy(&bits, value_of(value, flow), sizeof(bits));
        return bits;
    }
}

static char *write_number(char *out, const struct named_value *value, const struct flow *flow)
{
    return value->form->number(out, number_of(value, flow));
}

/* --- Octets --- */

static char *write_addr(char *out, const struct named_value *value, const struct flow *flow)
{
    const struct flow_addr *addr = value_of(value, flow);
    const struct flow_slice octets = {addr->bytes, addr->len};
    bool cut;

    return value->form->octets(out, octets, value->style->escaping, &cut);
}

static char *write_cut_flag(char *out, const struct named_value *value)
{
    const struct named_style *style = value->style;

    *out++ = style->between;
    out = text_write(out, value->text, value->name_len);
    out = TEXT_WRITE(out, "_truncated");
    out = text_write(out, style->after_name, strlen(style->after_name));
    return TEXT_WRITE(out, "true");
}

static char *write_octets(char *out, const struct named_value *value, struct flow_slice octets)
{
    bool cut;

    out = value->form->octets(out, octets, value->style->escaping, &cut);
    *out = '"';
    out += value->style->quotes ? 1 : 0;
    return cut ? write_cut_flag(out, value) : out;
}

static char *write_slice(char *out, const struct named_value *value, const struct flow *flow)
{
    return write_octets(out, value, *(const struct flow_slice *)value_of(value, flow));
}

/* --- Lists --- */

/* A quote, where the items of a list have any. */
static char *write_quote(char *out, const struct named_value *value)
{
    *out = '"';
    return out + (value->style->quotes && value->form->quoted ? 1 : 0);
}

/* The comma behind the last item becomes the bracket: a list that is there is never empty. */
static char *close_list(char *out)
{
    out[-1] = ']';
    return out;
}

static char *write_item(char *out, const struct named_value *value, uint64_t number)
{
    out = write_quote(out, value);
    out = write_quote(value->form->number(out, number), value);
    *out++ = ',';
    return out;
}

static char *write_octets_item(char *out, const struct named_value *value, struct flow_slice octets,
                               bool *cut)
{
    out = write_quote(out, value);
    out = value->form->octets(out, octets, value->style->escaping, cut);
    out = write_quote(out, value);
    *out++ = ',';
    return out;
}

static char *write_plain_items(char *out, const uint32_t *at, uint16_t n)
{
    for (uint16_t i = 0; i < n; i++) {
        out = text_write_u64(out, at[i]);
        *out++ = ',';
    }
    return out;
}

static char *write_items(char *out, const struct named_value *value, const uint32_t *at, uint16_t n)
{
    for (uint16_t i = 0; i < n; i++) {
        out = write_item(out, value, at[i]);
    }
    return out;
}

static char *write_numbers_at(char *out, const struct named_value *value, const uint32_t *at,
                              uint16_t n)
{
    *out++ = '[';
    out = value->form == &value_form_decimal ? write_plain_items(out, at, n)
                                             : write_items(out, value, at, n);
    return close_list(out);
}

static char *write_numbers(char *out, const struct named_value *value, const struct flow *flow)
{
    const struct flow_numbers *list = value_of(value, flow);

    return write_numbers_at(out, value, list->at, list->n);
}

static char *write_labels(char *out, const struct named_value *value, const struct flow *flow)
{
    const struct flow_labels *list = value_of(value, flow);

    return write_numbers_at(out, value, list->at, list->n);
}

static char *write_sizes(char *out, const struct named_value *value, const struct flow *flow)
{
    const struct flow_sizes *list = value_of(value, flow);

    return write_numbers_at(out, value, list->at, list->n);
}

static char *write_layers(char *out, const struct named_value *value, const struct flow *flow)
{
    const struct flow_layers *list = value_of(value, flow);

    *out++ = '[';
    for (uint16_t i = 0; i < list->n; i++) {
        out = write_item(out, value, list->at[i]);
    }
    return close_list(out);
}

static char *write_addrs(char *out, const struct named_value *value, const struct flow *flow)
{
    const struct flow_addrs *list = value_of(value, flow);
    bool cut;

    *out++ = '[';
    for (uint16_t i = 0; i < list->n; i++) {
        const struct flow_slice octets = {list->at[i].bytes, list->at[i].len};

        out = write_octets_item(out, value, octets, &cut);
    }
    return close_list(out);
}

static char *write_names(char *out, const struct named_value *value, const struct flow *flow)
{
    const struct flow_names *list = value_of(value, flow);

    *out++ = '[';
    for (uint16_t i = 0; i < list->n; i++) {
        out = write_quote(out, value);
        out = write_quote(text_write_word(out, list->at[i]), value);
        *out++ = ',';
    }
    return close_list(out);
}

/* --- What needs more than its own octets --- */

/* A length that is not known is 0, as goflow2 writes it. */
static char *write_net(char *out, const struct named_value *value, const struct flow *flow,
                       unsigned at, const struct flow_addr *addr)
{
    const uint8_t len = flow_has(flow, at) ? *(const uint8_t *)value_of(value, flow) : 0;

    return addr->len == 0 || len > addr->len * 8 ? NULL : text_write_network(out, addr, len);
}

static char *write_net_src(char *out, const struct named_value *value, const struct flow *flow)
{
    return FLOW_HAS(flow, src_addr) ? write_net(out, value, flow, FLOW_AT_src_net, &flow->src_addr)
                                    : NULL;
}

static char *write_net_dst(char *out, const struct named_value *value, const struct flow *flow)
{
    return FLOW_HAS(flow, dst_addr) ? write_net(out, value, flow, FLOW_AT_dst_net, &flow->dst_addr)
                                    : NULL;
}

static char *write_name(char *out, const struct named_value *value, const struct flow *flow)
{
    const char *name = *(const char *const *)value_of(value, flow);

    return text_write_word(out, name);
}

static char *write_sub_key(char *out, const struct named_value *value, const struct flow *flow)
{
    (void)value;
    return text_write_sub_key(out, flow->sub_key, &flow->sub_addr);
}

static char *write_elements(char *out, const struct named_value *value, const struct flow *flow)
{
    return json_write_elements(out, value_of(value, flow));
}

static char *write_icmp_name(char *out, const struct flow *flow, uint16_t unknown_type)
{
    const uint16_t type = FLOW_HAS(flow, icmp_type) ? flow->icmp_type : unknown_type;
    const char *name = FLOW_HAS(flow, proto) ? icmp_name(flow->proto, type) : NULL;

    return name == NULL ? NULL : text_write_word(out, name);
}

char *named_write_icmp_name(char *out, const struct named_value *value, const struct flow *flow)
{
    (void)value;
    return write_icmp_name(out, flow, ICMP_TYPE_UNKNOWN);
}

char *named_write_icmp_name_of_zero(char *out, const struct named_value *value,
                                    const struct flow *flow)
{
    (void)value;
    return write_icmp_name(out, flow, 0);
}

char *named_write_nothing(char *out, const struct named_value *value, const struct flow *flow)
{
    (void)out;
    (void)value;
    (void)flow;
    return NULL;
}

/* --- Custom fields: offset is the number of the field --- */

/* The last value that was mapped: goflow2 shows that one. */
static const struct flow_custom *last_custom(const struct named_value *value,
                                             const struct flow *flow)
{
    const struct flow_customs *customs = &flow->customs;

    for (uint16_t i = customs->n; i > 0; i--) {
        if (customs->at[i - 1].field == value->offset) {
            return &customs->at[i - 1];
        }
    }
    return NULL;
}

static char *write_custom_number(char *out, const struct named_value *value,
                                 const struct flow *flow)
{
    const struct flow_custom *custom = last_custom(value, flow);

    return custom == NULL ? NULL : value->form->number(out, custom->number);
}

static char *write_custom_octets(char *out, const struct named_value *value,
                                 const struct flow *flow)
{
    const struct flow_custom *custom = last_custom(value, flow);

    return custom == NULL
               ? NULL
               : write_octets(out, value, (struct flow_slice){custom->data, custom->len});
}

enum { CUSTOM_LIST_MAX = 3 * TEXT_STRING_MAX };

static char *write_custom_item(char *out, const struct named_value *value,
                               const struct flow_custom *custom, bool *cut)
{
    bool this_cut = false;

    out = value->form->number != NULL
              ? write_item(out, value, custom->number)
              : write_octets_item(out, value, (struct flow_slice){custom->data, custom->len},
                                  &this_cut);
    *cut = *cut || this_cut;
    return out;
}

/* Items for which there is no room are left out, and the list is flagged. */
static char *write_custom_list(char *out, const struct named_value *value, const struct flow *flow)
{
    const char *const full = out + CUSTOM_LIST_MAX - value->form->max - 4;
    const struct flow_customs *customs = &flow->customs;
    bool cut = false;

    if (last_custom(value, flow) == NULL) {
        return NULL;
    }
    *out++ = '[';
    for (uint16_t i = 0; i < customs->n; i++) {
        if (customs->at[i].field != value->offset) {
            continue;
        }
        if (out > full) {
            cut = true;
            break;
        }
        out = write_custom_item(out, value, &customs->at[i], &cut);
    }
    out = close_list(out);
    return cut ? write_cut_flag(out, value) : out;
}

/* --- Which source a kind has --- */

static const struct named_source field_sources[FLOW_KIND_COUNT] = {
    [FLOW_KIND_TYPE] = {.write = write_number, .width = sizeof(uint8_t)},
    [FLOW_KIND_U8] = {.write = write_number, .width = sizeof(uint8_t)},
    [FLOW_KIND_U16] = {.write = write_number, .width = sizeof(uint16_t)},
    [FLOW_KIND_U32] = {.write = write_number, .width = sizeof(uint32_t)},
    [FLOW_KIND_U64] = {.write = write_number, .width = sizeof(uint64_t)},
    [FLOW_KIND_FLOAT] = {.write = write_number, .width = sizeof(double)},
    [FLOW_KIND_COUNTER] = {.write = write_number, .width = sizeof(uint64_t)},
    [FLOW_KIND_TIME] = {.write = write_number, .width = sizeof(uint64_t)},
    [FLOW_KIND_TIME_MS] = {.write = write_number, .width = sizeof(uint64_t)},
    [FLOW_KIND_BOOL] = {.write = write_number, .width = sizeof(bool)},
    [FLOW_KIND_ADDR] = {.write = write_addr},
    [FLOW_KIND_ETYPE] = {.write = write_number, .width = sizeof(uint16_t)},
    [FLOW_KIND_PROTO] = {.write = write_number, .width = sizeof(uint8_t)},
    [FLOW_KIND_MAC] = {.write = write_number, .width = sizeof(uint64_t)},
    [FLOW_KIND_NET_SRC] = {.write = write_net_src, .width = sizeof(uint8_t)},
    [FLOW_KIND_NET_DST] = {.write = write_net_dst, .width = sizeof(uint8_t)},
    [FLOW_KIND_NUMBERS] = {.write = write_numbers, .items = FLOW_NUMBERS_MAX},
    [FLOW_KIND_LABELS] = {.write = write_labels, .items = FLOW_LABELS_MAX},
    [FLOW_KIND_ADDRS] = {.write = write_addrs, .items = FLOW_ADDRS_MAX},
    [FLOW_KIND_LAYERS] = {.write = write_layers, .items = FLOW_LAYERS_MAX},
    [FLOW_KIND_SIZES] = {.write = write_sizes, .items = FLOW_LAYERS_MAX},
    [FLOW_KIND_TEXT] = {.write = write_slice, .may_be_cut = true},
    [FLOW_KIND_OCTETS] = {.write = write_slice, .may_be_cut = true},
    [FLOW_KIND_NAME] = {.write = write_name},
    [FLOW_KIND_NAMES] = {.write = write_names, .items = FLOW_NAMES_MAX},
    [FLOW_KIND_SUB_KEY] = {.write = write_sub_key},
    [FLOW_KIND_ELEMENTS] = {.write = write_elements},
};

static const struct named_source custom_number = {.write = write_custom_number};
static const struct named_source custom_octets = {.write = write_custom_octets, .may_be_cut = true};
static const struct named_source custom_list = {
    .write = write_custom_list, .items = FLOW_CUSTOMS_MAX, .max = CUSTOM_LIST_MAX};

const struct named_source *named_source_of_field(enum flow_kind kind)
{
    return &field_sources[kind];
}

const struct named_source *named_source_of_custom(const struct custom_field *custom)
{
    if (custom->array) {
        return &custom_list;
    }
    return value_form_of_custom(custom->kind, RENDER_AS_KIND)->number != NULL ? &custom_number
                                                                              : &custom_octets;
}

named_value_writer *named_choose_writer(const struct named_source *source,
                                        const struct value_form *form)
{
    return source->width != 0 && form->number != NULL ? write_number : source->write;
}

enum named_way named_way_of(const struct named_source *source, const struct value_form *form)
{
    static const enum named_way of_width[] = {
        [sizeof(uint8_t)] = NAMED_U8,
        [sizeof(uint16_t)] = NAMED_U16,
        [sizeof(uint32_t)] = NAMED_U32,
        [sizeof(uint64_t)] = NAMED_U64,
    };

    if (source->write == write_addr && form == &value_form_ip) {
        return NAMED_IP;
    }
    return source->width != 0 && form == &value_form_decimal ? of_width[source->width]
                                                             : NAMED_WRITER;
}
