// SPDX-License-Identifier: Apache-2.0
#ifndef LIB_METRICS_ROW_H
#define LIB_METRICS_ROW_H

#include "lib/metrics/scrape.h"

/*
 * Metrics as tables.  A row is a metric, the source of its series, and where their
 * value stands in each item of the source.  Labels are made by name: see the
 * table in row.c.
 */
struct metrics_row;

struct metrics_writer {
    struct metrics_page *page;
    const struct scrape *scrape;
    const struct metrics_row *row;
};

/* Whether a value of 0 makes a series. */
enum metrics_zero { ZERO_HIDDEN, ZERO_SHOWN };

struct metrics_row {
    struct metric metric;
    /* Hands each of its items to metrics_item(). */
    void (*source)(const struct metrics_writer *w);
    size_t offset; /* in the item's values: of a uint64_t, or in a summary of a struct histogram */
    double unit;   /* how many of the value make one of the metric's; 0 for 1 */
    enum metrics_zero zero;
};

/* One thing that may become a series, as far as its source knows it. */
struct metrics_item {
    const void *values; /* what a row's offset is counted from */
    const struct exporter_stats *exporter;
    const struct template_stats *template; /* id 0: all that are not told apart */
    const struct scrape_socket *socket;
    const char *type;
    const char *reason;
    const char *stage;
    const char *cost;
};

/* Adds the item's series to the row's metric. */
void metrics_item(const struct metrics_writer *w, const struct metrics_item *item);

/* Tables of metrics; each ends with a row of zeros. */
extern const struct metrics_row metrics_goflow2[];
extern const struct metrics_row metrics_weir[];
extern const struct metrics_row metrics_process[];

/* What the transport tells of itself (transport_ops.measure). */
void metrics_write_measured(struct metrics_page *page, const struct transport *transport);

/* The sources, and what the values of their items are. */
void source_exporter(const struct metrics_writer *w);  /* struct exporter_stats */
void source_netflow(const struct metrics_writer *w);   /* likewise, of NetFlow and IPFIX only */
void source_templated(const struct metrics_writer *w); /* likewise, of NetFlow v9 and IPFIX */
void source_sflow(const struct metrics_writer *w);     /* likewise, of sFlow */
void source_set(const struct metrics_writer *w);    /* likewise: one uint64_t, by enum tally_part */
void source_sample(const struct metrics_writer *w); /* likewise */
void source_template(const struct metrics_writer *w);      /* struct template_values */
void source_socket(const struct metrics_writer *w);        /* struct socket_stats */
void source_datagram_drop(const struct metrics_writer *w); /* uint64_t, by stage and reason */
void source_fault(const struct metrics_writer *w);         /* uint64_t, by cost and reason */
void source_record_drop(const struct metrics_writer *w);   /* uint64_t, by stage and reason */
void source_output(const struct metrics_writer *w);        /* struct output_values */
void source_answer(const struct metrics_writer *w);        /* uint64_t, by HTTP status code */
void source_scrape(const struct metrics_writer *w);        /* struct scrape */
void source_counters(const struct metrics_writer *w);      /* struct counters */
void source_constant(const struct metrics_writer *w);      /* uint64_t: 1 */
void source_nothing(const struct metrics_writer *w);       /* what weir has no number for */

struct template_values {
    struct template_stats stats;
    uint64_t age_ns; /* since it came last */
};

struct output_values {
    uint64_t taken;
    uint64_t delivered;
    uint64_t held;
};

#endif
