// SPDX-License-Identifier: Apache-2.0
/*
 * Every record is in the spool before librdkafka has it, and stays there until its delivery
 * report.  As long as nothing waits, records go to librdkafka from the worker's memory; else they
 * wait in the spool behind those that came before them, and the thread reads them in their order.
 */
#include <stdlib.h>
#include <string.h>

#include "lib/log.h"
#include "transports/kafka_spooled.h"

enum {
    ROUNDS_TOGETHER = 3, /* tries of a batch before its messages go alone */
    ROUNDS_MAX = 15,     /* tries of a message that is refused for no clear reason */
};

static const uint64_t SECOND_NS = 1000000000;
static const uint64_t PAUSE_NS = 5 * SECOND_NS;

/* --- Opening --- */

/* What an earlier process left is taken over. */
static void take_over(struct kafka *k, struct kafka_spooled *s)
{
    struct spool_stats stats;

    spool_stats(s->spool, &stats);
    if (stats.found == 0) {
        return;
    }
    atomic_store(&s->behind, true);
    atomic_fetch_add(&k->transport.taken, stats.found);
    LOG(INFO, "records wait in the spool from before", LOG_TEXT("path", k->settings.spool_path),
        LOG_NUMBER("records", stats.found), LOG_NUMBER("octets", stats.octets));
}

static int spooled_open(struct kafka *k)
{
    const struct kafka_settings *settings = &k->settings;
    const struct spool_settings wanted = {
        .path = settings->spool_path,
        .octets_max = settings->spool_octets,
        .age_max_ns = settings->spool_ns,
        .sync = settings->spool_sync,
        .sync_ns = settings->spool_sync_ns,
    };
    struct kafka_spooled *s = calloc(1, sizeof(*s));
    int error = UV_ENOMEM;

    if (s != NULL) {
        error = spool_open(&s->spool, &wanted);
    }
    if (error != 0) {
        free(s);
        return error;
    }
    k->path_state = s;
    take_over(k, s);
    return 0;
}

/* --- From the workers --- */

void *kafka_spool_ticket(struct spool_run run)
{
    return kafka_ticket_write(
        (struct kafka_ticket){.number = run.first, .records = (unsigned)run.n});
}

/* These wait now, and all that follow must. */
void kafka_spool_leave(struct kafka *k, struct spool_run run)
{
    struct kafka_spooled *s = k->path_state;

    atomic_store(&s->behind, true);
    spool_release(s->spool, run);
    kafka_wake(k);
}

static void bury(struct kafka *k, rd_kafka_resp_err_t code, const struct kafka_message *m,
                 struct spool_run run)
{
    struct kafka_spooled *s = k->path_state;

    kafka_bury(k, kafka_error_of(code), code, m, (unsigned)run.n);
    spool_ack(s->spool, run);
}

/* Whether a message that librdkafka did not take will not be taken at any other time. */
static bool is_hopeless(rd_kafka_resp_err_t code)
{
    const enum kafka_fate fate = kafka_error_of(code)->fate;

    return fate == KAFKA_DEAD || fate == KAFKA_ALONE;
}

/* Sends records of the batch that have the numbers of run; what finds no room stays. */
static void send_run(struct kafka *k, const struct batch *batch, size_t first, struct spool_run run)
{
    struct kafka_spooled *s = k->path_state;
    struct batch part = *batch;

    part.n = first + run.n;
    while (first < part.n && !atomic_load(&s->behind)) {
        struct kafka_message m;
        const size_t n = kafka_next_message(k, &part, first, &m);
        const struct spool_run of_message = {run.first, n};
        rd_kafka_resp_err_t code;

        m.opaque = kafka_spool_ticket(of_message);
        code = kafka_send_message(k, k->producer, &m);
        if (is_hopeless(code)) {
            (void)kafka_count_failure(k, code, "lost");
            bury(k, code, &m, of_message);
        } else if (code != RD_KAFKA_RESP_ERR_NO_ERROR) {
            break;
        }
        first += n;
        run = (struct spool_run){run.first + n, run.n - n};
    }
    if (run.n > 0) {
        kafka_spool_leave(k, run);
    }
}

