// SPDX-License-Identifier: Apache-2.0
// Files of quarantines: datagrams are read back as they were, and damage is mended.
#include "lib/quarantine/file.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <uv.h>

#include <cmocka.h>

#include "lib/quarantine/pcapng.h"
#include "tests/unit/quarantine_fixture.h"

enum { FILE_MAX_OCTETS = 300 << 10 };

/* --- Blocks --- */

static void write_file(const char *path, const void *data, size_t len)
{
    FILE *file = fopen(path, "wb");

    assert_non_null(file);
    assert_int_equal(fwrite(data, 1, len, file), len);
    assert_int_equal(fclose(file), 0);
}

static void append(const char *path, const void *data, size_t len)
{
    FILE *file = fopen(path, "ab");

    assert_non_null(file);
    assert_int_equal(fwrite(data, 1, len, file), len);
    assert_int_equal(fclose(file), 0);
}

/* As lib/capture.h reads it. */
static void assert_round_trip(const char *path, const struct datagram *datagram)
{
    static uint8_t block[PCAPNG_HEAD_MAX + PCAPNG_BLOCK_MAX];
    const struct pcapng_receiver receiver = {.port = 2055};
    const size_t head = pcapng_write_head(block);
    const size_t len = pcapng_write_datagram(block + head, datagram, &receiver, "broken");

    assert_int_equal(pcapng_block_len(block + head), len);
    assert_true(pcapng_block_ends(block + head + len - PCAPNG_SUFFIX_LEN, len));
    write_file(path, block, head + len);
    quarantine_assert_found(path, datagram);
}

static void test_blocks(void **state)
{
    static const size_t lens[] = {0, 1, 2, 3, 4, 1464, UDP_MAX - 1, UDP_MAX};
    const struct place *place = *state;

    for (size_t i = 0; i < sizeof(lens) / sizeof(lens[0]); i++) {
        const struct datagram v4 = quarantine_datagram_v4(lens[i]);
        const struct datagram v6 =
            quarantine_datagram_v6(lens[i] < UDP_MAX - 20 ? lens[i] : UDP_MAX - 20);

        assert_round_trip(place->path, &v4);
        assert_round_trip(place->path, &v6);
    }
}

static void test_too_long(void **state)
{
    static uint8_t block[PCAPNG_BLOCK_MAX];
    const struct pcapng_receiver receiver = {0};
    const struct datagram datagram = quarantine_datagram_v4(UDP_MAX + 1);

    (void)state;
    assert_int_equal(pcapng_write_datagram(block, &datagram, &receiver, ""), 0);
}

static void test_long_comment(void **state)
{
    static uint8_t block[PCAPNG_BLOCK_MAX];
    const struct pcapng_receiver receiver = {.addr = {.len = 4}, .port = 1};
    const struct datagram datagram = quarantine_datagram_v4(UDP_MAX);
    char comment[4096];

    (void)state;
    memset(comment, 'x', sizeof(comment));
    comment[sizeof(comment) - 1] = '\0';
    assert_true(pcapng_write_datagram(block, &datagram, &receiver, comment) <= sizeof(block));
}

static void test_no_block(void **state)
{
    static const uint8_t prefixes[][PCAPNG_PREFIX_LEN] = {
        {0},
        {6, 0, 0, 0, 0, 0, 0, 0},
        {6, 0, 0, 0, 33, 0, 0, 0},
        {6, 0, 0, 0, 28, 0, 0, 0},
        {6, 0, 0, 0, 0, 0, 0, 1},
        {5, 0, 0, 0, 32, 0, 0, 0},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(prefixes) / sizeof(prefixes[0]); i++) {
        assert_int_equal(pcapng_block_len(prefixes[i]), 0);
    }
}

/* --- The file --- */

static size_t write_block(uint8_t *out, size_t len)
{
    const struct datagram datagram = quarantine_datagram_v4(len);
    const struct pcapng_receiver receiver = {.port = 2055};

    return pcapng_write_datagram(out, &datagram, &receiver, "broken");
}

static void put_blocks(struct quarantine_file *file, size_t n, size_t len)
{
    static uint8_t block[PCAPNG_BLOCK_MAX];

    for (size_t i = 0; i < n; i++) {
        assert_int_equal(quarantine_file_append(file, block, write_block(block, len)), 0);
    }
}

static void test_goes_on(void **state)
{
    const struct place *place = *state;
    struct quarantine_file file;

    (void)unlink(place->path);
    for (size_t i = 1; i <= 3; i++) {
        assert_int_equal(quarantine_file_open(&file, place->path, FILE_MAX_OCTETS), 0);
        put_blocks(&file, 1, 100);
        quarantine_file_close(&file);
        assert_int_equal(quarantine_count(place->path), i);
    }
    assert_int_equal(quarantine_size_of(place->older), -1);
}

