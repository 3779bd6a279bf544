// SPDX-License-Identifier: Apache-2.0
#ifndef LIB_LRU_TABLE_H
#define LIB_LRU_TABLE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * A hash table that knows which of its entries was unused for longest.  Keys come
 * from the network, so the hash is keyed (SipHash-1-3) with a secret that senders
 * cannot know.  Entries belong to the caller, who embeds a struct lru_entry as
 * their first member; the table allocates only its buckets.
 */
struct lru_entry {
    struct lru_entry *next; /* in its bucket */
    struct lru_entry *older;
    struct lru_entry *newer;
    uint64_t hash;
};

struct lru_table {
    struct lru_entry *newest;
    struct lru_entry *oldest;
    struct lru_entry **buckets;
    uint32_t n_buckets; /* a power of two, or 0 */
    uint32_t n;
    uint16_t key_offset; /* from the beginning of the entry */
    uint16_t key_size;
    const uint64_t *secret; /* two words, borrowed */
    uint64_t *octets;       /* where the memory for buckets is added, borrowed; or NULL */
};

/* SipHash-1-3 of the octets, for other tables whose keys come from the network. */
uint64_t lru_hash(const uint64_t secret[static 2], const void *octets, size_t len);

void lru_init(struct lru_table *table, size_t key_offset, size_t key_size, const uint64_t *secret);

/* Frees the buckets; the entries must be gone. */
void lru_close(struct lru_table *table);

/* The entry of this key, now the newest, or NULL.  Padding in keys must be zero. */
void *lru_find(struct lru_table *table, const void *key);

/*
 * lru_find() in steps, so that many keys can wait for the memory together: each step asks for what
 * the next one reads.  Nothing changes.  The entry, at the end, or NULL.
 */
uint64_t lru_ahead_bucket(const struct lru_table *table, const void *key);
void lru_ahead_entry(const struct lru_table *table, uint64_t hash, size_t octets);
void *lru_ahead_find(const struct lru_table *table, uint64_t hash);

/* Adds an entry whose key is not there yet; false if there is no memory. */
bool lru_insert(struct lru_table *table, void *entry);

void lru_remove(struct lru_table *table, void *entry);

/*
 * Visits the entries of some buckets from number cursor on, until at least budget
 * entries have been seen; their order of use does not change.  Returns the cursor
 * to go on with, 0 at the end.  Where the table has grown between two calls, an entry may be
 * seen twice, and none is left out.  visit may remove the entry it is given, and no other.
 */
size_t lru_walk(const struct lru_table *table, size_t cursor, size_t budget,
                void (*visit)(void *entry, void *arg), void *arg);

/* The entry used last, or NULL. */
static inline void *lru_newest(const struct lru_table *table)
{
    return table->newest;
}

/* The entry unused for longest, or NULL. */
static inline void *lru_oldest(struct lru_table *table)
{
    return table->oldest;
}

#endif
