// SPDX-License-Identifier: Apache-2.0
/* Layouts, each once, and compiled as long as they are in use. */
#include "lib/template/store.h"

#include <stdlib.h>

#include "lib/prefetch.h"

enum { FEWEST_BUCKETS = 64 };

struct template_store {
    struct template_sources *sources;
    const uint64_t *secret;

    struct template_layout **buckets;
    size_t n_buckets; /* a power of two, or 0 */
    size_t n;
    uint64_t octets;

    /* Those that are compiled, in the order in which they came or got their second chance. */
    struct template *oldest;
    struct template *newest;
    uint64_t compiled_octets;
    uint64_t compiled_max;

    /* For what is compiled again: its faults were counted when it came. */
    struct decode quiet;
    struct decode_settings settings;
    struct counters ignored;
    struct template_definition definition; /* scratch */
    struct packed_definition packed;       /* scratch */
};

/* --- Compiled --- */

static void leave_order(struct template_store *store, struct template *t)
{
    *(t->older != NULL ? &t->older->newer : &store->oldest) = t->newer;
    *(t->newer != NULL ? &t->newer->older : &store->newest) = t->older;
}

static void make_newest(struct template_store *store, struct template *t)
{
    t->older = store->newest;
    t->newer = NULL;
    *(store->newest != NULL ? &store->newest->newer : &store->oldest) = t;
    store->newest = t;
}

static void forget_compiled(struct template_store *store, struct template *t)
{
    leave_order(store, t);
    store->compiled_octets -= t->octets + ALLOCATION_OCTETS;
    t->layout->compiled = NULL;
    template_free(t);
}

static void give_second_chance(struct template_store *store, struct template *t)
{
    t->used = false;
    leave_order(store, t);
    make_newest(store, t);
}

/*
 * One that was used since it was looked at last stays for another turn: to note a use takes no
 * other template into the caches.  The newest stays.
 */
static void make_room(struct template_store *store)
{
    while (store->compiled_octets > store->compiled_max && store->oldest != store->newest) {
        if (store->oldest->used) {
            give_second_chance(store, store->oldest);
        } else {
            forget_compiled(store, store->oldest);
        }
    }
}

static void keep_compiled(struct template_store *store, struct template_layout *layout,
                          struct template *t)
{
    t->layout = layout;
    t->used = true; /* by who asks for it, so that it outlives what follows */
    layout->compiled = t;
    make_newest(store, t);
    store->compiled_octets += t->octets + ALLOCATION_OCTETS;
    make_room(store);
}

const struct template *template_store_compiled(struct template_store *store,
                                               struct template_layout *layout)
{
    struct template *t = layout->compiled;

    if (t == NULL) {
        layout_unpack(layout, &store->definition);
        t = template_new(&store->quiet, store->sources, &store->definition);
        if (t != NULL) {
            keep_compiled(store, layout, t);
        }
    } else {
        t->used = true;
    }
    return t;
}

void template_store_ahead(const struct template *t)
{
    prefetch_octets(t->loads, (size_t)((const uint8_t *)t->fields - (const uint8_t *)t->loads));
}

void template_store_bound(struct template_store *store, uint64_t octets)
{
    store->compiled_max = octets;
    make_room(store);
}

static void forget_all_compiled(struct template_store *store)
{
    while (store->oldest != NULL) {
        forget_compiled(store, store->oldest);
    }
}

/* --- Layouts --- */

static struct template_layout **bucket_of(const struct template_store *store, uint64_t hash)
{
    return &store->buckets[hash & (store->n_buckets - 1)];
}

static void link_bucket(struct template_store *store, struct template_layout *layout)
{
    struct template_layout **bucket = bucket_of(store, layout->hash);

    layout->next = *bucket;
    *bucket = layout;
}

static void move_all(struct template_store *store, struct template_layout *const *from, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        struct template_layout *next;

        for (struct template_layout *layout = from[i]; layout != NULL; layout = next) {
            next = layout->next;
            link_bucket(store, layout);
        }
    }
}

