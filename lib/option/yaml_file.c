// SPDX-License-Identifier: Apache-2.0
/* YAML files by libyaml: its document of nodes, walked with the place of each at hand. */
#include "lib/option/yaml_file.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <yaml.h>

#include "lib/option/nearest.h"
#include "lib/option/option.h"

enum {
    FILE_OCTETS_FIRST = 1 << 14, /* room for most files */
    FILE_OCTETS_MAX = 16 << 20,
    DEPTH_MAX = 64,
    COMPLAINT_OCTETS = 512
};

struct yaml_file {
    char *path;
    yaml_document_t document;
    char place[COMPLAINT_OCTETS];
    char complaint[COMPLAINT_OCTETS];
};

static const yaml_node_t *node_of(struct yaml_node node)
{
    return node.id == 0 ? NULL : yaml_document_get_node(&node.file->document, node.id);
}

static struct yaml_node node_at(struct yaml_node in, int id)
{
    return (struct yaml_node){in.file, id};
}

struct yaml_node yaml_root(struct yaml_file *file)
{
    const bool empty = yaml_document_get_root_node(&file->document) == NULL;

    return (struct yaml_node){file, empty ? 0 : 1};
}

enum yaml_kind yaml_kind(struct yaml_node node)
{
    static const enum yaml_kind kinds[] = {
        [YAML_NO_NODE] = YAML_NONE,
        [YAML_SCALAR_NODE] = YAML_SCALAR,
        [YAML_SEQUENCE_NODE] = YAML_LIST,
        [YAML_MAPPING_NODE] = YAML_MAP,
    };
    const yaml_node_t *at = node_of(node);

    return at == NULL ? YAML_NONE : kinds[at->type];
}

const char *yaml_text(struct yaml_node node)
{
    const yaml_node_t *at = node_of(node);

    if (at == NULL || at->type != YAML_SCALAR_NODE || yaml_is_null(node)) {
        return "";
    }
    return (const char *)at->data.scalar.value;
}

bool yaml_is_null(struct yaml_node node)
{
    static const char *const nulls[] = {"", "~", "null", "Null", "NULL"};
    const yaml_node_t *at = node_of(node);

    if (at == NULL || at->type != YAML_SCALAR_NODE ||
        at->data.scalar.style != YAML_PLAIN_SCALAR_STYLE) {
        return false;
    }
    for (size_t i = 0; i < sizeof(nulls) / sizeof(nulls[0]); i++) {
        if (strcmp((const char *)at->data.scalar.value, nulls[i]) == 0) {
            return true;
        }
    }
    return false;
}

size_t yaml_count(struct yaml_node node)
{
    const yaml_node_t *at = node_of(node);

    switch (yaml_kind(node)) {
    case YAML_LIST:
        return (size_t)(at->data.sequence.items.top - at->data.sequence.items.start);
    case YAML_MAP:
        return (size_t)(at->data.mapping.pairs.top - at->data.mapping.pairs.start);
    default:
        return 0;
    }
}

struct yaml_node yaml_item(struct yaml_node node, size_t i)
{
    const yaml_node_t *at = node_of(node);

    return node_at(node, yaml_kind(node) == YAML_LIST ? at->data.sequence.items.start[i]
                                                      : at->data.mapping.pairs.start[i].value);
}

struct yaml_node yaml_key(struct yaml_node node, size_t i)
{
    const yaml_node_t *at = node_of(node);

    return node_at(node, at == NULL ? 0 : at->data.mapping.pairs.start[i].key);
}

const char *yaml_place(struct yaml_node node)
{
    struct yaml_file *file = node.file;
    const yaml_node_t *at = node_of(node);
    const yaml_mark_t mark = at == NULL ? (yaml_mark_t){0} : at->start_mark;

    (void)snprintf(file->place, sizeof(file->place), "%s:%zu:%zu", file->path, mark.line + 1,
                   mark.column + 1);
    return file->place;
}

bool yaml_complain(struct yaml_node node, const char *format, ...)
{
    struct yaml_file *file = node.file;
    va_list arguments;
    int len;

    if (file->complaint[0] != '\0') {
        return false;
    }
    len = snprintf(file->complaint, COMPLAINT_OCTETS, "%s: ", yaml_place(node));
    if (len > 0 && len < COMPLAINT_OCTETS) {
        va_start(arguments, format);
        (void)vsnprintf(file->complaint + len, (size_t)(COMPLAINT_OCTETS - len), format, arguments);
        va_end(arguments);
    }
    return false;
}

