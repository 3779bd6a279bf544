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
 * How a field is read.  Most fill a member that has their width, or twice their width, and that
 * no other field fills: such a value is a load and a store, and its presence a bit of the
 * template's.
 */
enum template_way {
    TEMPLATE_READER, /* by the action's own reader */
    TEMPLATE_U8,
    TEMPLATE_U8_AS_U16,
    TEMPLATE_U16,
    TEMPLATE_U16_AS_U32,
    TEMPLATE_U32,
    TEMPLATE_U32_AS_U64,
    TEMPLATE_U64,
    TEMPLATE_IPV4,
    TEMPLATE_IPV6,
    TEMPLATE_WAYS,
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
    uint16_t len;     /* of the value; in templates of fixed length only */
    uint16_t detail;  /* what the reader wants to know besides */
    bool merge;       /* other fields of the template fill this one too: zero does not replace */
    uint8_t way;      /* enum template_way, in templates of fixed length */
    const struct template_field *field;
};

/* An action that is no TEMPLATE_READER, in few octets: many templates may have to be at hand. */
struct template_load {
    uint16_t member;
    uint16_t offset;
    uint16_t etype; /* of the payload, as an address tells it; or 0 */
};

struct template_layout;

/* A layout, compiled against the fields of struct flow: the same for all ids that have it. */
struct template
{
    struct template_layout *layout; /* of lib/template/store.c, as the next two */
    struct template *older;
    struct template *newer;
    bool used; /* likewise */
    bool options;
    bool rejected;  /* the last definition was refused: data is not decoded, nor held */
    bool variable;  /* records differ in length */
    bool usable;    /* some field can be read */
    uint16_t least; /* octets of the shortest record */
    uint16_t n_fields;
    uint16_t n_actions;
    uint64_t has[FLOW_WORDS];    /* what loads fill */
    uint16_t run[TEMPLATE_WAYS]; /* how many of each way; loads follow each other in its order */
    uint32_t octets;             /* of memory */
    struct template_load *loads;
    struct template_action *actions; /* readers */
    struct template_field *fields;
};

/* The field of a specifier: pen is that of its enterprise, if its type says that it has one. */
struct template_field template_field_make(enum flow_type version, uint16_t type, uint16_t len,
                                          uint32_t pen, bool scope);

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
void template_free(struct template *t);

/* Takes the place of a definition that was refused. */
extern const struct template template_rejected;

/* How long the field's next value is; where this varies, it is read. */
size_t template_value_len(const struct template_field *field, struct wire *set);

/*
 * Reads one record into d->flow, which the caller has begun.  False if a value
 * goes beyond the set (the reader has then failed).
 */
bool template_read(struct decode *d, const struct template *t, struct wire *set);

#endif
