// SPDX-License-Identifier: Apache-2.0
// Writes pages in Prometheus' text format.
#include "lib/metrics/metrics.h"

#include <math.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Text that grows.  Without memory it says so at the end. */
struct growing {
    char *data;
    size_t used;
    size_t capacity;
    bool failed;
};

struct series {
    size_t offset; /* of its labels in the page's */
    const char *labels;
    double value;
    const struct histogram *histogram;
    double unit;
    uint64_t now_ns;
};

struct metrics_page {
    struct growing text;
    const struct metric *metric;
    struct growing labels; /* of the series, each with a terminator */
    struct series *series;
    size_t n;
    size_t capacity;
};

static const char *const type_names[] = {
    [METRIC_COUNTER] = "counter",
    [METRIC_GAUGE] = "gauge",
    [METRIC_SUMMARY] = "summary",
};

static void put(struct growing *g, const char *data, size_t len)
{
    if (len == 0) {
        return;
    }
    if (g->used + len > g->capacity) {
        const size_t capacity = (g->used + len) * 2 + 4096;
        char *larger = realloc(g->data, capacity);

        if (larger == NULL) {
            g->failed = true;
            return;
        }
        g->data = larger;
        g->capacity = capacity;
    }
    memcpy(g->data + g->used, data, len);
    g->used += len;
}

static void put_text(struct growing *g, const char *text)
{
    put(g, text, strlen(text));
}

/* Backslash, line feed and, where they stand for the end of something, quotes. */
static void put_escaped(struct growing *g, const char *text, bool quoted)
{
    for (; *text != '\0'; text++) {
        if (*text == '\n') {
            put(g, "\\n", 2);
            continue;
        }
        if (*text == '\\' || (quoted && *text == '"')) {
            put(g, "\\", 1);
        }
        put(g, text, 1);
    }
}

/* The shortest form that reads as the same number. */
static void put_number(struct growing *g, double value)
{
    char text[32];

    if (isnan(value)) {
        put_text(g, "NaN");
        return;
    }
    if (value == floor(value) && fabs(value) < 0x1p53) {
        (void)snprintf(text, sizeof(text), "%.0f", value);
    } else {
        for (int digits = 15; digits <= 17; digits++) {
            (void)snprintf(text, sizeof(text), "%.*g", digits, value);
            if (strtod(text, NULL) == value) {
                break;
            }
        }
    }
    put_text(g, text);
}

struct metrics_page *metrics_page_new(void)
{
    return calloc(1, sizeof(struct metrics_page));
}

void metrics_page_free(struct metrics_page *page)
{
    if (page != NULL) {
        free(page->text.data);
        free(page->labels.data);
        free(page->series);
        free(page);
    }
}

const char *metrics_next_label(const char *labels, char name[static METRIC_LABEL_NAME_MAX])
{
    const size_t len = strcspn(labels, ",");

    (void)snprintf(name, METRIC_LABEL_NAME_MAX, "%.*s", (int)len, labels);
    return labels[len] == ',' ? labels + len + 1 : NULL;
}

static void put_about(struct metrics_page *page, const char *word)
{
    put_text(&page->text, "# ");
    put_text(&page->text, word);
    put_text(&page->text, " ");
    put_text(&page->text, page->metric->name);
    put_text(&page->text, " ");
}

void metrics_begin(struct metrics_page *page, const struct metric *metric)
{
    page->metric = metric;
    put_about(page, "HELP");
    put_escaped(&page->text, metric->help, false);
    put_text(&page->text, "\n");
    put_about(page, "TYPE");
    put_text(&page->text, type_names[metric->type]);
    put_text(&page->text, "\n");
}

/* name="value",name="value" */
static void put_labels(struct metrics_page *page, const char *const *values)
{
    struct growing *g = &page->labels;
    const char *rest = page->metric->labels;
    char name[METRIC_LABEL_NAME_MAX];

    for (size_t i = 0; rest != NULL && *rest != '\0'; i++) {
        put_text(g, i == 0 ? "" : ",");
        rest = metrics_next_label(rest, name);
        put_text(g, name);
        put_text(g, "=\"");
        put_escaped(g, values[i], true);
        put_text(g, "\"");
    }
    put(g, "", 1);
}

