// SPDX-License-Identifier: Apache-2.0
// A bounded buffer and one thread before a file descriptor.
#include "lib/fd_writer.h"

#include <stdlib.h>

#include "lib/log.h"
#include "lib/record/buffer.h"
#include "lib/sink.h"

/*
 * The buffer has two halves: workers fill the one while the thread empties the other.  While both
 * are empty and the thread rests, a worker writes itself what can be written at once: a pipe that
 * has room, the null device, a file system that can say that it would have to wait.  So a wake-up
 * and a copy are only for what has to wait.
 */
enum {
    HALF_OCTETS = 4 << 20,
    PIECE_OCTETS = 1 << 20, /* are worth a write, and wait for no more */
};

static const uint64_t second_ns = 1000000000;

struct fd_writer {
    struct transport *transport;
    uint64_t linger_ns;
    uv_thread_t thread;

    /* The thread's own. */
    struct sink sink;
    struct record_buffer *leaving;
    bool failing;       /* the last write failed: the next waits */
    int trouble;        /* UV_E* that was logged, until a record is written again */
    bool reopen_failed; /* was logged, and is tried each second */
    uint64_t next_look; /* at the path; uv_hrtime() */

    uv_mutex_t mutex; /* of what follows */
    uv_cond_t wake;   /* there is something to do for the thread */
    uv_cond_t room;   /* the halves were swapped */
    struct record_buffer *gathering;
    uint64_t gathered_since; /* uv_hrtime(), if there is anything in it */
    _Atomic bool pressing;   /* what is gathered waits for no more; read without the mutex */
    uint64_t swaps;
    bool resting; /* the thread waits with nothing to do: the sink is whose the mutex is */
    bool reopen_wanted;
    bool ended;
    bool stopping;
    uint64_t deadline; /* uv_hrtime(), once stopping */

    struct record_buffer halves[2];
};

static void log_error(const struct fd_writer *w, const char *message, int error)
{
    LOG(ERROR, message, LOG_TEXT("path", sink_name(&w->sink)),
        LOG_TEXT("error", uv_strerror(error)));
}

static size_t lose_all(struct fd_writer *w, enum transport_loss why)
{
    size_t lost = 0;

    for (int i = 0; i < 2; i++) {
        lost += record_buffer_held(&w->halves[i]);
        record_buffer_clear(&w->halves[i]);
    }
    transport_lost(w->transport, why, lost);
    return lost;
}

/* A record that is written in part begins anew in the new file. */
static void reopen(struct fd_writer *w)
{
    const int error = sink_reopen(&w->sink);

    if (error == 0) {
        w->leaving->written -= record_buffer_part(w->leaving);
        w->failing = false;
        LOG(INFO, "reopened", LOG_TEXT("path", w->sink.path));
    } else if (!w->reopen_failed) {
        log_error(w, "cannot reopen, the old file stays", error);
    }
    w->reopen_failed = error != 0;
}

static bool take_reopen_request(struct fd_writer *w)
{
    bool wanted;

    uv_mutex_lock(&w->mutex);
    wanted = w->reopen_wanted;
    w->reopen_wanted = false;
    uv_mutex_unlock(&w->mutex);
    return wanted;
}

static bool look_is_due(struct fd_writer *w)
{
    const uint64_t now = uv_hrtime();

    if (now < w->next_look) {
        return false;
    }
    w->next_look = now + second_ns;
    return true;
}

/* Amid a record, a file is left only if it takes nothing more. */
static void look_after_path(struct fd_writer *w)
{
    if (record_buffer_part(w->leaving) > 0 && !w->failing) {
        return;
    }
    if (take_reopen_request(w) || (look_is_due(w) && (w->reopen_failed || sink_moved(&w->sink)))) {
        reopen(w);
    }
}

static void end_transport(struct fd_writer *w)
{
    LOG(INFO, "nobody reads any more", LOG_TEXT("path", sink_name(&w->sink)));
    uv_mutex_lock(&w->mutex);
    w->ended = true;
    w->pressing = false;
    lose_all(w, TRANSPORT_CLOSED);
    uv_cond_broadcast(&w->room);
    uv_mutex_unlock(&w->mutex);
    if (w->transport->ended != NULL) {
        w->transport->ended(w->transport);
    }
}

/* What cannot be cut back is ended by a later write. */
static void cut_back(struct fd_writer *w)
{
    const size_t part = record_buffer_part(w->leaving);

    if (part > 0 && sink_cut(&w->sink, part)) {
        w->leaving->written -= part;
    }
}

static void write_failed(struct fd_writer *w, int error)
{
    if (error == UV_EPIPE || error == UV_ECONNRESET) {
        end_transport(w);
        return;
    }
    if (w->trouble != error) {
        log_error(w, "cannot write, trying again each second", error);
    }
    w->trouble = error;
    w->failing = true;
    cut_back(w);
}

