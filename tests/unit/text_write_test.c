// SPDX-License-Identifier: Apache-2.0
/* Values as text: numbers, addresses, and JSON strings of any octets, which json-c must read. */
#include "lib/text_write.h"

#include <arpa/inet.h>
#include <float.h>
#include <inttypes.h>
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include <cmocka.h>
#include <json-c/json.h>

#define COUNT_OF(rows) (sizeof(rows) / sizeof((rows)[0]))

static void assert_text(const char *out, const char *end, const char *expected)
{
    assert_int_equal(end - out, strlen(expected));
    assert_memory_equal(out, expected, strlen(expected));
}

/* Reads JSON as strictly as json-c can; the caller puts the object. */
static struct json_object *parse(const char *text, size_t len)
{
    struct json_tokener *tokener = json_tokener_new();
    struct json_object *object;

    assert_non_null(tokener);
    json_tokener_set_flags(tokener, JSON_TOKENER_STRICT | JSON_TOKENER_VALIDATE_UTF8);
    object = json_tokener_parse_ex(tokener, text, (int)len);
    assert_int_equal(json_tokener_get_error(tokener), json_tokener_success);
    json_tokener_free(tokener);
    return object;
}

static void assert_u64(uint64_t value)
{
    char out[TEXT_U64_MAX];
    char expected[32];

    (void)snprintf(expected, sizeof(expected), "%" PRIu64, value);
    assert_text(out, text_write_u64(out, value), expected);
}

static void assert_s64(int64_t value)
{
    char out[TEXT_S64_MAX];
    char expected[32];

    (void)snprintf(expected, sizeof(expected), "%" PRId64, value);
    assert_text(out, text_write_s64(out, value), expected);
}

/* Where the number of digits changes. */
static void integers(void **state)
{
    uint64_t power = 1;

    (void)state;
    for (int digits = 1; digits <= 20; digits++, power *= 10) {
        assert_u64(power - 1);
        assert_u64(power);
        assert_s64((int64_t)power - 1);
        assert_s64(-(int64_t)(power / 10));
    }
    assert_u64(UINT64_MAX);
    assert_s64(INT64_MAX);
    assert_s64(INT64_MIN);
}

static void doubles(void **state)
{
    static const struct {
        double value;
        const char *text;
    } rows[] = {
        {0.0, "0.0"},
        {-0.0, "-0.0"},
        {1.0, "1.0"},
        {-1.5, "-1.5"},
        {0.1, "0.10000000000000001"},
        {1e15, "1000000000000000.0"},
        {1e300, "1.0000000000000001e+300"},
        {5e-324, "4.9406564584124654e-324"},
        {-5e-324, "-4.9406564584124654e-324"},
        {DBL_MAX, "1.7976931348623157e+308"},
        {(double)NAN, "null"},
        {(double)INFINITY, "null"},
        {-(double)INFINITY, "null"},
    };

    (void)state;
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        char out[TEXT_DOUBLE_MAX];

        assert_text(out, text_write_double(out, rows[i].value), rows[i].text);
    }
}

/* Any finite number is a JSON number with a point or an exponent, and comes back the same. */
static void doubles_return(void **state)
{
    uint64_t bits = 0x9e3779b97f4a7c15;

    (void)state;
    for (int i = 0; i < 5000; i++) {
        char out[TEXT_DOUBLE_MAX + 1];
        struct json_object *object;
        char *end;
        double value;
        double back;

        bits = bits * 6364136223846793005 + 1442695040888963407;
        memcpy(&value, &bits, sizeof(value));
        if (!isfinite(value)) {
            continue;
        }
        end = text_write_double(out, value);
        assert_true(end - out <= TEXT_DOUBLE_MAX);
        *end = '\0';
        object = parse(out, (size_t)(end - out) + 1);
        assert_int_equal(json_object_get_type(object), json_type_double);
        back = json_object_get_double(object);
        assert_memory_equal(&back, &value, sizeof(value));
        json_object_put(object);
    }
}

static struct flow_addr addr_of(const char *text)
{
    const bool ipv6 = strchr(text, ':') != NULL;
    uint8_t bytes[16];

    assert_int_equal(inet_pton(ipv6 ? AF_INET6 : AF_INET, text, bytes), 1);
    return flow_addr_make(bytes, ipv6 ? 16 : 4);
}

