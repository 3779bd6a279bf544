// SPDX-License-Identifier: Apache-2.0
/* One column at a time in JSON, text and protobuf: kinds, renderers, and custom fields. */
#include "lib/format.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "lib/compat.h"
#include "lib/text_write.h"

#define COUNT_OF(rows) (sizeof(rows) / sizeof((rows)[0]))

extern const struct format_ops format_json;
extern const struct format_ops format_text;
extern const struct format_ops format_bin;

static struct flow flow;

/* What the set's formats make of flow, with a terminator. */
static char *write_flow(const struct format_ops *ops, const struct field_set *set, unsigned compat,
                        size_t *len)
{
    struct format *format = format_new(ops, set, compat);
    char *out;

    assert_non_null(format);
    out = malloc(format->max + 1);
    assert_non_null(out);
    *len = ops->write(format, &flow, out);
    assert_true(*len <= format->max);
    out[*len] = '\0';
    format_free(format);
    return out;
}

static void assert_written(const struct format_ops *ops, const struct field_set *set,
                           unsigned compat, const char *expected)
{
    size_t len;
    char *out = write_flow(ops, set, compat, &len);

    assert_string_equal(out, expected);
    free(out);
}

static struct field_set set_of(uint16_t at, enum renderer renderer)
{
    return (struct field_set){.n = 1,
                              .columns = {{.key = "x", .at = at, .renderer = (uint8_t)renderer}}};
}

/* --- Fields --- */

static void fill_flow(void)
{
    static const uint8_t name[] = {'a', '"', '\n', '<', 0xff};
    static const uint8_t id[] = {0x03, 0x00, 0x50};

    flow_clear(&flow);
    FLOW_SET(&flow, type, FLOW_TYPE_IPFIX);
    FLOW_SET(&flow, time_received, 1700000000123000000);
    FLOW_SET(&flow, src_addr, flow_addr_make((const uint8_t[]){10, 1, 2, 3}, 4));
    FLOW_SET(&flow, src_net, 9);
    FLOW_SET(&flow, dst_addr, flow_addr_make((const uint8_t[]){10, 1, 2, 4}, 4));
    FLOW_SET(&flow, dst_net, 33);
    FLOW_SET(&flow, etype, 0x86dd);
    FLOW_SET(&flow, proto, 6);
    FLOW_SET(&flow, src_port, 2048);
    FLOW_SET(&flow, src_mac, 0x0102030a0b0c);
    FLOW_SET(&flow, sampling_probability, 0.5);
    FLOW_SET(&flow, sampling_source, "options");
    FLOW_SET(&flow, acl_name, ((struct flow_slice){name, sizeof(name)}));
    FLOW_SET(&flow, application_id, ((struct flow_slice){id, sizeof(id)}));
    (void)FLOW_APPEND(&flow, as_path, 64500);
    (void)FLOW_APPEND(&flow, as_path, 1);
    (void)FLOW_APPEND(&flow, mpls_ip, flow_addr_make((const uint8_t[]){192, 0, 2, 1}, 4));
    (void)FLOW_APPEND(&flow, layer_stack, FLOW_LAYER_Ethernet);
    (void)FLOW_APPEND(&flow, layer_stack, FLOW_LAYER_TCP);
}

