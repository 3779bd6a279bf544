// SPDX-License-Identifier: Apache-2.0
// weir replay: the datagrams of captures, through the pipeline or to a UDP port.
#include "cmd/replay.h"

#include <inttypes.h>
#include <limits.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>
#include <uv.h>

#include "cmd/command.h"
#include "cmd/sender.h"
#include "cmd/setup.h"
#include "lib/capture.h"
#include "lib/log.h"

enum {
    PATIENCE_MS = 5000, /* for what is still held when a signal has come */
    SPEED_LENGTH_MAX = 12,
};

struct replay {
    struct setup setup;
    const char *to;
    const char *speed_text;
    uint64_t loop;
    struct sender_address address;
    double speed;
    char **paths; /* ends with NULL */

    const struct target *target;
    uv_loop_t uv;
    struct pipeline *pipeline;
    struct sender *sender;
    atomic_bool ended; /* nobody reads the records any more */

    struct counters counters;
    uint64_t round; /* of loop */
    struct capture_skipped skipped;
    bool failed;
};

/* What becomes of the datagrams. */
struct target {
    /* False if it cannot be opened, which is logged. */
    bool (*open)(struct replay *r);
    /* May be NULL. */
    void (*begin_capture)(struct replay *r, const struct capture *capture);
    void (*take)(struct replay *r, const struct datagram *datagram);
    /* Holds back nothing that was taken. */
    void (*flush)(struct replay *r);
    /* Logs what was done. */
    void (*close)(struct replay *r);
};

/* By a signal, or because nobody reads the records any more. */
static atomic_bool stopped;
static _Atomic uint64_t waits_end_ns; /* as in struct transport */

static const char usage[] =
    "Usage: weir replay [options] FILE...\n\n"
    "Runs the datagrams of captures (pcap, pcapng; - is standard input) through the pipeline,\n"
    "or sends them to a UDP port with -to.\n\nOptions:";

static const struct option replay_options[] = {
    {"to", OPTION_STRING, 0, offsetof(struct replay, to), NULL,
     "Send the datagrams to this HOST:PORT instead, as they are"},
    {"speed", OPTION_STRING, 0, offsetof(struct replay, speed_text), "1",
     "Pace of -to: 1 as captured, 10 ten times as fast, 0.5 half as fast, 0 without waiting"},
    {"loop", OPTION_COUNT, 0, offsetof(struct replay, loop), "1",
     "How many times to replay the files"},
    {0},
};

/* --- The command line --- */

/* Digits, perhaps with a point between: the same in every locale. */
static bool parse_speed(const char *text, double *speed)
{
    const size_t len = strlen(text);
    const size_t whole = strspn(text, "0123456789");
    const size_t fraction = text[whole] == '.' ? strspn(text + whole + 1, "0123456789") : 0;
    uint64_t digits = 0;
    uint64_t scale = 1;

    if (whole == 0 || len > SPEED_LENGTH_MAX || len != whole + (fraction > 0 ? fraction + 1 : 0)) {
        return false;
    }
    for (size_t i = 0; i < len; i++) {
        if (text[i] != '.') {
            digits = digits * 10 + (uint64_t)(text[i] - '0');
            scale *= i > whole ? 10 : 1;
        }
    }
    *speed = (double)digits / (double)scale;
    return true;
}

static bool reads_standard_input(const struct replay *r)
{
    for (char **path = r->paths; *path != NULL; path++) {
        if (strcmp(*path, "-") == 0) {
            return true;
        }
    }
    return false;
}

/* Returns NULL, or what is wrong and what would be right. */
static const char *check_options(struct replay *r)
{
    if (r->to[0] != '\0' && !sender_parse_address(r->to, &r->address)) {
        return "-to takes HOST:PORT, such as 127.0.0.1:2055 or [::1]:2055";
    }
    if (!parse_speed(r->speed_text, &r->speed)) {
        return "-speed takes a number such as 1, 0.5 or 10, or 0 for no waiting";
    }
    if (r->to[0] == '\0' && strcmp(r->speed_text, "1") != 0) {
        return "-speed needs -to HOST:PORT: without it nothing waits";
    }
    if (r->loop == 0) {
        return "-loop takes 1 or more";
    }
    if (r->loop > 1 && reads_standard_input(r)) {
        return "-loop needs files: standard input can be read once only";
    }
    return NULL;
}

static int refuse(int status, const char *fault)
{
    (void)fprintf(stderr, "weir replay: %s\n", fault);
    return status;
}

