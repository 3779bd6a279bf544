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
    uint16_t absent_len; /* of text: what is written without a value, all or nothing */
    uint16_t offset;     /* of the member in struct flow; or the number of the custom field */
    uint8_t width;       /* octets of a number */
    uint8_t word;        /* of presence */
    uint64_t bit;        /* likewise; 0 if the writer asks itself */
    char tail[2];        /* behind a value: a quote, if it has any, and what stands between */
    uint8_t tail_len;
};

enum {
    NAMED_CHUNK = 32,    /* octets of text that are copied at once: a few moves */
    NAMED_SHAPES = 16,   /* that are kept: more than a network's templates and packets have */
    NAMED_CUT_FLAG = 32, /* what flags a value as cut takes, beside the name */
    NAMED_TEXT_MAX = 2 * TEXT_STRING_MAX + 32,
    NAMED_TEXTS_MAX = FIELD_SET_MAX * NAMED_TEXT_MAX + NAMED_CHUNK,
};

/* A text as it is, and behind it a value. */
struct named_part {
    const char *text;
    size_t len;
    const struct named_value *value; /* NULL for none */
};

/* The parts of records that have the same fields. */
struct named_shape {
    uint64_t has[FLOW_WORDS];
    uint16_t n; /* 0 for a shape not made yet */
    struct named_part parts[FIELD_SET_MAX + 1];
};

struct named_values {
    uint16_t n;
    struct named_value at[FIELD_SET_MAX];
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
