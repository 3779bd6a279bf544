// SPDX-License-Identifier: Apache-2.0
#ifndef LIB_FORMATS_BIN_ELEMENTS_H
#define LIB_FORMATS_BIN_ELEMENTS_H

#include "lib/flow.h"

/* The most octets that the elements take: what is beyond is left out, and an entry says so. */
enum { BIN_ELEMENTS_MAX = 64 << 10 };

/*
 * The elements without a field of their own, as a map of strings by name, field number of the
 * message: what is a string in JSON is one here, everything else is its JSON text.  What is null
 * there is not here.
 */
char *bin_write_elements(char *out, uint32_t number, const struct flow_elements *list);

#endif
