// SPDX-License-Identifier: Apache-2.0
// The spool over files that were cut, changed, lost or made up.
#include "lib/spool/spool.h"

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

#include "lib/crc32c.h"
#include "lib/spool/format.h"
#include "tests/unit/spool_fixture.h"

enum { RECORDS = 8 };

static struct saved_file segment;
static struct saved_file checkpoint;

static void remove_checkpoint(const struct spool_fixture *f)
{
    char path[128];

    (void)snprintf(path, sizeof(path), "%s/checkpoint", f->path);
    (void)unlink(path);
}

/* Leaves a closed spool with so many records that wait, in one segment, which is saved. */
static void make_segment(struct spool_fixture *f, unsigned n)
{
    spool_put(f, 0, n);
    spool_fixture_close(f);
    assert_true(spool_save_segment(f, 0, &segment));
    remove_checkpoint(f);
}

/* Where the entry ends that begins there. */
static size_t end_of_entry(size_t offset)
{
    struct spool_head head;
    struct spool_id id;

    assert_true(spool_name_read(strrchr(segment.path, '/') + 1, &id));
    assert_true(spool_head_read(segment.octets + offset, id, &head));
    return offset + SPOOL_HEAD_LEN + spool_body_len(&head);
}

/* Where the record with this place in the segment begins. */
static size_t entry_offset(size_t place)
{
    size_t offset = SPOOL_HEADER_LEN;

    for (size_t i = 0; i < place; i++) {
        offset = end_of_entry(offset);
    }
    return offset;
}

/* As it was after make_segment(), but with its first len octets only, and what they are now. */
static void reopen_changed(struct spool_fixture *f, size_t len)
{
    remove_checkpoint(f);
    spool_write_file(&segment, len);
    spool_fixture_open(f);
}

static void expect_all_but(struct spool_fixture *f, int first, int last, int missing)
{
    uint64_t sequence;

    for (int number = first; number <= last; number++) {
        if (number != missing) {
            assert_int_equal(spool_get(f, &sequence), number);
        }
    }
    assert_int_equal(spool_get(f, &sequence), NO_RECORD);
}

/* The record that the octet belongs to, or NO_RECORD for the header. */
static int record_at(size_t offset)
{
    int number = NO_RECORD;

    while (number + 1 < RECORDS && entry_offset((size_t)(number + 1)) <= offset) {
        number++;
    }
    return number;
}

static void test_torn_tail(void **state)
{
    struct spool_fixture *f = *state;
    size_t last;

    make_segment(f, RECORDS);
    last = entry_offset(RECORDS - 1);
    for (size_t len = last; len < segment.len; len++) {
        reopen_changed(f, len);
        assert_int_equal(spool_ask(f).found, RECORDS - 1);
        spool_release(f->spool, spool_put(f, RECORDS, 1));
        expect_all_but(f, 0, RECORDS, RECORDS - 1);
        spool_fixture_close(f);
        spool_fixture_open(f);
        expect_all_but(f, 0, RECORDS, RECORDS - 1);
        spool_fixture_close(f);
    }
    spool_fixture_open(f);
}

/* Also within the header, which a crash can leave behind as well. */
static void test_cut_anywhere(void **state)
{
    struct spool_fixture *f = *state;

    make_segment(f, RECORDS);
    for (size_t len = 0; len < segment.len; len++) {
        reopen_changed(f, len);
        spool_expect(f, 0, record_at(len) - 1);
        spool_release(f->spool, spool_put(f, 100, 1));
        spool_expect(f, 100, 100);
        spool_fixture_close(f);
        while (spool_save_segment(f, 0, &checkpoint)) {
            assert_int_equal(unlink(checkpoint.path), 0);
        }
    }
    spool_fixture_open(f);
}

