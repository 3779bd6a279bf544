// SPDX-License-Identifier: Apache-2.0
/* weir collect: starts the workers, waits for a signal, and stops them in order. */
#include "cmd/collect.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>
#include <uv.h>

#include "cmd/check.h"
#include "cmd/command.h"
#include "cmd/demo.h"
#include "cmd/losses.h"
#include "cmd/reload.h"
#include "cmd/setup.h"
#include "cmd/status.h"
#include "cmd/templates.h"
#include "cmd/upkeep.h"
#include "cmd/watchdog.h"
#include "cmd/workers.h"
#include "lib/listen/passed.h"
#include "lib/log.h"
#include "lib/loop.h"
#include "lib/privilege.h"
#include "lib/service.h"

/* Drained sockets included, less than the 10 s after which containers are killed. */
enum { CLOSE_MS = 9500 };

enum { SIGNALS = 5 };

struct collect {
    struct setup setup;
    struct reload reload;
    struct demo demo;
    struct status status;
    struct upkeep upkeep;
    struct watchdog watchdog;
    uint64_t flush_ns;
    const char *user_words;
    struct privilege_user user;
    struct workers workers;
    struct collect *again; /* takes the options of a reload, which change nothing here */

    uv_loop_t loop;
    uv_signal_t signals[SIGNALS];
    uv_async_t transport_ended;
    _Atomic uint64_t waits_end_ns; /* as in struct transport */
    bool transport_open;
};

static const char collect_usage[] =
    "Usage: weir [collect] [options]\n\n"
    "Receives NetFlow, IPFIX and sFlow over UDP, and sends the flows on as records.\n"
    "SIGHUP reads the configuration again and reopens files, SIGUSR1 only reopens files; both\n"
    "take renewed certificates and secrets for Kafka.  SIGUSR2 prints statistics.\n\nOptions:";

static const char check_usage[] = "Usage: weir check [options]\n\n"
                                  "Reads all that weir collect would start with, and says what is "
                                  "wrong: exit 0 if all is right.\n"
                                  "Nothing is opened, made or sent.\n\nOptions:";

static const struct option collect_options[] = {
    {"demo", OPTION_STRING, OPTION_LINE_ONLY, offsetof(struct collect, demo.directory), NULL,
     "Replay the captures (*.pcap) of this directory to the listeners, for a first look"},
    {"addr", OPTION_STRING, 0, offsetof(struct collect, status.address), ":8080",
     "HTTP server address: host:port, or unix:/path; empty for none"},
    {"templates.path", OPTION_STRING, 0, offsetof(struct collect, status.templates_path),
     "/templates", "NetFlow/IPFIX templates list"},
    {"flush.interval", OPTION_DURATION, 0, offsetof(struct collect, flush_ns), "0s",
     "How long records wait for others, to leave in larger writes"},
    {"metrics.exporters", OPTION_COUNT, 0, offsetof(struct collect, status.exporters), "1000",
     "Exporters that the metrics tell apart; all others are counted together"},
    {"templates.json.path", OPTION_STRING, 0, offsetof(struct collect, upkeep.path), NULL,
     "NetFlow/IPFIX templates JSON output path (empty disables persistence)"},
    {"templates.json.interval", OPTION_DURATION, 0, offsetof(struct collect, upkeep.save_ns), "10s",
     "NetFlow/IPFIX templates JSON write interval"},
    {"templates.sweep-interval", OPTION_DURATION, 0, offsetof(struct collect, upkeep.sweep_ns),
     "1m0s", "NetFlow/IPFIX template sweep interval (expiry + empty cleanup)"},
    {"user", OPTION_STRING, 0, offsetof(struct collect, user_words), NULL,
     "Give root up for this user, or user:group, once the ports are bound (docs/install.md)"},
    {0},
};

/* --- The command line --- */

static void note_queue_options(const struct collect *c)
{
    for (size_t i = 0; i < c->setup.n_uris; i++) {
        if (c->setup.uris[i].queue_given) {
            LOG(INFO, "workers, blocking and queue_size have no effect: weir has no queue between "
                      "socket and decoder, and count sets its threads");
            return;
        }
    }
}

static void warn_of_strays(const struct setup *setup)
{
    struct option_stray stray = {0};

    while (options_next_stray(setup->groups, setup->n_groups, SETUP_PREFIX, &stray)) {
        LOG(WARN, "no option has this variable", LOG_TEXT("variable", stray.name),
            LOG_TEXT("nearest", stray.nearest));
    }
}

static bool check_user(struct collect *c)
{
    const char *fault = *c->user_words == '\0' ? NULL : privilege_read(c->user_words, &c->user);

    if (fault != NULL) {
        (void)setup_refuse(&c->setup, "user", c->user_words, fault);
    }
    return fault == NULL;
}