static void addresses(void **state)
{
    static const struct {
        const char *given;
        const char *text;
    } rows[] = {
        {"0.0.0.0", "0.0.0.0"},
        {"255.255.255.255", "255.255.255.255"},
        {"192.0.2.10", "192.0.2.10"},
        {"0:0:0:0:0:0:0:0", "::"},
        {"0:0:0:0:0:0:0:1", "::1"},
        {"1:0:0:0:0:0:0:0", "1::"},
        {"0:0:1:0:0:0:0:0", "0:0:1::"},
        {"1:0:0:2:0:0:0:3", "1:0:0:2::3"},
        {"1:0:0:0:2:0:0:3", "1::2:0:0:3"},
        {"1:0:0:2:3:0:0:4", "1::2:3:0:0:4"},
        {"1:0:2:3:4:5:6:7", "1:0:2:3:4:5:6:7"},
        {"0:1:2:3:4:5:6:0", "0:1:2:3:4:5:6:0"},
        {"0:0:1:2:3:4:5:6", "::1:2:3:4:5:6"},
        {"1:2:3:4:5:6:0:0", "1:2:3:4:5:6::"},
        {"2001:0DB8:00AB:0:0:0:0F00:000D", "2001:db8:ab::f00:d"},
        {"::ffff:1.2.3.4", "::ffff:1.2.3.4"},
        {"::1.2.3.4", "::102:304"},
        {"::fffe:1.2.3.4", "::fffe:102:304"},
        {"::ffff:0:1.2.3.4", "::ffff:0:102:304"},
        {"ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff", "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff"},
    };

    (void)state;
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        const struct flow_addr addr = addr_of(rows[i].given);
        char out[TEXT_ADDR_MAX];

        assert_text(out, text_write_addr(out, &addr), rows[i].text);
    }
}

/* Bit i of zeros makes group i zero; the others have one to four digits. */
static struct flow_addr random_addr(uint64_t *bits, unsigned zeros)
{
    uint8_t bytes[16];

    for (unsigned i = 0; i < 8; i++) {
        unsigned group;

        *bits = *bits * 6364136223846793005 + 1442695040888963407;
        group = (unsigned)(*bits >> 48) >> (*bits >> 40 & 15);
        group = (zeros >> i & 1) != 0 ? 0 : group | 1;
        bytes[2 * i] = (uint8_t)(group >> 8);
        bytes[2 * i + 1] = (uint8_t)group;
    }
    return flow_addr_make(bytes, sizeof(bytes));
}

/* The C library writes an IPv4 address behind six groups of zeros, which RFC 5952 does not. */
static bool ends_dotted(unsigned zeros)
{
    return (zeros & 0x3f) == 0x3f && zeros != 0xff && zeros != 0x7f;
}

/* All patterns of zero groups, with groups of any length. */
static void addresses_as_libc_writes_them(void **state)
{
    uint64_t bits = 1;

    (void)state;
    for (unsigned i = 0; i < 64 * 256; i++) {
        const unsigned zeros = i % 256;
        const struct flow_addr addr = random_addr(&bits, zeros);
        char expected[INET6_ADDRSTRLEN];
        char out[TEXT_ADDR_MAX];

        if (!ends_dotted(zeros)) {
            inet_ntop(AF_INET6, addr.bytes, expected, sizeof(expected));
            assert_text(out, text_write_addr(out, &addr), expected);
        }
    }
}

static void no_address(void **state)
{
    const struct flow_addr none = {.len = 0};
    char out[1];

    (void)state;
    assert_ptr_equal(text_write_addr(out, &none), out);
}

static void networks(void **state)
{
    static const struct {
        const char *given;
        unsigned prefix_len;
        const char *text;
    } rows[] = {
        {"192.0.2.255", 0, "0.0.0.0/0"},
        {"192.0.2.255", 9, "192.0.0.0/9"},
        {"192.0.2.255", 32, "192.0.2.255/32"},
        {"2001:db8:ffff::1", 33, "2001:db8:8000::/33"},
        {"2001:db8:ffff::1", 128, "2001:db8:ffff::1/128"},
    };

    (void)state;
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        const struct flow_addr addr = addr_of(rows[i].given);
        char out[TEXT_NETWORK_MAX];

        assert_text(out, text_write_network(out, &addr, rows[i].prefix_len), rows[i].text);
    }
}

/* A network of any length is the address whose other bits are zero. */
static void networks_of_any_length(void **state)
{
    uint64_t bits = 1;

    (void)state;
    for (unsigned len = 0; len <= 128; len++) {
        const struct flow_addr addr = random_addr(&bits, 0);
        struct flow_addr network = addr;
        char expected[TEXT_NETWORK_MAX + 1];
        char out[TEXT_NETWORK_MAX];
        char *end;

        for (unsigned bit = len; bit < 128; bit++) {
            network.bytes[bit / 8] &= (uint8_t) ~(0x80u >> bit % 8);
        }
        end = text_write_addr(expected, &network);
        (void)snprintf(end, sizeof(expected) - (size_t)(end - expected), "/%u", len);
        assert_text(out, text_write_network(out, &addr, len), expected);
    }
}

