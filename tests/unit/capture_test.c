// SPDX-License-Identifier: Apache-2.0
// Captures made here, frame by frame, and the datagrams that are found in them.
#include "lib/capture.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

/* As files number them: https://www.tcpdump.org/linktypes.html. */
enum {
    LINK_NULL = 0,
    LINK_ETHERNET = 1,
    LINK_RAW = 101,
    LINK_LOOP = 108,
    LINK_COOKED = 113,
    LINK_USER0 = 147,
    LINK_IPV4 = 228,
    LINK_IPV6 = 229,
    LINK_COOKED2 = 276,
};

#define MICROSECONDS 0xa1b2c3d4
#define NANOSECONDS  0xa1b23c4d

enum {
    FROM_PORT = 10000,
    TO_PORT = 2055,
};

#define OCTETS(...) (const uint8_t[]){__VA_ARGS__}, sizeof((const uint8_t[]){__VA_ARGS__})

#define MACS     2, 0, 0, 0, 0, 1, 2, 0, 0, 0, 0, 2
#define COOKED   0, 0, 0, 1, 0, 6, 2, 0, 0, 0, 0, 2, 0, 0
#define COOKED2  0, 0, 0, 0, 0, 3, 0, 1, 0, 6, 2, 0, 0, 0, 0, 2, 0, 0
#define SOURCE4  192, 0, 2, 1
#define TARGET4  198, 51, 100, 2
#define SOURCE6  0x20, 1, 0x0d, 0xb8, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1
#define MAPPED   0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff, SOURCE4
#define TARGET6  0x20, 1, 0x0d, 0xb8, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 2
#define UDP(len) 0x27, 0x10, 0x08, 0x07, 0, len, 0, 0
#define WEIR     UDP(12), 'w', 'e', 'i', 'r'

/* words: of the header; fragment: the two octets of flags and offset. */
#define IPV4(words, len, fragment, protocol)                                                       \
    0x40 | (words), 0, 0, len, 0, 7, fragment, 64, protocol, 0, 0, SOURCE4, TARGET4
#define NO_FRAGMENT         0x40, 0
#define FIRST_FRAGMENT      0x20, 0
#define LAST_FRAGMENT       0, 185
#define IPV6(len, next)     0x60, 0, 0, 0, 0, len, next, 64, SOURCE6, TARGET6
#define PADDED_OPTION(next) next, 0, 1, 4, 0, 0, 0, 0
#define ROUTING(next)       next, 2, 0, 0, 0, 0, 0, 0, TARGET6

#define WEIR4 IPV4(5, 32, NO_FRAGMENT, 17), WEIR
#define WEIR6 IPV6(12, 17), WEIR

struct frame_case {
    const char *name;
    uint32_t link;
    const uint8_t *frame;
    size_t len;
};

/* Each holds "weir" from 192.0.2.1. */
static const struct frame_case ipv4_cases[] = {
    {"Ethernet", LINK_ETHERNET, OCTETS(MACS, 8, 0, WEIR4)},
    {"VLAN tag", LINK_ETHERNET, OCTETS(MACS, 0x81, 0, 0, 5, 8, 0, WEIR4)},
    {"three VLAN tags", LINK_ETHERNET,
     OCTETS(MACS, 0x88, 0xa8, 0, 5, 0x91, 0, 0, 6, 0x81, 0, 0, 7, 8, 0, WEIR4)},
    {"cooked", LINK_COOKED, OCTETS(COOKED, 8, 0, WEIR4)},
    {"cooked, VLAN tag", LINK_COOKED, OCTETS(COOKED, 0x81, 0, 0, 5, 8, 0, WEIR4)},
    {"cooked 2", LINK_COOKED2, OCTETS(8, 0, COOKED2, WEIR4)},
    {"cooked 2, VLAN tag", LINK_COOKED2, OCTETS(0x81, 0, COOKED2, 0, 5, 8, 0, WEIR4)},
    {"raw", LINK_RAW, OCTETS(WEIR4)},
    {"raw IPv4", LINK_IPV4, OCTETS(WEIR4)},
    {"BSD loopback, little endian", LINK_NULL, OCTETS(2, 0, 0, 0, WEIR4)},
    {"BSD loopback, big endian", LINK_NULL, OCTETS(0, 0, 0, 2, WEIR4)},
    {"OpenBSD loopback", LINK_LOOP, OCTETS(0, 0, 0, 2, WEIR4)},
    {"padding", LINK_ETHERNET, OCTETS(MACS, 8, 0, WEIR4, 0, 0, 0, 0, 0, 0)},
    {"octets between UDP's end and IP's", LINK_RAW,
     OCTETS(IPV4(5, 35, NO_FRAGMENT, 17), WEIR, 1, 2, 3)},
    {"IPv4 options", LINK_RAW, OCTETS(IPV4(6, 36, NO_FRAGMENT, 17), 1, 1, 1, 0, WEIR)},
    {"IPv4-mapped", LINK_RAW, OCTETS(0x60, 0, 0, 0, 0, 12, 17, 64, MAPPED, TARGET6, WEIR)},
};

