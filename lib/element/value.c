// SPDX-License-Identifier: Apache-2.0
/* Elements that no field holds, as names and JSON values. */
#include "lib/element/value.h"

enum { REVERSE_BIT = 0x8000 };

static const uint64_t NTP_TO_UNIX = 2208988800;

char *element_write_name(char *out, const struct flow_element *element)
{
    const char *name = elements[element->index & 0x7fff].name;

    if (element->index == IE_NONE) {
        *out++ = 'e';
        out = text_write_u64(out, element->pen);
        out = TEXT_WRITE(out, "id");
        return text_write_u64(out, element->id);
    }
    if ((element->index & REVERSE_BIT) != 0) {
        out = TEXT_WRITE(out, "reverse_");
    }
    return text_write(out, name, strlen(name));
}

static uint64_t number(const struct flow_element *element)
{
    uint64_t value = 0;

    for (uint16_t i = 0; i < element->len && i < 8; i++) {
        value = value << 8 | element->data[i];
    }
    return value;
}

static char *write_unsigned(char *out, const struct flow_element *element, bool *cut)
{
    (void)cut;
    return text_write_u64(out, number(element));
}

static char *write_signed(char *out, const struct flow_element *element, bool *cut)
{
    const unsigned spare = 64 - 8u * element->len;

    (void)cut;
    return text_write_s64(out, (int64_t)(number(element) << spare) >> spare);
}

static char *write_float(char *out, const struct flow_element *element, bool *cut)
{
    const uint64_t bits = number(element);
    const uint32_t narrow = (uint32_t)bits;
    double value;
    float single;

    (void)cut;
    memcpy(&value, &bits, sizeof(value));
    memcpy(&single, &narrow, sizeof(single));
    return text_write_double(out, element->len == sizeof(single) ? (double)single : value);
}

/* RFC 7011 section 6.1.5: 1 is true, 2 is false. */
static char *write_boolean(char *out, const struct flow_element *element, bool *cut)
{
    (void)cut;
    switch (element->data[0]) {
    case 1:
        return TEXT_WRITE(out, "true");
    case 2:
        return TEXT_WRITE(out, "false");
    default:
        return TEXT_WRITE(out, "null");
    }
}

/* NTP's fraction as a number of the unit that the type is named for. */
static char *write_ntp(char *out, const struct flow_element *element, uint64_t units)
{
    const uint64_t value = number(element);
    const uint64_t seconds = value >> 32;

    if (seconds < NTP_TO_UNIX) {
        return TEXT_WRITE(out, "null");
    }
    return text_write_u64(out,
                          (seconds - NTP_TO_UNIX) * units + (((value & UINT32_MAX) * units) >> 32));
}

static char *write_microseconds(char *out, const struct flow_element *element, bool *cut)
{
    (void)cut;
    return write_ntp(out, element, 1000000);
}

static char *write_nanoseconds(char *out, const struct flow_element *element, bool *cut)
{
    (void)cut;
    return write_ntp(out, element, 1000000000);
}

static char *write_mac(char *out, const struct flow_element *element, bool *cut)
{
    (void)cut;
    *out++ = '"';
    out = text_write_mac(out, number(element));
    *out++ = '"';
    return out;
}

static char *write_addr(char *out, const struct flow_element *element, bool *cut)
{
    const struct flow_addr addr = flow_addr_make(element->data, element->len);

    (void)cut;
    *out++ = '"';
    out = text_write_addr(out, &addr);
    *out++ = '"';
    return out;
}

static char *write_string(char *out, const struct flow_element *element, bool *cut)
{
    uint16_t len = element->len;

    while (len > 0 && (element->data[len - 1] == '\0' || element->data[len - 1] == ' ')) {
        len--;
    }
    *out++ = '"';
    out = text_write_json_string(out, element->data, len, cut);
    *out++ = '"';
    return out;
}

static char *write_octets(char *out, const struct flow_element *element, bool *cut)
{
    *out++ = '"';
    out = text_write_hex(out, element->data, element->len, cut);
    *out++ = '"';
    return out;
}

typedef char *value_writer(char *out, const struct flow_element *element, bool *cut);

static value_writer *const writers[] = {
    [TYPE_OCTET_ARRAY] = write_octets,
    [TYPE_UNSIGNED8] = write_unsigned,
    [TYPE_UNSIGNED16] = write_unsigned,
    [TYPE_UNSIGNED32] = write_unsigned,
    [TYPE_UNSIGNED64] = write_unsigned,
    [TYPE_SIGNED8] = write_signed,
    [TYPE_SIGNED16] = write_signed,
    [TYPE_SIGNED32] = write_signed,
    [TYPE_SIGNED64] = write_signed,
    [TYPE_FLOAT32] = write_float,
    [TYPE_FLOAT64] = write_float,
    [TYPE_BOOLEAN] = write_boolean,
    [TYPE_MAC_ADDRESS] = write_mac,
    [TYPE_STRING] = write_string,
    [TYPE_DATE_TIME_SECONDS] = write_unsigned,
    [TYPE_DATE_TIME_MILLISECONDS] = write_unsigned,
    [TYPE_DATE_TIME_MICROSECONDS] = write_microseconds,
    [TYPE_DATE_TIME_NANOSECONDS] = write_nanoseconds,
    [TYPE_IPV4_ADDRESS] = write_addr,
    [TYPE_IPV6_ADDRESS] = write_addr,
    [TYPE_BASIC_LIST] = write_octets,
    [TYPE_SUB_TEMPLATE_LIST] = write_octets,
    [TYPE_SUB_TEMPLATE_MULTI_LIST] = write_octets,
};

static bool holds_octets(uint8_t type)
{
    return type == TYPE_OCTET_ARRAY || type == TYPE_STRING || type >= TYPE_BASIC_LIST;
}

char *element_write_value(char *out, const struct flow_element *element, bool *cut)
{
    const uint8_t type = elements[element->index & 0x7fff].type;

    *cut = false;
    if (element->index == IE_NONE) {
        return write_octets(out, element, cut);
    }
    if (!holds_octets(type) && (element->len == 0 || element->len > 16 ||
                                (element->len > 8 && type != TYPE_IPV6_ADDRESS))) {
        return TEXT_WRITE(out, "null");
    }
    return writers[type](out, element, cut);
}
