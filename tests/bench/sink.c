// SPDX-License-Identifier: Apache-2.0
/* A floor of the bench: datagrams are taken in batches, and nothing is done with them. */
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

#include "tests/bench/bench.h"

enum { BATCH = 64, DATAGRAM_MAX = 65535, RECEIVE_BUFFER = 32 << 20 };

static volatile sig_atomic_t stopped;

static void on_signal(int number)
{
    (void)number;
    stopped = 1;
}

static int open_socket(uint16_t port)
{
    const struct sockaddr_in address = {
        .sin_family = AF_INET, .sin_port = htons(port), .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    const int buffer = RECEIVE_BUFFER;
    const int fd = socket(AF_INET, SOCK_DGRAM, 0);

    if (setsockopt(fd, SOL_SOCKET, SO_RCVBUFFORCE, &buffer, sizeof(buffer)) != 0) {
        (void)setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &buffer, sizeof(buffer));
    }
    return bind(fd, (const struct sockaddr *)&address, sizeof(address)) == 0 ? fd : -1;
}

/* The first of a batch is waited for, as a loop of events would. */
static uint64_t take_all(int fd)
{
    static uint8_t octets[BATCH][DATAGRAM_MAX];
    struct mmsghdr messages[BATCH] = {0};
    struct iovec parts[BATCH];
    uint64_t n = 0;

    for (size_t i = 0; i < BATCH; i++) {
        parts[i] = (struct iovec){octets[i], DATAGRAM_MAX};
        messages[i].msg_hdr = (struct msghdr){.msg_iov = &parts[i], .msg_iovlen = 1};
    }
    while (stopped == 0) {
        const int taken = recvmmsg(fd, messages, BATCH, MSG_WAITFORONE, NULL);

        if (taken < 0 && errno != EINTR) {
            break;
        }
        n += taken > 0 ? (uint64_t)taken : 0;
    }
    return n;
}

int sink_main(const char *port)
{
    const struct sigaction action = {.sa_handler = on_signal};
    const int fd = open_socket((uint16_t)strtoul(port, NULL, 10));

    if (fd < 0) {
        perror("sink");
        return 1;
    }
    (void)sigaction(SIGINT, &action, NULL);
    (void)sigaction(SIGTERM, &action, NULL);
    (void)fprintf(stderr, "%llu datagrams\n", (unsigned long long)take_all(fd));
    close(fd);
    return 0;
}
