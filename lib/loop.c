// SPDX-License-Identifier: Apache-2.0
/* The end of a libuv loop. */
#include "lib/loop.h"

static void close_handle(uv_handle_t *handle, void *arg)
{
    (void)arg;
    if (!uv_is_closing(handle)) {
        uv_close(handle, NULL);
    }
}

void loop_close_handles(uv_loop_t *loop)
{
    uv_walk(loop, close_handle, NULL);
}

void loop_close(uv_loop_t *loop)
{
    loop_close_handles(loop);
    (void)uv_run(loop, UV_RUN_DEFAULT);
    (void)uv_loop_close(loop);
}
