// SPDX-License-Identifier: Apache-2.0
#ifndef LIB_ELEMENT_ELEMENT_H
#define LIB_ELEMENT_ELEMENT_H

#include <stdbool.h>
#include <stdint.h>

/* The enterprises that mean something to the decoders. */
#define ELEMENT_PEN_IANA    0u
#define ELEMENT_PEN_CERT    6871u
#define ELEMENT_PEN_REVERSE 29305u      /* RFC 5103: IANA's elements, of the way back */
#define ELEMENT_PEN_V9      0xffffffffu /* no enterprise: what only NetFlow v9 exporters send */

/* Abstract data types (RFC 7011 section 6.1, RFC 6313). */
enum element_type {
    TYPE_OCTET_ARRAY,
    TYPE_UNSIGNED8,
    TYPE_UNSIGNED16,
    TYPE_UNSIGNED32,
    TYPE_UNSIGNED64,
    TYPE_SIGNED8,
    TYPE_SIGNED16,
    TYPE_SIGNED32,
    TYPE_SIGNED64,
    TYPE_FLOAT32,
    TYPE_FLOAT64,
    TYPE_BOOLEAN,
    TYPE_MAC_ADDRESS,
    TYPE_STRING,
    TYPE_DATE_TIME_SECONDS,
    TYPE_DATE_TIME_MILLISECONDS,
    TYPE_DATE_TIME_MICROSECONDS,
    TYPE_DATE_TIME_NANOSECONDS,
    TYPE_IPV4_ADDRESS,
    TYPE_IPV6_ADDRESS,
    TYPE_BASIC_LIST,
    TYPE_SUB_TEMPLATE_LIST,
    TYPE_SUB_TEMPLATE_MULTI_LIST,
};

/* What a number means (RFC 7012 section 3.2). */
enum element_semantics {
    SEMANTICS_DEFAULT,
    SEMANTICS_QUANTITY,
    SEMANTICS_TOTAL_COUNTER,
    SEMANTICS_DELTA_COUNTER,
    SEMANTICS_IDENTIFIER,
    SEMANTICS_FLAGS,
    SEMANTICS_LIST,
    SEMANTICS_SNMP_COUNTER,
    SEMANTICS_SNMP_GAUGE,
};

/* The elements by name: IE_octetDeltaCount, IE_cisco_clientIPv4Address.  0 is no element. */
enum element_index {
    IE_NONE,
#define ELEMENT(pen, id, name, type, semantics, units) IE_##name,
#include "lib/element/iana.def"
#include "lib/element/vendor.def"
#undef ELEMENT
    ELEMENT_COUNT,
};

/* An element of the way back: what RFC 5103 makes of element ie. */
#define IE_REVERSE(ie) ((ie) | 0x8000)

struct element {
    uint32_t pen;
    uint16_t id;
    uint8_t type;      /* enum element_type */
    uint8_t semantics; /* enum element_semantics */
    const char *name;
    const char *units;
};

/* By enum element_index; row 0 has no name. */
extern const struct element elements[ELEMENT_COUNT];

/*
 * The element as a template record names it, or IE_NONE.  NetFlow v9 numbers
 * are given with enterprise 0, as sent.  The way back gives IE_REVERSE(element).
 * Done when a template arrives, never for a record.
 */
uint16_t element_find(uint32_t pen, uint16_t id);

/* Whether a value of this type may be len octets long (RFC 7011 section 6.1 and 6.2). */
bool element_length_valid(uint8_t type, uint16_t len);

#endif
