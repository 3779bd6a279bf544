// SPDX-License-Identifier: Apache-2.0
// A datagram's outline as JSON, in a buffer of fixed size.
#include "lib/outline/json.h"

#include "lib/base64.h"

enum {
    SECOND_NS = 1000000000,
    KEY_PUNCTUATION = 4, /* ,"": */
    TAIL_MAX = 64 + OUTLINE_SOURCE_MAX + TEXT_DATETIME_MAX,
};

struct json {
    struct outline outline;
    size_t left;     /* octets beside those that open groups need to be closed */
    size_t unopened; /* groups that had no room, and are not closed either */
};

static size_t key_max(const char *key)
{
    return KEY_PUNCTUATION + (key == NULL ? 0 : strlen(key));
}

/* What once had no room is followed by nothing. */
static bool has_room(struct json *json, size_t octets)
{
    json->outline.full = json->outline.full || octets > json->left;
    return !json->outline.full;
}

static char *write_quoted(char *out, const char *text)
{
    *out++ = '"';
    out = text_write(out, text, strlen(text));
    *out++ = '"';
    return out;
}

/* What follows an opening bracket is the first of its group; all else wants a comma before it. */
static char *write_key(const struct outline *outline, const char *key)
{
    char *out = outline->at;

    if (out > outline->line && out[-1] != '{' && out[-1] != '[') {
        *out++ = ',';
    }
    if (key != NULL) {
        out = write_quoted(out, key);
        *out++ = ':';
    }
    return out;
}

static void advance(struct json *json, char *to)
{
    json->left -= (size_t)(to - json->outline.at);
    json->outline.at = to;
}

static void json_open(struct outline *outline, const char *key, enum outline_group group)
{
    struct json *json = (struct json *)outline;
    char *out;

    if (!has_room(json, key_max(key) + 2)) {
        json->unopened++;
        return;
    }
    out = write_key(outline, key);
    *out++ = group == OUTLINE_OBJECT ? '{' : '[';
    advance(json, out);
    json->left--;
}

static void json_close(struct outline *outline, enum outline_group group)
{
    struct json *json = (struct json *)outline;

    if (json->unopened > 0) {
        json->unopened--;
        return;
    }
    *outline->at++ = group == OUTLINE_OBJECT ? '}' : ']';
}

static char *write_number(char *out, const struct outline_value *value)
{
    return text_write_u64(out, value->number);
}

static char *write_boolean(char *out, const struct outline_value *value)
{
    return value->number != 0 ? TEXT_WRITE(out, "true") : TEXT_WRITE(out, "false");
}

static char *write_text(char *out, const struct outline_value *value)
{
    bool cut;

    *out++ = '"';
    out = text_write_json_string(out, value->octets.data, value->octets.len, &cut);
    *out++ = '"';
    return out;
}

static char *write_octets(char *out, const struct outline_value *value)
{
    *out++ = '"';
    out = base64_write(out, value->octets.data, value->octets.len);
    *out++ = '"';
    return out;
}

static char *write_address(char *out, const struct outline_value *value)
{
    *out++ = '"';
    out = text_write_addr(out, &value->address);
    *out++ = '"';
    return out;
}

static char *write_nothing(char *out, const struct outline_value *value)
{
    (void)value;
    return TEXT_WRITE(out, "null");
}

/* How a kind is written, and the room that this may take: always, and for each octet. */
static const struct {
    char *(*write)(char *out, const struct outline_value *value);
    size_t max;
    size_t octet_max;
} kinds[] = {
    [OUTLINE_NUMBER] = {write_number, TEXT_U64_MAX, 0},
    [OUTLINE_BOOLEAN] = {write_boolean, 5, 0},
    [OUTLINE_TEXT] = {write_text, 2, 6}, /* \u0000 */
    [OUTLINE_OCTETS] = {write_octets, 2 + 4, 2},
    [OUTLINE_ADDRESS] = {write_address, 2 + TEXT_ADDR_MAX, 0},
    [OUTLINE_NOTHING] = {write_nothing, 4, 0},
};

static void json_value(struct outline *outline, const char *key, const struct outline_value *value)
{
    struct json *json = (struct json *)outline;
    const size_t max = kinds[value->kind].max + kinds[value->kind].octet_max * value->octets.len;

    if (has_room(json, key_max(key) + max)) {
        advance(json, kinds[value->kind].write(write_key(outline, key), value));
    }
}

static void json_begin(struct outline *outline)
{
    struct json *json = (struct json *)outline;
    char *out = TEXT_WRITE(outline->at, "{\"type\":");

    out = write_quoted(out, outline->decoder->outline_type);
    outline->at = TEXT_WRITE(out, ",\"message\":{");
    json->left = OUTLINE_MAX - TAIL_MAX - (size_t)(outline->at - outline->line);
    json->unopened = 0;
}

static void json_end(struct outline *outline)
{
    const uint64_t received_ns = outline->datagram->received_ns;
    char *out = TEXT_WRITE(outline->at, "},\"src\":\"");

    out = outline_write_source(out, outline);
    out = TEXT_WRITE(out, "\",\"time_received\":\"");
    out = text_write_datetime(out, received_ns / SECOND_NS, (uint32_t)(received_ns % SECOND_NS));
    outline->at = TEXT_WRITE(out, "\"}");
}

const struct outline_ops outline_json = {
    .size = sizeof(struct json),
    .begin = json_begin,
    .end = json_end,
    .open = json_open,
    .close = json_close,
    .value = json_value,
};
