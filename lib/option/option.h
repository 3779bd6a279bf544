// SPDX-License-Identifier: Apache-2.0
#ifndef LIB_OPTION_OPTION_H
#define LIB_OPTION_OPTION_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* How an option is written, and what holds it. */
enum option_kind {
    OPTION_END,      /* ends a table */
    OPTION_BOOL,     /* bool: 1, t, T, TRUE, true, True or their opposites */
    OPTION_STRING,   /* const char *, borrowed from the command line */
    OPTION_COUNT,    /* uint64_t: 10, 0x10, 1_000 */
    OPTION_DURATION, /* uint64_t, ns: 300ms, 5s, 1m30s, 0 */
    OPTION_LIST,     /* struct option_list: may be given several times; "" empties it */
};

enum { OPTION_LIST_MAX = 64, OPTION_NAME_MAX = 64 };

/* Each text is one occurrence, borrowed from the command line. */
struct option_list {
    size_t n;
    const char *at[OPTION_LIST_MAX];
};

enum option_flag {
    OPTION_LIVE = 1,      /* a reload changes it; all others wait for the next start */
    OPTION_LINE_ONLY = 2, /* of the command line and the environment: a file must not set it */
};

/*
 * What a module can be told: one row an option.  The row sets it, gives its
 * default, and explains it in -h.  Ends with a row of zeros.
 */
struct option {
    const char *name; /* below its group's prefix; "" is the prefix itself */
    enum option_kind kind;
    unsigned flags;       /* enum option_flag, or-ed */
    size_t offset;        /* of the value in the group's target */
    const char *fallback; /* the default, as it would be written; NULL for "", false or 0 */
    const char *help;
};

/* A module's options, mounted: prefix "transport.file" and name "sep" make -transport.file.sep. */
struct option_group {
    const char *prefix; /* "" for none */
    const struct option *options;
    void *target; /* the struct that the offsets point into */
};

enum option_result {
    OPTIONS_DONE,
    OPTIONS_HELP,    /* -h or -help was given */
    OPTIONS_INVALID, /* message says what is wrong and what would be right */
};

/* An option where it is mounted: what a walk over all of them sees. */
struct option_place {
    char name[OPTION_NAME_MAX]; /* whole */
    const struct option *option;
    void *value;

    /* Private to option.c. */
    const struct option_group *group;
    const struct option_group *end;
    size_t row;
};

/* for (struct option_place at = options_begin(groups, n); options_next(&at);) */
struct option_place options_begin(const struct option_group *groups, size_t n);
bool options_next(struct option_place *place);

/* Finds the option of this whole name, which needs no terminator. */
bool options_find(const struct option_group *groups, size_t n, const char *name, size_t name_len,
                  struct option_place *place);

/* The name nearest to one that there is not; "" if none is near. */
void options_nearest(const struct option_group *groups, size_t n, const char *name, size_t name_len,
                     char nearest[static OPTION_NAME_MAX]);

/* Sets it; text is borrowed.  Returns NULL, or what Go calls the fault. */
const char *option_set(const struct option_place *place, const char *text);

/* Gives every option of the groups its default. */
void options_set_defaults(const struct option_group *groups, size_t n);

/*
 * Reads a command line by the rules of Go's flag package: -x v, -x=v, --x v,
 * --x=v; a boolean takes its value only behind '='; reading ends before the first
 * argument that is no flag, or after "--".  *first becomes the index of the first
 * argument that is left.  argv[0] is not read.
 */
enum option_result options_parse(const struct option_group *groups, size_t n, int argc, char **argv,
                                 int *first, char *message, size_t message_size);

/*
 * Reads the environment: -transport.file.sep is WEIR_TRANSPORT_FILE_SEP for the
 * prefix "WEIR_".  Names that are no option's are not looked at.  False if a value
 * is not right; message then says which and why.
 */
bool options_read_environment(const struct option_group *groups, size_t n, const char *prefix,
                              char *message, size_t message_size);

/* A variable of the prefix that is no option's; begins as zeros. */
struct option_stray {
    size_t next;                   /* in the environment */
    char name[OPTION_NAME_MAX];    /* whole; what finds no room is left out */
    char nearest[OPTION_NAME_MAX]; /* the one that may have been meant, or "" */
};

/*
 * Finds the next of them; false if there is none.  What Kubernetes sets for services whose names
 * begin as the prefix (PREFIX_PORT, ..._SERVICE_HOST) is no stray.
 */
bool options_next_stray(const struct option_group *groups, size_t n, const char *prefix,
                        struct option_stray *stray);

/* Walks over them in alphabetical order.  name begins as "", and is that of *next. */
bool options_next_by_name(const struct option_group *groups, size_t n, struct option_place *next,
                          char name[static OPTION_NAME_MAX]);

/* Writes the usage text to standard error, the options in alphabetical order. */
void options_print_usage(const struct option_group *groups, size_t n, const char *usage);

/* Somebody who makes something else of what a usage text is made of. */
struct usage_reader {
    void (*read)(const struct option_group *groups, size_t n, const char *usage, void *arg);
    void *arg;
};

/* From now on this reader has what would be printed; NULL lets it be printed again. */
void options_divert_usage(const struct usage_reader *reader);

/* Reads one value of a kind into *value; false if it is none. */
bool option_parse_value(enum option_kind kind, const char *text, void *value);

#endif
