// SPDX-License-Identifier: Apache-2.0
#ifndef LIB_FORMATS_NAMED_VALUES_H
#define LIB_FORMATS_NAMED_VALUES_H

#include "lib/format.h"
#include "lib/formats/value_form.h"

/*
 * A record as a row of names and values, which is what JSON and text lines have in
 * common.  What can be known before the first record is worked out once, by
 * named_values_plan(): a record is then a loop that looks nothing up.
 */

/* What a format's own look is. */
struct named_style {
    const char *before_name;
    const char *after_name;
    char between;                /* behind each value, the last too */
    bool quotes;                 /* around values that are neither numbers nor lists */
    enum text_escaping escaping; /* of names and strings */
};

struct named_value;

/*
 * Writes the value between its quotes and returns its end; or, where the record has none,
 * writes nothing and returns NULL.
 */
typedef char *named_value_writer(char *out, const struct named_value *value,
                                 const struct flow *flow);

/* A column, ready to be written. */
struct named_value {
    named_value_writer *write;
    const struct value_form *form;
    const struct named_style *style;
    const char *text;    /* the name, and what is written without a value */
    uint16_t name_len;   /* of text: the name, without what stands behind it */
    uint16_t lead_len;   /* of text: up to where a value begins */
    uint16_t text_len;   /* of text: all */
    uint16_t absent_len; /* of text: what is written without a value, up to its tail; or 0 */
    uint16_t offset;     /* of the member in struct flow; or the number of the custom field */
    uint16_t at;         /* as in struct column */
    uint8_t width;       /* octets of a number */
    uint8_t tail_len;    /* of text, its end: a closing quote, if any, and what stands between */
    uint8_t way;         /* enum named_way */
    bool asks;           /* whether there is a value, only its writer knows */
    size_t max;          /* octets of the value */
};

/* Who writes a value: the loop itself what most records are full of. */
enum named_way {
    NAMED_NONE, /* there is no value, only the text before it */
    NAMED_WRITER,
    NAMED_U8,
    NAMED_U16,
    NAMED_U32,
    NAMED_U64,
    NAMED_IP,
};

enum {
    NAMED_CHUNK = 16,    /* octets of text that are copied at once: one move */
    NAMED_LEAD = 256,    /* octets of text that are remembered */
    NAMED_SHAPES = 16,   /* that are kept: more than a network's templates and packets have */
    NAMED_CUT_FLAG = 32, /* what flags a value as cut takes, beside the name */
    NAMED_TEXT_MAX = 2 * TEXT_STRING_MAX + 32,
    NAMED_TEXTS_MAX = FIELD_SET_MAX * NAMED_TEXT_MAX + NAMED_CHUNK,
};

/* A text as it is, and behind it a value. */
struct named_part {
    const char *text;
    uint32_t len;
    uint16_t offset; /* of the value's member in struct flow */
    uint8_t way;     /* enum named_way */
    const struct named_value *value;
};

/* What the fields say that all records of a message share. */
struct named_message {
    uint64_t time_received;
    uint64_t sampling_rate;
    uint32_t sequence_num;
    uint8_t type;
    struct flow_addr sampler_address;
};

/*
 * The parts of records that have the same fields.  Those of the message come first in goflow2's
 * order: while it is the same, so is what they were written as.
 */
struct named_shape {
    uint64_t has[FLOW_WORDS];
    uint16_t n;      /* 0 for a shape not made yet */
    uint16_t n_lead; /* parts that the message alone decides */
    uint16_t lead_len;
    struct named_message message; /* that lead was written of, if lead_len is not 0 */
    char lead[NAMED_LEAD];
    struct named_part parts[FIELD_SET_MAX + 1];
};

struct named_values {
    uint16_t n;
    struct named_value at[FIELD_SET_MAX];
    struct named_shape *last;                /* the one of the record before */
    struct named_shape shapes[NAMED_SHAPES]; /* by hash: those that were wanted last */
    const char *texts_end;
    char texts[NAMED_TEXTS_MAX]; /* a few KiB are used, unless names and constants are monstrous */
};

/*
 * Plans f's fields, with f's compat, in a style that is borrowed.  Returns the most octets that
 * named_values_write() can need.
 */
size_t named_values_plan(struct named_values *values, const struct format *f,
                         const struct named_style *style);

/* Writes the values with style->between behind each; returns the end. */
char *named_values_write(struct named_values *values, const struct flow *flow, char *out);

#endif
