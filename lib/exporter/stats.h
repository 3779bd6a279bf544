// SPDX-License-Identifier: Apache-2.0
#ifndef LIB_EXPORTER_STATS_H
#define LIB_EXPORTER_STATS_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

#include "lib/decoder.h"
#include "lib/histogram.h"
#include "lib/lru_table.h"

/*
 * What is counted of one exporter: of one observation domain, or one sFlow agent
 * and sub-agent, as it is heard by one listener.  Labels of metrics are made of the key.
 */
struct exporter_stats_key {
    struct flow_addr addr;  /* of its datagrams; none for all that are not told apart */
    struct flow_addr agent; /* sFlow only */
    uint8_t type;           /* enum flow_type */
    uint8_t unused;
    uint16_t listener;
    uint16_t unused_too;
    uint32_t domain;
};

enum {
    TEMPLATE_STATS_MAX = 32, /* of one exporter */
    /* A place whose owner was silent for so long goes to whoever needs one. */
    STATS_SILENCE_S = 600,
};

struct template_stats {
    uint16_t id;
    uint16_t port; /* that it came from last */
    bool options;
    uint64_t received;
    uint64_t added_ns;
    uint64_t updated_ns;
    uint64_t used_ns; /* 0 if no data named it yet */
};

/* What is told of an exporter at an interval (lib/report/loss.h). */
enum exporter_count {
    EXPORTER_DATAGRAMS,
    EXPORTER_OCTETS,
    EXPORTER_FLOWS,
    EXPORTER_INCOMPLETE,
    EXPORTER_LOST,
    EXPORTER_REORDERED,
    EXPORTER_REPEATED,
    EXPORTER_RESTARTS,
    EXPORTER_COUNTS,
};

struct exporter_counts {
    uint64_t at[EXPORTER_COUNTS];
    uint64_t faults[DECODE_ERROR_COUNT];
};

struct exporter_stats {
    struct lru_entry entry;
    struct exporter_stats_key key;
    struct exporter_stats **hint; /* of the domain that found these last */

    uint64_t datagrams;
    uint64_t octets;
    uint64_t decoded;          /* datagrams, to their end */
    uint64_t failed;           /* datagrams of which something could not be decoded */
    uint64_t template_missing; /* datagrams */
    uint64_t flows;
    uint64_t times_clamped;
    uint64_t heard_ns;
    uint64_t parts[TALLY_PART_COUNT];
    uint64_t part_records[TALLY_PART_COUNT];
    struct {
        uint64_t lost;
        uint64_t reordered;
        uint64_t repeated;
        uint64_t restarts;
    } sequence;
    struct histogram delay_ms; /* from the end of a flow to its receipt */
    struct histogram size;     /* octets of a datagram */
    uint64_t more_templates;   /* received, and not in the list */
    uint32_t n_templates;
    struct template_stats templates[TEMPLATE_STATS_MAX];
    uint64_t faults[DECODE_ERROR_COUNT];
    struct exporter_counts told; /* when exporter_stats_fresh() was asked last */
};

/* How many of something may be told apart, by all workers together. */
struct stats_places {
    uint64_t limit;
    _Atomic uint64_t taken;
};

/* Asks the memory for what a datagram changes. */
void exporter_stats_ahead(const struct exporter_stats *stats);

/* False if all are taken. */
bool stats_places_take(struct stats_places *places);
void stats_places_return(struct stats_places *places, uint64_t n);

/* Adds the delays of the datagram's flows so far, and forgets them. */
void exporter_stats_add_delays(struct exporter_stats *stats, struct decode *d);

/* Adds a datagram at its end. */
void exporter_stats_add(struct exporter_stats *stats, struct decode *d,
                        struct stats_places *templates);

/* What was counted since this was asked before. */
struct exporter_counts exporter_stats_fresh(struct exporter_stats *stats);

/* Whether it was silent for so long at this time that it may lose its place. */
bool stats_silent(uint64_t heard_ns, uint64_t now_ns);

#endif
