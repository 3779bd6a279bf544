// SPDX-License-Identifier: Apache-2.0
// Makes metrics of the rows of the tables: labels by their names, values by their offsets.
#include "lib/metrics/row.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "lib/text_write.h"

enum { VALUE_MAX = 64 };

/* What stands for all exporters and templates that are not told apart. */
static const char other[] = "other";

static void write_text(char out[static VALUE_MAX], const char *text)
{
    (void)snprintf(out, VALUE_MAX, "%s", text);
}

static void write_number(char out[static VALUE_MAX], uint64_t number)
{
    (void)snprintf(out, VALUE_MAX, "%" PRIu64, number);
}

static void write_address(char out[static VALUE_MAX], const struct flow_addr *addr)
{
    *text_write_addr(out, addr) = '\0';
}

static bool is_other(const struct metrics_item *item)
{
    return item->exporter == NULL || item->exporter->key.addr.len == 0;
}

static void remote_ip(const struct metrics_writer *w, const struct metrics_item *item, char *out)
{
    (void)w;
    if (is_other(item)) {
        write_text(out, other);
    } else {
        write_address(out, &item->exporter->key.addr);
    }
}

/* 192.0.2.1:2055 or [2001:db8::1]:2055 */
static void write_address_and_port(char *out, const struct flow_addr *addr, uint16_t port)
{
    const char *begin = addr->len == 16 ? "[" : "";
    const char *end = addr->len == 16 ? "]:" : ":";

    out = text_write(out, begin, strlen(begin));
    out = text_write_addr(out, addr);
    out = text_write(out, end, strlen(end));
    *text_write_u64(out, port) = '\0';
}

/* In goflow2 the router of a template has the port that it came from. */
static void router(const struct metrics_writer *w, const struct metrics_item *item, char *out)
{
    if (is_other(item) || item->template == NULL || item->template->id == 0) {
        remote_ip(w, item, out);
    } else {
        write_address_and_port(out, &item->exporter->key.addr, item->template->port);
    }
}

static void agent(const struct metrics_writer *w, const struct metrics_item *item, char *out)
{
    (void)w;
    if (is_other(item)) {
        write_text(out, other);
    } else {
        write_address(out, &item->exporter->key.agent);
    }
}

static void domain(const struct metrics_writer *w, const struct metrics_item *item, char *out)
{
    (void)w;
    if (is_other(item)) {
        write_text(out, other);
    } else {
        write_number(out, item->exporter->key.domain);
    }
}

/* The socket that an exporter is heard by; its workers' sockets have the same address. */
static const struct socket_stats *socket_of(const struct metrics_writer *w,
                                            const struct metrics_item *item)
{
    if (item->socket != NULL) {
        return &item->socket->stats;
    }
    for (size_t i = 0; item->exporter != NULL && i < w->scrape->n_sockets; i++) {
        if (w->scrape->sockets[i].number == item->exporter->key.listener) {
            return &w->scrape->sockets[i].stats;
        }
    }
    return NULL;
}

static void local_ip(const struct metrics_writer *w, const struct metrics_item *item, char *out)
{
    const struct socket_stats *socket = socket_of(w, item);

    if (socket != NULL) {
        write_address(out, &socket->local);
    }
}

static void local_port(const struct metrics_writer *w, const struct metrics_item *item, char *out)
{
    const struct socket_stats *socket = socket_of(w, item);

    if (socket != NULL) {
        write_number(out, socket->port);
    }
}

static void scheme(const struct metrics_writer *w, const struct metrics_item *item, char *out)
{
    const struct socket_stats *socket = socket_of(w, item);

    if (socket != NULL) {
        write_text(out, socket->scheme);
    }
}

static void type(const struct metrics_writer *w, const struct metrics_item *item, char *out)
{
    if (item->type == NULL) {
        scheme(w, item, out);
    } else {
        write_text(out, item->type);
    }
}

static void protocol(const struct metrics_writer *w, const struct metrics_item *item, char *out)
{
    (void)w;
    write_text(out, flow_type_name(item->exporter->key.type));
}

/* Of the protocol; of weir where no exporter is spoken of. */
static void version(const struct metrics_writer *w, const struct metrics_item *item, char *out)
{
    (void)w;
    write_text(out,
               item->exporter == NULL ? WEIR_VERSION : flow_type_version(item->exporter->key.type));
}

