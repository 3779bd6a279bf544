// SPDX-License-Identifier: Apache-2.0
/* Which fields a format writes. */
#include "lib/field_set.h"

#include <stdio.h>
#include <string.h>

#include "lib/option/nearest.h"

/* The sets by name: each is the rows that have one of its bits. */
static const struct {
    const char *name;
    uint8_t bits;
} named_sets[] = {
    {"goflow2", IN_GOFLOW2},
    {"all", IN_GOFLOW2 | IN_ALL},
    {"stream", IN_STREAM},
};

enum { NAMED_SETS = sizeof(named_sets) / sizeof(named_sets[0]) };

/* A column without a field: it is worked out from proto and icmp_type. */
static const char icmp_name[] = "icmp_name";

bool field_set_has(const struct field_set *set, unsigned at)
{
    for (uint16_t i = 0; i < set->n; i++) {
        if (set->columns[i].at == at) {
            return true;
        }
    }
    return false;
}

static void add(struct field_set *set, uint16_t at, const char *key)
{
    if (!field_set_has(set, at)) {
        set->columns[set->n++] = (struct column){.key = key, .at = at};
    }
}

static bool same_word(const char *name, const char *word, size_t len)
{
    return strlen(name) == len && strncmp(name, word, len) == 0;
}

static bool add_named_set(struct field_set *set, const char *word, size_t len)
{
    for (size_t i = 0; i < NAMED_SETS; i++) {
        if (!same_word(named_sets[i].name, word, len)) {
            continue;
        }
        for (uint16_t at = 0; at < FLOW_NFIELDS; at++) {
            if ((flow_fields[at].sets & named_sets[i].bits) != 0) {
                add(set, at, flow_fields[at].key);
            }
        }
        set->sparse |= named_sets[i].bits == IN_STREAM;
        return true;
    }
    return false;
}

static bool add_field(struct field_set *set, const char *word, size_t len)
{
    for (uint16_t at = 0; at < FLOW_NFIELDS; at++) {
        if (same_word(flow_fields[at].key, word, len)) {
            add(set, at, flow_fields[at].key);
            return true;
        }
    }
    if (same_word(icmp_name, word, len)) {
        add(set, COLUMN_ICMP_NAME, icmp_name);
        return true;
    }
    return false;
}

static void explain(const char *word, size_t len, char *message, size_t message_size)
{
    struct nearest nearest;

    nearest_begin(&nearest, word, len);
    for (size_t i = 0; i < NAMED_SETS; i++) {
        nearest_offer(&nearest, named_sets[i].name);
    }
    for (uint16_t at = 0; at < FLOW_NFIELDS; at++) {
        nearest_offer(&nearest, flow_fields[at].key);
    }
    nearest_offer(&nearest, icmp_name);
    if (nearest.name[0] != '\0') {
        (void)snprintf(message, message_size, "there is no field \"%.*s\"; did you mean \"%s\"?",
                       (int)len, word, nearest.name);
    } else {
        (void)snprintf(message, message_size,
                       "there is no field \"%.*s\"; give goflow2, all, stream, or a list of fields",
                       (int)len, word);
    }
}

bool field_set_parse(struct field_set *set, const char *words, char *message, size_t message_size)
{
    *set = (struct field_set){.n = 0};
    for (;;) {
        const size_t len = strcspn(words, ",");

        if (!add_named_set(set, words, len) && !add_field(set, words, len)) {
            explain(words, len, message, message_size);
            return false;
        }
        if (words[len] == '\0') {
            return true;
        }
        words += len + 1;
    }
}
