// SPDX-License-Identifier: Apache-2.0
// Apache Kafka through librdkafka: the transport's life, and its thread.
#include "transports/kafka.h"

#include <string.h>

#include "lib/log.h"
#include "lib/loop.h"
#include "transports/kafka_config.h"
#include "transports/kafka_options.h"
#include "transports/kafka_srv.h"

enum { TICK_MS = 100, FLUSH_MS = 20, CODEC_OCTETS = 16 };

static const uint64_t MILLISECOND_NS = 1000000;
static const uint64_t SECOND_NS = 1000000000;
static const uint64_t HOUR_NS = 3600 * SECOND_NS;
static const uint64_t LOOK_UP_NS = 5 * SECOND_NS;

static const struct kafka_path *const paths[KAFKA_POLICY_COUNT] = {
    [KAFKA_DROP_NEWEST] = &kafka_direct,
    [KAFKA_DROP_OLDEST] = &kafka_oldest,
    [KAFKA_BLOCK] = &kafka_direct,
    [KAFKA_SPOOL] = &kafka_spooled,
};

/* --- What the paths share --- */

static bool same_key(struct slice a, struct slice b)
{
    return a.len == b.len && (a.len == 0 || memcmp(a.data, b.data, a.len) == 0);
}

size_t kafka_next_message(const struct kafka *k, const struct batch *batch, size_t first,
                          struct kafka_message *m)
{
    const struct record *begin = &batch->records[first];
    const struct record *end = batch->records + batch->n;
    const struct record *last = begin;

    while (last + 1 < end && (size_t)(last + 1 - begin) < k->settings.records_per_message &&
           last[1].kind == begin->kind && same_key(last[1].key, begin->key) &&
           (size_t)(last[1].value.data + last[1].value.len - begin->value.data) <=
               k->settings.message_octets) {
        last++;
    }
    *m = (struct kafka_message){
        .key = begin->key,
        .value = {begin->value.data,
                  (size_t)(last->value.data + last->value.len - begin->value.data)},
        .time_ms = begin->time_ms,
        .kind = begin->kind,
    };
    return (size_t)(last - begin) + 1;
}

rd_kafka_resp_err_t kafka_send_message(struct kafka *k, struct kafka_producer *p,
                                       const struct kafka_message *m)
{
    const rd_kafka_resp_err_t code = kafka_producer_send(p, m);

    if (code == RD_KAFKA_RESP_ERR_NO_ERROR) {
        atomic_fetch_add_explicit(&k->produced, 1, memory_order_relaxed);
    }
    return code;
}

const struct kafka_error *kafka_count_failure(struct kafka *k, rd_kafka_resp_err_t code,
                                              const char *becomes)
{
    const struct kafka_error *error = kafka_error_of(code);

    atomic_fetch_add_explicit(&k->failed[kafka_error_number(error)], 1, memory_order_relaxed);
    kafka_log_failure(&k->log, code, becomes);
    return error;
}

void kafka_bury(struct kafka *k, const struct kafka_error *error, rd_kafka_resp_err_t code,
                const struct kafka_message *m, unsigned records)
{
    const struct kafka_letter letter = {
        .topic = kafka_settings_topic(&k->settings, m->kind),
        .code = rd_kafka_err2name(code),
        .reason = rd_kafka_err2str(code),
        .key = m->key,
        .value = m->value,
    };

    kafka_dead_letter_write(&k->dead_letter, &letter);
    transport_lost(&k->transport, error->loss, records);
}

struct kafka_message kafka_message_of(const struct kafka *k, const rd_kafka_message_t *m)
{
    const char *topic = rd_kafka_topic_name(m->rkt);

    return (struct kafka_message){
        .key = {m->key, m->key_len},
        .value = {m->payload, m->len},
        .kind = kafka_settings_kind(&k->settings, (struct slice){topic, strlen(topic)}),
    };
}

void kafka_wake(struct kafka *k)
{
    (void)uv_async_send(&k->wake);
}

/* Tells everybody that waits for room. */
static void signal_room(struct kafka *k)
{
    uv_mutex_lock(&k->mutex);
    uv_cond_broadcast(&k->room);
    uv_mutex_unlock(&k->mutex);
}

/* --- The thread --- */