static const struct {
    uint16_t at;
    enum renderer renderer;
    const char *json; /* of x */
    const char *text;
} fields[] = {
    {FLOW_AT_type, RENDER_AS_KIND, "\"IPFIX\"", "IPFIX"},
    {FLOW_AT_type, RENDER_NONE, "\"IPFIX\"", "IPFIX"},
    {FLOW_AT_type, RENDER_ETYPE, "\"unknown\"", "unknown"},
    {FLOW_AT_type, RENDER_DATETIME, "\"IPFIX\"", "IPFIX"},
    {FLOW_AT_time_received, RENDER_AS_KIND, "1700000000123000000", "1700000000123000000"},
    {FLOW_AT_time_received, RENDER_DATETIMENANO, "\"2023-11-14T22:13:20.123Z\"",
     "2023-11-14T22:13:20.123Z"},
    {FLOW_AT_time_received, RENDER_PROTO, "\"unknown\"", "unknown"},
    {FLOW_AT_src_addr, RENDER_AS_KIND, "\"10.1.2.3\"", "10.1.2.3"},
    {FLOW_AT_src_addr, RENDER_NONE, "\"0a010203\"", "0a010203"},
    {FLOW_AT_src_addr, RENDER_MAC, "\"0a010203\"", "0a010203"},
    {FLOW_AT_src_addr, RENDER_ETYPE, "\"unknown\"", "unknown"},
    {FLOW_AT_src_addr, RENDER_STRING, "\"\\n\\u0001\\u0002\\u0003\"", "\\n\\u0001\\u0002\\u0003"},
    {FLOW_AT_src_net, RENDER_AS_KIND, "\"10.0.0.0/9\"", "10.0.0.0/9"},
    {FLOW_AT_src_net, RENDER_NONE, "9", "9"},
    {FLOW_AT_src_net, RENDER_MAC, "9", "9"},
    {FLOW_AT_src_net, RENDER_PROTO, "\"IGP\"", "IGP"},
    {FLOW_AT_dst_net, RENDER_AS_KIND, "\"\"", ""},
    {FLOW_AT_etype, RENDER_AS_KIND, "\"IPv6\"", "IPv6"},
    {FLOW_AT_etype, RENDER_NONE, "34525", "34525"},
    {FLOW_AT_etype, RENDER_IP, "34525", "34525"},
    {FLOW_AT_etype, RENDER_DATETIME, "\"1970-01-01T09:35:25Z\"", "1970-01-01T09:35:25Z"},
    {FLOW_AT_proto, RENDER_AS_KIND, "\"TCP\"", "TCP"},
    {FLOW_AT_proto, RENDER_NONE, "6", "6"},
    {FLOW_AT_proto, RENDER_ETYPE, "\"\"", ""},
    {FLOW_AT_src_port, RENDER_ETYPE, "\"IPv4\"", "IPv4"},
    {FLOW_AT_src_port, RENDER_MAC, "2048", "2048"},
    {FLOW_AT_src_mac, RENDER_AS_KIND, "\"01:02:03:0a:0b:0c\"", "01:02:03:0a:0b:0c"},
    {FLOW_AT_src_mac, RENDER_NONE, "1108152552204", "1108152552204"},
    {FLOW_AT_sampling_probability, RENDER_AS_KIND, "0.5", "0.5"},
    {FLOW_AT_sampling_probability, RENDER_ETYPE, "0.5", "0.5"},
    {FLOW_AT_sampling_source, RENDER_AS_KIND, "\"options\"", "options"},
    {FLOW_AT_acl_name, RENDER_AS_KIND, "\"a\\\"\\n<\xef\xbf\xbd\"", "a\"\\n<\xef\xbf\xbd"},
    {FLOW_AT_acl_name, RENDER_NONE, "\"61220a3cff\"", "61220a3cff"},
    {FLOW_AT_application_id, RENDER_AS_KIND, "\"030050\"", "030050"},
    {FLOW_AT_application_id, RENDER_IP, "\"\"", ""},
    {FLOW_AT_as_path, RENDER_AS_KIND, "[64500,1]", "[64500,1]"},
    {FLOW_AT_as_path, RENDER_PROTO, "[\"unknown\",\"ICMP\"]", "[unknown,ICMP]"},
    {FLOW_AT_mpls_ip, RENDER_AS_KIND, "[\"192.0.2.1\"]", "[192.0.2.1]"},
    {FLOW_AT_mpls_ip, RENDER_NONE, "[\"c0000201\"]", "[c0000201]"},
    {FLOW_AT_layer_stack, RENDER_AS_KIND, "[\"Ethernet\",\"TCP\"]", "[Ethernet,TCP]"},
    {FLOW_AT_layer_stack, RENDER_PROTO, "[\"unknown\",\"unknown\"]", "[unknown,unknown]"},
    {COLUMN_NOTHING, RENDER_ETYPE, "\"unknown\"", "unknown"},
};