/* A record that is too large for the spool ends at once. */
static size_t bury_too_large(struct kafka *k, const struct record *record)
{
    const rd_kafka_resp_err_t code = RD_KAFKA_RESP_ERR_MSG_SIZE_TOO_LARGE;
    const struct kafka_message m = {
        .key = record->key, .value = record->value, .kind = record->kind};

    kafka_bury(k, kafka_count_failure(k, code, "lost"), code, &m, 1);
    return 1;
}

static void log_append(struct kafka *k, int error)
{
    struct kafka_spooled *s = k->path_state;
    const bool failing = error != 0 && error != UV_EMSGSIZE;

    if (failing == atomic_load(&s->append_failing) ||
        atomic_exchange(&s->append_failing, failing) == failing) {
        return;
    }
    if (failing) {
        LOG(ERROR, "the spool takes no records, trying on",
            LOG_TEXT("path", k->settings.spool_path), LOG_TEXT("error", uv_strerror(error)));
    } else {
        LOG(INFO, "the spool takes records again", LOG_TEXT("path", k->settings.spool_path));
    }
}

/* How many records from first on go to one topic. */
static size_t count_alike(const struct kafka *k, const struct batch *batch, size_t first)
{
    const char *topic = kafka_settings_topic(&k->settings, batch->records[first].kind);
    size_t end = first + 1;

    while (end < batch->n &&
           kafka_settings_topic(&k->settings, batch->records[end].kind) == topic) {
        end++;
    }
    return end - first;
}

static size_t spooled_send(struct kafka *k, const struct batch *batch, size_t first)
{
    struct kafka_spooled *s = k->path_state;
    size_t at = first;
    int error = 0;

    while (at < batch->n && (error == 0 || error == UV_EMSGSIZE)) {
        const char *name = kafka_settings_topic(&k->settings, batch->records[at].kind);
        const struct slice topic = {name, strlen(name)};
        struct spool_run run;

        error = spool_append(s->spool, topic, &batch->records[at], count_alike(k, batch, at), &run);
        log_append(k, error);
        if (run.n > 0) {
            send_run(k, batch, at, run);
        }
        at += run.n;
        if (error == UV_EMSGSIZE) {
            at += bury_too_large(k, &batch->records[at]);
        }
    }
    return at - first;
}

/* --- Reports --- */

/* With the lock for writing: no worker is about to send what must wait now. */
static void begin_pause(struct kafka *k)
{
    struct kafka_spooled *s = k->path_state;

    s->pausing = true;
    s->resume_ns = uv_hrtime();
    atomic_store(&s->behind, true);
}

/* What the other producer still has must not overtake what a retired one gives back. */
static void spooled_renewed(struct kafka *k)
{
    begin_pause(k);
    kafka_purge_queue(k);
}

void kafka_spool_pause(struct kafka *k, uint64_t ns)
{
    struct kafka_spooled *s = k->path_state;

    if (!s->pausing) {
        uv_rwlock_wrlock(&k->lock);
        begin_pause(k);
        uv_rwlock_wrunlock(&k->lock);
        s->resume_ns += ns;
        kafka_purge_queue(k);
    }
}

/*
 * Whether the record that holds up all others has done so for long enough.  Before that,
 * its batch is taken apart, so that it holds up nothing but itself.
 */
static bool is_stuck(struct kafka_spooled *s, struct spool_run run)
{
    const uint64_t end = run.first + run.n;

    if (s->rounds >= ROUNDS_TOGETHER && end > s->alone_until) {
        s->alone_until = end;
    }
    if (s->pausing) {
        return false;
    }
    s->rounds = run.first == s->stuck ? s->rounds + 1 : 0;
    s->stuck = run.first;
    return s->rounds >= ROUNDS_MAX;
}

