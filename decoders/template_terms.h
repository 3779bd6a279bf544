// SPDX-License-Identifier: Apache-2.0
#ifndef DECODERS_TEMPLATE_TERMS_H
#define DECODERS_TEMPLATE_TERMS_H

#include "decoders/outline_fields.h"

enum { TEMPLATE_LISTS_MAX = 2 };

/* The fields of a record, or of a template, that stand together. */
struct template_field_list {
    const char *key;
    bool scope;
    const char *type_name; /* in the words of the RFC */
    const char *len_name;
};

/* How a template record is told. */
struct template_form {
    const char *name;
    struct outline_field counts[3]; /* the words that stand before the fields */
    struct template_field_list lists[TEMPLATE_LISTS_MAX];
};

/* What the document of a version calls its parts. */
struct template_terms {
    const struct outline_field *header;
    const char *sets[3]; /* of templates, of options templates, of data */
    const char *set_id;
    const char *records[2];        /* of data, of options data */
    struct template_form forms[2]; /* of a template, of an options template */
};

/* Of FLOW_TYPE_NETFLOW_V9 or FLOW_TYPE_IPFIX. */
const struct template_terms *template_terms_of(enum flow_type version);

#endif
