// SPDX-License-Identifier: Apache-2.0
/* Addresses as text, and octets as hex. */
#include "lib/text_write.h"

#define HEX(high)                                                                                  \
    high "0" high "1" high "2" high "3" high "4" high "5" high "6" high "7" high "8" high "9" high \
         "a" high "b" high "c" high "d" high "e" high "f"

/* Each octet as two digits. */
static const char hex_pairs[] = HEX("0") HEX("1") HEX("2") HEX("3") HEX("4") HEX("5") HEX("6")
    HEX("7") HEX("8") HEX("9") HEX("a") HEX("b") HEX("c") HEX("d") HEX("e") HEX("f");

static char *write_hex_pair(char *out, uint8_t octet)
{
    return text_write(out, hex_pairs + (size_t)octet * 2, 2);
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

static uint32_t ipv4_of(const uint8_t *bytes)
{
    return (uint32_t)bytes[0] << 24 | (uint32_t)bytes[1] << 16 | (uint32_t)bytes[2] << 8 | bytes[3];
}

/* Bit i is group i of an IPv6 address; it is set where the group is zero. */
static unsigned zero_groups(const uint8_t *bytes)
{
    unsigned zeros = 0;

    for (unsigned i = 0; i < 8; i++) {
        zeros |= (unsigned)((bytes[2 * i] | bytes[2 * i + 1]) == 0) << i;
    }
    return zeros;
}

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
    if (*len < 2) {
        *len = 0;
        return 8;
    }
    return (unsigned)__builtin_ctz(first);
}

/* One digit or two: no zero in front.  What is too much of the copy is written over. */
static char *write_short_hex(char *out, uint8_t octet)
{
    const unsigned zeros = octet < 0x10 ? 1 : 0;

    memcpy(out, hex_pairs + (size_t)octet * 2 + zeros, 2);
    return out + 2 - zeros;
}

/* Without zeros in front, and with a colon behind. */
static char *write_group(char *out, const uint8_t *bytes)
{
    if (bytes[0] == 0) {
        out = write_short_hex(out, bytes[1]);
    } else {
        out = write_hex_pair(write_short_hex(out, bytes[0]), bytes[1]);
    }
    *out = ':';
    return out + 1;
}

static char *write_groups(char *out, const uint8_t *bytes, unsigned from, unsigned to)
{
    for (unsigned i = from; i < to; i++) {
        out = write_group(out, bytes + (size_t)2 * i);
    }
    return out;
}

static char *write_ipv6(char *out, const uint8_t *bytes)
{
    unsigned len;
    const unsigned run = longest_run(zero_groups(bytes), &len);

    out = write_groups(out, bytes, 0, run);
    if (len > 0) {
        out = run == 0 ? TEXT_WRITE(out, "::") : TEXT_WRITE(out, ":");
    }
    if (run + len == 8) {
        return len > 0 ? out : out - 1;
    }
    return write_groups(out, bytes, run + len, 8) - 1;
}

char *text_write_ip(char *out, const uint8_t *bytes, size_t len)
{
    static const uint8_t mapped[12] = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff};

    if (len == 4) {
        return write_ipv4(out, ipv4_of(bytes));
    }
    if (len != 16) {
        return out;
    }
    if (memcmp(bytes, mapped, sizeof(mapped)) == 0) {
        return write_ipv4(TEXT_WRITE(out, "::ffff:"), ipv4_of(bytes + sizeof(mapped)));
    }
    return write_ipv6(out, bytes);
}

static char *write_ipv6_network(char *out, const uint8_t *bytes, unsigned prefix_len)
{
    uint8_t network[16];

    for (unsigned i = 0; i < sizeof(network); i++) {
        const unsigned bits = prefix_len < 8 * i ? 0 : prefix_len - 8 * i;

        network[i] = bytes[i] & (uint8_t)(0xff00u >> (bits < 8 ? bits : 8));
    }
    return text_write_ip(out, network, sizeof(network));
}

char *text_write_network(char *out, const struct flow_addr *addr, unsigned prefix_len)
{
    if (addr->len == 4) {
        const uint64_t mask = (uint64_t)UINT32_MAX << (32 - prefix_len);

        out = write_ipv4(out, ipv4_of(addr->bytes) & (uint32_t)mask);
    } else {
        out = write_ipv6_network(out, addr->bytes, prefix_len);
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
