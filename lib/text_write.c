// SPDX-License-Identifier: Apache-2.0
/* Numbers, addresses and times as text. */
#include "lib/text_write.h"

#include <math.h>
#include <stdio.h>

static const char pairs[] = "0001020304050607080910111213141516171819"
                            "2021222324252627282930313233343536373839"
                            "4041424344454647484950515253545556575859"
                            "6061626364656667686970717273747576777879"
                            "8081828384858687888990919293949596979899";

enum { EIGHT_DIGITS = 100000000 };

static const char hex_digits[] = "0123456789abcdef";

/* The least number of so many digits and one more. */
static const uint32_t powers[] = {0, 10, 100, 1000, 10000, 100000, 1000000, 10000000, 100000000};

/* A digit is 3.32 bits: the estimate is never too high, and at most one too low. */
static unsigned digits_of(uint32_t value)
{
    const unsigned bits = 32 - (unsigned)__builtin_clz(value | 1);
    const unsigned digits = bits * 1233 >> 12;

    return digits + (value >= powers[digits] ? 1 : 0);
}

static void write_pair(char *out, uint32_t value)
{
    memcpy(out, pairs + (size_t)value * 2, 2);
}

/* All eight digits, zeros in front too. */
static char *write_eight(char *out, uint32_t value)
{
    const uint32_t high = value / 10000;
    const uint32_t low = value % 10000;

    write_pair(out, high / 100);
    write_pair(out + 2, high % 100);
    write_pair(out + 4, low / 100);
    write_pair(out + 6, low % 100);
    return out + 8;
}

/* Of at most eight digits. */
static char *write_small(char *out, uint32_t value)
{
    char *const end = out + digits_of(value);
    char *at = end;

    for (; value >= 100; value /= 100) {
        at -= 2;
        write_pair(at, value % 100);
    }
    if (value >= 10) {
        write_pair(out, value);
    } else {
        *out = (char)('0' + value);
    }
    return end;
}

