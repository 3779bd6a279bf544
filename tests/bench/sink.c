// SPDX-License-Identifier: Apache-2.0
/* The floors of the bench: datagrams are taken in batches, and little or nothing is done with them.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
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

static void hand_over(const struct work_ops *ops, struct work *work, const struct mmsghdr *messages,
                      size_t n)
{
    struct datagram datagrams[BATCH];
    const struct traffic traffic = {datagrams, n};

    for (size_t i = 0; i < n; i++) {
        datagrams[i] = (struct datagram){
            .data = messages[i].msg_hdr.msg_iov->iov_base,
            .len = messages[i].msg_len,
            .from = {{127, 0, 0, 1}, 4},
            .received_ns = 1700000000123456789,
        };
    }
    work->traffic = &traffic;
    ops->round(work);
}

/* The first of a batch is waited for, as a loop of events would. */
static void take_all(int fd, const struct work_ops *ops, struct work *work)
{
    static uint8_t octets[BATCH][DATAGRAM_MAX];
    struct mmsghdr messages[BATCH] = {0};
    struct iovec parts[BATCH];

    for (size_t i = 0; i < BATCH; i++) {
        parts[i] = (struct iovec){octets[i], DATAGRAM_MAX};
        messages[i].msg_hdr = (struct msghdr){.msg_iov = &parts[i], .msg_iovlen = 1};
    }
    while (stopped == 0) {
        const int taken = recvmmsg(fd, messages, BATCH, MSG_WAITFORONE, NULL);

        if (taken < 0 && errno != EINTR) {
            break;
        }
        if (taken > 0 && ops != NULL) {
            hand_over(ops, work, messages, (size_t)taken);
        }
    }
}

static int open_file(const char *path)
{
    return path == NULL ? -1 : open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0644);
}

int sink_main(const char *port, const struct work_ops *ops, const char *file)
{
    const struct sigaction action = {.sa_handler = on_signal};
    const int fd = open_socket((uint16_t)strtoul(port, NULL, 10));
    struct work work = {.out = open_file(file)};

    if (fd < 0 || (file != NULL && work.out < 0) || (ops != NULL && !ops->open(&work))) {
        perror("sink");
        return 1;
    }
    (void)sigaction(SIGINT, &action, NULL);
    (void)sigaction(SIGTERM, &action, NULL);
    take_all(fd, ops, &work);
    (void)fprintf(stderr, "%llu records\n", (unsigned long long)work.records);
    close(fd);
    return 0;
}
