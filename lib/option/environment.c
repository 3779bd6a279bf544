// SPDX-License-Identifier: Apache-2.0
// Options from the environment.
#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "lib/option/nearest.h"
#include "lib/option/option.h"
#include "lib/option/value.h"

enum { VARIABLE_MAX = OPTION_NAME_MAX + 16 };

/* templates.sweep-interval becomes WEIR_TEMPLATES_SWEEP_INTERVAL. */
static void variable_of(const char *prefix, const char *name, char variable[static VARIABLE_MAX])
{
    (void)snprintf(variable, VARIABLE_MAX, "%s%s", prefix, name);
    for (char *c = variable + strlen(prefix); *c != '\0'; c++) {
        *c = isalnum((unsigned char)*c) ? (char)toupper((unsigned char)*c) : '_';
    }
}

bool options_read_environment(const struct option_group *groups, size_t n, const char *prefix,
                              char *message, size_t message_size)
{
    char variable[VARIABLE_MAX];

    for (struct option_place at = options_begin(groups, n); options_next(&at);) {
        const char *text;
        const char *problem;

        variable_of(prefix, at.name, variable);
        text = getenv(variable);
        problem = text == NULL ? NULL : option_set(&at, text);
        if (problem != NULL) {
            (void)snprintf(message, message_size, "%s: %s (expected %s)", variable, problem,
                           option_values[at.option->kind].expected);
            return false;
        }
    }
    return true;
}

/* --- Variables that are no option's --- */

static bool ends_in(const char *name, const char *end)
{
    const size_t len = strlen(name);

    return len >= strlen(end) && strcmp(name + len - strlen(end), end) == 0;
}

/* WEIR_PORT, WEIR_PORT_80_TCP_ADDR, WEIR_HTTP_SERVICE_HOST, WEIR_SERVICE_PORT_HTTP. */
static bool is_of_kubernetes(const char *name)
{
    const char *port = strstr(name, "_PORT_");

    return ends_in(name, "_PORT") || ends_in(name, "_SERVICE_HOST") ||
           strstr(name, "_SERVICE_PORT_") != NULL ||
           (port != NULL && isdigit((unsigned char)port[sizeof("_PORT_") - 1]));
}

/* Whether an option has this variable; else stray->nearest becomes that of the nearest one. */
static bool is_option(const struct option_group *groups, size_t n, const char *prefix,
                      struct option_stray *stray)
{
    const char *own = stray->name + strlen(prefix);
    char variable[VARIABLE_MAX];
    struct nearest nearest;

    nearest_begin(&nearest, own, strlen(own));
    for (struct option_place at = options_begin(groups, n); options_next(&at);) {
        variable_of("", at.name, variable);
        if (strcmp(variable, own) == 0) {
            return true;
        }
        nearest_offer(&nearest, variable);
    }
    (void)snprintf(stray->nearest, sizeof(stray->nearest), "%s%s",
                   nearest.name[0] == '\0' ? "" : prefix, nearest.name);
    return false;
}

bool options_next_stray(const struct option_group *groups, size_t n, const char *prefix,
                        struct option_stray *stray)
{
    while (environ[stray->next] != NULL) {
        const char *at = environ[stray->next++];

        (void)snprintf(stray->name, sizeof(stray->name), "%.*s", (int)strcspn(at, "="), at);
        if (strncmp(stray->name, prefix, strlen(prefix)) == 0 && !is_of_kubernetes(stray->name) &&
            !is_option(groups, n, prefix, stray)) {
            return true;
        }
    }
    return false;
}
