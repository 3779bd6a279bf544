// SPDX-License-Identifier: Apache-2.0
/* Addresses as text, and octets as hex. */
#include "lib/text_write.h"

#include "lib/wire.h"

/* Two digits as a number, whose lower octet is the first. */
#define PAIR(high, low) (uint16_t)((high) | (low) << 8)
#define SIXTEEN(high)                                                                              \
    PAIR(high, '0'), PAIR(high, '1'), PAIR(high, '2'), PAIR(high, '3'), PAIR(high, '4'),           \
        PAIR(high, '5'), PAIR(high, '6'), PAIR(high, '7'), PAIR(high, '8'), PAIR(high, '9'),       \
        PAIR(high, 'a'), PAIR(high, 'b'), PAIR(high, 'c'), PAIR(high, 'd'), PAIR(high, 'e'),       \
        PAIR(high, 'f')

static const uint16_t hex_pairs[256] = {
    SIXTEEN('0'), SIXTEEN('1'), SIXTEEN('2'), SIXTEEN('3'), SIXTEEN('4'), SIXTEEN('5'),
    SIXTEEN('6'), SIXTEEN('7'), SIXTEEN('8'), SIXTEEN('9'), SIXTEEN('a'), SIXTEEN('b'),
    SIXTEEN('c'), SIXTEEN('d'), SIXTEEN('e'), SIXTEEN('f'),
};

static char *write_hex_pair(char *out, uint8_t octet)
{
    out[0] = (char)hex_pairs[octet];
    out[1] = (char)(hex_pairs[octet] >> 8);
    return out + 2;
}

static char *write_octet(char *out, uint32_t octet)
{
    out = text_write_short(out, octet & 0xff);
    *out = '.';
    return out + 1;
}

static char *write_ipv4(char *out, uint32_t address)
{
    out = write_octet(out, address >> 24);
    out = write_octet(out, address >> 16);
    out = write_octet(out, address >> 8);
    return text_write_short(out, address & 0xff);
}

/* The eight groups of an IPv6 address, first ones first. */
struct groups {
    uint64_t high;
    uint64_t low;
};

static struct groups groups_of(const uint8_t *bytes)
{
    return (struct groups){wire_load_u64(bytes), wire_load_u64(bytes + 8)};
}

/* The highest bit of each of four groups that is zero. */
static uint64_t zeros_of_half(uint64_t half)
{
    const uint64_t lower_bits = 0x7fff7fff7fff7fff;

    return ~(((half & lower_bits) + lower_bits) | half | lower_bits);
}

/*
 * Bit i is set where group i is zero.  The factor moves those of the high half from bits 48, 32,
 * 16 and 0 to bits 48 to 51, and those of the low half, which are four bits higher, to 52 to 55.
 */
static unsigned zero_groups(struct groups groups)
{
    const uint64_t zeros = zeros_of_half(groups.high) >> 15 | zeros_of_half(groups.low) >> 11;

    return (unsigned)(zeros * 0x0008000400020001 >> 48) & 0xff;
}

enum { GROUPS = 8, NO_RUN = GROUPS + 1 /* is reached by none */ };

/*
 * The longest run of zero groups, the first of several; of less than two, none.  Each turn leaves
 * the first groups of runs that are longer by one.
 */
static unsigned longest_run(unsigned zeros, unsigned *len)
{
    unsigned first = zeros;

    for (*len = 0; zeros != 0; ++*len) {
        first = zeros;
        zeros &= zeros >> 1;
    }
    return *len < 2 ? NO_RUN : (unsigned)__builtin_ctz(first);
}

/*
 * Without zeros in front, and with a colon behind.  No branch, for how many digits a group has
 * cannot be foretold: what is too much of four is written over.
 */
static char *write_group(char *out, uint16_t group)
{
    const unsigned zeros = (unsigned)__builtin_clz((uint32_t)group << 16 | 1 << 16) / 4;
    const uint32_t all = hex_pairs[group >> 8] | (uint32_t)hex_pairs[group & 0xff] << 16;
    const uint32_t digits = all >> 8 * zeros;

    out[0] = (char)digits;
    out[1] = (char)(digits >> 8);
    out[2] = (char)(digits >> 16);
    out[3] = (char)(digits >> 24);
    out[4 - zeros] = ':';
    return out + 5 - zeros;
}

static uint16_t group_at(struct groups groups, unsigned i)
{
    return (uint16_t)((i < 4 ? groups.high : groups.low) >> (3 - i % 4) * 16);
}

static char *write_ipv6(char *out, struct groups groups)
{
    unsigned len;
    const unsigned run = longest_run(zero_groups(groups), &len);

    *out = ':';
    out += run == 0 ? 1 : 0;
    for (unsigned i = 0; i < GROUPS; i++) {
        if (i == run) {
            *out++ = ':';
            i += len - 1;
        } else {
            out = write_group(out, group_at(groups, i));
        }
    }
    return run + len == GROUPS ? out : out - 1;
}

/* With an IPv4-mapped address as ::ffff:a.b.c.d. */
static char *write_groups(char *out, struct groups groups)
{
    if (groups.high == 0 && groups.low >> 32 == 0xffff) {
        return write_ipv4(TEXT_WRITE(out, "::ffff:"), (uint32_t)groups.low);
    }
    return write_ipv6(out, groups);
}

char *text_write_ip(char *out, const uint8_t *bytes, size_t len)
{
    if (len == 4) {
        return write_ipv4(out, wire_load_u32(bytes));
    }
    return len == 16 ? write_groups(out, groups_of(bytes)) : out;
}

/* The first n bits of 64. */
static uint64_t leading_bits(unsigned n)
{
    return n == 0 ? 0 : UINT64_MAX << (64 - n);
}

static char *write_ipv6_network(char *out, struct groups groups, unsigned prefix_len)
{
    groups.high &= leading_bits(prefix_len < 64 ? prefix_len : 64);
    groups.low &= leading_bits(prefix_len < 64 ? 0 : prefix_len - 64);
    return write_groups(out, groups);
}

char *text_write_network(char *out, const struct flow_addr *addr, unsigned prefix_len)
{
    if (addr->len == 4) {
        const uint64_t mask = (uint64_t)UINT32_MAX << (32 - prefix_len);

        out = write_ipv4(out, wire_load_u32(addr->bytes) & (uint32_t)mask);
    } else {
        out = write_ipv6_network(out, groups_of(addr->bytes), prefix_len);
    }
    *out++ = '/';
    return text_write_short(out, prefix_len);
}

char *text_write_sub_key(char *out, const struct flow_sub_key *key, const struct flow_addr *addr)
{
    if (key->realm_len != 0) {
        out = text_write(out, key->realm, key->realm_len);
        *out++ = '|';
    }
    return key->bits == 0 || key->bits >= 8 * addr->len ? text_write_addr(out, addr)
                                                        : text_write_network(out, addr, key->bits);
}

char *text_write_mac(char *out, uint64_t mac)
{
    out = write_hex_pair(out, (uint8_t)(mac >> 40));
    for (int shift = 32; shift >= 0; shift -= 8) {
        *out++ = ':';
        out = write_hex_pair(out, (uint8_t)(mac >> shift));
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
        out = write_hex_pair(out, data[i]);
    }
    return out;
}