/* Once its time is up, what is still held comes back, and then is lost or kept. */
static void finish(struct kafka *k)
{
    const bool waits = k->path->idle != NULL && !k->path->idle(k);
    const bool overdue = uv_hrtime() >= k->deadline_ns || (k->path->keeps && k->all_down);

    k->overdue = k->overdue || overdue;
    if (!waits && kafka_held(k) == 0) {
        uv_stop(&k->loop);
    } else if (!k->overdue) {
        (void)rd_kafka_flush(k->producer->rk, FLUSH_MS);
    } else if (kafka_held(k) > 0) {
        kafka_purge(k);
    } else {
        uv_stop(&k->loop);
    }
}

static void turn(struct kafka *k)
{
    const bool stopping = atomic_load(&k->stopping);
    bool more;

    if (atomic_exchange(&k->looks_again, false)) {
        kafka_renew_credentials(k);
    }
    more = kafka_serve(k);
    if (k->path->feed != NULL && !k->overdue) {
        k->path->feed(k);
    }
    signal_room(k);
    if (more) {
        kafka_wake(k);
    } else if (stopping) {
        finish(k);
    }
}

static void on_wake(uv_async_t *wake)
{
    turn(wake->data);
}

static void warn_of_insecurity(struct kafka *k)
{
    const uint64_t now = uv_hrtime();

    if (k->settings.tls_insecure && now - k->warned_ns >= HOUR_NS) {
        k->warned_ns = now;
        LOG(WARN, "the certificates of Kafka's brokers are not checked");
    }
}

/* Until somebody answers; the producers that come later find the brokers in conf. */
static void look_up_brokers(struct kafka *k)
{
    char brokers[KAFKA_SRV_OCTETS];
    const uint64_t now = uv_hrtime();
    const char *problem;

    if (*k->settings.srv == '\0' || k->brokers_found || now < k->look_up_ns) {
        return;
    }
    k->look_up_ns = now + LOOK_UP_NS;
    problem = kafka_srv_look_up(k->settings.srv, brokers);
    k->brokers_found = problem == NULL && kafka_config_set(k->conf, "bootstrap.servers", brokers);
    if (problem != NULL) {
        kafka_log_error(&k->log, RD_KAFKA_RESP_ERR__RESOLVE, problem);
    } else if (k->brokers_found) {
        LOG(INFO, "found brokers", LOG_TEXT("srv", k->settings.srv), LOG_TEXT("brokers", brokers));
        (void)rd_kafka_brokers_add(k->producer->rk, brokers);
    }
}

static void on_tick(uv_timer_t *tick)
{
    struct kafka *k = tick->data;

    look_up_brokers(k);
    warn_of_insecurity(k);
    kafka_take_back(k);
    turn(k);
}

static void run(void *arg)
{
    struct kafka *k = arg;

    (void)uv_run(&k->loop, UV_RUN_DEFAULT);
}

static int start_thread(struct kafka *k)
{
    int error;

    (void)uv_timer_init(&k->loop, &k->tick);
    k->tick.data = k;
    (void)uv_timer_start(&k->tick, on_tick, TICK_MS, TICK_MS);
    error = uv_thread_create(&k->thread, run, k);
    k->running = error == 0;
    return error;
}

static void stop_thread(struct kafka *k, unsigned timeout_ms)
{
    if (!k->running) {
        return;
    }
    k->deadline_ns = uv_hrtime() + timeout_ms * MILLISECOND_NS;
    atomic_store(&k->stopping, true);
    kafka_wake(k);
    (void)uv_thread_join(&k->thread);
    k->running = false;
}

/* --- The transport --- */

static void kafka_close(struct transport *t, unsigned timeout_ms)
{
    struct kafka *k = (struct kafka *)t;

    stop_thread(k, timeout_ms);
    if (k->path_open && k->path->close != NULL) {
        k->path->close(k);
    }
    k->path_open = false;
    kafka_close_producers(k);
    loop_close(&k->loop);
    kafka_dead_letter_close(&k->dead_letter);
    kafka_statistics_close(&k->statistics);
    kafka_log_close(&k->log);
    rd_kafka_conf_destroy(k->conf);
    uv_cond_destroy(&k->room);
    uv_mutex_destroy(&k->mutex);
    uv_rwlock_destroy(&k->lock);
    kafka_secrets_clear(&k->secrets);
}