/* Returns -1 to go on, or the exit code. */
static int read_command_line(struct replay *r, int argc, char **argv)
{
    const struct command_line line = {usage, argc, argv, {"", replay_options, r}};
    const char *fault;
    int first;
    const int status = setup_read(&r->setup, &line, &first);

    if (status >= 0) {
        return status;
    }
    setup_apply_log(&r->setup);
    r->paths = argv + first;
    if (first == argc) {
        return refuse(2, "needs a capture: weir replay [options] FILE..., where - is standard "
                         "input");
    }
    if (command_take_no_option("replay", "FILE", r->paths) != 0) {
        return 2;
    }
    fault = check_options(r);
    return fault == NULL ? -1 : refuse(1, fault);
}

/* --- The captures --- */

static void on_bad_capture(struct replay *r, const char *path, const char *error)
{
    r->failed = true;
    if (r->round == 0) {
        LOG(ERROR, "cannot read capture", LOG_TEXT("file", path), LOG_TEXT("error", error));
    }
}

static void add_skipped(struct capture_skipped *sum, struct capture_skipped skipped)
{
    sum->not_udp += skipped.not_udp;
    sum->fragments += skipped.fragments;
    sum->truncated += skipped.truncated;
}

/* Standard input may be alive, so nothing waits for its next datagram. */
static void replay_capture(struct replay *r, struct capture *capture, bool live)
{
    struct datagram datagram;
    uint16_t to_port;

    while (!atomic_load(&stopped) && capture_next(capture, &datagram, &to_port)) {
        r->target->take(r, &datagram);
        if (live) {
            r->target->flush(r);
        }
    }
    r->target->flush(r);
}

static void replay_file(struct replay *r, const char *path)
{
    char message[512];
    struct capture *capture = capture_open(path, message, sizeof(message));

    if (capture == NULL) {
        on_bad_capture(r, path, message);
        return;
    }
    if (r->target->begin_capture != NULL) {
        r->target->begin_capture(r, capture);
    }
    replay_capture(r, capture, strcmp(path, "-") == 0);
    if (!atomic_load(&stopped) && capture_error(capture) != NULL) {
        on_bad_capture(r, path, capture_error(capture));
    }
    add_skipped(&r->skipped, capture_skipped(capture));
    capture_close(capture);
}

static void replay_files(struct replay *r)
{
    for (r->round = 0; r->round < r->loop && !atomic_load(&stopped); r->round++) {
        for (char **path = r->paths; *path != NULL && !atomic_load(&stopped); path++) {
            replay_file(r, *path);
        }
    }
}

/* --- Through the pipeline --- */

/* Called from any thread. */
static void on_transport_ended(struct transport *t)
{
    struct replay *r = t->arg;

    atomic_store(&r->ended, true);
    atomic_store(&stopped, true);
}

/* What was read is delivered, however long that takes: from here on a signal ends us at once. */
static void close_transport(struct replay *r)
{
    (void)signal(SIGINT, SIG_DFL);
    (void)signal(SIGTERM, SIG_DFL);
    r->setup.chosen->ops->close(r->setup.chosen, atomic_load(&stopped) ? PATIENCE_MS : UINT_MAX);
}

static bool open_output(struct replay *r)
{
    r->setup.chosen->ended = on_transport_ended;
    r->setup.chosen->arg = r;
    r->setup.chosen->waits_end_ns = &waits_end_ns;
    r->setup.chosen->source_waits = true;
    if (setup_open_quarantine(&r->setup, OUTPUT_WAIT) != 0 ||
        setup_open_transport(&r->setup, &r->uv) != 0) {
        setup_close_quarantine(&r->setup);
        return false;
    }
    r->pipeline = setup_pipeline(&r->setup, &r->counters, OUTPUT_WAIT);
    if (r->pipeline == NULL) {
        LOG(ERROR, "no memory for a pipeline");
        setup_close_quarantine(&r->setup);
        close_transport(r);
    }
    return r->pipeline != NULL;
}

static void close_loop(struct replay *r)
{
    (void)uv_run(&r->uv, UV_RUN_DEFAULT);
    (void)uv_loop_close(&r->uv);
}

static bool open_pipeline(struct replay *r)
{
    if (uv_loop_init(&r->uv) != 0) {
        LOG(ERROR, "no memory for a loop");
        return false;
    }
    if (!open_output(r)) {
        close_loop(r);
        return false;
    }
    return true;
}

