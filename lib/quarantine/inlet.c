// SPDX-License-Identifier: Apache-2.0
/* Which datagrams go into quarantine, and what is written beside them. */
#include "lib/quarantine/inlet.h"

#include <stdio.h>
#include <stdlib.h>

#include "lib/exporter/exporter.h"
#include "lib/fault_hash.h"
#include "lib/quarantine/context.h"
#include "lib/rate.h"

enum {
    DETAIL_MAX = 64,
    SLOTS = 256,
};

static const uint64_t SECOND_NS = 1000000000;

/* The worst fault of a datagram; of several, the first. */
struct worst {
    bool found;
    enum decode_error error;
    char detail[DETAIL_MAX];
    struct domain *domain; /* of the template */
    uint16_t template_id;  /* 0 if there is none */
};

/* An exporter's fault, and when it was taken last.  Another that has the same slot takes it. */
struct slot {
    uint64_t whose;
    uint64_t last_ns;
};

struct quarantine_inlet {
    struct quarantine *quarantine;
    struct rate rate;
    struct slot slots[SLOTS];
    const struct datagram *datagram;
    struct worst worst;
};

struct quarantine_inlet *quarantine_inlet_new(struct quarantine *quarantine)
{
    struct quarantine_inlet *inlet = calloc(1, sizeof(*inlet));

    if (inlet != NULL) {
        inlet->quarantine = quarantine;
    }
    return inlet;
}

void quarantine_inlet_free(struct quarantine_inlet *inlet)
{
    free(inlet);
}

void quarantine_inlet_begin(struct quarantine_inlet *inlet, const struct datagram *datagram)
{
    inlet->datagram = datagram;
    inlet->worst.found = false;
}

/* Whether it is the datagram that is wrong. */
static bool is_its_own(enum decode_error error)
{
    switch (error) {
    case DECODE_NOT_ALLOWED:
    case DECODE_NO_MEMORY:
    case DECODE_NOT_SERIALIZABLE:
    case DECODE_TEMPLATE_UNKNOWN:
    case DECODE_TEMPLATE_REJECTED:
    case DECODE_TEMPLATE_RATE:
        return false;
    default:
        return decode_errors[error].cost >= COST_RECORD;
    }
}

static bool is_worse(const struct worst *worst, enum decode_error error)
{
    return !worst->found || decode_errors[error].cost > decode_errors[worst->error].cost;
}

void quarantine_inlet_fault(struct quarantine_inlet *inlet, const struct decode *d,
                            enum decode_error error, const char *detail)
{
    struct worst *worst = &inlet->worst;

    if (d->datagram != inlet->datagram || !is_its_own(error) || !is_worse(worst, error)) {
        return;
    }
    worst->found = true;
    worst->error = error;
    worst->domain = d->message.domain;
    worst->template_id = d->message.template_id;
    (void)snprintf(worst->detail, sizeof(worst->detail), "%s", detail == NULL ? "" : detail);
}

/* --- How many --- */

static struct slot *slot_of(struct quarantine_inlet *inlet)
{
    const uint64_t whose = fault_hash(&inlet->datagram->from, inlet->worst.error);
    struct slot *slot = &inlet->slots[whose % SLOTS];

    if (slot->whose != whose) {
        *slot = (struct slot){.whose = whose};
    }
    return slot;
}

/* The clock may have been set back. */
static bool is_new(const struct slot *slot, uint64_t now)
{
    return now < slot->last_ns || now - slot->last_ns >= SECOND_NS;
}

static bool admit(struct quarantine_inlet *inlet)
{
    const uint64_t rate = quarantine_settings(inlet->quarantine)->rate;
    const uint64_t now = inlet->datagram->received_ns;
    struct slot *slot = slot_of(inlet);

    if (rate == 0) {
        return true;
    }
    if (!is_new(slot, now) || !rate_admits(&inlet->rate, rate, now)) {
        return false;
    }
    slot->last_ns = now;
    return true;
}

/* --- The end of a datagram --- */

static void write_comment(const struct worst *worst, char comment[static PCAPNG_COMMENT_MAX])
{
    const struct decode_error_text *text = &decode_errors[worst->error];
    size_t len = (size_t)snprintf(comment, PCAPNG_COMMENT_MAX, "%s: %s", text->key, text->text);

    if (worst->detail[0] != '\0' && len < PCAPNG_COMMENT_MAX) {
        len += (size_t)snprintf(comment + len, PCAPNG_COMMENT_MAX - len, ": %s", worst->detail);
    }
    if (worst->template_id != 0 && len < PCAPNG_COMMENT_MAX) {
        (void)snprintf(comment + len, PCAPNG_COMMENT_MAX - len, "; template %u",
                       worst->template_id);
    }
}

/* Whether the template came in the datagram itself. */
static bool came_along(const struct decode *d, uint16_t template_id)
{
    for (uint32_t i = 0; i < d->tally.n_templates && i < TALLY_TEMPLATES_MAX; i++) {
        if (d->tally.templates[i].id == template_id) {
            return true;
        }
    }
    return false;
}

/* The template that a record was read by goes first. */
static void put_template(const struct quarantine_inlet *inlet, struct decode *d)
{
    uint8_t octets[QUARANTINE_CONTEXT_MAX];
    char comment[PCAPNG_COMMENT_MAX];
    const struct worst *worst = &inlet->worst;
    struct datagram datagram = *inlet->datagram;
    const struct quarantine_message message = {
        .version = d->tally.type,
        .domain_id = d->tally.domain,
        .template_id = worst->template_id,
        .uptime_ms = d->message.uptime_ms,
        .export_ns = d->message.export_ns,
    };

    if (worst->domain == NULL || worst->template_id == 0 || came_along(d, worst->template_id)) {
        return;
    }
    datagram.data = octets;
    datagram.len =
        quarantine_context(octets, &message, domain_template(d, worst->domain, worst->template_id));
    (void)snprintf(comment, sizeof(comment), "made by weir: template %u of the next datagram",
                   worst->template_id);
    if (datagram.len > 0) {
        (void)quarantine_put(inlet->quarantine, &datagram, comment, NULL);
    }
}

static bool put(const struct quarantine_inlet *inlet, struct decode *d)
{
    char comment[PCAPNG_COMMENT_MAX];

    write_comment(&inlet->worst, comment);
    put_template(inlet, d);
    return quarantine_put(inlet->quarantine, inlet->datagram, comment, d->counters);
}

void quarantine_inlet_end(struct quarantine_inlet *inlet, struct decode *d)
{
    if (inlet->worst.found && !(admit(inlet) && put(inlet, d))) {
        quarantine_leave_out(d->counters);
    }
}
