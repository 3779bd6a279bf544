// SPDX-License-Identifier: Apache-2.0
/* Mapping files: loading and freeing. */
#include "lib/mapping/mapping.h"

#include <stdio.h>
#include <stdlib.h>

#include "lib/mapping/file.h"

static const struct yaml_reader sections[] = {
    {"formatter", mapping_later},
    {"ipfix", mapping_later},
    {"netflowv9", mapping_later},
    {"sflow", mapping_later},
    {NULL, NULL},
};

static bool read_elements(struct yaml_node root, const char *key, struct mapping *mapping,
                          enum flow_type version)
{
    struct yaml_node section;

    return !mapping_find(root, key, &section) || mapping_read_elements(section, mapping, version);
}

/* The formatter comes first: it makes fields that the others send values to. */
static bool read_file(struct mapping *mapping)
{
    const struct yaml_node root = yaml_root(mapping->file);
    struct yaml_node section;

    if (yaml_kind(root) == YAML_NONE) {
        return yaml_complain(root, "the file is empty");
    }
    if (!yaml_read_map(root, sections, NULL)) {
        return false;
    }
    if (mapping_find(root, "formatter", &section) &&
        !mapping_read_formatter(section, mapping->formatter)) {
        return false;
    }
    return read_elements(root, "ipfix", mapping, FLOW_TYPE_IPFIX) &&
           read_elements(root, "netflowv9", mapping, FLOW_TYPE_NETFLOW_V9) &&
           (!mapping_find(root, "sflow", &section) || mapping_read_sflow(section, mapping));
}

static bool load(struct mapping *mapping, const char *path, char *message, size_t message_size)
{
    mapping->formatter = calloc(1, sizeof(*mapping->formatter));
    if (mapping->formatter == NULL) {
        (void)snprintf(message, message_size, "no memory");
        return false;
    }
    mapping->file = yaml_open(path, message, message_size);
    if (mapping->file == NULL) {
        return false;
    }
    if (!read_file(mapping)) {
        (void)snprintf(message, message_size, "%s", yaml_complaint(mapping->file));
        return false;
    }
    mapping_sort_elements(&mapping->elements);
    mapping_sort_bits(&mapping->packet);
    return true;
}

struct mapping *mapping_load(const char *path, char *message, size_t message_size)
{
    struct mapping *mapping = calloc(1, sizeof(*mapping));

    if (mapping == NULL) {
        (void)snprintf(message, message_size, "no memory");
        return NULL;
    }
    if (!load(mapping, path, message, message_size)) {
        mapping_free(mapping);
        return NULL;
    }
    return mapping;
}

void mapping_free(struct mapping *mapping)
{
    if (mapping == NULL) {
        return;
    }
    yaml_close(mapping->file);
    free(mapping->formatter);
    free(mapping->elements.rows);
    free(mapping->packet.rows);
    free(mapping->packet.ports);
    free(mapping);
}
