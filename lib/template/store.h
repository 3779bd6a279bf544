// SPDX-License-Identifier: Apache-2.0
#ifndef LIB_TEMPLATE_STORE_H
#define LIB_TEMPLATE_STORE_H

#include "lib/template/layout.h"

/*
 * The layouts of all templates that a worker remembers, each once: thousands of devices of a kind
 * send the same.  A layout is there as long as somebody holds it.
 *
 * Those in use are compiled, by the settings of the moment.  Compiled layouts are several times as
 * large, so their memory is bounded: the one unused for longest goes, and is made again when it is
 * asked for.
 */
struct template_store;

/* What the C library adds to each piece of memory. */
enum { ALLOCATION_OCTETS = 16 };

/* NULL if there is no memory.  The secret is borrowed; hashes are keyed with it. */
struct template_store *template_store_new(const struct decode_settings *settings,
                                          const uint64_t *secret);

/* Nobody holds a layout any more; NULL is none. */
void template_store_free(struct template_store *store);

/*
 * Other settings from now on; what was compiled by the old ones is gone.  False if there is no
 * memory; then nothing has changed.
 */
bool template_store_set_settings(struct template_store *store,
                                 const struct decode_settings *settings);

/* How much memory compiled layouts may take; that of one is always there. */
void template_store_bound(struct template_store *store, uint64_t octets);

/* Asks the memory for what records of a compiled layout need. */
void template_store_ahead(const struct template *t);

/*
 * Holds the layout of a definition that passed template_check(), compiled; what cannot be read of
 * it is counted.  NULL if there is no memory, or if no template record can say that.
 */
struct template_layout *template_store_hold(struct template_store *store, struct decode *d,
                                            const struct template_definition *definition);
void template_store_release(struct template_store *store, struct template_layout *layout);

/* Whether the layout is that of the definition. */
bool template_store_same(struct template_store *store, const struct template_layout *layout,
                         const struct template_definition *definition);

/* Valid until another one is asked for.  NULL if there is no memory. */
const struct template *template_store_compiled(struct template_store *store,
                                               struct template_layout *layout);

/* Memory of layouts, without and with what is compiled of them. */
struct template_store_size {
    uint64_t layouts;
    uint64_t octets;
    uint64_t compiled_octets;
    uint64_t compiled_max;
};

struct template_store_size template_store_size(const struct template_store *store);

#endif