static void fields_as_text(void **state)
{
    char json[256];
    char text[256];

    (void)state;
    fill_flow();
    for (size_t i = 0; i < COUNT_OF(fields); i++) {
        const struct field_set set = set_of(fields[i].at, fields[i].renderer);

        (void)snprintf(json, sizeof(json), "{\"x\":%s}", fields[i].json);
        (void)snprintf(text, sizeof(text), "x=%s", fields[i].text);
        assert_written(&format_json, &set, COMPAT_NONE, json);
        assert_written(&format_text, &set, COMPAT_NONE, text);
    }
}

/* goflow2's fields have a zero form, the others are left out. */
static void absent_fields(void **state)
{
    static const struct {
        uint16_t at;
        enum renderer renderer;
        unsigned compat;
        const char *json;
    } rows[] = {
        {FLOW_AT_type, RENDER_AS_KIND, COMPAT_NONE, "{\"x\":\"FLOWUNKNOWN\"}"},
        {FLOW_AT_bytes, RENDER_AS_KIND, COMPAT_NONE, "{\"x\":0}"},
        {FLOW_AT_bytes, RENDER_DATETIME, COMPAT_NONE, "{\"x\":\"1970-01-01T00:00:00Z\"}"},
        {FLOW_AT_src_addr, RENDER_AS_KIND, COMPAT_NONE, "{\"x\":\"\"}"},
        {FLOW_AT_proto, RENDER_AS_KIND, COMPAT_NONE, "{\"x\":\"\"}"},
        {FLOW_AT_proto, RENDER_AS_KIND, COMPAT_PROTO_HOPOPT, "{\"x\":\"HOPOPT\"}"},
        {FLOW_AT_src_net, RENDER_AS_KIND, COMPAT_NONE, "{\"x\":\"\"}"},
        {FLOW_AT_src_net, RENDER_AS_KIND, COMPAT_INVALID_PREFIX, "{\"x\":\"invalid Prefix\"}"},
        {FLOW_AT_src_net, RENDER_NONE, COMPAT_INVALID_PREFIX, "{\"x\":0}"},
        {FLOW_AT_src_mac, RENDER_AS_KIND, COMPAT_NONE, "{\"x\":\"00:00:00:00:00:00\"}"},
        {FLOW_AT_as_path, RENDER_PROTO, COMPAT_NONE, "{\"x\":[]}"},
        {FLOW_AT_acl_name, RENDER_AS_KIND, COMPAT_NONE, "{}"},
        {FLOW_AT_vni, RENDER_AS_KIND, COMPAT_NONE, "{}"},
        {COLUMN_NOTHING, RENDER_AS_KIND, COMPAT_NONE, "{}"},
        {COLUMN_NOTHING, RENDER_DATETIME, COMPAT_NONE, "{}"},
        {COLUMN_NOTHING, RENDER_PROTO, COMPAT_NONE, "{\"x\":\"unknown\"}"},
        {COLUMN_ICMP_NAME, RENDER_AS_KIND, COMPAT_NONE, "{\"x\":\"unknown\"}"},
    };

    (void)state;
    flow_clear(&flow);
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        const struct field_set set = set_of(rows[i].at, rows[i].renderer);

        assert_written(&format_json, &set, rows[i].compat, rows[i].json);
    }
}