/* Fuller buckets will do, if there are some. */
static bool grow(struct template_store *store)
{
    const size_t n = store->n_buckets == 0 ? FEWEST_BUCKETS : store->n_buckets * 2;
    struct template_layout **old = store->buckets;
    const size_t n_old = store->n_buckets;
    struct template_layout **buckets = calloc(n, sizeof(struct template_layout *));

    if (buckets == NULL) {
        return n_old != 0;
    }
    store->buckets = buckets;
    store->n_buckets = n;
    store->octets += (n - n_old) * sizeof(struct template_layout *);
    move_all(store, old, n_old);
    free(old);
    return true;
}

static struct template_layout *find(const struct template_store *store, uint64_t hash)
{
    struct template_layout *layout = store->n_buckets == 0 ? NULL : *bucket_of(store, hash);

    while (layout != NULL && (layout->hash != hash || !layout_same(layout, &store->packed))) {
        layout = layout->next;
    }
    return layout;
}

static struct template_layout *add(struct template_store *store, uint64_t hash)
{
    struct template_layout *layout;

    if (store->n >= store->n_buckets && !grow(store)) {
        return NULL;
    }
    layout = layout_new(&store->packed, hash);
    if (layout != NULL) {
        link_bucket(store, layout);
        store->n++;
        store->octets += layout_octets(layout) + ALLOCATION_OCTETS;
    }
    return layout;
}

static struct template_layout *find_or_add(struct template_store *store,
                                           const struct template_definition *definition)
{
    struct template_layout *layout;
    uint64_t hash;

    if (!layout_pack(&store->packed, definition)) {
        return NULL;
    }
    hash = layout_hash(&store->packed, store->secret);
    layout = find(store, hash);
    if (layout == NULL) {
        return add(store, hash);
    }
    layout->refs++;
    return layout;
}

/* It is compiled in any case, for what is counted meanwhile. */
struct template_layout *template_store_hold(struct template_store *store, struct decode *d,
                                            const struct template_definition *definition)
{
    struct template *t = template_new(d, store->sources, definition);
    struct template_layout *layout = t == NULL ? NULL : find_or_add(store, definition);

    if (layout == NULL || layout->compiled != NULL) {
        template_free(t);
        return layout;
    }
    keep_compiled(store, layout, t);
    t->used = false; /* nobody has data for it yet */
    return layout;
}

void template_store_release(struct template_store *store, struct template_layout *layout)
{
    struct template_layout **link;

    if (--layout->refs > 0) {
        return;
    }
    if (layout->compiled != NULL) {
        forget_compiled(store, layout->compiled);
    }
    for (link = bucket_of(store, layout->hash); *link != layout;) {
        link = &(*link)->next;
    }
    *link = layout->next;
    store->n--;
    store->octets -= layout_octets(layout) + ALLOCATION_OCTETS;
    free(layout);
}

bool template_store_same(struct template_store *store, const struct template_layout *layout,
                         const struct template_definition *definition)
{
    return layout_pack(&store->packed, definition) && layout_same(layout, &store->packed);
}

/* --- The whole --- */

bool template_store_set_settings(struct template_store *store,
                                 const struct decode_settings *settings)
{
    struct template_sources *sources = template_sources_new(settings);

    if (sources == NULL) {
        return false;
    }
    forget_all_compiled(store);
    template_sources_free(store->sources);
    store->sources = sources;
    store->settings = *settings;
    store->quiet.settings = &store->settings;
    return true;
}

struct template_store *template_store_new(const struct decode_settings *settings,
                                          const uint64_t *secret)
{
    struct template_store *store = calloc(1, sizeof(*store));

    if (store == NULL || !template_store_set_settings(store, settings)) {
        free(store);
        return NULL;
    }
    store->secret = secret;
    store->quiet.counters = &store->ignored;
    store->compiled_max = UINT64_MAX;
    return store;
}

void template_store_free(struct template_store *store)
{
    if (store != NULL) {
        template_sources_free(store->sources);
        free(store->buckets);
        free(store);
    }
}

struct template_store_size template_store_size(const struct template_store *store)
{
    return (struct template_store_size){
        .layouts = store->n,
        .octets = store->octets,
        .compiled_octets = store->compiled_octets,
        .compiled_max = store->compiled_max,
    };
}
