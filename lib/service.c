// SPDX-License-Identifier: Apache-2.0
// What systemd is told: a datagram to the socket that $NOTIFY_SOCKET names.
#include "lib/service.h"

#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "lib/option/option.h"

static const uint64_t MICROSECOND_NS = 1000;

/* A name that begins with @ is an abstract one (unix(7)).  0 if it is none. */
static socklen_t read_address(const char *name, struct sockaddr_un *address)
{
    const size_t len = strlen(name);

    if (len < 2 || len > sizeof(address->sun_path) || (*name != '/' && *name != '@')) {
        return 0;
    }
    *address = (struct sockaddr_un){.sun_family = AF_UNIX};
    memcpy(address->sun_path, name, len);
    if (*name == '@') {
        address->sun_path[0] = '\0';
    }
    return (socklen_t)(offsetof(struct sockaddr_un, sun_path) + len);
}

void service_notify(const char *state)
{
    const char *name = getenv("NOTIFY_SOCKET");
    struct sockaddr_un address;
    const socklen_t size = name == NULL ? 0 : read_address(name, &address);
    const int fd = size == 0 ? -1 : socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);

    if (fd >= 0) {
        (void)sendto(fd, state, strlen(state), MSG_NOSIGNAL, (const struct sockaddr *)&address,
                     size);
        close(fd);
    }
}

uint64_t service_number(const char *variable)
{
    const char *text = getenv(variable);
    uint64_t number;

    return text != NULL && option_parse_value(OPTION_COUNT, text, &number) ? number : 0;
}

uint64_t service_watchdog_ns(void)
{
    const uint64_t us = service_number("WATCHDOG_USEC");
    const uint64_t pid = service_number("WATCHDOG_PID");

    if (us > INT64_MAX / MICROSECOND_NS || (pid != 0 && pid != (uint64_t)getpid())) {
        return 0;
    }
    return us * MICROSECOND_NS;
}
