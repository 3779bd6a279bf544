// SPDX-License-Identifier: Apache-2.0
// The HTTP server, on libmicrohttpd.
#include "lib/http/server.h"

#include <microhttpd.h>
#include <poll.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>
#include <uv.h>

#include "lib/http/connections.h"
#include "lib/http/socket.h"
#include "lib/log.h"

enum {
    REQUEST_MAX = 8192,  /* octets of line and headers, and of our headers */
    LOOK_ROUND_MS = 250, /* how late the end of a connection's time is seen */
    THREADS = 2,
    ADDRESS_OCTETS = 512,
};

/* A request whose answer is made on the second thread, while its connection is suspended. */
struct request {
    struct request *next;
    struct MHD_Connection *connection;
    const struct http_route *route;
    struct http_answer answer;
};

struct http_server {
    char *address;
    int fd;
    const struct http_route *routes;
    void *arg;
    struct MHD_Daemon *daemon;
    struct http_connections connections;

    _Atomic bool ending;
    int wake;         /* an eventfd, for the first thread */
    uv_mutex_t mutex; /* of what follows */
    uv_cond_t asked;
    struct request *requests;
    bool last_asked; /* no more of them come */

    uv_thread_t threads[THREADS];
    int n_threads;
};

/* --- Requests --- */

static enum MHD_Result send_answer(struct MHD_Connection *connection, struct http_answer *answer)
{
    return http_answer_send(answer, connection) ? MHD_YES : MHD_NO;
}

static enum MHD_Result send_text(struct MHD_Connection *connection, unsigned status,
                                 const char *text)
{
    struct http_answer answer;

    http_answer_text(&answer, status, text);
    return send_answer(connection, &answer);
}

static bool has_body(struct MHD_Connection *connection)
{
    const char *length =
        MHD_lookup_connection_value(connection, MHD_HEADER_KIND, MHD_HTTP_HEADER_CONTENT_LENGTH);

    return (length != NULL && strcmp(length, "0") != 0) ||
           MHD_lookup_connection_value(connection, MHD_HEADER_KIND,
                                       MHD_HTTP_HEADER_TRANSFER_ENCODING) != NULL;
}

static const struct http_route *find_route(const struct http_server *server, const char *path)
{
    for (const struct http_route *route = server->routes; route->answer != NULL; route++) {
        if (strcmp(route->path, path) == 0) {
            return route;
        }
    }
    return NULL;
}

/* The connection must be suspended before the second thread can know of it. */
static enum MHD_Result defer(struct http_server *server, struct MHD_Connection *connection,
                             const struct http_route *route, void **context)
{
    struct request *request = calloc(1, sizeof(*request));
    struct request **end = &server->requests;

    if (request == NULL) {
        return MHD_NO;
    }
    request->connection = connection;
    request->route = route;
    *context = request;
    MHD_suspend_connection(connection);
    uv_mutex_lock(&server->mutex);
    while (*end != NULL) {
        end = &(*end)->next;
    }
    *end = request;
    uv_cond_signal(&server->asked);
    uv_mutex_unlock(&server->mutex);
    return MHD_YES;
}

static enum MHD_Result answer_request(struct http_server *server, struct MHD_Connection *connection,
                                      const char *path, void **context)
{
    const struct http_route *route = find_route(server, path);
    struct http_answer answer = {0};

    if (route == NULL) {
        return send_text(connection, MHD_HTTP_NOT_FOUND, "404 page not found\n");
    }
    if (route->slow) {
        return defer(server, connection, route, context);
    }
    route->answer(server->arg, &answer);
    return send_answer(connection, &answer);
}

static void note_asked(struct MHD_Connection *connection)
{
    const union MHD_ConnectionInfo *info =
        MHD_get_connection_info(connection, MHD_CONNECTION_INFO_SOCKET_CONTEXT);

    if (info != NULL && info->socket_context != NULL) {
        http_connection_asked(info->socket_context, uv_hrtime() / 1000000);
    }
}

