// SPDX-License-Identifier: Apache-2.0
#ifndef LIB_EXPORTER_HELD_SETS_H
#define LIB_EXPORTER_HELD_SETS_H

#include <stddef.h>
#include <stdint.h>

#include "lib/decoder.h"

struct exporters;

/*
 * Data sets that came before their template (RFC 3954 section 9), kept within
 * limits until it comes.  The queue is in order of arrival; what is not decoded
 * counts as TEMPLATE_UNKNOWN when it leaves.
 */
struct held_set;

/* The sets of all exporters, or of one. */
struct held_queue {
    struct held_set *first;
    struct held_set *last;
    size_t n;
    size_t octets; /* of memory */
};

/* What a data set was part of: enough to decode it later as if at once. */
struct held_context {
    uint32_t sequence_num;
    struct decode_message message;
};

/*
 * Keeps the octets that set has left, or counts HOLD_FULL and TEMPLATE_UNKNOWN.
 */
void held_sets_add(struct decode *d, struct domain *domain, uint16_t template_id,
                   const struct held_context *context, const struct wire *set);

/*
 * Takes the oldest set held for this template out of the queue and opens it: the
 * result, its octets in *set, its context, and the datagram that it came in.
 * NULL if there is none.  held_set_free() ends it.
 */
struct held_set *held_sets_take(struct domain *domain, uint16_t template_id);
void held_set_open(const struct held_set *held, struct held_context *context,
                   struct datagram *datagram, struct wire *set);
void held_set_free(struct held_set *held);

/*
 * The template of some held sets has come, but the datagram has spent too much of its budget to
 * read them all: a later datagram of the domain is to ask held_sets_left().
 */
void held_sets_leave(struct domain *domain);

/* The template of the oldest set that was left so; 0 if there is none any more. */
uint16_t held_sets_left(struct decode *d, struct domain *domain);

/* Counts out what was held too long. */
void held_sets_expire(struct decode *d);

/* Counts out what is held for a domain, or for one template of it (template_id 0: for all). */
void held_sets_drop(struct counters *counters, struct domain *domain, uint16_t template_id);

/* Frees everything at the end. */
void held_sets_clear(struct exporters *exporters);

#endif
