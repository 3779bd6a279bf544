// SPDX-License-Identifier: Apache-2.0
#ifndef LIB_TRANSPORT_H
#define LIB_TRANSPORT_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <uv.h>

#include "lib/batch.h"
#include "lib/option/option.h"

/* Why a record did not arrive: one row a reason, which is also its counter. */
#define TRANSPORT_LOSSES(X)                                                                        \
    X(QUEUE_FULL, "queue_full", "found the queue full")                                            \
    X(TIMED_OUT, "timed_out", "waited longer than it may")                                         \
    X(TOO_LARGE, "too_large", "is larger than the receiver takes")                                 \
    X(REFUSED, "refused", "was refused by the receiver")                                           \
    X(NO_SPACE, "no_space", "found the disk full")                                                 \
    X(IO, "io", "met an error of the system")                                                      \
    X(CLOSED, "closed", "had nobody left to read it")                                              \
    X(SHUTDOWN, "shutdown", "was still held when time was up")

enum transport_loss {
#define X(name, key, text) TRANSPORT_##name,
    TRANSPORT_LOSSES(X)
#undef X
        TRANSPORT_LOSS_COUNT,
};

struct transport_loss_text {
    const char *key;
    const char *text;
};

extern const struct transport_loss_text transport_losses[TRANSPORT_LOSS_COUNT];

struct transport;

typedef void transport_put(void *arg, const char *name, const char *label, const char *label_value,
                           double value);

/*
 * A place that batches of encoded records go to.  To add one: transports/<name>.c,
 * and its line in transports/CMakeLists.txt.
 *
 * A process has one of each that it uses.  open, reopen and close are called on
 * the main thread; send by any worker, so it locks what it must, and never waits.
 * Errors are libuv's: 0, or a negative UV_E code.
 */
struct transport_ops {
    const char *name;             /* as in -transport <name> */
    const char *title;            /* for people */
    size_t size;                  /* of its own struct, which begins with a struct transport */
    const struct option *options; /* what it can be told; ends with a row of zeros */

    /*
     * Whether its options can be; what cannot is logged.  Opens nothing, and leaves
     * nothing to be closed.  May be NULL.
     */
    bool (*check)(struct transport *t);
    /* Logs what went wrong, if something did. */
    int (*open)(struct transport *t);
    /*
     * Takes records from number first on, and returns how many it took.  Those are
     * its own now: it copies what it keeps, and tells of the end of each by
     * transport_delivered() or transport_lost().  The others stay the caller's.
     */
    size_t (*send)(struct transport *t, const struct batch *batch, size_t first);
    /*
     * Whether send may soon have no room, so that datagrams had better stay in their
     * socket.  From any thread, and without waiting.  May be NULL.
     */
    bool (*crowded)(const struct transport *t);
    /* Blocks until send may take more, a second at most. */
    void (*wait)(struct transport *t);
    /* On SIGHUP and SIGUSR1: opens its file anew, reads what has changed.  May be NULL. */
    void (*reopen)(struct transport *t);
    /* Delivers what it holds within timeout_ms; the rest is lost by SHUTDOWN. */
    void (*close)(struct transport *t, unsigned timeout_ms);
    /*
     * What it can tell about itself beside the counters that all transports have, each
     * value by one call of put: a name, which ends in _total if the value only grows,
     * and one label with its value, or NULL.  From any thread.  May be NULL.
     */
    void (*measure)(const struct transport *t, transport_put *put, void *arg);
};

/* How long records that are in hand wait for room once weir stops. */
enum { TRANSPORT_LAST_WAIT_NS = 2000000000 };

/* The head of every transport. */
struct transport {
    const struct transport_ops *ops;
    uv_loop_t *loop;        /* of the main thread */
    bool goflow2;           /* behave as goflow2 does, by default */
    bool framed;            /* records say where they end: none stands behind one unasked */
    struct slice separator; /* what stands behind each record; set by open */
    const char *key;        /* what outputs make keys of, as record_key_parse() reads it; or NULL */
    bool stamp_flow_end;    /* records bear the time of the flow's end, not of its receipt */
    uint64_t patience_ns;   /* how long UDP may wait for room; set by open */
    bool source_waits; /* what send does not take comes again: it is of a capture, not of UDP */
    /*
     * From when on (uv_hrtime()) nobody waits for room any more: 0, until weir stops.  Borrowed;
     * NULL if that never comes.
     */
    const _Atomic uint64_t *waits_end_ns;
    /* Called, from any thread, when no record can leave any more: standard output was closed. */
    void (*ended)(struct transport *t);
    void *arg; /* of ended */

    _Atomic uint64_t taken;     /* records */
    _Atomic uint64_t delivered; /* records */
    _Atomic uint64_t lost[TRANSPORT_LOSS_COUNT];
    _Atomic uint64_t failed_ns; /* when it failed last, by uv_hrtime(); 0 if never */
};

void transport_delivered(struct transport *t, uint64_t records);
void transport_lost(struct transport *t, enum transport_loss why, uint64_t records);

/* It would not take records, or lost some by its own fault: it is not ready for a while. */
void transport_failed(struct transport *t);

/* Records that send took and whose end is not known yet. */
uint64_t transport_held(const struct transport *t);

#endif