static void macs(void **state)
{
    char out[TEXT_MAC_MAX];

    (void)state;
    assert_text(out, text_write_mac(out, 0), "00:00:00:00:00:00");
    assert_text(out, text_write_mac(out, 0x0102030a0b0c), "01:02:03:0a:0b:0c");
    assert_text(out, text_write_mac(out, 0x1234fedcba987654), "fe:dc:ba:98:76:54");
}

static void datetimes(void **state)
{
    static const struct {
        uint64_t seconds;
        uint32_t nanoseconds;
        const char *text;
    } rows[] = {
        {0, 0, "1970-01-01T00:00:00Z"},
        {951782399, 0, "2000-02-28T23:59:59Z"},
        {951868799, 1, "2000-02-29T23:59:59.000000001Z"},
        {951868800, 999999999, "2000-03-01T00:00:00.999999999Z"},
        {1795225366, 207495468, "2026-11-21T01:42:46.207495468Z"},
        {1795225366, 200000000, "2026-11-21T01:42:46.2Z"},
        {4102444799, 120000, "2099-12-31T23:59:59.00012Z"},
        {4107542400, 0, "2100-03-01T00:00:00Z"}, /* 2100 has no 29 February */
        {13569465600, 0, "2400-01-01T00:00:00Z"},
        {253402300799, 0, "9999-12-31T23:59:59Z"},
        {253402300800, 0, "10000-01-01T00:00:00Z"},
        {1700000000000000000, 0, "53870857431-07-31T22:13:20Z"}, /* goflow2's, of ns as seconds */
        {1540209168921810119, 0, "48807287569-10-04T02:21:59Z"}, /* likewise */
        {UINT64_MAX, 999999999, "584554051223-11-09T07:00:15.999999999Z"},
    };

    (void)state;
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        char out[TEXT_DATETIME_MAX];

        assert_text(out, text_write_datetime(out, rows[i].seconds, rows[i].nanoseconds),
                    rows[i].text);
    }
}

/* Each day of eight centuries against the C library. */
static void days(void **state)
{
    enum { DAY = 86400, DAYS = 800 * 366 };

    (void)state;
    for (time_t day = 0; day < DAYS; day++) {
        const time_t seconds = day * DAY + day % DAY;
        char out[TEXT_DATETIME_MAX];
        char expected[64];
        struct tm tm;

        assert_non_null(gmtime_r(&seconds, &tm));
        (void)strftime(expected, sizeof(expected), "%Y-%m-%dT%H:%M:%SZ", &tm);
        assert_text(out, text_write_datetime(out, (uint64_t)seconds, 0), expected);
    }
}

static void hex(void **state)
{
    static const uint8_t octets[TEXT_HEX_MAX / 2 + 1] = {0x00, 0x9a, 0xff};
    char out[TEXT_HEX_MAX];
    bool cut = true;

    (void)state;
    assert_ptr_equal(text_write_hex(out, octets, 0, &cut), out);
    assert_false(cut);
    assert_text(out, text_write_hex(out, octets, 3, &cut), "009aff");
    assert_ptr_equal(text_write_hex(out, octets, TEXT_HEX_MAX / 2, &cut), out + TEXT_HEX_MAX);
    assert_false(cut);
    assert_ptr_equal(text_write_hex(out, octets, TEXT_HEX_MAX / 2 + 1, &cut), out + TEXT_HEX_MAX);
    assert_true(cut);
}

/* The inside of a JSON string, in exactly the room that it may take. */
struct string {
    char text[TEXT_STRING_MAX];
    size_t len;
    bool cut;
};

static void write_string(struct string *string, const void *data, size_t len)
{
    char *end = text_write_json_string(string->text, data, len, &string->cut);

    string->len = (size_t)(end - string->text);
    assert_true(string->len <= TEXT_STRING_MAX);
}

/* What json-c reads it as; the caller puts the object. */
static struct json_object *read_string(const struct string *string)
{
    char quoted[TEXT_STRING_MAX + 2] = "\"";
    struct json_object *object;

    memcpy(quoted + 1, string->text, string->len);
    quoted[string->len + 1] = '"';
    object = parse(quoted, string->len + 2);
    assert_int_equal(json_object_get_type(object), json_type_string);
    return object;
}

