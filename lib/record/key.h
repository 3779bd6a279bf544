// SPDX-License-Identifier: Apache-2.0
#ifndef LIB_RECORD_KEY_H
#define LIB_RECORD_KEY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "lib/field_set.h"
#include "lib/flow.h"

enum { RECORD_KEY_PARTS_MAX = 32, RECORD_KEY_HASH_LEN = 4 };

/* A piece of the text as it was given, or a field. */
struct record_key_part {
    const char *text; /* NULL for a field */
    size_t len;
    uint16_t at; /* as in struct column */
};

/*
 * What the keys of records are made of.  Two records with the same key reach the
 * same partition of a topic, and so one reader, in order.
 */
struct record_key {
    size_t max; /* octets that one key can need; 0 if there are no keys */

    /* Private to key.c. */
    bool hashed;
    const struct custom_field *custom;
    uint16_t n;
    struct record_key_part parts[RECORD_KEY_PARTS_MAX];
};

/*
 * Reads what keys are made of; words is borrowed for the life of key.
 *
 *     ""                    no keys
 *     src_addr              a field, written as JSON writes it, without quotes
 *     src_addr,dst_addr     fields, with | between them
 *     {src_addr}:{proto}    a text with fields; {{ and }} stand for braces
 *
 * A field that a record does not have is empty, and of a text 255 octets count.
 * False if words are none of these; message then says why.
 */
bool record_key_parse(struct record_key *key, const char *words, char *message,
                      size_t message_size);

/*
 * Keys as goflow2 makes them of the fields of a mapping file's list: FNV-1 with 32 bits
 * over their values as Go's %v prints them, in four octets, big endian.  No keys if the
 * list is empty; false if it is too long.
 */
bool record_key_hash(struct record_key *key, const struct field_set *fields);

/* Whether keys need this field. */
bool record_key_has(const struct record_key *key, unsigned at);

/*
 * Writes the key of flow at out, where key->max octets are free; returns how many it
 * used: 0 if the record has nothing to make a key of.
 */
size_t record_key_write(const struct record_key *key, const struct flow *flow, char *out);

#endif
