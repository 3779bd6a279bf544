// SPDX-License-Identifier: Apache-2.0
// Reads command lines by the rules of Go's flag package, and prints the usage as it does.
#include "lib/option/option.h"

#include <assert.h>
#include <stdio.h>
#include <string.h>

#include "lib/option/nearest.h"
#include "lib/option/value.h"

enum { QUOTED_OCTETS = 256 };

_Static_assert((int)OPTION_NAME_MAX == (int)NEAREST_OCTETS, "the nearest name is an option's");

/* A command line being read. */
struct reader {
    const struct option_group *groups;
    size_t n;
    int argc;
    char **argv;
    int at;
    char *message;
    size_t message_size;
};

/* NULL for standard error. */
static const struct usage_reader *usage_reader;

/* No groups may be NULL. */
struct option_place options_begin(const struct option_group *groups, size_t n)
{
    return (struct option_place){.group = groups, .end = n == 0 ? groups : groups + n};
}

static void name_place(struct option_place *place)
{
    const char *prefix = place->group->prefix;
    const char *own = place->option->name;
    const char *dot = *prefix == '\0' || *own == '\0' ? "" : ".";
    const int len = snprintf(place->name, OPTION_NAME_MAX, "%s%s%s", prefix, dot, own);

    assert(len > 0 && len < OPTION_NAME_MAX);
    (void)len;
}

bool options_next(struct option_place *place)
{
    for (; place->group < place->end; place->group++, place->row = 0) {
        place->option = &place->group->options[place->row++];
        if (place->option->kind != OPTION_END) {
            place->value = (char *)place->group->target + place->option->offset;
            name_place(place);
            return true;
        }
    }
    return false;
}

const char *option_set(const struct option_place *place, const char *text)
{
    return option_values[place->option->kind].read(text, place->value);
}

bool options_find(const struct option_group *groups, size_t n, const char *name, size_t name_len,
                  struct option_place *place)
{
    *place = options_begin(groups, n);
    while (options_next(place)) {
        if (strlen(place->name) == name_len && memcmp(place->name, name, name_len) == 0) {
            return true;
        }
    }
    return false;
}

void options_nearest(const struct option_group *groups, size_t n, const char *name, size_t name_len,
                     char found[static OPTION_NAME_MAX])
{
    struct nearest nearest;

    nearest_begin(&nearest, name, name_len);
    for (struct option_place at = options_begin(groups, n); options_next(&at);) {
        nearest_offer(&nearest, at.name);
    }
    memcpy(found, nearest.name, OPTION_NAME_MAX);
}

void options_set_defaults(const struct option_group *groups, size_t n)
{
    for (struct option_place place = options_begin(groups, n); options_next(&place);) {
        const char *fallback = place.option->fallback;
        const char *zero = option_values[place.option->kind].zero;
        const char *problem = option_set(&place, fallback != NULL ? fallback : zero);

        assert(problem == NULL);
        (void)problem;
    }
}

/* As Go quotes; what finds no room is left out. */
static const char *quote(const char *text, char quoted[static QUOTED_OCTETS])
{
    static const char letters[] = "\"\"\\\\\nn\rr\tt";
    size_t used = 0;

    quoted[used++] = '"';
    for (; *text != '\0' && used < QUOTED_OCTETS - sizeof("\\x00\""); text++) {
        const char *letter = strchr(letters, *text);

        if (letter != NULL && (letter - letters) % 2 == 0) {
            used += (size_t)snprintf(quoted + used, QUOTED_OCTETS - used, "\\%c", letter[1]);
        } else if ((unsigned char)*text < ' ' || *text == 0x7f) {
            used += (size_t)snprintf(quoted + used, QUOTED_OCTETS - used, "\\x%02x", *text);
        } else {
            quoted[used++] = *text;
        }
    }
    memcpy(quoted + used, "\"", 2);
    return quoted;
}

static enum option_result refuse_name(const struct reader *r, const char *wanted, size_t wanted_len)
{
    const char *hint[] = {"", "", ""};
    char nearest[OPTION_NAME_MAX];

    options_nearest(r->groups, r->n, wanted, wanted_len, nearest);
    if (nearest[0] != '\0') {
        hint[0] = " (did you mean -";
        hint[1] = nearest;
        hint[2] = "?)";
    }
    snprintf(r->message, r->message_size, "flag provided but not defined: -%.*s%s%s%s",
             (int)wanted_len, wanted, hint[0], hint[1], hint[2]);
    return OPTIONS_INVALID;
}

