// SPDX-License-Identifier: Apache-2.0
/* Faults in the log, at a bounded rate. */
#include "lib/fault_log.h"

#include <stdatomic.h>

#include "lib/exporter/state.h"
#include "lib/fault_hash.h"
#include "lib/log.h"
#include "lib/text_write.h"

static const uint64_t SECOND_NS = 1000000000;

enum {
    SLOTS = 1024,
    LINES_A_SECOND = 10,
    LONG_AGO_S = 120 /* beyond what sets are held, by default */
};

/* A reason of an exporter.  Another that has the same slot takes it, and is not muted for it. */
struct slot {
    uint64_t whose;
    uint64_t began_ns;
    uint64_t count; /* in the interval that began then */
};

struct fault_log {
    struct slot slots[SLOTS];
    uint64_t second;
    unsigned lines;
    uint64_t left_out; /* by the bound of lines a second */
};

/* Each worker has its own. */
static _Thread_local struct fault_log fault_log;

static _Atomic uint64_t muting_count = 10;
static _Atomic uint64_t muting_interval_ns = 10000000000;

void fault_log_set_muting(uint64_t count, uint64_t interval_ns)
{
    atomic_store(&muting_count, count);
    atomic_store(&muting_interval_ns, interval_ns);
}

static struct slot *slot_of(const struct flow_addr *from, enum decode_error error)
{
    const uint64_t whose = fault_hash(from, error);
    struct slot *slot = &fault_log.slots[whose % SLOTS];

    if (slot->whose != whose) {
        *slot = (struct slot){.whose = whose};
    }
    return slot;
}

/* The clock may step back, too. */
static bool interval_over(const struct slot *slot, uint64_t now, uint64_t interval_ns)
{
    return now < slot->began_ns || now - slot->began_ns > interval_ns;
}

/* A set that was held is of the past and begins no second; a clock that was set back does, at last.
 */
static bool too_many_lines(uint64_t now)
{
    const uint64_t second = now / SECOND_NS;

    if (second > fault_log.second || second + LONG_AGO_S < fault_log.second) {
        fault_log.second = second;
        fault_log.lines = 0;
    }
    if (fault_log.lines >= LINES_A_SECOND) {
        return true;
    }
    fault_log.lines++;
    return false;
}

/* Who, where and why; count is how many lines this one stands for. */
static void write_line(const struct decode *d, const char *message, enum decode_error error,
                       const char *detail, uint64_t count)
{
    const struct domain *domain = d->message.domain;
    char exporter[TEXT_ADDR_MAX + 1];

    *text_write_addr(exporter, &d->datagram->from) = '\0';
    LOG(WARN, message, LOG_TEXT("reason", decode_errors[error].key), LOG_TEXT("exporter", exporter),
        LOG_NUMBER("port", d->datagram->from_port),
        LOG_NUMBER("domain", domain == NULL ? 0 : domain->key.id),
        LOG_NUMBER("template", d->message.template_id),
        LOG_TEXT("detail", detail == NULL ? "" : detail), LOG_NUMBER("count", count),
        LOG_NUMBER("left_out", fault_log.left_out));
    fault_log.left_out = 0;
}

/* Writes one of the first of an interval, or the line that says there will be no more. */
static void write_counted(const struct decode *d, struct slot *slot, enum decode_error error,
                          const char *detail, uint64_t limit)
{
    const bool muting = slot->count == limit;

    slot->count++;
    write_line(d, muting ? "too many receiver messages, muting" : decode_errors[error].text, error,
               detail, 1);
}

/* Begins the next interval: its first line says how many were skipped in the one before. */
static void begin_interval(const struct decode *d, struct slot *slot, enum decode_error error,
                           const char *detail, uint64_t limit)
{
    const uint64_t skipped = slot->count > limit ? slot->count - limit : 0;

    slot->began_ns = d->datagram->received_ns;
    slot->count = 0;
    if (skipped > 0) {
        write_line(d, "skipped receiver messages", error, detail, skipped);
    } else {
        write_counted(d, slot, error, detail, limit);
    }
}

void fault_log_hear(struct decode *d, enum decode_error error, const char *detail)
{
    const uint64_t interval_ns = atomic_load(&muting_interval_ns);
    const uint64_t limit = interval_ns == 0 ? 0 : atomic_load(&muting_count);
    const uint64_t now = d->datagram->received_ns;
    struct slot *slot;
    bool over;

    if (decode_errors[error].cost == COST_NOTHING) {
        return;
    }
    slot = slot_of(&d->datagram->from, error);
    over = interval_over(slot, now, interval_ns);
    if (limit > 0 && !over && slot->count > limit) {
        slot->count++;
    } else if (too_many_lines(now)) {
        fault_log.left_out++;
    } else if (limit == 0) {
        write_line(d, decode_errors[error].text, error, detail, 1);
    } else if (over) {
        begin_interval(d, slot, error, detail, limit);
    } else {
        write_counted(d, slot, error, detail, limit);
    }
}
