// SPDX-License-Identifier: Apache-2.0
#ifndef LIB_REPORT_REPORT_H
#define LIB_REPORT_REPORT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "lib/batch.h"
#include "lib/flow.h"

/*
 * A record of another kind than a flow: counters, a dropped packet, an event of address
 * translation, a row of options data, what was lost (docs/records.md).  It is a list of named
 * values behind the word of its kind; a value that is not known is left out.
 */

/* The kinds of records that may be asked for beside flows. */
enum report_wish {
    REPORT_COUNTERS = 1,
    REPORT_DROPS = 2,
    REPORT_NAT = 4,
    REPORT_OPTIONS = 8,
    REPORT_LOSS = 16,
};

/* How a value is held and written; a name has one form, whichever the record. */
enum report_form {
    REPORT_NUMBER, /* at most 2^63-1: what is greater is written as that */
    REPORT_FLOAT,  /* of 32 bits */
    REPORT_TEXT,
    REPORT_OCTETS, /* in hex */
    REPORT_ADDR,
    REPORT_MAC,
    REPORT_ID, /* 64 bits as 16 hex digits */
};

struct report_field {
    const char *key;
    const char *unit;
    const char *text; /* what it means */
    uint8_t key_len;
    uint8_t form; /* enum report_form */
};

#define REPORT_FIELD_ROW(key, form, unit, text)                                                    \
    {                                                                                              \
        (key), (unit), (text), sizeof(key) - 1, REPORT_##form                                      \
    }

/* The fields that are the same in several kinds; REPORT_AT_event is the number of the row of event.
 */
enum report_index {
#define REPORT_FIELD(name, form, unit, text) REPORT_AT_##name,
#include "lib/report/fields.def"
#undef REPORT_FIELD
    REPORT_NFIELDS,
};

extern const struct report_field report_fields[REPORT_NFIELDS];

#define REPORT_FIELD_OF(name) (&report_fields[REPORT_AT_##name])

/* Texts and octets are borrowed until the report is written. */
struct report_value {
    const struct report_field *field;
    union {
        uint64_t number;
        float real;
        struct flow_addr addr;
        struct flow_slice octets;
    };
};

enum {
    REPORT_VALUES_MAX = 320,
    REPORT_TEXT_OCTETS = 255,    /* of a text; what is behind is left out */
    REPORT_OCTETS_OCTETS = 1024, /* of octets, likewise */
    REPORT_KEY_MAX = 160,
};

struct report {
    enum record_kind kind;
    uint64_t received_ns;
    uint16_t n;
    uint16_t key_len;
    char key[REPORT_KEY_MAX]; /* of the message: records of one key replace or follow each other */
    struct report_value at[REPORT_VALUES_MAX];
};

/* Begins a report with what all have: who told, and when that came. */
void report_begin(struct report *report, enum record_kind kind, const struct flow_addr *exporter,
                  uint64_t received_ns);

/* Whether so many values more find room; those that do not are left out. */
bool report_has_room(const struct report *report, size_t values);

/* Whether it has the field already: a name may stand in it once. */
bool report_has(const struct report *report, const struct report_field *field);

/* No text, no octets and no address are no value; nor is a number that is none. */
void report_number(struct report *report, const struct report_field *field, uint64_t number);
void report_text(struct report *report, const struct report_field *field, struct flow_slice text);
void report_word(struct report *report, const struct report_field *field, const char *word);
void report_octets(struct report *report, const struct report_field *field,
                   struct flow_slice octets);
void report_addr(struct report *report, const struct report_field *field,
                 const struct flow_addr *addr);
void report_float(struct report *report, const struct report_field *field, float real);

/* The key is made of parts, each behind a separator unless it is the first. */
void report_key_addr(struct report *report, const struct flow_addr *addr);
void report_key_number(struct report *report, char separator, uint64_t number);
void report_key_word(struct report *report, char separator, const char *word);
void report_key_octets(struct report *report, char separator, struct flow_slice octets);

/* A report's field and the field of a flow that it is taken from, where the flow has it. */
struct report_column {
    uint16_t at;   /* enum report_index */
    uint16_t from; /* enum flow_index */
};

void report_flow(struct report *report, const struct flow *flow,
                 const struct report_column *columns, size_t n);

/* Octets that any format may make of it, at most. */
size_t report_most(const struct report *report);

/* Of all values from number first on: two reports that say the same have the same. */
uint32_t report_hash(const struct report *report, size_t first);

#endif
