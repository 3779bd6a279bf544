// SPDX-License-Identifier: Apache-2.0
#ifndef LIB_LOOP_H
#define LIB_LOOP_H

#include <uv.h>

/* Closes what is open on the loop, so that it ends when that has happened. */
void loop_close_handles(uv_loop_t *loop);

/* The same, and waits for it, and closes the loop.  Nobody may run it. */
void loop_close(uv_loop_t *loop);

#endif