/* Each holds "weir" from 2001:db8::1. */
static const struct frame_case ipv6_cases[] = {
    {"Ethernet", LINK_ETHERNET, OCTETS(MACS, 0x86, 0xdd, WEIR6)},
    {"cooked 2", LINK_COOKED2, OCTETS(0x86, 0xdd, COOKED2, WEIR6)},
    {"raw", LINK_RAW, OCTETS(WEIR6)},
    {"raw IPv6", LINK_IPV6, OCTETS(WEIR6)},
    {"BSD loopback of macOS", LINK_NULL, OCTETS(30, 0, 0, 0, WEIR6)},
    {"padding", LINK_ETHERNET, OCTETS(MACS, 0x86, 0xdd, WEIR6, 0, 0, 0, 0)},
    {"hop-by-hop options", LINK_RAW, OCTETS(IPV6(20, 0), PADDED_OPTION(17), WEIR)},
    {"all extension headers", LINK_RAW,
     OCTETS(IPV6(52, 0), PADDED_OPTION(60), PADDED_OPTION(43), ROUTING(17), WEIR)},
    {"whole packet with a fragment header", LINK_RAW,
     OCTETS(IPV6(28, 44), 60, 0, 0, 0, 0, 0, 0, 9, PADDED_OPTION(17), WEIR)},
};

/* In these there is no whole datagram. */
static const struct frame_case not_udp_cases[] = {
    {"ARP", LINK_ETHERNET, OCTETS(MACS, 8, 6, 0, 1, 8, 0, 6, 4, 0, 1)},
    {"TCP", LINK_RAW, OCTETS(IPV4(5, 32, NO_FRAGMENT, 6), WEIR)},
    {"TCP over IPv6", LINK_RAW, OCTETS(IPV6(12, 6), WEIR)},
    {"ICMPv6 behind options", LINK_RAW, OCTETS(IPV6(20, 0), PADDED_OPTION(58), WEIR)},
    {"IP version 5", LINK_RAW, OCTETS(0x55, 0, 0, 32, WEIR)},
    {"IPv4 header of four words", LINK_RAW, OCTETS(IPV4(4, 32, NO_FRAGMENT, 17), WEIR)},
    {"IPv4 packet shorter than its header", LINK_RAW, OCTETS(IPV4(5, 19, NO_FRAGMENT, 17), WEIR)},
    {"UDP length below its header's", LINK_RAW, OCTETS(IPV4(5, 32, NO_FRAGMENT, 17), UDP(7), 1)},
};

static const struct frame_case fragment_cases[] = {
    {"first", LINK_RAW, OCTETS(IPV4(5, 32, FIRST_FRAGMENT, 17), WEIR)},
    {"last", LINK_RAW, OCTETS(IPV4(5, 32, LAST_FRAGMENT, 17), WEIR)},
    {"first of IPv6", LINK_RAW, OCTETS(IPV6(20, 44), 17, 0, 0, 1, 0, 0, 0, 9, WEIR)},
    {"last of IPv6", LINK_RAW,
     OCTETS(IPV6(28, 0), PADDED_OPTION(44), 17, 0, 5, 0xa8, 0, 0, 0, 9, WEIR)},
};

static const struct frame_case truncated_cases[] = {
    {"UDP longer than IP", LINK_RAW, OCTETS(IPV4(5, 31, NO_FRAGMENT, 17), WEIR)},
    {"IPv4 options longer than the packet", LINK_RAW, OCTETS(IPV4(15, 60, NO_FRAGMENT, 17), WEIR)},
    {"extension header longer than the packet", LINK_RAW, OCTETS(IPV6(12, 0), 17, 9, WEIR)},
    {"UDP longer than IPv6", LINK_RAW, OCTETS(IPV6(11, 17), WEIR)},
};

static const struct frame_case empty_case = {
    "empty datagram", LINK_ETHERNET,
    OCTETS(MACS, 8, 0, IPV4(5, 28, NO_FRAGMENT, 17), UDP(8), 0, 0, 0, 0)};

#define N(array) (sizeof(array) / sizeof((array)[0]))

/* The capture under test: first written, then read. */
static FILE *file;
static struct capture *capture;
static char message[256];
static struct datagram datagram;
static uint16_t to_port;

static void put16(uint16_t value)
{
    assert_int_equal(fwrite(&value, sizeof(value), 1, file), 1);
}

static void put32(uint32_t value)
{
    assert_int_equal(fwrite(&value, sizeof(value), 1, file), 1);
}