static void write_succeeded(struct fd_writer *w, size_t octets)
{
    const size_t records = record_buffer_advance(w->leaving, octets);

    transport_delivered(w->transport, records);
    w->failing = false;
    if (records > 0 && w->trouble != 0) {
        LOG(INFO, "writing again", LOG_TEXT("path", sink_name(&w->sink)));
        w->trouble = 0;
    }
}

static void write_some(struct fd_writer *w)
{
    const struct record_buffer *from = w->leaving;
    ssize_t octets;

    if (record_buffer_spent(from)) {
        return;
    }
    octets = sink_write(&w->sink, from->data + from->written, from->used - from->written);
    if (octets > 0) {
        write_succeeded(w, (size_t)octets);
    } else if (octets < 0) {
        write_failed(w, (int)octets);
    }
}

static bool is_empty(const struct fd_writer *w)
{
    return record_buffer_spent(w->leaving) && record_buffer_spent(w->gathering);
}

/* How long what is gathered waits for more: a file takes one large write for less than many. */
static uint64_t linger_left(const struct fd_writer *w)
{
    const uint64_t now = uv_hrtime();
    const uint64_t end = w->gathered_since + w->linger_ns;

    if (!w->sink.regular || w->pressing || w->stopping || !record_buffer_spent(w->leaving)) {
        return 0;
    }
    return end > now ? end - now : 0;
}

static uint64_t retry_pause_ns(const struct fd_writer *w)
{
    const uint64_t now = uv_hrtime();

    if (!w->stopping || w->deadline > now + second_ns) {
        return second_ns;
    }
    return w->deadline > now ? w->deadline - now : 0;
}

/* How long the thread has nothing to do. */
static uint64_t pause_ns(const struct fd_writer *w)
{
    if (w->reopen_wanted) {
        return 0;
    }
    if (w->failing) {
        return retry_pause_ns(w);
    }
    if (!is_empty(w)) {
        return linger_left(w);
    }
    return w->stopping ? 0 : second_ns;
}

static void swap_halves(struct fd_writer *w)
{
    struct record_buffer *spent = w->leaving;

    record_buffer_clear(spent);
    w->leaving = w->gathering;
    w->gathering = spent;
    w->pressing = false;
    w->swaps++;
    uv_cond_broadcast(&w->room);
}

static bool is_finished(const struct fd_writer *w)
{
    if (w->stopping && (record_buffer_spent(w->leaving) || uv_hrtime() >= w->deadline)) {
        return true;
    }
    return w->ended;
}

/* Waits for something to do; false when all is done. */
static bool next_turn(struct fd_writer *w)
{
    uint64_t pause;
    bool finished;

    uv_mutex_lock(&w->mutex);
    pause = pause_ns(w);
    if (pause > 0) {
        w->resting = is_empty(w);
        (void)uv_cond_timedwait(&w->wake, &w->mutex, pause);
        w->resting = false;
    }
    if (record_buffer_spent(w->leaving) && !record_buffer_spent(w->gathering) &&
        linger_left(w) == 0) {
        swap_halves(w);
    }
    finished = is_finished(w);
    uv_mutex_unlock(&w->mutex);
    return !finished;
}

static void run(void *arg)
{
    struct fd_writer *w = arg;

    while (next_turn(w)) {
        look_after_path(w);
        write_some(w);
    }
}

static struct fd_writer *writer_new(struct transport *t)
{
    struct fd_writer *w = calloc(1, sizeof(*w));

    if (w == NULL || uv_mutex_init(&w->mutex) != 0 || uv_cond_init(&w->wake) != 0 ||
        uv_cond_init(&w->room) != 0) {
        free(w);
        return NULL;
    }
    w->transport = t;
    w->gathering = &w->halves[0];
    w->leaving = &w->halves[1];
    return w;
}

static void writer_free(struct fd_writer *w)
{
    sink_close(&w->sink);
    record_buffer_close(&w->halves[0]);
    record_buffer_close(&w->halves[1]);
    uv_cond_destroy(&w->room);
    uv_cond_destroy(&w->wake);
    uv_mutex_destroy(&w->mutex);
    free(w);
}

static int writer_start(struct fd_writer *w, const char *path)
{
    int error = sink_open(&w->sink, path, w->transport->separator);

    for (int i = 0; i < 2 && error == 0; i++) {
        error = record_buffer_open(&w->halves[i], HALF_OCTETS);
    }
    return error != 0 ? error : uv_thread_create(&w->thread, run, w);
}

int fd_writer_open(struct fd_writer **writer, struct transport *t, const char *path,
                   uint64_t linger_ns)
{
    struct fd_writer *w = writer_new(t);
    int error;

    if (w == NULL) {
        LOG(ERROR, "no memory for the output");
        return UV_ENOMEM;
    }
    w->linger_ns = linger_ns;
    error = writer_start(w, path);
    if (error != 0) {
        log_error(w, "cannot open the output", error);
        writer_free(w);
        return error;
    }
    *writer = w;
    return 0;
}

