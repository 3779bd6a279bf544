// SPDX-License-Identifier: Apache-2.0
/* The file of pools: prefixes, and what holds of each. */
#include "lib/subscriber/pools.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "lib/option/yaml_file.h"
#include "lib/subscriber/pool_prefixes.h"

enum { PATH_OCTETS = 4096, KEY_BITS_MAX = 128, ALIKE_SOUGHT = 16 };

struct pools_reader {
    struct subscribers *subscribers;
    struct pool_prefixes prefixes;
    bool has_pools;
    const char *path;
    char *message;
    size_t message_size;
};

/* The nodes of one pool; id is 0 for what is not there. */
struct pool_nodes {
    struct yaml_node prefix;
    struct yaml_node file;
    struct yaml_node key_length;
    struct yaml_node realm;
};

static bool take_prefix(struct yaml_node value, void *target)
{
    ((struct pool_nodes *)target)->prefix = value;
    return true;
}

static bool take_file(struct yaml_node value, void *target)
{
    ((struct pool_nodes *)target)->file = value;
    return true;
}

static bool take_key_length(struct yaml_node value, void *target)
{
    ((struct pool_nodes *)target)->key_length = value;
    return true;
}

static bool take_realm(struct yaml_node value, void *target)
{
    ((struct pool_nodes *)target)->realm = value;
    return true;
}

static const struct yaml_reader pool_keys[] = {
    {"prefix", take_prefix}, {"file", take_file}, {"key_length", take_key_length},
    {"realm", take_realm},   {NULL, NULL},
};

/* --- One pool --- */

static bool read_key_length(struct yaml_node node, struct flow_sub_key *pool)
{
    uint64_t bits;

    if (yaml_is_null(node) || yaml_kind(node) == YAML_NONE) {
        return true;
    }
    if (!yaml_read_u64(node, KEY_BITS_MAX, &bits)) {
        return false;
    }
    pool->bits = (uint8_t)bits;
    return bits > 0 || yaml_complain(node, "a key has at least 1 bit");
}

/* Realms stand in keys as they are, before a bar. */
static bool is_realm(const char *text)
{
    for (; *text != '\0'; text++) {
        if (*text <= ' ' || *text > '~' || strchr("|\"\\", *text) != NULL) {
            return false;
        }
    }
    return true;
}

static bool read_realm(struct yaml_node node, struct flow_sub_key *pool)
{
    const char *text = yaml_text(node);
    const size_t len = strlen(text);

    if (yaml_kind(node) != YAML_NONE && yaml_kind(node) != YAML_SCALAR) {
        return yaml_complain(node, "a word is expected here");
    }
    if (len > FLOW_REALM_MAX) {
        return yaml_complain(node, "a realm has at most %d octets", FLOW_REALM_MAX);
    }
    if (!is_realm(text)) {
        return yaml_complain(node, "a realm is plain ASCII without blanks, quotes, \\ and |");
    }
    memcpy(pool->realm, text, len);
    pool->realm_len = (uint8_t)len;
    return true;
}

/* Most files repeat a few pools: then what is looked up lies together. */
static bool find_alike(const struct subscribers *s, const struct flow_sub_key *pool, size_t *at)
{
    for (size_t i = 0; i < ALIKE_SOUGHT && i < s->n_pools; i++) {
        *at = s->n_pools - 1 - i;
        if (memcmp(&s->pools[*at], pool, sizeof(*pool)) == 0) {
            return true;
        }
    }
    return false;
}

static bool add_pool(struct subscribers *s, const struct flow_sub_key *pool, struct pool_rule *rule)
{
    size_t at = s->n_pools;
    struct flow_sub_key *pools = s->pools;

    if (!find_alike(s, pool, &at)) {
        at = s->n_pools;
        if ((at & (at - 1)) == 0) {
            pools = realloc(s->pools, (at == 0 ? 1 : 2 * at) * sizeof(*pools));
        }
        if (pools == NULL) {
            return false;
        }
        s->pools = pools;
        pools[s->n_pools++] = *pool;
    }
    *rule = (struct pool_rule){(uint32_t)at + 1, pool->bits};
    return true;
}

static bool read_prefix(struct pools_reader *r, struct yaml_node node, const struct pool_rule *rule)
{
    const char *text = yaml_text(node);
    const char *wrong =
        pool_prefixes_add(&r->prefixes, text, strlen(text), rule, (uint32_t)node.id);

    return wrong == NULL || yaml_complain(node, "\"%s\" %s", text, wrong);
}

/* A path that does not begin at the root begins where the file of pools is. */
static bool read_file(struct pools_reader *r, struct yaml_node node, const struct pool_rule *rule)
{
    const char *name = yaml_text(node);
    const char *slash = *name == '/' ? NULL : strrchr(r->path, '/');
    const int folder = slash == NULL ? 0 : (int)(slash - r->path) + 1;
    char path[PATH_OCTETS];

    if (*name == '\0') {
        return yaml_complain(node, "a path is expected here");
    }
    (void)snprintf(path, sizeof(path), "%.*s%s", folder, r->path, name);
    if (access(path, R_OK) != 0) {
        return yaml_complain(node, "%s: %s", path, strerror(errno));
    }
    return pool_lines_read(&r->prefixes, path, rule, r->message, r->message_size);
}