static int open_parts(struct kafka *k)
{
    char codec[CODEC_OCTETS];
    int error = uv_loop_init(&k->loop);

    kafka_config_get(k->conf, "compression.codec", codec, sizeof(codec));
    if (error == 0) {
        error = uv_async_init(&k->loop, &k->wake, on_wake);
        k->wake.data = k;
    }
    (void)uv_rwlock_init(&k->lock);
    (void)uv_mutex_init(&k->mutex);
    (void)uv_cond_init(&k->room);
    (void)kafka_log_open(&k->log, &k->secrets);
    (void)kafka_statistics_open(&k->statistics, codec);
    if (error == 0) {
        error = kafka_dead_letter_open(&k->dead_letter, k->settings.dead_letter,
                                       k->settings.dead_letter_octets);
    }
    return error;
}

static int open_path(struct kafka *k)
{
    const int error = k->path->open == NULL ? 0 : k->path->open(k);

    k->path_open = error == 0;
    return error;
}

static void set_head(struct kafka *k)
{
    struct transport *t = &k->transport;

    t->separator = (struct slice){NULL, 0};
    if (k->settings.records_per_message > 1 && !t->framed) {
        t->separator = (struct slice){k->settings.separator, strlen(k->settings.separator)};
    }
    t->stamp_flow_end = strcmp(k->settings.timestamp, "flow_end") == 0;
    t->patience_ns = k->settings.policy == KAFKA_BLOCK ? k->settings.block_ns : 0;
    k->path = paths[k->settings.policy];
    k->warned_ns = uv_hrtime();
}

static int kafka_open(struct transport *t)
{
    struct kafka *k = (struct kafka *)t;
    int error;

    if (!kafka_settings_resolve(&k->settings)) {
        return UV_EINVAL;
    }
    set_head(k);
    kafka_credentials_note_own(&k->credentials, &k->settings);
    k->conf = kafka_config_new(&k->settings, t->goflow2, &k->secrets);
    if (k->conf == NULL) {
        kafka_secrets_clear(&k->secrets);
        return UV_EINVAL;
    }
    kafka_credentials_note_tls(&k->credentials, k->conf);
    error = open_parts(k);
    if (error == 0) {
        error = kafka_open_producer(k);
    }
    if (error == 0) {
        error = open_path(k);
    }
    if (error == 0) {
        error = start_thread(k);
    }
    if (error != 0) {
        kafka_close(t, 0);
    }
    return error;
}

static bool kafka_check(struct transport *t)
{
    struct kafka *k = (struct kafka *)t;
    rd_kafka_conf_t *conf = kafka_settings_resolve(&k->settings)
                                ? kafka_config_new(&k->settings, t->goflow2, &k->secrets)
                                : NULL;

    kafka_secrets_clear(&k->secrets);
    if (conf != NULL) {
        rd_kafka_conf_destroy(conf);
    }
    return conf != NULL;
}

static size_t kafka_send(struct transport *t, const struct batch *batch, size_t first)
{
    struct kafka *k = (struct kafka *)t;
    size_t taken;

    uv_rwlock_rdlock(&k->lock);
    taken = k->path->send(k, batch, first);
    uv_rwlock_rdunlock(&k->lock);
    if (k->settings.policy == KAFKA_BLOCK) {
        atomic_store(&k->full, first + taken < batch->n);
    }
    return taken;
}

/* Each batch that is sent then waits, so it is better not to make more of them. */
static bool kafka_crowded(const struct transport *t)
{
    return atomic_load(&((const struct kafka *)t)->full);
}

/* Reports may come at any moment, also before this is called. */
static void kafka_wait(struct transport *t)
{
    struct kafka *k = (struct kafka *)t;

    uv_mutex_lock(&k->mutex);
    (void)uv_cond_timedwait(&k->room, &k->mutex, TICK_MS * MILLISECOND_NS);
    uv_mutex_unlock(&k->mutex);
}

static void kafka_reopen(struct transport *t)
{
    struct kafka *k = (struct kafka *)t;

    kafka_dead_letter_reopen(&k->dead_letter);
    atomic_store(&k->looks_again, true);
    kafka_wake(k);
}

const struct transport_ops transport_kafka = {
    .name = "kafka",
    .title = "Apache Kafka",
    .size = sizeof(struct kafka),
    .options = kafka_options,
    .check = kafka_check,
    .open = kafka_open,
    .send = kafka_send,
    .crowded = kafka_crowded,
    .wait = kafka_wait,
    .reopen = kafka_reopen,
    .close = kafka_close,
    .measure = kafka_measure,
};