/* The first record starts the clock of the thread, and many of them end its wait. */
static void wake_writer(struct fd_writer *w, bool first, bool full)
{
    const bool press = !w->pressing && (full || w->gathering->used >= PIECE_OCTETS);

    if (first) {
        w->gathered_since = uv_hrtime();
    }
    if (press) {
        w->pressing = true;
    }
    if (first || press) {
        uv_cond_signal(&w->wake);
    }
}

/*
 * Takes what finds room.  A record that would find none in an empty buffer is lost, not refused for
 * ever.
 */
static size_t gather(struct fd_writer *w, const struct batch *batch, size_t first)
{
    const bool empty = record_buffer_spent(w->gathering);
    const size_t taken = record_buffer_put(w->gathering, batch, first);

    if (taken == 0 && empty && first < batch->n) {
        transport_lost(w->transport, TRANSPORT_TOO_LARGE, 1);
        return 1;
    }
    wake_writer(w, empty, first + taken < batch->n);
    return taken;
}

/* Of the records from number first on, those that octets of them hold whole. */
static size_t whole_records(const struct batch *batch, size_t first, size_t octets)
{
    size_t n = 0;

    while (first + n < batch->n &&
           octets >= batch->records[first + n].value.len + batch->separator_len) {
        octets -= batch->records[first + n].value.len + batch->separator_len;
        n++;
    }
    return n;
}

/* The thread goes on where the writing ended, be it amid a record. */
static void leave_to_thread(struct fd_writer *w, const struct batch *batch, size_t from,
                            size_t octets)
{
    if (from < batch->n) {
        (void)record_buffer_put(w->gathering, batch, from);
        (void)record_buffer_advance(w->gathering, octets);
        uv_cond_signal(&w->wake);
    }
}

/* Whether records have to wait for those before them, or for more. */
static bool must_gather(const struct fd_writer *w)
{
    return !w->resting || w->reopen_wanted || !is_empty(w) || (w->sink.regular && w->linger_ns > 0);
}

/* False if nothing could be written at once. */
static bool write_at_once(struct fd_writer *w, const struct batch *batch, size_t first)
{
    const struct slice octets = batch_octets(batch, first);
    size_t written;
    size_t whole;

    if (must_gather(w) || !record_buffer_fits(w->gathering, batch, first)) {
        return false;
    }
    written = sink_write_at_once(&w->sink, octets.data, octets.len);
    if (written == 0) {
        return false;
    }
    whole = written == octets.len ? batch->n - first : whole_records(batch, first, written);
    transport_delivered(w->transport, whole);
    leave_to_thread(w, batch, first + whole,
                    written - (size_t)(batch_octets(batch, first + whole).data - octets.data));
    return true;
}

size_t fd_writer_send(struct fd_writer *w, const struct batch *batch, size_t first)
{
    size_t taken;

    uv_mutex_lock(&w->mutex);
    if (w->ended) {
        taken = batch->n - first;
        transport_lost(w->transport, TRANSPORT_CLOSED, taken);
    } else if (write_at_once(w, batch, first)) {
        taken = batch->n - first;
    } else {
        taken = gather(w, batch, first);
    }
    uv_mutex_unlock(&w->mutex);
    return taken;
}

bool fd_writer_crowded(const struct fd_writer *w)
{
    return atomic_load_explicit(&w->pressing, memory_order_relaxed);
}

void fd_writer_wait(struct fd_writer *w)
{
    uint64_t swaps;

    uv_mutex_lock(&w->mutex);
    swaps = w->swaps;
    if (w->swaps == swaps && !record_buffer_spent(w->gathering)) {
        (void)uv_cond_timedwait(&w->room, &w->mutex, second_ns);
    }
    uv_mutex_unlock(&w->mutex);
}

void fd_writer_reopen(struct fd_writer *w)
{
    uv_mutex_lock(&w->mutex);
    w->reopen_wanted = w->sink.path != NULL;
    uv_cond_signal(&w->wake);
    uv_mutex_unlock(&w->mutex);
}

void fd_writer_close(struct fd_writer *w, unsigned timeout_ms)
{
    size_t lost;

    uv_mutex_lock(&w->mutex);
    w->stopping = true;
    w->deadline = uv_hrtime() + timeout_ms * (second_ns / 1000);
    uv_cond_signal(&w->wake);
    uv_mutex_unlock(&w->mutex);
    uv_thread_join(&w->thread);
    cut_back(w);
    lost = lose_all(w, TRANSPORT_SHUTDOWN);
    if (lost > 0) {
        LOG(WARN, "records were still held when time was up", LOG_TEXT("path", sink_name(&w->sink)),
            LOG_NUMBER("records", lost));
    }
    writer_free(w);
}
