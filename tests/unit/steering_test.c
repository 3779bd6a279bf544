// SPDX-License-Identifier: Apache-2.0
/*
 * The kernel's choice of a worker: an exporter keeps to one whatever its source
 * port, and it is the one that steering_worker_of() says.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include <net/if.h>
#include <netinet/in.h>
#include <sched.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>
#include <uv.h>

#include "lib/listen/steering.h"
#include "lib/listen/udp_socket.h"

enum { WORKERS = 4, EXPORTERS = 20, PORTS = 8, PORT = 20550 };

/* Whether this process has a network of its own, to which it may add addresses. */
static bool own_network;

/* The kernel's struct in6_ifreq; its header does not go with the C library's. */
struct ipv6_request {
    struct in6_addr addr;
    uint32_t prefix_len;
    int index;
};

static struct in6_addr ipv6_exporter(unsigned i)
{
    struct in6_addr addr = {.s6_addr = {0x20, 0x01, 0x0d, 0xb8}};

    addr.s6_addr[15] = (uint8_t)(i + 1);
    return addr;
}

static bool raise_loopback(void)
{
    struct ifreq request = {.ifr_name = "lo"};
    const int fd = socket(AF_INET, SOCK_DGRAM, 0);
    bool done = ioctl(fd, SIOCGIFFLAGS, &request) == 0;

    request.ifr_flags = (short)(request.ifr_flags | IFF_UP);
    done = done && ioctl(fd, SIOCSIFFLAGS, &request) == 0;
    close(fd);
    return done;
}

static bool add_ipv6_exporters(void)
{
    const int fd = socket(AF_INET6, SOCK_DGRAM, 0);
    bool done = fd >= 0;

    for (unsigned i = 0; done && i < EXPORTERS; i++) {
        struct ipv6_request request = {ipv6_exporter(i), 128, (int)if_nametoindex("lo")};

        done = ioctl(fd, SIOCSIFADDR, &request) == 0;
    }
    close(fd);
    return done;
}

/* Root needs no new user for it, others may have one. */
static bool enter_own_network(void)
{
    if (unshare(CLONE_NEWNET) != 0 && unshare(CLONE_NEWUSER | CLONE_NEWNET) != 0) {
        return false;
    }
    return raise_loopback() && add_ipv6_exporters();
}

static void open_group(int fds[WORKERS], const char *host)
{
    static struct listen_uri uri;

    uri = (struct listen_uri){.scheme = "flow", .port = PORT, .count = WORKERS};
    snprintf(uri.host, sizeof(uri.host), "%s", host);
    for (unsigned i = 0; i < WORKERS; i++) {
        assert_int_equal(udp_socket_open(&uri, i, &fds[i]), 0);
    }
}

static void close_group(const int fds[WORKERS])
{
    for (unsigned i = 0; i < WORKERS; i++) {
        close(fds[i]);
    }
}

/* One datagram, from any free port of an address. */
static void send_from(const struct sockaddr *from, const struct sockaddr *to, socklen_t len)
{
    const int fd = socket(from->sa_family, SOCK_DGRAM, 0);

    assert_int_equal(bind(fd, from, len), 0);
    assert_int_equal(sendto(fd, "flow", 4, 0, to, len), 4);
    close(fd);
}

static void send_ipv4(void)
{
    const struct sockaddr_in to = {
        .sin_family = AF_INET,
        .sin_port = htons(PORT),
        .sin_addr.s_addr = htonl(INADDR_LOOPBACK),
    };

    for (unsigned i = 0; i < EXPORTERS * PORTS; i++) {
        const struct sockaddr_in from = {
            .sin_family = AF_INET,
            .sin_addr.s_addr = htonl(INADDR_LOOPBACK + i / PORTS),
        };

        send_from((const struct sockaddr *)&from, (const struct sockaddr *)&to, sizeof(to));
    }
}

static void send_ipv6(void)
{
    const struct sockaddr_in6 to = {
        .sin6_family = AF_INET6,
        .sin6_port = htons(PORT),
        .sin6_addr = ipv6_exporter(0),
    };

    for (unsigned i = 0; i < EXPORTERS * PORTS; i++) {
        const struct sockaddr_in6 from = {
            .sin6_family = AF_INET6,
            .sin6_addr = ipv6_exporter(i / PORTS),
        };

        send_from((const struct sockaddr *)&from, (const struct sockaddr *)&to, sizeof(to));
    }
}

