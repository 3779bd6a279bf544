// SPDX-License-Identifier: Apache-2.0
/* Prefixes as people write them. */
#include "lib/prefix.h"

#include <arpa/inet.h>
#include <stdlib.h>

/* Up to 3 digits and nothing else. */
static bool parse_bits(const char *text, unsigned max, uint8_t *bits)
{
    const size_t len = strlen(text);
    unsigned long number;

    if (len == 0 || len > 3 || strspn(text, "0123456789") != len) {
        return false;
    }
    number = strtoul(text, NULL, 10);
    *bits = (uint8_t)number;
    return number <= max;
}

static bool parse_address(const char *text, struct flow_addr *addr)
{
    if (inet_pton(AF_INET, text, addr->bytes) == 1) {
        addr->len = 4;
        return true;
    }
    addr->len = 16;
    return inet_pton(AF_INET6, text, addr->bytes) == 1;
}

bool prefix_parse(const char *text, size_t len, struct prefix *prefix)
{
    char word[PREFIX_TEXT_MAX];
    char *slash;

    if (len >= sizeof(word)) {
        return false;
    }
    memcpy(word, text, len);
    word[len] = '\0';
    slash = strchr(word, '/');
    if (slash != NULL) {
        *slash++ = '\0';
    }
    *prefix = (struct prefix){.bits = 0};
    if (!parse_address(word, &prefix->first)) {
        return false;
    }
    prefix->bits = (uint8_t)(prefix->first.len * 8);
    return slash == NULL || parse_bits(slash, prefix->bits, &prefix->bits);
}

void prefix_mask(struct flow_addr *addr, unsigned bits)
{
    for (unsigned i = bits / 8; i < addr->len; i++) {
        const unsigned kept = bits > 8 * i ? bits - 8 * i : 0;

        addr->bytes[i] &= (uint8_t)(0xff00u >> kept);
    }
}