static struct series *add_series(struct metrics_page *page, const char *const *values)
{
    if (page->n == page->capacity) {
        const size_t capacity = page->capacity * 2 + 64;
        struct series *larger = realloc(page->series, capacity * sizeof(*larger));

        if (larger == NULL) {
            page->text.failed = true;
            return NULL;
        }
        page->series = larger;
        page->capacity = capacity;
    }
    page->series[page->n] = (struct series){.offset = page->labels.used};
    put_labels(page, values);
    return &page->series[page->n++];
}

void metrics_add(struct metrics_page *page, const char *const *values, double value)
{
    struct series *series = add_series(page, values);

    if (series != NULL) {
        series->value = value;
    }
}

void metrics_add_summary(struct metrics_page *page, const char *const *values,
                         const struct histogram *histogram, double unit, uint64_t now_ns)
{
    struct series *series = add_series(page, values);

    if (series != NULL) {
        series->histogram = histogram;
        series->unit = unit;
        series->now_ns = now_ns;
    }
}

/* One line; detail is the one more label that quantiles have, or "". */
static void put_line(struct metrics_page *page, const char *suffix, const char *labels,
                     const char *detail, double value)
{
    struct growing *g = &page->text;
    const bool both = *labels != '\0' && *detail != '\0';

    put_text(g, page->metric->name);
    put_text(g, suffix);
    if (*labels != '\0' || *detail != '\0') {
        put_text(g, "{");
        put_text(g, labels);
        put_text(g, both ? "," : "");
        put_text(g, detail);
        put_text(g, "}");
    }
    put_text(g, " ");
    put_number(g, value);
    put_text(g, "\n");
}

static void put_summary(struct metrics_page *page, const struct series *series, size_t n)
{
    static const struct {
        double q;
        const char *label;
    } quantiles[] = {
        {0.5, "quantile=\"0.5\""},
        {0.9, "quantile=\"0.9\""},
        {0.99, "quantile=\"0.99\""},
    };
    struct histogram_view view = {0};

    for (size_t i = 0; i < n; i++) {
        histogram_view_add(&view, series[i].histogram, series[i].now_ns);
    }
    for (size_t i = 0; i < sizeof(quantiles) / sizeof(quantiles[0]); i++) {
        put_line(page, "", series->labels, quantiles[i].label,
                 histogram_view_quantile(&view, quantiles[i].q) / series->unit);
    }
    put_line(page, "_sum", series->labels, "", (double)view.sum / series->unit);
    put_line(page, "_count", series->labels, "", (double)view.count);
}

static void put_value(struct metrics_page *page, const struct series *series, size_t n)
{
    double value = series->value;

    for (size_t i = 1; i < n; i++) {
        if (page->metric->type == METRIC_COUNTER) {
            value += series[i].value;
        } else if (series[i].value > value) {
            value = series[i].value;
        }
    }
    put_line(page, "", series->labels, "", value);
}

static int compare(const void *a, const void *b)
{
    return strcmp(((const struct series *)a)->labels, ((const struct series *)b)->labels);
}

/* Now that their text does not move any more. */
static void sort(struct metrics_page *page)
{
    for (size_t i = 0; i < page->n; i++) {
        page->series[i].labels = page->labels.data + page->series[i].offset;
    }
    qsort(page->series, page->n, sizeof(page->series[0]), compare);
}

/* How many from the first on have the same labels. */
static size_t alike(const struct series *series, size_t n)
{
    size_t i = 1;

    while (i < n && compare(series, series + i) == 0) {
        i++;
    }
    return i;
}

static void put_all(struct metrics_page *page)
{
    size_t n;

    for (size_t i = 0; i < page->n; i += n) {
        n = alike(&page->series[i], page->n - i);
        if (page->metric->type == METRIC_SUMMARY) {
            put_summary(page, &page->series[i], n);
        } else {
            put_value(page, &page->series[i], n);
        }
    }
}

void metrics_end(struct metrics_page *page)
{
    if (page->labels.failed) {
        page->text.failed = true;
    } else if (page->n > 0) {
        sort(page);
        put_all(page);
    }
    page->n = 0;
    page->labels.used = 0;
}

char *metrics_page_take(struct metrics_page *page, size_t *len)
{
    char *text = page->text.data;

    *len = page->text.used;
    if (page->text.failed) {
        free(text);
        text = NULL;
    }
    page->text = (struct growing){0};
    return text;
}
