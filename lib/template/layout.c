// SPDX-License-Identifier: Apache-2.0
/* Template records in little memory. */
#include "lib/template/layout.h"

#include <stdlib.h>
#include <string.h>

enum { ENTERPRISE_BIT = 0x8000 };

static bool has_pen(uint8_t version, uint16_t type)
{
    return version == FLOW_TYPE_IPFIX && (type & ENTERPRISE_BIT) != 0;
}

struct template_field template_field_make(enum flow_type version, uint16_t type, uint16_t len,
                                          uint32_t pen, bool scope)
{
    struct template_field field = {.len = len, .type = type, .scope = scope};

    if (version == FLOW_TYPE_NETFLOW_V9) {
        field.id = scope ? template_v9_scope(type) : type;
        return field;
    }
    field.id = type & (uint16_t)~ENTERPRISE_BIT;
    field.pen = (type & ENTERPRISE_BIT) != 0 ? pen : 0;
    return field;
}

/* Whether its element is the one that its specifier says. */
static bool is_sound(enum flow_type version, const struct template_field *field)
{
    const struct template_field sound =
        template_field_make(version, field->type, field->len, field->pen, field->scope);

    return field->pen == sound.pen && field->id == sound.id;
}

static void pack_field(struct packed_definition *packed, const struct template_field *field)
{
    uint16_t *words = &packed->words[packed->n_words];

    words[0] = field->type;
    words[1] = field->len;
    packed->n_words += 2;
    if (has_pen(packed->version, field->type)) {
        words[2] = (uint16_t)(field->pen >> 16);
        words[3] = (uint16_t)field->pen;
        packed->n_words += 2;
    }
}

bool layout_pack(struct packed_definition *packed, const struct template_definition *definition)
{
    packed->n_fields = definition->n;
    packed->n_words = 0;
    packed->n_scopes = 0;
    packed->version = (uint8_t)definition->version;
    packed->options = definition->options;
    for (uint16_t i = 0; i < definition->n; i++) {
        const struct template_field *field = &definition->fields[i];

        if (!is_sound(definition->version, field) || (field->scope && packed->n_scopes < i)) {
            return false;
        }
        packed->n_scopes = (uint16_t)(packed->n_scopes + (field->scope ? 1 : 0));
        pack_field(packed, field);
    }
    return true;
}

static const uint16_t *unpack_field(const struct template_layout *layout, const uint16_t *words,
                                    bool scope, struct template_field *field)
{
    const bool pen = has_pen(layout->version, words[0]);

    *field = template_field_make(layout->version, words[0], words[1],
                                 pen ? (uint32_t)words[2] << 16 | words[3] : 0, scope);
    return words + (pen ? 4 : 2);
}

void layout_unpack(const struct template_layout *layout, struct template_definition *definition)
{
    const uint16_t *words = layout->words;

    definition->version = layout->version;
    definition->options = layout->options;
    definition->n = layout->n_fields;
    for (uint16_t i = 0; i < layout->n_fields; i++) {
        words = unpack_field(layout, words, i < layout->n_scopes, &definition->fields[i]);
    }
}

static size_t words_octets(uint16_t n_words)
{
    return n_words * sizeof(uint16_t);
}

struct template_layout *layout_new(const struct packed_definition *packed, uint64_t hash)
{
    struct template_layout *layout =
        malloc(offsetof(struct template_layout, words) + words_octets(packed->n_words));

    if (layout == NULL) {
        return NULL;
    }
    *layout = (struct template_layout){
        .hash = hash,
        .refs = 1,
        .n_fields = packed->n_fields,
        .n_words = packed->n_words,
        .n_scopes = packed->n_scopes,
        .version = packed->version,
        .options = packed->options,
    };
    memcpy(layout->words, packed->words, words_octets(packed->n_words));
    return layout;
}

bool layout_same(const struct template_layout *layout, const struct packed_definition *packed)
{
    return layout->n_fields == packed->n_fields && layout->n_words == packed->n_words &&
           layout->n_scopes == packed->n_scopes && layout->version == packed->version &&
           layout->options == packed->options &&
           memcmp(layout->words, packed->words, words_octets(packed->n_words)) == 0;
}

/* What else tells layouts apart goes into the key. */
uint64_t layout_hash(const struct packed_definition *packed, const uint64_t secret[static 2])
{
    const uint64_t kind = (uint64_t)packed->n_scopes << 16 | (uint64_t)packed->version << 8 |
                          (packed->options ? 1u : 0u);
    const uint64_t own[2] = {secret[0] ^ kind, secret[1]};

    return lru_hash(own, packed->words, words_octets(packed->n_words));
}

size_t layout_octets(const struct template_layout *layout)
{
    return offsetof(struct template_layout, words) + words_octets(layout->n_words);
}
