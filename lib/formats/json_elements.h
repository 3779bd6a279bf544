// SPDX-License-Identifier: Apache-2.0
#ifndef LIB_FORMATS_JSON_ELEMENTS_H
#define LIB_FORMATS_JSON_ELEMENTS_H

#include "lib/flow.h"

/* The most octets that the object of elements takes: what is beyond is left out, and it says so. */
enum { JSON_ELEMENTS_MAX = 64 << 10 };

/*
 * The elements without a field of their own, as an object by name.  One that
 * occurs more than once is an array in the order of the record.
 */
char *json_write_elements(char *out, const struct flow_elements *list);

/*
 * All values of an element, from its first, number i, on; stops where end would be passed.  *cut
 * becomes true if not all had room.
 */
char *json_write_values(char *out, const char *end, const struct flow_elements *list, uint16_t i,
                        bool *cut);

#endif
