// SPDX-License-Identifier: Apache-2.0
/* Strings as text: what is escaped, and what becomes of octets that are no UTF-8. */
#include "lib/text_write.h"
#include "lib/utf8.h"

bool text_is_utf8(const uint8_t *data, size_t len)
{
    size_t n = 1;

    for (size_t at = 0; at < len && n > 0; at += n) {
        n = utf8_len(data + at, len - at);
    }
    return n > 0;
}

static char *write_escape(char *out, unsigned code)
{
    out = TEXT_WRITE(out, "\\u");
    for (int shift = 12; shift >= 0; shift -= 4) {
        *out++ = "0123456789abcdef"[code >> shift & 15];
    }
    return out;
}

static bool is_escaped(uint8_t octet, enum text_escaping escaping)
{
    const bool json = escaping == TEXT_JSON || escaping == TEXT_JSON_HTML;

    if (octet < 0x20) {
        return json || escaping == TEXT_LINE;
    }
    switch (octet) {
    case '"':
    case '\\':
        return json;
    case '<':
    case '>':
    case '&':
        return escaping == TEXT_JSON_HTML;
    case 0x7f:
        return escaping == TEXT_JSON || escaping == TEXT_LINE;
    default:
        return false;
    }
}

static char *write_ascii(char *out, uint8_t octet, enum text_escaping escaping)
{
    static const char short_forms[] = "\bb\tt\nn\ff\rr\"\"\\\\";
    const char *form;

    if (!is_escaped(octet, escaping)) {
        *out++ = (char)octet;
        return out;
    }
    form = octet == 0 ? NULL : strchr(short_forms, octet);
    if (form == NULL) {
        return write_escape(out, octet);
    }
    *out++ = '\\';
    *out++ = form[1];
    return out;
}

static bool is_line_separator(const uint8_t *data)
{
    return data[0] == 0xe2 && data[1] == 0x80 && (data[2] == 0xa8 || data[2] == 0xa9);
}

static char *write_character(char *out, const uint8_t *data, size_t len,
                             enum text_escaping escaping)
{
    if (len == 0) {
        return TEXT_WRITE(out, "\xef\xbf\xbd");
    }
    if (len == 1) {
        return write_ascii(out, data[0], escaping);
    }
    if (len == 3 && is_line_separator(data) && escaping != TEXT_UTF8) {
        return write_escape(out, 0x2000u | (data[2] & 0x3fu));
    }
    return text_write(out, (const char *)data, len);
}

static char *write_octets(char *out, const uint8_t *data, size_t len, bool *cut)
{
    *cut = len > TEXT_STRING_MAX;
    return text_write(out, (const char *)data, *cut ? TEXT_STRING_MAX : len);
}

char *text_write_string(char *out, const uint8_t *data, size_t len, enum text_escaping escaping,
                        bool *cut)
{
    enum { LONGEST = 6 };
    const char *const end = out + TEXT_STRING_MAX - LONGEST;

    if (escaping == TEXT_AS_IS) {
        return write_octets(out, data, len, cut);
    }
    *cut = false;
    for (size_t at = 0; at < len;) {
        const size_t n = utf8_len(data + at, len - at);

        if (out > end) {
            *cut = true;
            break;
        }
        out = write_character(out, data + at, n, escaping);
        at += n == 0 ? 1 : n;
    }
    return out;
}
