// SPDX-License-Identifier: Apache-2.0
/* Files of prefixes, one a line: for those that are too many to write into YAML. */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/subscriber/pool_prefixes.h"

enum { LINE_OCTETS = 512 };

struct line_reader {
    struct pool_prefixes *prefixes;
    const struct pool_rule *rule;
    const char *path;
    uint32_t line;
    char *message;
    size_t message_size;
};

static bool refuse(const struct line_reader *r, const char *text, size_t len, const char *wrong)
{
    (void)snprintf(r->message, r->message_size, "%s:%" PRIu32 ":1: \"%.*s\" %s", r->path, r->line,
                   (int)len, text, wrong);
    return false;
}

/* Blanks around a prefix and what stands behind # mean nothing. */
static bool read_line(struct line_reader *r, const char *line)
{
    static const char blanks[] = " \t\r\n";
    const char *text = line + strspn(line, blanks);
    const size_t len = strcspn(text, " \t\r\n#");
    const char *rest = text + len + strspn(text + len, blanks);
    const char *wrong;

    if (*rest != '\0' && *rest != '#') {
        return refuse(r, text, strcspn(text, "#\r\n"), "is more than a prefix");
    }
    if (len == 0) {
        return true;
    }
    wrong =
        pool_prefixes_add(r->prefixes, text, len, r->rule, PLACE_IN_LINES + r->prefixes->n_lines);
    return wrong == NULL || refuse(r, text, len, wrong);
}

static bool read_lines(struct line_reader *r, FILE *file)
{
    char line[LINE_OCTETS];

    while (fgets(line, sizeof(line), file) != NULL) {
        r->line++;
        if (strlen(line) == sizeof(line) - 1) {
            return refuse(r, line, 32, "begins a line that is too long");
        }
        if (!read_line(r, line)) {
            return false;
        }
        if (r->prefixes->n_lines++ == PLACE_IN_LINES - 1) {
            return refuse(r, "", 0, "has no room: too many lines");
        }
    }
    return true;
}

static bool remember_file(struct pool_prefixes *prefixes, const char *path)
{
    struct line_file *files =
        realloc(prefixes->files, (prefixes->n_files + 1) * sizeof(*prefixes->files));

    if (files == NULL) {
        return false;
    }
    prefixes->files = files;
    files[prefixes->n_files] = (struct line_file){strdup(path), prefixes->n_lines};
    return files[prefixes->n_files++].path != NULL;
}

bool pool_lines_read(struct pool_prefixes *prefixes, const char *path, const struct pool_rule *rule,
                     char *message, size_t message_size)
{
    struct line_reader r = {prefixes, rule, path, 0, message, message_size};
    FILE *file = remember_file(prefixes, path) ? fopen(path, "re") : NULL;
    bool done;

    if (file == NULL) {
        (void)snprintf(message, message_size, "%s: %s", path, strerror(errno));
        return false;
    }
    done = read_lines(&r, file);
    if (done && ferror(file) != 0) {
        (void)snprintf(message, message_size, "%s: %s", path, strerror(errno));
        done = false;
    }
    (void)fclose(file);
    return done;
}

void pool_lines_name(const struct pool_prefixes *prefixes, uint32_t place, char *name, size_t size)
{
    const uint32_t number = place - PLACE_IN_LINES;
    size_t at = prefixes->n_files - 1;

    while (at > 0 && prefixes->files[at].lines_before > number) {
        at--;
    }
    (void)snprintf(name, size, "%s:%" PRIu32 ":1", prefixes->files[at].path,
                   number - prefixes->files[at].lines_before + 1);
}