/* name is the subcommand's.  Returns -1 to go on, or the exit code. */
static int read_command_line(struct collect *c, const char *name, const char *usage, int argc,
                             char **argv)
{
    const struct command_line line = {usage, argc, argv, {"", collect_options, c}};
    int first;
    const int status = setup_read(&c->setup, &line, &first);

    if (status >= 0) {
        return status;
    }
    if (command_take_no_argument(name, argc, argv, first) != 0) {
        return 2;
    }
    if (!status_check(&c->status, &c->setup) || !check_user(c)) {
        fprintf(stderr, "weir: %s\n", c->setup.message);
        return 1;
    }
    c->reload.started = &c->setup;
    c->reload.line = line;
    c->reload.line.own.target = c->again;
    return -1;
}

/* --- What is told --- */

static void log_collection(const char *message, const struct listen_uri *uri)
{
    LOG(INFO, message, LOG_TEXT("scheme", uri->scheme), LOG_TEXT("hostname", uri->host),
        LOG_NUMBER("port", uri->port), LOG_NUMBER("count", uri->count),
        LOG_NUMBER("workers", uri->workers), LOG_TEXT("blocking", uri->blocking ? "true" : "false"),
        LOG_NUMBER("queue_size", uri->queue_size));
}

static void log_collections(const struct collect *c, const char *message)
{
    for (size_t i = 0; i < c->setup.n_uris; i++) {
        log_collection(message, &c->setup.uris[i]);
    }
}

static void print_stats(const struct collect *c)
{
    struct counters sum;

    workers_sum_counters(&c->workers, &sum);
    setup_print_stats(&c->setup, &sum);
}

static void log_losses(const struct collect *c)
{
    struct counters sum;

    workers_sum_counters(&c->workers, &sum);
    losses_log(c->setup.chosen, &sum);
}

/* --- Events of the main loop --- */

static void on_stop(uv_signal_t *handle, int number)
{
    LOG(INFO, "stopping", LOG_TEXT("signal", number == SIGINT ? "SIGINT" : "SIGTERM"));
    uv_stop(handle->loop);
}

static void on_reopen(uv_signal_t *handle, int number)
{
    const struct collect *c = handle->data;
    struct transport *t = c->setup.chosen;

    (void)number;
    if (t->ops->reopen != NULL) {
        t->ops->reopen(t);
    }
    setup_reopen_quarantine(&c->setup);
}

static void on_reload(uv_signal_t *handle, int number)
{
    struct collect *c = handle->data;

    reload_now(&c->reload, c->workers.at, c->workers.n);
    on_reopen(handle, number);
}

static void on_stats(uv_signal_t *handle, int number)
{
    (void)number;
    print_stats(handle->data);
}

static const struct {
    int number;
    uv_signal_cb callback;
} signal_table[SIGNALS] = {
    {SIGINT, on_stop},    {SIGTERM, on_stop},  {SIGHUP, on_reload},
    {SIGUSR1, on_reopen}, {SIGUSR2, on_stats},
};

static void on_transport_ended(uv_async_t *async)
{
    LOG(INFO, "stopping: nobody reads the records any more");
    uv_stop(async->loop);
}

/* Called from any thread. */
static void tell_transport_ended(struct transport *t)
{
    struct collect *c = t->arg;

    (void)uv_async_send(&c->transport_ended);
}

/* --- Starting --- */

static bool start_events(struct collect *c)
{
    int error = uv_async_init(&c->loop, &c->transport_ended, on_transport_ended);

    for (size_t i = 0; error == 0 && i < SIGNALS; i++) {
        (void)uv_signal_init(&c->loop, &c->signals[i]);
        c->signals[i].data = c;
        error = uv_signal_start(&c->signals[i], signal_table[i].callback, signal_table[i].number);
    }
    (void)signal(SIGPIPE, SIG_IGN);
    if (error != 0) {
        LOG(ERROR, "cannot start", LOG_TEXT("error", uv_strerror(error)));
    }
    return error == 0;
}

static bool open_transport(struct collect *c)
{
    c->setup.chosen->ended = tell_transport_ended;
    c->setup.chosen->arg = c;
    c->setup.chosen->waits_end_ns = &c->waits_end_ns;
    c->transport_open = setup_open_transport(&c->setup, &c->loop) == 0;
    return c->transport_open;
}

/* Before there are threads, for it changes the environment. */
static bool take_passed_sockets(struct collect *c)
{
    return passed_sockets_assign(c->setup.uris, c->setup.n_uris) == 0;
}