static void icmp_names(void **state)
{
    static const struct {
        uint8_t proto;
        int type; /* less than 0: not known */
        unsigned compat;
        const char *text;
    } rows[] = {
        {1, 0, COMPAT_NONE, "x=EchoReply"},
        {1, 11, COMPAT_NONE, "x=TimeExceeded"},
        {1, 5, COMPAT_NONE, "x="},
        {1, -1, COMPAT_NONE, "x="},
        {1, -1, COMPAT_ICMP_PORTS, "x=EchoReply"},
        {58, 135, COMPAT_NONE, "x="},
        {58, 134, COMPAT_NONE, "x=RouterAdvertisement"},
        {6, 0, COMPAT_NONE, "x=unknown"},
    };
    const struct field_set set = set_of(COLUMN_ICMP_NAME, RENDER_AS_KIND);

    (void)state;
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        flow_clear(&flow);
        FLOW_SET(&flow, proto, rows[i].proto);
        if (rows[i].type >= 0) {
            FLOW_SET(&flow, icmp_type, (uint8_t)rows[i].type);
        }
        assert_written(&format_text, &set, rows[i].compat, rows[i].text);
    }
}

static void strings_of_goflow2(void **state)
{
    const struct field_set set = set_of(FLOW_AT_acl_name, RENDER_AS_KIND);

    (void)state;
    fill_flow();
    assert_written(&format_json, &set, COMPAT_GOFLOW2, "{\"x\":\"a\\\"\\n\\u003c\xef\xbf\xbd\"}");
    assert_written(&format_text, &set, COMPAT_GOFLOW2, "x=a\"\n<\xff");
}

/* Names of a mapping file may be anything. */
static void names_are_escaped(void **state)
{
    struct field_set set = set_of(FLOW_AT_bytes, RENDER_AS_KIND);

    (void)state;
    flow_clear(&flow);
    set.columns[0].key = "a \"b\"\n";
    assert_written(&format_json, &set, COMPAT_NONE, "{\"a \\\"b\\\"\\n\":0}");
    assert_written(&format_text, &set, COMPAT_NONE, "a \"b\"\\n=0");
}

/* Text that was cut is flagged behind it. */
static void long_text(void **state)
{
    static uint8_t octets[TEXT_STRING_MAX * 2];
    const struct field_set set = set_of(FLOW_AT_acl_name, RENDER_AS_KIND);
    size_t len;
    char *out;

    (void)state;
    memset(octets, 'a', sizeof(octets));
    flow_clear(&flow);
    FLOW_SET(&flow, acl_name, ((struct flow_slice){octets, sizeof(octets)}));
    out = write_flow(&format_json, &set, COMPAT_NONE, &len);
    assert_non_null(strstr(out, "a\",\"x_truncated\":true}"));
    free(out);
    out = write_flow(&format_text, &set, COMPAT_NONE, &len);
    assert_non_null(strstr(out, "a x_truncated=true"));
    free(out);
}

/* --- Elements --- */

/* Each 4096 digits long, of one element or of as many. */
static void fill_elements(size_t n, bool repeated)
{
    static const uint8_t octets[TEXT_HEX_MAX / 2];

    flow_clear(&flow);
    for (size_t i = 0; i < n; i++) {
        const struct flow_element element = {
            .pen = 9,
            .id = repeated ? 7 : (uint16_t)i,
            .data = octets,
            .len = sizeof(octets),
            .repeated = !repeated ? ELEMENT_ONCE
                        : i == 0  ? ELEMENT_FIRST
                                  : ELEMENT_LATER,
        };

        (void)FLOW_APPEND(&flow, elements, element);
    }
}

