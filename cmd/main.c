// SPDX-License-Identifier: Apache-2.0
/* weir: the table of its subcommands, and nothing else. */
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "cmd/collect.h"
#include "cmd/kafka.h"
#include "cmd/replay.h"
#include "cmd/schema.h"

static const struct command {
    const char *name;
    int (*run)(int argc, char **argv);
    const char *help;
} commands[] = {
    {"collect", collect_main, "receive flows over UDP and send them on (the default)"},
    {"check", check_main, "check the options and files of collect: exit 0 if they are right"},
    {"schema", schema_main, "print what a record looks like: the .proto file of -format bin"},
    {"kafka", kafka_main, "create-topics: make the topic that -transport kafka sends to"},
    {"replay", replay_main, "run captures through the same pipeline, or send them to a UDP port"},
};

enum { COMMANDS = sizeof(commands) / sizeof(commands[0]) };

static const struct command *find_command(const char *name)
{
    for (size_t i = 0; i < COMMANDS; i++) {
        if (strcmp(name, commands[i].name) == 0) {
            return &commands[i];
        }
    }
    return NULL;
}

static void print_commands(void)
{
    fprintf(stderr, "Subcommands of weir, each with a -h of its own:\n");
    for (size_t i = 0; i < COMMANDS; i++) {
        fprintf(stderr, "  %-9s %s\n", commands[i].name, commands[i].help);
    }
}

static bool is_help(const char *argument)
{
    const char *name = argument + (strncmp(argument, "--", 2) == 0 ? 2 : 1);

    return strcmp(name, "h") == 0 || strcmp(name, "help") == 0;
}

int main(int argc, char **argv)
{
    const struct command *command;

    if (argc < 2 || argv[1][0] == '-') {
        if (argc > 1 && is_help(argv[1])) {
            print_commands();
            fprintf(stderr, "\n");
        }
        return collect_main(argc, argv);
    }
    command = find_command(argv[1]);
    if (command == NULL) {
        fprintf(stderr, "weir: there is no subcommand %s\n", argv[1]);
        print_commands();
        return 2;
    }
    return command->run(argc - 1, argv + 1);
}
