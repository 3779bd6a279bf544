// SPDX-License-Identifier: Apache-2.0
#ifndef LIB_HTTP_ANSWER_H
#define LIB_HTTP_ANSWER_H

#include <stdbool.h>
#include <stddef.h>

struct MHD_Connection;

/* body is allocated by malloc(), and becomes the server's.  NULL means that there is no memory. */
struct http_answer {
    unsigned status;
    const char *media_type;
    char *body;
    size_t len;
};

/* A text as an answer; it is copied. */
void http_answer_text(struct http_answer *answer, unsigned status, const char *text);

/*
 * Hands it to libmicrohttpd, which frees the body; the connection closes behind it.  False if it
 * is not taken.
 */
bool http_answer_send(struct http_answer *answer, struct MHD_Connection *connection);

#endif
