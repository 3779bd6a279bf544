// SPDX-License-Identifier: Apache-2.0
/* Mapping files: the sections ipfix and netflowv9, elements that go to fields. */
#include <stdlib.h>
#include <string.h>

#include "lib/mapping/file.h"
#include "lib/option/nearest.h"

enum { IPFIX_ID_MAX = 0x7fff, CERT_REVERSE = 0x4000 };

static const char reverse_prefix[] = "reverse_";

/* A section, while it is read. */
struct elements_reading {
    struct mapping *mapping;
    enum flow_type version;
};

static bool is_number(const char *text)
{
    return *text >= '0' && *text <= '9';
}

/* --- Elements by name --- */

static const struct element *find_element(const char *name)
{
    for (unsigned i = 1; i < ELEMENT_COUNT; i++) {
        if (strcmp(elements[i].name, name) == 0) {
            return &elements[i];
        }
    }
    return NULL;
}

static bool refuse_element(struct yaml_node node)
{
    const char *text = yaml_text(node);
    struct nearest nearest;

    nearest_begin(&nearest, text, strlen(text));
    for (unsigned i = 1; i < ELEMENT_COUNT; i++) {
        nearest_offer(&nearest, elements[i].name);
    }
    if (nearest.name[0] == '\0') {
        return yaml_complain(node, "there is no element \"%s\"", text);
    }
    return yaml_complain(node, "there is no element \"%s\"; did you mean \"%s\"?", text,
                         nearest.name);
}

/* The element of the way back, as it is sent (RFC 5103; CERT marks its own). */
static bool turn_back(struct yaml_node node, struct mapping_element *element)
{
    if (element->pen == ELEMENT_PEN_CERT) {
        element->id |= CERT_REVERSE;
    } else if (element->pen == ELEMENT_PEN_IANA) {
        element->pen = ELEMENT_PEN_REVERSE;
    } else {
        return yaml_complain(node, "%s has no way back", yaml_text(node));
    }
    return true;
}

static bool read_element_name(struct yaml_node node, enum flow_type version,
                              struct mapping_element *element)
{
    const size_t prefix = sizeof(reverse_prefix) - 1;
    const char *name = yaml_text(node);
    const bool reverse = strncmp(name, reverse_prefix, prefix) == 0;
    const struct element *known = find_element(reverse ? name + prefix : name);

    if (known == NULL) {
        return refuse_element(node);
    }
    if (known->pen == ELEMENT_PEN_V9 && version != FLOW_TYPE_NETFLOW_V9) {
        return yaml_complain(node, "%s is an element of NetFlow v9", name);
    }
    element->pen = known->pen == ELEMENT_PEN_V9 ? 0 : known->pen;
    element->id = known->id;
    return !reverse || turn_back(node, element);
}

/* --- Enterprises --- */

/* The number of the vendor whose elements have names that begin with this one. */
static bool read_vendor(struct yaml_node node, uint64_t *pen)
{
    const char *name = yaml_text(node);
    const size_t len = strlen(name);

    for (unsigned i = 1; i < ELEMENT_COUNT; i++) {
        const bool vendor =
            elements[i].pen != ELEMENT_PEN_IANA && elements[i].pen != ELEMENT_PEN_V9;

        if (vendor && strncmp(elements[i].name, name, len) == 0 && elements[i].name[len] == '_') {
            *pen = elements[i].pen;
            return true;
        }
    }
    return yaml_complain(node, "there is no enterprise \"%s\"; give its number", name);
}

/* 0 where none is said. */
static bool read_pen(struct yaml_node map, uint64_t *pen)
{
    struct yaml_node node;

    *pen = 0;
    if (!mapping_find(map, "pen", &node)) {
        return true;
    }
    return is_number(yaml_text(node)) || yaml_kind(node) != YAML_SCALAR
               ? yaml_read_u64(node, UINT32_MAX, pen)
               : read_vendor(node, pen);
}

/* goflow2 takes an enterprise number only beside penprovided: true; elsewhere it never matches. */
static bool check_pen_provided(struct yaml_node map, const struct mapping_element *element)
{
    struct yaml_node node;
    bool provided;

    if (!mapping_find(map, "penprovided", &node)) {
        return true;
    }
    if (!yaml_read_bool(node, &provided)) {
        return false;
    }
    if (provided && element->pen == 0) {
        return yaml_complain(node, "pen is missing: which enterprise?");
    }
    return provided || element->pen == 0 ||
           yaml_complain(node, "there is an enterprise number: this must be true");
}

