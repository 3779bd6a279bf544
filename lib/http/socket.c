// SPDX-License-Identifier: Apache-2.0
// Sockets to accept connections on, or to connect to them, by TCP or on this host alone.
#include "lib/http/socket.h"

#include <ctype.h>
#include <errno.h>
#include <netdb.h>
#include <netinet/in.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>
#include <uv.h>

enum {
    BACKLOG = 64,
    HOST_MAX = 256,
    PORT_DIGITS = 5,
    SOCKET_FLAGS = SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK
};

static const char unix_prefix[] = "unix:";

static int last_error(void)
{
    return uv_translate_sys_error(errno);
}

/* NULL for TCP. */
static const char *unix_path(const char *address)
{
    const size_t len = sizeof(unix_prefix) - 1;

    return strncmp(address, unix_prefix, len) == 0 ? address + len : NULL;
}

static int bind_and_listen(int fd, const struct sockaddr *address, socklen_t size)
{
    const int on = 1;
    const int off = 0;

    (void)setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on));
    if (address->sa_family == AF_INET6) {
        (void)setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &off, sizeof(off));
    }
    if (bind(fd, address, size) != 0 || listen(fd, BACKLOG) != 0) {
        return last_error();
    }
    return 0;
}

static int open_bound(const struct sockaddr *address, socklen_t size, int *fd)
{
    int error;

    *fd = socket(address->sa_family, SOCKET_FLAGS, 0);
    if (*fd < 0) {
        return last_error();
    }
    error = bind_and_listen(*fd, address, size);
    if (error != 0) {
        close(*fd);
    }
    return error;
}

/* Whether the path is a socket whose owner has gone. */
static bool is_left_behind(const struct sockaddr_un *address)
{
    struct stat st;
    bool refused;
    int fd;

    if (lstat(address->sun_path, &st) != 0 || !S_ISSOCK(st.st_mode)) {
        return false;
    }
    fd = socket(AF_UNIX, SOCKET_FLAGS, 0);
    if (fd < 0) {
        return false;
    }
    refused = connect(fd, (const struct sockaddr *)address, sizeof(*address)) != 0 &&
              errno == ECONNREFUSED;
    close(fd);
    return refused;
}

static bool read_path(const char *path, struct sockaddr_un *address)
{
    *address = (struct sockaddr_un){.sun_family = AF_UNIX};
    if (*path == '\0' || strlen(path) >= sizeof(address->sun_path)) {
        return false;
    }
    (void)snprintf(address->sun_path, sizeof(address->sun_path), "%s", path);
    return true;
}

static int open_unix(const char *path, int *fd)
{
    struct sockaddr_un address;

    if (!read_path(path, &address)) {
        return UV_ENAMETOOLONG;
    }
    if (is_left_behind(&address)) {
        (void)unlink(path);
    }
    return open_bound((const struct sockaddr *)&address, sizeof(address), fd);
}

/* Splits host:port at its last colon, and takes the brackets of IPv6 away. */
static bool split(const char *address, char host[static HOST_MAX], const char **port)
{
    const char *colon = strrchr(address, ':');
    size_t len;

    if (colon == NULL || colon[1] == '\0') {
        return false;
    }
    len = (size_t)(colon - address);
    if (len >= 2 && address[0] == '[' && colon[-1] == ']') {
        address++;
        len -= 2;
    } else if (memchr(address, ':', len) != NULL) {
        return false;
    }
    if (len >= HOST_MAX) {
        return false;
    }
    (void)snprintf(host, HOST_MAX, "%.*s", (int)len, address);
    *port = colon + 1;
    return true;
}

/* A number from 0 to 65535, or the name of a service. */
static bool is_port(const char *text)
{
    const size_t len = strlen(text);

    if (strspn(text, "0123456789") < len) {
        return isalpha((unsigned char)*text) != 0;
    }
    return len <= PORT_DIGITS && strtoul(text, NULL, 10) <= UINT16_MAX;
}

static int open_family(const char *host, const char *port, int family, int *fd)
{
    const struct addrinfo hints = {
        .ai_family = family,
        .ai_socktype = SOCK_STREAM,
        .ai_flags = AI_PASSIVE,
    };
    struct addrinfo *found;
    int error;

    if (getaddrinfo(*host == '\0' ? NULL : host, port, &hints, &found) != 0) {
        return UV_EAI_NONAME;
    }
    error = open_bound(found->ai_addr, found->ai_addrlen, fd);
    freeaddrinfo(found);
    return error;
}

