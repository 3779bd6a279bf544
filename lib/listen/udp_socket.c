// SPDX-License-Identifier: Apache-2.0
/* The sockets that datagrams are received by, opened with all that reading them needs. */
#include "lib/listen/udp_socket.h"

#include <errno.h>
#include <fcntl.h>
#include <netdb.h>
#include <netinet/in.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>
#include <uv.h>

#include "lib/listen/passed.h"
#include "lib/listen/steering.h"
#include "lib/log.h"

enum {
    RECEIVE_BUFFER = 32 << 20, /* octets: half a second of 50,000 large datagrams a second */
};

static const char *explain(int error)
{
    switch (error) {
    case UV_EADDRINUSE:
        return "another process has this port; ss -ulpn shows which";
    case UV_EACCES:
        return "ports below 1024 need root or CAP_NET_BIND_SERVICE";
    case UV_EADDRNOTAVAIL:
        return "this host has no such address";
    case UV_EAI_NONAME:
        return "the host is neither an address nor a name that can be resolved";
    default:
        return uv_strerror(error);
    }
}

static int last_error(void)
{
    return uv_translate_sys_error(errno);
}

static int set_option(int fd, int level, int name, int value)
{
    return setsockopt(fd, level, name, &value, sizeof(value)) == 0 ? 0 : last_error();
}

static int receive_buffer(int fd)
{
    int doubled = 0;
    socklen_t size = sizeof(doubled);

    (void)getsockopt(fd, SOL_SOCKET, SO_RCVBUF, &doubled, &size);
    return doubled / 2; /* socket(7): the kernel doubles what it is asked for */
}

/*
 * What has to be set before the first datagram comes.  Without it less is known, no
 * more.  A socket that was passed may have a greater buffer.
 */
static void ask_for(int fd)
{
    (void)set_option(fd, SOL_SOCKET, SO_TIMESTAMPNS, 1);
    (void)set_option(fd, SOL_SOCKET, SO_RXQ_OVFL, 1);
    if (receive_buffer(fd) < RECEIVE_BUFFER &&
        set_option(fd, SOL_SOCKET, SO_RCVBUFFORCE, RECEIVE_BUFFER) != 0) {
        (void)set_option(fd, SOL_SOCKET, SO_RCVBUF, RECEIVE_BUFFER);
    }
}

/*
 * An interface that comes later, or an address that moves to this host, is waited for.  Where that
 * cannot be asked for, it is the address that is missing.  IP_FREEBIND serves IPv6 as well.
 */
static int bind_early(int fd, const struct addrinfo *address)
{
    if (set_option(fd, IPPROTO_IP, IP_FREEBIND, 1) != 0) {
        return UV_EADDRNOTAVAIL;
    }
    return bind(fd, address->ai_addr, address->ai_addrlen) == 0 ? 0 : last_error();
}

static int bind_socket(int fd, const struct addrinfo *address, bool shared)
{
    int error = shared ? set_option(fd, SOL_SOCKET, SO_REUSEPORT, 1) : 0;

    if (error == 0 && address->ai_family == AF_INET6) {
        error = set_option(fd, IPPROTO_IPV6, IPV6_V6ONLY, 0);
    }
    if (error == 0 && bind(fd, address->ai_addr, address->ai_addrlen) != 0) {
        error = last_error();
    }
    return error == UV_EADDRNOTAVAIL ? bind_early(fd, address) : error;
}

