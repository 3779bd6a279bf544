// SPDX-License-Identifier: Apache-2.0
/* weir: finds the subcommand, and nothing else. */
#include <fcntl.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "cmd/command.h"
#include "cmd/help.h"

/* -word or --word. */
static bool is_option(const char *argument, const char *word)
{
    return strcmp(argument + (strncmp(argument, "--", 2) == 0 ? 2 : 1), word) == 0;
}

/* What every program is asked, and no subcommand has an option for. */
static int run_without_name(int argc, char **argv)
{
    char *words[] = {argv[0], NULL};

    if (argc > 1 && (is_option(argv[1], "h") || is_option(argv[1], "help"))) {
        return help_main(1, words);
    }
    if (argc > 1 && is_option(argv[1], "version")) {
        return version_main(1, words);
    }
    return commands[0].run(argc, argv);
}

/*
 * A file or socket of ours would take the number of a closed descriptor, and get what is meant for
 * standard output.  Input and output are opened the wrong way round: who uses them is told so.
 */
static void fill_closed_descriptors(void)
{
    static const int modes[] = {
        [STDIN_FILENO] = O_WRONLY, [STDOUT_FILENO] = O_RDONLY, [STDERR_FILENO] = O_WRONLY};

    for (int fd = 0; fd <= STDERR_FILENO; fd++) {
        if (fcntl(fd, F_GETFD) < 0) {
            (void)open("/dev/null", modes[fd]); // NOLINT: it is to live as long as the process
        }
    }
}

int main(int argc, char **argv)
{
    const struct command *command;

    /* A file that grows beyond the process's limit is an error of the write, not the end. */
    (void)signal(SIGXFSZ, SIG_IGN);
    fill_closed_descriptors();
    if (argc < 2 || argv[1][0] == '-') {
        return run_without_name(argc, argv);
    }
    command = command_find(argv[1]);
    if (command == NULL) {
        fprintf(stderr, "weir: there is no subcommand %s\n", argv[1]);
        command_list();
        return 2;
    }
    return command->run(argc - 1, argv + 1);
}
