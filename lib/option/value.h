// SPDX-License-Identifier: Apache-2.0
#ifndef LIB_OPTION_VALUE_H
#define LIB_OPTION_VALUE_H

#include "lib/option/option.h"

/* How the values of one kind are written. */
struct option_value {
    const char *name;     /* in the usage */
    const char *zero;     /* the value that is no news in the usage */
    const char *expected; /* what would be right, for messages */
    /* Reads text into *value.  Returns NULL, or what Go calls the fault; *value is then as before.
     */
    const char *(*read)(const char *text, void *value);
};

/* By enum option_kind; OPTION_END has none. */
extern const struct option_value option_values[];

#endif