void kafka_spool_take_back(struct kafka *k, const struct kafka_producer *p,
                           const struct kafka_error *error, const struct kafka_message *m,
                           struct spool_run run)
{
    struct kafka_spooled *s = k->path_state;
    const bool again = error->fate == KAFKA_AGAIN;

    if (error->fate == KAFKA_DEAD || (error->fate == KAFKA_ALONE && p->alone) ||
        (again && is_stuck(s, run))) {
        bury(k, error->code, m, run);
        return;
    }
    kafka_spool_leave(k, run);
    if (error->fate == KAFKA_ALONE) {
        s->alone_until = run.first + run.n > s->alone_until ? run.first + run.n : s->alone_until;
    } else {
        kafka_spool_pause(k, kafka_is_retired(k, p) ? 0 : PAUSE_NS);
    }
}

static bool spooled_report(struct kafka *k, struct kafka_producer *p, const rd_kafka_message_t *m)
{
    struct kafka_spooled *s = k->path_state;
    const struct kafka_ticket ticket = kafka_ticket_read(m->_private);
    const struct spool_run run = {ticket.number, ticket.records};
    struct kafka_message message;

    if (m->err == RD_KAFKA_RESP_ERR_NO_ERROR) {
        spool_ack(s->spool, run);
        transport_delivered(&k->transport, ticket.records);
    } else if (kafka_is_purge(m->err)) {
        kafka_spool_leave(k, run);
    } else {
        message = kafka_message_of(k, m);
        kafka_spool_take_back(k, p, kafka_count_failure(k, m->err, "kept in the spool"), &message,
                              run);
    }
    return true;
}

/* --- The end --- */

static bool spooled_idle(struct kafka *k)
{
    struct kafka_spooled *s = k->path_state;
    struct spool_stats stats;

    spool_stats(s->spool, &stats);
    return stats.waiting == 0;
}

static void spooled_close(struct kafka *k)
{
    struct kafka_spooled *s = k->path_state;
    struct spool_stats stats;

    kafka_spool_count_losses(k);
    spool_stats(s->spool, &stats);
    if (stats.waiting + stats.in_flight > 0) {
        LOG(INFO, "records stay in the spool", LOG_TEXT("path", k->settings.spool_path),
            LOG_NUMBER("records", stats.waiting + stats.in_flight));
    }
    spool_close(s->spool);
    free(s);
    k->path_state = NULL;
}

static void spooled_measure(struct kafka *k, transport_put *put, void *arg)
{
    struct kafka_spooled *s = k->path_state;
    struct spool_stats stats;

    spool_stats(s->spool, &stats);
    put(arg, "kafka_spool_bytes", NULL, NULL, (double)stats.octets);
    put(arg, "kafka_spool_segments", NULL, NULL, (double)stats.segments);
    put(arg, "kafka_spool_waiting_records", NULL, NULL, (double)stats.waiting);
    put(arg, "kafka_spool_in_flight_records", NULL, NULL, (double)stats.in_flight);
    put(arg, "kafka_spool_age_seconds", NULL, NULL, (double)stats.oldest_ns / (double)SECOND_NS);
    put(arg, "kafka_spooled_total", NULL, NULL, (double)stats.appended);
    put(arg, "kafka_replayed_total", NULL, NULL, (double)atomic_load(&s->replayed));
    for (int i = 0; i < SPOOL_LOSS_COUNT; i++) {
        put(arg, "kafka_spool_lost_total", "reason", spool_losses[i].key, (double)stats.lost[i]);
    }
}

const struct kafka_path kafka_spooled = {
    .open = spooled_open,
    .send = spooled_send,
    .feed = kafka_spool_feed,
    .report = spooled_report,
    .renewed = spooled_renewed,
    .idle = spooled_idle,
    .close = spooled_close,
    .measure = spooled_measure,
    .keeps = true,
};