/* Values for which there is no room are left out, and the object says so, whichever they are. */
static void long_elements(void **state)
{
    static const struct {
        const struct format_ops *ops;
        const char *suffix; /* of a record that leaves something out */
    } formats[] = {
        {&format_json, ",\"_truncated\":true}}"},
        {&format_text, ",\"_truncated\":true}"},
        {&format_bin, "\x0a\x0a_truncated\x12\x04true"},
    };
    const struct field_set set = set_of(FLOW_AT_elements, RENDER_AS_KIND);

    (void)state;
    for (size_t i = 0; i < COUNT_OF(formats) * 4; i++) {
        const char *suffix = formats[i / 4].suffix;
        const bool much = i % 2 != 0;
        size_t len;
        char *out;

        fill_elements(much ? 20 : 2, i / 2 % 2 != 0);
        out = write_flow(formats[i / 4].ops, &set, COMPAT_NONE, &len);
        assert_int_equal(memcmp(out + len - strlen(suffix), suffix, strlen(suffix)) == 0, much);
        assert_true(len > 2 * TEXT_HEX_MAX);
        free(out);
    }
}

/* --- Custom fields --- */

enum {
    NUMBER,
    STRING,
    NUMBERS,
    STRINGS,
    SIGNED,
    FLOATING,
    IP,
    MAC,
    BOOLEAN,
    TEXT,
    SITE,
    UNNUMBERED
};

static const struct custom_field customs[] = {
    [NUMBER] = {"number", 2001, CUSTOM_VARINT, false, NULL},
    [STRING] = {"string", 2002, CUSTOM_STRING, false, NULL},
    [NUMBERS] = {"numbers", 2003, CUSTOM_VARINT, true, NULL},
    [STRINGS] = {"strings", 2004, CUSTOM_BYTES, true, NULL},
    [SIGNED] = {"signed", 2005, CUSTOM_SIGNED, false, NULL},
    [FLOATING] = {"float", 2006, CUSTOM_FLOAT, false, NULL},
    [IP] = {"ip", 2007, CUSTOM_IP, false, NULL},
    [MAC] = {"mac", 2008, CUSTOM_MAC, false, NULL},
    [BOOLEAN] = {"bool", 2009, CUSTOM_BOOL, false, NULL},
    [TEXT] = {"text", 2010, CUSTOM_TEXT, false, NULL},
    [SITE] = {"site", 2011, CUSTOM_TEXT, false, "am\"s1"},
    [UNNUMBERED] = {"unnumbered", 0, CUSTOM_VARINT, false, NULL},
};

static struct field_set custom_set(uint16_t number, enum renderer renderer)
{
    struct field_set set = set_of((uint16_t)(COLUMN_CUSTOM + number), renderer);

    set.custom = customs;
    set.n_custom = COUNT_OF(customs);
    return set;
}

static void add_number(uint16_t field, uint64_t number)
{
    flow.customs.at[flow.customs.n++] = (struct flow_custom){.field = field, .number = number};
}

static void add_octets(uint16_t field, const char *octets)
{
    flow.customs.at[flow.customs.n++] = (struct flow_custom){
        .field = field, .len = (uint16_t)strlen(octets), .data = (const uint8_t *)octets};
}

static void fill_customs(void)
{
    flow_clear(&flow);
    add_number(NUMBER, 1);
    add_octets(STRING, "ab\"");
    add_number(NUMBERS, 5);
    add_octets(STRINGS, "\x14\xe9");
    add_number(NUMBER, 17);
    add_number(NUMBERS, 6);
    add_number(SIGNED, (uint64_t)-5);
    add_number(FLOATING, 0x3fe0000000000000);
    add_octets(IP, "\x0a\x01\x02\x03");
    add_number(MAC, 0x0102030a0b0c);
    add_number(BOOLEAN, 1);
    add_octets(TEXT, "t\xff");
    add_number(UNNUMBERED, 9);
}

