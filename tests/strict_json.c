// SPDX-License-Identifier: Apache-2.0
/* A checker of JSON that is stricter than its readers have to be. */
#include "tests/strict_json.h"

#include <stdint.h>
#include <string.h>

enum { DEPTH_MAX = 8, KEYS_MAX = 8192 };

struct key {
    const uint8_t *text;
    size_t len;
    uint64_t hash;
};

struct json {
    const uint8_t *at;
    const uint8_t *end;
    unsigned depth;
    struct key keys[KEYS_MAX]; /* of the objects that are open */
    size_t n_keys;
};

static bool take(struct json *j, uint8_t octet)
{
    if (j->at == j->end || *j->at != octet) {
        return false;
    }
    j->at++;
    return true;
}

static bool take_word(struct json *j, const char *word)
{
    const size_t len = strlen(word);

    if ((size_t)(j->end - j->at) < len || memcmp(j->at, word, len) != 0) {
        return false;
    }
    j->at += len;
    return true;
}

static bool is_digit(uint8_t octet)
{
    return octet >= '0' && octet <= '9';
}

static bool take_digits(struct json *j)
{
    const uint8_t *begin = j->at;

    while (j->at < j->end && is_digit(*j->at)) {
        j->at++;
    }
    return j->at > begin;
}

static bool take_number(struct json *j)
{
    (void)take(j, '-');
    if (!take(j, '0') && !take_digits(j)) {
        return false;
    }
    if (take(j, '.') && !take_digits(j)) {
        return false;
    }
    if (take(j, 'e') || take(j, 'E')) {
        (void)(take(j, '+') || take(j, '-'));
        return take_digits(j);
    }
    return true;
}

static bool is_hex(uint8_t octet)
{
    return is_digit(octet) || (octet >= 'a' && octet <= 'f') || (octet >= 'A' && octet <= 'F');
}

/* Halves of surrogate pairs are refused, too: weir writes such characters as they are. */
static bool take_escape(struct json *j)
{
    if (j->at == j->end) {
        return false;
    }
    if (*j->at != 'u') {
        return strchr("\"\\/bfnrt", *j->at++) != NULL;
    }
    if (j->end - j->at < 5 || (j->at[1] == 'd' && j->at[2] >= '8')) {
        return false;
    }
    for (int i = 1; i < 5; i++) {
        if (!is_hex(j->at[i])) {
            return false;
        }
    }
    j->at += 5;
    return true;
}

/* One character beyond ASCII, by its value: long enough to need its octets, and no surrogate. */
static bool take_character(struct json *j)
{
    static const uint32_t least[] = {0, 0, 0x80, 0x800, 0x10000};
    const uint8_t first = *j->at;
    const unsigned len = first >= 0xf0 ? 4 : first >= 0xe0 ? 3 : 2;
    uint32_t value = first & (0x7fu >> len);

    if (first < 0xc0 || first > 0xf7 || j->end - j->at < (ptrdiff_t)len) {
        return false;
    }
    for (unsigned i = 1; i < len; i++) {
        if (j->at[i] >> 6 != 2) {
            return false;
        }
        value = value << 6 | (j->at[i] & 0x3f);
    }
    j->at += len;
    return value >= least[len] && value <= 0x10ffff && (value < 0xd800 || value > 0xdfff);
}

static bool take_string(struct json *j)
{
    if (!take(j, '"')) {
        return false;
    }
    while (j->at < j->end && *j->at != '"') {
        if (*j->at < 0x20) {
            return false;
        }
        if (*j->at >= 0x80) {
            if (!take_character(j)) {
                return false;
            }
        } else if (*j->at++ == '\\' && !take_escape(j)) {
            return false;
        }
    }
    return take(j, '"');
}

static bool take_value(struct json *j);

static bool take_array(struct json *j)
{
    if (take(j, ']')) {
        return true;
    }
    do {
        if (!take_value(j)) {
            return false;
        }
    } while (take(j, ','));
    return take(j, ']');
}

static struct key make_key(const uint8_t *text, const uint8_t *end)
{
    struct key key = {text, (size_t)(end - text), 14695981039346656037u};

    while (text < end) {
        key.hash = (key.hash ^ *text++) * 1099511628211u;
    }
    return key;
}

static bool same_key(const struct key *a, const struct key *b)
{
    return a->hash == b->hash && a->len == b->len && memcmp(a->text, b->text, a->len) == 0;
}

/* False if the object whose keys begin at first has the one from text on already. */
static bool add_key(struct json *j, size_t first, const uint8_t *text)
{
    const struct key key = make_key(text, j->at);

    for (size_t i = first; i < j->n_keys; i++) {
        if (same_key(&j->keys[i], &key)) {
            return false;
        }
    }
    if (j->n_keys == KEYS_MAX) {
        return false;
    }
    j->keys[j->n_keys++] = key;
    return true;
}

static bool take_object(struct json *j)
{
    const size_t first = j->n_keys;

    if (take(j, '}')) {
        return true;
    }
    do {
        const uint8_t *key = j->at;

        if (!take_string(j) || !add_key(j, first, key) || !take(j, ':') || !take_value(j)) {
            return false;
        }
    } while (take(j, ','));
    j->n_keys = first;
    return take(j, '}');
}

static bool take_nested(struct json *j, bool (*take_inside)(struct json *))
{
    bool taken;

    if (j->depth == DEPTH_MAX) {
        return false;
    }
    j->depth++;
    taken = take_inside(j);
    j->depth--;
    return taken;
}

static bool take_value(struct json *j)
{
    if (take(j, '{')) {
        return take_nested(j, take_object);
    }
    if (take(j, '[')) {
        return take_nested(j, take_array);
    }
    if (j->at < j->end && *j->at == '"') {
        return take_string(j);
    }
    return take_word(j, "true") || take_word(j, "false") || take_word(j, "null") || take_number(j);
}

bool strict_json_object(const char *text, size_t len)
{
    static _Thread_local struct json j;

    j.at = (const uint8_t *)text;
    j.end = j.at + len;
    j.depth = 0;
    j.n_keys = 0;
    return len > 0 && *text == '{' && take_value(&j) && j.at == j.end;
}
