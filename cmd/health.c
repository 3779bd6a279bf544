// SPDX-License-Identifier: Apache-2.0
/* weir health: for the HEALTHCHECK of containers, and for scripts. */
#include "cmd/health.h"

#include <stdbool.h>
#include <stdio.h>
#include <uv.h>

#include "cmd/collect.h"
#include "cmd/command.h"
#include "cmd/running.h"
#include "lib/http/client.h"
#include "lib/http/socket.h"
#include "lib/option/option.h"

enum { STATUS_OK = 200, ADDRESS_OCTETS = 512, MESSAGE_OCTETS = 512 };

struct health {
    const char *address;
    const char *page;
    uint64_t timeout_ns;
};

static const char usage[] =
    "Usage: weir health [options]\n\n"
    "Asks the collector on this host how it is: exit 0 if it is well, 1 if it is not.\n"
    "Where it serves HTTP is what the collector that runs here was told.\n\nOptions:";

static const struct option health_options[] = {
    {"addr", OPTION_STRING, 0, offsetof(struct health, address), NULL,
     "Ask at this address, as -addr of the collector: host:port, or unix:/path"},
    {"page", OPTION_STRING, 0, offsetof(struct health, page), "/__health",
     "The page to ask for; /readyz also wants that no record was lost lately"},
    {"timeout", OPTION_DURATION, 0, offsetof(struct health, timeout_ns), "3s",
     "How long to wait for an answer"},
    {0},
};

static bool say(const char *what, const char *more)
{
    (void)fprintf(stderr, "weir health: %s%s\n", what, more);
    return false;
}

/* Where the user may not look at the collector, as if it had no options. */
static bool find_address(char address[static ADDRESS_OCTETS])
{
    char *without_options[] = {(char[]){"weir"}, NULL};
    struct running_line line;

    switch (running_collectors(&line)) {
    case 0:
        return collect_address(1, without_options, address, ADDRESS_OCTETS);
    case 1:
        return collect_address(line.argc, line.argv, address, ADDRESS_OCTETS);
    default:
        return say("several collectors run here; -addr says which", "");
    }
}

static bool ask(const struct health *health, const char *address)
{
    struct http_reply reply;
    const int error = http_get(address, health->page, health->timeout_ns, &reply);

    if (error != 0) {
        (void)fprintf(stderr, "weir health: %s%s: %s\n", address, health->page, uv_strerror(error));
        return false;
    }
    (void)printf("%s\n", reply.text);
    return reply.status == STATUS_OK;
}

static bool is_well(const struct health *health)
{
    char address[ADDRESS_OCTETS];

    if (*health->address != '\0') {
        const char *fault = http_address_fault(health->address);

        return fault == NULL ? ask(health, health->address) : say("-addr: ", fault);
    }
    if (!find_address(address)) {
        return false;
    }
    if (*address == '\0') {
        (void)printf("the collector runs; -addr= has switched its HTTP off\n");
        return true;
    }
    return ask(health, address);
}

int health_main(int argc, char **argv)
{
    struct health health;
    const struct option_group group = {"", health_options, &health};
    int first;
    const int code = command_read_options("health", usage, &group, 1, argc, argv, &first);

    if (code >= 0) {
        return code;
    }
    if (command_take_no_argument("health", argc, argv, first) != 0) {
        return 2;
    }
    return is_well(&health) ? 0 : 1;
}
