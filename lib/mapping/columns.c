// SPDX-License-Identifier: Apache-2.0
/* Mapping files: which fields are written, how they are called and shown, and the key. */
#include <string.h>

#include "lib/mapping/file.h"

/* Whether key is one of the texts of a list. */
static bool is_listed(struct yaml_node list, const char *key)
{
    for (size_t i = 0; i < yaml_count(list); i++) {
        if (strcmp(yaml_text(yaml_item(list, i)), key) == 0) {
            return true;
        }
    }
    return false;
}

static struct column column_of(const struct mapping_formatter *formatter, unsigned number)
{
    const struct mapping_name *name = &formatter->names[number];
    struct column column = {.key = name->as, .renderer = name->renderer};

    column.at = (uint16_t)(number < COLUMN_NOTHING ? number : COLUMN_NOTHING);
    if (name->as != NULL) {
        return column;
    }
    if (number < FLOW_NFIELDS) {
        column.key = flow_fields[number].key;
    } else if (number < COLUMN_ICMP_NAME) {
        column.key = formatter->custom[number - COLUMN_CUSTOM].name;
    } else {
        column.key =
            number == COLUMN_ICMP_NAME ? "icmp_name" : formatter->virtuals[number - COLUMN_NOTHING];
    }
    return column;
}

static const struct column *find_key(const struct field_set *set, const char *key)
{
    for (uint16_t i = 0; i < set->n; i++) {
        if (strcmp(set->columns[i].key, key) == 0) {
            return &set->columns[i];
        }
    }
    return NULL;
}

/* A key stands once in a record: the first column of a name is the one. */
static void add_column(struct field_set *set, struct column column)
{
    if (set->n < FIELD_SET_MAX && find_key(set, column.key) == NULL) {
        set->columns[set->n++] = column;
    }
}

/* A field may be named twice, and two fields may not have one name. */
static bool add_distinct(struct yaml_node node, struct field_set *set, struct column column)
{
    const struct column *other = find_key(set, column.key);

    if (other != NULL && other->at != column.at) {
        return yaml_complain(node, "two fields would be called \"%s\"", column.key);
    }
    add_column(set, column);
    return true;
}

/* --- Renderers and names --- */

/* What is being read: which names there are depends on the list of fields. */
struct columns_reading {
    struct mapping_formatter *formatter;
    struct yaml_node fields; /* none if the file lists none */
};

/* A name that occurs only among the renderers is a column in which nothing stands. */
static bool read_virtual(struct yaml_node key, struct mapping_formatter *formatter,
                         unsigned *number)
{
    if (formatter->n_virtual == MAPPING_VIRTUALS_MAX) {
        return yaml_complain(key, "more than %d fields that nothing fills", MAPPING_VIRTUALS_MAX);
    }
    *number = COLUMN_NOTHING + (unsigned)formatter->n_virtual;
    return mapping_read_name(key, &formatter->virtuals[formatter->n_virtual++]);
}

static bool read_renderer(struct yaml_node key, struct yaml_node value, void *target)
{
    static const struct mapping_word renderers[] = {
#define X(renderer, name) {name, RENDER_##renderer},
        RENDERERS(X)
#undef X
            {NULL, 0},
    };
    struct columns_reading *reading = target;
    struct mapping_formatter *formatter = reading->formatter;
    unsigned number = mapping_find_name(formatter, yaml_text(key));
    unsigned renderer;

    if (number == MAPPING_NAMES && is_listed(reading->fields, yaml_text(key))) {
        if (!read_virtual(key, formatter, &number)) {
            return false;
        }
    } else if (!mapping_read_field(key, formatter, &number)) {
        return false;
    }
    if (formatter->names[number].renderer != RENDER_AS_KIND) {
        return yaml_complain(key, "%s has a renderer already", yaml_text(key));
    }
    if (!mapping_read_word(value, renderers, "renderer", &renderer)) {
        return false;
    }
    formatter->names[number].renderer = (uint8_t)renderer;
    return true;
}

