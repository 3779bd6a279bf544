// SPDX-License-Identifier: Apache-2.0
/* Reads UDP sockets in batches, fairly, and accounts for what could not be read. */
#include "lib/listen/listener.h"

#include <errno.h>
#include <linux/sock_diag.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "lib/listen/passed.h"
#include "lib/listen/udp_socket.h"
#include "lib/log.h"

enum {
    BATCH = 64, /* datagrams of one recvmmsg() */
    DATAGRAM_MAX = 65535,
    FAILURES_TO_PAUSE = 2, /* in a row */
    FAILURE_PAUSE_MS = 100,
    REST_MS = 1,
    REST_BELOW = 8, /* datagrams of a turn: more are worth their wake-up */
    CROWDED_MS = 1000,
};

union peer {
    struct sockaddr any;
    struct sockaddr_in ipv4;
    struct sockaddr_in6 ipv6;
};

/* Room for a time and a count of drops. */
union control {
    struct cmsghdr align;
    char octets[CMSG_SPACE(sizeof(struct timespec)) + CMSG_SPACE(sizeof(uint32_t))];
};

struct receive_buffers {
    struct mmsghdr messages[BATCH];
    struct iovec parts[BATCH];
    union peer peers[BATCH];
    union control controls[BATCH];
    struct datagram datagrams[BATCH];
    uint8_t octets[BATCH][DATAGRAM_MAX];
};

static void prepare(struct receive_buffers *b, unsigned i)
{
    b->parts[i] = (struct iovec){b->octets[i], DATAGRAM_MAX};
    b->messages[i].msg_hdr = (struct msghdr){
        .msg_name = &b->peers[i],
        .msg_namelen = sizeof(b->peers[i]),
        .msg_iov = &b->parts[i],
        .msg_iovlen = 1,
        .msg_control = &b->controls[i],
        .msg_controllen = sizeof(b->controls[i]),
    };
}

struct receive_buffers *receive_buffers_new(void)
{
    struct receive_buffers *b = malloc(sizeof(*b));

    for (unsigned i = 0; b != NULL && i < BATCH; i++) {
        prepare(b, i);
    }
    return b;
}

void receive_buffers_free(struct receive_buffers *b)
{
    free(b);
}

/* Copies what the kernel says beside the datagram; false if it says nothing of this type. */
static bool read_control(struct msghdr *message, int type, void *value, size_t size)
{
    for (struct cmsghdr *c = CMSG_FIRSTHDR(message); c != NULL; c = CMSG_NXTHDR(message, c)) {
        if (c->cmsg_level == SOL_SOCKET && c->cmsg_type == type && c->cmsg_len == CMSG_LEN(size)) {
            memcpy(value, CMSG_DATA(c), size);
            return true;
        }
    }
    return false;
}

static uint64_t received_ns(struct msghdr *message)
{
    struct timespec time;

    if (!read_control(message, SCM_TIMESTAMPNS, &time, sizeof(time))) {
        clock_gettime(CLOCK_REALTIME, &time);
    }
    return (uint64_t)time.tv_sec * 1000000000 + (uint64_t)time.tv_nsec;
}

/*
 * total is the kernel's, of the socket's life and modulo 2^32.  It comes in two
 * ways, and what comes with a datagram is as old as the datagram.
 */
static void count_drops(struct listener *l, uint32_t total)
{
    const uint32_t fresh = total - l->dropped;

    if (fresh <= INT32_MAX) {
        COUNT_MANY(l->pipeline->counters, kernel_dropped, fresh);
        if (l->stats != NULL) {
            l->stats->kernel_dropped += fresh;
        }
        l->dropped = total;
    }
}

static bool read_drops(int fd, uint32_t *total)
{
    uint32_t memory[SK_MEMINFO_VARS] = {0};
    socklen_t size = sizeof(memory);
    const bool known = getsockopt(fd, SOL_SOCKET, SO_MEMINFO, memory, &size) == 0;

    *total = memory[SK_MEMINFO_DROPS];
    return known;
}