/* Every address is one socket of IPv6 for both, where there is IPv6; a name means IPv4 first. */
static int open_tcp(const char *host, const char *port, int *fd)
{
    const int first = *host == '\0' ? AF_INET6 : AF_INET;
    int error = open_family(host, port, first, fd);

    if (error == UV_EAFNOSUPPORT || error == UV_EAI_NONAME) {
        error = open_family(host, port, first == AF_INET ? AF_INET6 : AF_INET, fd);
    }
    return error;
}

static const char *hint_for(int error)
{
    switch (error) {
    case UV_EADDRINUSE:
        return "another process has this address; -addr= turns HTTP off";
    case UV_EACCES:
        return "ports below 1024 need root or CAP_NET_BIND_SERVICE";
    case UV_EADDRNOTAVAIL:
        return "this host has no such address";
    case UV_EAI_NONAME:
        return "the host or the port cannot be resolved";
    case UV_ENAMETOOLONG:
        return "the path of a unix socket has 1 to 107 octets";
    default:
        return NULL;
    }
}

const char *http_address_fault(const char *address)
{
    const char *path = unix_path(address);
    struct sockaddr_un local;
    char host[HOST_MAX];
    const char *port;

    if (path != NULL) {
        return read_path(path, &local) ? NULL : hint_for(UV_ENAMETOOLONG);
    }
    if (!split(address, host, &port)) {
        return "give host:port, :port, [IPv6]:port, or unix:/path";
    }
    return is_port(port) ? NULL : "give a port from 1 to 65535, or 0 for any";
}

bool http_address_is_file(const char *address)
{
    return unix_path(address) != NULL;
}

int http_socket_open(const char *address, int *fd, const char **hint)
{
    const char *path = unix_path(address);
    char host[HOST_MAX] = "";
    const char *port = NULL;
    int error;

    *hint = http_address_fault(address);
    if (*hint != NULL) {
        return UV_EINVAL;
    }
    (void)split(address, host, &port);
    error = path != NULL ? open_unix(path, fd) : open_tcp(host, port, fd);
    *hint = hint_for(error);
    return error;
}

static uint16_t port_of(int fd)
{
    struct sockaddr_storage own = {0};
    socklen_t size = sizeof(own);

    (void)getsockname(fd, (struct sockaddr *)&own, &size);
    return ntohs(own.ss_family == AF_INET6 ? ((const struct sockaddr_in6 *)&own)->sin6_port
                                           : ((const struct sockaddr_in *)&own)->sin_port);
}

void http_socket_name(const char *address, int fd, char *name, size_t size)
{
    const char *colon = strrchr(address, ':');

    if (unix_path(address) != NULL || colon == NULL) {
        (void)snprintf(name, size, "%s", address);
        return;
    }
    (void)snprintf(name, size, "%.*s:%u", (int)(colon - address), address, port_of(fd));
}

static int connect_to(const struct sockaddr *address, socklen_t size,
                      const struct timeval *patience, int *fd)
{
    int error = 0;

    *fd = socket(address->sa_family, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (*fd < 0) {
        return last_error();
    }
    (void)setsockopt(*fd, SOL_SOCKET, SO_RCVTIMEO, patience, sizeof(*patience));
    (void)setsockopt(*fd, SOL_SOCKET, SO_SNDTIMEO, patience, sizeof(*patience));
    if (connect(*fd, address, size) != 0) {
        error = errno == EINPROGRESS ? UV_ETIMEDOUT : last_error();
        close(*fd);
    }
    return error;
}

static int connect_tcp(const char *host, const char *port, const struct timeval *patience, int *fd)
{
    const struct addrinfo hints = {.ai_socktype = SOCK_STREAM};
    struct addrinfo *found;
    int error = UV_EAI_NONAME;

    if (getaddrinfo(*host == '\0' ? NULL : host, port, &hints, &found) != 0) {
        return error;
    }
    for (const struct addrinfo *at = found; at != NULL && error != 0; at = at->ai_next) {
        error = connect_to(at->ai_addr, at->ai_addrlen, patience, fd);
    }
    freeaddrinfo(found);
    return error;
}

int http_socket_connect(const char *address, const struct timeval *patience, int *fd)
{
    const char *path = unix_path(address);
    struct sockaddr_un local;
    char host[HOST_MAX];
    const char *port;

    if (http_address_fault(address) != NULL) {
        return UV_EINVAL;
    }
    if (path != NULL && read_path(path, &local)) {
        return connect_to((const struct sockaddr *)&local, sizeof(local), patience, fd);
    }
    return split(address, host, &port) ? connect_tcp(host, port, patience, fd) : UV_EINVAL;
}

void http_socket_remove(const char *address)
{
    const char *path = unix_path(address);

    if (path != NULL) {
        (void)unlink(path);
    }
}