const char *yaml_complaint(const struct yaml_file *file)
{
    return file->complaint[0] == '\0' ? NULL : file->complaint;
}

/* --- Reading --- */

/* What is left of a stream, and at most twice FILE_OCTETS_MAX; NULL without memory. */
static unsigned char *read_rest(FILE *file, size_t *len)
{
    unsigned char *octets = NULL;
    size_t room = FILE_OCTETS_FIRST / 2;

    *len = 0;
    do {
        unsigned char *const larger = realloc(octets, room *= 2);

        if (larger == NULL) {
            free(octets);
            return NULL;
        }
        octets = larger;
        *len += fread(octets + *len, 1, room - *len, file);
    } while (*len == room && room <= FILE_OCTETS_MAX);
    return octets;
}

/* The octets of a file, NULL if it cannot be read or is too large: errno says why. */
static unsigned char *read_octets(const char *path, size_t *len)
{
    FILE *file = fopen(path, "rbe");
    unsigned char *octets;
    int error;

    if (file == NULL) {
        return NULL;
    }
    octets = read_rest(file, len);
    error = octets == NULL || ferror(file) != 0 ? errno : 0;
    error = error == 0 && *len > FILE_OCTETS_MAX ? EFBIG : error;
    (void)fclose(file);
    if (error != 0) {
        free(octets);
        octets = NULL;
        errno = error;
    }
    return octets;
}

/* What libyaml says of a file that is no YAML, with the place if it has one. */
static void explain(const yaml_parser_t *parser, const char *path, char *message, size_t size)
{
    const char *problem = parser->problem == NULL ? "no memory" : parser->problem;
    size_t line = parser->problem_mark.line;
    size_t column = parser->problem_mark.column;

    if (parser->error == YAML_READER_ERROR) {
        line = parser->mark.line;
        column = parser->mark.column;
    }
    (void)snprintf(message, size, "%s:%zu:%zu: %s%s%s", path, line + 1, column + 1,
                   parser->context == NULL ? "" : parser->context,
                   parser->context == NULL ? "" : ": ", problem);
}

/* What a file has gone through so far. */
struct bounds {
    unsigned depth;
    unsigned documents;
};

/* Texts are read up to their first NUL: there must be none in them. */
static bool holds_nul(const yaml_event_t *event)
{
    return event->type == YAML_SCALAR_EVENT &&
           strlen((const char *)event->data.scalar.value) != event->data.scalar.length;
}

/*
 * Aliases make one node stand in many places: a small file could be walked for
 * ever.  Depth is bounded first, so that libyaml's own recursion is.  NULL if all is well.
 */
static const char *refusal(struct bounds *bounds, const yaml_event_t *event)
{
    const yaml_event_type_t type = event->type;

    bounds->depth += type == YAML_SEQUENCE_START_EVENT || type == YAML_MAPPING_START_EVENT;
    bounds->depth -= type == YAML_SEQUENCE_END_EVENT || type == YAML_MAPPING_END_EVENT;
    bounds->documents += type == YAML_DOCUMENT_START_EVENT;
    if (bounds->documents > 1) {
        return "there must be one document only";
    }
    if (type == YAML_ALIAS_EVENT) {
        return "aliases are not taken";
    }
    if (holds_nul(event)) {
        return "a text with a NUL in it";
    }
    return bounds->depth > DEPTH_MAX ? "nested too deeply" : NULL;
}

static bool events_bounded(yaml_parser_t *parser, const char *path, char *message, size_t size)
{
    struct bounds bounds = {0};
    yaml_event_type_t type;

    do {
        yaml_event_t event;
        const char *why;

        if (!yaml_parser_parse(parser, &event)) {
            explain(parser, path, message, size);
            return false;
        }
        type = event.type;
        why = refusal(&bounds, &event);
        if (why != NULL) {
            (void)snprintf(message, size, "%s:%zu:%zu: %s", path, event.start_mark.line + 1,
                           event.start_mark.column + 1, why);
        }
        yaml_event_delete(&event);
        if (why != NULL) {
            return false;
        }
    } while (type != YAML_STREAM_END_EVENT);
    return true;
}

static bool load(yaml_parser_t *parser, struct yaml_file *file, char *message, size_t size)
{
    if (!yaml_parser_load(parser, &file->document)) {
        explain(parser, file->path, message, size);
        return false;
    }
    return true;
}

typedef bool reading(yaml_parser_t *parser, struct yaml_file *file, char *message, size_t size);