static struct flow_addr address_of(const struct sockaddr_storage *peer)
{
    struct sockaddr_in ipv4;
    struct sockaddr_in6 ipv6;

    if (peer->ss_family == AF_INET) {
        memcpy(&ipv4, peer, sizeof(ipv4));
        return flow_addr_make((const uint8_t *)&ipv4.sin_addr, 4);
    }
    memcpy(&ipv6, peer, sizeof(ipv6));
    return flow_addr_unmap(flow_addr_make(ipv6.sin6_addr.s6_addr, 16));
}

/* Reads what a worker's socket holds; all of it has to be his. */
static unsigned assert_steered(int fd, unsigned worker)
{
    struct sockaddr_storage peer = {0};
    socklen_t len = sizeof(peer);
    char octets[16];
    unsigned n = 0;

    while (recvfrom(fd, octets, sizeof(octets), 0, (struct sockaddr *)&peer, &len) > 0) {
        const struct flow_addr from = address_of(&peer);

        assert_int_equal(steering_worker_of(&from, WORKERS), worker);
        len = sizeof(peer);
        n++;
    }
    return n;
}

static void assert_group(const char *host, void (*send)(void))
{
    int fds[WORKERS];
    unsigned n = 0;

    open_group(fds, host);
    send();
    for (unsigned i = 0; i < WORKERS; i++) {
        const unsigned own = assert_steered(fds[i], i);

        assert_int_equal(own % PORTS, 0);
        assert_in_range(own, PORTS, EXPORTERS * PORTS / 2);
        n += own;
    }
    assert_int_equal(n, EXPORTERS * PORTS);
    close_group(fds);
}

static void ipv4(void **state)
{
    (void)state;
    assert_group("127.0.0.1", send_ipv4);
}

static void ipv4_on_dual_stack(void **state)
{
    (void)state;
    assert_group("", send_ipv4);
}

static void assert_ipv6_group(const char *host)
{
    if (!own_network) {
        print_message("skipped: this process may not have a network of its own\n");
        skip();
    }
    assert_group(host, send_ipv6);
}

static void ipv6(void **state)
{
    (void)state;
    assert_ipv6_group("2001:db8::1");
}

static void ipv6_on_dual_stack(void **state)
{
    (void)state;
    assert_ipv6_group("");
}

/* Whichever octet tells 256 exporters apart, no worker has far more or less than its share. */
static void assert_spread(size_t len, size_t octet, unsigned n)
{
    struct flow_addr from = {.bytes = {10, 1, 0, 1, [15] = 1}, .len = (uint8_t)len};
    unsigned shares[16] = {0};

    for (unsigned i = 0; i < 256; i++) {
        from.bytes[octet] = (uint8_t)i;
        shares[steering_worker_of(&from, n)]++;
    }
    for (unsigned i = 0; i < n; i++) {
        assert_in_range(shares[i], 256 / n / 4, 2 * 256 / n);
    }
}

static void every_octet_counts(void **state)
{
    (void)state;
    for (unsigned n = 2; n <= 16; n++) {
        for (size_t octet = 0; octet < 4; octet++) {
            assert_spread(4, octet, n);
        }
        for (size_t octet = 0; octet < 16; octet++) {
            assert_spread(16, octet, n);
        }
    }
}

/* What shares a port within a process must not share it with another one. */
static void taken_port(void **state)
{
    int fds[WORKERS];
    int fd;
    struct listen_uri uri = {.scheme = "flow", .host = "127.0.0.1", .port = PORT, .count = 1};

    (void)state;
    open_group(fds, "127.0.0.1");
    assert_int_equal(udp_socket_open(&uri, 0, &fd), UV_EADDRINUSE);
    uri.count = 2;
    assert_int_equal(udp_socket_open(&uri, 0, &fd), UV_EADDRINUSE);
    close_group(fds);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_octet_counts), cmocka_unit_test(ipv4),
        cmocka_unit_test(ipv4_on_dual_stack), cmocka_unit_test(ipv6),
        cmocka_unit_test(ipv6_on_dual_stack), cmocka_unit_test(taken_port),
    };

    own_network = enter_own_network();
    return cmocka_run_group_tests(tests, NULL, NULL);
}