static void template_id(const struct metrics_writer *w, const struct metrics_item *item, char *out)
{
    (void)w;
    if (item->template->id == 0) {
        write_text(out, other);
    } else {
        write_number(out, item->template->id);
    }
}

static void template_error(const struct metrics_writer *w, const struct metrics_item *item,
                           char *out)
{
    (void)w;
    (void)item;
    write_text(out, "template_not_found");
}

static void worker(const struct metrics_writer *w, const struct metrics_item *item, char *out)
{
    (void)w;
    write_number(out, item->socket->worker);
}

static void cost(const struct metrics_writer *w, const struct metrics_item *item, char *out)
{
    (void)w;
    write_text(out, item->cost);
}

static void reason(const struct metrics_writer *w, const struct metrics_item *item, char *out)
{
    (void)w;
    write_text(out, item->reason);
}

static void stage(const struct metrics_writer *w, const struct metrics_item *item, char *out)
{
    (void)w;
    write_text(out, item->stage);
}

static void format(const struct metrics_writer *w, const struct metrics_item *item, char *out)
{
    (void)item;
    write_text(out, w->scrape->format);
}

static void transport(const struct metrics_writer *w, const struct metrics_item *item, char *out)
{
    (void)item;
    write_text(out, w->scrape->transport->ops->name);
}

/* A label by its name: writes at most VALUE_MAX octets, the terminator included. */
static const struct {
    const char *name;
    void (*write)(const struct metrics_writer *w, const struct metrics_item *item, char *out);
} labels[] = {
    {"agent", agent},
    {"code", reason},
    {"cost", cost},
    {"domain", domain},
    {"error", template_error},
    {"format", format},
    {"local_ip", local_ip},
    {"local_port", local_port},
    {"name", scheme},
    {"obs_domain_id", domain},
    {"protocol", protocol},
    {"reason", reason},
    {"remote_ip", remote_ip},
    {"router", router},
    {"stage", stage},
    {"template_id", template_id},
    {"transport", transport},
    {"type", type},
    {"version", version},
    {"worker", worker},
};

static void write_label(const struct metrics_writer *w, const struct metrics_item *item,
                        const char *name, char out[static VALUE_MAX])
{
    *out = '\0';
    for (size_t i = 0; i < sizeof(labels) / sizeof(labels[0]); i++) {
        if (strcmp(name, labels[i].name) == 0) {
            labels[i].write(w, item, out);
            return;
        }
    }
}

static void add(const struct metrics_writer *w, const char *const *values, const void *at)
{
    const double unit = w->row->unit == 0 ? 1 : w->row->unit;

    if (w->row->metric.type == METRIC_SUMMARY) {
        metrics_add_summary(w->page, values, at, unit, w->scrape->now_ns);
    } else {
        metrics_add(w->page, values, (double)*(const uint64_t *)at / unit);
    }
}

static bool hidden(const struct metrics_row *row, const void *at)
{
    if (row->zero == ZERO_SHOWN) {
        return false;
    }
    if (row->metric.type == METRIC_SUMMARY) {
        return ((const struct histogram *)at)->count == 0;
    }
    return *(const uint64_t *)at == 0;
}

void metrics_item(const struct metrics_writer *w, const struct metrics_item *item)
{
    const void *at = (const char *)item->values + w->row->offset;
    char texts[METRIC_LABELS_MAX][VALUE_MAX];
    const char *values[METRIC_LABELS_MAX];
    const char *rest = w->row->metric.labels;
    char name[METRIC_LABEL_NAME_MAX];

    if (hidden(w->row, at)) {
        return;
    }
    for (size_t i = 0; rest != NULL && *rest != '\0'; i++) {
        rest = metrics_next_label(rest, name);
        write_label(w, item, name, texts[i]);
        values[i] = texts[i];
    }
    add(w, values, at);
}

static void write_rows(struct metrics_page *page, const struct scrape *scrape,
                       const struct metrics_row *rows)
{
    for (; rows->source != NULL; rows++) {
        const struct metrics_writer w = {page, scrape, rows};

        metrics_begin(page, &rows->metric);
        rows->source(&w);
        metrics_end(page);
    }
}

void metrics_write(struct metrics_page *page, const struct scrape *scrape)
{
    write_rows(page, scrape, metrics_goflow2);
    write_rows(page, scrape, metrics_weir);
    metrics_write_measured(page, scrape->transport);
    write_rows(page, scrape, metrics_process);
}
