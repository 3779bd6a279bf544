// SPDX-License-Identifier: Apache-2.0
/* What weir check looks at, beyond reading what weir collect would start with. */
#include "cmd/check.h"

#include <stdbool.h>
#include <stdio.h>

#include "cmd/places.h"

static bool check_variables(const struct setup *setup)
{
    struct option_stray stray = {0};
    bool right = true;

    while (options_next_stray(setup->groups, setup->n_groups, SETUP_PREFIX, &stray)) {
        const char *nearest = stray.nearest;

        (void)fprintf(stderr, "weir: %s: no option has this variable%s%s%s\n", stray.name,
                      *nearest == '\0' ? "" : "; did you mean ", nearest,
                      *nearest == '\0' ? "" : "?");
        right = false;
    }
    return right;
}

/* The words are right, or this would not be reached. */
int check_setup(struct setup *setup)
{
    const bool has_file = setup->file != NULL;

    if (!setup_check_transport(setup) || !check_variables(setup) || !places_check(setup)) {
        return 1;
    }
    (void)fprintf(stderr, "weir: the configuration is right%s%s\n", has_file ? ": " : "",
                  has_file ? setup->config : "");
    return 0;
}
