// SPDX-License-Identifier: Apache-2.0
/* weir completion: subcommands and options for the shells, out of their tables. */
#include "cmd/completion.h"

#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "cmd/command.h"
#include "lib/option/value.h"

/* Between apostrophes of a shell; a backslash before each character of special. */
static void put_quoted(const char *text, const char *special)
{
    for (; *text != '\0'; text++) {
        if (*text == '\'') {
            (void)fputs("'\\''", stdout);
        } else if (*text == '\n') {
            (void)putchar(' ');
        } else {
            (void)printf("%s%c", strchr(special, *text) != NULL ? "\\" : "", *text);
        }
    }
}

static bool takes_value(const struct option_place *place)
{
    return *option_values[place->option->kind].name != '\0';
}

/* How a shell writes an option of a subcommand. */
struct option_writer {
    const struct command *command;
    void (*put)(const struct command *command, const struct option_place *place);
};

static void put_each(const struct option_group *groups, size_t n, const char *text, void *arg)
{
    const struct option_writer *writer = arg;
    char name[OPTION_NAME_MAX] = "";
    struct option_place place;

    (void)text;
    while (options_next_by_name(groups, n, &place, name)) {
        writer->put(writer->command, &place);
    }
}

static void put_options(const struct command *command,
                        void (*put)(const struct command *command, const struct option_place *))
{
    struct option_writer writer = {command, put};

    command_describe(command, &(const struct usage_reader){put_each, &writer});
}

/* --- bash --- */

/* What is neither an option nor a subcommand may be a file. */
static const char bash_function[] =
    ")\n"
    "_weir()\n"
    "{\n"
    "    local word=${COMP_WORDS[COMP_CWORD]} command=${COMP_WORDS[1]:-collect}\n"
    "    [[ -n ${_weir_options[$command]+there} ]] || command=collect\n"
    "    COMPREPLY=()\n"
    "    if [[ $word == -* ]]; then\n"
    "        mapfile -t COMPREPLY < <(compgen -W \"${_weir_options[$command]}\" -- \"$word\")\n"
    "    elif [[ $COMP_CWORD -eq 1 ]]; then\n"
    "        mapfile -t COMPREPLY < <(compgen -W \"${!_weir_options[*]}\" -- \"$word\")\n"
    "    fi\n"
    "}\n"
    "complete -o default -F _weir weir\n";

static void put_bash_option(const struct command *command, const struct option_place *place)
{
    (void)command;
    (void)printf("-%s ", place->name);
}

static void print_bash(void)
{
    (void)fputs("# bash completion of weir, printed by: weir completion bash\n"
                "declare -gA _weir_options=(\n",
                stdout);
    for (const struct command *at = commands; at->name != NULL; at++) {
        (void)printf("    [%s]='", at->name);
        put_options(at, put_bash_option);
        (void)fputs("'\n", stdout);
    }
    (void)fputs(bash_function, stdout);
}

/* --- zsh --- */

static const char zsh_special[] = "[]:\\";

static const char zsh_first_word[] = ")\n"
                                     "if (( CURRENT == 2 )) && [[ $words[2] != -* ]]; then\n"
                                     "    _describe subcommand weir_subcommands\n"
                                     "    return\n"
                                     "fi\n";

static const char zsh_other_words[] = "local table=weir_$words[2]\n"
                                      "[[ -v $table ]] || table=weir_collect\n"
                                      "_arguments \"${(@P)table}\" '*:file:_files'\n";

static void put_zsh_option(const struct command *command, const struct option_place *place)
{
    (void)command;
    (void)printf("    '-%s[", place->name);
    put_quoted(place->option->help, zsh_special);
    (void)printf("]%s'\n", takes_value(place) ? ":value:_files" : "");
}

static void print_zsh(void)
{
    (void)fputs("#compdef weir\n"
                "# zsh completion of weir, printed by: weir completion zsh\n"
                "local -a weir_subcommands=(\n",
                stdout);
    for (const struct command *at = commands; at->name != NULL; at++) {
        (void)printf("    '%s:", at->name);
        put_quoted(at->help, zsh_special);
        (void)fputs("'\n", stdout);
    }
    (void)fputs(zsh_first_word, stdout);
    for (const struct command *at = commands; at->name != NULL; at++) {
        (void)printf("local -a weir_%s=(\n", at->name);
        put_options(at, put_zsh_option);
        (void)fputs(")\n", stdout);
    }
    (void)fputs(zsh_other_words, stdout);
}

/* --- fish --- */

static void put_fish_subcommand(const struct command *command)
{
    (void)printf("complete -c weir -n __fish_use_subcommand -a %s -d '", command->name);
    put_quoted(command->help, "\\");
    (void)fputs("'\n", stdout);
}

/* The first subcommand need not be named. */
static void put_fish_condition(const struct command *command)
{
    if (command != commands) {
        (void)printf("'__fish_seen_subcommand_from %s'", command->name);
        return;
    }
    (void)fputs("'not __fish_seen_subcommand_from", stdout);
    for (const struct command *at = commands + 1; at->name != NULL; at++) {
        (void)printf(" %s", at->name);
    }
    (void)putchar('\'');
}

static void put_fish_option(const struct command *command, const struct option_place *place)
{
    (void)fputs("complete -c weir -n ", stdout);
    put_fish_condition(command);
    (void)printf(" -o %s%s -d '", place->name, takes_value(place) ? " -r" : "");
    put_quoted(place->option->help, "\\");
    (void)fputs("'\n", stdout);
}

static void print_fish(void)
{
    (void)fputs("# fish completion of weir, printed by: weir completion fish\n", stdout);
    for (const struct command *at = commands; at->name != NULL; at++) {
        put_fish_subcommand(at);
        put_options(at, put_fish_option);
    }
}

/* --- The subcommand --- */

static const struct shell {
    const char *name;
    void (*print)(void);
} shells[] = {
    {"bash", print_bash},
    {"zsh", print_zsh},
    {"fish", print_fish},
};

static const char usage[] =
    "Usage: weir completion bash|zsh|fish\n\n"
    "Prints what makes the shell complete command lines of weir.  To try it in bash:\n"
    "source <(weir completion bash)\n\nOptions:";

static int print_for(const char *name)
{
    for (size_t i = 0; i < sizeof(shells) / sizeof(shells[0]); i++) {
        if (strcmp(shells[i].name, name) == 0) {
            shells[i].print();
            return command_end_output("completion", 0);
        }
    }
    (void)fprintf(stderr, "weir completion: bash, zsh and fish are known, not %s\n", name);
    return 2;
}

int completion_main(int argc, char **argv)
{
    int first;
    const int code = command_read_options("completion", usage, NULL, 0, argc, argv, &first);

    if (code >= 0) {
        return code;
    }
    if (first + 1 != argc) {
        (void)fprintf(stderr, "weir completion: needs one shell: bash, zsh or fish\n");
        return 2;
    }
    return print_for(argv[first]);
}
