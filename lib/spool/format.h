// SPDX-License-Identifier: Apache-2.0
#ifndef LIB_SPOOL_FORMAT_H
#define LIB_SPOOL_FORMAT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "lib/batch.h"

/*
 * The files of a spool.  All numbers are big endian.
 *
 * A segment is named <first>-<salt>.segment, in hexadecimal: the sequence number that it
 * begins with, and a random number that its sums begin with, so that neither a record's
 * own octets nor an old file's pass for an entry.
 *
 *     header   magic 4, version 4, born 8 (ms since 1970), sum 4
 *     entry    magic 4, sum of the body 4, octets of topic 4, of key 4 and of value 4,
 *              sequence 8, time 8 (ms since 1970), sum 4; then topic, key and value
 *     end      an entry without a body and with a magic of its own: the segment is
 *              closed, and the number is where the next begins
 *
 * The checkpoint is a block for each segment that is done in part:
 *
 *     block    magic 4, salt 4, first 8, a bit a record, sum 4
 *
 * A sum is the CRC-32C of what precedes it in the same row.
 */
enum {
    SPOOL_HEADER_LEN = 20,
    SPOOL_HEAD_LEN = 40,
    SPOOL_NAME_SIZE = 40,
    SPOOL_TOPIC_MAX = 255,
    SPOOL_SEGMENT_RECORDS = 1 << 16,
    SPOOL_WORDS = SPOOL_SEGMENT_RECORDS / 64,
    SPOOL_BLOCK_LEN = 20 + SPOOL_WORDS * 8,
};

/* What a segment is known by. */
struct spool_id {
    uint64_t first;
    uint32_t salt;
};

/* What precedes a record. */
struct spool_head {
    bool end; /* no record, but the end of a closed segment */
    uint32_t body_sum;
    uint32_t topic_len;
    uint32_t key_len;
    uint32_t value_len;
    uint64_t sequence;
    uint64_t time_ms;
};

void spool_name_write(char name[static SPOOL_NAME_SIZE], struct spool_id id);

/* False if no segment is called so. */
bool spool_name_read(const char *name, struct spool_id *id);

void spool_header_write(uint8_t *out, struct spool_id id, uint64_t born_ms);

/* Returns 0; UV_EIO if it is damaged; or UV_ENOTSUP if it is of another version. */
int spool_header_read(const uint8_t *octets, struct spool_id id, uint64_t *born_ms);

/* Octets of the record's entry. */
size_t spool_entry_len(struct slice topic, const struct record *record);

/* Writes the entry; the lengths must be what spool_head_read() lets pass. */
void spool_entry_write(uint8_t *out, struct spool_id id, uint64_t sequence, struct slice topic,
                       const struct record *record);

void spool_end_write(uint8_t *out, struct spool_id id, uint64_t sequence);

/* Reads SPOOL_HEAD_LEN octets.  False if they are no head, or say what cannot be. */
bool spool_head_read(const uint8_t *octets, struct spool_id id, struct spool_head *head);

/* Octets behind the head; at most SPOOL_RECORD_MAX. */
size_t spool_body_len(const struct spool_head *head);

bool spool_body_good(const struct spool_head *head, struct spool_id id, const uint8_t *body);

/* Where the next head may begin, from octets on; NULL if it is not among them. */
const uint8_t *spool_head_find(const uint8_t *octets, size_t len);

void spool_block_write(uint8_t *out, struct spool_id id, const uint64_t *words);

/* Reads SPOOL_BLOCK_LEN octets.  False if they are damaged. */
bool spool_block_read(const uint8_t *octets, struct spool_id *id, uint64_t *words);

#endif
