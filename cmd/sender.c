// SPDX-License-Identifier: Apache-2.0
// Sends captured datagrams over UDP: in batches, at their own pace, with a line of progress.
#include "cmd/sender.h"

#include <errno.h>
#include <inttypes.h>
#include <netdb.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "lib/log.h"

enum {
    BATCH_DATAGRAMS = 256,
    BATCH_OCTETS = 1 << 20, /* at least one datagram of any size */
    TICK_NS = 500000000,    /* between two lines of progress */
    NAP_NS = 100000000,     /* at most */
    SECOND_NS = 1000000000,
};

/* When datagrams are due: start_ns for one of base_ns, and the others at their distance. */
struct pace {
    double speed;
    bool begun;
    bool anew;
    uint64_t base_ns;   /* capture time */
    uint64_t latest_ns; /* capture time */
    uint64_t start_ns;  /* our clock */
};

/* As last shown. */
struct progress {
    bool shown;
    uint64_t ns;
    uint64_t datagrams;
};

struct sender {
    int fd;
    const atomic_bool *stopped;
    uint64_t opened_ns;
    const struct capture *capture;
    struct pace pace;
    bool terminal; /* shows progress */
    struct progress progress;
    struct sender_totals totals;

    /* The batch. */
    size_t n;
    size_t used;
    struct mmsghdr messages[BATCH_DATAGRAMS];
    struct iovec pieces[BATCH_DATAGRAMS];
    uint8_t octets[BATCH_OCTETS];
};

static uint64_t clock_ns(void)
{
    struct timespec now;

    (void)clock_gettime(CLOCK_MONOTONIC, &now);
    return (uint64_t)now.tv_sec * SECOND_NS + (uint64_t)now.tv_nsec;
}

/* --- Address --- */

static bool is_port(const char *text)
{
    const size_t digits = strspn(text, "0123456789");
    const long port = strtol(text, NULL, 10);

    return digits > 0 && digits <= 5 && text[digits] == '\0' && port > 0 && port <= UINT16_MAX;
}

/* Without brackets, colons would leave it open where the port begins. */
static bool is_host(const char *text, size_t len)
{
    return len > 0 && memchr(text, ':', len) == NULL && memchr(text, '[', len) == NULL &&
           memchr(text, ']', len) == NULL;
}

bool sender_parse_address(const char *text, struct sender_address *address)
{
    const char *colon = strrchr(text, ':');
    const char *host = text;
    size_t len;

    if (colon == NULL || !is_port(colon + 1)) {
        return false;
    }
    len = (size_t)(colon - text);
    if (len > 2 && host[0] == '[' && host[len - 1] == ']') {
        host++;
        len -= 2;
    } else if (!is_host(host, len)) {
        return false;
    }
    if (len >= sizeof(address->host)) {
        return false;
    }
    memcpy(address->host, host, len);
    address->host[len] = '\0';
    memcpy(address->port, colon + 1, strlen(colon + 1) + 1);
    return true;
}