/* Called when the headers are whole, and once more when the second thread has made an answer. */
static enum MHD_Result on_request(void *arg, struct MHD_Connection *connection, const char *path,
                                  const char *method, const char *version, const char *data,
                                  size_t *data_len, void **context)
{
    struct http_server *server = arg;
    struct request *request = *context;

    (void)version;
    (void)data;
    (void)data_len;
    if (request != NULL) {
        return send_answer(connection, &request->answer);
    }
    note_asked(connection);
    if (strcmp(method, MHD_HTTP_METHOD_GET) != 0 && strcmp(method, MHD_HTTP_METHOD_HEAD) != 0) {
        return send_text(connection, MHD_HTTP_METHOD_NOT_ALLOWED, "405 method not allowed\n");
    }
    if (has_body(connection)) {
        return send_text(connection, MHD_HTTP_BAD_REQUEST, "400 bad request\n");
    }
    return answer_request(server, connection, path, context);
}

static void on_completed(void *arg, struct MHD_Connection *connection, void **context,
                         enum MHD_RequestTerminationCode code)
{
    struct request *request = *context;

    (void)arg;
    (void)connection;
    (void)code;
    if (request != NULL) {
        free(request->answer.body);
        free(request);
        *context = NULL;
    }
}

static void on_connection(void *arg, struct MHD_Connection *connection, void **context,
                          enum MHD_ConnectionNotificationCode code)
{
    struct http_server *server = arg;
    const union MHD_ConnectionInfo *info;

    if (code == MHD_CONNECTION_NOTIFY_STARTED) {
        info = MHD_get_connection_info(connection, MHD_CONNECTION_INFO_CONNECTION_FD);
        *context =
            http_connections_add(&server->connections, info->connect_fd, uv_hrtime() / 1000000);
    } else if (*context != NULL) {
        http_connection_remove(*context);
    }
}

/* --- The second thread --- */

/* The first one has something to do. */
static void wake(const struct http_server *server)
{
    const uint64_t one = 1;

    (void)!write(server->wake, &one, sizeof(one));
}

/* The next request; NULL when the server ends. */
static struct request *next_request(struct http_server *server)
{
    struct request *request;

    uv_mutex_lock(&server->mutex);
    while (server->requests == NULL && !server->last_asked) {
        uv_cond_wait(&server->asked, &server->mutex);
    }
    request = server->requests;
    if (request != NULL) {
        server->requests = request->next;
    }
    uv_mutex_unlock(&server->mutex);
    return request;
}

static void run_slow(void *arg)
{
    struct http_server *server = arg;
    struct request *request;

    while ((request = next_request(server)) != NULL) {
        if (server->ending) {
            http_answer_text(&request->answer, MHD_HTTP_SERVICE_UNAVAILABLE, "stopping\n");
        } else {
            request->route->answer(server->arg, &request->answer);
        }
        MHD_resume_connection(request->connection);
        wake(server);
    }
}

/* --- The first thread --- */

/* How long to wait for events: as long as libmicrohttpd and the connections have time. */
static int patience_ms(const struct http_server *server, bool connections)
{
    MHD_UNSIGNED_LONG_LONG ms;

    if (MHD_get_timeout(server->daemon, &ms) == MHD_YES && ms < LOOK_ROUND_MS) {
        return (int)ms;
    }
    return connections ? LOOK_ROUND_MS : -1;
}

static void run(void *arg)
{
    struct http_server *server = arg;
    struct pollfd fds[] = {
        {.fd = MHD_get_daemon_info(server->daemon, MHD_DAEMON_INFO_EPOLL_FD)->epoll_fd,
         .events = POLLIN},
        {.fd = server->wake, .events = POLLIN},
    };
    bool connections = false;
    uint64_t wakes;

    while (!server->ending) {
        (void)poll(fds, sizeof(fds) / sizeof(fds[0]), patience_ms(server, connections));
        (void)!read(server->wake, &wakes, sizeof(wakes));
        (void)MHD_run(server->daemon);
        connections = http_connections_expire(&server->connections, uv_hrtime() / 1000000);
    }
}

/* --- Opening and closing --- */

