// SPDX-License-Identifier: Apache-2.0
/* Listen addresses: what goflow2 takes is taken alike, and every mistake is told. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "lib/listen/uri.h"

static struct listen_uri uris[LISTEN_URIS_MAX];
static char message[512];

static size_t parse(const char *list)
{
    message[0] = '\0';
    return listen_uris_parse(list, uris, message, sizeof(message));
}

static void assert_uri(const struct listen_uri *uri, const char *scheme, const char *host,
                       unsigned port, unsigned count)
{
    assert_string_equal(uri->scheme, scheme);
    assert_string_equal(uri->host, host);
    assert_int_equal(uri->port, port);
    assert_int_equal(uri->count, count);
}

static void assert_queue(const struct listen_uri *uri, uint64_t workers, bool blocking,
                         uint64_t queue_size)
{
    assert_int_equal(uri->workers, workers);
    assert_int_equal(uri->blocking, blocking);
    assert_int_equal(uri->queue_size, queue_size);
}

static void default_list(void **state)
{
    (void)state;
    assert_int_equal(parse("sflow://:6343,netflow://:2055"), 2);
    assert_uri(&uris[0], "sflow", "", 6343, 1);
    assert_string_equal(uris[0].decoders, "sflow");
    assert_queue(&uris[0], 2, false, 1000000);
    assert_false(uris[0].queue_given);
    assert_uri(&uris[1], "netflow", "", 2055, 1);
    assert_string_equal(uris[1].decoders, "netflow");
}

static void hosts(void **state)
{
    (void)state;
    assert_int_equal(parse("flow://192.0.2.1:9995/,flow://[2001:db8::1]:9995,"
                           "flow://[fe80::1%eth0]:1,flow://localhost:65535"),
                     4);
    assert_uri(&uris[0], "flow", "192.0.2.1", 9995, 1);
    assert_null(uris[0].decoders);
    assert_uri(&uris[1], "flow", "2001:db8::1", 9995, 1);
    assert_uri(&uris[2], "flow", "fe80::1%eth0", 1, 1);
    assert_uri(&uris[3], "flow", "localhost", 65535, 1);
}

static void options(void **state)
{
    (void)state;
    assert_int_equal(parse("netflow://:2055/?count=4&workers=3&queue_size=7,"
                           "sflow://:6343?count=4&blocking=true,flow://:1?count=0&workers=0&"),
                     3);
    assert_uri(&uris[0], "netflow", "", 2055, 4);
    assert_queue(&uris[0], 3, false, 7);
    assert_true(uris[0].queue_given);
    assert_uri(&uris[1], "sflow", "", 6343, 4);
    assert_queue(&uris[1], 8, true, 0);
    assert_uri(&uris[2], "flow", "", 1, 1);
    assert_queue(&uris[2], 2, false, 1000000);
}

/* A mistake, and what its message has to say. */
static const struct {
    const char *list;
    const char *says;
} mistakes[] = {
    {"", "no scheme and port; netflow://:2055"},
    {"sflow://:6343,", "listen address \"\""},
    {":2055", "no scheme and port"},
    {"nfl://:2055", "unknown scheme nfl; sflow, netflow and flow"},
    {"://:2055", "unknown scheme"},
    {"netflow://", "port is missing"},
    {"netflow://localhost", "port is missing, as in netflow://:2055"},
    {"netflow://[::1]", "port is missing"},
    {"netflow://[::1", "port is missing"},
    {"netflow://::1:2055", "an IPv6 address stands in brackets"},
    {"netflow://:", "port \"\" is no number from 1 to 65535"},
    {"netflow://:0", "port \"0\""},
    {"netflow://:65536", "port \"65536\""},
    {"netflow://:2055x", "port \"2055x\""},
    {"netflow://:-1", "port \"-1\""},
    {"netflow://:99999999999999999999999", "is no number from 1 to 65535"},
    {"netflow://:2055/path", "only options can follow the port"},
    {"netflow://:2055?count", "count takes a number from 0 to 256"},
    {"netflow://:2055?count=", "count takes a number"},
    {"netflow://:2055?count=257", "count takes a number from 0 to 256"},
    {"netflow://:2055?workers=two", "workers takes a number"},
    {"netflow://:2055?blocking=yes", "blocking takes true or false"},
    {"netflow://:2055?queue_size=4294967296", "queue_size takes a number from 0 to 4294967295"},
    {"netflow://:2055?cuont=4", "unknown option cuont; count, workers, blocking and queue_size"},
    {"sflow://:6343,netflow://:6343", "flow:// takes every protocol on one port"},
};

static void mistakes_are_told(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof(mistakes) / sizeof(mistakes[0]); i++) {
        assert_int_equal(parse(mistakes[i].list), 0);
        if (strstr(message, mistakes[i].says) == NULL) {
            fail_msg("%s: \"%s\" does not say \"%s\"", mistakes[i].list, message, mistakes[i].says);
        }
    }
}

/* Writes n addresses, each with a port of its own. */
static void write_list(char *list, size_t size, unsigned n)
{
    size_t used = 0;

    for (unsigned i = 1; i <= n; i++) {
        used +=
            (size_t)snprintf(list + used, size - used, i == 1 ? "flow://:%u" : ",flow://:%u", i);
    }
}

static void longest_list(void **state)
{
    char list[(LISTEN_URIS_MAX + 1) * 20];

    (void)state;
    write_list(list, sizeof(list), LISTEN_URIS_MAX);
    assert_int_equal(parse(list), LISTEN_URIS_MAX);
    write_list(list, sizeof(list), LISTEN_URIS_MAX + 1);
    assert_int_equal(parse(list), 0);
    assert_non_null(strstr(message, "more than 64"));
}

static void longest_uri(void **state)
{
    char uri[LISTEN_URI_LENGTH_MAX + 2];

    (void)state;
    snprintf(uri, sizeof(uri), "flow://%0*d:1", LISTEN_URI_LENGTH_MAX - 9, 0);
    assert_int_equal(parse(uri), 1);
    snprintf(uri, sizeof(uri), "flow://%0*d:1", LISTEN_URI_LENGTH_MAX - 8, 0);
    assert_int_equal(parse(uri), 0);
    assert_non_null(strstr(message, "longer than 255"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(default_list), cmocka_unit_test(hosts),
        cmocka_unit_test(options),      cmocka_unit_test(mistakes_are_told),
        cmocka_unit_test(longest_list), cmocka_unit_test(longest_uri),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