/* --- Entries --- */

static bool read_id(struct yaml_node map, enum flow_type version, struct mapping_element *element)
{
    const uint64_t max = version == FLOW_TYPE_IPFIX ? IPFIX_ID_MAX : UINT16_MAX;
    struct yaml_node node;
    uint64_t id;

    if (!mapping_require(map, "field", &node)) {
        return false;
    }
    if (!is_number(yaml_text(node)) && yaml_kind(node) == YAML_SCALAR) {
        return read_element_name(node, version, element);
    }
    if (!yaml_read_u64(node, max, &id)) {
        return false;
    }
    element->id = (uint16_t)id;
    return true;
}

static bool read_identity(struct yaml_node map, enum flow_type version,
                          struct mapping_element *element)
{
    uint64_t pen;

    if (!read_id(map, version, element) || !read_pen(map, &pen)) {
        return false;
    }
    if (pen != 0 && element->pen != 0 && pen != element->pen) {
        return yaml_complain(map, "the element is of enterprise %u", (unsigned)element->pen);
    }
    element->pen = pen != 0 ? (uint32_t)pen : element->pen;
    if (element->pen != 0 && version == FLOW_TYPE_NETFLOW_V9) {
        return yaml_complain(map, "NetFlow v9 has no elements of enterprises");
    }
    return check_pen_provided(map, element);
}

static bool read_element(struct yaml_node map, void *target)
{
    static const struct yaml_reader keys[] = {
        {"field", mapping_later},
        {"destination", mapping_later},
        {"pen", mapping_later},
        {"penprovided", mapping_later},
        {"endianness", mapping_later},
        {"endian", mapping_later},
        {NULL, NULL},
    };
    const struct elements_reading *reading = target;
    struct mapping_elements *list = &reading->mapping->elements;
    struct mapping_element element = {.version = reading->version, .order = list->n};
    struct mapping_element *rows;

    if (!yaml_read_map(map, keys, NULL) || !read_identity(map, reading->version, &element) ||
        !mapping_read_target(map, reading->mapping->formatter, MAPPING_OF_TEMPLATE,
                             &element.target)) {
        return false;
    }
    rows = mapping_grow(map, list->rows, list->n, sizeof(*rows));
    if (rows == NULL) {
        return false;
    }
    list->rows = rows;
    list->rows[list->n++] = element;
    return true;
}

bool mapping_read_elements(struct yaml_node section, struct mapping *mapping,
                           enum flow_type version)
{
    static const struct yaml_reader keys[] = {{"mapping", mapping_later}, {NULL, NULL}};
    struct elements_reading reading = {mapping, version};
    struct yaml_node list;

    return yaml_read_map(section, keys, NULL) && (!mapping_find(section, "mapping", &list) ||
                                                  mapping_read_list(list, read_element, &reading));
}

/* --- Looking them up --- */

static int compare(const struct mapping_element *row, enum flow_type version, uint32_t pen,
                   uint16_t id)
{
    if (row->version != version) {
        return row->version < version ? -1 : 1;
    }
    if (row->pen != pen) {
        return row->pen < pen ? -1 : 1;
    }
    return row->id < id ? -1 : row->id > id;
}

static int by_element(const void *a_, const void *b_)
{
    const struct mapping_element *a = a_;
    const struct mapping_element *b = b_;
    const int order = compare(a, b->version, b->pen, b->id);

    return order != 0 ? order : a->order - b->order;
}

void mapping_sort_elements(struct mapping_elements *list)
{
    if (list->n > 0) {
        qsort(list->rows, list->n, sizeof(list->rows[0]), by_element);
    }
}

const struct mapping_element *mapping_find_elements(const struct mapping *mapping,
                                                    enum flow_type version, uint32_t pen,
                                                    uint16_t id, uint16_t *n)
{
    const struct mapping_element *rows = mapping->elements.rows;
    uint16_t low = 0;
    uint16_t high = mapping->elements.n;

    while (low < high) {
        const uint16_t middle = (uint16_t)((low + high) / 2);

        if (compare(&rows[middle], version, pen, id) < 0) {
            low = (uint16_t)(middle + 1);
        } else {
            high = middle;
        }
    }
    *n = 0;
    while (low + *n < mapping->elements.n && compare(&rows[low + *n], version, pen, id) == 0) {
        (*n)++;
    }
    return *n == 0 ? NULL : rows + low;
}
