// SPDX-License-Identifier: Apache-2.0
// Quarantines: what is put into one is found again, whatever happens to its file.
#include "lib/quarantine/quarantine.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <uv.h>

#include <cmocka.h>

#include "lib/capture.h"
#include "lib/log.h"
#include "lib/quarantine/file.h"
#include "lib/quarantine/inlet.h"

enum { UDP_MAX = 65507, PATH_SIZE = 128, FILE_MAX_OCTETS = 300 << 10 };

static const uint64_t SECOND_NS = 1000000000;
static const uint64_t NOW_NS = 1700000000123456789;

static uint8_t octets[UDP_MAX + 1];

/* A folder of its own, and the names in it. */
struct place {
    char folder[PATH_SIZE / 2];
    char path[PATH_SIZE];
    char older[PATH_SIZE];
};

static int make_place(void **state)
{
    static struct place place;

    (void)snprintf(place.folder, sizeof(place.folder), "/tmp/weir-quarantine-XXXXXX");
    if (mkdtemp(place.folder) == NULL) {
        return -1;
    }
    (void)snprintf(place.path, sizeof(place.path), "%s/q.pcap", place.folder);
    (void)snprintf(place.older, sizeof(place.older), "%s/q.pcap.1", place.folder);
    for (size_t i = 0; i < sizeof(octets); i++) {
        octets[i] = (uint8_t)(i * 7 + 1);
    }
    log_set_level(LOG_LEVEL_ERROR + 1);
    *state = &place;
    return 0;
}

static int remove_place(void **state)
{
    struct place *place = *state;

    (void)unlink(place->path);
    (void)unlink(place->older);
    return rmdir(place->folder);
}

static struct datagram datagram_of(size_t len, const char *address, size_t address_len)
{
    return (struct datagram){
        .data = octets,
        .len = len,
        .from = flow_addr_make((const uint8_t *)address, address_len),
        .from_port = 40000,
        .received_ns = NOW_NS + len,
    };
}

static struct datagram datagram_v4(size_t len)
{
    return datagram_of(len, "\xc0\x00\x02\x01", 4);
}

static struct datagram datagram_v6(size_t len)
{
    return datagram_of(len, "\x20\x01\x0d\xb8\0\0\0\0\0\0\0\0\0\0\0\x05", 16);
}

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

static off_t size_of(const char *path)
{
    struct stat st;

    return stat(path, &st) == 0 ? st.st_size : -1;
}

/* How many datagrams the file holds; it must be whole. */
static size_t count(const char *path)
{
    char message[256];
    struct capture *capture = capture_open(path, message, sizeof(message));
    struct datagram datagram;
    uint16_t to_port;
    size_t n = 0;

    assert_non_null(capture);
    while (capture_next(capture, &datagram, &to_port)) {
        n++;
    }
    assert_null(capture_error(capture));
    capture_close(capture);
    return n;
}

static void assert_found(const char *path, const struct datagram *expected)
{
    char message[256];
    struct capture *capture = capture_open(path, message, sizeof(message));
    struct datagram found;
    uint16_t to_port;

    assert_non_null(capture);
    assert_true(capture_next(capture, &found, &to_port));
    assert_int_equal(found.len, expected->len);
    assert_memory_equal(found.data, expected->data, expected->len);
    assert_int_equal(found.from.len, expected->from.len);
    assert_memory_equal(found.from.bytes, expected->from.bytes, expected->from.len);
    assert_int_equal(found.from_port, 40000);
    assert_int_equal(to_port, 2055);
    assert_true(found.received_ns == expected->received_ns);
    assert_false(capture_next(capture, &found, &to_port));
    assert_null(capture_error(capture));
    capture_close(capture);
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
    assert_found(path, datagram);
}

static void test_blocks(void **state)
{
    static const size_t lens[] = {0, 1, 2, 3, 4, 1464, UDP_MAX - 1, UDP_MAX};
    const struct place *place = *state;

    for (size_t i = 0; i < sizeof(lens) / sizeof(lens[0]); i++) {
        const struct datagram v4 = datagram_v4(lens[i]);
        const struct datagram v6 = datagram_v6(lens[i] < UDP_MAX - 20 ? lens[i] : UDP_MAX - 20);

        assert_round_trip(place->path, &v4);
        assert_round_trip(place->path, &v6);
    }
}

