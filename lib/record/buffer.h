// SPDX-License-Identifier: Apache-2.0
#ifndef LIB_RECORD_BUFFER_H
#define LIB_RECORD_BUFFER_H

#include <stdbool.h>
#include <stddef.h>

#include "lib/batch.h"

/*
 * Records copied out of batches, back to back with their separators, that leave
 * in writes of any length: it knows which of them were written to their end.
 */
struct record_buffer {
    char *data;
    size_t used;
    size_t written; /* octets */

    /* Private to buffer.c. */
    size_t *ends; /* of each record, in data */
    size_t capacity;
    size_t max_records;
    size_t n;
    size_t done; /* records written to their end */
};

/* Returns 0 or UV_ENOMEM. */
int record_buffer_open(struct record_buffer *buffer, size_t octets);
void record_buffer_close(struct record_buffer *buffer);

/* Whether there is nothing to write. */
static inline bool record_buffer_spent(const struct record_buffer *buffer)
{
    return buffer->written == buffer->used;
}

/* Whether an empty buffer has room for all records from number first on. */
bool record_buffer_fits(const struct record_buffer *buffer, const struct batch *batch,
                        size_t first);

/* Copies records from number first on, and returns how many found room. */
size_t record_buffer_put(struct record_buffer *buffer, const struct batch *batch, size_t first);

/* So many octets more were written; returns how many records reached their end. */
size_t record_buffer_advance(struct record_buffer *buffer, size_t octets);

/* Octets that were written of a record whose end was not. */
size_t record_buffer_part(const struct record_buffer *buffer);

/* Records whose end was not written. */
size_t record_buffer_held(const struct record_buffer *buffer);

/* Forgets the records. */
void record_buffer_clear(struct record_buffer *buffer);

#endif
