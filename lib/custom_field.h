// SPDX-License-Identifier: Apache-2.0
#ifndef LIB_CUSTOM_FIELD_H
#define LIB_CUSTOM_FIELD_H

#include <stdbool.h>
#include <stdint.h>

/*
 * Fields that a mapping file adds to the record.  Their values are in struct
 * flow_customs, each under the number of its field in the mapping's table.
 */

/* How the value of a custom field is held: as a number, or as octets. */
#define CUSTOM_KINDS(X)                                                                            \
    X(VARINT, "varint", NUMBER)                                                                    \
    X(BYTES, "bytes", OCTETS)                                                                      \
    X(STRING, "string", OCTETS) /* goflow2 makes no difference between string and bytes */         \
    X(TEXT, "text", OCTETS)                                                                        \
    X(SIGNED, "signed", NUMBER)                                                                    \
    X(FLOAT, "float", NUMBER)                                                                      \
    X(IP, "ip", OCTETS)                                                                            \
    X(MAC, "mac", NUMBER)                                                                          \
    X(BOOL, "bool", NUMBER)

enum custom_kind {
#define X(kind, name, held) CUSTOM_##kind,
    CUSTOM_KINDS(X)
#undef X
        CUSTOM_KIND_COUNT,
};

enum { CUSTOM_FIELDS_MAX = 128, CUSTOM_NAME_MAX = 64 };

struct custom_field {
    char name[CUSTOM_NAME_MAX]; /* JSON key, unless the column renames it */
    uint32_t protobuf;          /* field number; 0 for none */
    uint8_t kind;               /* enum custom_kind */
    bool array;                 /* all values of a record, not the last */
    const char *constant;       /* the text that each record has; NULL if values are mapped */
};

#endif