static enum option_result refuse_value(const struct reader *r, const struct option_place *place,
                                       const char *value, const char *problem)
{
    const bool is_bool = place->option->kind == OPTION_BOOL;
    char quoted[QUOTED_OCTETS];

    snprintf(r->message, r->message_size, "invalid %svalue %s for %s-%s: %s (expected %s)",
             is_bool ? "boolean " : "", quote(value, quoted), is_bool ? "" : "flag ", place->name,
             problem, option_values[place->option->kind].expected);
    return OPTIONS_INVALID;
}

static enum option_result refuse_missing(const struct reader *r, const struct option_place *place)
{
    snprintf(r->message, r->message_size, "flag needs an argument: -%s (expected %s)", place->name,
             option_values[place->option->kind].expected);
    return OPTIONS_INVALID;
}

/* Sets the option named; value is what stood behind '=', or NULL. */
static enum option_result read_value(struct reader *r, const struct option_place *place,
                                     const char *value)
{
    const char *problem;

    if (value == NULL && place->option->kind == OPTION_BOOL) {
        value = "true";
    } else if (value == NULL && r->at == r->argc) {
        return refuse_missing(r, place);
    } else if (value == NULL) {
        value = r->argv[r->at++];
    }
    problem = option_set(place, value);
    return problem == NULL ? OPTIONS_DONE : refuse_value(r, place, value, problem);
}

static bool asks_for_help(const char *name, size_t len)
{
    return (len == 1 && *name == 'h') || (len == 4 && memcmp(name, "help", 4) == 0);
}

static enum option_result read_flag(struct reader *r)
{
    const char *argument = r->argv[r->at++];
    const char *name = argument + (argument[1] == '-' ? 2 : 1);
    const size_t len = strcspn(name, "=");
    struct option_place place;

    if (len == 0 || *name == '-') {
        snprintf(r->message, r->message_size,
                 "bad flag syntax: %s (expected -name value or -name=value)", argument);
        return OPTIONS_INVALID;
    }
    if (options_find(r->groups, r->n, name, len, &place)) {
        return read_value(r, &place, name[len] == '=' ? name + len + 1 : NULL);
    }
    return asks_for_help(name, len) ? OPTIONS_HELP : refuse_name(r, name, len);
}

static bool is_flag(const char *argument)
{
    return argument[0] == '-' && argument[1] != '\0';
}

enum option_result options_parse(const struct option_group *groups, size_t n, int argc, char **argv,
                                 int *first, char *message, size_t message_size)
{
    struct reader r = {groups, n, argc, argv, 1, message, message_size};
    enum option_result result = OPTIONS_DONE;

    while (result == OPTIONS_DONE && r.at < argc && is_flag(argv[r.at])) {
        if (strcmp(argv[r.at], "--") == 0) {
            r.at++;
            break;
        }
        result = read_flag(&r);
    }
    *first = r.at;
    return result;
}

bool options_next_by_name(const struct option_group *groups, size_t n, struct option_place *next,
                          char name[static OPTION_NAME_MAX])
{
    bool found = false;

    for (struct option_place at = options_begin(groups, n); options_next(&at);) {
        if (strcmp(at.name, name) > 0 && (!found || strcmp(at.name, next->name) < 0)) {
            *next = at;
            found = true;
        }
    }
    if (found) {
        memcpy(name, next->name, OPTION_NAME_MAX);
    }
    return found;
}

static void print_default(const struct option *option)
{
    char quoted[QUOTED_OCTETS];
    const char *text = option->fallback;

    if (text == NULL || strcmp(text, option_values[option->kind].zero) == 0) {
        return;
    }
    fprintf(stderr, " (default %s)", option->kind == OPTION_STRING ? quote(text, quoted) : text);
}

static void print_option(const struct option *option, const char *name)
{
    const char *kind = option_values[option->kind].name;
    const bool is_short = *kind == '\0' && strlen(name) == 1;

    fprintf(stderr, "  -%s%s%s%s", name, *kind == '\0' ? "" : " ", kind,
            is_short ? "\t" : "\n    \t");
    for (const char *c = option->help; *c != '\0'; c++) {
        fputs(*c == '\n' ? "\n    \t" : (const char[]){*c, '\0'}, stderr);
    }
    print_default(option);
    fputc('\n', stderr);
}

void options_divert_usage(const struct usage_reader *reader)
{
    usage_reader = reader;
}

void options_print_usage(const struct option_group *groups, size_t n, const char *usage)
{
    char name[OPTION_NAME_MAX] = "";
    struct option_place place;

    if (usage_reader != NULL) {
        usage_reader->read(groups, n, usage, usage_reader->arg);
        return;
    }
    fprintf(stderr, "%s\n", usage);
    while (options_next_by_name(groups, n, &place, name)) {
        print_option(place.option, name);
    }
}
