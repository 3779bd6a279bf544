// SPDX-License-Identifier: Apache-2.0
// Whole records that leave in writes of any length.
#include "lib/record/buffer.h"

#include <stdlib.h>
#include <string.h>
#include <uv.h>

/* As in a batch: records are longer than this on average. */
enum { RECORD_OCTETS = 64 };

int record_buffer_open(struct record_buffer *buffer, size_t octets)
{
    *buffer = (struct record_buffer){
        .capacity = octets,
        .max_records = octets / RECORD_OCTETS + 1,
    };
    buffer->data = malloc(octets);
    buffer->ends = calloc(buffer->max_records, sizeof(*buffer->ends));
    if (buffer->data == NULL || buffer->ends == NULL) {
        record_buffer_close(buffer);
        return UV_ENOMEM;
    }
    return 0;
}

void record_buffer_close(struct record_buffer *buffer)
{
    free(buffer->data);
    free(buffer->ends);
    *buffer = (struct record_buffer){0};
}

bool record_buffer_fits(const struct record_buffer *buffer, const struct batch *batch, size_t first)
{
    return batch->n - first <= buffer->max_records &&
           batch_octets(batch, first).len <= buffer->capacity;
}

size_t record_buffer_put(struct record_buffer *buffer, const struct batch *batch, size_t first)
{
    const size_t n = buffer->n;
    size_t end = buffer->used;

    for (size_t i = first; i < batch->n && buffer->n < buffer->max_records; i++) {
        const size_t len = batch->records[i].value.len + batch->separator_len;

        if (len > buffer->capacity - end) {
            break;
        }
        end += len;
        buffer->ends[buffer->n++] = end;
    }
    memcpy(buffer->data + buffer->used, batch_octets(batch, first).data, end - buffer->used);
    buffer->used = end;
    return buffer->n - n;
}

size_t record_buffer_advance(struct record_buffer *buffer, size_t octets)
{
    const size_t done = buffer->done;

    buffer->written += octets;
    while (buffer->done < buffer->n && buffer->ends[buffer->done] <= buffer->written) {
        buffer->done++;
    }
    return buffer->done - done;
}

size_t record_buffer_part(const struct record_buffer *buffer)
{
    return buffer->written - (buffer->done == 0 ? 0 : buffer->ends[buffer->done - 1]);
}

size_t record_buffer_held(const struct record_buffer *buffer)
{
    return buffer->n - buffer->done;
}

void record_buffer_clear(struct record_buffer *buffer)
{
    buffer->used = 0;
    buffer->written = 0;
    buffer->n = 0;
    buffer->done = 0;
}
