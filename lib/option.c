// SPDX-License-Identifier: Apache-2.0
// Reads command lines by the rules of Go's flag package, and prints the usage as it does.
#include "lib/option.h"

#include <assert.h>
#include <stdio.h>
#include <string.h>

#include "lib/nearest.h"
#include "lib/option_value.h"

enum { NAME_OCTETS = NEAREST_OCTETS, QUOTED_OCTETS = 256 };

/* An option where it is mounted. */
struct place {
    const struct option_group *group;
    const struct option_group *end;
    size_t row; /* that comes next */
    const struct option *option;
};

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

static struct place before_first(const struct option_group *groups, size_t n)
{
    return (struct place){.group = groups, .end = groups + n};
}

static bool next_place(struct place *place)
{
    for (; place->group < place->end; place->group++, place->row = 0) {
        place->option = &place->group->options[place->row++];
        if (place->option->kind != OPTION_END) {
            return true;
        }
    }
    return false;
}

static void place_name(const struct place *place, char name[static NAME_OCTETS])
{
    const char *prefix = place->group->prefix;
    const char *own = place->option->name;
    const char *dot = *prefix == '\0' || *own == '\0' ? "" : ".";
    const int len = snprintf(name, NAME_OCTETS, "%s%s%s", prefix, dot, own);

    assert(len > 0 && len < NAME_OCTETS);
    (void)len;
}

/* Returns NULL, or what is wrong with text. */
static const char *place_set(const struct place *place, const char *text)
{
    void *value = (char *)place->group->target + place->option->offset;

    return option_values[place->option->kind].read(text, value);
}

static bool find_place(struct place *place, const char *wanted, size_t wanted_len)
{
    char name[NAME_OCTETS];

    while (next_place(place)) {
        place_name(place, name);
        if (strlen(name) == wanted_len && memcmp(name, wanted, wanted_len) == 0) {
            return true;
        }
    }
    return false;
}

void options_set_defaults(const struct option_group *groups, size_t n)
{
    for (struct place place = before_first(groups, n); next_place(&place);) {
        const char *fallback = place.option->fallback;
        const char *zero = option_values[place.option->kind].zero;
        const char *problem = place_set(&place, fallback != NULL ? fallback : zero);

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
    char name[NAME_OCTETS];
    struct nearest nearest;

    nearest_begin(&nearest, wanted, wanted_len);
    for (struct place at = before_first(r->groups, r->n); next_place(&at);) {
        place_name(&at, name);
        nearest_offer(&nearest, name);
    }
    if (nearest.name[0] != '\0') {
        hint[0] = " (did you mean -";
        hint[1] = nearest.name;
        hint[2] = "?)";
    }
    snprintf(r->message, r->message_size, "flag provided but not defined: -%.*s%s%s%s",
             (int)wanted_len, wanted, hint[0], hint[1], hint[2]);
    return OPTIONS_INVALID;
}

static enum option_result refuse_value(const struct reader *r, const struct place *place,
                                       const char *value, const char *problem)
{
    const bool is_bool = place->option->kind == OPTION_BOOL;
    char quoted[QUOTED_OCTETS];
    char name[NAME_OCTETS];

    place_name(place, name);
    snprintf(r->message, r->message_size, "invalid %svalue %s for %s-%s: %s (expected %s)",
             is_bool ? "boolean " : "", quote(value, quoted), is_bool ? "" : "flag ", name, problem,
             option_values[place->option->kind].expected);
    return OPTIONS_INVALID;
}

static enum option_result refuse_missing(const struct reader *r, const struct place *place)
{
    char name[NAME_OCTETS];

    place_name(place, name);
    snprintf(r->message, r->message_size, "flag needs an argument: -%s (expected %s)", name,
             option_values[place->option->kind].expected);
    return OPTIONS_INVALID;
}

/* Sets the option named; value is what stood behind '=', or NULL. */
static enum option_result read_value(struct reader *r, const struct place *place, const char *value)
{
    const char *problem;

    if (value == NULL && place->option->kind == OPTION_BOOL) {
        value = "true";
    } else if (value == NULL && r->at == r->argc) {
        return refuse_missing(r, place);
    } else if (value == NULL) {
        value = r->argv[r->at++];
    }
    problem = place_set(place, value);
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
    struct place place = before_first(r->groups, r->n);

    if (len == 0 || *name == '-') {
        snprintf(r->message, r->message_size,
                 "bad flag syntax: %s (expected -name value or -name=value)", argument);
        return OPTIONS_INVALID;
    }
    if (find_place(&place, name, len)) {
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

/* Finds the first name behind the one in name, and puts it there; false behind the last. */
static bool next_by_name(const struct option_group *groups, size_t n, struct place *next,
                         char name[static NAME_OCTETS])
{
    char least[NAME_OCTETS] = "";
    char other[NAME_OCTETS];

    for (struct place at = before_first(groups, n); next_place(&at);) {
        place_name(&at, other);
        if (strcmp(other, name) > 0 && (*least == '\0' || strcmp(other, least) < 0)) {
            memcpy(least, other, NAME_OCTETS);
            *next = at;
        }
    }
    memcpy(name, least, NAME_OCTETS);
    return *least != '\0';
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

void options_print_usage(const struct option_group *groups, size_t n, const char *usage)
{
    char name[NAME_OCTETS] = "";
    struct place place;

    fprintf(stderr, "%s\n", usage);
    while (next_by_name(groups, n, &place, name)) {
        print_option(place.option, name);
    }
}