/* Whatever a crash has cut off or left behind a whole block. */
static void test_mends(void **state)
{
    static uint8_t block[PCAPNG_BLOCK_MAX];
    const struct place *place = *state;
    const size_t len = write_block(block, 100);
    struct quarantine_file file;

    for (size_t torn = 1; torn < len; torn++) {
        (void)unlink(place->path);
        assert_int_equal(quarantine_file_open(&file, place->path, FILE_MAX_OCTETS), 0);
        put_blocks(&file, 2, 100);
        quarantine_file_close(&file);
        append(place->path, block, torn);
        assert_int_equal(quarantine_file_open(&file, place->path, FILE_MAX_OCTETS), 0);
        put_blocks(&file, 1, 100);
        quarantine_file_close(&file);
        assert_int_equal(quarantine_count(place->path), 3);
    }
}

static void test_mends_zeros(void **state)
{
    static const uint8_t zeros[1000];
    static uint8_t block[PCAPNG_BLOCK_MAX];
    const struct place *place = *state;
    const size_t len = write_block(block, 100);
    struct quarantine_file file;

    (void)unlink(place->path);
    assert_int_equal(quarantine_file_open(&file, place->path, FILE_MAX_OCTETS), 0);
    put_blocks(&file, 1, 100);
    quarantine_file_close(&file);
    append(place->path, block, PCAPNG_PREFIX_LEN);
    append(place->path, zeros, len - PCAPNG_PREFIX_LEN);
    assert_int_equal(quarantine_file_open(&file, place->path, FILE_MAX_OCTETS), 0);
    quarantine_file_close(&file);
    assert_int_equal(quarantine_count(place->path), 1);
}

/* It is somebody's, and stays as it is. */
static void test_foreign(void **state)
{
    static const char text[] = "what somebody wrote\n";
    const struct place *place = *state;
    struct quarantine_file file;

    write_file(place->path, text, sizeof(text));
    assert_int_equal(quarantine_file_open(&file, place->path, FILE_MAX_OCTETS), UV_EEXIST);
    quarantine_file_close(&file);
    assert_int_equal(quarantine_size_of(place->path), sizeof(text));
    assert_int_equal(quarantine_file_open(&file, place->folder, FILE_MAX_OCTETS), UV_EISDIR);
    quarantine_file_close(&file);
    assert_int_equal(quarantine_file_open(&file, "/dev/null", FILE_MAX_OCTETS), UV_EINVAL);
    quarantine_file_close(&file);
    assert_int_equal(unlink(place->path), 0);
}

/* Of another version, say: it cannot be continued, and is not lost. */
static void test_other_capture(void **state)
{
    const struct place *place = *state;
    uint8_t head[PCAPNG_HEAD_MAX];
    const size_t len = pcapng_write_head(head);
    struct quarantine_file file;

    head[40] ^= 1;
    write_file(place->path, head, len);
    assert_int_equal(quarantine_file_open(&file, place->path, FILE_MAX_OCTETS), 0);
    put_blocks(&file, 1, 100);
    quarantine_file_close(&file);
    assert_int_equal(quarantine_count(place->path), 1);
    assert_int_equal(quarantine_size_of(place->older), len);
    (void)unlink(place->older);
    (void)unlink(place->path);
}

static void test_turns_over(void **state)
{
    const struct place *place = *state;
    struct quarantine_file file;

    assert_int_equal(quarantine_file_open(&file, place->path, FILE_MAX_OCTETS), 0);
    put_blocks(&file, 1000, 1400);
    quarantine_file_close(&file);
    assert_true(quarantine_size_of(place->path) <= FILE_MAX_OCTETS);
    assert_true(quarantine_size_of(place->older) <= FILE_MAX_OCTETS);
    assert_true(quarantine_size_of(place->older) > FILE_MAX_OCTETS - 2000);
    assert_true(quarantine_count(place->path) > 0);
    assert_true(quarantine_count(place->older) > 190);
    (void)unlink(place->older);
    (void)unlink(place->path);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_blocks),        cmocka_unit_test(test_too_long),
        cmocka_unit_test(test_long_comment),  cmocka_unit_test(test_no_block),
        cmocka_unit_test(test_goes_on),       cmocka_unit_test(test_mends),
        cmocka_unit_test(test_mends_zeros),   cmocka_unit_test(test_foreign),
        cmocka_unit_test(test_other_capture), cmocka_unit_test(test_turns_over),
    };

    return cmocka_run_group_tests(tests, quarantine_make_place, quarantine_remove_place);
}
