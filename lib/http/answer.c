// SPDX-License-Identifier: Apache-2.0
// What HTTP requests are answered.
#include "lib/http/answer.h"

#include <microhttpd.h>
#include <stdlib.h>
#include <string.h>

static const char text_plain[] = "text/plain; charset=utf-8";

void http_answer_text(struct http_answer *answer, unsigned status, const char *text)
{
    *answer = (struct http_answer){
        .status = status,
        .media_type = text_plain,
        .body = strdup(text),
        .len = strlen(text),
    };
}

static void add_headers(struct MHD_Response *response, const struct http_answer *answer)
{
    (void)MHD_add_response_header(response, MHD_HTTP_HEADER_CONTENT_TYPE, answer->media_type);
    (void)MHD_add_response_header(response, MHD_HTTP_HEADER_CONNECTION, "close");
    if (answer->status == MHD_HTTP_METHOD_NOT_ALLOWED) {
        (void)MHD_add_response_header(response, MHD_HTTP_HEADER_ALLOW, "GET, HEAD");
    }
}

bool http_answer_send(struct http_answer *answer, struct MHD_Connection *connection)
{
    struct MHD_Response *response;
    enum MHD_Result result;

    if (answer->body == NULL) {
        *answer = (struct http_answer){.status = MHD_HTTP_INTERNAL_SERVER_ERROR,
                                       .media_type = text_plain};
    }
    response = MHD_create_response_from_buffer(answer->len, answer->body, MHD_RESPMEM_MUST_FREE);
    if (response == NULL) {
        free(answer->body);
        answer->body = NULL;
        return false;
    }
    answer->body = NULL;
    add_headers(response, answer);
    result = MHD_queue_response(connection, answer->status, response);
    MHD_destroy_response(response);
    return result == MHD_YES;
}
