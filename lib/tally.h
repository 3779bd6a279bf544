// SPDX-License-Identifier: Apache-2.0
#ifndef LIB_TALLY_H
#define LIB_TALLY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "lib/decode_error.h"
#include "lib/flow.h"

struct exporter_stats;

/*
 * What is counted of one datagram while it is decoded.  At its end it is added to
 * the statistics of its exporter (lib/worker_stats.h), which until then nobody need
 * know.
 */

/* What a datagram is made of, by goflow2's names: sets of NetFlow, samples of sFlow. */
#define TALLY_PARTS(X)                                                                             \
    X(TEMPLATE_SET, "TemplateFlowSet")                                                             \
    X(OPTIONS_TEMPLATE_SET, "OptionsTemplateFlowSet")                                              \
    X(OPTIONS_DATA_SET, "OptionsDataFlowSet")                                                      \
    X(DATA_SET, "DataFlowSet")                                                                     \
    X(FLOW_SAMPLE, "FlowSample")                                                                   \
    X(COUNTER_SAMPLE, "CounterSample")                                                             \
    X(EXPANDED_FLOW_SAMPLE, "ExpandedFlowSample")                                                  \
    X(EXPANDED_COUNTER_SAMPLE, "ExpandedCounterSample")                                            \
    X(OTHER_SAMPLE, "unknown")

enum tally_part {
#define X(part, name) TALLY_##part,
    TALLY_PARTS(X)
#undef X
        TALLY_PART_COUNT,
};

/* How much of one datagram is remembered apart; further templates are only counted. */
enum { TALLY_DELAYS_MAX = 64, TALLY_TEMPLATES_MAX = 32, TALLY_USED_MAX = 16 };

struct tally_count {
    uint32_t n;
    uint32_t records;
};

struct tally_template {
    uint16_t id;
    bool options;
};

struct tally {
    /* Whose it is; type is FLOW_TYPE_FLOWUNKNOWN until the header was read. */
    uint8_t type; /* enum flow_type */
    uint32_t domain;
    struct flow_addr agent;        /* sFlow only */
    struct exporter_stats **stats; /* where its domain remembers its statistics; may be NULL */

    struct tally_count parts[TALLY_PART_COUNT];
    uint16_t touched; /* bits of enum tally_part: those that are not zero */
    uint32_t flows;
    uint32_t times_clamped; /* flows whose end was moved nearer to their receipt */
    struct {
        uint32_t lost;
        uint32_t reordered;
        uint32_t repeated;
        uint32_t restarts;
    } sequence;
    uint64_t faults;       /* bits of enum decode_error: those that have a count */
    bool failed;           /* something of it could not be decoded */
    bool template_missing; /* when it came; its data may be held */

    uint32_t n_delays;
    uint32_t n_templates; /* learnt; those beyond the limit are not in the list */
    uint32_t n_used;
    uint32_t delays_ms[TALLY_DELAYS_MAX]; /* from the end of a flow to its receipt */
    struct tally_template templates[TALLY_TEMPLATES_MAX];
    uint16_t used[TALLY_USED_MAX]; /* ids of the templates that data sets named */
    uint32_t fault_counts[DECODE_ERROR_COUNT];
};

_Static_assert(DECODE_ERROR_COUNT <= 64, "each fault has a bit");

static inline void tally_clear(struct tally *t)
{
    memset(t, 0, offsetof(struct tally, delays_ms));
}

static inline void tally_identify(struct tally *t, enum flow_type type, uint32_t domain,
                                  const struct flow_addr *agent)
{
    t->type = (uint8_t)type;
    t->domain = domain;
    t->agent = *agent;
}

/* More sets or samples, and more records in them. */
static inline void tally_add(struct tally *t, enum tally_part part, uint32_t n, uint32_t records)
{
    t->touched |= (uint16_t)(1u << part);
    t->parts[part].n += n;
    t->parts[part].records += records;
}

static inline void tally_fault(struct tally *t, enum decode_error error)
{
    const uint64_t bit = (uint64_t)1 << error;

    t->fault_counts[error] = (t->faults & bit) != 0 ? t->fault_counts[error] + 1 : 1;
    t->faults |= bit;
}

static inline void tally_learnt(struct tally *t, uint16_t id, bool options)
{
    if (t->n_templates < TALLY_TEMPLATES_MAX) {
        t->templates[t->n_templates] = (struct tally_template){id, options};
    }
    t->n_templates++;
}

static inline void tally_used(struct tally *t, uint16_t id)
{
    if (t->n_used < TALLY_USED_MAX) {
        t->used[t->n_used++] = id;
    }
}

#endif
