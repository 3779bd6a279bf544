// SPDX-License-Identifier: Apache-2.0
// What waits in the spool is read back in its order, and sent.
#include "lib/log.h"
#include "transports/kafka_spooled.h"

static const uint64_t SECOND_NS = 1000000000;

/* What the bounds of the spool cost, as the transport counts it. */
static const enum transport_loss losses[SPOOL_LOSS_COUNT] = {
    [SPOOL_LOSS_OCTETS] = TRANSPORT_QUEUE_FULL,
    [SPOOL_LOSS_AGE] = TRANSPORT_TIMED_OUT,
    [SPOOL_LOSS_DAMAGED] = TRANSPORT_IO,
};

static struct kafka_producer *producer_of(struct kafka *k, uint64_t number)
{
    const struct kafka_spooled *s = k->path_state;

    return number < s->alone_until ? kafka_producer_alone(k) : k->producer;
}

/* False if it must wait, and then it waits in the spool again. */
static bool send_entry(struct kafka *k, const struct spool_entry *entry)
{
    struct kafka_spooled *s = k->path_state;
    struct kafka_producer *p = producer_of(k, entry->sequence);
    const struct spool_run run = {entry->sequence, 1};
    const struct kafka_message m = {
        .key = entry->record.key,
        .value = entry->record.value,
        .time_ms = entry->record.time_ms,
        .kind = kafka_settings_kind(&k->settings, entry->topic),
        .opaque = kafka_spool_ticket(run),
    };
    const rd_kafka_resp_err_t code =
        p == NULL ? RD_KAFKA_RESP_ERR__FATAL : kafka_send_message(k, p, &m);

    if (code == RD_KAFKA_RESP_ERR_NO_ERROR) {
        atomic_fetch_add_explicit(&s->replayed, 1, memory_order_relaxed);
        return true;
    }
    if (code == RD_KAFKA_RESP_ERR__QUEUE_FULL) {
        kafka_spool_leave(k, run);
        return false;
    }
    kafka_spool_take_back(k, p == NULL ? k->producer : p,
                          kafka_count_failure(k, code, "kept in the spool"), &m, run);
    return !s->pausing;
}

/* With the lock for writing, no worker is between its append and its decision. */
static bool has_caught_up(struct kafka *k)
{
    struct kafka_spooled *s = k->path_state;
    struct spool_stats stats;

    uv_rwlock_wrlock(&k->lock);
    spool_stats(s->spool, &stats);
    if (stats.waiting == 0) {
        atomic_store(&s->behind, false);
    }
    uv_rwlock_wrunlock(&k->lock);
    return stats.waiting == 0;
}

static void log_trouble(const struct kafka *k, bool *failing, const char *message, int error)
{
    if (error < 0 && !*failing) {
        LOG(ERROR, message, LOG_TEXT("path", k->settings.spool_path),
            LOG_TEXT("error", uv_strerror(error)));
    }
    *failing = error < 0;
}

static void read_back(struct kafka *k)
{
    struct kafka_spooled *s = k->path_state;
    struct spool_entry entry;
    int got = 1;

    while (got == 1 && kafka_held(k) < KAFKA_ON_THEIR_WAY_MAX) {
        got = spool_read(s->spool, &entry);
        log_trouble(k, &s->read_failing, "cannot read the spool, trying on", got);
        if (got == 1 && !send_entry(k, &entry)) {
            return;
        }
        if (got == 0 && !has_caught_up(k)) {
            got = 1;
        }
    }
    if (got < 0) {
        kafka_spool_pause(k, SECOND_NS);
    }
}

void kafka_spool_count_losses(struct kafka *k)
{
    struct kafka_spooled *s = k->path_state;
    struct spool_stats stats;

    spool_stats(s->spool, &stats);
    for (int i = 0; i < SPOOL_LOSS_COUNT; i++) {
        transport_lost(&k->transport, losses[i], stats.lost[i] - s->lost[i]);
        s->lost[i] = stats.lost[i];
    }
}

static void maintain(struct kafka *k)
{
    struct kafka_spooled *s = k->path_state;
    const uint64_t now = uv_hrtime();

    if (now - s->maintained_ns < SPOOL_CHECKPOINT_NS / 2) {
        return;
    }
    s->maintained_ns = now;
    log_trouble(k, &s->maintain_failing, "cannot maintain the spool, trying on",
                spool_maintain(s->spool));
    kafka_spool_count_losses(k);
}

/* What was in flight before a pause must have come back, or it would be overtaken. */
static bool is_pausing(struct kafka *k)
{
    struct kafka_spooled *s = k->path_state;

    s->pausing = s->pausing && (uv_hrtime() < s->resume_ns || kafka_held(k) > 0);
    return s->pausing;
}

void kafka_spool_feed(struct kafka *k)
{
    struct kafka_spooled *s = k->path_state;

    maintain(k);
    if (atomic_load(&s->behind) && !is_pausing(k)) {
        read_back(k);
    }
}
