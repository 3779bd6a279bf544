// SPDX-License-Identifier: Apache-2.0
/* The hash table that knows its oldest entry, against a plain list of keys. */
#include "lib/lru_table.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

enum { KEYS = 300, OPERATIONS = 20000, KEY_OCTETS = 11 };

/* A key that is no whole number of the hash's words. */
struct item {
    struct lru_entry entry;
    uint8_t key[KEY_OCTETS];
};

static const uint64_t secret[2] = {0x0123456789abcdef, 0xfedcba9876543210};

static struct item items[KEYS];

/* The model: which items are in the table, oldest first. */
static unsigned order[KEYS];
static unsigned n_order;

static uint64_t random_state;

/* Xorshift of 64 bits. */
static unsigned random_below(unsigned limit)
{
    random_state ^= random_state << 13;
    random_state ^= random_state >> 7;
    random_state ^= random_state << 17;
    return (unsigned)(random_state >> 32) % limit;
}

static void open_table(struct lru_table *table)
{
    memset(items, 0, sizeof(items));
    for (unsigned i = 0; i < KEYS; i++) {
        items[i].key[0] = (uint8_t)i;
        items[i].key[KEY_OCTETS - 1] = (uint8_t)(i >> 8);
    }
    n_order = 0;
    random_state = 88172645463325252;
    lru_init(table, offsetof(struct item, key), KEY_OCTETS, secret);
}

/* The item's place in the model; n_order if it is not there. */
static unsigned place_of(unsigned item)
{
    unsigned at = 0;

    while (at < n_order && order[at] != item) {
        at++;
    }
    return at;
}

static void model_remove(unsigned item)
{
    const unsigned at = place_of(item);

    n_order--;
    memmove(&order[at], &order[at + 1], (n_order - at) * sizeof(order[0]));
}

static void model_append(unsigned item)
{
    order[n_order++] = item;
}

static void find(struct lru_table *table, unsigned item)
{
    const struct item *found = lru_find(table, items[item].key);

    if (place_of(item) == n_order) {
        assert_null(found);
        return;
    }
    assert_ptr_equal(found, &items[item]);
    model_remove(item);
    model_append(item);
}

/* Adds the item, or removes it if it is there. */
static void toggle(struct lru_table *table, unsigned item)
{
    if (place_of(item) == n_order) {
        assert_true(lru_insert(table, &items[item]));
        model_append(item);
        return;
    }
    lru_remove(table, &items[item]);
    model_remove(item);
}

static void remove_oldest(struct lru_table *table)
{
    struct item *oldest = lru_oldest(table);

    if (n_order == 0) {
        assert_null(oldest);
        return;
    }
    assert_ptr_equal(oldest, &items[order[0]]);
    lru_remove(table, oldest);
    model_remove(order[0]);
}

static void assert_order(const struct lru_table *table)
{
    const struct lru_entry *entry = table->oldest;
    const struct lru_entry *older = NULL;

    assert_int_equal(table->n, n_order);
    for (unsigned i = 0; i < n_order; i++) {
        assert_ptr_equal(entry, &items[order[i]].entry);
        assert_ptr_equal(entry->older, older);
        older = entry;
        entry = entry->newer;
    }
    assert_null(entry);
    assert_ptr_equal(table->newest, older);
}

static void like_the_model(void **state)
{
    struct lru_table table;

    (void)state;
    open_table(&table);
    for (unsigned i = 0; i < OPERATIONS; i++) {
        const unsigned kind = random_below(100);

        if (kind < 50) {
            find(&table, random_below(KEYS));
        } else if (kind < 99) {
            toggle(&table, random_below(KEYS));
        } else {
            remove_oldest(&table);
        }
        assert_order(&table);
    }
    while (n_order > 0) {
        remove_oldest(&table);
    }
    assert_order(&table);
    lru_close(&table);
}

/* All keys at once: the table grows, and loses none. */
static void full(void **state)
{
    struct lru_table table;

    (void)state;
    open_table(&table);
    for (unsigned i = 0; i < KEYS; i++) {
        toggle(&table, i);
    }
    assert_order(&table);
    assert_true(table.n_buckets >= KEYS);
    for (unsigned i = KEYS; i-- > 0;) {
        find(&table, i);
    }
    assert_order(&table);
    assert_ptr_equal(lru_oldest(&table), &items[KEYS - 1]);
    lru_close(&table);
}

static void empty(void **state)
{
    struct lru_table table;

    (void)state;
    open_table(&table);
    find(&table, 0);
    remove_oldest(&table);
    toggle(&table, 7);
    toggle(&table, 7);
    find(&table, 7);
    assert_order(&table);
    lru_close(&table);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(like_the_model),
        cmocka_unit_test(full),
        cmocka_unit_test(empty),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
