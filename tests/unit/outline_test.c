// SPDX-License-Identifier: Apache-2.0
// Outlines: what is told becomes one line, whole also where the buffer is full.
#include "lib/outline/outline.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <json-c/json.h>

#include "lib/outline/json.h"
#include "lib/outline/summary.h"

static const struct decoder decoder = {
    .outline_type = "fake",
    .outline_summary = "Fake items:list at:address n:number",
};

static struct datagram datagram_from(const char *octets, size_t len)
{
    return (struct datagram){
        .from = flow_addr_make((const uint8_t *)octets, len),
        .from_port = 40000,
        .received_ns = 1700000000123000000,
    };
}

static struct datagram datagram_v4(void)
{
    return datagram_from("\xc0\x00\x02\x01", 4);
}

static struct outline *begin(const struct outline_ops *ops, const struct datagram *datagram)
{
    struct outline *outline = outline_new(ops);

    assert_non_null(outline);
    outline_begin(outline, &decoder, datagram);
    return outline;
}

static void assert_line(struct outline *outline, const char *expected)
{
    const struct slice line = outline_end(outline);

    assert_int_equal(line.len, strlen(expected));
    assert_memory_equal(line.data, expected, line.len);
    outline_free(outline);
}

#define HEAD "{\"type\":\"fake\",\"message\":{"
#define TAIL "},\"src\":\"192.0.2.1:40000\",\"time_received\":\"2023-11-14T22:13:20.123Z\"}"

static void test_kinds(void **state)
{
    const struct datagram datagram = datagram_v4();
    struct outline *outline = begin(&outline_json, &datagram);

    (void)state;
    outline_number(outline, "number", UINT64_MAX);
    outline_boolean(outline, "yes", true);
    outline_boolean(outline, "no", false);
    outline_address(outline, "address", &datagram.from);
    outline_nothing(outline, "nothing");
    outline_text(outline, "text", (const uint8_t *)"a\"\n\x80", 4);
    assert_line(outline, HEAD "\"number\":18446744073709551615,\"yes\":true,\"no\":false,"
                              "\"address\":\"192.0.2.1\",\"nothing\":null,"
                              "\"text\":\"a\\\"\\n\xef\xbf\xbd\"" TAIL);
}

static void test_groups(void **state)
{
    const struct datagram datagram = datagram_v4();
    struct outline *outline = begin(&outline_json, &datagram);

    (void)state;
    outline_open(outline, "list", OUTLINE_ARRAY);
    outline_number(outline, NULL, 1);
    outline_open(outline, NULL, OUTLINE_OBJECT);
    outline_close(outline, OUTLINE_OBJECT);
    outline_open(outline, NULL, OUTLINE_ARRAY);
    outline_close(outline, OUTLINE_ARRAY);
    outline_close(outline, OUTLINE_ARRAY);
    outline_number(outline, "last", 2);
    assert_line(outline, HEAD "\"list\":[1,{},[]],\"last\":2" TAIL);
}

/* RFC 4648 section 10. */
static void test_base64(void **state)
{
    const struct datagram datagram = datagram_v4();
    struct outline *outline = begin(&outline_json, &datagram);
    const uint8_t *octets = (const uint8_t *)"foobar";

    (void)state;
    outline_open(outline, "list", OUTLINE_ARRAY);
    for (size_t len = 0; len <= 6; len++) {
        outline_octets(outline, NULL, octets, len);
    }
    outline_octets(outline, NULL, (const uint8_t *)"\xff\xef\xbe", 3);
    outline_close(outline, OUTLINE_ARRAY);
    assert_line(outline, HEAD "\"list\":[\"\",\"Zg==\",\"Zm8=\",\"Zm9v\",\"Zm9vYg==\",\"Zm9vYmE=\","
                              "\"Zm9vYmFy\",\"/+++\"]" TAIL);
}

static void test_nothing_told(void **state)
{
    const struct datagram datagram = datagram_v4();
    struct outline *outline = begin(&outline_json, &datagram);

    (void)state;
    assert_int_equal(outline_end(outline).len, 0);
    outline_begin(outline, &decoder, &datagram);
    outline_number(outline, "n", 1);
    assert_line(outline, HEAD "\"n\":1" TAIL);
}

static void test_nobody_listens(void **state)
{
    (void)state;
    outline_open(NULL, "list", OUTLINE_ARRAY);
    outline_number(NULL, NULL, 1);
    outline_close(NULL, OUTLINE_ARRAY);
    assert_false(outline_full(NULL));
}

