// SPDX-License-Identifier: Apache-2.0
// What a transport tells of itself, made into metrics by the names that it gives.
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/metrics/row.h"

enum { MEASURED_MAX = 512, NAME_MAX_OCTETS = 96, VALUE_MAX_OCTETS = 128 };

struct measured {
    char name[NAME_MAX_OCTETS]; /* of the metric; "" when it has been written */
    char label[METRIC_LABEL_NAME_MAX];
    char label_value[VALUE_MAX_OCTETS];
    double value;
};

/* In the order in which they were told; what is beyond the limit is left out. */
struct measurements {
    size_t n;
    struct measured at[MEASURED_MAX];
};

static void take(void *arg, const char *name, const char *label, const char *label_value,
                 double value)
{
    struct measurements *all = arg;
    struct measured *m = &all->at[all->n];

    if (all->n == MEASURED_MAX) {
        return;
    }
    (void)snprintf(m->name, sizeof(m->name), "weir_%s", name);
    (void)snprintf(m->label, sizeof(m->label), "%s", label == NULL ? "" : label);
    (void)snprintf(m->label_value, sizeof(m->label_value), "%s",
                   label_value == NULL ? "" : label_value);
    m->value = value;
    all->n++;
}

static bool ends_in_total(const char *name)
{
    static const char end[] = "_total";
    const size_t len = strlen(name);

    return len > sizeof(end) && strcmp(name + len - (sizeof(end) - 1), end) == 0;
}

/* All values of the first one's metric. */
static void write_metric(struct metrics_page *page, struct measured *first,
                         const struct measured *end)
{
    const struct measured of = *first;
    const struct metric metric = {
        .name = of.name,
        .type = ends_in_total(of.name) ? METRIC_COUNTER : METRIC_GAUGE,
        .labels = of.label,
        .help = "as the transport tells it (docs/metrics.md)",
    };

    metrics_begin(page, &metric);
    for (struct measured *m = first; m < end; m++) {
        const char *const values[] = {m->label_value};

        if (strcmp(m->name, of.name) == 0 && strcmp(m->label, of.label) == 0) {
            metrics_add(page, values, m->value);
            m->name[0] = '\0';
        }
    }
    metrics_end(page);
}

void metrics_write_measured(struct metrics_page *page, const struct transport *transport)
{
    struct measurements *all =
        transport->ops->measure == NULL ? NULL : calloc(1, sizeof(struct measurements));

    if (all == NULL) {
        return;
    }
    transport->ops->measure(transport, take, all);
    for (size_t i = 0; i < all->n; i++) {
        if (all->at[i].name[0] != '\0') {
            write_metric(page, &all->at[i], all->at + all->n);
        }
    }
    free(all);
}
