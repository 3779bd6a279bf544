// SPDX-License-Identifier: Apache-2.0
// The files of a spool, octet by octet.
#include "lib/spool/format.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <uv.h>

#include "lib/crc32c.h"
#include "lib/spool/spool.h"
#include "lib/wire.h"

enum { VERSION = 1, SUM_LEN = 4 };

/*
 * They begin with an octet that UTF-8 does not have, so that a search for a head seldom
 * stops amid a record.
 */
enum { MAGIC_OCTET = 0xff };
static const uint32_t segment_magic = 0xff777300;
static const uint32_t entry_magic = 0xff777301;
static const uint32_t end_magic = 0xff777302;
static const uint32_t block_magic = 0xff777303;

static uint8_t *put_u32(uint8_t *out, uint32_t value)
{
    for (int shift = 24; shift >= 0; shift -= 8) {
        *out++ = (uint8_t)(value >> shift);
    }
    return out;
}

static uint8_t *put_u64(uint8_t *out, uint64_t value)
{
    return put_u32(put_u32(out, (uint32_t)(value >> 32)), (uint32_t)value);
}

/* Ends what began at start. */
static uint8_t *put_sum(uint8_t *out, const uint8_t *start, uint32_t salt)
{
    return put_u32(out, crc32c(salt, start, (size_t)(out - start)));
}

/* Whether len octets end in their sum, and begin as they should. */
static bool sum_good(const uint8_t *octets, size_t len, uint32_t salt)
{
    struct wire sum;

    wire_init(&sum, octets + len - SUM_LEN, SUM_LEN);
    return wire_u32(&sum) == crc32c(salt, octets, len - SUM_LEN);
}

static uint8_t *put_slice(uint8_t *out, struct slice slice)
{
    if (slice.len > 0) {
        memcpy(out, slice.data, slice.len);
    }
    return out + slice.len;
}

void spool_name_write(char name[static SPOOL_NAME_SIZE], struct spool_id id)
{
    (void)snprintf(name, SPOOL_NAME_SIZE, "%016" PRIx64 "-%08" PRIx32 ".segment", id.first,
                   id.salt);
}

bool spool_name_read(const char *name, struct spool_id *id)
{
    char again[SPOOL_NAME_SIZE];

    if (sscanf(name, "%16" SCNx64 "-%8" SCNx32, &id->first, &id->salt) != 2 ||
        id->first > INT64_MAX) {
        return false;
    }
    spool_name_write(again, *id);
    return strcmp(name, again) == 0;
}

void spool_header_write(uint8_t *out, struct spool_id id, uint64_t born_ms)
{
    uint8_t *at = put_u64(put_u32(put_u32(out, segment_magic), VERSION), born_ms);

    put_sum(at, out, id.salt);
}

int spool_header_read(const uint8_t *octets, struct spool_id id, uint64_t *born_ms)
{
    struct wire w;

    wire_init(&w, octets, SPOOL_HEADER_LEN);

    const uint32_t magic = wire_u32(&w);
    const uint32_t version = wire_u32(&w);

    *born_ms = wire_u64(&w);
    if (magic != segment_magic || !sum_good(octets, SPOOL_HEADER_LEN, id.salt)) {
        return UV_EIO;
    }
    return version == VERSION ? 0 : UV_ENOTSUP;
}

size_t spool_entry_len(struct slice topic, const struct record *record)
{
    return SPOOL_HEAD_LEN + topic.len + record->key.len + record->value.len;
}

static void write_head(uint8_t *out, struct spool_id id, const struct spool_head *head)
{
    uint8_t *at = put_u32(out, head->end ? end_magic : entry_magic);

    at = put_u32(at, head->body_sum);
    at = put_u32(at, head->topic_len);
    at = put_u32(at, head->key_len);
    at = put_u32(at, head->value_len);
    at = put_u64(at, head->sequence);
    at = put_u64(at, head->time_ms);
    put_sum(at, out, id.salt);
}

void spool_entry_write(uint8_t *out, struct spool_id id, uint64_t sequence, struct slice topic,
                       const struct record *record)
{
    uint8_t *body = out + SPOOL_HEAD_LEN;
    const uint8_t *end = put_slice(put_slice(put_slice(body, topic), record->key), record->value);
    const struct spool_head head = {
        .body_sum = crc32c(id.salt, body, (size_t)(end - body)),
        .topic_len = (uint32_t)topic.len,
        .key_len = (uint32_t)record->key.len,
        .value_len = (uint32_t)record->value.len,
        .sequence = sequence,
        .time_ms = record->time_ms,
    };

    write_head(out, id, &head);
}

void spool_end_write(uint8_t *out, struct spool_id id, uint64_t sequence)
{
    const struct spool_head head = {.end = true, .sequence = sequence};

    write_head(out, id, &head);
}

static bool lengths_good(const struct spool_head *head)
{
    return head->topic_len <= SPOOL_TOPIC_MAX && head->key_len <= SPOOL_RECORD_MAX &&
           head->value_len <= SPOOL_RECORD_MAX &&
           spool_body_len(head) <= (head->end ? 0 : SPOOL_RECORD_MAX);
}

bool spool_head_read(const uint8_t *octets, struct spool_id id, struct spool_head *head)
{
    struct wire w;

    wire_init(&w, octets, SPOOL_HEAD_LEN);

    const uint32_t magic = wire_u32(&w);

    if ((magic != entry_magic && magic != end_magic) ||
        !sum_good(octets, SPOOL_HEAD_LEN, id.salt)) {
        return false;
    }
    head->end = magic == end_magic;
    head->body_sum = wire_u32(&w);
    head->topic_len = wire_u32(&w);
    head->key_len = wire_u32(&w);
    head->value_len = wire_u32(&w);
    head->sequence = wire_u64(&w);
    head->time_ms = wire_u64(&w);
    return lengths_good(head);
}

size_t spool_body_len(const struct spool_head *head)
{
    return (size_t)head->topic_len + head->key_len + head->value_len;
}

bool spool_body_good(const struct spool_head *head, struct spool_id id, const uint8_t *body)
{
    return crc32c(id.salt, body, spool_body_len(head)) == head->body_sum;
}

const uint8_t *spool_head_find(const uint8_t *octets, size_t len)
{
    return memchr(octets, MAGIC_OCTET, len);
}

void spool_block_write(uint8_t *out, struct spool_id id, const uint64_t *words)
{
    uint8_t *at = put_u64(put_u32(put_u32(out, block_magic), id.salt), id.first);

    for (size_t i = 0; i < SPOOL_WORDS; i++) {
        at = put_u64(at, words[i]);
    }
    put_sum(at, out, 0);
}

bool spool_block_read(const uint8_t *octets, struct spool_id *id, uint64_t *words)
{
    struct wire w;

    wire_init(&w, octets, SPOOL_BLOCK_LEN);
    if (wire_u32(&w) != block_magic || !sum_good(octets, SPOOL_BLOCK_LEN, 0)) {
        return false;
    }
    id->salt = wire_u32(&w);
    id->first = wire_u64(&w);
    for (size_t i = 0; i < SPOOL_WORDS; i++) {
        words[i] = wire_u64(&w);
    }
    return true;
}
