// SPDX-License-Identifier: Apache-2.0
#ifndef DECODERS_TEMPLATE_SETS_H
#define DECODERS_TEMPLATE_SETS_H

#include "lib/decoder.h"
#include "lib/exporter/exporter.h"

enum { TEMPLATE_SETS_PUT_OFF_MAX = 16 };

/* A data set that is read behind the options data of its datagram, which may say its rate. */
struct template_set_put_off {
    uint16_t id;
    uint32_t number; /* in its message */
    struct wire set;
};

/* The sets of a NetFlow v9 datagram or an IPFIX message. */
struct template_sets {
    enum flow_type version; /* FLOW_TYPE_NETFLOW_V9 or FLOW_TYPE_IPFIX */
    uint16_t template_set;  /* id of template sets */
    uint16_t options_set;   /* id of options template sets */
    struct domain *domain;
    uint32_t domain_id;
    uint32_t sequence_num;
    struct outline *outline; /* is told what stands in the message; NULL if nobody asks */
    struct wire message;     /* from its header on */

    uint16_t n_put_off;
    struct template_set_put_off put_off[TEMPLATE_SETS_PUT_OFF_MAX];

    /* Found. */
    uint32_t sets;
    uint32_t template_records;
    uint32_t data_records; /* options data included */
    bool records_unknown;  /* a data set had no template: nobody knows how many records it holds */
    bool spent;            /* the datagram's budget */
};

/* Reads the sets that d->wire has left. */
void template_sets_read(struct decode *d, struct template_sets *sets);

/*
 * Whether only padding is left: fewer octets than a record has; or zeros that would make a record
 * of nothing (RFC 7011 section 3.3.1 does not tell them apart).  zeros is wire_final_zeros() of the
 * set.
 */
bool template_sets_padding(const struct decode *d, const struct template *t, const struct wire *set,
                           const uint8_t *zeros);

#endif
