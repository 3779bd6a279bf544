// SPDX-License-Identifier: Apache-2.0
#ifndef LIB_RECORD_KEY_HASH_H
#define LIB_RECORD_KEY_HASH_H

#include <stdint.h>

#include "lib/custom_field.h"
#include "lib/flow.h"

/* The hash of nothing (FNV-1, 32 bits). */
enum { RECORD_KEY_HASH_BASIS = (int)0x811c9dc5 };

/*
 * Goes on with the hash over one field, as Go's %v prints what goflow2 keeps of it:
 * addresses as [127 0 0 1], lists as [1 2], protocols as numbers.  A field that
 * goflow2 always has is 0 or [] where flow has none; any other is then nothing.
 */
uint32_t record_key_hash_field(uint32_t hash, const struct flow *flow, uint16_t at);

/* The same over a custom field, of this number: nothing where flow has none. */
uint32_t record_key_hash_custom(uint32_t hash, const struct flow *flow,
                                const struct custom_field *field, unsigned number);

#endif
