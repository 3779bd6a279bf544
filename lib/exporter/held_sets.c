// SPDX-License-Identifier: Apache-2.0
/* Data sets that wait for their template. */
#include "lib/exporter/held_sets.h"

#include <stdlib.h>

#include "lib/exporter/state.h"

/* Each set stands in two queues. */
enum { OF_ALL, OF_EXPORTER, QUEUES };

struct held_link {
    struct held_set *next;
    struct held_set *previous;
};

struct held_set {
    struct held_link links[QUEUES];
    struct domain *domain;
    uint16_t template_id;
    struct held_context context;
    struct datagram datagram; /* without its data */
    uint16_t len;
    uint8_t octets[];
};

static struct held_queue *queue_of(const struct held_set *held, int which)
{
    struct exporter *exporter = held->domain->exporter;

    return which == OF_ALL ? &exporter->exporters->held : &exporter->held;
}

/* Octets of memory for a set of so many: small ones cost most of it. */
static size_t memory_of(size_t len)
{
    return sizeof(struct held_set) + ALLOCATION_OCTETS + len;
}

static void enqueue(struct held_set *held)
{
    for (int which = 0; which < QUEUES; which++) {
        struct held_queue *queue = queue_of(held, which);

        held->links[which] = (struct held_link){.next = NULL, .previous = queue->last};
        *(queue->last != NULL ? &queue->last->links[which].next : &queue->first) = held;
        queue->last = held;
        queue->n++;
        queue->octets += memory_of(held->len);
    }
}

static void dequeue(struct held_set *held)
{
    for (int which = 0; which < QUEUES; which++) {
        struct held_queue *queue = queue_of(held, which);
        const struct held_link link = held->links[which];

        *(link.previous != NULL ? &link.previous->links[which].next : &queue->first) = link.next;
        *(link.next != NULL ? &link.next->links[which].previous : &queue->last) = link.previous;
        queue->n--;
        queue->octets -= memory_of(held->len);
    }
}

/* Strangers leave half of the room to exporters that are known. */
static bool has_room(const struct exporter *exporter, size_t len)
{
    const struct exporter_limits *limits = &exporter->exporters->limits;
    const uint64_t all = exporter->known ? limits->held_octets : limits->held_octets / 2;

    return exporter->held.n < limits->held_sets_per_exporter &&
           exporter->held.octets + memory_of(len) <= limits->held_octets_per_exporter &&
           exporter->exporters->held.octets + memory_of(len) <= all;
}

static struct held_set *make(const struct decode *d, struct domain *domain, uint16_t template_id,
                             const struct held_context *context, const struct wire *set)
{
    const size_t len = wire_left(set);
    struct held_set *held = has_room(domain->exporter, len) ? malloc(sizeof(*held) + len) : NULL;

    if (held == NULL) {
        return NULL;
    }
    held->domain = domain;
    held->template_id = template_id;
    held->context = *context;
    held->datagram = *d->datagram;
    held->len = (uint16_t)len;
    memcpy(held->octets, set->at, len);
    return held;
}

void held_sets_add(struct decode *d, struct domain *domain, uint16_t template_id,
                   const struct held_context *context, const struct wire *set)
{
    struct held_set *held = make(d, domain, template_id, context, set);

    if (held == NULL) {
        decode_fault(d, DECODE_HOLD_FULL, NULL);
        decode_fault(d, DECODE_TEMPLATE_UNKNOWN, NULL);
        return;
    }
    enqueue(held);
    COUNT(d->counters, sets_held);
}

struct held_set *held_sets_take(struct domain *domain, uint16_t template_id)
{
    struct held_set *held = domain->exporter->held.first;

    while (held != NULL && (held->domain != domain || held->template_id != template_id)) {
        held = held->links[OF_EXPORTER].next;
    }
    if (held != NULL) {
        dequeue(held);
    }
    return held;
}

void held_set_open(const struct held_set *held, struct held_context *context,
                   struct datagram *datagram, struct wire *set)
{
    *context = held->context;
    *datagram = held->datagram;
    wire_init(set, held->octets, held->len);
}

void held_set_free(struct held_set *held)
{
    free(held);
}

void held_sets_leave(struct domain *domain)
{
    domain->sets_left = true;
}

uint16_t held_sets_left(struct decode *d, struct domain *domain)
{
    const struct held_set *held = domain->sets_left ? domain->exporter->held.first : NULL;

    for (; held != NULL; held = held->links[OF_EXPORTER].next) {
        if (held->domain == domain && domain_template(d, domain, held->template_id) != NULL) {
            return held->template_id;
        }
    }
    domain->sets_left = false;
    return 0;
}

static void drop(struct counters *counters, struct held_set *held)
{
    counter_bump(&counters->errors[DECODE_TEMPLATE_UNKNOWN], 1);
    dequeue(held);
    free(held);
}

void held_sets_expire(struct decode *d)
{
    const struct held_queue *queue = &d->exporters->held;
    const uint64_t life = d->exporters->limits.held_ns;

    while (queue->first != NULL &&
           queue->first->datagram.received_ns + life < d->datagram->received_ns) {
        decode_fault(d, DECODE_HOLD_EXPIRED, NULL);
        drop(d->counters, queue->first);
    }
}

void held_sets_drop(struct counters *counters, struct domain *domain, uint16_t template_id)
{
    struct held_set *held = domain->exporter->held.first;

    while (held != NULL) {
        struct held_set *next = held->links[OF_EXPORTER].next;

        if (held->domain == domain && (template_id == 0 || held->template_id == template_id)) {
            drop(counters, held);
        }
        held = next;
    }
}

void held_sets_clear(struct exporters *exporters)
{
    while (exporters->held.first != NULL) {
        struct held_set *held = exporters->held.first;

        dequeue(held);
        free(held);
    }
}
