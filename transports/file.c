// SPDX-License-Identifier: Apache-2.0
// A file that records are appended to, or standard output, with goflow2's two options.
#include <string.h>

#include "lib/fd_writer.h"

struct file {
    struct transport transport;
    const char *path;
    const char *separator;
    struct fd_writer *writer;
};

static const char default_separator[] = "\n";

static const struct option file_options[] = {
    {"", OPTION_STRING, offsetof(struct file, path), NULL,
     "File/console output (empty for stdout)"},
    {"sep", OPTION_STRING, offsetof(struct file, separator), default_separator, "Line separator"},
    {0},
};

static int file_open(struct transport *t)
{
    struct file *f = (struct file *)t;
    const bool given = f->separator != default_separator;

    t->separator = (struct slice){f->separator, t->framed && !given ? 0 : strlen(f->separator)};
    return fd_writer_open(&f->writer, t, f->path);
}

static size_t file_send(struct transport *t, const struct batch *batch, size_t first)
{
    return fd_writer_send(((struct file *)t)->writer, batch, first);
}

static void file_wait(struct transport *t)
{
    fd_writer_wait(((struct file *)t)->writer);
}

static void file_reopen(struct transport *t)
{
    fd_writer_reopen(((struct file *)t)->writer);
}

static void file_close(struct transport *t, unsigned timeout_ms)
{
    fd_writer_close(((struct file *)t)->writer, timeout_ms);
}

const struct transport_ops transport_file = {
    .name = "file",
    .title = "a file, or standard output",
    .size = sizeof(struct file),
    .options = file_options,
    .open = file_open,
    .send = file_send,
    .wait = file_wait,
    .reopen = file_reopen,
    .close = file_close,
};
