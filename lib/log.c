// SPDX-License-Identifier: Apache-2.0
// The log: a line is put together on the stack and leaves in one write.
#include "lib/log.h"

#include <errno.h>
#include <poll.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>
#include <time.h>
#include <unistd.h>

#include "lib/utf8.h"

/* No pipe tears a line of this length (PIPE_BUF on Linux). */
enum { LINE_OCTETS = 4096 };

/* Kept free for the end of a line that had to be cut: a quote, and the mark that says so. */
enum { CUT_OCTETS = sizeof("\",\"cut\":\"true\"}\n") };

/* What stands around the attributes of a line. */
struct form {
    const char *open;
    const char *between;
    const char *before_name;
    const char *after_name;
    const char *close;
    bool always_quoted;
};

struct line {
    const struct form *form;
    size_t limit;
    size_t used;
    bool cut;
    char data[LINE_OCTETS];
};

static const struct form text_form = {"", " ", "", "=", "\n", false};
static const struct form json_form = {"{", ",", "\"", "\":", "}\n", true};

static const char *const level_names[] = {
    [LOG_LEVEL_DEBUG] = "DEBUG",
    [LOG_LEVEL_INFO] = "INFO",
    [LOG_LEVEL_WARN] = "WARN",
    [LOG_LEVEL_ERROR] = "ERROR",
};

enum { LEVEL_COUNT = sizeof(level_names) / sizeof(level_names[0]) };

static _Atomic(enum log_level) lowest_level = LOG_LEVEL_INFO;
static _Atomic(const struct form *) chosen_form = &text_form;

enum { READER_MS = 100 /* so long a reader may be busy */ };

/* One line at a time, so that the room that one finds is not taken by another. */
static pthread_mutex_t sending = PTHREAD_MUTEX_INITIALIZER;
static bool stands_still;         /* standard error, when it was last asked */
static _Atomic uint64_t left_out; /* lines that found no room, since one did */

/* U+2028 and U+2029 end a line for some readers. */
static bool ends_line(const unsigned char *c)
{
    return c[0] == 0xe2 && c[1] == 0x80 && (c[2] == 0xa8 || c[2] == 0xa9);
}

/* U+0080 to U+009F. */
static bool is_control(const unsigned char *c)
{
    return c[0] == 0xc2 && c[1] < 0xa0;
}

/* Octets of the character at text, 0 if it may not stand in a line as it is. */
static size_t plain_len(const char *text)
{
    const unsigned char *c = (const unsigned char *)text;

    if (c[0] < 0x80) {
        return c[0] >= ' ' && c[0] < 0x7f && c[0] != '"' && c[0] != '\\';
    }
    return is_control(c) || ends_line(c) ? 0 : utf8_long_len(c, UTF8_MAX);
}

/* As goflow2 quotes, so a backslash alone needs none. */
static bool needs_quotes(const char *text)
{
    if (*text == '\0') {
        return true;
    }
    for (size_t len = 1; *text != '\0'; text += len) {
        len = *text == '\\' ? 1 : plain_len(text);
        if (len == 0 || *text == ' ' || *text == '=') {
            return true;
        }
    }
    return false;
}

static void put_octets(struct line *line, const char *octets, size_t len)
{
    if (line->cut || len > line->limit - line->used) {
        line->cut = true;
        return;
    }
    memcpy(line->data + line->used, octets, len);
    line->used += len;
}

static void put(struct line *line, const char *text)
{
    put_octets(line, text, strlen(text));
}

/* An octet of no character, or of one that acts on a terminal, becomes U+FFFD. */
static void put_escaped(struct line *line, unsigned char c)
{
    static const char letters[] = "\"\"\\\\\nn\rr\tt";
    const char *letter = strchr(letters, (char)c);
    char text[sizeof("\\u0000")];

    if (letter != NULL && (letter - letters) % 2 == 0) {
        put_octets(line, (const char[]){'\\', letter[1]}, 2);
        return;
    }
    snprintf(text, sizeof(text), "\\u%04x", c < 0x80 ? c : 0xfffdU);
    put(line, text);
}

/* A text that is cut still gets its closing quote. */
static void put_quoted(struct line *line, const char *text)
{
    put(line, "\"");
    for (size_t len; *text != '\0' && !line->cut; text += len) {
        len = plain_len(text);
        if (len > 0) {
            put_octets(line, text, len);
            continue;
        }
        put_escaped(line, (unsigned char)*text);
        len = 1;
    }
    line->data[line->used++] = '"';
}

