// SPDX-License-Identifier: Apache-2.0
#ifndef LIB_FORMATS_VALUE_FORM_H
#define LIB_FORMATS_VALUE_FORM_H

#include <stdbool.h>
#include <stdint.h>

#include "lib/field_set.h"
#include "lib/text_write.h"

/*
 * How a single value reads as text, in JSON and in text lines alike: the kind of the
 * field and the renderer of the column choose one of these.
 */
struct value_form {
    /* One of the two, for what is held as a number or as octets; neither for what is more. */
    char *(*number)(char *out, uint64_t number);
    char *(*octets)(char *out, struct flow_slice octets, enum text_escaping escaping, bool *cut);
    const char *absent; /* the zero form */
    uint32_t max;       /* octets, without quotes */
    bool quoted;        /* in JSON */
};

/* Those that somebody must know: the plain number, an address, a protocol and a network. */
extern const struct value_form value_form_decimal;
extern const struct value_form value_form_ip;
extern const struct value_form value_form_proto;
extern const struct value_form value_form_network;

/*
 * The form of one value, or of one item of a list, of a field of this kind.  A renderer that
 * does not fit the kind is as if there were none, as in goflow2.
 */
const struct value_form *value_form_of_field(enum flow_kind kind, enum renderer renderer);
const struct value_form *value_form_of_custom(enum custom_kind kind, enum renderer renderer);

#endif
