// SPDX-License-Identifier: Apache-2.0
// Options from the environment.
#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

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