/* One record is missing, and none is wrong. */
static void test_any_octet_changed(void **state)
{
    static const uint8_t changes[] = {0xff, 0x03};
    struct spool_fixture *f = *state;

    make_segment(f, RECORDS);
    for (size_t offset = 0; offset < segment.len; offset++) {
        for (size_t i = 0; i < sizeof(changes); i++) {
            segment.octets[offset] ^= changes[i];
            reopen_changed(f, segment.len);
            segment.octets[offset] ^= changes[i];
            expect_all_but(f, 0, RECORDS - 1, record_at(offset));
            spool_fixture_close(f);
        }
    }
    spool_fixture_open(f);
}

static void test_damage_is_counted(void **state)
{
    struct spool_fixture *f = *state;

    make_segment(f, RECORDS);
    memset(segment.octets + entry_offset(3) + 5, 0xff, entry_offset(5) - entry_offset(3));
    reopen_changed(f, segment.len);
    assert_int_equal(spool_ask(f).found, RECORDS);
    for (int number = 0; number < 3; number++) {
        uint64_t sequence;

        assert_int_equal(spool_get(f, &sequence), number);
    }
    spool_expect(f, 6, RECORDS - 1);
    assert_int_equal(spool_ask(f).lost[SPOOL_LOSS_DAMAGED], 3);
}

/* What a power cut leaves: the file has its length, but not its octets. */
static void test_zeros_at_the_end(void **state)
{
    struct spool_fixture *f = *state;
    size_t middle;

    make_segment(f, RECORDS);
    middle = entry_offset(5);
    memset(segment.octets + middle, 0, FILE_OCTETS_MAX - middle);
    reopen_changed(f, FILE_OCTETS_MAX);
    assert_int_equal(spool_ask(f).found, 5);
    assert_int_equal(spool_ask(f).octets, middle);
    spool_expect(f, 0, 4);
}

/* Entries behind damage must go on in sequence: a copy of what was before is none of them. */
static void test_old_entries(void **state)
{
    struct spool_fixture *f = *state;
    size_t first;

    make_segment(f, RECORDS);
    first = entry_offset(1);
    memcpy(segment.octets + segment.len, segment.octets + first, segment.len - first);
    reopen_changed(f, 2 * segment.len - first);
    spool_expect(f, 0, RECORDS - 1);
}

/* A record whose octets are those of an entry does not become one, though its neighbour is lost. */
static void test_entry_within_record(void **state)
{
    static const struct slice topic = {"t", 1};
    struct spool_fixture *f = *state;
    const struct record inner = {.value = {"inner", 5}};
    uint8_t octets[SPOOL_HEAD_LEN + 6];
    struct spool_entry entry;
    struct spool_run run;
    struct record outer;

    spool_entry_write(octets, (struct spool_id){0, 0x12345678}, 1, topic, &inner);
    outer = (struct record){.value = {(const char *)octets, sizeof(octets)}};
    for (int i = 0; i < 2; i++) {
        assert_int_equal(spool_append(f->spool, topic, &outer, 1, &run), 0);
    }
    spool_fixture_close(f);
    assert_true(spool_save_segment(f, 0, &segment));
    segment.octets[SPOOL_HEADER_LEN] ^= 1;
    reopen_changed(f, segment.len);
    assert_int_equal(spool_read(f->spool, &entry), 1);
    assert_int_equal(entry.record.value.len, sizeof(octets));
    assert_int_equal(spool_read(f->spool, &entry), 0);
}

/* A segment that another version made is no damage: it must not be cut or deleted. */
static void test_other_version(void **state)
{
    struct spool_fixture *f = *state;
    struct spool *spool;
    struct spool_id id;
    uint32_t sum;

    make_segment(f, 1);
    assert_true(spool_name_read(strrchr(segment.path, '/') + 1, &id));
    segment.octets[7]++;
    sum = crc32c(id.salt, segment.octets, SPOOL_HEADER_LEN - 4);
    for (int i = 0; i < 4; i++) {
        segment.octets[SPOOL_HEADER_LEN - 4 + i] = (uint8_t)(sum >> (24 - 8 * i));
    }
    spool_write_file(&segment, segment.len);
    assert_int_equal(spool_open(&spool, &f->settings), UV_ENOTSUP);
    segment.octets[7]--;
    segment.octets[SPOOL_HEADER_LEN - 1]--;
    reopen_changed(f, segment.len);
    spool_expect(f, 0, 0);
}

