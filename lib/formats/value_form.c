// SPDX-License-Identifier: Apache-2.0
/* The forms of values, and which kind and renderer take which. */
#include "lib/formats/value_form.h"

#include "lib/formats/json_elements.h"

enum { NAME_MAX_OCTETS = 64 /* of a protocol, a layer, or a word of weir's own */ };

/* --- Numbers --- */

static char *write_signed(char *out, uint64_t number)
{
    return text_write_s64(out, (int64_t)number);
}

static char *write_float(char *out, uint64_t bits)
{
    double value;

    memcpy(&value, &bits, sizeof(value));
    return text_write_double(out, value);
}

static char *write_bool(char *out, uint64_t number)
{
    return number != 0 ? TEXT_WRITE(out, "true") : TEXT_WRITE(out, "false");
}

static char *write_etype(char *out, uint64_t number)
{
    switch (number) {
    case 0x0800:
        return TEXT_WRITE(out, "IPv4");
    case 0x86dd:
        return TEXT_WRITE(out, "IPv6");
    case 0x0806:
        return TEXT_WRITE(out, "ARP");
    default:
        return out;
    }
}

static char *write_unknown(char *out, uint64_t number)
{
    (void)number;
    return TEXT_WRITE(out, "unknown");
}

static char *write_proto(char *out, uint64_t number)
{
    return number > UINT8_MAX ? write_unknown(out, number)
                              : text_write_word(out, flow_proto_name((uint8_t)number));
}

static char *write_type(char *out, uint64_t number)
{
    return text_write_word(out, flow_type_name((uint8_t)number));
}

static char *write_layer(char *out, uint64_t number)
{
    return text_write_word(out, flow_layer_name((uint8_t)number));
}

static char *write_seconds(char *out, uint64_t seconds)
{
    return text_write_datetime(out, seconds, 0);
}

static char *write_nanoseconds(char *out, uint64_t ns)
{
    return text_write_datetime(out, ns / 1000000000, (uint32_t)(ns % 1000000000));
}

#define ZERO_MAC   "00:00:00:00:00:00"
#define START_1970 "1970-01-01T00:00:00Z"

const struct value_form value_form_decimal = {text_write_u64, NULL, "0", TEXT_U64_MAX, false};
const struct value_form value_form_proto = {write_proto, NULL, "", NAME_MAX_OCTETS, true};
static const struct value_form form_signed = {write_signed, NULL, "0", TEXT_S64_MAX, false};
static const struct value_form form_float = {write_float, NULL, "null", TEXT_DOUBLE_MAX, false};
static const struct value_form form_bool = {write_bool, NULL, "false", 5, false};
static const struct value_form form_mac = {text_write_mac, NULL, ZERO_MAC, TEXT_MAC_MAX, true};
static const struct value_form form_etype = {write_etype, NULL, "", 4, true};
static const struct value_form form_type = {write_type, NULL, "FLOWUNKNOWN", NAME_MAX_OCTETS, true};
static const struct value_form form_layer = {write_layer, NULL, "", NAME_MAX_OCTETS, true};
static const struct value_form form_seconds = {write_seconds, NULL, START_1970, TEXT_DATETIME_MAX,
                                               true};
static const struct value_form form_nanoseconds = {write_nanoseconds, NULL, START_1970,
                                                   TEXT_DATETIME_MAX, true};
static const struct value_form form_no_number = {write_unknown, NULL, "unknown", 7, true};

/* --- Octets --- */

static char *write_hex(char *out, struct flow_slice octets, enum text_escaping escaping, bool *cut)
{
    (void)escaping;
    return text_write_hex(out, octets.data, octets.len, cut);
}

static char *write_ip(char *out, struct flow_slice octets, enum text_escaping escaping, bool *cut)
{
    (void)escaping;
    *cut = false;
    return text_write_ip(out, octets.data, octets.len);
}

static char *write_string(char *out, struct flow_slice octets, enum text_escaping escaping,
                          bool *cut)
{
    return text_write_string(out, octets.data, octets.len, escaping, cut);
}

static char *write_no_octets(char *out, struct flow_slice octets, enum text_escaping escaping,
                             bool *cut)
{
    (void)octets;
    (void)escaping;
    *cut = false;
    return TEXT_WRITE(out, "unknown");
}

static const struct value_form form_hex = {NULL, write_hex, "", TEXT_HEX_MAX, true};
const struct value_form value_form_ip = {NULL, write_ip, "", TEXT_ADDR_MAX, true};
static const struct value_form form_string = {NULL, write_string, "", TEXT_STRING_MAX, true};
static const struct value_form form_no_octets = {NULL, write_no_octets, "unknown", 7, true};

/* --- What is neither --- */

const struct value_form value_form_network = {NULL, NULL, "", TEXT_NETWORK_MAX, true};
static const struct value_form form_name = {NULL, NULL, "", NAME_MAX_OCTETS, true};
static const struct value_form form_sub_key = {NULL, NULL, "", TEXT_SUB_KEY_MAX, true};
static const struct value_form form_elements = {NULL, NULL, "{}", JSON_ELEMENTS_MAX, false};

/* --- Which takes which --- */

/* What a renderer can make of a value.  Wide numbers are those that goflow2 holds in 64 bits. */
enum nature { NUMBER, WIDE_NUMBER, ENUMERATION, OCTETS, OTHER, NATURES };

