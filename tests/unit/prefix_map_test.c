// SPDX-License-Identifier: Apache-2.0
/* Longest-prefix match: against a matcher that tries every prefix, and at the edges. */
#include "lib/subscriber/prefix_map.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include <arpa/inet.h>

enum { PREFIXES_MAX = 2000, LOOKUPS = 1000 };

/* The prefix as octets, for the naive matcher. */
struct plain {
    uint8_t octets[16];
    unsigned bits;
};

static struct plain plains[PREFIXES_MAX];
static struct prefix_value values[PREFIXES_MAX];
static size_t n_prefixes;
static size_t n_octets;
static uint64_t state = 1;

/* Always the same sequence (Marsaglia's xorshift). */
static uint32_t random_below(uint32_t end)
{
    state ^= state << 13;
    state ^= state >> 7;
    state ^= state << 17;
    return (uint32_t)(state >> 32) % end;
}

static uint32_t find(const struct prefix_map *map, const uint8_t *octets)
{
    return n_octets == 4 ? prefix_map_find4(map, octets) : prefix_map_find6(map, octets);
}

static bool has_first_bits(const uint8_t *a, const uint8_t *b, unsigned bits)
{
    const unsigned rest = bits % 8;

    return memcmp(a, b, bits / 8) == 0 &&
           (rest == 0 || ((a[bits / 8] ^ b[bits / 8]) & (0xff00 >> rest) & 0xff) == 0);
}

static uint32_t find_naively(const uint8_t *octets)
{
    uint32_t best = 0;

    for (size_t i = 0; i < n_prefixes; i++) {
        if (has_first_bits(plains[i].octets, octets, plains[i].bits) &&
            (best == 0 || plains[i].bits > plains[best - 1].bits)) {
            best = (uint32_t)i + 1;
        }
    }
    return best;
}

static bool is_known(const struct plain *plain)
{
    for (size_t i = 0; i < n_prefixes; i++) {
        if (plains[i].bits == plain->bits && memcmp(plains[i].octets, plain->octets, 16) == 0) {
            return true;
        }
    }
    return false;
}

static void add(struct plain plain)
{
    for (unsigned bit = plain.bits; bit < 128; bit++) {
        plain.octets[bit / 8] &= (uint8_t) ~(0x80 >> bit % 8);
    }
    if (is_known(&plain)) {
        return;
    }
    plains[n_prefixes++] = plain;
    values[n_prefixes - 1] = (struct prefix_value){
        .first = address_of(plain.octets, n_octets),
        .value = (uint32_t)n_prefixes,
        .bits = (uint8_t)plain.bits,
    };
}

static void begin(size_t octets)
{
    n_prefixes = 0;
    n_octets = octets;
}

static void add_text(const char *text, unsigned bits)
{
    struct plain plain = {.bits = bits};

    assert_int_equal(inet_pton(n_octets == 4 ? AF_INET : AF_INET6, text, plain.octets), 1);
    add(plain);
}

static struct prefix_map make(void)
{
    struct prefix_map map;

    qsort(values, n_prefixes, sizeof(values[0]), prefix_value_compare);
    assert_true(prefix_map_make(&map, values, n_prefixes));
    return map;
}

static void assert_found(const struct prefix_map *map, const char *text, uint32_t value)
{
    uint8_t octets[16];

    assert_int_equal(inet_pton(n_octets == 4 ? AF_INET : AF_INET6, text, octets), 1);
    assert_int_equal(find(map, octets), value);
}

/* Octets out of few, so that prefixes lie in each other and beside each other. */
static void fill_randomly(uint8_t octets[16], unsigned spread)
{
    memset(octets, 0, 16);
    for (size_t i = 0; i < n_octets; i++) {
        octets[i] = (uint8_t)(random_below(3) == 0 ? random_below(spread) : random_below(2) * 0xff);
    }
}

