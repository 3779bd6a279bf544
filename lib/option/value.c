// SPDX-License-Identifier: Apache-2.0
// Reads the values of options as Go's flag package does: one reader a kind.
#include "lib/option/value.h"

#include <string.h>

/* What Go says of a value that it cannot read. */
static const char not_read[] = "parse error";
static const char too_large[] = "value out of range";

static const char decimal_digits[] = "0123456789";

static const char *read_bool(const char *text, void *value)
{
    static const char *const words[][2] = {
        {"0", "1"}, {"f", "t"}, {"F", "T"}, {"false", "true"}, {"FALSE", "TRUE"}, {"False", "True"},
    };

    for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
        const bool is_true = strcmp(text, words[i][1]) == 0;

        if (is_true || strcmp(text, words[i][0]) == 0) {
            *(bool *)value = is_true;
            return NULL;
        }
    }
    return not_read;
}

static const char *read_string(const char *text, void *value)
{
    *(const char **)value = text;
    return NULL;
}

/* 0 to 15, or 16 if it is no digit. */
static unsigned digit_value(char c)
{
    static const char digits[] = "0123456789abcdef0123456789ABCDEF";
    const char *at = c == '\0' ? NULL : strchr(digits, c);

    return at == NULL ? 16 : (unsigned)(at - digits) % 16;
}

/* Reads 0x, 0o or 0b.  An old octal number's 0 is left, for it is a digit too. */
static unsigned read_base(const char **text)
{
    static const struct {
        char marks[3];
        unsigned base;
    } bases[] = {{"xX", 16}, {"oO", 8}, {"bB", 2}};

    if (**text != '0' || (*text)[1] == '\0') {
        return 10;
    }
    for (size_t i = 0; i < sizeof(bases) / sizeof(bases[0]); i++) {
        if (strchr(bases[i].marks, (*text)[1]) != NULL) {
            *text += 2;
            return bases[i].base;
        }
    }
    return 8;
}

/* One underscore may stand before each digit but a first. */
static const char *read_count(const char *text, void *value)
{
    const char *at = text;
    const unsigned base = read_base(&at);
    uint64_t sum = 0;

    do {
        at += *at == '_' && at > text;
        const unsigned digit = digit_value(*at);

        if (digit >= base) {
            return not_read;
        }
        if (sum > (UINT64_MAX - digit) / base) {
            return too_large;
        }
        sum = sum * base + digit;
    } while (*++at != '\0');
    *(uint64_t *)value = sum;
    return NULL;
}

/* Nanoseconds of a unit; 0 if it is none. */
static uint64_t unit_scale(const char *text, size_t len)
{
    static const struct {
        const char *name;
        uint64_t ns;
    } units[] = {
        {"ns", 1},         {"us", 1000},      {"\u00b5s", 1000}, /* micro sign */
        {"\u03bcs", 1000},                                       /* Greek mu */
        {"ms", 1000000},   {"s", 1000000000}, {"m", 60000000000}, {"h", 3600000000000},
    };

    for (size_t i = 0; i < sizeof(units) / sizeof(units[0]); i++) {
        if (len == strlen(units[i].name) && memcmp(text, units[i].name, len) == 0) {
            return units[i].ns;
        }
    }
    return 0;
}

/* Adds "1.5h" or the like to *ns, which stays below 2^63; false if it is none. */
static bool read_term(const char **text, uint64_t *ns)
{
    const char *point = *text + strspn(*text, decimal_digits);
    const char *fraction = point + (*point == '.');
    const char *unit = fraction == point ? point : fraction + strspn(fraction, decimal_digits);
    const size_t unit_len = strcspn(unit, ".0123456789");
    const uint64_t scale = unit_scale(unit, unit_len);
    uint64_t place = scale;
    uint64_t term = 0;

    if (scale == 0 || unit - *text == fraction - point) {
        return false;
    }
    for (const char *at = *text; at < point; at++) {
        if (term > (INT64_MAX / scale - digit_value(*at)) / 10) {
            return false;
        }
        term = term * 10 + digit_value(*at);
    }
    term *= scale;
    for (const char *at = fraction; at < unit; at++) {
        place /= 10;
        term += digit_value(*at) * place;
    }
    *text = unit + unit_len;
    *ns += term;
    return *ns <= INT64_MAX;
}

static const char *read_duration(const char *text, void *value)
{
    uint64_t ns = 0;

    text += *text == '+';
    if (strcmp(text, "0") != 0) {
        do {
            if (!read_term(&text, &ns)) {
                return not_read;
            }
        } while (*text != '\0');
    }
    *(uint64_t *)value = ns;
    return NULL;
}

static const char *read_item(const char *text, void *value)
{
    struct option_list *list = value;

    if (*text == '\0') {
        list->n = 0;
        return NULL;
    }
    if (list->n == OPTION_LIST_MAX) {
        return "given too often";
    }
    list->at[list->n++] = text;
    return NULL;
}

const struct option_value option_values[] = {
    [OPTION_BOOL] = {"", "false", "true or false", read_bool},
    [OPTION_STRING] = {"string", "", "a text", read_string},
    [OPTION_COUNT] = {"int", "0", "a whole number such as 10, 0x10 or 1_000", read_count},
    [OPTION_DURATION] = {"duration", "0", "a duration such as 300ms, 5s or 1m30s", read_duration},
    [OPTION_LIST] = {"string", "", "a text, up to 64 times", read_item},
};

bool option_parse_value(enum option_kind kind, const char *text, void *value)
{
    return option_values[kind].read(text, value) == NULL;
}