char *text_write_u64(char *out, uint64_t value)
{
    if (value < 10) {
        *out = (char)('0' + value);
        return out + 1;
    }
    if (value < EIGHT_DIGITS) {
        return write_small(out, (uint32_t)value);
    }
    return write_eight(text_write_u64(out, value / EIGHT_DIGITS), (uint32_t)(value % EIGHT_DIGITS));
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

/* Each octet as it stands in an IPv4 address: with a dot behind. */
#define WITH_DOT(digits)                                                                           \
    {                                                                                              \
        digits ".", sizeof(digits)                                                                 \
    }
#define TEN(tens)                                                                                  \
    WITH_DOT(tens "0"), WITH_DOT(tens "1"), WITH_DOT(tens "2"), WITH_DOT(tens "3"),                \
        WITH_DOT(tens "4"), WITH_DOT(tens "5"), WITH_DOT(tens "6"), WITH_DOT(tens "7"),            \
        WITH_DOT(tens "8"), WITH_DOT(tens "9")
static const struct {
    char text[4];
    uint8_t len;
} octet_texts[256] = {
    TEN(""),         TEN("1"),        TEN("2"),        TEN("3"),        TEN("4"),
    TEN("5"),        TEN("6"),        TEN("7"),        TEN("8"),        TEN("9"),
    TEN("10"),       TEN("11"),       TEN("12"),       TEN("13"),       TEN("14"),
    TEN("15"),       TEN("16"),       TEN("17"),       TEN("18"),       TEN("19"),
    TEN("20"),       TEN("21"),       TEN("22"),       TEN("23"),       TEN("24"),
    WITH_DOT("250"), WITH_DOT("251"), WITH_DOT("252"), WITH_DOT("253"), WITH_DOT("254"),
    WITH_DOT("255"),
};

/* The copy is one move; what is too much of it is written over. */
static char *write_octet(char *out, uint8_t octet)
{
    memcpy(out, octet_texts[octet].text, sizeof(octet_texts[octet].text));
    return out + octet_texts[octet].len;
}

static char *write_ipv4(char *out, const uint8_t *bytes)
{
    for (int i = 0; i < 4; i++) {
        out = write_octet(out, bytes[i]);
    }
    return out - 1;
}

static unsigned group(const uint8_t *bytes, int i)
{
    return (unsigned)bytes[2 * i] << 8 | bytes[2 * i + 1];
}

/* The longest run of zero groups, the first of several; of less than two, none. */
static int longest_zeros(const uint8_t *bytes, int *len)
{
    int best = -1;

    *len = 1;
    for (int i = 0; i < 8; i++) {
        int n = 0;

        while (i + n < 8 && group(bytes, i + n) == 0) {
            n++;
        }
        if (n > *len) {
            best = i;
            *len = n;
        }
        i += n;
    }
    return best;
}

static char *write_group(char *out, unsigned value)
{
    int shift = 12;

    while (shift > 0 && value >> shift == 0) {
        shift -= 4;
    }
    for (; shift >= 0; shift -= 4) {
        *out++ = hex_digits[value >> shift & 15];
    }
    return out;
}

static char *write_ipv6(char *out, const uint8_t *bytes)
{
    int len;
    const int zeros = longest_zeros(bytes, &len);

    for (int i = 0; i < 8; i++) {
        if (i == zeros) {
            out = TEXT_WRITE(out, "::");
            i += len - 1;
            continue;
        }
        if (i > 0 && (zeros < 0 || i != zeros + len)) {
            *out++ = ':';
        }
        out = write_group(out, group(bytes, i));
    }
    return out;
}

char *text_write_ip(char *out, const uint8_t *bytes, size_t len)
{
    static const uint8_t mapped[12] = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff};

    if (len == 4) {
        return write_ipv4(out, bytes);
    }
    if (len != 16) {
        return out;
    }
    if (memcmp(bytes, mapped, sizeof(mapped)) == 0) {
        return write_ipv4(TEXT_WRITE(out, "::ffff:"), bytes + sizeof(mapped));
    }
    return write_ipv6(out, bytes);
}

char *text_write_network(char *out, const struct flow_addr *addr, unsigned prefix_len)
{
    const unsigned whole = prefix_len / 8;
    struct flow_addr network = *addr;

    if (whole < addr->len) {
        network.bytes[whole] &= (uint8_t)(0xff00u >> prefix_len % 8);
    }
    for (unsigned i = whole + 1; i < addr->len; i++) {
        network.bytes[i] = 0;
    }
    out = text_write_addr(out, &network);
    *out++ = '/';
    return text_write_u64(out, prefix_len);
}

char *text_write_mac(char *out, uint64_t mac)
{
    for (int shift = 40; shift >= 0; shift -= 8) {
        if (shift < 40) {
            *out++ = ':';
        }
        *out++ = hex_digits[mac >> shift >> 4 & 15];
        *out++ = hex_digits[mac >> shift & 15];
    }
    return out;
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
    out = text_write(out, pairs + (month >= 10 ? month - 9 : month + 3) * 2, 2);
    *out++ = '-';
    return text_write(out, pairs + (day - (153 * month + 2) / 5 + 1) * 2, 2);
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
    out = text_write(out, pairs + of_day / 3600 * 2, 2);
    *out++ = ':';
    out = text_write(out, pairs + of_day / 60 % 60 * 2, 2);
    *out++ = ':';
    out = text_write(out, pairs + of_day % 60 * 2, 2);
    out = nanoseconds > 0 ? write_fraction(out, nanoseconds) : out;
    *out++ = 'Z';
    return out;
}

char *text_write_hex(char *out, const uint8_t *data, size_t len, bool *cut)
{
    *cut = len > TEXT_HEX_MAX / 2;
    if (*cut) {
        len = TEXT_HEX_MAX / 2;
    }
    for (size_t i = 0; i < len; i++) {
        *out++ = hex_digits[data[i] >> 4];
        *out++ = hex_digits[data[i] & 15];
    }
    return out;
}
