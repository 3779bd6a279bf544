// SPDX-License-Identifier: Apache-2.0
/* weir help and weir version: for those who ask without a dash. */
#include "cmd/help.h"

#include <stdio.h>

#include "cmd/command.h"

static const char help_usage[] =
    "Usage: weir help [SUBCOMMAND]\n\n"
    "Prints the options of weir and its subcommands, or those of one subcommand.\n\nOptions:";

static const char version_usage[] = "Usage: weir version\n\n"
                                    "Prints the version of weir.\n\nOptions:";

static int help_of(char *name)
{
    const struct command *command = command_find(name);
    char *argv[] = {name, (char[]){"-h"}, NULL};

    if (command == NULL) {
        (void)fprintf(stderr, "weir: there is no subcommand %s\n", name);
        command_list();
        return 2;
    }
    return command->run(2, argv);
}

int help_main(int argc, char **argv)
{
    char *collect[] = {(char[]){"weir"}, (char[]){"-h"}, NULL};
    int first;
    const int code = command_read_options("help", help_usage, NULL, 0, argc, argv, &first);

    if (code >= 0) {
        return code;
    }
    if (first < argc) {
        return command_take_no_argument("help", argc, argv, first + 1) != 0 ? 2
                                                                            : help_of(argv[first]);
    }
    command_list();
    (void)fprintf(stderr, "\n");
    return commands[0].run(2, collect);
}

int version_print(void)
{
    (void)printf("weir %s\n", WEIR_VERSION);
    return command_end_output("version", 0);
}

int version_main(int argc, char **argv)
{
    int first;
    const int code = command_read_options("version", version_usage, NULL, 0, argc, argv, &first);

    if (code >= 0) {
        return code;
    }
    return command_take_no_argument("version", argc, argv, first) != 0 ? 2 : version_print();
}
