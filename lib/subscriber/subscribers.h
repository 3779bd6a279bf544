// SPDX-License-Identifier: Apache-2.0
#ifndef LIB_SUBSCRIBER_SUBSCRIBERS_H
#define LIB_SUBSCRIBER_SUBSCRIBERS_H

#include "lib/decoder.h"

/*
 * Who of a flow's two ends is a subscriber, and what he is joined by, as a file of pools says
 * (docs/subscribers.md).  Made once at start or reload, then only read: all workers share it.
 */
struct subscribers;

/* NULL if the file is not right: message then says where and why. */
struct subscribers *subscribers_load(const char *path, char *message, size_t message_size);
void subscribers_free(struct subscribers *subscribers);

/* How many prefixes there are, and the octets of memory that looking them up takes. */
size_t subscribers_prefixes(const struct subscribers *subscribers);
size_t subscribers_size(const struct subscribers *subscribers);

/* How many records one flow may become, at most; 1 without subscribers. */
unsigned subscribers_records(const struct subscribers *subscribers);

/* Fills d->flow's direction, and its fields of the subscriber and of the other end. */
void subscriber_fill(struct decode *d);

/*
 * Once d->flow was written: if its other end is a subscriber with a record of his own, d->flow
 * becomes that record.  False if there is none.
 */
bool subscriber_fill_other(struct decode *d);

#endif
