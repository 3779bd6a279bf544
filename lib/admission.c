// SPDX-License-Identifier: Apache-2.0
/* Which exporters may speak. */
#include "lib/admission.h"

#include <stdio.h>
#include <stdlib.h>

#include "lib/prefix.h"

enum { ADDRESS_LEN = 16, ADDRESS_BITS = 128 };

/* Addresses from first to last; those of IPv4 are mapped into IPv6. */
struct range {
    uint8_t first[ADDRESS_LEN];
    uint8_t last[ADDRESS_LEN];
};

/* In order, none touching another. */
struct admission {
    size_t n;
    struct range ranges[];
};

static void map_ipv4(uint8_t mapped[static ADDRESS_LEN], const uint8_t *ipv4)
{
    memset(mapped, 0, 10);
    memset(mapped + 10, 0xff, 2);
    memcpy(mapped + 12, ipv4, 4);
}

/* The range that has its first bits in common with the address. */
static struct range make_range(const uint8_t address[static ADDRESS_LEN], unsigned bits)
{
    struct range range;

    for (unsigned i = 0; i < ADDRESS_LEN; i++) {
        const unsigned kept = bits < 8 * i ? 0 : bits - 8 * i;
        const uint8_t rest = (uint8_t)(kept >= 8 ? 0 : 0xff >> kept);

        range.first[i] = (uint8_t)(address[i] & ~rest);
        range.last[i] = (uint8_t)(address[i] | rest);
    }
    return range;
}

static bool parse_range(const char *text, size_t len, struct range *range)
{
    uint8_t address[ADDRESS_LEN];
    struct prefix prefix;

    if (!prefix_parse(text, len, &prefix)) {
        return false;
    }
    if (prefix.first.len == 4) {
        map_ipv4(address, prefix.first.bytes);
    } else {
        memcpy(address, prefix.first.bytes, ADDRESS_LEN);
    }
    *range = make_range(address, prefix.bits + ADDRESS_BITS - 8u * prefix.first.len);
    return true;
}

static int by_first(const void *a, const void *b)
{
    return memcmp(((const struct range *)a)->first, ((const struct range *)b)->first, ADDRESS_LEN);
}

/* Prefixes lie in each other or apart: what begins within the one before ends there, too. */
static void drop_inner(struct admission *admission)
{
    size_t kept = 0;

    for (size_t i = 0; i < admission->n; i++) {
        const struct range *range = &admission->ranges[i];

        if (kept == 0 || memcmp(range->first, admission->ranges[kept - 1].last, ADDRESS_LEN) > 0) {
            admission->ranges[kept++] = *range;
        } else if (memcmp(range->last, admission->ranges[kept - 1].last, ADDRESS_LEN) > 0) {
            admission->ranges[kept - 1] = *range;
        }
    }
    admission->n = kept;
}

static size_t count_words(const char *text)
{
    size_t n = 1;

    for (; *text != '\0'; text++) {
        n += *text == ',' ? 1 : 0;
    }
    return n;
}

struct admission *admission_new(const char *prefixes, char *message, size_t message_size)
{
    struct admission *admission =
        malloc(sizeof(*admission) + count_words(prefixes) * sizeof(struct range));

    if (admission == NULL) {
        (void)snprintf(message, message_size, "no memory");
        return NULL;
    }
    admission->n = 0;
    for (const char *at = prefixes;; at++) {
        const size_t len = strcspn(at, ",");

        if (!parse_range(at, len, &admission->ranges[admission->n++])) {
            (void)snprintf(message, message_size,
                           "\"%.*s\" is no prefix such as 192.0.2.0/24 or 2001:db8::/32", (int)len,
                           at);
            free(admission);
            return NULL;
        }
        at += len;
        if (*at == '\0') {
            break;
        }
    }
    qsort(admission->ranges, admission->n, sizeof(struct range), by_first);
    drop_inner(admission);
    return admission;
}

void admission_free(struct admission *admission)
{
    free(admission);
}

/* The last range that does not begin behind the address, or NULL. */
static const struct range *find(const struct admission *admission, const uint8_t *address)
{
    size_t low = 0;
    size_t high = admission->n;

    while (low < high) {
        const size_t middle = (low + high) / 2;

        if (memcmp(admission->ranges[middle].first, address, ADDRESS_LEN) <= 0) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    return low == 0 ? NULL : &admission->ranges[low - 1];
}

bool admission_allows(const struct admission *admission, const struct flow_addr *from)
{
    uint8_t address[ADDRESS_LEN];
    const struct range *range;

    if (admission == NULL) {
        return true;
    }
    if (from->len == 4) {
        map_ipv4(address, from->bytes);
    } else {
        memcpy(address, from->bytes, ADDRESS_LEN);
    }
    range = find(admission, address);
    return range != NULL && memcmp(address, range->last, ADDRESS_LEN) <= 0;
}
