// SPDX-License-Identifier: Apache-2.0
/* Mapping files: what every section reads, words, lists, names. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/mapping/file.h"
#include "lib/option/nearest.h"

enum { LIST_OCTETS = 320 };

static const struct mapping_word *find_word(const struct mapping_word *words, const char *name)
{
    while (words->name != NULL && strcmp(words->name, name) != 0) {
        words++;
    }
    return words->name == NULL ? NULL : words;
}

static void offer_words(struct nearest *nearest, const struct mapping_word *words)
{
    for (; words->name != NULL; words++) {
        nearest_offer(nearest, words->name);
    }
}

static void list_words(const struct mapping_word *words, char list[static LIST_OCTETS])
{
    size_t len = 0;

    for (; words->name != NULL && len < LIST_OCTETS; words++) {
        len += (size_t)snprintf(list + len, LIST_OCTETS - len, "%s%s", len == 0 ? "" : ", ",
                                words->name);
    }
}

/* Words are in lower case; one in upper case is near, too. */
static bool refuse_word(struct yaml_node node, const struct mapping_word *words, const char *what)
{
    char lower[NEAREST_OCTETS] = "";
    char list[LIST_OCTETS] = "";
    const char *text = yaml_text(node);
    struct nearest nearest;

    for (size_t i = 0; text[i] != '\0' && i + 1 < sizeof(lower); i++) {
        lower[i] = (char)(text[i] >= 'A' && text[i] <= 'Z' ? text[i] - 'A' + 'a' : text[i]);
    }
    nearest_begin(&nearest, lower, strlen(lower));
    offer_words(&nearest, words);
    if (nearest.name[0] != '\0') {
        return yaml_complain(node, "there is no %s \"%s\"; did you mean \"%s\"?", what, text,
                             nearest.name);
    }
    list_words(words, list);
    return yaml_complain(node, "there is no %s \"%s\"; give %s", what, text, list);
}

bool mapping_read_word(struct yaml_node node, const struct mapping_word *words, const char *what,
                       unsigned *value)
{
    const char *text;
    const struct mapping_word *word;

    if (!mapping_read_text(node, &text)) {
        return false;
    }
    word = find_word(words, text);
    if (word == NULL) {
        return refuse_word(node, words, what);
    }
    *value = word->value;
    return true;
}

bool mapping_read_list(struct yaml_node list, bool (*read)(struct yaml_node item, void *target),
                       void *target)
{
    if (yaml_is_null(list)) {
        return true;
    }
    if (yaml_kind(list) != YAML_LIST) {
        return yaml_complain(list, "a list is expected here");
    }
    for (size_t i = 0; i < yaml_count(list); i++) {
        if (!read(yaml_item(list, i), target)) {
            return false;
        }
    }
    return true;
}

bool mapping_read_pairs(struct yaml_node map,
                        bool (*read)(struct yaml_node key, struct yaml_node value, void *target),
                        void *target)
{
    if (yaml_is_null(map)) {
        return true;
    }
    if (yaml_kind(map) != YAML_MAP) {
        return yaml_complain(map, "names with values are expected here");
    }
    for (size_t i = 0; i < yaml_count(map); i++) {
        if (!read(yaml_key(map, i), yaml_item(map, i), target)) {
            return false;
        }
    }
    return true;
}

bool mapping_read_text(struct yaml_node node, const char **text)
{
    *text = yaml_text(node);
    return **text != '\0' || yaml_complain(node, "a word is expected here");
}

bool mapping_read_name(struct yaml_node node, const char **name)
{
    if (!mapping_read_text(node, name)) {
        return false;
    }
    if (strlen(*name) >= CUSTOM_NAME_MAX) {
        return yaml_complain(node, "a name has at most %d octets", CUSTOM_NAME_MAX - 1);
    }
    for (const char *at = *name; *at != '\0'; at++) {
        if ((unsigned char)*at < ' ' || *at == '"' || *at == '\\' || *at == '\x7f') {
            return yaml_complain(node, "a name has no quotes, backslashes or control characters");
        }
    }
    return true;
}

bool mapping_find(struct yaml_node map, const char *key, struct yaml_node *value)
{
    for (size_t i = 0; i < yaml_count(map); i++) {
        if (strcmp(yaml_text(yaml_key(map, i)), key) == 0 && !yaml_is_null(yaml_item(map, i))) {
            *value = yaml_item(map, i);
            return true;
        }
    }
    return false;
}

bool mapping_require(struct yaml_node map, const char *key, struct yaml_node *value)
{
    return mapping_find(map, key, value) || yaml_complain(map, "%s is missing here", key);
}

bool mapping_later(struct yaml_node value, void *target)
{
    (void)value;
    (void)target;
    return true;
}

void *mapping_grow(struct yaml_node node, void *rows, size_t n, size_t row_size)
{
    void *grown;

    if (n == MAPPING_ROWS_MAX) {
        (void)yaml_complain(node, "more than %d of these", MAPPING_ROWS_MAX);
        return NULL;
    }
    if ((n & (n - 1)) != 0) {
        return rows;
    }
    grown = realloc(rows, (n == 0 ? 1 : 2 * n) * row_size);
    if (grown == NULL) {
        (void)yaml_complain(node, "no memory");
    }
    return grown;
}
