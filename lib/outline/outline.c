// SPDX-License-Identifier: Apache-2.0
// What all outlines have in common.
#include "lib/outline/outline.h"

#include <stdlib.h>

struct outline *outline_new(const struct outline_ops *ops)
{
    struct outline *outline = calloc(1, ops->size);

    if (outline == NULL) {
        return NULL;
    }
    outline->ops = ops;
    outline->line = malloc(OUTLINE_MAX);
    if (outline->line == NULL) {
        free(outline);
        return NULL;
    }
    return outline;
}

void outline_free(struct outline *outline)
{
    if (outline != NULL) {
        free(outline->line);
        free(outline);
    }
}

void outline_begin(struct outline *outline, const struct decoder *decoder,
                   const struct datagram *datagram)
{
    outline->decoder = decoder;
    outline->datagram = datagram;
    outline->about = (struct outline_about){0};
    outline->at = outline->line;
    outline->told = false;
    outline->full = false;
    outline->ops->begin(outline);
}

struct slice outline_end(struct outline *outline)
{
    if (!outline->told) {
        return (struct slice){outline->line, 0};
    }
    outline->ops->end(outline);
    return (struct slice){outline->line, (size_t)(outline->at - outline->line)};
}

void outline_open(struct outline *outline, const char *key, enum outline_group group)
{
    if (outline != NULL) {
        outline->told = true;
        outline->ops->open(outline, key, group);
        outline->about = (struct outline_about){0};
    }
}

void outline_close(struct outline *outline, enum outline_group group)
{
    if (outline != NULL) {
        outline->ops->close(outline, group);
    }
}

static void tell(struct outline *outline, const char *key, const struct outline_value *value)
{
    if (outline != NULL) {
        outline->told = true;
        outline->ops->value(outline, key, value);
        outline->about = (struct outline_about){0};
    }
}

void outline_number(struct outline *outline, const char *key, uint64_t number)
{
    tell(outline, key, &(struct outline_value){.kind = OUTLINE_NUMBER, .number = number});
}

void outline_boolean(struct outline *outline, const char *key, bool boolean)
{
    tell(outline, key, &(struct outline_value){.kind = OUTLINE_BOOLEAN, .number = boolean});
}

static void tell_octets(struct outline *outline, const char *key, enum outline_kind kind,
                        struct flow_slice octets)
{
    tell(outline, key, &(struct outline_value){.kind = kind, .octets = octets});
}

void outline_text(struct outline *outline, const char *key, const uint8_t *text, size_t len)
{
    tell_octets(outline, key, OUTLINE_TEXT, (struct flow_slice){text, (uint16_t)len});
}

void outline_octets(struct outline *outline, const char *key, const uint8_t *octets, size_t len)
{
    tell_octets(outline, key, OUTLINE_OCTETS, (struct flow_slice){octets, (uint16_t)len});
}

void outline_address(struct outline *outline, const char *key, const struct flow_addr *address)
{
    tell(outline, key, &(struct outline_value){.kind = OUTLINE_ADDRESS, .address = *address});
}

void outline_nothing(struct outline *outline, const char *key)
{
    tell(outline, key, &(struct outline_value){.kind = OUTLINE_NOTHING});
}

void outline_name(struct outline *outline, const char *name)
{
    if (outline != NULL) {
        outline->about.name = name;
    }
}

void outline_place(struct outline *outline, const struct wire *w, size_t len)
{
    if (outline != NULL && len <= wire_left(w)) {
        outline->about.wire = (struct flow_slice){w->at, (uint16_t)len};
    }
}

void outline_element(struct outline *outline, uint32_t pen, uint16_t id)
{
    if (outline != NULL) {
        outline->about.is_element = true;
        outline->about.pen = pen;
        outline->about.id = id;
    }
}

char *outline_write_source(char *out, const struct outline *outline)
{
    const struct datagram *datagram = outline->datagram;
    const bool brackets = datagram->from.len == 16;

    if (brackets) {
        *out++ = '[';
    }
    out = text_write_addr(out, &datagram->from);
    if (brackets) {
        *out++ = ']';
    }
    *out++ = ':';
    return text_write_u64(out, datagram->from_port);
}
