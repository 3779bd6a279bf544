// SPDX-License-Identifier: Apache-2.0
#ifndef TRANSPORTS_KAFKA_TICKET_H
#define TRANSPORTS_KAFKA_TICKET_H

#include <stdint.h>

_Static_assert(sizeof(void *) == sizeof(uint64_t), "a ticket travels in a pointer");

enum { KAFKA_TRIES_MAX = 15 };

/* What weir must know of a message when its delivery report comes. */
struct kafka_ticket {
    uint64_t number;  /* 48 bits: its time in ms, or the number of its first record in the spool */
    unsigned tries;   /* 4 bits: how often it has been sent again */
    unsigned records; /* 12 bits: how many it is made of */
};

static inline void *kafka_ticket_write(struct kafka_ticket ticket)
{
    return (void *)(uintptr_t)(ticket.number << 16 | (ticket.tries & 15) << 12 |
                               (ticket.records & 4095));
}

static inline struct kafka_ticket kafka_ticket_read(const void *opaque)
{
    const uint64_t bits = (uintptr_t)opaque;

    return (struct kafka_ticket){bits >> 16, (unsigned)(bits >> 12 & 15), (unsigned)(bits & 4095)};
}

#endif
