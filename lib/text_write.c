// SPDX-License-Identifier: Apache-2.0
/* Numbers, addresses and strings as text. */
#include "lib/text_write.h"

#include <math.h>
#include <stdio.h>

static const char pairs[] = "0001020304050607080910111213141516171819"
                            "2021222324252627282930313233343536373839"
                            "4041424344454647484950515253545556575859"
                            "6061626364656667686970717273747576777879"
                            "8081828384858687888990919293949596979899";

static const char hex_digits[] = "0123456789abcdef";

char *text_write_u64(char *out, uint64_t value)
{
    char digits[TEXT_U64_MAX];
    char *at = digits + sizeof(digits);

    while (value >= 100) {
        at -= 2;
        memcpy(at, pairs + value % 100 * 2, 2);
        value /= 100;
    }
    if (value >= 10) {
        at -= 2;
        memcpy(at, pairs + value * 2, 2);
    } else {
        *--at = (char)('0' + value);
    }
    return text_write(out, at, (size_t)(digits + sizeof(digits) - at));
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

static char *write_ipv4(char *out, const uint8_t *bytes)
{
    for (int i = 0; i < 4; i++) {
        if (i > 0) {
            *out++ = '.';
        }
        out = text_write_u64(out, bytes[i]);
    }
    return out;
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

char *text_write_addr(char *out, const struct flow_addr *addr)
{
    const struct flow_addr unmapped = flow_addr_unmap(*addr);

    if (addr->len == 0) {
        return out;
    }
    if (addr->len == 4) {
        return write_ipv4(out, addr->bytes);
    }
    if (unmapped.len == 4) {
        return write_ipv4(TEXT_WRITE(out, "::ffff:"), unmapped.bytes);
    }
    return write_ipv6(out, addr->bytes);
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

/* How the first octet of a character says what follows (Unicode, table 3-7). */
static const struct {
    uint8_t first;
    uint8_t last;
    uint8_t len;
    uint8_t second_low;
    uint8_t second_high;
} sequences[] = {
    {0xc2, 0xdf, 2, 0x80, 0xbf}, {0xe0, 0xe0, 3, 0xa0, 0xbf}, {0xe1, 0xec, 3, 0x80, 0xbf},
    {0xed, 0xed, 3, 0x80, 0x9f}, {0xee, 0xef, 3, 0x80, 0xbf}, {0xf0, 0xf0, 4, 0x90, 0xbf},
    {0xf1, 0xf3, 4, 0x80, 0xbf}, {0xf4, 0xf4, 4, 0x80, 0x8f},
};

static bool continues(const uint8_t *data, size_t from, size_t len)
{
    for (size_t i = from; i < len; i++) {
        if ((data[i] & 0xc0) != 0x80) {
            return false;
        }
    }
    return true;
}

/* Octets of the character that data begins with; 0 if they are none. */
static size_t character_len(const uint8_t *data, size_t left)
{
    if (data[0] < 0x80) {
        return 1;
    }
    for (size_t i = 0; i < sizeof(sequences) / sizeof(sequences[0]); i++) {
        if (data[0] >= sequences[i].first && data[0] <= sequences[i].last) {
            return left >= sequences[i].len && data[1] >= sequences[i].second_low &&
                           data[1] <= sequences[i].second_high &&
                           continues(data, 2, sequences[i].len)
                       ? sequences[i].len
                       : 0;
        }
    }
    return 0;
}

static char *write_escape(char *out, unsigned code)
{
    out = TEXT_WRITE(out, "\\u");
    for (int shift = 12; shift >= 0; shift -= 4) {
        *out++ = hex_digits[code >> shift & 15];
    }
    return out;
}

static char *write_ascii(char *out, uint8_t octet)
{
    static const char short_forms[] = "\bb\tt\nn\ff\rr\"\"\\\\";
    const char *form = octet == 0 ? NULL : strchr(short_forms, octet);

    if (octet >= 0x20 && octet != '"' && octet != '\\' && octet != 0x7f) {
        *out++ = (char)octet;
        return out;
    }
    if (form != NULL && octet != 0x7f) {
        *out++ = '\\';
        *out++ = form[1];
        return out;
    }
    return write_escape(out, octet);
}

static bool is_line_separator(const uint8_t *data)
{
    return data[0] == 0xe2 && data[1] == 0x80 && (data[2] == 0xa8 || data[2] == 0xa9);
}

static char *write_character(char *out, const uint8_t *data, size_t len)
{
    if (len == 0) {
        return TEXT_WRITE(out, "\xef\xbf\xbd");
    }
    if (len == 1) {
        return write_ascii(out, data[0]);
    }
    if (len == 3 && is_line_separator(data)) {
        return write_escape(out, 0x2000u | (data[2] & 0x3fu));
    }
    return text_write(out, (const char *)data, len);
}

char *text_write_json_string(char *out, const uint8_t *data, size_t len, bool *cut)
{
    enum { LONGEST = 6 };
    const char *const end = out + TEXT_STRING_MAX - LONGEST;

    *cut = false;
    for (size_t at = 0; at < len;) {
        const size_t n = character_len(data + at, len - at);

        if (out > end) {
            *cut = true;
            break;
        }
        out = write_character(out, data + at, n);
        at += n == 0 ? 1 : n;
    }
    return out;
}