/* The edges of prefixes, and one address beside each of them. */
static void assert_edges(const struct prefix_map *map)
{
    for (size_t i = 0; i < n_prefixes; i += 7) {
        uint8_t octets[16];

        memcpy(octets, plains[i].octets, sizeof(octets));
        assert_int_equal(find(map, octets), find_naively(octets));
        for (size_t bit = plains[i].bits; bit < 8 * n_octets; bit++) {
            octets[bit / 8] |= (uint8_t)(0x80 >> bit % 8);
        }
        assert_int_equal(find(map, octets), find_naively(octets));
        for (size_t at = n_octets; at > 0 && ++octets[at - 1] == 0; at--) {
        }
        assert_int_equal(find(map, octets), find_naively(octets));
    }
}

static void compare(size_t octets, size_t prefixes, unsigned spread, unsigned shortest)
{
    struct prefix_map map;

    begin(octets);
    for (size_t i = 0; i < prefixes; i++) {
        struct plain plain = {.bits = shortest + random_below((uint32_t)octets * 8 + 1 - shortest)};

        fill_randomly(plain.octets, spread);
        add(plain);
    }
    map = make();
    assert_edges(&map);
    for (size_t i = 0; i < LOOKUPS; i++) {
        uint8_t address[16];

        fill_randomly(address, spread);
        assert_int_equal(find(&map, address), find_naively(address));
    }
    prefix_map_free(&map);
}

/* Few and many, spread and crowded, nested from the default route to single addresses. */
static void random_prefixes(void **unused)
{
    static const size_t counts[] = {1, 2, 64, 65, 300, PREFIXES_MAX};

    (void)unused;
    for (size_t i = 0; i < sizeof(counts) / sizeof(counts[0]); i++) {
        compare(4, counts[i], 256, 0);
        compare(4, counts[i], 2, 0);
        compare(4, counts[i], 256, 24);
        compare(16, counts[i], 256, 0);
        compare(16, counts[i], 2, 0);
        compare(16, counts[i], 256, 120);
    }
}

static void no_prefixes(void **unused)
{
    struct prefix_map map;

    (void)unused;
    begin(4);
    map = make();
    assert_found(&map, "192.0.2.1", 0);
    prefix_map_free(&map);
}

static void default_route(void **unused)
{
    struct prefix_map map;

    (void)unused;
    begin(4);
    add_text("0.0.0.0", 0);
    add_text("255.255.255.255", 32);
    add_text("0.0.0.0", 32);
    map = make();
    assert_found(&map, "0.0.0.0", 3);
    assert_found(&map, "0.0.0.1", 1);
    assert_found(&map, "255.255.255.254", 1);
    assert_found(&map, "255.255.255.255", 2);
    prefix_map_free(&map);
}

/* A prefix of each length, around one address. */
static void nested(void **unused)
{
    struct prefix_map map;

    (void)unused;
    begin(16);
    for (unsigned bits = 0; bits <= 128; bits++) {
        add_text("2001:db8:ffff::1", bits);
    }
    map = make();
    assert_found(&map, "2001:db8:ffff::1", 129);
    assert_found(&map, "2001:db8:ffff::", 128);
    assert_found(&map, "2001:db8:ffff::2", 127);
    assert_found(&map, "2001:db8::1", 33);
    assert_found(&map, "8000::", 1);
    prefix_map_free(&map);
}

/* One pool inside another, and the outer one goes on behind it. */
static void pool_in_pool(void **unused)
{
    struct prefix_map map;

    (void)unused;
    begin(4);
    add_text("100.64.0.0", 10);
    add_text("100.64.1.0", 24);
    add_text("100.65.0.0", 16);
    map = make();
    assert_found(&map, "100.63.255.255", 0);
    assert_found(&map, "100.64.0.255", 1);
    assert_found(&map, "100.64.1.0", 2);
    assert_found(&map, "100.64.1.255", 2);
    assert_found(&map, "100.64.2.0", 1);
    assert_found(&map, "100.65.255.255", 3);
    assert_found(&map, "100.66.0.0", 1);
    assert_found(&map, "100.128.0.0", 0);
    prefix_map_free(&map);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(random_prefixes), cmocka_unit_test(no_prefixes),
        cmocka_unit_test(default_route),   cmocka_unit_test(nested),
        cmocka_unit_test(pool_in_pool),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
