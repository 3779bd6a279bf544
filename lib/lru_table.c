// SPDX-License-Identifier: Apache-2.0
/* A hash table that knows which of its entries was unused for longest. */
#include "lib/lru_table.h"

#include <stdlib.h>
#include <string.h>

#include "lib/prefetch.h"

enum { FEWEST_BUCKETS = 8 };

static uint64_t rotate(uint64_t x, unsigned by)
{
    return x << by | x >> (64 - by);
}

struct sip {
    uint64_t a;
    uint64_t b;
    uint64_t c;
    uint64_t d;
};

/* By value, so that it stays in registers. */
static inline struct sip sip_round(struct sip v)
{
    v.a += v.b;
    v.b = rotate(v.b, 13) ^ v.a;
    v.a = rotate(v.a, 32);
    v.c += v.d;
    v.d = rotate(v.d, 16) ^ v.c;
    v.a += v.d;
    v.d = rotate(v.d, 21) ^ v.a;
    v.c += v.b;
    v.b = rotate(v.b, 17) ^ v.c;
    v.c = rotate(v.c, 32);
    return v;
}

static inline struct sip sip_word(struct sip v, uint64_t word)
{
    v.d ^= word;
    v = sip_round(v);
    v.a ^= word;
    return v;
}

static uint64_t load_word(const uint8_t *octets)
{
    uint64_t word;

    memcpy(&word, octets, sizeof(word));
    return word;
}

/* SipHash-1-3 (Aumasson and Bernstein): one round a word, three at the end. */
static uint64_t sip_hash(const uint64_t *secret, const uint8_t *data, size_t len)
{
    struct sip v = {secret[0] ^ 0x736f6d6570736575, secret[1] ^ 0x646f72616e646f6d,
                    secret[0] ^ 0x6c7967656e657261, secret[1] ^ 0x7465646279746573};
    uint64_t word = (uint64_t)len << 56;
    size_t at = 0;

    for (; at + 8 <= len; at += 8) {
        v = sip_word(v, load_word(data + at));
    }
    memcpy(&word, data + at, len - at);
    v = sip_word(v, word);
    v.c ^= 0xff;
    v = sip_round(sip_round(sip_round(v)));
    return v.a ^ v.b ^ v.c ^ v.d;
}

uint64_t lru_hash(const uint64_t secret[static 2], const void *octets, size_t len)
{
    return sip_hash(secret, octets, len);
}

void lru_init(struct lru_table *table, size_t key_offset, size_t key_size, const uint64_t *secret)
{
    *table = (struct lru_table){
        .key_offset = (uint16_t)key_offset, .key_size = (uint16_t)key_size, .secret = secret};
}

static void count_buckets(const struct lru_table *table, size_t n_buckets)
{
    if (table->octets != NULL) {
        *table->octets += n_buckets * sizeof(struct lru_entry *);
        *table->octets -= table->n_buckets * sizeof(struct lru_entry *);
    }
}

void lru_close(struct lru_table *table)
{
    count_buckets(table, 0);
    free(table->buckets);
    table->buckets = NULL;
    table->n_buckets = 0;
}

static const uint8_t *key_of(const struct lru_table *table, const struct lru_entry *entry)
{
    return (const uint8_t *)entry + table->key_offset;
}

static struct lru_entry **bucket_of(const struct lru_table *table, uint64_t hash)
{
    return &table->buckets[hash & (table->n_buckets - 1)];
}

static void make_newest(struct lru_table *table, struct lru_entry *entry)
{
    entry->older = table->newest;
    entry->newer = NULL;
    if (table->newest != NULL) {
        table->newest->newer = entry;
    } else {
        table->oldest = entry;
    }
    table->newest = entry;
}

static void leave_order(struct lru_table *table, struct lru_entry *entry)
{
    if (entry->older != NULL) {
        entry->older->newer = entry->newer;
    } else {
        table->oldest = entry->newer;
    }
    if (entry->newer != NULL) {
        entry->newer->older = entry->older;
    } else {
        table->newest = entry->older;
    }
}

