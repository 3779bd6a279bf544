// SPDX-License-Identifier: Apache-2.0
#ifndef LIB_FIELD_SET_H
#define LIB_FIELD_SET_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "lib/flow.h"

/* Which fields a format writes, in which order.  Made once, at start. */
struct field_set {
    uint16_t n;
    uint16_t at[FLOW_NFIELDS]; /* enum flow_index */
};

/*
 * Reads "goflow2", "all", or a list of sets and of fields by key:
 * "goflow2,flow_direction".  A field that is named twice stands where it was
 * named first.  False if a word is neither; message then says which, and the nearest.
 */
bool field_set_parse(struct field_set *set, const char *words, char *message, size_t message_size);

bool field_set_has(const struct field_set *set, unsigned at);

#endif
