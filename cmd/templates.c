// SPDX-License-Identifier: Apache-2.0
// The page /templates.
#include "cmd/templates.h"

#include <json-c/json.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/state/goflow2.h"
#include "lib/state/text.h"

enum {
    OK = 200,
    SERVER_ERROR = 500,
    SLICE = 8,
    OCTETS_MAX = 128 << 20,
    FORM = JSON_C_TO_STRING_PRETTY | JSON_C_TO_STRING_SPACED | JSON_C_TO_STRING_NOSLASHESCAPE,
};

/* --- What the workers know --- */

struct portion {
    struct state_text text;
    size_t cursor;
};

static void add_text(struct pipeline *pipeline, void *arg)
{
    struct portion *portion = arg;

    portion->cursor = state_text_add(&portion->text, pipeline->exporters, portion->cursor, SLICE);
}

static bool may_grow(const struct state_text *text)
{
    return text->len < OCTETS_MAX && !text->failed;
}

/* Lines of all exporters; what is beyond the bound is left out. */
static void gather(struct worker *const *workers, unsigned n, struct state_text *text)
{
    struct portion portion = {.cursor = 0};

    for (unsigned i = 0; i < n; i++) {
        bool answered = true;

        portion.cursor = 0;
        do {
            state_text_reserve(&portion.text);
            answered = may_grow(&portion.text) && worker_call(workers[i], add_text, &portion);
        } while (answered && portion.cursor != 0);
    }
    *text = portion.text;
}

/* --- In the order of their names --- */

/* A line, and the name of its exporter. */
struct row {
    char name[STATE_GOFLOW2_NAME_MAX];
    const char *line;
    size_t len;
};

static struct json_object *parse(const struct row *row)
{
    struct json_tokener *tokener = json_tokener_new();
    struct json_object *line = NULL;

    if (tokener != NULL) {
        line = json_tokener_parse_ex(tokener, row->line, (int)row->len);
        json_tokener_free(tokener);
    }
    return line;
}

static size_t count_lines(const struct state_text *text)
{
    size_t n = 0;

    for (size_t i = 0; i < text->len; i++) {
        n += text->data[i] == '\n';
    }
    return n;
}

/* Fills rows, of which there are as many as lines; returns how many have a name. */
static size_t name_lines(const struct state_text *text, struct row *rows)
{
    const char *at = text->len == 0 ? "" : text->data;
    const char *const end = at + text->len;
    const char *next;
    size_t n = 0;

    while (at < end && (next = memchr(at, '\n', (size_t)(end - at))) != NULL) {
        struct json_object *line;

        rows[n].line = at;
        rows[n].len = (size_t)(next - at);
        line = parse(&rows[n]);
        n += state_goflow2_name(line, rows[n].name);
        json_object_put(line);
        at = next + 1;
    }
    return n;
}

/* Lines of one exporter stay in the order of the workers. */
static int by_name(const void *a_, const void *b_)
{
    const struct row *a = a_;
    const struct row *b = b_;
    const int order = strcmp(a->name, b->name);

    return order != 0 ? order : (a->line > b->line) - (a->line < b->line);
}

/* --- Writing --- */

static int by_text(const void *a, const void *b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

/* The same members, in the order of their names. */
static struct json_object *sorted(struct json_object *object)
{
    const size_t n = (size_t)json_object_object_length(object);
    const char **names = calloc(n + 1, sizeof(*names));
    struct json_object *copy = json_object_new_object();
    size_t i = 0;

    if (names == NULL) {
        return copy;
    }
    json_object_object_foreach(object, key, ignored)
    {
        (void)ignored;
        names[i++] = key;
    }
    qsort(names, n, sizeof(*names), by_text);
    for (i = 0; i < n; i++) {
        (void)json_object_object_add(copy, names[i],
                                     json_object_get(json_object_object_get(object, names[i])));
    }
    free(names);
    return copy;
}

/* One exporter, of n lines: a member of the whole, with a line break before it. */
static void write_exporter(FILE *out, const struct row *rows, size_t n)
{
    struct json_object *templates = json_object_new_object();
    struct json_object *whole = json_object_new_object();
    const char *text;
    size_t len;

    for (size_t i = 0; i < n; i++) {
        struct json_object *line = parse(&rows[i]);

        state_goflow2_add(templates, line);
        json_object_put(line);
    }
    (void)json_object_object_add(whole, rows->name, sorted(templates));
    text = json_object_to_json_string_length(whole, FORM, &len);
    (void)fwrite(text + 1, 1, len - 3, out); /* without the braces of the whole */
    json_object_put(whole);
    json_object_put(templates);
}

static void write_all(FILE *out, const struct row *rows, size_t n)
{
    size_t same;

    (void)fputc('{', out);
    for (size_t i = 0; i < n; i += same) {
        for (same = 1; i + same < n && strcmp(rows[i].name, rows[i + same].name) == 0;) {
            same++;
        }
        if (i > 0) {
            (void)fputc(',', out);
        }
        write_exporter(out, &rows[i], same);
    }
    (void)fputs(n > 0 ? "\n}" : "}", out);
}

/* False if there is no memory. */
static bool write_page(const struct state_text *text, struct http_answer *answer)
{
    struct row *rows = calloc(count_lines(text) + 1, sizeof(*rows));
    FILE *out = rows == NULL ? NULL : open_memstream(&answer->body, &answer->len);
    bool written = false;

    if (out != NULL) {
        const size_t n = name_lines(text, rows);

        qsort(rows, n, sizeof(*rows), by_name);
        write_all(out, rows, n);
        written = ferror(out) == 0;
        written = fclose(out) == 0 && written;
    }
    free(rows);
    return written && !text->failed;
}

void templates_answer(struct worker *const *workers, unsigned n, struct http_answer *answer)
{
    struct state_text text;

    gather(workers, n, &text);
    *answer = (struct http_answer){.status = OK, .media_type = "application/json"};
    if (!write_page(&text, answer)) {
        free(answer->body);
        http_answer_text(answer, SERVER_ERROR, "no memory for the templates\n");
    }
    state_text_free(&text);
}