static bool read_pool(struct pools_reader *r, struct yaml_node node)
{
    struct pool_nodes nodes = {.prefix = {.id = 0}};
    struct flow_sub_key pool;
    struct pool_rule rule;

    memset(&pool, 0, sizeof(pool));
    if (!yaml_read_map(node, pool_keys, &nodes) || !read_key_length(nodes.key_length, &pool) ||
        !read_realm(nodes.realm, &pool)) {
        return false;
    }
    if ((nodes.prefix.id == 0) == (nodes.file.id == 0)) {
        return yaml_complain(node, "a pool has a prefix or a file, one of the two");
    }
    if (!add_pool(r->subscribers, &pool, &rule)) {
        return yaml_complain(node, "no memory");
    }
    return nodes.prefix.id != 0 ? read_prefix(r, nodes.prefix, &rule)
                                : read_file(r, nodes.file, &rule);
}

/* --- The file --- */

struct word {
    const char *text;
    unsigned value;
};

static bool read_word(struct yaml_node node, const struct word *words, const char *choices,
                      unsigned *value)
{
    for (; words->text != NULL; words++) {
        if (strcmp(words->text, yaml_text(node)) == 0) {
            *value = words->value;
            return true;
        }
    }
    return yaml_complain(node, "give %s, not \"%s\"", choices, yaml_text(node));
}

static bool read_pools(struct yaml_node node, void *target)
{
    struct pools_reader *r = target;

    r->has_pools = true;
    if (yaml_kind(node) != YAML_LIST) {
        return yaml_complain(node, "a list of pools is expected here");
    }
    for (size_t i = 0; i < yaml_count(node); i++) {
        if (!read_pool(r, yaml_item(node, i))) {
            return false;
        }
    }
    return true;
}

static bool read_both(struct yaml_node node, void *target)
{
    static const struct word words[] = {
        {"two-records", BOTH_TWO_RECORDS},
        {"source", BOTH_SOURCE},
        {"destination", BOTH_DESTINATION},
        {"none", BOTH_NONE},
        {NULL, 0},
    };
    struct pools_reader *r = target;
    unsigned both = BOTH_TWO_RECORDS;

    if (!read_word(node, words, "two-records, source, destination or none", &both)) {
        return false;
    }
    r->subscribers->both = (enum subscriber_both)both;
    return true;
}

static bool read_nat(struct yaml_node node, void *target)
{
    static const struct word words[] = {{"inside", false}, {"outside", true}, {NULL, 0}};
    struct pools_reader *r = target;
    unsigned outside = false;

    if (!read_word(node, words, "inside or outside", &outside)) {
        return false;
    }
    r->subscribers->outside = outside != 0;
    return true;
}

static const struct yaml_reader file_keys[] = {
    {"pools", read_pools}, {"both", read_both}, {"nat", read_nat}, {NULL, NULL}};

static bool refuse_second(struct pools_reader *r, struct yaml_file *file,
                          const struct prefix_value *second)
{
    const struct yaml_node node = {file, (int)second->order};
    char place[PATH_OCTETS];

    if (second->order < PLACE_IN_LINES) {
        return yaml_complain(node, "\"%s\" stands twice", yaml_text(node));
    }
    pool_lines_name(&r->prefixes, second->order, place, sizeof(place));
    (void)snprintf(r->message, r->message_size, "%s: this prefix stands twice", place);
    return false;
}

static bool make_maps(struct pools_reader *r, struct yaml_file *file)
{
    const struct prefix_value *second = pool_prefixes_sort(&r->prefixes);
    const struct pool_prefixes *p = &r->prefixes;
    struct subscribers *s = r->subscribers;

    if (second != NULL) {
        return refuse_second(r, file, second);
    }
    s->n_prefixes = p->ipv4.n + p->ipv6.n;
    return (prefix_map_make(&s->ipv4, p->ipv4.at, p->ipv4.n) &&
            prefix_map_make(&s->ipv6, p->ipv6.at, p->ipv6.n)) ||
           yaml_complain(yaml_root(file), "no memory");
}

static bool read_root(struct pools_reader *r, struct yaml_file *file)
{
    const struct yaml_node root = yaml_root(file);

    if (yaml_kind(root) == YAML_NONE) {
        return yaml_complain(root, "the file is empty");
    }
    if (!yaml_read_map(root, file_keys, r)) {
        return false;
    }
    return r->has_pools ? make_maps(r, file) : yaml_complain(root, "pools is missing here");
}

bool pools_read(struct subscribers *subscribers, const char *path, char *message,
                size_t message_size)
{
    struct pools_reader r = {
        .subscribers = subscribers, .path = path, .message = message, .message_size = message_size};
    struct yaml_file *file = yaml_open(path, message, message_size);
    bool done;

    if (file == NULL) {
        return false;
    }
    done = read_root(&r, file);
    if (!done && yaml_complaint(file) != NULL) {
        (void)snprintf(message, message_size, "%s", yaml_complaint(file));
    }
    pool_prefixes_free(&r.prefixes);
    yaml_close(file);
    return done;
}