static void assert_reads_as(const struct string *string, const void *expected, size_t len)
{
    struct json_object *object = read_string(string);

    assert_int_equal(json_object_get_string_len(object), len);
    assert_memory_equal(json_object_get_string(object), expected, len);
    json_object_put(object);
}

static void escapes(void **state)
{
    static const struct {
        const char *octets;
        const char *text;
    } rows[] = {
        {"", ""},
        {"plain / text", "plain / text"},
        {"\"\\", "\\\"\\\\"},
        {"\b\t\n\f\r", "\\b\\t\\n\\f\\r"},
        {"\x01\x0b\x1f", "\\u0001\\u000b\\u001f"},
        {"a\x7f", "a\\u007f"},
        {"\xc2\x80\xc3\xa9", "\xc2\x80\xc3\xa9"},
        {"\xe2\x80\xa7\xe2\x80\xa8\xe2\x80\xa9\xe2\x80\xaa",
         "\xe2\x80\xa7\\u2028\\u2029\xe2\x80\xaa"},
        {"\xf0\x9f\x98\x80", "\xf0\x9f\x98\x80"},
    };
    struct string string;

    (void)state;
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        write_string(&string, rows[i].octets, strlen(rows[i].octets));
        assert_text(string.text, string.text + string.len, rows[i].text);
        assert_false(string.cut);
        assert_reads_as(&string, rows[i].octets, strlen(rows[i].octets));
    }
}

static void escapings(void **state)
{
    static const struct {
        enum text_escaping escaping;
        const char *octets;
        const char *text;
    } rows[] = {
        {TEXT_JSON_HTML, "<a href=\"&\">\x7f", "\\u003ca href=\\\"\\u0026\\\"\\u003e\x7f"},
        {TEXT_JSON_HTML, "\n\xe2\x80\xa8\xff", "\\n\\u2028\xef\xbf\xbd"},
        {TEXT_LINE, "a \"b\" c:\\d <&>", "a \"b\" c:\\d <&>"},
        {TEXT_LINE, "a\nb\x1b[0m\x7f", "a\\nb\\u001b[0m\\u007f"},
        {TEXT_LINE, "\xc3\xa9\xff\xe2\x80\xa9", "\xc3\xa9\xef\xbf\xbd\\u2029"},
        {TEXT_UTF8, "\"\\\n\x7f<\xe2\x80\xa8", "\"\\\n\x7f<\xe2\x80\xa8"},
        {TEXT_UTF8, "\xc3\xa9\xff", "\xc3\xa9\xef\xbf\xbd"},
        {TEXT_AS_IS, "\n\x7f\xff\"", "\n\x7f\xff\""},
    };

    (void)state;
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        const char *octets = rows[i].octets;
        char out[TEXT_STRING_MAX];
        bool cut = true;

        assert_text(
            out,
            text_write_string(out, (const uint8_t *)octets, strlen(octets), rows[i].escaping, &cut),
            rows[i].text);
        assert_false(cut);
    }
}

static void octets_as_they_are_are_cut(void **state)
{
    static const uint8_t octets[TEXT_STRING_MAX + 1];
    char out[TEXT_STRING_MAX];
    bool cut = true;

    (void)state;
    assert_ptr_equal(text_write_string(out, octets, TEXT_STRING_MAX, TEXT_AS_IS, &cut),
                     out + TEXT_STRING_MAX);
    assert_false(cut);
    assert_ptr_equal(text_write_string(out, octets, TEXT_STRING_MAX + 1, TEXT_AS_IS, &cut),
                     out + TEXT_STRING_MAX);
    assert_true(cut);
}

/* Each octet alone: ASCII as it is, zero and the other controls too; the rest is no character. */
static void single_octets(void **state)
{
    struct string string;

    (void)state;
    for (unsigned i = 0; i < 256; i++) {
        const uint8_t octet = (uint8_t)i;

        write_string(&string, &octet, 1);
        assert_true(string.len > 1 || (i >= 0x20 && i < 0x7f));
        if (i < 0x80) {
            assert_reads_as(&string, &octet, 1);
        } else {
            assert_reads_as(&string, "\xef\xbf\xbd", 3);
        }
    }
}

#define BAD "\xef\xbf\xbd"

