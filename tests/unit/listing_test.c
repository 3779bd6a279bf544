// SPDX-License-Identifier: Apache-2.0
// Listings: each octet of a datagram stands in one piece, whatever a decoder tells of it.
#include "lib/outline/listing.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static const struct decoder decoder = {.name = "fake"};
static const uint8_t octets[16] = {1, 2, 3, 4, 5, 6, 7, 8, 0, 0, 0, 0, 9, 9, 9, 9};
static const struct datagram datagram = {.data = octets, .len = sizeof(octets)};

struct expected {
    const char *name;
    uint16_t offset;
    uint16_t len;
    uint8_t depth;
    enum outline_piece_kind kind;
};

static struct outline *begin(const struct decoder *whose)
{
    struct outline *outline = outline_new(&outline_listing);

    assert_non_null(outline);
    outline_begin(outline, whose, &datagram);
    return outline;
}

static void place(struct outline *outline, size_t offset, size_t len)
{
    struct wire w;

    wire_init(&w, octets + offset, sizeof(octets) - offset);
    outline_place(outline, &w, len);
}

static void tell(struct outline *outline, const char *key, size_t offset, size_t len)
{
    place(outline, offset, len);
    outline_number(outline, key, offset);
}

static void assert_pieces(struct outline *outline, const struct expected *expected, size_t n)
{
    size_t found;
    const struct outline_piece *pieces = outline_listing_pieces(outline, &found);

    assert_int_equal(outline_end(outline).len, 0);
    assert_int_equal(found, n);
    for (size_t i = 0; i < n; i++) {
        assert_string_equal(pieces[i].name, expected[i].name);
        assert_int_equal(pieces[i].offset, expected[i].offset);
        assert_int_equal(pieces[i].len, expected[i].len);
        assert_int_equal(pieces[i].depth, expected[i].depth);
        assert_int_equal(pieces[i].kind, expected[i].kind);
    }
    outline_free(outline);
}

#define ASSERT_PIECES(outline, ...)                                                                \
    assert_pieces((outline), (const struct expected[]){__VA_ARGS__},                               \
                  sizeof((const struct expected[]){__VA_ARGS__}) / sizeof(struct expected))

static void test_nothing_told(void **state)
{
    (void)state;
    ASSERT_PIECES(begin(NULL), {"not read", 0, 16, 0, PIECE_UNREAD});
}

/* Groups with a name are headings; what is told late stands where it lies. */
static void test_order(void **state)
{
    struct outline *outline = begin(&decoder);

    (void)state;
    outline_name(outline, "set");
    outline_open(outline, "sets", OUTLINE_OBJECT);
    tell(outline, "second", 4, 4);
    tell(outline, "first", 0, 4);
    outline_close(outline, OUTLINE_OBJECT);
    outline_octets(outline, "rest", octets + 12, 4);
    ASSERT_PIECES(outline, {"set", 0, 8, 0, PIECE_HEADING}, {"first", 0, 4, 1, PIECE_NUMBER},
                  {"second", 4, 4, 1, PIECE_NUMBER}, {"padding", 8, 4, 0, PIECE_PADDING},
                  {"rest", 12, 4, 0, PIECE_OCTETS});
}

static void test_names(void **state)
{
    struct outline *outline = begin(&decoder);

    (void)state;
    outline_open(outline, "by key", OUTLINE_ARRAY);
    tell(outline, NULL, 0, 4);
    outline_close(outline, OUTLINE_ARRAY);
    outline_name(outline, "by name");
    outline_open(outline, "list", OUTLINE_ARRAY);
    tell(outline, NULL, 4, 4);
    outline_close(outline, OUTLINE_ARRAY);
    outline_name(outline, "its own");
    tell(outline, "key", 8, 4);
    outline_name(outline, "text");
    outline_text(outline, "key", octets + 12, 4);
    ASSERT_PIECES(outline, {"by key", 0, 4, 0, PIECE_NUMBER}, {"by name", 4, 4, 0, PIECE_NUMBER},
                  {"its own", 8, 4, 0, PIECE_NUMBER}, {"text", 12, 4, 0, PIECE_TEXT});
}