static bool read_rename(struct yaml_node key, struct yaml_node value, void *target)
{
    struct columns_reading *reading = target;
    struct mapping_name *names = reading->formatter->names;
    unsigned number;

    if (!mapping_read_field(key, reading->formatter, &number)) {
        return false;
    }
    if (names[number].as != NULL) {
        return yaml_complain(key, "%s has another name already", yaml_text(key));
    }
    return mapping_read_name(value, &names[number].as);
}

/* --- Lists --- */

static bool read_field(struct yaml_node item, void *target)
{
    struct mapping_formatter *formatter = target;
    unsigned number;

    return mapping_read_field(item, formatter, &number) &&
           add_distinct(item, &formatter->fields, column_of(formatter, number));
}

/* A key may be made of a field twice. */
static bool read_key(struct yaml_node item, void *target)
{
    struct mapping_formatter *formatter = target;
    struct field_set *key = &formatter->key;
    unsigned number;

    if (!mapping_read_field(item, formatter, &number)) {
        return false;
    }
    if (key->n == FIELD_SET_MAX) {
        return yaml_complain(item, "a key has at most %d fields", FIELD_SET_MAX);
    }
    key->columns[key->n++] = column_of(formatter, number);
    return true;
}

/* A constant that is not listed stands behind the others. */
static bool add_constants(struct yaml_node node, const struct mapping_formatter *formatter,
                          struct field_set *set)
{
    for (unsigned i = 0; i < formatter->n_custom; i++) {
        if (formatter->custom[i].constant != NULL && !field_set_has(set, COLUMN_CUSTOM + i) &&
            !add_distinct(node, set, column_of(formatter, COLUMN_CUSTOM + i))) {
            return false;
        }
    }
    return true;
}

/* Without a list goflow2's fifty are written: their names are held apart. */
static bool check_names(struct yaml_node section, const struct mapping_formatter *formatter)
{
    struct field_set fifty = {.n = 0};
    struct yaml_node node = section;

    (void)mapping_find(section, "rename", &node);
    for (unsigned at = 0; at < FLOW_NFIELDS; at++) {
        if ((flow_fields[at].sets & IN_GOFLOW2) != 0 &&
            !add_distinct(node, &fifty, column_of(formatter, at))) {
            return false;
        }
    }
    return add_constants(node, formatter, &fifty);
}

static bool read_lists(struct yaml_node section, struct mapping_formatter *formatter)
{
    struct yaml_node node;

    if (mapping_find(section, "key", &node) && !mapping_read_list(node, read_key, formatter)) {
        return false;
    }
    if (mapping_find(section, "fields", &node) && !mapping_read_list(node, read_field, formatter)) {
        return false;
    }
    return formatter->fields.n == 0 ? check_names(section, formatter)
                                    : add_constants(node, formatter, &formatter->fields);
}

bool mapping_read_columns(struct yaml_node section, struct mapping_formatter *formatter)
{
    struct columns_reading reading = {.formatter = formatter};
    struct yaml_node node;

    (void)mapping_find(section, "fields", &reading.fields);
    if (mapping_find(section, "render", &node) &&
        !mapping_read_pairs(node, read_renderer, &reading)) {
        return false;
    }
    if (mapping_find(section, "rename", &node) &&
        !mapping_read_pairs(node, read_rename, &reading)) {
        return false;
    }
    return read_lists(section, formatter);
}

void mapping_shape(const struct mapping *mapping, struct field_set *set)
{
    const struct mapping_formatter *formatter = mapping->formatter;
    const struct field_set before = *set;

    *set = formatter->fields;
    set->sparse = before.sparse;
    set->custom = formatter->custom;
    set->n_custom = formatter->n_custom;
    if (set->n > 0) {
        return;
    }
    for (uint16_t i = 0; i < before.n; i++) {
        add_column(set, column_of(formatter, before.columns[i].at));
    }
    for (unsigned i = 0; i < formatter->n_custom; i++) {
        if (formatter->custom[i].constant != NULL) {
            add_column(set, column_of(formatter, COLUMN_CUSTOM + i));
        }
    }
}

void mapping_key(const struct mapping *mapping, struct field_set *key)
{
    *key = mapping->formatter->key;
    key->custom = mapping->formatter->custom;
    key->n_custom = mapping->formatter->n_custom;
}
