// SPDX-License-Identifier: Apache-2.0
#ifndef LIB_FORMATS_NAMED_VALUE_WRITERS_H
#define LIB_FORMATS_NAMED_VALUE_WRITERS_H

#include "lib/formats/named_values.h"

/* Where the values of a kind of field lie, and who writes them. */
struct named_source {
    named_value_writer *write;
    uint16_t items;  /* of a list, at most; 0 for a single value */
    bool may_be_cut; /* a single value, flagged behind it: it closes its quotes itself */
    uint8_t width;   /* octets of a number; 0 for what is none */
    size_t max;      /* octets, where they do not follow from items and form */
};

const struct named_source *named_source_of_field(enum flow_kind kind);
const struct named_source *named_source_of_custom(const struct custom_field *custom);

/* The source's writer, or that of numbers where the form is one of a number. */
named_value_writer *named_choose_writer(const struct named_source *source,
                                        const struct value_form *form);

/* Whether the loop writes such values itself. */
enum named_way named_way_of(const struct named_source *source, const struct value_form *form);

/* Writers of columns that are no field.  of_zero: a type that is not known is 0, as in goflow2. */
char *named_write_icmp_name(char *out, const struct named_value *value, const struct flow *flow);
char *named_write_icmp_name_of_zero(char *out, const struct named_value *value,
                                    const struct flow *flow);
char *named_write_nothing(char *out, const struct named_value *value, const struct flow *flow);

#endif
