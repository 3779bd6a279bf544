// SPDX-License-Identifier: Apache-2.0
/* weir: finds the subcommand, and nothing else. */
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "cmd/command.h"

static void print_commands(void)
{
    fprintf(stderr, "Subcommands of weir, each with a -h of its own:\n");
    for (const struct command *at = commands; at->name != NULL; at++) {
        fprintf(stderr, "  %-10s %s\n", at->name, at->help);
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

    /* A file that grows beyond the process's limit is an error of the write, not the end. */
    (void)signal(SIGXFSZ, SIG_IGN);
    if (argc < 2 || argv[1][0] == '-') {
        if (argc > 1 && is_help(argv[1])) {
            print_commands();
            fprintf(stderr, "\n");
        }
        return commands[0].run(argc, argv);
    }
    command = command_find(argv[1]);
    if (command == NULL) {
        fprintf(stderr, "weir: there is no subcommand %s\n", argv[1]);
        print_commands();
        return 2;
    }
    return command->run(argc - 1, argv + 1);
}
