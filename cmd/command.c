// SPDX-License-Identifier: Apache-2.0
/* The table of subcommands. */
#include "cmd/command.h"

#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "cmd/collect.h"
#include "cmd/completion.h"
#include "cmd/explain.h"
#include "cmd/health.h"
#include "cmd/help.h"
#include "cmd/kafka.h"
#include "cmd/man.h"
#include "cmd/replay.h"
#include "cmd/schema.h"

enum { MESSAGE_OCTETS = 512 };

const struct command commands[] = {
    {"collect", collect_main, "receive flows over UDP and send them on (the default)"},
    {"check", check_main, "check the options and files of collect: exit 0 if they are right"},
    {"health", health_main, "ask the collector on this host how it is: exit 0 if it is well"},
    {"schema", schema_main, "print what a record looks like, for ksqlDB, ClickHouse and others"},
    {"kafka", kafka_main, "create-topics: make the topic that -transport kafka sends to"},
    {"replay", replay_main, "run captures through the same pipeline, or send them to a UDP port"},
    {"explain", explain_main,
     "print the datagrams of captures field by field, and the rules broken"},
    {"help", help_main, "print the options of weir, or of a subcommand"},
    {"version", version_main, "print the version"},
    {"man", man_main, "print this program's manual page, for man -l -"},
    {"completion", completion_main, "print what makes bash, zsh or fish complete command lines"},
    {NULL, NULL, NULL},
};

const struct command *command_find(const char *name)
{
    for (const struct command *at = commands; at->name != NULL; at++) {
        if (strcmp(name, at->name) == 0) {
            return at;
        }
    }
    return NULL;
}

void command_list(void)
{
    (void)fprintf(stderr, "Subcommands of weir, each with a -h of its own:\n");
    for (const struct command *at = commands; at->name != NULL; at++) {
        (void)fprintf(stderr, "  %-10s %s\n", at->name, at->help);
    }
}

int command_refuse(const char *name, const char *message)
{
    const char *gap = name == NULL ? "" : " ";

    name = name == NULL ? "" : name;
    (void)fprintf(stderr, "weir%s%s: %s\n\"weir%s%s -h\" lists all options\n", gap, name, message,
                  gap, name);
    return 2;
}

int command_read_options(const char *name, const char *usage, const struct option_group *groups,
                         size_t n, int argc, char **argv, int *first)
{
    char message[MESSAGE_OCTETS];

    options_set_defaults(groups, n);
    switch (options_parse(groups, n, argc, argv, first, message, sizeof(message))) {
    case OPTIONS_HELP:
        options_print_usage(groups, n, usage);
        return 0;
    case OPTIONS_INVALID:
        return command_refuse(name, message);
    case OPTIONS_DONE:
        break;
    }
    return -1;
}

/* A boolean's value that stands where Go's flags read none. */
static bool is_value_of_boolean(const char *argument, const char *before)
{
    return (strcmp(argument, "true") == 0 || strcmp(argument, "false") == 0) && *before == '-' &&
           strchr(before, '=') == NULL;
}

int command_take_no_argument(const char *name, int argc, char **argv, int first)
{
    const char *argument = argv[first];

    if (first == argc) {
        return 0;
    }
    (void)fprintf(stderr, "weir %s: takes no argument, but was given %s", name, argument);
    if (is_value_of_boolean(argument, argv[first - 1])) {
        (void)fprintf(stderr, "; give %s=%s", argv[first - 1], argument);
    }
    (void)fputc('\n', stderr);
    return 2;
}

int command_take_no_option(const char *name, const char *what, char **arguments)
{
    for (char **at = arguments; *at != NULL; at++) {
        if ((*at)[0] == '-' && (*at)[1] != '\0' && access(*at, F_OK) != 0) {
            (void)fprintf(stderr, "weir %s: options stand before %s: %s\n", name, what, *at);
            return 2;
        }
    }
    return 0;
}

int command_end_output(const char *name, int status)
{
    if (fflush(stdout) == 0 && ferror(stdout) == 0) {
        return status;
    }
    (void)fprintf(stderr, "weir %s: cannot write to standard output\n", name);
    return 1;
}

void command_describe(const struct command *command, const struct usage_reader *reader)
{
    char name[OPTION_NAME_MAX];
    char *argv[] = {name, (char[]){"-h"}, NULL};

    name[0] = '\0';
    (void)strncat(name, command->name, sizeof(name) - 1);
    options_divert_usage(reader);
    (void)command->run(2, argv);
    options_divert_usage(NULL);
}