static void put_bare(struct line *line, const char *text)
{
    for (size_t len; *text != '\0' && !line->cut; text += len) {
        len = *text == '\\' ? 1 : plain_len(text);
        put_octets(line, text, len);
    }
}

static void put_value(struct line *line, const struct log_attribute *attribute)
{
    char digits[sizeof("-9223372036854775808")];

    if (attribute->text == NULL) {
        snprintf(digits, sizeof(digits), "%lld", (long long)attribute->number);
        put(line, digits);
    } else if (line->form->always_quoted || needs_quotes(attribute->text)) {
        put_quoted(line, attribute->text);
    } else {
        put_bare(line, attribute->text);
    }
}

/* Leaves the attribute out if its name and the longest number find no room. */
static void put_attribute(struct line *line, const struct log_attribute *attribute)
{
    if (line->cut || line->limit - line->used < strlen(attribute->name) + 32) {
        line->cut = true;
        return;
    }
    put(line, line->used == strlen(line->form->open) ? "" : line->form->between);
    put(line, line->form->before_name);
    put(line, attribute->name);
    put(line, line->form->after_name);
    put_value(line, attribute);
}

static void put_time(struct line *line)
{
    struct timespec now;
    struct tm utc;
    char text[64];
    size_t len;

    clock_gettime(CLOCK_REALTIME, &now);
    gmtime_r(&now.tv_sec, &utc);
    len = strftime(text, sizeof(text), "%Y-%m-%dT%H:%M:%S", &utc);
    snprintf(text + len, sizeof(text) - len, ".%03uZ", (unsigned)(now.tv_nsec / 1000000) % 1000);
    put_attribute(line, &LOG_TEXT("time", text));
}

static void line_end(struct line *line)
{
    const bool cut = line->cut;

    line->limit = sizeof(line->data);
    line->cut = false;
    if (cut) {
        put(line, line->form->between);
        put(line, line->form->before_name);
        put(line, "cut");
        put(line, line->form->after_name);
        put_value(line, &LOG_TEXT("cut", "true"));
    }
    put(line, line->form->close);
}

/* A pipe that is ready takes a whole line at once. */
static bool has_room(void)
{
    struct pollfd standard_error = {.fd = STDERR_FILENO, .events = POLLOUT};

    stands_still = poll(&standard_error, 1, stands_still ? 0 : READER_MS) == 0;
    return !stands_still;
}

/* Who logs may be receiving: a reader who stands still is waited for once, until he reads again. */
static bool line_send(const struct line *line)
{
    bool room;

    (void)pthread_mutex_lock(&sending);
    room = has_room();
    while (room && write(STDERR_FILENO, line->data, line->used) < 0 && errno == EINTR) {
    }
    (void)pthread_mutex_unlock(&sending);
    return room;
}

void log_write(enum log_level level, const char *message, const struct log_attribute *attributes)
{
    struct line line;
    uint64_t before;

    if (level < atomic_load(&lowest_level)) {
        return;
    }
    before = atomic_exchange(&left_out, 0);
    line.form = atomic_load(&chosen_form);
    line.limit = sizeof(line.data) - CUT_OCTETS;
    line.used = 0;
    line.cut = false;
    put(&line, line.form->open);
    put_time(&line);
    put_attribute(&line, &LOG_TEXT("level", level_names[level]));
    put_attribute(&line, &LOG_TEXT("msg", message));
    for (; attributes->name != NULL; attributes++) {
        put_attribute(&line, attributes);
    }
    if (before > 0) {
        put_attribute(&line, &LOG_NUMBER("lines_left_out", before));
    }
    line_end(&line);
    if (!line_send(&line)) {
        atomic_fetch_add(&left_out, before + 1);
    }
}

void log_set_level(enum log_level level)
{
    atomic_store(&lowest_level, level);
}

void log_set_json(bool json)
{
    atomic_store(&chosen_form, json ? &json_form : &text_form);
}

bool log_parse_level(const char *text, enum log_level *level)
{
    for (int i = 0; i < LEVEL_COUNT; i++) {
        if (strcasecmp(text, level_names[i]) == 0) {
            *level = (enum log_level)i;
            return true;
        }
    }
    return false;
}
