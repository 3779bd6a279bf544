// SPDX-License-Identifier: Apache-2.0
#ifndef LIB_TEMPLATE_TEMPLATE_H
#define LIB_TEMPLATE_TEMPLATE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "lib/decoder.h"
#include "lib/lru_table.h"

enum {
    TEMPLATE_FIELDS_MAX = 1024,
    TEMPLATE_RECORD_MAX = 65515, /* an IPFIX set cannot hold more */
    TEMPLATE_VARIABLE =
        65535, /* the length that says: it stands before each value (RFC 7011 section 7) */
};

/* A field specifier as it came (RFC 7011 section 3.2), in host order. */
struct template_field {
    uint32_t pen; /* 0 for IANA's, and for all of NetFlow v9 */
    uint16_t id;
    uint16_t len;
    uint16_t type; /* the id as it was sent, with the enterprise bit; v9 numbers its scopes apart */
    bool scope;    /* of an options template */
};

/* A template record, read whole but not yet believed. */
struct template_definition {
    enum flow_type version; /* FLOW_TYPE_NETFLOW_V9 or FLOW_TYPE_IPFIX */
    uint16_t id;
    bool options;
    uint16_t n;
    struct template_field fields[TEMPLATE_FIELDS_MAX];
};

/*
 * What is done with one field of a record: where it lies, and who reads it.
 * Everything that can be known when the template arrives is in here.
 */
struct template_action {
    void (*read)(struct decode *d, const struct template_action *action, const uint8_t *data,
                 size_t len);
    uint16_t at;      /* enum flow_index that it fills */
    uint16_t member;  /* offset in struct flow */
    uint16_t offset;  /* from the record's first octet; in templates of fixed length only */
    uint16_t element; /* enum element_index, maybe IE_REVERSE */
    uint16_t detail;  /* what the reader wants to know besides */
    bool merge;       /* other fields of the template fill this one too: zero does not replace */
    const struct template_field *field;
};

/* A template, compiled against the fields of struct flow. */
struct template
{
    struct lru_entry entry;
    uint16_t id;
    bool options;
    bool rejected;  /* the last definition was refused: data is not decoded, nor held */
    bool variable;  /* records differ in length */
    bool usable;    /* some field can be read */
    uint16_t least; /* octets of the shortest record */
    uint16_t n_fields;
    uint16_t n_actions;
    uint64_t refreshed_ns;
    size_t octets; /* of memory */
    struct template_field *fields;
    struct template_action *actions;
};

/*
 * What NetFlow v9 may be scoped by, as the element that says the same (RFC 3954
 * section 6.1); 0 if there is none.
 */
uint16_t template_v9_scope(uint16_t type);

/* Which elements fill which fields: made once, searched when templates arrive. */
struct template_sources;
struct template_sources *template_sources_new(const struct decode_settings *settings);
void template_sources_free(struct template_sources *sources);

/*
 * Whether the definition can be believed, and if not why.  DECODE_ERROR_COUNT
 * means it can.
 */
enum decode_error template_check(const struct template_definition *definition);

/* Compiles a definition that passed template_check().  NULL if there is no memory. */
struct template *template_new(struct decode *d, const struct template_sources *sources,
                              const struct template_definition *definition);
/* A place holder for a definition that was refused. */
struct template *template_new_rejected(uint16_t id);
void template_free(struct template *t);

/* Whether the definition is the one that the template was made of. */
bool template_same(const struct template *t, const struct template_definition *definition);

/* How long the field's next value is; where this varies, it is read. */
size_t template_value_len(const struct template_field *field, struct wire *set);

/*
 * Reads one record into d->flow, which the caller has begun.  False if a value
 * goes beyond the set (the reader has then failed).
 */
bool template_read(struct decode *d, const struct template *t, struct wire *set);

#endif