static void broken_utf8(void **state)
{
    static const struct {
        const char *octets;
        const char *expected;
    } rows[] = {
        {"a\x80z", "a" BAD "z"},               /* continuation of nothing */
        {"\xc3", BAD},                         /* cut short, at the end */
        {"\xc3z", BAD "z"},                    /* and before another character */
        {"\xe2\x82", BAD BAD},                 /* cut short after two of three */
        {"\xe2\x28\xa1", BAD "(" BAD},         /* not continued */
        {"\xf0\x9f\x98", BAD BAD BAD},         /* cut short after three of four */
        {"\xf0\x9f\x98z", BAD BAD BAD "z"},    /* last octet is none */
        {"\xc0\xaf", BAD BAD},                 /* overlong, of two */
        {"\xc1\xbf", BAD BAD},                 /* overlong, of two */
        {"\xe0\x9f\xbf", BAD BAD BAD},         /* overlong, of three */
        {"\xf0\x8f\xbf\xbf", BAD BAD BAD BAD}, /* overlong, of four */
        {"\xed\xa0\x80", BAD BAD BAD},         /* half of a surrogate pair */
        {"\xed\xbf\xbf", BAD BAD BAD},         /* and the other half */
        {"\xf4\x90\x80\x80", BAD BAD BAD BAD}, /* beyond U+10FFFF */
        {"\xf5\x80\x80\x80", BAD BAD BAD BAD}, /* further beyond */
        {"\xfe\xff", BAD BAD},                 /* in no UTF-8 */
        {"\xed\x9f\xbf", "\xed\x9f\xbf"},      /* the edges that are good */
        {"\xe0\xa0\x80", "\xe0\xa0\x80"},
        {"\xf0\x90\x80\x80", "\xf0\x90\x80\x80"},
        {"\xf4\x8f\xbf\xbf", "\xf4\x8f\xbf\xbf"},
    };
    struct string string;

    (void)state;
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        write_string(&string, rows[i].octets, strlen(rows[i].octets));
        assert_reads_as(&string, rows[i].expected, strlen(rows[i].expected));
    }
}

/* A text of first, then one character again and again, longer than there is room for. */
static void assert_cut(size_t first, const char *character, size_t written)
{
    enum { OCTETS = 5000 };
    const size_t n = strlen(character);
    char octets[OCTETS];
    struct string string;
    size_t len = first;

    memset(octets, 'a', first);
    for (; len + n <= OCTETS; len += n) {
        memcpy(octets + len, character, n);
    }
    write_string(&string, octets, len);
    assert_true(string.cut);
    assert_int_equal((string.len - first) % written, 0);
    assert_true(string.len > TEXT_STRING_MAX - 6);
    json_object_put(read_string(&string));
}

static void cuts(void **state)
{
    static const struct {
        const char *character;
        size_t written;
    } rows[] = {
        {"a", 1},        {"\"", 2},           {"\x01", 6},
        {"\xc3\xa9", 2}, {"\xe2\x82\xac", 3}, {"\xf0\x9f\x98\x80", 4},
        {"\xff", 3},     {"\xe2\x80\xa8", 6},
    };

    (void)state;
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        for (size_t first = 0; first < 6; first++) {
            assert_cut(first, rows[i].character, rows[i].written);
        }
    }
}

/* A text with room for all of it is not cut. */
static void not_cut(void **state)
{
    char octets[TEXT_STRING_MAX - 6];
    struct string string;

    (void)state;
    memset(octets, 'a', sizeof(octets));
    write_string(&string, octets, sizeof(octets));
    assert_false(string.cut);
    assert_reads_as(&string, octets, sizeof(octets));
}

/* Octets of any kind, with the first ones of characters among them. */
static void random_octets(void **state)
{
    uint32_t random = 1;
    struct string string;

    (void)state;
    for (int i = 0; i < 5000; i++) {
        uint8_t octets[24];

        for (size_t j = 0; j < sizeof(octets); j++) {
            random = random * 1664525 + 1013904223;
            octets[j] = (uint8_t)(random >> 24);
            octets[j] |= (random >> 16 & 3) == 0 ? 0xc0 : 0;
        }
        write_string(&string, octets, sizeof(octets));
        assert_false(string.cut);
        json_object_put(read_string(&string));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(integers),
        cmocka_unit_test(doubles),
        cmocka_unit_test(doubles_return),
        cmocka_unit_test(addresses),
        cmocka_unit_test(addresses_as_libc_writes_them),
        cmocka_unit_test(no_address),
        cmocka_unit_test(networks),
        cmocka_unit_test(networks_of_any_length),
        cmocka_unit_test(macs),
        cmocka_unit_test(datetimes),
        cmocka_unit_test(days),
        cmocka_unit_test(hex),
        cmocka_unit_test(escapes),
        cmocka_unit_test(escapings),
        cmocka_unit_test(octets_as_they_are_are_cut),
        cmocka_unit_test(single_octets),
        cmocka_unit_test(broken_utf8),
        cmocka_unit_test(cuts),
        cmocka_unit_test(not_cut),
        cmocka_unit_test(random_octets),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
