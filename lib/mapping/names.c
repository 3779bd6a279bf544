// SPDX-License-Identifier: Apache-2.0
/* Mapping files: fields by name, and the destinations of values. */
#include <string.h>

#include "lib/mapping/file.h"
#include "lib/option/nearest.h"

static const char icmp_name[] = "icmp_name";

/* The custom fields come first: they may take the names of weir's own rows. */
unsigned mapping_find_name(const struct mapping_formatter *formatter, const char *name)
{
    for (uint16_t i = 0; i < formatter->n_custom; i++) {
        if (strcmp(formatter->custom[i].name, name) == 0) {
            return COLUMN_CUSTOM + (unsigned)i;
        }
    }
    for (unsigned at = 0; at < FLOW_NFIELDS; at++) {
        if (strcmp(flow_fields[at].key, name) == 0) {
            return at;
        }
    }
    for (uint16_t i = 0; i < formatter->n_virtual; i++) {
        if (strcmp(formatter->virtuals[i], name) == 0) {
            return COLUMN_NOTHING + (unsigned)i;
        }
    }
    return strcmp(icmp_name, name) == 0 ? COLUMN_ICMP_NAME : MAPPING_NAMES;
}

/* in_if as the sources of goflow2 spell it: InIf. */
static const char *spell_as_goflow2(const char *key, char spelt[static NEAREST_OCTETS])
{
    char *end = spelt;
    bool begins = true;

    for (; *key != '\0' && end < spelt + NEAREST_OCTETS - 1; key++) {
        if (*key == '_') {
            begins = true;
            continue;
        }
        *end++ = (char)(begins && *key >= 'a' && *key <= 'z' ? *key - 'a' + 'A' : *key);
        begins = false;
    }
    *end = '\0';
    return spelt;
}

static unsigned find_spelt_as_goflow2(const char *name)
{
    char spelt[NEAREST_OCTETS];

    for (unsigned at = 0; at < FLOW_NFIELDS; at++) {
        if (strcmp(spell_as_goflow2(flow_fields[at].key, spelt), name) == 0) {
            return at;
        }
    }
    return MAPPING_NAMES;
}

static bool refuse_name(struct yaml_node node, const struct mapping_formatter *formatter,
                        bool as_goflow2)
{
    const char *text = yaml_text(node);
    char spelt[NEAREST_OCTETS];
    struct nearest nearest;

    nearest_begin(&nearest, text, strlen(text));
    for (uint16_t i = 0; i < formatter->n_custom; i++) {
        nearest_offer(&nearest, formatter->custom[i].name);
    }
    for (unsigned at = 0; at < FLOW_NFIELDS; at++) {
        const char *key = flow_fields[at].key;

        nearest_offer(&nearest, as_goflow2 ? spell_as_goflow2(key, spelt) : key);
    }
    nearest_offer(&nearest, icmp_name);
    if (nearest.name[0] == '\0') {
        return yaml_complain(node, "there is no field \"%s\"", text);
    }
    return yaml_complain(node, "there is no field \"%s\"; did you mean \"%s\"?", text,
                         nearest.name);
}

bool mapping_read_field(struct yaml_node node, const struct mapping_formatter *formatter,
                        unsigned *number)
{
    const char *name;

    if (!mapping_read_text(node, &name)) {
        return false;
    }
    *number = mapping_find_name(formatter, name);
    return *number != MAPPING_NAMES || refuse_name(node, formatter, false);
}

/* What the datagram itself says of each of its records. */
static bool is_of_datagram(unsigned at, enum mapping_origin origin)
{
    switch (at) {
    case FLOW_AT_type:
    case FLOW_AT_time_received:
    case FLOW_AT_sequence_num:
    case FLOW_AT_sampler_address:
    case FLOW_AT_exporter_address:
        return true;
    case FLOW_AT_observation_domain_id:
        return origin == MAPPING_OF_TEMPLATE;
    default:
        return false;
    }
}

static bool read_custom_target(struct yaml_node node, const struct mapping_formatter *formatter,
                               struct mapping_target *target)
{
    const struct custom_field *field = &formatter->custom[target->at - COLUMN_CUSTOM];

    if (field->constant != NULL) {
        return yaml_complain(node, "%s is a constant", field->name);
    }
    target->name = field->name;
    target->form = mapping_form_of_custom(field->kind);
    return true;
}

static bool read_row_target(struct yaml_node node, enum mapping_origin origin,
                            struct mapping_target *target)
{
    const struct flow_field *field = &flow_fields[target->at];

    if (is_of_datagram(target->at, origin)) {
        return yaml_complain(node, "%s is what the datagram says, nothing can be sent there",
                             field->key);
    }
    target->name = field->key;
    target->member = field->offset;
    target->form = mapping_form_of_kind(field->kind);
    return target->form != NULL || yaml_complain(node, "nothing can be sent to %s", field->key);
}

static bool read_destination(struct yaml_node node, const struct mapping_formatter *formatter,
                             enum mapping_origin origin, struct mapping_target *target)
{
    const char *name;
    unsigned number;

    if (!mapping_read_text(node, &name)) {
        return false;
    }
    number = mapping_find_name(formatter, name);
    if (number == MAPPING_NAMES) {
        number = find_spelt_as_goflow2(name);
    }
    if (number == MAPPING_NAMES) {
        return refuse_name(node, formatter, name[0] >= 'A' && name[0] <= 'Z');
    }
    if (number >= COLUMN_ICMP_NAME) {
        return yaml_complain(node, "nothing can be sent to %s", name);
    }
    target->at = (uint16_t)number;
    return number < FLOW_NFIELDS ? read_row_target(node, origin, target)
                                 : read_custom_target(node, formatter, target);
}

/* goflow2 reads endianness, and documents endian. */
static bool read_endianness(struct yaml_node map, struct mapping_target *target)
{
    static const struct mapping_word orders[] = {{"big", 0}, {"little", 1}, {NULL, 0}};
    struct yaml_node node;
    struct yaml_node same;
    unsigned little;

    if (mapping_find(map, "endian", &node) && mapping_find(map, "endianness", &same)) {
        return yaml_complain(node, "endian and endianness are the same");
    }
    if (!mapping_find(map, "endian", &node) && !mapping_find(map, "endianness", &node)) {
        return true;
    }
    if (!mapping_read_word(node, orders, "endianness", &little)) {
        return false;
    }
    target->little = little != 0;
    return !target->little || (target->form->traits & MAPPING_NUMBER) != 0 ||
           yaml_complain(node, "%s is no number: its octets have one order", target->name);
}

bool mapping_read_target(struct yaml_node map, const struct mapping_formatter *formatter,
                         enum mapping_origin origin, struct mapping_target *target)
{
    struct yaml_node node;

    *target = (struct mapping_target){.form = NULL};
    return mapping_require(map, "destination", &node) &&
           read_destination(node, formatter, origin, target) && read_endianness(map, target);
}