static int start_daemon(struct http_server *server)
{
    server->daemon = MHD_start_daemon(
        MHD_USE_EPOLL | MHD_ALLOW_SUSPEND_RESUME, 0, NULL, NULL, on_request, server,
        MHD_OPTION_LISTEN_SOCKET, server->fd, MHD_OPTION_CONNECTION_LIMIT,
        (unsigned)HTTP_CONNECTIONS_MAX, MHD_OPTION_CONNECTION_MEMORY_LIMIT, (size_t)REQUEST_MAX,
        MHD_OPTION_CONNECTION_TIMEOUT, (unsigned)(HTTP_ASK_MS / 1000), MHD_OPTION_NOTIFY_COMPLETED,
        on_completed, NULL, MHD_OPTION_NOTIFY_CONNECTION, on_connection, server, MHD_OPTION_END);
    return server->daemon == NULL ? UV_ENOMEM : 0;
}

static int start_threads(struct http_server *server)
{
    static const uv_thread_cb runs[THREADS] = {run, run_slow};
    int error = 0;

    for (int i = 0; i < THREADS && error == 0; i++) {
        error = uv_thread_create(&server->threads[i], runs[i], server);
        server->n_threads += error == 0;
    }
    return error;
}

/* The first one first: what it has asked for is answered before the second one ends. */
static void end_threads(struct http_server *server)
{
    server->ending = true;
    wake(server);
    if (server->n_threads > 0) {
        (void)uv_thread_join(&server->threads[0]);
    }
    uv_mutex_lock(&server->mutex);
    server->last_asked = true;
    uv_cond_signal(&server->asked);
    uv_mutex_unlock(&server->mutex);
    if (server->n_threads > 1) {
        (void)uv_thread_join(&server->threads[1]);
    }
}

static bool init(struct http_server *server, const char *address)
{
    server->address = strdup(address);
    server->wake = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    if (server->address == NULL || server->wake < 0 || uv_mutex_init(&server->mutex) != 0) {
        return false;
    }
    if (uv_cond_init(&server->asked) != 0) {
        uv_mutex_destroy(&server->mutex);
        return false;
    }
    return true;
}

static struct http_server *make(const char *address)
{
    struct http_server *server = calloc(1, sizeof(*server));

    if (server != NULL && !init(server, address)) {
        free(server->address);
        free(server);
        server = NULL;
    }
    return server;
}

static void destroy(struct http_server *server)
{
    uv_cond_destroy(&server->asked);
    uv_mutex_destroy(&server->mutex);
    close(server->wake);
    free(server->address);
    free(server);
}

static int open_socket(struct http_server *server)
{
    const char *hint;
    const int error = http_socket_open(server->address, &server->fd, &hint);

    if (error != 0) {
        LOG(ERROR, "cannot serve HTTP", LOG_TEXT("http", server->address),
            LOG_TEXT("error", hint != NULL ? hint : uv_strerror(error)));
    }
    return error;
}

static void log_failure(int error)
{
    LOG(ERROR, "cannot serve HTTP", LOG_TEXT("error", uv_strerror(error)));
}

static int open_daemon(struct http_server *server)
{
    int error = open_socket(server);

    if (error != 0) {
        return error;
    }
    error = start_daemon(server);
    if (error != 0) {
        log_failure(error);
        http_socket_remove(server->address);
    }
    return error;
}

int http_server_open(struct http_server **result, const char *address,
                     const struct http_route *routes, void *arg)
{
    struct http_server *server = make(address);
    int error;

    if (server == NULL) {
        log_failure(UV_ENOMEM);
        return UV_ENOMEM;
    }
    server->routes = routes;
    server->arg = arg;
    error = open_daemon(server);
    if (error != 0) {
        destroy(server);
        return error;
    }
    *result = server;
    return 0;
}

static void log_address(const struct http_server *server)
{
    char name[ADDRESS_OCTETS];

    http_socket_name(server->address, server->fd, name, sizeof(name));
    LOG(INFO, "serving HTTP", LOG_TEXT("http", name));
}

int http_server_start(struct http_server *server)
{
    const int error = start_threads(server);

    if (error != 0) {
        log_failure(error);
        return error;
    }
    log_address(server);
    return 0;
}

void http_server_close(struct http_server *server)
{
    end_threads(server);
    MHD_stop_daemon(server->daemon);
    http_socket_remove(server->address);
    LOG(INFO, "closed HTTP server", LOG_TEXT("http", server->address));
    destroy(server);
}