/* Files that are not the spool's are left alone. */
static void test_other_files(void **state)
{
    static const char *const names[] = {
        "README",         "0000000000000000-00000000.segment~", "0-0.segment",
        "checkpoint.new", "ffffffffffffffff-00000000.segment",
    };
    struct spool_fixture *f = *state;

    spool_put(f, 0, 10);
    spool_fixture_close(f);
    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
        (void)snprintf(segment.path, sizeof(segment.path), "%s/%s", f->path, names[i]);
        memset(segment.octets, 0xff, 100);
        spool_write_file(&segment, 100);
    }
    spool_fixture_open(f);
    spool_expect(f, 0, 9);
    assert_int_equal(access(segment.path, F_OK), 0);
}

/* The last record that begins before this octet. */
static size_t place_before(size_t octet)
{
    size_t place = 0;
    size_t end = end_of_entry(SPOOL_HEADER_LEN);

    while (end < octet) {
        end = end_of_entry(end);
        place++;
    }
    return place;
}

/*
 * A file is read in windows.  Where the head before the end of one is damaged, the next may stand
 * across that end, as it does in some of these layouts, and is found all the same.
 */
static void test_end_of_a_window(void **state)
{
    const size_t end = SPOOL_HEADER_LEN + (1 << 18);
    const int n = 2000;
    struct spool_fixture *f = *state;
    int across = 0;

    for (int first = 0; first < 16; first++) {
        size_t place;

        spool_put(f, (unsigned)first, (unsigned)n);
        spool_fixture_close(f);
        assert_true(spool_save_segment(f, 0, &segment));
        place = place_before(end);
        across += end - entry_offset(place) < SPOOL_HEAD_LEN;
        segment.octets[entry_offset(place - 1) + SPOOL_HEAD_LEN - 1] ^= 0xff;
        reopen_changed(f, segment.len);
        expect_all_but(f, first, first + n - 1, first + (int)place - 1);
        spool_fixture_close(f);
        assert_int_equal(unlink(segment.path), 0);
        spool_fixture_open(f);
    }
    assert_true(across > 0);
}

/* --- Several segments --- */

/* Segments of half a MiB, with records that wait. */
static void make_segments(struct spool_fixture *f, unsigned n)
{
    f->settings.octets_max = SPOOL_OCTETS_MIN;
    spool_fixture_close(f);
    spool_fixture_open(f);
    spool_put(f, 0, n);
    assert_true(spool_ask(f).segments > 3);
    spool_fixture_close(f);
}

static void test_segment_missing(void **state)
{
    struct spool_fixture *f = *state;
    uint64_t sequence;
    int missing = 0;

    make_segments(f, 15000);
    assert_true(spool_save_segment(f, 1, &segment));
    spool_fixture_open(f);
    assert_int_equal(unlink(segment.path), 0);
    for (int number = 0; number < 15000; number = (int)sequence + 1) {
        assert_true(spool_get(f, &sequence) >= number);
        missing += (int)sequence - number;
    }
    assert_true(missing > 1000);
    assert_int_equal(spool_ask(f).lost[SPOOL_LOSS_DAMAGED], missing);
    spool_fixture_crash(f);
    assert_int_equal(spool_ask(f).found, 15000 - missing);
}

/* Without its end mark a segment is read to its end. */
static void test_end_mark_damaged(void **state)
{
    struct spool_fixture *f = *state;

    make_segments(f, 15000);
    for (size_t i = 0; spool_save_segment(f, i + 1, &segment); i++) {
        assert_true(spool_save_segment(f, i, &segment));
        segment.octets[segment.len - 1] ^= 0xff;
        spool_write_file(&segment, segment.len - (i % 2 == 0 ? SPOOL_HEAD_LEN / 2 : 0));
    }
    spool_fixture_open(f);
    assert_int_equal(spool_ask(f).found, 15000);
    spool_expect(f, 0, 14999);
}