static void test_too_long(void **state)
{
    static uint8_t block[PCAPNG_BLOCK_MAX];
    const struct pcapng_receiver receiver = {0};
    const struct datagram datagram = datagram_v4(UDP_MAX + 1);

    (void)state;
    assert_int_equal(pcapng_write_datagram(block, &datagram, &receiver, ""), 0);
}

static void test_long_comment(void **state)
{
    static uint8_t block[PCAPNG_BLOCK_MAX];
    const struct pcapng_receiver receiver = {.addr = {.len = 4}, .port = 1};
    const struct datagram datagram = datagram_v4(UDP_MAX);
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
    const struct datagram datagram = datagram_v4(len);
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

    for (size_t i = 1; i <= 3; i++) {
        assert_int_equal(quarantine_file_open(&file, place->path, FILE_MAX_OCTETS), 0);
        put_blocks(&file, 1, 100);
        quarantine_file_close(&file);
        assert_int_equal(count(place->path), i);
    }
    assert_int_equal(size_of(place->older), -1);
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
        assert_int_equal(count(place->path), 3);
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
    assert_int_equal(count(place->path), 1);
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
    assert_int_equal(size_of(place->path), sizeof(text));
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
    assert_int_equal(count(place->path), 1);
    assert_int_equal(size_of(place->older), len);
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
    assert_true(size_of(place->path) <= FILE_MAX_OCTETS);
    assert_true(size_of(place->older) <= FILE_MAX_OCTETS);
    assert_true(size_of(place->older) > FILE_MAX_OCTETS - 2000);
    assert_true(count(place->path) > 0);
    assert_true(count(place->older) > 190);
    (void)unlink(place->older);
    (void)unlink(place->path);
}

/* --- The whole --- */

static const struct pcapng_receiver receivers[] = {{.port = 6343}, {.port = 2055}};

static struct quarantine *open_at(const struct place *place, uint64_t rate)
{
    const struct quarantine_settings settings = {
        .path = place->path,
        .octets = QUARANTINE_OCTETS_MIN,
        .rate = rate,
        .receivers = receivers,
        .n_receivers = 2,
    };
    struct quarantine *quarantine;

    (void)unlink(place->path);
    (void)unlink(place->older);
    assert_int_equal(quarantine_open(&quarantine, &settings), 0);
    return quarantine;
}

static void test_put(void **state)
{
    const struct place *place = *state;
    struct quarantine *quarantine = open_at(place, 0);
    struct datagram datagram = datagram_v6(77);

    datagram.listener = 1;
    assert_true(quarantine_put(quarantine, &datagram, "broken"));
    quarantine_close(quarantine);
    assert_found(place->path, &datagram);
}

static void wait_for(const char *path)
{
    for (int i = 0; i < 2000 && size_of(path) <= 0; i++) {
        uv_sleep(10);
    }
    assert_true(size_of(path) > 0);
}

static void test_reopen(void **state)
{
    const struct place *place = *state;
    struct quarantine *quarantine = open_at(place, 0);
    const struct datagram datagram = datagram_v4(77);

    assert_int_equal(rename(place->path, place->older), 0);
    quarantine_reopen(quarantine);
    wait_for(place->path);
    assert_true(quarantine_put(quarantine, &datagram, "broken"));
    quarantine_close(quarantine);
    assert_int_equal(count(place->path), 1);
    assert_int_equal(count(place->older), 0);
}

static void test_cannot_open(void **state)
{
    const struct quarantine_settings settings = {.path = "/dev/null/q", .octets = 1 << 20};
    struct quarantine *quarantine;

    (void)state;
    assert_int_equal(quarantine_open(&quarantine, &settings), UV_ENOTDIR);
    quarantine_close(NULL);
}

/* --- What goes in --- */

struct way {
    struct quarantine *quarantine;
    struct quarantine_inlet *inlet;
    struct counters counters;
    struct decode decode;
};

static void open_way(struct way *way, const struct place *place, uint64_t rate)
{
    memset(way, 0, sizeof(*way));
    way->quarantine = open_at(place, rate);
    way->inlet = quarantine_inlet_new(way->quarantine);
    assert_non_null(way->inlet);
    way->decode.counters = &way->counters;
}

static void close_way(struct way *way)
{
    quarantine_inlet_free(way->inlet);
    quarantine_close(way->quarantine);
}