static void custom_fields(void **state)
{
    static const struct {
        uint16_t number;
        enum renderer renderer;
        const char *json;
    } rows[] = {
        {NUMBER, RENDER_AS_KIND, "{\"x\":17}"}, /* the last of two */
        {NUMBER, RENDER_PROTO, "{\"x\":\"UDP\"}"},
        {NUMBER, RENDER_MAC, "{\"x\":\"00:00:00:00:00:11\"}"},
        {NUMBER, RENDER_DATETIMENANO, "{\"x\":\"1970-01-01T00:00:00.000000017Z\"}"},
        {NUMBER, RENDER_STRING, "{\"x\":17}"},
        {STRING, RENDER_AS_KIND, "{\"x\":\"616222\"}"},
        {STRING, RENDER_STRING, "{\"x\":\"ab\\\"\"}"},
        {STRING, RENDER_IP, "{\"x\":\"\"}"},
        {STRING, RENDER_PROTO, "{\"x\":\"unknown\"}"},
        {NUMBERS, RENDER_AS_KIND, "{\"x\":[5,6]}"},
        {NUMBERS, RENDER_PROTO, "{\"x\":[\"ST\",\"TCP\"]}"},
        {STRINGS, RENDER_AS_KIND, "{\"x\":[\"14e9\"]}"},
        {SIGNED, RENDER_AS_KIND, "{\"x\":-5}"},
        {FLOATING, RENDER_AS_KIND, "{\"x\":0.5}"},
        {IP, RENDER_AS_KIND, "{\"x\":\"10.1.2.3\"}"},
        {IP, RENDER_NONE, "{\"x\":\"0a010203\"}"},
        {MAC, RENDER_AS_KIND, "{\"x\":\"01:02:03:0a:0b:0c\"}"},
        {BOOLEAN, RENDER_AS_KIND, "{\"x\":true}"},
        {TEXT, RENDER_AS_KIND, "{\"x\":\"t\xef\xbf\xbd\"}"},
        {SITE, RENDER_AS_KIND, "{\"x\":\"am\\\"s1\"}"},
    };

    (void)state;
    fill_customs();
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        const struct field_set set = custom_set(rows[i].number, rows[i].renderer);

        assert_written(&format_json, &set, COMPAT_NONE, rows[i].json);
    }
}

static void absent_custom_fields(void **state)
{
    static const struct {
        uint16_t number;
        enum renderer renderer;
        const char *json;
    } rows[] = {
        {NUMBER, RENDER_AS_KIND, "{}"},
        {NUMBER, RENDER_DATETIME, "{}"},
        {NUMBER, RENDER_ETYPE, "{\"x\":\"unknown\"}"},
        {STRING, RENDER_IP, "{}"},
        {STRING, RENDER_PROTO, "{\"x\":\"unknown\"}"},
        {NUMBERS, RENDER_AS_KIND, "{}"},
        {NUMBERS, RENDER_NONE, "{\"x\":[]}"},
        {SITE, RENDER_AS_KIND, "{\"x\":\"am\\\"s1\"}"},
    };

    (void)state;
    flow_clear(&flow);
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        const struct field_set set = custom_set(rows[i].number, rows[i].renderer);

        assert_written(&format_json, &set, COMPAT_NONE, rows[i].json);
    }
}

/* A list that has no room for all its items says so, and stays within what a record may take. */
static void long_custom_list(void **state)
{
    static char octets[TEXT_STRING_MAX];
    const struct field_set set = custom_set(STRINGS, RENDER_STRING);
    size_t len;
    char *out;

    (void)state;
    memset(octets, 'a', sizeof(octets) - 1);
    flow_clear(&flow);
    for (int i = 0; i < FLOW_CUSTOMS_MAX; i++) {
        add_octets(STRINGS, octets);
    }
    out = write_flow(&format_json, &set, COMPAT_NONE, &len);
    assert_non_null(strstr(out, "a\"],\"x_truncated\":true}"));
    free(out);
    free(write_flow(&format_bin, &set, COMPAT_NONE, &len));
}

/* --- Protobuf --- */

static void assert_message(const struct field_set *set, const char *expected, size_t expected_len)
{
    size_t len;
    char *out = write_flow(&format_bin, set, COMPAT_NONE, &len);

    assert_int_equal(len, expected_len);
    assert_memory_equal(out, expected, len);
    free(out);
}

