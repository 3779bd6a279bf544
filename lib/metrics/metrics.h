// SPDX-License-Identifier: Apache-2.0
#ifndef LIB_METRICS_METRICS_H
#define LIB_METRICS_METRICS_H

#include <stddef.h>
#include <stdint.h>

#include "lib/histogram.h"

/*
 * A page in Prometheus' text format (version 0.0.4), one metric after the other.
 * Within a metric the series stand in the order of their labels, and no two are the same:
 * of series with the same labels, counters and summaries are added up, and of gauges
 * the greatest stays.
 */
enum metric_type {
    METRIC_COUNTER,
    METRIC_GAUGE,
    METRIC_SUMMARY, /* quantiles 0.5, 0.9 and 0.99 */
};

enum { METRIC_LABELS_MAX = 8, METRIC_LABEL_NAME_MAX = 32 };

struct metric {
    const char *name;
    enum metric_type type;
    const char *labels; /* in alphabetical order, separated by commas; "" for none */
    const char *help;
};

struct metrics_page;

/* NULL if there is no memory. */
struct metrics_page *metrics_page_new(void);
void metrics_page_free(struct metrics_page *page);

/* The first name of a list of labels goes to name; returns the rest of the list, NULL at its end.
 */
const char *metrics_next_label(const char *labels, char name[static METRIC_LABEL_NAME_MAX]);

/* Begins a metric, which is borrowed, adds its series, and ends it. */
void metrics_begin(struct metrics_page *page, const struct metric *metric);
/* values are those of the labels, as many as there are, in their order. */
void metrics_add(struct metrics_page *page, const char *const *values, double value);
/*
 * histogram is borrowed until the metric's end; unit is how many of its values make one of
 * the metric's.
 */
void metrics_add_summary(struct metrics_page *page, const char *const *values,
                         const struct histogram *histogram, double unit, uint64_t now_ns);
void metrics_end(struct metrics_page *page);

/* The page, which is empty afterwards; to be freed with free().  NULL if memory ran out. */
char *metrics_page_take(struct metrics_page *page, size_t *len);

#endif