static bool check(yaml_parser_t *parser, struct yaml_file *file, char *message, size_t size)
{
    return events_bounded(parser, file->path, message, size);
}

static bool with_parser(reading *read, const unsigned char *octets, size_t len,
                        struct yaml_file *file, char *message, size_t size)
{
    yaml_parser_t parser;
    bool done;

    if (!yaml_parser_initialize(&parser)) {
        (void)snprintf(message, size, "no memory");
        return false;
    }
    yaml_parser_set_input_string(&parser, octets, len);
    done = read(&parser, file, message, size);
    yaml_parser_delete(&parser);
    return done;
}

struct yaml_file *yaml_open(const char *path, char *message, size_t message_size)
{
    size_t len = 0;
    unsigned char *octets = read_octets(path, &len);
    struct yaml_file *file = calloc(1, sizeof(*file));

    if (octets == NULL || file == NULL) {
        (void)snprintf(message, message_size, "%s: %s", path, strerror(errno));
        free(octets);
        free(file);
        return NULL;
    }
    file->path = strdup(path);
    if (file->path == NULL || !with_parser(check, octets, len, file, message, message_size) ||
        !with_parser(load, octets, len, file, message, message_size)) {
        free(file->path);
        free(file);
        file = NULL;
    }
    free(octets);
    return file;
}

void yaml_close(struct yaml_file *file)
{
    if (file != NULL) {
        yaml_document_delete(&file->document);
        free(file->path);
        free(file);
    }
}

/* --- Tables of keys --- */

static const struct yaml_reader *find_reader(const struct yaml_reader *readers, const char *key)
{
    while (readers->key != NULL && strcmp(readers->key, key) != 0) {
        readers++;
    }
    return readers->key == NULL ? NULL : readers;
}

static bool refuse_key(struct yaml_node key, const struct yaml_reader *readers)
{
    const char *text = yaml_text(key);
    struct nearest nearest;

    nearest_begin(&nearest, text, strlen(text));
    for (const struct yaml_reader *reader = readers; reader->key != NULL; reader++) {
        nearest_offer(&nearest, reader->key);
    }
    if (nearest.name[0] == '\0') {
        return yaml_complain(key, "there is no key \"%s\" here", text);
    }
    return yaml_complain(key, "there is no key \"%s\" here; did you mean \"%s\"?", text,
                         nearest.name);
}

static bool stood_before(struct yaml_node map, size_t i)
{
    for (size_t other = 0; other < i; other++) {
        if (strcmp(yaml_text(yaml_key(map, other)), yaml_text(yaml_key(map, i))) == 0) {
            return true;
        }
    }
    return false;
}

static bool read_pair(struct yaml_node map, size_t i, const struct yaml_reader *readers,
                      void *target)
{
    const struct yaml_node key = yaml_key(map, i);
    const struct yaml_reader *reader =
        yaml_kind(key) == YAML_SCALAR ? find_reader(readers, yaml_text(key)) : NULL;

    if (reader == NULL) {
        return refuse_key(key, readers);
    }
    if (stood_before(map, i)) {
        return yaml_complain(key, "the key \"%s\" stands twice", reader->key);
    }
    return reader->read(yaml_item(map, i), target);
}

bool yaml_read_map(struct yaml_node map, const struct yaml_reader *readers, void *target)
{
    if (yaml_kind(map) != YAML_MAP) {
        return yaml_complain(map, "keys with values are expected here");
    }
    for (size_t i = 0; i < yaml_count(map); i++) {
        if (!read_pair(map, i, readers, target)) {
            return false;
        }
    }
    return true;
}

bool yaml_read_bool(struct yaml_node node, bool *value)
{
    if (yaml_kind(node) != YAML_SCALAR ||
        !option_parse_value(OPTION_BOOL, yaml_text(node), value)) {
        return yaml_complain(node, "true or false is expected, not \"%s\"", yaml_text(node));
    }
    return true;
}

bool yaml_read_u64(struct yaml_node node, uint64_t max, uint64_t *value)
{
    uint64_t number;

    if (yaml_kind(node) != YAML_SCALAR ||
        !option_parse_value(OPTION_COUNT, yaml_text(node), &number)) {
        return yaml_complain(node, "a whole number is expected, not \"%s\"", yaml_text(node));
    }
    if (number > max) {
        return yaml_complain(node, "%s is too great: at most %llu", yaml_text(node),
                             (unsigned long long)max);
    }
    *value = number;
    return true;
}
