// SPDX-License-Identifier: Apache-2.0
// Sockets that were passed at the start: which listen address each belongs to.
#include "lib/listen/passed.h"

#include <netdb.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>
#include <uv.h>

#include "lib/log.h"
#include "lib/service.h"

enum {
    FIRST_FD = 3, /* sd_listen_fds(3): SD_LISTEN_FDS_START */
    PASSED_MAX = 1024,
};

union address {
    struct sockaddr any;
    struct sockaddr_in ipv4;
    struct sockaddr_in6 ipv6;
};

/* Whose descriptor FIRST_FD + i is. */
static const struct listen_uri *owners[PASSED_MAX];
static unsigned n_passed;

/* The variables are for this process alone, and for once. */
static uint64_t read_environment(void)
{
    const bool ours = service_number("LISTEN_PID") == (uint64_t)getpid();
    const uint64_t n = ours ? service_number("LISTEN_FDS") : 0;

    (void)unsetenv("LISTEN_PID");
    (void)unsetenv("LISTEN_FDS");
    (void)unsetenv("LISTEN_FDNAMES");
    return n;
}

static bool is_wildcard(const struct sockaddr *address)
{
    if (address->sa_family == AF_INET) {
        return ((const struct sockaddr_in *)address)->sin_addr.s_addr == htonl(INADDR_ANY);
    }
    return IN6_IS_ADDR_UNSPECIFIED(&((const struct sockaddr_in6 *)address)->sin6_addr);
}

static bool is_same_host(const struct sockaddr *a, const struct sockaddr *b)
{
    if (is_wildcard(a) || is_wildcard(b) || a->sa_family != b->sa_family) {
        return is_wildcard(a) && is_wildcard(b);
    }
    if (a->sa_family == AF_INET) {
        return ((const struct sockaddr_in *)a)->sin_addr.s_addr ==
               ((const struct sockaddr_in *)b)->sin_addr.s_addr;
    }
    return IN6_ARE_ADDR_EQUAL(&((const struct sockaddr_in6 *)a)->sin6_addr,
                              &((const struct sockaddr_in6 *)b)->sin6_addr);
}

static bool has_host(const struct listen_uri *uri, const struct sockaddr *bound)
{
    const struct addrinfo hints = {.ai_socktype = SOCK_DGRAM, .ai_flags = AI_PASSIVE};
    struct addrinfo *addresses;
    bool found = false;

    if (getaddrinfo(uri->host[0] == '\0' ? NULL : uri->host, "0", &hints, &addresses) != 0) {
        return false;
    }
    for (const struct addrinfo *at = addresses; at != NULL && !found; at = at->ai_next) {
        found = is_same_host(at->ai_addr, bound);
    }
    freeaddrinfo(addresses);
    return found;
}

/* Both families have it at the same place. */
static uint16_t port_of(const union address *address)
{
    return ntohs(address->ipv4.sin_port);
}

static bool is_udp(int fd, union address *bound)
{
    socklen_t size = sizeof(*bound);
    int type = 0;
    socklen_t type_size = sizeof(type);

    return getsockopt(fd, SOL_SOCKET, SO_TYPE, &type, &type_size) == 0 && type == SOCK_DGRAM &&
           getsockname(fd, &bound->any, &size) == 0 &&
           (bound->any.sa_family == AF_INET || bound->any.sa_family == AF_INET6);
}

static struct listen_uri *find_owner(struct listen_uri *uris, size_t n, const union address *bound)
{
    for (size_t i = 0; i < n; i++) {
        if (uris[i].port == port_of(bound) && has_host(&uris[i], &bound->any)) {
            return &uris[i];
        }
    }
    return NULL;
}

static int refuse_kind(int fd)
{
    LOG(ERROR, "what was passed at the start is no UDP socket", LOG_NUMBER("descriptor", fd));
    return UV_ENOTSOCK;
}

static int refuse_address(const union address *bound)
{
    char host[NI_MAXHOST] = "";

    (void)getnameinfo(&bound->any, sizeof(*bound), host, sizeof(host), NULL, 0, NI_NUMERICHOST);
    LOG(ERROR,
        "a socket was passed that no -listen address asks for; its socket unit and -listen "
        "have to name the same addresses",
        LOG_TEXT("hostname", host), LOG_NUMBER("port", port_of(bound)));
    return UV_EADDRNOTAVAIL;
}

static int assign(int fd, struct listen_uri *uris, size_t n)
{
    union address bound;
    const struct listen_uri *owner;

    if (!is_udp(fd, &bound)) {
        return refuse_kind(fd);
    }
    owner = find_owner(uris, n, &bound);
    owners[fd - FIRST_FD] = owner;
    return owner == NULL ? refuse_address(&bound) : 0;
}

static unsigned sockets_of(const struct listen_uri *uri)
{
    unsigned sockets = 0;

    for (unsigned i = 0; i < n_passed; i++) {
        sockets += owners[i] == uri;
    }
    return sockets;
}

static int set_count(struct listen_uri *uri)
{
    const unsigned sockets = sockets_of(uri);

    if (sockets == 0) {
        return 0;
    }
    if (sockets > LISTEN_COUNT_MAX) {
        LOG(ERROR, "too many sockets were passed for one address", LOG_NUMBER("port", uri->port));
        return UV_EMFILE;
    }
    if (uri->count > sockets) {
        LOG(WARN, "fewer sockets were passed than count asks for; each worker needs its own",
            LOG_TEXT("scheme", uri->scheme), LOG_NUMBER("port", uri->port),
            LOG_NUMBER("count", uri->count), LOG_NUMBER("passed", sockets));
    }
    uri->count = (uint16_t)sockets;
    return 0;
}

int passed_sockets_assign(struct listen_uri *uris, size_t n)
{
    const uint64_t passed = read_environment();
    int error = passed > PASSED_MAX ? UV_EMFILE : 0;

    n_passed = error == 0 ? (unsigned)passed : 0;
    for (unsigned i = 0; error == 0 && i < n_passed; i++) {
        error = assign(FIRST_FD + (int)i, uris, n);
    }
    for (size_t i = 0; error == 0 && i < n; i++) {
        error = set_count(&uris[i]);
    }
    return error;
}

int passed_socket(const struct listen_uri *uri, unsigned member)
{
    for (unsigned i = 0; i < n_passed; i++) {
        if (owners[i] == uri && member-- == 0) {
            return FIRST_FD + (int)i;
        }
    }
    return -1;
}
