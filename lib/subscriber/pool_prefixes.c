// SPDX-License-Identifier: Apache-2.0
/* Prefixes of pools while they are read: checked one by one, then put in order. */
#include "lib/subscriber/pool_prefixes.h"

#include <stdlib.h>
#include <string.h>

enum { ROOM_FIRST = 64 };

void pool_prefixes_free(struct pool_prefixes *prefixes)
{
    for (size_t i = 0; i < prefixes->n_files; i++) {
        free(prefixes->files[i].path);
    }
    free(prefixes->files);
    free(prefixes->ipv4.at);
    free(prefixes->ipv6.at);
}

static bool make_room(struct prefix_list *list)
{
    const size_t room = list->room == 0 ? ROOM_FIRST : 2 * list->room;
    struct prefix_value *at;

    if (list->n < list->room) {
        return true;
    }
    at = realloc(list->at, room * sizeof(*at));
    if (at == NULL) {
        return false;
    }
    list->at = at;
    list->room = room;
    return true;
}

static bool has_bits_behind(const struct prefix *prefix)
{
    struct flow_addr masked = prefix->first;

    prefix_mask(&masked, prefix->bits);
    return !flow_addr_equal(&masked, &prefix->first);
}

/* Keys must be cut inside the prefix, and inside the address. */
static const char *refusal(const struct prefix *prefix, const struct pool_rule *rule)
{
    if (has_bits_behind(prefix)) {
        return "has bits behind its length";
    }
    if (rule->key_bits > prefix->first.len * 8) {
        return "is of addresses that have fewer bits than key_length";
    }
    return rule->key_bits != 0 && rule->key_bits < prefix->bits ? "is longer than key_length"
                                                                : NULL;
}

static bool append(struct pool_prefixes *prefixes, const struct prefix *prefix, uint32_t value,
                   uint32_t place)
{
    struct prefix_list *list = prefix->first.len == 4 ? &prefixes->ipv4 : &prefixes->ipv6;

    if (!make_room(list)) {
        return false;
    }
    list->at[list->n++] = (struct prefix_value){
        .first = address_of(prefix->first.bytes, prefix->first.len),
        .value = value,
        .order = place,
        .bits = prefix->bits,
    };
    return true;
}

const char *pool_prefixes_add(struct pool_prefixes *prefixes, const char *text, size_t len,
                              const struct pool_rule *rule, uint32_t place)
{
    struct prefix prefix;
    const char *wrong;

    if (!prefix_parse(text, len, &prefix)) {
        return "is no prefix such as 100.64.0.0/10 or 2001:db8::/32";
    }
    wrong = refusal(&prefix, rule);
    if (wrong != NULL) {
        return wrong;
    }
    return append(prefixes, &prefix, rule->value, place) ? NULL : "has no room: no memory";
}

static bool is_same(const struct prefix_value *a, const struct prefix_value *b)
{
    return a->first.high == b->first.high && a->first.low == b->first.low && a->bits == b->bits;
}

static const struct prefix_value *sort(struct prefix_list *list)
{
    if (list->n > 1) {
        qsort(list->at, list->n, sizeof(*list->at), prefix_value_compare);
    }
    for (size_t i = 1; i < list->n; i++) {
        if (is_same(&list->at[i - 1], &list->at[i])) {
            return &list->at[i];
        }
    }
    return NULL;
}

const struct prefix_value *pool_prefixes_sort(struct pool_prefixes *prefixes)
{
    const struct prefix_value *again = sort(&prefixes->ipv4);

    return again != NULL ? again : sort(&prefixes->ipv6);
}