/* --- The checkpoint --- */

static void reopen_with_checkpoint(struct spool_fixture *f, size_t len)
{
    spool_write_file(&segment, segment.len);
    spool_write_file(&checkpoint, len);
    spool_fixture_open(f);
}

/* Whatever it says, what was not done is there. */
static void check_not_done(struct spool_fixture *f)
{
    uint64_t sequence;
    int odd = 0;
    int number;

    while ((number = spool_get(f, &sequence)) != NO_RECORD) {
        odd += number % 2;
    }
    assert_int_equal(odd, RECORDS / 2);
    spool_fixture_close(f);
}

static void make_checkpoint(struct spool_fixture *f)
{
    spool_put(f, 0, RECORDS);
    for (uint64_t even = 0; even < RECORDS; even += 2) {
        spool_ack(f->spool, (struct spool_run){even, 1});
    }
    spool_fixture_close(f);
    assert_true(spool_save_segment(f, 0, &segment));
    spool_save_checkpoint(f, &checkpoint);
}

static void test_checkpoint_damaged(void **state)
{
    struct spool_fixture *f = *state;

    make_checkpoint(f);
    for (size_t at = 0; at < checkpoint.len; at += at < 64 ? 1 : 61) {
        checkpoint.octets[at] ^= 0xff;
        reopen_with_checkpoint(f, checkpoint.len);
        checkpoint.octets[at] ^= 0xff;
        assert_int_equal(spool_ask(f).found, RECORDS);
        check_not_done(f);
    }
    spool_fixture_open(f);
}

static void test_checkpoint_cut(void **state)
{
    struct spool_fixture *f = *state;

    make_checkpoint(f);
    for (size_t len = 0; len < checkpoint.len; len += 37) {
        reopen_with_checkpoint(f, len);
        check_not_done(f);
    }
    reopen_with_checkpoint(f, checkpoint.len);
    assert_int_equal(spool_ask(f).found, RECORDS / 2);
}

/* A number that was done is not given to another record, though the file has lost it. */
static void test_checkpoint_ahead(void **state)
{
    struct spool_fixture *f = *state;
    struct spool_run run;

    make_checkpoint(f);
    spool_write_file(&segment, entry_offset(3));
    spool_fixture_open(f);
    run = spool_put(f, 100, 5);
    assert_int_equal(run.first, RECORDS - 1);
    spool_fixture_crash(f);
    assert_int_equal(spool_ask(f).found, 1 + 5);
    spool_ack(f->spool, (struct spool_run){1, 1});
    spool_release(f->spool, (struct spool_run){1, 1});
    expect_all_but(f, 100, 104, NO_RECORD);
}

/* Of a segment of the same number that was there before, it says nothing. */
static void test_checkpoint_of_another(void **state)
{
    struct spool_fixture *f = *state;

    make_checkpoint(f);
    assert_int_equal(unlink(segment.path), 0);
    spool_fixture_open(f);
    spool_put(f, 0, RECORDS);
    spool_fixture_close(f);
    spool_write_file(&checkpoint, checkpoint.len);
    spool_fixture_open(f);
    spool_expect(f, 0, RECORDS - 1);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, spool_setup, spool_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_torn_tail),           TEST(test_cut_anywhere),
        TEST(test_any_octet_changed),   TEST(test_damage_is_counted),
        TEST(test_zeros_at_the_end),    TEST(test_old_entries),
        TEST(test_entry_within_record), TEST(test_end_of_a_window),
        TEST(test_other_version),       TEST(test_other_files),
        TEST(test_segment_missing),     TEST(test_end_mark_damaged),
        TEST(test_checkpoint_damaged),  TEST(test_checkpoint_cut),
        TEST(test_checkpoint_ahead),    TEST(test_checkpoint_of_another),
    };

    return cmocka_run_group_tests_name("spool_damage", tests, NULL, NULL);
}