void listener_count_drops(struct listener *l)
{
    uint32_t total;

    if (read_drops(l->fd, &total)) {
        count_drops(l, total);
    }
}

static struct flow_addr address_of(const union peer *peer, uint16_t *port)
{
    if (peer->any.sa_family == AF_INET) {
        *port = ntohs(peer->ipv4.sin_port);
        return flow_addr_make((const uint8_t *)&peer->ipv4.sin_addr, 4);
    }
    *port = ntohs(peer->ipv6.sin6_port);
    return flow_addr_unmap(flow_addr_make(peer->ipv6.sin6_addr.s6_addr, 16));
}

static void set_peer(struct datagram *datagram, const union peer *peer)
{
    datagram->from = address_of(peer, &datagram->from_port);
    if (peer->any.sa_family == AF_INET6 && IN6_IS_ADDR_LINKLOCAL(&peer->ipv6.sin6_addr)) {
        datagram->from_scope = peer->ipv6.sin6_scope_id;
    }
}

static struct socket_stats *open_stats(const struct listener *l)
{
    union peer local = {.any = {.sa_family = AF_UNSPEC}};
    socklen_t size = sizeof(local);
    struct socket_stats *stats;

    if (l->pipeline->stats == NULL) {
        return NULL;
    }
    stats = worker_stats_socket(l->pipeline->stats, l->number);
    stats->scheme = l->uri->scheme;
    if (getsockname(l->fd, &local.any, &size) == 0) {
        stats->local = address_of(&local, &stats->port);
    }
    return stats;
}

/* What is left of it is not decoded as if it were whole. */
static void count_truncated(struct counters *counters, size_t len)
{
    COUNT(counters, datagrams);
    COUNT_MANY(counters, octets, len);
    counters_drop(counters, DECODE_TRUNCATED);
    counter_bump(&counters->errors[DECODE_TRUNCATED], 1);
}

/* False if it is not whole. */
static bool take_message(struct listener *l, struct msghdr *message, size_t len,
                         struct datagram *datagram)
{
    uint32_t dropped;

    if (read_control(message, SO_RXQ_OVFL, &dropped, sizeof(dropped))) {
        count_drops(l, dropped);
    }
    if ((message->msg_flags & MSG_TRUNC) != 0) {
        count_truncated(l->pipeline->counters, len);
        return false;
    }
    *datagram = (struct datagram){
        .data = message->msg_iov->iov_base,
        .len = len,
        .listener = l->number,
        .received_ns = received_ns(message),
    };
    set_peer(datagram, message->msg_name);
    if (l->stats != NULL) {
        l->stats->octets += len;
        l->stats->heard_ns = datagram->received_ns;
    }
    return true;
}

static void count_failure(struct listener *l, int error)
{
    COUNT(l->pipeline->counters, receive_errors);
    l->failures++;
    if (l->failures == FAILURES_TO_PAUSE) {
        LOG(WARN, "cannot read from the socket; tried again every 100 ms",
            LOG_TEXT("scheme", l->uri->scheme), LOG_TEXT("hostname", l->uri->host),
            LOG_NUMBER("port", l->uri->port),
            LOG_TEXT("error", uv_strerror(uv_translate_sys_error(error))));
    }
}

static void take_batch(struct listener *l, unsigned n)
{
    const uint64_t began = l->stats == NULL ? 0 : uv_hrtime();
    struct receive_buffers *b = l->buffers;
    size_t whole = 0;

    for (unsigned i = 0; i < n; i++) {
        whole +=
            take_message(l, &b->messages[i].msg_hdr, b->messages[i].msg_len, &b->datagrams[whole]);
        prepare(b, i);
    }
    pipeline_datagrams(l->pipeline, b->datagrams, whole, l->uri->decoders);
    if (l->stats != NULL && n > 0) {
        socket_stats_batch(l->stats, n, uv_hrtime() - began);
    }
}

