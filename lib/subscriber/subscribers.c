// SPDX-License-Identifier: Apache-2.0
/* Subscribers: loading and freeing. */
#include "lib/subscriber/subscribers.h"

#include <stdio.h>
#include <stdlib.h>

#include "lib/subscriber/pools.h"

struct subscribers *subscribers_load(const char *path, char *message, size_t message_size)
{
    struct subscribers *subscribers = calloc(1, sizeof(*subscribers));

    if (subscribers == NULL) {
        (void)snprintf(message, message_size, "no memory");
        return NULL;
    }
    if (!pools_read(subscribers, path, message, message_size)) {
        subscribers_free(subscribers);
        return NULL;
    }
    return subscribers;
}

void subscribers_free(struct subscribers *subscribers)
{
    if (subscribers == NULL) {
        return;
    }
    prefix_map_free(&subscribers->ipv4);
    prefix_map_free(&subscribers->ipv6);
    free(subscribers->pools);
    free(subscribers);
}

size_t subscribers_prefixes(const struct subscribers *subscribers)
{
    return subscribers->n_prefixes;
}

size_t subscribers_size(const struct subscribers *subscribers)
{
    return sizeof(*subscribers) + subscribers->n_pools * sizeof(*subscribers->pools) +
           prefix_map_size(&subscribers->ipv4) + prefix_map_size(&subscribers->ipv6);
}

unsigned subscribers_records(const struct subscribers *subscribers)
{
    return subscribers != NULL && subscribers->both == BOTH_TWO_RECORDS ? 2 : 1;
}