/* Returns a connected socket, or -1 with errno. */
static int connect_to(const struct addrinfo *target)
{
    const int fd = socket(target->ai_family, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    int error;

    if (fd < 0 || connect(fd, target->ai_addr, target->ai_addrlen) == 0) {
        return fd;
    }
    error = errno;
    (void)close(fd);
    errno = error;
    return -1;
}

/* Returns a socket to the first address that can be reached, or -1. */
static int open_socket(const struct sender_address *address, char *message, size_t message_size)
{
    const struct addrinfo hints = {.ai_socktype = SOCK_DGRAM, .ai_flags = AI_NUMERICSERV};
    struct addrinfo *targets;
    const int error = getaddrinfo(address->host, address->port, &hints, &targets);
    int fd = -1;

    if (error != 0) {
        (void)snprintf(message, message_size, "%s", gai_strerror(error));
        return -1;
    }
    for (const struct addrinfo *t = targets; t != NULL && fd < 0; t = t->ai_next) {
        fd = connect_to(t);
    }
    if (fd < 0) {
        (void)snprintf(message, message_size, "%s", strerror(errno));
    }
    freeaddrinfo(targets);
    return fd;
}

/* --- Progress --- */

static void show_progress(struct sender *s, uint64_t now)
{
    const struct progress last = s->progress;
    const double seconds = (double)(now - last.ns) / SECOND_NS;
    const double rate = (double)(s->totals.datagrams - last.datagrams) / seconds;
    const double share = capture_share(s->capture);
    char percent[16] = "";

    if (share >= 0) {
        (void)snprintf(percent, sizeof(percent), "%.0f %%, ", share * 100);
    }
    (void)fprintf(stderr, "\r%" PRIu64 " datagrams, %.0f/s, %s%.1f s\033[K", s->totals.datagrams,
                  rate, percent, (double)(now - s->opened_ns) / SECOND_NS);
    s->progress = (struct progress){true, now, s->totals.datagrams};
}

static void tick(struct sender *s, uint64_t now)
{
    if (s->terminal && now - s->progress.ns >= TICK_NS) {
        show_progress(s, now);
    }
}

/* --- Sending --- */

/* A queue of the device has no event that could be waited for, so we look again soon. */
static void wait_for_room(const struct sender *s, int error)
{
    struct pollfd room = {.fd = s->fd, .events = error == EAGAIN ? POLLOUT : 0};

    (void)poll(&room, 1, error == EAGAIN ? -1 : 1);
}

/* Returns how many datagrams are given up. */
static size_t on_send_error(struct sender *s, int error)
{
    switch (error) {
    case EINTR:
        return 0;
    case EAGAIN:
    case ENOBUFS:
        wait_for_room(s, error);
        return 0;
    case ECONNREFUSED: /* speaks of an earlier datagram; this one has not left yet */
        s->totals.refused++;
        return 0;
    default:
        if (s->totals.failed++ == 0) {
            LOG(WARN, "cannot send a datagram", LOG_TEXT("error", strerror(error)));
        }
        return 1;
    }
}

/* Returns how many datagrams were sent or given up. */
static size_t send_from(struct sender *s, size_t first)
{
    const int sent = sendmmsg(s->fd, s->messages + first, (unsigned)(s->n - first), 0);

    if (sent < 0) {
        return on_send_error(s, errno);
    }
    for (int i = 0; i < sent; i++) {
        s->totals.octets += s->pieces[first + (size_t)i].iov_len;
    }
    s->totals.datagrams += (uint64_t)sent;
    return (size_t)sent;
}

void sender_flush(struct sender *s)
{
    size_t done = 0;

    while (done < s->n && !atomic_load(s->stopped)) {
        done += send_from(s, done);
    }
    s->n = 0;
    s->used = 0;
    tick(s, clock_ns());
}

static void add_to_batch(struct sender *s, const struct datagram *datagram)
{
    if (s->n == BATCH_DATAGRAMS || datagram->len > BATCH_OCTETS - s->used) {
        sender_flush(s);
    }
    memcpy(s->octets + s->used, datagram->data, datagram->len);
    s->pieces[s->n] = (struct iovec){s->octets + s->used, datagram->len};
    s->messages[s->n].msg_hdr = (struct msghdr){.msg_iov = &s->pieces[s->n], .msg_iovlen = 1};
    s->used += datagram->len;
    s->n++;
}

/* --- Pace --- */

/* Counted from the start each time, so that errors do not add up. */
static uint64_t due_ns(const struct pace *pace, uint64_t time_ns)
{
    const uint64_t distance = time_ns > pace->base_ns ? time_ns - pace->base_ns : 0;
    const double wait = (double)distance / pace->speed;

    return wait < (double)INT64_MAX ? pace->start_ns + (uint64_t)wait : UINT64_MAX;
}

/* A capture that is older than what was sent follows at once; another keeps its distance. */
static void begin_pace(struct pace *pace, uint64_t time_ns)
{
    if (!pace->begun || time_ns < pace->latest_ns) {
        pace->start_ns = pace->begun ? due_ns(pace, pace->latest_ns) : clock_ns();
        pace->base_ns = time_ns;
        pace->latest_ns = time_ns;
    }
    pace->begun = true;
    pace->anew = false;
}

static uint64_t next_due_ns(struct pace *pace, uint64_t time_ns)
{
    if (pace->anew) {
        begin_pace(pace, time_ns);
    }
    if (time_ns > pace->latest_ns) {
        pace->latest_ns = time_ns;
    }
    return due_ns(pace, time_ns);
}

/* In short naps, for the progress and for a signal that comes just before one. */
static void nap_until(struct sender *s, uint64_t due)
{
    for (uint64_t now = clock_ns(); now < due && !atomic_load(s->stopped); now = clock_ns()) {
        const uint64_t until = due - now < NAP_NS ? due : now + NAP_NS;
        const struct timespec time = {(time_t)(until / SECOND_NS), (long)(until % SECOND_NS)};

        (void)clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &time, NULL);
        tick(s, clock_ns());
    }
}

static void wait_until_due(struct sender *s, uint64_t time_ns)
{
    const uint64_t due = next_due_ns(&s->pace, time_ns);

    if (due > clock_ns()) {
        sender_flush(s);
        nap_until(s, due);
    }
}

/* --- The sender --- */

struct sender *sender_open(const struct sender_address *address, double speed,
                           const atomic_bool *stopped, char *message, size_t message_size)
{
    struct sender *s = calloc(1, sizeof(*s));

    if (s == NULL) {
        (void)snprintf(message, message_size, "%s", strerror(ENOMEM));
        return NULL;
    }
    s->fd = open_socket(address, message, message_size);
    if (s->fd < 0) {
        free(s);
        return NULL;
    }
    s->stopped = stopped;
    s->terminal = isatty(STDERR_FILENO) == 1;
    s->opened_ns = clock_ns();
    s->progress.ns = s->opened_ns;
    s->pace.speed = speed;
    return s;
}

void sender_begin_capture(struct sender *s, const struct capture *capture)
{
    s->capture = capture;
    s->pace.anew = true;
}

void sender_add(struct sender *s, const struct datagram *datagram)
{
    if (s->pace.speed > 0) {
        wait_until_due(s, datagram->received_ns);
    }
    add_to_batch(s, datagram);
}

struct sender_totals sender_totals(const struct sender *s)
{
    struct sender_totals totals = s->totals;

    totals.ns = clock_ns() - s->opened_ns;
    return totals;
}

void sender_close(struct sender *s)
{
    if (s->progress.shown) {
        (void)fputs("\r\033[K", stderr);
    }
    (void)close(s->fd);
    free(s);
}
