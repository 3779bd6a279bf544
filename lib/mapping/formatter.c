// SPDX-License-Identifier: Apache-2.0
/* Mapping files: the formatter section. */
#include "lib/mapping/file.h"

static const struct yaml_reader keys[] = {
    {"fields", mapping_later},
    {"key", mapping_later},
    {"rename", mapping_later},
    {"render", mapping_later},
    {"protobuf", mapping_later},
    {"constants", mapping_later},
    {NULL, NULL},
};

/* The fields that the file makes come first, for the other keys may name them. */
bool mapping_read_formatter(struct yaml_node section, struct mapping_formatter *formatter)
{
    struct yaml_node node;

    if (!yaml_read_map(section, keys, NULL)) {
        return false;
    }
    if (mapping_find(section, "protobuf", &node) && !mapping_read_protobuf(node, formatter)) {
        return false;
    }
    if (mapping_find(section, "constants", &node) && !mapping_read_constants(node, formatter)) {
        return false;
    }
    return mapping_read_columns(section, formatter);
}
