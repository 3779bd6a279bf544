// SPDX-License-Identifier: Apache-2.0
#ifndef TRANSPORTS_KAFKA_H
#define TRANSPORTS_KAFKA_H

#include <librdkafka/rdkafka.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <uv.h>

#include "lib/transport.h"
#include "transports/kafka_credentials.h"
#include "transports/kafka_dead_letter.h"
#include "transports/kafka_error.h"
#include "transports/kafka_log.h"
#include "transports/kafka_producer.h"
#include "transports/kafka_secrets.h"
#include "transports/kafka_settings.h"
#include "transports/kafka_statistics.h"
#include "transports/kafka_ticket.h"
#include "transports/kafka_watch.h"

/*
 * The transport inside.  Workers send; one thread with a loop of its own serves what
 * librdkafka reports: the main thread's loop stands still while a capture is replayed.
 */
struct kafka;

/* The way of records from the worker to librdkafka, by policy; a path's state is its own. */
struct kafka_path {
    int (*open)(struct kafka *k); /* 0 or UV_E*, logged */
    /* As transport_ops.send; k->lock is held for reading. */
    size_t (*send)(struct kafka *k, const struct batch *batch, size_t first);
    /* Hands librdkafka what waits before it.  On the thread; may be NULL. */
    void (*feed)(struct kafka *k);
    /*
     * The end of one message; false if it must be told again later, for a retired producer gives
     * it back and there is no room for it.  On the thread.
     */
    bool (*report)(struct kafka *k, struct kafka_producer *p, const rd_kafka_message_t *m);
    /* A new producer takes over; k->lock is held for writing.  On the thread; may be NULL. */
    void (*renewed)(struct kafka *k);
    /* Whether nothing waits before librdkafka that should still leave; NULL if nothing ever does.
     */
    bool (*idle)(struct kafka *k);
    /* What waits is lost by SHUTDOWN, or kept.  Frees the state.  May be NULL. */
    void (*close)(struct kafka *k);
    void (*measure)(struct kafka *k, transport_put *put, void *arg); /* may be NULL */
    bool keeps; /* what has not left at the end is not lost */
};

extern const struct kafka_path kafka_direct;  /* drop-newest and block */
extern const struct kafka_path kafka_oldest;  /* drop-oldest */
extern const struct kafka_path kafka_spooled; /* spool */

struct kafka {
    struct transport transport;
    struct kafka_settings settings;
    const struct kafka_path *path;
    void *path_state;

    struct kafka_secrets secrets;
    struct kafka_credentials credentials; /* that conf was made of */
    rd_kafka_conf_t *conf;                /* of every producer */
    _Atomic bool looks_again;             /* the thread shall see whether they have changed */

    uv_rwlock_t lock;                /* of producer: workers read it, the thread changes it */
    struct kafka_producer *producer; /* for all that is new */

    uv_thread_t thread;
    uv_loop_t loop;
    uv_async_t wake; /* there are events, or something to feed */
    uv_timer_t tick;
    bool running;
    bool path_open;
    _Atomic bool stopping;
    uint64_t deadline_ns; /* uv_hrtime(), once stopping */

    uv_mutex_t mutex;  /* of room */
    uv_cond_t room;    /* reports came, so there may be room */
    _Atomic bool full; /* with block: no report came since records found no room */

    struct kafka_log log;
    struct kafka_dead_letter dead_letter;
    struct kafka_statistics statistics;
    _Atomic uint64_t produced;             /* messages that librdkafka took */
    _Atomic uint64_t renewals;             /* after a fatal error */
    _Atomic uint64_t credential_renewals;  /* for other certificates or secrets */
    _Atomic uint64_t failed[KAFKA_ERRORS]; /* reports, by row of the table of errors */

    /* The thread's own. */
    struct kafka_producer *alone;                  /* made when it is first needed */
    struct kafka_producer *retired;                /* that others have replaced */
    struct kafka_watch watches[RECORD_KIND_COUNT]; /* of the topics */
    bool brokers_found;                            /* of srv */
    uint64_t look_up_ns;                           /* when they are looked up next */
    bool overdue;                                  /* nothing more is sent: the end has come */
    uint64_t warned_ns;                            /* of what is not secure */
    bool all_down;                                 /* no broker has answered since this was said */
};

/* Makes the next message of the batch, of records from first on; returns of how many. */
size_t kafka_next_message(const struct kafka *k, const struct batch *batch, size_t first,
                          struct kafka_message *m);

/* Sends a message by a producer, and counts it. */
rd_kafka_resp_err_t kafka_send_message(struct kafka *k, struct kafka_producer *p,
                                       const struct kafka_message *m);

/* The message of a delivery report; its time is not known. */
struct kafka_message kafka_message_of(const struct kafka *k, const rd_kafka_message_t *m);

/* From any thread: makes the thread look for something to do. */
void kafka_wake(struct kafka *k);

/* As transport_ops.measure. */
void kafka_measure(const struct transport *t, transport_put *put, void *arg);

/* --- Producers; on the thread --- */

/* Makes the first one; 0 or UV_E*, logged. */
int kafka_open_producer(struct kafka *k);

/* The producer of messages that make batches of their own; NULL if it cannot be made. */
struct kafka_producer *kafka_producer_alone(struct kafka *k);

/* Whether another one has taken its place. */
bool kafka_is_retired(const struct kafka *k, const struct kafka_producer *p);

/*
 * Puts a new producer in the place of one that had a fatal error, if it had; false if there is
 * none to be had.
 */
bool kafka_renew_producer(struct kafka *k, struct kafka_producer *p);

/*
 * Puts a new producer of this configuration in the place of all; false, logged, if it cannot be
 * made.  What no broker has been asked to take comes back, what is in flight is waited for.
 */
bool kafka_replace_producers(struct kafka *k, const rd_kafka_conf_t *conf);

/* What retired producers still, or again, hold comes back.  To be called now and then. */
void kafka_take_back(struct kafka *k);

/*
 * If files of certificates or secrets have changed, makes the configuration anew, and a producer
 * of it; logged.  Where that cannot be, all stays as it was.
 */
void kafka_renew_credentials(struct kafka *k);

/*
 * Serves the events of all producers, and renews those that had a fatal error, each once a second
 * at most: until then what came back waits, or it would be lost.  True if there may be more.
 */
bool kafka_serve(struct kafka *k);

/* Messages that are in any producer. */
size_t kafka_held(const struct kafka *k);

/* What they hold comes back at once. */
void kafka_purge(struct kafka *k);

/* What no broker has been asked to take comes back at once. */
void kafka_purge_queue(struct kafka *k);

/* Closes all producers, also those that were replaced, when the thread has ended. */
void kafka_close_producers(struct kafka *k);

/* --- Ends of messages; on any thread --- */

/* Counts and logs a failure; returns its row. */
const struct kafka_error *kafka_count_failure(struct kafka *k, rd_kafka_resp_err_t code,
                                              const char *becomes);

/* Writes it to the dead-letter file and counts its records as lost. */
void kafka_bury(struct kafka *k, const struct kafka_error *error, rd_kafka_resp_err_t code,
                const struct kafka_message *m, unsigned records);

/* A message that librdkafka did not even take: its records are lost, or buried. */
void kafka_refuse(struct kafka *k, rd_kafka_resp_err_t code, const struct kafka_message *m,
                  unsigned records);

/* As kafka_path.report, where nothing is kept: its ticket's number is its time. */
bool kafka_direct_report(struct kafka *k, struct kafka_producer *p, const rd_kafka_message_t *m);

#endif
