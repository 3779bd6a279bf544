// SPDX-License-Identifier: Apache-2.0
/* A queue and one thread before the file of a quarantine. */
#include "lib/quarantine/quarantine.h"

#include <stdlib.h>
#include <uv.h>

#include "lib/log.h"
#include "lib/quarantine/file.h"

/* The queue has two halves: workers fill the one while the thread empties the other. */
enum { HALF_OCTETS = 256 << 10, HALF_COUNTED = 2048 };

/* Whole blocks, and who counts each of them, if anybody does. */
struct half {
    size_t n;
    struct counters *counters[HALF_COUNTED];
    size_t len;
    uint8_t octets[HALF_OCTETS];
};

struct quarantine {
    struct quarantine_settings settings;
    uv_thread_t thread;

    /* The thread's own. */
    struct quarantine_file file;
    struct half *leaving;
    bool failing; /* which was logged */

    uv_mutex_t mutex; /* of what follows */
    uv_cond_t wake;   /* there is something to do for the thread */
    uv_cond_t room;   /* the halves were swapped */
    struct half *gathering;
    bool reopen_wanted;
    bool stopping;

    struct half halves[2];
};

/* --- The thread --- */

static void note_result(struct quarantine *q, int error)
{
    if (error != 0 && !q->failing) {
        LOG(ERROR, "cannot write the quarantine", LOG_TEXT("path", q->file.path),
            LOG_TEXT("error", uv_strerror(error)));
    }
    if (error == 0 && q->failing) {
        LOG(INFO, "the quarantine can be written again", LOG_TEXT("path", q->file.path));
    }
    q->failing = error != 0;
}

/* The thread and a worker count in the same place, so not as counter_bump() does. */
static void count(struct counters *counters, enum counter which)
{
    (void)atomic_fetch_add_explicit(&counters->at[which], 1, memory_order_relaxed);
}

static void write_half(struct quarantine *q, struct half *half)
{
    const int error = quarantine_file_append(&q->file, half->octets, half->len);

    for (size_t i = 0; i < half->n; i++) {
        count(half->counters[i], error == 0 ? COUNTER_quarantined : COUNTER_quarantine_left_out);
    }
    note_result(q, error);
    half->n = 0;
    half->len = 0;
}

static bool has_work(const struct quarantine *q)
{
    return q->gathering->len > 0 || q->reopen_wanted || q->stopping;
}

/* Waits for something to do; false when all is done. */
static bool next_turn(struct quarantine *q, bool *reopen)
{
    struct half *empty = q->leaving;
    bool more;

    uv_mutex_lock(&q->mutex);
    while (!has_work(q)) {
        uv_cond_wait(&q->wake, &q->mutex);
    }
    q->leaving = q->gathering;
    q->gathering = empty;
    uv_cond_broadcast(&q->room);
    *reopen = q->reopen_wanted;
    q->reopen_wanted = false;
    more = q->leaving->len > 0 || !q->stopping;
    uv_mutex_unlock(&q->mutex);
    return more;
}

static void run(void *arg)
{
    struct quarantine *q = arg;
    bool reopen;

    while (next_turn(q, &reopen)) {
        if (reopen) {
            note_result(q, quarantine_file_reopen(&q->file));
        }
        if (q->leaving->len > 0) {
            write_half(q, q->leaving);
        }
    }
}

/* --- For others --- */

static const struct pcapng_receiver *receiver_of(const struct quarantine *q, uint16_t listener)
{
    static const struct pcapng_receiver unknown;

    return listener < q->settings.n_receivers ? &q->settings.receivers[listener] : &unknown;
}

static bool has_room(const struct quarantine *q)
{
    return q->gathering->len + PCAPNG_BLOCK_MAX <= HALF_OCTETS && q->gathering->n < HALF_COUNTED;
}

static void note_counters(struct half *half, struct counters *counters)
{
    if (counters != NULL) {
        half->counters[half->n] = counters;
        half->n++;
    }
}

bool quarantine_put(struct quarantine *q, const struct datagram *datagram, const char *comment,
                    struct counters *counters)
{
    size_t len = 0;

    uv_mutex_lock(&q->mutex);
    while (q->settings.waits && !has_room(q)) {
        uv_cond_wait(&q->room, &q->mutex);
    }
    if (has_room(q)) {
        struct half *half = q->gathering;

        len = pcapng_write_datagram(half->octets + half->len, datagram,
                                    receiver_of(q, datagram->listener), comment);
        half->len += len;
        note_counters(half, len > 0 ? counters : NULL);
        uv_cond_signal(&q->wake);
    }
    uv_mutex_unlock(&q->mutex);
    return len > 0;
}

void quarantine_leave_out(struct counters *counters)
{
    count(counters, COUNTER_quarantine_left_out);
}

const struct quarantine_settings *quarantine_settings(const struct quarantine *q)
{
    return &q->settings;
}

void quarantine_reopen(struct quarantine *q)
{
    uv_mutex_lock(&q->mutex);
    q->reopen_wanted = true;
    uv_cond_signal(&q->wake);
    uv_mutex_unlock(&q->mutex);
}

static int init_locks(struct quarantine *q)
{
    int error = uv_mutex_init(&q->mutex);

    error = error != 0 ? error : uv_cond_init(&q->wake);
    return error != 0 ? error : uv_cond_init(&q->room);
}

static void destroy(struct quarantine *q)
{
    quarantine_file_close(&q->file);
    uv_cond_destroy(&q->room);
    uv_cond_destroy(&q->wake);
    uv_mutex_destroy(&q->mutex);
    free(q);
}

static int make(struct quarantine **made, const struct quarantine_settings *settings)
{
    struct quarantine *q = calloc(1, sizeof(*q));
    int error = q == NULL ? UV_ENOMEM : init_locks(q);

    if (error != 0) {
        free(q);
        return error;
    }
    q->settings = *settings;
    q->gathering = &q->halves[0];
    q->leaving = &q->halves[1];
    error = quarantine_file_open(&q->file, settings->path, settings->octets / 2);
    error = error != 0 ? error : uv_thread_create(&q->thread, run, q);
    if (error != 0) {
        destroy(q);
        return error;
    }
    *made = q;
    return 0;
}

int quarantine_open(struct quarantine **quarantine, const struct quarantine_settings *settings)
{
    const int error = make(quarantine, settings);

    if (error != 0) {
        LOG(ERROR, "cannot open the quarantine", LOG_TEXT("path", settings->path),
            LOG_TEXT("error", uv_strerror(error)));
    }
    return error;
}

void quarantine_close(struct quarantine *q)
{
    if (q == NULL) {
        return;
    }
    uv_mutex_lock(&q->mutex);
    q->stopping = true;
    uv_cond_signal(&q->wake);
    uv_mutex_unlock(&q->mutex);
    uv_thread_join(&q->thread);
    destroy(q);
}
