// SPDX-License-Identifier: Apache-2.0
#ifndef LIB_TEXT_WRITE_H
#define LIB_TEXT_WRITE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "lib/flow.h"

/*
 * Writers of single values as text.  Each writes at out, where the caller has
 * room for the maximum named, and returns the end of what it wrote.  No locale,
 * no terminator.
 */
enum {
    TEXT_U64_MAX = 21, /* 20 digits, and an octet that may be written over */
    TEXT_S64_MAX = 21,
    TEXT_DOUBLE_MAX = 24,
    TEXT_ADDR_MAX = 45,
    TEXT_NETWORK_MAX = TEXT_ADDR_MAX + 4,
    TEXT_MAC_MAX = 17,
    TEXT_SUB_KEY_MAX = FLOW_REALM_MAX + 1 + TEXT_NETWORK_MAX,
    TEXT_DATETIME_MAX = 38, /* with a year of twelve digits */
    TEXT_STRING_MAX = 4096, /* of escaped text, without quotes */
    TEXT_HEX_MAX = 4096,
};

/* Each number below 1000: three digits, and how many of them are zeros in front. */
extern const char text_triples[4 * 1000];

/* A number below 1000.  The copy is one move; what is too much of it is written over. */
static inline char *text_write_short(char *out, uint32_t value)
{
    const char *triple = text_triples + (size_t)value * 4;
    const size_t zeros = (size_t)triple[3];

    memcpy(out, triple + zeros, 4);
    return out + 3 - zeros;
}

/* Any other; private to text_write_u64(). */
char *text_write_long_u64(char *out, uint64_t value);

static inline char *text_write_u64(char *out, uint64_t value)
{
    return value < 1000 ? text_write_short(out, (uint32_t)value) : text_write_long_u64(out, value);
}

char *text_write_s64(char *out, int64_t value);

/*
 * 17 significant digits, so that reading gives the same number; "null" for what JSON has no form
 * for.
 */
char *text_write_double(char *out, double value);

/*
 * RFC 5952, with IPv4-mapped addresses as ::ffff:a.b.c.d; nothing if it has neither 4 nor
 * 16 octets.
 */
char *text_write_ip(char *out, const uint8_t *bytes, size_t len);

static inline char *text_write_addr(char *out, const struct flow_addr *addr)
{
    return text_write_ip(out, addr->bytes, addr->len);
}

/* 192.0.2.0/24: the address without the bits behind prefix_len, which it must have. */
char *text_write_network(char *out, const struct flow_addr *addr, unsigned prefix_len);

/* 100.64.1.10, 2001:db8:100::/56, or cgn1|100.64.1.10 with a realm. */
char *text_write_sub_key(char *out, const struct flow_sub_key *key, const struct flow_addr *addr);

/* aa:bb:cc:dd:ee:ff, of the low 48 bits. */
char *text_write_mac(char *out, uint64_t mac);

/*
 * RFC 3339 in UTC, of a time since 1970: 2026-11-21T01:42:46.2Z.  A fraction without its
 * last zeros; a year with all its digits.
 */
char *text_write_datetime(char *out, uint64_t seconds, uint32_t nanoseconds);

/* Lower-case hex; *cut becomes true if not all had room. */
char *text_write_hex(char *out, const uint8_t *data, size_t len, bool *cut);

/* Whether the octets are valid UTF-8 (RFC 3629). */
bool text_is_utf8(const uint8_t *data, size_t len);

/* What becomes of a string's octets. */
enum text_escaping {
    TEXT_JSON,      /* the inside of a JSON string (RFC 8259 section 7); DEL is escaped, too */
    TEXT_JSON_HTML, /* the same with <, > and &, but without DEL: as Go's encoder does */
    TEXT_LINE,      /* controls as JSON escapes them; quotes and backslashes stay */
    TEXT_UTF8,      /* nothing is escaped */
    TEXT_AS_IS,     /* the octets themselves, whatever they are */
};

/*
 * A string, but for TEXT_AS_IS always valid UTF-8: octets that are none become U+FFFD.
 * Where controls are escaped, U+2028 and U+2029 are too, for JavaScript.  *cut becomes
 * true if not all had room, and then no character is half there.
 */
char *text_write_string(char *out, const uint8_t *data, size_t len, enum text_escaping escaping,
                        bool *cut);

static inline char *text_write_json_string(char *out, const uint8_t *data, size_t len, bool *cut)
{
    return text_write_string(out, data, len, TEXT_JSON, cut);
}

/* A text of known length. */
static inline char *text_write(char *out, const char *text, size_t len)
{
    memcpy(out, text, len);
    return out + len;
}

/* A word of weir's own.  One octet behind it is written, too, and written over. */
static inline char *text_write_word(char *out, const char *word)
{
    return stpcpy(out, word);
}

#define TEXT_WRITE(out, literal) text_write((out), (literal), sizeof(literal) - 1)

#endif