#define ASSERT_MESSAGE(set, octets) assert_message((set), (octets), sizeof(octets) - 1)

/* By number, whatever the order of the columns; zeros only of what goflow2 does not have. */
static void messages(void **state)
{
    struct field_set set = {.n = 2,
                            .columns = {{.key = "a", .at = FLOW_AT_flow_direction},
                                        {.key = "b", .at = FLOW_AT_exporter_address}}};

    (void)state;
    flow_clear(&flow);
    ASSERT_MESSAGE(&set, "\x00");
    FLOW_SET(&flow, bytes, 0);
    FLOW_SET(&flow, flow_direction, 0);
    FLOW_SET(&flow, vni, 7); /* not in the set */
    FLOW_SET(&flow, exporter_address, flow_addr_make((const uint8_t[]){10, 1, 2, 3}, 4));
    FLOW_SET(&flow, type, FLOW_TYPE_IPFIX);
    (void)FLOW_APPEND(&flow, as_path, 300);
    (void)FLOW_APPEND(&flow, as_path, 0);
    ASSERT_MESSAGE(&set, "\x12"
                         "\x08\x04"                 /* type */
                         "\xb2\x06\x03\xac\x02\x00" /* as_path, packed */
                         "\xca\x3e\x04\x0a\x01\x02\x03"
                         "\x90\x40\x00" /* flow_direction */);
}

static void custom_messages(void **state)
{
    const struct field_set set = custom_set(NUMBER, RENDER_AS_KIND);

    (void)state;
    fill_customs();
    ASSERT_MESSAGE(&set, "\x4e"
                         "\x88\x7d\x01"
                         "\x92\x7d\x03"
                         "ab\""
                         "\x98\x7d\x05"
                         "\xa2\x7d\x02\x14\xe9"
                         "\x88\x7d\x11"
                         "\x98\x7d\x06"
                         "\xa8\x7d\xfb\xff\xff\xff\xff\xff\xff\xff\xff\x01"
                         "\xb1\x7d\x00\x00\x00\x00\x00\x00\xe0\x3f"
                         "\xba\x7d\x04\x0a\x01\x02\x03"
                         "\xc0\x7d\x8c\x96\xa8\x98\xa0\x20"
                         "\xc8\x7d\x01"
                         "\xd2\x7d\x04t\xef\xbf\xbd"
                         "\xda\x7d\x05"
                         "am\"s1");
}

/* A number or a name that a mapping file takes is not weir's any more. */
static void taken_by_custom_fields(void **state)
{
    static const struct custom_field taken[] = {{"mine", 1026, CUSTOM_VARINT, false, NULL}};
    static const struct custom_field same_name[] = {
        {"flow_direction", 42, CUSTOM_VARINT, false, NULL}};
    struct field_set set = set_of(FLOW_AT_flow_direction, RENDER_AS_KIND);

    (void)state;
    flow_clear(&flow);
    FLOW_SET(&flow, flow_direction, 1);
    ASSERT_MESSAGE(&set, "\x03\x90\x40\x01");
    set.custom = taken;
    set.n_custom = 1;
    ASSERT_MESSAGE(&set, "\x00");
    add_number(0, 3);
    ASSERT_MESSAGE(&set, "\x03\x90\x40\x03");
    set.custom = same_name;
    ASSERT_MESSAGE(&set, "\x03\xd0\x02\x03");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(fields_as_text),
        cmocka_unit_test(absent_fields),
        cmocka_unit_test(icmp_names),
        cmocka_unit_test(strings_of_goflow2),
        cmocka_unit_test(names_are_escaped),
        cmocka_unit_test(long_text),
        cmocka_unit_test(long_elements),
        cmocka_unit_test(custom_fields),
        cmocka_unit_test(absent_custom_fields),
        cmocka_unit_test(long_custom_list),
        cmocka_unit_test(messages),
        cmocka_unit_test(custom_messages),
        cmocka_unit_test(taken_by_custom_fields),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