static void put_octets(const uint8_t *octets, size_t len)
{
    assert_int_equal(fwrite(octets, 1, len, file), len);
}

static void begin_file(void)
{
    file = tmpfile();
    assert_non_null(file);
}

static void begin_pcap(uint32_t magic, uint32_t link)
{
    begin_file();
    put32(magic);
    put16(2);
    put16(4);
    put32(0);
    put32(0);
    put32(65535);
    put32(link);
}

static void put_record(uint32_t seconds, uint32_t fraction, const struct frame_case *c,
                       size_t captured)
{
    put32(seconds);
    put32(fraction);
    put32((uint32_t)captured);
    put32((uint32_t)c->len);
    put_octets(c->frame, captured);
}

/* A file without a name is opened by its number. */
static bool open_capture(void)
{
    char path[64];

    assert_int_equal(fflush(file), 0);
    (void)snprintf(path, sizeof(path), "/proc/self/fd/%d", fileno(file));
    capture = capture_open(path, message, sizeof(message));
    return capture != NULL;
}

static bool next(void)
{
    return capture_next(capture, &datagram, &to_port);
}

static void end(void)
{
    if (capture != NULL) {
        capture_close(capture);
    }
    (void)fclose(file);
    capture = NULL;
}

static void assert_end(void)
{
    assert_false(next());
    assert_null(capture_error(capture));
}

static void assert_weir(struct flow_addr from)
{
    assert_int_equal(datagram.len, 4);
    assert_memory_equal(datagram.data, "weir", 4);
    assert_true(flow_addr_equal(&datagram.from, &from));
    assert_int_equal(datagram.from_scope, 0);
    assert_int_equal(datagram.from_port, FROM_PORT);
    assert_int_equal(to_port, TO_PORT);
    assert_int_equal(datagram.listener, 0);
}

/* Opens a capture of this one frame. */
static void open_frame(const struct frame_case *c)
{
    print_message("    %s\n", c->name);
    begin_pcap(NANOSECONDS, c->link);
    put_record(1, 2, c, c->len);
    assert_true(open_capture());
}

static void assert_whole(const struct frame_case *c, struct flow_addr from)
{
    open_frame(c);
    assert_true(next());
    assert_weir(from);
    assert_end();
    end();
}

static void test_ipv4(void **state)
{
    (void)state;
    for (size_t i = 0; i < N(ipv4_cases); i++) {
        assert_whole(&ipv4_cases[i], flow_addr_make(OCTETS(SOURCE4)));
    }
}

static void test_ipv6(void **state)
{
    (void)state;
    for (size_t i = 0; i < N(ipv6_cases); i++) {
        assert_whole(&ipv6_cases[i], flow_addr_make(OCTETS(SOURCE6)));
    }
}

/* A frame that was cut shows all of the datagram, or is counted. */
static void assert_cut(const struct frame_case *c)
{
    uint64_t whole = 0;

    begin_pcap(NANOSECONDS, c->link);
    for (size_t captured = 0; captured < c->len; captured++) {
        put_record(1, 2, c, captured);
    }
    assert_true(open_capture());
    while (next()) {
        assert_int_equal(datagram.len, 4);
        assert_memory_equal(datagram.data, "weir", 4);
        whole++;
    }
    assert_int_equal(capture_skipped(capture).truncated, c->len - whole);
    assert_true(whole < 8);
    end();
}

static void test_cut_anywhere(void **state)
{
    (void)state;
    for (size_t i = 0; i < N(ipv4_cases); i++) {
        assert_cut(&ipv4_cases[i]);
    }
    for (size_t i = 0; i < N(ipv6_cases); i++) {
        assert_cut(&ipv6_cases[i]);
    }
}

static struct capture_skipped skipped(const struct frame_case *c)
{
    struct capture_skipped found;

    open_frame(c);
    assert_end();
    found = capture_skipped(capture);
    assert_int_equal(found.not_udp + found.fragments + found.truncated, 1);
    end();
    return found;
}

static void test_skipped(void **state)
{
    (void)state;
    for (size_t i = 0; i < N(not_udp_cases); i++) {
        assert_int_equal(skipped(&not_udp_cases[i]).not_udp, 1);
    }
    for (size_t i = 0; i < N(fragment_cases); i++) {
        assert_int_equal(skipped(&fragment_cases[i]).fragments, 1);
    }
    for (size_t i = 0; i < N(truncated_cases); i++) {
        assert_int_equal(skipped(&truncated_cases[i]).truncated, 1);
    }
}

static void test_empty_datagram(void **state)
{
    (void)state;
    open_frame(&empty_case);
    assert_true(next());
    assert_int_equal(datagram.len, 0);
    assert_int_equal(to_port, TO_PORT);
    assert_end();
    end();
}

