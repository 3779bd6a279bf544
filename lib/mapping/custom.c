// SPDX-License-Identifier: Apache-2.0
/* Mapping files: the fields that they add, formatter.protobuf and formatter.constants. */
#include <string.h>

#include "lib/mapping/file.h"

enum { PROTOBUF_MAX = (1 << 29) - 1, PROTOBUF_RESERVED = 19000, PROTOBUF_RESERVED_END = 20000 };

static const struct mapping_word kinds[] = {
#define X(kind, name, held) {name, CUSTOM_##kind},
    CUSTOM_KINDS(X)
#undef X
        {NULL, 0},
};

/* goflow2's fifty cannot be had twice; weir's own rows give way. */
static bool is_taken(const struct mapping_formatter *formatter, const char *name)
{
    const unsigned number = mapping_find_name(formatter, name);

    return number != MAPPING_NAMES &&
           (number >= FLOW_NFIELDS || (flow_fields[number].sets & IN_GOFLOW2) != 0);
}

/* A field of this name, or NULL after a complaint. */
static struct custom_field *add_custom(struct yaml_node node, struct mapping_formatter *formatter)
{
    struct custom_field *field = &formatter->custom[formatter->n_custom];
    const char *name;

    if (!mapping_read_name(node, &name)) {
        return NULL;
    }
    if (is_taken(formatter, name)) {
        (void)yaml_complain(node, "there is a field \"%s\" already", name);
        return NULL;
    }
    if (formatter->n_custom == CUSTOM_FIELDS_MAX) {
        (void)yaml_complain(node, "more than %d fields are added", CUSTOM_FIELDS_MAX);
        return NULL;
    }
    memcpy(field->name, name, strlen(name) + 1);
    formatter->n_custom++;
    return field;
}

/* The field that has this number already, or NULL. */
static const char *find_index(const struct mapping_formatter *formatter, uint64_t index)
{
    for (unsigned at = 0; at < FLOW_NFIELDS; at++) {
        if (flow_fields[at].protobuf == index && (flow_fields[at].sets & IN_GOFLOW2) != 0) {
            return flow_fields[at].key;
        }
    }
    for (uint16_t i = 0; i < formatter->n_custom; i++) {
        if (formatter->custom[i].protobuf == index) {
            return formatter->custom[i].name;
        }
    }
    return NULL;
}

/* Without an index the field is not in protobuf messages. */
static bool read_index(struct yaml_node map, const struct mapping_formatter *formatter,
                       struct custom_field *field)
{
    struct yaml_node node;
    uint64_t index;
    const char *taken;

    if (!mapping_find(map, "index", &node)) {
        return true;
    }
    if (!yaml_read_u64(node, PROTOBUF_MAX, &index)) {
        return false;
    }
    if (index == 0 || (index >= PROTOBUF_RESERVED && index < PROTOBUF_RESERVED_END)) {
        return yaml_complain(node, "protobuf has no field number %s", yaml_text(node));
    }
    taken = find_index(formatter, index);
    if (taken != NULL) {
        return yaml_complain(node, "%s is the number of %s", yaml_text(node), taken);
    }
    field->protobuf = (uint32_t)index;
    return true;
}

static bool read_kind(struct yaml_node map, struct custom_field *field)
{
    struct yaml_node node;
    unsigned kind;

    if (!mapping_require(map, "type", &node) || !mapping_read_word(node, kinds, "type", &kind)) {
        return false;
    }
    field->kind = (uint8_t)kind;
    return !mapping_find(map, "array", &node) || yaml_read_bool(node, &field->array);
}

static bool read_custom(struct yaml_node map, void *formatter)
{
    static const struct yaml_reader keys[] = {
        {"name", mapping_later},
        {"index", mapping_later},
        {"type", mapping_later},
        {"array", mapping_later},
        {NULL, NULL},
    };
    struct custom_field *field;
    struct yaml_node name;

    if (!yaml_read_map(map, keys, NULL) || !mapping_require(map, "name", &name)) {
        return false;
    }
    field = add_custom(name, formatter);
    return field != NULL && read_index(map, formatter, field) && read_kind(map, field);
}

bool mapping_read_protobuf(struct yaml_node list, struct mapping_formatter *formatter)
{
    return mapping_read_list(list, read_custom, formatter);
}

/* site: ams1, or site: {value: ams1, index: 2001} */
static bool read_constant(struct yaml_node key, struct yaml_node value, void *formatter)
{
    static const struct yaml_reader keys[] = {
        {"value", mapping_later}, {"index", mapping_later}, {NULL, NULL}};
    const bool is_map = yaml_kind(value) == YAML_MAP;
    struct custom_field *field = add_custom(key, formatter);
    struct yaml_node text = value;

    if (field == NULL ||
        (is_map && (!yaml_read_map(value, keys, NULL) || !mapping_require(value, "value", &text) ||
                    !read_index(value, formatter, field)))) {
        return false;
    }
    field->kind = CUSTOM_TEXT;
    return mapping_read_text(text, &field->constant);
}

bool mapping_read_constants(struct yaml_node map, struct mapping_formatter *formatter)
{
    return mapping_read_pairs(map, read_constant, formatter);
}