static void take_into_pipeline(struct replay *r, const struct datagram *datagram)
{
    pipeline_datagram(r->pipeline, datagram, NULL);
}

static void flush_pipeline(struct replay *r)
{
    output_flush(r->pipeline->output);
}

static void log_replayed(const struct replay *r)
{
    const _Atomic uint64_t *counters = r->counters.at;

    LOG(INFO, "replayed", LOG_NUMBER("datagrams", counter_read(&counters[COUNTER_datagrams])),
        LOG_NUMBER("records", counter_read(&counters[COUNTER_records])),
        LOG_NUMBER("dropped", counter_read(&counters[COUNTER_datagrams_dropped])),
        LOG_NUMBER("not_udp", r->skipped.not_udp), LOG_NUMBER("fragments", r->skipped.fragments),
        LOG_NUMBER("truncated", r->skipped.truncated));
}

static void close_pipeline(struct replay *r)
{
    pipeline_end(r->pipeline);
    setup_pipeline_free(r->pipeline);
    setup_close_quarantine(&r->setup);
    close_transport(r);
    close_loop(r);
    if (!atomic_load(&r->ended)) {
        log_replayed(r);
    }
    if (r->setup.stats) {
        setup_print_stats(&r->setup, &r->counters);
    }
}

static const struct target pipeline_target = {
    .open = open_pipeline,
    .take = take_into_pipeline,
    .flush = flush_pipeline,
    .close = close_pipeline,
};

/* --- To a UDP port --- */

static bool open_sender(struct replay *r)
{
    char message[256];

    r->sender = sender_open(&r->address, r->speed, &stopped, message, sizeof(message));
    if (r->sender == NULL) {
        LOG(ERROR, "cannot send", LOG_TEXT("to", r->to), LOG_TEXT("error", message));
    }
    return r->sender != NULL;
}

static void begin_sender_capture(struct replay *r, const struct capture *capture)
{
    sender_begin_capture(r->sender, capture);
}

static void take_into_sender(struct replay *r, const struct datagram *datagram)
{
    sender_add(r->sender, datagram);
}

static void flush_sender(struct replay *r)
{
    sender_flush(r->sender);
}

static void log_sent(const struct replay *r, const struct sender_totals *totals)
{
    const uint64_t ms = totals->ns / 1000000;
    char seconds[32];

    (void)snprintf(seconds, sizeof(seconds), "%" PRIu64 ".%03" PRIu64, ms / 1000, ms % 1000);
    LOG(INFO, "sent", LOG_TEXT("to", r->to), LOG_NUMBER("datagrams", totals->datagrams),
        LOG_NUMBER("octets", totals->octets), LOG_TEXT("seconds", seconds),
        LOG_NUMBER("refused", totals->refused), LOG_NUMBER("failed", totals->failed),
        LOG_NUMBER("not_udp", r->skipped.not_udp), LOG_NUMBER("fragments", r->skipped.fragments),
        LOG_NUMBER("truncated", r->skipped.truncated));
}

static void close_sender(struct replay *r)
{
    const struct sender_totals totals = sender_totals(r->sender);

    sender_close(r->sender);
    log_sent(r, &totals);
    r->failed = r->failed || totals.failed > 0;
}

static const struct target sender_target = {
    .open = open_sender,
    .begin_capture = begin_sender_capture,
    .take = take_into_sender,
    .flush = flush_sender,
    .close = close_sender,
};

/* --- The whole --- */

static void on_signal(int number)
{
    (void)number;
    atomic_store(&stopped, true);
    atomic_store(&waits_end_ns, uv_hrtime() + TRANSPORT_LAST_WAIT_NS);
}

/* The first signal stops, and lets no call of the system go on; the second ends us at once. */
static void catch_signals(void)
{
    const struct sigaction action = {.sa_handler = on_signal, .sa_flags = (int)SA_RESETHAND};

    (void)sigaction(SIGINT, &action, NULL);
    (void)sigaction(SIGTERM, &action, NULL);
    (void)signal(SIGPIPE, SIG_IGN);
}

static int run(struct replay *r)
{
    r->target = r->to[0] == '\0' ? &pipeline_target : &sender_target;
    catch_signals();
    if (!r->target->open(r)) {
        return 1;
    }
    replay_files(r);
    r->target->close(r);
    return r->failed ? 1 : 0;
}

int replay_main(int argc, char **argv)
{
    struct replay r = {0};
    int status = read_command_line(&r, argc, argv);

    if (status < 0) {
        status = run(&r);
    }
    setup_free(&r.setup);
    return status;
}
