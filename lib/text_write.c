// SPDX-License-Identifier: Apache-2.0
/* Numbers and times as text. */
#include "lib/text_write.h"

#include <math.h>
#include <stdio.h>

#define ZEROS(hundreds, tens) ((hundreds) > 0 ? 0 : (tens) > 0 ? 1 : 2)
#define TRIPLE(hundreds, tens, ones)                                                               \
    '0' + (hundreds), '0' + (tens), '0' + (ones), ZEROS(hundreds, tens)
#define TEN(hundreds, tens)                                                                        \
    TRIPLE(hundreds, tens, 0), TRIPLE(hundreds, tens, 1), TRIPLE(hundreds, tens, 2),               \
        TRIPLE(hundreds, tens, 3), TRIPLE(hundreds, tens, 4), TRIPLE(hundreds, tens, 5),           \
        TRIPLE(hundreds, tens, 6), TRIPLE(hundreds, tens, 7), TRIPLE(hundreds, tens, 8),           \
        TRIPLE(hundreds, tens, 9)
#define HUNDRED(hundreds)                                                                          \
    TEN(hundreds, 0), TEN(hundreds, 1), TEN(hundreds, 2), TEN(hundreds, 3), TEN(hundreds, 4),      \
        TEN(hundreds, 5), TEN(hundreds, 6), TEN(hundreds, 7), TEN(hundreds, 8), TEN(hundreds, 9)

const char text_triples[4 * 1000] = {
    HUNDRED(0), HUNDRED(1), HUNDRED(2), HUNDRED(3), HUNDRED(4),
    HUNDRED(5), HUNDRED(6), HUNDRED(7), HUNDRED(8), HUNDRED(9),
};

enum { THOUSAND = 1000, MILLION = 1000000, BILLION = 1000000000 };

/* Three digits, zeros in front too.  Again a fourth octet is written over. */
static char *write_triple(char *out, uint32_t value)
{
    memcpy(out, text_triples + (size_t)value * 4, 4);
    return out + 3;
}

static char *write_two_triples(char *out, uint32_t value)
{
    return write_triple(write_triple(out, value / THOUSAND), value % THOUSAND);
}

static char *write_nine_digits(char *out, uint32_t value)
{
    return write_two_triples(write_triple(out, value / MILLION), value % MILLION);
}

char *text_write_long_u64(char *out, uint64_t value)
{
    if (value < MILLION) {
        out = text_write_short(out, (uint32_t)value / THOUSAND);
        return write_triple(out, (uint32_t)value % THOUSAND);
    }
    if (value < BILLION) {
        out = text_write_short(out, (uint32_t)value / MILLION);
        return write_two_triples(out, (uint32_t)value % MILLION);
    }
    out = text_write_u64(out, value / BILLION);
    return write_nine_digits(out, (uint32_t)(value % BILLION));
}

char *text_write_s64(char *out, int64_t value)
{
    if (value < 0) {
        *out++ = '-';
        return text_write_u64(out, ~(uint64_t)value + 1);
    }
    return text_write_u64(out, (uint64_t)value);
}

/* A whole number gets its point, so that the kind of the number does not change with its value. */
char *text_write_double(char *out, double value)
{
    char text[TEXT_DOUBLE_MAX + 3];
    int len;

    if (!isfinite(value)) {
        return TEXT_WRITE(out, "null");
    }
    len = snprintf(text, sizeof(text), "%.17g", value);
    if (strpbrk(text, ".e") == NULL) {
        text[len++] = '.';
        text[len++] = '0';
    }
    return text_write(out, text, (size_t)len);
}

/* Two digits. */
static char *write_pair(char *out, unsigned value)
{
    return text_write(out, text_triples + (size_t)value * 4 + 1, 2);
}

/*
 * The date of a day since 1970.  Counted from a first of March, a leap day is the
 * last of its year, and 400 years have 146097 days.
 */
static char *write_date(char *out, uint64_t days)
{
    enum { TO_1970 = 719468, DAYS_OF_400 = 146097, DAYS_OF_100 = 36524, DAYS_OF_4 = 1461 };
    const uint64_t since = days + TO_1970;
    const unsigned day_of_400 = (unsigned)(since % DAYS_OF_400);
    const unsigned leaps =
        day_of_400 / (DAYS_OF_4 - 1) - day_of_400 / DAYS_OF_100 + day_of_400 / (DAYS_OF_400 - 1);
    const unsigned year_of_400 = (day_of_400 - leaps) / 365;
    const unsigned day = day_of_400 - (365 * year_of_400 + year_of_400 / 4 - year_of_400 / 100);
    const unsigned month = (5 * day + 2) / 153; /* of five months, three have 31 days */

    out = text_write_u64(out, since / DAYS_OF_400 * 400 + year_of_400 + (month >= 10 ? 1 : 0));
    *out++ = '-';
    out = write_pair(out, month >= 10 ? month - 9 : month + 3);
    *out++ = '-';
    return write_pair(out, day - (153 * month + 2) / 5 + 1);
}

static char *write_fraction(char *out, uint32_t nanoseconds)
{
    char *const end = out + 10;
    char *last = end - 1;

    *out = '.';
    for (char *at = last; at > out; at--) {
        *at = (char)('0' + nanoseconds % 10);
        nanoseconds /= 10;
    }
    while (*last == '0') {
        last--;
    }
    return last + 1;
}

char *text_write_datetime(char *out, uint64_t seconds, uint32_t nanoseconds)
{
    const unsigned of_day = (unsigned)(seconds % 86400);

    out = write_date(out, seconds / 86400);
    *out++ = 'T';
    out = write_pair(out, of_day / 3600);
    *out++ = ':';
    out = write_pair(out, of_day / 60 % 60);
    *out++ = ':';
    out = write_pair(out, of_day % 60);
    out = nanoseconds > 0 ? write_fraction(out, nanoseconds) : out;
    *out++ = 'Z';
    return out;
}
