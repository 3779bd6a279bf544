// SPDX-License-Identifier: Apache-2.0
// Lines on standard output.  The smallest transport, and the one to copy.
#include "lib/fd_writer.h"

struct standard_output {
    struct transport transport;
    struct fd_writer *writer;
};

static const struct option standard_output_options[] = {{0}};

static int standard_output_open(struct transport *t)
{
    struct standard_output *o = (struct standard_output *)t;

    t->separator = (struct slice){"\n", t->framed ? 0 : 1};
    return fd_writer_open(&o->writer, t, "", 0);
}

static size_t standard_output_send(struct transport *t, const struct batch *batch, size_t first)
{
    return fd_writer_send(((struct standard_output *)t)->writer, batch, first);
}

static bool standard_output_crowded(const struct transport *t)
{
    return fd_writer_crowded(((const struct standard_output *)t)->writer);
}

static void standard_output_wait(struct transport *t)
{
    fd_writer_wait(((struct standard_output *)t)->writer);
}

static void standard_output_close(struct transport *t, unsigned timeout_ms)
{
    fd_writer_close(((struct standard_output *)t)->writer, timeout_ms);
}

const struct transport_ops transport_stdout = {
    .name = "stdout",
    .title = "standard output",
    .size = sizeof(struct standard_output),
    .options = standard_output_options,
    .open = standard_output_open,
    .send = standard_output_send,
    .crowded = standard_output_crowded,
    .wait = standard_output_wait,
    .close = standard_output_close,
};
