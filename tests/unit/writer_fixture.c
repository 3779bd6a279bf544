// SPDX-License-Identifier: Apache-2.0
// Lines that can be told from each other, and the account of what arrived.
#include "tests/unit/writer_fixture.h"

#include <fcntl.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "lib/log.h"

enum { LINE_OCTETS = 128, BATCH_OCTETS = 1 << 16 };

static struct writer_fixture fixture;
static int saved_stdout;

static void count_end(struct transport *t)
{
    atomic_fetch_add(&((struct writer_fixture *)t)->ended, 1);
}

int writer_setup(void **state)
{
    (void)signal(SIGPIPE, SIG_IGN);
    (void)signal(SIGXFSZ, SIG_IGN);
    log_set_level(LOG_LEVEL_ERROR);
    memset(&fixture, 0, sizeof(fixture));
    fixture.transport.separator = (struct slice){"\n", 1};
    fixture.transport.ended = count_end;
    snprintf(fixture.directory, sizeof(fixture.directory), "/tmp/weir_writer_XXXXXX");
    if (mkdtemp(fixture.directory) == NULL) {
        return -1;
    }
    snprintf(fixture.path, sizeof(fixture.path), "%s/out", fixture.directory);
    saved_stdout = -1;
    *state = &fixture;
    return 0;
}

int writer_teardown(void **state)
{
    char command[128];

    (void)state;
    if (saved_stdout >= 0) {
        dup2(saved_stdout, STDOUT_FILENO);
        close(saved_stdout);
    }
    snprintf(command, sizeof(command), "rm -rf '%s'", fixture.directory);
    return system(command);
}

void writer_redirect_stdout(int fd)
{
    fflush(stdout);
    saved_stdout = dup(STDOUT_FILENO);
    assert_true(dup2(fd, STDOUT_FILENO) >= 0);
    close(fd);
}

void writer_open(struct writer_fixture *f, const char *path)
{
    assert_int_equal(fd_writer_open(&f->writer, &f->transport, path, f->linger_ns), 0);
}

void writer_close(struct writer_fixture *f, unsigned timeout_ms)
{
    fd_writer_close(f->writer, timeout_ms);
    assert_int_equal(transport_held(&f->transport), 0);
}

/* "2 17 cccccccc": of sender 2 the line 17, of a length that goes up and down. */
static size_t make_line(char line[static LINE_OCTETS], unsigned sender, size_t number)
{
    const size_t len = (size_t)snprintf(line, LINE_OCTETS, "%u %zu ", sender, number);
    const size_t padding = number % 80;

    memset(line + len, 'a' + (int)sender, padding);
    return len + padding;
}

static bool add_line(struct batch *batch, unsigned sender, size_t number)
{
    char *room = batch_room(batch, LINE_OCTETS);

    if (room != NULL) {
        batch_add(batch, make_line(room, sender, number), 0);
    }
    return room != NULL;
}

/* As an output sends. */
static size_t send_batch(struct writer_fixture *f, const struct batch *batch, bool wait)
{
    size_t sent = fd_writer_send(f->writer, batch, 0);

    while (sent < batch->n && wait) {
        fd_writer_wait(f->writer);
        sent += fd_writer_send(f->writer, batch, sent);
    }
    atomic_fetch_add(&f->transport.taken, sent);
    return sent;
}

size_t writer_send(struct writer_fixture *f, unsigned sender, size_t first, size_t last, bool wait)
{
    struct batch batch;
    size_t sent = 0;

    assert_int_equal(batch_open(&batch, BATCH_OCTETS, f->transport.separator), 0);
    while (first < last) {
        while (first < last && add_line(&batch, sender, first)) {
            first++;
        }
        sent += send_batch(f, &batch, wait);
        batch_clear(&batch);
    }
    batch_close(&batch);
    return sent;
}

struct sender {
    struct writer_fixture *fixture;
    uv_thread_t thread;
    unsigned number;
    size_t lines;
};

/* In pieces of odd sizes, so that the writer's buffer is seen empty, part full and full. */
static void send_lines(void *arg)
{
    const struct sender *s = arg;

    for (size_t first = 0; first < s->lines;) {
        const size_t last = first + 1 + first * 7 % 1500;

        writer_send(s->fixture, s->number, first, last < s->lines ? last : s->lines, true);
        first = last;
    }
}

void writer_send_all(struct writer_fixture *f, size_t lines,
                     void (*meanwhile)(struct writer_fixture *f))
{
    struct sender senders[SENDERS];

    for (unsigned i = 0; i < SENDERS; i++) {
        senders[i] = (struct sender){.fixture = f, .number = i, .lines = lines};
        assert_int_equal(uv_thread_create(&senders[i].thread, send_lines, &senders[i]), 0);
    }
    meanwhile(f);
    for (unsigned i = 0; i < SENDERS; i++) {
        uv_thread_join(&senders[i].thread);
    }
}

static void account_line(struct writer_fixture *f, const char *line, size_t len)
{
    char expected[LINE_OCTETS];
    const unsigned sender = (unsigned)(line[0] - '0');

    assert_true(sender < SENDERS);
    assert_int_equal(make_line(expected, sender, f->arrived[sender]), len);
    assert_memory_equal(line, expected, len);
    f->arrived[sender]++;
}

size_t writer_read_lines(struct writer_fixture *f, int fd)
{
    char octets[1 << 16];
    size_t held = 0;
    ssize_t got;

    while ((got = read(fd, octets + held, sizeof(octets) - held)) > 0) {
        char *line = octets;
        char *end = octets + held + got;

        for (char *next; (next = memchr(line, '\n', (size_t)(end - line))) != NULL;) {
            account_line(f, line, (size_t)(next - line));
            line = next + 1;
        }
        held = (size_t)(end - line);
        memmove(octets, line, held);
    }
    return held;
}

void writer_read_file(struct writer_fixture *f, const char *path)
{
    const int fd = open(path, O_RDONLY);

    assert_true(fd >= 0);
    assert_int_equal(writer_read_lines(f, fd), 0);
    close(fd);
}
