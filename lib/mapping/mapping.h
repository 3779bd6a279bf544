// SPDX-License-Identifier: Apache-2.0
#ifndef LIB_MAPPING_MAPPING_H
#define LIB_MAPPING_MAPPING_H

#include <stddef.h>

#include "lib/field_set.h"

/*
 * What a mapping file says (goflow2's, and weir's additions; docs/mapping.md).
 * Made once at start or reload, then only read: all workers share it.
 */
struct mapping;

/* NULL if the file is not right: message then says where and why. */
struct mapping *mapping_load(const char *path, char *message, size_t message_size);
void mapping_free(struct mapping *mapping);

/*
 * Makes set what the file's formatter says: its list of fields in the place of
 * those that are there, its names and its renderers.  set borrows from mapping.
 */
void mapping_shape(const struct mapping *mapping, struct field_set *set);

/* The fields of formatter.key; none if it has no such list.  Borrows from mapping. */
void mapping_key(const struct mapping *mapping, struct field_set *key);

#endif