static void assert_time(uint32_t magic, uint32_t seconds, uint32_t fraction, uint64_t expected)
{
    begin_pcap(magic, LINK_ETHERNET);
    put_record(seconds, fraction, &ipv4_cases[0], ipv4_cases[0].len);
    assert_true(open_capture());
    assert_true(next());
    assert_int_equal(datagram.received_ns, expected);
    end();
}

static void test_times(void **state)
{
    (void)state;
    assert_time(NANOSECONDS, 1700000000, 123456789, 1700000000123456789);
    assert_time(MICROSECONDS, 1700000000, 123456, 1700000000123456000);
    assert_time(NANOSECONDS, 4000000000, 1, 4000000000000000001);
}

/* draft-ietf-opsawg-pcapng section 4.1: section header. */
static void put_section(void)
{
    put32(0x0a0d0d0a);
    put32(28);
    put32(0x1a2b3c4d);
    put16(1);
    put16(0);
    put32(UINT32_MAX);
    put32(UINT32_MAX);
    put32(28);
}

/* Section 4.2: interface description, whose times are nanoseconds. */
static void put_interface(uint16_t link)
{
    put32(1);
    put32(32);
    put16(link);
    put16(0);
    put32(65535);
    put16(9);
    put16(1);
    put_octets(OCTETS(9, 0, 0, 0));
    put32(0);
    put32(32);
}

/* Section 4.3: enhanced packet. */
static void put_packet(uint64_t time_ns, const uint8_t *octets, size_t len)
{
    const uint32_t size = 32 + (uint32_t)len;

    put32(6);
    put32(size);
    put32(0);
    put32((uint32_t)(time_ns >> 32));
    put32((uint32_t)time_ns);
    put32((uint32_t)len);
    put32((uint32_t)len);
    put_octets(octets, len);
    put32(size);
}

static void test_pcapng(void **state)
{
    (void)state;
    begin_file();
    put_section();
    put_interface(LINK_RAW);
    put_packet(1700000000123456789, OCTETS(WEIR4));
    assert_true(open_capture());
    assert_true(next());
    assert_weir(flow_addr_make(OCTETS(SOURCE4)));
    assert_int_equal(datagram.received_ns, 1700000000123456789);
    assert_end();
    end();
}

/* What stands before the damage is read. */
static void assert_damaged(const uint8_t *octets, size_t len)
{
    begin_pcap(NANOSECONDS, LINK_ETHERNET);
    put_record(1, 2, &ipv4_cases[0], ipv4_cases[0].len);
    put_octets(octets, len);
    assert_true(open_capture());
    assert_true(next());
    assert_null(capture_error(capture));
    assert_false(next());
    assert_non_null(capture_error(capture));
    end();
}

static void test_damaged(void **state)
{
    (void)state;
    assert_damaged(OCTETS(1, 2, 3, 4, 5, 6, 7));
    assert_damaged(OCTETS(1, 0, 0, 0, 1, 0, 0, 0, 9, 0, 0, 0, 9, 0, 0, 0, 1, 2, 3));
    assert_damaged(OCTETS(1, 0, 0, 0, 1, 0, 0, 0, 255, 255, 255, 255, 255, 255, 255, 255, 1));
}

static void assert_refused(const char *text)
{
    assert_false(open_capture());
    assert_non_null(strstr(message, text));
    end();
}

static void test_refused(void **state)
{
    (void)state;
    begin_file();
    assert_refused("truncated");
    begin_file();
    assert_true(fputs("datagrams, but not as a capture", file) >= 0);
    assert_refused("unknown file format");
    begin_pcap(NANOSECONDS, LINK_USER0);
    assert_refused("147");
    assert_null(capture_open("/nowhere/at/all.pcap", message, sizeof(message)));
    assert_string_equal(message, "No such file or directory");
}

static void test_standard_input(void **state)
{
    (void)state;
    begin_pcap(NANOSECONDS, LINK_ETHERNET);
    put_record(1, 2, &ipv4_cases[0], ipv4_cases[0].len);
    rewind(file);
    assert_int_equal(dup2(fileno(file), STDIN_FILENO), STDIN_FILENO);
    capture = capture_open("-", message, sizeof(message));
    assert_non_null(capture);
    assert_true(next());
    assert_weir(flow_addr_make(OCTETS(SOURCE4)));
    assert_end();
    end();
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_ipv4),           cmocka_unit_test(test_ipv6),
        cmocka_unit_test(test_cut_anywhere),   cmocka_unit_test(test_skipped),
        cmocka_unit_test(test_empty_datagram), cmocka_unit_test(test_times),
        cmocka_unit_test(test_pcapng),         cmocka_unit_test(test_damaged),
        cmocka_unit_test(test_refused),        cmocka_unit_test(test_standard_input),
    };

    return cmocka_run_group_tests_name("capture", tests, NULL, NULL);
}