static unsigned read_batch(struct listener *l)
{
    const int n = recvmmsg(l->fd, l->buffers->messages, BATCH, 0, NULL);

    if (n < 0) {
        if (errno != EAGAIN && errno != EINTR) {
            count_failure(l, errno);
        }
        return 0;
    }
    l->failures = 0;
    take_batch(l, (unsigned)n);
    return (unsigned)n;
}

unsigned listener_read(struct listener *l)
{
    unsigned total = 0;
    unsigned n;

    do {
        n = read_batch(l);
        total += n;
    } while (n == BATCH && total < LISTENER_TURN && !output_crowded(l->pipeline->output));
    return total;
}

static void on_readable(uv_poll_t *poll, int status, int events);

static void on_pause_over(uv_timer_t *pause)
{
    struct listener *l = pause->data;

    (void)uv_poll_start(&l->poll, UV_READABLE, on_readable);
}

static void stop_reading(struct listener *l, uint64_t pause_ms)
{
    (void)uv_poll_stop(&l->poll);
    (void)uv_timer_start(&l->pause, on_pause_over, pause_ms, 0);
}

/*
 * Where datagrams come faster than one in REST_MS, but by far not as fast as they can be read, to
 * be woken for each costs more than to decode it.  The first one never waits.
 */
static bool may_rest(struct listener *l, unsigned n)
{
    const uint64_t now_ms = uv_now(l->poll.loop);
    const bool soon = now_ms == l->read_ms;

    l->read_ms = now_ms;
    return n > 0 && n < REST_BELOW && (n > 1 || soon);
}

/*
 * While a reader or a disk is slow for a moment, the socket's buffer is the cheapest place for what
 * comes, and has the most room.  One that stands still is not waited for: from then on datagrams
 * are read and their records lost, so that no template is.
 */
static bool must_wait(struct listener *l)
{
    const uint64_t now_ms = uv_now(l->poll.loop);

    if (!output_crowded(l->pipeline->output)) {
        l->crowded_ms = 0;
        return false;
    }
    if (l->crowded_ms == 0) {
        l->crowded_ms = now_ms;
    }
    return now_ms - l->crowded_ms < CROWDED_MS;
}

/*
 * Errors that reading does not clear would keep the loop busy; and after one that
 * libuv saw first (status), it watches the socket no more.
 */
static void on_readable(uv_poll_t *poll, int status, int events)
{
    struct listener *l = poll->data;
    const bool waits = status == 0 && must_wait(l);
    const unsigned n = waits ? 0 : listener_read(l);

    (void)events;
    if (status < 0 || l->failures >= FAILURES_TO_PAUSE) {
        stop_reading(l, FAILURE_PAUSE_MS);
    } else if (waits || may_rest(l, n)) {
        stop_reading(l, REST_MS);
    }
}

int listener_open(struct listener *l, const struct listen_uri *uri, uint16_t number,
                  unsigned member)
{
    int error;

    *l = (struct listener){.uri = uri, .number = number};
    error = udp_socket_open(uri, member, &l->fd);
    if (error == 0 && passed_socket(uri, member) >= 0) {
        (void)read_drops(l->fd, &l->dropped); /* by those who had the socket before */
    }
    return error;
}

int listener_start(struct listener *l, uv_loop_t *loop, struct pipeline *pipeline,
                   struct receive_buffers *buffers)
{
    int error;

    l->pipeline = pipeline;
    l->buffers = buffers;
    l->stats = open_stats(l);
    l->poll.data = l;
    l->pause.data = l;
    (void)uv_timer_init(loop, &l->pause);
    error = uv_poll_init(loop, &l->poll, l->fd);
    return error != 0 ? error : uv_poll_start(&l->poll, UV_READABLE, on_readable);
}

void listener_close(struct listener *l)
{
    close(l->fd);
}
