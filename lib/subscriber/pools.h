// SPDX-License-Identifier: Apache-2.0
#ifndef LIB_SUBSCRIBER_POOLS_H
#define LIB_SUBSCRIBER_POOLS_H

#include "lib/subscriber/prefix_map.h"
#include "lib/subscriber/subscribers.h"

/* Only for the files of this folder. */

/* What becomes of a flow between two subscribers. */
enum subscriber_both { BOTH_TWO_RECORDS, BOTH_SOURCE, BOTH_DESTINATION, BOTH_NONE };

struct subscribers {
    struct prefix_map ipv4; /* values are numbers of pools, from 1 on */
    struct prefix_map ipv6;
    struct flow_sub_key *pools; /* what the prefixes of each have in common */
    size_t n_pools;
    size_t n_prefixes;
    enum subscriber_both both;
    bool outside; /* the addresses behind a translation count */
};

/* Reads the file into subscribers, which are all zero.  False with a message. */
bool pools_read(struct subscribers *subscribers, const char *path, char *message,
                size_t message_size);

#endif
