// SPDX-License-Identifier: Apache-2.0
/* The information elements that weir knows by name. */
#include "lib/element/element.h"

#include <stddef.h>

const struct element elements[ELEMENT_COUNT] = {
#define ELEMENT(pen, id, name, type, semantics, units)                                             \
    [IE_##name] = {pen, id, TYPE_##type, SEMANTICS_##semantics, #name, units},
#include "lib/element/iana.def"
#include "lib/element/vendor.def"
#undef ELEMENT
};

static int compare(const struct element *element, uint32_t pen, uint16_t id)
{
    if (element->pen != pen) {
        return element->pen < pen ? -1 : 1;
    }
    return element->id < id ? -1 : element->id > id;
}

/* The rows are sorted by enterprise and id; a unit test holds them to it. */
static uint16_t search(uint32_t pen, uint16_t id)
{
    uint16_t low = 1;
    uint16_t high = ELEMENT_COUNT;

    while (low < high) {
        const uint16_t middle = (uint16_t)((low + high) / 2);
        const int order = compare(&elements[middle], pen, id);

        if (order == 0) {
            return middle;
        }
        if (order < 0) {
            low = (uint16_t)(middle + 1);
        } else {
            high = middle;
        }
    }
    return IE_NONE;
}

static uint16_t reverse_of(uint32_t pen, uint16_t id)
{
    const uint16_t forward = search(pen, id);

    return forward == IE_NONE ? IE_NONE : IE_REVERSE(forward);
}

uint16_t element_find(uint32_t pen, uint16_t id)
{
    if (pen == ELEMENT_PEN_REVERSE) {
        return reverse_of(ELEMENT_PEN_IANA, id);
    }
    if (pen == ELEMENT_PEN_CERT && (id & 0x4000) != 0) {
        return reverse_of(pen, id & 0x3fff);
    }
    if (pen == ELEMENT_PEN_IANA && id > 0x7fff) {
        return search(ELEMENT_PEN_V9, id);
    }
    return search(pen, id);
}

/* Integers and floats may be sent in fewer octets than their type has. */
static const struct {
    uint8_t min;
    uint16_t max;
} lengths[] = {
    [TYPE_OCTET_ARRAY] = {0, 65535},
    [TYPE_UNSIGNED8] = {1, 1},
    [TYPE_UNSIGNED16] = {1, 2},
    [TYPE_UNSIGNED32] = {1, 4},
    [TYPE_UNSIGNED64] = {1, 8},
    [TYPE_SIGNED8] = {1, 1},
    [TYPE_SIGNED16] = {1, 2},
    [TYPE_SIGNED32] = {1, 4},
    [TYPE_SIGNED64] = {1, 8},
    [TYPE_FLOAT32] = {4, 4},
    [TYPE_FLOAT64] = {4, 8},
    [TYPE_BOOLEAN] = {1, 1},
    [TYPE_MAC_ADDRESS] = {6, 6},
    [TYPE_STRING] = {0, 65535},
    [TYPE_DATE_TIME_SECONDS] = {4, 4},
    [TYPE_DATE_TIME_MILLISECONDS] = {8, 8},
    [TYPE_DATE_TIME_MICROSECONDS] = {8, 8},
    [TYPE_DATE_TIME_NANOSECONDS] = {8, 8},
    [TYPE_IPV4_ADDRESS] = {4, 4},
    [TYPE_IPV6_ADDRESS] = {16, 16},
    [TYPE_BASIC_LIST] = {0, 65535},
    [TYPE_SUB_TEMPLATE_LIST] = {0, 65535},
    [TYPE_SUB_TEMPLATE_MULTI_LIST] = {0, 65535},
};

bool element_length_valid(uint8_t type, uint16_t len)
{
    if (type == TYPE_FLOAT64) {
        return len == 4 || len == 8;
    }
    return len >= lengths[type].min && len <= lengths[type].max;
}