static const struct value_form *const rendered[NATURES][RENDERER_COUNT] = {
    [NUMBER] =
        {
            [RENDER_NONE] = &value_form_decimal,
            [RENDER_ETYPE] = &form_etype,
            [RENDER_PROTO] = &value_form_proto,
            [RENDER_DATETIME] = &form_seconds,
            [RENDER_DATETIMENANO] = &form_nanoseconds,
        },
    [WIDE_NUMBER] =
        {
            [RENDER_NONE] = &value_form_decimal,
            [RENDER_MAC] = &form_mac,
            [RENDER_ETYPE] = &form_etype,
            [RENDER_PROTO] = &value_form_proto,
            [RENDER_DATETIME] = &form_seconds,
            [RENDER_DATETIMENANO] = &form_nanoseconds,
        },
    [ENUMERATION] =
        {
            [RENDER_ETYPE] = &form_no_number,
            [RENDER_PROTO] = &form_no_number,
        },
    [OCTETS] =
        {
            [RENDER_NONE] = &form_hex,
            [RENDER_IP] = &value_form_ip,
            [RENDER_STRING] = &form_string,
            [RENDER_ETYPE] = &form_no_octets,
            [RENDER_PROTO] = &form_no_octets,
        },
};

/* How a kind reads where the column has no renderer. */
struct kind_form {
    enum nature nature;
    const struct value_form *own;
};

static const struct kind_form field_kinds[FLOW_KIND_COUNT] = {
    [FLOW_KIND_TYPE] = {ENUMERATION, &form_type},
    [FLOW_KIND_U8] = {NUMBER, &value_form_decimal},
    [FLOW_KIND_U16] = {NUMBER, &value_form_decimal},
    [FLOW_KIND_U32] = {NUMBER, &value_form_decimal},
    [FLOW_KIND_U64] = {WIDE_NUMBER, &value_form_decimal},
    [FLOW_KIND_FLOAT] = {OTHER, &form_float},
    [FLOW_KIND_COUNTER] = {WIDE_NUMBER, &value_form_decimal},
    [FLOW_KIND_TIME] = {WIDE_NUMBER, &value_form_decimal},
    [FLOW_KIND_TIME_MS] = {WIDE_NUMBER, &value_form_decimal},
    [FLOW_KIND_BOOL] = {OTHER, &form_bool},
    [FLOW_KIND_ADDR] = {OCTETS, &value_form_ip},
    [FLOW_KIND_ETYPE] = {NUMBER, &form_etype},
    [FLOW_KIND_PROTO] = {NUMBER, &value_form_proto},
    [FLOW_KIND_MAC] = {WIDE_NUMBER, &form_mac},
    [FLOW_KIND_NET_SRC] = {NUMBER, &value_form_network},
    [FLOW_KIND_NET_DST] = {NUMBER, &value_form_network},
    [FLOW_KIND_NUMBERS] = {NUMBER, &value_form_decimal},
    [FLOW_KIND_LABELS] = {NUMBER, &value_form_decimal},
    [FLOW_KIND_ADDRS] = {OCTETS, &value_form_ip},
    [FLOW_KIND_LAYERS] = {ENUMERATION, &form_layer},
    [FLOW_KIND_SIZES] = {NUMBER, &value_form_decimal},
    [FLOW_KIND_TEXT] = {OCTETS, &form_string},
    [FLOW_KIND_OCTETS] = {OCTETS, &form_hex},
    [FLOW_KIND_NAME] = {OTHER, &form_name},
    [FLOW_KIND_NAMES] = {OTHER, &form_name},
    [FLOW_KIND_SUB_KEY] = {OTHER, &form_sub_key},
    [FLOW_KIND_ELEMENTS] = {OTHER, &form_elements},
};

static const struct kind_form custom_kinds[CUSTOM_KIND_COUNT] = {
    [CUSTOM_VARINT] = {WIDE_NUMBER, &value_form_decimal},
    [CUSTOM_BYTES] = {OCTETS, &form_hex},
    [CUSTOM_STRING] = {OCTETS, &form_hex},
    [CUSTOM_TEXT] = {OCTETS, &form_string},
    [CUSTOM_SIGNED] = {OTHER, &form_signed},
    [CUSTOM_FLOAT] = {OTHER, &form_float},
    [CUSTOM_IP] = {OCTETS, &value_form_ip},
    [CUSTOM_MAC] = {WIDE_NUMBER, &form_mac},
    [CUSTOM_BOOL] = {OTHER, &form_bool},
};

static const struct value_form *choose(const struct kind_form *kind, enum renderer renderer)
{
    const struct value_form *form = rendered[kind->nature][renderer];

    if (renderer == RENDER_AS_KIND) {
        return kind->own;
    }
    if (form == NULL) {
        form = rendered[kind->nature][RENDER_NONE];
    }
    return form == NULL ? kind->own : form;
}

const struct value_form *value_form_of_field(enum flow_kind kind, enum renderer renderer)
{
    return choose(&field_kinds[kind], renderer);
}

const struct value_form *value_form_of_custom(enum custom_kind kind, enum renderer renderer)
{
    return choose(&custom_kinds[kind], renderer);
}
