// SPDX-License-Identifier: Apache-2.0
// A folder for the files of a quarantine, and what is found in them.
#include "tests/unit/quarantine_fixture.h"

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

static const uint64_t NOW_NS = 1700000000123456789;

static uint8_t octets[UDP_MAX + 1];

int quarantine_make_place(void **state)
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

int quarantine_remove_place(void **state)
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

struct datagram quarantine_datagram_v4(size_t len)
{
    return datagram_of(len, "\xc0\x00\x02\x01", 4);
}

struct datagram quarantine_datagram_v6(size_t len)
{
    return datagram_of(len, "\x20\x01\x0d\xb8\0\0\0\0\0\0\0\0\0\0\0\x05", 16);
}

off_t quarantine_size_of(const char *path)
{
    struct stat st;

    return stat(path, &st) == 0 ? st.st_size : -1;
}

/* How many datagrams the file holds; it must be whole. */
size_t quarantine_count(const char *path)
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

void quarantine_assert_found(const char *path, const struct datagram *expected)
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
