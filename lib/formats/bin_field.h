// SPDX-License-Identifier: Apache-2.0
#ifndef LIB_FORMATS_BIN_FIELD_H
#define LIB_FORMATS_BIN_FIELD_H

#include <stdbool.h>

#include "lib/field_set.h"
#include "lib/formats/protobuf.h"
#include "lib/text_write.h"

struct bin_field;

/* Writes tag and value; nothing, where protobuf has nothing for the value. */
typedef char *bin_writer(char *out, const struct bin_field *field, const struct flow *flow);

/* Who writes a field: the loop itself what most records are full of. */
enum bin_way { BIN_WRITER, BIN_U8, BIN_U16, BIN_U32, BIN_U64, BIN_ADDR };

/* A field, with everything that can be known before the first flow. */
struct bin_field {
    bin_writer *write;
    uint64_t bit;    /* of presence */
    uint8_t word;    /* likewise */
    uint8_t way;     /* enum bin_way */
    bool keeps_zero; /* a zero is written, too: that it is known means something */
    uint8_t tag_len;
    char tag[8]; /* a copy of this length is a single move */
    uint16_t number;
    uint16_t offset;
};

struct bin_kind {
    bin_writer *write; /* NULL where the loop does */
    enum bin_way way;
    enum protobuf_wire wire;
    size_t max; /* octets, with the tag */
};

/*
 * Whether the messages of a set have this field: goflow2's fifty are always there, for what
 * is absent costs nothing, unless the set is sparse; the others if they are chosen, and no custom
 * field took their name or number.
 */
bool bin_has_field(const struct field_set *set, unsigned at);

extern const struct bin_kind bin_kinds[FLOW_KIND_COUNT];

enum {
    BIN_OCTETS_MAX = TEXT_STRING_MAX, /* of a text or of octets; what is beyond is cut off */
    BIN_SLICE_MAX = PROTOBUF_TAG_MAX + PROTOBUF_LENGTH_MAX + BIN_OCTETS_MAX,
};

static inline char *bin_write_tag(char *out, const struct bin_field *field)
{
    memcpy(out, field->tag, sizeof(field->tag));
    return out + field->tag_len;
}

/* Length and octets, without tag.  Text becomes UTF-8, which protobuf's strings must be. */
char *bin_write_text(char *out, struct flow_slice text);
char *bin_write_octets(char *out, struct flow_slice octets);

#endif
