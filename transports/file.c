// SPDX-License-Identifier: Apache-2.0
// Files that records are appended to, or standard output: goflow2's two options, and a place for
// each kind of records.
#include <string.h>

#include "lib/fd_writer.h"

struct file {
    struct transport transport;
    const char *paths[RECORD_KIND_COUNT]; /* that of OTHER is for kinds that have none */
    const char *separator;
    uint64_t linger_ns;
    struct fd_writer *writers[RECORD_KIND_COUNT]; /* kinds with the same path share one */
    bool several;
    _Atomic int open; /* writers of which somebody reads */
    void (*ended)(struct transport *t);
    struct fd_writer *_Atomic full; /* the one that took less than it was given last */
};

static const char default_separator[] = "\n";

static const struct option file_options[] = {
    {"", OPTION_STRING, 0, offsetof(struct file, paths[RECORD_OTHER]), NULL,
     "File/console output (empty for stdout)"},
    {"sep", OPTION_STRING, 0, offsetof(struct file, separator), default_separator,
     "Line separator"},
    {"linger", OPTION_DURATION, 0, offsetof(struct file, linger_ns), "100ms",
     "How long records for a regular file wait for more, since each write has its cost"},
#define X(kind, word, nature, text)                                                                \
    {word, OPTION_STRING, 0, offsetof(struct file, paths[RECORD_##kind]), NULL,                    \
     "File of " text ", if it is another"},
    RECORD_PLACED_KINDS(X)
#undef X
        {0},
};

static const char *path_of(const struct file *f, int kind)
{
    return *f->paths[kind] == '\0' ? f->paths[RECORD_OTHER] : f->paths[kind];
}

/* The first kind that goes to the same path: it has the writer. */
static int first_of(const struct file *f, int kind)
{
    int first = 0;

    while (strcmp(path_of(f, first), path_of(f, kind)) != 0) {
        first++;
    }
    return first;
}

static void close_writers(struct file *f, unsigned timeout_ms)
{
    const uint64_t end = uv_hrtime() + timeout_ms * (uint64_t)1000000;

    for (int kind = 0; kind < RECORD_KIND_COUNT; kind++) {
        const uint64_t now = uv_hrtime();

        if (f->writers[kind] != NULL && first_of(f, kind) == kind) {
            fd_writer_close(f->writers[kind], now < end ? (unsigned)((end - now) / 1000000) : 0);
        }
    }
}

/* Of several files the others go on. */
static void on_writer_ended(struct transport *t)
{
    struct file *f = (struct file *)t;

    if (atomic_fetch_sub(&f->open, 1) == 1 && f->ended != NULL) {
        f->ended(t);
    }
}

static void count_writers(struct file *f)
{
    for (int kind = 0; kind < RECORD_KIND_COUNT; kind++) {
        f->open += first_of(f, kind) == kind ? 1 : 0;
    }
    f->several = f->open > 1;
    f->ended = f->transport.ended;
    f->transport.ended = on_writer_ended;
}

static int open_writers(struct file *f)
{
    count_writers(f);
    for (int kind = 0; kind < RECORD_KIND_COUNT; kind++) {
        const int first = first_of(f, kind);
        const int error = first < kind ? 0
                                       : fd_writer_open(&f->writers[kind], &f->transport,
                                                        path_of(f, kind), f->linger_ns);

        if (error != 0) {
            close_writers(f, 0);
            return error;
        }
        f->writers[kind] = f->writers[first];
    }
    return 0;
}

static int file_open(struct transport *t)
{
    struct file *f = (struct file *)t;
    const bool given = f->separator != default_separator;

    t->separator = (struct slice){f->separator, t->framed && !given ? 0 : strlen(f->separator)};
    return open_writers(f);
}

/* The number of the first record behind number first that goes elsewhere. */
static size_t end_of_run(const struct file *f, const struct batch *batch, size_t first)
{
    const struct fd_writer *writer = f->writers[batch->records[first].kind];
    size_t end = first + 1;

    while (end < batch->n && f->writers[batch->records[end].kind] == writer) {
        end++;
    }
    return end;
}

/* What finds no room is lost here, unless it may come again: it must not keep others back. */
static size_t send_run(struct file *f, const struct batch *batch, size_t at)
{
    struct fd_writer *writer = f->writers[batch->records[at].kind];
    const struct batch run = batch_head(batch, end_of_run(f, batch, at));
    const size_t taken = fd_writer_send(writer, &run, at);
    const size_t left = run.n - at - taken;

    if (left > 0) {
        atomic_store(&f->full, writer);
    }
    if (f->transport.source_waits) {
        return taken;
    }
    if (left > 0) {
        transport_lost(&f->transport, TRANSPORT_QUEUE_FULL, left);
    }
    return taken + left;
}

static size_t file_send(struct transport *t, const struct batch *batch, size_t first)
{
    struct file *f = (struct file *)t;
    size_t at = first;
    size_t sent;

    if (!f->several) {
        return fd_writer_send(f->writers[RECORD_OTHER], batch, first);
    }
    do {
        sent = send_run(f, batch, at);
        at += sent;
    } while (at < batch->n && sent > 0);
    return at - first;
}

static bool file_crowded(const struct transport *t)
{
    const struct file *f = (const struct file *)t;

    for (int kind = 0; kind < RECORD_KIND_COUNT; kind++) {
        if (fd_writer_crowded(f->writers[kind])) {
            return true;
        }
    }
    return false;
}

static void file_wait(struct transport *t)
{
    struct file *f = (struct file *)t;
    struct fd_writer *full = atomic_load(&f->full);

    fd_writer_wait(full == NULL ? f->writers[RECORD_OTHER] : full);
}

static void file_reopen(struct transport *t)
{
    struct file *f = (struct file *)t;

    for (int kind = 0; kind < RECORD_KIND_COUNT; kind++) {
        if (first_of(f, kind) == kind) {
            fd_writer_reopen(f->writers[kind]);
        }
    }
}

static void file_close(struct transport *t, unsigned timeout_ms)
{
    close_writers((struct file *)t, timeout_ms);
}

const struct transport_ops transport_file = {
    .name = "file",
    .title = "files, or standard output",
    .size = sizeof(struct file),
    .options = file_options,
    .open = file_open,
    .send = file_send,
    .crowded = file_crowded,
    .wait = file_wait,
    .reopen = file_reopen,
    .close = file_close,
};
