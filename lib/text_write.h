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
    TEXT_U64_MAX = 20,
    TEXT_S64_MAX = 20,
    TEXT_DOUBLE_MAX = 24,
    TEXT_ADDR_MAX = 45,
    TEXT_MAC_MAX = 17,
    TEXT_STRING_MAX = 4096, /* of escaped text, without its quotes */
    TEXT_HEX_MAX = 4096,
};

char *text_write_u64(char *out, uint64_t value);
char *text_write_s64(char *out, int64_t value);

/*
 * 17 significant digits, so that reading gives the same number; "null" for what JSON has no form
 * for.
 */
char *text_write_double(char *out, double value);

/* RFC 5952, with IPv4-mapped addresses as ::ffff:a.b.c.d; nothing if there is no address. */
char *text_write_addr(char *out, const struct flow_addr *addr);

/* aa:bb:cc:dd:ee:ff, of the low 48 bits. */
char *text_write_mac(char *out, uint64_t mac);

/* Lower-case hex; *cut becomes true if not all had room. */
char *text_write_hex(char *out, const uint8_t *data, size_t len, bool *cut);

/*
 * The inside of a JSON string (RFC 8259 section 7): always valid UTF-8, whatever
 * the octets are; those that are none become U+FFFD.  DEL, U+2028 and U+2029 are
 * escaped too, for terminals and JavaScript.  *cut as above, never inside a character.
 */
char *text_write_json_string(char *out, const uint8_t *data, size_t len, bool *cut);

/* A text known at compile time. */
static inline char *text_write(char *out, const char *text, size_t len)
{
    memcpy(out, text, len);
    return out + len;
}

#define TEXT_WRITE(out, literal) text_write((out), (literal), sizeof(literal) - 1)

#endif
