// SPDX-License-Identifier: Apache-2.0
// Encoded records, back to back in one piece of memory.
#include "lib/batch.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>
#include <uv.h>

/* Records are longer than this on average; a batch of shorter ones leaves a little earlier. */
enum { RECORD_OCTETS = 64, KEYS_OCTETS = 1 << 18 };

static const struct {
    const char *word;
    enum record_nature nature;
} kinds[RECORD_KIND_COUNT] = {
#define X(kind, word, nature, text) [RECORD_##kind] = {word, nature},
    RECORD_KINDS(X)
#undef X
};

const char *record_kind_word(enum record_kind kind)
{
    return kinds[kind].word;
}

enum record_nature record_kind_nature(enum record_kind kind)
{
    return kinds[kind].nature;
}

int batch_open(struct batch *batch, size_t octets, struct slice separator)
{
    *batch = (struct batch){
        .separator_len = separator.len,
        .separator = separator,
        .capacity = octets,
        .max_records = octets / RECORD_OCTETS + 1,
    };
    batch->data = malloc(octets);
    batch->records = calloc(batch->max_records, sizeof(*batch->records));
    if (batch->data == NULL || batch->records == NULL) {
        batch_close(batch);
        return UV_ENOMEM;
    }
    return 0;
}

void batch_close(struct batch *batch)
{
    free(batch->data);
    free(batch->records);
    free(batch->keys);
    *batch = (struct batch){0};
}

int batch_open_keys(struct batch *batch, size_t max)
{
    free(batch->keys);
    batch->key_max = max;
    batch->keys_capacity = max > KEYS_OCTETS ? max : KEYS_OCTETS;
    batch->keys = malloc(batch->keys_capacity);
    return batch->keys == NULL ? UV_ENOMEM : 0;
}

char *batch_room(struct batch *batch, size_t max)
{
    if (batch->n == batch->max_records ||
        batch->key_max > batch->keys_capacity - batch->keys_used ||
        max + batch->separator.len > batch->capacity - batch->used) {
        return NULL;
    }
    return batch->data + batch->used;
}

void batch_add(struct batch *batch, size_t len, uint64_t time_ms)
{
    char *value = batch->data + batch->used;

    assert(batch->n < batch->max_records);
    assert(len > 0 && len + batch->separator.len <= batch->capacity - batch->used);
    if (batch->separator.len > 0) {
        memcpy(value + len, batch->separator.data, batch->separator.len);
    }
    batch->used += len + batch->separator.len;
    batch->records[batch->n++] = (struct record){.value = {value, len}, .time_ms = time_ms};
}

void batch_set_kind(struct batch *batch, enum record_kind kind)
{
    assert(batch->n > 0);
    batch->records[batch->n - 1].kind = kind;
}

char *batch_key_room(struct batch *batch)
{
    return batch->keys + batch->keys_used;
}

void batch_add_key(struct batch *batch, size_t len)
{
    assert(batch->n > 0 && len <= batch->key_max);
    batch->records[batch->n - 1].key = (struct slice){batch->keys + batch->keys_used, len};
    batch->keys_used += len;
}

struct batch batch_head(const struct batch *batch, size_t end)
{
    struct batch head = *batch;

    if (end < batch->n) {
        head.n = end;
        head.used = (size_t)(batch->records[end].value.data - batch->data);
    }
    return head;
}

void batch_clear(struct batch *batch)
{
    batch->n = 0;
    batch->used = 0;
    batch->keys_used = 0;
}

struct slice batch_octets(const struct batch *batch, size_t first)
{
    const char *end = batch->data + batch->used;
    const char *start = first < batch->n ? batch->records[first].value.data : end;

    return (struct slice){start, (size_t)(end - start)};
}