static void assert_json(struct slice line)
{
    struct json_tokener *tokener = json_tokener_new();

    json_tokener_set_flags(tokener, JSON_TOKENER_STRICT | JSON_TOKENER_VALIDATE_UTF8);
    json_object_put(json_tokener_parse_ex(tokener, line.data, (int)line.len));
    assert_int_equal(json_tokener_get_error(tokener), json_tokener_success);
    assert_int_equal(json_tokener_get_parse_end(tokener), line.len);
    json_tokener_free(tokener);
}

/* Ends the line, which fills its buffer nearly, and must be whole: what it ends in is known. */
static struct slice end_filled(struct outline *outline, const char *tail)
{
    const struct slice line = outline_end(outline);
    const size_t len = strlen(tail);

    assert_true(outline_full(outline));
    assert_true(line.len <= OUTLINE_MAX);
    assert_true(line.len > OUTLINE_MAX - 1024);
    assert_memory_equal(line.data + line.len - len, tail, len);
    return line;
}

/* Wherever in a value the buffer ends, the groups that are open are closed. */
static void test_too_many_values(void **state)
{
    static const uint8_t odd[32];
    const struct datagram datagram = datagram_v4();
    struct outline *outline = outline_new(&outline_json);

    (void)state;
    assert_non_null(outline);
    for (size_t len = 0; len < sizeof(odd); len += 3) {
        outline_begin(outline, &decoder, &datagram);
        outline_octets(outline, "odd", odd, len);
        outline_open(outline, "list", OUTLINE_ARRAY);
        while (!outline_full(outline)) {
            outline_number(outline, NULL, UINT64_MAX);
        }
        outline_open(outline, NULL, OUTLINE_OBJECT);
        outline_number(outline, "n", 0);
        outline_close(outline, OUTLINE_OBJECT);
        outline_close(outline, OUTLINE_ARRAY);
        outline_number(outline, "last", 1);
        (void)end_filled(outline, ",18446744073709551615]" TAIL);
    }
    outline_free(outline);
}

static void test_too_many_groups(void **state)
{
    const struct datagram datagram = datagram_v4();
    struct outline *outline = begin(&outline_json, &datagram);

    (void)state;
    outline_open(outline, "list", OUTLINE_ARRAY);
    while (!outline_full(outline)) {
        outline_open(outline, NULL, OUTLINE_OBJECT);
        outline_open(outline, "list", OUTLINE_ARRAY);
        outline_close(outline, OUTLINE_ARRAY);
        outline_close(outline, OUTLINE_OBJECT);
    }
    outline_close(outline, OUTLINE_ARRAY);
    assert_json(end_filled(outline, "}]" TAIL));
    outline_free(outline);
}

static void test_summary(void **state)
{
    const struct datagram datagram = datagram_v4();
    struct outline *outline = begin(&outline_summary, &datagram);

    (void)state;
    outline_number(outline, "number", 7);
    outline_address(outline, "address", &datagram.from);
    outline_open(outline, "list", OUTLINE_ARRAY);
    outline_open(outline, NULL, OUTLINE_OBJECT);
    outline_number(outline, "number", 8);
    outline_close(outline, OUTLINE_OBJECT);
    outline_nothing(outline, NULL);
    outline_close(outline, OUTLINE_ARRAY);
    assert_line(outline, "2023-11-14 22:13:20.123 +0000 UTC 192.0.2.1:40000: "
                         "Fake items:2 at:192.0.2.1 n:7");
}

static void test_source_v6(void **state)
{
    const struct datagram datagram =
        datagram_from("\x20\x01\x0d\xb8\0\0\0\0\0\0\0\0\0\0\0\x05", 16);
    struct outline *outline = begin(&outline_summary, &datagram);

    (void)state;
    outline_open(outline, "list", OUTLINE_ARRAY);
    outline_close(outline, OUTLINE_ARRAY);
    assert_line(outline, "2023-11-14 22:13:20.123 +0000 UTC [2001:db8::5]:40000: "
                         "Fake items:0 at: n:");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_kinds),           cmocka_unit_test(test_groups),
        cmocka_unit_test(test_base64),          cmocka_unit_test(test_nothing_told),
        cmocka_unit_test(test_nobody_listens),  cmocka_unit_test(test_too_many_values),
        cmocka_unit_test(test_too_many_groups), cmocka_unit_test(test_summary),
        cmocka_unit_test(test_source_v6),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