static void fault(struct way *way, uint64_t ns, enum decode_error error)
{
    struct datagram datagram = datagram_v4(10);

    datagram.received_ns = NOW_NS + ns;
    way->decode.datagram = &datagram;
    quarantine_inlet_begin(way->inlet, &datagram);
    quarantine_inlet_fault(way->inlet, &way->decode, DECODE_PADDING, NULL);
    quarantine_inlet_fault(way->inlet, &way->decode, error, "detail");
    quarantine_inlet_fault(way->inlet, &way->decode, DECODE_SET_RESERVED, NULL);
    quarantine_inlet_end(way->inlet, &way->decode);
}

static uint64_t counted(const struct way *way, enum counter counter)
{
    return counter_read(&way->counters.at[counter]);
}

/* Of one fault, one a second. */
static void test_one_fault(void **state)
{
    struct way way;

    open_way(&way, *state, 1000);
    for (uint64_t i = 0; i < 30; i++) {
        fault(&way, i * SECOND_NS / 10, DECODE_SHORT);
    }
    fault(&way, 0, DECODE_SHORT); /* the clock was set back */
    close_way(&way);
    assert_int_equal(counted(&way, COUNTER_quarantined), 4);
    assert_int_equal(counted(&way, COUNTER_quarantine_left_out), 27);
}

/* Of all together, the rate, and at once what is due in ten seconds. */
static void test_rate(void **state)
{
    struct way way;

    open_way(&way, *state, 1);
    for (uint64_t second = 0; second < 100; second++) {
        for (int error = 0; error < DECODE_ERROR_COUNT; error++) {
            fault(&way, second * SECOND_NS, (enum decode_error)error);
        }
    }
    close_way(&way);
    assert_in_range(counted(&way, COUNTER_quarantined), 100, 112);
}

static void test_all(void **state)
{
    struct way way;

    open_way(&way, *state, 0);
    for (uint64_t i = 0; i < 50; i++) {
        fault(&way, 0, DECODE_SHORT);
    }
    close_way(&way);
    assert_int_equal(counted(&way, COUNTER_quarantined), 50);
    assert_int_equal(count(((struct place *)*state)->path), 50);
}

/* What is no fault of the datagram's, costs little, or belongs to another datagram. */
static void test_left_alone(void **state)
{
    static const enum decode_error errors[] = {
        DECODE_NOT_ALLOWED,      DECODE_NO_MEMORY,         DECODE_NOT_SERIALIZABLE,
        DECODE_TEMPLATE_UNKNOWN, DECODE_TEMPLATE_REJECTED, DECODE_TEMPLATE_RATE,
        DECODE_PADDING,          DECODE_FIELD_VALUE,
    };
    const struct datagram datagram = datagram_v4(10);
    const struct datagram other = datagram_v4(20);
    struct way way;

    open_way(&way, *state, 0);
    for (size_t i = 0; i < sizeof(errors) / sizeof(errors[0]); i++) {
        way.decode.datagram = &datagram;
        quarantine_inlet_begin(way.inlet, &datagram);
        quarantine_inlet_fault(way.inlet, &way.decode, errors[i], NULL);
        quarantine_inlet_end(way.inlet, &way.decode);
    }
    way.decode.datagram = &other;
    quarantine_inlet_begin(way.inlet, &datagram);
    quarantine_inlet_fault(way.inlet, &way.decode, DECODE_SHORT, NULL);
    quarantine_inlet_end(way.inlet, &way.decode);
    close_way(&way);
    assert_int_equal(counted(&way, COUNTER_quarantined), 0);
    assert_int_equal(counted(&way, COUNTER_quarantine_left_out), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_blocks),       cmocka_unit_test(test_too_long),
        cmocka_unit_test(test_long_comment), cmocka_unit_test(test_no_block),
        cmocka_unit_test(test_mends),        cmocka_unit_test(test_mends_zeros),
        cmocka_unit_test(test_foreign),      cmocka_unit_test(test_goes_on),
        cmocka_unit_test(test_turns_over),   cmocka_unit_test(test_other_capture),
        cmocka_unit_test(test_put),          cmocka_unit_test(test_reopen),
        cmocka_unit_test(test_cannot_open),  cmocka_unit_test(test_one_fault),
        cmocka_unit_test(test_rate),         cmocka_unit_test(test_all),
        cmocka_unit_test(test_left_alone),
    };

    return cmocka_run_group_tests(tests, make_place, remove_place);
}