/* Keys are a few words. */
static bool has_key(const struct lru_table *table, const struct lru_entry *entry, const void *key)
{
    const uint8_t *a = key_of(table, entry);
    const uint8_t *b = key;
    size_t left = table->key_size;

    for (; left >= 8; left -= 8, a += 8, b += 8) {
        if (load_word(a) != load_word(b)) {
            return false;
        }
    }
    return left == 0 || memcmp(a, b, left) == 0;
}

static struct lru_entry *find(const struct lru_table *table, const void *key)
{
    const uint64_t hash = sip_hash(table->secret, key, table->key_size);
    struct lru_entry *entry = *bucket_of(table, hash);

    while (entry != NULL && (entry->hash != hash || !has_key(table, entry, key))) {
        entry = entry->next;
    }
    return entry;
}

/* Often it is the one that was asked for last. */
void *lru_find(struct lru_table *table, const void *key)
{
    struct lru_entry *entry = table->newest;

    if (entry == NULL || has_key(table, entry, key)) {
        return entry;
    }
    entry = find(table, key);
    if (entry != NULL) {
        leave_order(table, entry);
        make_newest(table, entry);
    }
    return entry;
}

uint64_t lru_ahead_bucket(const struct lru_table *table, const void *key)
{
    const uint64_t hash = sip_hash(table->secret, key, table->key_size);

    if (table->n_buckets != 0) {
        prefetch_octets(bucket_of(table, hash), sizeof(struct lru_entry *));
    }
    return hash;
}

void lru_ahead_entry(const struct lru_table *table, uint64_t hash, size_t octets)
{
    if (table->n_buckets != 0) {
        prefetch_octets(*bucket_of(table, hash), octets);
    }
}

/* To leave its place in the order of use, an entry needs its neighbours. */
static void ask_for_neighbours(const struct lru_entry *entry)
{
    if (entry->newer != NULL) {
        prefetch_octets(entry->newer, sizeof(*entry));
        prefetch_octets(entry->older, sizeof(*entry));
    }
}

void *lru_ahead_find(const struct lru_table *table, uint64_t hash)
{
    struct lru_entry *entry = table->n_buckets == 0 ? NULL : *bucket_of(table, hash);

    while (entry != NULL && entry->hash != hash) {
        entry = entry->next;
    }
    if (entry != NULL) {
        ask_for_neighbours(entry);
    }
    return entry;
}

static void link_bucket(struct lru_table *table, struct lru_entry *entry)
{
    struct lru_entry **bucket = bucket_of(table, entry->hash);

    entry->next = *bucket;
    *bucket = entry;
}

static bool grow(struct lru_table *table)
{
    const uint32_t n = table->n_buckets == 0 ? FEWEST_BUCKETS : table->n_buckets * 2;
    struct lru_entry **buckets = calloc(n, sizeof(struct lru_entry *));

    if (buckets == NULL) {
        return table->n_buckets != 0; /* fuller buckets will do */
    }
    count_buckets(table, n);
    free(table->buckets);
    table->buckets = buckets;
    table->n_buckets = n;
    for (struct lru_entry *entry = table->oldest; entry != NULL; entry = entry->newer) {
        link_bucket(table, entry);
    }
    return true;
}

bool lru_insert(struct lru_table *table, void *entry_)
{
    struct lru_entry *entry = entry_;

    if (table->n >= table->n_buckets && !grow(table)) {
        return false;
    }
    entry->hash = sip_hash(table->secret, key_of(table, entry), table->key_size);
    link_bucket(table, entry);
    make_newest(table, entry);
    table->n++;
    return true;
}

void lru_remove(struct lru_table *table, void *entry_)
{
    struct lru_entry *entry = entry_;
    struct lru_entry **link = bucket_of(table, entry->hash);

    while (*link != entry) {
        link = &(*link)->next;
    }
    *link = entry->next;
    leave_order(table, entry);
    table->n--;
}

size_t lru_walk(const struct lru_table *table, size_t cursor, size_t budget,
                void (*visit)(void *entry, void *arg), void *arg)
{
    size_t seen = 0;

    while (cursor < table->n_buckets && seen < budget) {
        struct lru_entry *next;

        for (struct lru_entry *entry = table->buckets[cursor]; entry != NULL; entry = next) {
            next = entry->next;
            visit(entry, arg);
            seen++;
        }
        cursor++;
    }
    return cursor < table->n_buckets ? cursor : 0;
}