/* Before anything is made: low ports and great buffers are for root, and weir may run already. */
static bool bind_ports(struct collect *c)
{
    c->status.templates = templates_answer;
    return workers_bind(&c->workers, &c->setup, c->flush_ns) && status_bind(&c->status) == 0;
}

static bool open_status(struct collect *c)
{
    return status_open(&c->status, &c->setup, c->workers.at, c->workers.pipelines, c->workers.n) ==
           0;
}

static bool start_workers(struct collect *c)
{
    if (!workers_start(&c->workers)) {
        return false;
    }
    log_collections(c, "starting collection");
    status_set_collecting(&c->status, true);
    return true;
}

static bool restore(struct collect *c)
{
    upkeep_restore(&c->upkeep, &c->setup, c->workers.pipelines, c->workers.n);
    return true;
}

static bool start_upkeep(struct collect *c)
{
    const int error = upkeep_start(&c->upkeep, &c->loop, c->workers.at);

    if (error != 0) {
        LOG(ERROR, "cannot start the upkeep", LOG_TEXT("error", uv_strerror(error)));
    }
    return error == 0;
}

static bool start_watchdog(struct collect *c)
{
    return watchdog_start(&c->watchdog, &c->loop, c->workers.at, c->workers.n) == 0;
}

static bool start(struct collect *c)
{
    LOG(INFO, "starting weir", LOG_TEXT("version", WEIR_VERSION));
    plan_log(c->setup.plan);
    warn_of_strays(&c->setup);
    note_queue_options(c);
    return take_passed_sockets(c) && start_events(c) && bind_ports(c) &&
           privilege_give_up(&c->user) && open_transport(c) &&
           setup_open_quarantine(&c->setup, OUTPUT_DROP) == 0 &&
           workers_make_pipelines(&c->workers, &c->setup) && open_status(c) && restore(c) &&
           start_workers(c) && start_upkeep(c) && start_watchdog(c) &&
           demo_start(&c->demo, &c->loop, c->setup.uris, c->setup.n_uris) == 0;
}

/* --- Stopping --- */

static void exit_at_once(int number)
{
    (void)number;
    _exit(1);
}

/* The loop no longer runs, so this is a handler of the system. */
static void obey_second_signal(void)
{
    (void)signal(SIGINT, exit_at_once);
    (void)signal(SIGTERM, exit_at_once);
}

static void close_transport(struct collect *c)
{
    if (c->transport_open) {
        c->setup.chosen->ops->close(c->setup.chosen, CLOSE_MS);
    }
}

static void stop(struct collect *c)
{
    obey_second_signal();
    atomic_store(&c->waits_end_ns, uv_hrtime() + TRANSPORT_LAST_WAIT_NS);
    demo_stop(&c->demo);
    status_set_collecting(&c->status, false);
    upkeep_stop(&c->upkeep);
    workers_stop(&c->workers);
    status_close(&c->status);
    upkeep_save_last(&c->upkeep);
    workers_free_pipelines(&c->workers);
    setup_close_quarantine(&c->setup);
    close_transport(c);
}

static int run(struct collect *c)
{
    bool started;

    if (uv_loop_init(&c->loop) != 0) {
        return 1;
    }
    started = start(c);
    if (started) {
        service_notify("READY=1");
        (void)uv_run(&c->loop, UV_RUN_DEFAULT);
        service_notify("STOPPING=1");
    }
    stop(c);
    if (started) {
        log_collections(c, "closed receiver");
        log_losses(c);
    }
    if (started && c->setup.stats) {
        print_stats(c);
    }
    workers_free(&c->workers);
    loop_close(&c->loop);
    return started ? 0 : 1;
}

int collect_main(int argc, char **argv)
{
    struct collect c = {.again = calloc(1, sizeof(c))};
    int status;

    if (c.again == NULL) {
        (void)fprintf(stderr, "weir: no memory\n");
        return 1;
    }
    status = read_command_line(&c, "collect", collect_usage, argc, argv);
    if (status < 0 && c.setup.check) {
        status = check_setup(&c.setup);
    } else if (status < 0) {
        setup_apply_log(&c.setup);
        status = run(&c);
    }
    reload_free(&c.reload);
    setup_free(&c.setup);
    free(c.again);
    return status;
}

int check_main(int argc, char **argv)
{
    struct collect c = {0};
    int status = read_command_line(&c, "check", check_usage, argc, argv);

    if (status < 0) {
        status = check_setup(&c.setup);
    }
    setup_free(&c.setup);
    return status;
}

bool collect_address(int argc, char **argv, char *address, size_t size)
{
    struct collect c = {0};
    const bool right = read_command_line(&c, "collect", collect_usage, argc, argv) < 0;

    if (right) {
        (void)snprintf(address, size, "%s", c.status.address);
    }
    setup_free(&c.setup);
    return right;
}
