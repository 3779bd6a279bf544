// SPDX-License-Identifier: Apache-2.0
/* weir man: the usage texts and option tables of all subcommands, as roff (man(7)). */
#include "cmd/man.h"

#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "cmd/command.h"
#include "lib/option/value.h"

enum { EXPLAINED_MAX = 512 };

static const char usage[] = "Usage: weir man\n\n"
                            "Prints the manual page of weir, for man -l -.\n\nOptions:";

static const char head[] = ".TH WEIR 1 \"\" \"weir " WEIR_VERSION "\" \"User Commands\"\n"
                           ".SH NAME\n"
                           "weir \\- UDP flow collector: NetFlow, IPFIX and sFlow in, JSON out\n"
                           ".SH SYNOPSIS\n";

static const char tail[] =
    ".SH ENVIRONMENT\n"
    "Every option is also a variable:\n"
    ".B \\-transport.file.sep\nis\n.BR WEIR_TRANSPORT_FILE_SEP .\n"
    "It stands above the configuration file, and the command line above both.\n"
    ".TP\n.BR KAFKA_SASL_USER \", \" KAFKA_SASL_PASS\n"
    "User and password for Kafka.\n"
    ".TP\n.BR NOTIFY_SOCKET \", \" WATCHDOG_USEC \", \" LISTEN_FDS\n"
    "How a service manager is told that weir is ready and works, and which sockets it passes.\n"
    ".SH FILES\n"
    ".TP\n.I /etc/weir/weir.yaml\nWhat weir.service starts with.\n"
    ".TP\n.I /etc/default/weir\nVariables for weir.service.\n"
    ".TP\n.IR /var/lib/weir \", \" /var/log/weir\n"
    "State and records of weir.service.\n"
    ".SH EXIT STATUS\n"
    ".TP\n.B 0\nDone.\n"
    ".TP\n.B 1\nA value means nothing, or a start, an input or an output failed.\n"
    ".TP\n.B 2\nThe command line cannot be read.\n"
    ".PP\nAll of them stand in\n.IR /usr/share/doc/weir/configuration.md .\n"
    ".SH SEE ALSO\n"
    ".BR systemd.socket (5),\nand the documents in\n.IR /usr/share/doc/weir .\n";

/* What is printed so far. */
struct page {
    const struct option *explained[EXPLAINED_MAX];
    size_t n;
};

static bool is_explained(const struct page *page, const struct option *option)
{
    for (size_t i = 0; i < page->n; i++) {
        if (page->explained[i] == option) {
            return true;
        }
    }
    return false;
}

/* A dash is a hyphen to roff, and a line that begins with a dot or an apostrophe a request. */
static void put_text(const char *text, size_t len)
{
    bool begins_line = true;

    for (size_t i = 0; i < len; i++) {
        if (begins_line && (text[i] == '.' || text[i] == '\'')) {
            (void)fputs("\\&", stdout);
        }
        if (text[i] == '\\' || text[i] == '-') {
            (void)fputs(text[i] == '-' ? "\\" : "\\e", stdout);
        }
        if (text[i] != '\\') {
            (void)putchar(text[i]);
        }
        begins_line = text[i] == '\n';
    }
}

static void put_string(const char *text)
{
    put_text(text, strlen(text));
}

/* An empty line divides paragraphs. */
static void put_paragraphs(const char *text, size_t len)
{
    const char *end = text + len;

    while (text < end) {
        const char *gap = strstr(text, "\n\n");
        const char *stop = gap == NULL || gap > end ? end : gap;

        (void)fputs(".PP\n", stdout);
        put_text(text, (size_t)(stop - text));
        (void)putchar('\n');
        text = stop + 2;
    }
}

static void put_default(const struct option *option)
{
    const char *fallback = option->fallback;

    if (fallback != NULL && strcmp(fallback, option_values[option->kind].zero) != 0) {
        (void)fputs(" (default ", stdout);
        put_string(strcmp(fallback, "\n") == 0 ? "a new line" : fallback);
        (void)putchar(')');
    }
}

static void put_option(const struct option_place *place)
{
    (void)fputs(".TP\n.BI \\-", stdout);
    put_string(place->name);
    if (*option_values[place->option->kind].name != '\0') {
        (void)printf(" \" %s\"", option_values[place->option->kind].name);
    }
    (void)putchar('\n');
    put_string(place->option->help);
    put_default(place->option);
    (void)putchar('\n');
}

/* Between "Usage: " and the line's end. */
static const char *synopsis_of(const char *text, size_t *len)
{
    text += strcspn(text, " ");
    text += *text == ' ' ? 1 : 0;
    *len = strcspn(text, "\n");
    return text;
}

static void put_synopsis(const struct option_group *groups, size_t n, const char *text, void *arg)
{
    size_t len;
    const char *synopsis = synopsis_of(text, &len);

    (void)groups;
    (void)n;
    (void)arg;
    (void)fputs(".B ", stdout);
    put_text(synopsis, len);
    (void)fputs("\n.br\n", stdout);
}

/* The last paragraph is the heading of the options. */
static void put_description(const char *text)
{
    size_t len;
    const char *body = synopsis_of(text, &len) + len;
    const char *end;

    body += strspn(body, "\n");
    end = body;
    for (const char *gap = body; (gap = strstr(gap, "\n\n")) != NULL; gap++) {
        end = gap;
    }
    put_paragraphs(body, (size_t)(end - body));
}

/* Options of more than one subcommand are explained where they come first. */
static void put_options(struct page *page, const struct option_group *groups, size_t n)
{
    const size_t before = page->n;
    char name[OPTION_NAME_MAX] = "";
    struct option_place place;
    bool again = false;

    while (options_next_by_name(groups, n, &place, name)) {
        if (is_explained(page, place.option)) {
            again = true;
        } else if (page->n < EXPLAINED_MAX) {
            page->explained[page->n++] = place.option;
            put_option(&place);
        }
    }
    if (again) {
        (void)printf(".PP\nIt %stakes options of subcommands above.\n",
                     page->n == before ? "" : "also ");
    }
}

static void put_section(const struct option_group *groups, size_t n, const char *text, void *arg)
{
    size_t len;
    const char *synopsis = synopsis_of(text, &len);

    (void)fputs(".SS ", stdout);
    put_text(synopsis, len);
    (void)putchar('\n');
    put_description(text);
    put_options(arg, groups, n);
}

static void put_each(const struct usage_reader *reader)
{
    for (const struct command *at = commands; at->name != NULL; at++) {
        command_describe(at, reader);
    }
}

static void put_page(void)
{
    struct page page = {.n = 0};

    (void)fputs(head, stdout);
    put_each(&(const struct usage_reader){put_synopsis, NULL});
    (void)fputs(".SH DESCRIPTION\n", stdout);
    put_each(&(const struct usage_reader){put_section, &page});
    (void)fputs(tail, stdout);
}

int man_main(int argc, char **argv)
{
    int first;
    const int code = command_read_options("man", usage, NULL, 0, argc, argv, &first);

    if (code >= 0) {
        return code;
    }
    if (command_take_no_argument("man", argc, argv, first) != 0) {
        return 2;
    }
    put_page();
    return command_end_output("man", 0);
}