/* Values of no place, and groups of none, are not there; numbers of headings go on. */
static void test_without_place(void **state)
{
    const struct flow_addr address = {.len = 4};
    struct outline *outline = begin(&decoder);
    const struct outline_piece *pieces;
    size_t n;

    (void)state;
    for (int i = 0; i < 3; i++) {
        outline_name(outline, "group");
        outline_open(outline, NULL, OUTLINE_OBJECT);
        outline_number(outline, "made up", 1);
        outline_nothing(outline, "nothing");
        outline_address(outline, "elsewhere", &address);
        if (i != 1) {
            place(outline, (size_t)i * 4, 4);
            outline_address(outline, "address", &address);
        }
        outline_close(outline, OUTLINE_OBJECT);
    }
    pieces = outline_listing_pieces(outline, &n);
    assert_int_equal(n, 6);
    assert_int_equal(pieces[0].number, 1);
    assert_int_equal(pieces[1].kind, PIECE_ADDRESS);
    assert_int_equal(pieces[2].kind, PIECE_UNREAD);
    assert_int_equal(pieces[3].number, 2);
    outline_free(outline);
}

static void test_elements(void **state)
{
    struct outline *outline = begin(&decoder);
    const struct outline_piece *pieces;
    size_t n;

    (void)state;
    outline_element(outline, 0, 8);
    outline_octets(outline, "value", octets, 4);
    outline_name(outline, "System");
    outline_element(outline, 9, 1);
    outline_octets(outline, "value", octets + 4, 12);
    pieces = outline_listing_pieces(outline, &n);
    assert_int_equal(n, 2);
    assert_null(pieces[0].name);
    assert_true(pieces[0].is_element);
    assert_int_equal(pieces[0].id, 8);
    assert_string_equal(pieces[1].name, "System");
    assert_int_equal(pieces[1].pen, 9);
    outline_free(outline);
}

/* What is not told ends where a heading does, and goes on outside. */
static void test_gaps(void **state)
{
    struct outline *outline = begin(&decoder);

    (void)state;
    outline_name(outline, "message");
    place(outline, 0, 10);
    outline_open(outline, NULL, OUTLINE_OBJECT);
    outline_name(outline, "set");
    place(outline, 2, 5);
    outline_open(outline, NULL, OUTLINE_OBJECT);
    tell(outline, "id", 2, 2);
    outline_close(outline, OUTLINE_OBJECT);
    outline_close(outline, OUTLINE_OBJECT);
    tell(outline, "tail", 12, 4);
    ASSERT_PIECES(outline, {"message", 0, 10, 0, PIECE_HEADING},
                  {"not read", 0, 2, 1, PIECE_UNREAD}, {"set", 2, 5, 1, PIECE_HEADING},
                  {"id", 2, 2, 2, PIECE_NUMBER}, {"not read", 4, 3, 2, PIECE_UNREAD},
                  {"not read", 7, 3, 1, PIECE_UNREAD}, {"padding", 10, 2, 0, PIECE_PADDING},
                  {"tail", 12, 4, 0, PIECE_NUMBER});
}

/* What finds no room is not told, and its octets are there nevertheless. */
static void test_too_many(void **state)
{
    struct outline *outline = begin(&decoder);
    const struct outline_piece *pieces;
    size_t n;

    (void)state;
    while (!outline_full(outline)) {
        tell(outline, "empty", 4, 0);
    }
    outline_name(outline, "group");
    outline_open(outline, NULL, OUTLINE_OBJECT);
    tell(outline, "late", 4, 4);
    outline_close(outline, OUTLINE_OBJECT);
    pieces = outline_listing_pieces(outline, &n);
    assert_true(n > 65536);
    assert_string_equal(pieces[0].name, "not shown");
    assert_int_equal(pieces[0].len, 4);
    assert_int_equal(pieces[n - 1].offset, 4);
    assert_int_equal(pieces[n - 1].len, 12);
    outline_free(outline);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_nothing_told), cmocka_unit_test(test_order),
        cmocka_unit_test(test_names),        cmocka_unit_test(test_without_place),
        cmocka_unit_test(test_elements),     cmocka_unit_test(test_gaps),
        cmocka_unit_test(test_too_many),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
