// SPDX-License-Identifier: Apache-2.0
#ifndef LIB_ELEMENT_VALUE_H
#define LIB_ELEMENT_VALUE_H

#include <stdbool.h>

#include "lib/flow.h"
#include "lib/text_write.h"

enum {
    ELEMENT_NAME_MAX = 80,
    ELEMENT_VALUE_MAX = TEXT_STRING_MAX + 2,
};

/* The element's name without quotes: IANA's, a vendor's, or e<enterprise>id<n>. */
char *element_write_name(char *out, const struct flow_element *element);

/*
 * The value as JSON, by its abstract data type: numbers, text, addresses; times as
 * numbers in the unit of their type since 1970; octets, lists and the unknown in hex;
 * null where the length or the value is none that the type has.  *cut as in lib/text_write.h.
 */
char *element_write_value(char *out, const struct flow_element *element, bool *cut);

#endif
