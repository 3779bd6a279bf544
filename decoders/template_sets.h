// SPDX-License-Identifier: Apache-2.0
#ifndef DECODERS_TEMPLATE_SETS_H
#define DECODERS_TEMPLATE_SETS_H

#include "lib/decoder.h"
#include "lib/exporter.h"

/* The sets of a NetFlow v9 datagram or an IPFIX message. */
struct template_sets {
    enum flow_type version; /* FLOW_TYPE_NETFLOW_V9 or FLOW_TYPE_IPFIX */
    uint16_t template_set;  /* id of template sets */
    uint16_t options_set;   /* id of options template sets */
    struct domain *domain;
    uint32_t domain_id;
    uint32_t sequence_num;

    /* Found. */
    uint32_t sets;
    uint32_t template_records;
    uint32_t data_records; /* options data included */
    bool records_unknown;  /* a data set had no template: nobody knows how many records it holds */
    bool spent;            /* the datagram's budget */
};

/* Reads the sets that d->wire has left. */
void template_sets_read(struct decode *d, struct template_sets *sets);

#endif