static int open_bound(const struct addrinfo *address, bool shared, int *fd)
{
    int error;

    *fd = socket(address->ai_family, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (*fd < 0) {
        return last_error();
    }
    ask_for(*fd);
    error = bind_socket(*fd, address, shared);
    if (error != 0) {
        close(*fd);
    }
    return error;
}

static int open_family(const struct listen_uri *uri, int family, bool shared, int *fd)
{
    const struct addrinfo hints = {
        .ai_family = family,
        .ai_socktype = SOCK_DGRAM,
        .ai_flags = AI_PASSIVE | AI_NUMERICSERV,
    };
    struct addrinfo *addresses;
    char port[8];
    int error;

    snprintf(port, sizeof(port), "%u", (unsigned)uri->port);
    if (getaddrinfo(uri->host[0] == '\0' ? NULL : uri->host, port, &hints, &addresses) != 0) {
        return UV_EAI_NONAME;
    }
    error = open_bound(addresses, shared, fd);
    freeaddrinfo(addresses);
    return error;
}

/* Every address is one socket of IPv6 for both; a name means IPv4 first, as in goflow2. */
static int open_socket(const struct listen_uri *uri, bool shared, int *fd)
{
    const int first = uri->host[0] == '\0' ? AF_INET6 : AF_INET;
    int error = open_family(uri, first, shared, fd);

    if (error == UV_EAFNOSUPPORT || error == UV_EAI_NONAME) {
        error = open_family(uri, first == AF_INET ? AF_INET6 : AF_INET, shared, fd);
    }
    return error;
}

/*
 * Sockets that share a port would join those of another process, and take half
 * of its datagrams.  One that does not share finds out.
 */
static int probe_port(const struct listen_uri *uri)
{
    int fd;
    const int error = open_socket(uri, false, &fd);

    if (error == 0) {
        close(fd);
    }
    return error;
}

static void read_limit(char *text, size_t size)
{
    FILE *file = fopen("/proc/sys/net/core/rmem_max", "re");

    snprintf(text, size, "unknown");
    if (file != NULL) {
        if (fgets(text, (int)size, file) != NULL) {
            text[strcspn(text, "\n")] = '\0';
        }
        fclose(file);
    }
}

static void log_buffer(const struct listen_uri *uri, int fd)
{
    const int got = receive_buffer(fd);
    char limit[32];

    read_limit(limit, sizeof(limit));
    log_write(got < RECEIVE_BUFFER ? LOG_LEVEL_WARN : LOG_LEVEL_INFO,
              got < RECEIVE_BUFFER ? "receive buffer is small; raise net.core.rmem_max"
                                   : "receive buffer",
              (const struct log_attribute[]){
                  LOG_TEXT("scheme", uri->scheme),
                  LOG_NUMBER("port", uri->port),
                  LOG_NUMBER("asked", RECEIVE_BUFFER),
                  LOG_NUMBER("got", got),
                  LOG_TEXT("net.core.rmem_max", limit),
                  {0},
              });
}

static bool is_bound_early(int fd)
{
    int early = 0;
    socklen_t size = sizeof(early);

    return getsockopt(fd, IPPROTO_IP, IP_FREEBIND, &early, &size) == 0 && early != 0;
}

/* A socket that was passed may be so because its unit says so, wherever it is bound to. */
static void warn_if_early(const struct listen_uri *uri, int fd)
{
    if (passed_socket(uri, 0) < 0 && is_bound_early(fd)) {
        LOG(WARN, "no interface has this address yet; datagrams are received as soon as one has it",
            LOG_TEXT("scheme", uri->scheme), LOG_TEXT("hostname", uri->host),
            LOG_NUMBER("port", uri->port));
    }
}

static int steer(const struct listen_uri *uri, int fd)
{
    const int error = steering_attach(fd, uri->count);

    if (error != 0) {
        LOG(ERROR,
            "this system cannot keep exporters with one worker; count=1 needs no such thing");
        close(fd);
    }
    return error;
}

/* Whoever bound it has seen to the port. */
static int take_passed(int fd)
{
    if (fcntl(fd, F_SETFD, FD_CLOEXEC) != 0 || fcntl(fd, F_SETFL, O_NONBLOCK) != 0) {
        return last_error();
    }
    ask_for(fd);
    return 0;
}

static int open_member(const struct listen_uri *uri, unsigned member, int *fd)
{
    const bool shared = uri->count > 1;
    const bool leads = shared && member == 0;
    int error;

    *fd = passed_socket(uri, member);
    if (*fd >= 0) {
        error = take_passed(*fd);
    } else {
        error = leads ? probe_port(uri) : 0;
        error = error == 0 ? open_socket(uri, shared, fd) : error;
    }
    return error == 0 && leads ? steer(uri, *fd) : error;
}

int udp_socket_open(const struct listen_uri *uri, unsigned member, int *fd)
{
    const int error = open_member(uri, member, fd);

    if (error != 0) {
        LOG(ERROR, "cannot listen", LOG_TEXT("scheme", uri->scheme),
            LOG_TEXT("hostname", uri->host), LOG_NUMBER("port", uri->port),
            LOG_TEXT("error", explain(error)));
        return error;
    }
    if (member == 0) {
        warn_if_early(uri, *fd);
        log_buffer(uri, *fd);
    }
    return 0;
}
